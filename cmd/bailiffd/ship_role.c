/* SPDX-License-Identifier: Apache-2.0 */
/* ship_role.c - the ship process: reads the trail, delivers to collectors,
 * moves its cursors. It never writes the trail.
 *
 * WIRE_START carries the trail's directory and the cursors' directory.
 */
#include "cmd/bailiffd/role.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiffd/stats.h"
#include "lib/auto.h"
#include "pkg/audit/frame.h"
#include "pkg/audit/render.h"
#include "pkg/ship/ship.h"
#include "pkg/ship/syslog.h"

#define POKE_MS	    100
#define STATS_EVERY 5 /* pokes */

struct ship_role {
	struct role_base base;
	int trail_fd, cursor_fd;
	struct source timer;
	uint64_t ticks;
	struct renderer *renderer;
	struct shipper *shippers[SHIP_COLLECTORS_MAX];
	size_t count;
	/* A collector that the policy names and nobody can ship to. */
	struct ship_stat unusable[SHIP_COLLECTORS_MAX];
	size_t unusable_count;
};

static enum syslog_severity severity_of(const struct event *ev, bool denied)
{
	if (ev->kind == EVENT_OWN &&
	    (span_eq_str(ev->action, "identity.forged") ||
	     span_eq_str(ev->action, "audit.lost")))
		return SYSLOG_ALERT;
	return denied ? SYSLOG_WARNING : SYSLOG_INFORMATIONAL;
}

static int frame_render(void *ctx, const struct trail_frame *frame,
			struct buf *out)
{
	const struct ship_role *role = ctx;
	const struct render_node node = { role->base.node, role->base.boot };
	static struct event_denial denial; /* large; only its being counts */
	struct syslog_event line;
	struct event ev;
	struct buf json;
	bool denied;
	int r = event_of_frame(frame->kind, frame->bytes, frame->seq, &ev,
			       NULL);

	if (r < 0)
		return r;
	denied = event_denial(&ev, &denial);
	buf_init(&json, SHIP_MESSAGE_MAX);
	r = renderer_json(role->renderer, &ev, &node, &json);
	line = (struct syslog_event){
		.severity = severity_of(&ev, denied),
		.time_ms = ev.time_ms,
		.node = role->base.node,
		.msg_id = ev.kind == EVENT_OWN ? ev.action : span_of("event"),
		.boot = role->base.boot,
		.seq = frame->seq,
		.service = ev.service,
		.outcome = denied ? span_of("denied") : (struct span){ 0 },
		.msg = buf_view(&json),
	};
	if (r == 0)
		r = syslog_format(&line, out);
	buf_done(&json);
	return r;
}

static void shippers_free(struct ship_role *role)
{
	for (size_t i = 0; i < role->count; i++)
		ship_free(role->shippers[i]);
	role->count = 0;
	role->unusable_count = 0;
}

static void collector_refuse(struct ship_role *role, const char *name,
			     const char *why)
{
	struct ship_stat *row = &role->unusable[role->unusable_count++];

	*row = (struct ship_stat){ 0 };
	(void)snprintf(row->name, sizeof(row->name), "%s", name);
	(void)snprintf(row->error, sizeof(row->error), "%s", why);
	log_line(&role->base.log, LOG_LEVEL_ERROR, "collector not usable",
		 LOG_FIELDS(log_text("collector", name),
			    log_text("error", why)));
}

static int collector_begin(struct ship_role *role, struct cur *body)
{
	AUTO_MEM char *name = span_dup(cur_blob(body, 63));
	AUTO_MEM char *protocol = span_dup(cur_blob(body, 63));
	AUTO_MEM char *host = span_dup(cur_blob(body, 255));
	const struct ship_config config = { .name = name,
					    .host = host,
					    .port = cur_u16(body) };
	struct err e = { 0 };

	if (body->failed || name == NULL || protocol == NULL || host == NULL)
		return -EPROTO;
	if (strcmp(protocol, "syslog-tcp") != 0) {
		collector_refuse(role, name, "unknown protocol");
		return 0;
	}
	if (ship_new(role->base.loop, role->trail_fd, role->cursor_fd, &config,
		     frame_render, role, &role->shippers[role->count], &e) < 0)
		collector_refuse(role, name, e.text);
	else
		role->count++;
	return 0;
}

