/* SPDX-License-Identifier: Apache-2.0 */
/* template.h - variables, and text that names them: landlockconfig's "${name}".
 *
 * A variable is a set of strings. "${name}" in a text stands for each of them,
 * "$$" for a dollar; any other "$" is itself. Values are not expanded again.
 */
#ifndef PKG_LANDLOCK_TEMPLATE_H
#define PKG_LANDLOCK_TEMPLATE_H

#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

#define VARIABLE_NAME_MAX   255	  /* bytes */
#define VARIABLE_VALUES_MAX 65536 /* of all variables together */
/* Bytes and parts that a document's templates may come to, all combinations
 * together: what a bomb has to fit into. */
#define TEMPLATE_WORK_MAX (16U << 20)

/* One value of a variable; or, with value NULL, that the variable exists. */
struct binding {
	char *name, *value;
};

struct variables {
	struct binding *items; /* sorted by name and value, each once */
	size_t count, cap;
};

/**
 * variable_add() - one value for a name; with @value.p NULL none yet.
 *
 * The caller ends with variables_unite(). The same name again is a union.
 *
 * Return: 0; -EBADMSG for a name that is none: [A-Za-z][A-Za-z0-9_]*; -E2BIG
 * above VARIABLE_VALUES_MAX; -ENOMEM.
 */
int variable_add(struct variables *v, struct span name, struct span value,
		 struct err *e);

/* As variable_add(), all of @from. */
int variables_add(struct variables *v, const struct variables *from,
		  struct err *e);
void variables_unite(struct variables *v);
void variables_done(struct variables *v);

/**
 * template_spell() - append @raw in the one spelling that all equal templates
 * share: a dollar that is none of a variable is "$$".
 *
 * Return: 0; -EBADMSG for "${" without an end or with a bad name, with its
 * position (bytes from 0) in @e. Whether a variable exists is not asked.
 */
int template_spell(struct span raw, struct buf *out, struct err *e);

/**
 * template_expand() - call @each for every combination, in order of the values
 * from the left.
 * @spelled: by template_spell().
 * @max: more bytes than this in one result are -E2BIG.
 * @work: lowered by what was done; TEMPLATE_WORK_MAX at the beginning.
 *
 * A variable without values means no call at all, and so does an empty
 * template.
 *
 * Return: 0; what @each returned when it was not 0; -EBADMSG for a variable
 * that does not exist; -E2BIG when @work or @max do not suffice (before the
 * first call, as far as that is known); -ENOMEM.
 */
typedef int template_each_fn(void *ctx, struct span text, struct err *e);
int template_expand(struct span spelled, const struct variables *v, size_t max,
		    uint64_t *work, template_each_fn *each, void *ctx,
		    struct err *e);

#endif
