/* SPDX-License-Identifier: Apache-2.0 */
/* rules.h - handled rights, and rules on paths and ports, as sorted sets.
 *
 * A document (document.h) holds one with templates for paths and ports of 64
 * bits; landlock_resolve() makes one with real paths and ports of 16 bits.
 */
#ifndef PKG_LANDLOCK_RULES_H
#define PKG_LANDLOCK_RULES_H

#include <stddef.h>

#include "lib/err.h"
#include "pkg/landlock/rights.h"

#define LANDLOCK_RULES_MAX 65536 /* paths, and ports */

struct landlock_path {
	char *path;	  /* owned */
	uint64_t access;  /* of all entries that name this path */
	uint64_t named;	  /* those written out, not through a group */
	bool is_quiet;	  /* denials below it need not be logged */
	bool is_required; /* absent at launch: the service does not start */
};

struct landlock_port {
	uint64_t port;
	uint64_t access;
	bool is_quiet;
};

struct landlock_rules {
	uint64_t handled[RIGHT_CLASSES];  /* also every right in a rule */
	uint64_t required[RIGHT_CLASSES]; /* of these, those that must not be
					   * missing; the others are best
					   * effort by the document's word */
	uint64_t quiet[RIGHT_CLASSES];	  /* of these, not logged on what is
					   * quiet */
	struct landlock_path *paths;	  /* sorted by bytes, each once */
	size_t path_count, path_cap;
	struct landlock_port *ports; /* sorted, each once */
	size_t port_count, port_cap;
};

/**
 * landlock_path_add(), landlock_port_add() - append one rule.
 * @rule: its path is copied.
 *
 * A rule without a right that is not quiet says nothing and is left out. The
 * caller ends with landlock_rules_unite().
 *
 * Return: 0; -E2BIG above LANDLOCK_RULES_MAX; -ENOMEM.
 */
int landlock_path_add(struct landlock_rules *r,
		      const struct landlock_path *rule, struct err *e);
int landlock_port_add(struct landlock_rules *r,
		      const struct landlock_port *rule, struct err *e);

/* As landlock_path_add() and landlock_port_add(), all of @from. */
int landlock_rules_add(struct landlock_rules *r,
		       const struct landlock_rules *from, struct err *e);

/* Sort, and OR what is said of the same path or port. */
void landlock_rules_unite(struct landlock_rules *r);

/* Keep only the rights in @masks, one for each class, and the rules that then
 * still say something. */
void landlock_rules_mask(struct landlock_rules *r,
			 const uint64_t masks[RIGHT_CLASSES]);

/**
 * landlock_rules_at() - what of @r a kernel of @abi can hold; the rest goes.
 * @ret_lost: the handled rights that it lacks, by class.
 */
void landlock_rules_at(struct landlock_rules *r, uint32_t abi,
		       uint64_t ret_lost[RIGHT_CLASSES]);

void landlock_rules_done(struct landlock_rules *r);

/**
 * landlock_rules_nearest() - the rule with the longest path that holds @path.
 * @r: resolved.
 * @ret_access: the rights of all rules that hold @path together: Landlock adds
 *              them up (security/landlock/fs.c, is_access_to_paths_allowed()).
 *
 * Return: the rule; NULL when none holds the path (then 0 is granted).
 */
const struct landlock_path *
landlock_rules_nearest(const struct landlock_rules *r, struct span path,
		       uint64_t *ret_access);

/* What @port is granted; 0 for nothing. */
uint64_t landlock_rules_port(const struct landlock_rules *r, uint16_t port);

#endif
