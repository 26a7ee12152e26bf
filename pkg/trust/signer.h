/* SPDX-License-Identifier: Apache-2.0 */
/* signer.h - private keys: making them, keeping them, signing metadata.
 *
 * A private key leaves memory only as PKCS#8 encrypted with AES-256-CBC under a
 * key that scrypt derives from a passphrase (RFC 7914, RFC 5958). The build
 * host's side; nothing on a node includes this.
 */
#ifndef PKG_TRUST_SIGNER_H
#define PKG_TRUST_SIGNER_H

#include "pkg/trust/key.h"
#include "pkg/trust/keystore.h"
#include "pkg/trust/metadata.h"

#define TRUST_KEY_FILE_MAX   16384
#define TRUST_PASSPHRASE_MIN 8	  /* bytes, when a key is made */
#define TRUST_PASSPHRASE_MAX 1000 /* bytes; OpenSSL's own limit is 1023 */

struct trust_signer {
	EVP_PKEY *pkey; /* owned */
	json_t *object; /* owned: the public key object */
	char id[TRUST_KEY_ID_LEN + 1];
};

#define TRUST_RSA_BITS_DEFAULT 3072

/**
 * trust_signer_new() - a new key.
 * @keytype: TRUST_KEYTYPE_*.
 * @bits: of RSA, 0 for the default; 0 for other types.
 * @ret: the caller's, trust_signer_done(); written on success only.
 *
 * Return: 0; -EINVAL for an unknown type, or bits out of range; -EIO when
 * OpenSSL fails; -ENOMEM.
 */
int trust_signer_new(const char *keytype, unsigned int bits,
		     struct trust_signer *ret, struct err *e);
/* A new ed25519 key. Return: as trust_signer_new(). */
int trust_signer_generate(struct trust_signer *ret, struct err *e);
void trust_signer_done(struct trust_signer *s);

/**
 * trust_signer_own() - write the owner's name into the key object: another id.
 * @owner: 1 to TRUST_KEY_OWNER_MAX bytes of UTF-8 without control characters.
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int trust_signer_own(struct trust_signer *s, const char *owner, struct err *e);

/**
 * trust_signer_adopt() - take @object, with its owner and id, for one's own.
 * @object: borrowed for the call.
 *
 * Return: 0; -EKEYREJECTED when it is another public key; as trust_key_parse().
 */
int trust_signer_adopt(struct trust_signer *s, const json_t *object,
		       struct err *e);

/**
 * trust_signer_export() - append the encrypted PEM file.
 * @passphrase: at least TRUST_PASSPHRASE_MIN bytes.
 *
 * Return: 0; -EINVAL for a shorter passphrase; -EIO; -ENOMEM.
 */
int trust_signer_export(const struct trust_signer *s, struct span passphrase,
			struct buf *pem, struct err *e);

/**
 * trust_signer_import() - the other way.
 * @pem: an "ENCRYPTED PRIVATE KEY" and nothing else; trust_sealed_check().
 * @ret: the caller's, trust_signer_done(); written on success only.
 *
 * Return: 0; -EBADMSG when it is no such file; -EACCES for a wrong passphrase;
 * -EOPNOTSUPP for another type of key or too costly an encryption; -ENOMEM.
 */
int trust_signer_import(struct span pem, struct span passphrase,
			struct trust_signer *ret, struct err *e);

/**
 * trust_signer_token() - a key in a token; trust_keystore_token().
 * @ret: as above; without @wants_private its pkey is NULL.
 *
 * Return: 0; -EOPNOTSUPP for another type of key; as trust_keystore_token().
 */
int trust_signer_token(struct trust_keystore *store, const char *uri,
		       bool wants_private, const struct trust_secret *secret,
		       struct trust_signer *ret, struct err *e);

/**
 * trust_public_import() - a public key file to a key object.
 * @bytes: a PEM "PUBLIC KEY", or the JSON key object itself.
 * @ret: the caller's reference; written on success only.
 *
 * Return: 0; -EBADMSG; -EOPNOTSUPP for another type of key; -ENOMEM.
 */
int trust_public_import(struct span bytes, json_t **ret, struct err *e);

/* Append the public half as PEM. Return: 0; -EIO; from @pem. */
int trust_public_export(const struct trust_signer *s, struct buf *pem,
			struct err *e);

/**
 * trust_signature_put() - put a signature into a metadata document.
 * @document: an object with "signed" and "signatures".
 * @id: the key's; what it signed earlier is replaced.
 * @hex: as trust_key_verify() takes it; not checked here.
 *
 * Signatures stand in the order of their key ids: whoever signs first, the
 * file is the same.
 *
 * Return: 0; -EBADMSG when it is no such document; -ENOMEM.
 */
int trust_signature_put(json_t *document, const char *id, struct span hex,
			struct err *e);

/**
 * trust_sign() - add a signature under the signer's own id, or renew it.
 * @document: an object with "signed" and "signatures".
 *
 * Return: 0; -EBADMSG when it is no such document; -EIO; -ENOMEM.
 */
int trust_sign(json_t *document, const struct trust_signer *s, struct err *e);

/**
 * trust_sign_listed() - as trust_sign(), under the ids that metadata gives it.
 * @by: whose keys may sign, ends with NULL: root's for the role, the old
 *      root's as well, or a delegator's.
 *
 * A key's id depends on all of its object, the owner's name included, so a
 * private key alone does not know it. The key is found by its public half; one
 * that is listed under two ids signs under both.
 *
 * Return: 0; -EKEYREJECTED when none of @by lists the key; as trust_sign().
 */
int trust_sign_listed(json_t *document, const struct trust_signer *s,
		      const struct trust_role_keys *const *by, struct err *e);

#endif
