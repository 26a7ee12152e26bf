/* SPDX-License-Identifier: Apache-2.0 */
/* types.c - see types.h. */
#include "pkg/audit/types.h"

#include <linux/audit.h>

#include "lib/num.h"
#include "pkg/audit/tables/syscalls.h"
#include "pkg/audit/tables/types.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- record types ---------------------------------------------------------
 */

const struct record_name *type_table(size_t *ret_count)
{
	*ret_count = COUNT(record_names);
	return record_names;
}

const char *type_name(uint16_t type)
{
	size_t low = 0, high = COUNT(record_names);

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (record_names[mid].type == type)
			return record_names[mid].name;
		if (record_names[mid].type < type)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

void type_print(uint16_t type, struct buf *out)
{
	const char *name = type_name(type);

	if (name != NULL)
		buf_puts(out, name);
	else
		buf_printf(out, "UNKNOWN[%u]", type);
}

bool type_parse(struct span name, uint16_t *ret)
{
	static const char unknown[] = "UNKNOWN[";
	const size_t skip = sizeof(unknown) - 1;
	uint32_t number;

	for (size_t i = 0; i < COUNT(record_names); i++)
		if (span_eq_str(name, record_names[i].name)) {
			*ret = record_names[i].type;
			return true;
		}
	if (span_starts(name, unknown) && name.p[name.len - 1] == ']')
		name = (struct span){ name.p + skip, name.len - skip - 1 };
	if (num_parse_u32(name, 0, UINT16_MAX, &number) < 0)
		return false;
	*ret = (uint16_t)number;
	return true;
}

/* ---- system calls ---------------------------------------------------------
 */

/* The call's row; that of CALL_NONE when there is no such call. */
static const struct call_row *call_find(uint32_t arch, int32_t nr)
{
	static const uint32_t x32_bit = 1U << 30;

	for (size_t i = 0; i < COUNT(call_tables); i++) {
		const struct call_table *t = &call_tables[i];
		const uint32_t index = (uint32_t)nr & ~t->bit;

		if (t->arch == arch && ((uint32_t)nr & x32_bit) == t->bit)
			return &call_rows[index < t->count ? t->calls[index]
							   : CALL_NONE];
	}
	return &call_rows[CALL_NONE];
}

const char *syscall_name(uint32_t arch, int32_t nr)
{
	const struct call_row *row = call_find(arch, nr);

	return row->name != 0 ? (const char *)&call_names + row->name : NULL;
}

bool audit_syscall_print(uint32_t arch, int32_t nr, struct buf *out)
{
	const char *name = syscall_name(arch, nr);

	if (name == NULL)
		return false;
	buf_puts(out, name);
	return true;
}

enum field_class syscall_arg(uint32_t arch, int32_t nr, unsigned index)
{
	const struct call_row *row = call_find(arch, nr);

	return index < COUNT(row->args) && row->args[index] != FIELD_UNKNOWN
		       ? row->args[index]
		       : FIELD_HEX;
}
