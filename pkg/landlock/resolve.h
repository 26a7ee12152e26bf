/* SPDX-License-Identifier: Apache-2.0 */
/* resolve.h - a document's variables put in: real paths, real ports. */
#ifndef PKG_LANDLOCK_RESOLVE_H
#define PKG_LANDLOCK_RESOLVE_H

#include "pkg/landlock/document.h"

#define LANDLOCK_PATH_MAX 4096 /* bytes with the NUL: PATH_MAX */

/**
 * landlock_resolve() - every template expanded, every path normalised.
 * @ret: the caller's, landlock_rules_done(); written on success only.
 *
 * Normalised by components: "a//b", "a/./b" and "a/b/" are "a/b"; ".." stays,
 * and so does a leading ".": "./x" is not "x".
 *
 * Return: 0; -EBADMSG for a variable that is not defined and for a port above
 * 65535; -E2BIG for a path of more than LANDLOCK_PATH_MAX - 1 bytes, for more
 * than LANDLOCK_RULES_MAX paths and TEMPLATE_WORK_MAX bytes; -ENOMEM.
 */
int landlock_resolve(const struct landlock_doc *d, struct landlock_rules *ret,
		     struct err *e);

/* Append @path normalised; @out is empty. */
void landlock_path_normalise(struct span path, struct buf *out);

#endif
