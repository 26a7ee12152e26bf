/* SPDX-License-Identifier: Apache-2.0 */
/* artefact.h - one service's compiled policy, flat, as the launcher loads it.
 *
 * Written by pkg/policy from a verified bundle, published as
 * PATH_POLICY/GENERATION/services/NAME.art, read by bailiff-exec and
 * bailiff-gate, which parse no JSON. Little-endian, lib/buf.h and lib/cur.h;
 * docs/formats.md has the layout. Decoding allocates nothing: everything points
 * into the bytes that were given.
 */
#ifndef PKG_POLICY_ARTEFACT_H
#define PKG_POLICY_ARTEFACT_H

#include <stdint.h>

#include "lib/buf.h"
#include "lib/cur.h"
#include "lib/err.h"
#include "lib/span.h"

#define ARTEFACT_MAGIC	   0x66696c42U /* "Blif" */
#define ARTEFACT_VERSION   2
#define ARTEFACT_MAX	   1048576 /* bytes */
#define ARTEFACT_RULES_MAX 4096
#define ARTEFACT_PATH_MAX  4096
#define ARTEFACT_INSNS_MAX 4096 /* BPF_MAXINSNS, kernel/seccomp.c */

/* The five sets, as bit masks by capability number (capabilities(7)). All five
 * ARTEFACT_CAPS_ANY: the policy does not use this layer and says so in writing,
 * and the process keeps what it has.
 */
#define ARTEFACT_CAPS_ANY UINT64_MAX
struct artefact_caps {
	uint64_t bounding, effective, permitted, inheritable, ambient;
};

/* Flags of the whole: a path that a rule names must be that path itself, not a
 * symlink or anything else that leads to another one. */
#define ARTEFACT_PATHS_CANONICAL 1U

/* Flags of one path rule: a path that is not there at launch refuses the start;
 * without it the rule is left out, which is stricter, and reported. */
#define ARTEFACT_PATH_REQUIRED 1U

/* What was proved of the seccomp program (pkg/seccomp/program.h, struct proof);
 * all 0 for a program that nobody proved. */
struct artefact_proof {
	uint64_t points;   /* calls that were compared */
	uint32_t branches; /* ways that its jumps can go */
	uint32_t dead;	   /* of these, shown never to be gone */
	bool is_sampled;   /* not every combination of arguments */
};

/* One path rule. */
struct artefact_path {
	uint64_t access;  /* LANDLOCK_ACCESS_FS_* */
	uint8_t flags;	  /* ARTEFACT_PATH_* */
	struct span path; /* absolute, without NUL */
};

struct artefact {
	uint32_t flags;	     /* ARTEFACT_PATHS_CANONICAL */
	struct span service; /* checked by service_name_check() */
	uint32_t number;     /* 1 .. SERVICE_NUMBER_MAX */
	uint64_t generation; /* of the publication, rises by one each time */
	uint64_t bundle_version; /* version of the TUF targets role */

	/* Landlock; has_landlock false: the layer is not used, and the policy
	 * compiler has already refused or accepted that in the bundle's name.
	 */
	bool has_landlock;
	uint32_t landlock_abi; /* compiled for; the running kernel's must be at
				* least this */
	uint64_t handled_fs, handled_net, scoped;
	uint32_t path_count;
	struct span paths; /* path_count times: u64 access, u8 flags, blob path
			    */
	uint32_t port_count;
	struct span ports; /* port_count times: u64 access, u16 port */

	bool has_seccomp;
	uint32_t seccomp_flags; /* SECCOMP_FILTER_FLAG_* */
	uint32_t insn_count;
	struct span insns; /* insn_count times: u16 code, u8 jt, u8 jf,
			    * u32 k: struct sock_filter's own layout */
	struct artefact_proof proof;
	struct artefact_caps caps;
};

/**
 * artefact_decode() - check the bytes and show what is in them.
 * @raw: all bytes; borrowed by @ret.
 *
 * Everything is checked here once: magic, version, limits, every rule and
 * every instruction present, paths absolute and without NUL, nothing left over.
 *
 * Return: 0; -EBADMSG with @e set.
 */
int artefact_decode(struct span raw, struct artefact *ret, struct err *e);

/* The next path or port rule of a decoded artefact: start with
 * cur_of(a->paths) and call path_count times; cannot fail after decode. */
struct artefact_path artefact_path_next(struct cur *c);
uint16_t artefact_port_next(struct cur *c, uint64_t *ret_access);

/* Append one path rule to what becomes an artefact's paths. */
void artefact_path_put(struct buf *paths, const struct artefact_path *rule);

/* Append the flat form of @a. Return: 0; -E2BIG, -ENOMEM from @out. */
int artefact_encode(const struct artefact *a, struct buf *out);

#endif
