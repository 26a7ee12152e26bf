/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - see watch.h. */
#include "cmd/bailiffd/watch.h"

#include <stdio.h>

#include "cmd/bailiffd/supervisor.h"
#include "lib/auto.h"
#include "pkg/audit/rules.h"
#include "pkg/identity/paths.h"

#define RULES_MAX (4U << 20) /* bytes of a listing */
#define AUID_LAST (AUID_BASE + SERVICE_NUMBER_SELF)

void watch_init(struct watch *w)
{
	*w = (struct watch){ 0 };
	buf_init(&w->rules, RULES_MAX);
}

void watch_done(struct watch *w)
{
	buf_done(&w->rules);
}

static int rules_read(struct supervisor *s, struct buf *ret)
{
	struct err e = { 0 };
	int r;

	buf_init(ret, RULES_MAX);
	r = audit_rules_list(s->audit_control_fd, ret, &e);
	if (r < 0)
		log_err(&s->log, LOG_LEVEL_WARN,
			"the kernel's audit rules cannot be read", &e);
	return r;
}

static void hash_tell(struct supervisor *s)
{
	struct watch *w = &s->watch;
	struct buf body;

	if (w->is_told || !s->workers[ROLE_AUDIT].is_ready)
		return;
	buf_init(&body, 64);
	buf_blob(&body,
		 (struct span){ (const char *)w->hash, sizeof(w->hash) });
	w->is_told = msg_send_buf(s->workers[ROLE_AUDIT].channel.fd, WIRE_RULES,
				  0, &body) == 0;
	buf_done(&body);
}

/* @rules become what is meant to be. */
static void rules_keep(struct supervisor *s, struct buf *rules)
{
	struct watch *w = &s->watch;

	buf_done(&w->rules);
	w->rules = *rules;
	*rules = (struct buf){ 0 };
	w->is_told = rules_hash(buf_view(&w->rules), w->hash) < 0;
	hash_tell(s);
}

/* Put bailiff's own back, as far as the kernel takes them: one on a path whose
 * directory is gone stays away. Return: are all of them there. */
static bool rules_restore(struct supervisor *s)
{
	AUTO_DONE(buf_done) struct buf now = { 0 };
	struct err e = { 0 };
	const int r = audit_rules_restore(s->audit_control_fd,
					  buf_view(&s->watch.rules), AUID_BASE,
					  AUID_LAST, &e);

	if (r < 0) {
		log_err(&s->log, LOG_LEVEL_ERROR,
			"not all audit rules can be put back", &e);
		(void)snprintf(s->rules_error, sizeof(s->rules_error), "%s",
			       e.text);
	}
	if (rules_read(s, &now) == 0)
		rules_keep(s, &now);
	return r == 0;
}

static void drift_tell(struct supervisor *s, const struct rules_drift *d,
		       const char *restored)
{
	s->watch.drifts++;
	supervisor_event(s, "audit.rules_drift",
			 "missing=%zu added=%zu foreign_added=%zu "
			 "foreign_removed=%zu silencing=%zu reordered=%d "
			 "restored=%s",
			 d->missing, d->added, d->foreign_added,
			 d->foreign_removed, d->silencing, d->is_reordered,
			 restored);
	log_line(&s->log,
		 rules_drift_harms(d) ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
		 "somebody else changed the kernel's audit rules",
		 LOG_FIELDS(log_u64("missing", d->missing),
			    log_u64("added", d->added),
			    log_u64("foreign_added", d->foreign_added),
			    log_u64("foreign_removed", d->foreign_removed),
			    log_u64("silencing", d->silencing),
			    log_text("restored", restored)));
}

static void rules_compare(struct supervisor *s)
{
	AUTO_DONE(buf_done) struct buf now = { 0 };
	struct rules_drift d;
	const char *restored = "no";

	if (rules_read(s, &now) < 0 ||
	    !rules_drift_find(buf_view(&s->watch.rules), buf_view(&now),
			      AUID_BASE, AUID_LAST, &d))
		return;
	if (!rules_drift_harms(&d))
		rules_keep(s, &now);
	else if (rules_restore(s))
		restored = "yes";
	drift_tell(s, &d, restored);
}

void watch_before(struct supervisor *s)
{
	if (s->watch.is_on)
		rules_compare(s);
}

void watch_after(struct supervisor *s)
{
	AUTO_DONE(buf_done) struct buf now = { 0 };

	if (s->is_observing || s->audit_control_fd < 0 ||
	    rules_read(s, &now) < 0)
		return;
	rules_keep(s, &now);
	s->watch.is_on = true;
	s->watch.next_ms = clock_boot_ms() + WATCH_MS;
}

void watch_tick(struct supervisor *s, uint64_t now_ms)
{
	struct watch *w = &s->watch;

	if (!w->is_on)
		return;
	hash_tell(s);
	if (now_ms < w->next_ms)
		return;
	w->next_ms = now_ms + WATCH_MS;
	rules_compare(s);
}

void watch_restarted(struct supervisor *s)
{
	s->watch.is_told = false;
}

/* ---- parameters -----------------------------------------------------------
 */

static void posture_tell(struct supervisor *s, const struct audit_posture *is,
			 const char *restored)
{
	const struct audit_posture *meant = &s->audit_posture;

	s->watch.drifts++;
	supervisor_event(
		s, "audit.posture_drift",
		"enabled=%u meant=%u backlog_limit=%u meant_limit=%u "
		"backlog_wait_time=%u meant_wait=%u rate_limit=%u meant_rate=%u "
		"failure=%u meant_failure=%u restored=%s",
		is->enabled, meant->enabled, is->backlog_limit,
		meant->backlog_limit, is->backlog_wait_time,
		meant->backlog_wait_time, is->rate_limit, meant->rate_limit,
		is->failure, meant->failure, restored);
	log_line(&s->log, LOG_LEVEL_WARN,
		 "somebody else changed the kernel's audit parameters",
		 LOG_FIELDS(log_u64("enabled", is->enabled),
			    log_u64("backlog_limit", is->backlog_limit),
			    log_u64("rate_limit", is->rate_limit),
			    log_u64("failure", is->failure),
			    log_text("restored", restored)));
}

void watch_posture(struct supervisor *s, const struct audit_state *state)
{
	const struct audit_posture is = audit_posture_of(state);
	struct watch *w = &s->watch;
	struct err e = { 0 };
	bool is_restored;

	if (!w->is_on || audit_posture_eq(&s->audit_posture, &is)) {
		w->seen = (struct audit_posture){ 0 };
		return;
	}
	is_restored = audit_posture_set(s->audit_control_fd, &s->audit_posture,
					NULL, &e) == 0;
	/* What cannot be put back is told once, not every second. */
	if (!is_restored && audit_posture_eq(&w->seen, &is))
		return;
	w->seen = is;
	posture_tell(s, &is, is_restored ? "yes" : "no");
}
