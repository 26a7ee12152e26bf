/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - see json.h. */
#include "lib/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/num.h"

/* ---- integers of 2^63 and above ---------------------------------------- */

/* Jansson's integers have a sign. Those that do not fit are given to it as real
 * numbers, one for each, and stay so in the tree; no other real number gets
 * there. The bits of the upper half's offset are those of a finite double, or,
 * where they would be of an infinity or of none, of a negative one. */
#define WIDE_FIRST  (1ULL << 63)
#define WIDE_FINITE 0x7ff0000000000000ULL

static double wide_encode(uint64_t v)
{
	const uint64_t offset = v - WIDE_FIRST;
	const uint64_t bits = offset < WIDE_FINITE
				      ? offset
				      : (offset - WIDE_FINITE) | WIDE_FIRST;
	double real;

	memcpy(&real, &bits, sizeof(real));
	return real;
}

static uint64_t wide_decode(double real)
{
	uint64_t bits;

	memcpy(&bits, &real, sizeof(bits));
	return (bits & WIDE_FIRST) != 0 ? bits + WIDE_FINITE
					: bits + WIDE_FIRST;
}

/* The string, number or single byte that @rest begins with. */
static struct span token_take(struct span *rest)
{
	struct span token = { .p = rest->p, .len = 1 };
	const bool is_string = rest->p[0] == '"';

	while (is_string && token.len < rest->len && token.p[token.len] != '"')
		token.len += token.p[token.len] == '\\' ? 2 : 1;
	token.len += is_string;
	while (!is_string && strchr("+-.0123456789Ee", token.p[0]) != NULL &&
	       token.len < rest->len && token.p[token.len] != '\0' &&
	       strchr("+-.0123456789Ee", token.p[token.len]) != NULL)
		token.len++;
	if (token.len > rest->len)
		token.len = rest->len;
	rest->p += token.len;
	rest->len -= token.len;
	return token;
}

static bool is_wide(struct span token, uint64_t *ret)
{
	return token.len >= 19 && token.p[0] != '0' &&
	       num_parse_u64(token, WIDE_FIRST, UINT64_MAX, ret) == 0;
}

/* Whether a number has a fraction or an exponent; words have no digit first. */
static bool is_real(struct span token)
{
	return token.p[0] != '"' && strchr("-0123456789", token.p[0]) != NULL &&
	       (memchr(token.p, '.', token.len) != NULL ||
		memchr(token.p, 'e', token.len) != NULL ||
		memchr(token.p, 'E', token.len) != NULL);
}

/* Most documents have nothing like one. */
static bool has_long_number(struct span text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.len && digits < 19; i++)
		digits = text.p[i] >= '0' && text.p[i] <= '9' ? digits + 1 : 0;
	return digits == 19;
}

/* Append @text with its wide integers encoded. Return: whether it has any;
 * -EBADMSG for one beside a real number, which could be taken for another. */
static int wide_rewrite(struct span text, struct buf *out, struct err *e)
{
	struct span real = { 0 };
	bool has_wide = false;
	uint64_t v;

	if (!has_long_number(text))
		return 0;
	while (text.len != 0) {
		const struct span token = token_take(&text);

		if (is_real(token))
			real = token;
		if (is_wide(token, &v)) {
			buf_printf(out, "%.17e", wide_encode(v));
			has_wide = true;
		} else {
			buf_span(out, token);
		}
	}
	if (has_wide && real.p != NULL)
		return err_set(e, EBADMSG,
			       "a number with a fraction or exponent: %.*s",
			       real.len < 40 ? (int)real.len : 40, real.p);
	return has_wide;
}

/* ---- parsing ----------------------------------------------------------- */

/* Depth and reals in one walk; the recursion is bounded by the depth cap. */
static int tree_check(const json_t *value, unsigned depth, bool has_wide,
		      struct err *e)
{
	size_t i;
	const char *key;
	json_t *member;
	int r;

	if (depth > JSON_DEPTH_MAX)
		return err_set(e, EBADMSG, "nested deeper than %d",
			       JSON_DEPTH_MAX);
	if (json_is_real(value) && !has_wide)
		return err_set(e, EBADMSG,
			       "a number with a fraction or exponent");
	json_array_foreach(value, i, member) {
		r = tree_check(member, depth + 1, has_wide, e);
		if (r < 0)
			return err_wrap(e, "[%zu]", i);
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, member) {
		r = tree_check(member, depth + 1, has_wide, e);
		if (r < 0)
			return err_wrap(e, "%s", key);
	}
	return 0;
}

