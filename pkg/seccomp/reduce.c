/* SPDX-License-Identifier: Apache-2.0 */
/* reduce.c - see reduce.h. */
#include "pkg/seccomp/reduce.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/auto.h"
#include "pkg/seccomp/pseudo.h"

/* The arguments that a condition holds for: low to high, but not @hole; or
 * those with @value under @mask. */
struct set {
	bool is_masked;
	uint64_t low, high; /* also of a mask: the least and the greatest */
	bool has_hole;
	uint64_t hole;
	uint64_t mask, value;
};

enum holds {
	HOLDS_NEVER,
	HOLDS_SOMETIMES,
	HOLDS_ALWAYS
};

struct reduce {
	const struct profile *from;
	struct profile to;
	struct reduction what;
	struct err *e;
};

/* ---- sets -------------------------------------------------------------- */

static struct set range(uint64_t low, uint64_t high)
{
	return (struct set){ .low = low, .high = high };
}

static struct set set_not(uint64_t hole, uint64_t max)
{
	struct set s = range(hole == 0 ? 1 : 0, hole == max ? max - 1 : max);

	s.has_hole = hole != 0 && hole < max;
	s.hole = hole;
	return s;
}

static struct set set_masked(uint64_t mask, uint64_t value, uint64_t max)
{
	mask &= max;
	/* Bits that must be set where the mask has none: nothing fits. */
	if ((value & ~mask) != 0)
		return range(1, 0);
	if (mask == 0 || mask == max)
		return range(value, mask == 0 ? max : value);
	return (struct set){ .is_masked = true,
			     .low = value,
			     .high = value | (max & ~mask),
			     .mask = mask,
			     .value = value };
}

/* @max: the greatest argument there is: of 64 bits or of 32. */
static struct set set_of(const struct cond *c, uint64_t max)
{
	const uint64_t v = c->value;

	switch (c->op) {
	case COND_NE:
		return v > max ? range(0, max) : set_not(v, max);
	case COND_LT:
		return v == 0 ? range(1, 0) : range(0, v > max ? max : v - 1);
	case COND_LE:
		return range(0, v > max ? max : v);
	case COND_EQ:
		return v > max ? range(1, 0) : range(v, v);
	case COND_GE:
		return v > max ? range(1, 0) : range(v, max);
	case COND_GT:
		return v >= max ? range(1, 0) : range(v + 1, max);
	case COND_MASKED_EQ:
		return set_masked(v, c->value_two, max);
	default:
		return range(0, max);
	}
}

static enum holds set_holds(const struct set *s, uint64_t max)
{
	if (s->low > s->high)
		return HOLDS_NEVER;
	return !s->is_masked && !s->has_hole && s->low == 0 && s->high == max
		       ? HOLDS_ALWAYS
		       : HOLDS_SOMETIMES;
}

static bool set_has(const struct set *s, uint64_t v)
{
	if (s->is_masked)
		return (v & s->mask) == s->value;
	return v >= s->low && v <= s->high && !(s->has_hole && v == s->hole);
}

/* Whether all of @a is in @b; false also when that cannot be told. */
static bool set_within(const struct set *a, const struct set *b)
{
	uint64_t differs = a->low ^ a->high;

	if (a->low == a->high)
		return set_has(b, a->low);
	if (!b->is_masked)
		return a->low >= b->low && a->high <= b->high &&
		       (!b->has_hole || !set_has(a, b->hole));
	if (a->is_masked)
		return (b->mask & ~a->mask) == 0 &&
		       (a->value & b->mask) == b->value;
	/* All bits from the highest that differs down take every value. */
	for (unsigned shift = 1; shift < 64; shift *= 2)
		differs |= differs >> shift;
	return (b->mask & differs) == 0 && (a->low & b->mask) == b->value;
}

/* ---- rules of one call ------------------------------------------------- */

/* A rule of the call and the sets of its conditions, one an argument. */
struct row {
	struct rule rule;
	struct set sets[6];
	uint8_t tested; /* bit i: argument i */
	bool is_gone;
};

/* Whether @b matches every call that @a matches. */
static bool row_within(const struct row *a, const struct row *b)
{
	if ((b->tested & ~a->tested) != 0)
		return false;
	for (unsigned i = 0; i < 6; i++)
		if ((b->tested >> i & 1) != 0 &&
		    !set_within(&a->sets[i], &b->sets[i]))
			return false;
	return true;
}

static int cond_keep(struct reduce *r, const struct cond *c)
{
	void *array = r->to.conds;
	const int result =
		array_room(&array, r->to.cond_count, &r->to.cond_cap,
			   sizeof(*c), UINT32_MAX, "conditions", r->e);

	r->to.conds = array;
	if (result == 0)
		r->to.conds[r->to.cond_count++] = *c;
	return result;
}

