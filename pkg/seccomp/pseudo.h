/* SPDX-License-Identifier: Apache-2.0 */
/* pseudo.h - a generated program to be read: labels, names, conditions. */
#ifndef PKG_SECCOMP_PSEUDO_H
#define PKG_SECCOMP_PSEUDO_H

#include "pkg/seccomp/program.h"

/* "x86_64" and the like for libseccomp's token or AUDIT_ARCH_*; "arch 0x.."
 * for one without a name. */
void arch_print(struct buf *out, uint32_t token);

/**
 * program_print() - append @program, one instruction a line.
 * @program: of program_generate(): it jumps forward only.
 *
 * Each line has the instruction's number and what it does; where only one
 * system call can get there, its name follows. Targets of jumps have labels.
 *
 * Return: 0; -EINVAL for an instruction that the generator never emits;
 * -ENOMEM.
 */
int program_print(const struct program *program, struct buf *out,
		  struct err *e);

#endif
