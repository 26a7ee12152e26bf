/* SPDX-License-Identifier: Apache-2.0 */
/* control_events.c - streams of events and explanations; see control_role.h.
 *
 * The control process pulls: a stream asks the audit process for the frames
 * from a sequence on, renders what its filter lets through, and asks again when
 * its reader has taken them. A slow reader delays nobody but itself.
 */
#include "cmd/bailiffd/control_role.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "pkg/audit/frame.h"
#include "pkg/audit/render.h"
#include "pkg/policy/policy.h"

#define TYPE_NDJSON    "application/x-ndjson"
#define TYPE_TEXT      "text/plain; charset=utf-8"
#define FRAMES_AT_ONCE 256

static void events_ask(struct control_role *role, struct ask *ask)
{
	struct buf body;

	buf_init(&body, 16);
	buf_u64(&body, ask->next);
	buf_u32(&body, FRAMES_AT_ONCE);
	ask_send(role, ask, role->audit.source.fd, WIRE_EVENTS, &body,
		 WIRE_EVENTS_ARE);
	buf_done(&body);
}

/* ---- a stream --------------------------------------------------------------
 */

static bool is_json(const struct ask *ask)
{
	return ask->format == FORMAT_JSON || ask->format == FORMAT_LAUREL;
}

static int frame_render(const struct control_role *role, const struct ask *ask,
			const struct event *ev, struct buf *out)
{
	const struct render_node node = { role->base.node, role->base.boot };

	switch (ask->format) {
	case FORMAT_TEXT:
		return render_text(ev, out);
	case FORMAT_RAW:
		return render_raw(ev, out);
	case FORMAT_LAUREL:
		return render_laurel(ev, node.node, out);
	case FORMAT_JSON:
	default:
		return renderer_json(role->renderer, ev, &node, out);
	}
}

/* First pass: remember the last "limit" sequences that match. */
static void search_note(struct ask *ask, uint64_t seq)
{
	ask->ring[ask->ring_count++ % ask->limit] = seq;
}

static void search_end(struct ask *ask)
{
	const uint64_t n = ask->ring_count;

	ask->is_searching = false;
	if (n != 0)
		ask->next = ask->ring[n <= ask->limit ? 0 : n % ask->limit];
	free(ask->ring);
	ask->ring = NULL;
	/* Of a follower it says where to begin, not where to end. */
	if (ask->wants_follow)
		ask->limit = UINT64_MAX;
}

/* One frame for a stream. Return: 0; -EAGAIN when the reader must first read
 * (the frame comes again); anything else ends the stream. */
static int frame_stream(struct control_role *role, struct ask *ask,
			uint64_t seq, uint32_t kind, struct span frame)
{
	struct event ev;
	struct buf out;
	int r = event_of_frame(kind, frame, seq, &ev, NULL);

	if (r < 0)
		return r;
	if (!event_filter_passes(&ask->filter, &ev))
		return 0;
	if (ask->is_searching) {
		search_note(ask, seq);
		return 0;
	}
	buf_init(&out, CONTROL_STREAM_QUEUE);
	r = frame_render(role, ask, &ev, &out);
	if (r == 0)
		r = control_stream_write(ask->q, buf_view(&out));
	buf_done(&out);
	if (r == 0)
		ask->written++;
	return r;
}

static void stream_frames(struct control_role *role, struct ask *ask,
			  uint64_t last, uint32_t count, struct cur *body)
{
	for (uint32_t i = 0; i < count && ask->written < ask->limit; i++) {
		const uint64_t seq = cur_u64(body);
		const uint32_t kind = cur_u8(body);
		const struct span frame = cur_blob(body, MSG_BODY_MAX);
		const int r = frame_stream(role, ask, seq, kind, frame);

		if (r == -EAGAIN) {
			ask->is_blocked = true;
			ask->next = seq;
			return;
		}
		if (r < 0) {
			control_stream_end(ask->q);
			return;
		}
		ask->next = seq + 1;
	}
	if (ask->written >= ask->limit || (count == 0 && ask->next <= last)) {
		/* Enough; or the audit process cannot read what it has. */
		control_stream_end(ask->q);
	} else if (ask->next <= last) {
		events_ask(role, ask);
	} else if (ask->is_searching) {
		search_end(ask);
		events_ask(role, ask);
	} else if (!ask->wants_follow) {
		control_stream_end(ask->q);
	}
}

