/* SPDX-License-Identifier: Apache-2.0 */
/* apply.h - the two last steps, shared by services and the daemon. */
#ifndef PKG_ENFORCE_APPLY_H
#define PKG_ENFORCE_APPLY_H

#include <linux/filter.h>
#include <stdint.h>

#include "lib/err.h"

/* Return: 0; as prctl(2). */
int apply_no_new_privs(struct err *e);

/* Install @insns. SECCOMP_FILTER_FLAG_LOG is always added: without it the
 * kernel says nothing of a call answered with an errno. */
int apply_seccomp(const struct sock_filter *insns, uint16_t count,
		  uint32_t flags, struct err *e);

#endif
