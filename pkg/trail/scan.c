/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c - see scan.h. */
#include "pkg/trail/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"

int scan_init(struct scan *s)
{
	*s = (struct scan){ .fd = -1 };
	s->window = malloc(SCAN_WINDOW_BYTES);
	s->hasher = hasher_new();
	if (s->window == NULL || s->hasher == NULL) {
		scan_done(s);
		return -ENOMEM;
	}
	return 0;
}

void scan_done(struct scan *s)
{
	fd_drop(&s->fd);
	free(s->window);
	hasher_free(s->hasher);
	s->window = NULL;
	s->hasher = NULL;
}

int scan_damage(const struct scan *s, struct err *e, const char *what)
{
	char name[SEGMENT_NAME_LEN + 1];

	segment_name(s->start.first, name);
	return err_set(e, EBADMSG, "trail segment %s offset %" PRIu64 ": %s",
		       name, s->offset, what);
}

static int read_failed(const struct scan *s, ssize_t r, struct err *e)
{
	return err_set(e, (int)-r, "read trail segment %" PRIu64 ": %s",
		       s->start.first, strerror((int)-r));
}

/* ---- the window -----------------------------------------------------------
 */

/* Have at least @len bytes at s->offset in the window, or all there are.
 * Return: how many there are, at most what fits; -errno. */
