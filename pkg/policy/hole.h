/* SPDX-License-Identifier: Apache-2.0 */
/* hole.h - does a profile let any of a set of calls pass?
 *
 * A hole is the set of calls by which a gap is reached: a name, and what some
 * arguments look like to the kernel, which takes an int as 32 bits and ignores
 * what stands above them. The search looks at each listed architecture, at each
 * number of the call there, and at a value in every range that the profile's
 * own conditions cut out of the hole: a rule that can be passed by other bits
 * than its author had in mind does not close it.
 */
#ifndef PKG_POLICY_HOLE_H
#define PKG_POLICY_HOLE_H

#include "pkg/seccomp/profile.h"

#define HOLE_ARGS_MAX 6

/* (argument & mask) == value, or with @is_not: != value. One value of these may
 * be harmless all the same: @except; 0: none. */
struct hole_arg {
	uint8_t index;
	bool is_not;
	uint64_t mask, value, except;
};

struct hole {
	const char *call;
	struct hole_arg args[HOLE_ARGS_MAX];
	size_t count;
};

/**
 * hole_is_open() - is a call of @hole let through?
 * @ret: an example; may be NULL. Written when there is one.
 *
 * A profile that asks so much of one call that not all of it can be searched
 * (HOLE_POINTS_MAX) counts as open.
 */
#define HOLE_POINTS_MAX 65536
bool hole_is_open(const struct profile *p, const struct hole *hole,
		  struct seccomp_data *ret);

/* Does a call with this verdict get through? */
typedef bool verdict_fn(uint32_t verdict);

/**
 * hole_passes() - as hole_is_open(), for one number of one architecture.
 * @token: SCMP_ARCH_*.
 * @is_open: which verdicts let a call through.
 */
bool hole_passes(const struct profile *p, uint32_t token, uint32_t nr,
		 const struct hole *hole, verdict_fn *is_open);

/* Does @d belong to @hole, its number aside? */
bool hole_has(const struct hole *hole, const struct seccomp_data *d);

/* Does the call get through: allowed, logged, or left to a tracer, which the
 * service may be itself? */
bool verdict_is_open(uint32_t verdict);

#endif
