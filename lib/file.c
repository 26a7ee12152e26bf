/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - see file.h. */
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"

static int resolve_open(int dirfd, const char *path, int flags, mode_t mode,
			uint64_t resolve, struct err *e)
{
	const struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | O_NOCTTY),
		.mode = mode,
		.resolve =
			RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | resolve,
	};
	const long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	if (fd < 0)
		return err_errno(e, "open %s", path);
	return (int)fd;
}

int file_open(int dirfd, const char *path, int flags, mode_t mode,
	      struct err *e)
{
	return resolve_open(dirfd, path, flags, mode, 0, e);
}

int file_open_beneath(int dirfd, const char *path, int flags, mode_t mode,
		      struct err *e)
{
	return resolve_open(dirfd, path, flags, mode, RESOLVE_BENEATH, e);
}

int file_read_fd(int fd, size_t max, struct buf *out, struct err *e)
{
	const size_t start = out->len;
	char chunk[16384];

	for (;;) {
		const ssize_t n = read(fd, chunk, sizeof(chunk));
		int r = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return 0;
		if (n < 0) {
			r = err_errno(e, "read");
		} else if (out->len - start + (size_t)n > max) {
			r = err_set(e, EFBIG, "more than %zu bytes", max);
		} else {
			buf_put(out, chunk, (size_t)n);
			if (buf_error(out) < 0)
				r = err_set(e, -buf_error(out), "read: %s",
					    strerror(-buf_error(out)));
		}
		if (r < 0) {
			out->len = start;
			return r;
		}
	}
}

int file_read(int dirfd, const char *path, size_t max, struct buf *out,
	      struct err *e)
{
	AUTO_FD fd = file_open(dirfd, path, O_RDONLY | O_NONBLOCK, 0, e);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "%s: not a regular file", path);
	if (file_read_fd(fd, max, out, e) < 0)
		return err_wrap(e, "%s", path);
	return 0;
}

int file_write_all(int fd, struct span content)
{
	while (content.len != 0) {
		const ssize_t n = write(fd, content.p, content.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		content.p += n;
		content.len -= (size_t)n;
	}
	return 0;
}

static int temporary_write(int dirfd, const char *temp, mode_t mode,
			   struct span content, struct err *e)
{
	AUTO_FD fd = file_open_beneath(dirfd, temp,
				       O_WRONLY | O_CREAT | O_TRUNC, mode, e);
	int r;

	if (fd < 0)
		return fd;
	if (fchmod(fd, mode) < 0)
		return err_errno(e, "chmod %s", temp);
	r = file_write_all(fd, content);
	if (r < 0)
		return err_set(e, -r, "write %s: %s", temp, strerror(-r));
	if (fsync(fd) < 0)
		return err_errno(e, "fsync %s", temp);
	return 0;
}

int file_replace(int dirfd, const char *name, mode_t mode, struct span content,
		 struct err *e)
{
	char temp[256];
	int r;

	if (strchr(name, '/') != NULL ||
	    snprintf(temp, sizeof(temp), ".%s.new", name) >= (int)sizeof(temp))
		return err_set(e, EINVAL, "unusable file name \"%s\"", name);
	r = temporary_write(dirfd, temp, mode, content, e);
	if (r == 0 && renameat(dirfd, temp, dirfd, name) < 0)
		r = err_errno(e, "rename to %s", name);
	if (r < 0) {
		(void)unlinkat(dirfd, temp, 0);
		return r;
	}
	if (fsync(dirfd) < 0)
		return err_errno(e, "fsync the directory of %s", name);
	return 0;
}

int file_private_dir(int dirfd, const char *path, uid_t owner, struct err *e)
{
	AUTO_FD fd = file_open(dirfd, path, O_RDONLY | O_DIRECTORY, 0, e);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", path);
	if (st.st_uid != owner || (st.st_mode & 07777) != 0700) {
		(void)err_set(e, EPERM,
			      "%s: owner %u mode %04o, must be owner %u "
			      "mode 0700",
			      path, st.st_uid, st.st_mode & 07777, owner);
		return err_hint(e, "somebody changed it: find out who, remove "
				   "it and start bailiffd again");
	}
	return fd_steal(&fd);
}
