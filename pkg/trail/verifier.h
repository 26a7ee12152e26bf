/* SPDX-License-Identifier: Apache-2.0 */
/* verifier.h - what the parts of trail_verify() share.
 *
 * verify.c walks the segments, verify_notes.c judges checkpoints and keys,
 * verify_anchors.c compares with what is known from elsewhere and proves.
 */
#ifndef PKG_TRAIL_VERIFIER_H
#define PKG_TRAIL_VERIFIER_H

#include "pkg/trail/proof.h"
#include "pkg/trail/scan.h"
#include "pkg/trail/verify.h"

#define VERIFY_BOOTS_MAX 65536

struct verifier {
	const struct verify_options *options;
	struct trail_report *report;
	/* Its tree is that of the frames before the present one. */
	struct scan scan;
	bool has_begun;	 /* a segment was entered */
	bool has_gap;	 /* frames before the next segment were not read */
	uint64_t expect; /* first sequence of the next segment */
	/* The tree is not the one that was signed, and that is known: no root
	 * fits any more, until a segment's header says how it was. */
	bool is_astray;
	uint64_t pending; /* frames since the last checkpoint that holds */
	struct tree end;  /* after the last frame that was read */

	struct signer signer; /* in force; no boot: not known */
	uint64_t *boots;      /* owned: hashes of those whose keys were seen */
	size_t boot_count, boot_room;

	size_t anchor_at; /* the first that is not behind */
	bool is_forked;	  /* an anchor did not fit */
	struct tree_hash log;

	struct tree_path path; /* of the proof, when one is wanted */
	struct proof proof;
	struct buf note; /* the checkpoint that shows it; empty: none yet */
	bool has_frame;	 /* of an inclusion: it was seen */
};

/* Something is wrong at the present frame, or in the present segment. */
void flaw_add(struct verifier *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* As flaw_add(), of the trail as a whole. */
void flaw_add_whole(struct verifier *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- verify_notes.c ----------------------------------------------------- */

/* A frame of that kind: true when a checkpoint holds. */
bool checkpoint_judge(struct verifier *v, const struct trail_frame *frame,
		      struct checkpoint *ret);
void key_judge(struct verifier *v, const struct trail_frame *frame);

/* The key that the header of a segment names. */
void signer_enter(struct verifier *v, const struct signer *named);

/* ---- verify_anchors.c --------------------------------------------------- */

/* Once, in the first segment, before any frame. */
int anchors_begin(struct verifier *v, struct err *e);

/* Compare with the anchors that were made at this frame. Return: true when one
 * of them is this checkpoint. */
bool anchors_meet(struct verifier *v, const struct trail_frame *frame);

/* After the last frame. */
void anchors_end(struct verifier *v);

/* Once, in the first segment. Return: 0; -ERANGE. */
int proof_begin(struct verifier *v, struct err *e);
/* Keep what the proof needs of a frame. */
int proof_frame(struct verifier *v, const struct trail_frame *frame,
		struct err *e);
/* A checkpoint that holds: can it show what is to be proved? */
int proof_checkpoint(struct verifier *v, const struct trail_frame *frame,
		     const struct checkpoint *c, bool is_anchor, struct err *e);
int proof_end(struct verifier *v, struct err *e);

#endif
