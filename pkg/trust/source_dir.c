/* SPDX-License-Identifier: Apache-2.0 */
/* source_dir.c - see source_dir.h. */
#include "pkg/trust/source_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "lib/auto.h"
#include "lib/file.h"

static int dir_fetch(void *ctx, const char *name, size_t max, struct buf *out,
		     struct err *e)
{
	const struct trust_source_dir *d = ctx;
	AUTO_FD fd =
		file_open_beneath(d->fd, name, O_RDONLY | O_NONBLOCK, 0, e);
	struct stat st;

	if (fd == -ELOOP)
		return err_set(e, EBADMSG,
			       "a symlink, which a repository does not have");
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat");
	if (!S_ISREG(st.st_mode))
		return err_set(e, EBADMSG, "not a regular file");
	return file_read_fd(fd, max, out, e);
}

struct trust_source trust_source_dir(struct trust_source_dir *d)
{
	return (struct trust_source){ .fetch = dir_fetch, .ctx = d };
}
