/* SPDX-License-Identifier: Apache-2.0 */
/* print.c - see ctl.h: text that cannot drive a terminal, colours, trees. */
#include "cmd/bailiffctl/ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/text.h"
#include "pkg/control/control.h"

void ctl_put(struct span text)
{
	struct buf out;

	buf_init(&out, (size_t)4 * CONTROL_ANSWER_MAX);
	text_escape(&out, text, false);
	/* Of an empty text there is no buffer. */
	if (out.len != 0)
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

#define KEY_ID_SHOWN 16 /* of 64 hexadecimal digits */

struct span ctl_key_id(const json_t *id)
{
	struct span text = json_span(id);

	text.len = text.len > KEY_ID_SHOWN ? KEY_ID_SHOWN : text.len;
	return text;
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
		text_escape(&safe, buf_view(&out), true);
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

		if (!json_is_object(row) || text == NULL) {
			(void)fputs("  -", stdout);
			child_print(row, 1);
			continue;
		}
		(void)fputs("  - ", stdout);
		ctl_put(json_span(text));
		(void)fputs("\n", stdout);
	}
}
