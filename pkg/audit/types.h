/* SPDX-License-Identifier: Apache-2.0 */
/* types.h - numbers of the kernel's audit interface and their names.
 *
 * Record types are those of kernel 7.3's linux/audit.h and of the audit user
 * space's header together, 225 numbers; a type that the table does not know
 * passes through everything with its number. Names of system calls are
 * libseccomp's, of errno values libaudit's.
 */
#ifndef PKG_AUDIT_TYPES_H
#define PKG_AUDIT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

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

/* Append the system call's name. @arch: AUDIT_ARCH_*. Return: false, and
 * nothing appended, when there is no such call. */
bool audit_syscall_print(uint32_t arch, int32_t nr, struct buf *out);

/* "EACCES" for 13 and -13; NULL for an unknown value. */
const char *errno_name(int32_t code);

#endif
