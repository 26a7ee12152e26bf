/* SPDX-License-Identifier: Apache-2.0 */
/* repo.h - a repository on disk: what is published, and what is staged.
 *
 *	REPO/N.root.json  REPO/timestamp.json  REPO/N.snapshot.json
 *	REPO/N.targets.json  REPO/targets/services/HASH.web.json
 *	REPO/staged/root.json  REPO/staged/targets.json  REPO/staged/targets/...
 *
 * Clients never look into staged/. Every file is opened below the directory,
 * without symlinks, and replaced as a whole.
 */
#ifndef CMD_BAILIFF_BUNDLE_REPO_H
#define CMD_BAILIFF_BUNDLE_REPO_H

#include "pkg/trust/metadata.h"

#define STAGED_ROOT    "staged/root.json"
#define STAGED_TARGETS "staged/targets.json"

struct repo {
	int fd;		       /* the directory */
	int staged_fd;	       /* its staged/ */
	struct buf root_bytes; /* the newest published root; may be empty */
	struct trust_metadata root;
};

/**
 * repo_open() - open a repository and read its newest root.
 * @wants_root: a repository without a root is refused.
 *
 * Makes staged/ if it is not there.
 *
 * Return: 0; -ENOENT with a hint to init; -EBADMSG when the root is none;
 * as open(2), mkdir(2).
 */
int repo_open(const char *path, bool wants_root, struct repo *ret,
	      struct err *e);
void repo_close(struct repo *r);

/* Read a file of the repository whole. Return: 0; -ENOENT; ... */
int repo_read(const struct repo *r, const char *name, size_t max,
	      struct buf *out, struct err *e);

/* Replace a file; directories on the way are made. */
int repo_write(const struct repo *r, const char *name, struct span bytes,
	       struct err *e);
int repo_write_json(const struct repo *r, const char *name,
		    const json_t *document, struct err *e);

/* Make the directories above a relative @name. */
int repo_make_dirs(const struct repo *r, const char *name, struct err *e);

/* Remove staged/@name and what is in it; not being there is fine. */
int repo_unstage(const struct repo *r, const char *name, struct err *e);

/**
 * repo_metadata() - read and parse a metadata file.
 * @bytes: gets the file; made ready here, the caller's also on failure.
 * @ret: the caller's; trust_metadata_done().
 *
 * Return: 0; -ENOENT when there is none; -EBADMSG; ...
 */
int repo_metadata(const struct repo *r, const char *name, enum trust_role role,
		  struct buf *bytes, struct trust_metadata *ret, struct err *e);

/* What is published besides root; all empty before the first publish. */
struct repo_current {
	struct buf timestamp_bytes, snapshot_bytes, targets_bytes;
	struct trust_metadata timestamp, snapshot, targets;
};
int repo_current_read(const struct repo *r, struct repo_current *ret,
		      struct err *e);
void repo_current_done(struct repo_current *c);

#endif
