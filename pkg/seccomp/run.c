/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - the interpreter of programs, and what can be said of one without
 * running it (program.h).
 */
#include <errno.h>
#include <stddef.h>

#include "pkg/seccomp/program.h"

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

/* Return: 1 the test jumps, 0 it does not, -EINVAL for none of ours. */
static int test(const struct sock_filter *i, uint32_t a)
{
	switch (i->code) {
	case BPF_JMP | BPF_JEQ | BPF_K:
		return a == i->k;
	case BPF_JMP | BPF_JGT | BPF_K:
		return a > i->k;
	case BPF_JMP | BPF_JGE | BPF_K:
		return a >= i->k;
	default:
		return -EINVAL;
	}
}

static inline int run(const struct program *program,
		      const struct seccomp_data *d, struct trace *t,
		      uint32_t *ret)
{
	uint64_t executed = 0;
	uint32_t a = 0;

	for (size_t pc = 0; pc < program->count; pc++) {
		const struct sock_filter *i = &program->insns[pc];
		int taken;

		executed++;
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
			if (t != NULL)
				t->executed += executed;
			return 0;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			continue;
		default:
			taken = test(i, a);
		}
		if (taken < 0)
			return -EINVAL;
		if (t != NULL)
			t->ways[pc] |= taken ? TRACE_TAKEN : TRACE_NOT_TAKEN;
		pc += taken ? i->jt : i->jf;
	}
	return -EINVAL;
}

int program_run(const struct program *program, const struct seccomp_data *d,
		uint32_t *ret)
{
	return run(program, d, NULL, ret);
}

int program_trace(const struct program *program, const struct seccomp_data *d,
		  struct trace *t, uint32_t *ret)
{
	return run(program, d, t, ret);
}

/* ---- without running it ------------------------------------------------ */

/* No profile speaks of it. */
#define DATA_POINTER offsetof(struct seccomp_data, instruction_pointer)
#define HELD_NOTHING UINT16_MAX
#define HELD_SEVERAL (UINT16_MAX - 1)

/* What the accumulator holds before an instruction, on every way to it: the
 * word of the call that lies at an offset, under a mask. */
struct held {
	bool is_reached;
	uint16_t offset;
	uint32_t mask;
};

/* Let the instruction @offset behind @from be seen as one that comes next. */
static int see(const struct program *p, struct held *held, size_t from,
	       uint64_t offset, const struct held *with)
{
	struct held *to;

	if (offset >= p->count - from - 1)
		return -EINVAL;
	to = &held[from + 1 + offset];
	if (!to->is_reached)
		*to = *with;
	else if (to->offset != with->offset || to->mask != with->mask)
		to->offset = HELD_SEVERAL;
	to->is_reached = true;
	return 0;
}

static int insn_check(const struct program *p, struct held *held, size_t at)
{
	const struct sock_filter *i = &p->insns[at];
	struct held h = held[at];

	if (!h.is_reached)
		return -EINVAL;
	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		if (i->k % 4 != 0 || i->k >= sizeof(struct seccomp_data) ||
		    i->k / 8 == DATA_POINTER / 8)
			return -EINVAL;
		h.offset = (uint16_t)i->k;
		h.mask = UINT32_MAX;
		return see(p, held, at, 0, &h);
	case BPF_RET | BPF_K:
		return 0;
	case BPF_JMP | BPF_JA:
		return see(p, held, at, i->k, &h);
	default:
		break;
	}
	/* Whoever looks at it must know what it is. */
	if (h.offset >= HELD_SEVERAL)
		return -EINVAL;
	if (i->code == (BPF_ALU | BPF_AND | BPF_K)) {
		h.mask &= i->k;
		return see(p, held, at, 0, &h);
	}
	if (test(i, 0) < 0 || see(p, held, at, i->jt, &h) < 0)
		return -EINVAL;
	return see(p, held, at, i->jf, &h);
}

int program_check(const struct program *program, struct err *e)
{
	struct held held[PROGRAM_MAX] = {
		{ .is_reached = true, .offset = HELD_NOTHING },
	};

	if (program->count == 0 || program->count > PROGRAM_MAX)
		return err_set(e, EPROTO, "a program of %zu instructions",
			       program->count);
	for (size_t at = 0; at < program->count; at++)
		if (insn_check(program, held, at) < 0)
			return err_set(e, EPROTO,
				       "instruction %zu of the seccomp program "
				       "is not one that can be proved: it is "
				       "not used",
				       at);
	return 0;
}
