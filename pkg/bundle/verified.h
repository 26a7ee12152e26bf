/* SPDX-License-Identifier: Apache-2.0 */
/* verified.h - from what the trust client verified to a policy: the one way for
 * the node that enforces it and for the build host that publishes it.
 */
#ifndef PKG_BUNDLE_VERIFIED_H
#define PKG_BUNDLE_VERIFIED_H

#include "pkg/policy/policy.h"
#include "pkg/trust/trust.h"

/**
 * verified_origin() - where the bundle came from.
 * @ret: strings are borrowed from @from.
 *
 * Of more than POLICY_SIGNERS_MAX signers the first are told.
 */
void verified_origin(const struct trust_result *from, uint64_t generation,
		     struct policy_origin *ret);

/**
 * verified_compile() - compile a bundle, each target with its speaker.
 * @previous: as policy_compile() has it.
 *
 * Return: as policy_compile().
 */
int verified_compile(const struct trust_result *from, uint64_t generation,
		     const struct policy_kernel *kernel,
		     const struct policy *previous, struct policy **ret,
		     struct err *e);

#endif
