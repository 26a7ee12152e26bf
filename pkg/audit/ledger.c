/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - see ledger.h. */
#include "pkg/audit/ledger.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/num.h"

#define SLOTS 4096 /* a power of two, over twice the rows */

const char *const ledger_names[LEDGER_COUNTS] = {
	[LEDGER_EVENTS] = "events",   [LEDGER_DENIED] = "denied",
	[LEDGER_PARTIAL] = "partial", [LEDGER_LATE] = "late",
	[LEDGER_FORGED] = "forged",   [LEDGER_SUPPRESSED] = "suppressed",
	[LEDGER_DROPPED] = "dropped", [LEDGER_PRUNED] = "pruned",
};

struct ledger {
	struct ledger_row *rows; /* owned */
	bool *is_changed;	 /* owned; one a row */
	size_t count, rows_cap, changed_cap;
	size_t changed;	       /* how many are */
	size_t next;	       /* where the next statement begins to look */
	size_t last;	       /* found last: events come in runs */
	uint16_t slots[SLOTS]; /* row number + 1, by the name's hash */
	uint64_t total[LEDGER_COUNTS];
};

static size_t slot_of(struct span name)
{
	uint32_t h = 2166136261U; /* FNV-1a */

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (uint8_t)name.p[i]) * 16777619U;
	return (h ^ h >> 15) & (SLOTS - 1);
}

/* The slot of @name, or the empty one where it belongs. */
static uint16_t *slot_find(struct ledger *l, struct span name)
{
	size_t i = slot_of(name);

	while (l->slots[i] != 0 &&
	       !span_eq_str(name, l->rows[l->slots[i] - 1].name))
		i = (i + 1) & (SLOTS - 1);
	return &l->slots[i];
}

/* Fit for a line of words; the registry takes fewer bytes still. */
static bool is_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~')
			return false;
	return name.len <= LEDGER_NAME_MAX;
}

static int row_append(struct ledger *l, struct span name, uint16_t *slot)
{
	struct err e;
	struct ledger_row *row;
	int r = array_room((void **)&l->rows, l->count, &l->rows_cap,
			   sizeof(*l->rows), LEDGER_ROWS_MAX, "rows", &e);

	if (r == 0)
		r = array_room((void **)&l->is_changed, l->count,
			       &l->changed_cap, sizeof(*l->is_changed),
			       LEDGER_ROWS_MAX, "rows", &e);
	if (r < 0)
		return r;
	row = &l->rows[l->count];
	*row = (struct ledger_row){ 0 };
	memcpy(row->name, name.p, name.len);
	l->is_changed[l->count] = false;
	*slot = (uint16_t)++l->count;
	return 0;
}

int ledger_new(struct ledger **ret)
{
	static const char *const fixed[] = {
		[LEDGER_NOBODY] = "-", [LEDGER_OTHERS] = "*"
	};
	struct ledger *l = calloc(1, sizeof(*l));
	int r = l == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < 2 && r == 0; i++) {
		const struct span name = span_of(fixed[i]);

		r = row_append(l, name, slot_find(l, name));
	}
	if (r < 0) {
		ledger_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

void ledger_free(struct ledger *l)
{
	if (l == NULL)
		return;
	free(l->rows);
	free(l->is_changed);
	free(l);
}

size_t ledger_find(struct ledger *l, struct span service)
{
	uint16_t *slot;

	if (service.len == 0)
		return LEDGER_NOBODY;
	if (span_eq_str(service, l->rows[l->last].name))
		return l->last;
	slot = slot_find(l, service);
	if (*slot == 0 &&
	    (!is_name(service) || row_append(l, service, slot) < 0))
		return LEDGER_OTHERS;
	l->last = *slot - 1U;
	return l->last;
}

int ledger_set(struct ledger *l, struct span service,
	       const uint64_t counts[LEDGER_COUNTS])
{
	const size_t row = ledger_find(l, service);

	if (row == LEDGER_OTHERS && !span_eq_str(service, "*"))
		return is_name(service) ? -E2BIG : -EBADMSG;
	for (size_t i = 0; i < LEDGER_COUNTS; i++) {
		l->total[i] += counts[i] - l->rows[row].counts[i];
		l->rows[row].counts[i] = counts[i];
	}
	return 0;
}

static void change_mark(struct ledger *l, size_t row)
{
	l->changed += !l->is_changed[row];
	l->is_changed[row] = true;
}

void ledger_add(struct ledger *l, size_t row, enum ledger_count what,
		uint64_t n)
{
	if (n == 0)
		return;
	l->rows[row].counts[what] += n;
	l->total[what] += n;
	change_mark(l, row);
}

void ledger_take_back(struct ledger *l, size_t row, enum ledger_count what,
		      uint64_t n)
{
	uint64_t *count = &l->rows[row].counts[what];

	if (n > *count)
		n = *count;
	*count -= n;
	l->total[what] -= n;
	change_mark(l, row);
}

void ledger_restate(struct ledger *l)
{
	for (size_t i = 0; i < l->count; i++)
		change_mark(l, i);
}

size_t ledger_rows(const struct ledger *l)
{
	return l->count;
}

const struct ledger_row *ledger_row(const struct ledger *l, size_t row)
{
	return &l->rows[row];
}

const uint64_t *ledger_total(const struct ledger *l)
{
	return l->total;
}

/* ---- statements -----------------------------------------------------------
 */

static void row_state(const struct ledger_row *row, struct buf *out)
{
	buf_puts(out, "service ");
	buf_puts(out, row->name);
	for (size_t i = 0; i < LEDGER_COUNTS; i++)
		buf_printf(out, " %s=%llu", ledger_names[i],
			   (unsigned long long)row->counts[i]);
	buf_puts(out, "\n");
}

void ledger_state(struct ledger *l, struct buf *out)
{
	size_t stated = 0;

	for (size_t i = 0; i < l->count && l->changed != 0; i++) {
		const size_t row = (l->next + i) % l->count;

		if (!l->is_changed[row])
			continue;
		if (stated++ == LEDGER_STATED_MAX) {
			l->next = row;
			return;
		}
		row_state(&l->rows[row], out);
		l->is_changed[row] = false;
		l->changed--;
	}
}

/* "NAME=N" with this name. */
static bool count_read(struct span *rest, const char *name, uint64_t *ret)
{
	struct span word = span_cut(rest, ' ');
	const struct span key = span_cut(&word, '=');

	return span_eq_str(key, name) &&
	       num_parse_u64(word, 0, UINT64_MAX, ret) == 0;
}

int ledger_restore(struct ledger *l, struct span line)
{
	uint64_t counts[LEDGER_COUNTS];
	struct span name;

	if (!span_eq_str(span_cut(&line, ' '), "service"))
		return -EBADMSG;
	name = span_cut(&line, ' ');
	for (size_t i = 0; i < LEDGER_COUNTS; i++)
		if (!count_read(&line, ledger_names[i], &counts[i]))
			return -EBADMSG;
	if (line.len != 0 || name.len == 0)
		return -EBADMSG;
	return ledger_set(l, name, counts) < 0 ? -EBADMSG : 0;
}
