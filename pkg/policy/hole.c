/* SPDX-License-Identifier: Apache-2.0 */
/* hole.c - see hole.h. */
#include "pkg/policy/hole.h"

#include <linux/audit.h>
#include <seccomp.h>

#include "pkg/seccomp/number.h"

#define PATTERNS_MAX 96
#define VALUES_MAX   192
#define ARGS	     6

/* The values x with (x & mask) == value. */
struct pattern {
	uint64_t mask, value;
};

/* What is searched for one argument. */
struct axis {
	uint64_t values[VALUES_MAX];
	size_t count;
	bool is_cut; /* there would be more */
};

bool verdict_is_open(uint32_t verdict)
{
	return action_rank(verdict) <= action_rank(SECCOMP_RET_TRACE);
}

static bool arg_has(const struct hole_arg *a, uint64_t value)
{
	return ((value & a->mask) == a->value) != a->is_not &&
	       (a->except == 0 || value != a->except);
}

bool hole_has(const struct hole *hole, const struct seccomp_data *d)
{
	for (size_t i = 0; i < hole->count; i++)
		if (!arg_has(&hole->args[i], d->args[hole->args[i].index]))
			return false;
	return true;
}

/* ---- values ------------------------------------------------------------ */

/* The smallest value of @p that is @from or more. Return: false for none. */
static bool pattern_next(struct pattern p, uint64_t from, uint64_t *ret)
{
	/* Free bits as in @from, fixed ones as they must be. */
	const uint64_t near = (from & ~p.mask) | p.value;
	uint64_t wrong = near ^ from;

	if (wrong == 0) {
		*ret = from;
		return true;
	}
	/* The highest bit that differs decides. */
	wrong = 1ULL << (63 - __builtin_clzll(wrong));
	if ((near & wrong) != 0) {
		*ret = (near & ~((wrong - 1) & ~p.mask));
		return true;
	}
	/* Too small: the lowest free bit above it that is 0 becomes 1. */
	for (uint64_t bit = wrong << 1; bit != 0; bit <<= 1) {
		if ((p.mask & bit) != 0 || (from & bit) != 0)
			continue;
		*ret = (near | bit) & ~((bit - 1) & ~p.mask);
		return true;
	}
	return false;
}

static void value_add(struct axis *a, uint64_t value)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->values[i] == value)
			return;
	if (a->count == VALUES_MAX)
		a->is_cut = true;
	else
		a->values[a->count++] = value;
}

struct patterns {
	struct pattern items[PATTERNS_MAX];
	size_t count;
	bool is_cut;
};

static void pattern_add(struct patterns *ps, struct pattern p)
{
	for (size_t i = 0; i < ps->count; i++)
		if (ps->items[i].mask == p.mask &&
		    ps->items[i].value == p.value)
			return;
	if (ps->count == PATTERNS_MAX)
		ps->is_cut = true;
	else
		ps->items[ps->count++] = p;
}

/* Split each pattern by a masked condition: what satisfies it, and for each
 * bit of its mask what does not because of that bit. */
static void patterns_split(struct patterns *ps, const struct cond *c)
{
	const size_t count = ps->count;

	/* What is cut stays so, with what it has. */
	for (size_t i = 0; i < count && !ps->is_cut; i++) {
		const struct pattern p = ps->items[i];
		uint64_t free = c->value & ~p.mask;

		if ((c->value_two & ~c->value) == 0 &&
		    ((p.value ^ c->value_two) & p.mask & c->value) == 0)
			pattern_add(ps,
				    (struct pattern){ p.mask | c->value,
						      p.value | c->value_two });
		for (; free != 0; free &= free - 1) {
			const uint64_t bit = free & -free;

			pattern_add(ps,
				    (struct pattern){
					    p.mask | bit,
					    p.value | (~c->value_two & bit) });
		}
	}
}

static void constant_add(struct axis *a, const struct patterns *ps,
			 const struct hole_arg *h, uint64_t from)
{
	for (size_t i = 0; i < ps->count && !a->is_cut; i++) {
		uint64_t v;

		if (!pattern_next(ps->items[i], from, &v))
			continue;
		if (h != NULL && !arg_has(h, v))
			continue;
		value_add(a, v);
	}
}

/* A value of argument @index in each range that the conditions cut out of the
 * hole, for conditions that see @width bits. */
static void axis_fill(struct axis *a, const struct profile *p,
		      const struct rule *rules, size_t rule_count,
		      const struct hole_arg *h, uint8_t index, bool is_narrow)
{
	const uint64_t width = is_narrow ? UINT32_MAX : UINT64_MAX;
	struct patterns ps = { .count = 1 };
	bool has_cond = false;

	ps.items[0].mask = ~width;
	if (h != NULL && !h->is_not) {
		ps.items[0].mask |= h->mask;
		ps.items[0].value = h->value & width;
	}
	for (size_t i = 0; i < rule_count; i++)
		for (uint32_t k = 0; k < rules[i].count; k++) {
			const struct cond *c = &p->conds[rules[i].first + k];

			if (c->index != index)
				continue;
			has_cond = true;
			if (c->op == COND_MASKED_EQ)
				patterns_split(&ps, c);
		}
	constant_add(a, &ps, h, 0);
	if (has_cond || a->count == 0)
		constant_add(a, &ps, h, 1);
	/* No other value of its range stands for those above it. */
	if (h != NULL && h->except != 0)
		constant_add(a, &ps, h, h->except + 1);
	for (size_t i = 0; has_cond && i < rule_count; i++)
		for (uint32_t k = 0; k < rules[i].count; k++) {
			const struct cond *c = &p->conds[rules[i].first + k];

			if (c->index != index)
				continue;
			constant_add(a, &ps, h, c->value);
			if (c->value != UINT64_MAX)
				constant_add(a, &ps, h, c->value + 1);
		}
	a->is_cut |= ps.is_cut;
}

