/* SPDX-License-Identifier: Apache-2.0 */
/* segment.h - one file of the trail: its name and its bytes.
 *
 * docs/formats.md has the layout; the sizes below are its. scan.h walks what is
 * written here.
 */
#ifndef PKG_TRAIL_SEGMENT_H
#define PKG_TRAIL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/span.h"
#include "pkg/trail/checkpoint.h"
#include "pkg/trail/trail.h"
#include "pkg/trail/tree.h"

#define SEGMENT_FIXED_LEN 80 /* of a header, before what varies in length */
#define SEGMENT_HEADER_MAX                                            \
	(SEGMENT_FIXED_LEN + TRAIL_ORIGIN_MAX + CHECKPOINT_BOOT_MAX + \
	 (TREE_LEVEL_MAX + 1) * TREE_HASH_LEN)
#define SEGMENT_HEAD_LEN 56 /* before each frame's bytes */
#define SEGMENT_NAME_LEN 24 /* 20 digits and ".seg" */
#define SEGMENT_LIST_MAX 65536

/* A log, and where in it a segment begins. */
struct segment_start {
	uint64_t first;	    /* sequence of the segment's first frame */
	uint64_t log_first; /* of the log's: its leaf 0 */
	struct tree tree;   /* of the frames before: first - log_first leaves */
	struct signer signer;
	char origin[TRAIL_ORIGIN_MAX + 1]; /* of the log */
};

/* "00000000000000000041.seg". */
void segment_name(uint64_t first, char ret[SEGMENT_NAME_LEN + 1]);

/**
 * segment_header() - the bytes that a segment begins with.
 *
 * Return: how many; -EIO when the hash cannot be made.
 */
int segment_header(struct hasher *h, const struct segment_start *start,
		   unsigned char ret[SEGMENT_HEADER_MAX]);

/**
 * segment_header_len() - how many bytes the header has that begins with @fixed.
 *
 * Return: that; -EBADMSG when @fixed was changed; -EIO.
 */
int segment_header_len(struct hasher *h,
		       const unsigned char fixed[SEGMENT_FIXED_LEN]);

/**
 * segment_header_parse() - check and read a header.
 * @bytes: all of them, segment_header_len().
 *
 * Return: 0; -EBADMSG for one that was changed; -EIO.
 */
int segment_header_parse(struct hasher *h, const unsigned char *bytes,
			 struct segment_start *ret);

/* What precedes a frame's bytes. */
struct segment_head {
	uint64_t seq;
	uint32_t len;
	enum trail_kind kind;
	struct tree_hash leaf;
};

/* Does a segment that begins so go on where @before ended, in the log of the
 * segment @log? */
bool segment_follows(const struct segment_start *start,
		     const struct segment_start *log,
		     const struct tree *before);

void segment_head_put(const struct segment_head *head,
		      unsigned char ret[SEGMENT_HEAD_LEN]);

/* Return: NULL; else what is wrong with it, static text. */
const char *segment_head_get(const unsigned char bytes[SEGMENT_HEAD_LEN],
			     uint64_t want_seq, struct segment_head *ret);

/**
 * segment_list() - the first sequence of every segment, rising.
 * @ret: an array that the caller frees; NULL when there is none.
 *
 * Other names in the directory are left alone.
 *
 * Return: 0; -E2BIG above SEGMENT_LIST_MAX; as openat(2), readdir(3); -ENOMEM.
 */
int segment_list(int dirfd, uint64_t **ret, size_t *ret_count, struct err *e);

#endif
