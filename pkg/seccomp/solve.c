/* SPDX-License-Identifier: Apache-2.0 */
/* solve.c - see solve.h.
 *
 * A search from the first instruction on, over the ways from which the jump can
 * be reached. What the last tests before the jump require is required from the
 * start, so that a wrong turn is seen early.
 */
#include "pkg/seccomp/solve.h"

#include <errno.h>
#include <stdlib.h>

#define WORDS (sizeof(struct seccomp_data) / 4)

/* What the accumulator holds: a word of the call, under a mask. */
struct held {
	uint32_t word, mask;
};

/* low <= w <= high, (w & mask) == value, and no exception holds. @witness is
 * such a w. */
struct word {
	uint32_t low, high;
	uint32_t mask, value;
	uint32_t witness;
};

/* (w & mask) != value of one word. */
struct except {
	uint32_t word;
	uint32_t mask, value;
};

struct solver {
	const struct program *program;
	struct word words[WORDS];
	struct except excepts[2 * PROGRAM_MAX];
	size_t except_count;
	uint64_t steps;

	/* Of the branch that is looked for. */
	size_t at;
	bool is_taken;
	bool leads[PROGRAM_MAX]; /* from here it can be reached */

	/* Of the program. */
	uint16_t before_count[PROGRAM_MAX]; /* ways that lead here */
	uint16_t before[PROGRAM_MAX];	    /* one of them */
	struct held held[PROGRAM_MAX];	    /* mask 0: not always the same */
};

/* ---- one word ---------------------------------------------------------- */

struct find {
	struct solver *s;
	uint32_t which;
	const struct word *word;
};

/* Whether an exception holds for every word that begins as @v, whose lowest
 * bits in @open are not chosen yet; @ret_matters: those of them that decide. */
static bool is_excepted(const struct find *f, uint32_t v, uint32_t open,
			uint32_t *ret_matters)
{
	const struct solver *s = f->s;

	*ret_matters = 0;
	for (size_t i = 0; i < s->except_count; i++) {
		const struct except *x = &s->excepts[i];

		if (x->word != f->which ||
		    ((v ^ x->value) & x->mask & ~open) != 0)
			continue;
		if ((x->mask & open) == 0)
			return true;
		*ret_matters |= x->mask & open;
	}
	return false;
}

/* Choose the bits below @bits from the highest on. Return: 1 with the word in
 * @ret; 0 there is none; -E2BIG. */
static int word_find(struct find *f, unsigned bits, uint32_t v, uint32_t *ret)
{
	const uint32_t open = (uint32_t)((1ULL << bits) - 1);
	const struct word *w = f->word;
	uint32_t matters, bit;
	int r = 0;

	f->s->steps += 1 + f->s->except_count / 16;
	if (f->s->steps > SOLVE_STEPS_MAX)
		return -E2BIG;
	if (v > w->high || (v | open) < w->low ||
	    ((v ^ w->value) & w->mask & ~open) != 0 ||
	    is_excepted(f, v, open, &matters))
		return 0;
	if (bits == 0) {
		*ret = v;
		return 1;
	}
	bit = 1U << (bits - 1);
	r = word_find(f, bits - 1, v | (w->value & bit), ret);
	if (r != 0 || (w->mask & bit) != 0)
		return r;
	/* Turned, it would only fail in the same way. */
	if ((matters & bit) == 0 && v >= w->low && (v | open) <= w->high)
		return 0;
	return word_find(f, bits - 1, v | bit, ret);
}

static bool word_has(const struct word *w, uint32_t v)
{
	return v >= w->low && v <= w->high && (v & w->mask) == w->value;
}

/* Let the word have a witness again after it got a requirement more. */
static int word_choose(struct solver *s, uint32_t which, bool still_fits)
{
	struct word *w = &s->words[which];
	struct find f = { .s = s, .which = which, .word = w };

	if (++s->steps > SOLVE_STEPS_MAX)
		return -E2BIG;
	if (still_fits && word_has(w, w->witness))
		return 1;
	return w->low <= w->high ? word_find(&f, 32, 0, &w->witness) : 0;
}

/* ---- one test ---------------------------------------------------------- */

static int equal_require(struct solver *s, const struct held *h, uint32_t k,
			 bool is_taken)
{
	struct word *w = &s->words[h->word];

	if ((k & ~h->mask) != 0)
		return !is_taken;
	if (!is_taken) {
		s->excepts[s->except_count++] = (struct except){
			.word = h->word, .mask = h->mask, .value = k
		};
		return word_choose(s, h->word, (w->witness & h->mask) != k);
	}
	if (((w->value ^ k) & w->mask & h->mask) != 0)
		return 0;
	w->mask |= h->mask;
	w->value |= k;
	return word_choose(s, h->word, true);
}

/* Return: 1 when the word can still be chosen; 0 not; -E2BIG. */
static int test_require(struct solver *s, const struct held *h,
			const struct sock_filter *i, bool is_taken)
{
	struct word *w = &s->words[h->word];
	const bool is_greater = BPF_OP(i->code) == BPF_JGT;

	if (BPF_OP(i->code) == BPF_JEQ)
		return equal_require(s, h, i->k, is_taken);
	if (h->mask != UINT32_MAX)
		return -E2BIG;
	/* Nothing is above all ones, or below 0. */
	if (is_taken ? is_greater && i->k == UINT32_MAX
		     : !is_greater && i->k == 0)
		return 0;
	if (is_taken && i->k + is_greater > w->low)
		w->low = i->k + is_greater;
	if (!is_taken && i->k - !is_greater < w->high)
		w->high = i->k - !is_greater;
	return word_choose(s, h->word, true);
}

