/* SPDX-License-Identifier: Apache-2.0 */
/* jsonw.c - see jsonw.h. */
#include "lib/jsonw.h"

#include "lib/hex.h"
#include "lib/scan.h"

#define EXACT_MAX (1ULL << 53) /* integers that a double holds */

/* ---- strings --------------------------------------------------------------
 */

#define ESCAPED_MAX 6 /* "\u001b": the most that a byte becomes */
#define CHUNK	    4096
#define CHUNK_SMALL 64

/* One character that is neither plain nor '"' nor '\', at the front of @s.
 * Return: behind what it became at @to; NULL when it is no text. @ret_len: of
 * the character. */
static char *escape(char *to, struct span s, size_t *ret_len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char c = (unsigned char)s.p[0];

	*ret_len = 1;
	if (c >= 0x80) {
		*ret_len = span_utf8_len(s);
		memcpy(to, s.p, *ret_len);
		return *ret_len != 0 ? to + *ret_len : NULL;
	}
	if (c == 0)
		return NULL;
	memcpy(to, "\\u00", 4);
	to[4] = digits[c >> 4];
	to[5] = digits[c & 15];
	return to + 6;
}

/* The last bytes of a text, fewer than sixteen, with zeros behind, which are
 * special. No call: most texts are as short. */
static inline void tail_copy(char copy[SCAN_BYTES], const char *p, size_t len)
{
	memset(copy, 0, SCAN_BYTES);
	if (len >= 8) {
		memcpy(copy, p, 8);
		memcpy(copy + len - 8, p + len - 8, 8);
	} else if (len >= 4) {
		memcpy(copy, p, 4);
		memcpy(copy + len - 4, p + len - 4, 4);
	} else if (len != 0) {
		copy[0] = p[0];
		copy[len / 2] = p[len / 2];
		copy[len - 1] = p[len - 1];
	}
}

/* @head of @s, escaped, to @to, which has room for it and 16 bytes more. A
 * character that begins in the head is taken whole. Return: behind it; NULL
 * when it is no text. @s: then what was not taken. */
static inline char *text_put(char *to, struct span *s, size_t head,
			     bool is_padded)
{
	const char *p = s->p, *const stop = p + head, *const end = p + s->len;
	char copy[SCAN_BYTES];

	while (p < stop) {
		const char *from = p;
		unsigned special;
		size_t n;

		if (!is_padded && end - p < SCAN_BYTES) {
			tail_copy(copy, p, (size_t)(end - p));
			from = copy;
		}
		special = scan_special(from);
		memcpy(to, from, SCAN_BYTES);
		/* Mostly, and then the next need not wait for a count. */
		n = special == 0 ? SCAN_BYTES : scan_before(special);
		to += n;
		p += n;
		if (special == 0)
			continue;
		if (p >= stop)
			break;
		if (*p == '"' || *p == '\\') {
			*to++ = '\\';
			*to++ = *p++;
			continue;
		}
		to = escape(to, (struct span){ p, (size_t)(end - p) }, &n);
		if (to == NULL)
			return NULL;
		p += n;
	}
	/* What a padding holds is not of the text. */
	if (p > end) {
		to -= p - end;
		p = end;
	}
	*s = (struct span){ p, (size_t)(end - p) };
	return to;
}

const char *jsonw_until(struct buf *out, const char *p, const char *end,
			char stop)
{
	char *to = out->p + out->len;
	unsigned n;

	if (out->error != 0 ||
	    out->cap - out->len < (size_t)(end - p) + 2 * SCAN_BYTES)
		return NULL;
	do {
		n = scan_before(scan_special(p) | scan_is(p, stop));
		memcpy(to, p, SCAN_BYTES);
		to += n;
		p += n;
	} while (n == SCAN_BYTES);
	if (p < end ? *p != stop : stop != ' ')
		return NULL;
	out->len = (size_t)(to - out->p);
	return p;
}

