/* SPDX-License-Identifier: Apache-2.0 */
/* mask.c - bailiff's private directories are hidden from every container that
 * would see them through a bind mount or its root, and the directory of its
 * sockets is read-only there: uid 0 owns it, with capabilities or without.
 *
 * A directory is recognised by device and inode, not by name, so that a bind
 * of another mount of the same file system hides it too. For a recursive bind
 * every mount below the source is looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bailiff-gate/gate.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/identity/paths.h"

#define MOUNTINFO_MAX 4194304

/* The first is held, the others are hidden. */
static const char *const own_dirs[] = { PATH_RUN, PATH_PRIVATE, PATH_STATE,
					PATH_TRAIL };
#define OWN_COUNT (sizeof(own_dirs) / sizeof(own_dirs[0]))
#define HELD	  0

/* Binds that give a container power over the host: said, not refused. */
static const char *const notable[] = { "/containers",
				       "/run/containerd/containerd.sock",
				       PATH_ETC };

struct found {
	char path[PATH_MAX]; /* in the container */
	bool is_held;
};

struct masker {
	struct gate *gate;
	struct spec *spec;
	int bundle; /* sources may be relative to it */
	struct buf mountinfo;
	struct stat own[OWN_COUNT];
	bool exists[OWN_COUNT];
	struct found *found; /* owned */
	size_t count, room;
	struct err *e;
};

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int found_add(struct masker *m, const char *destination,
		     const char *below, bool is_held)
{
	if (m->count == m->room) {
		const size_t room = m->room * 2 + 8;
		void *grown = realloc(m->found, room * sizeof(*m->found));

		if (grown == NULL)
			return err_set(m->e, ENOMEM, "out of memory");
		m->found = grown;
		m->room = room;
	}
	if (snprintf(m->found[m->count].path, PATH_MAX, "%s%s", destination,
		     below) >= PATH_MAX)
		return err_set(m->e, ENAMETOOLONG, "mount on %s: path too long",
			       destination);
	m->found[m->count++].is_held = is_held;
	return 0;
}

/* @at (on the host) appears in the container as @destination. Try each tail of
 * each own path below it: /bailiff/private, /private, and itself. */
static int place_look(struct masker *m, const char *at, const char *destination)
{
	for (size_t i = 0; i < OWN_COUNT; i++) {
		const char *tail = own_dirs[i];

		for (; m->exists[i] && tail != NULL;
		     tail = tail[0] == '\0'	    ? NULL
			    : strchr(tail + 1, '/') ? strchr(tail + 1, '/')
						    : "") {
			char path[PATH_MAX];
			struct stat st;
			int r;

			if (snprintf(path, sizeof(path), "%s%s", at, tail) >=
				    (int)sizeof(path) ||
			    stat(path, &st) < 0 || !same(&st, &m->own[i]))
				continue;
			r = found_add(m, destination, tail, i == HELD);
			if (r < 0)
				return r;
			break;
		}
	}
	return 0;
}

/* A bind of something inside a private directory: nothing to hide it under. */
static int inside_check(struct masker *m, const char *source)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s", source);
	for (char *slash = strrchr(path, '/'); slash != NULL && slash != path;
	     slash = strrchr(path, '/')) {
		struct stat st;

		*slash = '\0';
		if (stat(path, &st) < 0)
			continue;
		for (size_t i = HELD + 1; i < OWN_COUNT; i++)
			if (m->exists[i] && same(&st, &m->own[i]))
				return err_set(m->e, EPERM,
					       "a mount of %s, which lies in "
					       "bailiff's own %s",
					       source, own_dirs[i]);
	}
	return 0;
}

static void notable_report(struct masker *m, const char *source)
{
	char text[PATH_MAX + 64];
	bool is_notable = strcmp(source, m->gate->self) == 0 ||
			  strcmp(source, m->gate->runtime) == 0;

	for (size_t i = 0; i < sizeof(notable) / sizeof(notable[0]); i++) {
		const size_t len = strlen(notable[i]);

		is_notable = is_notable ||
			     (strncmp(source, notable[i], len) == 0 &&
			      (source[len] == '/' || source[len] == '\0'));
	}
	if (!is_notable)
		return;
	(void)snprintf(text, sizeof(text), "the container binds %s", source);
	report(m->gate, text);
}

