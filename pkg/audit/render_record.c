/* SPDX-License-Identifier: Apache-2.0 */
/* render_record.c - the records of an event as JSON, each with its fields. */
#include "pkg/audit/rendering.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "lib/jsonw.h"
#include "pkg/audit/record.h"
#include "pkg/audit/types.h"

#define NAMES_BYTES_MAX 4096 /* of one value's flags */
#define TEXT_BYTES_MAX	EVENT_BYTES_MAX

void rendering_init(struct rendering *j, const struct event *ev,
		    struct buf *out)
{
	*j = (struct rendering){ .out = out };
	about_init(&j->about, ev);
	buf_init(&j->scratch, TEXT_BYTES_MAX);
	buf_init(&j->words, NAMES_BYTES_MAX);
	buf_init(&j->repeated, TEXT_BYTES_MAX);
}

void rendering_done(struct rendering *j)
{
	free(j->keys);
	buf_done(&j->repeated);
	buf_done(&j->words);
	buf_done(&j->scratch);
}

struct keyset *rendering_keys(struct rendering *j)
{
	if (j->keys == NULL)
		j->keys = malloc(sizeof(*j->keys));
	if (j->keys == NULL) {
		j->out->error = ENOMEM;
		return NULL;
	}
	keyset_reset(j->keys);
	return j->keys;
}

/* ---- whose name comes once ------------------------------------------------
 */

/* Take the name of a row. Return: false when it came before. */
static bool row_take(struct rendering *j, const struct shape_row *row)
{
	const uint64_t bit = 1ULL << (row - j->shape->rows);
	const bool is_new = (j->seen & bit) == 0;

	j->seen |= bit;
	return is_new;
}

static void repeated_note(struct rendering *j, struct span name)
{
	jsonw_comma(&j->repeated);
	buf_u8(&j->repeated, '"');
	buf_span(&j->repeated, name);
	buf_u8(&j->repeated, '"');
}

/* A key that no row has. Return: whether it may be written, as @ret. */
static bool key_take(struct rendering *j, struct span key, struct span *ret)
{
	if (j->shape != NULL && shape_alike(j->shape, key) != NULL) {
		const struct shape_row *row = shape_alike(j->shape, key);

		repeated_note(j, (struct span){ row->key, row->len });
		return false;
	}
	if (j->keys == NULL && rendering_keys(j) == NULL)
		return false;
	switch (keyset_add(j->keys, key, "", ret)) {
	case KEYSET_NEW:
		return true;
	case KEYSET_REPEATED:
		repeated_note(j, *ret);
		return false;
	case KEYSET_NONE:
	default:
		j->cut++;
		return false;
	}
}

bool companion_claim(struct rendering *j, struct span name, const char *suffix)
{
	struct span unused;
	unsigned at = 0;

	/* No other key gets a name that a row's companion may have. */
	if (j->shape != NULL && shape_row(j->shape, name, &at) != NULL)
		return true;
	return keyset_add(j->keys, name, suffix, &unused) == KEYSET_NEW;
}

/* ---- fields ---------------------------------------------------------------
 */

/* "a12", "a12[3]": part of the argument vector, which has a place of its own.
 */
static bool is_argument(struct span key)
{
	size_t i = 1;

	if (key.len < 2 || key.p[0] != 'a')
		return false;
	while (i < key.len && key.p[i] >= '0' && key.p[i] <= '9')
		i++;
	return i > 1 && (i == key.len || key.p[i] == '[');
}

static void field_json(struct rendering *j, struct span key, struct span value,
		       unsigned *at)
{
	const struct shape_row *row =
		j->shape != NULL ? shape_row(j->shape, key, at) : NULL;
	struct span name;

	if (row != NULL) {
		name = (struct span){ row->key, row->len };
		if (!row_take(j, row)) {
			repeated_note(j, name);
			return;
		}
		about_note(&j->about, (enum role)row->role, value);
		value_json(j, name, (enum field_class)row->class, value);
		return;
	}
	if (j->type == AUDIT_EXECVE && is_argument(key))
		return;
	about_note(&j->about, role_find(key), value);
	if (!key_take(j, key, &name))
		return;
	/* The name of "old auid" is old-auid, in the dictionary too. */
	value_json(j, name,
		   field_class(j->type, memchr(key.p, ' ', key.len) != NULL
						? name
						: key),
		   value);
}

static void fields_json(struct rendering *j, struct span text)
{
	struct span key, value;
	unsigned at = 0;

	jsonw_key(j->out, "fields");
	buf_u8(j->out, '{');
	while (record_next(&text, &key, &value))
		field_json(j, key, value, &at);
	buf_u8(j->out, '}');
}

void leftover_json(struct rendering *j)
{
	if (j->repeated.len != 0) {
		jsonw_key(j->out, "duplicates");
		buf_u8(j->out, '[');
		buf_span(j->out, buf_view(&j->repeated));
		buf_u8(j->out, ']');
	}
	if (j->cut != 0) {
		jsonw_key(j->out, "fields_cut");
		buf_dec(j->out, j->cut);
	}
}

/* ---- a record -------------------------------------------------------------
 */

static void type_json(struct buf *out, uint16_t type)
{
	jsonw_key(out, "type");
	buf_u8(out, '"');
	type_print(type, out);
	buf_u8(out, '"');
	jsonw_key(out, "type_nr");
	buf_dec(out, type);
}

static void record_begin(struct rendering *j, uint16_t type)
{
	j->type = type;
	j->shape = shape_find(type);
	j->seen = 0;
	j->cut = 0;
	buf_reset(&j->repeated);
	if (j->keys != NULL)
		keyset_reset(j->keys);
	about_begin(&j->about, type);
}

static void record_json(struct rendering *j, const struct event_record *r)
{
	struct buf *out = j->out;
	struct span added, message;

	record_begin(j, r->type);
	buf_u8(out, '{');
	fields_json(j, record_trusted(r->type, r->text));
	about_end(&j->about);
	leftover_json(j);
	(void)record_split(r->type, r->text, &added);
	if (added.p != NULL)
		enriched_json(j, added);
	if (record_message(r->type, r->text, &message))
		message_json(j, message);
	(void)jsonw_bytes(out, span_of("text"), r->text);
	type_json(out, r->type);
	buf_u8(out, '}');
}

void records_json(struct rendering *j)
{
	const struct event *ev = j->about.ev;

	jsonw_key(j->out, "records");
	buf_u8(j->out, '[');
	for (uint32_t i = 0; i < ev->record_count; i++) {
		if (i != 0)
			buf_u8(j->out, ',');
		record_json(j, &ev->records[i]);
	}
	buf_u8(j->out, ']');
}
