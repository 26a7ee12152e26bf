/* SPDX-License-Identifier: Apache-2.0 */
/* render_raw.c - the lines as auditd would log them; see render.h. */
#include "pkg/audit/render.h"

#include <inttypes.h>
#include <linux/audit.h>

#include "lib/compat.h"
#include "pkg/audit/record.h"
#include "pkg/audit/types.h"

/* One record, one line: what user space wrote may hold newlines. */
static void put_line(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_u8(out, c);
	}
}

/* Behind what the kernel sent there may be auditd's translation of it, after
 * the byte that sets it apart. */
static void put_record(struct buf *out, const struct event_record *r)
{
	struct span added, text = record_split(r->type, r->text, &added);

	put_line(out, text);
	if (text.len != r->text.len) {
		buf_u8(out, RECORD_ENRICHED);
		put_line(out, added);
	}
	buf_u8(out, '\n');
}

static void put_node(struct buf *out, const char *node)
{
	if (node == NULL)
		return;
	buf_puts(out, "node=");
	put_line(out, span_of(node));
	buf_u8(out, ' ');
}

static void put_own(const struct event *ev, struct buf *out)
{
	buf_printf(out, "type=BAILIFF msg=audit(%" PRIu64 ".%03u:0): action=",
		   ev->time_ms / 1000, (unsigned)(ev->time_ms % 1000));
	put_line(out, ev->action);
	buf_u8(out, ' ');
	put_line(out, ev->text);
	buf_u8(out, '\n');
}

static void put_head(const struct event *ev, const char *node, uint16_t type,
		     struct buf *out)
{
	put_node(out, node);
	buf_puts(out, "type=");
	type_print(type, out);
	buf_printf(out, " msg=audit(%" PRIu64 ".%03u:%u): ", ev->time_ms / 1000,
		   (unsigned)(ev->time_ms % 1000), ev->serial);
}

/* EOE says nothing and is not kept, but that it came is known: who reads these
 * lines as a log wants it. */
static bool had_eoe(const struct event *ev)
{
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type == AUDIT_SYSCALL ||
		    ev->records[i].type == AUDIT_URINGOP)
			return (ev->missing & EVENT_LACKS_EOE) == 0;
	return false;
}

int render_raw_of(const struct event *ev, const char *node, struct buf *out)
{
	if (ev->kind == EVENT_OWN) {
		put_node(out, node);
		put_own(ev, out);
	}
	for (uint32_t i = 0; i < ev->record_count; i++) {
		put_head(ev, node, ev->records[i].type, out);
		put_record(out, &ev->records[i]);
	}
	if (had_eoe(ev)) {
		put_head(ev, node, AUDIT_EOE, out);
		buf_u8(out, '\n');
	}
	return buf_error(out);
}

int render_raw(const struct event *ev, struct buf *out)
{
	return render_raw_of(ev, NULL, out);
}
