/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - a recording through bailiff's reader, assembler, attribution and
 * renderer.
 *
 *	replay <FILE        events, a JSON line each
 *	replay --raw <FILE  datagrams: arrival in ms, type, text
 *
 * FILE is what record.c wrote. Time passes as it did: events leave by their
 * timers between two datagrams as they would in the daemon. The last line on
 * stderr is what was counted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/cur.h"
#include "lib/file.h"
#include "pkg/audit/assemble.h"
#include "pkg/audit/attribute.h"
#include "pkg/audit/render.h"
#include "pkg/audit/source.h"
#include "pkg/audit/types.h"

#define RECORDING_MAX (64U << 20)
#define TICK_MS	      50
#define LINE_MAX_LEN  (4U << 20)

struct replay {
	struct audit_source *source;
	struct assembler *assembler;
	struct attributor *attributor;
	struct buf line;
	uint64_t now_ms, seq;
};

/* ---- the way of a record --------------------------------------------------
 */

static void event_print(void *ctx, struct event *ev)
{
	static const struct render_node node = { "node", "boot" };
	struct replay *r = ctx;

	ev->seq = ++r->seq;
	buf_reset(&r->line);
	if (render_json(ev, &node, &r->line) < 0)
		(void)fprintf(stderr, "replay: event %" PRIu64 " is too long\n",
			      ev->seq);
	else
		(void)fwrite(r->line.p, 1, r->line.len, stdout);
}

static void event_take(void *ctx, struct event *ev)
{
	struct replay *r = ctx;

	attribute_event(r->attributor, ev, r->now_ms, 0);
	event_print(r, ev);
}

static void record_take(void *ctx, const struct record *rec)
{
	struct replay *r = ctx;

	(void)assemble_feed(r->assembler, rec, r->now_ms);
}

/* Nobody is registered. */
static const struct session *nobody(void *ctx, uint32_t ses)
{
	(void)ctx;
	(void)ses;
	return NULL;
}

static int replay_new(struct replay *r)
{
	const struct attribute_lookup lookup = { .by_session = nobody };

	buf_init(&r->line, LINE_MAX_LEN);
	return audit_source_new(-1, &r->source) < 0 ||
			       assembler_new(event_take, r, &r->assembler) <
				       0 ||
			       attributor_new(&lookup, event_print, r,
					      &r->attributor) < 0
		       ? -1
		       : 0;
}

/* As the daemon's timer does. */
static void time_pass(struct replay *r, uint64_t to_ms)
{
	while (r->now_ms + TICK_MS <= to_ms) {
		r->now_ms += TICK_MS;
		assemble_expire(r->assembler, r->now_ms);
	}
}

static void counters_print(const struct replay *r)
{
	const struct source_counters *s = audit_source_counted(r->source);
	const struct assemble_counters *a = assemble_counted(r->assembler);

	(void)fprintf(
		stderr,
		"datagrams=%" PRIu64 " records=%" PRIu64 " malformed=%" PRIu64
		" events=%" PRIu64 " partial=%" PRIu64 " late=%" PRIu64
		" missing=%" PRIu64 "\n",
		s->datagrams, s->records, s->malformed, a->events, a->partial,
		a->late, a->serials_lost + a->serials_awaited);
}

/* ---- the recording --------------------------------------------------------
 */

static void raw_print(uint32_t ms, struct span bytes)
{
	AUTO_DONE(buf_done) struct buf name = { 0 };

	buf_init(&name, 64);
	type_print(record_type(bytes), &name);
	(void)printf("%5u %.*s ", ms, SPAN_FMT(buf_view(&name)));
	if (bytes.len >= 16)
		(void)fwrite(bytes.p + 16, 1, bytes.len - 16, stdout);
	(void)putchar('\n');
}

static int recording_walk(struct span all, struct replay *r)
{
	struct cur c = cur_of(all);

	if (!span_eq_str(cur_bytes(&c, 8), "bailrec1"))
		return -1;
	while (c.rest.len != 0) {
		const uint32_t ms = cur_u32(&c);
		const struct source_datagram d = {
			.bytes = cur_blob(&c, UINT32_MAX),
			.has_sender = true,
		};

		if (c.failed)
			return -1;
		if (r == NULL) {
			raw_print(ms, d.bytes);
			continue;
		}
		time_pass(r, ms);
		audit_source_take(r->source, &d, record_take, r);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const bool is_raw = argc == 2 && strcmp(argv[1], "--raw") == 0;
	static struct replay r;
	struct buf all;
	struct err e = { 0 };

	if (argc > 2 || (argc == 2 && !is_raw)) {
		(void)fprintf(stderr, "usage: replay [--raw] <FILE\n");
		return 2;
	}
	buf_init(&all, RECORDING_MAX);
	if (file_read_fd(0, RECORDING_MAX, &all, &e) < 0 ||
	    replay_new(&r) < 0 ||
	    recording_walk(buf_view(&all), is_raw ? NULL : &r) < 0) {
		(void)fprintf(stderr, "replay: not a whole recording %s\n",
			      e.text);
		return 1;
	}
	if (!is_raw) {
		assemble_flush(r.assembler);
		counters_print(&r);
	}
	attributor_free(r.attributor);
	assembler_free(r.assembler);
	audit_source_free(r.source);
	buf_done(&r.line);
	buf_done(&all);
	return 0;
}
