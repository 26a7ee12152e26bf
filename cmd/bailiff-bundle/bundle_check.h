/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_check.h - does what would be published compile as a policy? */
#ifndef CMD_BAILIFF_BUNDLE_BUNDLE_CHECK_H
#define CMD_BAILIFF_BUNDLE_BUNDLE_CHECK_H

#include "cmd/bailiff-bundle/stage.h"
#include "pkg/policy/policy.h"

/**
 * bundle_compile() - compile all targets that a node would take from @v, for a
 * kernel that can do everything.
 * @ret: the caller's, policy_free(); NULL without a node.json, which only the
 *       targets role can give: there is nothing to compile then.
 *
 * Return: 0; -EBADMSG, -E2BIG, ... of policy_compile(); as role_target_read().
 */
int bundle_compile(const struct stage *s, const struct role_view *v,
		   struct policy **ret, struct err *e);

/**
 * bundle_check() - does s->roles.next compile, as far as there is something
 * to compile?
 *
 * Return: as bundle_compile().
 */
int bundle_check(const struct stage *s, struct err *e);

#endif
