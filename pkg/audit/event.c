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
	       (kind == EVENT_AUDIT || kind == EVENT_OWN) &&
	       how <= HOW_CGROUP && (flags & ~FLAGS_ALL) == 0;
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
