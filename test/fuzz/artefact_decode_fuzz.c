/* SPDX-License-Identifier: Apache-2.0 */
/* artefact_decode_fuzz.c - any bytes: refused, or written back the same. */
#include <stdlib.h>
#include <string.h>

#include "pkg/policy/artefact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span raw = { (const char *)data, size };
	struct artefact a;
	struct cur c;
	struct buf out;
	struct err e;

	if (artefact_decode(raw, &a, &e) < 0)
		return 0;
	c = cur_of(a.paths);
	for (uint32_t i = 0; i < a.path_count; i++)
		if (artefact_path_next(&c).path.len == 0)
			abort();
	buf_init(&out, ARTEFACT_MAX);
	if (artefact_encode(&a, &out) < 0 || out.len != size ||
	    memcmp(out.p, data, size) != 0)
		abort();
	buf_done(&out);
	return 0;
}
