/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.h - the session registry, cgroups and the map of exits as the
 * attributor asks for them.
 *
 * A registration is written before its service's first instruction and only
 * ever completed, so a found one is kept; one that is not there is looked for
 * again each time. Look-ups by pid and cgroup walk a table of all
 * registrations that is read anew when the directory has changed.
 */
#ifndef CMD_BAILIFFD_SESSIONS_H
#define CMD_BAILIFFD_SESSIONS_H

#include "cmd/bailiffd/places.h"
#include "pkg/audit/attribute.h"
#include "pkg/identity/exitmap.h"

#define SESSIONS_KEPT	   256 /* found ones, by session number */
#define SESSIONS_TABLE_MAX 1024
#define SESSIONS_KEPT_MS   5000 /* then it is read again: it may be completed */

struct session_cache;

/* Each registration that was read, more than once as a rule. */
typedef void session_seen_fn(void *ctx, const struct session *s);

/* All borrowed. */
struct session_sources {
	int dirfd;		     /* PATH_SESSIONS */
	const struct exitmap *exits; /* NULL: none */
	struct places *places;	     /* services without a registration */
	session_seen_fn *seen;
	void *ctx; /* of seen */
};

/* @from: copied. Return: 0; -ENOMEM. */
int session_cache_new(const struct session_sources *from,
		      struct session_cache **ret);
void session_cache_free(struct session_cache *c);
void session_cache_lookups(struct session_cache *c,
			   struct attribute_lookup *ret);
/* Read what changed. */
void session_cache_tick(struct session_cache *c);

#endif