static void wants_more(void *ctx, struct control_request *q)
{
	const struct door *door = ctx;
	struct ask *ask = control_data(q);

	if (!ask->is_blocked || ask->awaits != 0)
		return;
	ask->is_blocked = false;
	events_ask(door->role, ask);
}

static void closed(void *ctx, struct control_request *q)
{
	(void)ctx;
	ask_free(control_data(q));
}

void events_action(struct control_role *role, struct ask *ask)
{
	/* Where to begin: at a sequence; at what comes next; or at the last
	 * events that match, which a first pass has to find. */
	ask->next = ask->has_from ? ask->from : 1;
	if (!ask->has_from && ask->wants_follow && ask->limit == UINT64_MAX &&
	    ask->filter.since_ms == 0) {
		ask->next = INT64_MAX;
	} else if (!ask->has_from && ask->limit != UINT64_MAX) {
		ask->is_searching = true;
		ask->ring = calloc(ask->limit, sizeof(*ask->ring));
		if (ask->ring == NULL) {
			ask_fail(ask, 503, ENOMEM, "out of memory");
			return;
		}
	}
	ask->is_stream = true;
	control_stream(ask->q, is_json(ask) ? TYPE_NDJSON : TYPE_TEXT,
		       wants_more, closed);
	events_ask(role, ask);
}

void events_tick(struct control_role *role)
{
	for (size_t i = 0; i < ASKS_MAX; i++) {
		struct ask *ask = &role->asks[i];

		if (ask->q != NULL && ask->is_stream && ask->awaits == 0 &&
		    !ask->is_blocked && role->audit.source.fd >= 0)
			events_ask(role, ask);
	}
}

/* ---- an explanation
 * ---------------------------------------------------------- */

/* Not what was, but what would be: the trail is not asked. */
static void what_action(struct control_role *role, struct ask *ask)
{
	struct buf body;

	if (ask->next != 0) {
		ask_fail(ask, 400, EINVAL, "either seq or what, not both");
		return;
	}
	if (ask->filter.service[0] == '\0') {
		ask_fail(ask, 400, EINVAL, "which service? say &service=NAME");
		return;
	}
	buf_init(&body, MSG_BODY_MAX);
	buf_blob(&body, span_of(ask->filter.service));
	buf_blob(&body, span_of(ask->what));
	ask_send(role, ask, role->policy.source.fd, WIRE_WHAT, &body,
		 WIRE_TEXT_IS);
	buf_done(&body);
}

void explain_action(struct control_role *role, struct ask *ask)
{
	struct buf body;

	if (ask->what != NULL) {
		what_action(role, ask);
		return;
	}
	if (ask->next == 0) {
		ask_fail(ask, 400, EINVAL,
			 "which event? say ?seq=NUMBER, or "
			 "?what=WORDS&service=NAME");
		return;
	}
	buf_init(&body, 16);
	buf_u64(&body, ask->next);
	buf_u32(&body, 1);
	ask_send(role, ask, role->audit.source.fd, WIRE_EVENTS, &body,
		 WIRE_EVENTS_ARE);
	buf_done(&body);
}

/* pkg/audit and pkg/policy know nothing of each other; here they meet. */
static const enum denial_kind kinds[] = {
	[DENIED_FS] = DENIAL_FS,
	[DENIED_NET] = DENIAL_NET,
	[DENIED_SCOPE] = DENIAL_SCOPE,
	[DENIED_SYSCALL] = DENIAL_SYSCALL,
	[DENIED_INFERRED] = DENIAL_INFERRED,
};

static void explain_ask(struct control_role *role, struct ask *ask,
			const struct event *ev, const struct event_denial *d)
{
	struct buf body;

	buf_init(&body, MSG_BODY_MAX);
	buf_u64(&body, ev->generation);
	buf_u8(&body, (uint8_t)kinds[d->kind]);
	buf_blob(&body, ev->service);
	buf_blob(&body, d->right);
	buf_blob(&body, span_of(d->path));
	buf_u16(&body, d->port);
	buf_u32(&body, d->arch);
	buf_u32(&body, (uint32_t)d->syscall);
	buf_u32(&body, (uint32_t)d->exit);
	buf_u8(&body, d->has_args);
	for (size_t i = 0; i < sizeof(d->args) / sizeof(d->args[0]); i++)
		buf_u64(&body, d->args[i]);
	ask_send(role, ask, role->policy.source.fd, WIRE_EXPLAIN, &body,
		 WIRE_TEXT_IS);
	buf_done(&body);
}

