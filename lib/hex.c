/* SPDX-License-Identifier: Apache-2.0 */
/* hex.c - see hex.h. */
#include "lib/hex.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Without branches: which digit comes next cannot be foretold. */
int hex_digit(char c)
{
	/* clang-format off */
	static const signed char values[256] = { /* one more; 0: no digit */
		['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
		['A'] = 11, 12, 13, 14, 15, 16,
		['a'] = 11, 12, 13, 14, 15, 16,
	};
	/* clang-format on */

	return values[(unsigned char)c] - 1;
}

void hex_encode(struct buf *out, struct span raw)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < raw.len; i++) {
		const unsigned char byte = (unsigned char)raw.p[i];
		const char two[2] = { digits[byte >> 4], digits[byte & 15] };

		buf_put(out, two, sizeof(two));
	}
}

int hex_decode(struct span text, void *out, size_t size)
{
	unsigned char *to = out;

	if (text.len % 2 != 0)
		return -EINVAL;
	if (text.len / 2 > size || text.len / 2 > INT_MAX)
		return -E2BIG;
	for (size_t i = 0; i < text.len; i++)
		if (hex_digit(text.p[i]) < 0)
			return -EINVAL;
	for (size_t i = 0; i < text.len / 2; i++)
		to[i] = (unsigned char)(hex_digit(text.p[2 * i]) << 4 |
					hex_digit(text.p[2 * i + 1]));
	return (int)(text.len / 2);
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, struct span raw)
{
	for (size_t i = 0; i < raw.len; i += 3) {
		const size_t left = raw.len - i < 3 ? raw.len - i : 3;
		uint32_t three = 0;
		char four[4];

		for (size_t k = 0; k < 3; k++)
			three = three << 8 |
				(k < left ? (uint8_t)raw.p[i + k] : 0U);
		for (size_t k = 0; k < 4; k++)
			four[k] =
				k <= left
					? base64_digits[three >> (18 - 6 * k) &
							63]
					: '=';
		buf_put(out, four, sizeof(four));
	}
}

/* 0 to 63; -1 for any other character. */
static int base64_digit(char c)
{
	const char *at = memchr(base64_digits, c, sizeof(base64_digits) - 1);

	return at != NULL ? (int)(at - base64_digits) : -1;
}

int base64_decode(struct span text, void *out, size_t size)
{
	size_t padding = 0, digits, len, at = 0;
	unsigned char *to = out;
	uint32_t bits = 0;

	while (padding < 2 && padding < text.len &&
	       text.p[text.len - 1 - padding] == '=')
		padding++;
	digits = text.len - padding;
	len = text.len / 4 * 3 - padding;
	if (text.len % 4 != 0)
		return -EINVAL;
	if (len > size || len > INT_MAX)
		return -E2BIG;
	for (size_t i = 0; i < digits; i++)
		if (base64_digit(text.p[i]) < 0)
			return -EINVAL;
	for (size_t i = 0; i < digits; i++) {
		bits = bits << 6 | (uint32_t)base64_digit(text.p[i]);
		/* Three of four digits end a byte: after 12, 18 and 24 bits. */
		if (i % 4 != 0)
			to[at++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
	}
	return (int)len;
}
