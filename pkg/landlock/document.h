/* SPDX-License-Identifier: Apache-2.0 */
/* document.h - a landlockconfig JSON document, checked and resolved.
 *
 * The format is that of the Landlock maintainers' landlockconfig (rulesets,
 * pathBeneath, netPort, abi and its groups), as bailiff-policy(5) describes it.
 * Rights above ABI 6, which landlockconfig does not name, need "bailiff": 1.
 * Variables are refused; paths are absolute and without "..".
 */
#ifndef PKG_LANDLOCK_DOCUMENT_H
#define PKG_LANDLOCK_DOCUMENT_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/json.h"
#include "pkg/landlock/rights.h"

#define LANDLOCK_RULES_MAX 4096 /* paths, and ports, of one document */
#define LANDLOCK_PATH_MAX  4096 /* bytes with the NUL: PATH_MAX */

struct landlock_path {
	char *path;	 /* absolute, normalised by components */
	uint64_t access; /* of all entries that name this path */
	uint64_t named;	 /* those written out, not through a group */
};

struct landlock_port {
	uint16_t port;
	uint64_t access;
};

struct landlock_doc {
	uint64_t handled[RIGHT_CLASSES]; /* also every right in a rule */
	uint32_t abi;			 /* as written, 0 when absent */
	struct landlock_path *paths;	 /* sorted by path, each once */
	size_t path_count;
	struct landlock_port *ports; /* sorted by port, each once */
	size_t port_count;
};

/**
 * landlock_doc_parse() - check and resolve one document.
 * @ret: the caller's, landlock_doc_done(); written on success only.
 *
 * Return: 0; -EBADMSG with the member and the cause in @e; -E2BIG above
 * LANDLOCK_RULES_MAX; -ENOMEM.
 */
int landlock_doc_parse(const json_t *document, struct landlock_doc *ret,
		       struct err *e);
void landlock_doc_done(struct landlock_doc *d);

/**
 * landlock_doc_nearest() - the rule with the longest path that holds @path.
 * @ret_access: what all rules on the way grant together, as the kernel adds
 *              them up (security/landlock/fs.c, is_access_to_paths_allowed()).
 *
 * Return: the rule; NULL when none holds the path (then 0 is granted).
 */
const struct landlock_path *landlock_doc_nearest(const struct landlock_doc *d,
						 struct span path,
						 uint64_t *ret_access);

/* What @port is granted; 0 for nothing. */
uint64_t landlock_doc_port(const struct landlock_doc *d, uint16_t port);

#endif
