/* SPDX-License-Identifier: Apache-2.0 */
/* frame.h - a frame of the trail as an event, whatever its kind.
 *
 * The trail itself writes frames too: signed notes, which are shown as events
 * of bailiff's own, "trail.checkpoint" and "trail.key", whose text is the note.
 */
#ifndef PKG_AUDIT_FRAME_H
#define PKG_AUDIT_FRAME_H

#include "pkg/audit/event.h"

/* The trail's kinds of frames, by number (docs/formats.md). */
enum frame_kind {
	FRAME_EVENT,
	FRAME_CHECKPOINT,
	FRAME_KEY
};

/**
 * event_of_frame() - what a frame holds.
 * @bytes: borrowed by @ret.
 *
 * A note's time is that of its line "time"; 0 without one.
 *
 * Return: 0; -EBADMSG for an event that cannot be decoded, or a kind that is
 * none.
 */
int event_of_frame(uint32_t kind, struct span bytes, uint64_t seq,
		   struct event *ret, struct err *e);

/* Is it one of the trail's own notes? */
bool event_is_note(const struct event *ev);

#endif
