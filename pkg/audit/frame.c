/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c - see frame.h. */
#include "pkg/audit/frame.h"

#include <errno.h>
#include <string.h>

#include "lib/num.h"

static const char *const actions[] = {
	[FRAME_CHECKPOINT] = "trail.checkpoint",
	[FRAME_KEY] = "trail.key",
};

/* The value of the line "time MS" of a note. */
static uint64_t note_time(struct span note)
{
	static const char name[] = "\ntime ";
	const char *at =
		note.len != 0 ? memmem(note.p, note.len, name, sizeof(name) - 1)
			      : NULL;
	const char *end;
	uint64_t ms;

	if (at == NULL)
		return 0;
	at += sizeof(name) - 1;
	end = memchr(at, '\n', (size_t)(note.p + note.len - at));
	if (end == NULL ||
	    num_parse_u64((struct span){ at, (size_t)(end - at) }, 0, INT64_MAX,
			  &ms) < 0)
		return 0;
	return ms;
}

int event_of_frame(uint32_t kind, struct span bytes, uint64_t seq,
		   struct event *ret, struct err *e)
{
	int r;

	if (kind > FRAME_KEY)
		return err_set(e, EBADMSG, "a frame of an unknown kind: %u",
			       kind);
	if (kind == FRAME_EVENT) {
		r = event_decode(bytes, ret, e);
		if (r == 0)
			ret->seq = seq;
		return r;
	}
	*ret = (struct event){ .kind = EVENT_OWN,
			       .seq = seq,
			       .time_ms = note_time(bytes),
			       .action = span_of(actions[kind]),
			       .text = bytes,
			       .ses = UINT32_MAX,
			       .auid = UINT32_MAX };
	return 0;
}

bool event_is_note(const struct event *ev)
{
	return ev->kind == EVENT_OWN &&
	       (span_eq_str(ev->action, actions[FRAME_CHECKPOINT]) ||
		span_eq_str(ev->action, actions[FRAME_KEY]));
}
