/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - see control.h: the daemon, its descriptor in the loop, requests.
 *
 * libmicrohttpd is driven from outside: its epoll descriptor is a source of the
 * loop, and a timer stands for MHD_get_timeout(). A request that is answered
 * later is a suspended connection; resuming it sets the timer to fire at once,
 * so answers may be given from anywhere in the loop, also from inside a
 * handler.
 *
 * A suspended connection is not watched by libmicrohttpd, so the server watches
 * its descriptor for a hang-up itself.
 */
#include "pkg/control/control.h"

#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/json.h"

#define CONNECTION_MEMORY 32768 /* request line and headers of one peer */
#define RUNS_MAX	  8	/* MHD_run() in a row while it has work */

enum request_state {
	REQUEST_READING, /* the body is still coming */
	REQUEST_ASKED,	 /* the handler has it */
	REQUEST_ANSWERED,
	REQUEST_STREAMING,
	REQUEST_ENDING /* a stream whose end was asked for */
};

/* A connection, from accept to close; it may carry several requests. */
struct peer {
	bool is_open;
	bool is_served;	   /* a handler has the request: the peer may wait */
	uint64_t since_ms; /* when the request that is coming began */
	int fd;		   /* libmicrohttpd's */
};

struct control_request {
	struct control_server *server;
	struct control_request *next, **at;
	struct MHD_Connection *connection; /* NULL once the peer has gone */
	struct peer *peer;
	const struct control_route *route;
	struct MHD_Response *response;
	unsigned status;
	enum request_state state;
	bool is_suspended;
	struct source hangup; /* in the loop while suspended */
	struct buf body;
	struct buf queue;    /* of a stream */
	size_t queue_offset; /* bytes of @queue that were sent */
	pid_t pid;
	uid_t uid;
	void *data;
	void (*wants_more)(void *ctx, struct control_request *q);
	void (*closed)(void *ctx, struct control_request *q);
};

struct control_server {
	struct MHD_Daemon *daemon;
	const struct control_route *routes;
	void *ctx;
	struct loop *loop;
	struct source epoll; /* libmicrohttpd's descriptor */
	struct source timer;
	struct control_request *requests;
	struct control_counts counts;
	bool has_resumed; /* a connection waits for MHD_run() */
	struct peer peers[CONTROL_CONNECTIONS_MAX];
};

/* ---- requests -------------------------------------------------------- */

static void request_watch_end(struct control_request *q)
{
	loop_remove(q->server->loop, &q->hangup);
	q->hangup.fd = -1;
}

static void request_free(struct control_request *q)
{
	request_watch_end(q);
	if (q->response != NULL)
		MHD_destroy_response(q->response);
	*q->at = q->next;
	if (q->next != NULL)
		q->next->at = q->at;
	buf_done(&q->body);
	buf_done(&q->queue);
	free(q);
}

static void request_resume(struct control_request *q)
{
	if (!q->is_suspended)
		return;
	q->is_suspended = false;
	request_watch_end(q);
	MHD_resume_connection(q->connection);
	q->server->has_resumed = true;
	(void)timer_set(q->server->timer.fd, 1, 0);
}

static int request_hung_up(struct source *self, uint32_t events)
{
	struct control_request *q =
		container_of(self, struct control_request, hangup);

	(void)events;
	/* The read of a resumed connection finds the end by itself; a request
	 * that is still being worked on is given up here. */
	(void)shutdown(self->fd, SHUT_RDWR);
	q->peer->is_served = false;
	q->peer->since_ms = 0;
	if (q->state == REQUEST_STREAMING)
		q->state = REQUEST_ENDING;
	request_resume(q);
	return 0;
}

static void request_suspend(struct control_request *q)
{
	q->is_suspended = true;
	MHD_suspend_connection(q->connection);
	q->hangup.fd = q->peer->fd;
	/* Without the watch a peer's end is only noticed at the answer. */
	if (loop_add(q->server->loop, &q->hangup, 0, NULL) < 0)
		q->hangup.fd = -1;
}

