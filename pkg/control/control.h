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
#define CONTROL_CONNECTIONS_MAX 64    /* per socket; more wait to be accepted */
#define CONTROL_IDLE_SECONDS	10    /* no whole request by then: closed */
#define CONTROL_STREAM_SECONDS	60    /* a stream nobody reads: closed */
#define CONTROL_STREAM_QUEUE	1048576	 /* bytes queued for a slow reader */
#define CONTROL_ANSWER_MAX	16777216 /* bytes a client takes in one answer */

struct control_server;
struct control_request;

struct control_route {
	const char *method; /* "GET" */
	const char *path;   /* "/v1/status": exact */
	/* Must lead to exactly one control_reply() or control_stream(), now or
	 * later, also when the peer has gone meanwhile. */
	void (*handle)(void *ctx, struct control_request *q);
};

/**
 * control_server_new() - serve @routes on a listening socket.
 * @listen_fd: bound and listening AF_UNIX stream socket; becomes the server's,
 *             also on failure.
 * @routes: ends with a row whose method is NULL; borrowed. An unknown path is
 *          404, a known one with another method 405, both in JSON.
 * @loop: the server adds and removes its own sources.
 *
 * No thread is made. A request line or header that is not HTTP is answered by
 * libmicrohttpd itself (400, 414, 431) and the connection is closed.
 *
 * Return: 0; -ENOMEM; -EIO when libmicrohttpd refuses; as timerfd_create(2)
 * and epoll_ctl(2).
 */
int control_server_new(int listen_fd, const struct control_route *routes,
		       void *ctx, struct loop *loop,
		       struct control_server **ret, struct err *e);

/* Ends every connection; the closed() of each stream is called. A request that
 * was not answered yet is invalid afterwards. NULL is fine. */
void control_server_free(struct control_server *s);

/* Connections open now; requests seen; refused with 4xx by the server itself
 * or cut because they came too slowly. */
struct control_counts {
	uint64_t connections, requests, refused, cut;
};
struct control_counts control_server_counts(const struct control_server *s);

/* These three are valid until the request is answered. */
struct span control_body(const struct control_request *q);
/* A query parameter, NULL when absent: "service" of "?service=nginx". NULL too
 * once the peer has gone: copy what a later answer needs. */
const char *control_query(const struct control_request *q, const char *name);
/* The first parameter that is none of @known, which ends with NULL; NULL: none.
 */
const char *control_query_other(const struct control_request *q,
				const char *const *known);
/* Of the process that connected (SO_PEERCRED); -1 when unknown. */
pid_t control_peer_pid(const struct control_request *q);
uid_t control_peer_uid(const struct control_request *q);

/* Answer once; @body is copied. @type: "application/json". The request is gone
 * afterwards. */
void control_reply(struct control_request *q, unsigned status, const char *type,
		   struct span body);
/* {"error": sentence, "hint": ...}; the hint is null when there is none. */
void control_reply_err(struct control_request *q, unsigned status,
		       const struct err *e);

/**
 * control_stream() - begin an answer of unknown length.
 * @wants_more: called when the queue has drained and more may be written; the
 *              first time soon after this call. It may write nothing: then
 *              the stream waits until somebody writes. May be NULL.
 * @closed: called exactly once for every stream, when the peer has gone or the
 *          stream's end has been sent; @q is invalid after it. Here the
 *          caller frees what control_data() holds.
 *
 * Neither is called before control_stream() has returned.
 */
void control_stream(struct control_request *q, const char *type,
		    void (*wants_more)(void *ctx, struct control_request *q),
		    void (*closed)(void *ctx, struct control_request *q));
/* Queue bytes (copied), all or none. Return: 0; -EAGAIN when the queue has no
 * room for them; -EMSGSIZE above CONTROL_STREAM_QUEUE; -EPIPE when the peer has
 * gone or the stream was ended; -ENOMEM. */
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
 * control_call() - one request, the whole answer.
 * @body: sent as JSON; empty for none.
 * @timeout_ms: for the whole call; -1: none.
 * @ret: written on success only; release with buf_done(&ret->body).
 *
 * Return: 0 whatever the status is; -ECONNREFUSED, -ENOENT, -EACCES with a
 * sentence (hint: is bailiffd running?); -ETIMEDOUT; -EBADMSG for what is not
 * HTTP or ends early; -EFBIG above CONTROL_ANSWER_MAX; -ENAMETOOLONG.
 */
int control_call(const char *socket_path, const char *method, const char *path,
		 struct span body, int timeout_ms,
		 struct control_client_answer *ret, struct err *e);

/**
 * control_follow() - one GET, its lines as they come.
 * @line: each line without its newline; returns non-zero to stop.
 *
 * Return: what @line gave when it stopped; 0 when the server ended the stream
 * in order; -EREMOTEIO when the status is not 200 (@e: the server's sentence);
 * -EFBIG for a line above CONTROL_STREAM_QUEUE; -ETIMEDOUT when the server did
 * not begin to answer within CONTROL_IDLE_SECONDS; as control_call().
 */
int control_follow(const char *socket_path, const char *path,
		   int (*line)(void *ctx, struct span line), void *ctx,
		   struct err *e);

#endif
