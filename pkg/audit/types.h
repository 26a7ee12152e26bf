/* SPDX-License-Identifier: Apache-2.0 */
/* types.h - record types and system calls: numbers, names, arguments.
 *
 * The tables are those of the headers that tables/kernel.csv names, written by
 * tools/audit-tables. What they do not know passes through everything with its
 * number.
 */
#ifndef PKG_AUDIT_TYPES_H
#define PKG_AUDIT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/span.h"
#include "pkg/audit/fields.h"

struct record_name {
	uint16_t type;
	const char *name; /* without "AUDIT_" */
};

/* The whole table, rising by number. */
const struct record_name *type_table(size_t *ret_count);

/* Return: the name; NULL for an unknown type. */
const char *type_name(uint16_t type);

/* Append the name, or "UNKNOWN[1999]" as auditd writes it. */
void type_print(uint16_t type, struct buf *out);

/**
 * type_parse() - the number of a name as logs have it.
 * @name: "SYSCALL", "UNKNOWN[1999]" or a plain number; its case counts.
 *
 * Return: true; false for no such name, or a number above 65535.
 */
bool type_parse(struct span name, uint16_t *ret);

/* The system call's name; static. @arch: AUDIT_ARCH_*; the calls of x32 have
 * bit 30 set in @nr. Return: NULL when there is no such call. */
const char *syscall_name(uint32_t arch, int32_t nr);

/* Append syscall_name(). Return: false, and nothing appended, without one. */
bool audit_syscall_print(uint32_t arch, int32_t nr, struct buf *out);

/**
 * syscall_arg() - the class of one argument of a system call.
 * @index: 0 to 3: a0 to a3 of a SYSCALL record.
 *
 * Return: FIELD_HEX for an argument of which nothing better is known: a
 * pointer, a length.
 */
enum field_class syscall_arg(uint32_t arch, int32_t nr, unsigned index);

#endif
