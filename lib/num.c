/* SPDX-License-Identifier: Apache-2.0 */
/* num.c - see num.h. */
#include "lib/num.h"

#include <errno.h>

#include "lib/hex.h"
#include "lib/scan.h"

static int decimal_parse(struct span s, uint64_t *ret)
{
	uint64_t value = 0;

	if (s.len == 0 || (s.len > 1 && s.p[0] == '0'))
		return -EINVAL;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return -EINVAL;
	for (size_t i = 0; i < s.len; i++)
		if (__builtin_mul_overflow(value, 10U, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'),
					   &value))
			return -ERANGE;
	*ret = value;
	return 0;
}

int num_parse_u64(struct span s, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;
	const int r = decimal_parse(s, &value);

	if (r < 0)
		return r;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int num_parse_u32(struct span s, uint32_t min, uint32_t max, uint32_t *ret)
{
	uint64_t value;
	const int r = num_parse_u64(s, min, max, &value);

	if (r == 0)
		*ret = (uint32_t)value;
	return r;
}

int num_parse_i64(struct span s, int64_t min, int64_t max, int64_t *ret)
{
	const bool negative = s.len != 0 && s.p[0] == '-';
	uint64_t magnitude;
	int64_t value;
	int r;

	if (negative)
		s = (struct span){ .p = s.p + 1, .len = s.len - 1 };
	r = decimal_parse(s, &magnitude);
	if (r < 0)
		return r;
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return -ERANGE;
	value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int num_parse_hex(struct span s, uint64_t *ret)
{
	uint64_t value = 0;

	if (s.len == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.len; i++)
		if (hex_digit(s.p[i]) < 0)
			return -EINVAL;
	if (s.len > 16)
		return -ERANGE;
	for (size_t i = 0; i < s.len; i++)
		value = value << 4 | (uint64_t)hex_digit(s.p[i]);
	*ret = value;
	return 0;
}

/* The eight digits of @v, which is below 10^8: a byte each, the first the
 * lowest. Each step splits all parts in two at once, multiplying by what a
 * division would take. */
static uint64_t digits_8(uint32_t v)
{
	const uint64_t fours = v / 10000 | (uint64_t)(v % 10000) << 32;
	const uint64_t hundreds = fours * 10486 >> 20 & 0x0000007f0000007fULL;
	const uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
	const uint64_t tens = twos * 103 >> 10 & 0x000f000f000f000fULL;

	return tens | (twos - 10 * tens) << 8;
}

char *num_put(char *to, uint64_t v)
{
	uint64_t digits;
	unsigned zeros;

	if (v < 10) {
		*to = (char)('0' + v);
		return to + 1;
	}
	if (v >= 100000000) {
		to = num_put(to, v / 100000000);
		scan_store(to, digits_8((uint32_t)(v % 100000000)) |
				       SCAN_EACH('0'));
		return to + 8;
	}
	digits = digits_8((uint32_t)v);
	/* The last digit stays if it is a zero too. */
	zeros = (unsigned)__builtin_ctzll(digits | 1ULL << 56) / 8;
	scan_store(to, (digits | SCAN_EACH('0')) >> 8 * zeros);
	return to + 8 - zeros;
}
