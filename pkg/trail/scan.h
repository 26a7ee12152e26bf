/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - walking the frames of one segment, each checked.
 *
 * Used by the writer (recovery), the reader and verify. It sees all that is in
 * the file, acknowledged or not.
 */
#ifndef PKG_TRAIL_SCAN_H
#define PKG_TRAIL_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "pkg/trail/segment.h"

#define SCAN_WINDOW_BYTES (TRAIL_FRAME_MAX + SEGMENT_HEAD_LEN + 65536)

struct scan {
	int fd;			    /* owned; -1: none */
	struct segment_start start; /* what the header says */
	uint64_t next;		    /* sequence of the frame at @offset */
	uint64_t offset;
	struct tree tree;	  /* of the frames before @next */
	struct tree_path *path;	  /* borrowed, or NULL: goes to tree_append() */
	struct segment_head head; /* of the frame that was seen last */
	/* Of that frame only the bytes do not fit: scan_take() goes behind it,
	 * with the hash that stands in its head. */
	bool can_pass;
	uint64_t tail;	/* bytes of half a frame seen at the end */
	uint64_t fills; /* how often the file was read */
	/* what was read ahead; owned */
	char *window;
	uint64_t window_at; /* file offset of window[0] */
	size_t window_len;
	struct hasher *hasher;
};

/* Return: 0; -ENOMEM. */
int scan_init(struct scan *s);
void scan_done(struct scan *s);

/**
 * scan_open() - begin a segment.
 * @s: an open one is closed first.
 *
 * Return: 0; -ENOENT when it is not there; -ENODATA when it holds no whole
 * header and nothing after it (a crash, a power cut: no frame was ever there);
 * -EBADMSG for a bad header; as openat(2), read(2).
 */
int scan_open(struct scan *s, int dirfd, uint64_t first, struct err *e);

/**
 * scan_next() - the next frame, checked.
 *
 * Return: 0; -EAGAIN at the end, with s->tail the bytes of half a frame there,
 * or of one that ends in zeros which go on to the end (0: the end is clean);
 * -EBADMSG, place in @e.
 */
int scan_next(struct scan *s, struct trail_frame *ret, struct err *e);

/**
 * scan_peek(), scan_take() - scan_next() in two steps: look at the next frame,
 * then go behind it. What was only looked at is read again by the next call.
 *
 * Return: as scan_next(); -EIO when a hash cannot be made.
 */
int scan_peek(struct scan *s, struct trail_frame *ret, struct err *e);
int scan_take(struct scan *s);

/* "trail segment NAME offset N: WHAT" at the present place.
 * Return: -EBADMSG. */
int scan_damage(const struct scan *s, struct err *e, const char *what);

#endif
