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
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trail/horizon.h"
#include "pkg/trail/scan.h"

/* A new segment has this name until its header is written. */
#define NEW_NAME "segment.new"
/* Less than this is not worth preallocating. */
#define PREALLOC_MIN 65536
#define SYNC_MS	     1000 /* TRAIL_AT_CHECKPOINT where nothing is signed */

struct segment {
	uint64_t first;
	uint64_t bytes; /* that it takes of the cap */
};

/* A place to which the log can go back: nothing later counts. */
struct place {
	uint64_t next; /* sequence of the next frame */
	struct tree tree;
};

struct trail_writer {
	int dirfd;	/* own open file: it carries the lock */
	int fd;		/* the last segment; -1: none yet */
	int horizon_fd; /* -1: no such file yet */
	struct trail_config config;
	struct segment_start start; /* of the last segment, or the next one */
	struct segment *segments;   /* oldest first; the last one is open */
	size_t count, room;
	uint64_t total;	       /* bytes of all of them */
	uint64_t offset;       /* end of what is written in the last one */
	uint64_t first_offset; /* of its first frame */
	struct place written;  /* after what is in the file */
	struct place now;      /* after what is pending too */
	unsigned char *pending;
	size_t pending_len;
	uint64_t acked;	 /* up to this sequence */
	uint64_t synced; /* when; of trail_tick()'s clock */
	uint64_t pruned, lost;
	struct hasher *hasher;
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

/* What the last segment takes of the cap. */
static void segment_charge(struct trail_writer *w, uint64_t bytes)
{
	struct segment *last = segment_last(w);

	w->total += bytes - last->bytes;
	last->bytes = bytes;
}

/* Take the room that a segment will need, or as much of it as there is: a full
 * disk is seen now and not in the middle. Return: bytes. */
static uint64_t room_take(int fd, uint64_t bytes)
{
	for (; bytes >= PREALLOC_MIN; bytes /= 2) {
		if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) == 0)
			return bytes;
		if (errno != ENOSPC && errno != EFBIG && errno != EDQUOT)
			break;
	}
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

/* Walk the last segment to its end: that gives the tree and what is to be cut.
 * Return: 0; -ENODATA: it never held a frame. */
static int last_scan(struct trail_writer *w, struct scan *s, struct err *e)
{
	struct trail_frame frame;
	int r = scan_open(s, w->dirfd, segment_last(w)->first, e);

	w->first_offset = s->offset;
	while (r == 0)
		r = scan_next(s, &frame, e);
	return r == -EAGAIN ? 0 : r;
}

/* Forget a last segment that never held a frame (a power cut). The one before
 * it says all that it would have said; without one another log begins. */
static int last_drop(struct trail_writer *w, uint64_t *recovered, struct err *e)
{
	const struct segment *last = segment_last(w);
	char name[SEGMENT_NAME_LEN + 1];

	segment_name(last->first, name);
	if (unlinkat(w->dirfd, name, 0) < 0)
		return err_errno(e, "remove the empty segment %s", name);
	*recovered += last->bytes;
	w->written.next = last->first;
	w->total -= last->bytes;
	w->count--;
	return 0;
}

/* Go on behind what @s walked. */
static int last_take(struct trail_writer *w, const struct scan *s,
		     uint64_t *recovered, struct err *e)
{
	char name[SEGMENT_NAME_LEN + 1];
	uint64_t room;

	segment_name(s->start.first, name);
	w->fd = file_open_beneath(w->dirfd, name, O_RDWR, 0, e);
	if (w->fd < 0)
		return w->fd;
	if (s->tail != 0 && ftruncate(w->fd, (off_t)s->offset) < 0)
		return err_errno(e, "cut half a frame off segment %s", name);
	*recovered += s->tail;
	w->start = s->start;
	w->offset = s->offset;
	room = room_take(w->fd, w->config.segment_max);
	segment_charge(w, room > w->offset ? room : w->offset);
	w->written.next = s->next;
	w->written.tree = s->tree;
	return 0;
}

static int last_open(struct trail_writer *w, uint64_t *recovered, struct err *e)
{
	AUTO_DONE(scan_done) struct scan s = { .fd = -1 };
	int r = scan_init(&s);

	if (r < 0)
		return err_set(e, -r, "out of memory");
	while (w->count != 0) {
		r = last_scan(w, &s, e);
		if (r == 0)
			return last_take(w, &s, recovered, e);
		if (r == -ENODATA)
			r = last_drop(w, recovered, e);
		if (r < 0) {
			(void)err_hint(
				e,
				"move the damaged trail away to begin a new one");
			return r;
		}
	}
	return 0;
}

