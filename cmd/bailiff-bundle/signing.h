/* SPDX-License-Identifier: Apache-2.0 */
/* signing.h - what is staged, as those who sign it see it: the payload, whose
 * signatures it has, and whose it still needs.
 */
#ifndef CMD_BAILIFF_BUNDLE_SIGNING_H
#define CMD_BAILIFF_BUNDLE_SIGNING_H

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/stage.h"

#define PAYLOAD_HASH_LEN  64	/* hex digits */
#define SIGNING_LINE_SIZE 65536 /* bytes of one line that is printed */

/**
 * signing_open() - open a repository, published or not yet.
 * @keyring: NULL: none is opened.
 *
 * Return: 0; -EBADMSG, also for a directory with no root, published or staged;
 * as stage_open().
 */
int signing_open(const char *path, enum repo_use use,
		 const struct keyring_options *keyring, struct stage *ret,
		 struct err *e);

/**
 * signing_role() - what is staged of the role of that name.
 *
 * Return: it, borrowed; NULL with @e: EINVAL for no such role, EBADMSG when
 * nothing is staged.
 */
const struct role *signing_role(const struct stage *s, const char *name,
				struct err *e);

/* The SHA-256 of the bytes that are signed. Return: 0; -ENOMEM. */
int payload_hash(const struct trust_metadata *m,
		 char ret[static PAYLOAD_HASH_LEN + 1], struct err *e);

/* The key by which an authority of @role knows this public key; NULL. */
const struct trust_key *signing_key(const struct stage *s,
				    const struct role *role,
				    const EVP_PKEY *pkey);

/**
 * signing_put() - put a signature of @pkey into what is staged, under each id
 * by which the role's authorities know that key; stage_put() writes it.
 * @hex: a good one.
 *
 * Return: 0; -ENOMEM.
 */
int signing_put(const struct stage *s, const struct role *role,
		const EVP_PKEY *pkey, struct span hex, struct err *e);

/* Print what would be signed: version, base, expiry, payload. Return: 0;
 * -ENOMEM. */
int signing_show(const struct stage *s, const struct role *role, struct err *e);
/* Print how far the signatures of what is staged are. Return: 0; -ENOMEM. */
int signing_show_progress(const struct stage *s, const char *name,
			  struct err *e);
/* The same of all that is staged. */
int signing_show_all(const struct stage *s, struct err *e);
/* Append "root's keys: alice (...), bob (...)" for each authority. */
void signing_keys_text(const struct stage *s, const struct role *role,
		       struct buf *out);

/* Print a line that may hold names others chose. */
void signing_print(const char *before, struct span line, const char *after);

/* Who signed, by the word of one authority. */
struct tally {
	const struct roles *roles; /* for the owners' names */
	const struct role *role;
	struct role_authority by;
	bool *has_signed; /* owned: one for each of by.keys */
	size_t count;	  /* distinct public keys that did */
};
/* Return: 0; -ENOMEM. */
int tally_count(const struct roles *roles, const struct role *role,
		const struct role_authority *by, struct tally *ret,
		struct err *e);
void tally_done(struct tally *t);
bool tally_is_met(const struct tally *t);

/* Append "its own keys", "root's keys". */
void tally_words(struct buf *out, const struct tally *t);
/* Append those that did, or did not, sign; "nobody". */
void tally_keys(struct buf *out, const struct tally *t, bool has_signed);
/* Append whose signatures are still needed: "1 of alice (...), bob (...)". */
void tally_missing(struct buf *out, const struct tally *t);
/* Append "1 of 2 signed by root's keys: alice (...); missing: bob (...)". */
void tally_sentence(struct buf *out, const struct tally *t);

#endif
