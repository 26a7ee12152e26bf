/* SPDX-License-Identifier: Apache-2.0 */
/* splice.c - see splice.h. */
#include "lib/splice.h"

#include <errno.h>
#include <string.h>

#include "lib/num.h"

/* Offsets of one element or member. */
struct item {
	struct span name; /* of a member, without quotes */
	size_t start, value, end;
};

/* The items of one container, one after the other. */
struct items {
	struct span text;
	size_t at;
	bool is_object;
};

static size_t blanks_skip(struct span text, size_t at)
{
	while (at < text.len && strchr(" \t\r\n", text.p[at]) != NULL)
		at++;
	return at;
}

/* @at stands on the opening quote. */
static size_t string_skip(struct span text, size_t at)
{
	for (at++; at < text.len && text.p[at] != '"'; at++)
		if (text.p[at] == '\\')
			at++;
	return at < text.len ? at + 1 : text.len;
}

static size_t value_skip(struct span text, size_t at)
{
	size_t depth = 0;

	while (at < text.len) {
		const char c = text.p[at];

		if (c == '"') {
			at = string_skip(text, at);
			if (depth == 0)
				return at;
			continue;
		}
		if (c == '[' || c == '{')
			depth++;
		if (depth == 0 && strchr(",]} \t\r\n", c) != NULL)
			return at;
		at++;
		if ((c == ']' || c == '}') && --depth == 0)
			return at;
	}
	return at;
}

/* @at stands on the bracket. Return: false when it is none. */
static bool items_begin(struct items *it, struct span text, size_t at)
{
	*it = (struct items){ .text = text, .at = at + 1 };
	if (at >= text.len)
		return false;
	it->is_object = text.p[at] == '{';
	return it->is_object || text.p[at] == '[';
}

static bool items_next(struct items *it, struct item *ret)
{
	const struct span text = it->text;
	size_t at = blanks_skip(text, it->at);

	if (at < text.len && text.p[at] == ',')
		at = blanks_skip(text, at + 1);
	if (at >= text.len || text.p[at] == ']' || text.p[at] == '}')
		return false;
	*ret = (struct item){ .start = at, .value = at };
	if (it->is_object) {
		const size_t end = string_skip(text, at);

		ret->name = (struct span){ text.p + at + 1, end - at - 2 };
		at = blanks_skip(text, end);
		ret->value = blanks_skip(text, at + 1);
	}
	ret->end = value_skip(text, ret->value);
	it->at = ret->end;
	return true;
}

/* The item that @word names in the container at @at. */
static int item_find(struct span text, size_t at, struct span word,
		     struct item *ret)
{
	uint32_t index = 0, n = 0;
	struct items it;

	if (!items_begin(&it, text, at) ||
	    (!it.is_object && num_parse_u32(word, 0, UINT32_MAX, &index) < 0))
		return -ENOENT;
	for (; items_next(&it, ret); n++)
		if (it.is_object ? span_eq(ret->name, word) : n == index)
			return 0;
	return -ENOENT;
}

/* The item at @path; the whole text for an empty one. */
static int path_find(struct span text, const char *path, struct item *ret)
{
	struct span rest = span_of(path);
	struct item item = { .value = blanks_skip(text, 0) };

	item.start = item.value;
	item.end = value_skip(text, item.value);
	while (rest.len != 0) {
		const int r = item_find(text, item.value, span_cut(&rest, '/'),
					&item);

		if (r < 0)
			return r;
	}
	*ret = item;
	return 0;
}

int splice_find(struct span text, const char *path, struct span *ret)
{
	struct item item;
	const int r = path_find(text, path, &item);

	if (r == 0)
		*ret = (struct span){ text.p + item.value,
				      item.end - item.value };
	return r;
}

/* Bytes @from to @to become @before and @item. */
static int text_change(struct buf *text, size_t from, size_t to,
		       struct span before, struct span item)
{
	struct buf new;
	int r;

	buf_init(&new, text->max);
	buf_put(&new, text->p, from);
	buf_span(&new, before);
	buf_span(&new, item);
	buf_put(&new, text->p + to, text->len - to);
	r = buf_error(&new);
	if (r < 0) {
		buf_done(&new);
		return r;
	}
	buf_done(text);
	*text = new;
	return 0;
}

int splice_append(struct buf *text, const char *path, struct span item)
{
	const struct span all = buf_view(text);
	struct item container, next, last = { 0 };
	size_t blanks = 0; /* where those before the last one begin */
	struct buf before;
	struct items it;
	int r;

	if (path_find(all, path, &container) < 0 ||
	    !items_begin(&it, all, container.value))
		return -ENOENT;
	while (items_next(&it, &next)) {
		blanks = last.end == 0 ? container.value + 1
				       : blanks_skip(all, last.end) + 1;
		last = next;
	}
	if (last.end == 0)
		return text_change(text, container.value + 1, container.end - 1,
				   (struct span){ 0 }, item);
	buf_init(&before, text->max);
	buf_puts(&before, ",");
	if (memchr(all.p + blanks, '\n', last.start - blanks) != NULL)
		buf_put(&before, all.p + blanks, last.start - blanks);
	else
		buf_puts(&before, " ");
	r = buf_error(&before);
	if (r == 0)
		r = text_change(text, last.end, last.end, buf_view(&before),
				item);
	buf_done(&before);
	return r;
}

/* Does @item stand last on its line, behind @before? */
static bool is_line_end(struct span text, const struct item *before,
			const struct item *item, const struct item *next)
{
	return memchr(text.p + item->end, '\n', next->start - item->end) !=
		       NULL &&
	       memchr(text.p + before->end, '\n', item->start - before->end) ==
		       NULL;
}

int splice_remove(struct buf *text, const char *path)
{
	const struct span all = buf_view(text), none = { 0 };
	const char *slash = strrchr(path, '/');
	const size_t up = slash != NULL ? (size_t)(slash - path) : 0;
	struct item item, container, other, before = { 0 };
	char above[256];
	struct items it;
	bool has_before = false;

	if (up >= sizeof(above) || path_find(all, path, &item) < 0)
		return -ENOENT;
	memcpy(above, path, up);
	above[up] = '\0';
	if (path_find(all, above, &container) < 0 ||
	    !items_begin(&it, all, container.value))
		return -ENOENT;
	while (items_next(&it, &other) && other.start != item.start) {
		before = other;
		has_before = true;
	}
	if (items_next(&it, &other) &&
	    !(has_before && is_line_end(all, &before, &item, &other)))
		return text_change(text, item.start, other.start, none, none);
	if (has_before)
		return text_change(text, before.end, item.end, none, none);
	return text_change(text, container.value + 1, container.end - 1, none,
			   none);
}

int splice_replace(struct buf *text, const char *path, struct span value)
{
	struct item item;

	if (path_find(buf_view(text), path, &item) < 0)
		return -ENOENT;
	return text_change(text, item.value, item.end, (struct span){ 0 },
			   value);
}