int json_parse(struct span text, size_t max, json_t **ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf wide;
	json_error_t why;
	AUTO_JSON *value = NULL;
	int r, has_wide;

	buf_init(&wide, SIZE_MAX);
	if (text.len > max)
		return err_set(e, EFBIG, "%zu bytes, at most %zu are allowed",
			       text.len, max);
	has_wide = wide_rewrite(text, &wide, e);
	if (has_wide < 0)
		return has_wide;
	if (buf_error(&wide) < 0)
		return err_set(e, ENOMEM, "out of memory");
	if (has_wide != 0)
		text = buf_view(&wide);
	value = json_loadb(text.p ? text.p : "", text.len,
			   JSON_REJECT_DUPLICATES, &why);
	if (value == NULL && json_error_code(&why) == json_error_out_of_memory)
		return err_set(e, ENOMEM, "out of memory");
	if (value == NULL)
		return err_set(e, EBADMSG, "line %d column %d: %s", why.line,
			       why.column, why.text);
	r = tree_check(value, 1, has_wide != 0, e);
	if (r < 0)
		return r;
	*ret = ptr_steal(&value);
	return 0;
}

static bool type_fits(const json_t *value, json_type type)
{
	if (type == JSON_TRUE)
		return json_is_boolean(value);
	if (type == JSON_INTEGER)
		return json_is_number(value);
	return json_typeof(value) == type;
}

static const char *type_name(json_type type)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",	[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",	[JSON_INTEGER] = "an integer",
		[JSON_REAL] = "a real number",	[JSON_TRUE] = "true or false",
		[JSON_FALSE] = "true or false", [JSON_NULL] = "null",
	};

	return names[type];
}

static bool row_exists(const struct json_member *rows, const char *name)
{
	for (; rows->name != NULL; rows++)
		if (strcmp(rows->name, name) == 0)
			return true;
	return false;
}

int json_members_open(const json_t *object, const struct json_member *rows,
		      struct err *e)
{
	if (!json_is_object(object))
		return err_set(e, EBADMSG, "must be an object");
	for (const struct json_member *row = rows; row->name != NULL; row++) {
		json_t *value = json_object_get(object, row->name);

		if (json_is_null(value))
			value = NULL;
		if (value == NULL && row->required)
			return err_set(e, EBADMSG, "\"%s\" is missing",
				       row->name);
		if (value != NULL && !type_fits(value, row->type))
			return err_set(e, EBADMSG, "\"%s\" must be %s",
				       row->name, type_name(row->type));
		*row->value = value;
	}
	return 0;
}

int json_members(const json_t *object, const struct json_member *rows,
		 struct err *e)
{
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)object, key, member)
		if (!row_exists(rows, key))
			return err_set(e, EBADMSG, "unknown member \"%s\"",
				       key);
	return json_members_open(object, rows, e);
}

