/* SPDX-License-Identifier: Apache-2.0 */
/* anchor.h - what is known of a trail from elsewhere.
 *
 * An anchor is a checkpoint or a key note that somebody else kept: a collector,
 * a witness, a colleague. It is believed as it is; what it says of size, root
 * and text is all that is kept of it.
 */
#ifndef PKG_TRAIL_ANCHOR_H
#define PKG_TRAIL_ANCHOR_H

#include <stddef.h>

#include "pkg/trail/checkpoint.h"
#include "pkg/trail/trail.h"

#define ANCHORS_MAX	262144
#define ANCHOR_LINE_MAX (1 << 20) /* bytes of a line of JSON */

struct anchor {
	enum trail_kind kind; /* TRAIL_CHECKPOINT or TRAIL_KEY */
	uint64_t size;	      /* leaves before its own frame */
	uint64_t epoch;
	struct tree_hash root;		    /* of a checkpoint */
	struct tree_hash text;		    /* SHA-256 of what is signed */
	struct tree_hash log;		    /* SHA-256 of the origin */
	struct tree_hash boot;		    /* SHA-256 of the boot */
	unsigned char key[NOTE_PUBLIC_LEN]; /* of a key note */
};

struct anchors {
	struct anchor *rows; /* owned; by rising size once sorted */
	size_t count, room;
	char origin[TRAIL_ORIGIN_MAX + 1]; /* of the first that was added */
};

void anchors_done(struct anchors *a);

/**
 * anchors_add() - one note.
 * @bytes: a checkpoint or a key note, whole.
 *
 * Return: 0; -EBADMSG when it is neither; -E2BIG; -ENOMEM; -EIO.
 */
int anchors_add(struct anchors *a, struct hasher *h, struct span bytes,
		struct err *e);

/**
 * anchors_read() - all anchors in a file.
 * @fd: notes, one behind the other, or lines that each hold a bailiff.event.v1
 * object, perhaps behind what a collector puts before it: of those the events
 * trail.checkpoint and trail.key are taken, the others passed over. Read as a
 * stream.
 *
 * Return: 0; -EBADMSG when there is none, or one is damaged; as anchors_add();
 * as read(2).
 */
int anchors_read(struct anchors *a, struct hasher *h, int fd, struct err *e);

/* By rising size: what trail_verify() wants. */
void anchors_sort(struct anchors *a);

#endif
