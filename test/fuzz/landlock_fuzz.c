/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_fuzz.c - any bytes as landlockconfig documents: refused with a
 * sentence, or parsed, merged, resolved and printed.
 *
 * The first byte says whether the rest is text, documents with a NUL between
 * them, or what documents are drawn from. Whatever is accepted: merging is
 * idempotent, its order is nothing, resolved paths are sorted, unique and
 * normalised, rules have only handled rights, and the JSON can be read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pkg/landlock/merge.h"
#include "pkg/landlock/print.h"
#include "pkg/landlock/resolve.h"
#include "test/unit/landlock_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void document_spell(const struct landlock_doc *d, struct buf *out)
{
	buf_init(out, 64U << 20);
	buf_printf(out, "%u", d->abi);
	for (size_t i = 0; i < d->variables.count; i++)
		buf_printf(out, " %s=%s", d->variables.items[i].name,
			   d->variables.items[i].value != NULL
				   ? d->variables.items[i].value
				   : "\1");
	for (size_t i = 0; i < RIGHT_CLASSES; i++)
		buf_u64(out, d->rules.required[i]);
	landlock_rules_json(&d->rules, out);
}

static bool is_same(const struct landlock_doc *a, const struct landlock_doc *b)
{
	struct buf x, y;
	bool same;

	document_spell(a, &x);
	document_spell(b, &y);
	same = span_eq(buf_view(&x), buf_view(&y));
	buf_done(&x);
	buf_done(&y);
	return same;
}

/* @a and @b merged in this order, in a document of its own. */
static int merged(const struct landlock_doc *a, const struct landlock_doc *b,
		  struct landlock_doc *ret)
{
	struct landlock_doc d = { 0 };
	int r;

	/* A copy: what merging with itself gives, and that is checked. */
	d.abi = a->abi;
	if (variables_add(&d.variables, &a->variables, NULL) < 0 ||
	    landlock_rules_add(&d.rules, &a->rules, NULL) < 0)
		abort();
	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		d.rules.handled[i] = a->rules.handled[i];
		d.rules.required[i] = a->rules.required[i];
		d.rules.quiet[i] = a->rules.quiet[i];
	}
	r = landlock_doc_merge(&d, b, NULL);
	if (r < 0)
		landlock_doc_done(&d);
	else
		*ret = d;
	return r;
}

static void merges_check(const struct landlock_doc *a,
			 const struct landlock_doc *b)
{
	struct landlock_doc ab, ba, same;

	if (merged(a, a, &same) == 0) {
		CHECK(is_same(a, &same));
		landlock_doc_done(&same);
	}
	if (merged(a, b, &ab) < 0)
		return;
	CHECK(merged(b, a, &ba) == 0);
	CHECK(is_same(&ab, &ba));
	if (merged(&ab, a, &same) == 0) {
		CHECK(is_same(&ab, &same));
		landlock_doc_done(&same);
	}
	landlock_doc_done(&ab);
	landlock_doc_done(&ba);
}

static void path_check(const char *path)
{
	struct buf again;

	buf_init(&again, LANDLOCK_PATH_MAX);
	landlock_path_normalise(span_of(path), &again);
	CHECK(strlen(path) < LANDLOCK_PATH_MAX);
	CHECK(span_eq_str(buf_view(&again), path));
	buf_done(&again);
}

static void rules_check(const struct landlock_rules *r)
{
	AUTO_JSON *j = NULL;
	struct buf out;

	for (size_t i = 0; i < r->path_count; i++) {
		const struct landlock_path *p = &r->paths[i];

		path_check(p->path);
		CHECK(i == 0 || strcmp(p[-1].path, p->path) < 0);
		CHECK((p->access & ~r->handled[RIGHT_FS]) == 0);
		CHECK((p->named & ~p->access) == 0);
		CHECK(p->access != 0 || p->is_quiet);
	}
	for (size_t i = 0; i < r->port_count; i++) {
		const struct landlock_port *p = &r->ports[i];

		CHECK(p->port <= UINT16_MAX);
		CHECK(i == 0 || p[-1].port < p->port);
		CHECK((p->access & ~r->handled[RIGHT_NET]) == 0);
		CHECK(p->access != 0 || p->is_quiet);
	}
	buf_init(&out, 256U << 20);
	landlock_rules_json(r, &out);
	CHECK(json_parse(buf_view(&out), out.len, &j, NULL) == 0);
	buf_reset(&out);
	landlock_rules_text(r, &out);
	buf_done(&out);
}

static void resolved_check(const struct landlock_doc *d)
{
	struct landlock_rules r;
	uint64_t lost[RIGHT_CLASSES];
	struct err e = { 0 };

	if (landlock_resolve(d, &r, &e) < 0) {
		CHECK(e.text[0] != '\0');
		return;
	}
	rules_check(&r);
	for (uint32_t abi = LANDLOCK_ABI_NEWEST; abi > 0; abi--) {
		landlock_rules_at(&r, abi, lost);
		CHECK((r.handled[RIGHT_FS] & ~rights_of_abi(RIGHT_FS, abi)) ==
		      0);
		rules_check(&r);
	}
	landlock_rules_done(&r);
}

/* The next document, parsed; false when there is none or it is refused. */
static bool next(struct span *rest, struct draw *d, bool is_text,
		 struct landlock_doc *ret)
{
	AUTO_JSON *j = NULL;
	struct err e = { 0 };
	struct buf text;
	int r;

	buf_init(&text, 1 << 20);
	if (is_text)
		buf_span(&text, span_cut(rest, '\0'));
	else
		draw_document(d, &text);
	r = json_parse(buf_view(&text), 1 << 20, &j, &e);
	if (r == 0)
		r = landlock_doc_parse(j, ret, &e);
	buf_done(&text);
	CHECK(r == 0 || e.text[0] != '\0');
	CHECK(r == 0 || is_text);
	return r == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { (const char *)data, size };
	struct landlock_doc a = { 0 }, b = { 0 };
	struct draw d = { .prefix = "." };
	bool is_text;

	if (size == 0)
		return 0;
	is_text = (data[0] & 1) != 0;
	d.is_extended = (data[0] & 2) != 0;
	rest = (struct span){ rest.p + 1, rest.len - 1 };
	d.bytes = cur_of(rest);
	if (next(&rest, &d, is_text, &a)) {
		resolved_check(&a);
		if (next(&rest, &d, is_text, &b)) {
			merges_check(&a, &b);
			if (landlock_doc_merge(&a, &b, NULL) == 0)
				resolved_check(&a);
		}
	}
	landlock_doc_done(&a);
	landlock_doc_done(&b);
	return 0;
}
