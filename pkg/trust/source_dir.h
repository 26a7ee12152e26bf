/* SPDX-License-Identifier: Apache-2.0 */
/* source_dir.h - a repository that lies in a directory.
 *
 * Files are opened below the directory, without symlinks and without leaving
 * it; only regular files are read, and never more than what was asked for.
 */
#ifndef PKG_TRUST_SOURCE_DIR_H
#define PKG_TRUST_SOURCE_DIR_H

#include "pkg/trust/trust.h"

struct trust_source_dir {
	int fd; /* borrowed: the repository directory */
};

/* A source that reads from @d, which must outlive it. */
struct trust_source trust_source_dir(struct trust_source_dir *d);

#endif
