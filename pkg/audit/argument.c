/* SPDX-License-Identifier: Apache-2.0 */
/* argument.c - see argument.h. */
#include "pkg/audit/argument.h"

#include "lib/num.h"

bool argument_parse(struct span key, struct argument *ret)
{
	struct span digits = { key.p + 1, 0 };

	if (key.len < 2 || key.p[0] != 'a')
		return false;
	while (digits.len + 1 < key.len && digits.p[digits.len] >= '0' &&
	       digits.p[digits.len] <= '9')
		digits.len++;
	key.p += digits.len + 1;
	key.len -= digits.len + 1;
	if (num_parse_u32(digits, 0, UINT32_MAX, &ret->index) < 0 ||
	    (key.len != 0 && key.p[0] != '['))
		return false;
	ret->is_part = key.len != 0 && !span_eq_str(key, "[0]");
	return true;
}
