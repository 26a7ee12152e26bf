/* SPDX-License-Identifier: Apache-2.0 */
/* client.h - one update under way; inside pkg/trust only.
 *
 * client.c	making, the order of the steps, source and store
 * root.c	from the anchor to the newest root (5.3)
 * listed.c	a file that other metadata lists: stored, or fetched
 * online.c	timestamp and snapshot (5.4, 5.5)
 * role.c	targets, top-level and delegated (5.6)
 * search.c	which role speaks of a target (5.6.7)
 * download.c	target files (5.7)
 * update.c	a whole bundle
 */
#ifndef PKG_TRUST_CLIENT_H
#define PKG_TRUST_CLIENT_H

#include "pkg/trust/metadata.h"
#include "pkg/trust/trust.h"

/* A targets role whose file was verified; it stays until the client ends. */
struct trust_loaded {
	char *name;
	struct trust_metadata m;
	/* Whose keys it was verified by, each delegator for itself: owned array
	 * of borrowed. */
	const struct trust_role_keys **by;
	size_t by_count;
};
void trust_loaded_free(struct trust_loaded *l);

struct trust_client {
	struct trust_config config; /* pinned is not kept */
	int64_t now;		    /* T */
	bool is_refreshed;
	struct err outcome;    /* of the refresh; code 0: it succeeded */
	struct buf root_bytes; /* of root, as received */
	struct trust_metadata root, timestamp, snapshot;
	struct trust_loaded **roles; /* owned; [0] is targets */
	size_t role_count;
};

/* A file as other metadata lists it, and who signs it. */
struct trust_wanted {
	enum trust_role kind;
	const struct trust_role_keys *by; /* its role is the file's */
	struct trust_file listed;
};

/* Move what @from holds into @to, which forgets what it had. */
void trust_metadata_move(struct trust_metadata *to,
			 struct trust_metadata *from);

/* -EKEYEXPIRED unless @m of @role is good at T. */
int trust_client_expiry(const struct trust_client *c,
			const struct trust_metadata *m, const char *role,
			struct err *e);

/* One file from the source; @out is made ready here and is the caller's. */
int trust_client_fetch(const struct trust_client *c, const char *name,
		       size_t max, struct buf *out, struct err *e);
/* Likewise, where it is no failure that there is none: -ENOENT, @e as it was.
 */
int trust_client_ask(const struct trust_client *c, const char *name, size_t max,
		     struct buf *out, struct err *e);

/* A stored file, likewise. Return: 0; -ENOMEM; any other when there is none or
 * it cannot be read. */
int trust_client_load(const struct trust_client *c, const char *name,
		      size_t max, struct buf *out);
/* The stored file @name is not what was once stored. */
void trust_client_damaged(const struct trust_client *c, const char *name,
			  struct err *why);
int trust_client_save(const struct trust_client *c, const char *name,
		      struct span bytes, struct err *e);
int trust_client_drop(const struct trust_client *c, const char *name,
		      struct err *e);

/* From c->root, the anchor, to the newest. */
int trust_root_update(struct trust_client *c, struct err *e);

/* The stored file of a role, parsed and signed by @w->by; @ret stays empty when
 * it is anything else. @bytes is made ready here. Return: 0; -ENOMEM. */
int trust_listed_stored(const struct trust_client *c,
			const struct trust_wanted *w, struct buf *bytes,
			struct trust_metadata *ret);

/* Is that stored file the very one that is listed, and still good? */
bool trust_listed_fits(const struct trust_client *c,
		       const struct trust_wanted *w, const struct buf *bytes,
		       const struct trust_metadata *m);

/* Fetch and check it: length and hashes before parsing, then signatures, then
 * the version (5.5.2 to 5.5.4, 5.6.2 to 5.6.4). @bytes is made ready here. */
int trust_listed_fetch(const struct trust_client *c,
		       const struct trust_wanted *w, struct buf *bytes,
		       struct trust_metadata *ret, struct err *e);

/* Make @bytes the stored file of @role. */
int trust_listed_save(const struct trust_client *c, const char *role,
		      const struct buf *bytes, struct err *e);

/* The stored timestamp, as trust_listed_stored() gives it. */
int trust_timestamp_stored(const struct trust_client *c,
			   struct trust_metadata *ret);
/* @old: the stored one; is emptied. */
int trust_timestamp_update(struct trust_client *c, struct trust_metadata *old,
			   struct err *e);
int trust_snapshot_update(struct trust_client *c, struct err *e);

/**
 * trust_role_get() - the file of a targets role, loaded if it is not yet.
 * @delegator: the role that leads there, for messages; NULL: root.
 * @by: the role and who must have signed it; lives as long as the client.
 * @ret: borrowed from the client.
 *
 * A role that is loaded already is verified by this delegator's keys too.
 */
int trust_role_get(struct trust_client *c, const char *delegator,
		   const struct trust_role_keys *by,
		   const struct trust_loaded **ret, struct err *e);

#endif
