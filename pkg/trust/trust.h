/* SPDX-License-Identifier: Apache-2.0 */
/* trust.h - a TUF client (specification 1.0.34, section 5) without any I/O.
 *
 * The caller hands in the anchor, a store for the client's own accepted files,
 * a source of the repository's files, and the time. A client is one update: it
 * is made, refreshed, asked for targets, and freed. trust_update() does all of
 * that for a whole bundle.
 *
 * Nothing is asked of the source twice, and nothing that is not needed. What
 * succeeds leaves the caller's struct err as it was.
 */
#ifndef PKG_TRUST_TRUST_H
#define PKG_TRUST_TRUST_H

#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"
#include "pkg/trust/file.h"

#define TRUST_ROOT_MAX	     524288
#define TRUST_TIMESTAMP_MAX  16384
#define TRUST_SNAPSHOT_MAX   2097152
#define TRUST_TARGETS_MAX    5242880 /* of any targets role */
#define TRUST_ROTATIONS_MAX  256
#define TRUST_VISITS_MAX     32	  /* delegated roles that one search visits */
#define TRUST_KEYS_MAX	     1024 /* in one file */
#define TRUST_DELEGATION_MAX 1024 /* likewise */
#define TRUST_SIGNERS_MAX    16

/* Limits of a bundle, for trust_update() alone. */
#define TRUST_TARGET_MAX       1048576	/* one target file */
#define TRUST_TARGET_COUNT_MAX 2048	/* that its roles list together */
#define TRUST_CONTENT_MAX      67108864 /* all target files together */
#define TRUST_SPEAKERS_MAX     256	/* targets roles */

/* Gives the bytes of one file of the repository. */
struct trust_source {
	/**
	 * fetch() - append file @name, at most @max bytes, to @out.
	 * @name: relative, as the specification composes it: "2.root.json",
	 *        "timestamp.json", "4.team%2Fweb.json",
	 *        "targets/services/HASH.nginx.json"; never with ".." or an
	 *        absolute path.
	 *
	 * Return: 0; -ENOENT when there is no such file (ends the root walk);
	 * anything else fails the update.
	 */
	int (*fetch)(void *ctx, const char *name, size_t max, struct buf *out,
		     struct err *e);
	void *ctx;
};

/* Where the client's accepted files lie, by file name: "root.json",
 * "timestamp.json", "snapshot.json", "targets.json", a delegated role's
 * percent-encoded "ROLE.json", and the chain "N.root.json". All are checked
 * again whenever they are read. */
struct trust_store {
	/**
	 * load() - append a stored file, at most @max bytes, to @out.
	 *
	 * Return: 0; -ENOENT when there is none; -ENOMEM fails the update, any
	 * other failure counts as if the file were absent.
	 */
	int (*load)(void *ctx, const char *name, size_t max, struct buf *out,
		    struct err *e);
	/**
	 * save() - replace a file by @bytes, which are verified and as they
	 * were received.
	 *
	 * A store may decline to keep the chain: then it is asked of the source
	 * again, and a source that ends before the stored root is known for
	 * what it is only while that root carries the older one's signatures.
	 *
	 * Return: 0; -errno fails the update.
	 */
	int (*save)(void *ctx, const char *name, struct span bytes,
		    struct err *e);
	/* drop() - forget a file; one that is not there is fine. */
	int (*drop)(void *ctx, const char *name, struct err *e);
	void *ctx;
	/**
	 * damaged() - a stored file cannot be read or is no metadata, and
	 * counts as absent. May be NULL; may be told of a file more than once.
	 */
	void (*damaged)(void *ctx, const char *name, struct err *why);
};

/* A store in memory. */
struct trust_memory_file {
	char *name;
	struct buf bytes;
	bool is_dropped; /* by the client: bytes is empty */
};
struct trust_memory {
	struct trust_memory_file *files; /* owned */
	size_t count;
};
void trust_memory_init(struct trust_memory *m);
void trust_memory_done(struct trust_memory *m);
/* A store that keeps its files in @m, which must outlive it. */
struct trust_store trust_memory_store(struct trust_memory *m);
/* Make @bytes the file @name. Return: 0; -ENOMEM. */
int trust_memory_put(struct trust_memory *m, const char *name,
		     struct span bytes);
/* The file, borrowed until the next change; p is NULL when there is none. */
struct span trust_memory_get(const struct trust_memory *m, const char *name);

struct trust_config {
	struct span pinned; /* the anchor: the image's root.json */
	const struct trust_store *store;
	const struct trust_source *source;
	int64_t now; /* seconds since 1970: T, fixed for the update */
	/* T is not earlier than the x-bailiff-issued of the timestamp that is
	 * stored and that the newest root's keys signed. */
	bool uses_issued;
};

