/* SPDX-License-Identifier: Apache-2.0 */
/* policies.c - see policies.h. */
#include "cmd/bailiff-bundle/policies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/array.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/identity/registry.h"

#define SUFFIX	  ".json"
#define SERVICES  "services"
#define FILES_MAX (POLICY_SERVICES_MAX + 1)

struct document {
	char *target; /* "services/web.json"; owned */
	struct buf bytes;
};

struct documents {
	struct document *items;
	size_t count, cap;
};

static void documents_done(struct documents *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->items[i].target);
		buf_done(&d->items[i].bytes);
	}
	free(d->items);
}

/* Takes @target. */
static int document_new(struct documents *d, char *target, struct buf **ret,
			struct err *e)
{
	void *array = d->items;
	int r = target == NULL ? err_set(e, ENOMEM, "out of memory") : 0;

	if (r == 0)
		r = array_room(&array, d->count, &d->cap, sizeof(*d->items),
			       FILES_MAX, "policies", e);
	d->items = array;
	if (r < 0) {
		free(target);
		return r;
	}
	d->items[d->count].target = target;
	*ret = &d->items[d->count++].bytes;
	buf_init(*ret, POLICY_TARGET_MAX);
	return 0;
}

/* Symbolic links are followed: the files are the caller's own. */
static int file_add(struct documents *d, int dirfd, const char *path,
		    char *target, struct err *e)
{
	AUTO_FD fd = openat(dirfd, path,
			    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct buf *bytes;
	int r;

	if (fd < 0) {
		free(target);
		return err_errno(e, "open %s", path);
	}
	r = document_new(d, target, &bytes, e);
	if (r == 0)
		r = file_read_fd(fd, POLICY_TARGET_MAX, bytes, e);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

/* The NAME of "dir/NAME.json"; p NULL for another path. */
static struct span service_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const size_t len = strlen(name), suffix = strlen(SUFFIX);

	if (len <= suffix || strcmp(name + len - suffix, SUFFIX) != 0)
		return (struct span){ 0 };
	return (struct span){ name, len - suffix };
}

static char *target_of(struct span service)
{
	char *target = NULL;

	if (asprintf(&target, SERVICES "/%.*s" SUFFIX, SPAN_FMT(service)) < 0)
		return NULL;
	return target;
}

/* ---- a directory -------------------------------------------------------- */

static int services_add(struct documents *d, int dirfd, struct err *e)
{
	const int fd =
		openat(dirfd, SERVICES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	DIR *dir;
	int r = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(e, "open " SERVICES);
	dir = fdopendir(fd);
	if (dir == NULL) {
		r = err_errno(e, "read " SERVICES);
		(void)close(fd);
		return r;
	}
	while (r == 0 && (entry = readdir(dir)) != NULL) {
		const struct span service = service_of(entry->d_name);

		if (entry->d_name[0] != '.' && service.p != NULL)
			r = file_add(d, fd, entry->d_name, target_of(service),
				     e);
	}
	(void)closedir(dir);
	return r;
}

static int directory_read(struct documents *d, const char *path, struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_errno(e, "open %s", path);
	r = file_add(d, fd, "node.json", strdup("node.json"), e);
	if (r == 0)
		r = services_add(d, fd, e);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

/* ---- single services ---------------------------------------------------- */

/* A node with just these services. */
static int node_make(struct documents *d, const struct option_list *paths,
		     struct err *e)
{
	struct buf *node = NULL;
	int r = document_new(d, strdup("node.json"), &node, e);

	if (r < 0)
		return r;
	buf_puts(node, "{\"unlisted\":\"deny\",\"services\":{");
	for (size_t i = 0; i < paths->count; i++) {
		buf_puts(node, i == 0 ? "" : ",");
		json_quote(node, service_of(paths->items[i]));
		buf_printf(
			node,
			":{\"number\":%zu,\"grant\":[\"CAP_AUDIT_CONTROL\"]}",
			i + 1);
	}
	buf_puts(node, "}}");
	return buf_error(node) < 0 ? err_set(e, ENOMEM, "out of memory") : 0;
}

static int files_read(struct documents *d, const struct option_list *paths,
		      struct err *e)
{
	int r = node_make(d, paths, e);

	for (size_t i = 0; i < paths->count && r == 0; i++) {
		const char *path = paths->items[i];
		const struct span service = service_of(path);

		if (service.p == NULL || service_name_check(service, NULL) < 0)
			return err_set(e, EINVAL,
				       "%s is neither a directory nor "
				       "NAME.json of a service NAME",
				       path);
		for (size_t k = 0; k < i; k++)
			if (span_eq(service, service_of(paths->items[k])))
				return err_set(e, EINVAL,
					       "%s: two policies of one "
					       "service",
					       path);
		r = file_add(d, AT_FDCWD, path, target_of(service), e);
	}
	return r;
}

/* ---- both --------------------------------------------------------------- */

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int documents_compile(const struct documents *d,
			     const struct policy_kernel *kernel,
			     struct policy **ret, struct err *e)
{
	const struct policy_origin origin = { .generation = 1 };
	AUTO_MEM struct policy_target *targets =
		calloc(d->count, sizeof(*targets));

	if (targets == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < d->count; i++)
		targets[i] = (struct policy_target){
			.name = d->items[i].target,
			.bytes = buf_view(&d->items[i].bytes),
		};
	return policy_compile(targets, d->count, &origin, kernel, NULL, ret, e);
}

int policies_compile(const struct option_list *paths,
		     const struct policy_kernel *kernel, struct policy **ret,
		     struct err *e)
{
	AUTO_DONE(documents_done) struct documents d = { 0 };
	int r;

	if (paths->count == 1 && is_directory(paths->items[0]))
		r = directory_read(&d, paths->items[0], e);
	else
		r = files_read(&d, paths, e);
	return r < 0 ? r : documents_compile(&d, kernel, ret, e);
}
