/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - from which seed, how long, and what is told meanwhile. */
#ifndef TEST_DIFF_RUN_H
#define TEST_DIFF_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct diff_run {
	uint64_t seed;
	uint64_t cases, seconds; /* 0: no end */
	bool is_quiet; /* no progress; so where there is no terminal */
	uint64_t done; /* cases */
	struct timespec began;
	uint64_t told; /* seconds, when progress was last told */
};

/**
 * diff_options() - [--seed N] [--cases N] [--seconds N] [--quiet].
 *
 * Return: 0; 2 after a sentence on standard error.
 */
int diff_options(int argc, char **argv, struct diff_run *ret);

/* Whether there is time for a further case. */
bool diff_goes_on(const struct diff_run *r);

/* Whether progress is to be told now: once a second, on a terminal. */
bool diff_tells(struct diff_run *r);

#endif
