/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.c - see supervisor.h. */
#include "cmd/bailiffd/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bailiffd/confine.h"
#include "cmd/bailiffd/publication.h"
#include "cmd/bailiffd/receipts.h"
#include "cmd/bailiffd/settings.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memlog.h"
#include "lib/num.h"
#include "pkg/enforce/enforce.h"
#include "pkg/identity/paths.h"

#define TICK_MS		  100
#define POLL_EVERY_TICKS  10   /* the kernel's lost counter */
#define SWEEP_EVERY_TICKS 300  /* dead sessions */
#define STOP_MS		  3000 /* then the workers are killed */
#define AUDIT_WAIT_MS	  2000 /* for a policy to be in force */
#define EARLY_MAX	  65536
#define PHASE_STARTING	  1U
#define PHASE_READY	  2U

/* ---- telling the workers ------------------------------------------------- */

static int tell(struct supervisor *s, enum role role, uint16_t type,
		const struct buf *body)
{
	if (s->workers[role].pid == 0)
		return -EPIPE;
	return msg_send_buf(s->workers[role].channel.fd, type, 0, body);
}

const char *event_quote(struct span text, struct buf *room)
{
	const char *quoted;

	buf_init(room, OWN_TEXT_MAX);
	json_quote(room, text);
	quoted = buf_cstr(room);
	return quoted != NULL ? quoted : "\"\"";
}

void supervisor_event(struct supervisor *s, const char *action, const char *fmt,
		      ...)
{
	char text[OWN_TEXT_MAX];
	struct buf body;
	va_list ap;
	int r;

	if (s->is_arming)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!s->has_audit_begun) {
		buf_blob(&s->early, span_of(action));
		buf_blob(&s->early, span_of(text));
		return;
	}
	buf_init(&body, MSG_BODY_MAX);
	buf_blob(&body, span_of(action));
	buf_blob(&body, span_of(text));
	r = tell(s, ROLE_AUDIT, WIRE_OWN_EVENT, &body);
	buf_done(&body);
	if (r < 0)
		log_line(&s->log, LOG_LEVEL_WARN, "event not in the trail",
			 LOG_FIELDS(log_text("action", action),
				    log_text("text", text),
				    log_text("error", strerror(-r))));
}

void supervisor_collectors(struct supervisor *s)
{
	struct buf body;

	if (!s->workers[ROLE_SHIP].is_ready)
		return;
	buf_init(&body, MSG_BODY_MAX);
	buf_u32(&body, (uint32_t)s->info.collector_count);
	for (size_t i = 0; i < s->info.collector_count; i++) {
		const struct info_collector *c = &s->info.collectors[i];

		buf_blob(&body, span_of(c->name));
		buf_blob(&body, span_of(c->protocol));
		buf_blob(&body, span_of(c->host));
		buf_u16(&body, c->port);
	}
	if (tell(s, ROLE_SHIP, WIRE_COLLECTORS, &body) < 0)
		log_line(&s->log, LOG_LEVEL_WARN,
			 "the ship process did not take its collectors",
			 LOG_NONE);
	buf_done(&body);
}

static void audit_config_write(const struct supervisor *s, struct buf *body)
{
	audit_settings_encode(&s->info.audit, body);
	buf_u64(body, audit_trail_bytes(&s->info.audit, s->dirs.trail));
	buf_u32(body, (uint32_t)s->info.service_count);
	for (size_t i = 0; i < s->info.service_count; i++) {
		buf_blob(body, span_of(s->info.services[i].name));
		buf_u32(body, s->info.services[i].number);
	}
}

void supervisor_audit_config(struct supervisor *s)
{
	struct buf body;

	if (!s->workers[ROLE_AUDIT].is_ready)
		return; /* its WIRE_START says the same */
	buf_init(&body, MSG_BODY_MAX);
	audit_config_write(s, &body);
	if (tell(s, ROLE_AUDIT, WIRE_AUDIT_CONFIG, &body) < 0)
		log_line(&s->log, LOG_LEVEL_WARN,
			 "the audit process did not take its settings",
			 LOG_NONE);
	buf_done(&body);
}

/* How far the collectors are: what they lack is not pruned unseen. */
static void taken_tell(struct supervisor *s)
{
	struct buf body;

	if (!s->workers[ROLE_AUDIT].is_ready)
		return;
	buf_init(&body, MSG_BODY_MAX);
	buf_u32(&body, s->ship_stats.count);
	for (uint32_t i = 0; i < s->ship_stats.count; i++) {
		buf_blob(&body, span_of(s->ship_stats.rows[i].name));
		buf_u64(&body, s->ship_stats.rows[i].acked_seq);
	}
	/* A full channel: the next one says the same and more. */
	(void)tell(s, ROLE_AUDIT, WIRE_TAKEN, &body);
	buf_done(&body);
}