static ssize_t window_fill(struct scan *s, size_t len)
{
	size_t have = 0;

	if (s->offset >= s->window_at &&
	    s->offset - s->window_at <= s->window_len)
		have = s->window_len - (size_t)(s->offset - s->window_at);
	if (have >= len)
		return (ssize_t)have;
	if (have != 0)
		memmove(s->window, s->window + (s->offset - s->window_at),
			have);
	s->window_at = s->offset;
	s->window_len = have;
	s->fills++;
	while (s->window_len < len) {
		const ssize_t n = pread(s->fd, s->window + s->window_len,
					SCAN_WINDOW_BYTES - s->window_len,
					(off_t)(s->window_at + s->window_len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		s->window_len += (size_t)n;
	}
	return (ssize_t)s->window_len;
}

static const unsigned char *window_at(const struct scan *s)
{
	return (const unsigned char *)s->window + (s->offset - s->window_at);
}

/* What was read ahead may change: forget it. */
static void window_forget(struct scan *s)
{
	s->window_at = s->offset;
	s->window_len = 0;
}

static bool is_zero(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* Go to the next byte that is stored, else to the end: what lies between reads
 * as zeros, however much of it there is. */
static void hole_skip(struct scan *s)
{
	const off_t at = lseek(s->fd, (off_t)s->offset, SEEK_DATA);
	struct stat st;

	if (at >= 0)
		s->offset = (uint64_t)at;
	else if (errno == ENXIO && fstat(s->fd, &st) == 0 &&
		 (uint64_t)st.st_size > s->offset)
		s->offset = (uint64_t)st.st_size;
}

/* A power cut can leave a file longer than what reached the disk: zeros to the
 * end. Do they begin inside the @len bytes at s->offset? Then these were never
 * whole: s->tail says how much there is. */
static bool is_torn(struct scan *s, size_t len)
{
	const uint64_t start = s->offset;
	bool zeros = true;

	s->offset += len - 1;
	while (zeros) {
		ssize_t n;

		hole_skip(s);
		n = window_fill(s, 4096);
		if (n <= 0)
			break;
		zeros = is_zero(window_at(s), (size_t)n);
		s->offset += (uint64_t)n;
	}
	s->tail = zeros ? s->offset - start : 0;
	s->offset = start;
	window_forget(s);
	return zeros;
}

/* ---- a segment ------------------------------------------------------------
 */

/* @len bytes of the header, of which the last may be missing. Return: 0;
 * -ENODATA; -errno. */
static int header_fill(struct scan *s, size_t len, struct err *e)
{
	const ssize_t have = window_fill(s, len);

	if (have < 0)
		return read_failed(s, have, e);
	if ((size_t)have >= len)
		return 0;
	(void)scan_damage(s, e, "the header is cut short");
	return -ENODATA;
}

/* @code: why the first @len bytes are no header. */
static int header_bad(struct scan *s, int code, size_t len, struct err *e)
{
	if (code != -EBADMSG)
		return err_set(e, -code, "SHA-256 failed");
	(void)scan_damage(s, e, "the header was changed");
	return is_torn(s, len) ? -ENODATA : -EBADMSG;
}

/* Return: as scan_open(). */
static int header_read(struct scan *s, struct err *e)
{
	const uint64_t first = s->start.first;
	int r = header_fill(s, SEGMENT_FIXED_LEN, e);
	size_t len;

	if (r < 0)
		return r;
	r = segment_header_len(s->hasher, window_at(s));
	if (r < 0)
		return header_bad(s, r, SEGMENT_FIXED_LEN, e);
	len = (size_t)r;
	r = header_fill(s, len, e);
	if (r < 0)
		return r;
	r = segment_header_parse(s->hasher, window_at(s), &s->start);
	if (r == 0 && s->start.first != first)
		r = -EBADMSG;
	if (r < 0) {
		s->start.first = first;
		return header_bad(s, r, len, e);
	}
	s->tree = s->start.tree;
	s->offset = len;
	return 0;
}

int scan_open(struct scan *s, int dirfd, uint64_t first, struct err *e)
{
	char name[SEGMENT_NAME_LEN + 1];
	struct stat st;
	int fd;

	segment_name(first, name);
	fd = file_open_beneath(dirfd, name, O_RDONLY | O_NONBLOCK, 0, e);
	if (fd < 0 && fd != -ELOOP && fd != -ENXIO)
		return fd;
	fd_drop(&s->fd);
	s->fd = fd >= 0 ? fd : -1;
	s->start.first = first;
	s->next = first;
	s->offset = 0;
	s->tail = 0;
	window_forget(s);
	if (fd >= 0 && fstat(fd, &st) < 0)
		return err_errno(e, "stat trail segment %s", name);
	/* A symbolic link or a socket could not be opened at all. */
	if (fd < 0 || !S_ISREG(st.st_mode))
		return scan_damage(s, e, "not a regular file");
	return header_read(s, e);
}

/* ---- a frame --------------------------------------------------------------
 */

static int scan_end(struct scan *s, size_t tail)
{
	s->tail = tail;
	window_forget(s);
	return -EAGAIN;
}

/* @what is wrong with the frame at s->offset, which has @len bytes: was it
 * never whole? */
static int frame_bad(struct scan *s, size_t len, const char *what,
		     struct err *e)
{
	return is_torn(s, len) ? -EAGAIN : scan_damage(s, e, what);
}

/* One look at the frame at s->offset. Return: as scan_next(). */
static int frame_look(struct scan *s, struct trail_frame *ret, struct err *e)
{
	ssize_t have = window_fill(s, SEGMENT_HEAD_LEN);
	struct tree_hash leaf;
	const char *what;
	size_t len;
	int r;

	s->can_pass = false;
	if (have < 0)
		return read_failed(s, have, e);
	if (have < SEGMENT_HEAD_LEN)
		return scan_end(s, (size_t)have);
	what = segment_head_get(window_at(s), s->next, &s->head);
	if (what != NULL)
		return frame_bad(s, SEGMENT_HEAD_LEN, what, e);
	len = SEGMENT_HEAD_LEN + s->head.len;
	have = window_fill(s, len);
	if (have < 0)
		return read_failed(s, have, e);
	if ((size_t)have < len)
		return scan_end(s, (size_t)have);
	ret->seq = s->next;
	ret->kind = s->head.kind;
	ret->bytes =
		(struct span){ (const char *)window_at(s) + SEGMENT_HEAD_LEN,
			       s->head.len };
	if (tree_frame_leaf(s->hasher, ret->seq, ret->kind, ret->bytes, &leaf) <
	    0)
		return err_set(e, EIO, "SHA-256 failed");
	if (tree_hash_eq(&leaf, &s->head.leaf))
		return 0;
	r = frame_bad(s, len, "a frame does not fit its hash", e);
	s->can_pass = r == -EBADMSG;
	return r;
}

int scan_peek(struct scan *s, struct trail_frame *ret, struct err *e)
{
	int r = frame_look(s, ret, NULL);

	if (r == 0 || r == -EAGAIN)
		return r;
	/* Look again at the file itself: a frame that did not fit on the disk
	 * may have been cut back and another one written while it was read. */
	window_forget(s);
	return frame_look(s, ret, e);
}

int scan_take(struct scan *s)
{
	const int r = tree_append(s->hasher, &s->tree, &s->head.leaf, s->path);

	if (r < 0)
		return r;
	s->offset += SEGMENT_HEAD_LEN + s->head.len;
	s->next++;
	s->tail = 0;
	return 0;
}

int scan_next(struct scan *s, struct trail_frame *ret, struct err *e)
{
	int r = scan_peek(s, ret, e);

	if (r < 0)
		return r;
	r = scan_take(s);
	return r < 0 ? err_set(e, -r, "SHA-256 failed") : 0;
}
