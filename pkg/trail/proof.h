/* SPDX-License-Identifier: Apache-2.0 */
/* proof.h - proofs that travel without the trail.
 *
 * That a frame is in a log: a C2SP tlog-proof, whose "extra" is the data of the
 * leaf (8 bytes sequence, 4 bytes kind, both little-endian, the frame's bytes),
 * then its index, the audit path and a checkpoint. That a log only grew: what a
 * C2SP tlog-witness is sent, "old SIZE", the path and the newer checkpoint.
 */
#ifndef PKG_TRAIL_PROOF_H
#define PKG_TRAIL_PROOF_H

#include "pkg/trail/checkpoint.h"
#include "pkg/trail/trail.h"

#define PROOF_TITLE "c2sp.org/tlog-proof@v1"
#define PROOF_BYTES_MAX                                    \
	(NOTE_BYTES_MAX + (TRAIL_FRAME_MAX + 16) / 3 * 4 + \
	 (TREE_LEVEL_MAX + 1) * 48 + 256)

struct proof {
	bool is_growth;
	uint64_t index; /* of the leaf; of a growth: the old size */
	struct tree_proof path;
	struct span checkpoint; /* a signed note; borrowed */
	/* Of a leaf only. */
	uint64_t seq;
	uint32_t kind;
	struct buf bytes; /* the frame's; owned */
};

void proof_init(struct proof *p);
void proof_done(struct proof *p);

/* @ret: gets the text. Return: 0; -E2BIG, -ENOMEM from @ret. */
int proof_print(const struct proof *p, struct buf *ret);

/**
 * proof_parse() - read one; nothing is checked but the form.
 * @text: all of it.
 * @ret: after proof_init(); the checkpoint is borrowed from @text.
 *
 * Return: 0; -EBADMSG, why in @e; -ENOMEM.
 */
int proof_parse(struct span text, struct proof *ret, struct err *e);

/**
 * proof_check() - does it show what it says, if its checkpoint is believed?
 * @c: its checkpoint, parsed.
 * @old_root: of a growth: of the tree of the old size; else NULL.
 *
 * Return: 0; -EBADMSG it does not; -EIO.
 */
int proof_check(const struct proof *p, struct hasher *h,
		const struct checkpoint *c, const struct tree_hash *old_root,
		struct err *e);

#endif
