/* SPDX-License-Identifier: Apache-2.0 */
/* paths.c - opening a policy's paths, closing what nobody passed on; see
 * enforce.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/enforce/enforce.h"

static int path_openat2(const char *name, uint64_t resolve)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				      .resolve = resolve };

	return (int)syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof(how));
}

/* Where @name really leads, in words; without /proc nobody can say. */
static void path_target(const char *name, char *ret, size_t size)
{
	AUTO_FD fd = path_openat2(name, RESOLVE_NO_MAGICLINKS);
	char link[32];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = fd < 0 ? -1 : readlink(link, ret, size - 1);
	if (len < 0)
		len = snprintf(ret, size, "another path");
	ret[len] = '\0';
}

static int path_leads_elsewhere(const char *name, struct err *e)
{
	char target[ARTEFACT_PATH_MAX];

	path_target(name, target, sizeof(target));
	(void)err_set(e, ELOOP,
		      "the policy names %s, which leads to %s, and may only "
		      "name paths as they are",
		      name, target);
	return err_hint(e, "name the path that it leads to, in the ceiling of "
			   "the role too");
}

static bool path_has_dotdot(struct span path)
{
	while (path.p != NULL)
		if (span_eq_str(span_cut(&path, '/'), ".."))
			return true;
	return false;
}

/* Symlinks are followed, unless @is_canonical: /bin and /lib are symlinks on
 * most systems. Those of /proc that lead out of everything are not. */
static int path_open(struct span path, bool is_canonical, struct err *e)
{
	char name[ARTEFACT_PATH_MAX + 1];
	int fd;

	if (path.len >= sizeof(name))
		return err_set(e, ENAMETOOLONG, "path of %zu bytes", path.len);
	memcpy(name, path.p, path.len);
	name[path.len] = '\0';
	if (is_canonical && path_has_dotdot(path))
		return path_leads_elsewhere(name, e);
	fd = path_openat2(name, is_canonical ? RESOLVE_NO_SYMLINKS
					     : RESOLVE_NO_MAGICLINKS);
	if (fd >= 0)
		return fd;
	if (is_canonical && errno == ELOOP)
		return path_leads_elsewhere(name, e);
	(void)err_errno(e, "the policy names %s", name);
	if (errno == EMFILE)
		return err_hint(e, "raise the limit of open files");
	return e != NULL ? -e->code : -EIO;
}

static int rule_open(const struct artefact_path *rule, bool is_canonical,
		     int *ret, struct err *e)
{
	const bool is_required = (rule->flags & ARTEFACT_PATH_REQUIRED) != 0;
	const int fd = path_open(rule->path, is_canonical, e);

	*ret = -1;
	if (fd >= 0)
		*ret = fd;
	else if (fd != -ENOENT && fd != -ENOTDIR)
		return fd;
	else if (is_required)
		return err_hint(e, "create it, or take \"required\" out of its "
				   "rule");
	return 0;
}

int enforce_paths_open(const struct artefact *a, struct enforce_paths *ret,
		       struct err *e)
{
	const bool is_canonical = (a->flags & ARTEFACT_PATHS_CANONICAL) != 0;
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
		const struct artefact_path rule = artefact_path_next(&c);
		const int r =
			rule_open(&rule, is_canonical, &p.fds[p.count], e);

		if (r < 0) {
			enforce_paths_close(&p);
			return r;
		}
		p.absent += p.fds[p.count] < 0;
	}
	*ret = p;
	return 0;
}

void enforce_paths_close(struct enforce_paths *p)
{
	for (uint32_t i = 0; i < p->count; i++)
		fd_drop(&p->fds[i]);
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
