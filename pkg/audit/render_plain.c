/* SPDX-License-Identifier: Apache-2.0 */
/* render_plain.c - values that JSON can have as they stand, which most are:
 * seen and copied at once. What is anything else is left to render_value.c,
 * which gives the same for these, slower.
 */
#include "pkg/audit/rendering.h"

#include "lib/jsonw.h"
#include "pkg/audit/symbols.h"

#define DIGITS_MAX 15 /* decimal, surely below 2^53 */
#define HEX_MAX	   13 /* digits, surely below 2^53 */

static bool is_over(const char *p, const char *end)
{
	return p == end || *p == ' ';
}

/* ,"key": of a row. There is room for it and 24 bytes more. Return: behind it.
 */
static char *member_put(struct buf *out, const struct shape_row *row)
{
	char *to = out->p + out->len;

	*to = ',';
	to += to[-1] != '{';
	memcpy(to, row->member, 16);
	return to + row->len + 3;
}

static const char *digits_json(struct rendering *j, const struct shape_row *row,
			       const char *p, const char *end)
{
	struct buf *out = j->out;
	const char *stop = p;
	char *to;

	while (stop < end && *stop >= '0' && *stop <= '9')
		stop++;
	if (stop == p || stop - p > DIGITS_MAX || (*p == '0' && stop - p > 1) ||
	    !is_over(stop, end) || !buf_room(out, 48))
		return NULL;
	to = member_put(out, row);
	if (end - p >= 16)
		memcpy(to, p, 16);
	else
		memcpy(to, p, (size_t)(stop - p));
	out->len = (size_t)(to - out->p) + (size_t)(stop - p);
	return stop;
}

static const char *call_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end)
{
	const char *stop = digits_json(j, row, p, end);
	int32_t nr = 0;

	/* What has more digits is no int, and rare. */
	if (stop == NULL || stop - p > 9)
		return stop;
	for (; p < stop; p++)
		nr = nr * 10 + (*p - '0');
	call_name_json(j, (struct span){ row->key, row->len }, nr);
	return stop;
}

/* Lower-case digits. Return: behind them; NULL when there are none, too many or
 * something else is at their end. */
static const char *hex_read(const char *p, const char *end, uint64_t *ret)
{
	const char *stop = p;
	uint64_t v = 0;

	while (stop < end && stop - p < HEX_MAX) {
		const char c = *stop;

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
		stop++;
	}
	*ret = v;
	return stop != p && is_over(stop, end) ? stop : NULL;
}

static const char *hex_json(struct rendering *j, const struct shape_row *row,
			    const char *p, const char *end)
{
	const struct span name = { row->key, row->len };
	enum field_class class = (enum field_class)row->class;
	uint64_t v;
	const char *stop = hex_read(p, end, &v);

	if (stop == NULL || !buf_room(j->out, 48))
		return NULL;
	if (class == FIELD_ARG)
		class = class_of_arg(j, name);
	else if (class == FIELD_ARCH)
		j->arch = (uint32_t)v;
	j->out->len = (size_t)(member_put(j->out, row) - j->out->p);
	buf_dec(j->out, v);
	if (class != FIELD_HEX)
		names_json(j, name, class, v);
	return stop;
}

/* As the kernel writes it: "0100755", and no more digits than those. */
static const char *mode_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end)
{
	struct buf *out = j->out;
	const char *stop = p;
	uint64_t v = 0;
	size_t before;

	while (stop < end && stop - p < 8 && *stop >= '0' && *stop <= '7')
		v = v << 3 | (uint64_t)(*stop++ - '0');
	if (stop == p || !is_over(stop, end) || !buf_room(out, 48))
		return NULL;
	out->len = (size_t)(member_put(out, row) - out->p);
	buf_dec(out, v);
	before = out->len;
	buf_puts(out, ",\"");
	buf_put(out, row->key, row->len);
	buf_puts(out, "_name\":\"");
	if (symbol_print(FIELD_MODE, 0, v, out))
		buf_u8(out, '"');
	else
		out->len = before;
	return stop;
}

/* A string up to @stop. */
static const char *string_json(struct rendering *j, const struct shape_row *row,
			       const char *p, const char *end, char stop)
{
	struct buf *out = j->out;
	const size_t before = out->len;

	if (!buf_room(out, 48))
		return NULL;
	out->len = (size_t)(member_put(out, row) - out->p);
	buf_u8(out, '"');
	p = jsonw_until(out, p, end, stop);
	if (p == NULL) {
		out->len = before;
		return NULL;
	}
	buf_u8(out, '"');
	return p;
}

static const char *bool_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end)
{
	const bool is_yes = end - p >= 3 && memcmp(p, "yes", 3) == 0;
	const char *stop = p + (is_yes ? 3 : 2);

	if ((!is_yes && (end - p < 2 || memcmp(p, "no", 2) != 0)) ||
	    !is_over(stop, end) || !buf_room(j->out, 48))
		return NULL;
	j->out->len = (size_t)(member_put(j->out, row) - j->out->p);
	jsonw_bool(j->out, is_yes);
	return stop;
}

static const char *quoted_json(struct rendering *j, const struct shape_row *row,
			       const char *p, const char *end)
{
	if (p == end || *p != '"')
		return NULL;
	p = string_json(j, row, p + 1, end, '"');
	return p != NULL ? p + 1 : NULL;
}

/* One key. */
static const char *key_json(struct rendering *j, const struct shape_row *row,
			    const char *p, const char *end)
{
	struct buf *out = j->out;
	const size_t before = out->len;

	if (end - p < 2 || p[0] != '"' || p[1] == '"' || !buf_room(out, 48))
		return NULL;
	out->len = (size_t)(member_put(out, row) - out->p);
	buf_puts(out, "[\"");
	p = jsonw_until(out, p + 1, end, '"');
	if (p == NULL) {
		out->len = before;
		return NULL;
	}
	buf_puts(out, "\"]");
	return p + 1;
}

static const char *word_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end)
{
	/* "quoted", (null) */
	if (p != end && (*p == '"' || *p == '('))
		return NULL;
	return string_json(j, row, p, end, ' ');
}

/* No bit of an empty set has a name. */
static const char *caps_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end)
{
	return p != end && *p == '0' ? digits_json(j, row, p, end)
				     : hex_json(j, row, p, end);
}

typedef const char *plain_fn(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end);

static plain_fn *const plain[FIELD_CLASSES] = {
	/* clang-format off */
	[FIELD_WORD]         = word_json,
	[FIELD_ENCODED]      = quoted_json,
	[FIELD_KEYS]         = key_json,
	[FIELD_DEVICE]       = word_json,
	[FIELD_BOOL]         = bool_json,
	[FIELD_DEC]          = digits_json,
	[FIELD_HEX]          = hex_json,
	[FIELD_UID]          = digits_json,
	[FIELD_ARCH]         = hex_json,
	[FIELD_SYSCALL]      = call_json,
	[FIELD_ARG]          = hex_json,
	[FIELD_EXIT]         = digits_json,
	[FIELD_CAPS]         = caps_json,
	[FIELD_MODE]         = mode_json,
	[FIELD_SECCOMP_CODE] = hex_json,
	/* clang-format on */
};

const char *plain_json(struct rendering *j, const struct shape_row *row,
		       const char *p, const char *end)
{
	return plain[row->class] != NULL ? plain[row->class](j, row, p, end)
					 : NULL;
}
