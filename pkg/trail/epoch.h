/* SPDX-License-Identifier: Apache-2.0 */
/* epoch.h - the secret keys that a trail is signed with, and their file.
 *
 * A key signs for one epoch, then its successor, and is erased. The file holds
 * what a writer of the same boot needs to go on after the one before it was
 * killed: the secret in force and, from before a successor's key frame is
 * written until after, the successor's too. It lies in a private directory
 * that does not outlive the boot.
 */
#ifndef PKG_TRAIL_EPOCH_H
#define PKG_TRAIL_EPOCH_H

#include "lib/err.h"
#include "pkg/trail/checkpoint.h"

#define EPOCH_FILE	  "secret"
#define EPOCH_SECRETS_MAX 2

struct epoch_secret {
	uint64_t epoch;
	unsigned char seed[NOTE_SEED_LEN];
};

/* What the file holds; epoch_forget() what is not needed any more. */
struct epoch_secrets {
	char boot[CHECKPOINT_BOOT_MAX + 1];
	unsigned int count;
	struct epoch_secret secret[EPOCH_SECRETS_MAX]; /* the older one first */
};

void epoch_forget(struct epoch_secrets *s);

/* A new secret. Return: 0; as getrandom(2). */
int epoch_secret_make(uint64_t epoch, struct epoch_secret *ret);

/**
 * epoch_load() - what the file holds.
 *
 * Return: 0; -ENOENT there is none; -EBADMSG it is not one, or is damaged; as
 * open(2), read(2); -ENOMEM.
 */
int epoch_load(int dirfd, struct epoch_secrets *ret, struct err *e);

/**
 * epoch_store() - put @s in place of what the file held, which is overwritten.
 *
 * Return: 0; as file_replace(); -ENOMEM.
 */
int epoch_store(int dirfd, const struct epoch_secrets *s, struct err *e);

/* The one whose public key is @key. Return: NULL when there is none. */
const struct epoch_secret *epoch_find(const struct epoch_secrets *s,
				      const unsigned char key[NOTE_PUBLIC_LEN]);

#endif
