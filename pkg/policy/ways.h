/* SPDX-License-Identifier: Apache-2.0 */
/* ways.h - how an action is done: which system calls, and what Landlock and
 * the capabilities must grant for them.
 *
 * An action usually has several ways (open, openat, openat2); a policy denies
 * the action when it denies every one of them. decide.h asks the policy about
 * each, and "bailiff-bundle test --live" does each.
 */
#ifndef PKG_POLICY_WAYS_H
#define PKG_POLICY_WAYS_H

#include "pkg/policy/action.h"

#define WAYS_MAX      16
#define WAY_CALLS_MAX 3
#define WAY_NEEDS_MAX 2

/* Landlock rights that must be granted at one path. */
struct need {
	struct span path; /* of the action, or its directory */
	uint64_t bits;	  /* RIGHT_FS */
};

struct way_call {
	const char *name;
	int nr;		  /* native */
	uint64_t args[6]; /* what is known of them; the rest is plausible */
};

struct way {
	struct way_call calls[WAY_CALLS_MAX]; /* all must be allowed */
	size_t call_count;
	struct need needs[WAY_NEEDS_MAX];
	size_t need_count;
};

/**
 * action_ways() - every usual way to do @a on this architecture.
 * @ret: points into @a.
 *
 * Return: how many; at least one. One without calls: only capabilities or
 * device rules have a say.
 */
size_t action_ways(const struct action *a, struct way ret[WAYS_MAX]);

/* The capability without which the kernel refuses @a to everybody; -1: none. */
int action_capability(const struct action *a);

/* Is it a link or rename from one directory to another? */
bool action_crosses(const struct action *a);

/* The directory that holds @path: "/" for "/". */
struct span path_parent(struct span path);

#endif
