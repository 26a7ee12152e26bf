/* SPDX-License-Identifier: Apache-2.0 */
/* jsonw.c - see jsonw.h. */
#include "lib/jsonw.h"

#include <endian.h>

#include "lib/hex.h"

#define EXACT_MAX (1ULL << 53) /* integers that a double holds */

/* ---- strings --------------------------------------------------------------
 */

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* The high bit of each zero byte of @v; above the first one others may be set
 * too. */
static inline uint64_t zeros(uint64_t v)
{
	return (v - EACH(0x01)) & ~v & EACH(0x80);
}

/* How many of the eight bytes at @p can stand in JSON as they are: printable
 * ASCII without '"' and '\'. */
static inline unsigned plain_bytes(const char *p)
{
	uint64_t v, mask;

	memcpy(&v, p, sizeof(v));
	v = le64toh(v);
	mask = ((v - EACH(0x20)) & ~v) | v;
	mask |= zeros(v ^ EACH('"')) | zeros(v ^ EACH('\\')) |
		zeros(v ^ EACH(0x7f));
	mask &= EACH(0x80);
	return mask != 0 ? (unsigned)__builtin_ctzll(mask) / 8 : 8;
}

static inline bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* One character that is not plain, at the front of @s. Return: its length; 0
 * when it is no text. */
static size_t escape(struct buf *out, struct span s)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char c = (unsigned char)s.p[0];
	size_t len;

	if (c == '"' || c == '\\') {
		const char two[2] = { '\\', (char)c };

		buf_put(out, two, sizeof(two));
		return 1;
	}
	if (c < 0x80) {
		const char six[6] = { '\\',	      'u',	     '0', '0',
				      digits[c >> 4], digits[c & 15] };

		buf_put(out, six, sizeof(six));
		return c != 0;
	}
	len = span_utf8_len(s);
	buf_put(out, s.p, len);
	return len;
}

/* The plain run at the front of @s, copied. Return: its length. */
static inline size_t plain_copy(struct buf *out, struct span s)
{
	size_t n = 0;

	if (!buf_room(out, s.len))
		return 0;
	while (s.len - n >= 8) {
		const unsigned k = plain_bytes(s.p + n);

		memcpy(out->p + out->len + n, s.p + n, 8);
		n += k;
		if (k < 8)
			goto done;
	}
	while (n < s.len && is_plain((unsigned char)s.p[n])) {
		out->p[out->len + n] = s.p[n];
		n++;
	}
done:
	out->len += n;
	return n;
}

bool jsonw_text(struct buf *out, struct span text)
{
	const size_t before = out->len;

	buf_u8(out, '"');
	while (text.len != 0 && out->error == 0) {
		size_t n = plain_copy(out, text);

		text.p += n;
		text.len -= n;
		if (text.len == 0 || out->error != 0)
			break;
		n = escape(out, text);
		if (n == 0) {
			out->len = before;
			return false;
		}
		text.p += n;
		text.len -= n;
	}
	buf_u8(out, '"');
	return true;
}

void jsonw_base64(struct buf *out, struct span raw)
{
	buf_u8(out, '"');
	base64_encode(out, raw);
	buf_u8(out, '"');
}

bool jsonw_bytes(struct buf *out, struct span name, struct span value)
{
	const size_t before = out->len;

	jsonw_name(out, name);
	if (jsonw_text(out, value))
		return true;
	out->len = before;
	jsonw_comma(out);
	buf_u8(out, '"');
	buf_span(out, name);
	buf_puts(out, "_b64\":");
	jsonw_base64(out, value);
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