static void explain_event(struct control_role *role, struct ask *ask,
			  uint32_t count, struct cur *body)
{
	const struct render_node node = { role->base.node, role->base.boot };
	const uint64_t seq = count ? cur_u64(body) : 0;
	const uint32_t kind = count ? cur_u8(body) : 0;
	const struct span frame =
		count ? cur_blob(body, MSG_BODY_MAX) : (struct span){ 0 };
	static struct event_denial denial; /* too large for a stack frame */
	struct event ev;
	struct err e = { 0 };

	if (seq != ask->next) {
		ask_fail(ask, 404, ENOENT, "the trail has no event %llu",
			 (unsigned long long)ask->next);
		return;
	}
	if (event_of_frame(kind, frame, seq, &ev, &e) < 0) {
		ask_fail(ask, 500, e.code, "event %llu: %s",
			 (unsigned long long)seq, e.text);
		return;
	}
	if (!event_denial(&ev, &denial)) {
		ask_fail(ask, 409, EINVAL, "event %llu is not a denial",
			 (unsigned long long)seq);
		return;
	}
	if (ev.service.len == 0) {
		ask_fail(ask, 409, EINVAL,
			 "event %llu is a denial of no named service",
			 (unsigned long long)seq);
		return;
	}
	if (renderer_json(role->renderer, &ev, &node, &ask->event_json) < 0 ||
	    render_raw(&ev, &ask->raw) < 0) {
		ask_fail(ask, 500, EIO, "the event cannot be shown");
		return;
	}
	explain_ask(role, ask, &ev, &denial);
}

static void explain_reply(struct ask *ask, struct span policy)
{
	const struct span event = buf_view(&ask->event_json);
	struct buf out;

	buf_init(&out, MSG_BODY_MAX * 4);
	/* The policy's object, its closing brace replaced by two members. */
	buf_put(&out, policy.p, policy.len ? policy.len - 1 : 0);
	buf_puts(&out, ",\"event\":");
	buf_put(&out, event.p, event.len ? event.len - 1 : 0);
	buf_puts(&out, ",\"raw\":");
	json_quote(&out, buf_view(&ask->raw));
	buf_puts(&out, "}");
	ask_reply(ask, 200, buf_view(&out));
	buf_done(&out);
}

static unsigned text_status(uint32_t code)
{
	if (code == EBADMSG || code == E2BIG)
		return 400;
	return code == ENOENT ? 404 : 500;
}

int answer_text(void *ctx, struct msg *m, struct cur *body)
{
	struct ask *ask = ask_find(ctx, m->id, WIRE_TEXT_IS);
	const uint32_t code = cur_u32(body);
	const struct span text = cur_blob(body, MSG_BODY_MAX);

	if (ask == NULL || body->failed)
		return 0;
	if (code != 0)
		ask_fail(ask, text_status(code), (int)code, "%.*s",
			 SPAN_FMT(text));
	else if (ask->action == explain_action && ask->what == NULL)
		explain_reply(ask, text);
	else
		ask_reply(ask, 200, text);
	return 0;
}

int answer_events(void *ctx, struct msg *m, struct cur *body)
{
	struct control_role *role = ctx;
	struct ask *ask = ask_find(role, m->id, WIRE_EVENTS_ARE);
	const uint64_t last = cur_u64(body);
	const uint32_t count = cur_u32(body);

	if (ask != NULL && ask->action == explain_action) {
		explain_event(role, ask, count, body);
	} else if (ask != NULL) {
		/* "What comes next" is known only now. */
		if (ask->next == INT64_MAX)
			ask->next = last + 1;
		stream_frames(role, ask, last, count, body);
	}
	body->rest.len = 0; /* a reader that blocked leaves frames unread */
	return 0;
}
