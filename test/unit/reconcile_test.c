/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile_test.c - what the kernel denied against what came. */
#include "test/unit/harness.h"

#include <linux/audit.h>
#include <stdlib.h>

#include "lib/compat.h"
#include "pkg/audit/reconcile.h"

#define STATEMENTS 64

struct said {
	struct reconciler *r;
	size_t count;
	char text[STATEMENTS][256];
	char service[STATEMENTS][64];
};

static void own_take(void *ctx, struct event *ev)
{
	struct said *s = ctx;

	CHECK(s->count < STATEMENTS);
	CHECK(span_eq_str(ev->action, "landlock.reconciled"));
	(void)snprintf(s->service[s->count], 64, "%.*s", SPAN_FMT(ev->service));
	(void)snprintf(s->text[s->count++], 256, "%.*s", SPAN_FMT(ev->text));
}

static void begin(struct said *s)
{
	*s = (struct said){ 0 };
	CHECK_INT(reconciler_new(own_take, s, &s->r), 0);
}

static struct event event_of(uint16_t type, const char *text,
			     const char *service)
{
	struct event ev = { .kind = EVENT_AUDIT,
			    .service = span_of(service),
			    .record_count = 1 };

	ev.records[0] = (struct event_record){ type, span_of(text) };
	return ev;
}

static void denied(struct said *s, uint64_t domain, bool is_whole,
		   uint64_t now_ms)
{
	char text[128];
	struct event ev;

	(void)snprintf(text, sizeof(text),
		       "domain=%llx blockers=fs.read_file path=\"/a\"",
		       (unsigned long long)domain);
	ev = event_of(AUDIT_LANDLOCK_ACCESS, text, "web");
	reconcile_event(s->r, &ev,
			is_whole ? RECONCILE_WHOLE : RECONCILE_COUNTED, now_ms,
			1);
}

static void ended(struct said *s, uint64_t domain, unsigned denials,
		  uint64_t now_ms)
{
	char text[128];
	struct event ev;

	(void)snprintf(text, sizeof(text),
		       "domain=%llx status=deallocated denials=%u",
		       (unsigned long long)domain, denials);
	ev = event_of(AUDIT_LANDLOCK_DOMAIN, text, "");
	reconcile_event(s->r, &ev, RECONCILE_WHOLE, now_ms, 1);
}

TEST(a_domains_denials_are_what_came_whole_and_what_was_counted)
{
	struct said s;

	begin(&s);
	for (int i = 0; i < 5; i++)
		denied(&s, 0x195ba459bULL, i < 3, 1000);
	denied(&s, 0x2, true, 1000);
	ended(&s, 0x195ba459bULL, 5, 1000);
	reconcile_tick(s.r, 1000 + RECONCILE_WAIT_MS, 1);
	CHECK_INT(s.count, 1);
	CHECK_STR(s.service[0], "web");
	CHECK_STR(s.text[0], "domain=195ba459b service=web denials=5 "
			     "delivered=3 suppressed=2 missing=0");
	reconciler_free(s.r);
}

TEST(what_the_trail_could_not_take_is_missing)
{
	struct said s;
	struct event ev = event_of(AUDIT_LANDLOCK_ACCESS,
				   "domain=1 blockers=fs.read_file", "web");

	begin(&s);
	denied(&s, 1, true, 1000);
	reconcile_event(s.r, &ev, RECONCILE_DROPPED, 1000, 1);
	ended(&s, 1, 2, 1000);
	reconcile_tick(s.r, UINT64_MAX, 1);
	CHECK_HAS(s.text[0], "denials=2 delivered=1 suppressed=0 missing=1");
	reconciler_free(s.r);
}

TEST(what_never_came_is_missing)
{
	struct said s;

	begin(&s);
	denied(&s, 1, true, 1000);
	ended(&s, 1, 100, 1000);
	ended(&s, 2, 4, 1000); /* nothing was heard of it */
	reconcile_tick(s.r, 9000, 1);
	CHECK_INT(s.count, 2);
	CHECK_HAS(s.text[0], "denials=100 delivered=1 suppressed=0 missing=99");
	CHECK_HAS(s.text[1], "domain=2 service=- denials=4 delivered=0 "
			     "suppressed=0 missing=4");
	reconciler_free(s.r);
}

