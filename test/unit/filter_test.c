/* SPDX-License-Identifier: Apache-2.0 */
/* filter_test.c - which events a reader wants, and times as people write them.
 */
#include "test/unit/harness.h"

#include <libaudit.h>

#include "lib/compat.h"
#include "lib/when.h"
#include "pkg/audit/filter.h"

#define NOW 1795296627324ULL /* 2026-11-21T21:30:27.324Z */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

TEST(a_time_is_understood_as_people_write_it)
{
	static const struct {
		const char *text;
		uint64_t want; /* 0: refused */
	} rows[] = {
		/* clang-format off */
		{ "now",                      NOW },
		{ "2026-11-21T23:30:27Z",     1795303827000 },
		{ "2026-11-21T23:30:27",      1795303827000 },
		{ "2026-11-21 23:30:27",      1795303827000 },
		{ "2026-11-21 23:30:27.324",  1795303827324 },
		{ "2026-11-21T23:30:27.324Z", 1795303827324 },
		{ "2026-11-21T23:30",         1795303800000 },
		{ "2026-11-21",               1795219200000 },
		{ "08:30",                    1795249800000 },
		{ "08:30:15",                 1795249815000 },
		{ "@1795296627",              1795296627000 },
		{ "@1795296627.324",          NOW },
		{ "30s",                      NOW - 30000 },
		{ "15m",                      NOW - 900000 },
		{ "2h",                       NOW - 7200000 },
		{ "1d",                       NOW - 86400000 },
		{ "",                         0 },
		{ "m",                        0 },
		{ "1w",                       0 },
		{ "-1m",                      0 },
		{ "99999999999d",             0 },
		{ "2026-02-30",               0 },
		{ "2026-11-21T24:00",         0 },
		{ "2026-11-21x23:30:27",      0 },
		{ "2026-11-21T23:30:27.3",    0 },
		{ "2026-11-21T23:30:27+01:00", 0 },
		{ "8:30",                     0 },
		{ "25:00",                    0 },
		{ "1969-12-31",               0 },
		{ "@",                        0 },
		{ "@-1",                      0 },
		{ "@99999999999999999999",    0 },
		{ "yesterday",                0 },
		{ "2026",                     0 },
		/* clang-format on */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t got = 0;
		const int r = when_about(span_of(rows[i].text), NOW, &got);

		if (got != rows[i].want || (r == 0) != (rows[i].want != 0))
			test_fail(__FILE__, __LINE__, "\"%s\": %d, %llu",
				  rows[i].text, r, (unsigned long long)got);
	}
}

static void record_add(struct event *ev, uint16_t type, const char *text)
{
	ev->records[ev->record_count++] =
		(struct event_record){ type, span_of(text) };
}

