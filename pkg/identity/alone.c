/* SPDX-License-Identifier: Apache-2.0 */
/* alone.c - see alone.h. */
#include "pkg/identity/alone.h"

#include <errno.h>
#include <string.h>

#include "lib/num.h"

/* ---- /proc/PID/status -----------------------------------------------------
 */

static int pid_parse(struct span text, uint32_t min, int32_t *ret)
{
	uint32_t n;

	if (num_parse_u32(text, min, INT32_MAX, &n) < 0)
		return -EBADMSG;
	*ret = (int32_t)n;
	return 0;
}

/* "NSpid:\t4711\t12\t1": one number a namespace, the reader's first. */
static int numbers_parse(struct span text, struct alone_member *m)
{
	if (m->depth != 0)
		return -EBADMSG;
	while (text.p != NULL) {
		if (pid_parse(span_cut(&text, '\t'), 1, &m->inner) < 0)
			return -EBADMSG;
		m->depth++;
	}
	return 0;
}

static int line_parse(struct span line, struct alone_member *m)
{
	const struct span key = span_cut(&line, '\t');

	if (span_eq_str(key, "Pid:"))
		return m->pid != 0 ? -EBADMSG : pid_parse(line, 1, &m->pid);
	if (span_eq_str(key, "PPid:"))
		return m->parent >= 0 ? -EBADMSG
				      : pid_parse(line, 0, &m->parent);
	if (span_eq_str(key, "NSpid:"))
		return numbers_parse(line, m);
	return 0;
}

int alone_member_parse(struct span status, struct alone_member *ret)
{
	struct alone_member m = { .parent = -1 };

	while (status.p != NULL)
		if (line_parse(span_cut(&status, '\n'), &m) < 0)
			return -EBADMSG;
	if (m.pid == 0 || m.parent < 0 || m.depth == 0)
		return -EBADMSG;
	*ret = m;
	return 0;
}

/* ---- one container, and nothing but it ------------------------------------
 */

/* Is @path the cgroup @of, or one above it? A place that is not known is
 * everywhere. */
static bool is_above(const char *path, const char *of)
{
	const size_t len = strlen(path);

	return of[0] != '/' || strcmp(path, "/") == 0 ||
	       (strncmp(path, of, len) == 0 &&
		(of[len] == '/' || of[len] == '\0'));
}

static const struct alone_member *member_find(const struct alone *a,
					      int32_t pid)
{
	size_t low = 0, high = a->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (a->members[middle].pid == pid)
			return &a->members[middle];
		if (a->members[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Do @m's ancestors lead to the container's first process, or out through the
 * door that one came in by? runc and containerd's shim start what is executed
 * in a container as they started its init. */
static bool is_of(const struct alone *a, const struct alone_member *init,
		  const struct alone_member *m)
{
	int32_t pid = m->pid;

	for (size_t steps = 0; steps <= a->count; steps++) {
		const struct alone_member *at = member_find(a, pid);

		if (at == init)
			return true;
		if (at == NULL)
			return pid == init->parent;
		pid = at->parent;
	}
	return false;
}

static const char *member_refusal(const struct alone *a,
				  const struct alone_member *init,
				  const struct alone_member *m)
{
	if (m == init)
		return NULL;
	if (m->is_others)
		return "its cgroup holds a process of another container that "
		       "is registered";
	if (m->depth < init->depth)
		return "its cgroup holds a process from outside of its pid "
		       "namespace";
	if (m->depth == init->depth && m->inner == 1)
		return "its cgroup holds a second container";
	if (!is_of(a, init, m))
		return "its cgroup holds a process that came from elsewhere";
	return NULL;
}

static const char *place_refusal(const struct alone *a)
{
	if (a->path[0] != '/' || strstr(a->path, "/..") != NULL)
		return "its cgroup is not known";
	if (strcmp(a->path, "/") == 0)
		return "its cgroup is the root of all";
	if (is_above(a->path, a->ours))
		return "its cgroup holds bailiff itself";
	if (is_above(a->path, a->first))
		return "its cgroup holds the host's first process";
	if (a->has_children)
		return "its cgroup has others below it";
	return NULL;
}

const char *alone_refusal(const struct alone *a)
{
	const struct alone_member *init = member_find(a, a->init);
	const char *why = place_refusal(a);

	if (why != NULL)
		return why;
	if (init == NULL)
		return "its first process is not in its cgroup";
	if (init->depth < 2 || init->inner != 1)
		return "it has no pid namespace of its own";
	if (init->is_others)
		return "its session is another container's";
	for (size_t i = 0; i < a->count && why == NULL; i++)
		why = member_refusal(a, init, &a->members[i]);
	return why;
}
