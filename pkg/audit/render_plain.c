/* SPDX-License-Identifier: Apache-2.0 */
/* render_plain.c - values that JSON can have as they stand, which most are:
 * seen and copied at once. What is anything else is left to render_value.c,
 * which gives the same for these, slower.
 */
#include "pkg/audit/rendering.h"

#include "lib/jsonw.h"
#include "pkg/audit/types.h"

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

/* a0 to a3, when the call says nothing better than that they are numbers. */
static const char *arg_json(struct rendering *j, const struct shape_row *row,
			    const char *p, const char *end)
{
	const unsigned index = (unsigned)(row->key[1] - '0');
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
	if (stop == p || !is_over(stop, end) || !buf_room(j->out, 48) ||
	    (j->has_call && syscall_arg(j->arch, j->call, index) != FIELD_HEX))
		return NULL;
	j->out->len = (size_t)(member_put(j->out, row) - j->out->p);
	buf_dec(j->out, v);
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

static const char *word_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end)
{
	/* "quoted", (null) */
	if (p != end && (*p == '"' || *p == '('))
		return NULL;
	return string_json(j, row, p, end, ' ');
}

const char *plain_json(struct rendering *j, const struct shape_row *row,
		       const char *p, const char *end)
{
	const enum field_class class = (enum field_class)row->class;

	if (class == FIELD_DEC || class == FIELD_UID || class == FIELD_EXIT)
		return digits_json(j, row, p, end);
	if (class == FIELD_ENCODED)
		return quoted_json(j, row, p, end);
	if (class == FIELD_ARG)
		return arg_json(j, row, p, end);
	if (class == FIELD_WORD || class == FIELD_DEVICE)
		return word_json(j, row, p, end);
	if (class == FIELD_SYSCALL)
		return call_json(j, row, p, end);
	if (class == FIELD_BOOL)
		return bool_json(j, row, p, end);
	/* No bit of a set has a name. */
	if (class == FIELD_CAPS && p != end && *p == '0')
		return digits_json(j, row, p, end);
	return NULL;
}
