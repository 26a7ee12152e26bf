/* SPDX-License-Identifier: Apache-2.0 */
/* program.c - see program.h. */
#include "pkg/seccomp/program.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/seccomp/emit.h"
#include "pkg/seccomp/reduce.h"
#include "pkg/seccomp/thread.h"

/* Code that is written again rather than reached over a stone. */
#define COPY_RULES_MAX 2

/* What holds for some numbers: one answer, or the rules of a call, which are
 * tested in order. */
struct body {
	uint32_t ret; /* when no rule decides */
	const struct rule *rules;
	size_t count;
	bool is_narrow;
	size_t label; /* of its code; EMIT_MAX: none yet */
};

/* [first, the next one's first): one body. */
struct interval {
	uint32_t first;
	size_t body;
	uint64_t weight; /* how near to the root of the search */
};

/* What the search decides between: one interval, or one of a single number
 * between two with one body. */
struct leaf {
	const struct interval *at;
	bool is_pair; /* at[0] and at[2], but at[1] */
	uint64_t weight;
};

struct generator {
	const struct profile *profile; /* reduced */
	struct emit *emit;
	struct body *bodies;
	size_t body_count;
	struct interval *intervals; /* of one architecture */
	size_t interval_count;
	struct leaf *leaves;
	size_t leaf_count;
};

/* ---- bodies ------------------------------------------------------------ */

static bool conds_same(const struct profile *p, const struct rule *a,
		       const struct rule *b)
{
	if (a->ret != b->ret || a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count && a->first != b->first; i++) {
		const struct cond *x = &p->conds[a->first + i];
		const struct cond *y = &p->conds[b->first + i];

		if (x->index != y->index || x->op != y->op ||
		    x->value != y->value || x->value_two != y->value_two)
			return false;
	}
	return true;
}

static bool body_same(const struct profile *p, const struct body *a,
		      const struct body *b)
{
	if (a->ret != b->ret || a->count != b->count ||
	    (a->count != 0 && a->is_narrow != b->is_narrow))
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!conds_same(p, &a->rules[i], &b->rules[i]))
			return false;
	return true;
}

/* The place of a body like @body: each is kept once. */
static size_t body_intern(struct generator *g, const struct body *body)
{
	for (size_t i = 0; i < g->body_count; i++)
		if (body_same(g->profile, &g->bodies[i], body))
			return i;
	g->bodies[g->body_count] = *body;
	g->bodies[g->body_count].label = EMIT_MAX;
	return g->body_count++;
}

/* The rules in order: the first that matches decides. */
static size_t body_emit(struct generator *g, struct body *b)
{
	struct emit *out = g->emit;
	size_t next;

	if (b->label < EMIT_MAX &&
	    (b->count > COPY_RULES_MAX || emit_reaches(out, b->label)))
		return b->label;
	next = emit_ret(out, b->ret);
	for (size_t i = b->count; i > 0 && !out->is_full; i--) {
		const struct rule *r = &b->rules[i - 1];
		size_t yes = emit_ret(out, r->ret);

		for (uint32_t k = r->count; k > 0; k--)
			yes = emit_cond(out,
					&g->profile->conds[r->first + k - 1],
					b->is_narrow, yes, next);
		next = yes;
	}
	b->label = next;
	return next;
}

/* ---- numbers ----------------------------------------------------------- */

/* The later of two that begin at one number holds; neighbours with one body
 * become one. */
static void interval_add(struct generator *g, uint32_t first, size_t body)
{
	if (g->interval_count != 0 &&
	    g->intervals[g->interval_count - 1].first == first)
		g->interval_count--;
	if (g->interval_count == 0 ||
	    g->intervals[g->interval_count - 1].body != body)
		g->intervals[g->interval_count++] =
			(struct interval){ .first = first, .body = body };
}

/* What holds for a number without rules: the default, or ENOSYS above the
 * highest that is named. */
