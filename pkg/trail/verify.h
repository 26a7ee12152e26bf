/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - is a trail what was written?
 *
 * Every frame is hashed into the tree again; every checkpoint must be signed by
 * the key of its epoch and have the tree's root; every key must be signed by
 * the one before. Reads the trail once, as a stream, and goes on behind what it
 * finds as far as it can. What this shows without an anchor, and what only with
 * one, is in docs/threat-model.md.
 */
#ifndef PKG_TRAIL_VERIFY_H
#define PKG_TRAIL_VERIFY_H

#include "pkg/trail/anchor.h"
#include "pkg/trail/trail.h"

#define TRAIL_FLAWS_MAX 16

/* One thing that is wrong. */
struct trail_flaw {
	uint64_t seq;		 /* of the frame it was found at */
	uint64_t segment;	 /* first sequence of its segment; 0: of none */
	uint64_t offset;	 /* in that segment */
	uint64_t after, before;	 /* checkpoints that hold, around it; 0: none */
	char what[ERR_TEXT_MAX]; /* a sentence */
};

struct trail_report {
	char origin[TRAIL_ORIGIN_MAX + 1]; /* of the log */
	uint64_t log_first;		   /* sequence of the log's leaf 0 */
	uint64_t first_seq, last_seq, frames, segments;

	uint64_t checkpoints; /* that hold: signature and root */
	uint64_t covered;     /* frames that these vouch for */
	uint64_t open;	      /* frames after the last of them */
	uint64_t disputed; /* frames beside a flaw: nobody vouches for them */
	uint64_t last_seq_checkpoint, last_size, last_time_ms;
	uint64_t clock_backs; /* checkpoints that are earlier than the last */

	uint64_t boots, epochs; /* chains of keys, keys */
	struct signer first, last;
	bool is_first_pruned; /* the first key's own frame is not there */

	uint64_t anchors;	/* that were given */
	uint64_t anchors_met;	/* that are in this trail */
	uint64_t anchors_older; /* of this log, before the oldest frame left */
	uint64_t anchors_other; /* of another log */
	uint64_t anchored;	/* size of the largest that was met */

	uint64_t flaws; /* all; the first ones are kept */
	struct trail_flaw flaw[TRAIL_FLAWS_MAX];
};

struct verify_options {
	const struct anchors *anchors; /* sorted; or NULL */
	/* Nobody writes: do not wait for half a frame to become a whole one. */
	bool is_at_rest;
	/* A proof that the frame @prove_seq is in the log, or that the log has
	 * grown from @prove_size leaves. Under the first checkpoint that can
	 * show it; with anchors, the first of those; of a growth the last. */
	struct buf *proof; /* gets the text; NULL: none is wanted */
	bool is_growth;
	uint64_t prove_seq, prove_size;
};

/**
 * trail_verify() - read the whole trail.
 * @dirfd: with all of its segments; a writer may be at work.
 * @options: NULL for none.
 * @ret: filled up to where reading ended, in every case.
 *
 * Return: 0 whole, and no anchor contradicts (of a log without origin, which
 * nobody signs, only that its hashes fit: it has no checkpoint); -EBADMSG it is
 * not, the first flaw in @e; -ENODATA nothing is wrong, but all anchors are
 * older than what is left: whether they fit cannot be told; -ENOENT there is
 * nothing to verify; -ERANGE the proof that is wanted cannot be given, why in
 * @e; others as open(2), read(2); -ENOMEM.
 */
int trail_verify(int dirfd, const struct verify_options *options,
		 struct trail_report *ret, struct err *e);

#endif