static struct control_request *request_new(struct control_server *s,
					   struct MHD_Connection *connection)
{
	struct control_request *q = calloc(1, sizeof(*q));
	const union MHD_ConnectionInfo *info;
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (q == NULL)
		return NULL;
	*q = (struct control_request){
		.server = s,
		.connection = connection,
		.hangup = { .fd = -1,
			    .name = "control peer",
			    .ready = request_hung_up },
		.next = s->requests,
		.at = &s->requests,
		.pid = -1,
		.uid = (uid_t)-1,
	};
	buf_init(&q->body, CONTROL_BODY_MAX);
	buf_init(&q->queue, CONTROL_STREAM_QUEUE);
	if (q->next != NULL)
		q->next->at = &q->next;
	s->requests = q;
	s->counts.requests++;
	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	q->peer = info->socket_context;
	if (getsockopt(q->peer->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) ==
	    0) {
		q->pid = peer.pid;
		q->uid = peer.uid;
	}
	return q;
}

struct span control_body(const struct control_request *q)
{
	return buf_view(&q->body);
}

const char *control_query(const struct control_request *q, const char *name)
{
	const char *value = NULL;

	if (q->connection == NULL ||
	    MHD_lookup_connection_value_n(q->connection, MHD_GET_ARGUMENT_KIND,
					  name, strlen(name), &value,
					  NULL) != MHD_YES)
		return NULL;
	return value != NULL ? value : "";
}

struct other {
	const char *const *known;
	const char *found;
};

static enum MHD_Result other_look(void *ctx, enum MHD_ValueKind kind,
				  const char *name, const char *value)
{
	struct other *o = ctx;

	(void)kind;
	(void)value;
	for (const char *const *k = o->known; *k != NULL; k++)
		if (strcmp(*k, name) == 0)
			return MHD_YES;
	o->found = name;
	return MHD_NO;
}

const char *control_query_other(const struct control_request *q,
				const char *const *known)
{
	struct other o = { .known = known };

	if (q->connection != NULL)
		(void)MHD_get_connection_values(
			q->connection, MHD_GET_ARGUMENT_KIND, other_look, &o);
	return o.found;
}

pid_t control_peer_pid(const struct control_request *q)
{
	return q->pid;
}

uid_t control_peer_uid(const struct control_request *q)
{
	return q->uid;
}

void control_set_data(struct control_request *q, void *data)
{
	q->data = data;
}

void *control_data(const struct control_request *q)
{
	return q->data;
}

/* ---- answers --------------------------------------------------------- */

static struct MHD_Response *response_of(const char *type, struct span body)
{
	/* The bytes are copied: MHD takes a pointer that is not const. */
	struct MHD_Response *r = MHD_create_response_from_buffer(
		body.len, (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);

	if (r != NULL)
		(void)MHD_add_response_header(r, "Content-Type", type);
	return r;
}

void control_reply(struct control_request *q, unsigned status, const char *type,
		   struct span body)
{
	if (q->connection == NULL) {
		request_free(q);
		return;
	}
	q->response = response_of(type, body);
	q->status = status;
	q->state = REQUEST_ANSWERED;
	request_resume(q);
}

static void error_json(struct buf *out, const char *text, const char *hint)
{
	buf_puts(out, "{\"error\":");
	json_quote(out, span_of(text));
	buf_puts(out, ",\"hint\":");
	if (hint != NULL)
		json_quote(out, span_of(hint));
	else
		buf_puts(out, "null");
	buf_puts(out, "}\n");
}

void control_reply_err(struct control_request *q, unsigned status,
		       const struct err *e)
{
	struct buf out;

	buf_init(&out, (size_t)8 * ERR_TEXT_MAX);
	error_json(&out, e->text, e->hint);
	control_reply(q, status, "application/json", buf_view(&out));
	buf_done(&out);
}

/* Refuse before any handler sees the request. */
static enum MHD_Result refuse(struct control_request *q, unsigned status,
			      const char *allow, const char *text,
			      const char *hint)
{
	struct MHD_Response *r;
	struct buf out;
	enum MHD_Result done;

	q->server->counts.refused++;
	buf_init(&out, (size_t)8 * ERR_TEXT_MAX);
	error_json(&out, text, hint);
	r = response_of("application/json", buf_view(&out));
	buf_done(&out);
	if (r == NULL)
		return MHD_NO;
	if (allow != NULL)
		(void)MHD_add_response_header(r, "Allow", allow);
	(void)MHD_add_response_header(r, "Connection", "close");
	q->state = REQUEST_ANSWERED;
	done = MHD_queue_response(q->connection, status, r);
	MHD_destroy_response(r);
	return done;
}

/* ---- streams --------------------------------------------------------- */

static size_t queue_left(const struct control_request *q)
{
	return q->queue.len - q->queue_offset;
}

/* MHD_ContentReaderCallback */
static ssize_t stream_read(void *cls, uint64_t pos, char *out, size_t max)
{
	struct control_request *q = cls;
	size_t n;

	(void)pos;
	if (queue_left(q) == 0 && q->state == REQUEST_STREAMING &&
	    q->wants_more != NULL)
		q->wants_more(q->server->ctx, q);
	n = queue_left(q) < max ? queue_left(q) : max;
	if (n == 0 && q->state == REQUEST_ENDING)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0) {
		request_suspend(q);
		return 0;
	}
	memcpy(out, q->queue.p + q->queue_offset, n);
	q->queue_offset += n;
	if (queue_left(q) == 0) {
		q->queue_offset = 0;
		buf_reset(&q->queue);
	}
	return (ssize_t)n;
}

