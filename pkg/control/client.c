/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - see control.h: one request on one connection. */
#include "pkg/control/control.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/control/http.h"

#define HINT_RUNNING "is bailiffd running?"

static int address_of(const char *path, struct sockaddr_un *ret, struct err *e)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return err_set(e, ENAMETOOLONG, "socket path above %zu bytes",
			       sizeof(ret->sun_path) - 1);
	memcpy(ret->sun_path, path, strlen(path));
	return 0;
}

static int client_connect(const char *path, struct err *e)
{
	AUTO_FD fd = -1;
	struct sockaddr_un address;
	int r = address_of(path, &address, e);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, "socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		r = err_errno(e, "connect to %s", path);
		if (r == -ENOENT || r == -ECONNREFUSED)
			(void)err_hint(e, HINT_RUNNING);
		if (r == -EACCES)
			(void)err_hint(e, "this socket is not open to your "
					  "user: try as root");
		return r;
	}
	return fd_steal(&fd);
}

/* Milliseconds left of a call that began at @start; -1: no limit. */
static int time_left(uint64_t start, int timeout_ms)
{
	const uint64_t spent = clock_boot_ms() - start;

	if (timeout_ms < 0)
		return -1;
	return spent >= (uint64_t)timeout_ms ? 0 : timeout_ms - (int)spent;
}

static int wait_for(int fd, short what, uint64_t start, int timeout_ms,
		    struct err *e)
{
	struct pollfd p = { .fd = fd, .events = what };
	int r;

	do
		r = poll(&p, 1, time_left(start, timeout_ms));
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_errno(e, "poll");
	if (r == 0)
		return err_set(e, ETIMEDOUT, "no answer within %d ms",
			       timeout_ms);
	return 0;
}

