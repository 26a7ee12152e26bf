/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_check.h - does what would be published compile as a policy? */
#ifndef CMD_BAILIFF_BUNDLE_BUNDLE_CHECK_H
#define CMD_BAILIFF_BUNDLE_BUNDLE_CHECK_H

#include "cmd/bailiff-bundle/stage.h"

/**
 * bundle_check() - compile all targets that a node would take from
 * s->roles.next, for a kernel that can do everything.
 *
 * Without a node.json, which only the targets role can give, there is nothing
 * to compile yet, and that is fine.
 *
 * Return: 0; -EBADMSG, -E2BIG, ... of policy_compile(); as role_target_read().
 */
int bundle_check(const struct stage *s, struct err *e);

#endif
