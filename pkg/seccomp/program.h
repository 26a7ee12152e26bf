/* SPDX-License-Identifier: Apache-2.0 */
/* program.h - a profile as classic BPF, an interpreter that runs it, and the
 * proof that both mean the same.
 *
 * The architecture first, then a search over ranges of numbers, the large
 * ones nearest; per call with arguments a disjunction of conjunctions in which
 * both 32-bit halves are always compared. Rules are never merged into trees:
 * they are left out when they decide nothing (reduce.h), and what a test would
 * ask again is jumped over (thread.h). program_prove() holds the result against
 * profile_verdict(), which knows nothing of all that.
 */
#ifndef PKG_SECCOMP_PROGRAM_H
#define PKG_SECCOMP_PROGRAM_H

#include <linux/filter.h>

#include "pkg/seccomp/profile.h"

#define PROGRAM_MAX BPF_MAXINSNS /* 4096 */

struct program {
	struct sock_filter insns[PROGRAM_MAX];
	size_t count;
};

/**
 * program_generate() - the program for @profile.
 * @ret: written on success only.
 *
 * Return: 0; -E2BIG when it would have more than PROGRAM_MAX instructions;
 * -ENOMEM.
 */
int program_generate(const struct profile *profile, struct program *ret,
		     struct err *e);

/**
 * program_run() - what the kernel would return for one call.
 *
 * Return: 0 and the value in @ret; -EINVAL for an instruction the generator
 * never emits, a load outside the data or a program without an end.
 */
int program_run(const struct program *program, const struct seccomp_data *d,
		uint32_t *ret);

/* What runs of one program passed through. */
#define TRACE_TAKEN	1
#define TRACE_NOT_TAKEN 2
struct trace {
	uint64_t executed;	   /* instructions */
	uint8_t ways[PROGRAM_MAX]; /* of each conditional jump */
};

/* As program_run(), and adds to @t. */
int program_trace(const struct program *program, const struct seccomp_data *d,
		  struct trace *t, uint32_t *ret);

/**
 * program_check() - what can be said of a program without running it.
 *
 * Every instruction is one of the generator's and reached by some way, loads
 * are of a whole word inside of the data, jumps go forward and stay inside,
 * every way ends in a return, and what is tested is the same word of the call,
 * under the same mask, on every way to the test.
 *
 * Return: 0; -EPROTO with the first instruction that is not so in @e.
 */
int program_check(const struct program *program, struct err *e);

struct proof {
	uint64_t points; /* calls that were compared */
	bool is_sampled; /* some call had too many argument combinations to
			  * visit all of them */
	uint32_t instructions;
	uint32_t branches; /* ways out of conditional jumps */
	uint32_t reached;  /* of them, by a call that was compared */
	uint32_t dead;	   /* by no call: no arguments lead there */
};

/**
 * program_prove() - run @program against the plain meaning of @profile.
 *
 * At every boundary: each named number and its neighbours, with and without
 * the x32 bit, at each listed architecture and at such that are not; for each
 * constant c that an argument is compared with, while the other arguments fit
 * the rule: c-1, c, c+1, all of them +- 2^32, c with its halves swapped and
 * each half replaced, and bits inside and outside of masks; then the nearest of
 * these values in all combinations of the arguments of all rules of the call
 * (above PROVE_COMBINATIONS_MAX of one call: that many chosen by a fixed
 * sequence). Then at every branch that none of them reached: a call that does
 * reach it is looked for (solve.h) and compared too, or there is none and the
 * branch is dead. No other call comes to the code of one that is named
 * (route.h).
 *
 * Return: 0; -EPROTO with the first call on which they differ in @e, or from
 * program_check() and program_routes(); -E2BIG when the profile has too many
 * argument rules to be proved.
 */
#define PROVE_COMBINATIONS_MAX 16384
#define PROVE_POINTS_MAX       1000000
#define PROVE_WORK_MAX	       64000000 /* points times rules of their calls */
int program_prove(const struct profile *profile, const struct program *program,
		  struct proof *ret, struct err *e);

/* What to do about a profile with too many. */
#define PROVE_HINT                                                      \
	"give one call fewer rules, or rules with conditions on fewer " \
	"arguments: ranges and masks instead of many values"

/**
 * profile_visit() - call @visit for every boundary of @profile (above).
 *
 * Return: 0; what @visit returned when it was not 0; -E2BIG.
 */
typedef int profile_visit_fn(void *ctx, const struct seccomp_data *d);
int profile_visit(const struct profile *profile, profile_visit_fn *visit,
		  void *ctx, bool *ret_sampled, struct err *e);

/**
 * seccomp_allow_list() - the proved program that allows these calls natively
 * and gives @other for everything else (SECCOMP_RET_ERRNO | EPERM).
 * @names: ended by NULL.
 *
 * Return: 0; -EINVAL for a name that does not exist; -EPROTO; -E2BIG; -ENOMEM.
 */
int seccomp_allow_list(const char *const *names, uint32_t other,
		       struct program *ret, struct err *e);

#endif
