/* SPDX-License-Identifier: Apache-2.0 */
/* control_role.c - see control_role.h.
 *
 * WIRE_START carries the two listening sockets.
 */
#include "cmd/bailiffd/control_role.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiffd/publication.h"
#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/audit/render.h"

#define TYPE_JSON "application/json"
#define TYPE_METRICS \
	"application/openmetrics-text; version=1.0.0; charset=utf-8"
#define FOLLOW_MS 100

/* ---- asks ------------------------------------------------------------------
 */

void ask_free(struct ask *ask)
{
	free(ask->ring);
	free(ask->what);
	buf_done(&ask->event_json);
	buf_done(&ask->raw);
	*ask = (struct ask){ 0 };
}

void ask_reply(struct ask *ask, unsigned status, struct span json)
{
	control_reply(ask->q, status, TYPE_JSON, json);
	ask_free(ask);
}

void ask_fail(struct ask *ask, unsigned status, int code, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	struct err e = { 0 };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)err_set(&e, code, "%s", text);
	if (ask->is_stream) {
		control_stream_end(ask->q);
		return;
	}
	control_reply_err(ask->q, status, &e);
	ask_free(ask);
}

void ask_send(struct control_role *role, struct ask *ask, int fd, uint16_t type,
	      const struct buf *body, uint16_t answer)
{
	int r;

	if (++role->last_id == 0)
		role->last_id = 1;
	ask->id = role->last_id;
	ask->awaits = answer;
	ask->deadline_ms = clock_boot_ms() +
			   (answer == WIRE_RELOADED ? RELOAD_MS : ASK_MS);
	r = fd < 0 ? -EPIPE : msg_send_buf(fd, type, ask->id, body);
	if (r == 0)
		return;
	ask->awaits = 0;
	ask_fail(ask, 503, -r,
		 "a process of bailiffd is being started; ask "
		 "again in a second");
}

struct ask *ask_find(struct control_role *role, uint32_t id, uint16_t answer)
{
	for (size_t i = 0; i < ASKS_MAX; i++) {
		struct ask *ask = &role->asks[i];

		if (ask->q != NULL && ask->id == id && ask->awaits == answer) {
			ask->awaits = 0;
			return ask;
		}
	}
	return NULL;
}

static struct ask *ask_new(struct control_role *role, struct control_request *q)
{
	for (size_t i = 0; i < ASKS_MAX; i++) {
		if (role->asks[i].q != NULL)
			continue;
		role->asks[i] = (struct ask){ .q = q };
		buf_init(&role->asks[i].event_json, MSG_BODY_MAX * 2);
		buf_init(&role->asks[i].raw, MSG_BODY_MAX * 2);
		control_set_data(q, &role->asks[i]);
		return &role->asks[i];
	}
	return NULL;
}

/* ---- actions ----------------------------------------------------------------
 */

static void status_action(struct control_role *role, struct ask *ask)
{
	struct buf none;

	buf_init(&none, 1);
	ask_send(role, ask, CHANNEL_FD, WIRE_STATUS, &none, WIRE_STATUS_IS);
}

/* The same question; what is made of the answer differs (answer_status()). */
static void services_action(struct control_role *role, struct ask *ask)
{
	status_action(role, ask);
}

static void metrics_action(struct control_role *role, struct ask *ask)
{
	status_action(role, ask);
}

static void show_action(struct control_role *role, struct ask *ask)
{
	struct buf body;

	if (ask->filter.service[0] == '\0') {
		ask_fail(ask, 400, EINVAL, "which service? say ?service=NAME");
		return;
	}
	buf_init(&body, MSG_BODY_MAX);
	buf_blob(&body, span_of(ask->filter.service));
	ask_send(role, ask, role->policy.source.fd, WIRE_SHOW, &body,
		 WIRE_TEXT_IS);
	buf_done(&body);
}

static void reload_action(struct control_role *role, struct ask *ask)
{
	struct buf body;

	buf_init(&body, MSG_BODY_MAX);
	buf_blob(&body, span_of(ask->path));
	buf_u8(&body, ask->is_dry_run);
	ask_send(role, ask, CHANNEL_FD, WIRE_RELOAD, &body, WIRE_RELOADED);
	buf_done(&body);
}

/* ---- the supervisor's answers
 * ------------------------------------------------ */

static int answer_admitted(void *ctx, struct msg *m, struct cur *body)
{
	struct control_role *role = ctx;
	struct ask *ask = ask_find(role, m->id, WIRE_ADMITTED);
	const bool yes = cur_u8(body) != 0;
	const struct span why = cur_blob(body, ERR_TEXT_MAX);

	if (ask == NULL)
		return 0;
	if (yes)
		ask->action(role, ask);
	else
		ask_fail(ask, 403, EPERM, "%.*s", SPAN_FMT(why));
	return 0;
}

