/* SPDX-License-Identifier: Apache-2.0 */
/* audit_fields_fuzz.c - the decoders of a record's fields: classes, numbers and
 * their names, addresses, and the words of a filter.
 *
 * Six bytes are the record's type and the machine, the rest is its text.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/when.h"
#include "pkg/audit/filter.h"
#include "pkg/audit/record.h"
#include "pkg/audit/sockaddr.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static bool is_inside(struct span s, const struct sockaddr_view *v)
{
	const char *bytes = (const char *)v->bytes;

	return s.len == 0 || (s.p >= bytes && s.p + s.len <= bytes + v->len);
}

static void address_try(struct span hex, bool is_little)
{
	static struct sockaddr_view v;

	if (sockaddr_parse(hex, is_little, &v) < 0)
		return;
	check(v.len == hex.len / 2 && v.len <= SOCKADDR_BYTES_MAX);
	check(is_inside(v.path, &v) && is_inside(v.alg_type, &v) &&
	      is_inside(v.alg_name, &v));
	check(strnlen(v.address, sizeof(v.address)) < sizeof(v.address));
}

/* A name can stand in JSON as it is, and nothing is appended without one. */
static void name_try(enum field_class class, uint32_t arch, uint64_t value)
{
	AUTO_DONE(buf_done) struct buf out = { 0 };
	bool has;

	buf_init(&out, 4096);
	has = symbol_print(class, arch, value, &out);
	check(buf_error(&out) == 0 && has == (out.len != 0));
	for (size_t i = 0; i < out.len; i++)
		check(out.p[i] > ' ' && out.p[i] < 0x7f && out.p[i] != '"' &&
		      out.p[i] != '\\' &&
		      (out.p[i] != '|' || symbol_is_set(class)));
	(void)symbol_name(class, arch, value);
}

static void field_try(uint16_t type, uint32_t arch, struct span key,
		      struct span value)
{
	const enum field_class class = field_class(type, key);
	bool is_negative;
	uint64_t n;

	check(field_class_name(class) != NULL);
	address_try(value, true);
	address_try(value, false);
	for (int c = 0; c < FIELD_CLASSES; c++) {
		const enum field_class any = (enum field_class)c;

		if (!field_number(any, value, &n, &is_negative))
			continue;
		check(field_base(any) != 0);
		name_try(any, arch, is_negative ? -n : n);
		(void)syscall_name(arch, (int32_t)n);
		for (unsigned i = 0; i < 5; i++)
			name_try(syscall_arg(arch, (int32_t)n, i), arch, n);
	}
}

static void filter_try(struct span value, const struct event *ev)
{
	static const char *const names[] = { "service", "type",	 "key",
					     "outcome", "since", "until" };
	struct event_filter f = { 0 };
	struct err e = { 0 };
	uint64_t at;

	if (when_about(value, 1795296627324, &at) == 0)
		check(at / 1000 < 253402300800);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (event_filter_set(&f, names[i], value, 1795296627324, &e) <
		    0)
			check(e.text[0] != '\0');
	(void)event_filter_passes(&f, ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event ev;
	struct span key, value, rest;
	uint16_t type;
	uint32_t arch;

	if (size < 6)
		return 0;
	memcpy(&type, data, sizeof(type));
	memcpy(&arch, data + 2, sizeof(arch));
	rest = (struct span){ (const char *)data + 6, size - 6 };
	ev = (struct event){ .kind = EVENT_AUDIT, .record_count = 1 };
	ev.records[0] = (struct event_record){ type, rest };
	(void)type_parse(rest, &type);
	rest = record_trusted(type, rest);
	while (record_next(&rest, &key, &value)) {
		field_try(type, arch, key, value);
		filter_try(value, &ev);
	}
	return 0;
}
