/* SPDX-License-Identifier: Apache-2.0 */
/* render_text.c - an event in a line for people; see render.h. */
#include "pkg/audit/render.h"

#include <inttypes.h>

#include "lib/auto.h"
#include "lib/num.h"
#include "pkg/audit/about.h"
#include "pkg/audit/record.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

/* Text from outside: whatever could end the line, move the cursor or start an
 * escape is shown as \xNN; UTF-8 stays. */
static void put_safe(struct buf *out, struct span s)
{
	while (s.len != 0) {
		const unsigned char c = (unsigned char)s.p[0];
		size_t n = span_utf8_len(s);

		/* C1 controls are two bytes in UTF-8: c2 80 to c2 9f. */
		if (n == 0 || c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)s.p[1] < 0xa0)) {
			buf_printf(out, "\\x%02x", c);
			n = 1;
		} else {
			buf_put(out, s.p, n);
		}
		s.p += n;
		s.len -= n;
	}
}

/* " label=value" of an encoded field that is there. */
static void put_field(struct buf *out, const char *label, struct span raw)
{
	AUTO_DONE(buf_done) struct buf value = { 0 };

	if (raw.p == NULL)
		return;
	buf_init(&value, RECORD_BYTES_MAX);
	record_string(raw, &value);
	buf_printf(out, " %s=", label);
	put_safe(out, buf_view(&value));
}

static void put_denial(const struct event_denial *d, struct buf *out)
{
	AUTO_DONE(buf_done) struct buf action = { 0 };

	buf_init(&action, 256);
	about_denial(d, &action);
	buf_puts(out, " denied ");
	put_safe(out, buf_view(&action));
	if (d->path[0] != '\0') {
		buf_u8(out, ' ');
		put_safe(out, span_of(d->path));
	}
	if (d->port != 0)
		buf_printf(out, " port %u", d->port);
	if (d->kind == DENIED_INFERRED && errno_name(d->exit) != NULL)
		buf_printf(out, " %s", errno_name(d->exit));
}

static void put_plain(const struct about *a, struct buf *out)
{
	AUTO_DONE(buf_done) struct buf action = { 0 };

	buf_init(&action, 256);
	about_action(a, NULL, &action);
	buf_u8(out, ' ');
	put_safe(out, buf_view(&action));
	if (a->outcome == OUTCOME_FAILURE)
		buf_puts(out, " failed");
	put_field(out, "path", a->path);
}

static void put_stamp(const struct event *ev, struct buf *out)
{
	const uint64_t day_ms = ev->time_ms % 86400000;

	buf_printf(out, "%02u:%02u:%02u.%03u #%" PRIu64 " ",
		   (unsigned)(day_ms / 3600000),
		   (unsigned)(day_ms / 60000 % 60),
		   (unsigned)(day_ms / 1000 % 60), (unsigned)(day_ms % 1000),
		   ev->seq);
}

static void put_flags(const struct event *ev, struct buf *out)
{
	if (ev->is_forged && ev->kind == EVENT_AUDIT)
		buf_puts(out, " FORGED");
	if (ev->is_inferred)
		buf_puts(out, " inferred");
	if (ev->is_late)
		buf_puts(out, " late");
	if (ev->missing != 0)
		buf_puts(out, " incomplete");
}

int render_text(const struct event *ev, struct buf *out)
{
	struct event_denial d;
	struct about a;
	uint32_t pid;

	about_event(&a, ev);
	put_stamp(ev, out);
	if (ev->service.len != 0)
		put_safe(out, ev->service);
	else
		buf_puts(out, ev->kind == EVENT_OWN ? "bailiff" : "-");
	if (event_denial(ev, &d))
		put_denial(&d, out);
	else
		put_plain(&a, out);
	if (ev->kind == EVENT_OWN && ev->text.len != 0) {
		buf_u8(out, ' ');
		put_safe(out, ev->text);
	}
	if (a.actor.pid.p != NULL || a.actor.exe.p != NULL)
		buf_puts(out, " by");
	put_field(out, "exe", a.actor.exe);
	if (num_parse_u32(a.actor.pid, 0, UINT32_MAX, &pid) == 0)
		buf_printf(out, " pid=%u", pid);
	if (ev->ses != UINT32_MAX && ev->kind == EVENT_AUDIT)
		buf_printf(out, " ses=%u", ev->ses);
	put_flags(ev, out);
	buf_u8(out, '\n');
	return buf_error(out);
}
