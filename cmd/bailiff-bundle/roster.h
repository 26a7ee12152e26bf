/* SPDX-License-Identifier: Apache-2.0 */
/* roster.h - every role of a repository: what is published of it, what is
 * staged, and whose signatures that needs.
 *
 * What is staged for root must be signed by the keys of the root before it and
 * by its own; what is staged for another role by the keys that the next root
 * names: the staged one, if there is one.
 */
#ifndef CMD_BAILIFF_BUNDLE_ROSTER_H
#define CMD_BAILIFF_BUNDLE_ROSTER_H

#include "cmd/bailiff-bundle/repo.h"

#define PAYLOAD_HASH_LEN 64 /* hex digits */

/* One list of keys, enough of which must sign a role's file. */
struct authority {
	const char *words; /* "its own keys", "root's keys": static */
	const struct trust_role_keys *keys; /* borrowed from a metadata */
	const json_t *objects; /* key ids to key objects; likewise */
};

struct roster_role {
	const char *name;
	enum trust_role kind;
	const char *staged_name; /* in the repository; NULL: never staged */
	const struct trust_metadata *published; /* NULL: none */
	struct trust_metadata *staged;		/* NULL: none, or damaged */
	char payload[PAYLOAD_HASH_LEN + 1];	/* payload_hash() of staged */
	struct err damage; /* why the staged file cannot be read; code 0: it
			    * can, or there is none */
	/* Who must sign what will be in force, staged or published; owned. */
	struct authority *by;
	size_t by_count;
	/* What the two above may point to. */
	struct buf staged_bytes;
	struct trust_metadata staged_metadata;
};

/* Points into itself: not to be copied. */
struct roster {
	struct repo repo;
	struct repo_current current;
	struct roster_role **roles; /* owned; the four of root come first */
	size_t count;
};

/**
 * roster_open() - open a repository and read all of its roles.
 *
 * A staged file that cannot be read is noted in its role; a published one is a
 * failure.
 *
 * Return: 0; -EBADMSG, also for a directory that holds no root, published or
 * staged; as repo_open().
 */
int roster_open(const char *path, struct roster *ret, struct err *e);
void roster_done(struct roster *r);

/**
 * roster_staged() - the role of that name, of which something is staged.
 *
 * Return: it; NULL with @e: -EINVAL for no such role, -EBADMSG when nothing is
 * staged or it cannot be read.
 */
struct roster_role *roster_staged(struct roster *r, const char *name,
				  struct err *e);

/* Is there a staged file, good or damaged? */
bool roster_is_staged(const struct roster_role *role);

/* The file that will be in force when all that is staged is published; NULL
 * when there is none. */
const struct trust_metadata *roster_next(const struct roster_role *role);

/* Is what is staged made for what is published now? Return: 0; -ESTALE. */
int roster_check_base(const struct roster_role *role, struct err *e);

/* The role's key, by any of its authorities, that is this public key; NULL. */
const struct trust_key *roster_key(const struct roster_role *role,
				   const EVP_PKEY *pkey);

/**
 * roster_put() - put a signature of @pkey into what is staged, under each id by
 * which the role's authorities know that key.
 * @hex: a good one.
 *
 * Return: 0; -ENOMEM.
 */
int roster_put(struct roster_role *role, const EVP_PKEY *pkey, struct span hex,
	       struct err *e);

/* Write what is staged back. Return: 0; as repo_write_json(). */
int roster_save(const struct roster *r, const struct roster_role *role,
		struct err *e);

/* Print what would be signed: version, base, expiry and payload. */
void roster_show(const struct roster_role *role);
/* Print how far the signatures of what is staged are, as they lie on disk. */
int roster_show_progress(const struct roster *r, const struct roster_role *role,
			 struct err *e);

/* Who signed. */
struct tally {
	const struct authority *by;
	bool *has_signed; /* owned: one for each of by->keys */
	size_t count;	  /* distinct public keys that did */
};
/* Return: 0; -ENOMEM. */
int tally_count(const struct trust_metadata *m, const struct authority *by,
		struct tally *ret, struct err *e);
void tally_done(struct tally *t);

/* Append "1 of 2 signed by root's keys: alice (...); missing: bob (...)". */
void tally_sentence(struct buf *out, const struct tally *t);

/* Append "alice (0123456789abcdef)", or the id alone, for people. */
void key_print(struct buf *out, const json_t *objects, const char *id);
/* Append those keys of the role that did, or did not, sign; "nobody". */
void tally_print(struct buf *out, const struct tally *t, bool has_signed);
/* Append "root's keys: alice (...), bob (...)" for each of its authorities. */
void roster_keys_print(struct buf *out, const struct roster_role *role);
/* key_print() for a key that one of its authorities names. */
void roster_key_print(struct buf *out, const struct roster_role *role,
		      const char *id);

/* The SHA-256 of the bytes that are signed. */
int payload_hash(const struct trust_metadata *m,
		 char ret[static PAYLOAD_HASH_LEN + 1], struct err *e);

#endif