static void services_reply(struct ask *ask, struct span status)
{
	AUTO_JSON *all = NULL;
	struct err e = { 0 };
	struct buf out;

	if (json_parse(status, JSON_MAX, &all, &e) < 0) {
		ask_fail(ask, 500, e.code, "the status: %s", e.text);
		return;
	}
	buf_init(&out, (size_t)2 * JSON_MAX);
	buf_puts(&out, "{\"services\":");
	if (json_text(json_object_get(all, "services"), &out) < 0)
		buf_puts(&out, "[]");
	buf_puts(&out, "}");
	ask_reply(ask, 200, buf_view(&out));
	buf_done(&out);
}

static void metrics_reply(struct ask *ask, struct span status)
{
	struct buf out;

	buf_init(&out, (size_t)2 * JSON_MAX);
	if (metrics_write(status, &out) < 0) {
		ask_fail(ask, 500, EIO, "the status cannot be shown");
	} else {
		control_reply(ask->q, 200, TYPE_METRICS, buf_view(&out));
		ask_free(ask);
	}
	buf_done(&out);
}

/* The supervisor's JSON, longer than a message may be. */
static int json_map(struct ask *ask, struct msg *m, struct span *ret)
{
	struct err e = { 0 };

	if (publication_map(m->fds[0], ret, &e) == 0)
		return 0;
	ask_fail(ask, 500, e.code, "the answer: %s", e.text);
	return -e.code;
}

static int answer_status(void *ctx, struct msg *m, struct cur *body)
{
	const uint32_t status = cur_u32(body);
	struct ask *ask = ask_find(ctx, m->id, WIRE_STATUS_IS);
	struct span json;

	if (ask == NULL || body->failed || json_map(ask, m, &json) < 0)
		return 0;
	if (status == 200 && ask->action == metrics_action)
		metrics_reply(ask, json);
	else if (status == 200 && ask->action == services_action)
		services_reply(ask, json);
	else
		ask_reply(ask, status, json);
	publication_unmap(json);
	return 0;
}

static int answer_reloaded(void *ctx, struct msg *m, struct cur *body)
{
	const uint32_t status = cur_u32(body);
	struct ask *ask = ask_find(ctx, m->id, WIRE_RELOADED);
	struct span json;

	if (ask == NULL || body->failed || json_map(ask, m, &json) < 0)
		return 0;
	ask_reply(ask, status, json);
	publication_unmap(json);
	return 0;
}

/* ---- requests
 * ----------------------------------------------------------------- */

/* Every handler begins here: copy what the client said, ask who it is. */
static void handle(struct door *door, struct control_request *q,
		   action_fn *action)
{
	struct control_role *role = door->role;
	struct ask *ask = ask_new(role, q);
	struct err e = { 0 };
	struct buf body;

	if (ask == NULL) {
		(void)err_set(&e, EBUSY, "too many requests at once");
		control_reply_err(q, 503, &e);
		return;
	}
	ask->action = action;
	if (ask_read(q, ask, &e) < 0) {
		ask_fail(ask, 400, e.code, "%s", e.text);
		return;
	}
	buf_init(&body, 16);
	buf_u32(&body, (uint32_t)control_peer_pid(q));
	buf_u8(&body, (uint8_t)door->socket);
	ask_send(role, ask, CHANNEL_FD, WIRE_ADMIT, &body, WIRE_ADMITTED);
	buf_done(&body);
}

