/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h - bytes being written: grows up to a stated limit; errors stick.
 *
 * A writer appends all its fields and asks once, with buf_error(), whether they
 * fitted. After an error nothing more is appended; what was there stays.
 * Integers are little-endian, as lib/cur.h reads them.
 */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <string.h>

#include "lib/span.h"

struct buf {
	char *p;    /* owned; NULL until the first byte */
	size_t len; /* bytes written */
	size_t cap; /* bytes allocated; 0, or at most max + 1 */
	size_t max; /* never more than this many bytes */
	int error;  /* 0, ENOMEM, or E2BIG when max was reached */
};

/* @max: the limit in bytes. No memory is taken yet. */
void buf_init(struct buf *b, size_t max);

/* Free the bytes; the buffer is empty and usable again, its limit stays. */
void buf_done(struct buf *b);

/* Forget the contents and the error, keep the memory. */
void buf_reset(struct buf *b);

/* Make room for @len more bytes and a NUL. Return: false after an error, which
 * it may be the one to set. */
bool buf_grow(struct buf *b, size_t len);

static inline bool buf_room(struct buf *b, size_t len)
{
	return (b->error == 0 && len < b->cap - b->len) || buf_grow(b, len);
}

static inline void buf_put(struct buf *b, const void *bytes, size_t len)
{
	if (len == 0 || !buf_room(b, len))
		return;
	memcpy(b->p + b->len, bytes, len);
	b->len += len;
}

/* For literals: their length is known when this is compiled. */
static inline void buf_puts(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

static inline void buf_span(struct buf *b, struct span s)
{
	buf_put(b, s.p, s.len);
}

static inline void buf_u8(struct buf *b, uint8_t v)
{
	if (buf_room(b, 1))
		b->p[b->len++] = (char)v;
}

void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);

/* A 32-bit length and the bytes: what cur_blob() reads. */
void buf_blob(struct buf *b, struct span s);

void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A decimal number. */
void buf_dec(struct buf *b, uint64_t v);

/* The contents so far; valid until the next write. */
struct span buf_view(const struct buf *b);

/* Return: 0, -ENOMEM or -E2BIG. */
int buf_error(const struct buf *b);

/**
 * buf_cstr() - the contents as a C string.
 *
 * Return: a string that the buffer still owns, valid until the next write;
 * NULL after an error.
 */
const char *buf_cstr(struct buf *b);

#endif
