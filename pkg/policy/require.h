/* SPDX-License-Identifier: Apache-2.0 */
/* require.h - "require" of a service: what a node must have, whatever its
 * policy would do without.
 */
#ifndef PKG_POLICY_REQUIRE_H
#define PKG_POLICY_REQUIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"
#include "pkg/policy/lines.h"
#include "pkg/policy/policy.h"

#define REQUIRE_LSM_MAX 16

struct require {
	uint32_t major, minor; /* of the kernel; 0.0: any */
	uint32_t landlock_abi; /* 0: none */
	struct lines lsm;      /* names, each must be in lsm= */
};

/**
 * require_parse() - the member's value.
 * @ret: the caller's, require_done(); written on success only.
 *
 * Return: 0; -EBADMSG with member and cause in @e; -E2BIG above
 * REQUIRE_LSM_MAX; -ENOMEM.
 */
int require_parse(const json_t *object, struct require *ret, struct err *e);
void require_done(struct require *q);

/* Does it ask for anything? */
bool require_is_any(const struct require *q);

/**
 * require_check() - does @kernel have it all? What @kernel does not know of
 * itself is not checked.
 *
 * Return: 0; -EOPNOTSUPP: what is needed, what is there.
 */
int require_check(const struct require *q, const struct policy_kernel *kernel,
		  struct err *e);

/* "kernel 6.12", "Landlock ABI 7", "security module bpf", with @between. */
void require_print(struct buf *out, const struct require *q,
		   const char *between);

#endif
