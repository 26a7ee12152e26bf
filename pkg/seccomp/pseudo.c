/* SPDX-License-Identifier: Apache-2.0 */
/* pseudo.c - see pseudo.h.
 *
 * One walk from the first instruction to the last: as jumps only go forward,
 * everything that is known on the way to an instruction is known when it is
 * reached.
 */
#include "pkg/seccomp/pseudo.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>

/* What the accumulator holds and which calls can get here. */
struct state {
	bool is_reached, is_target;
	uint32_t offset;    /* of what was loaded from struct seccomp_data */
	bool is_masked;	    /* then with */
	uint32_t mask;	    /* this */
	uint32_t arch;	    /* 0: several */
	uint32_t low, high; /* the system calls' numbers */
};

struct print {
	const struct program *program;
	struct state *states;
	struct buf *out;
};

void arch_print(struct buf *out, uint32_t token)
{
	static const struct {
		uint32_t token;
		const char *name;
	} rows[] = {
		{ SCMP_ARCH_X86_64, "x86_64" },
		{ SCMP_ARCH_X86, "x86" },
		{ SCMP_ARCH_X32, "x32" },
		{ SCMP_ARCH_ARM, "arm" },
		{ SCMP_ARCH_AARCH64, "aarch64" },
		{ SCMP_ARCH_RISCV64, "riscv64" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].token == token) {
			buf_puts(out, rows[i].name);
			return;
		}
	buf_printf(out, "arch 0x%x", token);
}

/* Let @to also be reached in state @from. */
static void state_join(struct state *to, const struct state *from)
{
	const bool was_target = to->is_target;

	if (!to->is_reached) {
		*to = *from;
		to->is_reached = true;
		to->is_target = was_target;
		return;
	}
	if (to->arch != from->arch)
		to->arch = 0;
	if (to->low > from->low)
		to->low = from->low;
	if (to->high < from->high)
		to->high = from->high;
}

/* What is compared, as it stands in a condition. */
static void subject_print(struct print *p, const struct state *s)
{
	static const size_t args = offsetof(struct seccomp_data, args);

	if (s->is_masked)
		buf_puts(p->out, "(");
	if (s->offset == offsetof(struct seccomp_data, nr))
		buf_puts(p->out, "nr");
	else if (s->offset == offsetof(struct seccomp_data, arch))
		buf_puts(p->out, "arch");
	else if (s->offset >= args)
		buf_printf(p->out, "args[%zu].%s", (s->offset - args) / 8,
			   (s->offset & 4) != 0 ? "high" : "low");
	else
		buf_printf(p->out, "data[%u]", s->offset);
	if (s->is_masked)
		buf_printf(p->out, " & 0x%x)", s->mask);
}

static void number_print(struct print *p, const struct state *s, uint32_t nr)
{
	const uint32_t token = token_of(s->arch, nr);

	if (nr == UINT32_MAX) {
		buf_puts(p->out, "skipped by a tracer");
		return;
	}
	buf_puts(p->out, token == SCMP_ARCH_X32 ? "x32 " : "");
	syscall_print(p->out, token, nr);
}

static void value_print(struct print *p, const struct state *s, uint32_t k)
{
	if (s->offset == offsetof(struct seccomp_data, arch)) {
		arch_print(p->out, k);
		return;
	}
	if (s->offset != offsetof(struct seccomp_data, nr)) {
		buf_printf(p->out, "0x%x", k);
		return;
	}
	buf_printf(p->out, "%u (", k);
	number_print(p, s, k);
	buf_puts(p->out, ")");
}

/* Both ways of a jump, with what is known on each. */
static void jump_follow(struct print *p, size_t at)
{
	const struct sock_filter *i = &p->program->insns[at];
	const uint16_t op = BPF_OP(i->code);
	struct state yes = p->states[at], no = p->states[at];

	if (yes.offset == offsetof(struct seccomp_data, arch) && op == BPF_JEQ)
		yes.arch = i->k;
	if (yes.offset == offsetof(struct seccomp_data, nr)) {
		if (op == BPF_JEQ)
			yes.low = yes.high = i->k;
		if (op == BPF_JGE && i->k != 0) {
			yes.low = i->k > yes.low ? i->k : yes.low;
			no.high = i->k - 1 < no.high ? i->k - 1 : no.high;
		}
	}
	state_join(&p->states[at + 1 + i->jt], &yes);
	state_join(&p->states[at + 1 + i->jf], &no);
}

