/* SPDX-License-Identifier: Apache-2.0 */
/* verified.c - see verified.h. */
#include "pkg/bundle/verified.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/auto.h"

static size_t signers_of(const struct trust_speaker *from,
			 const char *ret[static POLICY_SIGNERS_MAX])
{
	size_t count = 0;

	for (; count < from->signer_count && count < POLICY_SIGNERS_MAX;
	     count++)
		ret[count] = from->signers[count];
	return count;
}

void verified_origin(const struct trust_result *from, uint64_t generation,
		     struct policy_origin *ret)
{
	*ret = (struct policy_origin){
		.generation = generation,
		.bundle_version = from->targets_version,
	};
	ret->signer_count = signers_of(&from->speakers[0], ret->signers);
}

int verified_compile(const struct trust_result *from, uint64_t generation,
		     const struct policy_kernel *kernel,
		     const struct policy *previous, struct policy **ret,
		     struct err *e)
{
	AUTO_MEM struct policy_target *targets =
		calloc(from->target_count + 1, sizeof(*targets));
	AUTO_MEM struct policy_speaker *speakers =
		calloc(from->speaker_count + 1, sizeof(*speakers));
	struct policy_origin origin;

	if (targets == NULL || speakers == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < from->speaker_count; i++) {
		speakers[i].role = from->speakers[i].role;
		speakers[i].signer_count =
			signers_of(&from->speakers[i], speakers[i].signers);
	}
	for (size_t i = 0; i < from->target_count; i++) {
		const struct trust_target *t = &from->targets[i];

		targets[i] = (struct policy_target){
			.name = t->name,
			.bytes = buf_view(&t->bytes),
			.speaker = &speakers[t->speaker],
		};
	}
	verified_origin(from, generation, &origin);
	return policy_compile(targets, from->target_count, &origin, kernel,
			      previous, ret, e);
}
