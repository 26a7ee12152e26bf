/* SPDX-License-Identifier: Apache-2.0 */
/* print.c - see print.h. */
#include "pkg/landlock/print.h"

#include "lib/json.h"

static void masks_json(const uint64_t masks[RIGHT_CLASSES], struct buf *out)
{
	buf_printf(out,
		   "{\"fs\":\"0x%llx\",\"net\":\"0x%llx\",\"scoped\":"
		   "\"0x%llx\"}",
		   (unsigned long long)masks[RIGHT_FS],
		   (unsigned long long)masks[RIGHT_NET],
		   (unsigned long long)masks[RIGHT_SCOPE]);
}

static void rule_end(const char *class, uint64_t access, bool is_quiet,
		     struct buf *out)
{
	buf_printf(out, ",\"%s\":\"0x%llx\"%s}", class,
		   (unsigned long long)access,
		   is_quiet ? ",\"quiet\":true" : "");
}

void landlock_rules_json(const struct landlock_rules *r, struct buf *out)
{
	buf_puts(out, "{\"handled\":");
	masks_json(r->handled, out);
	buf_puts(out, ",\"paths\":[");
	for (size_t i = 0; i < r->path_count; i++) {
		buf_puts(out, i != 0 ? ",{\"path\":" : "{\"path\":");
		json_quote(out, span_of(r->paths[i].path));
		rule_end("fs", r->paths[i].access, r->paths[i].is_quiet, out);
	}
	buf_puts(out, "],\"ports\":[");
	for (size_t i = 0; i < r->port_count; i++) {
		buf_printf(out, "%s{\"port\":%llu", i != 0 ? "," : "",
			   (unsigned long long)r->ports[i].port);
		rule_end("net", r->ports[i].access, r->ports[i].is_quiet, out);
	}
	buf_puts(out, "]");
	if ((r->quiet[0] | r->quiet[1] | r->quiet[2]) != 0) {
		buf_puts(out, ",\"quiet\":");
		masks_json(r->quiet, out);
	}
	buf_puts(out, "}");
}

static void masks_text(const char *title, const uint64_t masks[RIGHT_CLASSES],
		       struct buf *out)
{
	static const char *const names[RIGHT_CLASSES] = { "files", "network",
							  "scopes" };

	buf_printf(out, "%s\n", title);
	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		buf_printf(out, "  %-8s ", names[i]);
		rights_print(out, (enum right_class)i, masks[i], ", ");
		buf_puts(out, masks[i] != 0 ? "\n" : "nothing\n");
	}
}

/* What a rule grants; the caller says how, and ends the line. */
static void access_text(enum right_class class, uint64_t access, bool is_quiet,
			struct buf *out)
{
	buf_puts(out, ": ");
	rights_print(out, class, access, ", ");
	buf_puts(out, access == 0 ? "nothing" : "");
	buf_puts(out, is_quiet ? " (quiet)" : "");
}

void landlock_rules_text(const struct landlock_rules *r, struct buf *out)
{
	masks_text("denied, unless a rule grants it:", r->handled, out);
	if ((r->quiet[0] | r->quiet[1] | r->quiet[2]) != 0)
		masks_text("not logged on what is quiet:", r->quiet, out);
	if (r->path_count != 0)
		buf_puts(out, "granted at and below:\n");
	for (size_t i = 0; i < r->path_count; i++) {
		buf_puts(out, "  ");
		json_quote(out, span_of(r->paths[i].path));
		access_text(RIGHT_FS, r->paths[i].access, r->paths[i].is_quiet,
			    out);
		buf_puts(out, r->paths[i].is_required ? " (required)\n" : "\n");
	}
	if (r->port_count != 0)
		buf_puts(out, "granted on ports:\n");
	for (size_t i = 0; i < r->port_count; i++) {
		buf_printf(out, "  %llu", (unsigned long long)r->ports[i].port);
		access_text(RIGHT_NET, r->ports[i].access, r->ports[i].is_quiet,
			    out);
		buf_puts(out, "\n");
	}
}