static void target_print(struct print *p, size_t target)
{
	buf_printf(p->out, "L%zu", target);
}

static void jump_print(struct print *p, size_t at)
{
	static const struct {
		uint16_t op;
		const char *text;
	} rows[] = { { BPF_JEQ, "==" }, { BPF_JGE, ">=" }, { BPF_JGT, ">" } };
	const struct sock_filter *i = &p->program->insns[at];
	const struct state *s = &p->states[at];

	buf_puts(p->out, "if ");
	subject_print(p, s);
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
		if (rows[k].op == BPF_OP(i->code))
			buf_printf(p->out, " %s ", rows[k].text);
	value_print(p, s, i->k);
	buf_puts(p->out, " goto ");
	target_print(p, at + 1 + i->jt);
	buf_puts(p->out, " else ");
	target_print(p, at + 1 + i->jf);
}

/* The only call that gets here, if it is only one. */
static void call_print(struct print *p, const struct state *s)
{
	if (s->arch == 0 || s->low != s->high)
		return;
	buf_puts(p->out, "\t; ");
	number_print(p, s, s->low);
}

/* Hand the state on to whatever comes after instruction @at. */
static int insn_follow(struct print *p, size_t at)
{
	const struct sock_filter *i = &p->program->insns[at];
	const size_t count = p->program->count;
	struct state next = p->states[at];

	if (i->code == (BPF_RET | BPF_K))
		return 0;
	if (BPF_CLASS(i->code) == BPF_JMP && i->code != (BPF_JMP | BPF_JA)) {
		if (at + 1 + i->jt >= count || at + 1 + i->jf >= count)
			return -EINVAL;
		p->states[at + 1 + i->jt].is_target = true;
		p->states[at + 1 + i->jf].is_target = true;
		jump_follow(p, at);
		return 0;
	}
	if (i->code == (BPF_JMP | BPF_JA)) {
		if (i->k >= count - at - 1)
			return -EINVAL;
		p->states[at + 1 + i->k].is_target = true;
		state_join(&p->states[at + 1 + i->k], &next);
		return 0;
	}
	if (at + 1 >= count)
		return -EINVAL;
	if (i->code == (BPF_LD | BPF_W | BPF_ABS)) {
		next.offset = i->k;
		next.is_masked = false;
	} else if (i->code == (BPF_ALU | BPF_AND | BPF_K)) {
		next.mask = i->k;
		next.is_masked = true;
	} else {
		return -EINVAL;
	}
	state_join(&p->states[at + 1], &next);
	return 0;
}

static void insn_print(struct print *p, size_t at)
{
	const struct sock_filter *i = &p->program->insns[at];
	struct state after = p->states[at];

	if (p->states[at].is_target)
		buf_printf(p->out, "L%zu:\n", at);
	buf_printf(p->out, "%6zu  ", at);
	if (i->code == (BPF_RET | BPF_K)) {
		buf_puts(p->out, "return ");
		action_print(p->out, i->k);
		call_print(p, &p->states[at]);
	} else if (i->code == (BPF_JMP | BPF_JA)) {
		buf_puts(p->out, "goto ");
		target_print(p, at + 1 + i->k);
	} else if (BPF_CLASS(i->code) == BPF_JMP) {
		jump_print(p, at);
		call_print(p, &p->states[at]);
	} else if (BPF_CLASS(i->code) == BPF_ALU) {
		buf_printf(p->out, "and 0x%x", i->k);
	} else {
		buf_puts(p->out, "load ");
		after.offset = i->k;
		after.is_masked = false;
		subject_print(p, &after);
	}
	buf_puts(p->out, "\n");
}

int program_print(const struct program *program, struct buf *out, struct err *e)
{
	struct print p = { .program = program, .out = out };
	int r = 0;

	p.states = calloc(program->count + 1, sizeof(*p.states));
	if (p.states == NULL)
		return err_set(e, ENOMEM, "out of memory");
	p.states[0] = (struct state){ .is_reached = true, .high = UINT32_MAX };
	for (size_t i = 0; i < program->count && r == 0; i++) {
		r = insn_follow(&p, i);
		if (r == 0)
			insn_print(&p, i);
	}
	free(p.states);
	if (r < 0)
		return err_set(e, EINVAL,
			       "an instruction that no generator of "
			       "bailiff's emits");
	return buf_error(out) < 0 ? err_set(e, ENOMEM, "out of memory") : 0;
}
