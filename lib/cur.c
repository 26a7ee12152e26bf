/* SPDX-License-Identifier: Apache-2.0 */
/* cur.c - see cur.h. */
#include "lib/cur.h"

#include <errno.h>

struct cur cur_of(struct span s)
{
	return (struct cur){ .rest = s };
}

struct span cur_bytes(struct cur *c, size_t len)
{
	struct span out = { .p = c->rest.p, .len = len };

	if (c->failed || len > c->rest.len) {
		c->failed = true;
		return (struct span){ 0 };
	}
	c->rest.p += len;
	c->rest.len -= len;
	return out;
}

static uint64_t cur_int(struct cur *c, size_t size)
{
	const struct span raw = cur_bytes(c, size);
	uint64_t value = 0;

	for (size_t i = raw.len; i > 0; i--)
		value = value << 8 | (uint8_t)raw.p[i - 1];
	return value;
}

uint8_t cur_u8(struct cur *c)
{
	return (uint8_t)cur_int(c, 1);
}

uint16_t cur_u16(struct cur *c)
{
	return (uint16_t)cur_int(c, 2);
}

uint32_t cur_u32(struct cur *c)
{
	return (uint32_t)cur_int(c, 4);
}

uint64_t cur_u64(struct cur *c)
{
	return cur_int(c, 8);
}

struct span cur_blob(struct cur *c, size_t max)
{
	const uint32_t len = cur_u32(c);

	if (len > max)
		c->failed = true;
	return cur_bytes(c, len);
}

int cur_end(const struct cur *c)
{
	return c->failed || c->rest.len != 0 ? -EBADMSG : 0;
}
