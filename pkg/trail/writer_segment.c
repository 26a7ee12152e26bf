/* SPDX-License-Identifier: Apache-2.0 */
/* writer_segment.c - the segments of the trail's writer; see writer.h. */
#include "pkg/trail/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/trail/scan.h"

/* A new segment has this name until its header is written. */
#define NEW_NAME "segment.new"
/* Less than this is not worth preallocating. */
#define PREALLOC_MIN 65536

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
void segment_charge(struct trail_writer *w, uint64_t bytes)
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

/* ---- recovering -----------------------------------------------------------
 */

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

/* Whose key @frame says is in force. One that cannot be read changes nothing:
 * what is wrong with it is for verify to say. */
static void signer_step(struct signer *signer, const struct trail_frame *frame)
{
	struct key_note k;

	if (frame->kind != TRAIL_KEY ||
	    key_note_parse(frame->bytes, &k, NULL) < 0)
		return;
	*signer = (struct signer){ .epoch = k.epoch };
	memcpy(signer->boot, k.boot.p, k.boot.len);
	memcpy(signer->key, k.key, sizeof(signer->key));
}

/* Walk the last segment to its end: that gives the tree and what is to be cut.
 * Return: 0; -ENODATA: it never held a frame. */
static int last_scan(struct trail_writer *w, struct scan *s, struct err *e)
{
	struct trail_frame frame;
	int r = scan_open(s, w->dirfd, segment_last(w)->first, e);

	w->first_offset = s->offset;
	w->written.uncovered = 0;
	w->signer = s->start.signer;
	while (r == 0) {
		r = scan_next(s, &frame, e);
		if (r == 0) {
			place_step(&w->written, frame.kind);
			signer_step(&w->signer, &frame);
		}
	}
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

int segments_recover(struct trail_writer *w, uint64_t *recovered, struct err *e)
{
	const int r = segments_load(w, e);

	return r < 0 ? r : last_open(w, recovered, e);
}

/* ---- beginning and ending -------------------------------------------------
 */

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
	w->start.signer = w->signer;
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

uint64_t segment_header_bytes(const struct trail_writer *w)
{
	return SEGMENT_FIXED_LEN + strlen(w->start.origin) +
	       strlen(w->signer.boot) +
	       (tree_parts_count(w->now.tree.size) + 1) * TREE_HASH_LEN;
}

int segments_sync(struct trail_writer *w, struct err *e)
{
	for (size_t i = 0; i < w->count; i++) {
		char name[SEGMENT_NAME_LEN + 1];

		segment_name(w->segments[i].first, name);
		AUTO_FD fd = file_open_beneath(w->dirfd, name, O_RDWR, 0, e);

		if (fd < 0)
			return fd;
		if (fdatasync(fd) < 0)
			return err_errno(e, "sync trail segment %s", name);
	}
	return fsync(w->dirfd) < 0 ? err_errno(e, "sync the trail") : 0;
}

/* Begin a segment in which a frame of @need bytes has room. */
static int segment_begin(struct trail_writer *w, uint64_t need, struct err *e)
{
	const uint64_t least = segment_header_bytes(w) + need;
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

int segment_room(struct trail_writer *w, uint64_t need, struct err *e)
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
