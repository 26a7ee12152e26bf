/* SPDX-License-Identifier: Apache-2.0 */
/* live.h - does this kernel decide as the model does? Each test is done for
 * real, in children of this process.
 *
 * A child confines itself as the launcher does and does the action; another one
 * does the same unconfined, so that what ordinary circumstances refuse is not
 * laid at the policy's door. Nothing is changed that was there before: what is
 * made has a fresh name and goes again, files are opened and not written,
 * programs are stopped before their first instruction, and sockets lie in a
 * network namespace of their own. What cannot be done so is not tried.
 */
#ifndef CMD_BAILIFF_BUNDLE_LIVE_H
#define CMD_BAILIFF_BUNDLE_LIVE_H

#include "pkg/policy/tests.h"

#define LIVE_WHY_MAX 256

enum live_answer {
	LIVE_ALLOWED,
	LIVE_DENIED,
	LIVE_NOT_TRIED,
};

struct live_result {
	enum live_answer answer;
	char why[LIVE_WHY_MAX]; /* "connect gives EACCES", or why not tried */
};

/**
 * live_kernel() - what this kernel can enforce, for policy_compile().
 *
 * Return: 0; -EPERM for anybody but root.
 */
int live_kernel(struct policy_kernel *ret, struct err *e);

/**
 * live_try() - do what the test says, under its service's policy.
 *
 * Return: 0; what enforce_paths_open(), enforce_caps() and enforce_apply()
 * give: the service would not start here; -errno of fork(2) and the like.
 */
int live_try(const struct policy *p, const struct policy_test *t,
	     struct live_result *ret, struct err *e);

#endif
