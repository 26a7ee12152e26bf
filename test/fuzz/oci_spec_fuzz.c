/* SPDX-License-Identifier: Apache-2.0 */
/* oci_spec_fuzz.c - config.json: wrapping what was wrapped changes nothing. */
#include <stdint.h>
#include <stdlib.h>

#include "pkg/oci/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int each(void *ctx, const char *source, const char *destination,
		bool is_recursive)
{
	(void)ctx;
	(void)is_recursive;
	return source == NULL || destination == NULL ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct spec_edit edit = { .launcher = "/l",
					       .hook = "/g",
					       .artefact_fd = 3,
					       .receipt_fd = 4 };
	struct buf once, twice;
	struct spec s, again;
	struct err e;

	if (spec_parse((struct span){ (const char *)data, size }, &s, &e) < 0)
		return 0;
	buf_init(&once, SPEC_MAX);
	buf_init(&twice, SPEC_MAX);
	if (spec_binds(&s, each, NULL) < 0)
		abort();
	if (spec_wrap(&s, &edit, &e) == 0) {
		if (spec_text(&s, &once, &e) < 0 ||
		    spec_parse(buf_view(&once), &again, &e) < 0 ||
		    spec_wrap(&again, &edit, &e) < 0 ||
		    spec_text(&again, &twice, &e) < 0 ||
		    !span_eq(buf_view(&once), buf_view(&twice)))
			abort();
		spec_done(&again);
	}
	buf_done(&once);
	buf_done(&twice);
	spec_done(&s);
	return 0;
}
