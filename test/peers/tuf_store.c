/* SPDX-License-Identifier: Apache-2.0 */
/* tuf_store.c - see tuf_store.h. */
#include "test/peers/tuf_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"

#define ROOT	  "root.json"
#define CHAIN	  ".root.json"
#define FILE_MODE 0644
#define FILES_MAX (1U << 20) /* more names than this are not looked at */

/* "7.root.json": of the chain of roots. */
static bool is_chain(const char *name)
{
	const size_t digits = strspn(name, "0123456789");

	return digits > 0 && strcmp(name + digits, CHAIN) == 0;
}

static int where(const struct tuf_store *s, const char *name)
{
	return is_chain(name) ? s->state_fd : s->dir_fd;
}

/* DIR/root.json alone may be a symlink. */
static int root_read(const struct tuf_store *s, size_t max, struct buf *out,
		     struct err *e)
{
	AUTO_FD fd = openat(s->dir_fd, ROOT, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return err_errno(e, "open %s", ROOT);
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat %s", ROOT);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "%s: not a regular file", ROOT);
	return file_read_fd(fd, max, out, e);
}

static int store_load(void *ctx, const char *name, size_t max, struct buf *out,
		      struct err *e)
{
	const struct tuf_store *s = ctx;
	const int fd = where(s, name);
	int r;

	if (fd < 0)
		return -ENOENT;
	if (strcmp(name, ROOT) == 0)
		r = root_read(s, max, out, e);
	else
		r = file_read(fd, name, max, out, e);
	return r == 0 || r == -ENOMEM ? r : -ENOENT;
}

/* A name that no file can have is not kept: it is asked for again. */
static int store_save(void *ctx, const char *name, struct span bytes,
		      struct err *e)
{
	const struct tuf_store *s = ctx;
	const int fd = where(s, name);

	if (fd < 0 || strlen(name) > TUF_NAME_MAX)
		return 0;
	return file_replace(fd, name, FILE_MODE, bytes, e);
}

static int store_drop(void *ctx, const char *name, struct err *e)
{
	const struct tuf_store *s = ctx;
	const int fd = where(s, name);

	if (fd < 0 || unlinkat(fd, name, 0) == 0 || errno == ENOENT ||
	    errno == ENAMETOOLONG)
		return 0;
	return err_errno(e, "remove %s", name);
}

struct trust_store tuf_store_callbacks(struct tuf_store *s)
{
	return (struct trust_store){
		.load = store_load,
		.save = store_save,
		.drop = store_drop,
		.ctx = s,
	};
}

static int state_make(struct tuf_store *s, struct err *e)
{
	if (s->state_fd >= 0)
		return 0;
	if (mkdirat(s->dir_fd, TUF_STORE_STATE, 0700) < 0 && errno != EEXIST)
		return err_errno(e, "make " TUF_STORE_STATE);
	s->state_fd = file_open_beneath(s->dir_fd, TUF_STORE_STATE,
					O_RDONLY | O_DIRECTORY, 0, e);
	return s->state_fd < 0 ? s->state_fd : 0;
}

int tuf_store_open(struct tuf_store *ret, const char *path, bool wants_new,
		   struct err *e)
{
	struct tuf_store s = { -1, -1 };
	int r = 0;

	if (wants_new && mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_errno(e, "make %s", path);
	s.dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.dir_fd < 0)
		return err_errno(e, "open %s", path);
	if (flock(s.dir_fd, LOCK_EX) < 0)
		r = err_errno(e, "lock %s", path);
	else if (wants_new)
		r = state_make(&s, e);
	else
		s.state_fd = file_open_beneath(s.dir_fd, TUF_STORE_STATE,
					       O_RDONLY | O_DIRECTORY, 0, NULL);
	if (r < 0) {
		tuf_store_close(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void tuf_store_close(struct tuf_store *s)
{
	fd_drop(&s->state_fd);
	fd_drop(&s->dir_fd);
}

/* Forget the roots that followed an earlier anchor. */
static int chain_clear(const struct tuf_store *s, struct err *e)
{
	const int fd = dup(s->state_fd);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	int r = 0;

	if (d == NULL) {
		r = err_errno(e, "read " TUF_STORE_STATE);
		if (fd >= 0)
			(void)close(fd);
		return r;
	}
	for (const struct dirent *entry = readdir(d); r == 0 && entry != NULL;
	     entry = readdir(d))
		if (is_chain(entry->d_name) &&
		    unlinkat(s->state_fd, entry->d_name, 0) < 0)
			r = err_errno(e, "remove %s", entry->d_name);
	(void)closedir(d);
	return r;
}

int tuf_store_begin(struct tuf_store *s, struct span root, struct err *e)
{
	int r = chain_clear(s, e);

	if (r == 0)
		r = file_replace(s->state_fd, ROOT, FILE_MODE, root, e);
	return r < 0 ? r : file_replace(s->dir_fd, ROOT, FILE_MODE, root, e);
}

int tuf_store_anchor(const struct tuf_store *s, struct buf *out, struct err *e)
{
	int r = -ENOENT;

	if (s->state_fd >= 0)
		r = file_read(s->state_fd, ROOT, TRUST_ROOT_MAX, out, e);
	if (r == -ENOENT)
		r = root_read(s, TRUST_ROOT_MAX, out, e);
	if (r == -ENOENT)
		(void)err_hint(e, "run \"init ROOT\" first");
	return r;
}

int tuf_store_adopt(struct tuf_store *s, struct span root, struct err *e)
{
	struct stat st;
	int r = state_make(s, e);

	if (r < 0 || fstatat(s->state_fd, ROOT, &st, 0) == 0)
		return r;
	return file_replace(s->state_fd, ROOT, FILE_MODE, root, e);
}
