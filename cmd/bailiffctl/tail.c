/* SPDX-License-Identifier: Apache-2.0 */
/* tail.c - bailiffctl tail: events as they are, and as they come. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd/bailiffctl/ctl.h"
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
	bool follows, is_denied, is_raw, has_from, has_limit;
	bool has_checkpoints;
	const char *service;
	uint64_t from, limit;
};

static void path_make(struct buf *out, const struct ctl *ctl,
		      const struct wish *w)
{
	buf_printf(out, "/v1/events?format=%s",
		   w->is_raw	     ? "raw"
		   : ctl->wants_json ? "json"
				     : "text");
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
	if (w->service != NULL) {
		buf_puts(out, "&service=");
		ctl_query_value(out, w->service);
	}
}

int verb_tail(struct ctl *ctl, int argc, char **argv)
{
	struct wish w = { 0 };
	const struct ctl_option rows[] = {
		{ "--follow", "-f", CTL_FLAG, &w.follows, NULL },
		{ "--service", NULL, CTL_TEXT, &w.service, NULL },
		{ "--denied", NULL, CTL_FLAG, &w.is_denied, NULL },
		{ "--raw", NULL, CTL_FLAG, &w.is_raw, NULL },
		{ "--checkpoints", NULL, CTL_FLAG, &w.has_checkpoints, NULL },
		{ "--from", NULL, CTL_NUMBER, &w.from, &w.has_from },
		{ "--lines", "-n", CTL_NUMBER, &w.limit, &w.has_limit },
		{ 0 },
	};
	struct tail t = { .ctl = ctl };
	struct err e = { 0 };
	struct buf path;
	int r = ctl_options(ctl, rows, argc, argv, NULL);

	if (r != CTL_DONE)
		return r;
	if (w.is_raw && ctl->wants_json)
		return ctl_usage(ctl, "--raw and --json exclude each other");
	t.is_text = !w.is_raw && !ctl->wants_json;
	buf_init(&path, 4096);
	path_make(&path, ctl, &w);
	if (buf_error(&path) < 0) {
		buf_done(&path);
		return ctl_usage(ctl, "the service's name is too long");
	}
	r = control_follow(ctl_socket(ctl, false), buf_cstr(&path), line_print,
			   &t, &e);
	buf_done(&path);
	if (r == 0 && w.follows)
		r = err_set(&e, EPIPE, "bailiffd ended the stream");
	if (r >= 0)
		return r;
	(void)ctl_fail(ctl, &e);
	return r == -EREMOTEIO ? CTL_NO : CTL_SYSTEM;
}