static int config_take(struct trail_writer *w, const struct trail_config *c,
		       struct err *e)
{
	const char *origin = c->origin != NULL ? c->origin : "";

	w->config = *c;
	trail_limits_set(w, c->bytes_max, c->segment_max);
	if (strlen(origin) > TRAIL_ORIGIN_MAX)
		return err_set(e, EINVAL, "an origin of more than %d bytes",
			       TRAIL_ORIGIN_MAX);
	(void)strcpy(w->start.origin, origin);
	w->pending = malloc(TRAIL_PENDING_MAX);
	w->hasher = hasher_new();
	if (w->pending == NULL || w->hasher == NULL)
		return err_set(e, ENOMEM, "no memory, or no SHA-256");
	return 0;
}

static int writer_begin(struct trail_writer *w, int dirfd, uint64_t *recovered,
			struct err *e)
{
	int r = lock_take(w, dirfd, e);

	if (r == 0)
		r = segments_load(w, e);
	if (r < 0)
		return r;
	w->written.next = w->config.first_seq != 0 ? w->config.first_seq : 1;
	r = last_open(w, recovered, e);
	if (r < 0)
		return r;
	if (w->count == 0)
		w->start.log_first = w->written.next;
	w->now = w->written;
	return trail_durability_set(w, w->config.durability, e);
}

int trail_writer_open(int dirfd, const struct trail_config *config,
		      struct trail_writer **ret, uint64_t *ret_recovered,
		      struct err *e)
{
	struct trail_writer *w = calloc(1, sizeof(*w));
	uint64_t recovered = 0;
	int r;

	if (w == NULL)
		return err_set(e, ENOMEM, "out of memory");
	w->dirfd = w->fd = w->horizon_fd = -1;
	r = config_take(w, config, e);
	if (r == 0)
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
	if (w->pending_len != 0)
		(void)trail_flush(w, NULL);
	fd_drop(&w->fd);
	fd_drop(&w->dirfd);
	fd_drop(&w->horizon_fd);
	hasher_free(w->hasher);
	free(w->pending);
	free(w->segments);
	free(w);
}

/* ---- acknowledging --------------------------------------------------------
 */

/* All that is written may be shown. Under TRAIL_NONE nobody has to be told. */
static int acknowledge(struct trail_writer *w, struct err *e)
{
	const uint64_t last = w->written.next - 1;
	int r = 0;

	if (w->config.durability != TRAIL_NONE && last != w->acked)
		r = horizon_put(w->dirfd, &w->horizon_fd, last, e);
	if (r == 0)
		w->acked = last;
	return r < 0 ? r : 0;
}

static int sync_and_acknowledge(struct trail_writer *w, struct err *e)
{
	if (w->acked == w->written.next - 1)
		return 0;
	if (w->fd >= 0 && fdatasync(w->fd) < 0)
		return err_errno(e, "sync the trail");
	return acknowledge(w, e);
}

int trail_durability_set(struct trail_writer *w, enum trail_durability d,
			 struct err *e)
{
	int r = trail_flush(w, e);

	if (r < 0)
		return r;
	w->config.durability = d;
	w->acked = HORIZON_ALL; /* said anew in any case */
	if (d != TRAIL_NONE)
		return sync_and_acknowledge(w, e);
	w->acked = w->written.next - 1;
	return horizon_put(w->dirfd, &w->horizon_fd, HORIZON_ALL, e);
}

/* ---- segments -------------------------------------------------------------
 */

void trail_limits_set(struct trail_writer *w, uint64_t bytes_max,
		      uint64_t segment_max)
{
	w->config.bytes_max = bytes_max;
	/* Pruning drops whole segments: keep at least half the trail. */
	w->config.segment_max =
		segment_max > bytes_max / 2 ? bytes_max / 2 : segment_max;
}

static int oldest_prune(struct trail_writer *w, struct err *e)
{
	const struct segment oldest = w->segments[0];
	const uint64_t next =
		w->count > 1 ? w->segments[1].first : w->written.next;
	char name[SEGMENT_NAME_LEN + 1];

	if (w->config.pruning != NULL)
		w->config.pruning(w->config.ctx, w->dirfd, oldest.first,
				  next - 1);
	segment_name(oldest.first, name);
	if (unlinkat(w->dirfd, name, 0) < 0 && errno != ENOENT)
		return err_errno(e, "prune trail segment %s", name);
	w->pruned += next - oldest.first;
	w->total -= oldest.bytes;
	w->count--;
	memmove(w->segments, w->segments + 1, w->count * sizeof(oldest));
	return 0;
}

/* The last segment takes no more frames: give back what it was given too much,
 * and see that it is on the disk before a later one is. */
