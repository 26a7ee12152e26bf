/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - node.json "roles": whose ceiling (ceiling.h) holds for a document.
 *
 * A delegated role that node.json says nothing of may grant nothing. Otherwise
 * its ceiling holds, and that of every role between it and the top-level one.
 */
#ifndef PKG_POLICY_LIMITS_H
#define PKG_POLICY_LIMITS_H

#include "pkg/policy/model.h"

/* node.json "roles". Return: 0; -EBADMSG; -E2BIG; -ENOMEM. */
int node_roles_parse(const json_t *object, struct policy *p, struct err *e);
void node_roles_done(struct policy *p);

/**
 * limits_find() - which ceilings hold for @m: those of @speaker's role and of
 * every role on the way to it.
 * @speaker: NULL: the top-level role, which has none.
 *
 * Return: 0; -EPERM for a delegated role that node.json says nothing of;
 * -ENOMEM.
 */
int limits_find(const struct policy *p, const struct policy_speaker *speaker,
		struct model *m, struct err *e);

/* ceiling_check() of each. */
int limits_check(const struct model *m, struct err *e);
/* The same ceilings, of the same roles? */
bool limits_equal(const struct limits *a, const struct limits *b);
/* Append a JSON array, one object for each: the role, its lint, and in words
 * what its policies may grant. */
void limits_json(struct buf *out, const struct limits *l);
void limits_done(struct limits *l);

#endif
