/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_live.h - what this kernel does with calls under a filter.
 *
 * A forked child, nobody's, with the calls in a thread of its own: the filter
 * holds for that thread alone, so that the end of a thread and the end of the
 * process are told apart.
 */
#ifndef TEST_DIFF_SECCOMP_LIVE_H
#define TEST_DIFF_SECCOMP_LIVE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_POINTS 1024

enum live_kind {
	LIVE_NOTHING,  /* not asked, or the child failed */
	LIVE_RETURNED, /* with @got; without a filter with @plain */
	LIVE_TRAPPED,  /* SIGSYS with @got in si_errno */
	LIVE_THREAD,   /* the thread was ended */
	LIVE_PROCESS,  /* the process was */
};

struct live_answer {
	enum live_kind kind;
	int64_t got, plain;
};

struct live;

/* Return: NULL when there is no memory; live_free(). */
struct live *live_new(void);
void live_free(struct live *l);

/* Whether int $0x80 makes calls of 32-bit x86 here. */
bool live_has_x86(struct live *l);

/**
 * live_run() - make the calls, each under the filter.
 * @calls: at most LIVE_POINTS, of this machine or of 32-bit x86; whatever the
 *         filter lets through is made.
 * @flags: SECCOMP_FILTER_FLAG_*.
 * @ret: an answer for each, valid until the next call.
 *
 * Return: 0; -EINVAL when the kernel does not take the filter; -ECHILD when a
 * child neither ended nor went on for five seconds, or ended by itself; errno
 * of fork(2).
 */
int live_run(struct live *l, const struct sock_fprog *filter, unsigned flags,
	     const struct seccomp_data *calls, size_t count,
	     const struct live_answer **ret);

/* Whether the answer is what SECCOMP_RET_* @ret does. */
bool live_agrees(const struct live_answer *a, uint32_t ret);

#endif
