/* SPDX-License-Identifier: Apache-2.0 */
/* syslog.c - see syslog.h. */
#include "pkg/ship/syslog.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#define HOSTNAME_MAX 255
#define MSGID_MAX    32

/* HOSTNAME and MSGID: printable US-ASCII without blanks, "-" for nothing. */
static void word_put(struct buf *out, struct span s, size_t max)
{
	if (s.len == 0)
		buf_puts(out, "-");
	for (size_t i = 0; i < s.len && i < max; i++)
		buf_put(out, s.p[i] > ' ' && s.p[i] < 0x7f ? &s.p[i] : "?", 1);
}

/* Bytes of the UTF-8 character that @s begins with; 0 when it is none
 * (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF). */
static size_t utf8_len(struct span s)
{
	static const struct {
		unsigned char first, last; /* of the leading byte */
		unsigned char low, high;   /* of the second byte */
		size_t len;
	} rows[] = {
		/* clang-format off */
		{ 0x20, 0x7e, 0x00, 0x00, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
		/* clang-format on */
	};
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (p[0] < rows[i].first || p[0] > rows[i].last)
			continue;
		if (s.len < rows[i].len)
			return 0;
		if (rows[i].len > 1 &&
		    (p[1] < rows[i].low || p[1] > rows[i].high))
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

/* PARAM-VALUE: '"', '\' and ']' escaped (RFC 5424, 6.3.3). */
static void value_put(struct buf *out, struct span s)
{
	while (s.len != 0) {
		size_t n = utf8_len(s);

		if (n == 0) {
			buf_puts(out, "?");
			n = 1;
		} else {
			if (*s.p == '"' || *s.p == '\\' || *s.p == ']')
				buf_puts(out, "\\");
			buf_put(out, s.p, n);
		}
		s.p += n;
		s.len -= n;
	}
}

static void param_put(struct buf *out, const char *name, struct span value)
{
	if (value.len == 0)
		return;
	buf_printf(out, " %s=\"", name);
	value_put(out, value);
	buf_puts(out, "\"");
}

static int timestamp_put(struct buf *out, uint64_t time_ms)
{
	const time_t seconds = (time_t)(time_ms / 1000);
	struct tm tm;
	char text[32];

	if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year > 9999 - 1900)
		return -ERANGE;
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(out, "%s.%03uZ", text, (unsigned)(time_ms % 1000));
	return 0;
}

int syslog_format(const struct syslog_event *ev, struct buf *out)
{
	struct span msg = ev->msg;

	buf_printf(out, "<%u>1 ", SYSLOG_FACILITY * 8 + (unsigned)ev->severity);
	if (timestamp_put(out, ev->time_ms) < 0)
		return -ERANGE;
	buf_puts(out, " ");
	word_put(out, span_of(ev->node), HOSTNAME_MAX);
	buf_puts(out, " bailiff - ");
	word_put(out, ev->msg_id, MSGID_MAX);
	buf_printf(out, " [bailiff@%d", SYSLOG_ENTERPRISE);
	param_put(out, "boot", span_of(ev->boot));
	buf_printf(out, " seq=\"%" PRIu64 "\"", ev->seq);
	param_put(out, "service", ev->service);
	param_put(out, "outcome", ev->outcome);
	buf_puts(out, "]");
	while (msg.len != 0 && msg.p[msg.len - 1] == '\n')
		msg.len--;
	if (msg.len != 0)
		buf_puts(out, " ");
	buf_span(out, msg);
	return buf_error(out);
}