/* The descriptors that a role's WIRE_START carries. */
static size_t start_fds(const struct supervisor *s, enum role role, int fds[])
{
	size_t n = 0;

	switch (role) {
	case ROLE_CONTROL:
		fds[n++] = s->listen_fds[SOCKET_CONTROL];
		fds[n++] = s->listen_fds[SOCKET_EVENTS];
		break;
	case ROLE_SHIP:
		fds[n++] = s->dirs.trail;
		fds[n++] = s->dirs.ship;
		break;
	case ROLE_AUDIT: /* audit_start() */
	case ROLE_POLICY:
	case ROLE_COUNT:
		break;
	}
	return n;
}

/* What WIRE_START tells the policy process alone: what "require" is held
 * against, and what would mend it. */
static void policy_start(const struct supervisor *s, struct buf *body)
{
	const struct posture_value *f = s->posture.facts;
	const bool is_mute = f[FACT_BPF_LSM].state == POSTURE_NO;

	buf_blob(body,
		 span_of(f[FACT_LSM].state == POSTURE_YES ? f[FACT_LSM].text
							  : ""));
	buf_blob(body, span_of(is_mute ? f[FACT_BPF_LSM].text : ""));
	buf_blob(body, span_of(f[FACT_BPF_LSM].mend));
	buf_blob(body, span_of(f[FACT_LANDLOCK].mend));
}

/* What WIRE_START tells the audit process alone. Return: its descriptors, in
 * @fds. */
static size_t audit_start(struct supervisor *s, struct buf *body, int fds[])
{
	const int have[AUDIT_FD_COUNT] = {
		[AUDIT_FD_NETLINK] = s->audit_fd,
		[AUDIT_FD_TRAIL] = s->dirs.trail,
		[AUDIT_FD_SESSIONS] = s->dirs.sessions,
		[AUDIT_FD_KEY] = s->dirs.trail_key,
		[AUDIT_FD_EXITS] = s->exits.map_fd,
	};
	struct buf statement;
	uint32_t which = 0;
	size_t n = 0;

	for (size_t i = 0; i < AUDIT_FD_COUNT; i++) {
		if (have[i] < 0)
			continue;
		which |= 1U << i;
		fds[n++] = have[i];
	}
	buf_u32(body, which);
	audit_config_write(s, body);
	buf_init(&statement, OWN_TEXT_MAX);
	statement_write(s, &statement);
	observe_statement(s, &statement);
	buf_blob(body, buf_view(&statement));
	buf_done(&statement);
	buf_u32(body, s->exits.slots);
	return n;
}

static int start_send(struct supervisor *s, enum role role, struct err *e)
{
	int fds[MSG_FDS_MAX];
	size_t nfds = start_fds(s, role, fds);
	struct buf body;
	int r;

	buf_init(&body, MSG_BODY_MAX);
	buf_u64(&body, s->start_ms);
	buf_blob(&body, span_of(s->node));
	buf_blob(&body, span_of(s->boot));
	if (role == ROLE_AUDIT)
		nfds = audit_start(s, &body, fds);
	else if (role == ROLE_POLICY)
		policy_start(s, &body);
	r = buf_error(&body);
	if (r == 0)
		r = msg_send(s->workers[role].channel.fd, WIRE_START, 0,
			     buf_view(&body), fds, nfds);
	buf_done(&body);
	return r < 0 ? err_set(e, -r, "start the %s process: %s",
			       role_name(role), strerror(-r))
		     : 0;
}

/* ---- peers ----------------------------------------------------------------
 */

static const struct {
	enum role a, b;
} pairs[] = {
	{ ROLE_CONTROL, ROLE_AUDIT },
	{ ROLE_CONTROL, ROLE_POLICY },
};

static int peer_send(struct supervisor *s, enum role to, enum role about,
		     int fd)
{
	const char body[1] = { (char)about };

	return msg_send(s->workers[to].channel.fd, WIRE_PEER, 0,
			(struct span){ body, 1 }, &fd, 1);
}

