/* SPDX-License-Identifier: Apache-2.0 */
/* tail.c - bailiffctl tail: events as they are, and as they come. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/loop.h"
#include "pkg/audit/filter.h"
#include "pkg/control/control.h"

struct tail {
	const struct ctl *ctl;
	bool is_text; /* rendered for people */
};

static int line_print(void *ctx, struct span line)
{
	const struct tail *t = ctx;

	/* Bytes are only changed for people: a pipe gets them as they are. */
	if (t->is_text || t->ctl->is_terminal)
		ctl_put(line);
	else
		(void)fwrite(line.p, 1, line.len, stdout);
	(void)fputc('\n', stdout);
	/* A follower's reader wants each line now. */
	return fflush(stdout) != 0 || ferror(stdout) ? CTL_SYSTEM : 0;
}

struct wish {
	bool follows, is_denied, is_raw, has_from, has_limit, has_checkpoints;
	const char *format; /* NULL: by --json and --raw */
	const char *service, *type, *key, *outcome, *since, *until;
	uint64_t from, limit;
};

static void text_put(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(out, "&%s=", name);
	ctl_query_value(out, value);
}

static void path_make(struct buf *out, const struct wish *w)
{
	buf_puts(out, "/v1/events?format=");
	ctl_query_value(out, w->format);
	if (w->follows)
		buf_puts(out, "&follow=1");
	if (w->is_denied)
		buf_puts(out, "&denied=1");
	if (w->has_checkpoints)
		buf_puts(out, "&checkpoints=1");
	if (w->has_from)
		buf_printf(out, "&from=%" PRIu64, w->from);
	if (w->has_limit)
		buf_printf(out, "&limit=%" PRIu64, w->limit);
	text_put(out, "service", w->service);
	text_put(out, "type", w->type);
	text_put(out, "key", w->key);
	text_put(out, "outcome", w->outcome);
	text_put(out, "since", w->since);
	text_put(out, "until", w->until);
}

/* One format, however it was said. Return: CTL_DONE; CTL_USAGE. */
static int format_choose(const struct ctl *ctl, struct wish *w)
{
	if (w->is_raw && ctl->wants_json)
		return ctl_usage(ctl, "--raw and --json exclude each other");
	if (w->format != NULL && (w->is_raw || ctl->wants_json))
		return ctl_usage(ctl, "--format and %s exclude each other",
				 w->is_raw ? "--raw" : "--json");
	if (w->format == NULL)
		w->format = w->is_raw	      ? "raw"
			    : ctl->wants_json ? "json"
					      : "text";
	return CTL_DONE;
}

/* What the daemon would refuse is said here, as wrong usage. Return: CTL_DONE;
 * CTL_USAGE. */
static int filter_check(const struct ctl *ctl, const struct wish *w)
{
	const struct {
		const char *name, *value;
	} rows[] = {
		{ "service", w->service }, { "type", w->type },
		{ "key", w->key },	   { "outcome", w->outcome },
		{ "since", w->since },	   { "until", w->until },
	};
	struct event_filter f = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value != NULL &&
		    event_filter_set(&f, rows[i].name, span_of(rows[i].value),
				     clock_real_ms(), &e) < 0)
			return ctl_usage(ctl, "%s", e.text);
	if (w->until != NULL && w->follows)
		return ctl_usage(ctl, "--follow goes on without end: no "
				      "--until");
	return CTL_DONE;
}

int verb_tail(struct ctl *ctl, int argc, char **argv)
{
	struct wish w = { 0 };
	const struct ctl_option rows[] = {
		{ "--follow", "-f", CTL_FLAG, &w.follows, NULL },
		{ "--service", NULL, CTL_TEXT, &w.service, NULL },
		{ "--type", NULL, CTL_TEXT, &w.type, NULL },
		{ "--key", NULL, CTL_TEXT, &w.key, NULL },
		{ "--outcome", NULL, CTL_TEXT, &w.outcome, NULL },
		{ "--since", NULL, CTL_TEXT, &w.since, NULL },
		{ "--until", NULL, CTL_TEXT, &w.until, NULL },
		{ "--denied", NULL, CTL_FLAG, &w.is_denied, NULL },
		{ "--checkpoints", NULL, CTL_FLAG, &w.has_checkpoints, NULL },
		{ "--raw", NULL, CTL_FLAG, &w.is_raw, NULL },
		{ "--format", NULL, CTL_TEXT, &w.format, NULL },
		{ "--from", NULL, CTL_NUMBER, &w.from, &w.has_from },
		{ "--lines", "-n", CTL_NUMBER, &w.limit, &w.has_limit },
		{ 0 },
	};
	struct tail t = { .ctl = ctl };
	struct err e = { 0 };
	struct buf path;
	int r = ctl_options(ctl, rows, argc, argv, NULL);

	if (r == CTL_DONE)
		r = format_choose(ctl, &w);
	if (r == CTL_DONE)
		r = filter_check(ctl, &w);
	if (r != CTL_DONE)
		return r;
	t.is_text = strcmp(w.format, "text") == 0;
	buf_init(&path, 8192);
	path_make(&path, &w);
	if (buf_error(&path) < 0) {
		buf_done(&path);
		return ctl_usage(ctl, "the options are too long");
	}
	r = control_follow(ctl_socket(ctl, false), buf_cstr(&path), line_print,
			   &t, &e);
	buf_done(&path);
	if (r == 0 && w.follows && !(w.has_from && w.has_limit))
		r = err_set(&e, EPIPE, "bailiffd ended the stream");
	if (r >= 0)
		return r;
	(void)ctl_fail(ctl, &e);
	return r == -EREMOTEIO ? CTL_NO : CTL_SYSTEM;
}
