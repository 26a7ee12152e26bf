/* SPDX-License-Identifier: Apache-2.0 */
/* template.c - see template.h. */
#include "pkg/landlock/template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/auto.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int name_check(struct span name, struct err *e)
{
	bool is_good = name.len != 0 && is_letter(name.p[0]);

	for (size_t i = 0; i < name.len && is_good; i++)
		is_good = is_letter(name.p[i]) || name.p[i] == '_' ||
			  (name.p[i] >= '0' && name.p[i] <= '9');
	if (!is_good)
		return err_set(e, EBADMSG,
			       "\"%.*s\" is no name: a letter, then letters, "
			       "digits and _ (ASCII)",
			       (int)(name.len < 60 ? name.len : 60), name.p);
	if (name.len > VARIABLE_NAME_MAX)
		return err_set(e, EBADMSG, "the name is longer than %d bytes",
			       VARIABLE_NAME_MAX);
	return 0;
}

/* ---- variables --------------------------------------------------------- */

int variable_add(struct variables *v, struct span name, struct span value,
		 struct err *e)
{
	AUTO_MEM char *copy = NULL;
	AUTO_MEM char *text = NULL;
	void *array = v->items;
	int r = name_check(name, e);

	if (r == 0)
		r = array_room(&array, v->count, &v->cap, sizeof(*v->items),
			       VARIABLE_VALUES_MAX, "values", e);
	v->items = array;
	if (r < 0)
		return r;
	copy = span_dup(name);
	text = value.p != NULL ? span_dup(value) : NULL;
	if (copy == NULL || (text == NULL && value.p != NULL))
		return err_set(e, ENOMEM, "out of memory");
	v->items[v->count++] = (struct binding){
		.name = ptr_steal(&copy),
		.value = ptr_steal(&text),
	};
	return 0;
}

int variables_add(struct variables *v, const struct variables *from,
		  struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < from->count && r == 0; i++)
		r = variable_add(v, span_of(from->items[i].name),
				 span_of(from->items[i].value), e);
	return r;
}

/* By name; "it exists" before its values. */
static int binding_order(const void *a, const void *b)
{
	const struct binding *x = a, *y = b;
	const int names = strcmp(x->name, y->name);

	if (names != 0)
		return names;
	if (x->value == NULL || y->value == NULL)
		return (x->value != NULL) - (y->value != NULL);
	return strcmp(x->value, y->value);
}

void variables_unite(struct variables *v)
{
	size_t n = 0;

	if (v->count != 0)
		qsort(v->items, v->count, sizeof(*v->items), binding_order);
	for (size_t i = 0; i < v->count; i++) {
		if (n == 0 ||
		    binding_order(&v->items[n - 1], &v->items[i]) != 0) {
			v->items[n++] = v->items[i];
			continue;
		}
		free(v->items[i].name);
		free(v->items[i].value);
	}
	v->count = n;
}

void variables_done(struct variables *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->items[i].name);
		free(v->items[i].value);
	}
	free(v->items);
	*v = (struct variables){ 0 };
}