/* Connect @role with each of its peers that is ready. */
static void peers_connect(struct supervisor *s, enum role role)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const enum role a = pairs[i].a, b = pairs[i].b;
		struct err e = { 0 };
		int ends[2];

		if ((role != a && role != b) || !s->workers[a].is_ready ||
		    !s->workers[b].is_ready)
			continue;
		if (msg_pair(ends, &e) < 0) {
			log_err(&s->log, LOG_LEVEL_ERROR, "no channel", &e);
			continue;
		}
		if (peer_send(s, a, b, ends[0]) < 0 ||
		    peer_send(s, b, a, ends[1]) < 0)
			log_line(&s->log, LOG_LEVEL_ERROR,
				 "two workers cannot be connected",
				 LOG_FIELDS(log_text("a", role_name(a)),
					    log_text("b", role_name(b))));
		(void)close(ends[0]);
		(void)close(ends[1]);
	}
}

/* ---- what workers say -----------------------------------------------------
 */

/* The context of msg_dispatch(): which worker speaks. */
struct speaker {
	struct supervisor *s;
	struct worker *w;
};

static void boot_load(struct supervisor *s)
{
	struct err e = { 0 };

	if (load_restore(s, &e) < 0)
		log_err(&s->log, LOG_LEVEL_ERROR,
			"the policy process starts without the published "
			"policy",
			&e);
	if (s->boot_load_done || s->load.reason != LOAD_IDLE)
		return;
	if (load_begin(s, LOAD_IMAGE, NULL, LOAD_BOOT, 0, &e) == 0)
		return;
	log_err(&s->log, LOG_LEVEL_WARN, "no bundle in the image", &e);
	(void)snprintf(s->load_error, sizeof(s->load_error), "%s", e.text);
	if (load_begin(s, LOAD_STORED, NULL, LOAD_BOOT | LOAD_OWN, 0, &e) == 0)
		return;
	supervisor_loaded(s);
	if (s->is_arming)
		supervisor_end(s, 1);
}

static int say_ready(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;
	struct supervisor *s = who->s;

	(void)m;
	(void)body;
	who->w->is_ready = true;
	if (who->w->role == ROLE_AUDIT)
		watch_restarted(who->s);
	peers_connect(s, who->w->role);
	if (who->w->role == ROLE_POLICY)
		boot_load(s);
	if (who->w->role == ROLE_SHIP)
		supervisor_collectors(s);
	return 0;
}

static int say_stats(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;

	(void)m;
	if (who->w->role == ROLE_AUDIT)
		audit_stats_decode(body, &who->s->audit_stats);
	else if (who->w->role == ROLE_SHIP)
		ship_stats_decode(body, &who->s->ship_stats);
	else
		return -EPROTO;
	if (who->w->role == ROLE_SHIP && !body->failed)
		taken_tell(who->s);
	return 0;
}

static int say_ledger(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;

	(void)m;
	ledger_decode(body, who->s->ledger);
	return 0;
}

static int say_flood(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;

	(void)m;
	return exclude_ask(who->s, body);
}

static int say_logins(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;

	(void)m;
	return follow_ask(who->s, body);
}

static int say_loaded(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;

	return load_finish(who->s, m, body);
}

/* Return: 0; -EPERM when the process carries the number of a service, or has
 * gone before anybody could look: then nobody knows what it was. */
static int peer_check(uint32_t pid, const char **ret_why)
{
	char path[64];
	struct buf b;
	uint32_t auid = UINT32_MAX;
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%u/loginuid", pid);
	buf_init(&b, 32);
	r = file_read(AT_FDCWD, path, 31, &b, NULL);
	if (r == 0)
		r = num_parse_u32(buf_view(&b), 0, UINT32_MAX, &auid);
	buf_done(&b);
	if (r < 0)
		*ret_why = "the process that asked has gone";
	else if (auid >= AUID_BASE && auid <= AUID_BASE + SERVICE_NUMBER_MAX)
		*ret_why = "a service may not use bailiff's sockets";
	else
		return 0;
	return -EPERM;
}

/* A process that carries a service's number may not ask about policy, let
 * alone change it. */
static int ask_admit(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;
	const uint32_t pid = cur_u32(body);
	const char *why = "";
	struct buf answer;
	int r;

	(void)cur_u8(body);
	buf_init(&answer, 256);
	buf_u8(&answer, peer_check(pid, &why) == 0);
	buf_blob(&answer, span_of(why));
	r = msg_send_buf(who->w->channel.fd, WIRE_ADMITTED, m->id, &answer);
	buf_done(&answer);
	return r;
}

