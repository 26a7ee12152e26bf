/* SPDX-License-Identifier: Apache-2.0 */
/* review.h - the faults that a client's refusal would name less well, or not
 * at all, because it only leaves out what they concern.
 */
#ifndef CMD_BAILIFF_BUNDLE_REVIEW_H
#define CMD_BAILIFF_BUNDLE_REVIEW_H

#include "cmd/bailiff-bundle/stage.h"

/**
 * review_next() - may what is staged be published?
 *
 * Return: 0; -EBADMSG a role is missing, or is nobody's; -ESTALE made from
 * another version than the published one; -EKEYREJECTED not signed by enough;
 * -EKEYEXPIRED; -EPERM it lists a target that it may not speak of. @e names the
 * role and what to do.
 */
int review_next(const struct stage *s, struct err *e);

/* Would a new timestamp make what is published good again? @is_snapshot: with
 * a new snapshot. Return: 0; -EBADMSG nothing is published; -EKEYEXPIRED. */
int review_now(const struct stage *s, bool is_snapshot, struct err *e);

#endif
