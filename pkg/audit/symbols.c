/* SPDX-License-Identifier: Apache-2.0 */
/* symbols.c - see symbols.h. */
#include "pkg/audit/symbols.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <sys/stat.h>

#include "pkg/audit/tables/symbols.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The class whose table a class uses: the same names, another spelling. */
static enum field_class table_class(enum field_class class)
{
	return class == FIELD_OPEN_FLAGS_8 ? FIELD_OPEN_FLAGS : class;
}

/* A machine's own table stands before the one for all others. */
static const struct symbol_table *table_find(enum field_class class,
					     uint32_t arch)
{
	const enum field_class wanted = table_class(class);

	if (symbol_first[wanted] == 0)
		return NULL;
	for (size_t i = symbol_first[wanted] - 1U; i < COUNT(symbol_tables);
	     i++)
		if (symbol_tables[i].arch == 0 || symbol_tables[i].arch == arch)
			return &symbol_tables[i];
	return NULL;
}

static const char *name_at(uint16_t offset)
{
	return (const char *)&symbol_names + offset;
}

/* The name of the part of @value that is one number. */
static const char *one_find(const struct symbol_table *t, uint64_t value)
{
	size_t low = 0, high = t->one_count;
	/* Most tables have no gap in front of what is looked for. */
	const uint64_t guess = high != 0 ? value - t->ones[0].value : 0;

	if (guess < high && t->ones[guess].value == value)
		return name_at(t->ones[guess].name);
	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (t->ones[mid].value == value)
			return name_at(t->ones[mid].name);
		if (t->ones[mid].value < value)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const char *errno_name(int32_t code)
{
	const int64_t value = code;

	return symbol_name(FIELD_ERRNO, 0,
			   (uint64_t)(value < 0 ? -value : value));
}

/* A negative number as the kernel's two's complement has it, of either width.
 */
static uint64_t magnitude(uint64_t value)
{
	if (value > INT64_MAX)
		return -value;
	return value;
}

const char *symbol_name(enum field_class class, uint32_t arch, uint64_t value)
{
	const struct symbol_table *t;

	if (class == FIELD_EXIT) {
		/* What is not below 0 is a result. */
		if (value <= INT64_MAX)
			return NULL;
		class = FIELD_ERRNO;
	}
	if (class == FIELD_FD)
		return (uint32_t)value == (uint32_t)AT_FDCWD ? "AT_FDCWD"
							     : NULL;
	if (class == FIELD_ERRNO)
		value = magnitude(value);
	t = table_find(class, arch);
	if (t == NULL || t->bit_count != 0)
		return NULL;
	return one_find(t, value & t->mask);
}

/* ---- sets -----------------------------------------------------------------
 */

static void word_put(struct buf *out, bool *is_first, const char *name)
{
	if (!*is_first)
		buf_u8(out, '|');
	*is_first = false;
	buf_puts(out, name);
}

static void rest_put(struct buf *out, bool *is_first, uint64_t rest)
{
	if (rest == 0)
		return;
	if (!*is_first)
		buf_u8(out, '|');
	*is_first = false;
	buf_printf(out, "0x%" PRIx64, rest);
}

static bool set_print(const struct symbol_table *t, uint64_t value,
		      struct buf *out)
{
	const char *one = one_find(t, value & t->mask);
	uint64_t rest = value & ~t->mask;
	bool is_first = true;

	/* PROT_NONE is no bits at all, O_RDONLY one of the numbers. */
	if (one != NULL && (t->mask != 0 || value == 0))
		word_put(out, &is_first, one);
	else
		rest |= value & t->mask;
	for (size_t i = 0; i < t->bit_count; i++)
		if ((rest & t->bits[i].value) == t->bits[i].value) {
			word_put(out, &is_first, name_at(t->bits[i].name));
			rest &= ~t->bits[i].value;
		}
	rest_put(out, &is_first, rest);
	return !is_first;
}

static bool caps_print(uint64_t value, struct buf *out)
{
	bool is_first = true;

	for (uint64_t bit = 0; bit < 64 && value >> bit != 0; bit++) {
		const char *name;

		if ((value >> bit & 1) == 0)
			continue;
		name = symbol_name(FIELD_CAPABILITY, 0, bit);
		if (name != NULL)
			word_put(out, &is_first, name);
		else
			rest_put(out, &is_first, 1ULL << bit);
	}
	return !is_first;
}

static bool mode_print(uint64_t value, struct buf *out)
{
	static const struct {
		uint64_t type;
		const char *name;
	} types[] = {
		{ S_IFREG, "file," },	 { S_IFDIR, "dir," },
		{ S_IFLNK, "link," },	 { S_IFCHR, "character," },
		{ S_IFBLK, "block," },	 { S_IFIFO, "fifo," },
		{ S_IFSOCK, "socket," }, { 0, "" },
	};

	const uint64_t bits = value & ~(uint64_t)S_IFMT;
	size_t i = 0;

	while (i < COUNT(types) && (value & S_IFMT) != types[i].type)
		i++;
	if (i == COUNT(types) || bits > 07777)
		return false;
	buf_puts(out, types[i].name);
	for (unsigned shift = 12; shift != 0; shift -= 3)
		buf_u8(out, (uint8_t)('0' + (bits >> (shift - 3) & 7)));
	return true;
}

bool symbol_is_set(enum field_class class)
{
	const struct symbol_table *t = table_find(class, 0);

	return class == FIELD_CAPS || (t != NULL && t->bit_count != 0);
}

bool symbol_print(enum field_class class, uint32_t arch, uint64_t value,
		  struct buf *out)
{
	const struct symbol_table *t = table_find(class, arch);
	const char *name;

	if (class == FIELD_CAPS)
		return caps_print(value, out);
	if (class == FIELD_MODE)
		return mode_print(value, out);
	if (t != NULL && t->bit_count != 0)
		return set_print(t, value, out);
	name = symbol_name(class, arch, value);
	if (name == NULL)
		return false;
	buf_puts(out, name);
	return true;
}
