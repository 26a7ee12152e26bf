/* SPDX-License-Identifier: Apache-2.0 */
/* repo.c - see repo.h. */
#include "cmd/bailiff-bundle/repo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/array.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trust/name.h"
#include "pkg/trust/trust.h"

#define DEPTH_MAX 16
#define WALK_MAX  100000 /* roots that a repository may have */

int repo_read(const struct repo *r, const char *name, size_t max,
	      struct buf *out, struct err *e)
{
	AUTO_FD fd =
		file_open_beneath(r->fd, name, O_RDONLY | O_NONBLOCK, 0, e);
	int code;

	if (fd < 0)
		return fd;
	code = file_read_fd(fd, max, out, e);
	return code < 0 ? err_wrap(e, "%s", name) : 0;
}

int repo_metadata(const struct repo *r, const char *name, enum trust_role role,
		  struct buf *bytes, struct trust_metadata *ret, struct err *e)
{
	int code;

	buf_init(bytes, trust_role_max(role));
	code = repo_read(r, name, trust_role_max(role), bytes, e);
	if (code < 0)
		return code;
	code = trust_metadata_parse(role, buf_view(bytes), ret, e);
	return code < 0 ? err_wrap(e, "%s", name) : 0;
}

/* Is there an @version.root.json? */
static bool root_exists(const struct repo *r, uint64_t version, char *name)
{
	struct stat st;

	(void)snprintf(name, 64, "%llu.root.json", (unsigned long long)version);
	return fstatat(r->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The first root may still wait for signatures, and all else with it. */
static bool root_is_staged(const struct repo *r)
{
	struct stat st;

	return fstatat(r->staged_fd, "root.json", &st, AT_SYMLINK_NOFOLLOW) ==
	       0;
}

static int newest_root(struct repo *r, enum repo_use use, struct err *e)
{
	char name[64], next[64];
	uint64_t version = 1;
	int code;

	if (!root_exists(r, version, name)) {
		if (use != REPO_CHANGE || root_is_staged(r))
			return 0;
		(void)err_set(e, ENOENT,
			      "there is no 1.root.json, and none is staged");
		return err_hint(e, "begin with bailiff-bundle init");
	}
	while (version < WALK_MAX && root_exists(r, version + 1, next)) {
		memcpy(name, next, sizeof(name));
		version++;
	}
	code = repo_metadata(r, name, TRUST_ROLE_ROOT, &r->root_bytes, &r->root,
			     e);
	if (code == 0 && r->root.version != version)
		return err_set(e, EBADMSG, "%s: the version inside is %llu",
			       name, (unsigned long long)r->root.version);
	if (code == 0 && !r->root.root.is_consistent)
		return err_set(e, EOPNOTSUPP,
			       "%s: only repositories with consistent_snapshot "
			       "can be written",
			       name);
	return code;
}

/* One process at a time; the kernel lets go when it ends, however it does. */
static int lock_take(const struct repo *r, struct err *e)
{
	if (flock(r->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_errno(e, "lock the directory");
	(void)err_set(e, EBUSY, "another bailiff-bundle is changing it");
	return err_hint(e, "run this again when that one has ended");
}

static int staged_open(struct repo *r, enum repo_use use, struct err *e)
{
	int code;

	if (use != REPO_LOOK && mkdirat(r->fd, "staged", 0755) < 0 &&
	    errno != EEXIST)
		return err_errno(e, "make staged");
	code = file_open_beneath(r->fd, "staged", O_RDONLY | O_DIRECTORY, 0, e);
	if (code == -ENOENT && use == REPO_LOOK)
		return 0;
	if (code < 0)
		return code;
	r->staged_fd = code;
	return 0;
}

int repo_open(const char *path, enum repo_use use, struct repo *ret,
	      struct err *e)
{
	struct repo r = { .fd = -1, .staged_fd = -1 };
	int code = 0;

	r.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r.fd < 0)
		return err_errno(e, "open the repository %s", path);
	if (use != REPO_LOOK)
		code = lock_take(&r, e);
	if (code == 0)
		code = staged_open(&r, use, e);
	if (code == 0)
		code = newest_root(&r, use, e);
	if (code < 0) {
		(void)err_wrap(e, "%s", path);
		repo_close(&r);
		return code;
	}
	*ret = r;
	return 0;
}

void repo_close(struct repo *r)
{
	fd_drop(&r->fd);
	fd_drop(&r->staged_fd);
	buf_done(&r->root_bytes);
	trust_metadata_done(&r->root);
}

/* Make the directories above a relative @name. */
static int dirs_make(const struct repo *r, const char *name, struct err *e)
{
	char path[REPO_NAME_MAX];

	for (const char *at = strchr(name, '/'); at != NULL;
	     at = strchr(at + 1, '/')) {
		const size_t len = (size_t)(at - name);

		if (len >= sizeof(path))
			return err_set(e, ENAMETOOLONG, "%s: too long", name);
		memcpy(path, name, len);
		path[len] = '\0';
		if (mkdirat(r->fd, path, 0755) < 0 && errno != EEXIST)
			return err_errno(e, "make directory %s", path);
	}
	return 0;
}

int repo_write(const struct repo *r, const char *name, struct span bytes,
	       struct err *e)
{
	const char *slash = strrchr(name, '/');
	AUTO_FD dir = -1;
	char path[REPO_NAME_MAX];
	int code;

	if (slash == NULL)
		return file_replace(r->fd, name, 0644, bytes, e);
	if (snprintf(path, sizeof(path), "%.*s", (int)(slash - name), name) >=
	    (int)sizeof(path))
		return err_set(e, ENAMETOOLONG, "%s: too long", name);
	code = dirs_make(r, name, e);
	if (code < 0)
		return code;
	dir = file_open_beneath(r->fd, path, O_RDONLY | O_DIRECTORY, 0, e);
	if (dir < 0)
		return dir;
	code = file_replace(dir, slash + 1, 0644, bytes, e);
	return code < 0 ? err_wrap(e, "%s", name) : 0;
}

int repo_write_json(const struct repo *r, const char *name,
		    const json_t *document, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	int code;

	buf_init(&text, TRUST_TARGETS_MAX);
	code = json_pretty(document, &text);
	if (code < 0)
		return err_set(e, -code, "%s: %s", name, strerror(-code));
	return repo_write(r, name, buf_view(&text), e);
}

static int tree_remove(int dirfd, const char *name, unsigned depth,
		       struct err *e);

/* Everything in the directory @fd, which is taken over. */
static int tree_empty(int fd, unsigned depth, struct err *e)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int code = 0;

	if (dir == NULL) {
		code = err_errno(e, "read directory");
		(void)close(fd);
		return code;
	}
	while (code == 0 && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			code = tree_remove(fd, entry->d_name, depth + 1, e);
	(void)closedir(dir);
	return code;
}

static int tree_remove(int dirfd, const char *name, unsigned depth,
		       struct err *e)
{
	int fd, code;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR || depth > DEPTH_MAX)
		return err_errno(e, "remove %s", name);
	fd = file_open_beneath(dirfd, name, O_RDONLY | O_DIRECTORY, 0, e);
	if (fd < 0)
		return fd;
	code = tree_empty(fd, depth, e);
	if (code == 0 && unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		code = err_errno(e, "remove %s", name);
	return code;
}

int repo_unstage(const struct repo *r, const char *name, struct err *e)
{
	return tree_remove(r->staged_fd, name, 0, e);
}

static struct dirent *entry_copy(const struct dirent *entry)
{
	struct dirent *copy = malloc(entry->d_reclen);

	return copy == NULL ? NULL : memcpy(copy, entry, entry->d_reclen);
}

static int by_name(const void *a, const void *b)
{
	return alphasort((const struct dirent **)(uintptr_t)a,
			 (const struct dirent **)(uintptr_t)b);
}

/* What readdir(3) gives until it ends. @ret and @count hold what there is also
 * after a failure. */
static int entries_read(DIR *dir, struct dirent ***ret, size_t *count)
{
	const struct dirent *entry;
	size_t cap = 0;

	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {
		void *array = *ret;
		struct dirent *copy = entry_copy(entry);
		struct err e;

		if (copy == NULL ||
		    array_room(&array, *count, &cap, sizeof(copy), INT_MAX,
			       "entries", &e) < 0) {
			free(copy);
			return -ENOMEM;
		}
		*ret = array;
		(*ret)[(*count)++] = copy;
	}
	return -errno;
}

int repo_scan(int dirfd, const char *path, struct dirent ***ret)
{
	AUTO_FD fd = openat(dirfd, path,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent **entries = NULL;
	size_t count = 0;
	int r;

	if (dir == NULL)
		return -1;
	(void)fd_steal(&fd);
	r = entries_read(dir, &entries, &count);
	(void)closedir(dir);
	if (r < 0) {
		while (count > 0)
			free(entries[--count]);
		free(entries);
		errno = -r;
		return -1;
	}
	if (count > 1)
		qsort(entries, count, sizeof(*entries), by_name);
	*ret = entries;
	return (int)count;
}

static int sweep_entry(const struct repo *r, const char *dir, const char *entry,
		       const json_t *keep, unsigned depth, struct err *e);

static int sweep_dir(const struct repo *r, const char *dir, const json_t *keep,
		     unsigned depth, struct err *e)
{
	struct dirent **entries = NULL;
	const int count = repo_scan(r->fd, dir, &entries);
	int code = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : err_errno(e, "read %s", dir);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (code == 0 && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0)
			code = sweep_entry(r, dir, name, keep, depth, e);
		free(entries[i]);
	}
	free(entries);
	return code;
}

static int sweep_entry(const struct repo *r, const char *dir, const char *entry,
		       const json_t *keep, unsigned depth, struct err *e)
{
	char name[REPO_NAME_MAX];
	struct stat st;
	int code = 0;

	if (snprintf(name, sizeof(name), "%s/%s", dir, entry) >=
		    (int)sizeof(name) ||
	    depth > DEPTH_MAX)
		return err_set(e, ENAMETOOLONG, "%s/%s: too long or too deep",
			       dir, entry);
	if (json_object_get(keep, name) != NULL)
		return 0;
	if (fstatat(r->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "stat %s", name);
	if (!S_ISDIR(st.st_mode))
		return unlinkat(r->fd, name, 0) < 0
			       ? err_errno(e, "remove %s", name)
			       : 0;
	code = sweep_dir(r, name, keep, depth + 1, e);
	if (code == 0 && unlinkat(r->fd, name, AT_REMOVEDIR) < 0 &&
	    errno != ENOTEMPTY && errno != EEXIST)
		code = err_errno(e, "remove %s", name);
	return code;
}

int repo_sweep(const struct repo *r, const char *dir, const json_t *keep,
	       struct err *e)
{
	return sweep_dir(r, dir, keep, 0, e);
}

/* Copy a finished name out. */
static int name_give(struct buf *name, const char *what, char *ret,
		     struct err *e)
{
	const char *text = buf_cstr(name);

	if (text == NULL)
		return err_set(e, ENAMETOOLONG, "%.100s: the name is too long",
			       what);
	memcpy(ret, text, name->len + 1);
	return 0;
}

int repo_staged_name(const char *role, char ret[static REPO_NAME_MAX],
		     struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;

	buf_init(&name, REPO_NAME_MAX - 1);
	buf_puts(&name, "staged/");
	if (trust_role_file(role, &name) < 0)
		return err_set(e, ENAMETOOLONG, "role %.100s: too long a name",
			       role);
	return name_give(&name, role, ret, e);
}

int repo_published_name(const char *role, uint64_t version,
			char ret[static REPO_NAME_MAX], struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;
	int code;

	buf_init(&name, REPO_NAME_MAX - 1);
	if (strcmp(role, trust_role_name(TRUST_ROLE_TIMESTAMP)) == 0)
		code = trust_role_file(role, &name);
	else
		code = trust_role_file_versioned(version, role, &name);
	if (code < 0)
		return err_set(e, ENAMETOOLONG, "role %.100s: too long a name",
			       role);
	return name_give(&name, role, ret, e);
}

int repo_target_name(const char *path, const struct trust_file *file,
		     bool is_staged, char ret[static REPO_NAME_MAX],
		     struct err *e)
{
	const struct span sha256 = file->hashes[TRUST_HASH_SHA256];
	AUTO_DONE(buf_done) struct buf name;

	buf_init(&name, REPO_NAME_MAX - 1);
	if (is_staged)
		buf_puts(&name, "staged/");
	trust_target_name(path,
			  sha256.p ? sha256 : file->hashes[TRUST_HASH_SHA512],
			  &name);
	return name_give(&name, path, ret, e);
}

void repo_current_done(struct repo_current *c)
{
	buf_done(&c->timestamp_bytes);
	buf_done(&c->snapshot_bytes);
	buf_done(&c->targets_bytes);
	trust_metadata_done(&c->timestamp);
	trust_metadata_done(&c->snapshot);
	trust_metadata_done(&c->targets);
}

/* The file that @lister lists as ROLE.json. */
static int listed_read(const struct repo *r, enum trust_role role,
		       const struct trust_metadata *lister, struct buf *bytes,
		       struct trust_metadata *ret, struct err *e)
{
	char entry[32], name[REPO_NAME_MAX];
	struct trust_file f;
	int code;

	(void)snprintf(entry, sizeof(entry), "%s.json", trust_role_name(role));
	f = trust_file_read(json_object_get(lister->files, entry));
	code = repo_published_name(trust_role_name(role), f.version, name, e);
	if (code < 0)
		return code;
	return repo_metadata(r, name, role, bytes, ret, e);
}

int repo_current_read(const struct repo *r, struct repo_current *ret,
		      struct err *e)
{
	struct repo_current c = { 0 };
	int code = repo_metadata(r, "timestamp.json", TRUST_ROLE_TIMESTAMP,
				 &c.timestamp_bytes, &c.timestamp, e);

	if (code == -ENOENT) {
		*ret = c;
		return 0;
	}
	if (code == 0)
		code = listed_read(r, TRUST_ROLE_SNAPSHOT, &c.timestamp,
				   &c.snapshot_bytes, &c.snapshot, e);
	if (code == 0)
		code = listed_read(r, TRUST_ROLE_TARGETS, &c.snapshot,
				   &c.targets_bytes, &c.targets, e);
	if (code < 0) {
		repo_current_done(&c);
		(void)err_wrap(e, "what is published now");
		return code;
	}
	*ret = c;
	return 0;
}
