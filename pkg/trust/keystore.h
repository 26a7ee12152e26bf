/* SPDX-License-Identifier: Apache-2.0 */
/* keystore.h - private keys through OSSL_STORE: from the bytes of a file or
 * from a token behind a "pkcs11:" URI (RFC 7512), by the same loop.
 *
 * A token needs OpenSSL's pkcs11 provider, which is loaded when it is asked
 * for and not linked: without it everything but tokens works.
 */
#ifndef PKG_TRUST_KEYSTORE_H
#define PKG_TRUST_KEYSTORE_H

#include <openssl/evp.h>
#include <openssl/ui.h>

#include "lib/err.h"
#include "lib/span.h"

/* Tokens have a library context of their own, so that they are closed before
 * the modules behind them are unloaded: at the end of the process it is too
 * late. Zero: no token was opened yet. */
struct trust_keystore {
	OSSL_LIB_CTX *lib; /* owned; outlives its keys */
	UI_METHOD *silent; /* owned; OpenSSL's default while this lives: the
			    * provider would ask on the terminal by itself */
};
void trust_keystore_done(struct trust_keystore *k);

/* Where a passphrase or PIN comes from. Asked at most once for one key: a
 * token locks itself after a few wrong ones. */
struct trust_secret {
	/* Write at most @size bytes to @to. Return: how many; -errno with @e.
	 */
	int (*get)(void *ctx, char *to, size_t size, struct err *e);
	void *ctx;
};

/**
 * trust_keystore_file() - the one private key in @der.
 * @der: an EncryptedPrivateKeyInfo that trust_sealed_check() let pass.
 * @ret: the caller's; written on success only.
 *
 * Return: 0; -EACCES for a wrong passphrase; -EBADMSG; from @secret.
 */
int trust_keystore_file(struct span der, const struct trust_secret *secret,
			EVP_PKEY **ret, struct err *e);

/**
 * trust_keystore_token() - the one key that @uri names.
 * @wants_private: else its public half is enough, and no PIN is needed.
 * @ret: the caller's, to be freed before @k is done.
 *
 * Return: 0; -EACCES for a wrong PIN; -EBADMSG when it names no key, -EINVAL
 * when more than one; -EOPNOTSUPP without the provider; -EIO; from @secret.
 */
int trust_keystore_token(struct trust_keystore *k, const char *uri,
			 bool wants_private, const struct trust_secret *secret,
			 EVP_PKEY **ret, struct err *e);

#endif
