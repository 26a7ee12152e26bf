/* SPDX-License-Identifier: Apache-2.0 */
/* shape.h - the fields of the records that come most often, in the order in
 * which the kernel writes them, and what a field tells about its event.
 *
 * A reader that expects the next row of a shape finds it with one comparison,
 * where the dictionary (fields.h) takes a hash; and a bit for each row says
 * whether a key came before. The classes are the dictionary's; a test compares
 * them.
 */
#ifndef PKG_AUDIT_SHAPE_H
#define PKG_AUDIT_SHAPE_H

#include "lib/scan.h"
#include "pkg/audit/fields.h"

/* What about.h wants to know of a field. */
enum role {
	ROLE_NONE,
	ROLE_PID,
	ROLE_PPID,
	ROLE_UID,
	ROLE_EUID,
	ROLE_EXE,
	ROLE_COMM,
	ROLE_SUCCESS,
	ROLE_RES,
	ROLE_ARCH,
	ROLE_SYSCALL,
	ROLE_KEY,
	ROLE_CWD,
	ROLE_NAME,
	ROLE_NAMETYPE,
	ROLE_TITLE,
	ROLE_SADDR,
	ROLE_COUNT
};

#define SHAPE_ROWS_MAX 64

#define SHAPE_KEY_MAX 12 /* bytes, so that both forms are 16 bytes or less */

struct shape_row {
	const char *key;
	uint8_t len; /* of the key */
	uint8_t class, role;
	uint16_t same;	 /* a bit for each byte of "key=" */
	char start[16];	 /* "key=", then zeros */
	char member[16]; /* "\"key\":", then zeros */
};

struct shape {
	uint16_t type;
	uint8_t count;		      /* at most SHAPE_ROWS_MAX */
	const struct shape_row *rows; /* keys are lower case and unique */
	struct span tail;	      /* "\"type\":\"PATH\",\"type_nr\":1302" */
};

/* NULL for a type that has none. */
const struct shape *shape_find(uint16_t type);

/* All of them. */
const struct shape *shape_table(size_t *ret_count);

/**
 * shape_row() - the row of @key.
 * @at: where to look first; then one after what was found.
 *
 * Return: NULL when no row has exactly this key.
 */
const struct shape_row *shape_row(const struct shape *s, struct span key,
				  unsigned *at);

/* Does the text at @p, of which sixteen bytes can be read, begin with "key=" of
 * @row? */
static inline bool shape_starts(const struct shape_row *row, const char *p)
{
	return (~scan_same(p, row->start) & row->same) == 0;
}

/* The row whose name @key is but for the case of its letters, or is with a
 * suffix that rendering adds (field_companion()). NULL: none. */
const struct shape_row *shape_alike(const struct shape *s, struct span key);

/* What a field of this key is about in records that have no shape. */
enum role role_find(struct span key);

#endif
