/* SPDX-License-Identifier: Apache-2.0 */
/* ceiling.h - what a delegated role's policies may grant at most: an entry of
 * node.json "roles" (bailiff-policy(5)). limits.h says whose holds for what.
 *
 * A team may sign what it likes for its services; what counts is below the
 * ceiling that the owner of node.json wrote down. Paths are compared as text,
 * component by component, which is why the launcher refuses a path of such a
 * policy that leads through a symbolic link.
 */
#ifndef PKG_POLICY_CEILING_H
#define PKG_POLICY_CEILING_H

#include "pkg/policy/model.h"

#define CEILING_PROGRAMS_MAX 64

/* What is absent in the document allows nothing of its kind. */
struct ceiling {
	unsigned refs;
	char *text;			/* the document, in one spelling */
	bool has_landlock;		/* else no path and no port */
	struct landlock_rules landlock; /* handled: what a policy must handle */
	uint64_t capabilities;
	bool has_network; /* then a policy must have it too */
	struct network network;
	bool has_devices; /* likewise */
	struct devices devices;
	struct accepts accepts;
	struct best_effort best_effort;
	struct lines programs; /* types of eBPF programs */
	bool wants_clean;      /* "lint": "clean" */
};

/**
 * ceiling_parse() - one ceiling.
 * @ret: the caller's, with one reference: ceiling_unref(); written on success
 *       only.
 *
 * Return: 0; -EBADMSG; -E2BIG; -ENOMEM.
 */
int ceiling_parse(const json_t *object, struct ceiling **ret, struct err *e);
struct ceiling *ceiling_ref(struct ceiling *c);
void ceiling_unref(struct ceiling *c); /* NULL is fine */

/**
 * ceiling_check() - is @m, linted and not yet lowered, within @c?
 * @role: whose ceiling it is, for the sentence.
 *
 * Return: 0; -EPERM with the role, the rule that is too much and what would be
 * allowed in @e; -ENOMEM.
 */
int ceiling_check(const struct model *m, const struct ceiling *c,
		  const char *role, struct err *e);

#endif
