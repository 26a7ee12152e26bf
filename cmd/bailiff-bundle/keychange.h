/* SPDX-License-Identifier: Apache-2.0 */
/* keychange.h - a role's keys and threshold, and what is to change of them.
 *
 * What nothing is said of stays: keys are replaced as a whole, or some are
 * added and some removed.
 */
#ifndef CMD_BAILIFF_BUNDLE_KEYCHANGE_H
#define CMD_BAILIFF_BUNDLE_KEYCHANGE_H

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/keyring.h"
#include "cmd/bailiff-bundle/roles.h"
#include "pkg/trust/make.h"

/* A key as the user named it: the id, or the public half of a file. */
struct key_name {
	char id[TRUST_KEY_ID_LEN + 1]; /* digits of an id, or the whole of it */
	json_t *object;		       /* owned; NULL for an id */
};
void key_name_done(struct key_name *n);

/* Return: 0; -EINVAL when @text is neither a file nor 8 to 64 lower-case
 * hexadecimal digits; as keyfile_open(). */
int key_name_read(const char *text, struct keyring *keyring,
		  struct key_name *ret, struct err *e);

/* Is @object the key that is meant: by its id, or the same public key? */
bool key_name_fits(const struct key_name *n, const json_t *object);

struct key_change {
	struct option_list set, add; /* key files */
	struct option_list remove;   /* key files or ids, 8 digits or more */
	const struct key_name *gone; /* likewise, borrowed; NULL: none */
	uint64_t threshold;	     /* 0: as it was */
};

/* The private keys among the files that were named: they can sign. */
struct key_signers {
	struct keyfile *files; /* owned */
	size_t count;
};
void key_signers_done(struct key_signers *s);

/* A role's keys; owned. */
struct key_list {
	json_t *keys; /* array of key objects */
	uint64_t threshold;
};
void key_list_done(struct key_list *l);

/* What @keys, out of root or of delegations, says. Return: 0; -ENOMEM. */
int key_list_read(const struct role_authority *a, struct key_list *ret,
		  struct err *e);

/**
 * key_change_apply() - change @list.
 * @role: for messages.
 * @signers: private keys join it; may be NULL.
 *
 * Return: 0; -EINVAL for a key that is to go and is not there, or several that
 * an id's digits fit; as keyfile_open().
 */
int key_change_apply(const struct key_change *c, const char *role,
		     struct keyring *keyring, struct key_list *list,
		     struct key_signers *signers, struct err *e);

/* Sign @document with those of @signers whose keys are among @by (ends with
 * NULL; trust_sign_listed()). */
int key_signers_sign(const struct key_signers *signers,
		     const struct trust_role_keys *const *by, json_t *document,
		     struct err *e);

#endif