static int segment_seal(struct trail_writer *w, struct err *e)
{
	uint64_t bytes;

	if (w->count == 0)
		return 0;
	bytes = segment_last(w)->bytes;
	/* One file system frees by the first, another by the second. */
	if (bytes > w->offset && ftruncate(w->fd, (off_t)w->offset) == 0) {
		(void)fallocate(w->fd,
				FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				(off_t)w->offset, (off_t)(bytes - w->offset));
		segment_charge(w, w->offset);
	}
	if (w->config.durability != TRAIL_NONE && fdatasync(w->fd) < 0)
		return err_errno(e, "sync the trail");
	return 0;
}

/* The file of the next segment, under its name. Return: descriptor. */
static int segment_file(struct trail_writer *w, const char *name, uint64_t room,
			uint64_t *ret_room, struct err *e)
{
	unsigned char header[SEGMENT_HEADER_MAX];
	int len, r;
	AUTO_FD fd = file_open_beneath(w->dirfd, NEW_NAME,
				       O_RDWR | O_CREAT | O_TRUNC, 0600, e);

	if (fd < 0)
		return fd;
	*ret_room = room_take(fd, room);
	w->start.first = w->written.next;
	w->start.tree = w->written.tree;
	len = segment_header(w->hasher, &w->start, header);
	r = len < 0 ? len
		    : file_write_all(
			      fd, (struct span){ (char *)header, (size_t)len });
	if (r == 0 && w->config.durability != TRAIL_NONE && fdatasync(fd) < 0)
		r = -errno;
	if (r == 0 && renameat(w->dirfd, NEW_NAME, w->dirfd, name) < 0)
		r = -errno;
	if (r == 0 && w->config.durability != TRAIL_NONE && fsync(w->dirfd) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(w->dirfd, NEW_NAME, 0);
		return err_set(e, -r, "begin trail segment %s: %s", name,
			       strerror(-r));
	}
	w->first_offset = w->offset = (uint64_t)len;
	return fd_steal(&fd);
}

/* The header that a segment would have now. */
static uint64_t header_len(const struct trail_writer *w)
{
	return SEGMENT_FIXED_LEN + strlen(w->start.origin) +
	       strlen(w->start.signer.boot) +
	       (tree_parts_count(w->now.tree.size) + 1) * TREE_HASH_LEN;
}

/* Begin a segment in which a frame of @need bytes has room. */
static int segment_begin(struct trail_writer *w, uint64_t need, struct err *e)
{
	const uint64_t least = header_len(w) + need;
	const uint64_t room =
		w->config.segment_max > least ? w->config.segment_max : least;
	char name[SEGMENT_NAME_LEN + 1];
	uint64_t took = 0;
	int r = segment_seal(w, e), fd;

	while (r == 0 && w->count != 0 && w->total + room > w->config.bytes_max)
		r = oldest_prune(w, e);
	if (r < 0)
		return r;
	segment_name(w->written.next, name);
	fd = segment_file(w, name, room, &took, e);
	if (fd < 0)
		return fd;
	r = segment_add(w, w->written.next, took > w->offset ? took : w->offset,
			e);
	if (r < 0) {
		(void)unlinkat(w->dirfd, name, 0);
		(void)close(fd);
		return r;
	}
	fd_drop(&w->fd);
	w->fd = fd;
	return 0;
}

/* Make the last segment the one that takes @need bytes more. */
static int room_make(struct trail_writer *w, uint64_t need, struct err *e)
{
	const uint64_t end = w->offset + w->pending_len;
	int r = 0;

	if (w->count != 0 &&
	    (end == w->first_offset || end + need <= w->config.segment_max)) {
		if (w->pending_len + need > TRAIL_PENDING_MAX)
			r = trail_flush(w, e);
		return r;
	}
	r = trail_flush(w, e);
	return r < 0 ? r : segment_begin(w, need, e);
}

/* ---- appending ------------------------------------------------------------
 */

/* Into what is pending; there is room. */
static int pending_add(struct trail_writer *w, enum trail_kind kind,
		       struct span frame, struct err *e)
{
	struct segment_head head = { .seq = w->now.next,
				     .len = (uint32_t)frame.len,
				     .kind = kind };
	unsigned char *at = w->pending + w->pending_len;
	int r = tree_frame_leaf(w->hasher, head.seq, kind, frame, &head.leaf);

	if (r == 0)
		r = tree_append(w->hasher, &w->now.tree, &head.leaf, NULL);
	if (r < 0)
		return err_set(e, -r, "append to the trail: %s", strerror(-r));
	segment_head_put(&head, at);
	if (frame.len != 0)
		memcpy(at + SEGMENT_HEAD_LEN, frame.p, frame.len);
	w->pending_len += SEGMENT_HEAD_LEN + frame.len;
	w->now.next++;
	return 0;
}

