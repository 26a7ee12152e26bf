/* SPDX-License-Identifier: Apache-2.0 */
/* aside.c - see aside.h. */
#include "pkg/trail/aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"
#include "pkg/trail/scan.h"

#define TIME_MAX 999999999999999 /* milliseconds; in a name of ours */

/* ---- older ones -----------------------------------------------------------
 */

static void dir_close(DIR **dir)
{
	if (*dir != NULL)
		(void)closedir(*dir);
}

/* Return: NULL when it cannot be read. */
static DIR *dir_open(int dirfd, const char *name)
{
	AUTO_FD fd =
		file_open_beneath(dirfd, name, O_RDONLY | O_DIRECTORY, 0, NULL);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir != NULL)
		(void)fd_steal(&fd);
	return dir;
}

static bool time_of(const char *name, uint64_t *ret)
{
	const size_t len = sizeof(ASIDE_PREFIX) - 1;

	return strncmp(name, ASIDE_PREFIX, len) == 0 &&
	       num_parse_u64(span_of(name + len), 0, TIME_MAX, ret) == 0;
}

struct asides {
	size_t count;
	uint64_t oldest, newest; /* only when there are any */
};

static struct asides asides_find(int dirfd)
{
	AUTO_DONE(dir_close) DIR *dir = dir_open(dirfd, ".");
	struct asides found = { .oldest = UINT64_MAX };
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		uint64_t time;

		if (!time_of(entry->d_name, &time))
			continue;
		found.count++;
		if (time < found.oldest)
			found.oldest = time;
		if (time > found.newest)
			found.newest = time;
	}
	return found;
}

/* Return: false when something in it is not ours to remove. */
static bool aside_remove(int trail, uint64_t time)
{
	char name[ASIDE_NAME_MAX];
	const struct dirent *entry;

	(void)snprintf(name, sizeof(name), ASIDE_PREFIX "%" PRIu64, time);
	AUTO_DONE(dir_close) DIR *dir = dir_open(trail, name);

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			(void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	return unlinkat(trail, name, AT_REMOVEDIR) == 0;
}

static void asides_prune(int dirfd)
{
	struct asides found = asides_find(dirfd);

	while (found.count > ASIDE_MAX && aside_remove(dirfd, found.oldest))
		found = asides_find(dirfd);
}

/* ---- what can stay --------------------------------------------------------
 */

/* Is segment @first whole, up to its successor @next? Of the last one (NULL)
 * half a frame may be left: the writer cuts it off. */
static bool segment_is_whole(struct scan *s, int dirfd, uint64_t first,
			     const struct segment_start *next)
{
	struct trail_frame frame;
	int r = scan_open(s, dirfd, first, NULL);

	while (r == 0)
		r = scan_next(s, &frame, NULL);
	if (r != -EAGAIN || next == NULL)
		return r == -EAGAIN;
	return s->tail == 0 && s->next == next->first &&
	       segment_follows(next, &s->start, &s->tree);
}

int trail_whole_from(int dirfd, uint64_t *ret_first, struct err *e)
{
	AUTO_DONE(scan_done) struct scan s = { .fd = -1 };
	AUTO_MEM uint64_t *list = NULL;
	struct segment_start next;
	size_t count, from;
	int r = segment_list(dirfd, &list, &count, e);

	if (r < 0)
		return r;
	if (scan_init(&s) < 0)
		return err_set(e, ENOMEM, "out of memory");
	for (from = count; from > 0; from--) {
		if (!segment_is_whole(&s, dirfd, list[from - 1],
				      from == count ? NULL : &next))
			break;
		next = s.start;
	}
	*ret_first = from > 0 && from < count ? list[from] : ASIDE_ALL;
	return 0;
}

/* ---- this one -------------------------------------------------------------
 */

/* A directory whose name is the newest, whatever the clock says. Return:
 * descriptor. */
static int aside_make(int dirfd, uint64_t now_ms, char name[ASIDE_NAME_MAX],
		      struct err *e)
{
	const struct asides found = asides_find(dirfd);

	(void)snprintf(name, ASIDE_NAME_MAX, ASIDE_PREFIX "%" PRIu64,
		       found.count != 0 && found.newest >= now_ms
			       ? found.newest + 1
			       : now_ms);
	if (mkdirat(dirfd, name, 0700) < 0)
		return err_errno(e, "mkdir %s", name);
	return file_open_beneath(dirfd, name, O_RDONLY | O_DIRECTORY, 0, e);
}

/* @first becomes a sequence above all that the segment can have held. */
static int segment_move(int dirfd, int aside, uint64_t segment_max,
			uint64_t *first, struct err *e)
{
	char name[SEGMENT_NAME_LEN + 1];
	struct stat st;
	uint64_t size;
	int r;

	segment_name(*first, name);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "stat %s", name);
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		r = renameat(dirfd, name, aside, name);
	else
		r = unlinkat(dirfd, name, 0);
	if (r < 0)
		return err_errno(e, "move %s away", name);
	size = (uint64_t)st.st_size;
	*first += 1 +
		  (size > segment_max ? size : segment_max) / SEGMENT_HEAD_LEN;
	return 0;
}

int trail_set_aside(int dirfd, uint64_t end, uint64_t segment_max,
		    uint64_t now_ms, char ret_name[ASIDE_NAME_MAX],
		    uint64_t *ret_first, struct err *e)
{
	AUTO_MEM uint64_t *list = NULL;
	AUTO_FD aside = -1;
	uint64_t first = 1;
	size_t count;
	int r = segment_list(dirfd, &list, &count, e);

	if (r < 0)
		return r;
	aside = aside_make(dirfd, now_ms, ret_name, e);
	if (aside < 0)
		return aside;
	for (size_t i = 0; i < count && list[i] < end && r == 0; i++) {
		first = list[i];
		r = segment_move(dirfd, aside, segment_max, &first, e);
	}
	/* Stays unless nothing was moved. */
	if (unlinkat(dirfd, ret_name, AT_REMOVEDIR) < 0)
		asides_prune(dirfd);
	if (r == 0)
		*ret_first = first;
	return r;
}
