/* SPDX-License-Identifier: Apache-2.0 */
/* render_json.c - the envelope of bailiff.event.v1; see render.h. */
#include "pkg/audit/render.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/auto.h"
#include "lib/jsonw.h"
#include "pkg/audit/rendering.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

/* Members of literal names: all of them is known when this is compiled. */
#define number_json(out, name, v)     \
	do {                          \
		jsonw_key(out, name); \
		jsonw_u64(out, v);    \
	} while (0)
#define flag_json(out, name, v)       \
	do {                          \
		jsonw_key(out, name); \
		jsonw_bool(out, v);   \
	} while (0)
/* @word: plain, one of bailiff's own. */
#define word_json(out, name, word)    \
	do {                          \
		jsonw_key(out, name); \
		buf_u8(out, '"');     \
		buf_puts(out, word);  \
		buf_u8(out, '"');     \
	} while (0)

/* ,"name":{"id":"value"} */
static void id_json(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	jsonw_name(out, span_of(name));
	buf_u8(out, '{');
	(void)jsonw_bytes(out, span_of("id"), span_of(value));
	buf_u8(out, '}');
}

/* Most events are of the second that the one before was of. */
static void time_json(struct rendering *j, uint64_t ms)
{
	struct renderer *mem = j->mem;
	struct buf *out = j->out;
	const unsigned millis = (unsigned)(ms % 1000);
	const char fraction[] = { '.',
				  (char)('0' + millis / 100),
				  (char)('0' + millis / 10 % 10),
				  (char)('0' + millis % 10),
				  'Z',
				  '"' };

	if (mem->second != ms / 1000 || mem->when[0] == '\0')
		when_format((int64_t)(ms / 1000), mem->when);
	mem->second = ms / 1000;
	jsonw_key(out, "@timestamp");
	buf_u8(out, '"');
	buf_put(out, mem->when, WHEN_TEXT - 2); /* without its Z */
	buf_put(out, fraction, sizeof(fraction));
}

static void denial_json(const struct event_denial *d, struct buf *out)
{
	AUTO_DONE(buf_done) struct buf name = { 0 };

	buf_init(&name, 64);
	jsonw_key(out, "denial");
	buf_u8(out, '{');
	if (d->arch != 0)
		number_json(out, "arch", d->arch);
	if (d->exit != 0) {
		jsonw_key(out, "exit");
		buf_printf(out, "%d", d->exit);
		if (errno_name(d->exit) != NULL)
			word_json(out, "exit_name", errno_name(d->exit));
	}
	word_json(out, "kind", denial_kind(d));
	if (d->path[0] != '\0')
		(void)jsonw_bytes(out, span_of("path"), span_of(d->path));
	if (d->port != 0)
		number_json(out, "port", d->port);
	if (d->right.len != 0)
		(void)jsonw_bytes(out, span_of("right"), d->right);
	if (d->syscall >= 0) {
		number_json(out, "syscall", (uint64_t)d->syscall);
		if (audit_syscall_print(d->arch, d->syscall, &name))
			(void)jsonw_bytes(out, span_of("syscall_name"),
					  buf_view(&name));
	}
	buf_u8(out, '}');
}

static void event_json(struct rendering *j, const struct event_denial *d)
{
	const struct about *a = &j->about;
	struct buf *out = j->out;
	const char *category, *change;

	buf_reset(&j->mem->scratch);
	about_action(a, d, &j->mem->scratch);
	about_kind(a, d, &category, &change);
	jsonw_key(out, "event");
	buf_u8(out, '{');
	(void)jsonw_bytes(out, span_of("action"), buf_view(&j->mem->scratch));
	jsonw_key(out, "category");
	buf_puts(out, "[\"");
	buf_puts(out, category);
	buf_puts(out, "\"]");
	word_json(out, "kind",
		  d != NULL || a->ev->is_forged ? "alert" : "event");
	word_json(out, "outcome",
		  outcome_name(d != NULL ? OUTCOME_FAILURE : a->outcome));
	jsonw_key(out, "type");
	buf_puts(out, "[\"");
	buf_puts(out, change);
	buf_puts(out, "\"]}");
}

static void missing_json(const struct event *ev, struct buf *out)
{
	unsigned at = 0;

	jsonw_key(out, "missing");
	buf_u8(out, '[');
	while (ev->missing != 0) {
		AUTO_DONE(buf_done) struct buf word = { 0 };

		buf_init(&word, 64);
		if (!event_missing_next(ev, &at, &word))
			break;
		jsonw_comma(out);
		(void)jsonw_text(out, buf_view(&word));
	}
	buf_u8(out, ']');
}

