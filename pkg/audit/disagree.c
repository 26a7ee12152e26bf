/* SPDX-License-Identifier: Apache-2.0 */
/* disagree.c - see disagree.h. */
#include "pkg/audit/disagree.h"

#include <string.h>

static bool is_same(const struct disagreement *a, const struct disagreement *b)
{
	return a->ses == b->ses && a->by == b->by &&
	       a->other_by == b->other_by &&
	       strcmp(a->service, b->service) == 0 &&
	       strcmp(a->other, b->other) == 0;
}

/* The row of @what, or one for it. */
static size_t row_of(struct disagreements *d, const struct disagreement *what)
{
	size_t oldest = 0;

	for (size_t i = 0; i < d->count; i++) {
		if (is_same(&d->rows[i].what, what))
			return i;
		if (d->rows[i].due_ms < d->rows[oldest].due_ms)
			oldest = i;
	}
	if (d->count < DISAGREE_MAX)
		oldest = d->count++;
	d->dropped += d->rows[oldest].what.count;
	d->rows[oldest].what = *what;
	d->rows[oldest].what.count = 0;
	d->rows[oldest].due_ms = 0;
	return oldest;
}

bool disagree_note(struct disagreements *d, struct disagreement *what,
		   uint64_t now_ms)
{
	const size_t i = row_of(d, what);
	struct disagreement *row = &d->rows[i].what;

	row->pid = what->pid;
	row->count++;
	if (now_ms < d->rows[i].due_ms)
		return false;
	what->count = row->count;
	row->count = 0;
	d->rows[i].due_ms = now_ms + DISAGREE_EVERY_MS;
	return true;
}

bool disagree_due(struct disagreements *d, uint64_t now_ms,
		  struct disagreement *ret)
{
	for (size_t i = 0; i < d->count; i++) {
		struct disagreement *row = &d->rows[i].what;

		if (row->count == 0 || now_ms < d->rows[i].due_ms)
			continue;
		*ret = *row;
		row->count = 0;
		d->rows[i].due_ms = now_ms + DISAGREE_EVERY_MS;
		return true;
	}
	return false;
}
