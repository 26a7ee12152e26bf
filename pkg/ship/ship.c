/* SPDX-License-Identifier: Apache-2.0 */
/* ship.c - see ship.h.
 *
 * On a connection, frames are read from the trail, rendered into one buffer and
 * sent; when the buffer is empty its last byte becomes a mark (offset on this
 * connection, sequence). A tick compares the marks with what TCP has
 * acknowledged; a mark that has stood acknowledged for SHIP_SETTLE_MS moves the
 * cursor. A break forgets buffer, marks and reader: the next connection begins
 * at the frame after the cursor.
 */
#include "pkg/ship/ship.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/ship/connection.h"
#include "pkg/ship/cursor.h"

#define MARKS_MAX      64
#define MARK_EVERY_MS  25     /* marks closer than this become one */
#define TICK_MS	       100    /* while marks wait */
#define FILL_FRAMES    64     /* rendered before the next send(2) */
#define FILL_BYTES     131072 /* no further frame is added above it */
#define SENDS_MAX      16     /* in a row: other sources want their turn */
#define SAVE_EVERY_MS  1000   /* the cursor: two fsync(2) each */
#define DAMAGE_WAIT_MS 30000  /* before a damaged trail is tried again */

struct mark {
	uint64_t end; /* bytes of this connection up to here */
	uint64_t seq; /* the frame that ends there */
	uint64_t made_ms;
	uint64_t acked_ms; /* 0: not yet */
};

struct shipper {
	struct loop *loop;
	char name[CURSOR_NAME_MAX + 1];
	struct address address;
	int trail_dirfd, cursor_dirfd;
	ship_render_fn *render;
	void *ctx;
	struct source socket, timer;
	uint64_t tick_at_ms; /* of a connected shipper's timer; 0: not set */
	bool wants_write;
	enum ship_state state;
	struct backoff backoff;

	struct trail_reader *reader; /* NULL: opened when needed */
	uint64_t damaged_until_ms;
	bool is_checked; /* the cursor is known to lie in this trail */
	struct buf out, message;
	size_t out_offset;
	uint64_t read_seq; /* last frame that was taken from the trail */

	uint64_t bytes_sent; /* on this connection */
	struct mark marks[MARKS_MAX];
	size_t mark_first, mark_count;
	uint64_t saved_seq, saved_ms;
	struct ship_status status; /* its state, name and error are made late */
	struct err trouble;
};

static void trouble_set(struct shipper *s, const struct err *e)
{
	s->trouble = *e;
}

/* ---- the trail's side ------------------------------------------------- */

static void reader_drop(struct shipper *s)
{
	trail_reader_close(s->reader);
	s->reader = NULL;
}

static void cursor_reset(struct shipper *s)
{
	s->status.resets++;
	s->status.acked_seq = 0;
	s->read_seq = 0;
}

/* The frame that the cursor names must be there, or pruned: else the trail is
 * another one than the cursor's. */
static int cursor_check(struct shipper *s, struct err *e)
{
	struct trail_reader *reader;
	struct trail_frame frame;
	int r;

	if (s->is_checked || s->status.acked_seq == 0)
		return 0;
	r = trail_reader_open(s->trail_dirfd, s->status.acked_seq, &reader, e);
	if (r < 0)
		return r;
	r = trail_read(reader, &frame, e);
	trail_reader_close(reader);
	if (r < 0 && r != -EAGAIN)
		return r;
	if (r == -EAGAIN)
		cursor_reset(s);
	s->is_checked = true;
	return 0;
}

static int reader_open(struct shipper *s, struct err *e)
{
	int r = cursor_check(s, e);

	if (r == 0) {
		s->read_seq = s->status.acked_seq;
		r = trail_reader_open(s->trail_dirfd, s->read_seq + 1,
				      &s->reader, e);
	}
	return r;
}

/* Trouble with the trail does not end the connection. */
static int trail_failed(struct shipper *s, const struct err *e)
{
	trouble_set(s, e);
	reader_drop(s);
	s->damaged_until_ms = clock_boot_ms() + DAMAGE_WAIT_MS;
	return -EAGAIN;
}

