/* SPDX-License-Identifier: Apache-2.0 */
/* symbols.h - names of the numbers in records: errno values, signals, flags,
 * modes, capabilities, address families, io_uring operations and so on.
 *
 * The tables are those of the headers that tables/kernel.csv names. A name
 * holds no blank, quote, '|' or control byte, so it can stand in JSON as it is.
 */
#ifndef PKG_AUDIT_SYMBOLS_H
#define PKG_AUDIT_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "pkg/audit/fields.h"

/**
 * symbol_name() - the name of a number that stands for one thing.
 * @arch: AUDIT_ARCH_* of the event, 0 when it is not known.
 *
 * Not for sets of bits, modes and what has a call's number: symbol_print().
 *
 * Return: static; NULL when the class has no names or @value none.
 */
const char *symbol_name(enum field_class class, uint32_t arch, uint64_t value);

/**
 * symbol_print() - append the name of @value, or of its bits.
 * @arch: AUDIT_ARCH_* of the event, 0 when it is not known: open flags have
 *        other numbers on other machines. 0 is taken as x86_64.
 * @value: as field_number() gives it; a negative number as its two's
 *         complement.
 *
 * Bits are joined by '|'; those without a name are appended as "0x40". A mode
 * is its type and permissions, "file,0644"; without a type "0644". A result
 * (FIELD_EXIT) has a name only below 0, the errno's.
 *
 * Return: false, and nothing appended, when the class has no names or the value
 * none. FIELD_SYSCALL and FIELD_ARG have none here: types.h.
 */
bool symbol_print(enum field_class class, uint32_t arch, uint64_t value,
		  struct buf *out);

/* Whether symbol_print() gives a set of bits, not one name. */
bool symbol_is_set(enum field_class class);

/* "EACCES" for 13 and -13; NULL for an unknown value. */
const char *errno_name(int32_t code);

#endif
