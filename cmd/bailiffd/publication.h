/* SPDX-License-Identifier: Apache-2.0 */
/* publication.h - what the policy process answers: files to be written.
 *
 * The policy process builds it in a sealed memfd; the supervisor checks every
 * name, writes the files into its own directories and swaps "current". The
 * writer is treated as hostile: a name outside the small alphabet of
 * publication_name_check(), or a file in an area that does not exist, refuses
 * the whole.
 */
#ifndef CMD_BAILIFFD_PUBLICATION_H
#define CMD_BAILIFFD_PUBLICATION_H

#include "lib/buf.h"
#include "lib/err.h"

#define PUBLICATION_MAX	      (64U * 1048576U)
#define PUBLICATION_FILES_MAX 8192
#define PUBLICATION_DIFF      "diff"  /* JSON, in AREA_ANSWER */
#define PUBLICATION_AUDIT     "audit" /* blobs of audit rules, in AREA_POLICY */
/* Of AREA_BUNDLE, the last one: it leads to all others. */
#define PUBLICATION_POINTER  "timestamp.json"
#define PUBLICATION_NAME_MAX 512

enum publication_area {
	AREA_POLICY, /* into the new generation's directory */
	AREA_TRUST,  /* into PATH_STATE_TRUST: kept even after a refusal; a file
		      * without content is removed there */
	AREA_BUNDLE, /* into PATH_STATE_BUNDLE: the accepted repository */
	AREA_ANSWER, /* nowhere: what the policy process says of it all */
	AREA_COUNT
};

/* Append one file. */
void publication_add(struct buf *out, enum publication_area area,
		     const char *name, struct span content);

/* Relative, at most four components of [A-Za-z0-9._~%-], as percent-encoded
 * role names have it. One that begins with a dot must end with ".json": "." and
 * ".." do not, nor temporary files. Return: 0; -EINVAL. */
int publication_name_check(struct span name);

/* Every entry whole, named and placed. Return: 0; -EBADMSG. */
int publication_check(struct span publication, struct err *e);

/* The content of one file. Return: an empty span when it is not there. */
struct span publication_find(struct span publication,
			     enum publication_area area, const char *name);

/**
 * publication_write() - write every file of @area below @dirfd.
 *
 * Directories are made as needed; everything belongs to BAILIFF_UID, files are
 * 0600 and replaced whole.
 *
 * Return: 0; -EBADMSG; as file_replace(), mkdir(2), chown(2).
 */
int publication_write(struct span publication, enum publication_area area,
		      int dirfd, struct err *e);

/* Put @content into a sealed memfd. Return: the descriptor; -errno. */
int publication_seal(struct span content, struct err *e);

/* Map a memfd that must carry all write seals; release with
 * publication_unmap(). Return: 0; -EPERM without seals; -EFBIG. */
int publication_map(int fd, struct span *ret, struct err *e);
void publication_unmap(struct span mapped);

#endif
