/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.h - what a trail signs: its tree, and the keys it signs with.
 *
 * A checkpoint is a C2SP tlog-checkpoint, a signed note: the log's origin, the
 * number of its leaves, their root, and extension lines "NAME VALUE", of which
 * the first three are always "boot", "epoch" and "time"; those of the caller
 * follow. It is signed under the origin's name by the key of its epoch.
 *
 * A key note says which key an epoch has. The key of the epoch before signs it;
 * the first of a boot signs itself. docs/formats.md has both.
 */
#ifndef PKG_TRAIL_CHECKPOINT_H
#define PKG_TRAIL_CHECKPOINT_H

#include "pkg/trail/note.h"
#include "pkg/trail/tree.h"

#define CHECKPOINT_BOOT_MAX 64
#define KEY_NOTE_TITLE	    "bailiff trail key v1"

struct checkpoint {
	struct span origin;    /* "bailiff/NODE/BOOT", of the log's beginning */
	uint64_t size;	       /* leaves before this checkpoint */
	struct tree_hash root; /* of them */
	struct span boot;      /* in which it was made; a word */
	uint64_t epoch;	       /* of the key that signs, within that boot */
	uint64_t time_ms;      /* since 1970, by the node's clock */
	struct span lines; /* of the caller, each with its newline; or empty */
	struct note note;  /* written by checkpoint_parse() only */
};

/**
 * checkpoint_make() - write and sign one.
 * @c: all members but @note. The origin is the signer's name: note_name_ok().
 * @ret: empty; a limit of NOTE_BYTES_MAX is the reader's.
 *
 * Return: 0; -EINVAL for an origin, boot or line that cannot stand in one (a
 * line is "NAME VALUE", not of the first three names); as note_sign().
 */
int checkpoint_make(struct buf *ret, const struct checkpoint *c,
		    const unsigned char seed[NOTE_SEED_LEN], struct err *e);

/**
 * checkpoint_parse() - read one; its signature is not looked at.
 * @ret: borrowed from @bytes.
 *
 * Return: 0; -EBADMSG, why in @e.
 */
int checkpoint_parse(struct span bytes, struct checkpoint *ret, struct err *e);

/* The value of the caller's line @name. Return: true when there is one. */
bool checkpoint_line(const struct checkpoint *c, const char *name,
		     struct span *ret);

struct key_note {
	struct span origin;
	struct span boot;
	uint64_t epoch; /* rises by one within a boot, from any number */
	unsigned char key[NOTE_PUBLIC_LEN];
	uint64_t size;	  /* leaves of the log before the key's own frame */
	uint64_t time_ms; /* since 1970, by the node's clock */
	struct note note;
};

/* Write and sign one. @seed: of the epoch before, or of this one when it is
 * the first of a boot. Return: as checkpoint_make(). */
int key_note_make(struct buf *ret, const struct key_note *k,
		  const unsigned char seed[NOTE_SEED_LEN], struct err *e);

/* Read one; its signature is not looked at. Return: 0; -EBADMSG. */
int key_note_parse(struct span bytes, struct key_note *ret, struct err *e);

/* Who signs from the beginning of a segment on. The segment's header says it,
 * since what pruning leaves may hold no key frame at all: 256 checkpoints of
 * 4,096 events are more than most trails are allowed. */
struct signer {
	char boot[CHECKPOINT_BOOT_MAX + 1]; /* empty: nobody signs yet */
	uint64_t epoch;
	unsigned char key[NOTE_PUBLIC_LEN];
};

#endif
