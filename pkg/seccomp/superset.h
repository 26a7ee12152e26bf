/* SPDX-License-Identifier: Apache-2.0 */
/* superset.h - Docker's and containers-common's profile to the OCI object.
 *
 * A stage of the build host. Those files say more than linux.seccomp can:
 * archMap, name, comment, includes, excludes, errno names. Which entries hold
 * depends on a machine, a bounding set and a kernel; once these are given, what
 * is left is a plain object, which profile_parse() reads and which a bundle may
 * carry. A plain object comes out as it went in.
 *
 *	includes, excludes	arches	any of them is the machine's
 *				caps	all (includes), any (excludes) of them
 *				minKernel	the kernel is as new
 *
 * Members that are absent, null or empty ask nothing. Every entry is checked,
 * also those that do not hold.
 */
#ifndef PKG_SECCOMP_SUPERSET_H
#define PKG_SECCOMP_SUPERSET_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/json.h"

/* What a profile is resolved for. */
struct superset_host {
	uint32_t token;		 /* libseccomp's: the machine's own */
	const char *const *caps; /* the bounding set: "CAP_CHOWN" */
	size_t cap_count;
	uint32_t major, minor; /* of the kernel */
};

/**
 * superset_resolve() - the plain linux.seccomp object for @host.
 * @object: borrowed; any value.
 * @ret: a new object, the caller's; written on success only. Its entries are
 *       not checked further than what is resolved: profile_parse() does that.
 *
 * Return: 0; -EBADMSG with member and cause in @e: archMap beside
 * architectures, name beside names, an unknown member, an errno, an
 * architecture, a capability or a kernel that is none; -ENOMEM.
 */
int superset_resolve(const json_t *object, const struct superset_host *host,
		     json_t **ret, struct err *e);

/**
 * kernel_parse() - "X.Y".
 *
 * Return: 0; -EINVAL, with nothing written.
 */
int kernel_parse(struct span text, uint32_t *ret_major, uint32_t *ret_minor);

#endif