void control_stream(struct control_request *q, const char *type,
		    void (*wants_more)(void *ctx, struct control_request *q),
		    void (*closed)(void *ctx, struct control_request *q))
{
	q->wants_more = wants_more;
	q->closed = closed;
	q->state = REQUEST_STREAMING;
	q->status = MHD_HTTP_OK;
	if (q->connection == NULL) {
		/* Found dead: told from the loop, not from inside this call. */
		(void)timer_set(q->server->timer.fd, 1, 0);
		return;
	}
	q->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384,
							stream_read, q, NULL);
	if (q->response != NULL)
		(void)MHD_add_response_header(q->response, "Content-Type",
					      type);
	request_resume(q);
}

int control_stream_write(struct control_request *q, struct span bytes)
{
	if (q->connection == NULL || q->state != REQUEST_STREAMING)
		return -EPIPE;
	if (bytes.len > CONTROL_STREAM_QUEUE)
		return -EMSGSIZE;
	if (bytes.len > CONTROL_STREAM_QUEUE - queue_left(q))
		return -EAGAIN;
	if (bytes.len > CONTROL_STREAM_QUEUE - q->queue.len) {
		memmove(q->queue.p, q->queue.p + q->queue_offset,
			queue_left(q));
		q->queue.len -= q->queue_offset;
		q->queue_offset = 0;
	}
	buf_span(&q->queue, bytes);
	request_resume(q);
	return buf_error(&q->queue);
}

void control_stream_end(struct control_request *q)
{
	if (q->state != REQUEST_STREAMING)
		return;
	q->state = REQUEST_ENDING;
	if (q->connection != NULL)
		request_resume(q);
}

/* ---- what libmicrohttpd calls ---------------------------------------- */

/* The route; else NULL and in @ret_other a route of that path, if any. */
static const struct control_route *
route_find(const struct control_server *s, const char *method, const char *path,
	   const struct control_route **ret_other)
{
	*ret_other = NULL;
	for (const struct control_route *r = s->routes; r->method != NULL;
	     r++) {
		if (strcmp(r->path, path) != 0)
			continue;
		if (strcmp(r->method, method) == 0)
			return r;
		*ret_other = r;
	}
	return NULL;
}

static bool is_body_too_large(struct MHD_Connection *connection)
{
	const char *text = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

	/* libmicrohttpd has checked that it is a number. */
	return text != NULL && (strlen(text) > 15 ||
				strtoull(text, NULL, 10) > CONTROL_BODY_MAX);
}

static enum MHD_Result request_begin(struct control_request *q,
				     const char *method, const char *path)
{
	const struct control_route *other;
	struct err e = { 0 };

	q->route = route_find(q->server, method, path, &other);
	if (q->route == NULL && other != NULL) {
		(void)err_set(&e, ENOSYS, "%s is not answered by %s", path,
			      method);
		return refuse(q, MHD_HTTP_METHOD_NOT_ALLOWED, other->method,
			      e.text, "use the method in the Allow header");
	}
	if (q->route == NULL) {
		(void)err_set(&e, ENOENT, "nothing is served at %s", path);
		return refuse(q, MHD_HTTP_NOT_FOUND, NULL, e.text,
			      "docs/http-api.md lists the paths");
	}
	if (is_body_too_large(q->connection)) {
		(void)err_set(&e, EFBIG, "a body may have at most %d bytes",
			      CONTROL_BODY_MAX);
		return refuse(q, MHD_HTTP_CONTENT_TOO_LARGE, NULL, e.text,
			      NULL);
	}
	return MHD_YES;
}

