/* SPDX-License-Identifier: Apache-2.0 */
/* render_record.c - the records of an event as JSON, each with its fields. */
#include "pkg/audit/rendering.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "lib/jsonw.h"
#include "pkg/audit/record.h"
#include "pkg/audit/types.h"

struct keyset *rendering_keys(struct rendering *j)
{
	if (j->mem->keys == NULL)
		j->mem->keys = malloc(sizeof(*j->mem->keys));
	if (j->mem->keys == NULL) {
		j->out->error = ENOMEM;
		return NULL;
	}
	keyset_reset(j->mem->keys);
	return j->mem->keys;
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
	jsonw_comma(&j->mem->repeated);
	buf_u8(&j->mem->repeated, '"');
	buf_span(&j->mem->repeated, name);
	buf_u8(&j->mem->repeated, '"');
}

/* A key that no row has. Return: whether it may be written, as @ret. */
static bool key_take(struct rendering *j, struct span key, struct span *ret)
{
	if (j->shape != NULL && shape_alike(j->shape, key) != NULL) {
		const struct shape_row *row = shape_alike(j->shape, key);

		repeated_note(j, (struct span){ row->key, row->len });
		return false;
	}
	if (j->mem->keys == NULL && rendering_keys(j) == NULL)
		return false;
	switch (keyset_add(j->mem->keys, key, "", ret)) {
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

	/* No other key gets a name that a row's companion may have. */
	if (j->is_row)
		return true;
	return keyset_add(j->mem->keys, name, suffix, &unused) == KEYSET_NEW;
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
		j->is_row = true;
		value_json(j, name, (enum field_class)row->class, value);
		return;
	}
	j->is_row = false;
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

const char *any_json(struct rendering *j, const char *p, const char *end,
		     unsigned *at)
{
	struct span rest = { p, (size_t)(end - p) }, key, value;

	if (record_next(&rest, &key, &value))
		field_json(j, key, value, at);
	return rest.len != 0 ? rest.p : end;
}

static void fields_json(struct rendering *j, struct span text)
{
	struct span key, value;

	jsonw_key(j->out, "fields");
	buf_u8(j->out, '{');
	if (j->shape != NULL && text.len != 0)
		shaped_json(j, text);
	else
		while (record_next(&text, &key, &value))
			field_json(j, key, value, NULL);
	buf_u8(j->out, '}');
}

void leftover_json(struct rendering *j)
{
	if (j->mem->repeated.len != 0) {
		jsonw_key(j->out, "duplicates");
		buf_u8(j->out, '[');
		buf_span(j->out, buf_view(&j->mem->repeated));
		buf_u8(j->out, ']');
	}
	if (j->cut != 0) {
		jsonw_key(j->out, "fields_cut");
		buf_dec(j->out, j->cut);
	}
}

/* ---- a record -------------------------------------------------------------
 */

static void type_json(const struct rendering *j)
{
	jsonw_comma(j->out);
	if (j->shape != NULL) {
		buf_span(j->out, j->shape->tail);
		return;
	}
	buf_puts(j->out, "\"type\":\"");
	type_print(j->type, j->out);
	buf_puts(j->out, "\",\"type_nr\":");
	buf_dec(j->out, j->type);
}

static void record_begin(struct rendering *j, uint16_t type)
{
	j->type = type;
	j->shape = shape_find(type);
	j->seen = 0;
	j->cut = 0;
	buf_reset(&j->mem->repeated);
	if (j->mem->keys != NULL && j->mem->keys->count != 0)
		keyset_reset(j->mem->keys);
	about_begin(&j->about, type);
}

/* @text: that of @r with a padding behind it. */
static void record_json(struct rendering *j, const struct event_record *r,
			struct span text)
{
	struct buf *out = j->out;
	struct span kernel = text, added = { 0 }, message;
	bool has_message = false;

	record_begin(j, r->type);
	if (j->is_enriched)
		kernel = record_split(r->type, text, &added);
	if (j->shape == NULL) {
		has_message = record_message(r->type, text, &message);
		kernel = record_trusted(r->type, text);
	}
	buf_u8(out, '{');
	fields_json(j, kernel);
	about_end(&j->about);
	leftover_json(j);
	if (added.p != NULL)
		enriched_json(j, added);
	if (has_message)
		message_json(j, message);
	buf_puts(out, ",\"text\":");
	if (!jsonw_padded(out, text)) {
		out->len -= sizeof("\":") - 1;
		buf_puts(out, "_b64\":");
		jsonw_base64(out, text);
	}
	type_json(j);
	buf_u8(out, '}');
}

/* Room for the texts of all records with a padding behind each. */
static bool texts_open(struct buf *texts, const struct event *ev)
{
	size_t len = 0;

	for (uint32_t i = 0; i < ev->record_count; i++)
		len += ev->records[i].text.len + SCAN_BYTES;
	buf_reset(texts);
	return buf_room(texts, len);
}

/* They stay where they are until the next event. Return: false when out of
 * memory. */
static bool texts_keep(struct buf *texts, const struct event *ev)
{
	static const char padding[SCAN_BYTES];

	if (!texts_open(texts, ev))
		return false;
	for (uint32_t i = 0; i < ev->record_count; i++) {
		buf_span(texts, ev->records[i].text);
		buf_put(texts, padding, sizeof(padding));
	}
	return true;
}

void records_json(struct rendering *j)
{
	const struct event *ev = j->about.ev;
	struct buf *texts = &j->mem->texts;
	struct span text;

	jsonw_key(j->out, "records");
	buf_u8(j->out, '[');
	if (!texts_keep(texts, ev)) {
		j->out->error = texts->error;
		return;
	}
	text.p = texts->p;
	j->is_enriched = texts->len != 0 &&
			 memchr(texts->p, RECORD_ENRICHED, texts->len) != NULL;
	for (uint32_t i = 0; i < ev->record_count; i++) {
		if (i != 0)
			buf_u8(j->out, ',');
		text.len = ev->records[i].text.len;
		record_json(j, &ev->records[i], text);
		text.p += text.len + SCAN_BYTES;
	}
	buf_u8(j->out, ']');
}
