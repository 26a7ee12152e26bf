/* SPDX-License-Identifier: Apache-2.0 */
/* passed_act.c - a cgroup and who is in it; freeze and kill. See passed.h. */
#include "cmd/bailiffd/passed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiffd/process.h"
#include "cmd/bailiffd/supervisor.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/identity/alone.h"
#include "pkg/identity/cgroup.h"

#define PROC_TEXT_MAX  16384
#define STAT_START     22 /* proc_pid_stat(5), counted from 1 */
#define PROCS_TEXT_MAX (ALONE_MEMBERS_MAX * 8)

/* ---- processes ------------------------------------------------------------
 */

static int proc_read(int32_t pid, const char *name, struct buf *out)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	buf_init(out, PROC_TEXT_MAX);
	return file_read(AT_FDCWD, path, PROC_TEXT_MAX - 1, out, NULL);
}

int passed_process(int32_t pid, struct alone_member *ret)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };

	if (proc_read(pid, "status", &text) < 0 ||
	    alone_member_parse(buf_view(&text), ret) < 0)
		return -ESRCH;
	return 0;
}

uint64_t passed_start(int32_t pid)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	struct span rest;
	const char *name_end;
	uint64_t start = 0;

	if (pid <= 0 || proc_read(pid, "stat", &text) < 0)
		return 0;
	/* "4711 (name) S ...": the name may hold blanks and brackets. */
	rest = buf_view(&text);
	name_end = rest.len != 0 ? memrchr(rest.p, ')', rest.len) : NULL;
	if (name_end == NULL || name_end[1] != ' ' || name_end[2] == 'Z' ||
	    name_end[2] == 'X')
		return 0;
	rest.len -= (size_t)(name_end + 2 - rest.p);
	rest.p = name_end + 2;
	for (unsigned field = 3; field < STAT_START; field++)
		(void)span_cut(&rest, ' ');
	if (num_parse_u64(span_cut(&rest, ' '), 1, UINT64_MAX, &start) < 0)
		return 0;
	return start;
}

static int member_order(const void *a, const void *b)
{
	const struct alone_member *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

int passed_members(int dirfd, struct alone_member **ret, size_t *ret_count)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	AUTO_MEM struct alone_member *members = NULL;
	struct span rest;
	size_t count = 0;
	int r;

	buf_init(&text, PROCS_TEXT_MAX + 1);
	r = file_read(dirfd, "cgroup.procs", PROCS_TEXT_MAX, &text, NULL);
	if (r < 0)
		return r == -EFBIG ? -E2BIG : r;
	members = calloc(ALONE_MEMBERS_MAX, sizeof(*members));
	if (members == NULL)
		return -ENOMEM;
	for (rest = buf_view(&text); rest.len != 0;) {
		const struct span line = span_cut(&rest, '\n');
		uint32_t pid;

		/* 0: of a pid namespace that this one cannot see. */
		if (num_parse_u32(line, 1, INT32_MAX, &pid) < 0)
			return -E2BIG;
		if (count == ALONE_MEMBERS_MAX)
			return -E2BIG;
		if (passed_process((int32_t)pid, &members[count]) == 0)
			count++;
	}
	qsort(members, count, sizeof(*members), member_order);
	*ret = ptr_steal(&members);
	*ret_count = count;
	return 0;
}

/* ---- is it that container's alone? ----------------------------------------
 */

static bool has_children(int dirfd)
{
	const int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool found = dir == NULL; /* nobody knows */

	while (!found && (entry = readdir(dir)) != NULL)
		found = entry->d_type == DT_DIR && entry->d_name[0] != '.';
	if (dir != NULL)
		(void)closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
	return found;
}

/* Is this process of a session that was registered for another container? */
static bool is_of_another(const struct supervisor *s, int32_t pid,
			  const char *id)
{
	const uint32_t ses = process_session(pid);
	struct session session;
	struct err e = { 0 };
	int r;

	if (ses == UINT32_MAX)
		return false;
	r = session_lookup(s->dirs.sessions, ses, &session, &e);
	if (r < 0)
		return r != -ENOENT; /* damaged: nobody knows whose */
	return strcmp(session.instance, id) != 0;
}

