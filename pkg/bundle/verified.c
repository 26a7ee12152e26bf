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

/* Everything that speaks for one target. */
struct speakers {
	struct policy_speaker *items; /* by target */
	const char **ways;	      /* lists of roles, each ended by NULL */
};

static void speakers_done(struct speakers *s)
{
	free(s->items);
	free(s->ways);
}

static int speakers_make(const struct trust_result *from, struct speakers *ret)
{
	size_t names = 0, at = 0;

	for (size_t i = 0; i < from->target_count; i++)
		names += from->targets[i].through_count + 1;
	ret->items = calloc(from->target_count + 1, sizeof(*ret->items));
	ret->ways = calloc(names + 1, sizeof(*ret->ways));
	if (ret->items == NULL || ret->ways == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < from->target_count; i++) {
		const struct trust_target *t = &from->targets[i];
		const struct trust_speaker *by = &from->speakers[t->speaker];
		struct policy_speaker *s = &ret->items[i];

		s->role = by->role;
		s->signer_count = signers_of(by, s->signers);
		s->through = &ret->ways[at];
		for (size_t k = 0; k < t->through_count; k++)
			ret->ways[at++] = from->speakers[t->through[k]].role;
		at++;
	}
	return 0;
}

int verified_compile(const struct trust_result *from, uint64_t generation,
		     const struct policy_kernel *kernel,
		     const struct policy *previous, struct policy **ret,
		     struct err *e)
{
	AUTO_MEM struct policy_target *targets =
		calloc(from->target_count + 1, sizeof(*targets));
	AUTO_DONE(speakers_done) struct speakers speakers = { 0 };
	struct policy_origin origin;

	if (targets == NULL || speakers_make(from, &speakers) < 0)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < from->target_count; i++) {
		const struct trust_target *t = &from->targets[i];

		targets[i] = (struct policy_target){
			.name = t->name,
			.bytes = buf_view(&t->bytes),
			.speaker = &speakers.items[i],
		};
	}
	verified_origin(from, generation, &origin);
	return policy_compile(targets, from->target_count, &origin, kernel,
			      previous, ret, e);
}
