/* SPDX-License-Identifier: Apache-2.0 */
/* watch.h - does the kernel's audit still do what bailiffd set it up to do?
 *
 * Whoever has CAP_AUDIT_CONTROL may take a rule away, put one that silences in
 * front, or switch audit off. The rules are read back every WATCH_MS and
 * compared with what stood after bailiffd's own last change; every change of
 * somebody else's is an event, and bailiffd's own rules are put back, in front
 * of all others. The hash of all rules goes into the trail's checkpoints.
 */
#ifndef CMD_BAILIFFD_WATCH_H
#define CMD_BAILIFFD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "pkg/audit/drift.h"
#include "pkg/audit/source.h"

#define WATCH_MS 2000

struct supervisor;

struct watch {
	bool is_on;
	struct buf rules; /* as they stood last */
	unsigned char hash[RULES_HASH_LEN];
	bool is_told;		   /* the audit process knows the hash */
	uint64_t next_ms;	   /* when to look again */
	uint64_t drifts;	   /* in this daemon's time */
	struct audit_posture seen; /* the parameters last told of */
};

void watch_init(struct watch *w);
void watch_done(struct watch *w);

/* bailiffd is about to change rules: what somebody else changed until now is
 * told first. */
void watch_before(struct supervisor *s);
/* It has changed them: so they are meant to be. */
void watch_after(struct supervisor *s);
/* Look, when it is time. */
void watch_tick(struct supervisor *s, uint64_t now_ms);
/* The audit process began anew: it does not know the hash. */
void watch_restarted(struct supervisor *s);
/* Compare the parameters: "audit.posture_drift". */
void watch_posture(struct supervisor *s, const struct audit_state *state);

#endif
