/* SPDX-License-Identifier: Apache-2.0 */
/* publication.c - see publication.h. */
#include "cmd/bailiffd/publication.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/cur.h"
#include "lib/file.h"
#include "pkg/identity/paths.h"

#define NAME_COMPONENTS_MAX 4
#define SYNCED_SINGLY_MAX   16 /* changed files; then all at once */
#define SEALS		    (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

void publication_add(struct buf *out, enum publication_area area,
		     const char *name, struct span content)
{
	buf_u8(out, (uint8_t)area);
	buf_blob(out, span_of(name));
	buf_blob(out, content);
}

static bool is_json_file(struct span c)
{
	const size_t len = strlen(".json");

	return c.len > len && memcmp(c.p + c.len - len, ".json", len) == 0;
}

static bool component_is_safe(struct span c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789._~%-";

	if (c.len == 0 || c.len > 255 || (c.p[0] == '.' && !is_json_file(c)))
		return false;
	for (size_t i = 0; i < c.len; i++)
		if (c.p[i] == '\0' || strchr(alphabet, c.p[i]) == NULL)
			return false;
	return true;
}

int publication_name_check(struct span name)
{
	size_t count = 0;

	if (name.len == 0 || name.len > PUBLICATION_NAME_MAX ||
	    name.p[name.len - 1] == '/')
		return -EINVAL;
	while (name.len != 0)
		if (!component_is_safe(span_cut(&name, '/')) ||
		    ++count > NAME_COMPONENTS_MAX)
			return -EINVAL;
	return 0;
}

struct entry {
	enum publication_area area;
	struct span name, content;
};

/* Return: 1 and an entry; 0 at the end; -EBADMSG. */
static int entry_next(struct cur *c, struct entry *ret, struct err *e)
{
	uint8_t area;

	if (c->rest.len == 0)
		return 0;
	area = cur_u8(c);
	ret->area = (enum publication_area)area;
	ret->name = cur_blob(c, PUBLICATION_NAME_MAX);
	ret->content = cur_blob(c, PUBLICATION_MAX);
	if (c->failed || area >= AREA_COUNT)
		return err_set(e, EBADMSG,
			       "the policy process answered with a file that "
			       "has no place");
	if (publication_name_check(ret->name) < 0)
		return err_set(e, EBADMSG,
			       "the policy process answered with a file "
			       "\"%.*s\", a name that is not written",
			       SPAN_FMT(ret->name));
	return 1;
}

int publication_check(struct span publication, struct err *e)
{
	struct cur c = cur_of(publication);
	struct entry entry;
	size_t count = 0;
	int r;

	while ((r = entry_next(&c, &entry, e)) > 0)
		if (++count > PUBLICATION_FILES_MAX)
			return err_set(e, EBADMSG, "more than %d files",
				       PUBLICATION_FILES_MAX);
	return r;
}

struct span publication_find(struct span publication,
			     enum publication_area area, const char *name)
{
	struct cur c = cur_of(publication);
	struct entry entry;

	while (entry_next(&c, &entry, NULL) > 0)
		if (entry.area == area && span_eq_str(entry.name, name))
			return entry.content;
	return (struct span){ 0 };
}

/* ---- writing --------------------------------------------------------------
 */

/* Directory @name below @dirfd, made if absent, bailiff's own. */
static int directory_make(int dirfd, const char *name, struct err *e)
{
	AUTO_FD fd = -1;

	if (mkdirat(dirfd, name, 0700) < 0 && errno != EEXIST)
		return err_errno(e, "mkdir %s", name);
	fd = file_open_beneath(dirfd, name, O_RDONLY | O_DIRECTORY, 0, e);
	if (fd < 0)
		return fd;
	if (fchown(fd, BAILIFF_UID, BAILIFF_UID) < 0)
		return err_errno(e, "chown %s", name);
	return fd_steal(&fd);
}

/* Where entries go: the directory of the last one stays open, the next is
 * usually its neighbour. */
struct place {
	int root;			     /* borrowed */
	int fd;				     /* of path; -1: none yet */
	char path[PUBLICATION_NAME_MAX + 1]; /* of the directory; "": root */
	char name[PUBLICATION_NAME_MAX + 1]; /* of the file in it */
	size_t changed;			     /* files that were written */
	bool is_unsynced;		     /* some of them */
};

static void place_done(struct place *p)
{
	fd_drop(&p->fd);
}

static int directories_open(int root, char *path, struct err *e)
{
	AUTO_FD here = fcntl(root, F_DUPFD_CLOEXEC, 0);
	char *at = path, *slash;

	while (at != NULL && *at != '\0') {
		int next;

		slash = strchr(at, '/');
		if (slash != NULL)
			*slash = '\0';
		next = directory_make(here, at, e);
		if (slash != NULL)
			*slash = '/';
		if (next < 0)
			return next;
		fd_drop(&here);
		here = next;
		at = slash != NULL ? slash + 1 : NULL;
	}
	return fd_steal(&here);
}

static int place_find(struct place *p, struct span name, struct err *e)
{
	size_t dir = name.len;

	while (dir > 0 && name.p[dir - 1] != '/')
		dir--;
	memcpy(p->name, name.p + dir, name.len - dir);
	p->name[name.len - dir] = '\0';
	dir -= dir != 0; /* the slash */
	if (p->fd >= 0 && span_eq_str((struct span){ name.p, dir }, p->path))
		return 0;
	fd_drop(&p->fd);
	memcpy(p->path, name.p, dir);
	p->path[dir] = '\0';
	p->fd = directories_open(p->root, p->path, e);
	return p->fd < 0 ? p->fd : 0;
}

