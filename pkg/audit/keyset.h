/* SPDX-License-Identifier: Apache-2.0 */
/* keyset.h - the names that one JSON object has, whatever their case.
 *
 * Bounded: an object of more names than KEYSET_MAX is only made by somebody who
 * means harm, and what has no place in it still stands in the record's text.
 */
#ifndef PKG_AUDIT_KEYSET_H
#define PKG_AUDIT_KEYSET_H

#include "lib/span.h"

#define KEYSET_MAX	255
#define KEYSET_NAME_MAX 72 /* bytes of a name with its suffix */
#define KEYSET_SLOTS	512

struct keyset {
	uint32_t count;
	unsigned char
		slots[KEYSET_SLOTS]; /* place in names plus one; 0: free */
	struct keyset_name {
		uint32_t len;
		char text[KEYSET_NAME_MAX]; /* lower case */
	} names[KEYSET_MAX];
};

enum keyset_result {
	KEYSET_NEW,
	KEYSET_REPEATED,
	KEYSET_NONE /* no place, or not what a key is made of */
};

/* Forget all names. A set that was never used must be reset before. */
void keyset_reset(struct keyset *s);

/**
 * keyset_add() - @key with @suffix behind it.
 * @suffix: lower case; may be "".
 * @ret_name: the name in lower case; valid until keyset_reset(). Written for
 *            KEYSET_NEW and KEYSET_REPEATED.
 *
 * A key is made of ASCII letters, digits and "_-.:/@[]"; a blank becomes '-'.
 */
enum keyset_result keyset_add(struct keyset *s, struct span key,
			      const char *suffix, struct span *ret_name);

#endif
