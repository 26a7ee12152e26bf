/* SPDX-License-Identifier: Apache-2.0 */
/* freshness_test.c - what may be believed of time. */
#include "test/unit/harness.h"

#include "pkg/trust/freshness.h"

#define NOW 1800000000 /* January 2027 */
#define DAY 86400

static const struct trust_clock sound = { .system = NOW,
					  .source = CLOCK_SYNCHRONISED,
					  .mark = NOW - 3600,
					  .issued = NOW - 2 * DAY };

static enum freshness judge(struct trust_clock c, enum clock_source source,
			    int64_t system, int64_t expires)
{
	c.source = source;
	c.system = system;
	return freshness_judge(&c, expires);
}

TEST(time_is_the_clock_and_never_below_the_floor)
{
	struct trust_clock c = sound;

	CHECK_INT(clock_time(&c), NOW);
	c.system = 0;
	CHECK_INT(clock_time(&c), NOW - 3600);
	c.mark = 0;
	CHECK_INT(clock_time(&c), NOW - 2 * DAY);
	c.issued = 0;
	CHECK_INT(clock_time(&c), 0);
}

TEST(a_clock_that_somebody_vouches_for_decides)
{
	for (int s = CLOCK_SYNCHRONISED; s < CLOCK_UNKNOWN; s++) {
		const enum clock_source source = (enum clock_source)s;

		CHECK_INT(judge(sound, source, NOW, NOW + 1), FRESHNESS_FRESH);
		CHECK_INT(judge(sound, source, NOW, NOW), FRESHNESS_STALE);
	}
}

TEST(a_clock_that_nobody_vouches_for_decides_nothing)
{
	CHECK_INT(judge(sound, CLOCK_UNKNOWN, NOW, NOW + DAY),
		  FRESHNESS_UNKNOWN);
	CHECK_INT(judge(sound, CLOCK_UNKNOWN, NOW + 30 * DAY, NOW + DAY),
		  FRESHNESS_UNKNOWN);
}

TEST(what_expired_at_the_floor_is_stale_by_any_clock)
{
	for (int s = CLOCK_SYNCHRONISED; s <= CLOCK_UNKNOWN; s++)
		CHECK_INT(judge(sound, (enum clock_source)s, 0, NOW - 3600),
			  FRESHNESS_STALE);
}

TEST(a_clock_below_the_floor_is_not_believed_but_a_little_skew_is)
{
	CHECK_INT(judge(sound, CLOCK_SYNCHRONISED, NOW - 2 * DAY, NOW + DAY),
		  FRESHNESS_UNKNOWN);
	CHECK_INT(judge(sound, CLOCK_SYNCHRONISED, NOW - 3600 - CLOCK_SKEW,
			NOW + DAY),
		  FRESHNESS_FRESH);
	CHECK_INT(judge(sound, CLOCK_SYNCHRONISED, NOW - 3601 - CLOCK_SKEW,
			NOW + DAY),
		  FRESHNESS_UNKNOWN);
}

TEST(the_warning_begins_with_the_last_fifth)
{
	struct trust_clock c = sound;

	CHECK(!freshness_is_ending(&c, NOW - 80, NOW + 20));
	c.system++;
	CHECK(freshness_is_ending(&c, NOW - 80, NOW + 20));
}

TEST(only_a_synchronised_clock_leaves_a_mark)
{
	struct trust_clock c = sound;

	CHECK(clock_mark_is_due(&c, 3600));
	CHECK(!clock_mark_is_due(&c, 3601));
	for (int s = CLOCK_RTC; s <= CLOCK_UNKNOWN; s++) {
		c.source = (enum clock_source)s;
		CHECK(!clock_mark_is_due(&c, 0));
	}
}

TEST(neither_1970_nor_a_far_future_leaves_a_mark)
{
	struct trust_clock c = { .source = CLOCK_SYNCHRONISED };

	CHECK(!clock_mark_is_due(&c, 0));
	c.system = CLOCK_MARK_MAX + 1;
	CHECK(!clock_mark_is_due(&c, 0));
	c.system = sound.issued + CLOCK_MARK_LEAP + 1;
	CHECK(clock_mark_is_due(&c, 0));
	c.issued = sound.issued;
	CHECK(!clock_mark_is_due(&c, 0));
}

TEST(a_mark_is_read_back_as_it_was_written)
{
	int64_t mark = 0;
	struct buf b;

	buf_init(&b, CLOCK_MARK_TEXT_MAX);
	clock_mark_format(NOW, &b);
	CHECK_INT(clock_mark_parse(buf_view(&b), &mark, NULL), 0);
	CHECK_INT(mark, NOW);
	buf_done(&b);
}

TEST(a_damaged_or_absurd_mark_is_not_read)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {
		{ "", -EBADMSG },
		{ "\n", -EBADMSG },
		{ "2027-01-15T08:00:00Z", -EBADMSG },
		{ "2027-01-15T08:00:00Z\n\n", -EBADMSG },
		{ "1800000000\n", -EBADMSG },
		{ "2027-02-30T08:00:00Z\n", -EBADMSG },
		{ "1970-01-01T00:00:00Z\n", -ERANGE },
		{ "2024-12-31T23:59:59Z\n", -ERANGE },
		{ "2100-01-01T00:00:01Z\n", -ERANGE },
		{ "9999-12-31T23:59:59Z\n", -ERANGE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		int64_t mark = 7;

		CHECK_INT(clock_mark_parse(span_of(rows[i].text), &mark, &e),
			  rows[i].want);
		CHECK_INT(mark, 7);
		CHECK(e.text[0] != '\0');
	}
}
