/* SPDX-License-Identifier: Apache-2.0 */
/* life.h - how much of a role's life is left, and what to do about it. */
#ifndef CMD_BAILIFF_BUNDLE_LIFE_H
#define CMD_BAILIFF_BUNDLE_LIFE_H

#include "cmd/bailiff-bundle/roles.h"

/**
 * life_state() - "ok", "soon" in the last fifth of its life, "expired".
 *
 * Only a timestamp says when it was made; of all others the life is the one
 * that they have by default.
 */
const char *life_state(const struct trust_metadata *m, int64_t now);
bool life_is(const struct role *role, int64_t now, const char *state);

/* The verb that makes a new version of it: "rotate", "build", "publish",
 * "refresh". */
const char *life_verb(const struct role *role);

/**
 * life_warn() - say on stderr what of @v is in the last fifth of its life.
 * @by: the verb that says so.
 * @has_snapshot: false: @v's snapshot is replaced, as its timestamp is.
 */
void life_warn(const char *by, const struct role_view *v, bool has_snapshot,
	       int64_t now);

#endif