/* mountinfo writes blank, tab, newline and backslash as three octal digits. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; to++) {
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' &&
		    p[2] <= '7' && p[3] >= '0' && p[3] <= '7') {
			*to = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 +
				     (p[3] - '0'));
			p += 4;
		} else {
			*to = *p++;
		}
	}
	*to = '\0';
}

/* The fifth field of a line is where it is mounted. */
static bool mount_point(struct span line, char *out, size_t size)
{
	struct span field = { 0 };

	for (int i = 0; i < 5; i++)
		field = span_cut(&line, ' ');
	if (field.len == 0 || field.len >= size)
		return false;
	memcpy(out, field.p, field.len);
	out[field.len] = '\0';
	unescape(out);
	return true;
}

static int mounts_below(struct masker *m, const char *source,
			const char *destination)
{
	struct span rest = buf_view(&m->mountinfo);
	const size_t len = strcmp(source, "/") == 0 ? 0 : strlen(source);

	while (rest.p != NULL) {
		char at[PATH_MAX], to[PATH_MAX];
		int r;

		if (!mount_point(span_cut(&rest, '\n'), at, sizeof(at)) ||
		    strncmp(at, source, len) != 0 || at[len] != '/' ||
		    at[len + 1] == '\0')
			continue;
		if (snprintf(to, sizeof(to), "%s%s",
			     strcmp(destination, "/") == 0 ? "" : destination,
			     at + len) >= (int)sizeof(to))
			continue;
		r = place_look(m, at, to);
		if (r < 0)
			return r;
	}
	return 0;
}

static int source_look(void *ctx, const char *source, const char *destination,
		       bool is_recursive)
{
	struct masker *m = ctx;
	char path[PATH_MAX], at[PATH_MAX];
	int r;

	if (source[0] == '/')
		r = snprintf(path, sizeof(path), "%s", source);
	else
		r = snprintf(path, sizeof(path), "/proc/self/fd/%d/%s",
			     m->bundle, source);
	/* What is not there yet holds nothing; the runtime will say so. */
	if (r >= (int)sizeof(path) || realpath(path, at) == NULL)
		return 0;
	notable_report(m, at);
	r = inside_check(m, at);
	if (r == 0)
		r = place_look(m, strcmp(at, "/") == 0 ? "" : at,
			       strcmp(destination, "/") == 0 ? ""
							     : destination);
	if (r == 0 && is_recursive)
		r = mounts_below(m, at, destination);
	return r;
}

/* The same path was found before. */
static bool is_known(const struct masker *m, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(m->found[k].path, m->found[i].path) == 0)
			return true;
	return false;
}

/* What is held comes first: its mount must not lie over a mask. */
static int masks_add(struct masker *m)
{
	for (int held = 1; held >= 0; held--)
		for (size_t i = 0; i < m->count; i++) {
			const struct found *f = &m->found[i];
			int r = 0;

			if (f->is_held != held || is_known(m, i))
				continue;
			r = held ? spec_hold(m->spec, f->path)
				 : spec_mask(m->spec, f->path);
			if (r < 0)
				return err_set(m->e, ENOMEM, "out of memory");
		}
	return 0;
}

int mask_private(struct gate *g, struct spec *s, int bundle, struct err *e)
{
	struct masker m = { .gate = g, .spec = s, .bundle = bundle, .e = e };
	AUTO_FD info = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	const char *root = spec_rootfs(s);
	int r;

	if (info < 0)
		return err_errno(e, "open /proc/self/mountinfo");
	for (size_t i = 0; i < OWN_COUNT; i++)
		m.exists[i] = stat(own_dirs[i], &m.own[i]) == 0;
	buf_init(&m.mountinfo, MOUNTINFO_MAX);
	r = file_read_fd(info, MOUNTINFO_MAX, &m.mountinfo, e);
	/* The runtime binds the root recursively onto itself. */
	if (r == 0 && root != NULL)
		r = source_look(&m, root, "/", true);
	if (r == 0)
		r = spec_binds(s, source_look, &m);
	if (r == 0)
		r = masks_add(&m);
	buf_done(&m.mountinfo);
	free(m.found);
	return r < 0 ? err_wrap(e, "container \"%s\"", g->line.id) : 0;
}
