/* SPDX-License-Identifier: Apache-2.0 */
/* thread.h - jumps past what is known, and nothing that is not reached.
 *
 * On each way out of a jump some words of the call are known to lie in a range.
 * A load of the word that is loaded already, and a test whose answer is known,
 * are jumped over; what nobody reaches then is taken out. Of a list of values
 * of one argument, each condition written with both halves, only the first test
 * of the upper half is left.
 */
#ifndef PKG_SECCOMP_THREAD_H
#define PKG_SECCOMP_THREAD_H

#include <linux/filter.h>
#include <stddef.h>

#include "lib/err.h"

/**
 * insns_thread() - shorten a program in place.
 * @insns, @count: loads, ands, forward jumps and returns; it ends in returns.
 * @ret_count: how many are left; at the beginning of @insns.
 *
 * Return: 0; -ENOMEM.
 */
int insns_thread(struct sock_filter *insns, size_t count, size_t *ret_count,
		 struct err *e);

#endif
