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

/* PARAM-VALUE: '"', '\' and ']' escaped (RFC 5424, 6.3.3). */
static void value_put(struct buf *out, struct span s)
{
	while (s.len != 0) {
		const unsigned char c = (unsigned char)*s.p;
		size_t n = span_utf8_len(s);

		if (n == 0 || c < 0x20 || c == 0x7f) {
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
