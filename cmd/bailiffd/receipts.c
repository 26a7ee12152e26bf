/* SPDX-License-Identifier: Apache-2.0 */
/* receipts.c - see receipts.h. */
#include "cmd/bailiffd/receipts.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "cmd/bailiffd/bound.h"
#include "cmd/bailiffd/supervisor.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"
#include "pkg/policy/artefact.h"

/* In an event; status has more. */
#define PATHS_TOLD 8

static void failure_say(struct supervisor *s, const struct bound *b)
{
	struct buf error;

	log_line(&s->log, LOG_LEVEL_WARN, "a service was not started",
		 LOG_FIELDS(log_text("service", b->session.service),
			    log_u64("ses", b->session.ses),
			    log_span("error", b->error)));
	supervisor_event(s, "service.refused", "service=%s ses=%u error=%s",
			 b->session.service, b->session.ses,
			 event_quote(b->error, &error));
	buf_done(&error);
}

static void skipped_say(struct supervisor *s, const struct bound *b)
{
	struct buf paths;

	buf_init(&paths, PATHS_TOLD * ARTEFACT_PATH_MAX * 6);
	bound_paths_write(b, PATHS_TOLD, &paths);
	log_line(&s->log, LOG_LEVEL_WARN,
		 "rules were left out, their paths are not there",
		 LOG_FIELDS(log_text("service", b->session.service),
			    log_u64("ses", b->session.ses),
			    log_u64("skipped", b->skipped),
			    log_span("paths", buf_view(&paths))));
	supervisor_event(s, "service.skipped_paths",
			 "service=%s ses=%u skipped=%u paths=%.*s",
			 b->session.service, b->session.ses, b->skipped,
			 SPAN_FMT(buf_view(&paths)));
	buf_done(&paths);
}

static void receipt_look(struct supervisor *s, const char *name)
{
	struct bound b = { 0 };
	uint32_t ses;

	if (num_parse_u32(span_of(name), 0, UINT32_MAX - 1, &ses) < 0 ||
	    session_lookup(s->dirs.sessions, ses, &b.session, NULL) < 0)
		return;
	bound_receipt(s->dirs.receipts, &b);
	if (b.binding == BINDING_FAILED)
		failure_say(s, &b);
	else if (b.skipped != 0)
		skipped_say(s, &b);
	/* A reload overtook it while it started. */
	if (b.binding == BINDING_APPLIED && b.generation != s->info.generation)
		stops_begin(s);
	buf_done(&b.receipt);
}

static void event_take(void *ctx, const struct inotify_event *event)
{
	if (event->len != 0)
		receipt_look(ctx, event->name);
}

/* Exec closes the launcher's descriptor: then the line is there. */
static int receipts_changed(struct source *self, uint32_t events)
{
	struct supervisor *s = container_of(self, struct supervisor, receipts);
	(void)events;
	inotify_drain(self->fd, event_take, s);
	return 0;
}

int receipts_begin(struct supervisor *s, struct err *e)
{
	s->receipts = (struct source){
		.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
		.name = "receipts",
		.ready = receipts_changed,
	};
	if (s->receipts.fd < 0)
		return err_errno(e, "watch " PATH_RECEIPTS);
	if (inotify_add_watch(s->receipts.fd, PATH_RECEIPTS, IN_CLOSE_WRITE) <
	    0)
		return err_errno(e, "watch " PATH_RECEIPTS);
	return loop_add(s->loop, &s->receipts, EPOLLIN, e);
}
