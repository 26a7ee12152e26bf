/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - following a trail; see trail.h. */
#include "pkg/trail/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/trail/horizon.h"
#include "pkg/trail/scan.h"

struct trail_reader {
	int dirfd;     /* own */
	uint64_t want; /* frames below it are checked and skipped */
	struct scan scan;
	uint64_t horizon;	 /* frames above it are not shown */
	uint64_t fills;		 /* of the scan, when the horizon was read */
	struct trail_frame last; /* what trail_read() returned */
	bool again;		 /* return it once more */
};

/* ---- following ------------------------------------------------------------
 */

int trail_reader_open(int dirfd, uint64_t from, struct trail_reader **ret,
		      struct err *e)
{
	struct trail_reader *r = calloc(1, sizeof(*r));
	int code;

	if (r == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r->want = from;
	r->dirfd = -1;
	if (scan_init(&r->scan) < 0) {
		code = err_set(e, ENOMEM, "out of memory");
		goto fail;
	}
	r->dirfd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0) {
		code = err_errno(e, "open the trail directory");
		goto fail;
	}
	*ret = r;
	return 0;
fail:
	trail_reader_close(r);
	return code;
}

void trail_reader_close(struct trail_reader *r)
{
	if (r == NULL)
		return;
	fd_drop(&r->dirfd);
	scan_done(&r->scan);
	free(r);
}

/* The segment that holds @want: the last that begins at or before it, else the
 * oldest. Return: 0; -EAGAIN when there is none yet. */
static int segment_choose(const uint64_t *list, size_t count, uint64_t want,
			  uint64_t *ret)
{
	if (count == 0)
		return -EAGAIN;
	*ret = list[0];
	for (size_t i = 1; i < count && list[i] <= want; i++)
		*ret = list[i];
	return 0;
}

/* A segment without a header is damage to all but the writer. */
static int no_header(int code)
{
	return code == -ENODATA ? -EBADMSG : code;
}

/* Open the segment to begin with, or to go on with after pruning. One that is
 * pruned in between is chosen again. */
static int reader_enter(struct trail_reader *r, struct err *e)
{
	for (;;) {
		AUTO_MEM uint64_t *list = NULL;
		size_t count;
		uint64_t first;
		int code = segment_list(r->dirfd, &list, &count, e);

		if (code == 0)
			code = segment_choose(list, count, r->want, &first);
		if (code < 0)
			return code;
		code = scan_open(&r->scan, r->dirfd, first, e);
		if (code == 0)
			return 0;
		/* Half open is not open: the next call begins anew. */
		fd_drop(&r->scan.fd);
		if (code != -ENOENT)
			return no_header(code);
	}
}

/* Leave a segment behind which others were pruned: the next call begins with
 * the oldest that is left. */
static int reader_leave(struct trail_reader *r, uint64_t next)
{
	if (r->want < next)
		r->want = next;
	fd_drop(&r->scan.fd);
	return 0;
}

/* Into the segment that begins with the next sequence; what it says came
 * before it must be what was read. */
static int reader_step(struct trail_reader *r, struct err *e)
{
	struct scan *s = &r->scan;
	const uint64_t next = s->next;
	const struct segment_start log = s->start;
	const struct tree before = s->tree;
	const int code = scan_open(s, r->dirfd, next, e);

	/* Listed a moment ago, pruned since. */
	if (code == -ENOENT)
		return reader_leave(r, next);
	if (code == 0 && !segment_follows(&s->start, &log, &before)) {
		s->offset = 0;
		return scan_damage(s, e,
				   "does not continue the segment before it");
	}
	return no_header(code);
}

enum beyond {
	BEYOND_NOTHING, /* the segment being read is the last */
	BEYOND_NEXT,	/* the next one continues it */
	BEYOND_GAP,	/* one is missing between it and the next */
	BEYOND_PRUNED	/* it is gone itself, and what followed it too */
};

static enum beyond beyond(const struct scan *s, const uint64_t *list,
			  size_t count)
{
	bool is_here = false, has_later = false;

	for (size_t i = 0; i < count; i++) {
		if (list[i] == s->next && s->next != s->start.first)
			return BEYOND_NEXT;
		is_here = is_here || list[i] <= s->start.first;
		has_later = has_later || list[i] > s->next;
	}
	if (!has_later)
		return BEYOND_NOTHING;
	return is_here ? BEYOND_GAP : BEYOND_PRUNED;
}

/* At the end of a segment. Return: 0 to read on; -EAGAIN; -EBADMSG. */
static int reader_advance(struct trail_reader *r, struct err *e)
{
	struct scan *s = &r->scan;
	AUTO_MEM uint64_t *list = NULL;
	size_t count;
	struct trail_frame frame;
	enum beyond what;
	int code = segment_list(r->dirfd, &list, &count, e);

	if (code < 0)
		return code;
	what = beyond(s, list, count);
	if (what == BEYOND_NOTHING)
		return -EAGAIN;
	if (what == BEYOND_PRUNED)
		return reader_leave(r, s->next);
	/* Between our last look and the list the writer may have appended here
	 * or cut half a frame back, and begun another segment: look again, now
	 * that this segment cannot change any more. */
	code = scan_peek(s, &frame, e);
	if (code != -EAGAIN)
		return code;
	if (s->tail != 0)
		return scan_damage(s, e, "cut in the middle of a frame");
	if (what == BEYOND_GAP)
		return scan_damage(s, e, "the segment after it is missing");
	return reader_step(r, e);
}

/* May the frame @seq be shown? What is said is read again when it was read
 * before the frame was: it may have become less since. */
static bool is_acked(struct trail_reader *r, uint64_t seq)
{
	if (r->fills != r->scan.fills || seq > r->horizon) {
		r->fills = r->scan.fills;
		r->horizon = horizon_get(r->dirfd);
	}
	return seq <= r->horizon;
}

void trail_unread(struct trail_reader *r)
{
	r->again = true;
}

int trail_read(struct trail_reader *r, struct trail_frame *ret, struct err *e)
{
	if (r->again) {
		r->again = false;
		*ret = r->last;
		return 0;
	}
	for (;;) {
		struct trail_frame frame;
		int code = 0;

		if (r->scan.fd < 0)
			code = reader_enter(r, e);
		if (code < 0)
			return code;
		code = scan_peek(&r->scan, &frame, e);
		if (code == 0) {
			if (!is_acked(r, frame.seq))
				return -EAGAIN;
			code = scan_take(&r->scan);
			if (code < 0)
				return err_set(e, -code, "SHA-256 failed");
			if (frame.seq < r->want)
				continue;
			*ret = r->last = frame;
			return 0;
		}
		if (code == -EAGAIN)
			code = reader_advance(r, e);
		if (code < 0)
			return code;
	}
}
