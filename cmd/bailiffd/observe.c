/* SPDX-License-Identifier: Apache-2.0 */
/* observe.c - reading beside another audit daemon; see supervisor.h.
 *
 * The kernel gives each member of its multicast group a copy of every record.
 * Nothing is set in the kernel: whoever owns the stream keeps its rules, its
 * parameters and the place.
 */
#include "cmd/bailiffd/supervisor.h"

#include <errno.h>
#include <sys/stat.h>

#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/audit/source.h"

/* Copies are made in the first network namespace only: elsewhere none would
 * ever come. */
static int namespace_check(struct err *e)
{
	struct stat ours, first;

	if (stat("/proc/self/ns/net", &ours) < 0 ||
	    stat("/proc/1/ns/net", &first) < 0)
		return 0;
	if (ours.st_ino == first.st_ino && ours.st_dev == first.st_dev)
		return 0;
	(void)err_set(e, EPERM,
		      "in this network namespace the kernel sends no copies of "
		      "its audit records");
	return err_hint(e, "start bailiffd --observe in the host's (LinuxKit: "
			   "leave \"net\" as it is)");
}

static void owner_look(struct supervisor *s, const struct audit_state *state)
{
	s->observed.owner = 0;
	s->observed.comm[0] = '\0';
	if (state->pid != 0 &&
	    kernel_owner_is_alive(state->pid, s->observed.comm))
		s->observed.owner = state->pid;
	s->observed.is_off = state->enabled == 0;
}

int observe_begin(struct supervisor *s, const struct audit_state *state,
		  struct err *e)
{
	const int r = namespace_check(e);

	if (r < 0)
		return r;
	owner_look(s, state);
	s->kernel_seen = state->lost;
	s->audit_fd = audit_multicast_open(e);
	if (s->audit_fd < 0)
		return s->audit_fd;
	log_line(&s->log, LOG_LEVEL_INFO,
		 "observing: nothing is set in the kernel's audit",
		 LOG_FIELDS(log_u64("owner", s->observed.owner),
			    log_text("comm", s->observed.comm)));
	return 0;
}

void observe_statement(const struct supervisor *s, struct buf *out)
{
	AUTO_DONE(buf_done) struct buf comm = { 0 };

	if (s->is_observing)
		buf_printf(out, " mode=observe owner=%u comm=%s",
			   s->observed.owner,
			   event_quote(span_of(s->observed.comm), &comm));
}

/* Another daemon took the stream over, or its owner is gone. */
static void owner_watch(struct supervisor *s, const struct audit_state *state)
{
	const uint32_t before = s->observed.owner;
	AUTO_DONE(buf_done) struct buf comm = { 0 };

	owner_look(s, state);
	if (s->observed.owner != before)
		supervisor_event(s, "audit.owner", "owner=%u comm=%s was=%u",
				 s->observed.owner,
				 event_quote(span_of(s->observed.comm), &comm),
				 before);
}

void observe_poll(struct supervisor *s, const struct audit_state *state)
{
	uint32_t lost;

	owner_watch(s, state);
	if (audit_multicast_lost(s->audit_fd, &lost) < 0 ||
	    lost == s->observed.seen)
		return;
	if (kernel_lost_tell(s, lost - s->observed.seen, LOST_BY_MULTICAST)) {
		s->observed.lost += lost - s->observed.seen;
		s->observed.seen = lost;
	}
}

const char *observe_problem(const struct supervisor *s, size_t nth)
{
	const struct {
		bool is_so;
		const char *sentence;
	} rows[] = {
		{ s->observed.owner == 0,
		  "observing, and no other daemon owns the kernel's audit: "
		  "start bailiffd without --observe" },
		{ s->observed.is_off,
		  "observing, and the kernel's audit is off: its owner would "
		  "have to switch it on" },
		{ s->observed.lost != 0,
		  "copies of audit records were lost while observing: the "
		  "kernel does not send them again" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (s->is_observing && rows[i].is_so && nth-- == 0)
			return rows[i].sentence;
	return NULL;
}

/* ,"mode":..,"owner":.. */
void observe_write(const struct supervisor *s, struct buf *out)
{
	buf_printf(out, "\"mode\":\"%s\",\"owner\":",
		   s->is_observing ? "observe" : "own");
	if (!s->is_observing || s->observed.owner == 0) {
		buf_puts(out, "null,");
	} else {
		buf_printf(out, "{\"pid\":%u,\"comm\":", s->observed.owner);
		json_quote(out, span_of(s->observed.comm));
		buf_puts(out, "},");
	}
	buf_printf(out, "\"multicast_lost\":%llu,",
		   (unsigned long long)s->observed.lost);
}
