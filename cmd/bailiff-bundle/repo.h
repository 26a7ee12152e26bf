/* SPDX-License-Identifier: Apache-2.0 */
/* repo.h - a repository on disk: its files. What they hold is roles.h.
 *
 *	REPO/N.root.json  REPO/timestamp.json  REPO/N.snapshot.json
 *	REPO/N.targets.json  REPO/N.team%2Fweb.json
 *	REPO/targets/services/HASH.web.json
 *	REPO/staged/root.json  REPO/staged/targets.json
 *	REPO/staged/team%2Fweb.json  REPO/staged/targets/services/HASH.web.json
 *
 * Clients never look into staged/. Every file is opened below the directory,
 * without symlinks, and replaced as a whole. Who writes holds a lock on the
 * directory, which ends with the process.
 */
#ifndef CMD_BAILIFF_BUNDLE_REPO_H
#define CMD_BAILIFF_BUNDLE_REPO_H

#include <dirent.h>

#include "pkg/trust/metadata.h"

#define STAGED_ROOT    "staged/root.json"
#define STAGED_TARGETS "staged/targets.json"
#define REPO_NAME_MAX                                          \
	768 /* bytes of a file's name below REPO, with its NUL \
	     */

enum repo_use {
	REPO_LOOK,	/* no lock; there need be neither staged/ nor a root */
	REPO_CHANGE,	/* makes staged/, takes the lock, wants a root, be it
			 * staged */
	REPO_CHANGE_NEW /* likewise; there need not be a root yet */
};

struct repo {
	int fd;		       /* the directory; holds the lock */
	int staged_fd;	       /* its staged/; -1 when looking and not there */
	struct buf root_bytes; /* the newest published root; may be empty */
	struct trust_metadata root;
};

/**
 * repo_scan() - the names in a directory, sorted.
 * @dirfd: where @path is looked up; a symlink is not followed.
 * @ret: one entry a name; the caller frees each, and the array.
 *
 * Return: how many; -1 with errno: openat(2), readdir(3), ENOMEM.
 */
int repo_scan(int dirfd, const char *path, struct dirent ***ret);

/**
 * repo_open() - open a repository and read its newest root.
 *
 * Return: 0; -ENOENT with a hint to init; -EBUSY when another process changes
 * it; -EBADMSG when the root is none; as open(2), mkdir(2).
 */
int repo_open(const char *path, enum repo_use use, struct repo *ret,
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

/* Remove staged/@name and what is in it; not being there is fine. */
int repo_unstage(const struct repo *r, const char *name, struct err *e);

/* Remove the files below @dir whose names are no members of @keep, and what
 * directories that empties. */
int repo_sweep(const struct repo *r, const char *dir, const json_t *keep,
	       struct err *e);

/* The name of a role's file: "staged/ROLE.json" and "VERSION.ROLE.json", the
 * role percent-encoded; timestamp has no version. Return: 0; -ENAMETOOLONG. */
int repo_staged_name(const char *role, char ret[static REPO_NAME_MAX],
		     struct err *e);
int repo_published_name(const char *role, uint64_t version,
			char ret[static REPO_NAME_MAX], struct err *e);

/* Where a target lies, below staged/ or not, by the hash that its role lists.
 * Return: 0; -ENAMETOOLONG. */
int repo_target_name(const char *path, const struct trust_file *file,
		     bool is_staged, char ret[static REPO_NAME_MAX],
		     struct err *e);

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
