/* SPDX-License-Identifier: Apache-2.0 */
/* num.h - numbers out of text, only when the whole text is one.
 *
 * No sign where none is allowed, no blanks, no leading "+", no empty text, no
 * locale; a leading zero is accepted only for the number 0 itself.
 */
#ifndef LIB_NUM_H
#define LIB_NUM_H

#include "lib/span.h"

/**
 * num_parse_u32(), num_parse_u64(), num_parse_i64() - decimal.
 * @min, @max: the range, both ends allowed.
 * @ret: written on success only.
 *
 * Return: 0; -EINVAL when the text is not such a number; -ERANGE when it is
 * one outside [@min, @max].
 */
int num_parse_u32(struct span s, uint32_t min, uint32_t max, uint32_t *ret);
int num_parse_u64(struct span s, uint64_t min, uint64_t max, uint64_t *ret);
int num_parse_i64(struct span s, int64_t min, int64_t max, int64_t *ret);

/* Hexadecimal without a prefix, either case, at most 16 digits. */
int num_parse_hex(struct span s, uint64_t *ret);

#define NUM_ROOM 32 /* bytes that num_put() may write over */

/**
 * num_put() - a decimal number.
 * @to: NUM_ROOM bytes; behind the digits they may hold anything afterwards.
 *
 * Return: behind the last digit.
 */
char *num_put(char *to, uint64_t v);

#endif
