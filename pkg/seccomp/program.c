/* SPDX-License-Identifier: Apache-2.0 */
/* program.c - see program.h.
 *
 * Code is emitted from its end to its beginning: every target of a jump is
 * known when the jump is written, and one that is out of reach of an 8-bit
 * offset gets a stepping stone just behind it.
 */
#include "pkg/seccomp/program.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>

/* Two stepping stones may come between a jump and its target. */
#define REACH 252

#define DATA_NR	  offsetof(struct seccomp_data, nr)
#define DATA_ARCH offsetof(struct seccomp_data, arch)
/* Little-endian, as every architecture in profile.c's table is. */
#define DATA_LOW(i)  (offsetof(struct seccomp_data, args) + 8U * (i))
#define DATA_HIGH(i) (DATA_LOW(i) + 4)

/* [first, the next one's first): one body. */
struct interval {
	uint32_t first;
	uint32_t token;
	bool has_rules; /* else: ret for all of it */
	uint32_t ret;
};

struct emit {
	const struct profile *profile;
	struct sock_filter insns[PROGRAM_MAX];
	size_t at; /* first instruction that is written */
	bool is_full;
	struct interval *intervals; /* of one architecture */
	size_t interval_count;
};

/* A label is the index of an instruction that is already there. */
static size_t emit_insn(struct emit *g, uint16_t code, uint32_t k)
{
	if (g->at == 0) {
		g->is_full = true;
		return 0;
	}
	g->at--;
	g->insns[g->at] = (struct sock_filter){ .code = code, .k = k };
	return g->at;
}

static size_t emit_ret(struct emit *g, uint32_t value)
{
	return emit_insn(g, BPF_RET | BPF_K, value);
}

