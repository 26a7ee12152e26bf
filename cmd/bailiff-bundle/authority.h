/* SPDX-License-Identifier: Apache-2.0 */
/* authority.h - whose keys sign a role, whether they did, and what to call
 * them.
 */
#ifndef CMD_BAILIFF_BUNDLE_AUTHORITY_H
#define CMD_BAILIFF_BUNDLE_AUTHORITY_H

#include "cmd/bailiff-bundle/roles.h"

/* Whose keys sign a role, and by whose word. */
struct role_authority {
	const struct role *by; /* root, or a role that delegates */
	const struct trust_role_keys *keys;
	const struct trust_delegation *delegation; /* NULL: root says so */
};

/**
 * role_authority() - the @i-th that a role's signatures must satisfy.
 *
 * A root is signed by the keys of the root before and by its own, a delegated
 * role by those of every role that delegates to it.
 *
 * Return: false when there are no more; none at all: nobody delegates to it.
 */
bool role_authority(const struct role_view *v, const char *name, size_t i,
		    struct role_authority *ret);

/* Signed by enough, for each authority? Return: 0; -EKEYREJECTED (@e also says
 * by whose word); -ENOMEM. */
int role_signed(const struct role_view *v, const struct role *role,
		struct err *e);

/* Return: 0; -ESTALE when the staged @role was not made from what is published
 * now: who signed which, and what to do. */
int role_base_check(const struct roles *r, const struct role *role,
		    struct err *e);

/* Append "services/web-*, services/db.json (terminating)" or "hash prefixes
 * 1a, 2b": what a delegation lets the role speak of. */
void role_scope_text(const struct trust_delegation *d, struct buf *out);

/* Whose key that is, as any role's keys have it; NULL: they do not say. */
const char *role_key_owner(const struct roles *r, const char *id);
/* "alice (0123456789abcdef)", or the id alone, as any role's keys have it. */
void role_key_text(const struct roles *r, const char *id, struct buf *out);
/* Those whose signatures stand in @role's file and hold by any authority, as
 * "alice (...), bob (...)"; "nobody". */
void role_signers_text(const struct roles *r, const struct role *role,
		       struct buf *out);

#endif