int supervisor_answer(struct supervisor *s, uint16_t type, uint32_t id,
		      uint32_t status, const struct buf *json)
{
	AUTO_FD memfd = publication_seal(buf_view(json), NULL);
	struct buf body;
	int r;

	if (memfd < 0)
		return memfd;
	buf_init(&body, 4);
	buf_u32(&body, status);
	r = msg_send(s->workers[ROLE_CONTROL].channel.fd, type, id,
		     buf_view(&body), &memfd, 1);
	buf_done(&body);
	return r;
}

static int ask_status(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;
	uint32_t status = 200;
	struct buf json;
	int r;

	(void)body;
	buf_init(&json, JSON_MAX);
	if (status_write(who->s, &json) < 0) {
		status = 500;
		buf_reset(&json);
		buf_puts(&json, "{\"error\":\"the status is too long\","
				"\"hint\":null}");
	}
	r = supervisor_answer(who->s, WIRE_STATUS_IS, m->id, status, &json);
	buf_done(&json);
	return r;
}

static int ask_reload(void *ctx, struct msg *m, struct cur *body)
{
	struct speaker *who = ctx;
	AUTO_MEM char *path = span_dup(cur_blob(body, 4096));
	const uint32_t flags = cur_u8(body) ? LOAD_DRY_RUN : 0;
	struct err e = { 0 };
	struct buf json;
	bool is_busy;
	int r;

	if (body->failed || path == NULL)
		return -EPROTO;
	if (load_begin(who->s, LOAD_ASKED, path, flags, m->id, &e) == 0)
		return 0;
	is_busy = e.code == EBUSY || e.code == EAGAIN;
	buf_init(&json, MSG_BODY_MAX);
	load_refusal_write(who->s, is_busy ? STAGE_SYSTEM : STAGE_TRUST, &e,
			   &json);
	r = supervisor_answer(who->s, WIRE_RELOADED, m->id, is_busy ? 503 : 409,
			      &json);
	buf_done(&json);
	return r;
}

#define OPS(table)                                        \
	{                                                 \
		table, sizeof(table) / sizeof((table)[0]) \
	}

static const struct msg_op audit_ops[] = {
	{ WIRE_READY, PHASE_STARTING, 0, say_ready },
	{ WIRE_STATS, PHASE_READY, 0, say_stats },
	{ WIRE_LEDGER, PHASE_READY, 0, say_ledger },
	{ WIRE_EXCLUDE, PHASE_READY, 0, say_flood },
	{ WIRE_LOGINS, PHASE_READY, 0, say_logins },
};
static const struct msg_op ship_ops[] = {
	{ WIRE_READY, PHASE_STARTING, 0, say_ready },
	{ WIRE_STATS, PHASE_READY, 0, say_stats },
};
static const struct msg_op policy_ops[] = {
	{ WIRE_READY, PHASE_STARTING, 0, say_ready },
	{ WIRE_LOADED, PHASE_READY, 1, say_loaded },
};
static const struct msg_op control_ops[] = {
	{ WIRE_READY, PHASE_STARTING, 0, say_ready },
	{ WIRE_ADMIT, PHASE_READY, 0, ask_admit },
	{ WIRE_STATUS, PHASE_READY, 0, ask_status },
	{ WIRE_RELOAD, PHASE_READY, 0, ask_reload },
};
static const struct {
	const struct msg_op *ops;
	size_t count;
} ops_of[ROLE_COUNT] = {
	[ROLE_AUDIT] = OPS(audit_ops),
	[ROLE_POLICY] = OPS(policy_ops),
	[ROLE_CONTROL] = OPS(control_ops),
	[ROLE_SHIP] = OPS(ship_ops),
};

/* The supervisor is passed to sources through the worker's index: workers[]
 * lies in it. */
static struct supervisor *owner(struct worker *w)
{
	return container_of(w - w->role, struct supervisor, workers[0]);
}

static int worker_speaks(struct source *self, uint32_t events)
{
	struct worker *w = container_of(self, struct worker, channel);
	struct supervisor *s = owner(w);
	struct speaker who = { s, w };

	(void)events;
	for (;;) {
		const unsigned phase =
			w->is_ready ? PHASE_READY : PHASE_STARTING;
		struct msg m;
		int r = msg_recv(self->fd, s->store, &m);

		if (r == -EAGAIN)
			return 0;
		if (r == 0) {
			r = msg_dispatch(ops_of[w->role].ops,
					 ops_of[w->role].count, phase, &who,
					 &m);
			msg_done(&m);
			if (r == -EAGAIN) /* a full channel: the answer is
					   * lost, control's time limit ends
					   * the request */
				continue;
		}
		if (r == 0)
			continue;
		if (r != -EPIPE)
			log_line(&s->log, LOG_LEVEL_ERROR,
				 "a worker broke the protocol and is killed",
				 LOG_FIELDS(
					 log_text("worker", role_name(w->role)),
					 log_text("error", strerror(-r))));
		loop_remove(s->loop, self);
		(void)kill(w->pid, SIGKILL);
		return 0;
	}
}

