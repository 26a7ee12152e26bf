/* SPDX-License-Identifier: Apache-2.0 */
/* sealed.h - what opening an encrypted private key would cost.
 *
 * The file says how often its passphrase is to be hashed, so a file from
 * somebody else can ask for hours or for all memory. Looked at before.
 */
#ifndef PKG_TRUST_SEALED_H
#define PKG_TRUST_SEALED_H

#include "lib/err.h"
#include "lib/span.h"

/* 128 * N * r is the memory in bytes: 32 MiB, as much as OpenSSL grants. */
#define TRUST_SCRYPT_NR_MAX  262144
#define TRUST_SCRYPT_NRP_MAX 8388608 /* a few seconds */
#define TRUST_PBKDF2_MAX     10000000

/**
 * trust_sealed_check() - one EncryptedPrivateKeyInfo (RFC 5958), PBES2 with
 * scrypt or PBKDF2 (RFC 8018, RFC 7914), that is opened within seconds.
 *
 * Return: 0; -EBADMSG when it is no such thing; -EOPNOTSUPP for another way of
 * encryption, or above the costs.
 */
int trust_sealed_check(struct span der, struct err *e);

#endif
