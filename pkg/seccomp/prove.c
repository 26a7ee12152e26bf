/* SPDX-License-Identifier: Apache-2.0 */
/* prove.c - every boundary of a profile, and the program compared with the
 * profile there (program.h).
 */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/seccomp/program.h"

#define CANDIDATES_MAX 1024 /* of one argument */

struct candidates {
	uint64_t *values; /* CANDIDATES_MAX */
	size_t count;
	bool is_cut;
};

struct visit {
	const struct profile *profile;
	profile_visit_fn *call;
	void *ctx;
	uint32_t *numbers;
	size_t number_count;
	struct candidates args[6];
	uint64_t points;
	bool is_sampled;
	struct err *e;
};

static int number_order(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* A number, its neighbours, and all of them with the x32 bit turned. */
static void number_add(struct visit *v, uint32_t nr)
{
	for (uint32_t i = 0; i < 3; i++) {
		v->numbers[v->number_count++] = nr + i - 1;
		v->numbers[v->number_count++] = (nr + i - 1) ^ X32_BIT;
	}
}

static int numbers_collect(struct visit *v)
{
	static const uint32_t always[] = { 0, X32_BIT, 0x80000000U,
					   UINT32_MAX };
	const struct profile *p = v->profile;
	size_t n = 0;

	v->numbers = calloc(6 * (p->rule_count + p->arch_count + 4),
			    sizeof(*v->numbers));
	if (v->numbers == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < 4; i++)
		number_add(v, always[i]);
	for (size_t i = 0; i < p->arch_count; i++)
		number_add(v, p->archs[i].last);
	for (size_t i = 0; i < p->rule_count; i++)
		if (i == 0 || p->rules[i].nr != p->rules[i - 1].nr)
			number_add(v, p->rules[i].nr);
	qsort(v->numbers, v->number_count, sizeof(*v->numbers), number_order);
	for (size_t i = 0; i < v->number_count; i++)
		if (n == 0 || v->numbers[n - 1] != v->numbers[i])
			v->numbers[n++] = v->numbers[i];
	v->number_count = n;
	return 0;
}

static void candidate_add(struct candidates *c, uint64_t value)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->values[i] == value)
			return;
	if (c->count == CANDIDATES_MAX)
		c->is_cut = true;
	else
		c->values[c->count++] = value;
}

static void constant_add(struct candidates *c, uint64_t value)
{
	candidate_add(c, value);
	candidate_add(c, value - 1);
	candidate_add(c, value + 1);
	candidate_add(c, value << 32 | value >> 32);
	candidate_add(c, value + (1ULL << 32));
	candidate_add(c, value - (1ULL << 32));
}

/* A value that fits the mask, then one wrong bit at a time, then noise in the
 * bits that the mask does not look at. */
static void mask_add(struct candidates *c, uint64_t mask, uint64_t value)
{
	constant_add(c, value);
	constant_add(c, mask);
	candidate_add(c, value | ~mask);
	for (unsigned bit = 0; bit < 64; bit++)
		if ((mask >> bit & 1) != 0)
			candidate_add(c, value ^ 1ULL << bit);
}

static void candidates_collect(struct visit *v, const struct rule *rules,
			       size_t count)
{
	for (size_t i = 0; i < 6; i++) {
		v->args[i].count = 0;
		v->args[i].is_cut = false;
	}
	for (size_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < rules[i].count; k++) {
			const struct cond *c =
				&v->profile->conds[rules[i].first + k];
			struct candidates *to = &v->args[c->index];

			candidate_add(to, 0);
			candidate_add(to, UINT64_MAX);
			if (c->op == COND_MASKED_EQ)
				mask_add(to, c->value, c->value_two);
			else
				constant_add(to, c->value);
		}
	for (size_t i = 0; i < 6; i++) {
		v->is_sampled |= v->args[i].is_cut;
		if (v->args[i].count == 0)
			candidate_add(&v->args[i], 0);
	}
}

static int point(struct visit *v, const struct seccomp_data *d)
{
	if (++v->points > PROVE_POINTS_MAX)
		return err_set(v->e, E2BIG,
			       "more argument rules than can be proved (%d "
			       "points)",
			       PROVE_POINTS_MAX);
	return v->call(v->ctx, d);
}

