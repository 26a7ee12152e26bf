/* SPDX-License-Identifier: Apache-2.0 */
/* publication.c - see publication.h. */
#include "cmd/bailiffd/publication.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/cur.h"
#include "lib/file.h"
#include "pkg/identity/paths.h"

#define NAME_COMPONENTS_MAX 4
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

static int entry_write(const struct entry *entry, int dirfd, struct err *e)
{
	char name[PUBLICATION_NAME_MAX + 1];
	AUTO_FD here = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
	char *at = name, *slash;
	int r;

	memcpy(name, entry->name.p, entry->name.len);
	name[entry->name.len] = '\0';
	while ((slash = strchr(at, '/')) != NULL) {
		int next;

		*slash = '\0';
		next = directory_make(here, at, e);
		if (next < 0)
			return next;
		fd_drop(&here);
		here = next;
		at = slash + 1;
	}
	if (entry->area == AREA_TRUST && entry->content.len == 0) {
		if (unlinkat(here, at, 0) < 0 && errno != ENOENT)
			return err_errno(e, "remove %s", at);
		return 0;
	}
	r = file_replace(here, at, 0600, entry->content, e);
	if (r == 0 && fchownat(here, at, BAILIFF_UID, BAILIFF_UID,
			       AT_SYMLINK_NOFOLLOW) < 0)
		r = err_errno(e, "chown %s", at);
	return r;
}

int publication_write(struct span publication, enum publication_area area,
		      int dirfd, struct err *e)
{
	struct cur c = cur_of(publication);
	struct entry entry;
	int r;

	while ((r = entry_next(&c, &entry, e)) > 0) {
		if (entry.area != area)
			continue;
		r = entry_write(&entry, dirfd, e);
		if (r < 0)
			return err_wrap(e, "publish %.*s",
					SPAN_FMT(entry.name));
	}
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
