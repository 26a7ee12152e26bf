/* SPDX-License-Identifier: Apache-2.0 */
/* http.h - an HTTP/1.1 answer taken apart as its bytes come (RFC 9112).
 *
 * For the client: status line, headers, a body that is chunked, counted or ends
 * with the connection. Nothing is kept but the line that is being read, so an
 * answer may be endless. Continuation lines and a body that is chunked and
 * counted at once are refused.
 */
#ifndef PKG_CONTROL_HTTP_H
#define PKG_CONTROL_HTTP_H

#include "lib/err.h"
#include "lib/span.h"

#define HTTP_LINE_MAX	 4096 /* bytes of a status or header line */
#define HTTP_HEADERS_MAX 64

enum http_state {
	HTTP_STATUS,
	HTTP_HEADER,
	HTTP_BODY_COUNTED,
	HTTP_BODY_TO_END,
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK,
	HTTP_CHUNK_END,
	HTTP_TRAILER,
	HTTP_DONE
};

struct http_answer {
	enum http_state state; /* HTTP_STATUS at first */
	unsigned status;       /* 200; known after HTTP_STATUS */
	unsigned headers;      /* header lines so far */
	bool is_chunked, is_counted;
	uint64_t left; /* bytes of the body, or of the chunk, to come */
	size_t line_len;
	char line[HTTP_LINE_MAX];
};

/**
 * http_feed() - the next piece of the body.
 * @a: all zero before the first call.
 * @in: what was received; what is used up is cut from its front.
 * @ret: a piece of the body that points into what @in had; never empty.
 *
 * Return: 1 and @ret; 0 when @in is used up or the answer is whole (state
 * HTTP_DONE: the rest of @in is not part of it); -EBADMSG.
 */
int http_feed(struct http_answer *a, struct span *in, struct span *ret,
	      struct err *e);

/* The connection has ended. Return: 0 when the answer is whole; -EBADMSG. */
int http_end(const struct http_answer *a, struct err *e);

#endif
