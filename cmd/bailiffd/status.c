/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - what the supervisor knows, as the JSON of GET /v1/status
 * (docs/http-api.md); see supervisor.h.
 */
#include "cmd/bailiffd/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiffd/bound.h"
#include "cmd/bailiffd/living.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/when.h"
#include "pkg/identity/paths.h"

/* A dead session's file stays this long: its last records may still come. */
#define SESSION_GRACE_MS 60000
/* Loss stays in the counts; a problem it is for as long. */
#define LOSS_RECENT_MS 600000
/* A container that was created and is not started has no receipt yet. */
#define RECEIPT_GRACE_MS 60000

/* ---- sessions ------------------------------------------------------------ */

struct sweep {
	const struct supervisor *s;
	struct living living;
};

static void sweep_one(void *ctx, const struct session *session)
{
	struct sweep *w = ctx;
	char name[16];

	if (clock_boot_ms() - session->started_ms < SESSION_GRACE_MS ||
	    living_pid(&w->living, session) != 0)
		return;
	(void)snprintf(name, sizeof(name), "%u", session->ses);
	(void)unlinkat(w->s->dirs.sessions, name, 0);
	(void)unlinkat(w->s->dirs.receipts, name, 0);
}

void sessions_sweep(struct supervisor *s)
{
	struct sweep w = { .s = s };

	(void)session_each(s->dirs.sessions, sweep_one, &w, NULL);
	living_done(&w.living);
}

/* ---- status -------------------------------------------------------------- */

struct problems {
	char lines[PROBLEMS_MAX][ERR_TEXT_MAX + 128];
	size_t count;
};

__attribute__((format(printf, 2, 3))) static void problem(struct problems *p,
							  const char *fmt, ...)
{
	va_list ap;

	if (p->count == PROBLEMS_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(p->lines[p->count++], sizeof(p->lines[0]), fmt, ap);
	va_end(ap);
}

static enum freshness freshness_of(const struct supervisor *s)
{
	return freshness_judge(&s->clock.now, s->info.expires);
}

void statement_write(const struct supervisor *s, struct buf *out)
{
	const char *tier = posture_tier_word(posture_tier(&s->posture));

	if (s->info.generation == 0) {
		buf_printf(out, "bundle=none rollback=%s tier=%s",
			   dirs_rollback(&s->dirs), tier);
		return;
	}
	buf_printf(out, "bundle=%llu generation=%llu signers=",
		   (unsigned long long)s->info.bundle_version,
		   (unsigned long long)s->info.generation);
	for (size_t i = 0; i < s->info.signer_count; i++)
		buf_printf(out, "%s%s", i ? "," : "", s->info.signers[i]);
	buf_printf(out, " freshness=%s rollback=%s tier=%s",
		   freshness_word(freshness_of(s)), dirs_rollback(&s->dirs),
		   tier);
}

static void time_problems_find(const struct supervisor *s, struct problems *p)
{
	const struct trust_clock *c = &s->clock.now;
	const enum freshness f = freshness_of(s);
	char by[CLOCK_SENTENCE_BYTES], now[WHEN_TEXT], expires[WHEN_TEXT];
	const unsigned long long bundle = s->info.bundle_version;

	clock_sentence(c, by);
	when_format(clock_time(c), now);
	when_format(s->info.expires, expires);
	if (f == FRESHNESS_STALE)
		problem(p,
			"bundle %llu expired at %s, now is %s %s: it stays in "
			"force, a newer one is due%s",
			bundle, expires, now, by,
			s->info.demands.refuses_stale_start
				? ", and no service is started until then"
				: "");
	else if (f == FRESHNESS_UNKNOWN)
		problem(p,
			"nobody knows whether bundle %llu is fresh: the time "
			"is taken %s; set the clock right",
			bundle, by);
	else if (freshness_is_ending(c, s->info.since, s->info.expires))
		problem(p,
			"bundle %llu expires at %s: less than a fifth of its "
			"time is left",
			bundle, expires);
	if (s->info.demands.wants_persistence && !dirs_are_persistent(&s->dirs))
		problem(p, "the policy demands state that outlives a reboot, "
			   "and " PATH_STATE " is in memory: a reload is "
			   "refused");
}

/* A launcher leaves its receipt at once; of a session that is older and has
 * none nobody knows what binds it. */
static void receipts_look(const struct bounds *b, struct problems *p)
{
	const uint64_t now = clock_boot_ms();
	const struct bound *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < b->count; i++) {
		const struct bound *row = &b->items[i];

		if (row->session.number == 0 ||
		    row->session.number == SERVICE_NUMBER_SELF ||
		    row->binding == BINDING_APPLIED ||
		    now - row->session.started_ms < RECEIPT_GRACE_MS)
			continue;
		first = first != NULL ? first : row;
		count++;
	}
	if (first != NULL)
		problem(p,
			"%zu session%s without a launcher's receipt, nobody "
			"knows what binds %s: the first is %s, pid %d",
			count, count == 1 ? "" : "s",
			count == 1 ? "it" : "them", first->session.service,
			first->session.pid);
}

