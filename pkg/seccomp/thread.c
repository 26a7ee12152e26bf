/* SPDX-License-Identifier: Apache-2.0 */
/* thread.c - see thread.h.
 *
 * One walk from the first instruction to the last: as jumps only go forward,
 * everything that is known on the way to an instruction is known when the walk
 * comes to it.
 */
#include "pkg/seccomp/thread.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/auto.h"

#define WORDS	  (sizeof(struct seccomp_data) / 4)
#define WORD_NONE WORDS
#define FAR	  255 /* of a conditional jump */

/* What holds before an instruction. */
struct known {
	bool is_reached;
	uint8_t word; /* in the accumulator; WORD_NONE: a part of one */
	struct range {
		uint32_t low, high;
	} words[WORDS];
};

struct thread {
	struct sock_filter *insns;
	size_t count;
	struct known *known;
};

static void known_join(struct known *to, const struct known *from)
{
	if (!to->is_reached) {
		*to = *from;
		to->is_reached = true;
		return;
	}
	if (to->word != from->word)
		to->word = WORD_NONE;
	for (size_t i = 0; i < WORDS; i++) {
		if (from->words[i].low < to->words[i].low)
			to->words[i].low = from->words[i].low;
		if (from->words[i].high > to->words[i].high)
			to->words[i].high = from->words[i].high;
	}
}

static bool is_test(const struct sock_filter *i)
{
	return BPF_CLASS(i->code) == BPF_JMP && i->code != (BPF_JMP | BPF_JA);
}

static bool is_load(const struct sock_filter *i)
{
	return i->code == (BPF_LD | BPF_W | BPF_ABS);
}

/* Let @r know that the test @i of it went one way. A way that nobody can go
 * teaches nothing. */
static void range_test(struct range *r, const struct sock_filter *i,
		       bool is_taken)
{
	struct range n = *r;

	switch (BPF_OP(i->code)) {
	case BPF_JEQ:
		if (is_taken)
			n.low = n.high = i->k;
		else if (i->k == n.low)
			n.low += n.low < n.high;
		else if (i->k == n.high)
			n.high--;
		break;
	case BPF_JGE:
		if (is_taken && i->k > n.low)
			n.low = i->k;
		if (!is_taken && i->k != 0 && i->k - 1 < n.high)
			n.high = i->k - 1;
		break;
	case BPF_JGT:
		if (is_taken && i->k != UINT32_MAX && i->k + 1 > n.low)
			n.low = i->k + 1;
		if (!is_taken && i->k < n.high)
			n.high = i->k;
		break;
	default:
		break;
	}
	if (n.low <= n.high)
		*r = n;
}

/* Return: 1 the test jumps, 0 it does not, -1 nobody knows. */
static int answer(const struct range *r, const struct sock_filter *i)
{
	switch (i->code) {
	case BPF_JMP | BPF_JEQ | BPF_K:
		if (i->k < r->low || i->k > r->high)
			return 0;
		return r->low == r->high ? 1 : -1;
	case BPF_JMP | BPF_JGE | BPF_K:
		return r->low >= i->k ? 1 : r->high < i->k ? 0 : -1;
	case BPF_JMP | BPF_JGT | BPF_K:
		return r->low > i->k ? 1 : r->high <= i->k ? 0 : -1;
	default:
		return -1;
	}
}

/* Where the code at @at leads without doing anything. */
static size_t past_stones(const struct thread *t, size_t at)
{
	while (t->insns[at].code == (BPF_JMP | BPF_JA))
		at += 1 + t->insns[at].k;
	return at;
}

/* One step from @at for whoever knows @k; @at when there is none. */
static size_t step(const struct thread *t, const struct known *k, size_t at)
{
	const struct sock_filter *i = &t->insns[at];
	size_t to;
	int yes;

	if (is_load(i) && k->word == i->k / 4)
		return at + 1;
	if (is_test(i) && k->word != WORD_NONE) {
		yes = answer(&k->words[k->word], i);
		return yes < 0 ? at : at + 1 + (yes ? i->jt : i->jf);
	}
	if (!is_load(i) || !is_test(i + 1))
		return at;
	/* The accumulator would hold another word: no one may look at it. */
	yes = answer(&k->words[i->k / 4], i + 1);
	if (yes < 0)
		return at;
	to = past_stones(t, at + 2 + (yes ? i[1].jt : i[1].jf));
	return is_load(&t->insns[to]) || t->insns[to].code == (BPF_RET | BPF_K)
		       ? to
		       : at;
}

/* How far one way of the jump at @at may go: @offset, or further. */
static uint8_t follow(struct thread *t, const struct known *k, size_t at,
		      uint8_t offset)
{
	size_t to = at + 1 + offset;

	for (;;) {
		size_t next = past_stones(t, to);

		next = step(t, k, next);
		if (next == to || next - at - 1 > FAR)
			break;
		to = next;
	}
	known_join(&t->known[to], k);
	return (uint8_t)(to - at - 1);
}

static void test_thread(struct thread *t, size_t at)
{
	struct sock_filter *i = &t->insns[at];
	struct known yes = t->known[at], no = t->known[at];

	if (yes.word != WORD_NONE) {
		range_test(&yes.words[yes.word], i, true);
		range_test(&no.words[no.word], i, false);
	}
	i->jt = follow(t, &yes, at, i->jt);
	i->jf = follow(t, &no, at, i->jf);
}

static void insn_thread(struct thread *t, size_t at)
{
	const struct sock_filter *i = &t->insns[at];
	struct known *k = &t->known[at];

	if (!k->is_reached || i->code == (BPF_RET | BPF_K))
		return;
	if (is_test(i)) {
		test_thread(t, at);
		return;
	}
	if (i->code == (BPF_JMP | BPF_JA)) {
		known_join(&t->known[at + 1 + i->k], k);
		return;
	}
	k->word = is_load(i) ? (uint8_t)(i->k / 4) : WORD_NONE;
	known_join(&t->known[at + 1], k);
}

/* Take out what is not reached. @places: where each instruction goes. */
static size_t compact(struct thread *t, size_t *places)
{
	size_t n = 0;

	for (size_t at = 0; at < t->count; at++) {
		places[at] = n;
		n += t->known[at].is_reached;
	}
	for (size_t at = 0; at < t->count; at++) {
		struct sock_filter i = t->insns[at];
		const size_t from = places[at] + 1;

		if (!t->known[at].is_reached)
			continue;
		if (is_test(&i)) {
			i.jt = (uint8_t)(places[at + 1 + i.jt] - from);
			i.jf = (uint8_t)(places[at + 1 + i.jf] - from);
		} else if (i.code == (BPF_JMP | BPF_JA)) {
			i.k = (uint32_t)(places[at + 1 + i.k] - from);
		}
		t->insns[places[at]] = i;
	}
	return n;
}

int insns_thread(struct sock_filter *insns, size_t count, size_t *ret_count,
		 struct err *e)
{
	AUTO_MEM struct known *known = calloc(count, sizeof(*known));
	AUTO_MEM size_t *places = calloc(count, sizeof(*places));
	struct thread t = { .insns = insns, .count = count, .known = known };

	if (known == NULL || places == NULL)
		return err_set(e, ENOMEM, "out of memory");
	known[0] = (struct known){ .is_reached = true, .word = WORD_NONE };
	for (size_t i = 0; i < WORDS; i++)
		known[0].words[i].high = UINT32_MAX;
	for (size_t at = 0; at < count; at++)
		insn_thread(&t, at);
	*ret_count = compact(&t, places);
	return 0;
}