/* ---- life and death of workers --------------------------------------------
 */

static bool all_dead(const struct supervisor *s)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (s->workers[i].pid != 0)
			return false;
	return true;
}

static int worker_ended(struct source *self, uint32_t events)
{
	struct worker *w = container_of(self, struct worker, exit);
	struct supervisor *s = owner(w);
	const pid_t pid = w->pid;
	int status;

	(void)events;
	loop_remove(s->loop, &w->channel);
	loop_remove(s->loop, &w->exit);
	status = worker_bury(w, clock_boot_ms());
	if (s->is_stopping) {
		if (all_dead(s))
			loop_stop(s->loop, s->exit_code);
		return 0;
	}
	log_line(&s->log, LOG_LEVEL_WARN, "worker ended, it is started again",
		 LOG_FIELDS(log_text("worker", role_name(w->role)),
			    log_i64("pid", pid),
			    log_i64("signal",
				    WIFSIGNALED(status) ? WTERMSIG(status) : 0),
			    log_i64("exit", WIFEXITED(status)
						    ? WEXITSTATUS(status)
						    : -1)));
	if (w->role == ROLE_POLICY)
		load_abort(s, status);
	if (w->role != ROLE_AUDIT)
		supervisor_event(s, "worker.ended",
				 "worker=%s pid=%d status=%d",
				 role_name(w->role), pid, status);
	if (s->is_arming && !s->is_stopping)
		supervisor_end(s, 111);
	return 0;
}

static int worker_start(struct supervisor *s, enum role role, struct err *e)
{
	struct worker *w = &s->workers[role];
	int r = worker_spawn(w, e);

	if (r < 0)
		return err_wrap(e, "the %s process", role_name(role));
	w->channel.ready = worker_speaks;
	w->exit.ready = worker_ended;
	r = loop_add(s->loop, &w->channel, EPOLLIN, e);
	if (r == 0)
		r = loop_add(s->loop, &w->exit, EPOLLIN, e);
	if (r == 0)
		r = start_send(s, role, e);
	return r;
}

/* The trail's first event states which policy is in force: the audit process
 * waits for that a moment, the kernel's events wait in its socket. */
static int audit_begin(struct supervisor *s, struct err *e)
{
	struct cur early = cur_of(buf_view(&s->early));
	int r;

	if (s->has_audit_begun || s->is_arming)
		return 0;
	s->has_audit_begun = true;
	r = worker_start(s, ROLE_AUDIT, e);
	if (r < 0)
		return r;
	while (early.rest.len != 0) {
		AUTO_MEM char *action = span_dup(cur_blob(&early, EARLY_MAX));
		AUTO_MEM char *text = span_dup(cur_blob(&early, EARLY_MAX));

		if (early.failed || action == NULL || text == NULL)
			return err_set(e, ENOMEM, "out of memory");
		supervisor_event(s, action, "%s", text);
	}
	buf_done(&s->early);
	return 0;
}

void supervisor_loaded(struct supervisor *s)
{
	struct err e = { 0 };

	s->boot_load_done = true;
	if (audit_begin(s, &e) == 0)
		return;
	log_err(&s->log, LOG_LEVEL_ERROR, "audit cannot begin", &e);
	supervisor_end(s, 111);
}

static void workers_restart(struct supervisor *s, uint64_t now)
{
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		struct worker *w = &s->workers[i];
		struct err e = { 0 };

		if (w->pid != 0 || w->restart_ms == 0 || now < w->restart_ms)
			continue;
		if (worker_start(s, w->role, &e) < 0) {
			log_err(&s->log, LOG_LEVEL_ERROR,
				"worker not started, tried again", &e);
			if (w->pid == 0)
				w->restart_ms = now + WORKER_PAUSE_MAX_MS;
		}
	}
}

/* ---- the loop's own sources ------------------------------------------------
 */

