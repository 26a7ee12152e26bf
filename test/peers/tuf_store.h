/* SPDX-License-Identifier: Apache-2.0 */
/* tuf_store.h - a trust_store in a directory that others read.
 *
 *	DIR/root.json, DIR/ROLE.json   accepted metadata, as received
 *	DIR/state/root.json            the anchor: the root of "init"
 *	DIR/state/N.root.json          the roots that followed it
 *
 * Who changes DIR/root.json does not change the anchor. Files are replaced
 * whole; one that is damaged or no regular file counts as absent. The directory
 * is locked while it is open.
 */
#ifndef TEST_PEERS_TUF_STORE_H
#define TEST_PEERS_TUF_STORE_H

#include "pkg/trust/trust.h"

#define TUF_STORE_STATE "state"
#define TUF_NAME_MAX	250 /* bytes of a file name: a temporary one has more */

struct tuf_store {
	int dir_fd;
	int state_fd; /* -1: there is no state yet */
};

/**
 * tuf_store_open() - open and lock; waits for another client to end.
 * @wants_new: make the directory and its state if they are missing.
 *
 * Return: 0; as open(2), mkdir(2), flock(2).
 */
int tuf_store_open(struct tuf_store *ret, const char *path, bool wants_new,
		   struct err *e);
void tuf_store_close(struct tuf_store *s);

/* Begin anew: @root is the anchor, other roots are forgotten. */
int tuf_store_begin(struct tuf_store *s, struct span root, struct err *e);

/**
 * tuf_store_anchor() - the root to start from: the state's, or DIR/root.json
 * where there is no state.
 *
 * Return: 0; -ENOENT when nothing was begun; as file_read().
 */
int tuf_store_anchor(const struct tuf_store *s, struct buf *out, struct err *e);

/* Keep an anchor that came from DIR/root.json, so that it stays the anchor. */
int tuf_store_adopt(struct tuf_store *s, struct span root, struct err *e);

/* A store on @s, which must outlive it. */
struct trust_store tuf_store_callbacks(struct tuf_store *s);

#endif
