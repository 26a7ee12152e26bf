/* SPDX-License-Identifier: Apache-2.0 */
/* audit_assemble_fuzz.c - a stream of datagrams, through to the rendered line.
 *
 * Input: for each record two bytes of type, one of serial, one of time passed,
 * and its text up to a zero byte. Whatever comes, each record is in exactly one
 * event or counted as cut, and the JSON is one that our own parser takes.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/cur.h"
#include "lib/json.h"
#include "pkg/audit/assemble.h"
#include "pkg/audit/attribute.h"
#include "pkg/audit/impostor.h"
#include "pkg/audit/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
	struct attributor *attributor, *successor;
	uint64_t records, now_ms;
	struct session session;
};

static void event_check(void *ctx, struct event *ev)
{
	static const struct render_node node = { "n", "b" };
	static struct event_denial denial;
	AUTO_DONE(buf_done) struct buf out = { 0 };
	json_t *j = NULL;

	(void)ctx;
	(void)event_denial(ev, &denial);
	buf_init(&out, 1U << 22);
	if (render_json(ev, &node, &out) < 0 ||
	    json_parse((struct span){ out.p, out.len - 1 }, 1U << 22, &j,
		       NULL) < 0)
		abort();
	json_decref(j);
	buf_reset(&out);
	if (render_text(ev, &out) < 0 ||
	    memchr(out.p, '\n', out.len) != out.p + out.len - 1)
		abort();
	buf_reset(&out);
	if (render_laurel(ev, NULL, &out) < 0 ||
	    json_parse((struct span){ out.p, out.len - 1 }, 1U << 22, &j,
		       NULL) < 0)
		abort();
	json_decref(j);
	buf_reset(&out);
	if (render_raw(ev, &out) < 0)
		abort();
}

static void event_take(void *ctx, struct event *ev)
{
	struct state *s = ctx;

	s->records += ev->record_count + ev->records_cut;
	attribute_event(s->attributor, ev, s->now_ms, 0);
	event_check(NULL, ev);
	if (s->successor != NULL)
		attribute_recall(s->successor, ev);
}

static const struct session *by_session(void *ctx, uint32_t ses)
{
	struct state *s = ctx;

	return ses % 3 == 1 ? &s->session : NULL;
}

static const struct session *by_cgroup(void *ctx, int32_t pid)
{
	struct state *s = ctx;

	return pid % 5 == 1 ? &s->session : NULL;
}

static bool by_exit(void *ctx, int32_t pid, uint64_t time_ms,
		    const struct session **ret)
{
	static const struct session other = { .service = "db" };

	(void)ctx;
	if (pid % 7 == 1)
		*ret = &other;
	return pid % 7 < 2 && time_ms % 2 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s = { .session = { .service = "web" } };
	const struct attribute_lookup lookup = { .ctx = &s,
						 .by_session = by_session,
						 .by_cgroup = by_cgroup,
						 .by_exit = by_exit };
	struct span rest = { (const char *)data, size };
	struct assembler *a;
	uint64_t fed = 0;

	if (assembler_new(event_take, &s, &a) < 0 ||
	    attributor_new(&lookup, event_check, &s, &s.attributor) < 0)
		abort();
	/* Not each time: it is large. */
	if (size % 8 == 0 &&
	    attributor_new(&lookup, event_check, &s, &s.successor) < 0)
		abort();
	while (rest.len > 4) {
		struct cur c = cur_of(rest);
		struct record r = { .type = cur_u16(&c) };

		r.serial = cur_u8(&c);
		s.now_ms += cur_u8(&c);
		rest = c.rest;
		r.text = span_cut(&rest, '\0');
		fed += r.type != 1320;
		if (assemble_feed(a, &r, s.now_ms) < 0)
			abort();
		if (s.now_ms % 7 == 0)
			assemble_expire(a, s.now_ms);
		attribute_expire(s.attributor, s.now_ms, 0);
	}
	assemble_flush(a);
	attribute_expire(s.attributor, s.now_ms + IMPOSTOR_GRACE_MS, 0);
	/* EOE records are kept only where nothing else is left. */
	if (s.records < fed)
		abort();
	attributor_free(s.attributor);
	attributor_free(s.successor);
	assembler_free(a);
	return 0;
}
