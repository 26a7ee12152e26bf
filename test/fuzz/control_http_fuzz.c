/* SPDX-License-Identifier: Apache-2.0 */
/* control_http_fuzz.c - an answer in two cuts gives the same as in one. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/buf.h"
#include "pkg/control/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int parse(struct span text, size_t step, struct buf *body)
{
	struct http_answer a = { 0 };
	int r = 0;

	while (text.len != 0 && r >= 0) {
		struct span in = { text.p, text.len < step ? text.len : step };
		struct span piece;

		text.p += in.len;
		text.len -= in.len;
		while ((r = http_feed(&a, &in, &piece, NULL)) == 1) {
			assert(piece.len != 0);
			buf_span(body, piece);
		}
	}
	return r < 0 ? r : http_end(&a, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut;
	size_t step;

	if (size < 1)
		return 0;
	step = (size_t)data[0] + 1;
	buf_init(&whole, size + 1);
	buf_init(&cut, size + 1);
	const struct span text = { (const char *)data + 1, size - 1 };
	const int a = parse(text, size, &whole);
	const int b = parse(text, step, &cut);

	assert(a == b);
	assert(span_eq(buf_view(&whole), buf_view(&cut)));
	buf_done(&whole);
	buf_done(&cut);
	return 0;
}