#define HANDLER(name)                                                   \
	static void handle_##name(void *ctx, struct control_request *q) \
	{                                                               \
		handle(ctx, q, name##_action);                          \
	}
HANDLER(status)
HANDLER(services)
HANDLER(show)
HANDLER(events)
HANDLER(explain)
HANDLER(metrics)
HANDLER(reload)

/* clang-format off */
#define ROUTES_FOR_ALL                                  \
	{ "GET", "/v1/status", handle_status },         \
	{ "GET", "/v1/services", handle_services },     \
	{ "GET", "/v1/show", handle_show },             \
	{ "GET", "/v1/events", handle_events },         \
	{ "GET", "/v1/explain", handle_explain },       \
	{ "GET", "/metrics", handle_metrics }
static const struct control_route control_routes[] = {
	ROUTES_FOR_ALL,
	{ "POST", "/v1/reload", handle_reload },
	{ 0 },
};
static const struct control_route events_routes[] = {
	ROUTES_FOR_ALL,
	{ 0 },
};
/* clang-format on */

/* ---- peers
 * ----------------------------------------------------------------------- */

static void fail_all(struct control_role *role, uint16_t awaits)
{
	for (size_t i = 0; i < ASKS_MAX; i++) {
		struct ask *ask = &role->asks[i];

		if (ask->q == NULL || ask->awaits != awaits)
			continue;
		ask->awaits = 0;
		if (!ask->is_stream) /* a stream looks again by the timer */
			ask_fail(ask, 503, EAGAIN,
				 "a process of bailiffd ended meanwhile; ask "
				 "again in a second");
	}
}

static void audit_lost(struct peer *p)
{
	fail_all(p->base->ctx, WIRE_EVENTS_ARE);
}

static void policy_lost(struct peer *p)
{
	fail_all(p->base->ctx, WIRE_TEXT_IS);
}

static const struct msg_op audit_ops[] = {
	{ WIRE_EVENTS_ARE, 1, 0, answer_events },
};
static const struct msg_op policy_ops[] = {
	{ WIRE_TEXT_IS, 1, 0, answer_text },
};

static int answer_peer(void *ctx, struct msg *m, struct cur *body)
{
	struct control_role *role = ctx;
	const uint8_t about = cur_u8(body);
	struct err e = { 0 };

	if (about != ROLE_AUDIT && about != ROLE_POLICY)
		return -EPROTO;
	return peer_replace(about == ROLE_AUDIT ? &role->audit : &role->policy,
			    msg_fd_take(m, 0), &e);
}

static const struct msg_op supervisor_ops[] = {
	{ WIRE_PEER, 1, 1, answer_peer },
	{ WIRE_ADMITTED, 1, 0, answer_admitted },
	{ WIRE_STATUS_IS, 1, 1, answer_status },
	{ WIRE_RELOADED, 1, 1, answer_reloaded },
};

/* ---- main
 * -------------------------------------------------------------------------- */

/* An answer that a full channel lost must not hold its client for ever. */
static void deadlines_check(struct control_role *role)
{
	const uint64_t now = clock_boot_ms();

	for (size_t i = 0; i < ASKS_MAX; i++) {
		struct ask *ask = &role->asks[i];

		if (ask->q == NULL || ask->awaits == 0 ||
		    now < ask->deadline_ms)
			continue;
		ask->awaits = 0;
		if (!ask->is_stream) /* a stream asks again */
			ask_fail(ask, 503, ETIMEDOUT,
				 "bailiffd is too busy to answer");
	}
}

static int follow_tick(struct source *self, uint32_t events)
{
	struct control_role *role =
		container_of(self, struct control_role, timer);

	(void)events;
	timer_ack(self->fd);
	deadlines_check(role);
	events_tick(role);
	return 0;
}

static int doors_open(struct control_role *role, struct msg *start,
		      struct err *e)
{
	static const struct control_route *const routes[2] = {
		[SOCKET_CONTROL] = control_routes,
		[SOCKET_EVENTS] = events_routes,
	};

	for (int i = 0; i < 2; i++) {
		struct door *door = &role->doors[i];
		int r;

		*door = (struct door){ .role = role, .socket = i };
		r = control_server_new(msg_fd_take(start, (size_t)i), routes[i],
				       door, role->base.loop, &door->server, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int role_init(struct control_role *role, struct err *e)
{
	struct cur body;
	struct msg start;
	int r = role_begin(&role->base, ROLE_CONTROL, &start, &body, e);

	if (r < 0)
		return r;
	if (start.nfds != 2 || cur_end(&body) < 0)
		return err_set(e, EPROTO, "unexpected start");
	role->base.ctx = role;
	role->base.ops = supervisor_ops;
	role->base.op_count =
		sizeof(supervisor_ops) / sizeof(supervisor_ops[0]);
	role->audit = (struct peer){ .source = { .fd = -1, .name = "audit" },
				     .base = &role->base,
				     .ops = audit_ops,
				     .op_count = 1,
				     .lost = audit_lost };
	role->policy = (struct peer){ .source = { .fd = -1, .name = "policy" },
				      .base = &role->base,
				      .ops = policy_ops,
				      .op_count = 1,
				      .lost = policy_lost };
	if (renderer_new(&role->renderer) < 0)
		return err_set(e, ENOMEM, "out of memory");
	role->timer = (struct source){ timer_open(e), "timer", follow_tick };
	if (role->timer.fd < 0)
		return role->timer.fd;
	r = timer_set(role->timer.fd, FOLLOW_MS, FOLLOW_MS);
	if (r < 0)
		return err_set(e, -r, "set the timer");
	r = loop_add(role->base.loop, &role->timer, EPOLLIN, e);
	return r < 0 ? r : doors_open(role, &start, e);
}

int control_main(void)
{
	struct control_role *role = calloc(1, sizeof(*role));
	struct err e = { 0 };
	int code = 111;

	if (role == NULL)
		return code;
	role->timer.fd = -1;
	if (role_init(role, &e) < 0)
		log_err(&role->base.log, LOG_LEVEL_ERROR, "cannot start", &e);
	else
		code = role_run(&role->base);
	renderer_free(role->renderer);
	for (int i = 0; i < 2; i++)
		control_server_free(role->doors[i].server);
	for (size_t i = 0; i < ASKS_MAX; i++)
		ask_free(&role->asks[i]);
	fd_drop(&role->audit.source.fd);
	fd_drop(&role->policy.source.fd);
	fd_drop(&role->timer.fd);
	role_done(&role->base);
	free(role);
	return code;
}
