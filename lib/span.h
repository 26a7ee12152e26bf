/* SPDX-License-Identifier: Apache-2.0 */
/* span.h - bytes that somebody else owns, with their length.
 *
 * What comes from outside is a span, not a C string, until it is proven to be
 * one. A span may hold NULs and is never written through.
 */
#ifndef LIB_SPAN_H
#define LIB_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p; /* borrowed; may be NULL only when len is 0 */
	size_t len;    /* bytes */
};

/* printf("%.*s", SPAN_FMT(s)): for text that is known to be short and clean. */
#define SPAN_FMT(s) (int)(s).len, (s).p

/* A span over a NUL-terminated string, without the NUL. NULL gives an empty. */
static inline struct span span_of(const char *text)
{
	return (struct span){ .p = text, .len = text ? strlen(text) : 0 };
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline bool span_eq_str(struct span a, const char *text)
{
	return span_eq(a, span_of(text));
}

static inline bool span_starts(struct span a, const char *prefix)
{
	const size_t len = strlen(prefix);

	return a.len >= len && (len == 0 || memcmp(a.p, prefix, len) == 0);
}

/* Order of memcmp, a prefix before what it begins: <0, 0, >0. */
int span_cmp(struct span a, struct span b);

/**
 * span_cut() - take everything before the first @delim from the front.
 * @rest: in: what to cut; out: what follows the delimiter. Without a
 *        delimiter the whole is returned and @rest becomes empty with p NULL.
 *
 * Return: the piece, which points into the same bytes.
 */
struct span span_cut(struct span *rest, char delim);

/* Bytes of the UTF-8 character that @s begins with; 0 when it is none or @s is
 * empty (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF).
 * Control characters are characters. */
size_t span_utf8_len(struct span s);

/**
 * span_dup() - a NUL-terminated heap copy; the caller frees it.
 *
 * Return: the copy; NULL when out of memory or when @s holds a NUL, which
 * would silently cut it.
 */
char *span_dup(struct span s);

#endif
