/* SPDX-License-Identifier: Apache-2.0 */
/* lines.c - see lines.h. */
#include "pkg/policy/lines.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int lines_add(struct lines *l, const char *fmt, ...)
{
	char **items = reallocarray(l->items, l->count + 2, sizeof(*items));
	va_list ap;
	int len;

	if (items == NULL)
		return -ENOMEM;
	l->items = items;
	va_start(ap, fmt);
	len = vasprintf(&items[l->count], fmt, ap);
	va_end(ap);
	if (len < 0) {
		items[l->count] = NULL;
		return -ENOMEM;
	}
	items[++l->count] = NULL;
	return 0;
}

void lines_done(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i]);
	free(l->items);
	*l = (struct lines){ 0 };
}

int lines_parse(const json_t *array, size_t max, struct lines *ret,
		struct err *e)
{
	struct lines l = { 0 };
	json_t *value;
	size_t i;
	int r = 0;

	if (json_array_size(array) > max)
		return err_set(e, E2BIG, "%zu entries, at most %zu are allowed",
			       json_array_size(array), max);
	json_array_foreach(array, i, value) {
		const struct span text = json_span(value);

		if (text.len == 0)
			r = err_set(e, EBADMSG,
				    "[%zu]: must be a text that is not empty",
				    i);
		else if (lines_add(&l, "%.*s", SPAN_FMT(text)) < 0)
			r = err_set(e, ENOMEM, "out of memory");
		if (r < 0) {
			lines_done(&l);
			return r;
		}
	}
	*ret = l;
	return 0;
}

bool lines_equal(const struct lines *a, const struct lines *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

void lines_json(struct buf *out, const struct lines *l)
{
	buf_puts(out, "[");
	for (size_t i = 0; i < l->count; i++) {
		buf_puts(out, i == 0 ? "" : ",");
		json_quote(out, span_of(l->items[i]));
	}
	buf_puts(out, "]");
}
