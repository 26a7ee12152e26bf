/* SPDX-License-Identifier: Apache-2.0 */
/* freshness.c - see freshness.h. */
#include "pkg/trust/freshness.h"

#include <errno.h>

#include "lib/when.h"

static const char *const words[] = {
	[FRESHNESS_UNKNOWN] = "unknown",
	[FRESHNESS_FRESH] = "fresh",
	[FRESHNESS_STALE] = "stale",
};

/* clang-format off */
static const struct {
	const char *word, *sentence;
} sources[] = {
	[CLOCK_SYNCHRONISED] = { "synchronised", "which the kernel calls synchronised" },
	[CLOCK_RTC] = { "rtc", "which agrees with the hardware clock" },
	[CLOCK_HYPERVISOR] = { "hypervisor", "which the hypervisor gave at boot" },
	[CLOCK_UNKNOWN] = { "unknown", "which nobody vouches for" },
};
/* clang-format on */

const char *freshness_word(enum freshness f)
{
	return words[f];
}

const char *clock_source_word(enum clock_source s)
{
	return sources[s].word;
}

const char *clock_source_sentence(enum clock_source s)
{
	return sources[s].sentence;
}

int64_t clock_floor(const struct trust_clock *c)
{
	return c->mark > c->issued ? c->mark : c->issued;
}

int64_t clock_time(const struct trust_clock *c)
{
	const int64_t floor = clock_floor(c);

	return c->system > floor ? c->system : floor;
}

enum freshness freshness_judge(const struct trust_clock *c, int64_t expires)
{
	if (clock_floor(c) >= expires)
		return FRESHNESS_STALE;
	if (c->source == CLOCK_UNKNOWN ||
	    c->system + CLOCK_SKEW < clock_floor(c))
		return FRESHNESS_UNKNOWN;
	return clock_time(c) >= expires ? FRESHNESS_STALE : FRESHNESS_FRESH;
}

bool freshness_is_ending(const struct trust_clock *c, int64_t since,
			 int64_t expires)
{
	return expires - clock_time(c) < (expires - since) / 5;
}

int clock_mark_check(int64_t mark, int64_t issued, struct err *e)
{
	char text[WHEN_TEXT];

	when_format(mark, text);
	if (mark < CLOCK_MARK_MIN)
		return err_set(e, ERANGE, "%s is before any bailiff", text);
	if (mark > CLOCK_MARK_MAX ||
	    (issued != 0 && mark > issued + CLOCK_MARK_LEAP))
		return err_set(e, ERANGE,
			       "%s is absurdly far ahead of everything signed",
			       text);
	return 0;
}

bool clock_mark_is_due(const struct trust_clock *c, int64_t step)
{
	return c->source == CLOCK_SYNCHRONISED && c->system >= c->mark + step &&
	       clock_mark_check(c->system, c->issued, NULL) == 0;
}

int clock_mark_parse(struct span text, int64_t *ret, struct err *e)
{
	int64_t mark;
	int r;

	if (text.len == 0 || text.p[text.len - 1] != '\n')
		return err_set(e, EBADMSG, "not one whole line");
	text.len--;
	if (when_parse(text, &mark) < 0)
		return err_set(e, EBADMSG, "not a date");
	r = clock_mark_check(mark, 0, e);
	if (r == 0)
		*ret = mark;
	return r;
}

void clock_mark_format(int64_t mark, struct buf *out)
{
	char text[WHEN_TEXT];

	when_format(mark, text);
	buf_printf(out, "%s\n", text);
}
