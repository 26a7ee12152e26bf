/* SPDX-License-Identifier: Apache-2.0 */
/* jsonw.c - see jsonw.h. */
#include "lib/jsonw.h"

#include <endian.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* How many of eight bytes, the lowest first, can stand in JSON as they are:
 * printable ASCII without '"' and '\'. */
static inline unsigned plain_bytes(uint64_t v)
{
	uint64_t mask;

	mask = ((v - EACH(0x20)) & ~v) | v;
	mask |= zeros(v ^ EACH('"')) | zeros(v ^ EACH('\\')) |
		zeros(v ^ EACH(0x7f));
	mask &= EACH(0x80);
	return mask != 0 ? (unsigned)__builtin_ctzll(mask) / 8 : 8;
}

static inline uint64_t load_8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline unsigned plain_of_8(const char *p)
{
	return plain_bytes(load_8(p));
}

/* What is left of a text, fewer than eight bytes, to @to, as far as it is plain
 * and there is something before it to read along. Return: how much. */
static inline size_t tail_put(char *to, const char *start, const char *p,
			      const char *end)
{
	const size_t left = (size_t)(end - p);
	uint64_t v;
	unsigned n;

	if (left == 0 || left >= 8 || end - start < 8)
		return 0;
	/* Zeros move in, which are not plain. */
	v = load_8(end - 8) >> (64 - 8 * left);
	n = plain_bytes(v);
	v = htole64(v);
	memcpy(to, &v, sizeof(v));
	return n;
}

/* The same of sixteen, and before a blank if that is @stop. */
#ifdef __SSE2__
static inline unsigned plain_of_16(const char *p, char stop)
{
	const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	/* Signed: bytes from 0x80 on are below 0x20 too. */
	__m128i bad = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));
	unsigned mask;

	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
	if (stop == ' ')
		bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8(' ')));
	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
	mask = (unsigned)_mm_movemask_epi8(bad);
	return mask != 0 ? (unsigned)__builtin_ctz(mask) : 16;
}
#else
static inline unsigned plain_of_16(const char *p, char stop)
{
	unsigned n = plain_of_8(p);

	n = n < 8 ? n : 8 + plain_of_8(p + 8);
	for (unsigned i = 0; i < n && stop == ' '; i++)
		n = p[i] == ' ' ? i : n;
	return n;
}
#endif

#define ESCAPED_MAX 6 /* "\u001b": the most that a byte becomes */
#define CHUNK	    4096
#define CHUNK_SMALL 64

static inline bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

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

/* @head of @s, escaped, to @to, which has room for it and 16 bytes more. A
 * character that begins in the head is taken whole. Return: behind it; NULL
 * when it is no text. @rest: what was not taken. */
static char *text_put(char *to, struct span *s, size_t head)
{
	const char *p = s->p, *const stop = p + head, *const end = p + s->len;
	size_t n;

	while (p < stop) {
		if (end - p >= 16) {
			n = plain_of_16(p, '"');
			memcpy(to, p, 16);
			to += n;
			p += n;
			if (n == 16)
				continue;
		} else {
			if (end - p >= 8) {
				n = plain_of_8(p);
				memcpy(to, p, 8);
				to += n;
				p += n;
			}
			n = tail_put(to, s->p, p, end);
			to += n;
			p += n;
			while (p < stop && is_plain((unsigned char)*p))
				*to++ = *p++;
		}
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
	*s = (struct span){ p, (size_t)(end - p) };
	return to;
}

const char *jsonw_until(struct buf *out, const char *p, const char *end,
			char stop)
{
	char *to = out->p + out->len;
	unsigned n = 16;

	if (out->error != 0 || out->cap - out->len < (size_t)(end - p) + 2 * 16)
		return NULL;
	while (n == 16 && end - p >= 16) {
		n = plain_of_16(p, stop);
		memcpy(to, p, 16);
		to += n;
		p += n;
	}
	if (n == 16)
		while (p < end && *p != stop && is_plain((unsigned char)*p))
			*to++ = *p++;
	if (p < end ? *p != stop : stop != ' ')
		return NULL;
	out->len = (size_t)(to - out->p);
	return p;
}

bool jsonw_text(struct buf *out, struct span text)
{
	const size_t before = out->len;

	buf_u8(out, '"');
	while (text.len != 0) {
		size_t head = text.len < CHUNK ? text.len : CHUNK;
		char *to;

		/* In small steps where the limit is near. */
		if ((out->max - out->len) / ESCAPED_MAX < head + 4 &&
		    head > CHUNK_SMALL)
			head = CHUNK_SMALL;
		if (!buf_room(out, (head + 4) * ESCAPED_MAX))
			break;
		to = text_put(out->p + out->len, &text, head);
		if (to == NULL) {
			out->len = before;
			return false;
		}
		out->len = (size_t)(to - out->p);
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