static uint32_t ret_unnamed(const struct profile *p, uint32_t token,
			    uint32_t nr)
{
	const struct profile_arch *a = profile_arch(p, token);

	if (a == NULL)
		return BAD_ARCH_RET;
	if (a->has_last && nr > a->last && nr != UINT32_MAX &&
	    action_rank(p->default_ret) > action_rank(SECCOMP_RET_TRACE))
		return SECCOMP_RET_ERRNO | ENOSYS;
	return p->default_ret;
}

static void unnamed_add(struct generator *g, uint32_t token, uint32_t first)
{
	const struct body body = {
		.ret = ret_unnamed(g->profile, token, first),
	};

	interval_add(g, first, body_intern(g, &body));
}

static void call_add(struct generator *g, const struct rule *rules,
		     size_t count)
{
	struct body body = {
		.ret = g->profile->default_ret,
		.rules = rules,
		.count = count,
		.is_narrow = token_is_narrow(rules->token),
	};

	/* Nothing comes after one without conditions. */
	if (rules[count - 1].count == 0) {
		body.ret = rules[count - 1].ret;
		body.count--;
	}
	interval_add(g, rules->nr, body_intern(g, &body));
}

/* All numbers of one token from @first on; the caller adds what follows. */
static void token_add(struct generator *g, uint32_t token, uint32_t first)
{
	const struct profile *p = g->profile;
	const struct profile_arch *a = profile_arch(p, token);
	uint32_t last;

	unnamed_add(g, token, first);
	for (size_t i = 0, n; i < p->rule_count; i += n) {
		const struct rule *r = &p->rules[i];

		for (n = 1; i + n < p->rule_count; n++)
			if (r[n].token != r->token || r[n].nr != r->nr)
				break;
		if (r->token != token)
			continue;
		call_add(g, r, n);
		if (r->nr != UINT32_MAX)
			unnamed_add(g, token, r->nr + 1);
	}
	/* The highest named number may be one whose rules were skipped. */
	last = a != NULL && a->has_last ? a->last : UINT32_MAX;
	if (last != UINT32_MAX &&
	    g->intervals[g->interval_count - 1].first <= last)
		unnamed_add(g, token, last + 1);
}

/* ---- the search -------------------------------------------------------- */

/* Numbers are taken as equally frequent up to the highest named one; what lies
 * above it is never called but by mistake or on purpose. */
static void intervals_weigh(struct generator *g)
{
	uint32_t last = 0;

	for (size_t i = 0; i < g->profile->arch_count; i++)
		if (g->profile->archs[i].last < X32_BIT &&
		    g->profile->archs[i].last > last)
			last = g->profile->archs[i].last;
	for (size_t i = 0; i < g->interval_count; i++) {
		struct interval *at = &g->intervals[i];
		const uint32_t end = i + 1 < g->interval_count ? at[1].first - 1
							       : UINT32_MAX;

		at->weight = 1;
		if (at->first <= last)
			at->weight = (end < last ? end : last) - at->first + 1;
	}
}

static bool is_pair(const struct generator *g, size_t i)
{
	const struct interval *at = &g->intervals[i];

	return i + 2 < g->interval_count && at[0].body == at[2].body &&
	       at[2].first - at[1].first == 1;
}

static void leaves_make(struct generator *g)
{
	g->leaf_count = 0;
	for (size_t i = 0; i < g->interval_count;) {
		struct leaf *leaf = &g->leaves[g->leaf_count++];
		const struct interval *at = &g->intervals[i];

		*leaf = (struct leaf){ .at = at, .weight = at->weight };
		leaf->is_pair = is_pair(g, i);
		if (leaf->is_pair)
			leaf->weight += at[1].weight + at[2].weight;
		i += leaf->is_pair ? 3 : 1;
	}
}

/* Where the weights of both sides are most alike. */
static size_t middle(const struct leaf *leaves, size_t low, size_t high)
{
	uint64_t total = 0, left = leaves[low].weight;
	size_t mid = low + 1;

	for (size_t i = low; i < high; i++)
		total += leaves[i].weight;
	while (mid + 1 < high && 2 * left + leaves[mid].weight <= total)
		left += leaves[mid++].weight;
	return mid;
}

