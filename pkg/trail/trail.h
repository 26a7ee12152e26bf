/* SPDX-License-Identifier: Apache-2.0 */
/* trail.h - an append-only set of segments of opaque frames.
 *
 * Each frame has a 64-bit sequence (from 1, rising by one, never reused in one
 * trail directory) and the SHA-256 chain value over all frames before it, so
 * that an edit, a cut in the middle or a reordering is found. One writer, any
 * number of readers, also in other processes: a reader never sees half a
 * frame. docs/formats.md has the layout.
 */
#ifndef PKG_TRAIL_TRAIL_H
#define PKG_TRAIL_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/span.h"

#define TRAIL_FRAME_MAX 131072
#define TRAIL_HASH_LEN	32

struct trail_limits {
	uint64_t bytes_max;   /* of all segments; the oldest goes first */
	uint64_t segment_max; /* bytes of one segment */
	uint64_t first_seq;   /* of an empty directory's first frame; 0: 1 */
};

struct trail_writer;

/**
 * trail_writer_open() - take over or begin the trail in @dirfd.
 * @dirfd: kept as a duplicate. A last segment that ends in half a frame (a
 *         crash) is cut back to its last whole one.
 * @ret_recovered: bytes cut off, 0 normally.
 *
 * Return: 0; -EBUSY another writer holds the lock; -EBADMSG damage before the
 * end (the trail goes on in a new segment only after the caller moved the old
 * away); as open(2) and write(2).
 */
int trail_writer_open(int dirfd, const struct trail_limits *limits,
		      struct trail_writer **ret, uint64_t *ret_recovered,
		      struct err *e);
void trail_writer_close(struct trail_writer *w);

/**
 * trail_append() - the next frame.
 * @ret_seq: its sequence.
 *
 * After a return of 0 the frame is in the page cache: it survives SIGKILL of
 * the process, not a power cut before trail_sync().
 *
 * Return: 0; -ENOSPC on a full disk (nothing was written; the trail stays
 * whole); -EMSGSIZE.
 */
int trail_append(struct trail_writer *w, struct span frame, uint64_t *ret_seq,
		 struct err *e);
int trail_sync(struct trail_writer *w, struct err *e);
uint64_t trail_next_seq(const struct trail_writer *w);

/* Frames that were pruned for the size cap since the writer was opened. */
uint64_t trail_pruned(const struct trail_writer *w);

struct trail_reader;

struct trail_frame {
	uint64_t seq;
	struct span bytes; /* valid until the next call on the reader */
};

/* @from: the first sequence wanted; one that was pruned starts at the oldest
 * that is there. Return: 0; as open(2). */
int trail_reader_open(int dirfd, uint64_t from, struct trail_reader **ret,
		      struct err *e);
void trail_reader_close(struct trail_reader *r);

/* Return: 0; -EAGAIN at the end, for now; -EBADMSG damage, with segment and
 * offset in @e. Checks the chain as it goes. */
int trail_read(struct trail_reader *r, struct trail_frame *ret, struct err *e);

/* What trail_verify() found; the numbers are of the whole directory. */
struct trail_report {
	uint64_t first_seq, last_seq, frames, segments;
	unsigned char head[TRAIL_HASH_LEN]; /* chain value after last_seq */
};

/* Return: 0 whole; -EBADMSG and the place in @e. @ret is filled up to there. */
int trail_verify(int dirfd, struct trail_report *ret, struct err *e);

#endif