int json_u64(const json_t *value, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t v;

	if (!json_is_number(value))
		return -EBADMSG;
	if (json_is_integer(value) && json_integer_value(value) < 0)
		return -ERANGE;
	v = json_is_integer(value) ? (uint64_t)json_integer_value(value)
				   : wide_decode(json_real_value(value));
	if (v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

struct span json_span(const json_t *value)
{
	if (!json_is_string(value))
		return (struct span){ 0 };
	return (struct span){ .p = json_string_value(value),
			      .len = json_string_length(value) };
}

/* How the three writers differ. */
struct style {
	bool controls_raw; /* OLPC: only '"' and '\' are escaped */
	bool indent;
};

static void newline(struct buf *out, const struct style *style, unsigned depth)
{
	if (!style->indent)
		return;
	buf_puts(out, "\n");
	for (unsigned i = 0; i < depth; i++)
		buf_puts(out, "  ");
}

static void string_write(struct buf *out, struct span s, bool controls_raw)
{
	size_t done = 0; /* bytes of @s that were written */

	buf_puts(out, "\"");
	for (size_t i = 0; i < s.len; i++) {
		const unsigned char c = (unsigned char)s.p[i];
		const bool is_quoted = c == '"' || c == '\\';

		if (!is_quoted && (controls_raw || (c >= 0x20 && c != 0x7f)))
			continue;
		buf_put(out, s.p + done, i - done);
		if (is_quoted)
			buf_printf(out, "\\%c", c);
		else
			buf_printf(out, "\\u%04x", c);
		done = i + 1;
	}
	buf_put(out, s.p + done, s.len - done);
	buf_puts(out, "\"");
}

static int key_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int value_write(const json_t *value, struct buf *out,
		       const struct style *style, unsigned depth);

static int object_write(const json_t *object, struct buf *out,
			const struct style *style, unsigned depth)
{
	const size_t count = json_object_size(object);
	const char **keys = calloc(count + 1, sizeof(*keys));
	const char *key;
	json_t *member;
	size_t n = 0;
	int r = 0;

	if (keys == NULL)
		return -ENOMEM;
	json_object_foreach((json_t *)(uintptr_t)object, key, member)
		keys[n++] = key;
	qsort(keys, n, sizeof(*keys), key_order);
	buf_puts(out, "{");
	for (size_t i = 0; i < n && r == 0; i++) {
		buf_puts(out, i ? "," : "");
		newline(out, style, depth);
		string_write(out, span_of(keys[i]), style->controls_raw);
		buf_puts(out, style->indent ? ": " : ":");
		r = value_write(json_object_get(object, keys[i]), out, style,
				depth);
	}
	if (n != 0)
		newline(out, style, depth - 1);
	buf_puts(out, "}");
	free(keys);
	return r;
}

static int array_write(const json_t *array, struct buf *out,
		       const struct style *style, unsigned depth)
{
	size_t i;
	json_t *member;
	int r = 0;

	buf_puts(out, "[");
	json_array_foreach(array, i, member) {
		buf_puts(out, i ? "," : "");
		newline(out, style, depth);
		r = value_write(member, out, style, depth);
		if (r < 0)
			return r;
	}
	if (json_array_size(array) != 0)
		newline(out, style, depth - 1);
	buf_puts(out, "]");
	return 0;
}

static int value_write(const json_t *value, struct buf *out,
		       const struct style *style, unsigned depth)
{
	if (value == NULL || depth > JSON_DEPTH_MAX)
		return -EINVAL;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return object_write(value, out, style, depth + 1);
	case JSON_ARRAY:
		return array_write(value, out, style, depth + 1);
	case JSON_STRING:
		string_write(out, json_span(value), style->controls_raw);
		return 0;
	case JSON_INTEGER:
		buf_printf(out, "%" JSON_INTEGER_FORMAT,
			   json_integer_value(value));
		return 0;
	case JSON_TRUE:
	case JSON_FALSE:
		buf_puts(out, json_is_true(value) ? "true" : "false");
		return 0;
	case JSON_NULL:
		buf_puts(out, "null");
		return 0;
	case JSON_REAL:
		buf_printf(out, "%" PRIu64,
			   wide_decode(json_real_value(value)));
		return 0;
	default:
		return -EINVAL;
	}
}

static int document_write(const json_t *value, struct buf *out,
			  const struct style *style)
{
	const int r = value_write(value, out, style, 0);

	return r < 0 ? r : buf_error(out);
}

int json_canonical(const json_t *value, struct buf *out)
{
	return document_write(value, out,
			      &(struct style){ .controls_raw = true });
}

int json_text(const json_t *value, struct buf *out)
{
	return document_write(value, out, &(struct style){ 0 });
}

int json_pretty(const json_t *value, struct buf *out)
{
	const int r =
		document_write(value, out, &(struct style){ .indent = true });

	buf_puts(out, "\n");
	return r < 0 ? r : buf_error(out);
}

void json_quote(struct buf *out, struct span text)
{
	buf_puts(out, "\"");
	while (text.len != 0) {
		const size_t len = span_utf8_len(text);
		const size_t step = len ? len : 1;
		const unsigned char c = (unsigned char)text.p[0];

		if (len == 0)
			buf_puts(out, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_put(out, text.p, len);
		text.p += step;
		text.len -= step;
	}
	buf_puts(out, "\"");
}
