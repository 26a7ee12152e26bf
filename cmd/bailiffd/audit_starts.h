/* SPDX-License-Identifier: Apache-2.0 */
/* audit_starts.h - "service.start": once for each registration, with what the
 * service is in the kernel's numbers.
 *
 * A container is registered when it is made and completed when its process is
 * known; it is told of then, or after AUDIT_STARTS_WAIT_MS as it is. What a
 * predecessor told stands in the trail and is not told again.
 */
#ifndef CMD_BAILIFFD_AUDIT_STARTS_H
#define CMD_BAILIFFD_AUDIT_STARTS_H

#include <stddef.h>
#include <stdint.h>

#include "cmd/bailiffd/audit_hook.h"
#include "pkg/identity/registry.h"

#define AUDIT_STARTS_MAX     4096 /* sessions that are remembered as told of */
#define AUDIT_STARTS_WAIT_MS 2000

struct audit_starts {
	uint32_t told[AUDIT_STARTS_MAX]; /* a ring of session numbers */
	size_t count, next;
};

extern const struct audit_hook audit_starts_hook;

/* A registration was read; a session_seen_fn of the role. */
void audit_starts_seen(void *ctx, const struct session *s);
/* An event of this boot, out of the trail. */
void audit_starts_recall(struct audit_starts *starts, const struct event *ev);

#endif