static void ready_tell(struct supervisor *s)
{
	if (s->was_ready || !s->boot_load_done)
		return;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (!s->workers[i].is_ready)
			return;
	s->was_ready = true;
	log_line(&s->log, LOG_LEVEL_INFO, "ready",
		 LOG_FIELDS(
			 log_u64("bundle", s->info.bundle_version),
			 log_text("tier",
				  posture_tier_word(posture_tier(&s->posture))),
			 log_u64("after_ms", clock_boot_ms() - s->start_ms)));
	if (s->ready_fd >= 0 &&
	    file_write_all(s->ready_fd, span_of("READY\n")) < 0)
		log_line(&s->log, LOG_LEVEL_WARN,
			 "nobody reads the readiness descriptor", LOG_NONE);
	fd_drop(&s->ready_fd);
}

static void kill_all(struct supervisor *s)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (s->workers[i].pid != 0)
			(void)kill(s->workers[i].pid, SIGKILL);
}

static int tick(struct source *self, uint32_t events)
{
	struct supervisor *s = container_of(self, struct supervisor, timer);
	const uint64_t now = clock_boot_ms();
	const uint64_t ticks = (now - s->start_ms) / TICK_MS;
	struct err e = { 0 };

	(void)events;
	timer_ack(self->fd);
	if (s->is_stopping) {
		if (now >= s->stop_deadline_ms)
			kill_all(s);
		return 0;
	}
	workers_restart(s, now);
	if (now - s->start_ms >= AUDIT_WAIT_MS && audit_begin(s, &e) < 0) {
		log_err(&s->log, LOG_LEVEL_ERROR, "audit cannot begin", &e);
		supervisor_end(s, 111);
		return 0;
	}
	if (s->load.reason != LOAD_IDLE && now >= s->load.deadline_ms &&
	    s->workers[ROLE_POLICY].pid != 0)
		(void)kill(s->workers[ROLE_POLICY].pid, SIGKILL);
	ready_tell(s);
	if (!s->is_arming && ticks % POLL_EVERY_TICKS == 0)
		kernel_poll(s);
	if (ticks % POLL_EVERY_TICKS == 0)
		clock_poll(s);
	if (!s->is_arming) {
		stops_tick(s, now);
		exclude_tick(s, now);
		follow_tick(s, now);
		watch_tick(s, now);
		passed_tick(s, now);
	}
	if (!s->is_arming && ticks % SWEEP_EVERY_TICKS == 0)
		sessions_sweep(s);
	return 0;
}

static int signalled(struct source *self, uint32_t events)
{
	struct supervisor *s = container_of(self, struct supervisor, signals);
	struct err e = { 0 };
	int signal;

	(void)events;
	while ((signal = signal_next(self->fd)) > 0) {
		if (signal == SIGTERM || signal == SIGINT)
			supervisor_end(s, 0);
		else if (signal == SIGHUP &&
			 load_begin(s, LOAD_ASKED, "", 0, 0, &e) < 0)
			log_err(&s->log, LOG_LEVEL_WARN, "no reload", &e);
	}
	return 0;
}

void supervisor_end(struct supervisor *s, int code)
{
	if (s->is_stopping)
		return;
	supervisor_event(s, "daemon.stop", "code=%d", code);
	s->is_stopping = true;
	s->exit_code = code;
	s->stop_deadline_ms = clock_boot_ms() + STOP_MS;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (s->workers[i].pid != 0 &&
		    msg_send(s->workers[i].channel.fd, WIRE_STOP, 0,
			     (struct span){ 0 }, NULL, 0) < 0)
			(void)kill(s->workers[i].pid, SIGKILL);
	if (all_dead(s))
		loop_stop(s->loop, code);
}

/* ---- stages ----------------------------------------------------------------
 */

static int names_read(struct supervisor *s, struct err *e)
{
	struct utsname uts;
	struct buf b;
	int r;

	if (uname(&uts) < 0)
		return err_errno(e, "uname");
	(void)snprintf(s->node, sizeof(s->node), "%.64s", uts.nodename);
	buf_init(&b, 64);
	r = file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 63, &b, e);
	if (r == 0)
		(void)snprintf(s->boot, sizeof(s->boot), "%.*s", 36, b.p);
	buf_done(&b);
	return r;
}

/* Without it what runs is compared by its artefacts. */
static void plan_read(struct supervisor *s, int dir)
{
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, RESTART_MAX);
	if (file_read(dir, RESTART_FILE, RESTART_MAX, &b, &e) < 0 ||
	    restart_decode(buf_view(&b), &s->plan, &e) < 0)
		log_err(&s->log, LOG_LEVEL_WARN,
			"what a restart would change is not known in words",
			&e);
	buf_done(&b);
}

