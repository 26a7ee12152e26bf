/* SPDX-License-Identifier: Apache-2.0 */
/* kernel.c - the kernel's audit subsystem as bailiffd sets it up and puts it
 * back; see supervisor.h.
 */
#include "cmd/bailiffd/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/bailiffd/publication.h"
#include "lib/auto.h"
#include "lib/cur.h"
#include "lib/file.h"
#include "pkg/audit/rules.h"
#include "pkg/enforce/enforce.h"
#include "pkg/identity/loginuid.h"
#include "pkg/identity/paths.h"

#define BACKLOG_LIMIT  8192
#define PREDECESSOR_MS 5000 /* a killed daemon's workers drain meanwhile */
#define RECORDS_ABI    7    /* Landlock ABI from which denials are logged */

bool kernel_owner_is_alive(uint32_t pid, char comm[32])
{
	char path[48];
	struct buf b;
	bool alive;

	(void)snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	buf_init(&b, 32);
	alive = file_read(AT_FDCWD, path, 31, &b, NULL) == 0;
	(void)snprintf(comm, 32, "%.*s", b.len ? (int)(b.len - 1) : 0,
		       b.len ? b.p : "");
	buf_done(&b);
	return alive;
}

static void pause_ms(unsigned ms)
{
	const struct timespec t = { .tv_nsec = (long)ms * 1000000L };

	(void)nanosleep(&t, NULL);
}

/* The kernel has one reader. A dead one's number may still stand there, and a
 * predecessor's audit process may still be finishing. */
static int incumbent_check(struct supervisor *s, struct err *e)
{
	const uint64_t end = clock_boot_ms() + PREDECESSOR_MS;
	struct audit_state state;
	char comm[32];
	int r;

	for (;;) {
		r = audit_state_get(s->audit_control_fd, &state, e);
		if (r < 0)
			return err_hint(e, "bailiffd needs CAP_AUDIT_CONTROL "
					   "in the first pid and user "
					   "namespace");
		if (state.pid == 0 || !kernel_owner_is_alive(state.pid, comm))
			break;
		if (clock_boot_ms() > end) {
			(void)err_set(e, EEXIST,
				      "process %u (%s) already reads the "
				      "kernel's audit stream",
				      state.pid, comm);
			return err_hint(e, "only one can: stop it and start "
					   "bailiffd again, or start bailiffd "
					   "--observe beside it");
		}
		pause_ms(50);
	}
	s->kernel_seen = state.lost;
	if (state.enabled == 2)
		log_line(&s->log, LOG_LEVEL_WARN,
			 "audit is locked until the next boot", LOG_NONE);
	return 0;
}

static int session_take(struct supervisor *s, uint32_t *ret_ses, struct err *e)
{
	struct session self = { .number = SERVICE_NUMBER_SELF,
				.service = "bailiff",
				.instance = "host",
				.pid = getpid(),
				.started_ms = s->start_ms };
	int r = loginuid_stamp(SERVICE_NUMBER_SELF, &self.ses, e);

	if (r < 0)
		return r;
	*ret_ses = self.ses;
	return session_register(s->dirs.sessions, &self, e);
}

/* Programs are executed by the machine's own calls, and by its 32-bit ones. */
static int exec_rules_change(struct supervisor *s,
			     int (*change)(int, const struct audit_rule *,
					   struct err *),
			     struct err *e)
{
	const uint32_t low = AUID_BASE, high = AUID_BASE + SERVICE_NUMBER_MAX;
	struct audit_rule rule;
	int r;

	rule_exec(&rule, low, high);
	r = change(s->audit_control_fd, &rule, e);
	return r == 0 && rule_exec_compat(&rule, low, high)
		       ? change(s->audit_control_fd, &rule, e)
		       : r;
}

static int rules_install(struct supervisor *s, uint32_t ses, struct err *e)
{
	const uint32_t low = AUID_BASE, high = AUID_BASE + SERVICE_NUMBER_MAX;
	static const int codes[] = { EACCES, EPERM };
	const size_t inferred = enforce_landlock_abi() < RECORDS_ABI ? 2 : 0;
	struct audit_rule rule;
	size_t stale;
	int r = audit_rules_clear(s->audit_control_fd, RULE_KEY_PREFIX, &stale,
				  e);

	if (r == 0)
		r = audit_excludes_clear(s->audit_control_fd, AUID_BASE,
					 AUID_BASE + SERVICE_NUMBER_SELF, e);
	if (r < 0)
		return r;
	rule_exempt_session(&rule, ses);
	r = audit_rule_add(s->audit_control_fd, &rule, e);
	/* A call gets the key of the first rule that matches it: a refused
	 * execve is a denial before it is an execve. */
	for (size_t i = 0; i < inferred && r == 0; i++) {
		rule_denied_range(&rule, low, high, codes[i]);
		r = audit_rule_add(s->audit_control_fd, &rule, e);
	}
	if (r == 0)
		r = exec_rules_change(s, audit_rule_add, e);
	s->has_exec_rule = r == 0;
	return r;
}

