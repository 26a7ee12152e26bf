/* SPDX-License-Identifier: Apache-2.0 */
/* span.c - see span.h. */
#include "lib/span.h"

#include <stdlib.h>
#include <string.h>

int span_cmp(struct span a, struct span b)
{
	const size_t len = a.len < b.len ? a.len : b.len;
	const int r = len ? memcmp(a.p, b.p, len) : 0;

	if (r != 0)
		return r;
	return (a.len > b.len) - (a.len < b.len);
}

struct span span_cut(struct span *rest, char delim)
{
	struct span piece = *rest;
	const char *at = rest->len ? memchr(rest->p, delim, rest->len) : NULL;

	if (at == NULL) {
		*rest = (struct span){ 0 };
		return piece;
	}
	piece.len = (size_t)(at - rest->p);
	rest->p = at + 1;
	rest->len -= piece.len + 1;
	return piece;
}

size_t span_utf8_len(struct span s)
{
	static const struct {
		unsigned char first, last; /* of the leading byte */
		unsigned char low, high;   /* of the second byte */
		size_t len;
	} rows[] = {
		/* clang-format off */
		{ 0x00, 0x7f, 0x80, 0xbf, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
		/* clang-format on */
	};
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; s.len != 0 && i < sizeof(rows) / sizeof(rows[0]);
	     i++) {
		if (p[0] < rows[i].first || p[0] > rows[i].last)
			continue;
		if (s.len < rows[i].len)
			return 0;
		for (size_t k = 1; k < rows[i].len; k++)
			if (p[k] < (k == 1 ? rows[i].low : 0x80) ||
			    p[k] > (k == 1 ? rows[i].high : 0xbf))
				return 0;
		return rows[i].len;
	}
	return 0;
}

char *span_dup(struct span s)
{
	char *out;

	if (s.len != 0 && memchr(s.p, '\0', s.len) != NULL)
		return NULL;
	out = malloc(s.len + 1);
	if (out == NULL)
		return NULL;
	if (s.len != 0)
		memcpy(out, s.p, s.len);
	out[s.len] = '\0';
	return out;
}