static size_t emit_load(struct emit *g, size_t offset)
{
	return emit_insn(g, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

/* A label within reach that leads to @label: itself, or a stepping stone. */
static size_t near(struct emit *g, size_t label)
{
	if (label - g->at <= REACH)
		return label;
	if (g->insns[label].code == (BPF_RET | BPF_K))
		return emit_ret(g, g->insns[label].k);
	/* The stone is written at at - 1 and jumps relative to at. */
	return emit_insn(g, BPF_JMP | BPF_JA, (uint32_t)(label - g->at));
}

static size_t emit_jump(struct emit *g, uint16_t op, uint32_t k, size_t yes,
			size_t no)
{
	size_t at;

	yes = near(g, yes);
	no = near(g, no);
	at = emit_insn(g, (uint16_t)(BPF_JMP | op | BPF_K), k);
	if (g->is_full)
		return 0;
	g->insns[at].jt = (uint8_t)(yes - at - 1);
	g->insns[at].jf = (uint8_t)(no - at - 1);
	return at;
}

/* ---- conditions -------------------------------------------------------- */

static size_t emit_equal(struct emit *g, unsigned index, uint64_t value,
			 size_t yes, size_t no)
{
	size_t low;

	(void)emit_jump(g, BPF_JEQ, (uint32_t)value, yes, no);
	low = emit_load(g, DATA_LOW(index));
	(void)emit_jump(g, BPF_JEQ, (uint32_t)(value >> 32), low, no);
	return emit_load(g, DATA_HIGH(index));
}

/* @op of the low halves (BPF_JGT or BPF_JGE) decides when the high are equal.
 */
static size_t emit_above(struct emit *g, unsigned index, uint16_t op,
			 uint64_t value, size_t yes, size_t no)
{
	const uint32_t high = (uint32_t)(value >> 32);
	size_t low, equal;

	(void)emit_jump(g, op, (uint32_t)value, yes, no);
	low = emit_load(g, DATA_LOW(index));
	equal = emit_jump(g, BPF_JEQ, high, low, no);
	(void)emit_jump(g, BPF_JGT, high, yes, equal);
	return emit_load(g, DATA_HIGH(index));
}

static size_t emit_masked(struct emit *g, unsigned index, uint64_t mask,
			  uint64_t value, size_t yes, size_t no)
{
	size_t low;

	(void)emit_jump(g, BPF_JEQ, (uint32_t)value, yes, no);
	(void)emit_insn(g, BPF_ALU | BPF_AND | BPF_K, (uint32_t)mask);
	low = emit_load(g, DATA_LOW(index));
	(void)emit_jump(g, BPF_JEQ, (uint32_t)(value >> 32), low, no);
	(void)emit_insn(g, BPF_ALU | BPF_AND | BPF_K, (uint32_t)(mask >> 32));
	return emit_load(g, DATA_HIGH(index));
}

static size_t emit_cond(struct emit *g, const struct cond *c, size_t yes,
			size_t no)
{
	switch (c->op) {
	case COND_EQ:
		return emit_equal(g, c->index, c->value, yes, no);
	case COND_NE:
		return emit_equal(g, c->index, c->value, no, yes);
	case COND_GT:
		return emit_above(g, c->index, BPF_JGT, c->value, yes, no);
	case COND_GE:
		return emit_above(g, c->index, BPF_JGE, c->value, yes, no);
	case COND_LE:
		return emit_above(g, c->index, BPF_JGT, c->value, no, yes);
	case COND_LT:
		return emit_above(g, c->index, BPF_JGE, c->value, no, yes);
	case COND_MASKED_EQ:
		return emit_masked(g, c->index, c->value, c->value_two, yes,
				   no);
	default:
		g->is_full = true;
		return 0;
	}
}

/* As emit_cond(), for an argument whose upper half counts as 0. */
static size_t emit_narrow(struct emit *g, const struct cond *c, size_t yes,
			  size_t no)
{
	const bool is_masked = c->op == COND_MASKED_EQ;
	const bool is_above =
		((is_masked ? c->value_two : c->value) >> 32) != 0;
	const uint32_t value = (uint32_t)(is_masked ? c->value_two : c->value);
	static const struct {
		uint16_t op;
		bool is_turned, when_above;
	} ops[] = {
		[COND_NE] = { BPF_JEQ, true, true },
		[COND_LT] = { BPF_JGE, true, true },
		[COND_LE] = { BPF_JGT, true, true },
		[COND_EQ] = { BPF_JEQ, false, false },
		[COND_GE] = { BPF_JGE, false, false },
		[COND_GT] = { BPF_JGT, false, false },
		[COND_MASKED_EQ] = { BPF_JEQ, false, false },
	};

	if (is_above)
		return ops[c->op].when_above ? yes : no;
	(void)emit_jump(g, ops[c->op].op, value,
			ops[c->op].is_turned ? no : yes,
			ops[c->op].is_turned ? yes : no);
	if (is_masked)
		(void)emit_insn(g, BPF_ALU | BPF_AND | BPF_K,
				(uint32_t)c->value);
	return emit_load(g, DATA_LOW(c->index));
}

/* The rules of one call, strictest first: the first that matches decides. */
static size_t emit_rules(struct emit *g, uint32_t token, uint32_t nr)
{
	size_t count, next;
	const struct rule *rules = profile_rules(g->profile, token, nr, &count);
	size_t (*const emit)(struct emit *, const struct cond *, size_t,
			     size_t) =
		token_is_narrow(token) ? emit_narrow : emit_cond;

	next = emit_ret(g, g->profile->default_ret);
	/* From the end, so the least strict is written first. Within one rank
	 * the rule written first in the document must be tested first. */
	for (int rank = 0; rank <= action_rank(SECCOMP_RET_KILL_PROCESS);
	     rank++)
		for (size_t i = count; i > 0 && !g->is_full; i--) {
			const struct rule *r = &rules[i - 1];
			size_t yes;

			if (action_rank(r->ret) != rank)
				continue;
			yes = emit_ret(g, r->ret);
			for (uint32_t k = r->count; k > 0 && !g->is_full; k--)
				yes = emit(g,
					   &g->profile->conds[r->first + k - 1],
					   yes, next);
			next = yes;
		}
	return next;
}

/* ---- numbers ----------------------------------------------------------- */

/* The later of two that begin at one number holds; neighbours with one value
 * become one. */
static void interval_add(struct emit *g, const struct interval *next)
{
	const struct interval *last;

	if (g->interval_count != 0 &&
	    g->intervals[g->interval_count - 1].first == next->first)
		g->interval_count--;
	last = g->interval_count ? &g->intervals[g->interval_count - 1] : NULL;
	if (last == NULL || last->has_rules || next->has_rules ||
	    last->ret != next->ret)
		g->intervals[g->interval_count++] = *next;
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

static void unnamed_add(struct emit *g, uint32_t token, uint32_t first)
{
	interval_add(g, &(struct interval){
				.first = first,
				.token = token,
				.ret = ret_unnamed(g->profile, token, first),
			});
}

/* All numbers of one token from @first on; the caller adds what follows. */
static void token_add(struct emit *g, uint32_t token, uint32_t first)
{
	const struct profile *p = g->profile;
	const struct profile_arch *a = profile_arch(p, token);

	unnamed_add(g, token, first);
	for (size_t i = 0; i < p->rule_count; i++) {
		const struct rule *r = &p->rules[i];
		struct interval body = { .first = r->nr, .token = token };
		size_t count;

		if (r->token != token ||
		    (i > 0 && r[-1].token == token && r[-1].nr == r->nr))
			continue;
		(void)profile_rules(p, token, r->nr, &count);
		body.has_rules = count != 1 || r->count != 0;
		body.ret = r->ret;
		interval_add(g, &body);
		if (r->nr != UINT32_MAX)
			unnamed_add(g, token, r->nr + 1);
	}
	/* The highest named number may be one whose rules were skipped. */
	if (a != NULL && a->has_last && a->last != UINT32_MAX &&
	    g->intervals[g->interval_count - 1].first <= a->last)
		unnamed_add(g, token, a->last + 1);
}

static size_t emit_search(struct emit *g, size_t low, size_t high)
{
	const size_t mid = low + (high - low) / 2;
	const struct interval *i = &g->intervals[low];
	size_t left, right;

	if (g->is_full)
		return 0;
	if (high - low == 1)
		return i->has_rules ? emit_rules(g, i->token, i->first)
				    : emit_ret(g, i->ret);
	right = emit_search(g, mid, high);
	left = emit_search(g, low, mid);
	return emit_jump(g, BPF_JGE, g->intervals[mid].first, right, left);
}

/* All 2^32 numbers that can come with one value of seccomp_data.arch. */
static size_t emit_arch(struct emit *g, uint32_t arch)
{
	g->interval_count = 0;
	token_add(g, arch, 0);
	if (arch == AUDIT_ARCH_X86_64)
		token_add(g, SCMP_ARCH_X32, X32_BIT);
	unnamed_add(g, arch, UINT32_MAX);
	(void)emit_search(g, 0, g->interval_count);
	return emit_load(g, DATA_NR);
}

int program_generate(const struct profile *profile, struct program *ret,
		     struct err *e)
{
	struct emit *g = calloc(1, sizeof(*g));
	size_t next;
	int r = 0;

	if (g == NULL)
		return err_set(e, ENOMEM, "out of memory");
	g->profile = profile;
	g->at = PROGRAM_MAX;
	g->intervals =
		calloc(2 * profile->rule_count + 16, sizeof(*g->intervals));
	if (g->intervals == NULL) {
		free(g);
		return err_set(e, ENOMEM, "out of memory");
	}
	next = emit_ret(g, BAD_ARCH_RET);
	for (size_t i = profile->arch_count; i > 0 && !g->is_full; i--) {
		const uint32_t token = profile->archs[i - 1].token;

		/* x32 calls come as x86-64 with a bit in the number. */
		if (token == SCMP_ARCH_X32 &&
		    profile_arch(profile, AUDIT_ARCH_X86_64) != NULL)
			continue;
		next = emit_jump(
			g, BPF_JEQ,
			token == SCMP_ARCH_X32 ? AUDIT_ARCH_X86_64 : token,
			emit_arch(g, AUDIT_ARCH_X86_64 == token ||
						     token == SCMP_ARCH_X32
					     ? AUDIT_ARCH_X86_64
					     : token),
			next);
	}
	(void)emit_load(g, DATA_ARCH);
	if (g->is_full) {
		r = err_set(e, E2BIG,
			    "the seccomp program would have more than %d "
			    "instructions",
			    PROGRAM_MAX);
	} else {
		ret->count = PROGRAM_MAX - g->at;
		for (size_t i = 0; i < ret->count; i++)
			ret->insns[i] = g->insns[g->at + i];
	}
	free(g->intervals);
	free(g);
	return r;
}

/* ---- the interpreter --------------------------------------------------- */

static int load(const struct seccomp_data *d, uint32_t offset, uint32_t *ret)
{
	const uint32_t words[] = {
		(uint32_t)d->nr,
		d->arch,
		(uint32_t)d->instruction_pointer,
		(uint32_t)(d->instruction_pointer >> 32),
	};

	if (offset % 4 != 0 || offset >= sizeof(*d))
		return -EINVAL;
	if (offset < sizeof(words))
		*ret = words[offset / 4];
	else
		*ret = (uint32_t)(d->args[(offset - 16) / 8] >>
				  (offset % 8 ? 32 : 0));
	return 0;
}

int program_run(const struct program *program, const struct seccomp_data *d,
		uint32_t *ret)
{
	uint32_t a = 0;
	bool taken;

	for (size_t pc = 0; pc < program->count; pc++) {
		const struct sock_filter *i = &program->insns[pc];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (load(d, i->k, &a) < 0)
				return -EINVAL;
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			continue;
		case BPF_RET | BPF_K:
			*ret = i->k;
			return 0;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			taken = a == i->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			taken = a > i->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			taken = a >= i->k;
			break;
		default:
			return -EINVAL;
		}
		pc += taken ? i->jt : i->jf;
	}
	return -EINVAL;
}
