/* SPDX-License-Identifier: Apache-2.0 */
/* http.c - see http.h. */
#include "pkg/control/http.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "lib/num.h"

/* Add bytes of @in to the line. Return: 1 when it is whole (without its line
 * end), 0 when more is needed, -EBADMSG. */
static int line_read(struct http_answer *a, struct span *in, struct err *e)
{
	while (in->len != 0) {
		const char c = *in->p;

		in->p++;
		in->len--;
		if (c == '\n') {
			if (a->line_len != 0 &&
			    a->line[a->line_len - 1] == '\r')
				a->line_len--;
			return 1;
		}
		if (c == '\0' || a->line_len == sizeof(a->line))
			return err_set(e, EBADMSG,
				       "not HTTP: a line with a NUL or above "
				       "%d bytes",
				       HTTP_LINE_MAX);
		a->line[a->line_len++] = c;
	}
	return 0;
}

static struct span line_take(struct http_answer *a)
{
	const struct span s = { .p = a->line, .len = a->line_len };

	a->line_len = 0;
	return s;
}

/* "HTTP/1.1 200 OK" */
static int status_parse(struct http_answer *a, struct span line, struct err *e)
{
	const struct span version = span_cut(&line, ' ');
	const struct span code = span_cut(&line, ' ');
	uint32_t status;

	if (!span_eq_str(version, "HTTP/1.1") &&
	    !span_eq_str(version, "HTTP/1.0"))
		return err_set(e, EBADMSG, "not HTTP: no status line");
	if (num_parse_u32(code, 100, 599, &status) < 0)
		return err_set(e, EBADMSG, "not HTTP: no status code");
	a->status = status;
	a->state = HTTP_HEADER;
	return 0;
}

static struct span blanks_cut(struct span s)
{
	while (s.len != 0 && (*s.p == ' ' || *s.p == '\t')) {
		s.p++;
		s.len--;
	}
	while (s.len != 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static bool word_is(struct span s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0;
}

/* The line after the last header: what kind of body follows. */
static int body_begin(struct http_answer *a, struct err *e)
{
	if (a->status < 200) { /* 100 Continue: the real one follows */
		*a = (struct http_answer){ .state = HTTP_STATUS,
					   .headers = a->headers };
		return 0;
	}
	if (a->is_chunked && a->is_counted)
		return err_set(e, EBADMSG,
			       "not HTTP: a body both chunked and counted");
	if (a->status == 204 || a->status == 304 ||
	    (a->is_counted && a->left == 0))
		a->state = HTTP_DONE;
	else if (a->is_chunked)
		a->state = HTTP_CHUNK_SIZE;
	else
		a->state = a->is_counted ? HTTP_BODY_COUNTED : HTTP_BODY_TO_END;
	return 0;
}

static int header_parse(struct http_answer *a, struct span line, struct err *e)
{
	struct span value = line;
	const struct span name = span_cut(&value, ':');

	if (line.len == 0)
		return body_begin(a, e);
	if (++a->headers > HTTP_HEADERS_MAX)
		return err_set(e, EBADMSG, "more than %d headers",
			       HTTP_HEADERS_MAX);
	if (name.len == 0 || name.len == line.len || *line.p == ' ' ||
	    *line.p == '\t')
		return err_set(e, EBADMSG, "not HTTP: a header without a name");
	value = blanks_cut(value);
	if (word_is(name, "transfer-encoding")) {
		if (!word_is(value, "chunked") || a->is_chunked)
			return err_set(e, EBADMSG, "unknown transfer encoding");
		a->is_chunked = true;
	} else if (word_is(name, "content-length")) {
		if (a->is_counted ||
		    num_parse_u64(value, 0, INT64_MAX, &a->left) < 0)
			return err_set(e, EBADMSG,
				       "not HTTP: no usable Content-Length");
		a->is_counted = true;
	}
	return 0;
}

/* "1f" or "1f;extension" */
static int chunk_parse(struct http_answer *a, struct span line, struct err *e)
{
	const struct span digits = blanks_cut(span_cut(&line, ';'));

	if (num_parse_hex(digits, &a->left) < 0 || a->left > INT64_MAX)
		return err_set(e, EBADMSG, "not HTTP: no chunk size");
	a->state = a->left == 0 ? HTTP_TRAILER : HTTP_CHUNK;
	return 0;
}

static int chunk_end_parse(struct http_answer *a, struct span line,
			   struct err *e)
{
	if (line.len != 0)
		return err_set(e, EBADMSG, "not HTTP: a chunk of wrong size");
	a->state = HTTP_CHUNK_SIZE;
	return 0;
}

static int trailer_parse(struct http_answer *a, struct span line, struct err *e)
{
	if (line.len == 0)
		a->state = HTTP_DONE;
	else if (++a->headers > HTTP_HEADERS_MAX)
		return err_set(e, EBADMSG, "more than %d headers",
			       HTTP_HEADERS_MAX);
	return 0;
}

/* Bytes of the body: the state when the last counted one is gone. */
static struct span piece_take(struct http_answer *a, struct span *in)
{
	struct span piece = *in;

	if (a->state != HTTP_BODY_TO_END) {
		if (piece.len > a->left)
			piece.len = (size_t)a->left;
		a->left -= piece.len;
		if (a->left == 0)
			a->state = a->state == HTTP_CHUNK ? HTTP_CHUNK_END
							  : HTTP_DONE;
	}
	in->p += piece.len;
	in->len -= piece.len;
	return piece;
}

int http_feed(struct http_answer *a, struct span *in, struct span *ret,
	      struct err *e)
{
	static int (*const lines[])(struct http_answer *, struct span,
				    struct err *) = {
		[HTTP_STATUS] = status_parse,
		[HTTP_HEADER] = header_parse,
		[HTTP_CHUNK_SIZE] = chunk_parse,
		[HTTP_CHUNK_END] = chunk_end_parse,
		[HTTP_TRAILER] = trailer_parse,
		[HTTP_DONE] = NULL,
	};

	while (in->len != 0 && a->state != HTTP_DONE) {
		int r;

		if (lines[a->state] == NULL) {
			*ret = piece_take(a, in);
			return 1;
		}
		r = line_read(a, in, e);
		if (r == 1)
			r = lines[a->state](a, line_take(a), e);
		if (r < 0)
			return r;
	}
	return 0;
}

int http_end(const struct http_answer *a, struct err *e)
{
	if (a->state == HTTP_DONE || a->state == HTTP_BODY_TO_END)
		return 0;
	return err_set(e, EBADMSG, "the answer ended early");
}
