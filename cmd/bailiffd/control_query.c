/* SPDX-License-Identifier: Apache-2.0 */
/* control_query.c - what a client's request says; see control_role.h. */
#include "cmd/bailiffd/control_role.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/json.h"
#include "lib/loop.h"
#include "lib/num.h"
#include "pkg/policy/action.h"

static const char *const formats[] = {
	[FORMAT_JSON] = "json",
	[FORMAT_TEXT] = "text",
	[FORMAT_RAW] = "raw",
	[FORMAT_LAUREL] = "laurel",
};

static int format_parse(const char *word, enum ask_format *ret)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(word, formats[i]) == 0) {
			*ret = (enum ask_format)i;
			return 0;
		}
	return -EINVAL;
}

static int number_parse(struct control_request *q, const char *name,
			uint64_t min, uint64_t max, uint64_t *ret, bool *has)
{
	const char *text = control_query(q, name);

	*has = text != NULL;
	return text == NULL ? 0 : num_parse_u64(span_of(text), min, max, ret);
}

/* Absent and "0" are no; "1" and the bare name are yes. */
static int flag_parse(struct control_request *q, const char *name, bool *ret,
		      struct err *e)
{
	const char *text = control_query(q, name);

	*ret = text != NULL && strcmp(text, "0") != 0;
	if (*ret && text[0] != '\0' && strcmp(text, "1") != 0)
		return err_set(e, EINVAL, "%s must be 0 or 1", name);
	return 0;
}

static int what_copy(struct control_request *q, struct ask *ask, struct err *e)
{
	const char *what = control_query(q, "what");

	if (what == NULL)
		return 0;
	if (strlen(what) > ACTION_TEXT_MAX)
		return err_set(e, E2BIG, "what is longer than %d bytes",
			       ACTION_TEXT_MAX);
	ask->what = strdup(what);
	return ask->what != NULL ? 0 : err_set(e, ENOMEM, "out of memory");
}

/* A word that nobody looks at would be a filter that lets everything pass. */
static int names_check(struct control_request *q, struct err *e)
{
	static const char *const known[] = {
		"checkpoints", "denied", "follow",  "format", "from",
		"key",	       "limit",	 "outcome", "seq",    "service",
		"since",       "type",	 "until",   "what",   NULL,
	};
	const char *other = control_query_other(q, known);

	return other == NULL
		       ? 0
		       : err_set(e, EINVAL, "unknown parameter \"%s\"", other);
}

/* What the events must be like. */
static int filter_read(struct control_request *q, struct ask *ask,
		       struct err *e)
{
	static const char *const names[] = { "service", "type",	 "key",
					     "outcome", "since", "until" };
	struct event_filter *f = &ask->filter;
	bool wants_checkpoints;

	if (flag_parse(q, "denied", &f->wants_denied, e) < 0 ||
	    flag_parse(q, "checkpoints", &wants_checkpoints, e) < 0)
		return -EINVAL;
	f->hides_checkpoints = !wants_checkpoints && ask->format != FORMAT_JSON;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = control_query(q, names[i]);

		if (text != NULL && event_filter_set(f, names[i], span_of(text),
						     clock_real_ms(), e) < 0)
			return -EINVAL;
	}
	if (f->until_ms != 0 && ask->wants_follow)
		return err_set(e, EINVAL,
			       "follow goes on without end: no until");
	if (f->until_ms != 0 && f->until_ms <= f->since_ms)
		return err_set(e, EINVAL, "until is not later than since");
	return 0;
}

static int query_read(struct control_request *q, struct ask *ask, struct err *e)
{
	const char *format = control_query(q, "format");
	bool has_limit, has_seq;

	ask->limit = LIMIT_DEFAULT;
	if (flag_parse(q, "follow", &ask->wants_follow, e) < 0)
		return -EINVAL;
	if (number_parse(q, "from", 1, INT64_MAX, &ask->from, &ask->has_from) <
	    0)
		return err_set(e, EINVAL, "from must be a sequence number");
	if (number_parse(q, "seq", 1, INT64_MAX, &ask->next, &has_seq) < 0)
		return err_set(e, EINVAL, "seq must be a sequence number");
	if (number_parse(q, "limit", 1, LIMIT_MAX, &ask->limit, &has_limit) < 0)
		return err_set(e, EINVAL, "limit must be from 1 to %d",
			       LIMIT_MAX);
	if (format != NULL && format_parse(format, &ask->format) < 0)
		return err_set(e, EINVAL,
			       "format must be json, text, raw or laurel");
	if (filter_read(q, ask, e) < 0)
		return -EINVAL;
	if (!has_limit &&
	    (ask->wants_follow || ask->has_from || ask->filter.since_ms != 0))
		ask->limit = UINT64_MAX;
	return what_copy(q, ask, e);
}

static int body_read(struct control_request *q, struct ask *ask, struct err *e)
{
	json_t *bundle, *dry_run, *wait; /* wait is the client's own affair */
	const struct json_member rows[] = {
		{ "bundle", JSON_STRING, false, &bundle },
		{ "dry_run", JSON_TRUE, false, &dry_run },
		{ "wait", JSON_TRUE, false, &wait },
		{ 0 },
	};
	AUTO_JSON *body = NULL;
	int r;

	if (control_body(q).len == 0)
		return 0;
	r = json_parse(control_body(q), CONTROL_BODY_MAX, &body, e);
	if (r == 0)
		r = json_members(body, rows, e);
	if (r < 0)
		return err_wrap(e, "the request's body");
	if (bundle != NULL &&
	    snprintf(ask->path, sizeof(ask->path), "%s",
		     json_string_value(bundle)) >= (int)sizeof(ask->path))
		return err_set(e, EINVAL, "the bundle's path is too long");
	ask->is_dry_run = json_is_true(dry_run);
	return 0;
}

int ask_read(struct control_request *q, struct ask *ask, struct err *e)
{
	int r = names_check(q, e);

	if (r == 0)
		r = query_read(q, ask, e);
	return r < 0 ? r : body_read(q, ask, e);
}
