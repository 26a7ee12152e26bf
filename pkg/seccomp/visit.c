/* SPDX-License-Identifier: Apache-2.0 */
/* visit.c - every boundary of a profile (program.h). */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/seccomp/program.h"

#define CANDIDATES_MAX	8192 /* of one argument in combinations */
#define FEW_MAX		5    /* of them by one condition */
#define OWN_MAX		128  /* of one condition alone */
#define NEIGHBOUR_MAX	512  /* combinations of a call at another number */
#define STRANGE_NUMBERS 64   /* of an architecture that is none */
#define RULES_FEW	16   /* with more, fewer combinations */

struct candidates {
	uint64_t *values;
	size_t count, max;
	bool is_cut;
};

struct visit {
	const struct profile *profile;
	profile_visit_fn *call;
	void *ctx;
	uint32_t *numbers;
	size_t number_count;
	uint32_t *tested; /* numbers with conditions, of one architecture */
	size_t tested_count;
	struct candidates args[6];
	struct candidates own; /* of one condition */
	uint64_t points, work;
	bool is_sampled;
	struct err *e;
};

/* ---- numbers ----------------------------------------------------------- */

static int u32_order(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int u64_order(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

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
	v->tested = calloc(p->rule_count + 1, sizeof(*v->tested));
	if (v->numbers == NULL || v->tested == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < 4; i++)
		number_add(v, always[i]);
	for (size_t i = 0; i < p->arch_count; i++)
		number_add(v, p->archs[i].last);
	for (size_t i = 0; i < p->rule_count; i++)
		if (i == 0 || p->rules[i].nr != p->rules[i - 1].nr)
			number_add(v, p->rules[i].nr);
	qsort(v->numbers, v->number_count, sizeof(*v->numbers), u32_order);
	for (size_t i = 0; i < v->number_count; i++)
		if (n == 0 || v->numbers[n - 1] != v->numbers[i])
			v->numbers[n++] = v->numbers[i];
	v->number_count = n;
	return 0;
}

/* ---- values of arguments ----------------------------------------------- */

static void candidate_add(struct candidates *c, uint64_t value)
{
	if (c->count == c->max)
		c->is_cut = true;
	else
		c->values[c->count++] = value;
}

/* The value, its neighbours, and all of them one higher and lower in the upper
 * half; its halves swapped, and each of them replaced by something else. */
static void constant_add(struct candidates *c, uint64_t value)
{
	const uint64_t low = UINT32_MAX, noise = 0x5ad2963c9e3779b9ULL;

	for (uint64_t near = value - 1; near != value + 2; near++) {
		candidate_add(c, near);
		candidate_add(c, near + (1ULL << 32));
		candidate_add(c, near - (1ULL << 32));
	}
	candidate_add(c, value << 32 | value >> 32);
	candidate_add(c, value | low);
	candidate_add(c, value & ~low);
	candidate_add(c, (value & ~low) | (noise & low));
	candidate_add(c, (value & low) | (noise & ~low));
	candidate_add(c, ~value);
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

/* All values at which a mistake in the code of @c could show. */
static void cond_add(struct candidates *to, const struct cond *c)
{
	candidate_add(to, 0);
	candidate_add(to, UINT64_MAX);
	if (c->op == COND_MASKED_EQ)
		mask_add(to, c->value, c->value_two);
	else
		constant_add(to, c->value);
}

/* The few of them that are combined with those of other arguments. */
static void cond_add_few(struct candidates *to, const struct cond *c)
{
	const uint64_t mask = c->value;

	candidate_add(to, 0);
	if (c->op != COND_MASKED_EQ) {
		candidate_add(to, c->value - 1);
		candidate_add(to, c->value);
		candidate_add(to, c->value + 1);
		candidate_add(to, c->value + (1ULL << 32));
		return;
	}
	candidate_add(to, c->value_two);
	candidate_add(to, c->value_two | ~mask);
	candidate_add(to, c->value_two ^ (mask & -mask));
	if (mask != 0)
		candidate_add(to, c->value_two ^
					  1ULL << (63 - __builtin_clzll(mask)));
}

static void candidates_sort(struct candidates *c)
{
	size_t n = 0;

	qsort(c->values, c->count, sizeof(*c->values), u64_order);
	for (size_t i = 0; i < c->count; i++)
		if (n == 0 || c->values[n - 1] != c->values[i])
			c->values[n++] = c->values[i];
	c->count = n;
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

			cond_add_few(&v->args[c->index], c);
		}
	for (size_t i = 0; i < 6; i++) {
		if (v->args[i].count == 0)
			candidate_add(&v->args[i], 0);
		candidates_sort(&v->args[i]);
	}
}

/* ---- points ------------------------------------------------------------ */

static int point(struct visit *v, const struct seccomp_data *d, size_t rules)
{
	v->work += 8 + rules;
	if (++v->points > PROVE_POINTS_MAX || v->work > PROVE_WORK_MAX) {
		(void)err_set(v->e, E2BIG,
			      "more rules with arguments than can be proved: "
			      "%llu calls were compared",
			      (unsigned long long)v->points - 1);
		return err_hint(v->e, PROVE_HINT);
	}
	return v->call(v->ctx, d);
}

/* A value for which @c holds, if one of its own candidates is such. */
static uint64_t fitting(struct visit *v, const struct cond *c, bool is_narrow)
{
	v->own.count = 0;
	cond_add(&v->own, c);
	for (size_t i = 0; i < v->own.count; i++) {
		const uint64_t arg = v->own.values[i];

		if (cond_holds(c, is_narrow ? (uint32_t)arg : arg))
			return arg;
	}
	return c->value;
}

/* Every value of each argument that a rule tests, while the others fit it. */
static int rule_visit(struct visit *v, const struct rule *rule, size_t rules,
		      struct seccomp_data *d)
{
	const struct cond *conds = v->profile->conds + rule->first;
	int r = 0;

	for (size_t i = 0; i < 6; i++)
		d->args[i] = 0;
	for (uint32_t i = 0; i < rule->count; i++)
		d->args[conds[i].index] =
			fitting(v, &conds[i], token_is_narrow(rule->token));
	for (uint32_t i = 0; i < rule->count && r == 0; i++) {
		const uint64_t fits = d->args[conds[i].index];

		v->own.count = 0;
		cond_add(&v->own, &conds[i]);
		for (size_t k = 0; k < v->own.count && r == 0; k++) {
			d->args[conds[i].index] = v->own.values[k];
			r = point(v, d, rules);
		}
		d->args[conds[i].index] = fits;
	}
	return r;
}

/* The combination after that of @places, as a counter turns. */
static void turn(const struct visit *v, size_t places[6],
		 struct seccomp_data *d)
{
	for (size_t i = 0; i < 6; i++) {
		places[i] = (places[i] + 1) % v->args[i].count;
		d->args[i] = v->args[i].values[places[i]];
		if (places[i] != 0)
			return;
	}
}

/* Any combination. */
static void draw(const struct visit *v, uint64_t *seed, struct seccomp_data *d)
{
	for (size_t i = 0; i < 6; i++) {
		/* Knuth's 64-bit linear congruence; its high bits are good. */
		*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
		d->args[i] =
			v->args[i].values[(*seed >> 33) % v->args[i].count];
	}
}

/* All combinations, or @most of them. Return: as point(); 1 when there are
 * more. */
static int combinations_visit(struct visit *v, struct seccomp_data *d,
			      uint64_t most, size_t rules)
{
	uint64_t product = 1, seed = 0x9e3779b97f4a7c15ULL;
	size_t places[6] = { 0 };
	bool is_all = true;
	int r = 0;

	for (size_t i = 0; i < 6; i++) {
		is_all &= !v->args[i].is_cut;
		if (__builtin_mul_overflow(product, v->args[i].count, &product))
			product = UINT64_MAX;
		d->args[i] = v->args[i].values[0];
	}
	is_all &= product <= most;
	for (uint64_t n = 0; r == 0 && n < (is_all ? product : most); n++) {
		if (!is_all)
			draw(v, &seed, d);
		r = point(v, d, rules);
		turn(v, places, d);
	}
	return r < 0 ? r : !is_all;
}

/* How many combinations one call may have: of a profile that would exhaust the
 * limits, from half of them on only its share of what is left. */
static uint64_t most_visited(const struct visit *v, size_t rules)
{
	const uint64_t calls =
		4 * (1 + v->tested_count * v->profile->arch_count);
	const uint64_t most = PROVE_COMBINATIONS_MAX / (1 + rules / RULES_FEW);
	const uint64_t points = PROVE_POINTS_MAX / calls;
	const uint64_t work = PROVE_WORK_MAX / calls / (8 + rules);
	const uint64_t share = points < work ? points : work;
	const bool is_early = v->points < PROVE_POINTS_MAX / 2 &&
			      v->work < PROVE_WORK_MAX / 2;

	return is_early || most < share ? most : share;
}

/* A number, with the values of its own rules or of those of a neighbour, which
 * a search that is off by one would apply to it. */
static int call_visit(struct visit *v, struct seccomp_data *d,
		      const struct rule *rules, size_t count)
{
	const bool is_own = rules->nr == (uint32_t)d->nr;
	const uint64_t most = is_own ? most_visited(v, count) : NEIGHBOUR_MAX;
	int r;

	candidates_collect(v, rules, count);
	r = combinations_visit(v, d, most, count);
	v->is_sampled |= is_own && r > 0;
	for (size_t i = 0; is_own && i < count && r >= 0; i++)
		r = rule_visit(v, &rules[i], count, d);
	return r < 0 ? r : 0;
}

/* Whether two calls come from the same entries of the document. */
static bool is_alike(const struct rule *a, size_t a_count, const struct rule *b,
		     size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (a[i].first != b[i].first || a[i].count != b[i].count ||
		    a[i].ret != b[i].ret)
			return false;
	return true;
}

static bool is_tested(const struct visit *v, uint32_t nr)
{
	return v->tested_count != 0 && bsearch(&nr, v->tested, v->tested_count,
					       sizeof(nr), u32_order) != NULL;
}

static int number_visit(struct visit *v, struct seccomp_data *d)
{
	const uint32_t nr = (uint32_t)d->nr;
	size_t own_count;
	const struct rule *own = profile_rules(
		v->profile, token_of(d->arch, nr), nr, &own_count);
	int r = point(v, d, 0);

	for (uint32_t i = 0; i < 3 && r == 0; i++) {
		const uint32_t near = nr + i - 1;
		const struct rule *rules;
		size_t count;

		if (!is_tested(v, near))
			continue;
		rules = profile_rules(v->profile, token_of(d->arch, near), near,
				      &count);
		if (near == nr || !is_alike(own, own_count, rules, count))
			r = call_visit(v, d, rules, count);
	}
	return r;
}

/* Collect the numbers of @arch whose rules have conditions. */
static void tested_collect(struct visit *v, uint32_t arch)
{
	const struct profile *p = v->profile;

	v->tested_count = 0;
	for (size_t i = 0; i < p->rule_count; i++)
		if (p->rules[i].count != 0 &&
		    token_of(arch, p->rules[i].nr) == p->rules[i].token)
			v->tested[v->tested_count++] = p->rules[i].nr;
	qsort(v->tested, v->tested_count, sizeof(*v->tested), u32_order);
}

static int arch_visit(struct visit *v, uint32_t arch)
{
	int r = 0;

	tested_collect(v, arch);
	for (size_t i = 0; i < v->number_count && r == 0; i++) {
		struct seccomp_data d = { .arch = arch };

		d.nr = (int)v->numbers[i];
		r = number_visit(v, &d);
	}
	return r;
}

/* What is no architecture, at some of the numbers. */
static int strange_visit(struct visit *v, uint32_t arch, size_t numbers)
{
	const size_t step = 1 + v->number_count / numbers;
	struct seccomp_data d = { .arch = arch };
	int r = 0;

	for (size_t i = 0; i < v->number_count && r == 0; i += step) {
		d.nr = (int)v->numbers[i];
		r = point(v, &d, 0);
	}
	return r;
}

/* One that is not listed or cannot be, and those beside each that is. */
static int stranges_visit(struct visit *v)
{
	const struct profile *p = v->profile;
	int r = strange_visit(v, AUDIT_ARCH_S390X, STRANGE_NUMBERS);

	for (size_t i = 0; i < p->arch_count && r == 0; i++) {
		const uint32_t token = p->archs[i].token;

		r = strange_visit(v, token - 1, 1);
		if (r == 0)
			r = strange_visit(v, token + 1, 1);
		for (unsigned bit = 0; bit < 32 && r == 0; bit++)
			r = strange_visit(v, token ^ 1U << bit, 1);
	}
	return r;
}

/* Room for the values of the arguments. */
static uint64_t *candidates_init(struct visit *v)
{
	const size_t conds = v->profile->cond_count;
	const size_t max = conds < CANDIDATES_MAX / FEW_MAX
				   ? FEW_MAX * conds + 1
				   : CANDIDATES_MAX;
	uint64_t *values = calloc(6 * max + OWN_MAX, sizeof(*values));

	for (size_t i = 0; i < 6 && values != NULL; i++)
		v->args[i] = (struct candidates){ .values = values + i * max,
						  .max = max };
	if (values != NULL)
		v->own = (struct candidates){ .values = values + 6 * max,
					      .max = OWN_MAX };
	return values;
}

int profile_visit(const struct profile *profile, profile_visit_fn *call,
		  void *ctx, bool *ret_sampled, struct err *e)
{
	struct visit v = {
		.profile = profile, .call = call, .ctx = ctx, .e = e
	};
	AUTO_MEM uint64_t *values = candidates_init(&v);
	int r = values != NULL ? numbers_collect(&v) : -ENOMEM;

	if (r < 0)
		(void)err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < profile->arch_count && r == 0; i++)
		if (profile->archs[i].token != SCMP_ARCH_X32)
			r = arch_visit(&v, profile->archs[i].token);
	if (r == 0)
		r = stranges_visit(&v);
	free(v.numbers);
	free(v.tested);
	if (r == 0)
		*ret_sampled = v.is_sampled;
	return r;
}
