/* SPDX-License-Identifier: Apache-2.0 */
/* registry.h - which audit session belongs to which service.
 *
 * The gate or the launcher, as host root, writes the service's number to its
 * own loginuid, reads the session number that the kernel then gives, and writes
 * one file named after it into PATH_SESSIONS, before the service's first
 * instruction. The registered session is the identity; auid is only a filter
 * key, since any process whose loginuid is unset may write any number once
 * (kernel/audit.c, audit_set_loginuid_perm()).
 *
 * A file is "key=value" lines, written whole and renamed into place, so that a
 * reader sees all of it or nothing. It needs no JSON: the launcher writes it.
 */
#ifndef PKG_IDENTITY_REGISTRY_H
#define PKG_IDENTITY_REGISTRY_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/span.h"

#define SERVICE_NAME_MAX 63
#define INSTANCE_MAX	 127
#define CGROUP_PATH_MAX	 511
#define SESSION_FILE_MAX 4096

struct session {
	uint32_t ses;	 /* kernel session number: unique in this boot */
	uint32_t number; /* service number; auid is AUID_BASE + number */
	char service[SERVICE_NAME_MAX + 1];
	char instance[INSTANCE_MAX + 1]; /* container id, or "host" */
	uint64_t generation;		 /* of the policy that binds it */
	uint64_t bundle_version;
	int32_t pid;	     /* who registered, in the host's pid namespace */
	uint64_t started_ms; /* CLOCK_BOOTTIME */
	char cgroup[CGROUP_PATH_MAX + 1]; /* v2 path; "" while not known */
	uint64_t cgroup_id;		  /* of the kernel; 0 while not known */
	/* Inode numbers of its namespaces; 0 while not known. */
	uint64_t pid_ns, mnt_ns, net_ns, user_ns, cgroup_ns;
};

/**
 * service_name_check() - [a-z0-9] then [a-z0-9._-], 1 to SERVICE_NAME_MAX
 * bytes: safe as a file name and inside every text form bailiff writes.
 *
 * Return: 0; -EINVAL with @e set.
 */
int service_name_check(struct span name, struct err *e);

/* Append the file form / read it back; unknown keys, a missing key, a value
 * out of range or a second copy of a key are -EBADMSG. */
struct buf;
void session_encode(const struct session *s, struct buf *out);
int session_decode(struct span text, struct session *ret, struct err *e);

/**
 * session_register() - write the file for s->ses.
 * @dirfd: PATH_SESSIONS, opened by file_private_dir().
 *
 * The file belongs to BAILIFF_UID, mode 0600. An existing file for the same
 * session is replaced (the createRuntime hook completes what create began).
 *
 * Return: 0; as file_replace() and fchown(2).
 */
int session_register(int dirfd, const struct session *s, struct err *e);

/**
 * session_lookup() - the registration of @ses.
 *
 * Return: 0; -ENOENT when nobody registered it; -EBADMSG for a damaged file.
 */
int session_lookup(int dirfd, uint32_t ses, struct session *ret, struct err *e);

/**
 * session_numbers() - the sessions that have a file, rising; none is read.
 * @ret: an array that the caller frees; NULL when there is none.
 *
 * Return: 0; -ENOMEM; as open(2).
 */
int session_numbers(int dirfd, uint32_t **ret, size_t *ret_count,
		    struct err *e);

/* Call @each for every registration. Return: how many; -errno. */
int session_each(int dirfd, void (*each)(void *ctx, const struct session *s),
		 void *ctx, struct err *e);

#endif
