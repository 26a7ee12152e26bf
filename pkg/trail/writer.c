/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - the one writer of a trail; see trail.h. */
#include "pkg/trail/trail.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trail/segment.h"

/* A new segment has this name until its header is written. */
#define NEW_NAME "segment.new"

struct segment {
	uint64_t first;
	uint64_t bytes;
};

struct trail_writer {
	int dirfd; /* own open file: it carries the lock */
	int fd;	   /* the last segment; -1: none yet */
	struct trail_limits limits;
	struct segment *segments; /* oldest first; the last one is open */
	size_t count, room;
	uint64_t total; /* bytes of all of them */
	uint64_t next;	/* sequence of the next frame */
	uint64_t pruned;
	unsigned char value[TRAIL_HASH_LEN];
	struct chain *chain;
	bool is_ragged; /* half a frame could not be cut back yet */
};

/* Only while there is one: w->count is not 0. */
static struct segment *segment_last(const struct trail_writer *w)
{
	return &w->segments[w->count - 1];
}

static int segment_add(struct trail_writer *w, uint64_t first, uint64_t bytes,
		       struct err *e)
{
	if (w->count == w->room) {
		const size_t room = w->room != 0 ? w->room * 2 : 16;
		struct segment *more =
			realloc(w->segments, room * sizeof(*more));

		if (more == NULL)
			return err_set(e, ENOMEM, "out of memory");
		w->segments = more;
		w->room = room;
	}
	w->segments[w->count++] = (struct segment){ first, bytes };
	w->total += bytes;
	return 0;
}

/* ---- opening --------------------------------------------------------------
 */

