/* SPDX-License-Identifier: Apache-2.0 */
/* key.h - public keys, key ids and signatures (TUF 1.0.34, section 4.2.2).
 *
 * A key id is the SHA-256 of the canonical key object, unknown members
 * included: it is recomputed, never believed. A key of a type or scheme that
 * the table in key.c does not have is kept (it has an id) but verifies nothing.
 * A key that its own scheme does not allow (another curve, RSA too short, any
 * text that is not one public key) refuses the file that lists it.
 * What makes two keys the same key is the fingerprint of the public key itself.
 */
#ifndef PKG_TRUST_KEY_H
#define PKG_TRUST_KEY_H

#include <openssl/evp.h>

#include "lib/err.h"
#include "lib/json.h"
#include "lib/span.h"

#define TRUST_KEY_ID_LEN      64 /* hex digits */
#define TRUST_SIGNATURE_MAX   1024
#define TRUST_FINGERPRINT_LEN 32
#define TRUST_RSA_BITS_MIN    2048 /* section 4.2.2 */
#define TRUST_RSA_BITS_MAX    8192 /* a larger one takes long to verify */

#define TRUST_KEYTYPE_ED25519 "ed25519"
#define TRUST_KEYTYPE_ECDSA   "ecdsa"
#define TRUST_KEYTYPE_RSA     "rsa"

/* Member of a key object: whose key it is. Unknown to TUF; counts in the id. */
#define TRUST_KEY_OWNER	    "x-bailiff-keyowner"
#define TRUST_KEY_OWNER_MAX 256 /* bytes */

struct trust_key_scheme; /* a row of the table in key.c */

struct trust_key {
	char id[TRUST_KEY_ID_LEN + 1];
	const struct trust_key_scheme *scheme; /* NULL: unknown, unusable */
	EVP_PKEY *pkey;			       /* owned; NULL when unusable */
	/* SHA-256 of the type and the public numbers: one for one public key,
	 * however it was written. */
	unsigned char fingerprint[TRUST_FINGERPRINT_LEN];
};

/**
 * trust_key_parse() - one member of a "keys" object.
 * @id: the name under which it is listed.
 * @object: the key; borrowed for the call.
 * @ret: the caller's, trust_key_done(); written on success only.
 *
 * Return: 0, also for an unknown type or scheme; -EBADMSG when the id is not
 * the key's own, or the object is malformed for its scheme; -ENOMEM.
 */
int trust_key_parse(const char *id, const json_t *object, struct trust_key *ret,
		    struct err *e);
void trust_key_done(struct trust_key *k);

/**
 * trust_key_verify() - is @hex a signature of @message by @k?
 * @hex: as in the metadata; anything undecodable is simply no signature.
 */
bool trust_key_verify(const struct trust_key *k, struct span message,
		      struct span hex);

/**
 * trust_key_id() - compute the key id of a key object.
 *
 * Return: 0; -EBADMSG when it has no canonical form; -ENOMEM.
 */
int trust_key_id(const json_t *object, char ret[static TRUST_KEY_ID_LEN + 1]);

/**
 * trust_key_object() - the key object for the public half of @pkey.
 * @ret: the caller's reference.
 *
 * Return: 0; -EOPNOTSUPP for a key that no scheme of the table allows; -EIO
 * when OpenSSL fails; -ENOMEM.
 */
int trust_key_object(const EVP_PKEY *pkey, json_t **ret, struct err *e);

/**
 * trust_key_from_pem() - a public key of any type from its PEM, strictly.
 * @ret: the caller's, EVP_PKEY_free(); written on success only.
 *
 * Return: 0; -EBADMSG; -ENOMEM.
 */
int trust_key_from_pem(struct span pem, EVP_PKEY **ret, struct err *e);

/* The owner's name in a key object, borrowed; NULL: none. */
const char *trust_key_owner(const json_t *object);

/**
 * trust_key_of() - the public half of @pkey, under the id of its bare object.
 * @ret: the caller's, trust_key_done(); written on success only.
 *
 * Return: 0; as trust_key_object().
 */
int trust_key_of(const EVP_PKEY *pkey, struct trust_key *ret, struct err *e);

/* One public key? Never when either is unusable. */
bool trust_key_is_same(const struct trust_key *a, const struct trust_key *b);

/**
 * trust_key_sign() - append the signature of @message in hex.
 * @pkey: a private key of a type that the table has.
 *
 * The signature is verified before it is given out: a damaged private key, or
 * a token that signs with another one, is found here and not by the nodes.
 *
 * Return: 0; -EOPNOTSUPP; -EIO when OpenSSL fails, or the signature does not
 * verify; from @out.
 */
int trust_key_sign(EVP_PKEY *pkey, struct span message, struct buf *out,
		   struct err *e);

#endif
