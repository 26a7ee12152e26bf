/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - open, read and replace files without following anybody's symlinks.
 *
 * Paths handed to these functions may lie in directories that others can
 * write: every open is openat2(2) with RESOLVE_NO_SYMLINKS and
 * RESOLVE_NO_MAGICLINKS, and what is read is checked after it was opened.
 */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"

/**
 * file_open() - open @path below @dirfd, refusing symlinks anywhere in it.
 * @dirfd: a directory, or AT_FDCWD.
 * @flags: as for open(2); O_CLOEXEC and O_NOCTTY are added.
 * @mode: for O_CREAT, else 0.
 *
 * Return: a descriptor that the caller owns; -ELOOP for a symlink on the way;
 * otherwise as openat2(2). @e is set.
 */
int file_open(int dirfd, const char *path, int flags, mode_t mode,
	      struct err *e);

/**
 * file_open_beneath() - file_open() that also refuses to leave @dirfd
 * ("..", absolute paths: -EXDEV).
 */
int file_open_beneath(int dirfd, const char *path, int flags, mode_t mode,
		      struct err *e);

/**
 * file_read_fd() - the rest of a regular file or pipe, appended to @out.
 * @max: more bytes than this are -EFBIG, and nothing is appended.
 *
 * Return: 0; -EFBIG; -EISDIR and others as read(2); -ENOMEM.
 */
int file_read_fd(int fd, size_t max, struct buf *out, struct err *e);

/* file_open() for reading a regular file and file_read_fd(); @e names @path. */
int file_read(int dirfd, const char *path, size_t max, struct buf *out,
	      struct err *e);

/**
 * file_replace() - write a file so that a reader sees the old or the new one.
 * @name: a name without '/', in @dirfd.
 * @mode: of the new file.
 *
 * Writes a temporary name in the same directory that begins with a dot, then
 * fsync, rename, fsync of the directory. On failure the old file stands and
 * the temporary one is gone.
 *
 * Return: 0; as openat(2), write(2), fsync(2), renameat(2).
 */
int file_replace(int dirfd, const char *name, mode_t mode, struct span content,
		 struct err *e);

/**
 * file_write_all() - write every byte to a descriptor.
 *
 * Return: 0; -errno of write(2); EINTR is retried.
 */
int file_write_all(int fd, struct span content);

/**
 * file_private_dir() - open a directory that nobody else may have touched.
 * @owner: the uid that must own it.
 *
 * Return: a descriptor; -EPERM when the owner is another or the mode is not
 * 0700; as file_open().
 */
int file_private_dir(int dirfd, const char *path, uid_t owner, struct err *e);

#endif
