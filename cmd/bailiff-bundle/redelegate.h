/* SPDX-License-Identifier: Apache-2.0 */
/* redelegate.h - other keys in what is there: a delegation, the next root. */
#ifndef CMD_BAILIFF_BUNDLE_REDELEGATE_H
#define CMD_BAILIFF_BUNDLE_REDELEGATE_H

#include "cmd/bailiff-bundle/roots.h"
#include "cmd/bailiff-bundle/stage.h"

struct redelegation {
	const char *role; /* a delegated one */
	const char *by;	  /* whose delegation; NULL: the only one */
};

/**
 * redelegate() - stage the delegator with other keys for the role; all else of
 * the delegation stays.
 *
 * Return: 0; -EINVAL when nobody, or several, delegate to it; as
 * key_change_apply(), stage_draft().
 */
int redelegate(struct stage *s, const struct redelegation *which,
	       const struct key_change *change, struct err *e);

/* What a new root is: the version after the published one, and its expiry.
 * Return: 0; -ESTALE when the staged one does not follow the published one. */
int root_edition_next(const struct stage *s, struct root_edition *ret,
		      struct err *e);

#endif