/* Hand over what was answered; wait when nothing was yet. */
static enum MHD_Result request_answer(struct control_request *q)
{
	enum MHD_Result done;

	if (q->state == REQUEST_ASKED && !q->peer->is_served)
		return MHD_NO; /* hung up while it waited */
	if (q->state == REQUEST_ASKED) {
		request_suspend(q);
		return MHD_YES;
	}
	if (q->response == NULL)
		return MHD_NO; /* no memory for an answer: cut */
	if (q->closed != NULL)
		(void)MHD_set_connection_option(
			q->connection, MHD_CONNECTION_OPTION_TIMEOUT,
			(unsigned)CONTROL_STREAM_SECONDS);
	done = MHD_queue_response(q->connection, q->status, q->response);
	MHD_destroy_response(q->response);
	q->response = NULL;
	return done;
}

/* MHD_AccessHandlerCallback: once for the headers, once for each piece of a
 * body, once at its end, and again after each resume. */
static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection,
				 const char *path, const char *method,
				 const char *version, const char *piece,
				 size_t *piece_len, void **request)
{
	struct control_server *s = cls;
	struct control_request *q = *request;

	(void)version;
	if (q == NULL) {
		q = request_new(s, connection);
		if (q == NULL)
			return MHD_NO;
		*request = q;
		return request_begin(q, method, path);
	}
	if (*piece_len != 0) {
		buf_put(&q->body, piece, *piece_len);
		*piece_len = 0;
		if (buf_error(&q->body) == 0)
			return MHD_YES;
		/* A chunked body: it is too late for a 413. */
		s->counts.cut++;
		return MHD_NO;
	}
	if (q->state == REQUEST_READING) {
		q->state = REQUEST_ASKED;
		q->peer->is_served = true;
		q->route->handle(s->ctx, q);
	}
	return request_answer(q);
}

/* The peer has gone, or the answer is out. */
static void on_completed(void *cls, struct MHD_Connection *connection,
			 void **request, enum MHD_RequestTerminationCode how)
{
	struct control_request *q = *request;

	(void)cls;
	(void)connection;
	(void)how;
	if (q == NULL)
		return;
	*request = NULL;
	q->connection = NULL;
	q->is_suspended = false;
	request_watch_end(q);
	q->peer->is_served = false;
	q->peer->since_ms = clock_boot_ms();
	q->peer = NULL;
	if (q->state == REQUEST_ASKED)
		return; /* freed when the handler answers */
	if (q->closed != NULL)
		q->closed(q->server->ctx, q);
	request_free(q);
}

static void on_connection(void *cls, struct MHD_Connection *connection,
			  void **socket_context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct control_server *s = cls;
	struct peer *peer = *socket_context;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		peer->is_open = false;
		s->counts.connections--;
		return;
	}
	/* MHD_OPTION_CONNECTION_LIMIT is the size of the array. */
	for (peer = s->peers; peer->is_open; peer++)
		assert(peer < s->peers + CONTROL_CONNECTIONS_MAX - 1);
	*peer = (struct peer){
		.is_open = true,
		.since_ms = clock_boot_ms(),
		.fd = MHD_get_connection_info(connection,
					      MHD_CONNECTION_INFO_CONNECTION_FD)
			      ->connect_fd,
	};
	s->counts.connections++;
	*socket_context = peer;
}

/* ---- the loop -------------------------------------------------------- */

/* Streams that were begun for a peer that had gone already. */
static void dead_streams_close(struct control_server *s)
{
	struct control_request *q = s->requests;

	while (q != NULL) {
		if (q->connection != NULL || q->closed == NULL) {
			q = q->next;
			continue;
		}
		q->closed(s->ctx, q);
		request_free(q);
		q = s->requests; /* closed() may have answered others */
	}
}