static void problems_find(const struct supervisor *s, const struct bounds *b,
			  struct problems *p)
{
	struct err e = { 0 };

	if (s->info.generation == 0)
		problem(p, "no policy is published: the gate refuses every "
			   "named service");
	if (s->load_error[0] != '\0')
		problem(p, "the bundle at boot was refused: %s", s->load_error);
	if (s->info.generation != 0)
		time_problems_find(s, p);
	if (s->rules_error[0] != '\0')
		problem(p, "audit rules are not installed: %s", s->rules_error);
	if (s->exits_error[0] != '\0')
		problem(p,
			"of processes that are gone only the session tells "
			"whose they were: %s",
			s->exits_error);
	receipts_look(b, p);
	if (passed_problem(s, &e))
		problem(p, "%s", e.text);
	for (size_t i = 0; observe_problem(s, i) != NULL; i++)
		problem(p, "%s", observe_problem(s, i));
	if (s->kernel_lost != 0 &&
	    clock_boot_ms() - s->kernel_lost_ms < LOSS_RECENT_MS)
		problem(p, "the kernel lost %u audit events", s->kernel_lost);
	if (s->audit_stats.dropped != 0)
		problem(p, "the trail could not take %llu events (disk full)",
			(unsigned long long)s->audit_stats.dropped);
	for (size_t i = 0; i < s->excludes.count; i++)
		problem(p,
			"service %s floods: the kernel makes no records of its "
			"denials for %u s",
			s->excludes.rows[i].service, EXCLUDE_MS / 1000);
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (!s->workers[i].is_ready)
			problem(p, "the %s process is not running",
				role_name((enum role)i));
	for (uint32_t i = 0; i < s->ship_stats.count; i++)
		if (!s->ship_stats.rows[i].is_connected)
			problem(p, "collector %s: %s",
				s->ship_stats.rows[i].name,
				s->ship_stats.rows[i].error);
}

static const char *state_word(const struct supervisor *s,
			      const struct problems *p)
{
	if (s->info.generation == 0)
		return "unarmed";
	if (freshness_of(s) == FRESHNESS_STALE)
		return "stale";
	return p->count != 0 ? "degraded" : "enforcing";
}

/* "key":"value", with @before in front. */
static void text_member(struct buf *out, const char *before, const char *key,
			const char *value)
{
	buf_printf(out, "%s\"%s\":", before, key);
	json_quote(out, span_of(value));
}

static void policy_write(const struct supervisor *s, struct buf *out)
{
	char expires[WHEN_TEXT], issued[WHEN_TEXT];

	if (s->info.generation == 0) {
		buf_puts(out, ",\"policy\":null");
		return;
	}
	when_format(s->info.expires, expires);
	when_format(s->info.issued, issued);
	buf_printf(out,
		   ",\"policy\":{\"generation\":%llu,\"bundle\":%llu,"
		   "\"signers\":[",
		   (unsigned long long)s->info.generation,
		   (unsigned long long)s->info.bundle_version);
	for (size_t i = 0; i < s->info.signer_count; i++) {
		buf_puts(out, i ? "," : "");
		json_quote(out, span_of(s->info.signers[i]));
	}
	text_member(out, "],", "expires", expires);
	buf_puts(out, ",\"issued\":");
	if (s->info.issued != 0)
		json_quote(out, span_of(issued));
	else
		buf_puts(out, "null");
	buf_printf(out, ",\"expires_s\":%lld",
		   (long long)(s->info.expires - clock_time(&s->clock.now)));
	text_member(out, ",", "freshness", freshness_word(freshness_of(s)));
	text_member(out, ",", "on_stale",
		    s->info.demands.refuses_stale_start ? "refuse-start"
							: "keep");
	text_member(out, ",", "rollback", dirs_rollback(&s->dirs));
	text_member(out, ",", "rollback_demanded",
		    s->info.demands.wants_persistence ? "persistent"
						      : "image-floor");
	buf_puts(out, "}");
}

