/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile.h - what the kernel denied in a Landlock domain, against what came.
 *
 * The kernel counts every denial of a domain, also those that it does not
 * report, and says the number when the domain ends (LANDLOCK_DOMAIN
 * status=deallocated denials=N; security/landlock/audit.c). Of each domain is
 * kept here how many of its denials went into the trail whole and how many
 * became a count; what is missing then was lost, excluded, or never meant to be
 * reported. The statement waits RECONCILE_WAIT_MS, in which an event that the
 * assembler still held comes. At most RECONCILE_TELL_MAX domains are stated on
 * their own in a second; further ones together.
 */
#ifndef PKG_AUDIT_RECONCILE_H
#define PKG_AUDIT_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "pkg/audit/assemble.h"
#include "pkg/audit/event.h"

#define RECONCILE_DOMAINS_MAX 4096 /* the one that was quiet longest goes */
#define RECONCILE_TELL_MAX    32   /* a second */
#define RECONCILE_WAIT_MS     500

struct reconciler;

/**
 * reconciler_new() -
 * @own: gets "landlock.reconciled".
 *
 * Return: 0; -ENOMEM.
 */
int reconciler_new(assemble_fn *own, void *ctx, struct reconciler **ret);
void reconciler_free(struct reconciler *r);

enum reconcile_fate {
	RECONCILE_WHOLE,   /* it is in the trail */
	RECONCILE_COUNTED, /* it became a count */
	RECONCILE_DROPPED  /* neither */
};

/**
 * reconcile_event() - count the denials of an event, or end its domain.
 * @now_ms: never goes back. @real_ms: since 1970, for own events.
 */
void reconcile_event(struct reconciler *r, const struct event *ev,
		     enum reconcile_fate fate, uint64_t now_ms,
		     uint64_t real_ms);

/* An event that a predecessor left in the trail: what it counted besides is not
 * known, and the statement says "restarted=1". */
void reconcile_replay(struct reconciler *r, const struct event *ev);

/* State the domains whose time is over. To be called several times a second;
 * with UINT64_MAX as @now_ms at the end of the process. */
void reconcile_tick(struct reconciler *r, uint64_t now_ms, uint64_t real_ms);

#endif
