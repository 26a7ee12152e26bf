/* SPDX-License-Identifier: Apache-2.0 */
/* audit_role.c - the audit process: reads the kernel's stream, assembles and
 * attributes events, appends them to the trail, hands frames to the control
 * process.
 *
 * It never stops reading: what the trail cannot take (a full disk) is counted
 * and dropped, or every audited task of the node would sleep in the kernel's
 * backlog wait.
 *
 * WIRE_START carries, besides what every role is told: u32 which of enum
 * audit_fd are there (bit by number; the descriptors follow in that order),
 * the body of WIRE_AUDIT_CONFIG, blob what is in force, u32 slots of the map of
 * exits.
 */
#include "cmd/bailiffd/audit_role.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/auto.h"

#define STATS_EVERY 5  /* ticks */
#define BATCHES_MAX 64 /* of the socket, before others get their turn */

static int netlink_ready(struct source *self, uint32_t events)
{
	struct audit_role *role =
		container_of(self, struct audit_role, netlink);

	(void)events;
	audit_gather(role);
	return audit_drain(role, BATCHES_MAX);
}

/* The supervisor is gone or said stop: take what the kernel already sent. */
static void drain(void *ctx)
{
	struct audit_role *role = ctx;

	(void)audit_drain(role, BATCHES_MAX * 64);
	assemble_flush(role->assembler);
	audit_expire(role);
	audit_hooks_end(role);
	audit_own(role, "audit.stop", "events=%llu",
		  (unsigned long long)role->stats.events);
	audit_append_tick(role);
}

/* ---- the supervisor -------------------------------------------------------
 */

static void stats_send(struct audit_role *role)
{
	struct buf body;

	role->stats.pruned = trail_pruned(role->trail);
	audit_account_stats(role, &role->stats);
	buf_init(&body, 256);
	audit_stats_encode(&role->stats, &body);
	/* A full channel: the next one says the same and more. */
	(void)role_tell(&role->base, WIRE_STATS, 0, &body);
	buf_done(&body);
	audit_account_tell(role);
}

static int tick(struct source *self, uint32_t events)
{
	struct audit_role *role = container_of(self, struct audit_role, timer);
	int r;

	(void)events;
	timer_ack(self->fd);
	/* What waits in the socket is not late: a process that did not run for
	 * a while must not take whole events for partial ones. */
	r = audit_drain(role, BATCHES_MAX);
	if (r < 0)
		return r;
	audit_expire(role);
	audit_append_tick(role);
	audit_hooks_tick(role);
	role->ticks++;
	if (role->ticks % STATS_EVERY == 0)
		stats_send(role);
	audit_flush(role);
	return 0;
}

static int answer_own_event(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;
	AUTO_MEM char *action = span_dup(cur_blob(body, 64));
	AUTO_MEM char *text = span_dup(cur_blob(body, OWN_TEXT_MAX));

	(void)m;
	if (action == NULL || text == NULL)
		return -EPROTO;
	audit_own(role, action, "%s", text);
	audit_flush(role);
	return 0;
}

static int answer_kernel(void *ctx, struct msg *m, struct cur *body)
{
	const uint32_t count = cur_u32(body);
	const uint8_t by = cur_u8(body);

	(void)m;
	if (by != LOST_BY_MULTICAST)
		audit_account_lost(ctx, count);
	audit_own(ctx, "audit.lost", "count=%u by=%s", count,
		  by == LOST_BY_MULTICAST ? "multicast" : "kernel");
	return 0;
}

static int config_take(struct audit_role *role, struct cur *body)
{
	audit_settings_decode(body, &role->settings);
	role->bytes_max = cur_u64(body);
	return places_take(role->places, body);
}

static int answer_config(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;
	int r;

	(void)m;
	r = config_take(role, body);
	if (r == 0)
		audit_trail_settings(role);
	return r;
}

/* A collector that stands twice, or one too many, is a broken supervisor. */
static int answer_taken(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;
	const uint32_t count = cur_u32(body);

	(void)m;
	if (count > SHIP_COLLECTORS_MAX)
		return -EPROTO;
	role->taken_count = count;
	for (uint32_t i = 0; i < count; i++) {
		(void)cur_blob(body, 63);
		role->taken[i] = cur_u64(body);
	}
	return 0;
}

static const struct msg_op control_ops[] = {
	{ WIRE_EVENTS, 1, 0, audit_feed },
};

static int answer_peer(void *ctx, struct msg *m, struct cur *body)
{
	struct audit_role *role = ctx;

	return peer_answer(&role->control, ROLE_CONTROL, m, body);
}

