/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - see buf.h. */
#include "lib/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_done(struct buf *b)
{
	free(b->p);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->error = 0;
}

bool buf_grow(struct buf *b, size_t len)
{
	size_t need, cap;
	char *p;

	if (b->error != 0)
		return false;
	if (__builtin_add_overflow(b->len, len, &need) || need > b->max) {
		b->error = E2BIG;
		return false;
	}
	if (need < b->cap)
		return true;
	cap = b->cap != 0 ? b->cap : 64;
	while (cap <= need)
		if (__builtin_mul_overflow(cap, (size_t)2, &cap)) {
			b->error = E2BIG;
			return false;
		}
	/* So that what lies below cap lies below max. */
	if (cap > b->max && b->max != SIZE_MAX)
		cap = b->max + 1;
	p = realloc(b->p, cap);
	if (p == NULL) {
		b->error = ENOMEM;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

static void buf_int(struct buf *b, uint64_t v, size_t size)
{
	unsigned char raw[8];

	for (size_t i = 0; i < size; i++)
		raw[i] = (unsigned char)(v >> (8 * i));
	buf_put(b, raw, size);
}

void buf_u16(struct buf *b, uint16_t v)
{
	buf_int(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
	buf_int(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
	buf_int(b, v, 8);
}

void buf_blob(struct buf *b, struct span s)
{
	if (s.len > UINT32_MAX) {
		b->error = b->error != 0 ? b->error : E2BIG;
		return;
	}
	buf_u32(b, (uint32_t)s.len);
	buf_span(b, s);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len > 0 && buf_room(b, (size_t)len)) {
		(void)vsnprintf(b->p + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void buf_dec(struct buf *b, uint64_t v)
{
	char digits[NUM_ROOM];

	if (b->error == 0 && b->cap - b->len > NUM_ROOM)
		b->len = (size_t)(num_put(b->p + b->len, v) - b->p);
	else
		buf_put(b, digits, (size_t)(num_put(digits, v) - digits));
}

struct span buf_view(const struct buf *b)
{
	return (struct span){ .p = b->p, .len = b->len };
}

int buf_error(const struct buf *b)
{
	return -b->error;
}

const char *buf_cstr(struct buf *b)
{
	if (!buf_room(b, 0))
		return NULL;
	b->p[b->len] = '\0';
	return b->p;
}
