/* SPDX-License-Identifier: Apache-2.0 */
/* jsonw.h - JSON text written as it goes, straight into a buffer.
 *
 * For output that is made often: no values are built. The caller opens and
 * closes objects and arrays by '{' and '['; a comma is put where one belongs.
 * Names are the caller's and plain; values may be anybody's.
 */
#ifndef LIB_JSONW_H
#define LIB_JSONW_H

#include "lib/buf.h"

/* A comma before all but the first in an object or array. */
static inline void jsonw_comma(struct buf *out)
{
	const char last = out->len != 0 ? out->p[out->len - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		buf_u8(out, ',');
}

/* ,"name": of a literal. */
#define jsonw_key(out, name)                    \
	do {                                    \
		jsonw_comma(out);               \
		buf_puts(out, "\"" name "\":"); \
	} while (0)

/* ,"name": of a name that needs no escape. */
static inline void jsonw_name(struct buf *out, struct span name)
{
	jsonw_comma(out);
	if (name.len == 0 || !buf_room(out, name.len + 3)) {
		buf_puts(out, "\"\":");
		return;
	}
	out->p[out->len] = '"';
	memcpy(out->p + out->len + 1, name.p, name.len);
	memcpy(out->p + out->len + 1 + name.len, "\":", 2);
	out->len += name.len + 3;
}

/**
 * jsonw_text() - a quoted and escaped string.
 *
 * Return: true; false, and nothing appended, when @text is not UTF-8 or holds a
 * NUL, which many readers refuse.
 */
bool jsonw_text(struct buf *out, struct span text);

/* As jsonw_text() of a text behind which SCAN_BYTES more can be read, whatever
 * they are. */
bool jsonw_padded(struct buf *out, struct span text);

/**
 * jsonw_until() - bytes that need no escape, up to @stop, without quotes.
 * @stop: '"' or a blank.
 * @end: SCAN_BYTES zeros are behind it.
 *
 * For values that are nearly always plain: it looks and copies at once.
 *
 * Return: where @stop is, or @end when @stop is a blank; NULL, and nothing
 * appended, when something else comes before it or @out would have to grow.
 */
const char *jsonw_until(struct buf *out, const char *p, const char *end,
			char stop);

/* A quoted string of standard base64. */
void jsonw_base64(struct buf *out, struct span raw);

/**
 * jsonw_bytes() - ,"name":"..." or, when it is no text, ,"name_b64":"...".
 *
 * Return: whether it was text.
 */
bool jsonw_bytes(struct buf *out, struct span name, struct span value);

/* The same of a value as jsonw_padded() wants it. */
bool jsonw_padded_bytes(struct buf *out, struct span name, struct span value);

/* A number; from 2^53 on as a string, since many readers have doubles. */
void jsonw_u64(struct buf *out, uint64_t v);
void jsonw_negative(struct buf *out, uint64_t magnitude);

static inline void jsonw_bool(struct buf *out, bool v)
{
	/* Each of a length that is known. */
	if (v)
		buf_puts(out, "true");
	else
		buf_puts(out, "false");
}

#endif
