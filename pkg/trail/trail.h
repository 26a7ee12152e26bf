/* SPDX-License-Identifier: Apache-2.0 */
/* trail.h - an append-only set of segments of opaque frames.
 *
 * Each frame has a 64-bit sequence (rising by one, never reused in one trail
 * directory), a kind and the hash that it is in the log's Merkle tree. A log
 * begins when its directory is empty. One writer, any number of readers, also
 * in other processes: a reader never sees half a frame, nor one that is not
 * acknowledged. docs/formats.md has the layout.
 */
#ifndef PKG_TRAIL_TRAIL_H
#define PKG_TRAIL_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/span.h"

#define TRAIL_FRAME_MAX	 131072
#define TRAIL_HASH_LEN	 32
#define TRAIL_ORIGIN_MAX 255 /* bytes */

enum trail_kind {
	TRAIL_EVENT = 0,
	TRAIL_CHECKPOINT = 1, /* a signed note: size and root of the tree */
	TRAIL_KEY = 2,	      /* a signed note: the key of an epoch */
	TRAIL_KIND_COUNT
};

/* When a frame that was flushed is acknowledged, so that readers see it: at
 * once (it survives the end of the process), with the next checkpoint, or at
 * once after the flush went to the disk (both survive a power cut). */
enum trail_durability {
	TRAIL_NONE,
	TRAIL_AT_CHECKPOINT,
	TRAIL_EACH
};

/* Add lines "name value\n" to a checkpoint. Called when a writer is opened or
 * closed, from trail_tick() and, once enough events are not covered, from
 * trail_append() before it takes the frame it was given. Neither this nor the
 * next may call the writer. */
typedef void trail_statement_fn(void *ctx, struct buf *out);

/* The segment with these sequences is about to be removed for the size cap; it
 * can still be read in @dirfd. */
typedef void trail_prune_fn(void *ctx, int dirfd, uint64_t first,
			    uint64_t last);

struct trail_config {
	uint64_t bytes_max;   /* of all segments; the oldest goes first */
	uint64_t segment_max; /* bytes of one segment; at most half of that */
	uint64_t first_seq;   /* of an empty directory's first frame; 0: 1 */
	enum trail_durability durability;
	/* "bailiff/NODE/BOOT": names the log if one begins, and who signs.
	 * NULL: nothing is signed, boot and key_dirfd mean nothing. */
	const char *origin;
	const char *boot; /* boot id, now */
	/* Private, not on a disk: the file of the secret key, for a writer of
	 * this boot that follows; duplicated. -1: not kept. */
	int key_dirfd;
	trail_statement_fn *statement; /* or NULL */
	trail_prune_fn *pruning;       /* or NULL */
	void *ctx;		       /* for both */
};

struct trail_writer;

/**
 * trail_writer_open() - take over or begin the trail in @dirfd.
 * @dirfd: kept as a duplicate. A last segment that ends in half a frame or in
 *         zeros (a crash, a power cut) is cut back to its last whole frame.
 * @config: copied, but for what its pointers name: origin and boot are copied
 *         too, ctx is the caller's.
 * @ret_recovered: bytes cut off, 0 normally.
 *
 * Return: 0; -EBUSY another writer holds the lock; -EBADMSG damage before the
 * end (the trail goes on only after the caller moved the old one away); -EINVAL
 * an origin that is too long; as open(2) and write(2).
 */
int trail_writer_open(int dirfd, const struct trail_config *config,
		      struct trail_writer **ret, uint64_t *ret_recovered,
		      struct err *e);

/* Flushes first, with a last checkpoint; what that could not write is gone. */
void trail_writer_close(struct trail_writer *w);

/**
 * trail_append() - the next frame, an event.
 * @ret_seq: its sequence, if trail_flush() does not take it back.
 *
 * Into memory; written at the latest when TRAIL_PENDING_MAX bytes are waiting
 * or the segment is full.
 *
 * Return: 0; -ENOSPC on a full disk, and others as write(2): this frame was not
 * taken, the trail stays whole; -EMSGSIZE.
 */
