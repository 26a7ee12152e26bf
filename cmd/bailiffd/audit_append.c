/* SPDX-License-Identifier: Apache-2.0 */
/* audit_append.c - events into the trail; see audit_role.h. */
#include "cmd/bailiffd/audit_role.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/num.h"

static int frame_append(struct audit_role *role, struct event *ev)
{
	int r;

	buf_reset(&role->frame);
	r = event_encode(ev, &role->frame);
	if (r == 0)
		r = trail_append(role->trail, buf_view(&role->frame), &ev->seq,
				 NULL);
	if (r < 0) {
		role->stats.dropped++;
		return r;
	}
	role->stats.last_seq = ev->seq;
	return 0;
}

/* Appended frames with sequences from @next on could not be written; theirs are
 * free again. */
static void lost_check(struct audit_role *role, uint64_t next)
{
	const uint64_t lost = trail_lost(role->trail);

	if (lost != role->lost_seen)
		audit_hooks_flushed(role, next);
	role->stats.dropped += lost - role->lost_seen;
	role->stats.events -= lost - role->lost_seen;
	role->lost_seen = lost;
}

/* What was written is known only now. */
static void flushed(struct audit_role *role)
{
	const uint64_t next = trail_next_seq(role->trail);

	lost_check(role, next);
	audit_hooks_flushed(role, next);
	role->stats.last_seq = next - 1;
}

void audit_flush(struct audit_role *role)
{
	(void)trail_flush(role->trail, NULL);
	flushed(role);
}

void audit_append_denial(struct audit_role *role, struct event *ev,
			 const struct event_denial *denial)
{
	const int r = frame_append(role, ev);

	/* It may have had to write those before it. */
	lost_check(role, r == 0 ? ev->seq : trail_next_seq(role->trail));
	if (r == 0) {
		role->stats.events++;
		role->stats.partial += ev->missing != 0;
		role->stats.denied += denial != NULL;
	}
	if (r == 0 && ev->kind == EVENT_OWN &&
	    span_eq_str(ev->action, "identity.forged"))
		role->stats.forged++;
	audit_hooks_appended(role, ev, denial, r);
}

void audit_append(void *ctx, struct event *ev)
{
	audit_append_denial(ctx, ev, NULL);
}

static struct event own_make(const char *action, const char *text)
{
	return (struct event){ .kind = EVENT_OWN,
			       .time_ms = clock_real_ms(),
			       .ses = UINT32_MAX,
			       .auid = UINT32_MAX,
			       .action = span_of(action),
			       .text = span_of(text) };
}

void audit_own(struct audit_role *role, const char *action, const char *fmt,
	       ...)
{
	char text[OWN_TEXT_MAX];
	struct event ev;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ev = own_make(action, text);
	audit_append(role, &ev);
}

/* A statement that a full disk does not take is tried again, so it is not one
 * of those that were dropped. All others must have been flushed. */
static bool own_try(struct audit_role *role, struct event *ev)
{
	const uint64_t dropped = role->stats.dropped;

	if (frame_append(role, ev) < 0) {
		role->stats.dropped = dropped;
		return false;
	}
	(void)trail_flush(role->trail, NULL);
	if (trail_lost(role->trail) != role->lost_seen) {
		role->lost_seen = trail_lost(role->trail);
		role->stats.last_seq = trail_next_seq(role->trail) - 1;
		return false;
	}
	role->stats.events++;
	audit_hooks_appended(role, ev, NULL, 0);
	return true;
}

/* What was dropped is said as soon as the trail takes something again. */
void audit_append_tick(struct audit_role *role)
{
	char text[OWN_TEXT_MAX];
	uint64_t dropped;
	struct event ev;

	(void)trail_tick(role->trail, role->now_ms, NULL);
	flushed(role);
	dropped = role->stats.dropped;
	if (dropped == role->dropped_told)
		return;
	(void)snprintf(text, sizeof(text), "count=%llu",
		       (unsigned long long)(dropped - role->dropped_told));
	ev = own_make("trail.dropped", text);
	if (own_try(role, &ev))
		role->dropped_told = dropped;
}