static size_t leaf_emit(struct generator *g, const struct leaf *leaf)
{
	size_t around, only;

	around = body_emit(g, &g->bodies[leaf->at->body]);
	if (!leaf->is_pair)
		return around;
	only = body_emit(g, &g->bodies[leaf->at[1].body]);
	return emit_jump(g->emit, BPF_JEQ, leaf->at[1].first, only, around);
}

static size_t search_emit(struct generator *g, size_t low, size_t high)
{
	size_t mid, left, right;

	if (g->emit->is_full)
		return 0;
	if (high - low == 1)
		return leaf_emit(g, &g->leaves[low]);
	mid = middle(g->leaves, low, high);
	right = search_emit(g, mid, high);
	left = search_emit(g, low, mid);
	return emit_jump(g->emit, BPF_JGE, g->leaves[mid].at->first, right,
			 left);
}

/* All 2^32 numbers that can come with one value of seccomp_data.arch. */
static size_t arch_emit(struct generator *g, uint32_t arch)
{
	size_t root;

	g->interval_count = 0;
	token_add(g, arch, 0);
	if (arch == AUDIT_ARCH_X86_64)
		token_add(g, SCMP_ARCH_X32, X32_BIT);
	unnamed_add(g, arch, UINT32_MAX);
	intervals_weigh(g);
	leaves_make(g);
	root = search_emit(g, 0, g->leaf_count);
	/* One answer for every number. */
	if (g->leaf_count == 1 && !g->leaves[0].is_pair &&
	    g->bodies[g->leaves[0].at->body].count == 0)
		return root;
	/* A load falls into what was written last. */
	if (root != g->emit->at)
		(void)emit_goto(g->emit, root);
	return emit_load(g->emit, DATA_NR);
}

/* The first one listed is tested first. */
static void archs_emit(struct generator *g)
{
	const struct profile *p = g->profile;
	size_t next = emit_ret(g->emit, BAD_ARCH_RET);

	for (size_t i = p->arch_count; i > 0 && !g->emit->is_full; i--) {
		uint32_t arch = p->archs[i - 1].token;

		/* x32 calls come as x86-64 with a bit in the number. */
		if (arch == SCMP_ARCH_X32) {
			arch = AUDIT_ARCH_X86_64;
			if (profile_arch(p, arch) != NULL)
				continue;
		}
		next = emit_jump(g->emit, BPF_JEQ, arch, arch_emit(g, arch),
				 next);
	}
	(void)emit_load(g->emit, DATA_ARCH);
}

static int program_finish(struct emit *out, struct program *ret, struct err *e)
{
	size_t count = 0;
	int r = 0;

	if (!out->is_full)
		r = insns_thread(out->insns + out->at, EMIT_MAX - out->at,
				 &count, e);
	if (r < 0)
		return r;
	if (out->is_full || count > PROGRAM_MAX)
		return err_set(e, E2BIG,
			       "the seccomp program would have more than %d "
			       "instructions",
			       PROGRAM_MAX);
	memcpy(ret->insns, out->insns + out->at, count * sizeof(*ret->insns));
	ret->count = count;
	return 0;
}

int program_generate(const struct profile *profile, struct program *ret,
		     struct err *e)
{
	const size_t most = 2 * profile->rule_count + 16;
	AUTO_DONE(profile_done) struct profile reduced = { 0 };
	AUTO_MEM struct emit *emit = malloc(sizeof(*emit));
	AUTO_MEM struct body *bodies = calloc(most, sizeof(*bodies));
	AUTO_MEM struct interval *intervals = calloc(most, sizeof(*intervals));
	AUTO_MEM struct leaf *leaves = calloc(most, sizeof(*leaves));
	struct generator g = {
		.profile = &reduced,
		.emit = emit,
		.bodies = bodies,
		.intervals = intervals,
		.leaves = leaves,
	};
	int r;

	if (emit == NULL || bodies == NULL || intervals == NULL ||
	    leaves == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r = profile_reduce(profile, &reduced, NULL, e);
	if (r < 0)
		return r;
	emit_init(emit);
	archs_emit(&g);
	return program_finish(emit, ret, e);
}
