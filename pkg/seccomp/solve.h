/* SPDX-License-Identifier: Apache-2.0 */
/* solve.h - a call that takes one way out of one jump of a program, or the
 * knowledge that there is none.
 *
 * Every way through a program is a list of requirements on single 32-bit words
 * of the call (equal, greater, equal under a mask, or not), and those of one
 * word do not touch another, so a way can be gone exactly when each word alone
 * can be chosen.
 */
#ifndef PKG_SECCOMP_SOLVE_H
#define PKG_SECCOMP_SOLVE_H

#include "pkg/seccomp/program.h"

#define SOLVE_STEPS_MAX 2000000 /* of all searches in one program */

struct solver;

/**
 * solver_new() - for searches in @program.
 * @program: passed program_check(); borrowed.
 *
 * Return: NULL without memory.
 */
struct solver *solver_new(const struct program *program);
void solver_free(struct solver *s);

/**
 * solver_find() - a call that comes to the jump @at and leaves it so.
 * @is_taken: the test holds there.
 * @ret: written when there is one.
 *
 * Return: 1 found; 0 there is none; -E2BIG after SOLVE_STEPS_MAX steps or for
 * a test that only a mutilated program has: nobody knows.
 */
int solver_find(struct solver *s, size_t at, bool is_taken,
		struct seccomp_data *ret);

#endif