static void message_add(struct shipper *s, const struct trail_frame *frame)
{
	struct span message;

	buf_reset(&s->message);
	if (s->render(s->ctx, frame, &s->message) < 0 ||
	    buf_error(&s->message) < 0) {
		s->status.unrendered++;
		return;
	}
	message = buf_view(&s->message);
	if (message.len == 0)
		return;
	s->status.sent++;
	s->status.oversized += message.len > SHIP_MESSAGE_USUAL;
	buf_printf(&s->out, "%zu ", message.len);
	buf_span(&s->out, message);
}

/* The next frames into the buffer. Return: 0; -EAGAIN when there is none, or
 * none can be read now; -ENOMEM. */
static int fill(struct shipper *s)
{
	struct err e = { 0 };
	int r = 0;

	if (clock_boot_ms() < s->damaged_until_ms)
		return -EAGAIN;
	if (s->reader == NULL && reader_open(s, &e) < 0)
		return trail_failed(s, &e);
	for (int i = 0; i < FILL_FRAMES && s->out.len < FILL_BYTES; i++) {
		struct trail_frame frame;

		r = trail_read(s->reader, &frame, &e);
		if (r == -EAGAIN)
			break;
		if (r < 0)
			return s->out.len != 0 ? 0 : trail_failed(s, &e);
		s->status.missed += frame.seq - s->read_seq - 1;
		s->read_seq = frame.seq;
		message_add(s, &frame);
	}
	if (buf_error(&s->out) < 0)
		return buf_error(&s->out);
	return s->out.len != 0 || r == 0 ? 0 : -EAGAIN;
}

/* ---- marks and the cursor --------------------------------------------- */

static void mark_add(struct shipper *s)
{
	const uint64_t now = clock_boot_ms();
	struct mark *last =
		&s->marks[(s->mark_first + s->mark_count + MARKS_MAX - 1) %
			  MARKS_MAX];

	if (s->mark_count == MARKS_MAX ||
	    (s->mark_count != 0 && last->acked_ms == 0 &&
	     now - last->made_ms < MARK_EVERY_MS)) {
		last->end = s->bytes_sent;
		last->seq = s->read_seq;
		last->acked_ms = 0;
		return;
	}
	s->marks[(s->mark_first + s->mark_count++) % MARKS_MAX] = (struct mark){
		.end = s->bytes_sent, .seq = s->read_seq, .made_ms = now
	};
}

/* Return: 0; the error of the descriptor. */
static int marks_settle(struct shipper *s)
{
	const uint64_t now = clock_boot_ms();
	uint64_t unacked;
	const int r = connection_unacked(s->socket.fd, &unacked);

	if (r < 0)
		return r;
	for (size_t i = 0; i < s->mark_count; i++) {
		struct mark *m = &s->marks[(s->mark_first + i) % MARKS_MAX];

		if (m->acked_ms == 0 && m->end + unacked <= s->bytes_sent)
			m->acked_ms = now;
	}
	while (s->mark_count != 0) {
		const struct mark *m = &s->marks[s->mark_first];

		if (m->acked_ms == 0 || now - m->acked_ms < SHIP_SETTLE_MS)
			break;
		s->status.acked_seq = m->seq;
		s->backoff.next_ms = 0;
		s->mark_first = (s->mark_first + 1) % MARKS_MAX;
		s->mark_count--;
	}
	return 0;
}

static void cursor_save(struct shipper *s)
{
	struct err e = { 0 };

	if (s->saved_seq == s->status.acked_seq)
		return;
	s->saved_ms = clock_boot_ms();
	/* A cursor that cannot be written costs repeated messages, no more. */
	if (cursor_write(s->cursor_dirfd, s->name, s->status.acked_seq, &e) < 0)
		trouble_set(s, &e);
	else
		s->saved_seq = s->status.acked_seq;
}

/* ---- the connection's side -------------------------------------------- */

static void connection_drop(struct shipper *s)
{
	loop_remove(s->loop, &s->socket);
	fd_drop(&s->socket.fd);
	reader_drop(s);
	buf_reset(&s->out);
	s->out_offset = 0;
	s->bytes_sent = 0;
	s->mark_first = 0;
	s->mark_count = 0;
	s->read_seq = s->status.acked_seq;
	s->wants_write = false;
	s->tick_at_ms = 0;
}

