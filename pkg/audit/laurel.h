/* SPDX-License-Identifier: Apache-2.0 */
/* laurel.h - what the parts of render_laurel() share: one event on its way to
 * the JSON that laurel 0.8 writes. Not for other modules.
 *
 * What laurel does was found by giving it records; test/peers/50-audit.sh holds
 * the two against each other.
 */
#ifndef PKG_AUDIT_LAUREL_H
#define PKG_AUDIT_LAUREL_H

#include "pkg/audit/event.h"
#include "pkg/audit/fields.h"

#define LAUREL_NAMES_MAX                                     \
	128 /* members of a record; further ones are counted \
	     */

struct laurel {
	struct buf *out;
	struct buf scratch; /* one decoded value */
	uint32_t arch;	    /* of the event; 0: not known */

	/* the record that is being written */
	uint16_t type;
	struct span names[LAUREL_NAMES_MAX]; /* those that are taken */
	uint32_t name_count;
	uint64_t name_bits;  /* of their hashes */
	uint32_t name_first; /* of the object that is open: msg has its own */
	uint32_t left_out;   /* names that came again or had no place */
	struct span call, args[4];
	uint32_t arg_count;
};

/* ---- laurel_value.c -------------------------------------------------------
 */

/* "text" as laurel writes it: "%0a" for control bytes, '%', '+' and what is no
 * UTF-8. */
void laurel_text(struct buf *out, struct span text);

/* "(null)", "?" and nothing are null. */
bool laurel_is_null(struct span value);

/* Decode an encoded value. Lives until the next call, or as long as @value. */
struct span laurel_decode(struct laurel *l, struct span value);

/* The value of a field as a number, "0x1f", "0o644", null or a string.
 * @is_user: from msg='...', where all are strings. */
void laurel_value(struct laurel *l, struct span key, struct span value,
		  bool is_user);

/* "0x1f", or the string that it is when it is no hexadecimal number. */
void laurel_hex(struct laurel *l, struct span value);

/* "SADDR":{...}, or "saddr":"%02%00..." of what has no form. */
void laurel_sockaddr(struct laurel *l, struct span value);

#endif