void kernel_execve_take(struct supervisor *s)
{
	const bool wants = s->info.audit.execve;
	struct err e = { 0 };
	int r;

	if (!s->has_posture || wants == s->has_exec_rule)
		return;
	watch_before(s);
	r = exec_rules_change(s, wants ? audit_rule_add : audit_rule_delete,
			      &e);
	follow_renew(s);
	watch_after(s);
	if (r == 0)
		s->has_exec_rule = wants;
	else
		log_err(&s->log, LOG_LEVEL_ERROR,
			"whether started programs are audited stays as it was",
			&e);
}

static int rules_check(struct span rules, struct err *e)
{
	struct cur c = cur_of(rules);
	int r = 0;

	while (c.rest.len != 0 && r == 0) {
		const struct span rule = cur_blob(&c, PUBLICATION_MAX);

		r = c.failed ? err_set(e, EBADMSG, "the audit rules are cut")
			     : audit_rule_check(rule, AUID_BASE,
						AUID_BASE + SERVICE_NUMBER_MAX,
						e);
	}
	return r;
}

void kernel_rules_take(struct supervisor *s, struct span rules)
{
	/* Without records of denials they are inferred by our own rules, which
	 * must then see a refused call first. */
	const bool goes_first = enforce_landlock_abi() >= RECORDS_ABI;
	const size_t before = s->policy_rules;
	AUTO_DONE(buf_done) struct buf why = { 0 };
	struct err e = { 0 };
	int r;

	if (s->audit_control_fd < 0)
		return; /* arming: the daemon will */
	r = s->is_observing && rules.len != 0
		    ? err_set(&e, EBUSY,
			      "observing: they are for the owner of the kernel's "
			      "audit to install")
		    : rules_check(rules, &e);
	if (s->is_observing && rules.len == 0)
		return;
	watch_before(s);
	if (r == 0)
		r = audit_rules_set(s->audit_control_fd, rules, goes_first,
				    &s->policy_rules, &e);
	if (r == 0)
		follow_renew(s);
	watch_after(s);
	(void)snprintf(s->rules_error, sizeof(s->rules_error), "%s",
		       r < 0 ? e.text : "");
	if (r == 0 && before == 0 && s->policy_rules == 0)
		return;
	supervisor_event(s, "audit.rules", "bundle=%llu rules=%zu%s%s",
			 (unsigned long long)s->info.bundle_version,
			 s->policy_rules, r < 0 ? " error=" : "",
			 r < 0 ? event_quote(span_of(s->rules_error), &why)
			       : "");
	if (r < 0)
		log_err(&s->log, LOG_LEVEL_ERROR,
			"the policy's audit rules are not installed, those of "
			"the policy before stand",
			&e);
}

/* The kernel counts in ticks, whose length only its coarse clocks tell. */
static uint32_t ticks_of(uint64_t ms)
{
	struct timespec tick = { .tv_nsec = 4000000 };

	(void)clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	return (uint32_t)((ms * 1000000 + (uint64_t)tick.tv_nsec - 1) /
			  (uint64_t)tick.tv_nsec);
}

/* What was found is put back at the end; a queue that somebody made longer than
 * ours stays as it is unless the policy says how long it is to be, and so does
 * what the kernel does when it loses a record. A rate limit would let one
 * service use up the others' share. */
static int posture_set(struct supervisor *s, struct err *e)
{
	const struct policy_audit *a = &s->info.audit;
	const struct audit_posture *found = &s->audit_before;
	struct audit_posture want = {
		.enabled = found->enabled != 0 ? found->enabled : 1,
		.failure = found->failure,
		.backlog_limit = (uint32_t)a->backlog_limit,
		.backlog_wait_time = ticks_of(a->backlog_wait_ms),
	};
	int r;

	if (a->backlog_limit == 0)
		want.backlog_limit = found->backlog_limit > BACKLOG_LIMIT
					     ? found->backlog_limit
					     : BACKLOG_LIMIT;
	r = audit_posture_set(s->audit_control_fd, &want, NULL, e);
	if (r == 0)
		s->audit_posture = want;
	return r;
}

