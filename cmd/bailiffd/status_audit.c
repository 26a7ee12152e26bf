/* SPDX-License-Identifier: Apache-2.0 */
/* status_audit.c - what became of the kernel's events, in the status
 * (docs/http-api.md); see supervisor.h.
 */
#include "cmd/bailiffd/supervisor.h"

#include <string.h>

#include "lib/json.h"
#include "pkg/audit/types.h"

static void number(struct buf *out, const char *name, uint64_t value)
{
	buf_printf(out, "%s\"%s\":%llu",
		   out->len != 0 && out->p[out->len - 1] == '{' ? "" : ",",
		   name, (unsigned long long)value);
}

struct count {
	const char *name;
	uint64_t value;
};

static void numbers(struct buf *out, const struct count *counts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		number(out, counts[i].name, counts[i].value);
}

static bool is_empty(const struct ledger_row *row)
{
	for (size_t what = 0; what < LEDGER_COUNTS; what++)
		if (row->counts[what] != 0)
			return false;
	return true;
}

/* The ledger's rows: a name, null for nobody, "*" for all others. */
static void rows_write(const struct ledger *l, struct buf *out)
{
	const char *sep = "";

	buf_puts(out, ",\"services\":[");
	for (size_t i = 0; i < ledger_rows(l); i++) {
		const struct ledger_row *row = ledger_row(l, i);

		if (is_empty(row))
			continue;
		buf_printf(out, "%s{\"service\":", sep);
		if (i == LEDGER_NOBODY)
			buf_puts(out, "null");
		else
			json_quote(out, span_of(row->name));
		for (size_t what = 0; what < LEDGER_COUNTS; what++)
			number(out, ledger_names[what], row->counts[what]);
		buf_puts(out, "}");
		sep = ",";
	}
	buf_puts(out, "]");
}

static void excluded_write(const struct excludes *all, struct buf *out)
{
	const uint64_t now = clock_boot_ms();

	buf_puts(out, ",\"excluded\":[");
	for (size_t i = 0; i < all->count; i++) {
		const struct exclude *row = &all->rows[i];

		buf_printf(out, "%s{\"service\":\"%s\",\"type\":\"",
			   i ? "," : "", row->service);
		type_print(row->type, out);
		buf_puts(out, "\"");
		number(out, "ses", row->ses);
		number(out, "pid", (uint64_t)row->pid);
		number(out, "remaining_ms",
		       row->end_ms > now ? row->end_ms - now : 0);
		buf_puts(out, "}");
	}
	buf_puts(out, "]");
}

static void trail_write(const struct supervisor *s, struct buf *out)
{
	const struct audit_stats *a = &s->audit_stats;
	/* clang-format off */
	const struct count counts[] = {
		{ "first_seq", a->first_seq },
		{ "last_seq",  a->last_seq },
		{ "bytes_max", a->bytes_max },
		{ "pruned",    a->pruned },
		{ "untaken",   a->untaken },
		{ "dropped",   a->dropped },
	};
	/* clang-format on */

	buf_puts(out, ",\"trail\":{");
	numbers(out, counts, sizeof(counts) / sizeof(counts[0]));
	buf_printf(out, ",\"durability\":\"%s\"}",
		   policy_durability_word(s->info.audit.durability));
}

void status_audit_write(const struct supervisor *s, struct buf *out)
{
	const struct audit_stats *a = &s->audit_stats;
	const struct policy_audit *policy = &s->info.audit;
	/* clang-format off */
	const struct count counts[] = {
		{ "events",		 a->events },
		{ "denied",		 a->denied },
		{ "partial",		 a->partial },
		{ "late",		 a->late },
		{ "suppressed",		 a->suppressed },
		{ "forged",		 a->forged },
		{ "gaps",		 a->gaps },
		{ "kernel_lost",	 s->kernel_lost },
		{ "last_seq",		 a->last_seq },
		{ "rules",		 s->policy_rules },
		{ "drifts",		 s->watch.drifts },
		{ "logins_followed",	 s->follows.count },
		{ "logins_not_followed", s->follows.refused },
		{ "backlog_limit",	 s->audit_posture.backlog_limit },
		{ "backlog_wait_ms",	 policy->backlog_wait_ms },
		{ "budget_denials",	 policy->budget_denials },
		{ "exclusions",		 s->excludes.ever },
	};
	/* clang-format on */

	buf_puts(out, ",\"audit\":{");
	observe_write(s, out);
	buf_printf(out, "\"exit_map\":%s",
		   s->exits.map_fd >= 0 ? "true" : "false");
	numbers(out, counts, sizeof(counts) / sizeof(counts[0]));
	excluded_write(&s->excludes, out);
	rows_write(s->ledger, out);
	buf_puts(out, "}");
	trail_write(s, out);
}
