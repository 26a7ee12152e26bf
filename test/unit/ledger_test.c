/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_test.c - what became of events, by service. */
#include "test/unit/harness.h"

#include <stdlib.h>

#include "pkg/audit/ledger.h"

static struct ledger *begin(void)
{
	struct ledger *l;

	CHECK_INT(ledger_new(&l), 0);
	return l;
}

static uint64_t count(struct ledger *l, const char *service,
		      enum ledger_count what)
{
	return ledger_row(l, ledger_find(l, span_of(service)))->counts[what];
}

/* Does the sum over the rows equal the total? */
static bool is_balanced(const struct ledger *l)
{
	for (size_t what = 0; what < LEDGER_COUNTS; what++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < ledger_rows(l); i++)
			sum += ledger_row(l, i)->counts[what];
		if (sum != ledger_total(l)[what])
			return false;
	}
	return true;
}

TEST(a_service_has_one_row_however_often_it_is_found)
{
	struct ledger *l = begin();
	const size_t web = ledger_find(l, span_of("web"));
	const size_t db = ledger_find(l, span_of("db"));

	CHECK(web != db && web > LEDGER_OTHERS && db > LEDGER_OTHERS);
	CHECK_INT(ledger_find(l, span_of("web")), web);
	CHECK_INT(ledger_find(l, (struct span){ 0 }), LEDGER_NOBODY);
	ledger_add(l, web, LEDGER_EVENTS, 3);
	ledger_add(l, db, LEDGER_EVENTS, 2);
	ledger_add(l, web, LEDGER_SUPPRESSED, 7);
	CHECK_INT(count(l, "web", LEDGER_EVENTS), 3);
	CHECK_INT(count(l, "db", LEDGER_EVENTS), 2);
	CHECK_INT(ledger_total(l)[LEDGER_EVENTS], 5);
	CHECK(is_balanced(l));
	ledger_free(l);
}

TEST(what_is_taken_back_is_never_more_than_was_there)
{
	struct ledger *l = begin();
	const size_t web = ledger_find(l, span_of("web"));

	ledger_add(l, web, LEDGER_EVENTS, 3);
	ledger_take_back(l, web, LEDGER_EVENTS, 1);
	CHECK_INT(count(l, "web", LEDGER_EVENTS), 2);
	ledger_take_back(l, web, LEDGER_EVENTS, 9);
	CHECK_INT(count(l, "web", LEDGER_EVENTS), 0);
	CHECK(is_balanced(l));
	ledger_free(l);
}

TEST(services_beyond_the_limit_share_a_row_and_nothing_is_lost)
{
	struct ledger *l = begin();
	char name[32];

	for (int i = 0; i < LEDGER_SERVICES_MAX + 100; i++) {
		(void)snprintf(name, sizeof(name), "service-%d", i);
		ledger_add(l, ledger_find(l, span_of(name)), LEDGER_EVENTS, 1);
	}
	CHECK_INT(ledger_rows(l), LEDGER_SERVICES_MAX + 2);
	CHECK_INT(ledger_row(l, LEDGER_OTHERS)->counts[LEDGER_EVENTS], 100);
	CHECK_INT(ledger_total(l)[LEDGER_EVENTS], LEDGER_SERVICES_MAX + 100);
	CHECK_INT(count(l, "service-0", LEDGER_EVENTS), 1);
	CHECK(is_balanced(l));
	ledger_free(l);
}

TEST(a_name_that_no_line_can_hold_has_no_row)
{
	struct ledger *l = begin();
	char longer[LEDGER_NAME_MAX + 2];

	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	CHECK_INT(ledger_find(l, span_of(longer)), LEDGER_OTHERS);
	CHECK_INT(ledger_find(l, span_of("two words")), LEDGER_OTHERS);
	CHECK_INT(ledger_find(l, span_of("new\nline")), LEDGER_OTHERS);
	CHECK_INT(ledger_find(l, (struct span){ "nu\0l", 4 }), LEDGER_OTHERS);
	longer[LEDGER_NAME_MAX] = '\0';
	CHECK(ledger_find(l, span_of(longer)) > LEDGER_OTHERS);
	ledger_free(l);
}