static int current_info(struct supervisor *s, struct err *e)
{
	AUTO_FD dir = -1;
	uint64_t current;
	struct buf b;
	int r = current_read(&s->dirs, &current, e);

	if (r < 0 || current == 0)
		return r;
	dir = generation_open(&s->dirs, current, e);
	if (dir < 0)
		return dir;
	buf_init(&b, INFO_MAX);
	r = file_read(dir, INFO_FILE, INFO_MAX, &b, e);
	if (r == 0)
		r = info_decode(buf_view(&b), &s->info, e);
	buf_done(&b);
	if (r == 0)
		plan_read(s, dir);
	if (r == 0 && s->info.generation != current) {
		info_done(&s->info);
		r = err_set(e, EBADMSG,
			    PATH_POLICY "/%llu holds another generation",
			    (unsigned long long)current);
	}
	return r;
}

/* What an earlier daemon of this boot published stands. What is damaged there
 * binds nobody (gate and launcher refuse it) and is not trusted: the boot load
 * publishes anew from signed metadata, under a number that was never used. */
static void published_read(struct supervisor *s)
{
	struct err e = { 0 };

	if (current_info(s, &e) < 0)
		log_err(&s->log, LOG_LEVEL_ERROR,
			"the published policy is damaged, it is published anew",
			&e);
	s->issued = s->info.issued;
	s->last_generation = generations_highest(&s->dirs);
	if (s->last_generation < s->info.generation)
		s->last_generation = s->info.generation;
}

static int sources_open(struct supervisor *s, struct err *e)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE, 0 };
	int r = loop_new(&s->loop, e);

	if (r < 0)
		return r;
	s->store = malloc(sizeof(*s->store));
	if (s->store == NULL || ledger_new(&s->ledger) < 0)
		return err_set(e, ENOMEM, "out of memory");
	s->signals = (struct source){ signal_open(signals, e), "signals",
				      signalled };
	s->timer = (struct source){ timer_open(e), "timer", tick };
	if (s->signals.fd < 0 || s->timer.fd < 0)
		return -e->code;
	r = timer_set(s->timer.fd, TICK_MS, TICK_MS);
	if (r < 0)
		return err_set(e, -r, "set the timer");
	r = loop_add(s->loop, &s->signals, EPOLLIN, e);
	return r < 0 ? r : loop_add(s->loop, &s->timer, EPOLLIN, e);
}

