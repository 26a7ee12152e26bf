/* SPDX-License-Identifier: Apache-2.0 */
/* audit_log_fuzz.c - a log of auditd, fed in pieces, through to JSON.
 *
 * Input: one byte, how many bytes are fed at a time; the log. Whatever comes,
 * each line is a record of an event, or told as bad, or blank; and the JSON of
 * each event is strict and has its bytes.
 */
#include <stdlib.h>

#include "pkg/audit/log.h"
#include "test/unit/event_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
	uint64_t records, bad;
};

static void event_take(void *ctx, const char *node, struct event *ev)
{
	AUTO_DONE(buf_done) struct buf raw = { 0 };
	struct state *s = ctx;

	buf_init(&raw, EVENT_JSON_MAX);
	s->records += ev->record_count + ev->records_cut;
	if (event_json_flaw(ev) != NULL ||
	    render_raw_of(ev, node[0] != '\0' ? node : NULL, &raw) < 0 ||
	    render_text(ev, &raw) < 0)
		abort();
}

static void bad_take(void *ctx, uint64_t number, struct span line,
		     const char *why)
{
	struct state *s = ctx;

	if (number == 0 || why == NULL || line.len > LOG_LINE_MAX)
		abort();
	s->bad++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s = { 0 };
	const struct log_sink sink = { &s, event_take, bad_take };
	const size_t step = size != 0 ? 1U + data[0] * 16U : 1;
	struct log_reader *r;

	if (log_reader_new(&sink, &r) < 0)
		abort();
	for (size_t at = 1; at < size; at += step)
		if (log_feed(r, (struct span){ (const char *)data + at,
					       size - at < step ? size - at
								: step }) < 0)
			abort();
	if (log_end(r) < 0)
		abort();
	/* EOE records are kept only where nothing else is left. */
	if (s.bad != log_counted(r)->bad ||
	    s.records > log_counted(r)->records ||
	    log_counted(r)->records + s.bad > log_counted(r)->lines + s.bad)
		abort();
	log_reader_free(r);
	return 0;
}
