/* SPDX-License-Identifier: Apache-2.0 */
/* json_fuzz.c - strict JSON in, canonical out: canonical(parse(x)) is a fixed
 * point where it is JSON again (control characters are raw in it).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { .p = (const char *)data, .len = size };
	AUTO_JSON *first = NULL;
	AUTO_JSON *second = NULL;
	struct err e = { 0 };
	struct buf a, b;

	buf_init(&a, 1048576);
	buf_init(&b, 1048576);
	if (json_parse(text, 65536, &first, &e) < 0) {
		if (e.code == 0 || e.text[0] == '\0')
			abort();
		return 0;
	}
	/* What is written for machines reads back as the same value. */
	if (json_text(first, &a) < 0 ||
	    json_parse(buf_view(&a), 1048576, &second, &e) < 0 ||
	    !json_equal(first, second))
		abort();
	buf_reset(&a);
	if (json_canonical(first, &a) < 0 || json_canonical(second, &b) < 0 ||
	    !span_eq(buf_view(&a), buf_view(&b)))
		abort();
	buf_done(&a);
	buf_done(&b);
	return 0;
}
