/* SPDX-License-Identifier: Apache-2.0 */
/* limits_show.c - the ceilings that hold, in words; see limits.h. */
#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/policy/ceiling.h"
#include "pkg/policy/limits.h"

#define WORDS_MAX 65536 /* bytes of one entry */

/* A JSON array that grows by texts. */
struct words {
	struct buf *out, entry;
	const char *sep;
};

static void entry_end(struct words *w)
{
	buf_puts(w->out, w->sep);
	json_quote(w->out, buf_view(&w->entry));
	buf_reset(&w->entry);
	w->sep = ",";
}

static void rules_show(struct words *w, const struct landlock_rules *r)
{
	for (size_t i = 0; i < r->path_count; i++) {
		buf_printf(&w->entry, "%s: ", r->paths[i].path);
		rights_print(&w->entry, RIGHT_FS, r->paths[i].access, ", ");
		entry_end(w);
	}
	for (size_t i = 0; i < r->port_count; i++) {
		buf_printf(&w->entry, "port %u: ", (unsigned)r->ports[i].port);
		rights_print(&w->entry, RIGHT_NET, r->ports[i].access, ", ");
		entry_end(w);
	}
}

static void members_show(struct words *w, const struct ceiling *c)
{
	if (c->capabilities != 0) {
		buf_puts(&w->entry, "capabilities ");
		capabilities_print(&w->entry, c->capabilities, ", ");
		entry_end(w);
	}
	for (size_t i = 0; i < c->network.count; i++) {
		net_rule_print(&w->entry, &c->network.rules[i]);
		entry_end(w);
	}
	for (size_t i = 0; i < c->devices.count; i++) {
		buf_puts(&w->entry, "device ");
		device_rule_print(&w->entry, &c->devices.rules[i]);
		entry_end(w);
	}
}

static void accepts_show(struct words *w, const struct accepts *a)
{
	for (size_t i = 0; i < LAYERS; i++)
		if (a->layers[i]) {
			buf_printf(&w->entry, "accept %s",
				   layer_table[i].accept);
			entry_end(w);
		}
	for (size_t i = 0; i < GAPS; i++)
		if ((a->gaps & gap_bit((enum gap)i)) != 0) {
			buf_printf(&w->entry, "accept %s", gap_table[i].id);
			entry_end(w);
		}
}

static void best_effort_show(struct words *w, const struct best_effort *b)
{
	const struct {
		const char *name;
		bool is_set;
	} rows[] = {
		{ "in everything", b->is_all }, { "landlock", b->landlock },
		{ "seccomp", b->seccomp },	{ "network", b->network },
		{ "devices", b->devices },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is_set) {
			buf_printf(&w->entry, "best effort %s", rows[i].name);
			entry_end(w);
		}
	for (const struct right *r = right_table; r->name != NULL; r++)
		if ((b->rights[r->class] & r->bit) != 0) {
			buf_printf(&w->entry, "best effort landlock.%s",
				   r->name);
			entry_end(w);
		}
}

void limits_json(struct buf *out, const struct limits *l)
{
	buf_puts(out, "[");
	for (size_t i = 0; i < l->count; i++) {
		const struct ceiling *c = l->items[i].ceiling;
		struct words w = { .out = out, .sep = "" };

		buf_init(&w.entry, WORDS_MAX);
		buf_puts(out, i == 0 ? "{\"role\":" : ",{\"role\":");
		json_quote(out, span_of(l->items[i].role));
		buf_printf(out, ",\"lint\":\"%s\",\"allows\":[",
			   c->wants_clean ? "clean" : "any");
		rules_show(&w, &c->landlock);
		members_show(&w, c);
		accepts_show(&w, &c->accepts);
		best_effort_show(&w, &c->best_effort);
		buf_puts(out, "]}");
		buf_done(&w.entry);
	}
	buf_puts(out, "]");
}
