/* SPDX-License-Identifier: Apache-2.0 */
/* prove.c - a program held against the profile that it was made of
 * (program.h).
 */
#include <errno.h>
#include <stdlib.h>

#include "pkg/seccomp/program.h"
#include "pkg/seccomp/route.h"
#include "pkg/seccomp/solve.h"

struct prove {
	const struct profile *profile;
	const struct program *program;
	struct trace trace;
	struct solver *solver; /* made when it is needed */
	struct proof proof;
	struct err *e;
};

static int point_prove(void *ctx, const struct seccomp_data *d)
{
	struct prove *p = ctx;
	const uint32_t want = profile_verdict(p->profile, d);
	uint32_t got = 0;
	const int r = program_trace(p->program, d, &p->trace, &got);

	p->proof.points++;
	if (r == 0 && got == want)
		return 0;
	return err_set(
		p->e, EPROTO,
		"the seccomp program says 0x%x and the profile 0x%x to "
		"call 0x%x of architecture 0x%x with arguments 0x%llx "
		"0x%llx 0x%llx 0x%llx 0x%llx 0x%llx: it is not used",
		got, want, (unsigned)d->nr, d->arch,
		(unsigned long long)d->args[0], (unsigned long long)d->args[1],
		(unsigned long long)d->args[2], (unsigned long long)d->args[3],
		(unsigned long long)d->args[4], (unsigned long long)d->args[5]);
}

/* A way out of the jump @at that no point took: one that does, or none. */
static int branch_prove(struct prove *p, size_t at, uint8_t way)
{
	struct seccomp_data d;
	int r;

	/* Most programs need no solver. */
	if (p->solver == NULL)
		p->solver = solver_new(p->program);
	if (p->solver == NULL)
		return err_set(p->e, ENOMEM, "out of memory");
	r = solver_find(p->solver, at, way == TRACE_TAKEN, &d);
	if (r < 0) {
		(void)err_set(p->e, E2BIG,
			      "more rules with arguments than can be proved: "
			      "whether a call gets to instruction %zu could "
			      "not be decided",
			      at);
		return err_hint(p->e, PROVE_HINT);
	}
	if (r == 0) {
		p->proof.dead++;
		return 0;
	}
	r = point_prove(p, &d);
	if (r == 0 && (p->trace.ways[at] & way) == 0)
		return err_set(p->e, EPROTO,
			       "a branch at instruction %zu of the seccomp "
			       "program is not reached: it is not used",
			       at);
	return r;
}

/* Every way out of every jump. */
static int branches_prove(struct prove *p)
{
	static const uint8_t ways[] = { TRACE_TAKEN, TRACE_NOT_TAKEN };
	int r = 0;

	for (size_t at = 0; at < p->program->count; at++) {
		const struct sock_filter *i = &p->program->insns[at];

		if (BPF_CLASS(i->code) != BPF_JMP ||
		    i->code == (BPF_JMP | BPF_JA))
			continue;
		p->proof.branches += 2;
		for (size_t w = 0; w < 2 && r == 0; w++)
			if ((p->trace.ways[at] & ways[w]) == 0)
				r = branch_prove(p, at, ways[w]);
		if (r < 0)
			return r;
	}
	p->proof.reached = p->proof.branches - p->proof.dead;
	return 0;
}

int program_prove(const struct profile *profile, const struct program *program,
		  struct proof *ret, struct err *e)
{
	struct prove p = { .profile = profile, .program = program, .e = e };
	bool is_sampled = false;
	int r = program_check(program, e);

	if (r == 0)
		r = program_routes(profile, program, e);
	if (r == 0)
		r = profile_visit(profile, point_prove, &p, &is_sampled, e);
	if (r == 0)
		r = branches_prove(&p);
	solver_free(p.solver);
	if (r < 0)
		return r;
	p.proof.is_sampled = is_sampled;
	p.proof.instructions = (uint32_t)program->count;
	*ret = p.proof;
	return 0;
}

int seccomp_allow_list(const char *const *names, uint32_t other,
		       struct program *ret, struct err *e)
{
	struct profile profile;
	struct proof proof;
	int r = profile_allow(names, other, &profile, e);

	if (r < 0)
		return r;
	r = program_generate(&profile, ret, e);
	if (r == 0)
		r = program_prove(&profile, ret, &proof, e);
	profile_done(&profile);
	return r;
}
