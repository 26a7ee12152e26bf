/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - reading and verifying a trail; see trail.h. */
#include "pkg/trail/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/trail/segment.h"

struct trail_reader {
	int dirfd;     /* own */
	uint64_t want; /* frames below it are checked and skipped */
	struct scan scan;
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
			return code;
	}
}

static int damage_at_end(const struct scan *s, struct err *e, const char *what)
{
	char name[SEGMENT_NAME_LEN + 1];

	segment_name(s->first, name);
	return err_set(e, EBADMSG, "trail segment %s offset %" PRIu64 ": %s",
		       name, s->offset, what);
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
	unsigned char value[TRAIL_HASH_LEN];
	int code;

	memcpy(value, s->value, TRAIL_HASH_LEN);
	code = scan_open(s, r->dirfd, next, e);
	/* Listed a moment ago, pruned since. */
	if (code == -ENOENT)
		return reader_leave(r, next);
	if (code == 0 && memcmp(s->prev, value, TRAIL_HASH_LEN) != 0) {
		s->offset = 0;
		code = damage_at_end(s, e,
				     "does not continue the segment before it");
	}
	return code;
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
		if (list[i] == s->next && s->next != s->first)
			return BEYOND_NEXT;
		is_here = is_here || list[i] <= s->first;
		has_later = has_later || list[i] > s->next;
	}
	if (!has_later)
		return BEYOND_NOTHING;
	return is_here ? BEYOND_GAP : BEYOND_PRUNED;
}

/* Go back to before a frame that was only looked at. */
static void scan_rewind(struct scan *s, uint64_t next, uint64_t offset,
			const unsigned char value[TRAIL_HASH_LEN])
{
	s->next = next;
	s->offset = offset;
	memcpy(s->value, value, TRAIL_HASH_LEN);
}

/* At the end of a segment. Return: 0 to read on; -EAGAIN; -EBADMSG. */
static int reader_advance(struct trail_reader *r, struct err *e)
{
	struct scan *s = &r->scan;
	const uint64_t next = s->next, offset = s->offset;
	AUTO_MEM uint64_t *list = NULL;
	size_t count;
	struct trail_frame frame;
	unsigned char value[TRAIL_HASH_LEN];
	enum beyond what;
	int code = segment_list(r->dirfd, &list, &count, e);

	if (code < 0)
		return code;
	what = beyond(s, list, count);
	if (what == BEYOND_NOTHING)
		return -EAGAIN;
	if (what == BEYOND_PRUNED)
		return reader_leave(r, next);
	/* Between our last look and the list the writer may have appended here
	 * or cut half a frame back, and begun another segment: look again, now
	 * that this segment cannot change any more. */
	memcpy(value, s->value, TRAIL_HASH_LEN);
	code = scan_next(s, &frame, e);
	if (code == 0)
		scan_rewind(s, next, offset, value);
	if (code != -EAGAIN)
		return code;
	if (s->tail != 0)
		return damage_at_end(s, e, "cut in the middle of a frame");
	if (what == BEYOND_GAP)
		return damage_at_end(s, e, "the segment after it is missing");
	return reader_step(r, e);
}

int trail_read(struct trail_reader *r, struct trail_frame *ret, struct err *e)
{
	for (;;) {
		struct trail_frame frame;
		int code = 0;

		if (r->scan.fd < 0)
			code = reader_enter(r, e);
		if (code < 0)
			return code;
		code = scan_next(&r->scan, &frame, e);
		if (code == -EAGAIN)
			code = reader_advance(r, e);
		else if (code == 0 && frame.seq >= r->want) {
			*ret = frame;
			return 0;
		}
		if (code < 0)
			return code;
	}
}

/* ---- verify ---------------------------------------------------------------
 */

#define VERIFY_TRIES	50
#define VERIFY_PAUSE_MS 10

/* All frames of the open segment. Half a frame at the end of the last one may
 * be one that is being written: it is given half a second. */
static int segment_verify(struct scan *s, bool is_last,
			  struct trail_report *report, struct err *e)
{
	const struct timespec pause = { .tv_nsec = VERIFY_PAUSE_MS * 1000000 };

	for (int tries = 0; tries < VERIFY_TRIES;) {
		struct trail_frame frame;
		const int r = scan_next(s, &frame, e);

		if (r == 0) {
			report->last_seq = frame.seq;
			report->frames++;
			memcpy(report->head, s->value, TRAIL_HASH_LEN);
			tries = 0;
		} else if (r != -EAGAIN) {
			return r;
		} else if (s->tail == 0) {
			return 0;
		} else if (!is_last) {
			break;
		} else {
			(void)nanosleep(&pause, NULL);
			tries++;
		}
	}
	return damage_at_end(s, e, "cut in the middle of a frame");
}

static int segments_verify(int dirfd, struct scan *s, const uint64_t *list,
			   size_t count, struct trail_report *report,
			   struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		int r;

		if (i != 0 && list[i] != s->next)
			return damage_at_end(s, e,
					     "the segment after it is missing");
		r = scan_open(s, dirfd, list[i], e);
		if (r == -ENOENT)
			return r;
		report->segments++;
		if (r < 0)
			return r;
		if (i == 0) {
			report->first_seq = list[0];
			memcpy(report->head, s->prev, TRAIL_HASH_LEN);
		} else if (memcmp(s->prev, report->head, TRAIL_HASH_LEN) != 0) {
			s->offset = 0;
			return damage_at_end(
				s, e,
				"does not continue the segment before it");
		}
		r = segment_verify(s, i + 1 == count, report, e);
		if (r < 0)
			return r;
	}
	return 0;
}

int trail_verify(int dirfd, struct trail_report *ret, struct err *e)
{
	AUTO_DONE(scan_done) struct scan s = { .fd = -1 };
	int r = scan_init(&s);

	*ret = (struct trail_report){ 0 };
	if (r < 0)
		return err_set(e, -r, "out of memory");
	/* The oldest segment may be pruned while it is read: begin anew. */
	do {
		AUTO_MEM uint64_t *list = NULL;
		size_t count;

		*ret = (struct trail_report){ 0 };
		r = segment_list(dirfd, &list, &count, e);
		if (r == 0)
			r = segments_verify(dirfd, &s, list, count, ret, e);
	} while (r == -ENOENT);
	return r;
}
