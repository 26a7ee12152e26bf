/* SPDX-License-Identifier: Apache-2.0 */
/* roles.h - every role of a repository, as published and as staged.
 *
 * Nothing here believes anything: whose signatures hold is authority.h's
 * business, who speaks of what speaker.h's, and what a node makes of it all is
 * the client's.
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

#endif
