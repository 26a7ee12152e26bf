/* SPDX-License-Identifier: Apache-2.0 */
/* trail_proof_fuzz.c - a proof from somebody else.
 *
 * What is read must print as the same bytes, and checking it must end. */
#include <stdlib.h>

#include "pkg/trail/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct proof *p, struct span text)
{
	struct buf again;

	buf_init(&again, (size_t)2 * PROOF_BYTES_MAX);
	if (proof_print(p, &again) < 0 || !span_eq(buf_view(&again), text))
		abort();
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { (const char *)data, size };
	struct hasher *h = hasher_new();
	struct checkpoint c;
	struct proof p;

	if (h == NULL)
		abort();
	proof_init(&p);
	if (proof_parse(text, &p, NULL) == 0) {
		check_again(&p, text);
		if (checkpoint_parse(p.checkpoint, &c, NULL) == 0)
			(void)proof_check(&p, h, &c,
					  p.is_growth ? &c.root : NULL, NULL);
	}
	proof_done(&p);
	hasher_free(h);
	return 0;
}
