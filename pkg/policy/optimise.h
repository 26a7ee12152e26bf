/* SPDX-License-Identifier: Apache-2.0 */
/* optimise.h - a model's rules without those that decide nothing.
 *
 * The generators start from this. Rules on paths are not among it: a path may
 * be a symbolic link, and then it is not below what its text is below.
 */
#ifndef PKG_POLICY_OPTIMISE_H
#define PKG_POLICY_OPTIMISE_H

#include "pkg/policy/model.h"
#include "pkg/seccomp/reduce.h"

struct optimised {
	struct profile profile;
	struct reduction reduction; /* what went from the profile */
	struct network network;
	struct devices devices;
	struct lines removed; /* from the others, in words */
};

/**
 * model_optimise() - what @m's rules mean, said shorter.
 * @ret: the caller's, optimised_done(), also after a failure; zeroed.
 *
 * Return: 0; -E2BIG; -ENOMEM.
 */
int model_optimise(const struct model *m, struct optimised *ret, struct err *e);
void optimised_done(struct optimised *o);

#endif
