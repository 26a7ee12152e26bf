/* SPDX-License-Identifier: Apache-2.0 */
/* argument.h - the fields of EXECVE that make up the argument vector: "a7" is
 * argument 7, "a7[2]" a part of one too long for a record.
 */
#ifndef PKG_AUDIT_ARGUMENT_H
#define PKG_AUDIT_ARGUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/span.h"

struct argument {
	uint32_t index;
	bool is_part; /* and not the first */
};

/* Return: false for another field, "a7_len" included. */
bool argument_parse(struct span key, struct argument *ret);

#endif