struct trust_client;

/**
 * trust_client_new() - a client that begins at the pinned root.
 * @config: copied; its store and source are borrowed until the end, the pinned
 *          bytes for the call.
 * @ret: the caller's, trust_client_free(); written on success only.
 *
 * Asks neither store nor source for anything.
 *
 * Return: 0; -EBADMSG, -EFBIG, -EKEYREJECTED for the pinned root, whose expiry
 * does not matter; -ENOMEM.
 */
int trust_client_new(const struct trust_config *config,
		     struct trust_client **ret, struct err *e);
void trust_client_free(struct trust_client *c);

/**
 * trust_client_refresh() - sections 5.2 to 5.6 up to the top-level targets.
 *
 * The stored chain is walked offline from the anchor; the source is asked for
 * the root after it until it has none, then for the timestamp, and for those
 * of snapshot and targets whose stored files no longer fit. Roles that were
 * verified before a failure are stored, as the specification says. When root
 * changes the keys or threshold of timestamp or snapshot, both stored files are
 * dropped (5.3.11, fast-forward recovery).
 *
 * A second call gives what the first one gave, without any request.
 *
 * Return: 0; -EBADMSG malformed, or not what was signed; -EKEYREJECTED
 * signatures below the threshold; -EKEYEXPIRED; -ESTALE older than what is
 * trusted (rollback); -ENOENT a file is missing; -EFBIG, -E2BIG limits;
 * -EOPNOTSUPP succinct delegations; -ENOMEM; what fetch or save gave.
 */
int trust_client_refresh(struct trust_client *c, struct err *e);

/* A target and who speaks for it; all borrowed from the client. */
struct trust_found {
	const char *path;
	const char *role;
	struct trust_file file;
	/* The roles between the top-level one and @role, its own delegator
	 * first: each of them let it speak. */
	const char *through[TRUST_VISITS_MAX + 1];
	size_t through_count;
};

/**
 * trust_client_find() - the search of section 5.6.7.
 *
 * Refreshes first. Loads delegated roles on the way, each once; one whose
 * stored file still fits is not asked for. A role on the way that is missing or
 * refused ends the search.
 *
 * Return: 0; -ENOENT no role that may speak of @path lists it, or a role on
 * the way is not there; -E2BIG the search ended after TRUST_VISITS_MAX
 * delegated roles; as trust_client_refresh().
 */
int trust_client_find(struct trust_client *c, const char *path,
		      struct trust_found *ret, struct err *e);

/**
 * trust_client_target() - section 5.7: fetch a target and check it.
 * @out: made ready here; the caller's also on failure, when it is empty.
 *
 * Return: 0; -EBADMSG other bytes than were signed; -EFBIG more bytes; -ENOENT;
 * -ENOMEM; what fetch gave.
 */
int trust_client_target(struct trust_client *c, const struct trust_found *found,
			struct buf *out, struct err *e);

/* A targets role of the bundle, top-level or delegated. */
struct trust_speaker {
	char *role;
	uint64_t version;
	int64_t expires;
	char *signers[TRUST_SIGNERS_MAX]; /* key ids whose signatures hold */
	size_t signer_count;
};

struct trust_target {
	char *name;	 /* "services/nginx.json" */
	size_t speaker;	 /* index into the speakers */
	size_t *through; /* likewise: as in struct trust_found */
	size_t through_count;
	struct buf bytes;
};

struct trust_result {
	uint64_t root_version, timestamp_version, snapshot_version,
		targets_version;
	int64_t expires; /* the earliest of all roles, delegated ones too */
	int64_t issued;	 /* x-bailiff-issued of timestamp, or 0 */
	int64_t now;	 /* T, as it was used */
	struct trust_speaker *speakers; /* [0] is "targets" */
	size_t speaker_count;
	struct trust_target *targets;
	size_t target_count;
};
void trust_result_done(struct trust_result *r);

/**
 * trust_update() - a whole bundle: refresh, every role that can be reached by
 * delegations, every target.
 * @ret: written on success only.
 *
 * A role that is missing, expired, under-signed or malformed refuses the
 * bundle. A target is what trust_client_find() gives for its name: one that
 * only roles list which may not speak of it is left out.
 *
 * Return: as trust_client_refresh() and trust_client_target().
 */
int trust_update(const struct trust_config *config, struct trust_result *ret,
		 struct err *e);

/* The errno's name in one word for people and events: "expired", "rollback",
 * "under-signed", "malformed", ...; "failed" for any other. */
const char *trust_reason(int code);

#endif
