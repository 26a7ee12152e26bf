/* SPDX-License-Identifier: Apache-2.0 */
/* enforce.h - what only a process itself can apply: capabilities,
 * no_new_privs, Landlock, seccomp. Used by the launcher for a service and by
 * the daemon's processes for themselves.
 *
 * No library but libc: this is linked into every service's first instruction.
 */
#ifndef PKG_ENFORCE_ENFORCE_H
#define PKG_ENFORCE_ENFORCE_H

#include <stdbool.h>

#include "lib/err.h"
#include "pkg/policy/artefact.h"

/* Descriptors of an artefact's paths, opened with O_PATH before anything is
 * given up; index is the rule's. -1: the path is not there, and the rule grants
 * nothing. */
struct enforce_paths {
	int *fds;
	uint32_t count;
	uint32_t absent; /* of count: how many are -1 */
};

/* Landlock ABI of the running kernel; 0 where there is none. */
uint32_t enforce_landlock_abi(void);
/* The same with the reason. Return: the ABI; -ENOSYS: not built into the
 * kernel; -EOPNOTSUPP: built in and not switched on; as seccomp filters say. */
int enforce_landlock_probe(void);
/* Bit mask of the errata that are mended. Return: 0; -EINVAL on a kernel that
 * does not tell; as enforce_landlock_probe(). */
int enforce_landlock_errata(uint32_t *ret);

/**
 * enforce_paths_open() - open every rule's path.
 *
 * A path that is not there is left out, which is stricter; the caller reports
 * it. With ARTEFACT_PATHS_CANONICAL nothing on the way may be a symlink or
 * "..".
 *
 * Return: 0; with the path in @e: -ENOENT for an absent one that is
 * ARTEFACT_PATH_REQUIRED, -ELOOP for one that leads elsewhere; as openat2(2).
 */
int enforce_paths_open(const struct artefact *a, struct enforce_paths *ret,
		       struct err *e);
void enforce_paths_close(struct enforce_paths *p);

/* Close everything from descriptor @first on, except @keep (count of them,
 * ascending). */
int enforce_close_from(int first, const int *keep, size_t count, struct err *e);

/* Set all five sets (with the privilege to) or, with @verify_only, compare. */
int enforce_caps(const struct artefact_caps *want, bool verify_only,
		 struct err *e);

/**
 * enforce_apply() - no_new_privs, Landlock, seccomp, in that order.
 *
 * Irrevocable. After a failure the process may be partly confined and must not
 * go on to run the service.
 *
 * Return: 0; -EOPNOTSUPP when the kernel's Landlock ABI is below the
 * artefact's; as landlock_restrict_self(2) and seccomp(2).
 */
int enforce_apply(const struct artefact *a, const struct enforce_paths *p,
		  struct err *e);

/* A row of the daemon's own table: what one process may do from here on. */
struct confine_row {
	const char *process;
	uint32_t uid, gid; /* to become; 0: stay root */
	uint64_t caps;	   /* permitted and effective afterwards */
	/* Landlock, where the kernel has it: directories with their rights,
	 * ended by a NULL path; everything else is denied. */
	struct confine_path {
		const char *path;
		uint64_t access; /* LANDLOCK_ACCESS_FS_* */
	} paths[8];
	bool may_connect;	     /* TCP connect; bind is never allowed */
	bool may_signal;	     /* processes outside; else, from ABI 6 on,
				      * only those confined with it */
	const char *const *syscalls; /* names, NULL-terminated: allowed; the
				      * rest is EPERM and audited */
};

/* A finished seccomp program; borrowed. */
struct sock_filter;
struct confine_filter {
	const struct sock_filter *insns;
	uint16_t count;
};

/**
 * confine_enter() - put the calling process into its row, for good.
 * @filter: the row's system calls, compiled by the caller; NULL: no filter.
 *
 * In this order: the Landlock ruleset is built while the paths may still be
 * opened (a path that does not exist grants nothing); bounding and ambient
 * sets; gid, groups, uid; permitted and effective are row->caps, inheritable
 * is empty; not dumpable; no_new_privs; Landlock (every right that the running
 * ABI knows is handled, what it does not know is masked; TCP bind is denied,
 * connect too unless may_connect, scopes where there are any, but for signals
 * with may_signal; nothing at all
 * with ABI 0); seccomp last, logging what it refuses.
 *
 * Return: 0; as the system calls. After a failure the process may be partly
 * confined and must end.
 */
int confine_enter(const struct confine_row *row,
		  const struct confine_filter *filter, struct err *e);

#endif
