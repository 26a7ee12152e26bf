/* SPDX-License-Identifier: Apache-2.0 */
/* exclude.h - the kernel is told to make no records of denials of a service
 * that floods, for EXCLUDE_MS.
 *
 * The audit process asks, about a session that is far over its budget; the rule
 * is decided here, since that process is not trusted with more than that. It
 * names the record's type, never all of them, and the flooding process if it is
 * one alone; only when the service still floods while such a rule stands, the
 * next one is about all of its processes. So what else the service does, and
 * what an impostor with its auid does, is recorded as before: of the impostor
 * are missing, for that time, denials of its own of this one type. Denials that
 * are found by errno come from rules on calls, where the session itself can be
 * named. Both the rule and its end are events.
 */
#ifndef CMD_BAILIFFD_EXCLUDE_H
#define CMD_BAILIFFD_EXCLUDE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/cur.h"
#include "pkg/identity/registry.h"

#define EXCLUDE_MS   10000
#define EXCLUDES_MAX 32 /* at a time */

struct supervisor;

struct exclude {
	char service[SERVICE_NAME_MAX + 1];
	uint32_t ses, auid;
	int32_t pid; /* 0: of any */
	uint16_t type;
	uint64_t end_ms;
};

struct excludes {
	struct exclude rows[EXCLUDES_MAX];
	size_t count;
	uint64_t ever;
};

/* WIRE_EXCLUDE. Return: 0, also when there is no rule for it; -EPROTO. */
int exclude_ask(struct supervisor *s, struct cur *body);
/* Lift those whose time is over. */
void exclude_tick(struct supervisor *s, uint64_t now_ms);

#endif
