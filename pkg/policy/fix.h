/* SPDX-License-Identifier: Apache-2.0 */
/* fix.h - close what the lint finds in a services/NAME.json.
 *
 * A profile that allows by default gets entries that deny; of one that denies
 * by default what it allows is narrowed: names are taken out, calls are allowed
 * only without the flags that open a gap, and where neither says it, an entry
 * that denies. What nothing in the document but its author can decide is left:
 * the loader, writable programs, a port that is listened on.
 */
#ifndef PKG_POLICY_FIX_H
#define PKG_POLICY_FIX_H

#include "pkg/policy/lines.h"
#include "pkg/policy/policy.h"

/**
 * policy_fix() - change a document so that less of it is open.
 * @text: the document; keeps its order and its lines where nothing is changed.
 *        Not changed on failure.
 * @ret_done: what was done, a sentence for each change.
 * @ret_left: findings that no rule closes, and what else would.
 *
 * Return: 0; -EBADMSG when @text is no document of a service; -E2BIG; -ENOMEM.
 */
int policy_fix(struct buf *text, const struct policy_kernel *kernel,
	       struct lines *ret_done, struct lines *ret_left, struct err *e);

#endif