/* In steps, and small ones where the limit is near. */
static bool long_json(struct buf *out, struct span text)
{
	const size_t before = out->len;

	buf_u8(out, '"');
	while (text.len != 0) {
		size_t head = text.len < CHUNK ? text.len : CHUNK;
		char *to;

		if ((out->max - out->len) / ESCAPED_MAX < head + 4 &&
		    head > CHUNK_SMALL)
			head = CHUNK_SMALL;
		if (!buf_room(out, (head + 4) * ESCAPED_MAX))
			break;
		to = text_put(out->p + out->len, &text, head, false);
		if (to == NULL) {
			out->len = before;
			return false;
		}
		out->len = (size_t)(to - out->p);
	}
	buf_u8(out, '"');
	return true;
}

static inline bool text_json(struct buf *out, struct span text, bool is_padded)
{
	char *to;

	if (text.len == 0 || text.len > CHUNK || out->error != 0 ||
	    out->cap - out->len <= (text.len + 5) * ESCAPED_MAX)
		return long_json(out, text);
	to = out->p + out->len;
	*to++ = '"';
	to = text_put(to, &text, text.len, is_padded);
	if (to == NULL)
		return false;
	*to++ = '"';
	out->len = (size_t)(to - out->p);
	return true;
}

bool jsonw_text(struct buf *out, struct span text)
{
	return text_json(out, text, false);
}

#define PLAIN_MAX 64

/* A short text with nothing to escape, which most values are. Return: false,
 * and nothing appended, when it is anything else. */
static inline bool plain_put(struct buf *out, struct span text)
{
	char *const to = out->p + out->len;

	if (text.len - 1 >= PLAIN_MAX || out->error != 0 ||
	    out->cap - out->len <= PLAIN_MAX + 2 * SCAN_BYTES)
		return false;
	for (size_t i = 0; i < text.len; i += SCAN_BYTES) {
		if (scan_before(scan_special(text.p + i)) <
		    (text.len - i < SCAN_BYTES ? text.len - i : SCAN_BYTES))
			return false;
		memcpy(to + 1 + i, text.p + i, SCAN_BYTES);
	}
	to[0] = '"';
	to[text.len + 1] = '"';
	out->len += text.len + 2;
	return true;
}

bool jsonw_padded(struct buf *out, struct span text)
{
	return plain_put(out, text) || text_json(out, text, true);
}

void jsonw_base64(struct buf *out, struct span raw)
{
	buf_u8(out, '"');
	base64_encode(out, raw);
	buf_u8(out, '"');
}

/* ,"name_b64":"..." */
static void base64_json(struct buf *out, struct span name, struct span value)
{
	jsonw_comma(out);
	buf_u8(out, '"');
	buf_span(out, name);
	buf_puts(out, "_b64\":");
	jsonw_base64(out, value);
}

bool jsonw_bytes(struct buf *out, struct span name, struct span value)
{
	const size_t before = out->len;

	jsonw_name(out, name);
	if (jsonw_text(out, value))
		return true;
	out->len = before;
	base64_json(out, name, value);
	return false;
}

bool jsonw_padded_bytes(struct buf *out, struct span name, struct span value)
{
	const size_t before = out->len;

	jsonw_name(out, name);
	if (jsonw_padded(out, value))
		return true;
	out->len = before;
	base64_json(out, name, value);
	return false;
}

/* ---- numbers --------------------------------------------------------------
 */

void jsonw_u64(struct buf *out, uint64_t v)
{
	if (v < EXACT_MAX) {
		buf_dec(out, v);
		return;
	}
	buf_u8(out, '"');
	buf_dec(out, v);
	buf_u8(out, '"');
}

void jsonw_negative(struct buf *out, uint64_t magnitude)
{
	const bool quotes = magnitude >= EXACT_MAX;

	if (quotes)
		buf_u8(out, '"');
	buf_u8(out, '-');
	buf_dec(out, magnitude);
	if (quotes)
		buf_u8(out, '"');
}
