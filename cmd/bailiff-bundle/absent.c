/* SPDX-License-Identifier: Apache-2.0 */
/* absent.c - see absent.h. */
#include "cmd/bailiff-bundle/absent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/policy/artefact.h"

#define TOLD_MAX 10

static bool is_absent(int root, const char *path)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	AUTO_FD fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 && (errno == ENOENT || errno == ENOTDIR);
}

static int path_check(int root, const struct artefact_path *rule,
		      struct absents *a)
{
	AUTO_MEM char *path = span_dup(rule->path);

	if (path == NULL)
		return -ENOMEM;
	if (is_absent(root, path))
		a->items[a->count++] = (struct absent){
			.path = ptr_steal(&path),
			.is_required =
				(rule->flags & ARTEFACT_PATH_REQUIRED) != 0,
		};
	return 0;
}

int absents_find(const struct policy *p, const struct policy_service *s,
		 int root, struct absents *ret, struct err *e)
{
	AUTO_DONE(absents_done) struct absents a = { 0 };
	AUTO_DONE(buf_done) struct buf raw = { 0 };
	struct artefact artefact;
	struct cur paths;
	int r;

	buf_init(&raw, ARTEFACT_MAX);
	r = policy_artefact(p, s, &raw);
	if (r < 0)
		return err_set(e, -r, "the artefact: %s", strerror(-r));
	r = artefact_decode(buf_view(&raw), &artefact, e);
	if (r < 0)
		return r;
	a.items = calloc(artefact.path_count + 1, sizeof(*a.items));
	if (a.items == NULL)
		return err_set(e, ENOMEM, "out of memory");
	paths = cur_of(artefact.paths);
	for (uint32_t i = 0; i < artefact.path_count && r == 0; i++) {
		const struct artefact_path rule = artefact_path_next(&paths);

		r = path_check(root, &rule, &a);
	}
	if (r < 0)
		return err_set(e, ENOMEM, "out of memory");
	*ret = a;
	a = (struct absents){ 0 };
	return 0;
}

void absents_done(struct absents *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->items[i].path);
	free(a->items);
	*a = (struct absents){ 0 };
}

void absents_tell(const struct absents *a, const char *document)
{
	for (size_t i = 0; i < a->count && i < TOLD_MAX; i++) {
		AUTO_DONE(buf_done) struct buf path = { 0 };

		buf_init(&path, SIZE_MAX);
		json_quote(&path, span_of(a->items[i].path));
		printf("%s: warning: %s is not there: %s\n", document,
		       buf_cstr(&path) != NULL ? path.p : "a path",
		       a->items[i].is_required ? "the service would not start"
					       : "its rule would be left out");
	}
	if (a->count > TOLD_MAX)
		printf("%s: warning: %zu other paths are not there\n", document,
		       a->count - TOLD_MAX);
}
