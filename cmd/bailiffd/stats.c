/* SPDX-License-Identifier: Apache-2.0 */
/* stats.c - see stats.h. */
#include "cmd/bailiffd/stats.h"

#include <stddef.h>
#include <string.h>

#include "cmd/bailiffd/wire.h"

static const size_t audit_fields[] = {
	offsetof(struct audit_stats, events),
	offsetof(struct audit_stats, denied),
	offsetof(struct audit_stats, partial),
	offsetof(struct audit_stats, late),
	offsetof(struct audit_stats, suppressed),
	offsetof(struct audit_stats, forged),
	offsetof(struct audit_stats, gaps),
	offsetof(struct audit_stats, dropped),
	offsetof(struct audit_stats, first_seq),
	offsetof(struct audit_stats, last_seq),
	offsetof(struct audit_stats, bytes_max),
	offsetof(struct audit_stats, pruned),
	offsetof(struct audit_stats, untaken),
};
_Static_assert(sizeof(struct audit_stats) ==
		       8 * sizeof(audit_fields) / sizeof(audit_fields[0]),
	       "every field has its row");

void audit_stats_encode(const struct audit_stats *s, struct buf *out)
{
	for (size_t i = 0; i < sizeof(audit_fields) / sizeof(audit_fields[0]);
	     i++) {
		uint64_t v;

		memcpy(&v, (const char *)s + audit_fields[i], sizeof(v));
		buf_u64(out, v);
	}
}

void audit_stats_decode(struct cur *c, struct audit_stats *ret)
{
	for (size_t i = 0; i < sizeof(audit_fields) / sizeof(audit_fields[0]);
	     i++) {
		const uint64_t v = cur_u64(c);

		memcpy((char *)ret + audit_fields[i], &v, sizeof(v));
	}
}

void ledger_encode(const struct ledger *l, size_t first, size_t count,
		   struct buf *out)
{
	buf_u32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		const struct ledger_row *row =
			ledger_row(l, (first + i) % ledger_rows(l));

		buf_blob(out, span_of(row->name));
		for (size_t what = 0; what < LEDGER_COUNTS; what++)
			buf_u64(out, row->counts[what]);
	}
}

void ledger_decode(struct cur *c, struct ledger *l)
{
	const uint32_t count = cur_u32(c);

	if (count > LEDGER_TOLD_MAX)
		c->failed = true;
	for (uint32_t i = 0; i < count && !c->failed; i++) {
		const struct span name = cur_blob(c, LEDGER_NAME_MAX);
		uint64_t counts[LEDGER_COUNTS];

		for (size_t what = 0; what < LEDGER_COUNTS; what++)
			counts[what] = cur_u64(c);
		if (!c->failed && ledger_set(l, name, counts) < 0)
			c->failed = true;
	}
}

void ship_stats_encode(const struct ship_stats *s, struct buf *out)
{
	buf_u32(out, s->count);
	for (uint32_t i = 0; i < s->count; i++) {
		buf_blob(out, span_of(s->rows[i].name));
		buf_u8(out, s->rows[i].is_connected);
		buf_u64(out, s->rows[i].acked_seq);
		buf_blob(out, span_of(s->rows[i].error));
	}
}

static void text_take(struct cur *c, char *to, size_t size)
{
	const struct span s = cur_blob(c, size - 1);

	if (s.len != 0)
		memcpy(to, s.p, s.len);
	to[s.len] = '\0';
}

void ship_stats_decode(struct cur *c, struct ship_stats *ret)
{
	*ret = (struct ship_stats){ .count = cur_u32(c) };
	if (ret->count > SHIP_COLLECTORS_MAX) {
		c->failed = true;
		ret->count = 0;
	}
	for (uint32_t i = 0; i < ret->count; i++) {
		struct ship_stat *row = &ret->rows[i];

		text_take(c, row->name, sizeof(row->name));
		row->is_connected = cur_u8(c) != 0;
		row->acked_seq = cur_u64(c);
		text_take(c, row->error, sizeof(row->error));
	}
}