/* The values of @name; NULL when there is no such variable. */
static const struct binding *variable_find(const struct variables *v,
					   struct span name, size_t *ret_count)
{
	size_t low = 0, high = v->count, end;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (span_cmp(span_of(v->items[mid].name), name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	end = low;
	while (end < v->count && span_eq_str(name, v->items[end].name))
		end++;
	if (end == low)
		return NULL;
	*ret_count = end - low - 1; /* without the row that it exists */
	return &v->items[low + 1];
}

/* ---- templates --------------------------------------------------------- */

int template_spell(struct span raw, struct buf *out, struct err *e)
{
	size_t i = 0;

	while (i < raw.len) {
		const char next = i + 1 < raw.len ? raw.p[i + 1] : '\0';
		struct span rest, name;

		if (raw.p[i] != '$' || next != '{') {
			buf_puts(out, raw.p[i] == '$' ? "$" : "");
			buf_put(out, &raw.p[i], 1);
			i += raw.p[i] == '$' && next == '$' ? 2 : 1;
			continue;
		}
		rest = (struct span){ raw.p + i + 2, raw.len - i - 2 };
		name = span_cut(&rest, '}');
		if (rest.p == NULL)
			return err_set(e, EBADMSG,
				       "\"${\" at position %zu has no \"}\"",
				       i);
		if (name_check(name, e) < 0)
			return err_wrap(e, "variable at position %zu", i);
		buf_puts(out, "${");
		buf_span(out, name);
		buf_puts(out, "}");
		i += name.len + 3;
	}
	return 0;
}

/* Text, or a variable and which of its values is the turn of. */
struct part {
	struct span text;
	const struct binding *values; /* NULL: text */
	size_t count, at;
};

struct parts {
	struct part *items;
	size_t count;
	uint64_t combinations; /* saturates at TEMPLATE_WORK_MAX + 1 */
};

/* The next part of a spelled template. */
static int part_take(struct span *rest, const struct variables *v,
		     struct part *ret, struct err *e)
{
	size_t len = 0;

	*ret = (struct part){ .text = *rest, .count = 1 };
	while (len < rest->len && rest->p[len] != '$')
		len++;
	if (len != 0) {
		ret->text.len = len;
		*rest = (struct span){ rest->p + len, rest->len - len };
		return 0;
	}
	rest->p++;
	rest->len--;
	if (rest->p[0] == '$') {
		ret->text.len = 1;
		*rest = (struct span){ rest->p + 1, rest->len - 1 };
		return 0;
	}
	*rest = (struct span){ rest->p + 1, rest->len - 1 };
	ret->text = span_cut(rest, '}');
	ret->values = variable_find(v, ret->text, &ret->count);
	if (ret->values == NULL) {
		(void)err_set(e, EBADMSG, "variable \"%.*s\" is not defined",
			      SPAN_FMT(ret->text));
		return err_hint(e, "define it: \"variable\": [{\"name\": ..., "
				   "\"literal\": [...]}], or write $${ for "
				   "the characters");
	}
	return 0;
}

static int parts_split(struct span spelled, const struct variables *v,
		       struct parts *ret, struct err *e)
{
	struct span rest = spelled;

	*ret = (struct parts){ .combinations = spelled.len != 0 };
	/* No part is shorter than one byte. */
	ret->items = calloc(spelled.len + 1, sizeof(*ret->items));
	if (ret->items == NULL)
		return err_set(e, ENOMEM, "out of memory");
	while (rest.len != 0) {
		struct part *p = &ret->items[ret->count++];
		const int r = part_take(&rest, v, p, e);

		if (r < 0)
			return r;
		ret->combinations *= p->count;
		if (ret->combinations > TEMPLATE_WORK_MAX)
			ret->combinations = TEMPLATE_WORK_MAX + 1;
	}
	return 0;
}

/* Step the rightmost variable that has a further value. */
static void parts_step(struct parts *parts)
{
	for (size_t i = parts->count; i > 0; i--) {
		struct part *p = &parts->items[i - 1];

		if (++p->at < p->count)
			return;
		p->at = 0;
	}
}

static int too_much(struct err *e)
{
	(void)err_set(e, E2BIG, "expands to more than bailiff works out");
	return err_hint(e, "use fewer values or fewer variables in one path");
}

/* One combination into @out, @work lowered. */
static int combination_write(const struct parts *parts, uint64_t *work,
			     struct buf *out, struct err *e)
{
	buf_reset(out);
	for (size_t i = 0; i < parts->count; i++) {
		const struct part *p = &parts->items[i];

		buf_span(out, p->values != NULL
				      ? span_of(p->values[p->at].value)
				      : p->text);
	}
	if (buf_error(out) == -E2BIG)
		return err_set(e, E2BIG, "is longer than %zu bytes", out->max);
	if (buf_error(out) < 0)
		return err_set(e, ENOMEM, "out of memory");
	if (out->len + parts->count > *work)
		return too_much(e);
	*work -= out->len + parts->count;
	return 0;
}

int template_expand(struct span spelled, const struct variables *v, size_t max,
		    uint64_t *work, template_each_fn *each, void *ctx,
		    struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	struct parts parts;
	int r;

	buf_init(&text, max);
	r = parts_split(spelled, v, &parts, e);
	if (r == 0 && parts.combinations * parts.count > *work)
		r = too_much(e);
	for (uint64_t i = 0; r == 0 && i < parts.combinations; i++) {
		r = combination_write(&parts, work, &text, e);
		if (r == 0)
			r = each(ctx, buf_view(&text), e);
		parts_step(&parts);
	}
	free(parts.items);
	return r;
}