/* ---- the ways ---------------------------------------------------------- */

static bool is_test(const struct sock_filter *i)
{
	return BPF_CLASS(i->code) == BPF_JMP && i->code != (BPF_JMP | BPF_JA);
}

/* What the accumulator holds after @i, if it held @h. */
static struct held held_after(struct held h, const struct sock_filter *i)
{
	if (BPF_CLASS(i->code) == BPF_LD)
		return (struct held){ .word = i->k / 4, .mask = UINT32_MAX };
	if (BPF_CLASS(i->code) == BPF_ALU)
		h.mask &= i->k;
	return h;
}

static size_t after(const struct sock_filter *i, size_t at, bool is_taken)
{
	if (is_test(i))
		return at + 1 + (is_taken ? i->jt : i->jf);
	return at + 1 + (i->code == (BPF_JMP | BPF_JA) ? i->k : 0);
}

/* From @pc on, to the branch. Return: as solver_find(). */
static int way_find(struct solver *s, size_t pc, struct held held)
{
	const struct sock_filter *i = &s->program->insns[pc];

	for (; !is_test(i); i = &s->program->insns[pc]) {
		held = held_after(held, i);
		pc = after(i, pc, false);
	}
	for (unsigned turn = 0; turn < 2; turn++) {
		const bool is_taken = turn == 0;
		const size_t next = after(i, pc, is_taken);
		const struct word word = s->words[held.word];
		const size_t except_count = s->except_count;
		int r;

		if (pc == s->at ? is_taken != s->is_taken : !s->leads[next])
			continue;
		r = test_require(s, &held, i, is_taken);
		if (r == 1 && pc != s->at)
			r = way_find(s, next, held);
		if (r != 0)
			return r;
		s->words[held.word] = word;
		s->except_count = except_count;
	}
	return 0;
}

/* Mark from where the jump can be reached; only ways forward are there. */
static void leads_mark(struct solver *s)
{
	for (size_t i = 0; i < s->program->count; i++)
		s->leads[i] = i == s->at;
	for (size_t i = s->at; i > 0; i--) {
		const struct sock_filter *insn = &s->program->insns[i - 1];

		if (insn->code == (BPF_RET | BPF_K))
			continue;
		s->leads[i - 1] = s->leads[after(insn, i - 1, true)] ||
				  s->leads[after(insn, i - 1, false)];
	}
}

/* Require what every way to the branch requires: the branch itself, and the
 * tests before it as long as there is one way only. */
static int last_require(struct solver *s)
{
	size_t at = s->at;
	bool is_taken = s->is_taken;

	for (;;) {
		const struct sock_filter *i = &s->program->insns[at];
		int r = 1;

		if (is_test(i) && s->held[at].mask != 0)
			r = test_require(s, &s->held[at], i, is_taken);
		if (r != 1)
			return r;
		if (s->before_count[at] != 1)
			return 1;
		i = &s->program->insns[s->before[at]];
		is_taken = is_test(i) && after(i, s->before[at], true) == at;
		at = s->before[at];
	}
}

int solver_find(struct solver *s, size_t at, bool is_taken,
		struct seccomp_data *ret)
{
	const uint32_t *w[WORDS];
	int r;

	for (size_t i = 0; i < WORDS; i++)
		s->words[i] = (struct word){ .high = UINT32_MAX };
	s->except_count = 0;
	s->at = at;
	s->is_taken = is_taken;
	leads_mark(s);
	r = last_require(s);
	if (r == 1)
		r = way_find(s, 0, (struct held){ 0 });
	if (r != 1)
		return r;
	for (size_t i = 0; i < WORDS; i++)
		w[i] = &s->words[i].witness;
	*ret = (struct seccomp_data){ .nr = (int)*w[0], .arch = *w[1] };
	ret->instruction_pointer = (uint64_t)*w[3] << 32 | *w[2];
	for (size_t i = 0; i < 6; i++)
		ret->args[i] = (uint64_t)*w[5 + 2 * i] << 32 | *w[4 + 2 * i];
	return 1;
}

/* ---- the program ------------------------------------------------------- */

static void way_add(struct solver *s, size_t from, size_t to,
		    const struct held *held)
{
	struct held *h = &s->held[to];

	if (s->before_count[to] == 0)
		*h = *held;
	else if (h->word != held->word || h->mask != held->mask)
		h->mask = 0;
	s->before[to] = (uint16_t)from;
	s->before_count[to]++;
}

static void ways_collect(struct solver *s)
{
	for (size_t at = 0; at < s->program->count; at++) {
		const struct sock_filter *i = &s->program->insns[at];
		const struct held held = held_after(s->held[at], i);

		if (i->code == (BPF_RET | BPF_K))
			continue;
		way_add(s, at, after(i, at, true), &held);
		if (is_test(i))
			way_add(s, at, after(i, at, false), &held);
	}
}

struct solver *solver_new(const struct program *program)
{
	struct solver *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->program = program;
	ways_collect(s);
	return s;
}

void solver_free(struct solver *s)
{
	free(s);
}