/* All collectors begin anew at their cursors: a change of policy is rare, and
 * what is sent twice carries its sequence. */
static int answer_collectors(void *ctx, struct msg *m, struct cur *body)
{
	struct ship_role *role = ctx;
	const uint32_t count = cur_u32(body);
	int r = 0;

	(void)m;
	if (count > SHIP_COLLECTORS_MAX)
		return -EPROTO;
	shippers_free(role);
	for (uint32_t i = 0; i < count && r == 0; i++)
		r = collector_begin(role, body);
	return r;
}

static void stats_send(struct ship_role *role)
{
	struct ship_stats stats = { 0 };
	struct buf body;

	for (size_t i = 0; i < role->count; i++) {
		struct ship_stat *row = &stats.rows[stats.count++];
		struct ship_status now;

		ship_status(role->shippers[i], &now);
		(void)snprintf(row->name, sizeof(row->name), "%s", now.name);
		(void)snprintf(row->error, sizeof(row->error), "%s", now.error);
		row->is_connected = now.state == SHIP_CONNECTED;
		row->acked_seq = now.acked_seq;
	}
	for (size_t i = 0; i < role->unusable_count; i++)
		stats.rows[stats.count++] = role->unusable[i];
	buf_init(&body, MSG_BODY_MAX);
	ship_stats_encode(&stats, &body);
	/* A full channel: the next one says the same and more. */
	(void)role_tell(&role->base, WIRE_STATS, 0, &body);
	buf_done(&body);
}

static int tick(struct source *self, uint32_t events)
{
	struct ship_role *role = container_of(self, struct ship_role, timer);

	(void)events;
	timer_ack(self->fd);
	for (size_t i = 0; i < role->count; i++)
		ship_poke(role->shippers[i]);
	if (role->ticks++ % STATS_EVERY == 0)
		stats_send(role);
	return 0;
}

static const struct msg_op supervisor_ops[] = {
	{ WIRE_COLLECTORS, 1, 0, answer_collectors },
};

static int role_init(struct ship_role *role, struct err *e)
{
	struct cur body;
	struct msg start;
	int r = role_begin(&role->base, ROLE_SHIP, &start, &body, e);

	if (r < 0)
		return r;
	if (start.nfds != 2 || cur_end(&body) < 0)
		return err_set(e, EPROTO, "unexpected start");
	role->trail_fd = msg_fd_take(&start, 0);
	role->cursor_fd = msg_fd_take(&start, 1);
	role->base.ctx = role;
	role->base.ops = supervisor_ops;
	role->base.op_count =
		sizeof(supervisor_ops) / sizeof(supervisor_ops[0]);
	if (renderer_new(&role->renderer) < 0)
		return err_set(e, ENOMEM, "out of memory");
	role->timer = (struct source){ timer_open(e), "timer", tick };
	if (role->timer.fd < 0)
		return role->timer.fd;
	r = timer_set(role->timer.fd, POKE_MS, POKE_MS);
	if (r < 0)
		return err_set(e, -r, "set the timer");
	return loop_add(role->base.loop, &role->timer, EPOLLIN, e);
}

int ship_main(void)
{
	struct ship_role role = { .trail_fd = -1, .cursor_fd = -1 };
	struct err e = { 0 };
	int code = 111;

	role.timer.fd = -1;
	if (role_init(&role, &e) < 0)
		log_err(&role.base.log, LOG_LEVEL_ERROR, "cannot start", &e);
	else
		code = role_run(&role.base);
	shippers_free(&role);
	renderer_free(role.renderer);
	fd_drop(&role.timer.fd);
	fd_drop(&role.trail_fd);
	fd_drop(&role.cursor_fd);
	role_done(&role.base);
	return code;
}
