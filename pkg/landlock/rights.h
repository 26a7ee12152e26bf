/* SPDX-License-Identifier: Apache-2.0 */
/* rights.h - every Landlock right once: bit, ABI, name.
 *
 * From include/uapi/linux/landlock.h of 7.3. A new ABI is new rows; masks,
 * parsing, printing and the checks of files against directories are loops over
 * the table.
 */
#ifndef PKG_LANDLOCK_RIGHTS_H
#define PKG_LANDLOCK_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/span.h"

#define LANDLOCK_ABI_NEWEST 11 /* that bailiff knows */
#define LANDLOCK_ABI_CONFIG 6  /* the newest landlockconfig has names for */
#define LANDLOCK_ABI_QUIET  10 /* the first with quiet_access_* */

enum right_class {
	RIGHT_FS,
	RIGHT_NET,
	RIGHT_SCOPE,
};
#define RIGHT_CLASSES 3

struct right {
	enum right_class class;
	uint64_t bit;
	uint32_t abi;	      /* the first that has it */
	bool on_file;	      /* may stand in a rule on a file */
	const char *name;     /* in documents and in audit records */
	const char *phrase;   /* "nginx may not ... /etc/shadow" */
	const char *activity; /* "... is not restricted" */
};

/* The rows, ended by one whose name is NULL; class by class, bit by bit. */
extern const struct right right_table[];

/* By name; a prefix "fs.", "net." or "scope.", as audit records have it, is
 * skipped. NULL when there is none. */
const struct right *right_find(struct span name);

/* All rights of @class that a kernel of @abi has. */
uint64_t rights_of_abi(enum right_class class, uint32_t abi);

/* The smallest ABI that has every right in @mask; 0 for an empty one. */
uint32_t rights_abi(enum right_class class, uint64_t mask);

/* The rights that a rule on a file may have. */
uint64_t rights_on_files(void);

/* What the group abi.read_execute stands for, where the ABI has it. */
uint64_t rights_read_execute(void);

/* Append the names, sorted by bit, with @between ("\", \"" or ", "). */
void rights_print(struct buf *out, enum right_class class, uint64_t mask,
		  const char *between);

#endif