static void retry_later(struct shipper *s, const struct err *e)
{
	trouble_set(s, e);
	connection_drop(s);
	s->state = SHIP_RETRYING;
	(void)timer_set(s->timer.fd, backoff_next(&s->backoff), 0);
}

static void lost(struct shipper *s, int code)
{
	struct err e = { 0 };

	(void)err_set(&e, -code, "connection lost: %s",
		      code == -EPIPE ? "the collector closed it"
				     : strerror(-code));
	retry_later(s, &e);
}

static void connect_start(struct shipper *s)
{
	struct err e = { 0 };

	s->socket.fd = connection_open(&s->address, &e);
	if (s->socket.fd < 0 ||
	    loop_add(s->loop, &s->socket, EPOLLIN | EPOLLOUT, &e) < 0) {
		retry_later(s, &e);
		return;
	}
	s->state = SHIP_CONNECTING;
	(void)timer_set(s->timer.fd, SHIP_CONNECT_MS, 0);
}

static int write_want(struct shipper *s, bool wants)
{
	if (s->wants_write == wants)
		return 0;
	s->wants_write = wants;
	return loop_change(s->loop, &s->socket,
			   EPOLLIN | (wants ? (uint32_t)EPOLLOUT : 0), NULL);
}

/* Return: 1 when there may be more to send at once, 0 when not, -errno. */
static int send_some(struct shipper *s)
{
	struct span rest;
	ssize_t n;
	int r = 0;

	if (s->out.len == 0)
		r = fill(s);
	if (r == -EAGAIN)
		return write_want(s, false);
	if (r < 0)
		return r;
	rest = buf_view(&s->out);
	rest.p += s->out_offset;
	rest.len -= s->out_offset;
	if (rest.len != 0) {
		n = connection_send(s->socket.fd, rest);
		if (n == -EAGAIN)
			return write_want(s, true);
		if (n < 0)
			return (int)n;
		s->bytes_sent += (uint64_t)n;
		s->out_offset += (size_t)n;
	}
	if (s->out_offset == s->out.len) {
		buf_reset(&s->out);
		s->out_offset = 0;
		mark_add(s);
	}
	return 1;
}

/* Sooner than what is set, never later: pokes must not put a tick off. */
static void tick_set(struct shipper *s)
{
	const bool is_busy =
		s->mark_count != 0 || s->saved_seq != s->status.acked_seq;
	const uint64_t now = clock_boot_ms();
	const uint64_t wait = is_busy ? TICK_MS : SHIP_SETTLE_MS;

	if (s->state != SHIP_CONNECTED ||
	    (s->tick_at_ms > now && s->tick_at_ms <= now + wait))
		return;
	s->tick_at_ms = now + wait;
	(void)timer_set(s->timer.fd, wait, 0);
}

static void pump(struct shipper *s)
{
	int r = 1;

	for (int i = 0; i < SENDS_MAX && r == 1; i++)
		r = send_some(s);
	if (r == 1)
		r = write_want(s, true);
	if (r < 0)
		lost(s, r);
}

