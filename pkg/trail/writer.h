/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - what the parts of the trail's writer share; see trail.h.
 *
 *	writer.c	  opens and closes, appends, writes, acknowledges
 *	writer_segment.c  the segments: begun, sealed, pruned, recovered
 *	writer_sign.c	  checkpoints, and the keys that sign them
 */
#ifndef PKG_TRAIL_WRITER_H
#define PKG_TRAIL_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pkg/trail/epoch.h"
#include "pkg/trail/segment.h"
#include "pkg/trail/trail.h"

#define CHECKPOINT_EVENTS 4096 /* not covered, at most */
/* After the first event that is not covered: under a second, since the clock
 * is looked at only now and then; and with nothing to cover. */
#define CHECKPOINT_MS	   900
#define CHECKPOINT_IDLE_MS 60000
/* How much one key signs: what who takes it can sign anew. */
#define EPOCH_CHECKPOINTS 256
#define EPOCH_MS	  600000

struct segment {
	uint64_t first;
	uint64_t bytes; /* that it takes of the cap */
};

/* A place to which the log can go back: nothing later counts. */
struct place {
	uint64_t next; /* sequence of the next frame */
	struct tree tree;
	uint64_t uncovered;   /* events since the last checkpoint */
	uint64_t checkpoints; /* of this epoch */
};

/* How far the writer's own beginning has come; no event goes before it. */
enum begun {
	BEGUN_NOT, /* readers must be told what they may see */
	BEGUN_TOLD,
	BEGUN_KEY, /* the boot's key is written */
	BEGUN_ALL
};

struct trail_writer {
	int dirfd;     /* own open file: it carries the lock */
	int fd;	       /* the last segment; -1: none yet */
	int key_dirfd; /* own; -1: keys are not kept */
	struct trail_config config;
	char boot[CHECKPOINT_BOOT_MAX + 1]; /* this one; empty: no signing */
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
	enum begun begun;
	/* The key in force: who it is, and its secret. */
	struct signer signer;
	struct epoch_secret secret;
	struct trail_key_state key_state;
	uint64_t uncovered_ms;	/* since when events are not covered; 0: none */
	uint64_t checkpoint_ms; /* when the last one was made */
	uint64_t
		epoch_ms; /* since when this key signs; 0: from the next tick */
	bool is_checkpointed; /* since the last sync */
};

/* ---- writer.c ----------------------------------------------------------- */

static inline bool writer_signs(const struct trail_writer *w)
{
	return w->boot[0] != '\0';
}

/* Append a frame of any kind. Return: as trail_append(). */
int writer_append(struct trail_writer *w, enum trail_kind kind,
		  struct span frame, struct err *e);
/* What a frame of that kind changes besides the tree. */
void place_step(struct place *p, enum trail_kind kind);
/* Sync what is written, and let readers see it. */
int writer_sync(struct trail_writer *w, struct err *e);

/* ---- writer_segment.c --------------------------------------------------- */

/* Only while there is one: w->count is not 0. */
static inline struct segment *segment_last(const struct trail_writer *w)
{
	return &w->segments[w->count - 1];
}

/* Find the segments that are there and go on behind the last one. @recovered:
 * bytes cut off are added. Return: 0; as trail_writer_open(). */
int segments_recover(struct trail_writer *w, uint64_t *recovered,
		     struct err *e);
/* Put all of them on the disk, whatever durability they were written under.
 * Return: 0; as open(2), fdatasync(2). */
int segments_sync(struct trail_writer *w, struct err *e);
/* What the last segment takes of the cap. */
void segment_charge(struct trail_writer *w, uint64_t bytes);
/* The header that a segment would have now. */
uint64_t segment_header_bytes(const struct trail_writer *w);
/* Make the last segment the one that takes @need bytes more. Return: 0; as
 * trail_flush(). */
int segment_room(struct trail_writer *w, uint64_t need, struct err *e);

/* ---- writer_sign.c ------------------------------------------------------ */

/* The first key of this writer, its predecessor's or a new chain, flushed.
 * Return: 0; as trail_flush(). */
int sign_begin(struct trail_writer *w, struct err *e);
/* Append a checkpoint; not flushed. Return: as trail_append(). */
int sign_checkpoint(struct trail_writer *w, struct err *e);
/* Hand over to the next epoch when this one is long enough. */
int sign_succeed(struct trail_writer *w, uint64_t now_ms, struct err *e);

#endif