static int posture_take(struct supervisor *s, struct err *e)
{
	struct audit_state state;
	int r = audit_state_get(s->audit_control_fd, &state, e);

	if (r < 0)
		return r;
	s->audit_before = audit_posture_of(&state);
	s->has_posture = true;
	return posture_set(s, e);
}

void kernel_posture_take(struct supervisor *s)
{
	struct err e = { 0 };

	if (!s->has_posture || posture_set(s, &e) == 0)
		return;
	log_err(&s->log, LOG_LEVEL_ERROR,
		"the policy's audit settings are not in force", &e);
	supervisor_event(s, "audit.posture", "error=%d", e.code);
}

static int observation_begin(struct supervisor *s, struct err *e)
{
	struct audit_state state;
	uint32_t ses;
	int r = audit_state_get(s->audit_control_fd, &state, e);

	if (r == 0)
		r = session_take(s, &ses, e);
	return r < 0 ? r : observe_begin(s, &state, e);
}

int kernel_begin(struct supervisor *s, struct err *e)
{
	uint32_t ses = 0;
	int r;

	s->audit_control_fd = audit_control_open(e);
	if (s->audit_control_fd < 0)
		return s->audit_control_fd;
	if (s->is_observing)
		return observation_begin(s, e);
	r = incumbent_check(s, e);
	if (r == 0)
		r = session_take(s, &ses, e);
	if (r < 0)
		return r;
	s->audit_fd = audit_socket_open(e);
	if (s->audit_fd < 0)
		return s->audit_fd;
	r = posture_take(s, e);
	if (r < 0)
		return r;
	s->has_rules = true;
	r = rules_install(s, ses, e);
	if (r == 0)
		watch_after(s);
	return r;
}

bool kernel_lost_tell(struct supervisor *s, uint32_t count, uint8_t by)
{
	static const char *const messages[] = {
		[LOST_BY_KERNEL] = "the kernel lost audit events",
		[LOST_BY_MULTICAST] = "copies of audit records were lost",
	};
	struct buf body;
	bool is_told;

	buf_init(&body, 16);
	buf_u32(&body, count);
	buf_u8(&body, by);
	is_told = s->workers[ROLE_AUDIT].is_ready &&
		  msg_send_buf(s->workers[ROLE_AUDIT].channel.fd, WIRE_KERNEL,
			       0, &body) == 0;
	buf_done(&body);
	if (is_told)
		log_line(&s->log, LOG_LEVEL_WARN, messages[by],
			 LOG_FIELDS(log_u64("lost", count)));
	return is_told;
}

void kernel_poll(struct supervisor *s)
{
	struct audit_state state;
	struct err e = { 0 };

	if (audit_state_get(s->audit_control_fd, &state, &e) < 0) {
		log_err(&s->log, LOG_LEVEL_WARN, "audit status not readable",
			&e);
		return;
	}
	if (s->is_observing)
		observe_poll(s, &state);
	else
		watch_posture(s, &state);
	if (state.lost == s->kernel_seen ||
	    !kernel_lost_tell(s, state.lost - s->kernel_seen, LOST_BY_KERNEL))
		return; /* told again next time */
	s->kernel_lost += state.lost - s->kernel_seen;
	s->kernel_lost_ms = clock_boot_ms();
	s->kernel_seen = state.lost;
}

void kernel_end(struct supervisor *s)
{
	struct err e = { 0 };
	size_t count;

	/* The socket first: what the changes below make the kernel say finds
	 * nobody, and so the kernel forgets its reader. */
	fd_drop(&s->audit_fd);
	if (s->audit_control_fd < 0)
		return;
	if ((s->has_rules &&
	     (audit_rules_clear(s->audit_control_fd, RULE_KEY_PREFIX, &count,
				&e) < 0 ||
	      audit_excludes_clear(s->audit_control_fd, AUID_BASE,
				   AUID_BASE + SERVICE_NUMBER_SELF, &e) < 0)) ||
	    (s->has_posture &&
	     audit_posture_set(s->audit_control_fd, &s->audit_before, NULL,
			       &e) < 0))
		log_err(&s->log, LOG_LEVEL_WARN, "audit is not as it was found",
			&e);
	fd_drop(&s->audit_control_fd);
}