/* ---- the search -------------------------------------------------------- */

/* Is every value of the hole's argument one that @c holds for? */
static bool cond_covers(const struct cond *c, const struct hole_arg *h)
{
	if (h->is_not)
		return c->op == COND_NE && h->mask == UINT64_MAX &&
		       c->value == h->value;
	return c->op == COND_MASKED_EQ && (c->value & ~h->mask) == 0 &&
	       (h->value & c->value) == c->value_two;
}

/* Is the whole hole inside a rule that denies? Then nothing need be searched,
 * whatever else the profile says. */
static bool rule_covers(const struct profile *p, const struct rule *r,
			const struct hole *hole, verdict_fn *is_open)
{
	if (is_open(r->ret))
		return false;
	for (uint32_t k = 0; k < r->count; k++) {
		const struct cond *c = &p->conds[r->first + k];
		bool is_covered = false;

		for (size_t i = 0; i < hole->count; i++)
			is_covered |= hole->args[i].index == c->index &&
				      cond_covers(c, &hole->args[i]);
		if (!is_covered)
			return false;
	}
	return true;
}

/* All combinations of the values; @d has number and architecture. */
static bool axes_search(const struct profile *p, const struct axis axes[ARGS],
			verdict_fn *is_open, struct seccomp_data *d)
{
	size_t at[ARGS] = { 0 };
	size_t points = 1, i;
	bool is_cut = false;

	for (i = 0; i < ARGS; i++) {
		if (axes[i].count == 0)
			return false;
		is_cut |=
			axes[i].is_cut ||
			__builtin_mul_overflow(points, axes[i].count, &points);
	}
	is_cut |= points > HOLE_POINTS_MAX;
	for (size_t n = 0; n < points && n < HOLE_POINTS_MAX; n++) {
		for (i = 0; i < ARGS; i++)
			d->args[i] = axes[i].values[at[i]];
		if (is_open(profile_verdict(p, d)))
			return true;
		for (i = 0; i < ARGS && ++at[i] == axes[i].count; i++)
			at[i] = 0;
	}
	return is_cut;
}

static bool number_is_open(const struct profile *p, uint32_t token, uint32_t nr,
			   const struct hole *hole, verdict_fn *is_open,
			   struct seccomp_data *d)
{
	const bool is_narrow = token_is_narrow(token);
	struct axis axes[ARGS] = { 0 };
	size_t count;
	const struct rule *rules = profile_rules(p, token, nr, &count);

	for (size_t i = 0; i < count; i++)
		if (rule_covers(p, &rules[i], hole, is_open))
			return false;
	for (uint8_t i = 0; i < ARGS; i++) {
		const struct hole_arg *h = NULL;

		for (size_t k = 0; k < hole->count; k++)
			if (hole->args[k].index == i)
				h = &hole->args[k];
		axis_fill(&axes[i], p, rules, count, h, i, is_narrow);
	}
	d->nr = (int)nr;
	return axes_search(p, axes, is_open, d);
}

/* Of x32, which comes with the architecture of x86-64. */
static struct seccomp_data data_of(uint32_t token)
{
	return (struct seccomp_data){
		.arch = token == SCMP_ARCH_X32 ? AUDIT_ARCH_X86_64 : token,
	};
}

bool hole_passes(const struct profile *p, uint32_t token, uint32_t nr,
		 const struct hole *hole, verdict_fn *is_open)
{
	struct seccomp_data d = data_of(token);

	return number_is_open(p, token, nr, hole, is_open, &d);
}

static bool arch_is_open(const struct profile *p, uint32_t token,
			 const struct hole *hole, struct seccomp_data *d)
{
	struct call_number numbers[2];
	const size_t count = call_numbers(token, hole->call, numbers);

	for (size_t i = 0; i < count; i++) {
		const struct call_number *n = &numbers[i];
		const struct hole mux = {
			.args = { { .mask = n->mux_mask,
				    .value = n->mux_value } },
			.count = 1,
		};

		if (number_is_open(p, token, n->nr,
				   n->mux_mask != 0 ? &mux : hole,
				   verdict_is_open, d))
			return true;
	}
	return false;
}

bool hole_is_open(const struct profile *p, const struct hole *hole,
		  struct seccomp_data *ret)
{
	for (size_t i = 0; i < p->arch_count; i++) {
		const uint32_t token = p->archs[i].token;
		struct seccomp_data d = data_of(token);

		if (!arch_is_open(p, token, hole, &d))
			continue;
		if (ret != NULL)
			*ret = d;
		return true;
	}
	return false;
}