/* The combination with number @n, each argument a digit of its own base. */
static void combination(const struct visit *v, uint64_t n,
			struct seccomp_data *d)
{
	for (size_t i = 0; i < 6; i++) {
		d->args[i] = v->args[i].values[n % v->args[i].count];
		n /= v->args[i].count;
	}
}

static int combinations_visit(struct visit *v, struct seccomp_data *d)
{
	uint64_t product = 1, seed = 0x9e3779b97f4a7c15ULL;
	bool is_sampled = false;
	int r = 0;

	for (size_t i = 0; i < 6; i++)
		if (__builtin_mul_overflow(product, v->args[i].count, &product))
			product = UINT64_MAX;
	if (product > PROVE_COMBINATIONS_MAX)
		is_sampled = true;
	v->is_sampled |= is_sampled;
	for (uint64_t n = 0;
	     r == 0 && n < product && n < PROVE_COMBINATIONS_MAX; n++) {
		/* Knuth's 64-bit linear congruence; its high bits are good. */
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		combination(v, is_sampled ? (seed >> 11) % product : n, d);
		r = point(v, d);
	}
	return r;
}

/* One number, with the argument values of its own rules and with those of its
 * neighbours, whose rules a search that is off by one would apply to it. */
static int number_visit(struct visit *v, struct seccomp_data *d)
{
	const uint32_t nr = (uint32_t)d->nr;
	bool has_conds = false;
	int r = 0;

	for (uint32_t i = 0; i < 3 && r == 0; i++) {
		const uint32_t near = nr + i - 1;
		size_t count, conds = 0;
		const struct rule *rules = profile_rules(
			v->profile, token_of(d->arch, near), near, &count);

		for (size_t k = 0; k < count; k++)
			conds += rules[k].count;
		if (conds == 0)
			continue;
		has_conds = true;
		candidates_collect(v, rules, count);
		r = combinations_visit(v, d);
	}
	return r < 0 || has_conds ? r : point(v, d);
}

static int arch_visit(struct visit *v, uint32_t arch)
{
	int r = 0;

	for (size_t i = 0; i < v->number_count && r == 0; i++) {
		struct seccomp_data d = { .arch = arch };

		d.nr = (int)v->numbers[i];
		r = number_visit(v, &d);
	}
	return r;
}

int profile_visit(const struct profile *profile, profile_visit_fn *call,
		  void *ctx, bool *ret_sampled, struct err *e)
{
	struct visit v = {
		.profile = profile, .call = call, .ctx = ctx, .e = e
	};
	AUTO_MEM uint64_t *values =
		calloc((size_t)6 * CANDIDATES_MAX, sizeof(*values));
	int r = values != NULL ? numbers_collect(&v) : -ENOMEM;

	if (r < 0)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < 6; i++)
		v.args[i].values = values + i * CANDIDATES_MAX;
	for (size_t i = 0; i < profile->arch_count && r == 0; i++)
		if (profile->archs[i].token != SCMP_ARCH_X32)
			r = arch_visit(&v, profile->archs[i].token);
	/* One that is not listed, or cannot be. */
	if (r == 0)
		r = arch_visit(&v, AUDIT_ARCH_S390X);
	free(v.numbers);
	*ret_sampled = v.is_sampled;
	return r;
}

struct prove {
	const struct profile *profile;
	const struct program *program;
	struct proof proof;
	struct err *e;
};

static int point_prove(void *ctx, const struct seccomp_data *d)
{
	struct prove *p = ctx;
	const uint32_t want = profile_verdict(p->profile, d);
	uint32_t got = 0;
	const int r = program_run(p->program, d, &got);

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

int program_prove(const struct profile *profile, const struct program *program,
		  struct proof *ret, struct err *e)
{
	struct prove p = { .profile = profile, .program = program, .e = e };
	bool is_sampled;
	const int r = profile_visit(profile, point_prove, &p, &is_sampled, e);

	if (r < 0)
		return r;
	p.proof.is_sampled = is_sampled;
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