TEST(a_statement_has_the_rows_that_changed_and_only_those)
{
	struct ledger *l = begin();
	struct buf out;

	buf_init(&out, 65536);
	ledger_state(l, &out);
	CHECK_INT(out.len, 0);
	ledger_add(l, ledger_find(l, span_of("web")), LEDGER_EVENTS, 5);
	ledger_add(l, ledger_find(l, span_of("web")), LEDGER_DENIED, 2);
	ledger_add(l, LEDGER_NOBODY, LEDGER_LATE, 1);
	ledger_state(l, &out);
	CHECK_STR(buf_cstr(&out),
		  "service - events=0 denied=0 partial=0 late=1 forged=0 "
		  "suppressed=0 dropped=0 pruned=0\n"
		  "service web events=5 denied=2 partial=0 late=0 forged=0 "
		  "suppressed=0 dropped=0 pruned=0\n");
	buf_reset(&out);
	ledger_state(l, &out);
	CHECK_INT(out.len, 0);
	ledger_add(l, LEDGER_NOBODY, LEDGER_EVENTS, 0);
	ledger_state(l, &out);
	CHECK_INT(out.len, 0);
	buf_done(&out);
	ledger_free(l);
}

static size_t lines(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->p[i] == '\n';
	return n;
}

TEST(a_long_statement_is_continued_with_the_next_one)
{
	struct ledger *l = begin(), *again = begin();
	struct buf out;
	struct span rest;
	char name[32];
	size_t all = 0;

	for (int i = 0; i < 600; i++) {
		(void)snprintf(name, sizeof(name), "s%d", i);
		ledger_add(l, ledger_find(l, span_of(name)), LEDGER_EVENTS,
			   (uint64_t)i + 1);
	}
	buf_init(&out, 1U << 20);
	for (int i = 0; i < 3; i++) {
		const size_t before = lines(&out);

		ledger_state(l, &out);
		CHECK(lines(&out) - before <= LEDGER_STATED_MAX);
	}
	CHECK_INT(lines(&out), 600);
	for (rest = buf_view(&out); rest.len != 0; all++)
		CHECK_INT(ledger_restore(again, span_cut(&rest, '\n')), 0);
	CHECK_INT(all, 600);
	CHECK_INT(ledger_total(again)[LEDGER_EVENTS], 600 * 601 / 2);
	CHECK(is_balanced(again));
	buf_done(&out);
	ledger_free(l);
	ledger_free(again);
}

TEST(a_ledger_is_read_back_from_its_statements)
{
	struct ledger *l = begin();

	CHECK_INT(ledger_restore(
			  l, span_of("service web events=5 denied=2 partial=0 "
				     "late=0 forged=0 suppressed=9 dropped=0 "
				     "pruned=0")),
		  0);
	CHECK_INT(count(l, "web", LEDGER_SUPPRESSED), 9);
	/* A later line says all of it again. */
	CHECK_INT(ledger_restore(
			  l, span_of("service web events=6 denied=2 partial=0 "
				     "late=0 forged=0 suppressed=9 dropped=0 "
				     "pruned=0")),
		  0);
	CHECK_INT(count(l, "web", LEDGER_EVENTS), 6);
	CHECK_INT(ledger_total(l)[LEDGER_EVENTS], 6);
	CHECK(is_balanced(l));
	ledger_free(l);
}

TEST(what_is_not_a_line_of_a_ledger_changes_nothing)
{
	static const char *const bad[] = {
		"",
		"service",
		"service web",
		"service web events=1",
		"services web events=1 denied=0 partial=0 late=0 forged=0 "
		"suppressed=0 dropped=0 pruned=0",
		"service web events=-1 denied=0 partial=0 late=0 forged=0 "
		"suppressed=0 dropped=0 pruned=0",
		"service web denied=1 events=0 partial=0 late=0 forged=0 "
		"suppressed=0 dropped=0 pruned=0",
		"service web events=1 denied=0 partial=0 late=0 forged=0 "
		"suppressed=0 dropped=0 pruned=0 more=1",
		"service  events=1 denied=0 partial=0 late=0 forged=0 "
		"suppressed=0 dropped=0 pruned=0",
		"service w\001b events=1 denied=0 partial=0 late=0 forged=0 "
		"suppressed=0 dropped=0 pruned=0",
	};
	struct ledger *l = begin();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(ledger_restore(l, span_of(bad[i])), -EBADMSG);
	CHECK_INT(ledger_total(l)[LEDGER_EVENTS], 0);
	CHECK_INT(ledger_rows(l), 2);
	ledger_free(l);
}
