/* SPDX-License-Identifier: Apache-2.0 */
/* lint.c - see lint.h. */
#include "pkg/policy/lint.h"

#include <stdlib.h>

void findings_done(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->items[i].sentence);
		free(f->items[i].closes);
		free(f->items[i].rule);
	}
	free(f->items);
	*f = (struct findings){ 0 };
}
