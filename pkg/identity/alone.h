/* SPDX-License-Identifier: Apache-2.0 */
/* alone.h - does a cgroup hold one container, and nothing but it?
 *
 * Only such a cgroup may be frozen or killed as that container. A process that
 * Landlock confines may not read the namespace links of others
 * (security/landlock/task.c), so the pid namespaces are told apart by what
 * /proc/PID/status says to everybody: how deep they are, the number in the
 * innermost, the parent. Whatever cannot be proven is refused.
 */
#ifndef PKG_IDENTITY_ALONE_H
#define PKG_IDENTITY_ALONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

#define ALONE_MEMBERS_MAX 4096 /* with more nobody can say so in time */

/* A process, as the reader's pid namespace sees it. */
struct alone_member {
	int32_t pid, parent;
	uint32_t depth; /* pid namespaces it is in, from the reader's on */
	int32_t inner;	/* its number in the innermost; 1: that one's init */
	bool is_others; /* its session is another container's */
};

struct alone {
	const char *path;  /* of the cgroup, from the root on: "/web" */
	const char *ours;  /* where bailiff is */
	const char *first; /* where the host's first process is */
	bool has_children;
	int32_t init;			    /* the container's first process */
	const struct alone_member *members; /* by pid, rising */
	size_t count;
};

/**
 * alone_member_parse() - Pid, PPid and NSpid of /proc/PID/status.
 * @status: the whole file; the name in it is the process's own choice, with
 *          newlines escaped by the kernel.
 *
 * Return: 0, is_others false; -EBADMSG when one is missing, stands twice or is
 * no number.
 */
int alone_member_parse(struct span status, struct alone_member *ret);

/* Return: NULL when @a holds that container alone; else why nobody can say so,
 * a static sentence. */
const char *alone_refusal(const struct alone *a);

#endif
