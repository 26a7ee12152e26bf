/* SPDX-License-Identifier: Apache-2.0 */
/* emit.c - see emit.h. */
#include "pkg/seccomp/emit.h"

#include <stddef.h>

/* Two stepping stones may come between a jump and its target. */
#define REACH 252

void emit_init(struct emit *g)
{
	g->at = EMIT_MAX;
	g->is_full = false;
	g->return_count = 0;
}

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

size_t emit_load(struct emit *g, size_t offset)
{
	return emit_insn(g, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

bool emit_reaches(const struct emit *g, size_t label)
{
	return label - g->at <= REACH;
}

size_t emit_ret(struct emit *g, uint32_t value)
{
	size_t i = 0;

	while (i < g->return_count && g->returns[i].value != value)
		i++;
	if (i < g->return_count && emit_reaches(g, g->returns[i].label))
		return g->returns[i].label;
	if (i == EMIT_RETURNS)
		i = value % EMIT_RETURNS;
	else if (i == g->return_count)
		g->return_count++;
	g->returns[i].value = value;
	g->returns[i].label = emit_insn(g, BPF_RET | BPF_K, value);
	return g->returns[i].label;
}

/* The jump is written at at - 1 and counts from at. */
size_t emit_goto(struct emit *g, size_t label)
{
	return emit_insn(g, BPF_JMP | BPF_JA, (uint32_t)(label - g->at));
}

/* A label within reach that leads to @label: itself, or a stepping stone. */
static size_t near(struct emit *g, size_t label)
{
	if (g->is_full || emit_reaches(g, label))
		return label;
	if (g->insns[label].code == (BPF_RET | BPF_K))
		return emit_ret(g, g->insns[label].k);
	return emit_goto(g, label);
}

size_t emit_jump(struct emit *g, uint16_t op, uint32_t k, size_t yes, size_t no)
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
	const uint32_t high = (uint32_t)(value >> 32), low = (uint32_t)value;
	size_t next;

	/* What the low half holds does not matter beside such a constant. */
	if (op == BPF_JGE ? low == 0 : low == UINT32_MAX) {
		(void)emit_jump(g, op, high, yes, no);
		return emit_load(g, DATA_HIGH(index));
	}
	(void)emit_jump(g, op, low, yes, no);
	next = emit_load(g, DATA_LOW(index));
	/* No half is below 0 or above all ones. */
	next = emit_jump(g, BPF_JEQ, high, next, high == 0 ? yes : no);
	if (high != 0 && high != UINT32_MAX)
		(void)emit_jump(g, BPF_JGT, high, yes, next);
	return emit_load(g, DATA_HIGH(index));
}

static size_t emit_masked_half(struct emit *g, size_t offset, uint32_t mask,
			       uint32_t value, size_t yes, size_t no)
{
	/* Every half fits an empty mask; with bits beside it none fits. */
	if (mask == 0)
		return value == 0 ? yes : no;
	(void)emit_jump(g, BPF_JEQ, value, yes, no);
	if (mask != UINT32_MAX)
		(void)emit_insn(g, BPF_ALU | BPF_AND | BPF_K, mask);
	return emit_load(g, offset);
}

static size_t emit_masked(struct emit *g, const struct cond *c, size_t yes,
			  size_t no)
{
	const size_t low =
		emit_masked_half(g, DATA_LOW(c->index), (uint32_t)c->value,
				 (uint32_t)c->value_two, yes, no);

	return emit_masked_half(g, DATA_HIGH(c->index),
				(uint32_t)(c->value >> 32),
				(uint32_t)(c->value_two >> 32), low, no);
}

static size_t emit_wide(struct emit *g, const struct cond *c, size_t yes,
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
		return emit_masked(g, c, yes, no);
	default:
		g->is_full = true;
		return 0;
	}
}

static size_t emit_narrow(struct emit *g, const struct cond *c, size_t yes,
			  size_t no)
{
	const bool is_masked = c->op == COND_MASKED_EQ;
	const uint64_t value = is_masked ? c->value_two : c->value;
	/* clang-format off */
	static const struct {
		uint16_t op;
		bool is_turned, when_above;
	} ops[] = {
		[COND_NE] =        { BPF_JEQ, true,  true },
		[COND_LT] =        { BPF_JGE, true,  true },
		[COND_LE] =        { BPF_JGT, true,  true },
		[COND_EQ] =        { BPF_JEQ, false, false },
		[COND_GE] =        { BPF_JGE, false, false },
		[COND_GT] =        { BPF_JGT, false, false },
		[COND_MASKED_EQ] = { BPF_JEQ, false, false },
	};
	/* clang-format on */

	if (value >> 32 != 0)
		return ops[c->op].when_above ? yes : no;
	if (is_masked)
		return emit_masked_half(g, DATA_LOW(c->index),
					(uint32_t)c->value, (uint32_t)value,
					yes, no);
	(void)emit_jump(g, ops[c->op].op, (uint32_t)value,
			ops[c->op].is_turned ? no : yes,
			ops[c->op].is_turned ? yes : no);
	return emit_load(g, DATA_LOW(c->index));
}

size_t emit_cond(struct emit *g, const struct cond *c, bool is_narrow,
		 size_t yes, size_t no)
{
	return is_narrow ? emit_narrow(g, c, yes, no)
			 : emit_wide(g, c, yes, no);
}
