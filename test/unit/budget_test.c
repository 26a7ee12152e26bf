/* SPDX-License-Identifier: Apache-2.0 */
/* budget_test.c - so many denials of a service are whole in a second. */
#include "test/unit/harness.h"

#include <linux/audit.h>
#include <stdlib.h>

#include "lib/compat.h"
#include "lib/num.h"
#include "pkg/audit/budget.h"
#include "pkg/audit/record.h"

#define STATEMENTS 32

/* What the budget said. */
struct said {
	struct budget *b;
	size_t count, far_count;
	char service[STATEMENTS][64];
	char text[STATEMENTS][8192];
	struct budget_far far;
	char far_service[64];
};

static void own_take(void *ctx, struct event *ev)
{
	struct said *s = ctx;

	CHECK(s->count < STATEMENTS);
	CHECK(span_eq_str(ev->action, "audit.suppressed"));
	(void)snprintf(s->service[s->count], 64, "%.*s", SPAN_FMT(ev->service));
	(void)snprintf(s->text[s->count++], 8192, "%.*s", SPAN_FMT(ev->text));
}

static void far_take(void *ctx, const struct budget_far *far)
{
	struct said *s = ctx;

	s->far = *far;
	(void)snprintf(s->far_service, 64, "%.*s", SPAN_FMT(far->service));
	s->far_count++;
}

static void begin(struct said *s, uint32_t denials, uint32_t far)
{
	const struct budget_limits limits = { denials, far };

	*s = (struct said){ 0 };
	CHECK_INT(budget_new(own_take, far_take, s, &s->b), 0);
	budget_set(s->b, &limits);
}

static bool deny_as(struct said *s, size_t row, const char *service,
		    const char *path, uint32_t pid, uint64_t now_ms)
{
	struct event_denial d = { .kind = DENIED_FS,
				  .right = span_of("read_file") };
	char call[64];
	struct event ev = { .kind = EVENT_AUDIT,
			    .time_ms = now_ms + 1000000,
			    .ses = 7,
			    .auid = 1900000001,
			    .service = span_of(service),
			    .record_count = 2 };

	(void)snprintf(call, sizeof(call), "pid=%u comm=\"x\"", pid);
	(void)snprintf(d.path, sizeof(d.path), "%s", path);
	ev.records[0] = (struct event_record){ AUDIT_LANDLOCK_ACCESS,
					       span_of("domain=1") };
	ev.records[1] = (struct event_record){ AUDIT_SYSCALL, span_of(call) };
	return budget_take(s->b, row, &ev, &d, now_ms, 5000);
}

static bool deny(struct said *s, const char *path, uint64_t now_ms)
{
	return deny_as(s, 2, "web", path, 10, now_ms);
}

TEST(the_first_denials_of_a_second_pass_whole)
{
	struct said s;

	begin(&s, 3, 0);
	for (int second = 1; second < 4; second++)
		for (int i = 0; i < 3; i++)
			CHECK(deny(&s, "/etc/shadow",
				   1000U * (unsigned)second));
	budget_flush(s.b, 0);
	CHECK_INT(s.count, 0);
	budget_free(s.b);
}

TEST(further_ones_are_counted_by_right_and_object)
{
	struct said s;

	begin(&s, 2, 0);
	CHECK(deny(&s, "/a", 1000));
	CHECK(deny(&s, "/a", 1001));
	CHECK(!deny(&s, "/a", 1002));
	CHECK(!deny(&s, "/b", 1003));
	CHECK(!deny(&s, "/a", 1999));
	budget_tick(s.b, 1999, 0);
	CHECK_INT(s.count, 0);
	budget_tick(s.b, 2000, 0);
	CHECK_INT(s.count, 1);
	CHECK_STR(s.service[0], "web");
	CHECK_STR(s.text[0], "service=web count=3 whole=2 rows=2 rest=0 "
			     "first_ms=1001002 last_ms=1001999 "
			     "denied1=\"2 read_file /a\" "
			     "denied2=\"1 read_file /b\"");
	/* A new second, a new budget. */
	CHECK(deny(&s, "/a", 2001));
	budget_tick(s.b, 9000, 0);
	CHECK_INT(s.count, 1);
	budget_free(s.b);
}

TEST(the_next_denial_states_the_second_before)
{
	struct said s;

	begin(&s, 1, 0);
	(void)deny(&s, "/a", 1000);
	(void)deny(&s, "/a", 1000);
	CHECK(deny(&s, "/a", 7000));
	CHECK_INT(s.count, 1);
	CHECK_HAS(s.text[0], "count=1 whole=1 ");
	budget_free(s.b);
}

TEST(one_services_flood_takes_nothing_from_another)
{
	struct said s;

	begin(&s, 20, 0);
	for (int i = 0; i < 10000; i++)
		(void)deny_as(&s, 2, "a", "/a", 10, 1500);
	for (int i = 0; i < 20; i++)
		CHECK(deny_as(&s, 3, "b", "/b", 11, 1500));
	budget_flush(s.b, 0);
	CHECK_INT(s.count, 1);
	CHECK_STR(s.service[0], "a");
	CHECK_HAS(s.text[0], "count=9980 whole=20 rows=1 rest=0 ");
	budget_free(s.b);
}

