/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_random_test.c - random documents, against their own algebra.
 *
 * What the kernel makes of them: test/diff/landlock_diff.c.
 * BAILIFF_LANDLOCK_SEED=N starts elsewhere.
 */
#include "test/unit/harness.h"

#include <stdlib.h>

#include "pkg/landlock/merge.h"
#include "pkg/landlock/print.h"
#include "pkg/landlock/resolve.h"
#include "test/unit/landlock_random.h"

static uint64_t number(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static struct draw draw_from(uint64_t seed, const char *prefix, bool extended)
{
	return (struct draw){ .state = seed * 0x9e3779b97f4a7c15ULL | 1,
			      .prefix = prefix,
			      .is_extended = extended };
}

static void document(struct draw *d, struct landlock_doc *ret)
{
	AUTO_JSON *j = NULL;
	struct err e = { 0 };
	struct buf text;

	buf_init(&text, 1 << 20);
	draw_document(d, &text);
	if (json_parse(buf_view(&text), 1 << 20, &j, &e) < 0 ||
	    landlock_doc_parse(j, ret, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", buf_cstr(&text),
			  e.text);
	buf_done(&text);
}

/* The documents drawn from @seeds, merged in this order, spelled out. */
static char *merge_spelled(const uint64_t *seeds, size_t count)
{
	struct landlock_doc all = { 0 };
	struct landlock_rules r;
	struct buf out;
	char *text;

	for (size_t i = 0; i < count; i++) {
		struct draw d = draw_from(seeds[i], "", seeds[i] % 2);
		struct landlock_doc one = { 0 };

		document(&d, i == 0 ? &all : &one);
		if (i != 0)
			CHECK_INT(landlock_doc_merge(&all, &one, NULL), 0);
		landlock_doc_done(&one);
	}
	CHECK_INT(landlock_resolve(&all, &r, NULL), 0);
	buf_init(&out, 1 << 20);
	landlock_rules_json(&all.rules, &out);
	landlock_rules_json(&r, &out);
	buf_printf(&out, " abi %u, %zu values, required %llx %llx %llx",
		   all.abi, all.variables.count,
		   (unsigned long long)r.required[0],
		   (unsigned long long)r.required[1],
		   (unsigned long long)r.required[2]);
	text = span_dup(buf_view(&out));
	buf_done(&out);
	landlock_rules_done(&r);
	landlock_doc_done(&all);
	return text;
}

static void same(const uint64_t *a, size_t a_count, const uint64_t *b,
		 size_t b_count)
{
	char *x = merge_spelled(a, a_count), *y = merge_spelled(b, b_count);

	if (strcmp(x, y) != 0)
		test_fail(__FILE__, __LINE__, "seed %llu: %s\nis not\n%s",
			  (unsigned long long)a[0], x, y);
	free(x);
	free(y);
}

TEST(merging_is_idempotent_and_in_any_order_the_same)
{
	const uint64_t first = number("BAILIFF_LANDLOCK_SEED", 1);

	for (uint64_t i = first; i < first + 300; i++) {
		const uint64_t a = i, b = i + 1000, c = i + 2000;

		same((uint64_t[]){ a }, 1, (uint64_t[]){ a, a }, 2);
		same((uint64_t[]){ a, b }, 2, (uint64_t[]){ b, a }, 2);
		same((uint64_t[]){ a, b }, 2, (uint64_t[]){ a, b, a, b }, 4);
		same((uint64_t[]){ a, b, c }, 3, (uint64_t[]){ c, a, b }, 3);
		same((uint64_t[]){ a, b, c }, 3, (uint64_t[]){ b, c, b, a }, 4);
	}
}
