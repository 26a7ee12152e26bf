/* SPDX-License-Identifier: Apache-2.0 */
/* reduce.h - the same profile with fewer rules.
 *
 * The rules of one call come out in the order in which they are tested,
 * strictest first, and each of them can decide: gone are duplicates, rules
 * whose calls an earlier one has all decided, rules that a later one repeats
 * for more calls, conditions that always hold, rules with one that never does,
 * and what would give the default anyway. Rules are left out, never merged.
 *
 * What is generated is held against the profile as it was written, so a mistake
 * here is one that the proof finds.
 */
#ifndef PKG_SECCOMP_REDUCE_H
#define PKG_SECCOMP_REDUCE_H

#include "pkg/seccomp/profile.h"

/* Of one call; no program has room for more. */
#define REDUCE_RULES_MAX 4096

struct reduction {
	size_t rules_before, rules; /* of all architectures */
	size_t never;	   /* rules with a condition that cannot hold */
	size_t always;	   /* conditions that cannot fail */
	size_t duplicates; /* rules that stand twice */
	size_t covered;	   /* rules whose calls another one decides alike, or
			    * an earlier one decides */
	size_t defaults;   /* rules that change nothing: the default follows */
};

/**
 * profile_reduce() - @profile without what decides nothing.
 * @ret: means the same; the caller's, profile_done(); written on success only.
 * @ret_what: what was left out; or NULL.
 *
 * Return: 0; -E2BIG when a call has more than REDUCE_RULES_MAX rules; -ENOMEM.
 */
int profile_reduce(const struct profile *profile, struct profile *ret,
		   struct reduction *ret_what, struct err *e);

/* Append a profile to be read: one line a rule, in the order in which they
 * stand. Rules without conditions and with one action share a line. */
void profile_print(struct buf *out, const struct profile *p);

/* Append what a reduction left out, on one line. */
void reduction_print(struct buf *out, const struct reduction *r);

#endif
