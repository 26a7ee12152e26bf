/* SPDX-License-Identifier: Apache-2.0 */
/* role.c - see role.h. */
#include "cmd/bailiffd/role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/bailiffd/confine.h"
#include "cmd/bailiffd/worker.h"
#include "lib/auto.h"

#define START_TIMEOUT_MS 10000
#define PHASE_RUNNING	 1U

static int text_copy(struct span s, char *to, size_t size)
{
	if (s.len >= size || (s.len && memchr(s.p, '\0', s.len) != NULL))
		return -EPROTO;
	if (s.len != 0)
		memcpy(to, s.p, s.len);
	to[s.len] = '\0';
	return 0;
}

/* A terminal's ^C reaches the whole group; the supervisor decides when a worker
 * ends. A broken log pipe is an error of write(2), not a death. */
static void signals_block(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaddset(&set, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

int role_begin(struct role_base *b, enum role role, struct msg *start,
	       struct cur *body, struct err *e)
{
	int r;

	*b = (struct role_base){
		.role = role,
		.log = { .fd = 2,
			 .stream =
				 fcntl(STREAM_FD, F_GETFD) < 0 ? -1 : STREAM_FD,
			 .loss = &b->log_loss,
			 .process = role_name(role),
			 .level = LOG_LEVEL_INFO },
		.supervisor = { .fd = CHANNEL_FD, .name = "supervisor" },
	};
	signals_block();
	tzset(); /* reads /etc/localtime, which a confined process may not */
	r = loop_new(&b->loop, e);
	if (r < 0)
		return r;
	b->store = malloc(sizeof(*b->store));
	if (b->store == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r = msg_wait(CHANNEL_FD, b->store, START_TIMEOUT_MS, start);
	if (r < 0)
		return err_set(e, -r, "the supervisor said nothing: %s",
			       strerror(-r));
	*body = cur_of(start->body);
	(void)cur_u64(body); /* the supervisor's own start, for later use */
	if (start->type != WIRE_START ||
	    text_copy(cur_blob(body, NODE_NAME_MAX), b->node, sizeof(b->node)) <
		    0 ||
	    text_copy(cur_blob(body, BOOT_ID_MAX), b->boot, sizeof(b->boot)) <
		    0 ||
	    body->failed)
		return err_set(e, EPROTO,
			       "the supervisor's first message is "
			       "not a start");
	return 0;
}

/* Everything that waits on the channel, at most until it is empty. */
static int channel_ready(struct source *self, uint32_t events)
{
	struct role_base *b = container_of(self, struct role_base, supervisor);

	(void)events;
	for (;;) {
		struct msg m;
		int r = msg_recv(self->fd, b->store, &m);

		if (r == -EAGAIN)
			return 0;
		if (r == -EPIPE || (r == 0 && m.type == WIRE_STOP)) {
			loop_remove(b->loop, self);
			if (b->orphaned != NULL)
				b->orphaned(b->ctx);
			loop_stop(b->loop, 0);
			return 0;
		}
		if (r == 0)
			r = msg_dispatch(b->ops, b->op_count, PHASE_RUNNING,
					 b->ctx, &m);
		if (r < 0) {
			log_line(&b->log, LOG_LEVEL_ERROR,
				 "cannot answer the supervisor",
				 LOG_FIELDS(log_text("error", strerror(-r))));
			return r;
		}
		msg_done(&m);
	}
}

int role_run(struct role_base *b)
{
	struct err e = { 0 };
	int r;

	b->supervisor.ready = channel_ready;
	r = loop_add(b->loop, &b->supervisor, EPOLLIN, &e);
	if (r == 0)
		r = confine_process(role_name(b->role), &e);
	if (r < 0) {
		log_err(&b->log, LOG_LEVEL_ERROR, "cannot start", &e);
		return 111;
	}
	r = msg_send(CHANNEL_FD, WIRE_READY, 0, (struct span){ 0 }, NULL, 0);
	if (r == 0)
		r = loop_run(b->loop);
	if (r < 0) {
		log_line(&b->log, LOG_LEVEL_ERROR, "ended by an error",
			 LOG_FIELDS(log_text("error", strerror(-r))));
		return 111;
	}
	return r;
}

void role_done(struct role_base *b)
{
	loop_free(b->loop);
	free(b->store);
}

int role_tell(const struct role_base *b, uint16_t type, uint32_t id,
	      const struct buf *body)
{
	return msg_send_buf(b->supervisor.fd, type, id, body);
}

static void peer_drop(struct peer *p)
{
	if (p->source.fd < 0)
		return;
	loop_remove(p->base->loop, &p->source);
	fd_drop(&p->source.fd);
	if (p->lost != NULL)
		p->lost(p);
}

/* A peer that breaks the protocol loses its channel; the supervisor sees it
 * die or makes a new one when it starts anew. */
static int peer_ready(struct source *self, uint32_t events)
{
	struct peer *p = container_of(self, struct peer, source);

	(void)events;
	for (;;) {
		struct msg m;
		int r = msg_recv(self->fd, p->base->store, &m);

		if (r == -EAGAIN)
			return 0;
		if (r == 0) {
			r = msg_dispatch(p->ops, p->op_count, PHASE_RUNNING,
					 p->base->ctx, &m);
			msg_done(&m);
			if (r == -EAGAIN) /* a full channel: the answer is
					   * lost, the peer asks again */
				continue;
		}
		if (r < 0) {
			if (r != -EPIPE)
				log_line(
					&p->base->log, LOG_LEVEL_WARN,
					"peer dropped",
					LOG_FIELDS(log_text("peer", self->name),
						   log_text("error",
							    strerror(-r))));
			peer_drop(p);
			return 0;
		}
	}
}

int peer_replace(struct peer *p, int fd, struct err *e)
{
	peer_drop(p);
	p->source.fd = fd;
	p->source.ready = peer_ready;
	return loop_add(p->base->loop, &p->source, EPOLLIN, e);
}

int peer_answer(struct peer *p, enum role role, struct msg *m, struct cur *body)
{
	if (cur_u8(body) != role)
		return -EPROTO;
	return peer_replace(p, msg_fd_take(m, 0), NULL);
}
