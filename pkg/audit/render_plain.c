/* SPDX-License-Identifier: Apache-2.0 */
/* render_plain.c - the fields of records that have a shape. Values that JSON
 * can have as they stand, which most are, are seen and copied at once; what is
 * anything else is left to render_value.c, which gives the same for these,
 * slower.
 */
#include "pkg/audit/rendering.h"

#include "lib/jsonw.h"
#include "lib/num.h"
#include "pkg/audit/record.h"
#include "pkg/audit/symbols.h"

#define DIGITS_MAX 15 /* decimal, surely below 2^53 */
#define HEX_MAX	   13 /* digits, surely below 2^53 */

/* Each of these is given @to, behind ,"key": of its row, which counts only once
 * the length of the buffer says so, and room for this many bytes there. */
#define PLAIN_ROOM 64

static bool is_over(const char *p, const char *end)
{
	return p == end || *p == ' ';
}

/* What was written up to @to counts. */
static void written(struct rendering *j, const char *to)
{
	j->out->len = (size_t)(to - j->out->p);
}

static inline const char *digits_json(struct rendering *j,
				      const struct shape_row *row,
				      const char *p, const char *end, char *to)
{
	const unsigned n = scan_first(scan_decimal(p));

	(void)row;
	if (n == 0 || n > DIGITS_MAX || (*p == '0' && n > 1) ||
	    !is_over(p + n, end))
		return NULL;
	memcpy(to, p, SCAN_BYTES);
	written(j, to + n);
	return p + n;
}

static const char *call_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end, char *to)
{
	const char *stop = digits_json(j, row, p, end, to);
	int32_t nr = 0;

	/* What has more digits is no int, and rare. */
	if (stop == NULL || stop - p > 9)
		return stop;
	for (; p < stop; p++)
		nr = nr * 10 + (*p - '0');
	call_name_json(j, (struct span){ row->key, row->len }, nr);
	return stop;
}

/* @n lower-case digits, 1 to 16. */
static uint64_t hex_read(const char *p, unsigned n)
{
	if (n <= 8)
		return scan_hex_8(scan_load(p) << (64 - 8 * n));
	return (uint64_t)scan_hex_8(scan_load(p) << (128 - 8 * n)) << 32 |
	       scan_hex_8(scan_load(p + n - 8));
}

static const char *hex_json(struct rendering *j, const struct shape_row *row,
			    const char *p, const char *end, char *to)
{
	const struct span name = { row->key, row->len };
	const unsigned n = scan_first(scan_hex(p));
	enum field_class class = (enum field_class)row->class;
	uint64_t v;

	if (n == 0 || n > HEX_MAX || !is_over(p + n, end))
		return NULL;
	v = hex_read(p, n);
	if (class == FIELD_ARG)
		class = class_of_arg(j, name);
	else if (class == FIELD_ARCH)
		j->arch = (uint32_t)v;
	written(j, num_put(to, v));
	if (class != FIELD_HEX)
		names_json(j, name, class, v);
	return p + n;
}

/* As the kernel writes it: "0100755", and no more digits than those. */
static const char *mode_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end, char *to)
{
	struct buf *out = j->out;
	const char *stop = p;
	uint64_t v = 0;
	size_t before;

	while (stop < end && stop - p < 8 && *stop >= '0' && *stop <= '7')
		v = v << 3 | (uint64_t)(*stop++ - '0');
	if (stop == p || !is_over(stop, end))
		return NULL;
	written(j, num_put(to, v));
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
static const char *string_put(struct rendering *j, const char *p,
			      const char *end, char stop, char *to)
{
	const size_t before = j->out->len;

	*to++ = '"';
	written(j, to);
	p = jsonw_until(j->out, p, end, stop);
	if (p == NULL) {
		j->out->len = before;
		return NULL;
	}
	/* It left room for more than this. */
	j->out->p[j->out->len++] = '"';
	return p;
}

static const char *bool_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end, char *to)
{
	const bool is_yes = memcmp(p, "yes", 3) == 0;
	const char *stop = p + (is_yes ? 3 : 2);

	(void)row;
	if ((!is_yes && memcmp(p, "no", 2) != 0) || !is_over(stop, end))
		return NULL;
	memcpy(to, is_yes ? "true " : "false", 5);
	written(j, to + (is_yes ? 4 : 5));
	return stop;
}

