/* SPDX-License-Identifier: Apache-2.0 */
/* paths.c - opening a policy's paths, closing what nobody passed on; see
 * enforce.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pkg/enforce/enforce.h"

/* Symlinks are followed: /bin and /lib are symlinks on most systems. Those of
 * /proc that lead out of everything are not. */
static int path_open(struct span path, struct err *e)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				      .resolve = RESOLVE_NO_MAGICLINKS };
	char name[ARTEFACT_PATH_MAX + 1];
	long fd;

	if (path.len >= sizeof(name))
		return err_set(e, ENAMETOOLONG, "path of %zu bytes", path.len);
	memcpy(name, path.p, path.len);
	name[path.len] = '\0';
	fd = syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof(how));
	if (fd >= 0)
		return (int)fd;
	(void)err_errno(e, "the policy names %s", name);
	if (errno == ENOENT)
		return err_hint(e, "create it or take its rule out of the "
				   "policy");
	if (errno == EMFILE)
		return err_hint(e, "raise the limit of open files");
	return e != NULL ? -e->code : -EIO;
}

int enforce_paths_open(const struct artefact *a, struct enforce_paths *ret,
		       struct err *e)
{
	struct enforce_paths p = { 0 };
	struct cur c = cur_of(a->paths);

	if (!a->has_landlock || a->path_count == 0) {
		*ret = p;
		return 0;
	}
	p.fds = calloc(a->path_count, sizeof(*p.fds));
	if (p.fds == NULL)
		return err_set(e, ENOMEM, "open paths: out of memory");
	for (; p.count < a->path_count; p.count++) {
		uint64_t access;
		const int fd = path_open(artefact_path_next(&c, &access), e);

		if (fd < 0) {
			enforce_paths_close(&p);
			return fd;
		}
		p.fds[p.count] = fd;
	}
	*ret = p;
	return 0;
}

void enforce_paths_close(struct enforce_paths *p)
{
	for (uint32_t i = 0; i < p->count; i++)
		(void)close(p->fds[i]);
	free(p->fds);
	*p = (struct enforce_paths){ 0 };
}

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int enforce_close_from(int first, const int *keep, size_t count, struct err *e)
{
	unsigned from = (unsigned)first;

	for (size_t i = 0; i <= count; i++) {
		const unsigned to = i < count ? (unsigned)keep[i] : ~0U;

		if (i < count && to < from)
			continue;
		if (to > from && syscall(SYS_close_range, from,
					 i < count ? to - 1 : to, 0) < 0)
			return err_errno(e, "close_range");
		from = to + 1;
	}
	return 0;
}
