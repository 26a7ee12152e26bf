/* SPDX-License-Identifier: Apache-2.0 */
/* event.c - the flat form of an event; see event.h and docs/formats.md. */
#include "pkg/audit/event.h"

#include <errno.h>

#include "lib/cur.h"

#define EVENT_VERSION 1

#define FLAG_FORGED   (1U << 0)
#define FLAG_INFERRED (1U << 1)
#define FLAG_LATE     (1U << 2)
#define FLAGS_ALL     (FLAG_FORGED | FLAG_INFERRED | FLAG_LATE)

const char *event_how_name(enum event_how how)
{
	static const char *const names[HOW_COUNT] = {
		[HOW_NONE] = "none",	     [HOW_SESSION] = "session",
		[HOW_LANDLOCK] = "landlock", [HOW_CGROUP] = "cgroup",
		[HOW_EXIT] = "exit",
	};

	return names[how];
}

static void part_encode(const struct event_part *part, struct buf *out)
{
	buf_u32(out, part->have);
	buf_u32(out, part->want);
}

static struct event_part part_decode(struct cur *c)
{
	const uint32_t have = cur_u32(c);

	return (struct event_part){ have, cur_u32(c) };
}

/* Those of the parts that are lacking: the others are 0. */
static void parts_decode(struct cur *c, struct event *ret)
{
	ret->paths = (struct event_part){ 0 };
	ret->arguments = (struct event_part){ 0 };
	if ((ret->missing & EVENT_LACKS_PATH) != 0)
		ret->paths = part_decode(c);
	if ((ret->missing & EVENT_LACKS_EXECVE) != 0)
		ret->arguments = part_decode(c);
}

int event_encode(const struct event *ev, struct buf *out)
{
	const unsigned flags = (ev->is_forged ? FLAG_FORGED : 0) |
			       (ev->is_inferred ? FLAG_INFERRED : 0) |
			       (ev->is_late ? FLAG_LATE : 0);

	buf_u8(out, EVENT_VERSION);
	buf_u8(out, (uint8_t)ev->kind);
	buf_u8(out, (uint8_t)ev->how);
	buf_u8(out, (uint8_t)flags);
	buf_u64(out, ev->time_ms);
	buf_u32(out, ev->serial);
	buf_u32(out, ev->missing);
	if ((ev->missing & EVENT_LACKS_PATH) != 0)
		part_encode(&ev->paths, out);
	if ((ev->missing & EVENT_LACKS_EXECVE) != 0)
		part_encode(&ev->arguments, out);
	buf_u32(out, ev->ses);
	buf_u32(out, ev->auid);
	buf_u64(out, ev->generation);
	buf_blob(out, ev->service);
	buf_blob(out, ev->instance);
	buf_blob(out, ev->action);
	buf_blob(out, ev->text);
	buf_u32(out, ev->records_cut);
	buf_u32(out, ev->record_count);
	for (uint32_t i = 0; i < ev->record_count; i++) {
		buf_u16(out, ev->records[i].type);
		buf_blob(out, ev->records[i].text);
	}
	return buf_error(out);
}

static bool head_fits(uint8_t version, uint8_t kind, uint8_t how, uint8_t flags)
{
	return version == EVENT_VERSION &&
	       (kind == EVENT_AUDIT || kind == EVENT_OWN) && how < HOW_COUNT &&
	       (flags & ~FLAGS_ALL) == 0;
}

int event_decode(struct span frame, struct event *ret, struct err *e)
{
	struct cur c = cur_of(frame);
	const uint8_t version = cur_u8(&c);
	const uint8_t kind = cur_u8(&c);
	const uint8_t how = cur_u8(&c);
	const uint8_t flags = cur_u8(&c);

	if (!head_fits(version, kind, how, flags))
		return err_set(
			e, EBADMSG,
			"not an event of version %d (version %u kind %u how %u flags %u)",
			EVENT_VERSION, version, kind, how, flags);
	ret->kind = (enum event_kind)kind;
	ret->how = (enum event_how)how;
	ret->is_forged = (flags & FLAG_FORGED) != 0;
	ret->is_inferred = (flags & FLAG_INFERRED) != 0;
	ret->is_late = (flags & FLAG_LATE) != 0;
	ret->seq = 0;
	ret->time_ms = cur_u64(&c);
	ret->serial = cur_u32(&c);
	ret->missing = cur_u32(&c);
	parts_decode(&c, ret);
	ret->ses = cur_u32(&c);
	ret->auid = cur_u32(&c);
	ret->generation = cur_u64(&c);
	ret->service = cur_blob(&c, EVENT_BYTES_MAX);
	ret->instance = cur_blob(&c, EVENT_BYTES_MAX);
	ret->action = cur_blob(&c, EVENT_BYTES_MAX);
	ret->text = cur_blob(&c, EVENT_BYTES_MAX);
	ret->records_cut = cur_u32(&c);
	ret->record_count = cur_u32(&c);
	if (ret->record_count > EVENT_RECORDS_MAX)
		return err_set(e, EBADMSG, "an event of %u records",
			       ret->record_count);
	for (uint32_t i = 0; i < ret->record_count; i++) {
		ret->records[i].type = cur_u16(&c);
		ret->records[i].text = cur_blob(&c, EVENT_BYTES_MAX);
	}
	if (cur_end(&c) < 0)
		return err_set(
			e, EBADMSG,
			"an event that is cut short or has bytes left over");
	return 0;
}

static void part_print(const char *name, const struct event_part *part,
		       struct buf *out)
{
	buf_puts(out, name);
	if (part->want != 0)
		buf_printf(out, " %u/%u", part->have, part->want);
}

static void missing_print(const struct event *ev, uint32_t bit, struct buf *out)
{
	switch (bit) {
	case EVENT_LACKS_EOE:
		buf_puts(out, "EOE");
		break;
	case EVENT_LACKS_PATH:
		part_print("PATH", &ev->paths, out);
		break;
	case EVENT_LACKS_EXECVE:
		part_print("EXECVE", &ev->arguments, out);
		break;
	case EVENT_LACKS_SYSCALL:
		buf_puts(out, "SYSCALL");
		break;
	case EVENT_CUT:
		buf_puts(out, "cut");
		break;
	default:
		buf_printf(out, "0x%x", bit);
		break;
	}
}

bool event_missing_next(const struct event *ev, unsigned *at, struct buf *out)
{
	while (*at < 32) {
		const uint32_t bit = 1U << (*at)++;

		if ((ev->missing & bit) != 0) {
			missing_print(ev, bit, out);
			return true;
		}
	}
	return false;
}
