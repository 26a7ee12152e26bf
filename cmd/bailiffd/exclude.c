/* SPDX-License-Identifier: Apache-2.0 */
/* exclude.c - see exclude.h. */
#include "cmd/bailiffd/exclude.h"

#include <errno.h>
#include <stdio.h>

#include "cmd/bailiffd/supervisor.h"
#include "lib/compat.h"
#include "pkg/audit/rules.h"
#include "pkg/audit/types.h"
#include "pkg/identity/paths.h"

static const int codes[] = { EACCES, EPERM };
#define CODES (sizeof(codes) / sizeof(codes[0]))

/* Types of records that may be kept away, and nothing else of a service. */
static bool is_denial(uint16_t type)
{
	return type == AUDIT_LANDLOCK_ACCESS || type == AUDIT_SECCOMP ||
	       type == AUDIT_AVC || type == AUDIT_SYSCALL;
}

static int rule_change(struct supervisor *s, const struct exclude *x,
		       int (*change)(int, const struct audit_rule *,
				     struct err *),
		       struct err *e)
{
	struct audit_rule rule;
	int r = 0;

	watch_before(s);
	if (x->type != AUDIT_SYSCALL) {
		rule_exclude(&rule, x->auid, x->pid, x->type);
		r = change(s->audit_control_fd, &rule, e);
	}
	for (size_t i = 0; x->type == AUDIT_SYSCALL && i < CODES && r == 0;
	     i++) {
		rule_mute(&rule, x->ses, codes[i]);
		r = change(s->audit_control_fd, &rule, e);
	}
	watch_after(s);
	return r;
}

static void exclude_tell(struct supervisor *s, const struct exclude *x,
			 const char *action, const char *what, uint32_t value)
{
	struct buf type;

	buf_init(&type, 64);
	type_print(x->type, &type);
	supervisor_event(s, action,
			 "service=%s ses=%u auid=%u pid=%d type=%s %s=%u",
			 x->service, x->ses, x->auid, x->pid, buf_cstr(&type),
			 what, value);
	buf_done(&type);
}

/* Is there a rule for it, or one that covers it? Then @x becomes one for all
 * processes of the service, if it is not yet. */
static bool is_covered(const struct excludes *all, struct exclude *x)
{
	bool is_near = false;

	for (size_t i = 0; i < all->count; i++) {
		const struct exclude *row = &all->rows[i];

		if (row->type != x->type || row->auid != x->auid)
			continue;
		if (x->type == AUDIT_SYSCALL && row->ses != x->ses)
			continue;
		if (row->pid == 0 || row->pid == x->pid ||
		    x->type == AUDIT_SYSCALL)
			return true;
		is_near = true;
	}
	/* Containers that no policy names share an auid. */
	if (is_near && x->auid != AUID_BASE)
		x->pid = 0;
	return false;
}

int exclude_ask(struct supervisor *s, struct cur *body)
{
	struct exclude x = { 0 };
	struct span service;
	struct err e = { 0 };
	uint32_t count;

	x.ses = cur_u32(body);
	x.auid = cur_u32(body);
	x.pid = (int32_t)cur_u32(body);
	x.type = cur_u16(body);
	count = cur_u32(body);
	service = cur_blob(body, SERVICE_NAME_MAX);
	if (body->failed || !is_denial(x.type))
		return -EPROTO;
	/* Nobody's, bailiff's own, and strangers are never silenced; a rule
	 * about the session that is none would be about all of these. */
	if (s->is_observing || s->audit_control_fd < 0 || x.pid < 0 ||
	    service_name_check(service, NULL) < 0 || x.auid < AUID_BASE ||
	    x.auid > AUID_BASE + SERVICE_NUMBER_MAX ||
	    (x.auid == AUID_BASE && x.pid == 0 && x.type != AUDIT_SYSCALL) ||
	    (x.type == AUDIT_SYSCALL && x.ses == UINT32_MAX) ||
	    s->excludes.count == EXCLUDES_MAX || is_covered(&s->excludes, &x))
		return 0;
	(void)snprintf(x.service, sizeof(x.service), "%.*s", SPAN_FMT(service));
	x.end_ms = clock_boot_ms() + EXCLUDE_MS;
	if (rule_change(s, &x, audit_rule_add, &e) < 0) {
		log_err(&s->log, LOG_LEVEL_ERROR,
			"a service that floods cannot be excluded", &e);
		return 0;
	}
	s->excludes.rows[s->excludes.count++] = x;
	s->excludes.ever++;
	exclude_tell(s, &x, "audit.excluded", "denials", count);
	log_line(&s->log, LOG_LEVEL_WARN,
		 "a service floods: the kernel makes no records of its denials "
		 "for a while",
		 LOG_FIELDS(log_text("service", x.service),
			    log_i64("pid", x.pid), log_u64("denials", count)));
	return 0;
}

void exclude_tick(struct supervisor *s, uint64_t now_ms)
{
	struct excludes *all = &s->excludes;

	for (size_t i = 0; i < all->count;) {
		const struct exclude x = all->rows[i];
		struct err e = { 0 };

		if (now_ms < x.end_ms) {
			i++;
			continue;
		}
		if (rule_change(s, &x, audit_rule_delete, &e) < 0)
			log_err(&s->log, LOG_LEVEL_ERROR,
				"a service stays excluded", &e);
		all->rows[i] = all->rows[--all->count];
		exclude_tell(s, &x, "audit.included", "after_ms", EXCLUDE_MS);
	}
}