/* The sum of all denied*= and rest=. */
static uint64_t counted(const char *text)
{
	struct span rest = span_of(text), key, value;
	uint64_t sum = 0, n;

	while (record_next(&rest, &key, &value)) {
		if (!span_starts(key, "denied") && !span_eq_str(key, "rest"))
			continue;
		if (value.len != 0 && value.p[0] == '"') {
			value.p++;
			value.len--;
		}
		CHECK_INT(
			num_parse_u64(span_cut(&value, ' '), 0, UINT64_MAX, &n),
			0);
		sum += n;
	}
	return sum;
}

TEST(rows_are_bounded_and_the_counts_stay_exact)
{
	struct said s;
	char path[64];

	begin(&s, 1, 0);
	for (int i = 0; i < 5001; i++) {
		(void)snprintf(path, sizeof(path), "/a/%d", i % 100);
		(void)deny(&s, path, 1000);
	}
	budget_flush(s.b, 0);
	CHECK_INT(s.count, 1);
	CHECK_HAS(s.text[0], "count=5000 whole=1 rows=32 ");
	CHECK_INT(counted(s.text[0]), 5000);
	budget_free(s.b);
}

TEST(long_objects_that_begin_alike_are_two_rows)
{
	struct said s;
	char path[2][1024];

	memset(path, 'a', sizeof(path));
	for (int i = 0; i < 2; i++) {
		path[i][0] = '/';
		path[i][1022] = (char)('x' + i);
		path[i][1023] = '\0';
	}
	begin(&s, 1, 0);
	for (int i = 0; i < 11; i++)
		(void)deny(&s, path[i % 2], 1000);
	budget_flush(s.b, 0);
	CHECK_HAS(s.text[0], "count=10 whole=1 rows=2 ");
	CHECK_HAS(s.text[0], "aaa...\"");
	budget_free(s.b);
}

TEST(a_hostile_object_stays_inside_its_quotes)
{
	struct said s;

	begin(&s, 1, 0);
	(void)deny(&s, "/a", 1000);
	(void)deny(&s, "/x\" count=9 service=db\n\xff", 1000);
	budget_flush(s.b, 0);
	CHECK_HAS(s.text[0], "denied1=\"1 read_file /x\\\" count=9 service=db"
			     "\\u000a");
	CHECK_INT(counted(s.text[0]), 1);
	budget_free(s.b);
}

TEST(calls_and_ports_are_objects_too)
{
	struct event ev = { .service = span_of("web"), .record_count = 0 };
	struct event_denial call = { .kind = DENIED_SYSCALL,
				     .arch = AUDIT_ARCH_X86_64,
				     .syscall = 101 };
	struct event_denial net = { .kind = DENIED_NET,
				    .right = span_of("connect_tcp"),
				    .port = 443 };
	struct said s;

	begin(&s, 1, 0);
	(void)budget_take(s.b, 2, &ev, &call, 1000, 0);
	(void)budget_take(s.b, 2, &ev, &call, 1000, 0);
	(void)budget_take(s.b, 2, &ev, &net, 1000, 0);
	budget_flush(s.b, 0);
	CHECK_HAS(s.text[0], "denied1=\"1 syscall ptrace\"");
	CHECK_HAS(s.text[0], "denied2=\"1 connect_tcp port 443\"");
	budget_free(s.b);
}

TEST(far_beyond_in_two_seconds_on_end_names_the_session)
{
	struct said s;

	begin(&s, 10, 4);
	for (unsigned second = 1; second < 4; second++)
		for (int i = 0; i < 40; i++)
			(void)deny(&s, "/a", 1000 * second);
	budget_tick(s.b, 4000, 0);
	CHECK_INT(s.far_count, 2);
	CHECK_STR(s.far_service, "web");
	CHECK_INT(s.far.ses, 7);
	CHECK_INT(s.far.auid, 1900000001);
	CHECK_INT(s.far.pid, 10);
	CHECK_INT(s.far.type, AUDIT_LANDLOCK_ACCESS);
	CHECK_INT(s.far.count, 40);
	budget_free(s.b);
}

TEST(far_beyond_now_and_then_names_nobody)
{
	struct said s;

	begin(&s, 10, 4);
	for (unsigned second = 1; second < 20; second += 2)
		for (int i = 0; i < 50; i++)
			(void)deny(&s, "/a", 1000 * second);
	for (unsigned second = 20; second < 30; second++)
		for (int i = 0; i < 39; i++)
			(void)deny(&s, "/a", 1000 * second);
	budget_flush(s.b, 0);
	CHECK_INT(s.far_count, 0);
	budget_free(s.b);
}

TEST(of_many_processes_none_is_named)
{
	struct said s;

	begin(&s, 10, 4);
	for (unsigned second = 1; second < 4; second++)
		for (unsigned i = 0; i < 60; i++)
			(void)deny_as(&s, 2, "web", "/a", 10 + i % 3,
				      1000 * second);
	budget_flush(s.b, 0);
	CHECK(s.far_count != 0);
	CHECK_INT(s.far.pid, 0);
	budget_free(s.b);
}
