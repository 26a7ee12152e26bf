/* SPDX-License-Identifier: Apache-2.0 */
/* control.h - HTTP/1.1 on unix sockets, over libmicrohttpd without threads.
 *
 * The server knows nothing of what it serves: routes come with handlers, and
 * an answer may be given later (the control process asks other processes).
 * Everything about a peer is bounded: connections, bytes of a body, time.
 */
#ifndef PKG_CONTROL_CONTROL_H
#define PKG_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/loop.h"
#include "lib/span.h"

#define CONTROL_BODY_MAX	65536 /* bytes of a request's body: else 413 */
#define CONTROL_CONNECTIONS_MAX 64    /* per socket: else closed at once */
#define CONTROL_IDLE_SECONDS	10    /* a stalled request: closed */
#define CONTROL_STREAM_QUEUE	1048576 /* bytes queued for a slow reader */

struct control_server;
struct control_request;

struct control_route {
	const char *method; /* "GET" */
	const char *path;   /* "/v1/status": exact */
	/* Must lead to exactly one control_reply() or control_stream(), now or
	 * later. */
	void (*handle)(void *ctx, struct control_request *q);
};

/**
 * control_server_new() - serve @routes on a listening socket.
 * @listen_fd: bound and listening AF_UNIX stream socket; becomes the server's.
 * @routes: ends with a row whose method is NULL; borrowed. An unknown path is
 *          404, a known one with another method 405, both in JSON.
 * @loop: the server adds and removes its own sources.
 *
 * Return: 0; -ENOMEM; -EIO when libmicrohttpd refuses.
 */
int control_server_new(int listen_fd, const struct control_route *routes,
		       void *ctx, struct loop *loop,
		       struct control_server **ret, struct err *e);
void control_server_free(struct control_server *s);

struct span control_body(const struct control_request *q);
/* A query parameter, NULL when absent: "service" of "?service=nginx". */
const char *control_query(const struct control_request *q, const char *name);
pid_t control_peer_pid(const struct control_request *q);
uid_t control_peer_uid(const struct control_request *q);

/* Answer once; @body is copied. @type: "application/json". The request is gone
 * afterwards. */
void control_reply(struct control_request *q, unsigned status, const char *type,
		   struct span body);
/* {"error": sentence, "hint": ...} with the status for e->code. */
void control_reply_err(struct control_request *q, unsigned status,
		       const struct err *e);

/**
 * control_stream() - begin an answer of unknown length.
 * @wants_more: called when the queue has drained and more may be written.
 * @closed: called once when the peer is gone; @q is invalid after it.
 */
void control_stream(struct control_request *q, const char *type,
		    void (*wants_more)(void *ctx, struct control_request *q),
		    void (*closed)(void *ctx, struct control_request *q));
/* Queue bytes (copied). Return: 0; -EAGAIN when CONTROL_STREAM_QUEUE is
 * reached: nothing was queued. */
int control_stream_write(struct control_request *q, struct span bytes);
/* End it in order once the queue has drained. */
void control_stream_end(struct control_request *q);
/* The caller's own pointer on a request. */
void control_set_data(struct control_request *q, void *data);
void *control_data(const struct control_request *q);

/* ---- client ---------------------------------------------------------- */

struct control_client_answer {
	unsigned status;
	struct buf body;
};

/**
 * control_call() - one request, the whole answer (at most 16 MiB).
 *
 * Return: 0 whatever the status is; -ECONNREFUSED, -ENOENT, -EACCES with a
 * sentence (hint: is bailiffd running?); -ETIMEDOUT; -EBADMSG.
 */
int control_call(const char *socket_path, const char *method, const char *path,
		 struct span body, int timeout_ms,
		 struct control_client_answer *ret, struct err *e);

/* One request, its lines as they come; @line returns non-zero to stop. */
int control_follow(const char *socket_path, const char *path,
		   int (*line)(void *ctx, struct span line), void *ctx,
		   struct err *e);

#endif
