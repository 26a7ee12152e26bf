/* SPDX-License-Identifier: Apache-2.0 */
/* pem.h - PEM, strictly: one object with blanks around it, and nothing else.
 *
 * OpenSSL's own reader skips what it does not know, so that a text may mean one
 * key to it and another to the next reader. RFC 7468 without its headers,
 * explanatory text and second objects.
 */
#ifndef PKG_TRUST_PEM_H
#define PKG_TRUST_PEM_H

#include "lib/buf.h"
#include "lib/err.h"

#define TRUST_PEM_PUBLIC "PUBLIC KEY"
#define TRUST_PEM_SEALED "ENCRYPTED PRIVATE KEY"

/**
 * trust_pem_read() - append the bytes inside.
 * @text: all of it.
 * @label: what the object must be.
 *
 * Return: 0; -EBADMSG (@e says what it is instead); from @der.
 */
int trust_pem_read(struct span text, const char *label, struct buf *der,
		   struct err *e);

#endif
