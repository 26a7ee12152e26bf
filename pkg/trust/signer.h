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

#define TRUST_KEY_FILE_MAX   16384
#define TRUST_PASSPHRASE_MIN 8	  /* bytes, when a key is made */
#define TRUST_PASSPHRASE_MAX 1024 /* bytes */

struct trust_signer {
	EVP_PKEY *pkey; /* owned */
	json_t *object; /* owned: the public key object */
	char id[TRUST_KEY_ID_LEN + 1];
};

/* A new ed25519 key. Return: 0; -EIO when OpenSSL fails; -ENOMEM. */
int trust_signer_generate(struct trust_signer *ret, struct err *e);
void trust_signer_done(struct trust_signer *s);

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
 * @pem: an "ENCRYPTED PRIVATE KEY"; any PKCS#8 encryption that OpenSSL has.
 * @ret: the caller's, trust_signer_done(); written on success only.
 *
 * Return: 0; -EBADMSG when it is no such file; -EACCES for a wrong passphrase;
 * -EOPNOTSUPP for another type of key; -ENOMEM.
 */
int trust_signer_import(struct span pem, struct span passphrase,
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
 * trust_sign() - add a signature to a metadata document, or renew it.
 * @document: an object with "signed" and "signatures".
 *
 * Return: 0; -EBADMSG when it is no such document; -EIO; -ENOMEM.
 */
int trust_sign(json_t *document, const struct trust_signer *s, struct err *e);

#endif
