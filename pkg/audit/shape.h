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

#include <endian.h>
#include <string.h>

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
	char start[16];	 /* "key=", then zeros */
	char member[16]; /* "\"key\":", then zeros */
};

struct shape {
	uint16_t type;
	uint8_t count;		      /* at most SHAPE_ROWS_MAX */
	const struct shape_row *rows; /* keys are lower case and unique */
	const char *tail;	      /* "\"type\":\"PATH\",\"type_nr\":1302" */
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

/**
 * shape_starts() - does the text from @p to @end begin with "key=" of @row?
 *
 * Without a call and, but for the last bytes of a text, without a loop.
 */
static inline bool shape_starts(const struct shape_row *row, const char *p,
				const char *end)
{
	const unsigned n = row->len + 1U;
	uint64_t text[2], want[2];

	if (end - p < 16)
		return (size_t)(end - p) >= n && memcmp(p, row->start, n) == 0;
	memcpy(text, p, 16);
	memcpy(want, row->start, 16);
	text[0] = le64toh(text[0] ^ want[0]);
	text[1] = le64toh(text[1] ^ want[1]);
	/* Shift out what is behind the key. */
	if (n <= 8)
		return text[0] << (64 - 8 * n) == 0;
	return text[0] == 0 && text[1] << (128 - 8 * n) == 0;
}

/* The row whose name @key is but for the case of its letters, or is with a
 * suffix that rendering adds (field_companion()). NULL: none. */
const struct shape_row *shape_alike(const struct shape *s, struct span key);

/* What a field of this key is about in records that have no shape. */
enum role role_find(struct span key);

#endif