static void service_json(const struct event *ev, struct buf *out)
{
	jsonw_key(out, "service");
	buf_u8(out, '{');
	if (ev->auid != UINT32_MAX)
		number_json(out, "auid", ev->auid);
	if (ev->generation != 0)
		number_json(out, "generation", ev->generation);
	word_json(out, "how", event_how_name(ev->how));
	if (ev->instance.len != 0)
		(void)jsonw_bytes(out, span_of("instance"), ev->instance);
	if (ev->service.len != 0)
		(void)jsonw_bytes(out, span_of("name"), ev->service);
	if (ev->ses != UINT32_MAX)
		number_json(out, "ses", ev->ses);
	buf_u8(out, '}');
}

static void stamp_json(const struct event *ev, struct buf *out)
{
	if (ev->kind != EVENT_AUDIT)
		return;
	jsonw_key(out, "audit");
	buf_u8(out, '{');
	number_json(out, "serial", ev->serial);
	number_json(out, "time", ev->time_ms);
	buf_u8(out, '}');
}

/* All members in the order of their bytes: the same event gives the same line.
 * @records: what records_json() wrote. */
static void envelope_json(struct rendering *j, const struct event_denial *d,
			  const struct render_node *node, struct span records)
{
	const struct event *ev = j->about.ev;
	struct buf *out = j->out;

	buf_u8(out, '{');
	time_json(j, ev->time_ms);
	stamp_json(ev, out);
	id_json(out, "boot", node->boot);
	flag_json(out, "complete", ev->missing == 0);
	if (d != NULL)
		denial_json(d, out);
	peer_json(j, false);
	event_json(j, d);
	file_json(j);
	flag_json(out, "forged", ev->is_forged);
	flag_json(out, "inferred", ev->is_inferred);
	flag_json(out, "late", ev->is_late);
	if (ev->kind == EVENT_OWN)
		(void)jsonw_bytes(out, span_of("message"), ev->text);
	missing_json(ev, out);
	id_json(out, "node", node->node);
	process_json(j);
	buf_u8(out, ',');
	buf_span(out, records);
	if (ev->records_cut != 0)
		number_json(out, "records_cut", ev->records_cut);
	number_json(out, "seq", ev->seq);
	service_json(ev, out);
	peer_json(j, true);
	tags_json(j);
	user_json(j);
	word_json(out, "v", "bailiff.event.v1");
	buf_puts(out, "}\n");
}

/* ---- whole events ---------------------------------------------------------
 */

#define NAMES_BYTES_MAX	 4096  /* of one value's flags */
#define RECORDS_EXPECTED 8000  /* bytes: seldom more, so that it grows once */
#define MEMORY_KEPT	 65536 /* bytes that an event may leave in a buffer */

static void renderer_init(struct renderer *r)
{
	*r = (struct renderer){ 0 };
	buf_init(&r->texts, SIZE_MAX);
	buf_init(&r->records, SIZE_MAX);
	buf_init(&r->scratch, EVENT_BYTES_MAX + SCAN_BYTES);
	buf_init(&r->title, EVENT_BYTES_MAX + SCAN_BYTES);
	buf_init(&r->words, NAMES_BYTES_MAX + SCAN_BYTES);
	buf_init(&r->repeated, EVENT_BYTES_MAX);
}

static void renderer_done(struct renderer *r)
{
	free(r->keys);
	buf_done(&r->repeated);
	buf_done(&r->words);
	buf_done(&r->title);
	buf_done(&r->scratch);
	buf_done(&r->records);
	buf_done(&r->texts);
}

int renderer_new(struct renderer **ret)
{
	struct renderer *r = malloc(sizeof(*r));

	if (r == NULL)
		return -ENOMEM;
	renderer_init(r);
	*ret = r;
	return 0;
}

void renderer_free(struct renderer *r)
{
	if (r != NULL)
		renderer_done(r);
	free(r);
}

/* Drop what only a large event needed, so that memory stays small. */
static void memory_trim(struct buf *b)
{
	if (b->cap > MEMORY_KEPT)
		buf_done(b);
}

int renderer_json(struct renderer *r, const struct event *ev,
		  const struct render_node *node, struct buf *out)
{
	struct rendering j = { .out = &r->records, .mem = r };

	buf_reset(&r->records);
	(void)buf_room(&r->records, RECORDS_EXPECTED);
	about_init(&j.about, ev);
	records_json(&j);
	j.out = out;
	if (buf_error(&r->records) < 0)
		out->error = r->records.error;
	else
		envelope_json(&j,
			      event_denial(ev, &r->denial) ? &r->denial : NULL,
			      node, buf_view(&r->records));
	memory_trim(&r->texts);
	memory_trim(&r->records);
	memory_trim(&r->scratch);
	memory_trim(&r->title);
	memory_trim(&r->repeated);
	return buf_error(out);
}

int render_json(const struct event *ev, const struct render_node *node,
		struct buf *out)
{
	struct renderer r;
	int error;

	renderer_init(&r);
	error = renderer_json(&r, ev, node, out);
	renderer_done(&r);
	return error;
}
