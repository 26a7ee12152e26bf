/* SPDX-License-Identifier: Apache-2.0 */
/* diff_seccomp.c - what changes in system calls; see change.h. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/policy/change.h"

#define LAYER	    "seccomp"
#define NAMES_MAX   65536 /* bytes of one sentence */
#define NUMBERS_MAX 1024  /* of an architecture, counted without the x32 bit */

/* What was seen of one call, over all of its arguments. */
enum {
	WAS_ALLOWED = 1U << 0, /* with some arguments */
	WAS_DENIED = 1U << 1,
	IS_ALLOWED = 1U << 2,
	IS_DENIED = 1U << 3,
	STRICTER = 1U << 4,
	LAXER = 1U << 5,
	OTHER = 1U << 6, /* as strict, but not the same */
};

/* The calls of one architecture. */
struct calls {
	const struct profile *from, *to;
	uint32_t token;
	uint8_t seen[NUMBERS_MAX];
};

/* Those that both profiles list. */
struct archs {
	struct calls items[PROFILE_ARCHS_MAX];
	size_t count;
};

static bool is_allowed(uint32_t verdict)
{
	return action_rank(verdict) <= action_rank(SECCOMP_RET_LOG);
}

static int call_compare(void *ctx, const struct seccomp_data *data)
{
	struct archs *all = ctx;
	const uint32_t token = token_of(data->arch, (uint32_t)data->nr);
	const uint32_t nr = (uint32_t)data->nr & ~X32_BIT;
	struct calls *c = NULL;
	uint32_t was, is;
	uint8_t *seen;

	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].token == token)
			c = &all->items[i];
	if (c == NULL || nr >= NUMBERS_MAX)
		return 0;
	seen = &c->seen[nr];
	was = profile_verdict(c->from, data);
	is = profile_verdict(c->to, data);
	*seen |= is_allowed(was) ? WAS_ALLOWED : WAS_DENIED;
	*seen |= is_allowed(is) ? IS_ALLOWED : IS_DENIED;
	if (action_rank(is) > action_rank(was))
		*seen |= STRICTER;
	else if (action_rank(is) < action_rank(was))
		*seen |= LAXER;
	else if (is != was)
		*seen |= OTHER;
	return 0;
}

/* ---- one call: is there anything to tell? ---------------------------------
 */

static uint32_t number_of(const struct calls *c, uint32_t nr)
{
	return c->token == SCMP_ARCH_X32 ? nr | X32_BIT : nr;
}

static bool is_named(const struct calls *c, uint32_t nr)
{
	size_t a = 0, b = 0;

	(void)profile_rules(c->from, c->token, number_of(c, nr), &a);
	(void)profile_rules(c->to, c->token, number_of(c, nr), &b);
	return a + b != 0;
}

static bool conds_equal(const struct profile *p, const struct rule *a,
			const struct profile *q, const struct rule *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct cond *x = &p->conds[a->first + i];
		const struct cond *y = &q->conds[b->first + i];

		if (x->index != y->index || x->op != y->op ||
		    x->value != y->value || x->value_two != y->value_two)
			return false;
	}
	return true;
}

static bool rules_equal(const struct calls *c, uint32_t nr)
{
	size_t n = 0, m = 0;
	const struct rule *a =
		profile_rules(c->from, c->token, number_of(c, nr), &n);
	const struct rule *b =
		profile_rules(c->to, c->token, number_of(c, nr), &m);

	for (size_t i = 0; n == m && i < n; i++)
		if (a[i].ret != b[i].ret ||
		    !conds_equal(c->from, &a[i], c->to, &b[i]))
			return false;
	return n == m;
}

static bool has_conds(const struct profile *p, uint32_t token, uint32_t nr)
{
	size_t count = 0;
	const struct rule *rules = profile_rules(p, token, nr, &count);

	for (size_t i = 0; i < count; i++)
		if (rules[i].count > 1)
			return true;
	return false;
}

/* The boundaries of both were looked at, but not each of the one's combined
 * with each of the other's: rules on several arguments that are written
 * differently are not claimed to be the same. */
static void unseen_mark(struct calls *c, uint32_t nr)
{
	const uint32_t n = number_of(c, nr);

	if ((c->seen[nr] & (STRICTER | LAXER | OTHER)) == 0 &&
	    !rules_equal(c, nr) &&
	    (has_conds(c->from, c->token, n) || has_conds(c->to, c->token, n)))
		c->seen[nr] |= STRICTER | WAS_ALLOWED | IS_ALLOWED;
}