static int frame_append(struct trail_writer *w, enum trail_kind kind,
			struct span frame, struct err *e)
{
	const uint64_t need = SEGMENT_HEAD_LEN + (uint64_t)frame.len;
	int r;

	if (frame.len > TRAIL_FRAME_MAX ||
	    need + header_len(w) > w->config.bytes_max)
		return err_set(e, EMSGSIZE, "a frame of %zu bytes", frame.len);
	r = room_make(w, need, e);
	return r < 0 ? r : pending_add(w, kind, frame, e);
}

int trail_append(struct trail_writer *w, struct span frame, uint64_t *ret_seq,
		 struct err *e)
{
	const int r = frame_append(w, TRAIL_EVENT, frame, e);

	if (r == 0)
		*ret_seq = w->now.next - 1;
	return r;
}

/* ---- writing --------------------------------------------------------------
 */

/* Take back what a failed write left; until that works nothing is written, and
 * readers see the half frame as one that is still being written. */
static int cut_back(struct trail_writer *w)
{
	w->is_ragged = ftruncate(w->fd, (off_t)w->offset) < 0;
	return w->is_ragged ? -errno : 0;
}

/* Return: bytes that are in the file; @ret_code: 0, or why that is not all. */
static size_t pending_write(struct trail_writer *w, int *ret_code)
{
	size_t done = 0;

	*ret_code = w->is_ragged ? cut_back(w) : 0;
	while (*ret_code == 0 && done < w->pending_len) {
		const ssize_t n =
			pwrite(w->fd, w->pending + done, w->pending_len - done,
			       (off_t)(w->offset + done));

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			*ret_code = n == 0 ? -ENOSPC : -errno;
	}
	return done;
}

/* Of the frames that are pending the first ones, in @done bytes, are in the
 * file: the log is what it was before the others were appended. */
static int pending_keep(struct trail_writer *w, size_t done)
{
	struct place *place = &w->written;
	size_t at = 0;
	int r = 0;

	while (r == 0 && at < w->pending_len) {
		struct segment_head head;
		const char *what = segment_head_get(w->pending + at,
						    w->written.next, &head);
		const size_t len = SEGMENT_HEAD_LEN + head.len;

		(void)what;
		if (at + len > done)
			break;
		r = tree_append(w->hasher, &place->tree, &head.leaf, NULL);
		place->next++;
		at += len;
	}
	w->lost += w->now.next - place->next;
	w->offset += at;
	if (done != at)
		(void)cut_back(w);
	return r;
}

int trail_flush(struct trail_writer *w, struct err *e)
{
	size_t done;
	int r;

	if (w->pending_len == 0)
		return 0;
	done = pending_write(w, &r);
	if (done == w->pending_len) {
		w->offset += done;
		w->written = w->now;
	} else {
		(void)pending_keep(w, done);
		w->now = w->written;
	}
	w->pending_len = 0;
	if (w->offset > segment_last(w)->bytes)
		segment_charge(w, w->offset);
	if (r < 0)
		(void)err_set(e, -r, "append to the trail: %s", strerror(-r));
	if (w->config.durability == TRAIL_NONE) {
		(void)acknowledge(w, NULL);
	} else if (w->config.durability == TRAIL_EACH) {
		const int code = sync_and_acknowledge(w, r == 0 ? e : NULL);

		r = r == 0 ? code : r;
	}
	return r;
}

int trail_tick(struct trail_writer *w, uint64_t now_ms, struct err *e)
{
	int r = trail_flush(w, e);

	if (w->config.durability != TRAIL_AT_CHECKPOINT ||
	    now_ms - w->synced < SYNC_MS)
		return r;
	w->synced = now_ms;
	return sync_and_acknowledge(w, e);
}

uint64_t trail_wait_ms(const struct trail_writer *w, uint64_t now_ms)
{
	const uint64_t since = now_ms - w->synced;

	if (w->config.durability != TRAIL_AT_CHECKPOINT)
		return SYNC_MS;
	return since < SYNC_MS ? SYNC_MS - since : 0;
}

uint64_t trail_next_seq(const struct trail_writer *w)
{
	return w->now.next;
}

uint64_t trail_acked(const struct trail_writer *w)
{
	return w->acked;
}

uint64_t trail_pruned(const struct trail_writer *w)
{
	return w->pruned;
}

uint64_t trail_lost(const struct trail_writer *w)
{
	return w->lost;
}