static const char *quoted_json(struct rendering *j, const struct shape_row *row,
			       const char *p, const char *end, char *to)
{
	(void)row;
	if (*p != '"')
		return NULL;
	p = string_put(j, p + 1, end, '"', to);
	return p != NULL ? p + 1 : NULL;
}

/* One key. */
static const char *key_json(struct rendering *j, const struct shape_row *row,
			    const char *p, const char *end, char *to)
{
	(void)row;
	if (p[0] != '"' || p[1] == '"')
		return NULL;
	*to++ = '[';
	p = string_put(j, p + 1, end, '"', to);
	if (p == NULL)
		return NULL;
	buf_u8(j->out, ']');
	return p + 1;
}

static const char *word_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end, char *to)
{
	(void)row;
	/* "quoted", (null) */
	if (*p == '"' || *p == '(')
		return NULL;
	return string_put(j, p, end, ' ', to);
}

/* No bit of an empty set has a name. */
static const char *caps_json(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end, char *to)
{
	return *p == '0' ? digits_json(j, row, p, end, to)
			 : hex_json(j, row, p, end, to);
}

typedef const char *plain_fn(struct rendering *j, const struct shape_row *row,
			     const char *p, const char *end, char *to);

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

/* ,"key": of a row. Return: behind it. */
static inline char *member_put(char *to, const struct shape_row *row,
			       bool is_first)
{
	*to = ',';
	to += !is_first;
	memcpy(to, row->member, sizeof(row->member));
	return to + row->len + 3;
}

/* Where the field behind a value begins. */
static inline const char *value_skip(const char *stop, const char *end)
{
	return stop + (stop < end && *stop == ' ');
}

static const char *other_json(struct rendering *j, const struct shape_row *row,
			      const char *p, const char *end)
{
	const struct span value =
		record_value((struct span){ p, (size_t)(end - p) });

	about_first(&j->about, (enum role)row->role, value);
	value_json(j, (struct span){ row->key, row->len },
		   (enum field_class)row->class, value);
	return value_skip(value.p + value.len, end);
}

/* A field of @row, @p at its value. Return: where the next field begins, or
 * behind @end. */
static inline const char *row_json(struct rendering *j,
				   const struct shape_row *row, const char *p,
				   const char *end)
{
	struct buf *out = j->out;
	const char *stop = NULL;
	bool is_digits = row->class == FIELD_DEC || row->class == FIELD_UID;
	char *to;

	if (!buf_room(out, sizeof(row->member) + PLAIN_ROOM))
		return end;
	to = member_put(out->p + out->len, row, out->len == j->opened);
	/* Most are digits: no call pays. */
	if (is_digits)
		stop = digits_json(j, row, p, end, to);
	else if (plain[row->class] != NULL)
		stop = plain[row->class](j, row, p, end, to);
	if (stop == NULL)
		return other_json(j, row, p, end);
	about_first(&j->about, (enum role)row->role,
		    (struct span){ p, (size_t)(stop - p) });
	/* A blank is behind digits: what comes next need not wait for a look.
	 */
	return is_digits ? stop + 1 : value_skip(stop, end);
}

/* The first row from @at on that the text at @p has; the count when none. */
static inline unsigned row_find(const struct shape *shape, unsigned at,
				const char *p)
{
	while (at < shape->count && !shape_starts(&shape->rows[at], p))
		at++;
	return at;
}

void shaped_json(struct rendering *j, struct span text)
{
	const struct shape *const shape = j->shape;
	const char *p = text.p, *const end = p + text.len;
	unsigned at = 0;

	j->opened = j->out->len;
	while (p < end) {
		const unsigned i = row_find(shape, at, p);
		const struct shape_row *row = &shape->rows[i];
		const uint64_t bit = 1ULL << (i % SHAPE_ROWS_MAX);

		if (*p == ' ') {
			p++;
		} else if (i == shape->count || (j->seen & bit) != 0) {
			p = any_json(j, p, end, &at);
		} else {
			j->seen |= bit;
			j->is_row = true;
			at = i + 1;
			p = row_json(j, row, p + row->len + 1, end);
		}
	}
}
