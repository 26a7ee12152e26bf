/* SPDX-License-Identifier: Apache-2.0 */
/* lines.h - a list of texts that grows: sentences, names, rules as written. */
#ifndef PKG_POLICY_LINES_H
#define PKG_POLICY_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"

/* NULL-terminated once there is one. */
struct lines {
	char **items; /* owned, as each of them is */
	size_t count;
};

/* Return: 0; -ENOMEM. */
int lines_add(struct lines *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void lines_done(struct lines *l);

/**
 * lines_parse() - an array of texts; NULL is an empty one.
 * @max: of them.
 *
 * Return: 0; -EBADMSG for an entry that is no text, or an empty one; -E2BIG;
 * -ENOMEM.
 */
int lines_parse(const json_t *array, size_t max, struct lines *ret,
		struct err *e);

/* Are they the same texts, in the same order? */
bool lines_equal(const struct lines *a, const struct lines *b);

/* Append a JSON array of texts. */
void lines_json(struct buf *out, const struct lines *l);

#endif