TEST(the_statement_waits_for_an_event_that_is_still_open)
{
	struct said s;

	begin(&s);
	denied(&s, 1, true, 1000);
	ended(&s, 1, 2, 1001);
	reconcile_tick(s.r, 1100, 1);
	CHECK_INT(s.count, 0);
	denied(&s, 1, true, 1151);
	reconcile_tick(s.r, 1001 + RECONCILE_WAIT_MS, 1);
	CHECK_INT(s.count, 1);
	CHECK_HAS(s.text[0], "denials=2 delivered=2 suppressed=0 missing=0");
	reconciler_free(s.r);
}

TEST(a_domain_that_was_allocated_has_not_ended)
{
	struct said s;
	struct event ev = event_of(AUDIT_LANDLOCK_DOMAIN,
				   "domain=1 status=allocated mode=enforcing "
				   "pid=9 uid=0 exe=\"/x\" comm=\"x\"",
				   "web");

	begin(&s);
	reconcile_event(s.r, &ev, RECONCILE_WHOLE, 1000, 1);
	reconcile_tick(s.r, UINT64_MAX, 1);
	CHECK_INT(s.count, 0);
	reconciler_free(s.r);
}

TEST(a_restart_says_that_it_does_not_know_everything)
{
	struct said s;
	struct event ev = event_of(AUDIT_LANDLOCK_ACCESS,
				   "domain=1 blockers=fs.read_file", "web");

	begin(&s);
	reconcile_replay(s.r, &ev);
	denied(&s, 1, false, 1000);
	ended(&s, 1, 3, 1000);
	reconcile_tick(s.r, UINT64_MAX, 1);
	CHECK_INT(s.count, 1);
	CHECK_HAS(s.text[0], "denials=3 delivered=1 suppressed=1 missing=1 "
			     "restarted=1");
	reconciler_free(s.r);
}

TEST(a_domain_that_began_after_the_restart_is_known_whole)
{
	struct said s;
	struct event old = event_of(AUDIT_LANDLOCK_ACCESS,
				    "domain=1 blockers=fs.read_file", "web");
	struct event ev = event_of(AUDIT_LANDLOCK_ACCESS,
				   "domain=2 blockers=fs.read_file", "web");

	ev.records[1] = (struct event_record){
		AUDIT_LANDLOCK_DOMAIN,
		span_of("domain=2 status=allocated mode=enforcing pid=9")
	};
	ev.record_count = 2;
	begin(&s);
	reconcile_replay(s.r, &old);
	reconcile_event(s.r, &ev, RECONCILE_WHOLE, 1000, 1);
	ended(&s, 2, 1, 1000);
	reconcile_tick(s.r, UINT64_MAX, 1);
	CHECK_INT(s.count, 1);
	CHECK_STR(s.text[0], "domain=2 service=web denials=1 delivered=1 "
			     "suppressed=0 missing=0");
	reconciler_free(s.r);
}

TEST(many_domains_that_end_at_once_are_stated_together)
{
	struct said s;

	begin(&s);
	for (uint64_t i = 1; i <= 1000; i++) {
		denied(&s, i, true, 1000);
		ended(&s, i, 2, 1000);
	}
	reconcile_tick(s.r, 2000, 1);
	CHECK_INT(s.count, RECONCILE_TELL_MAX);
	reconcile_tick(s.r, 3000, 1);
	CHECK_INT(s.count, RECONCILE_TELL_MAX + 1);
	CHECK_STR(s.text[RECONCILE_TELL_MAX],
		  "domains=968 denials=1936 delivered=968 suppressed=0 "
		  "missing=968");
	reconciler_free(s.r);
}

TEST(more_domains_than_are_kept_drop_the_quietest)
{
	struct said s;

	begin(&s);
	for (uint64_t i = 1; i <= RECONCILE_DOMAINS_MAX; i++)
		denied(&s, i, true, 1000);
	denied(&s, 1, true, 1000);
	denied(&s, RECONCILE_DOMAINS_MAX + 1, true, 1000); /* 2 goes */
	ended(&s, 1, 2, 1000);
	ended(&s, 2, 1, 1000);
	ended(&s, 3, 1, 1000);
	reconcile_tick(s.r, UINT64_MAX, 1);
	CHECK_INT(s.count, 3);
	CHECK_HAS(s.text[0], "domain=1 service=web denials=2 delivered=2");
	for (size_t i = 1; i < 3; i++)
		if (strstr(s.text[i], "domain=2 ") != NULL)
			CHECK_HAS(s.text[i], "missing=1 restarted=1");
	reconciler_free(s.r);
}