/* The name's bytes are these already. */
static bool is_there(const struct place *p, struct span content)
{
	AUTO_FD fd = file_open_beneath(p->fd, p->name, O_RDONLY | O_NONBLOCK, 0,
				       NULL);
	AUTO_DONE(buf_done) struct buf now;
	struct stat st;

	buf_init(&now, content.len + 1);
	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_uid == BAILIFF_UID && st.st_size >= 0 &&
	       (size_t)st.st_size == content.len &&
	       file_read_fd(fd, content.len, &now, NULL) == 0 &&
	       span_eq(buf_view(&now), content);
}

static int file_remove(const struct place *p, struct err *e)
{
	if (unlinkat(p->fd, p->name, 0) < 0 && errno != ENOENT)
		return err_errno(e, "remove %s", p->name);
	return 0;
}

/* A file that was not there. Its bytes reach the disk when they please. */
static int file_create(int dirfd, const char *name, struct span content,
		       struct err *e)
{
	AUTO_FD fd = file_open_beneath(dirfd, name, O_WRONLY | O_CREAT | O_EXCL,
				       0600, e);
	int r;

	if (fd < 0)
		return fd;
	r = file_write_all(fd, content);
	if (r < 0)
		return err_set(e, -r, "write %s: %s", name, strerror(-r));
	if (fchown(fd, BAILIFF_UID, BAILIFF_UID) < 0)
		return err_errno(e, "chown %s", name);
	return 0;
}

/* Whole or not at all for whoever reads it, but not yet on the disk. */
static int file_exchange(const struct place *p, struct span content,
			 struct err *e)
{
	static const char temporary[] = ".publication.new";
	int r;

	if (unlinkat(p->fd, temporary, 0) < 0 && errno != ENOENT)
		return err_errno(e, "remove %s", temporary);
	r = file_create(p->fd, temporary, content, e);
	if (r == 0 && renameat(p->fd, temporary, p->fd, p->name) < 0)
		r = err_errno(e, "rename to %s", p->name);
	if (r < 0)
		(void)unlinkat(p->fd, temporary, 0);
	return r;
}

static int file_replace_own(const struct place *p, struct span content,
			    struct err *e)
{
	const int r = file_replace(p->fd, p->name, 0600, content, e);

	if (r == 0 && fchownat(p->fd, p->name, BAILIFF_UID, BAILIFF_UID,
			       AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "chown %s", p->name);
	return r;
}

/* A new generation's directory is memory, and nobody looks into it before
 * "current" names it. What is kept on a disk is written only where it changed:
 * a few files are synced singly, of many all at once, before the one that leads
 * to them. */
static int entry_write(const struct entry *entry, struct place *p,
		       struct err *e)
{
	const bool is_pointer = span_eq_str(entry->name, PUBLICATION_POINTER);

	if (entry->area == AREA_POLICY)
		return file_create(p->fd, p->name, entry->content, e);
	if (entry->area == AREA_TRUST && entry->content.len == 0)
		return file_remove(p, e);
	if (is_there(p, entry->content))
		return 0;
	if (!is_pointer && ++p->changed > SYNCED_SINGLY_MAX) {
		p->is_unsynced = true;
		return file_exchange(p, entry->content, e);
	}
	if (p->is_unsynced && syncfs(p->root) < 0)
		return err_errno(e, "write out what was published");
	p->is_unsynced = false;
	return file_replace_own(p, entry->content, e);
}

int publication_write(struct span publication, enum publication_area area,
		      int dirfd, struct err *e)
{
	AUTO_DONE(place_done)
	struct place place = { .root = dirfd, .fd = -1 };
	struct cur c = cur_of(publication);
	struct entry entry;
	int r;

	while ((r = entry_next(&c, &entry, e)) > 0) {
		if (entry.area != area)
			continue;
		r = place_find(&place, entry.name, e);
		if (r == 0)
			r = entry_write(&entry, &place, e);
		if (r < 0)
			return err_wrap(e, "publish %.*s",
					SPAN_FMT(entry.name));
	}
	if (r == 0 && place.is_unsynced && syncfs(dirfd) < 0)
		return err_errno(e, "write out what was published");
	return r;
}

int publication_seal(struct span content, struct err *e)
{
	AUTO_FD fd =
		memfd_create("publication", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return err_errno(e, "memfd_create");
	r = file_write_all(fd, content);
	if (r < 0)
		return err_set(e, -r, "write the publication: %s",
			       strerror(-r));
	if (fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return err_errno(e, "seal the publication");
	return fd_steal(&fd);
}

int publication_map(int fd, struct span *ret, struct err *e)
{
	const int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;
	void *p;

	if (seals < 0 || (seals & SEALS) != SEALS)
		return err_set(e, EPERM, "the publication is not sealed");
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat the publication");
	if (st.st_size < 0 || st.st_size > (off_t)PUBLICATION_MAX)
		return err_set(e, EFBIG, "the publication has %lld bytes",
			       (long long)st.st_size);
	*ret = (struct span){ 0 };
	if (st.st_size == 0)
		return 0;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_errno(e, "map the publication");
	*ret = (struct span){ .p = p, .len = (size_t)st.st_size };
	return 0;
}

void publication_unmap(struct span mapped)
{
	if (mapped.len != 0)
		(void)munmap((void *)(uintptr_t)mapped.p, mapped.len);
}
