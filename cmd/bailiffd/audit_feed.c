/* SPDX-License-Identifier: Apache-2.0 */
/* audit_feed.c - frames of the trail for the control process; see
 * audit_role.h.
 */
#include "cmd/bailiffd/audit_role.h"

#define ANSWER_MAX (MSG_BODY_MAX - 64)

static struct reader_slot *reader_at(struct audit_role *role, uint64_t from)
{
	struct reader_slot *oldest = &role->readers[0];

	for (size_t i = 0; i < READERS_MAX; i++) {
		struct reader_slot *slot = &role->readers[i];

		if (slot->reader != NULL && slot->next == from)
			return slot;
		if (slot->used < oldest->used)
			oldest = slot;
	}
	trail_reader_close(oldest->reader);
	*oldest = (struct reader_slot){ .next = from };
	if (trail_reader_open(role->fds[AUDIT_FD_TRAIL], from, &oldest->reader,
			      NULL) < 0)
		oldest->reader = NULL;
	return oldest;
}

/* Append up to @limit frames. Return: how many. */
static uint32_t frames_append(struct audit_role *role, uint64_t from,
			      uint32_t limit, struct buf *out)
{
	struct reader_slot *slot = reader_at(role, from);
	struct trail_frame frame;
	uint32_t count = 0;

	slot->used = ++role->readers[0].used;
	while (slot->reader != NULL && count < limit) {
		if (trail_read(slot->reader, &frame, NULL) < 0)
			break;
		if (out->len + frame.bytes.len + 13 > ANSWER_MAX) {
			trail_unread(slot->reader);
			break;
		}
		buf_u64(out, frame.seq);
		buf_u8(out, (uint8_t)frame.kind);
		buf_blob(out, frame.bytes);
		slot->next = frame.seq + 1;
		count++;
	}
	return count;
}

int audit_feed(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;
	const uint64_t from = cur_u64(body);
	const uint32_t limit = cur_u32(body);
	const uint64_t last = trail_acked(role->trail);
	struct buf frames, answer;
	uint32_t count = 0;
	int r;

	buf_init(&frames, ANSWER_MAX);
	buf_init(&answer, MSG_BODY_MAX);
	if (from <= last)
		count = frames_append(role, from, limit, &frames);
	buf_u64(&answer, last);
	buf_u32(&answer, count);
	buf_span(&answer, buf_view(&frames));
	r = msg_send_buf(role->control.source.fd, WIRE_EVENTS_ARE, m->id,
			 &answer);
	buf_done(&frames);
	buf_done(&answer);
	return r;
}

void audit_feed_end(struct audit_role *role)
{
	for (size_t i = 0; i < READERS_MAX; i++)
		trail_reader_close(role->readers[i].reader);
}
