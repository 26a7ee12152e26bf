/* SPDX-License-Identifier: Apache-2.0 */
/* keyring.h - passphrases and keys on the command line.
 *
 * A key is a path, a "file:" URI or a "pkcs11:" URI. Passphrases and PINs come
 * from a file, a descriptor or the terminal, never from arguments or the
 * environment; they live in locked memory that is wiped. Each passphrase that
 * was given is tried on each file; a token, which locks itself after a few
 * wrong ones, is given the PIN, or the only passphrase there is, once.
 */
#ifndef CMD_BAILIFF_BUNDLE_KEYRING_H
#define CMD_BAILIFF_BUNDLE_KEYRING_H

#include "cmd/bailiff-bundle/option.h"
#include "pkg/trust/signer.h"

#define KEYRING_PASSPHRASES_MAX 8

/* One passphrase and its NUL. */
struct passphrase {
	char text[TRUST_PASSPHRASE_MAX + 1];
	size_t len;
};

struct keyring {
	struct passphrase *given; /* KEYRING_PASSPHRASES_MAX; locked memory */
	struct passphrase *pin;	  /* behind them; empty: none was given */
	size_t count;
	struct trust_keystore store;
};

/* What the user named: --passphrase-file (several), --passphrase-fd,
 * --pin-file. */
struct keyring_options {
	struct option_list files;
	int fd; /* -1: none */
	const char *pin_file;
};

#define KEYRING_OPTIONS(options)                                             \
	{ "passphrase-file",                                                 \
	  OPTION_LIST,                                                       \
	  false,                                                             \
	  "FILE",                                                            \
	  "passphrase: the file's first line; mode 0600",                    \
	  &(options)->files },                                               \
		{ "pin-file",                                                \
		  OPTION_TEXT,                                               \
		  false,                                                     \
		  "FILE",                                                    \
		  "PIN of a token: the file's first line; mode 0600",        \
		  &(options)->pin_file },                                    \
	{                                                                    \
		"passphrase-fd", OPTION_FD, false, "N",                      \
			"passphrase: the first line read from descriptor N", \
			&(options)->fd                                       \
	}

/* Read what was named. Return: 0; -EPERM for a file that others may read;
 * -EINVAL for an empty or overlong line; as open(2), read(2). */
int keyring_open(const struct keyring_options *options, struct keyring *ret,
		 struct err *e);
/* Wipe and free. */
void keyring_close(struct keyring *k);

/* The passphrase for a new key: the first one given, else asked for twice on
 * the terminal. Return: 0; -ENOTTY without a terminal; -EINVAL. */
int keyring_new_passphrase(struct keyring *k, struct span *ret, struct err *e);

/* One key of the command line: private or public. */
struct keyfile {
	struct trust_signer signer; /* pkey is NULL for a public one */
};
/* Before keyring_close(). */
void keyfile_done(struct keyfile *f);

/**
 * keyfile_open() - read a key.
 * @name: a path; "file:" and "pkcs11:" begin URIs.
 * @wants_private: a public one is refused. Else FILE.pub, where it lies beside
 *                 a private FILE, is taken for its public half, which has the
 *                 owner's name; and a pkcs11: URI with "type=public" is one.
 *
 * Symlinks are followed: what they lead to is checked, and only regular files
 * are keys.
 *
 * Return: 0; -EPERM for a private key that others may read; -EKEYREJECTED for a
 * wrong passphrase or PIN, or a FILE.pub of another key; -EBADMSG; -EFBIG;
 * -EINVAL for an unusable URI; -EOPNOTSUPP; -ENOTTY; as open(2).
 */
int keyfile_open(struct keyring *k, const char *name, bool wants_private,
		 struct keyfile *ret, struct err *e);

/**
 * keyring_sign() - sign @document with each private key of @paths.
 * @by: whose keys may sign, ends with NULL; trust_sign_listed(). Signatures
 *      get the ids that stand there.
 *
 * Return: 0; -EKEYREJECTED for a key that none of @by lists; as keyfile_open(),
 * trust_sign().
 */
int keyring_sign(struct keyring *k, const struct option_list *paths,
		 const struct trust_role_keys *const *by, json_t *document,
		 struct err *e);

#endif
