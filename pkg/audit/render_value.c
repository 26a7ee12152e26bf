/* SPDX-License-Identifier: Apache-2.0 */
/* render_value.c - one field's value as JSON, decoded as its class says. */
#include "pkg/audit/rendering.h"

#include "lib/jsonw.h"
#include "pkg/audit/record.h"
#include "pkg/audit/sockaddr.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

/* ---- strings --------------------------------------------------------------
 */

static struct span unquoted(struct span s)
{
	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		return (struct span){ s.p + 1, s.len - 2 };
	return s;
}

/* What was decoded, with a padding behind it. */
static struct span decoded(struct buf *b)
{
	if (!buf_room(b, SCAN_BYTES))
		return (struct span){ "", 0 };
	memset(b->p + b->len, 0, SCAN_BYTES);
	return buf_view(b);
}

struct span value_decode(struct rendering *j, struct span value)
{
	if (value.len >= 2 && value.p[0] == '"' &&
	    value.p[value.len - 1] == '"')
		return unquoted(value);
	buf_reset(&j->mem->scratch);
	record_string(value, &j->mem->scratch);
	return decoded(&j->mem->scratch);
}

struct span title_decode(struct rendering *j, struct span value)
{
	struct buf *title = &j->mem->title;

	if (value.len != 0 && value.p[0] == '"')
		return value_decode(j, value);
	if (j->title.p != value.p) {
		buf_reset(title);
		record_string(value, title);
		j->title = value;
	}
	return decoded(title);
}

static void bytes_json(struct rendering *j, struct span name, struct span value)
{
	const size_t before = j->out->len;

	jsonw_name(j->out, name);
	if (jsonw_padded(j->out, value))
		return;
	j->out->len = before;
	if (!companion_claim(j, name, "_b64")) {
		j->cut++;
		return;
	}
	(void)jsonw_bytes(j->out, name, value);
}

static bool is_null(struct span value)
{
	return span_eq_str(value, "(null)");
}

static void null_json(struct rendering *j, struct span name)
{
	jsonw_name(j->out, name);
	buf_puts(j->out, "null");
}

/* ,"name_names": of "name". */
static void suffixed_open(struct rendering *j, struct span name,
			  const char *suffix)
{
	jsonw_comma(j->out);
	buf_u8(j->out, '"');
	buf_span(j->out, name);
	buf_puts(j->out, suffix);
	buf_puts(j->out, "\":");
}

/* ---- lists ----------------------------------------------------------------
 */

bool list_put(struct buf *out, struct span list, char delim, bool is_base64)
{
	const size_t before = out->len;

	buf_u8(out, '[');
	while (list.p != NULL && list.len != 0) {
		const struct span piece = span_cut(&list, delim);

		jsonw_comma(out);
		if (is_base64) {
			jsonw_base64(out, piece);
		} else if (!jsonw_padded(out, piece)) {
			out->len = before;
			return false;
		}
	}
	buf_u8(out, ']');
	return true;
}

void list_json(struct rendering *j, struct span name, struct span list,
	       char delim)
{
	const size_t before = j->out->len;

	jsonw_name(j->out, name);
	if (list_put(j->out, list, delim, false))
		return;
	j->out->len = before;
	if (!companion_claim(j, name, "_b64")) {
		j->cut++;
		return;
	}
	suffixed_open(j, name, "_b64");
	(void)list_put(j->out, list, delim, true);
}

static void title_json(struct rendering *j, struct span name, struct span value)
{
	struct span title = title_decode(j, value);

	if (title.len != 0 && title.p[title.len - 1] == '\0')
		title.len--;
	list_json(j, name, title, '\0');
}

/* ---- numbers --------------------------------------------------------------
 */

/* ,"name_name":"openat": @word is plain. */
static void name_json(struct rendering *j, struct span name, const char *word)
{
	static const char between[] = "_name\":\"";
	const size_t len = word != NULL ? strlen(word) : 0;
	char *to;

	if (word == NULL || !companion_claim(j, name, "_name") ||
	    !buf_room(j->out, name.len + sizeof(between) + len + 4))
		return;
	to = j->out->p + j->out->len;
	/* Behind the number: there is always a comma. */
	memcpy(to, ",\"", 2);
	to = mempcpy(to + 2, name.p, name.len);
	memcpy(to, between, sizeof(between) - 1);
	to = mempcpy(to + sizeof(between) - 1, word, len);
	*to++ = '"';
	j->out->len = (size_t)(to - j->out->p);
}

void names_json(struct rendering *j, struct span name, enum field_class class,
		uint64_t v)
{
	const char *word = symbol_name(class, j->arch, v);

	if (word != NULL) {
		name_json(j, name, word);
		return;
	}
	buf_reset(&j->mem->words);
	if (!symbol_print(class, j->arch, v, &j->mem->words))
		return;
	if (class == FIELD_MODE || !symbol_is_set(class)) {
		name_json(j, name, buf_cstr(&j->mem->words));
	} else if (companion_claim(j, name, "_names")) {
		suffixed_open(j, name, "_names");
		(void)list_put(j->out, decoded(&j->mem->words), '|', false);
	}
}

