/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - a recording through bailiff's reader, assembler, attribution and
 * renderer.
 *
 *	replay <FILE        events, a JSON line each
 *	replay --raw <FILE  datagrams: arrival in ms, type, text
 *	replay --drop <FILE each datagram lost in turn: of each type of record,
 *	                    how many of the losses its event tells of
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
	/* Of --drop: what is lost, and whether its event says so. */
	bool is_dropping, is_noticed;
	uint32_t lost_serial;
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

	if (r->is_dropping) {
		r->is_noticed =
			r->is_noticed ||
			(ev->serial == r->lost_serial && ev->missing != 0);
		return;
	}
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

/* @at: the datagram that is lost; SIZE_MAX: none. */
static int recording_walk(struct span all, struct replay *r, size_t at)
{
	struct cur c = cur_of(all);

	if (!span_eq_str(cur_bytes(&c, 8), "bailrec1"))
		return -1;
	for (size_t i = 0; c.rest.len != 0; i++) {
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
		if (i != at)
			audit_source_take(r->source, &d, record_take, r);
	}
	return 0;
}

static void replay_done(struct replay *r)
{
	attributor_free(r->attributor);
	assembler_free(r->assembler);
	audit_source_free(r->source);
	buf_done(&r->line);
	*r = (struct replay){ 0 };
}

/* ---- what is lost is noticed ----------------------------------------------
 */

struct tally {
	size_t lost, noticed;
};

/* Its type counts in @tallies. Return: 0; 1 when there is none; -1. */
static int lose_one(struct span all, struct cur *c, size_t at,
		    struct tally tallies[65536])
{
	static struct replay r;
	struct record lost;
	struct span bytes;

	if (c->rest.len == 0)
		return 1;
	(void)cur_u32(c);
	bytes = cur_blob(c, UINT32_MAX);
	if (record_view(bytes, &lost) < 0)
		return 0;
	if (replay_new(&r) < 0)
		return -1;
	r.is_dropping = true;
	r.lost_serial = lost.serial;
	if (recording_walk(all, &r, at) < 0)
		return -1;
	assemble_flush(r.assembler);
	tallies[lost.type].lost++;
	tallies[lost.type].noticed += r.is_noticed;
	replay_done(&r);
	return 0;
}

static int drop_each(struct span all)
{
	static struct tally tallies[65536];
	struct cur c = cur_of(all);
	int r = 0;

	(void)cur_bytes(&c, 8);
	for (size_t at = 0; r == 0; at++)
		r = lose_one(all, &c, at, tallies);
	for (uint32_t type = 0; r == 1 && type < 65536; type++) {
		AUTO_DONE(buf_done) struct buf name = { 0 };

		if (tallies[type].lost == 0)
			continue;
		buf_init(&name, 64);
		type_print((uint16_t)type, &name);
		(void)printf("%.*s %zu/%zu\n", SPAN_FMT(buf_view(&name)),
			     tallies[type].noticed, tallies[type].lost);
	}
	return r == 1 ? 0 : -1;
}

/* ---- the program ----------------------------------------------------------
 */

static int events_print(struct span all)
{
	static struct replay r;

	if (replay_new(&r) < 0 || recording_walk(all, &r, SIZE_MAX) < 0)
		return -1;
	assemble_flush(r.assembler);
	counters_print(&r);
	replay_done(&r);
	return 0;
}

static int raws_print(struct span all)
{
	return recording_walk(all, NULL, SIZE_MAX);
}

static const struct {
	const char *option;
	int (*run)(struct span all);
} runs[] = {
	{ NULL, events_print },
	{ "--raw", raws_print },
	{ "--drop", drop_each },
};

int main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : NULL;
	struct err e = { 0 };
	struct buf all;
	size_t i = 0;
	int r;

	while (i < sizeof(runs) / sizeof(runs[0]) && option != NULL &&
	       (runs[i].option == NULL || strcmp(runs[i].option, option) != 0))
		i++;
	if (argc > 2 || i == sizeof(runs) / sizeof(runs[0])) {
		(void)fprintf(stderr, "usage: replay [--raw | --drop] <FILE\n");
		return 2;
	}
	buf_init(&all, RECORDING_MAX);
	r = file_read_fd(0, RECORDING_MAX, &all, &e);
	if (r == 0)
		r = runs[i].run(buf_view(&all));
	if (r < 0)
		(void)fprintf(stderr, "replay: not a whole recording %s\n",
			      e.text);
	buf_done(&all);
	return r < 0;
}