int trail_append(struct trail_writer *w, struct span frame, uint64_t *ret_seq,
		 struct err *e);
#define TRAIL_PENDING_MAX 262144

/**
 * trail_flush() - write what was appended, in one call.
 *
 * Return: 0; -ENOSPC and others as write(2): frames at the end of what was
 * appended were dropped. trail_next_seq() and trail_lost() tell which and how
 * many: the next frames have their sequences. -EIO and others as fdatasync(2):
 * written, not acknowledged; the next flush tries again.
 */
int trail_flush(struct trail_writer *w, struct err *e);

/**
 * trail_tick() - flush, and what is due by now: a checkpoint, a new epoch.
 * @now_ms: of a clock that does not jump.
 *
 * Return: as trail_flush().
 */
int trail_tick(struct trail_writer *w, uint64_t now_ms, struct err *e);

/* Milliseconds until trail_tick() has something to do: 0 now. */
uint64_t trail_wait_ms(const struct trail_writer *w, uint64_t now_ms);

/* A new policy. Return: as trail_flush(). */
int trail_durability_set(struct trail_writer *w, enum trail_durability d,
			 struct err *e);
/* The caps of the next segment and all of them; applied when one begins. */
void trail_limits_set(struct trail_writer *w, uint64_t bytes_max,
		      uint64_t segment_max);

uint64_t trail_next_seq(const struct trail_writer *w);

/* Up to here readers are shown frames; 0: none yet. */
uint64_t trail_acked(const struct trail_writer *w);

/* Since the writer was opened: frames that were pruned for the size cap, and
 * events that were appended but could not be written. */
uint64_t trail_pruned(const struct trail_writer *w);
uint64_t trail_lost(const struct trail_writer *w);

/* How this writer came to the key that it began with. */
enum trail_key_how {
	TRAIL_KEY_NONE,	     /* nothing is signed */
	TRAIL_KEY_FIRST,     /* the first of this boot: it signs itself */
	TRAIL_KEY_SUCCEEDED, /* the one before signed it */
	/* The first of another log in this boot: the one before was taken
	 * away. It signs itself. */
	TRAIL_KEY_NEW_LOG,
	/* A second chain in this boot, which verify will show, since the file
	 * of the secret was not there, was damaged, could not be read, or held
	 * a key that is not the one in force in this trail. */
	TRAIL_KEY_MISSING,
	TRAIL_KEY_DAMAGED,
	TRAIL_KEY_UNREADABLE,
	TRAIL_KEY_OTHER
};

struct trail_key_state {
	enum trail_key_how how;
	uint64_t epoch;	       /* of the key in force */
	unsigned char key[32]; /* that key, public */
	bool is_kept;	       /* a writer that follows can go on with it */
	struct err why_not;    /* when it is not kept */
};

const struct trail_key_state *trail_key_state(const struct trail_writer *w);

/* "first", "succeeded", ...: the name without TRAIL_KEY_, in lower case. */
const char *trail_key_how_name(enum trail_key_how how);

struct trail_reader;

struct trail_frame {
	uint64_t seq;
	enum trail_kind kind;
	struct span bytes; /* valid until the next call on the reader */
};

/* @from: the first sequence wanted; one that was pruned starts at the oldest
 * that is there. Return: 0; as open(2). */
int trail_reader_open(int dirfd, uint64_t from, struct trail_reader **ret,
		      struct err *e);
void trail_reader_close(struct trail_reader *r);

/* Return: 0; -EAGAIN at the end of what is acknowledged, for now; -EBADMSG
 * damage, with segment and offset in @e. Checks hashes as it goes. */
int trail_read(struct trail_reader *r, struct trail_frame *ret, struct err *e);

/* The frame that trail_read() returned last comes once more: for a caller that
 * had no room for it. Only after a call that returned 0. */
void trail_unread(struct trail_reader *r);

#endif