void call_name_json(struct rendering *j, struct span name, int32_t nr)
{
	j->call = nr;
	j->has_call = true;
	name_json(j, name, syscall_name(j->arch, nr));
}

static void call_note(struct rendering *j, enum field_class class, uint64_t v)
{
	if (class == FIELD_ARCH) {
		j->arch = (uint32_t)v;
	} else if (class == FIELD_SYSCALL) {
		j->call = (int32_t)v;
		j->has_call = true;
	}
}

enum field_class class_of_arg(const struct rendering *j, struct span name)
{
	const unsigned index = (unsigned)(name.p[name.len - 1] - '0');

	return j->has_call && name.len == 2 && index < 4
		       ? syscall_arg(j->arch, j->call, index)
		       : FIELD_HEX;
}

/* Decimal digits that can stand in JSON as they are: below 2^53, no zero in
 * front. */
static bool is_exact(struct span value)
{
	if (value.len == 0 || value.len > 15 ||
	    (value.p[0] == '0' && value.len > 1))
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (value.p[i] < '0' || value.p[i] > '9')
			return false;
	return true;
}

static void number_json(struct rendering *j, struct span name,
			enum field_class class, struct span value)
{
	bool is_negative;
	uint64_t v;

	if ((class == FIELD_DEC || class == FIELD_UID) && is_exact(value)) {
		jsonw_name(j->out, name);
		buf_span(j->out, value);
		return;
	}
	if (!field_number(class, value, &v, &is_negative)) {
		bytes_json(j, name, unquoted(value));
		return;
	}
	jsonw_name(j->out, name);
	if (is_negative)
		jsonw_negative(j->out, v);
	else
		jsonw_u64(j->out, v);
	if (class == FIELD_DEC || class == FIELD_UID)
		return;
	call_note(j, class, v);
	if (class == FIELD_ARG)
		class = class_of_arg(j, name);
	if (class == FIELD_SYSCALL)
		name_json(j, name, syscall_name(j->arch, (int32_t)v));
	else if (class != FIELD_HEX)
		names_json(j, name, class, is_negative ? 0 - v : v);
}

static void bool_json(struct rendering *j, struct span name, struct span value)
{
	static const struct {
		const char *word;
		bool v;
	} words[] = {
		{ "yes", true }, { "no", false },     { "1", true },
		{ "0", false },	 { "success", true }, { "failed", false },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq_str(value, words[i].word)) {
			jsonw_name(j->out, name);
			jsonw_bool(j->out, words[i].v);
			return;
		}
	bytes_json(j, name, unquoted(value));
}

/* ---- addresses ------------------------------------------------------------
 */

static void sockaddr_members(struct rendering *j, const struct sockaddr_view *v)
{
	if (v->address[0] != '\0') {
		jsonw_key(j->out, "address");
		(void)jsonw_text(j->out, span_of(v->address));
	}
	jsonw_key(j->out, "family");
	if (v->family_name != NULL)
		(void)jsonw_text(j->out, span_of(v->family_name));
	else
		buf_puts(j->out, "null");
	jsonw_key(j->out, "family_nr");
	buf_dec(j->out, v->family);
	if (v->is_abstract) {
		jsonw_key(j->out, "is_abstract");
		buf_puts(j->out, "true");
	}
	if (v->path.p != NULL)
		(void)jsonw_bytes(j->out, span_of("path"), v->path);
	if (v->has_port) {
		jsonw_key(j->out, "port");
		buf_dec(j->out, v->port);
	}
}

static void sockaddr_json(struct rendering *j, struct span name,
			  struct span value)
{
	struct sockaddr_view v;

	bytes_json(j, name, value);
	if (sockaddr_parse(value, rendering_is_little(j), &v) < 0 ||
	    !companion_claim(j, name, "_decoded"))
		return;
	suffixed_open(j, name, "_decoded");
	buf_u8(j->out, '{');
	sockaddr_members(j, &v);
	buf_u8(j->out, '}');
}

/* ---- any ------------------------------------------------------------------
 */

void value_json(struct rendering *j, struct span name, enum field_class class,
		struct span value)
{
	if (is_null(value)) {
		null_json(j, name);
		return;
	}
	if (field_base(class) != 0) {
		number_json(j, name, class, value);
		return;
	}
	if (class == FIELD_ENCODED || class == FIELD_BYTES)
		bytes_json(j, name, value_decode(j, value));
	else if (class == FIELD_PROCTITLE)
		title_json(j, name, value);
	else if (class == FIELD_KEYS)
		list_json(j, name, value_decode(j, value), '\1');
	else if (class == FIELD_SOCKADDR)
		sockaddr_json(j, name, value);
	else if (class == FIELD_BOOL)
		bool_json(j, name, value);
	else
		bytes_json(j, name, unquoted(value));
}
