/* SPDX-License-Identifier: Apache-2.0 */
/* cur.h - read a binary form from a span; errors stick.
 *
 * Integers are little-endian. After the first short or oversized read every
 * later one gives zero or an empty span, so a decoder reads all its fields and
 * then asks once, with cur_end(), whether everything was there and nothing was
 * left over.
 */
#ifndef LIB_CUR_H
#define LIB_CUR_H

#include "lib/span.h"

struct cur {
	struct span rest; /* not yet read; borrowed */
	bool failed;	  /* a read went past the end or over its limit */
};

struct cur cur_of(struct span s);
uint8_t cur_u8(struct cur *c);
uint16_t cur_u16(struct cur *c);
uint32_t cur_u32(struct cur *c);
uint64_t cur_u64(struct cur *c);

/* @len bytes; they point into the span that cur_of() was given. */
struct span cur_bytes(struct cur *c, size_t len);

/* A 32-bit length, then that many bytes; more than @max fails the cursor. */
struct span cur_blob(struct cur *c, size_t max);

/* Return: 0; -EBADMSG when a read failed or bytes are left over. */
int cur_end(const struct cur *c);

#endif
