/* SPDX-License-Identifier: Apache-2.0 */
/* num.c - see num.h. */
#include "lib/num.h"

#include <errno.h>

#include "lib/hex.h"

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