static void clock_write(const struct supervisor *s, struct buf *out)
{
	const struct trust_clock *c = &s->clock.now;
	char text[WHEN_TEXT];

	text_member(out, ",\"clock\":{", "source",
		    clock_source_word(c->source));
	when_format(c->system, text);
	text_member(out, ",", "system", text);
	when_format(clock_time(c), text);
	text_member(out, ",", "time", text);
	when_format(clock_floor(c), text);
	text_member(out, ",", "floor", text);
	buf_printf(out, ",\"floor_by\":\"%s\"}",
		   clock_floor(c) == 0	  ? "none"
		   : c->mark >= c->issued ? "mark"
					  : "issued");
}

static void kernel_write(const struct supervisor *s, struct buf *out)
{
	const struct posture *p = &s->posture;
	const enum posture_tier tier = posture_tier(p);
	const char *sentence;

	text_member(out, ",\"kernel\":{", "release",
		    p->facts[FACT_KERNEL].text);
	buf_printf(out, ",\"landlock_abi\":%llu",
		   (unsigned long long)p->facts[FACT_LANDLOCK].number);
	text_member(out, ",", "tier", posture_tier_word(tier));
	text_member(out, ",", "tier_sentence", posture_tier_sentence(tier));
	buf_printf(out, ",\"tier_certain\":%s",
		   posture_tier_is_certain(p) ? "true" : "false");
	for (size_t i = 0; i < FACT_KERNEL_COUNT; i++)
		text_member(out, i == 0 ? ",\"facts\":{" : ",",
			    posture_rows[i].name,
			    posture_state_word(p->facts[i].state));
	buf_puts(out, "},\"not_enforced\":[");
	for (size_t i = 0; (sentence = posture_not_denied(p, i)) != NULL; i++) {
		buf_puts(out, i != 0 ? "," : "");
		json_quote(out, span_of(sentence));
	}
	buf_puts(out, "]}");
}

static void collectors_write(const struct supervisor *s, struct buf *out)
{
	buf_puts(out, ",\"collectors\":[");
	for (uint32_t i = 0; i < s->ship_stats.count; i++) {
		const struct ship_stat *row = &s->ship_stats.rows[i];

		text_member(out, i ? ",{" : "{", "name", row->name);
		text_member(out, ",", "state",
			    row->is_connected ? "connected" : "retrying");
		buf_printf(out, ",\"acked_seq\":%llu,\"error\":",
			   (unsigned long long)row->acked_seq);
		if (row->error[0] != '\0')
			json_quote(out, span_of(row->error));
		else
			buf_puts(out, "null");
		buf_puts(out, "}");
	}
	buf_puts(out, "]");
}

static void workers_write(const struct supervisor *s, struct buf *out)
{
	buf_puts(out, ",\"workers\":[");
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		const struct worker *w = &s->workers[i];

		buf_printf(out,
			   "%s{\"name\":\"%s\",\"pid\":%d,\"ready\":%s,"
			   "\"restarts\":%u}",
			   i ? "," : "", role_name(w->role), w->pid,
			   w->is_ready ? "true" : "false", w->restarts);
	}
	buf_puts(out, "]");
}

/* ,"key":["text",...] */
static void texts_write(struct buf *out, const char *key, char *const *texts)
{
	buf_printf(out, ",\"%s\":[", key);
	for (char *const *text = texts; *text != NULL; text++) {
		buf_puts(out, text != texts ? "," : "");
		json_quote(out, span_of(*text));
	}
	buf_puts(out, "]");
}

