/* SPDX-License-Identifier: Apache-2.0 */
/* trust.h - a TUF client (specification 1.0.34, section 5) without any I/O.
 *
 * The caller hands in the trusted state as it was stored, a fetch callback and
 * the time; trust_update() verifies and gives back the new state and all
 * targets' bytes. What is stored, and where, is the caller's business.
 */
#ifndef PKG_TRUST_TRUST_H
#define PKG_TRUST_TRUST_H

#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"

#define TRUST_ROOT_MAX	       524288
#define TRUST_TIMESTAMP_MAX    16384
#define TRUST_SNAPSHOT_MAX     2097152
#define TRUST_TARGETS_MAX      5242880
#define TRUST_TARGET_MAX       1048576 /* one target file */
#define TRUST_TARGET_COUNT_MAX 1024
#define TRUST_CONTENT_MAX      67108864 /* all target files together */
#define TRUST_ROTATIONS_MAX    256
#define TRUST_SIGNERS_MAX      16

/* Gives the bytes of one file of the repository. */
struct trust_source {
	/**
	 * fetch() - append file @name, at most @max bytes, to @out.
	 * @name: relative, as the specification composes it: "2.root.json",
	 *        "timestamp.json", "targets/services/HASH.nginx.json" is never
	 *        asked for with ".." or an absolute path.
	 *
	 * Return: 0; -ENOENT when there is no such file (ends the root walk);
	 * anything else fails the update.
	 */
	int (*fetch)(void *ctx, const char *name, size_t max, struct buf *out,
		     struct err *e);
	void *ctx;
};

/* The client's stored files, each as received, or empty. */
struct trust_state {
	struct buf root, timestamp, snapshot, targets;
};
void trust_state_init(struct trust_state *s);
void trust_state_done(struct trust_state *s);

struct trust_target {
	char *name; /* "services/nginx.json" */
	struct buf bytes;
};

struct trust_result {
	uint64_t root_version, timestamp_version, snapshot_version,
		targets_version;
	int64_t expires; /* seconds since 1970: the earliest of the four */
	int64_t issued;	 /* x-bailiff-issued of timestamp, or 0 */
	char *signers[TRUST_SIGNERS_MAX]; /* key ids that signed targets */
	size_t signer_count;
	struct trust_target *targets;
	size_t target_count;
};
void trust_result_done(struct trust_result *r);

/**
 * trust_update() - the whole client workflow, once.
 * @pinned: the image's root.json: the anchor. The source's roots are walked
 *          forward from it, each signed by the one before and by itself.
 * @state: in: what was stored (any part may be empty or damaged: then it is as
 *         if absent). Out: on every return what may be stored now: roles
 *         verified before a failure are kept, as the specification says; a
 *         part that is empty now is to be deleted.
 * @now: seconds since 1970, fixed for the update, never below the floor that
 *       the caller keeps. A timestamp whose signatures hold proves that it is
 *       not earlier than its x-bailiff-issued: the later one counts.
 * @ret: written on success only; all targets of the targets role, verified.
 *
 * A stored root newer than every root of the source is not the anchor, but it
 * is a floor: such a source is older than what was trusted (-ESTALE). When root
 * changes the keys or threshold of timestamp or snapshot, the stored timestamp
 * and snapshot are dropped (section 5.3.11, fast-forward recovery). Targets
 * that delegate to other roles are refused.
 *
 * Return: 0; -EBADMSG malformed, or not what was signed; -EKEYREJECTED
 * signatures below threshold (@e: role, version, key ids present, number
 * needed); -EKEYEXPIRED expired (@e: when, and what now is); -ESTALE older than
 * what is trusted (rollback); -ENOENT a file is missing; -EFBIG, -E2BIG limits;
 * -EOPNOTSUPP delegations; -ENOMEM; what fetch gave.
 */
int trust_update(struct span pinned, struct trust_state *state,
		 const struct trust_source *source, int64_t now,
		 struct trust_result *ret, struct err *e);

/* The errno's name in one word for people and events: "expired", "rollback",
 * "under-signed", "malformed", ...; "failed" for any other. */
const char *trust_reason(int code);

#endif
