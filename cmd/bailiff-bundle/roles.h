/* SPDX-License-Identifier: Apache-2.0 */
/* roles.h - every role of a repository, as published and as staged, and whose
 * keys sign it.
 *
 * Nothing here believes anything: signatures are the client's business, and
 * whoever wants to tell of them asks trust_metadata_verify().
 */
#ifndef CMD_BAILIFF_BUNDLE_ROLES_H
#define CMD_BAILIFF_BUNDLE_ROLES_H

#include "cmd/bailiff-bundle/repo.h"

/* The version of the role's published file that a staged one was made from, a
 * signed member: 0 where there was none. */
#define ROLE_BASE_MEMBER "x-bailiff-base"
#define ROLES_MAX	 320 /* in one repository */

struct role {
	char *name; /* "root", "targets", "team/web" */
	bool is_staged;
	struct buf bytes;
	struct trust_metadata metadata; /* .role is the kind */
};

/* Some of the roles, borrowed. A view of what would be published may hold two
 * roots: the published one comes first. */
struct role_view {
	const struct role **items;
	size_t count;
};

struct roles {
	struct role **items; /* owned, each owned */
	size_t count;
	/* What is published: root, timestamp, snapshot, targets, and what they
	 * delegate to. */
	struct role_view now;
	/* What is staged, without what is published already. */
	struct role_view staged;
	/* What would be published: each role as staged, else as it is; both
	 * roots; no role that is published and no longer delegated to; neither
	 * timestamp nor snapshot. */
	struct role_view next;
};

/**
 * roles_read() - all that is published and staged.
 * @ret: the caller's; roles_done().
 *
 * Files in staged/ that do not end in ".json" are left alone; any other that is
 * no role's metadata is refused by name.
 *
 * Return: 0; -EBADMSG; -E2BIG above ROLES_MAX; -ENOMEM; as open(2).
 */
int roles_read(const struct repo *repo, struct roles *ret, struct err *e);
void roles_done(struct roles *r);

/**
 * roles_put() - add or replace one in memory, and look at all of it anew.
 *
 * Views and what was borrowed from the replaced role are gone.
 */
int roles_put(struct roles *r, const char *name, bool is_staged,
	      struct span bytes, struct err *e);
/* Take a staged one out again. */
int roles_drop_staged(struct roles *r, const char *name, struct err *e);

/* NULL when the view has none; of two roots the staged one. */
const struct role *role_find(const struct role_view *v, const char *name);

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

/* May @name speak of @path: is there a chain of delegations from targets to it
 * of which each fits? */
bool role_may_speak(const struct role_view *v, const char *name,
		    const char *path);

/* Which role a client would take @path from (TUF 1.0.34, section 5.6.7); NULL:
 * from none. */
const struct role *role_speaker(const struct role_view *v, const char *path);

/* What @role lists @path as; its hashes are borrowed. False: it does not. */
bool role_target(const struct role *role, const char *path,
		 struct trust_file *ret);

/* The bytes of a target that @role lists, from staged/ or what is published,
 * checked against what is listed. Return: 0; -ENOENT; -EBADMSG; ... */
int role_target_read(const struct repo *repo, const struct role *role,
		     const char *path, struct buf *out, struct err *e);

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