/* Cut who has not sent a whole request in time. Return: milliseconds until the
 * next deadline, UINT64_MAX for none. */
static uint64_t slow_peers_cut(struct control_server *s)
{
	const uint64_t limit = CONTROL_IDLE_SECONDS * 1000;
	const uint64_t now = clock_boot_ms();
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
		struct peer *peer = &s->peers[i];
		const uint64_t age = now - peer->since_ms;

		if (!peer->is_open || peer->is_served)
			continue;
		if (age < limit) {
			next = limit - age < next ? limit - age : next;
			continue;
		}
		(void)shutdown(peer->fd, SHUT_RDWR);
		peer->since_ms = now;
		s->counts.cut++;
	}
	return next;
}

static int server_run(struct control_server *s)
{
	MHD_UNSIGNED_LONG_LONG timeout;
	uint64_t next;
	bool has_timeout;
	int runs = 0;

	do {
		const uint64_t before = s->counts.connections;

		s->has_resumed = false;
		if (MHD_run(s->daemon) != MHD_YES)
			return -EIO;
		has_timeout = MHD_get_timeout(s->daemon, &timeout) == MHD_YES;
		/* At its connection limit libmicrohttpd stops to watch the
		 * listening socket, and begins again only in its next run. */
		if (s->has_resumed || s->counts.connections < before) {
			has_timeout = true;
			timeout = 0;
		}
	} while (has_timeout && timeout == 0 && ++runs < RUNS_MAX);
	dead_streams_close(s);
	next = slow_peers_cut(s);
	if (has_timeout && timeout < next)
		next = timeout != 0 ? timeout : 1;
	return timer_set(s->timer.fd, next == UINT64_MAX ? 0 : next, 0);
}

static int on_epoll(struct source *self, uint32_t events)
{
	(void)events;
	return server_run(container_of(self, struct control_server, epoll));
}

static int on_timer(struct source *self, uint32_t events)
{
	(void)events;
	timer_ack(self->fd);
	return server_run(container_of(self, struct control_server, timer));
}

static int daemon_start(struct control_server *s, int listen_fd, struct err *e)
{
	const union MHD_DaemonInfo *info;

	s->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
		on_access, s, MHD_OPTION_LISTEN_SOCKET, listen_fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONTROL_CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONTROL_IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (s->daemon == NULL) {
		(void)close(listen_fd);
		return err_set(e, EIO, "libmicrohttpd did not start");
	}
	info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	s->epoll.fd = info->epoll_fd;
	return 0;
}

int control_server_new(int listen_fd, const struct control_route *routes,
		       void *ctx, struct loop *loop,
		       struct control_server **ret, struct err *e)
{
	struct control_server *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL) {
		(void)close(listen_fd);
		return err_set(e, ENOMEM, "out of memory");
	}
	*s = (struct control_server){
		.routes = routes,
		.ctx = ctx,
		.loop = loop,
		.epoll = { .fd = -1, .name = "control", .ready = on_epoll },
		.timer = { .fd = -1,
			   .name = "control timer",
			   .ready = on_timer },
	};
	/* The Date header: gmtime_r(3) of glibc reads /etc/localtime once, here
	 * and not after the caller has confined itself. */
	tzset();
	r = daemon_start(s, listen_fd, e);
	if (r == 0) {
		s->timer.fd = timer_open(e);
		r = s->timer.fd < 0 ? s->timer.fd : 0;
	}
	if (r == 0)
		r = loop_add(loop, &s->epoll, EPOLLIN, e);
	if (r == 0)
		r = loop_add(loop, &s->timer, EPOLLIN, e);
	if (r < 0) {
		control_server_free(s);
		return err_wrap(e, "control server");
	}
	*ret = s;
	return 0;
}

void control_server_free(struct control_server *s)
{
	if (s == NULL)
		return;
	loop_remove(s->loop, &s->epoll);
	loop_remove(s->loop, &s->timer);
	for (struct control_request *q = s->requests; q != NULL; q = q->next)
		request_resume(q);
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon);
	dead_streams_close(s);
	while (s->requests != NULL)
		request_free(s->requests);
	fd_drop(&s->timer.fd);
	free(s);
}

struct control_counts control_server_counts(const struct control_server *s)
{
	return s->counts;
}
