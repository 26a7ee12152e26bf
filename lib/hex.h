/* SPDX-License-Identifier: Apache-2.0 */
/* hex.h - bytes as hexadecimal and base64 text. */
#ifndef LIB_HEX_H
#define LIB_HEX_H

#include "lib/buf.h"

/* The value of a digit of either case, 0 to 15; -1 for any other character. */
int hex_digit(char c);

/* Append two lower-case digits for each byte of @raw. */
void hex_encode(struct buf *out, struct span raw);

/**
 * hex_decode() - digits of either case to bytes.
 * @text: an even number of digits, nothing else.
 * @out: room for @text.len / 2 bytes; untouched on failure.
 *
 * Return: the number of bytes; -EINVAL for an odd length or another character;
 * -E2BIG when @size is too small.
 */
int hex_decode(struct span text, void *out, size_t size);

/* Append standard base64 with padding (RFC 4648, section 4). */
void base64_encode(struct buf *out, struct span raw);

/**
 * base64_decode() - standard base64 with padding, without blanks, to bytes.
 * @out: room for @text.len / 4 * 3 bytes less the padding; untouched on
 *       failure.
 *
 * What the last digit has too many of is not looked at.
 *
 * Return: the number of bytes; -EINVAL for another length than a multiple of
 * four or another character; -E2BIG when @size is too small.
 */
int base64_decode(struct span text, void *out, size_t size);

#endif
