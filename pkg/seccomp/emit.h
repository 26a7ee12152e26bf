/* SPDX-License-Identifier: Apache-2.0 */
/* emit.h - instructions, written from the end of a program to its beginning.
 *
 * So every target of a jump is there when the jump is written, and one that is
 * out of reach of an 8-bit offset gets a stepping stone just behind it. A label
 * is the index of an instruction that is already there.
 */
#ifndef PKG_SECCOMP_EMIT_H
#define PKG_SECCOMP_EMIT_H

#include "pkg/seccomp/program.h"

/* More than a program may have: passes that come later make it shorter. */
#define EMIT_MAX     (2 * PROGRAM_MAX)
#define EMIT_RETURNS 16 /* values whose last return is remembered */

#define DATA_NR	  offsetof(struct seccomp_data, nr)
#define DATA_ARCH offsetof(struct seccomp_data, arch)
/* Little-endian, as every architecture in profile.c's table is. */
#define DATA_LOW(i)  (offsetof(struct seccomp_data, args) + 8U * (i))
#define DATA_HIGH(i) (DATA_LOW(i) + 4)

struct emit {
	struct sock_filter insns[EMIT_MAX];
	size_t at;    /* first instruction that is written; EMIT_MAX: none */
	bool is_full; /* there was no room: everything after it is void */
	struct {
		uint32_t value;
		size_t label;
	} returns[EMIT_RETURNS];
	size_t return_count;
};

void emit_init(struct emit *g);

size_t emit_load(struct emit *g, size_t offset);

/* A return of @value: one that is within reach, or a new one. */
size_t emit_ret(struct emit *g, uint32_t value);

/* @op is BPF_JEQ, BPF_JGT or BPF_JGE. */
size_t emit_jump(struct emit *g, uint16_t op, uint32_t k, size_t yes,
		 size_t no);

size_t emit_goto(struct emit *g, size_t label);

/* Whether a jump that is written next reaches @label without a stone. */
bool emit_reaches(const struct emit *g, size_t label);

/**
 * emit_cond() - load one argument and go to @yes when the condition holds.
 * @is_narrow: the argument's upper half counts as 0.
 *
 * Both halves are compared, save one that cannot change the answer (that a mask
 * leaves out, or below a constant that ends in zeros).
 */
size_t emit_cond(struct emit *g, const struct cond *c, bool is_narrow,
		 size_t yes, size_t no);

#endif
