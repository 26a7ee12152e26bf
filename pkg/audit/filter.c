/* SPDX-License-Identifier: Apache-2.0 */
/* filter.c - see filter.h. */
#include "pkg/audit/filter.h"

#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/when.h"
#include "pkg/audit/about.h"
#include "pkg/audit/frame.h"
#include "pkg/audit/record.h"
#include "pkg/audit/types.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- setting --------------------------------------------------------------
 */

static int text_copy(struct span value, char *ret, size_t size,
		     const char *what, struct err *e)
{
	if (value.len >= size)
		return err_set(e, EINVAL, "%s is longer than %zu bytes", what,
			       size - 1);
	if (value.len != 0)
		memcpy(ret, value.p, value.len);
	ret[value.len] = '\0';
	return 0;
}

static int set_service(struct event_filter *f, struct span value,
		       uint64_t now_ms, struct err *e)
{
	(void)now_ms;
	return text_copy(value, f->service, sizeof(f->service),
			 "the service's name", e);
}

static int set_key(struct event_filter *f, struct span value, uint64_t now_ms,
		   struct err *e)
{
	(void)now_ms;
	return text_copy(value, f->key, sizeof(f->key), "the key", e);
}

static int set_types(struct event_filter *f, struct span value, uint64_t now_ms,
		     struct err *e)
{
	(void)now_ms;
	do {
		const struct span word = span_cut(&value, ',');

		if (span_eq_str(word, "BAILIFF")) {
			f->wants_own = true;
			continue;
		}
		if (f->type_count == FILTER_TYPES_MAX)
			return err_set(e, EINVAL, "more than %d types",
				       FILTER_TYPES_MAX);
		if (!type_parse(word, &f->types[f->type_count]))
			return err_set(e, EINVAL,
				       "\"%.*s\" is no record type (SYSCALL, "
				       "LANDLOCK_ACCESS, 1326, BAILIFF)",
				       SPAN_FMT(word));
		f->type_count++;
	} while (value.len != 0);
	return 0;
}

static const char *const outcomes[] = { "success", "failure", "unknown" };

static int set_outcome(struct event_filter *f, struct span value,
		       uint64_t now_ms, struct err *e)
{
	(void)now_ms;
	for (size_t i = 0; i < COUNT(outcomes); i++)
		if (span_eq_str(value, outcomes[i])) {
			f->outcome = outcomes[i];
			return 0;
		}
	return err_set(e, EINVAL,
		       "outcome must be success, failure or unknown, not "
		       "\"%.*s\"",
		       SPAN_FMT(value));
}

static int time_set(struct span value, uint64_t now_ms, const char *name,
		    uint64_t *ret, struct err *e)
{
	if (when_about(value, now_ms, ret) == 0)
		return 0;
	return err_set(e, EINVAL,
		       "%s: \"%.*s\" is no time (2026-11-22T08:30:00Z, "
		       "2026-11-22, 08:30, 15m, @1795296627; in UTC)",
		       name, SPAN_FMT(value));
}

static int set_since(struct event_filter *f, struct span value, uint64_t now_ms,
		     struct err *e)
{
	return time_set(value, now_ms, "since", &f->since_ms, e);
}

static int set_until(struct event_filter *f, struct span value, uint64_t now_ms,
		     struct err *e)
{
	return time_set(value, now_ms, "until", &f->until_ms, e);
}

static const struct {
	const char *name;
	int (*set)(struct event_filter *f, struct span value, uint64_t now_ms,
		   struct err *e);
} conditions[] = {
	{ "service", set_service }, { "type", set_types },
	{ "key", set_key },	    { "outcome", set_outcome },
	{ "since", set_since },	    { "until", set_until },
};

int event_filter_set(struct event_filter *f, const char *name,
		     struct span value, uint64_t now_ms, struct err *e)
{
	for (size_t i = 0; i < COUNT(conditions); i++)
		if (strcmp(conditions[i].name, name) == 0)
			return conditions[i].set(f, value, now_ms, e);
	return -ENOENT;
}

/* ---- judging --------------------------------------------------------------
 */

static bool service_fits(const struct event_filter *f, const struct event *ev)
{
	if (f->service[0] == '\0')
		return true;
	if (strcmp(f->service, "-") == 0)
		return ev->service.len == 0;
	return span_eq_str(ev->service, f->service);
}

static bool type_fits(const struct event_filter *f, const struct event *ev)
{
	if (f->type_count == 0 && !f->wants_own)
		return true;
	if (ev->kind == EVENT_OWN)
		return f->wants_own;
	for (uint32_t i = 0; i < ev->record_count; i++)
		for (size_t k = 0; k < f->type_count; k++)
			if (ev->records[i].type == f->types[k])
				return true;
	return false;
}

/* The keys of one record: joined by byte 1. */
static bool record_has_key(struct span text, const char *wanted)
{
	AUTO_DONE(buf_done) struct buf keys = { 0 };
	struct span raw, rest;

	if (!record_field(text, "key", &raw) || span_eq_str(raw, "(null)"))
		return false;
	buf_init(&keys, RECORD_BYTES_MAX);
	record_string(raw, &keys);
	rest = buf_view(&keys);
	while (rest.len != 0)
		if (span_eq_str(span_cut(&rest, '\1'), wanted))
			return true;
	return false;
}

static bool key_fits(const struct event_filter *f, const struct event *ev)
{
	if (f->key[0] == '\0')
		return true;
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (record_has_key(record_trusted(ev->records[i].type,
						  ev->records[i].text),
				   f->key))
			return true;
	return false;
}

static bool is_denied(const struct event *ev)
{
	struct event_denial denial;

	return event_denial(ev, &denial);
}

/* As event.outcome of the JSON. */
static const char *event_outcome(const struct event *ev)
{
	struct about about;

	if (is_denied(ev))
		return outcome_name(OUTCOME_FAILURE);
	about_event(&about, ev);
	return outcome_name(about.outcome);
}

/* The trail's keys have no time: no span of it holds them. */
static bool time_fits(const struct event_filter *f, const struct event *ev)
{
	return ev->time_ms >= f->since_ms &&
	       (f->until_ms == 0 ||
		(ev->time_ms != 0 && ev->time_ms < f->until_ms));
}

bool event_filter_passes(const struct event_filter *f, const struct event *ev)
{
	/* The cheap ones first. */
	return !(f->hides_checkpoints && event_is_note(ev)) &&
	       time_fits(f, ev) && service_fits(f, ev) && type_fits(f, ev) &&
	       key_fits(f, ev) && (!f->wants_denied || is_denied(ev)) &&
	       (f->outcome == NULL ||
		strcmp(event_outcome(ev), f->outcome) == 0);
}