/* Return: NULL when @dirfd is the cgroup of @row's container alone. */
static const char *look(const struct supervisor *s,
			const struct passed_row *row, int dirfd)
{
	AUTO_MEM struct alone_member *members = NULL;
	char now[CGROUP_PATH_MAX + 1];
	struct alone a = { .path = row->cgroup,
			   .ours = s->passed.ours,
			   .first = s->passed.first,
			   .has_children = has_children(dirfd),
			   .init = row->pid };
	int r = passed_members(dirfd, &members, &a.count);

	if (r == -E2BIG)
		return "its cgroup holds more processes than can be looked at";
	if (r < 0)
		return "its cgroup cannot be read";
	if (passed_start(row->pid) != row->start ||
	    cgroup_of_pid(row->pid, now, sizeof(now)) < 0 ||
	    strcmp(now, row->cgroup) != 0)
		return "its first process has ended or gone elsewhere";
	for (size_t i = 0; i < a.count; i++)
		members[i].is_others =
			is_of_another(s, members[i].pid, row->id);
	a.members = members;
	return alone_refusal(&a);
}

/* ---- freeze and kill ------------------------------------------------------
 */

static int cgroup_write(int dirfd, const char *name, const char *word)
{
	AUTO_FD fd = file_open_beneath(dirfd, name, O_WRONLY, 0, NULL);

	return fd < 0 ? fd : file_write_all(fd, span_of(word));
}

static void refuse(struct passed_row *row, const char *what, int error)
{
	if (error == 0)
		(void)snprintf(row->why, sizeof(row->why), "%s", what);
	else
		(void)snprintf(row->why, sizeof(row->why), "%s: %s%s", what,
			       strerror(-error),
			       error == -EROFS || error == -EACCES
				       ? " (bind /sys/fs/cgroup writable)"
				       : "");
}

/* Frozen before it is looked at for the last time: then nothing in it forks,
 * and what came in meanwhile is seen. */
static int freeze(const struct supervisor *s, struct passed_row *row, int dirfd)
{
	const char *why = look(s, row, dirfd);
	int r;

	if (why != NULL) {
		refuse(row, why, 0);
		return -EPERM;
	}
	r = cgroup_write(dirfd, "cgroup.freeze", "1\n");
	if (r < 0) {
		refuse(row, "cgroup.freeze", r);
		return r;
	}
	why = look(s, row, dirfd);
	if (why == NULL)
		return 0;
	(void)cgroup_write(dirfd, "cgroup.freeze", "0\n");
	refuse(row, why, 0);
	return -EPERM;
}

void passed_act(struct supervisor *s, struct passed_row *row,
		enum policy_past_gate wanted)
{
	const char *path = row->cgroup + strspn(row->cgroup, "/");
	AUTO_FD dir = -1;
	int r;

	row->tried = wanted;
	row->why[0] = '\0';
	if (wanted < POLICY_PAST_GATE_FREEZE)
		return;
	if (row->pid == 0 || row->cgroup[0] == '\0' ||
	    s->passed.cgroup_fd < 0) {
		refuse(row, "its first process or its cgroup is not known", 0);
		return;
	}
	dir = file_open_beneath(s->passed.cgroup_fd,
				path[0] != '\0' ? path : ".",
				O_RDONLY | O_DIRECTORY, 0, NULL);
	if (dir < 0) {
		refuse(row, "its cgroup", dir);
		return;
	}
	if (freeze(s, row, dir) < 0)
		return;
	row->did = POLICY_PAST_GATE_FREEZE;
	if (wanted != POLICY_PAST_GATE_KILL)
		return;
	r = cgroup_write(dir, "cgroup.kill", "1\n");
	if (r < 0) {
		refuse(row, "frozen, not killed: cgroup.kill", r);
		return;
	}
	row->did = POLICY_PAST_GATE_KILL;
	/* What is started in this cgroup next must not find it frozen. */
	(void)cgroup_write(dir, "cgroup.freeze", "0\n");
}