static const struct msg_op supervisor_ops[] = {
	{ WIRE_PEER, 1, 1, answer_peer },
	{ WIRE_OWN_EVENT, 1, 0, answer_own_event },
	{ WIRE_KERNEL, 1, 0, answer_kernel },
	{ WIRE_AUDIT_CONFIG, 1, 0, answer_config },
	{ WIRE_TAKEN, 1, 0, answer_taken },
	{ WIRE_RULES, 1, 0, audit_account_rules },
};

/* ---- beginning ------------------------------------------------------------
 */

static int sources_add(struct audit_role *role, struct err *e)
{
	int r;

	role->netlink = (struct source){ role->fds[AUDIT_FD_NETLINK],
					 "audit netlink", netlink_ready };
	role->timer = (struct source){ timer_open(e), "timer", tick };
	if (role->timer.fd < 0)
		return role->timer.fd;
	r = timer_set(role->timer.fd, AUDIT_TICK_MS, AUDIT_TICK_MS);
	if (r < 0)
		return err_set(e, -r, "set the timer");
	r = loop_add(role->base.loop, &role->netlink, EPOLLIN, e);
	return r < 0 ? r : loop_add(role->base.loop, &role->timer, EPOLLIN, e);
}

/* Each descriptor to its place. Return: 0; -EPROTO when one is missing or too
 * many. */
static int fds_take(struct audit_role *role, struct msg *start, uint32_t which)
{
	size_t next = 0;

	for (size_t i = 0; i < AUDIT_FD_COUNT; i++) {
		if ((which & (1U << i)) == 0)
			continue;
		if (next == start->nfds)
			return -EPROTO;
		role->fds[i] = msg_fd_take(start, next++);
	}
	return next == start->nfds && which >> AUDIT_FD_COUNT == 0 &&
			       (which & AUDIT_FDS_NEEDED) == AUDIT_FDS_NEEDED
		       ? 0
		       : -EPROTO;
}

static int start_take(struct audit_role *role, struct err *e)
{
	struct span statement;
	struct cur body;
	struct msg start;
	uint32_t which;
	int r = role_begin(&role->base, ROLE_AUDIT, &start, &body, e);

	if (r < 0)
		return r;
	which = cur_u32(&body);
	r = config_take(role, &body);
	statement = cur_blob(&body, sizeof(role->statement) - 1);
	role->exit_slots = cur_u32(&body);
	if (r < 0 || cur_end(&body) < 0 || fds_take(role, &start, which) < 0) {
		msg_done(&start);
		return err_set(e, EPROTO, "unexpected start");
	}
	(void)snprintf(role->statement, sizeof(role->statement), "%.*s",
		       SPAN_FMT(statement));
	return 0;
}

static int role_init(struct audit_role *role, struct err *e)
{
	int r = start_take(role, e);

	if (r < 0)
		return r;
	role->base.ctx = role;
	role->base.orphaned = drain;
	role->base.ops = supervisor_ops;
	role->base.op_count =
		sizeof(supervisor_ops) / sizeof(supervisor_ops[0]);
	role->control =
		(struct peer){ .source = { .fd = -1, .name = "control" },
			       .base = &role->base,
			       .ops = control_ops,
			       .op_count = 1 };
	role->now_ms = clock_boot_ms();
	buf_init(&role->frame, TRAIL_FRAME_MAX);
	r = audit_engine_begin(role, e);
	if (r == 0)
		r = audit_hooks_begin(role, e);
	if (r == 0)
		r = audit_trail_begin(role, e);
	if (r == 0)
		r = audit_source_begin(role, e);
	return r < 0 ? r : sources_add(role, e);
}

static void role_end(struct audit_role *role)
{
	audit_feed_end(role);
	trail_writer_close(role->trail);
	attributor_free(role->attributor);
	assembler_free(role->assembler);
	session_cache_free(role->sessions);
	places_free(role->places);
	exitmap_close(role->exits);
	audit_source_free(role->source);
	audit_account_end(role);
	buf_done(&role->frame);
	buf_done(&role->logins);
	for (size_t i = 0; i < AUDIT_FD_COUNT; i++)
		fd_drop(&role->fds[i]);
	fd_drop(&role->timer.fd);
	fd_drop(&role->control.source.fd);
	role_done(&role->base);
}

int audit_main(void)
{
	struct audit_role *role = calloc(1, sizeof(*role));
	struct err e = { 0 };
	int code = 111;

	if (role == NULL || places_new(&role->places) < 0) {
		free(role);
		return code;
	}
	for (size_t i = 0; i < AUDIT_FD_COUNT; i++)
		role->fds[i] = -1;
	role->timer.fd = role->control.source.fd = -1;
	if (role_init(role, &e) < 0)
		log_err(&role->base.log, LOG_LEVEL_ERROR, "cannot start", &e);
	else
		code = role_run(&role->base);
	role_end(role);
	free(role);
	return code;
}