/* A server that refuses a large body stops reading: its answer counts. */
static int client_send(int fd, struct span bytes, uint64_t start,
		       int timeout_ms, struct err *e)
{
	while (bytes.len != 0) {
		const ssize_t n = send(fd, bytes.p, bytes.len,
				       MSG_NOSIGNAL | MSG_DONTWAIT);
		int r = 0;

		if (n >= 0) {
			bytes.p += n;
			bytes.len -= (size_t)n;
		} else if (errno == EPIPE || errno == ECONNRESET) {
			return 0;
		} else if (errno == EAGAIN) {
			r = wait_for(fd, POLLOUT, start, timeout_ms, e);
		} else if (errno != EINTR) {
			r = err_errno(e, "send the request");
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int request_send(int fd, const char *method, const char *path,
			struct span body, uint64_t start, int timeout_ms,
			struct err *e)
{
	struct buf out;
	int r;

	buf_init(&out, body.len + strlen(path) + 512);
	buf_printf(&out,
		   "%s %s HTTP/1.1\r\nHost: bailiff\r\nConnection: close\r\n",
		   method, path);
	if (body.len != 0 || strcmp(method, "GET") != 0)
		buf_printf(&out,
			   "Content-Type: application/json\r\n"
			   "Content-Length: %zu\r\n",
			   body.len);
	buf_puts(&out, "\r\n");
	buf_span(&out, body);
	r = buf_error(&out);
	if (r < 0)
		(void)err_set(e, -r, "request: %s", strerror(-r));
	else
		r = client_send(fd, buf_view(&out), start, timeout_ms, e);
	buf_done(&out);
	return r;
}

/* What a reader does with the pieces of a body; non-zero stops. */
struct sink {
	int (*piece)(struct sink *self, const struct http_answer *a,
		     struct span bytes, struct err *e);
};

/* Read the answer to its end. @timeout_ms ends with the headers when
 * @first_only. */
static int answer_read(int fd, struct http_answer *a, struct sink *sink,
		       uint64_t start, int timeout_ms, bool first_only,
		       struct err *e)
{
	char raw[16384];

	for (;;) {
		const bool is_begun = a->state > HTTP_HEADER;
		struct span in = { .p = raw }, piece;
		ssize_t n;
		int r = wait_for(fd, POLLIN, start,
				 first_only && is_begun ? -1 : timeout_ms, e);

		if (r < 0)
			return r;
		n = recv(fd, raw, sizeof(raw), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "receive the answer");
		if (n == 0)
			return http_end(a, e);
		in.len = (size_t)n;
		while ((r = http_feed(a, &in, &piece, e)) == 1) {
			r = sink->piece(sink, a, piece, e);
			if (r != 0)
				return r;
		}
		if (r < 0 || a->state == HTTP_DONE)
			return r;
	}
}

struct whole {
	struct sink sink;
	struct buf body;
};

static int whole_piece(struct sink *self, const struct http_answer *a,
		       struct span bytes, struct err *e)
{
	struct whole *w = container_of(self, struct whole, sink);

	(void)a;
	buf_span(&w->body, bytes);
	if (buf_error(&w->body) < 0)
		return err_set(e, EFBIG, "an answer above %d bytes",
			       CONTROL_ANSWER_MAX);
	return 0;
}

int control_call(const char *socket_path, const char *method, const char *path,
		 struct span body, int timeout_ms,
		 struct control_client_answer *ret, struct err *e)
{
	AUTO_FD fd = client_connect(socket_path, e);
	const uint64_t start = clock_boot_ms();
	struct whole w = { .sink.piece = whole_piece };
	struct http_answer a = { 0 };
	int r;

	if (fd < 0)
		return fd;
	buf_init(&w.body, CONTROL_ANSWER_MAX);
	r = request_send(fd, method, path, body, start, timeout_ms, e);
	if (r == 0)
		r = answer_read(fd, &a, &w.sink, start, timeout_ms, false, e);
	if (r < 0) {
		buf_done(&w.body);
		return err_wrap(e, "%s", socket_path);
	}
	*ret = (struct control_client_answer){ .status = a.status,
					       .body = w.body };
	return 0;
}

struct lines {
	struct sink sink;
	struct buf part; /* of a line, or of an error's body */
	int (*line)(void *ctx, struct span line);
	void *ctx;
};

static int lines_piece(struct sink *self, const struct http_answer *a,
		       struct span bytes, struct err *e)
{
	struct lines *l = container_of(self, struct lines, sink);
	int r = 0;

	while (bytes.len != 0 && r == 0) {
		const char *end = a->status == 200
					  ? memchr(bytes.p, '\n', bytes.len)
					  : NULL;
		const size_t n =
			end != NULL ? (size_t)(end - bytes.p) : bytes.len;

		buf_put(&l->part, bytes.p, n);
		if (buf_error(&l->part) < 0)
			return err_set(e, EFBIG, "a line above %d bytes",
				       CONTROL_STREAM_QUEUE);
		bytes.p += n + (end != NULL);
		bytes.len -= n + (end != NULL);
		if (end == NULL)
			break;
		r = l->line(l->ctx, buf_view(&l->part));
		buf_reset(&l->part);
	}
	return r;
}

/* The server's own words for a status that is not 200. */
static int refusal(unsigned status, struct span body, struct err *e)
{
	AUTO_JSON *json = NULL;
	json_t *text = NULL, *hint = NULL;
	const struct json_member rows[] = {
		{ "error", JSON_STRING, true, &text },
		{ "hint", JSON_STRING, false, &hint },
		{ 0 },
	};

	if (json_parse(body, CONTROL_BODY_MAX, &json, NULL) < 0 ||
	    json_members_open(json, rows, NULL) < 0)
		return err_set(e, EREMOTEIO, "the answer is HTTP status %u",
			       status);
	if (hint == NULL)
		return err_set(e, EREMOTEIO, "%s", json_string_value(text));
	return err_set(e, EREMOTEIO, "%s (%s)", json_string_value(text),
		       json_string_value(hint));
}

int control_follow(const char *socket_path, const char *path,
		   int (*line)(void *ctx, struct span line), void *ctx,
		   struct err *e)
{
	AUTO_FD fd = client_connect(socket_path, e);
	const uint64_t start = clock_boot_ms();
	const int timeout_ms = CONTROL_IDLE_SECONDS * 1000;
	struct lines l = { .sink.piece = lines_piece,
			   .line = line,
			   .ctx = ctx };
	struct http_answer a = { 0 };
	struct err cause = { 0 };
	int r;

	if (fd < 0)
		return fd;
	buf_init(&l.part, CONTROL_STREAM_QUEUE);
	r = request_send(fd, "GET", path, (struct span){ 0 }, start, timeout_ms,
			 &cause);
	if (r == 0)
		r = answer_read(fd, &a, &l.sink, start, timeout_ms, true,
				&cause);
	if (r == 0 && a.status != 200)
		r = refusal(a.status, buf_view(&l.part), &cause);
	buf_done(&l.part);
	if (cause.code == 0 || r == 0)
		return r;
	if (e != NULL)
		*e = cause;
	return r == -EREMOTEIO ? r : err_wrap(e, "%s", socket_path);
}
