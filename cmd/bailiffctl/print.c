/* SPDX-License-Identifier: Apache-2.0 */
/* print.c - see ctl.h: text that cannot drive a terminal, colours, trees. */
#include "cmd/bailiffctl/ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/control/control.h"

/* Bytes of a printable UTF-8 character at the front; 0: show it as \xNN. */
static size_t printable_len(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t len = 0;

	if (p[0] >= 0x20 && p[0] < 0x7f)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		len = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		len = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		len = 4;
	if (len == 0 || s.len < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* C1 controls; marks that turn the direction of text around. */
	if ((p[0] == 0xc2 && p[1] < 0xa0) ||
	    (p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
	    (p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9))
		return 0;
	return len;
}

void ctl_escape(struct buf *out, struct span text, bool is_lines)
{
	while (text.len != 0) {
		size_t n = printable_len(text);

		if (n == 0 && is_lines && (*text.p == '\n' || *text.p == '\t'))
			n = 1;
		if (n == 0)
			buf_printf(out, "\\x%02x", (unsigned char)*text.p);
		else
			buf_put(out, text.p, n);
		n = n != 0 ? n : 1;
		text.p += n;
		text.len -= n;
	}
}

void ctl_put(struct span text)
{
	struct buf out;

	buf_init(&out, (size_t)4 * CONTROL_ANSWER_MAX);
	ctl_escape(&out, text, false);
	(void)fwrite(out.p, 1, out.len, stdout);
	buf_done(&out);
}

void ctl_color(const struct ctl *ctl, enum ctl_color color)
{
	static const char *const codes[] = {
		[COLOR_PLAIN] = "\x1b[0m", [COLOR_GOOD] = "\x1b[32m",
		[COLOR_BAD] = "\x1b[31m",  [COLOR_WARN] = "\x1b[33m",
		[COLOR_QUIET] = "\x1b[2m",
	};

	if (ctl->has_color)
		(void)fputs(codes[color], stdout);
}

const char *ctl_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

uint64_t ctl_number(const json_t *object, const char *key)
{
	uint64_t n = 0;

	(void)json_u64(json_object_get(object, key), 0, INT64_MAX, &n);
	return n;
}

int ctl_print_json(const struct ctl *ctl, const json_t *value)
{
	struct buf out;
	int r;

	buf_init(&out, (size_t)2 * CONTROL_ANSWER_MAX);
	r = json_pretty(value, &out);
	if (r == 0 && ctl->is_terminal) {
		struct buf safe;

		buf_init(&safe, (size_t)8 * CONTROL_ANSWER_MAX);
		ctl_escape(&safe, buf_view(&out), true);
		(void)fwrite(safe.p, 1, safe.len, stdout);
		buf_done(&safe);
	} else if (r == 0) {
		(void)fwrite(out.p, 1, out.len, stdout);
	}
	buf_done(&out);
	return r == 0 ? CTL_DONE : CTL_SYSTEM;
}

static void scalar_print(const json_t *value)
{
	if (json_is_string(value))
		ctl_put(json_span(value));
	else if (json_is_integer(value))
		(void)printf("%" PRId64, (int64_t)json_integer_value(value));
	else if (json_is_boolean(value))
		(void)fputs(json_is_true(value) ? "yes" : "no", stdout);
	else
		(void)fputs("-", stdout);
}

static bool is_scalar(const json_t *value)
{
	return !json_is_object(value) && !json_is_array(value);
}

static void child_print(const json_t *value, unsigned depth)
{
	if (is_scalar(value)) {
		(void)fputs(" ", stdout);
		scalar_print(value);
	} else if (json_object_size(value) + json_array_size(value) == 0) {
		(void)fputs(" none", stdout);
	}
	(void)fputs("\n", stdout);
	if (!is_scalar(value))
		ctl_print_tree(value, depth + 1);
}

/* The depth is bounded by json_parse(). */
void ctl_print_tree(const json_t *value, unsigned depth)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)value, key, member) {
		(void)printf("%*s", (int)depth * 2, "");
		ctl_put(span_of(key));
		(void)fputs(":", stdout);
		child_print(member, depth);
	}
	json_array_foreach(value, i, member) {
		(void)printf("%*s-", (int)depth * 2, "");
		child_print(member, depth);
	}
}

void ctl_print_list(const json_t *array)
{
	size_t i;
	json_t *row;

	json_array_foreach(array, i, row) {
		const json_t *text = json_object_get(row, "sentence");
		const char *service = ctl_text(row, "service");

		if (!json_is_object(row) || text == NULL) {
			(void)fputs("  -", stdout);
			child_print(row, 1);
			continue;
		}
		(void)fputs("  - ", stdout);
		if (service[0] != '\0') {
			ctl_put(span_of(service));
			(void)fputs(": ", stdout);
		}
		if (ctl_text(row, "change")[0] != '\0') {
			ctl_put(span_of(ctl_text(row, "change")));
			(void)fputs(": ", stdout);
		}
		ctl_put(json_span(text));
		(void)fputs("\n", stdout);
	}
}