static int workers_start(struct supervisor *s, struct err *e)
{
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		int r;

		if (s->is_arming && i != ROLE_POLICY)
			continue;
		if (i == ROLE_AUDIT && s->info.generation == 0)
			continue; /* audit_begin(), when there is something */
		r = i == ROLE_AUDIT ? audit_begin(s, e)
				    : worker_start(s, (enum role)i, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static void supervisor_init(struct supervisor *s,
			    const struct supervisor_options *o)
{
	*s = (struct supervisor){
		.log = { .fd = 2,
			 .stream = -1,
			 .loss = &s->log_loss,
			 .process = o->is_arming ? "arm" : "supervisor",
			 .level = LOG_LEVEL_INFO },
		.is_arming = o->is_arming,
		.is_observing = o->is_observing,
		.start_ms = clock_boot_ms(),
		.dirs = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 },
		.clock = { .steps = { .fd = -1 } },
		.listen_fds = { -1, -1 },
		.ready_fd = o->ready_fd,
		.signals = { .fd = -1 },
		.timer = { .fd = -1 },
		.receipts = { .fd = -1 },
		.exits = EXIT_PROGRAM_NONE,
		.passed = { .inotify = { .fd = -1 }, .cgroup_fd = -1 },
		.audit_control_fd = -1,
		.audit_fd = -1,
	};
	buf_init(&s->early, EARLY_MAX);
	watch_init(&s->watch);
	policy_audit_default(&s->info.audit);
	for (size_t i = 0; i < ROLE_COUNT; i++)
		s->workers[i] = (struct worker){
			.role = (enum role)i,
			.stream_fd = -1,
			.channel = { .fd = -1,
				     .name = role_name((enum role)i) },
			.exit = { .fd = -1, .name = "a worker's end" },
		};
}

/* While little is confined: what may be looked at later is less. */
static int posture_begin(struct supervisor *s, struct err *e)
{
	struct posture_look look;
	const int r = posture_look_open(&look, e);

	if (r < 0)
		return r;
	posture_find(&look, FACT_KERNEL_COUNT, &s->posture);
	posture_look_close(&look);
	return 0;
}

static void start_tell(struct supervisor *s)
{
	const struct posture_value *f = s->posture.facts;
	AUTO_DONE(buf_done) struct buf kernel = { 0 };

	supervisor_event(s, "daemon.start",
			 "version=%s tier=%s kernel=%s landlock_abi=%llu "
			 "bpf_lsm=%s apparmor=%s",
			 BAILIFF_VERSION,
			 posture_tier_word(posture_tier(&s->posture)),
			 event_quote(span_of(f[FACT_KERNEL].text), &kernel),
			 (unsigned long long)f[FACT_LANDLOCK].number,
			 posture_state_word(f[FACT_BPF_LSM].state),
			 posture_state_word(f[FACT_APPARMOR].state));
}

/* A reader of the log must not be able to stop the daemon. LinuxKit's service
 * gives what it reads from a pipe to memlogd, so there the stream takes the
 * pipe's place; everywhere else it has each line too. */
static void log_begin(struct supervisor *s)
{
	struct err e = { 0 };
	struct stat st;
	int fd;

	log_unblock(s->log.fd);
	fd = memlog_open(MEMLOG_SOCKET, "bailiff", &e);
	if (fd == -ENOENT)
		return;
	if (fd < 0) {
		log_err(&s->log, LOG_LEVEL_WARN, "no stream at memlogd", &e);
		return;
	}
	if (fstat(s->log.fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
	    dup2(fd, s->log.fd) >= 0) {
		(void)close(fd);
		return;
	}
	s->log.stream = fd;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		s->workers[i].stream_fd = fd;
}

/* Before audit is switched on: what loads a program is audited. */
static void exits_begin(struct supervisor *s)
{
	struct err e = { 0 };

	if (exit_program_load(&s->exits, &e) == 0)
		return;
	(void)snprintf(s->exits_error, sizeof(s->exits_error), "%s", e.text);
	log_err(&s->log, LOG_LEVEL_WARN,
		"processes that are gone are not looked for by cgroup", &e);
}

static int supervisor_open(struct supervisor *s, struct err *e)
{
	int r = names_read(s, e);

	if (r == 0)
		r = dirs_open(&s->dirs, e);
	if (r == 0)
		r = posture_begin(s, e);
	if (r == 0) {
		published_read(s);
		r = sources_open(s, e);
	}
	if (r == 0)
		r = clock_begin(s, e);
	if (r == 0 && !s->is_arming)
		r = sockets_open(s->listen_fds, e);
	if (r == 0 && !s->is_arming)
		r = receipts_begin(s, e);
	if (r == 0 && !s->is_arming)
		exits_begin(s);
	if (r == 0 && !s->is_arming)
		r = passed_begin(s, e);
	if (r == 0 && !s->is_arming)
		r = kernel_begin(s, e);
	if (r == 0)
		r = confine_process("supervisor", e);
	if (r == 0)
		r = workers_start(s, e);
	return r;
}

static void supervisor_done(struct supervisor *s)
{
	kill_all(s);
	if (!s->is_arming)
		kernel_end(s);
	exit_program_close(&s->exits);
	passed_end(s);
	clock_end(s);
	fd_drop(&s->signals.fd);
	fd_drop(&s->timer.fd);
	fd_drop(&s->receipts.fd);
	fd_drop(&s->listen_fds[0]);
	fd_drop(&s->listen_fds[1]);
	dirs_close(&s->dirs);
	info_done(&s->info);
	restart_done(&s->plan);
	stops_done(&s->stops);
	buf_done(&s->early);
	watch_done(&s->watch);
	ledger_free(s->ledger);
	loop_free(s->loop);
	free(s->store);
	fd_drop(&s->log.stream);
}

int supervisor_main(const struct supervisor_options *o)
{
	struct supervisor s;
	struct err e = { 0 };
	int code = 111;

	supervisor_init(&s, o);
	log_begin(&s);
	if (supervisor_open(&s, &e) < 0) {
		log_err(&s.log, LOG_LEVEL_ERROR, "cannot start", &e);
	} else {
		start_tell(&s);
		code = loop_run(s.loop);
		if (code < 0) {
			log_line(
				&s.log, LOG_LEVEL_ERROR, "ended by an error",
				LOG_FIELDS(log_text("error", strerror(-code))));
			code = 111;
		}
	}
	supervisor_done(&s);
	return code;
}
