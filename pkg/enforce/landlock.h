/* SPDX-License-Identifier: Apache-2.0 */
/* landlock.h - the three system calls, with what each ABI understands. */
#ifndef PKG_ENFORCE_LANDLOCK_H
#define PKG_ENFORCE_LANDLOCK_H

#include <stdint.h>

#include "lib/compat.h"
#include "lib/err.h"

/* Every right that ABI @abi handles; 0 for ABI 0. */
uint64_t landlock_fs_known(uint32_t abi);
uint64_t landlock_net_known(uint32_t abi);
uint64_t landlock_scope_known(uint32_t abi);

/* Return: a close-on-exec descriptor; as landlock_create_ruleset(2). */
int landlock_ruleset(const struct bailiff_ruleset_attr *attr, uint32_t abi,
		     struct err *e);

/* Grant @access below what @fd (O_PATH) is. Rights that only directories have
 * are left out for other files; nothing left is no rule. */
int landlock_allow_path(int ruleset, int fd, uint64_t access, struct err *e);
int landlock_allow_port(int ruleset, uint16_t port, uint64_t access,
			struct err *e);

/* @log_flags: BAILIFF_LANDLOCK_LOG_*; left out below ABI 7. */
int landlock_restrict(int ruleset, uint32_t abi, uint32_t log_flags,
		      struct err *e);

#endif