/* Conditions that cannot fail go; the others are written again only then. */
static int conds_keep(struct reduce *r, struct row *row, unsigned always)
{
	const uint32_t first = (uint32_t)r->to.cond_count;
	const struct cond *conds;
	int result = 0;

	if (always == 0)
		return 0;
	conds = r->from->conds + row->rule.first;
	for (uint32_t i = 0; i < row->rule.count && result == 0; i++)
		if ((row->tested >> conds[i].index & 1) != 0)
			result = cond_keep(r, &conds[i]);
	row->rule.first = first;
	row->rule.count = (uint32_t)r->to.cond_count - first;
	r->what.always += always;
	return result;
}

/* Return: 1 when the rule can match. */
static int row_make(struct reduce *r, const struct rule *rule, struct row *ret)
{
	const uint64_t max =
		token_is_narrow(rule->token) ? UINT32_MAX : UINT64_MAX;
	unsigned always = 0;

	ret->rule = *rule;
	ret->tested = 0;
	ret->is_gone = false;
	for (uint32_t i = 0; i < rule->count; i++) {
		const struct cond *c = &r->from->conds[rule->first + i];
		const struct set s = set_of(c, max);
		const enum holds holds = set_holds(&s, max);

		if (holds == HOLDS_NEVER) {
			r->what.never++;
			return 0;
		}
		always += holds == HOLDS_ALWAYS;
		if (holds == HOLDS_ALWAYS)
			continue;
		ret->sets[c->index] = s;
		ret->tested |= (uint8_t)(1U << c->index);
	}
	return conds_keep(r, ret, always) < 0 ? -ENOMEM : 1;
}

static void row_drop(struct reduce *r, struct row *row, const struct row *by)
{
	const bool is_same = row->rule.ret == by->rule.ret &&
			     row->tested == by->tested && row_within(by, row);

	row->is_gone = true;
	if (is_same)
		r->what.duplicates++;
	else
		r->what.covered++;
}

/* What an earlier row decides, whatever it says. */
static void later_drop(struct reduce *r, struct row *rows, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (!rows[k].is_gone &&
			    row_within(&rows[i], &rows[k])) {
				row_drop(r, &rows[i], &rows[k]);
				break;
			}
}

/* What a later row says too, with nothing between them that says otherwise. */
static void earlier_drop(struct reduce *r, struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].is_gone)
			continue;
		for (size_t k = i + 1;
		     k < count && rows[k].rule.ret == rows[i].rule.ret; k++)
			if (!rows[k].is_gone &&
			    row_within(&rows[i], &rows[k])) {
				row_drop(r, &rows[i], &rows[k]);
				break;
			}
	}
}

static void defaults_drop(struct reduce *r, struct row *rows, size_t count)
{
	for (size_t i = count; i > 0; i--) {
		struct row *row = &rows[i - 1];

		if (row->is_gone)
			continue;
		if (row->rule.ret != r->from->default_ret)
			return;
		row->is_gone = true;
		r->what.defaults++;
	}
}

/* The rows that can match, strictest first, within one rank as written. */
static int rows_make(struct reduce *r, const struct rule *rules, size_t count,
		     struct row *rows, size_t *ret_count)
{
	const int strictest = action_rank(SECCOMP_RET_KILL_PROCESS);
	size_t n = 0;

	for (int rank = strictest; rank >= 0; rank--)
		for (size_t i = 0; i < count; i++) {
			int made;

			if (action_rank(rules[i].ret) != rank)
				continue;
			made = row_make(r, &rules[i], &rows[n]);
			if (made < 0)
				return made;
			n += (size_t)made;
		}
	*ret_count = n;
	return 0;
}

static int call_reduce(struct reduce *r, const struct rule *rules, size_t count)
{
	AUTO_MEM struct row *rows = NULL;
	size_t n;

	/* By far the most: one rule without conditions. */
	if (count == 1 && rules[0].count == 0 &&
	    rules[0].ret != r->from->default_ret) {
		r->to.rules[r->to.rule_count++] = rules[0];
		return 0;
	}
	if (count > REDUCE_RULES_MAX)
		return err_set(r->e, E2BIG,
			       "call %u has %zu rules with conditions: at most "
			       "%d fit in a program",
			       rules[0].nr, count, REDUCE_RULES_MAX);
	rows = calloc(count, sizeof(*rows));
	if (rows == NULL || rows_make(r, rules, count, rows, &n) < 0)
		return err_set(r->e, ENOMEM, "out of memory");
	later_drop(r, rows, n);
	earlier_drop(r, rows, n);
	defaults_drop(r, rows, n);
	for (size_t i = 0; i < n; i++)
		if (!rows[i].is_gone)
			r->to.rules[r->to.rule_count++] = rows[i].rule;
	return 0;
}

