/* SPDX-License-Identifier: Apache-2.0 */
/* render_user.c - what user space wrote into a record: in a namespace of its
 * own, every value a string, so that no text of it passes for the kernel's or
 * changes the type of a member.
 */
#include "pkg/audit/rendering.h"

#include "lib/jsonw.h"
#include "pkg/audit/record.h"

#define MEMBERS_MAX 64 /* a writer of many keys shall not fill an index */

/* ,"key":"value" in lower case. Return: how it came out. */
static enum keyset_result string_json(struct rendering *j, struct span key,
				      struct span value)
{
	const size_t before = j->out->len;
	enum keyset_result r;
	struct span name;

	if (j->mem->keys->count >= MEMBERS_MAX)
		return KEYSET_NONE;
	r = keyset_add(j->mem->keys, key, "", &name);
	if (r != KEYSET_NEW)
		return r;
	if (field_class(j->type, key) == FIELD_ENCODED)
		value = value_decode(j, value);
	else if (value.len >= 2 && value.p[0] == '"' &&
		 value.p[value.len - 1] == '"')
		value = (struct span){ value.p + 1, value.len - 2 };
	jsonw_name(j->out, name);
	if (jsonw_padded(j->out, value))
		return KEYSET_NEW;
	j->out->len = before;
	if (keyset_add(j->mem->keys, key, "_b64", &name) != KEYSET_NEW)
		return KEYSET_NONE;
	jsonw_name(j->out, name);
	jsonw_base64(j->out, value);
	return KEYSET_NEW;
}

/* Members of one object that is open. Return: how many had no place. */
static uint32_t members_json(struct rendering *j, struct span text)
{
	struct span key, value;
	uint32_t cut = 0;

	buf_reset(&j->mem->repeated);
	if (rendering_keys(j) == NULL)
		return 0;
	while (record_next(&text, &key, &value)) {
		switch (string_json(j, key, value)) {
		case KEYSET_NEW:
			break;
		case KEYSET_REPEATED:
			jsonw_comma(&j->mem->repeated);
			if (!jsonw_text(&j->mem->repeated, key))
				cut++;
			break;
		case KEYSET_NONE:
		default:
			cut++;
		}
	}
	return cut;
}

/* ,"fields":{...} and what did not go into it. */
static void object_json(struct rendering *j, struct span text)
{
	jsonw_key(j->out, "fields");
	buf_u8(j->out, '{');
	j->cut = members_json(j, text);
	buf_u8(j->out, '}');
	leftover_json(j);
}

void enriched_json(struct rendering *j, struct span added)
{
	jsonw_key(j->out, "enriched");
	buf_u8(j->out, '{');
	object_json(j, added);
	buf_u8(j->out, '}');
}

void message_json(struct rendering *j, struct span message)
{
	jsonw_key(j->out, "msg");
	buf_u8(j->out, '{');
	object_json(j, message);
	(void)jsonw_padded_bytes(j->out, span_of("text"), message);
	buf_u8(j->out, '}');
}
