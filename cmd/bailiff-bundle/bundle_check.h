/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_check.h - does what would be published compile as a policy, for a
 * kernel that can do everything?
 */
#ifndef CMD_BAILIFF_BUNDLE_BUNDLE_CHECK_H
#define CMD_BAILIFF_BUNDLE_BUNDLE_CHECK_H

#include "cmd/bailiff-bundle/stage.h"
#include "pkg/policy/policy.h"
#include "pkg/trust/trust.h"

/* A kernel that can do everything: nothing is refused that some node could
 * enforce. */
extern const struct policy_kernel bundle_kernel;

/**
 * bundle_compile() - compile all targets that a node would take from @v, each
 * with the role that speaks of it.
 * @ret: the caller's, policy_free(); NULL without a node.json: there is nothing
 *       to compile yet.
 *
 * Return: 0; -EBADMSG, -E2BIG, ... of policy_compile(); as role_target_read().
 */
int bundle_compile(const struct stage *s, const struct role_view *v,
		   struct policy **ret, struct err *e);

/**
 * bundle_check() - does s->roles.next compile, as far as there is something
 * to compile, and does the lint find nothing that is not accepted? Findings are
 * printed to standard error.
 *
 * Return: as bundle_compile(); -EBADMSG for findings.
 */
int bundle_check(const struct stage *s, struct err *e);

/**
 * bundle_check_verified() - the same of what the client verified. Then it is
 * whole: it needs a node.json.
 *
 * Return: as policy_compile(); -EBADMSG for findings.
 */
int bundle_check_verified(const struct trust_result *result, struct err *e);

#endif
