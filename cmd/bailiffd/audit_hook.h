/* SPDX-License-Identifier: Apache-2.0 */
/* audit_hook.h - who else looks at every event of the audit process: the rows
 * of one table, in the order in which they are asked.
 *
 * A part that counts or withholds events is a row in audit_hook.c and a member
 * of struct audit_role; it knows nothing of the other rows. Any member of a row
 * but its name may be NULL.
 */
#ifndef CMD_BAILIFFD_AUDIT_HOOK_H
#define CMD_BAILIFFD_AUDIT_HOOK_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "pkg/audit/event.h"
#include "pkg/trail/trail.h"

struct audit_role;

struct audit_hook {
	const char *name;
	/* Before the trail is opened and this process confined. */
	int (*begin)(struct audit_role *role, struct err *e);
	/* A frame that a predecessor left, oldest first, while the trail is
	 * opened; @ev: NULL unless it is an event. */
	void (*replay)(struct audit_role *role, const struct trail_frame *frame,
		       const struct event *ev);
	/* An event of the kernel's, attributed and not yet appended. @denial:
	 * what it denied, or NULL. Return: true when it is not to be appended:
	 * then this row accounts for it and no later one sees it. */
	bool (*withhold)(struct audit_role *role, const struct event *ev,
			 const struct event_denial *denial);
	/* What became of an event, an own one too. @r: 0, and then ev->seq is
	 * its sequence; or why the trail did not take it. */
	void (*appended)(struct audit_role *role, const struct event *ev,
			 const struct event_denial *denial, int r);
	/* What was appended with sequences from @next on could not be written
	 * after all; everything before it was. */
	void (*flushed)(struct audit_role *role, uint64_t next);
	/* Every AUDIT_TICK_MS, after the socket was drained; may append own
	 * events. */
	void (*tick)(struct audit_role *role);
	/* An event that falls to the size cap before every collector took it.
	 * Called while another is appended: nothing may be appended here. */
	void (*pruned)(struct audit_role *role, const struct event *ev);
	/* Append lines "name value\n" to what the next checkpoint states. */
	void (*statement)(struct audit_role *role, struct buf *out);
	/* The last events of this process may still be appended. */
	void (*end)(struct audit_role *role);
};

#define AUDIT_TICK_MS 50

int audit_hooks_begin(struct audit_role *role, struct err *e);
void audit_hooks_replay(struct audit_role *role,
			const struct trail_frame *frame,
			const struct event *ev);
bool audit_hooks_withhold(struct audit_role *role, const struct event *ev,
			  const struct event_denial *denial);
void audit_hooks_appended(struct audit_role *role, const struct event *ev,
			  const struct event_denial *denial, int r);
void audit_hooks_flushed(struct audit_role *role, uint64_t next);
void audit_hooks_pruned(struct audit_role *role, const struct event *ev);
void audit_hooks_tick(struct audit_role *role);
void audit_hooks_statement(struct audit_role *role, struct buf *out);
void audit_hooks_end(struct audit_role *role);

#endif