static int lock_take(struct trail_writer *w, int dirfd, struct err *e)
{
	/* An open file of its own: a duplicate would share its lock with the
	 * caller's descriptor and let a second writer in. */
	w->dirfd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->dirfd < 0)
		return err_errno(e, "open the trail directory");
	if (flock(w->dirfd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_errno(e, "lock the trail");
	(void)err_set(e, EBUSY, "another process writes this trail");
	(void)err_hint(e, "stop the other bailiffd first");
	return -EBUSY;
}

static int segments_load(struct trail_writer *w, struct err *e)
{
	AUTO_MEM uint64_t *list = NULL;
	size_t count;
	int r = segment_list(w->dirfd, &list, &count, e);

	for (size_t i = 0; i < count && r == 0; i++) {
		char name[SEGMENT_NAME_LEN + 1];
		struct stat st;

		segment_name(list[i], name);
		if (fstatat(w->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return err_errno(e, "stat trail segment %s", name);
		if (!S_ISREG(st.st_mode))
			return err_set(e, EBADMSG,
				       "trail segment %s is not a regular file",
				       name);
		r = segment_add(w, list[i], (uint64_t)st.st_size, e);
	}
	return r;
}

/* A last segment without a whole header (a power cut) holds no frame. Forget
 * it if what precedes it says what it would have said. Return: 1 when it was
 * dropped, 0 when there is nothing to drop. */
static int stub_drop(struct trail_writer *w, uint64_t *recovered, struct err *e)
{
	const struct segment *last;
	char name[SEGMENT_NAME_LEN + 1];

	if (w->count == 0)
		return 0;
	last = segment_last(w);
	if (last->bytes >= SEGMENT_HEADER_LEN ||
	    (w->count == 1 && last->first != 1))
		return 0;
	segment_name(last->first, name);
	if (unlinkat(w->dirfd, name, 0) < 0)
		return err_errno(e, "remove the empty segment %s", name);
	*recovered += last->bytes;
	w->total -= last->bytes;
	w->count--;
	return 1;
}

/* Walk the last segment to its end: that gives the chain value and what is to
 * be cut. */
static int last_scan(struct trail_writer *w, struct scan *s, struct err *e)
{
	struct trail_frame frame;
	int r = scan_open(s, w->dirfd, segment_last(w)->first, e);

	while (r == 0)
		r = scan_next(s, &frame, e);
	return r == -EAGAIN ? 0 : r;
}

static int last_open(struct trail_writer *w, uint64_t *recovered, struct err *e)
{
	struct segment *last = segment_last(w);
	char name[SEGMENT_NAME_LEN + 1];
	AUTO_DONE(scan_done) struct scan s = { .fd = -1 };
	int r = scan_init(&s);

	if (r < 0)
		return err_set(e, -r, "out of memory");
	r = last_scan(w, &s, e);
	if (r < 0) {
		(void)err_hint(
			e, "move the damaged trail away to begin a new one");
		return r;
	}
	segment_name(last->first, name);
	w->fd = file_open_beneath(w->dirfd, name, O_RDWR, 0, e);
	if (w->fd < 0)
		return w->fd;
	if (s.tail != 0 && ftruncate(w->fd, (off_t)s.offset) < 0)
		return err_errno(e, "cut half a frame off segment %s", name);
	*recovered += s.tail;
	w->total -= last->bytes - s.offset;
	last->bytes = s.offset;
	w->next = s.next;
	memcpy(w->value, s.value, TRAIL_HASH_LEN);
	return 0;
}

static void limits_set(struct trail_writer *w, const struct trail_limits *l)
{
	w->limits = *l;
	/* Pruning drops whole segments: keep at least half the trail. */
	if (w->limits.segment_max > w->limits.bytes_max / 2)
		w->limits.segment_max = w->limits.bytes_max / 2;
}

static int writer_begin(struct trail_writer *w, int dirfd, uint64_t *recovered,
			struct err *e)
{
	int r = lock_take(w, dirfd, e);

	if (r == 0)
		r = segments_load(w, e);
	if (r == 0)
		r = stub_drop(w, recovered, e);
	if (r < 0)
		return r;
	w->next = w->limits.first_seq != 0 ? w->limits.first_seq : 1;
	if (w->count == 0)
		return 0;
	return last_open(w, recovered, e);
}

int trail_writer_open(int dirfd, const struct trail_limits *limits,
		      struct trail_writer **ret, uint64_t *ret_recovered,
		      struct err *e)
{
	struct trail_writer *w = calloc(1, sizeof(*w));
	uint64_t recovered = 0;
	int r;

	if (w == NULL)
		return err_set(e, ENOMEM, "out of memory");
	w->dirfd = -1;
	w->fd = -1;
	w->chain = chain_new();
	limits_set(w, limits);
	if (w->chain == NULL)
		r = err_set(e, ENOMEM, "SHA-256 is not available");
	else
		r = writer_begin(w, dirfd, &recovered, e);
	if (r < 0) {
		trail_writer_close(w);
		return r;
	}
	*ret = w;
	*ret_recovered = recovered;
	return 0;
}

void trail_writer_close(struct trail_writer *w)
{
	if (w == NULL)
		return;
	fd_drop(&w->fd);
	fd_drop(&w->dirfd);
	chain_free(w->chain);
	free(w->segments);
	free(w);
}

/* ---- appending ------------------------------------------------------------
 */

static int segment_create(struct trail_writer *w, struct err *e)
{
	unsigned char header[SEGMENT_HEADER_LEN];
	char name[SEGMENT_NAME_LEN + 1];
	AUTO_FD fd = file_open_beneath(w->dirfd, NEW_NAME,
				       O_RDWR | O_CREAT | O_TRUNC, 0600, e);
	int r;

	if (fd < 0)
		return fd;
	r = segment_header(w->chain, w->next, w->value, header);
	if (r == 0)
		r = file_write_all(fd, (struct span){ (const char *)header,
						      sizeof(header) });
	segment_name(w->next, name);
	if (r == 0 && renameat(w->dirfd, NEW_NAME, w->dirfd, name) < 0)
		r = -errno;
	if (r == 0)
		r = segment_add(w, w->next, SEGMENT_HEADER_LEN, e);
	if (r < 0) {
		(void)unlinkat(w->dirfd, NEW_NAME, 0);
		return err_set(e, -r, "begin trail segment %s: %s", name,
			       strerror(-r));
	}
	fd_drop(&w->fd);
	w->fd = fd_steal(&fd);
	return 0;
}

static int oldest_prune(struct trail_writer *w, struct err *e)
{
	const struct segment oldest = w->segments[0];
	char name[SEGMENT_NAME_LEN + 1];

	segment_name(oldest.first, name);
	if (unlinkat(w->dirfd, name, 0) < 0 && errno != ENOENT)
		return err_errno(e, "prune trail segment %s", name);
	w->pruned += w->segments[1].first - oldest.first;
	w->total -= oldest.bytes;
	w->count--;
	memmove(w->segments, w->segments + 1, w->count * sizeof(oldest));
	return 0;
}

/* Make the last segment the one that takes @need bytes more, within both
 * limits. */
static int room_make(struct trail_writer *w, uint64_t need, struct err *e)
{
	const uint64_t bytes = w->count != 0 ? segment_last(w)->bytes : 0;
	int r = 0;

	if (w->count == 0 || (bytes != SEGMENT_HEADER_LEN &&
			      bytes + need > w->limits.segment_max))
		r = segment_create(w, e);
	while (r == 0 && w->count > 1 && w->total + need > w->limits.bytes_max)
		r = oldest_prune(w, e);
	return r;
}

/* Take back what a failed write left; until that works nothing is appended,
 * and readers see the half frame as one that is still being written. */
static int cut_back(struct trail_writer *w)
{
	w->is_ragged = ftruncate(w->fd, (off_t)segment_last(w)->bytes) < 0;
	return w->is_ragged ? -errno : 0;
}

static int frame_write(struct trail_writer *w, struct span frame,
		       const unsigned char value[TRAIL_HASH_LEN])
{
	struct segment *last = segment_last(w);
	unsigned char head[SEGMENT_HEAD_LEN];
	struct iovec iov[2] = {
		{ .iov_base = head, .iov_len = sizeof(head) },
		{ .iov_base = (void *)(uintptr_t)frame.p,
		  .iov_len = frame.len },
	};
	const size_t want = sizeof(head) + frame.len;
	ssize_t n;

	segment_head(w->next, frame.len, value, head);
	do
		n = pwritev(w->fd, iov, 2, (off_t)last->bytes);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)want)
		return 0;
	/* A regular file is written short only when there is no room. */
	const int r = n < 0 ? -errno : -ENOSPC;

	if (n != 0)
		(void)cut_back(w);
	return r;
}

int trail_append(struct trail_writer *w, struct span frame, uint64_t *ret_seq,
		 struct err *e)
{
	unsigned char value[TRAIL_HASH_LEN];
	const uint64_t need = SEGMENT_HEAD_LEN + (uint64_t)frame.len;
	int r = 0;

	if (frame.len > TRAIL_FRAME_MAX ||
	    need + SEGMENT_HEADER_LEN > w->limits.bytes_max)
		return err_set(e, EMSGSIZE, "a frame of %zu bytes", frame.len);
	if (w->is_ragged)
		r = cut_back(w);
	if (r == 0)
		r = chain_next(w->chain, w->value, w->next, frame, value);
	if (r < 0)
		return err_set(e, -r, "append to the trail: %s", strerror(-r));
	r = room_make(w, need, e);
	if (r < 0)
		return r;
	r = frame_write(w, frame, value);
	if (r < 0)
		return err_set(e, -r, "append to the trail: %s", strerror(-r));
	memcpy(w->value, value, TRAIL_HASH_LEN);
	segment_last(w)->bytes += need;
	w->total += need;
	*ret_seq = w->next++;
	return 0;
}

int trail_sync(struct trail_writer *w, struct err *e)
{
	if (w->fd >= 0 && fdatasync(w->fd) < 0)
		return err_errno(e, "sync the trail");
	return 0;
}

uint64_t trail_next_seq(const struct trail_writer *w)
{
	return w->next;
}

uint64_t trail_pruned(const struct trail_writer *w)
{
	return w->pruned;
}