/* Where the sessions of @service begin; they are sorted by it. */
static size_t sessions_begin(const struct bounds *b, const char *service)
{
	size_t low = 0, high = b->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (strcmp(b->items[middle].session.service, service) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void sessions_write(const struct bounds *b, const char *service,
			   struct buf *out)
{
	const size_t first = sessions_begin(b, service);

	buf_puts(out, ",\"sessions\":[");
	for (size_t i = first;
	     i < b->count && strcmp(b->items[i].session.service, service) == 0;
	     i++) {
		buf_puts(out, i != first ? "," : "");
		bound_write(&b->items[i], out);
	}
	buf_puts(out, "]");
}

static void service_write(const struct info_service *svc,
			  const struct bounds *b, struct buf *out)
{
	text_member(out, "{", "name", svc->name);
	text_member(out, ",", "role", svc->role);
	texts_write(out, "signers", svc->signers);
	buf_printf(out, ",\"number\":%u,\"withdrawn\":false,\"best_effort\":%s",
		   svc->number, svc->is_best_effort ? "true" : "false");
	texts_write(out, "not_enforced", svc->not_enforced);
	sessions_write(b, svc->name, out);
	buf_puts(out, "}");
}

static bool is_named(const struct supervisor *s, const char *service)
{
	for (size_t i = 0; i < s->info.service_count; i++)
		if (strcmp(s->info.services[i].name, service) == 0)
			return true;
	return false;
}

/* What runs of services that the policy does not name any more. */
static void withdrawn_write(const struct supervisor *s, const struct bounds *b,
			    const char *sep, struct buf *out)
{
	const char *last = "";

	for (size_t i = 0; i < b->count; i++) {
		const struct session *session = &b->items[i].session;

		if (session->number == 0 ||
		    session->number == SERVICE_NUMBER_SELF ||
		    strcmp(session->service, last) == 0)
			continue;
		last = session->service;
		if (is_named(s, last))
			continue;
		buf_puts(out, sep);
		text_member(out, "{", "name", last);
		buf_printf(out,
			   ",\"role\":null,\"signers\":[],\"number\":%u,"
			   "\"withdrawn\":true,\"best_effort\":false,"
			   "\"not_enforced\":[]",
			   session->number);
		sessions_write(b, last, out);
		buf_puts(out, "}");
		sep = ",";
	}
}

static void services_write(const struct supervisor *s, const struct bounds *b,
			   struct buf *out)
{
	buf_puts(out, ",\"services\":[");
	for (size_t i = 0; i < s->info.service_count; i++) {
		buf_puts(out, i ? "," : "");
		service_write(&s->info.services[i], b, out);
	}
	withdrawn_write(s, b, s->info.service_count != 0 ? "," : "", out);
	buf_puts(out, "]");
	plan_write(b, PLAN_PENDING, JSON_MAX * 7 / 8, out);
}

int status_write(struct supervisor *s, struct buf *out)
{
	const struct against against = against_in_force(s);
	struct problems *p = calloc(1, sizeof(*p));
	struct bounds b;
	int r;

	if (p == NULL)
		return -ENOMEM;
	r = bounds_read(s, &against, &b);
	if (r < 0) {
		free(p);
		return r;
	}
	problems_find(s, &b, p);
	text_member(out, "{", "version", BAILIFF_VERSION);
	text_member(out, ",", "node", s->node);
	text_member(out, ",", "boot", s->boot);
	text_member(out, ",", "state", state_word(s, p));
	buf_printf(out, ",\"pid\":%d,\"uptime_ms\":%llu,\"problems\":[",
		   getpid(),
		   (unsigned long long)(clock_boot_ms() - s->start_ms));
	for (size_t i = 0; i < p->count; i++) {
		buf_puts(out, i ? "," : "");
		json_quote(out, span_of(p->lines[i]));
	}
	buf_puts(out, "]");
	free(p);
	policy_write(s, out);
	clock_write(s, out);
	kernel_write(s, out);
	status_audit_write(s, out);
	collectors_write(s, out);
	workers_write(s, out);
	passed_write(s, out);
	services_write(s, &b, out);
	bounds_done(&b);
	buf_puts(out, "}");
	return buf_error(out);
}
