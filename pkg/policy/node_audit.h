/* SPDX-License-Identifier: Apache-2.0 */
/* node_audit.h - node.json "audit": its rules and its settings, one row of a
 * table for each setting: how it is read, what it is unless set, and the words
 * in which a change is told.
 */
#ifndef PKG_POLICY_NODE_AUDIT_H
#define PKG_POLICY_NODE_AUDIT_H

#include "lib/json.h"
#include "pkg/policy/change.h"

/* @object: the member "audit", or NULL. Return: 0; -EBADMSG; -E2BIG;
 * -ENOMEM. */
int node_audit_parse(const json_t *object, struct policy *p, struct err *e);

void node_audit_changes(struct changes *c, const struct policy *from,
			const struct policy *to);

#endif