static int calls_reduce(struct reduce *r)
{
	const struct profile *p = r->from;
	int result = 0;

	for (size_t i = 0, n; i < p->rule_count && result == 0; i += n) {
		const struct rule *first = &p->rules[i];

		for (n = 1; i + n < p->rule_count; n++)
			if (first[n].token != first->token ||
			    first[n].nr != first->nr)
				break;
		result = call_reduce(r, first, n);
	}
	return result;
}

static int copy(struct reduce *r)
{
	const struct profile *p = r->from;

	r->to = *p;
	r->to.rule_count = 0;
	r->to.rule_cap = p->rule_count + 1;
	r->to.cond_cap = p->cond_count + 1;
	r->to.rules = calloc(r->to.rule_cap, sizeof(*r->to.rules));
	r->to.conds = calloc(r->to.cond_cap, sizeof(*r->to.conds));
	if (r->to.rules == NULL || r->to.conds == NULL)
		return err_set(r->e, ENOMEM, "out of memory");
	if (p->cond_count != 0)
		memcpy(r->to.conds, p->conds,
		       p->cond_count * sizeof(*p->conds));
	return 0;
}

int profile_reduce(const struct profile *profile, struct profile *ret,
		   struct reduction *ret_what, struct err *e)
{
	struct reduce r = { .from = profile, .e = e };
	int result = copy(&r);

	if (result == 0)
		result = calls_reduce(&r);
	if (result < 0) {
		profile_done(&r.to);
		return result;
	}
	r.what.rules_before = profile->rule_count;
	r.what.rules = r.to.rule_count;
	if (ret_what != NULL)
		*ret_what = r.what;
	*ret = r.to;
	return 0;
}

/* ---- to be read -------------------------------------------------------- */

static void cond_print(struct buf *out, const struct cond *c)
{
	static const char *const ops[] = {
		[COND_NE] = "!=", [COND_LT] = "<",  [COND_LE] = "<=",
		[COND_EQ] = "==", [COND_GE] = ">=", [COND_GT] = ">",
	};

	if (c->op == COND_MASKED_EQ)
		buf_printf(out, "(args[%u] & 0x%llx) == 0x%llx", c->index,
			   (unsigned long long)c->value,
			   (unsigned long long)c->value_two);
	else
		buf_printf(out, "args[%u] %s 0x%llx", c->index, ops[c->op],
			   (unsigned long long)c->value);
}

static void rule_print(struct buf *out, const struct profile *p,
		       const struct rule *rule)
{
	buf_puts(out, "  ");
	syscall_print(out, rule->token, rule->nr);
	for (uint32_t i = 0; i < rule->count; i++) {
		buf_puts(out, i == 0 ? " if " : " and ");
		cond_print(out, &p->conds[rule->first + i]);
	}
	buf_puts(out, ": ");
	action_print(out, rule->ret);
	buf_puts(out, "\n");
}

/* Whether the call of rule @i has this one only, and without conditions. */
static bool is_plain(const struct profile *p, size_t i)
{
	size_t count;

	(void)profile_rules(p, p->rules[i].token, p->rules[i].nr, &count);
	return count == 1 && p->rules[i].count == 0;
}

static void plain_print(struct buf *out, const struct profile *p, size_t first)
{
	const struct rule *like = &p->rules[first];

	buf_puts(out, "  ");
	for (size_t i = first; i < p->rule_count; i++) {
		const struct rule *rule = &p->rules[i];

		if (rule->token != like->token || rule->ret != like->ret ||
		    !is_plain(p, i))
			continue;
		buf_puts(out, i == first ? "" : " ");
		syscall_print(out, rule->token, rule->nr);
	}
	buf_puts(out, ": ");
	action_print(out, like->ret);
	buf_puts(out, "\n");
}

/* Whether an earlier plain rule of the architecture had this action. */
static bool is_printed(const struct profile *p, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (p->rules[i].token == p->rules[at].token &&
		    p->rules[i].ret == p->rules[at].ret && is_plain(p, i))
			return true;
	return false;
}

void profile_print(struct buf *out, const struct profile *p)
{
	buf_puts(out, "default: ");
	action_print(out, p->default_ret);
	buf_puts(out, "\n");
	for (size_t a = 0; a < p->arch_count; a++) {
		arch_print(out, p->archs[a].token);
		buf_puts(out, ":\n");
		for (size_t i = 0; i < p->rule_count; i++) {
			if (p->rules[i].token != p->archs[a].token)
				continue;
			if (!is_plain(p, i))
				rule_print(out, p, &p->rules[i]);
			else if (!is_printed(p, i))
				plain_print(out, p, i);
		}
	}
}

void reduction_print(struct buf *out, const struct reduction *r)
{
	buf_printf(out,
		   "%zu rules of %zu; left out: %zu duplicate, %zu decided by "
		   "another, %zu that cannot match, %zu the same as the "
		   "default, %zu conditions that always hold\n",
		   r->rules, r->rules_before, r->duplicates, r->covered,
		   r->never, r->defaults, r->always);
}
