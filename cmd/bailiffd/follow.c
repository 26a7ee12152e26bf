/* SPDX-License-Identifier: Apache-2.0 */
/* follow.c - see follow.h. */
#include "cmd/bailiffd/follow.h"

#include <errno.h>
#include <string.h>

#include "cmd/bailiffd/living.h"
#include "cmd/bailiffd/process.h"
#include "cmd/bailiffd/supervisor.h"
#include "lib/auto.h"
#include "pkg/audit/follow.h"
#include "pkg/audit/rules.h"
#include "pkg/identity/paths.h"

#define RULES_BYTES (4U << 20)
#define SCAN_MS	    200 /* /proc is not read more often for logins */

/* A service that the policy does not name (any more) has what holds for all. */
static uint32_t auid_of(const struct supervisor *s, const char *service)
{
	for (size_t i = 0; i < s->info.service_count; i++)
		if (strcmp(s->info.services[i].name, service) == 0)
			return AUID_BASE + s->info.services[i].number;
	return AUID_BASE;
}

static void trouble(struct supervisor *s, const struct err *e)
{
	log_err(&s->log, LOG_LEVEL_ERROR,
		"not all that logins in services do is recorded", e);
}

/* Is anybody in it? One that took it and has ended may have left others: for
 * them /proc is read, once for all of @living. */
static bool is_living(const struct followed *row, struct living *living)
{
	const struct session session = { .ses = row->ses, .pid = row->pid };

	return living_pid(living, &session) != 0;
}

/* A storm of logins that have ended already must not have /proc read for each
 * of them. */
static bool may_scan(struct follows *f, uint64_t now_ms)
{
	if (f->scan_ms != 0 && now_ms - f->scan_ms < SCAN_MS)
		return false;
	f->scan_ms = now_ms;
	return true;
}

static bool is_known(const struct follows *f, uint32_t ses)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->rows[i].ses == ses)
			return true;
	return false;
}

static int row_decode(struct cur *body, struct followed *ret)
{
	struct span service;

	*ret = (struct followed){ .ses = cur_u32(body) };
	ret->pid = (int32_t)cur_u32(body);
	service = cur_blob(body, SERVICE_NAME_MAX);
	if (body->failed || ret->ses == UINT32_MAX || ret->pid < 0 ||
	    (service.len != 0 && service_name_check(service, NULL) < 0))
		return -EPROTO;
	memcpy(ret->service, service.p, service.len);
	return 0;
}

static void row_add(struct supervisor *s, const struct followed *row)
{
	AUTO_DONE(buf_done) struct buf rules = { 0 };
	struct follows *f = &s->follows;
	struct err e = { 0 };
	size_t count;

	buf_init(&rules, RULES_BYTES);
	count = rules_follow(buf_view(&s->watch.rules),
			     auid_of(s, row->service), row->ses, &rules);
	if (f->count == FOLLOW_MAX || f->rules + count > FOLLOW_RULES_MAX) {
		f->refused++;
		return;
	}
	if (audit_rules_add(s->audit_control_fd, buf_view(&rules), &e) < 0)
		trouble(s, &e);
	f->rows[f->count++] = *row;
	f->rules += count;
}

int follow_ask(struct supervisor *s, struct cur *body)
{
	const uint32_t count = cur_u32(body);
	const bool has_rules = s->watch.is_on && !s->is_observing;
	const bool scans = may_scan(&s->follows, clock_boot_ms());
	struct living living = { 0 };
	int r = body->failed || count > LOGINS_TOLD_MAX ? -EPROTO : 0;

	if (has_rules)
		watch_before(s);
	for (uint32_t i = 0; i < count && r == 0; i++) {
		struct followed row;

		r = row_decode(body, &row);
		if (r < 0 || !has_rules || is_known(&s->follows, row.ses) ||
		    (process_session(row.pid) != row.ses &&
		     !(scans && is_living(&row, &living))))
			continue;
		row_add(s, &row);
	}
	if (has_rules)
		watch_after(s);
	living_done(&living);
	return r;
}

/* ---- those that stand -----------------------------------------------------
 */

static bool has_rule(struct span list, struct span rule)
{
	struct cur c = cur_of(list);

	while (c.rest.len != 0 && !c.failed)
		if (span_eq(cur_blob(&c, RULES_BYTES), rule))
			return true;
	return false;
}

/* Followers that stand and are not wanted. */
static void surplus_find(struct span standing, struct span wanted,
			 struct buf *out)
{
	struct cur c = cur_of(standing);
	uint32_t ses;

	while (c.rest.len != 0 && !c.failed) {
		const struct span rule = cur_blob(&c, RULES_BYTES);

		if (rule_is_follower(rule, &ses) && !has_rule(wanted, rule))
			buf_blob(out, rule);
	}
}

void follow_renew(struct supervisor *s)
{
	AUTO_DONE(buf_done) struct buf standing = { 0 };
	AUTO_DONE(buf_done) struct buf wanted = { 0 };
	AUTO_DONE(buf_done) struct buf surplus = { 0 };
	struct follows *f = &s->follows;
	struct err e = { 0 };
	int r;

	buf_init(&standing, RULES_BYTES);
	buf_init(&wanted, RULES_BYTES);
	buf_init(&surplus, RULES_BYTES);
	r = audit_rules_list(s->audit_control_fd, &standing, &e);
	f->rules = 0;
	for (size_t i = 0; i < f->count && r == 0; i++)
		f->rules += rules_follow(buf_view(&standing),
					 auid_of(s, f->rows[i].service),
					 f->rows[i].ses, &wanted);
	/* What is missing is added before what is too many goes. */
	if (r == 0)
		r = audit_rules_add(s->audit_control_fd, buf_view(&wanted), &e);
	surplus_find(buf_view(&standing), buf_view(&wanted), &surplus);
	if (r == 0)
		r = audit_rules_delete(s->audit_control_fd, buf_view(&surplus),
				       &e);
	if (r < 0)
		trouble(s, &e);
}

static void refused_tell(struct supervisor *s, uint64_t now_ms)
{
	struct follows *f = &s->follows;

	if (f->refused == f->refused_told || now_ms < f->tell_ms)
		return;
	supervisor_event(s, "audit.logins_not_followed", "count=%llu",
			 (unsigned long long)(f->refused - f->refused_told));
	log_line(&s->log, LOG_LEVEL_WARN,
		 "too many logins in services at a time: what some of them "
		 "execute is not recorded",
		 LOG_FIELDS(log_u64("count", f->refused - f->refused_told)));
	f->refused_told = f->refused;
	f->tell_ms = now_ms + FOLLOW_TELL_MS;
}

void follow_tick(struct supervisor *s, uint64_t now_ms)
{
	struct follows *f = &s->follows;
	struct living living = { 0 };
	const size_t before = f->count;

	refused_tell(s, now_ms);
	if (f->count == 0 || now_ms < f->look_ms)
		return;
	f->look_ms = now_ms + FOLLOW_LOOK_MS;
	for (size_t i = 0; i < f->count;) {
		struct followed *row = &f->rows[i];
		const bool is_empty = !is_living(row, &living);

		/* Whoever forks while /proc is read may be overlooked once. */
		if (is_empty && row->was_empty) {
			*row = f->rows[--f->count];
			continue;
		}
		row->was_empty = is_empty;
		i++;
	}
	living_done(&living);
	if (f->count == before)
		return;
	watch_before(s);
	follow_renew(s);
	watch_after(s);
}
