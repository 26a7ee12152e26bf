/* SPDX-License-Identifier: Apache-2.0 */
/* when.c - see when.h. */
#include "lib/when.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/num.h"

#define DAY_SECONDS 86400
#define TIME_MIN    (-62167219200LL) /* 0000-01-01T00:00:00Z */
#define TIME_MAX    253402300799LL   /* 9999-12-31T23:59:59Z */

static bool year_is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_days(int64_t year, int64_t month)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30,
				       31, 31, 30, 31, 30, 31 };

	return month == 2 && year_is_leap(year) ? 29 : days[month - 1];
}

/* Days from 0000-01-01 to the first of January of @year (0 or later). */
static int64_t year_start(int64_t year)
{
	const int64_t y = year - 1;

	if (year == 0)
		return 0;
	return year * 365 + y / 4 - y / 100 + y / 400 + 1;
}

/* Two or four digits at @at; -1 when they are none. */
static int64_t digits(struct span s, size_t at, size_t count)
{
	int64_t value = 0;

	for (size_t i = at; i < at + count; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		value = value * 10 + (s.p[i] - '0');
	}
	return value;
}

int when_parse(struct span text, int64_t *ret)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	int64_t year, month, day, hour, minute, second, days;

	if (text.len != sizeof(form) - 1)
		return -EINVAL;
	for (size_t i = 0; i < text.len; i++)
		if (form[i] != 'd' && text.p[i] != form[i])
			return -EINVAL;
	year = digits(text, 0, 4);
	month = digits(text, 5, 2);
	day = digits(text, 8, 2);
	hour = digits(text, 11, 2);
	minute = digits(text, 14, 2);
	second = digits(text, 17, 2);
	if (year < 0 || month < 1 || month > 12 || day < 1 ||
	    day > month_days(year, month) || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 59)
		return -EINVAL;
	days = year_start(year) + day - 1;
	for (int64_t m = 1; m < month; m++)
		days += month_days(year, m);
	*ret = TIME_MIN + days * DAY_SECONDS + hour * 3600 + minute * 60 +
	       second;
	return 0;
}

/* @value in @digits decimal digits. */
static char *digits_put(char *to, uint64_t value, int digits)
{
	for (int i = digits; i-- > 0; value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + digits;
}

void when_format(int64_t seconds, char text[static WHEN_TEXT])
{
	int64_t rest = seconds < TIME_MIN ? TIME_MIN : seconds;
	int64_t days, year, month = 1;
	char *to = text;

	rest = (rest > TIME_MAX ? TIME_MAX : rest) - TIME_MIN;
	days = rest / DAY_SECONDS;
	rest %= DAY_SECONDS;
	year = days / 366; /* never too late; at most seven years too early */
	while (year < 9999 && year_start(year + 1) <= days)
		year++;
	days -= year_start(year);
	while (days >= month_days(year, month))
		days -= month_days(year, month++);
	to = digits_put(to, (uint64_t)year, 4);
	*to++ = '-';
	to = digits_put(to, (uint64_t)month, 2);
	*to++ = '-';
	to = digits_put(to, (uint64_t)days + 1, 2);
	*to++ = 'T';
	to = digits_put(to, (uint64_t)rest / 3600, 2);
	*to++ = ':';
	to = digits_put(to, (uint64_t)rest / 60 % 60, 2);
	*to++ = ':';
	to = digits_put(to, (uint64_t)rest % 60, 2);
	*to++ = 'Z';
	*to = '\0';
}

/* ---- as people write it ---------------------------------------------------
 */

/* "15m": that long ago. */
static int ago_parse(struct span text, uint64_t now_ms, uint64_t *ret_ms)
{
	static const struct {
		char unit;
		uint64_t ms;
	} units[] = {
		{ 's', 1000 },
		{ 'm', 60000 },
		{ 'h', 3600000 },
		{ 'd', (uint64_t)DAY_SECONDS * 1000 },
	};
	const struct span number = { text.p, text.len - 1 };
	uint64_t n;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text.p[text.len - 1] != units[i].unit)
			continue;
		if (num_parse_u64(number, 0, now_ms / units[i].ms, &n) < 0)
			return -EINVAL;
		*ret_ms = now_ms - n * units[i].ms;
		return 0;
	}
	return -EINVAL;
}

/* Cut ".324" off the end of @text. Return: 0; -EINVAL for another fraction. */
static int millis_cut(struct span *text, uint64_t *ret)
{
	const char *dot = memchr(text->p, '.', text->len);
	struct span rest;
	int64_t value;

	*ret = 0;
	if (dot == NULL)
		return 0;
	rest = (struct span){ dot + 1,
			      text->len - (size_t)(dot + 1 - text->p) };
	text->len = (size_t)(dot - text->p);
	value = rest.len == 3 ? digits(rest, 0, 3) : -1;
	if (value < 0)
		return -EINVAL;
	*ret = (uint64_t)value;
	return 0;
}

/* Complete what people leave out, to the strict form. */
static int form_fill(struct span text, uint64_t now_ms,
		     char full[static WHEN_TEXT])
{
	const bool is_clock = text.len >= 3 && text.p[2] == ':';
	const size_t at = is_clock ? sizeof("yyyy-mm-ddT") - 1 : 0;

	when_format(is_clock ? (int64_t)(now_ms / 1000) : 0, full);
	/* What is left of 1970's first day is its midnight. */
	if (is_clock)
		memcpy(full + at, "00:00:00Z", sizeof("00:00:00Z"));
	if ((!is_clock && text.len != 10 && text.len != 16 && text.len != 19) ||
	    (is_clock && text.len != 5 && text.len != 8))
		return -EINVAL;
	memcpy(full + at, text.p, text.len);
	if (full[10] == ' ')
		full[10] = 'T';
	return 0;
}

int when_about(struct span text, uint64_t now_ms, uint64_t *ret_ms)
{
	char full[WHEN_TEXT];
	uint64_t millis, at;
	int64_t seconds;

	if (span_eq_str(text, "now")) {
		*ret_ms = now_ms;
		return 0;
	}
	if (text.len < 2)
		return -EINVAL;
	if (ago_parse(text, now_ms, ret_ms) == 0)
		return 0;
	if (text.p[text.len - 1] == 'Z' && text.len > 10)
		text.len--;
	if (millis_cut(&text, &millis) < 0)
		return -EINVAL;
	if (text.len != 0 && text.p[0] == '@') {
		text = (struct span){ text.p + 1, text.len - 1 };
		if (num_parse_u64(text, 0, TIME_MAX, &at) < 0)
			return -EINVAL;
	} else if (form_fill(text, now_ms, full) < 0 ||
		   when_parse(span_of(full), &seconds) < 0 || seconds < 0) {
		return -EINVAL;
	} else {
		at = (uint64_t)seconds;
	}
	*ret_ms = at * 1000 + millis;
	return 0;
}
