/* SPDX-License-Identifier: Apache-2.0 */
/* passed_watch.c - what appears where containers are made; see passed.h. */
#include "cmd/bailiffd/passed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "cmd/bailiffd/supervisor.h"
#include "lib/auto.h"
#include "pkg/identity/paths.h"

#define ROOTS_MS 1000  /* directories that were not there yet */
#define SCAN_MS	 30000 /* everything, in case something was missed */
#define EVENTS	 (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)

/* Where containers show. @path NULL: the mount of cgroup v2. */
static const struct place {
	const char *path;
	unsigned depth; /* of the directory that stands for a container */
	enum passed_by by;
	bool every; /* any directory may be one, down to that depth */
} places[] = {
	/* clang-format off */
	{ NULL,						   16, PASSED_CGROUP,  true },
	{ "/run/containerd/io.containerd.runtime.v2.task", 2,  PASSED_TASK,    false },
	{ "/run/runc",					   1,  PASSED_STATE,   false },
	{ "/run/crun",					   1,  PASSED_STATE,   false },
	{ PATH_SESSIONS,				   1,  PASSED_SESSION, false },
	/* clang-format on */
};
#define PLACE_COUNT (sizeof(places) / sizeof(places[0]))

static const char *root_of(const struct passed *p, size_t place)
{
	return places[place].path != NULL ? places[place].path : p->mount;
}

static struct passed_dir *dir_find(struct passed *p, int wd)
{
	for (size_t i = 0; i < p->dir_count; i++)
		if (p->dirs[i].wd == wd)
			return &p->dirs[i];
	return NULL;
}

/* Return: 1; 0 when it is watched already; -errno. */
static int dir_watch(struct passed *p, size_t place, unsigned depth,
		     const char *path)
{
	int wd = inotify_add_watch(p->inotify.fd, path, EVENTS);
	struct passed_dir *dir;

	if (wd < 0)
		return -errno;
	dir = dir_find(p, wd);
	if (dir != NULL && strcmp(dir->path, path) == 0)
		return 0;
	/* A number is never used again while its watch stands; it was moved. */
	if (dir == NULL && p->dir_count == PASSED_DIRS_MAX) {
		p->overlooked++;
		(void)inotify_rm_watch(p->inotify.fd, wd);
		return -ENOSPC;
	}
	if (dir == NULL)
		dir = &p->dirs[p->dir_count++];
	else
		free(dir->path);
	*dir = (struct passed_dir){ wd, place, depth, strdup(path) };
	if (dir->path != NULL)
		return 1;
	*dir = p->dirs[--p->dir_count];
	(void)inotify_rm_watch(p->inotify.fd, wd);
	return -ENOMEM;
}

static void dir_forget(struct passed *p, int wd)
{
	struct passed_dir *dir = dir_find(p, wd);

	if (dir == NULL)
		return;
	free(dir->path);
	*dir = p->dirs[--p->dir_count];
}

/* ---- what is in a directory -----------------------------------------------
 */

static void dir_enter(struct supervisor *s, size_t place, unsigned depth,
		      const char *path, enum passed_how how);

/* @name appeared, or was found, in a directory of @depth. */
static void child_seen(struct supervisor *s, size_t place, unsigned depth,
		       const char *parent, const char *name,
		       enum passed_how how)
{
	const struct place *p = &places[place];
	char path[PASSED_PATH_MAX + 1];

	if (snprintf(path, sizeof(path), "%s/%s", parent, name) >=
	    (int)sizeof(path)) {
		s->passed.overlooked++;
		return;
	}
	if (p->every || depth + 1 == p->depth)
		passed_suspect(s, p->by, how, name,
			       p->every ? path + strlen(s->passed.mount)
					: path);
	if (depth + 1 < p->depth)
		dir_enter(s, place, depth + 1, path, how);
}

static bool is_to_be_seen(const struct place *p, const struct dirent *entry)
{
	if (entry->d_name[0] == '.')
		return false;
	return entry->d_type == DT_DIR || p->by == PASSED_SESSION;
}

/* Watch it, then look: what comes in between is seen twice, never not at all.
 */
static void dir_enter(struct supervisor *s, size_t place, unsigned depth,
		      const char *path, enum passed_how how)
{
	const struct dirent *entry;
	DIR *dir;

	if (dir_watch(&s->passed, place, depth, path) < 0)
		return;
	dir = opendir(path);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (is_to_be_seen(&places[place], entry))
			child_seen(s, place, depth, path, entry->d_name, how);
	(void)closedir(dir);
}

static bool is_watched(const struct passed *p, size_t place)
{
	for (size_t i = 0; i < p->dir_count; i++)
		if (p->dirs[i].place == place && p->dirs[i].depth == 0)
			return true;
	return false;
}

/* ---- the loop's source ----------------------------------------------------
 */

static void event_take(void *ctx, const struct inotify_event *event)
{
	struct supervisor *s = ctx;
	struct passed *p = &s->passed;
	const struct passed_dir *dir;
	struct passed_dir copy;

	if (event->mask & IN_Q_OVERFLOW)
		p->is_lossy = true;
	if (event->mask & IN_IGNORED)
		dir_forget(p, event->wd);
	dir = dir_find(p, event->wd);
	if (dir == NULL || event->len == 0 || event->name[0] == '.')
		return;
	if (!(event->mask & IN_ISDIR) &&
	    places[dir->place].by != PASSED_SESSION)
		return;
	copy = *dir; /* the table may be rearranged below */
	copy.path = strdup(dir->path);
	if (copy.path == NULL)
		p->is_lossy = true;
	else
		child_seen(s, copy.place, copy.depth, copy.path, event->name,
			   PASSED_MADE);
	free(copy.path);
}

static int appeared(struct source *self, uint32_t events)
{
	struct supervisor *s =
		container_of(self, struct supervisor, passed.inotify);
	(void)events;
	inotify_drain(self->fd, event_take, s);
	return 0;
}

int passed_watch_begin(struct supervisor *s, struct err *e)
{
	struct passed *p = &s->passed;

	p->dirs = calloc(PASSED_DIRS_MAX, sizeof(*p->dirs));
	if (p->dirs == NULL)
		return err_set(e, ENOMEM, "out of memory");
	p->inotify = (struct source){
		.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
		.name = "containers",
		.ready = appeared,
	};
	if (p->inotify.fd < 0)
		return err_errno(e, "watch for containers");
	return loop_add(s->loop, &p->inotify, EPOLLIN, e);
}

/* A directory that is new as a whole has nothing but new ones in it; not so
 * when the daemon has only just begun. */
void passed_watch_tick(struct supervisor *s, uint64_t now_ms)
{
	struct passed *p = &s->passed;
	const bool is_full = p->is_lossy || !p->has_scanned ||
			     now_ms - p->scan_ms >= SCAN_MS;

	if (!is_full && now_ms - p->tick_ms < ROOTS_MS)
		return;
	p->tick_ms = now_ms;
	if (is_full)
		p->scan_ms = now_ms;
	p->is_lossy = false;
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		const bool is_new = !is_watched(p, i);

		if ((is_full || is_new) && root_of(p, i)[0] != '\0')
			dir_enter(s, i, 0, root_of(p, i),
				  is_new && p->has_scanned ? PASSED_MADE
							   : PASSED_FOUND);
	}
	p->has_scanned = true;
}

void passed_watch_end(struct passed *p)
{
	for (size_t i = 0; i < p->dir_count; i++)
		free(p->dirs[i].path);
	free(p->dirs);
	fd_drop(&p->inotify.fd);
}
