/* SPDX-License-Identifier: Apache-2.0 */
/* segment.h - one file of the trail: names, bytes, and walking its frames.
 *
 * Used by the writer (recovery), the reader and verify. docs/formats.md has the
 * layout; the sizes below are its.
 */
#ifndef PKG_TRAIL_SEGMENT_H
#define PKG_TRAIL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/span.h"
#include "pkg/trail/trail.h"

#define SEGMENT_HEADER_LEN   80
#define SEGMENT_HEAD_LEN     48 /* before each frame's bytes */
#define SEGMENT_NAME_LEN     24 /* 20 digits and ".seg" */
#define SEGMENT_LIST_MAX     65536
#define SEGMENT_WINDOW_BYTES (TRAIL_FRAME_MAX + SEGMENT_HEAD_LEN + 65536)

/* SHA-256 with everything allocated once. */
struct chain;
struct chain *chain_new(void);
void chain_free(struct chain *c);

/**
 * chain_next() - the chain value after one more frame.
 * @prev: the value before it; @ret may be the same array.
 *
 * Return: 0; -EIO when the library refuses.
 */
int chain_next(struct chain *c, const unsigned char prev[TRAIL_HASH_LEN],
	       uint64_t seq, struct span bytes,
	       unsigned char ret[TRAIL_HASH_LEN]);

/* "00000000000000000041.seg". */
void segment_name(uint64_t first, char ret[SEGMENT_NAME_LEN + 1]);

/* Return: 0; -EIO. */
int segment_header(struct chain *c, uint64_t first,
		   const unsigned char prev[TRAIL_HASH_LEN],
		   unsigned char ret[SEGMENT_HEADER_LEN]);

/* What precedes a frame's bytes. @value: the chain value after the frame. */
void segment_head(uint64_t seq, size_t len,
		  const unsigned char value[TRAIL_HASH_LEN],
		  unsigned char ret[SEGMENT_HEAD_LEN]);

/**
 * segment_list() - the first sequence of every segment, rising.
 * @ret: an array that the caller frees; NULL when there is none.
 *
 * Other names in the directory are left alone.
 *
 * Return: 0; -E2BIG above SEGMENT_LIST_MAX; as openat(2), readdir(3); -ENOMEM.
 */
int segment_list(int dirfd, uint64_t **ret, size_t *ret_count, struct err *e);

/* Walks one segment from its first frame. */
struct scan {
	int fd;		/* owned; -1: none */
	uint64_t first; /* of the segment */
	uint64_t next;	/* sequence of the frame at @offset */
	uint64_t offset;
	unsigned char prev[TRAIL_HASH_LEN];  /* from the header */
	unsigned char value[TRAIL_HASH_LEN]; /* after the frame before @next */
	uint64_t tail; /* bytes of half a frame seen at the end */
	/* what was read ahead; owned */
	char *window;
	uint64_t window_at; /* file offset of window[0] */
	size_t window_len;
	struct chain *chain;
};

int scan_init(struct scan *s);
void scan_done(struct scan *s);

/**
 * scan_open() - begin a segment.
 * @s: an open one is closed first.
 *
 * Return: 0; -ENOENT when it is not there; -EBADMSG for a bad header; as
 * openat(2), read(2).
 */
int scan_open(struct scan *s, int dirfd, uint64_t first, struct err *e);

/**
 * scan_next() - the next frame, checked.
 *
 * Return: 0; -EAGAIN at the end, with s->tail the bytes of half a frame there
 * (0: the end is clean); -EBADMSG, place in @e.
 */
int scan_next(struct scan *s, struct trail_frame *ret, struct err *e);

#endif