/* ---- in words -------------------------------------------------------------
 */

/* The first row that fits a call tells it: all of "all" was seen of it and
 * none of "none". */
static const struct told {
	uint8_t all, none;
	enum policy_change_kind kind;
	const char *words; /* with the names behind it */
} rows[] = {
	/* clang-format off */
	{ LAXER, STRICTER | IS_DENIED | WAS_ALLOWED, POLICY_LOOSER, "may now call" },
	{ STRICTER, LAXER | WAS_DENIED | IS_ALLOWED, POLICY_TIGHTER, "may no longer call" },
	{ LAXER | STRICTER, 0, POLICY_TIGHTER, "may call with other arguments than before:" },
	{ LAXER | IS_ALLOWED | WAS_DENIED, 0, POLICY_LOOSER, "may call with more arguments than before:" },
	{ STRICTER | WAS_ALLOWED | IS_DENIED, 0, POLICY_TIGHTER, "may call with fewer arguments than before:" },
	{ LAXER | IS_ALLOWED, 0, POLICY_LOOSER, "may call without being logged:" },
	{ STRICTER | IS_ALLOWED, IS_DENIED, POLICY_TIGHTER, "may call otherwise than before:" },
	{ LAXER, 0, POLICY_LOOSER, "is refused less severely:" },
	{ STRICTER, 0, POLICY_TIGHTER, "is refused more severely:" },
	{ OTHER, 0, POLICY_CHANGED, "is answered differently when it calls" },
	/* clang-format on */
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct told *row_of(uint8_t seen)
{
	for (size_t i = 0; i < ROWS; i++)
		if ((seen & rows[i].all) == rows[i].all &&
		    (seen & rows[i].none) == 0)
			return &rows[i];
	return NULL;
}

static void row_say(struct changes *c, const struct calls *calls,
		    const struct told *row, const char *where,
		    bool needs_restart)
{
	AUTO_DONE(buf_done) struct buf names;

	buf_init(&names, NAMES_MAX);
	for (uint32_t nr = 0; nr < NUMBERS_MAX; nr++) {
		if (row_of(calls->seen[nr]) != row)
			continue;
		buf_puts(&names, names.len != 0 ? ", " : "");
		syscall_print(&names, calls->token, number_of(calls, nr));
	}
	if (names.len == 0)
		return;
	change_say(c, LAYER, row->kind, needs_restart, "%s %s %s%s", c->service,
		   row->words, buf_cstr(&names) ? buf_cstr(&names) : "?",
		   where);
}

static const char *arch_words(uint32_t token)
{
	static const struct {
		const char *name, *words;
	} archs[] = {
		{ "SCMP_ARCH_X86_64", "x86-64" },
		{ "SCMP_ARCH_X86", "32-bit x86" },
		{ "SCMP_ARCH_X32", "x32" },
		{ "SCMP_ARCH_AARCH64", "64-bit Arm" },
		{ "SCMP_ARCH_ARM", "32-bit Arm" },
		{ "SCMP_ARCH_RISCV64", "RISC-V" },
	};

	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		if (profile_arch_token(span_of(archs[i].name)) == token)
			return archs[i].words;
	return "another architecture";
}

static void calls_changes(struct changes *c, struct calls *calls,
			  bool needs_restart)
{
	const bool is_native = calls->from->archs[0].token == calls->token;
	char where[64] = "";

	for (uint32_t nr = 0; nr < NUMBERS_MAX; nr++) {
		if (is_named(calls, nr))
			unseen_mark(calls, nr);
		else
			calls->seen[nr] = 0; /* told as what no rule names */
	}
	if (!is_native)
		(void)snprintf(where, sizeof(where), " (%s)",
			       arch_words(calls->token));
	for (size_t i = 0; i < ROWS; i++)
		row_say(c, calls, &rows[i], where, needs_restart);
}

static void arch_say(struct changes *c, uint32_t token, bool is_looser,
		     bool needs_restart)
{
	char words[80];

	(void)snprintf(words, sizeof(words), "make system calls of %s",
		       arch_words(token));
	change_may(c, LAYER, is_looser, needs_restart, words);
}

static void archs_changes(struct changes *c, const struct profile *from,
			  const struct profile *to, bool needs_restart)
{
	AUTO_MEM struct archs *both = calloc(1, sizeof(*both));
	bool is_sampled;

	if (both == NULL) {
		c->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < from->arch_count; i++)
		if (profile_arch(to, from->archs[i].token) != NULL)
			both->items[both->count++] = (struct calls){
				.from = from,
				.to = to,
				.token = from->archs[i].token,
			};
		else
			arch_say(c, from->archs[i].token, false, needs_restart);
	for (size_t i = 0; i < to->arch_count; i++)
		if (profile_arch(from, to->archs[i].token) == NULL)
			arch_say(c, to->archs[i].token, true, needs_restart);
	c->error = profile_visit(from, call_compare, both, &is_sampled, c->e);
	if (c->error == 0)
		c->error = profile_visit(to, call_compare, both, &is_sampled,
					 c->e);
	for (size_t i = 0; i < both->count && c->error == 0; i++)
		calls_changes(c, &both->items[i], needs_restart);
}

static enum policy_change_kind kind_of(uint32_t from, uint32_t to)
{
	const int was = action_rank(from), is = action_rank(to);

	return is > was	  ? POLICY_TIGHTER
	       : is < was ? POLICY_LOOSER
			  : POLICY_CHANGED;
}

static void default_change(struct changes *c, const struct profile *from,
			   const struct profile *to, bool needs_restart)
{
	AUTO_DONE(buf_done) struct buf action = { 0 };

	if (from->default_ret == to->default_ret)
		return;
	buf_init(&action, NAMES_MAX);
	action_print(&action, to->default_ret);
	buf_puts(&action, ", before ");
	action_print(&action, from->default_ret);
	change_say(c, LAYER, kind_of(from->default_ret, to->default_ret),
		   needs_restart, "%s: system calls that no rule names get %s",
		   c->service, buf_cstr(&action) ? buf_cstr(&action) : "?");
}

/* Above the highest number that is named the answer is ENOSYS. */
static void last_change(struct changes *c, const struct profile *from,
			const struct profile *to, bool needs_restart)
{
	for (size_t i = 0; i < from->arch_count; i++) {
		const struct profile_arch *was = &from->archs[i];
		const struct profile_arch *is = profile_arch(to, was->token);

		if (is == NULL || is_allowed(to->default_ret) ||
		    (was->has_last == is->has_last && was->last == is->last))
			continue;
		change_say(c, LAYER, POLICY_CHANGED, needs_restart,
			   "%s: unknown system calls are answered ENOSYS from "
			   "another number on",
			   c->service);
		return;
	}
}

static void flags_change(struct changes *c, const struct profile *from,
			 const struct profile *to, bool needs_restart)
{
	const uint32_t loose = SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	if (from->flags == to->flags)
		return;
	if (((from->flags ^ to->flags) & loose) != 0)
		change_may(c, LAYER, (to->flags & loose) != 0, needs_restart,
			   "speculate past stores (SPEC_ALLOW)");
	if (((from->flags ^ to->flags) & ~loose) != 0)
		change_say(c, LAYER, POLICY_CHANGED, needs_restart,
			   "%s: the flags of its filter change", c->service);
}

static bool profiles_equal(const struct profile *a, const struct profile *b)
{
	return a->default_ret == b->default_ret && a->flags == b->flags &&
	       a->arch_count == b->arch_count &&
	       a->rule_count == b->rule_count &&
	       a->cond_count == b->cond_count &&
	       memcmp(a->archs, b->archs, a->arch_count * sizeof(*a->archs)) ==
		       0 &&
	       (a->rule_count == 0 ||
		memcmp(a->rules, b->rules, a->rule_count * sizeof(*a->rules)) ==
			0) &&
	       (a->cond_count == 0 ||
		memcmp(a->conds, b->conds, a->cond_count * sizeof(*a->conds)) ==
			0);
}

static bool uses(const struct changes *c, const struct model *m)
{
	return c->binds_only ? m->insn_count != 0 : m->has_seccomp;
}

void seccomp_changes(struct changes *c, const struct model *from,
		     const struct model *to)
{
	const bool was = uses(c, from), is = uses(c, to);
	const bool enforced = (from->insn_count | to->insn_count) != 0;
	const size_t before = c->count;

	if (was != is) {
		change_say(c, LAYER, is ? POLICY_TIGHTER : POLICY_LOOSER,
			   enforced, "%s: system calls are %s restricted",
			   c->service, is ? "now" : "no longer");
		return;
	}
	if (!was || profiles_equal(&from->profile, &to->profile))
		return;
	default_change(c, &from->profile, &to->profile, enforced);
	flags_change(c, &from->profile, &to->profile, enforced);
	archs_changes(c, &from->profile, &to->profile, enforced);
	/* It comes with nearly every other change, and then says nothing. */
	if (c->count == before)
		last_change(c, &from->profile, &to->profile, enforced);
}