/* Whether an event passes one condition, which must be a good one. */
static bool passes(const struct event *ev, const char *name, const char *value)
{
	struct event_filter f = { 0 };
	struct err e = { 0 };

	if (event_filter_set(&f, name, span_of(value), NOW, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s=%s: %s", name, value, e.text);
	return event_filter_passes(&f, ev);
}

static const struct event *opening(void)
{
	static struct event ev;

	ev = (struct event){
		.kind = EVENT_AUDIT,
		.time_ms = NOW,
		.service = span_of("nginx"),
	};
	record_add(&ev, AUDIT_SYSCALL,
		   "arch=c000003e syscall=257 success=no exit=-13 "
		   "comm=\"key=\" key=6574630162");
	record_add(&ev, AUDIT_PATH, "item=0 name=\"/etc/shadow\"");
	return &ev;
}

TEST(an_event_passes_what_it_has_and_nothing_else)
{
	static const struct {
		const char *name, *value;
		bool want;
	} rows[] = {
		/* clang-format off */
		{ "service", "nginx",            true },
		{ "service", "nginx2",           false },
		{ "service", "-",                false },
		{ "service", "",                 true },
		{ "type",    "PATH",             true },
		{ "type",    "1302",             true },
		{ "type",    "AVC,PATH",         true },
		{ "type",    "AVC",              false },
		{ "type",    "UNKNOWN[1999]",    false },
		{ "type",    "BAILIFF",          false },
		{ "key",     "etc",              true },
		{ "key",     "b",                true },
		{ "key",     "et",               false },
		{ "key",     "6574630162",       false },
		{ "outcome", "failure",          true },
		{ "outcome", "success",          false },
		{ "outcome", "unknown",          false },
		{ "since",   "now",              true },
		{ "since",   "@1795296628",      false },
		{ "until",   "now",              false },
		{ "until",   "@1795296628",      true },
		/* clang-format on */
	};
	const struct event *ev = opening();

	for (size_t i = 0; i < COUNT(rows); i++)
		if (passes(ev, rows[i].name, rows[i].value) != rows[i].want)
			test_fail(__FILE__, __LINE__, "%s=%s", rows[i].name,
				  rows[i].value);
}

TEST(all_conditions_of_a_filter_hold)
{
	struct event_filter f = { .wants_denied = true };
	struct event_filter none = { 0 };
	static struct event ev;

	ev = *opening();
	CHECK(event_filter_passes(&none, &ev));
	CHECK(!event_filter_passes(&f, &ev));
	record_add(&ev, AUDIT_LANDLOCK_ACCESS,
		   "domain=1 blockers=fs.read_file path=\"/etc/shadow\"");
	CHECK(event_filter_passes(&f, &ev));
	CHECK_INT(event_filter_set(&f, "service", span_of("sshd"), NOW, NULL),
		  0);
	CHECK(!event_filter_passes(&f, &ev));
}

TEST(what_user_space_wrote_is_no_key_and_no_outcome)
{
	static struct event ev;

	ev = (struct event){ .kind = EVENT_AUDIT };
	record_add(&ev, AUDIT_USER_LOGIN,
		   "pid=1 uid=0 msg='op=login key=\"etc\" res=success'");
	CHECK(!passes(&ev, "key", "etc"));
	CHECK(passes(&ev, "outcome", "unknown"));
	CHECK(passes(&ev, "service", "-"));
}

TEST(own_events_and_checkpoints_are_chosen_by_name)
{
	static struct event own;
	struct event_filter f = { .hides_checkpoints = true };

	own = (struct event){ .kind = EVENT_OWN,
			      .action = span_of("trail.checkpoint") };
	CHECK(passes(&own, "type", "BAILIFF"));
	CHECK(passes(&own, "type", "AVC,BAILIFF"));
	CHECK(!passes(&own, "type", "AVC"));
	CHECK(!event_filter_passes(&f, &own));
	CHECK(!passes(&own, "until", "now") && !passes(&own, "since", "now"));
	own.action = span_of("identity.forged");
	CHECK(event_filter_passes(&f, &own));
}

TEST(a_filter_that_says_nothing_sensible_is_refused_in_a_sentence)
{
	static const struct {
		const char *name, *value, *part;
	} rows[] = {
		{ "type", "SYSCALLS", "\"SYSCALLS\" is no record type" },
		{ "type", "", "\"\" is no record type" },
		{ "type", "AVC,,PATH", "\"\" is no record type" },
		{ "type", "70000", "is no record type" },
		{ "outcome", "denied", "success, failure or unknown" },
		{ "since", "soon", "since: \"soon\" is no time" },
		{ "until", "soon", "until: \"soon\" is no time" },
		{ "service",
		  "0123456789012345678901234567890123456789012345678901234567"
		  "890123456789",
		  "longer than 63 bytes" },
	};
	struct event_filter f = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_INT(event_filter_set(&f, rows[i].name,
					   span_of(rows[i].value), NOW, &e),
			  -EINVAL);
		CHECK_HAS(e.text, rows[i].part);
		e = (struct err){ 0 };
	}
	CHECK_INT(event_filter_set(&f, "colour", span_of("red"), NOW, &e),
		  -ENOENT);
}