static int on_socket(struct source *self, uint32_t events)
{
	struct shipper *s = container_of(self, struct shipper, socket);
	struct err e = { 0 };
	int r = 0;

	if (s->state == SHIP_CONNECTING) {
		if (connection_check(self->fd, &e) < 0) {
			retry_later(s, &e);
			return 0;
		}
		s->state = SHIP_CONNECTED;
		s->wants_write = true;
		s->status.connections++;
		s->trouble = (struct err){ 0 };
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		r = connection_drain(self->fd);
	if (r < 0)
		lost(s, r);
	else
		pump(s);
	tick_set(s);
	return 0;
}

static void tick(struct shipper *s)
{
	/* An end that came before this tick must not count as "still stood". */
	int r = connection_drain(s->socket.fd);

	s->tick_at_ms = 0;
	if (r == 0)
		r = marks_settle(s);
	if (clock_boot_ms() - s->saved_ms >= SAVE_EVERY_MS)
		cursor_save(s);
	if (r < 0) {
		lost(s, r);
		return;
	}
	pump(s);
	tick_set(s);
}

static int on_timer(struct source *self, uint32_t events)
{
	struct shipper *s = container_of(self, struct shipper, timer);
	struct err e = { 0 };

	(void)events;
	timer_ack(self->fd);
	switch (s->state) {
	case SHIP_RETRYING:
		connect_start(s);
		break;
	case SHIP_CONNECTING:
		(void)err_set(&e, ETIMEDOUT, "connect: no answer within %d ms",
			      SHIP_CONNECT_MS);
		retry_later(s, &e);
		break;
	case SHIP_CONNECTED:
		tick(s);
		break;
	}
	return 0;
}

void ship_poke(struct shipper *s)
{
	if (s->state == SHIP_CONNECTED && !s->wants_write) {
		pump(s);
		tick_set(s);
	}
}

/* ---- birth and end ----------------------------------------------------- */

static int setup(struct shipper *s, int trail_dirfd, int cursor_dirfd,
		 const struct ship_config *config, struct err *e)
{
	struct err cause = { 0 };
	int r = address_parse(config->host, config->port, &s->address, e);

	if (r < 0)
		return r;
	if (!cursor_name_ok(config->name))
		return err_set(e, EINVAL, "unusable name");
	memcpy(s->name, config->name, strlen(config->name) + 1);
	/* For the renderer's gmtime_r(3), which in glibc reads /etc/localtime
	 * once: here and not after the caller has confined itself. */
	tzset();
	s->trail_dirfd = fcntl(trail_dirfd, F_DUPFD_CLOEXEC, 0);
	s->cursor_dirfd = fcntl(cursor_dirfd, F_DUPFD_CLOEXEC, 0);
	if (s->trail_dirfd < 0 || s->cursor_dirfd < 0)
		return err_errno(e, "duplicate a directory");
	s->timer.fd = timer_open(e);
	if (s->timer.fd < 0)
		return s->timer.fd;
	if (cursor_read(s->cursor_dirfd, s->name, &s->status.acked_seq,
			&cause) < 0) {
		trouble_set(s, &cause);
		cursor_reset(s);
	}
	s->saved_seq = s->status.acked_seq;
	s->read_seq = s->status.acked_seq;
	r = timer_set(s->timer.fd, 1, 0);
	if (r < 0)
		return err_set(e, -r, "timer: %s", strerror(-r));
	return loop_add(s->loop, &s->timer, EPOLLIN, e);
}

int ship_new(struct loop *loop, int trail_dirfd, int cursor_dirfd,
	     const struct ship_config *config, ship_render_fn *render,
	     void *ctx, struct shipper **ret, struct err *e)
{
	struct shipper *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return err_set(e, ENOMEM, "out of memory");
	*s = (struct shipper){
		.loop = loop,
		.trail_dirfd = -1,
		.cursor_dirfd = -1,
		.render = render,
		.ctx = ctx,
		.socket = { .fd = -1, .name = "collector", .ready = on_socket },
		.timer = { .fd = -1,
			   .name = "collector timer",
			   .ready = on_timer },
		.state = SHIP_RETRYING,
	};
	buf_init(&s->out, FILL_BYTES + SHIP_MESSAGE_MAX + 32);
	buf_init(&s->message, SHIP_MESSAGE_MAX);
	r = setup(s, trail_dirfd, cursor_dirfd, config, e);
	if (r < 0) {
		ship_free(s);
		return err_wrap(e, "collector %s", config->name);
	}
	*ret = s;
	return 0;
}

void ship_free(struct shipper *s)
{
	if (s == NULL)
		return;
	if (s->cursor_dirfd >= 0 && s->name[0] != '\0')
		cursor_save(s);
	loop_remove(s->loop, &s->timer);
	connection_drop(s);
	fd_drop(&s->timer.fd);
	fd_drop(&s->trail_dirfd);
	fd_drop(&s->cursor_dirfd);
	buf_done(&s->out);
	buf_done(&s->message);
	free(s);
}

void ship_status(const struct shipper *s, struct ship_status *ret)
{
	*ret = s->status;
	ret->name = s->name;
	ret->state = s->state;
	ret->sent_seq = s->read_seq;
	ret->error = s->trouble.text;
}

const char *ship_state_name(enum ship_state state)
{
	static const char *const names[] = {
		[SHIP_RETRYING] = "retrying",
		[SHIP_CONNECTING] = "connecting",
		[SHIP_CONNECTED] = "connected",
	};

	return names[state];
}
