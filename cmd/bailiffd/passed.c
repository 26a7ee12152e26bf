/* SPDX-License-Identifier: Apache-2.0 */
/* passed.c - see passed.h. */
#include "cmd/bailiffd/passed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/bailiffd/bound.h"
#include "cmd/bailiffd/process.h"
#include "cmd/bailiffd/supervisor.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/num.h"
#include "pkg/identity/alone.h"
#include "pkg/identity/cgroup.h"
#include "pkg/identity/paths.h"
#include "pkg/oci/gateconf.h"

#define AGAIN_MS     1000  /* a container that is not started yet */
#define RETRY_MS     5000  /* what could not be done to a container */
#define NAMELESS_MS  60000 /* an alarm stays, when no process is known */
#define TELL_MS	     10000 /* that there are too many */
#define NAME_BACK_MS 10000 /* the gate registers before the runtime begins */
#define START_SLACK  2	   /* seconds between two clocks */

/* Where the init script stands on a LinuxKit node that has the gate. */
#define HOST_SCRIPT "/proc/1/root/etc/init.d/015-bailiff"

/* Of one container several things appear: the one that tells most of it is
 * looked at first. */
static const uint64_t due_ms[PASSED_BY_COUNT] = {
	[PASSED_TASK] = PASSED_MS,
	[PASSED_CGROUP] = PASSED_MS + 200,
	[PASSED_STATE] = PASSED_MS + 400,
	[PASSED_SESSION] = PASSED_MS,
};

enum judgement {
	JUDGED_FINE,
	JUDGED_LATER,
	JUDGED_PASSED
};

static enum policy_past_gate wanted(const struct supervisor *s)
{
	return s->info.demands.past_gate;
}

/* Is there a gate that can be passed? */
static bool is_watching(const struct supervisor *s)
{
	return s->passed.has_gate || wanted(s) != POLICY_PAST_GATE_UNSAID;
}

static bool is_container(const struct session *session)
{
	return strcmp(session->instance, "host") != 0 &&
	       session->number != SERVICE_NUMBER_SELF;
}

/* ---- what is to be looked at ----------------------------------------------
 */

/* What waits for its start is in the list until it is started. */
static bool is_waiting_already(const struct passed *p, enum passed_by by,
			       const char *path)
{
	for (size_t i = 0; i < p->later_count; i++)
		if (p->later[i].by == by && strcmp(p->later[i].path, path) == 0)
			return true;
	return false;
}

/* Somebody registered a container: so there is a gate. */
static void gate_note(struct supervisor *s, const char *id)
{
	struct session session;
	uint32_t ses;

	if (!s->passed.has_gate &&
	    num_parse_u32(span_of(id), 0, UINT32_MAX - 1, &ses) == 0 &&
	    session_lookup(s->dirs.sessions, ses, &session, NULL) == 0)
		s->passed.has_gate = is_container(&session);
}

void passed_suspect(struct supervisor *s, enum passed_by by,
		    enum passed_how how, const char *id, const char *path)
{
	const uint64_t now = clock_boot_ms();
	struct passed *p = &s->passed;
	struct passed_later row = {
		.by = by, .how = how, .seen_ms = now, .due_ms = now + due_ms[by]
	};

	if (by == PASSED_SESSION)
		gate_note(s, id);
	/* A directory without a process tells nothing of what was before. */
	if (how == PASSED_FOUND &&
	    (by == PASSED_STATE || is_waiting_already(p, by, path)))
		return;
	row.id = strdup(id);
	row.path = strdup(path);
	if (row.id == NULL || row.path == NULL ||
	    p->later_count == PASSED_LATER_MAX) {
		free(row.id);
		free(row.path);
		p->overlooked++;
		p->is_lossy = true;
		return;
	}
	p->later[p->later_count++] = row;
}

/* ---- is it registered? ----------------------------------------------------
 */

/* A damaged file registers nobody. */
static bool is_registered(const struct supervisor *s, int32_t pid,
			  const char *id)
{
	const uint32_t ses = process_session(pid);
	struct session session;

	return ses != UINT32_MAX &&
	       session_lookup(s->dirs.sessions, ses, &session, NULL) == 0 &&
	       (id == NULL || strcmp(session.instance, id) == 0);
}

struct seek {
	const char *id;
	uint64_t since_ms;
	bool is_found;
};

static void seek_look(void *ctx, const struct session *session)
{
	struct seek *seek = ctx;

	if (strcmp(session->instance, seek->id) == 0 &&
	    session->started_ms + NAME_BACK_MS >= seek->since_ms)
		seek->is_found = true;
}

/* Of a container that has ended, or whose processes are not known. */
static bool was_registered(const struct supervisor *s,
			   const struct passed_later *l)
{
	struct seek seek = { .id = l->id, .since_ms = l->seen_ms };

	return session_each(s->dirs.sessions, seek_look, &seek, NULL) >= 0 &&
	       seek.is_found;
}

/* gate.conf may change; the gate reads it at each start. */
static bool is_exempt(const char *id)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	AUTO_MEM struct gateconf *conf = calloc(1, sizeof(*conf));

	buf_init(&text, GATECONF_MAX);
	return conf != NULL &&
	       file_read(AT_FDCWD, PATH_GATE_CONF, GATECONF_MAX, &text, NULL) ==
		       0 &&
	       gateconf_parse(buf_view(&text), conf, NULL) == 0 &&
	       (gateconf_has(&conf->own, id) ||
		gateconf_has(&conf->unarmed, id));
}

/* ---- one look of each kind ------------------------------------------------
 */

static void row_fill(struct passed_row *row, const char *id, int32_t pid,
		     const char *reason)
{
	*row = (struct passed_row){
		.pid = pid,
		.start = passed_start(pid),
		.reason = reason,
	};
	(void)snprintf(row->id, sizeof(row->id), "%s", id);
	if (pid == 0 ||
	    cgroup_of_pid(pid, row->cgroup, sizeof(row->cgroup)) < 0)
		row->cgroup[0] = '\0';
}

/* The first process of a container that nobody registered; 0 when there is
 * none: a process of the host is in it, or nobody began a pid namespace. */
static int32_t stray_init(const struct supervisor *s,
			  const struct alone_member *members, size_t count)
{
	const struct alone_member *init = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct alone_member *m = &members[i];

		if (m->depth < 2)
			return 0;
		if (m->inner == 1 && (init == NULL || m->depth < init->depth) &&
		    !is_registered(s, m->pid, NULL))
			init = m;
	}
	return init != NULL ? init->pid : 0;
}

static enum judgement cgroup_judge(struct supervisor *s, struct passed_later *l,
				   struct passed_row *ret)
{
	AUTO_MEM struct alone_member *members = NULL;
	AUTO_FD dir = -1;
	size_t count = 0;
	int32_t init;

	dir = file_open_beneath(s->passed.cgroup_fd,
				l->path + strspn(l->path, "/"),
				O_RDONLY | O_DIRECTORY, 0, NULL);
	if (dir < 0 || passed_members(dir, &members, &count) < 0)
		return JUDGED_FINE;
	init = stray_init(s, members, count);
	if (init == 0)
		return JUDGED_FINE;
	row_fill(ret, l->id, init, "no-registration");
	return JUDGED_PASSED;
}

/* Is the runtime still at it? It writes init.pid last. */
static bool is_being_made(const char *path)
{
	char name[PASSED_PATH_MAX + 16];

	(void)snprintf(name, sizeof(name), "%s/init.pid", path);
	return access(name, F_OK) < 0 && access(path, F_OK) == 0;
}

/* The number in @path/init.pid, if that process is as old as the file: numbers
 * are used again. 0: it has ended. */
static int32_t task_pid(const char *path)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	char name[PASSED_PATH_MAX + 16];
	const uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t start, file_age;
	struct stat st;
	uint32_t pid;

	(void)snprintf(name, sizeof(name), "%s/init.pid", path);
	buf_init(&text, 16);
	if (stat(name, &st) < 0 ||
	    file_read(AT_FDCWD, name, 12, &text, NULL) < 0 ||
	    num_parse_u32(buf_view(&text), 2, INT32_MAX, &pid) < 0)
		return 0;
	start = passed_start((int32_t)pid);
	if (start == 0 || ticks == 0 || st.st_mtime < 0)
		return 0;
	file_age = clock_real_ms() / 1000 - (uint64_t)st.st_mtime;
	return clock_boot_ms() / 1000 - start / ticks + START_SLACK >= file_age
		       ? (int32_t)pid
		       : 0;
}

static enum judgement task_judge(struct supervisor *s, struct passed_later *l,
				 struct passed_row *ret)
{
	const int32_t pid = task_pid(l->path);
	const bool is_fine =
		pid != 0 ? is_registered(s, pid, l->id)
			 : l->how == PASSED_FOUND || was_registered(s, l);

	if (is_being_made(l->path)) {
		l->due_ms = clock_boot_ms() + AGAIN_MS;
		return JUDGED_LATER;
	}
	if (is_fine)
		return JUDGED_FINE;
	row_fill(ret, l->id, pid, "no-registration");
	return JUDGED_PASSED;
}

static enum judgement state_judge(struct supervisor *s, struct passed_later *l,
				  struct passed_row *ret)
{
	if (was_registered(s, l))
		return JUDGED_FINE;
	row_fill(ret, l->id, 0, "no-registration");
	return JUDGED_PASSED;
}

/* Is it still the runtime, which waits for the word to start? */
static bool is_runtime(int32_t pid)
{
	char name[64];
	AUTO_DONE(buf_done) struct buf text = { 0 };

	(void)snprintf(name, sizeof(name), "/proc/%d/comm", pid);
	buf_init(&text, 32);
	return file_read(AT_FDCWD, name, 31, &text, NULL) == 0 &&
	       (span_starts(buf_view(&text), "runc") ||
		span_starts(buf_view(&text), "crun"));
}

static bool has_receipt(const struct supervisor *s, const struct session *ses)
{
	struct bound b = { .session = *ses };

	bound_receipt(s->dirs.receipts, &b);
	buf_done(&b.receipt);
	return b.binding != BINDING_NONE;
}

static enum judgement session_judge(struct supervisor *s,
				    struct passed_later *l,
				    struct passed_row *ret)
{
	const uint64_t now = clock_boot_ms();
	struct session session;
	uint32_t ses;

	if (num_parse_u32(span_of(l->id), 0, UINT32_MAX - 1, &ses) < 0 ||
	    session_lookup(s->dirs.sessions, ses, &session, NULL) < 0 ||
	    session.number == 0 || !is_container(&session) ||
	    has_receipt(s, &session) || process_session(session.pid) != ses)
		return JUDGED_FINE;
	if (session.cgroup[0] == '\0' || is_runtime(session.pid)) {
		l->due_ms = now + AGAIN_MS;
		return JUDGED_LATER;
	}
	if (l->running_ms == 0) {
		l->running_ms = now;
		l->due_ms = now + PASSED_MS;
		return JUDGED_LATER;
	}
	row_fill(ret, session.instance, session.pid, "no-receipt");
	return JUDGED_PASSED;
}

static enum judgement (*const judges[PASSED_BY_COUNT])(
	struct supervisor *s, struct passed_later *l,
	struct passed_row *ret) = {
	[PASSED_TASK] = task_judge,
	[PASSED_CGROUP] = cgroup_judge,
	[PASSED_STATE] = state_judge,
	[PASSED_SESSION] = session_judge,
};

/* ---- the alarm ------------------------------------------------------------
 */

/* Told already, by something else of the same container? */
static bool is_known(struct passed *p, const struct passed_row *row)
{
	for (size_t i = 0; i < p->row_count; i++) {
		struct passed_row *known = &p->rows[i];

		if (row->pid != 0 && known->pid == row->pid &&
		    known->start == row->start)
			return true;
		if ((row->pid == 0 || known->pid == 0) &&
		    (strcmp(known->id, row->id) == 0 ||
		     (row->pid == 0 && strstr(known->cgroup, row->id) != NULL)))
			return true;
	}
	return false;
}

static void row_tell(struct supervisor *s, const struct passed_row *row)
{
	AUTO_DONE(buf_done) struct buf id = { 0 };
	AUTO_DONE(buf_done) struct buf cgroup = { 0 };
	AUTO_DONE(buf_done) struct buf why = { 0 };
	const char *did = policy_past_gate_word(row->did);

	log_line(&s->log, LOG_LEVEL_WARN,
		 "a container was started past the gate",
		 LOG_FIELDS(log_text("container", row->id),
			    log_text("reason", row->reason),
			    log_i64("pid", row->pid),
			    log_text("cgroup", row->cgroup),
			    log_text("did", did), log_text("why", row->why)));
	supervisor_event(s, "gate.passed",
			 "container=%s reason=%s pid=%d cgroup=%s policy=%s "
			 "did=%s why=%s",
			 event_quote(span_of(row->id), &id), row->reason,
			 row->pid, event_quote(span_of(row->cgroup), &cgroup),
			 policy_past_gate_word(wanted(s)), did,
			 event_quote(span_of(row->why), &why));
}

/* More at a time than there are rows: counted, and told now and then. */
static void flood_tell(struct supervisor *s, uint64_t now_ms)
{
	struct passed *p = &s->passed;

	p->overlooked++;
	if (p->told_ms != 0 && now_ms - p->told_ms < TELL_MS)
		return;
	p->told_ms = now_ms;
	log_line(&s->log, LOG_LEVEL_WARN,
		 "more containers were started past the gate than are kept",
		 LOG_FIELDS(log_u64("count", p->overlooked)));
	supervisor_event(s, "gate.passed_uncounted", "count=%llu",
			 (unsigned long long)p->overlooked);
}

static void row_try(struct supervisor *s, struct passed_row *row,
		    uint64_t now_ms)
{
	row->tried_ms = now_ms;
	passed_act(s, row, wanted(s));
}

static void alarm_raise(struct supervisor *s, const struct passed_row *found,
			uint64_t now_ms)
{
	struct passed *p = &s->passed;
	struct passed_row *row;

	if (is_known(p, found))
		return;
	p->alarms++;
	if (p->row_count == PASSED_ROWS_MAX) {
		flood_tell(s, now_ms);
		return;
	}
	row = &p->rows[p->row_count++];
	*row = *found;
	row->since_ms = now_ms;
	row->did = POLICY_PAST_GATE_REPORT;
	row_try(s, row, now_ms);
	row_tell(s, row);
}

/* ---- every tick -----------------------------------------------------------
 */

static void later_drop(struct passed_later *l)
{
	free(l->id);
	free(l->path);
}

static void later_tick(struct supervisor *s, uint64_t now_ms)
{
	struct passed *p = &s->passed;
	size_t kept = 0;

	for (size_t i = 0; i < p->later_count; i++) {
		struct passed_later *l = &p->later[i];
		enum judgement judged = JUDGED_LATER;
		struct passed_row row;

		if (now_ms >= l->due_ms)
			judged = judges[l->by](s, l, &row);
		if (judged == JUDGED_PASSED && is_watching(s) &&
		    !is_exempt(row.id))
			alarm_raise(s, &row, now_ms);
		if (judged == JUDGED_LATER)
			p->later[kept++] = *l;
		else
			later_drop(l);
	}
	p->later_count = kept;
}

static bool has_ended(const struct passed_row *row, uint64_t now_ms)
{
	return row->pid != 0 ? passed_start(row->pid) != row->start
			     : now_ms - row->since_ms >= NAMELESS_MS;
}

/* What was refused may be possible later, and a new policy may ask for more. */
static void rows_tick(struct supervisor *s, uint64_t now_ms)
{
	struct passed *p = &s->passed;

	for (size_t i = 0; i < p->row_count;) {
		struct passed_row *row = &p->rows[i];
		const enum policy_past_gate did = row->did;

		if (has_ended(row, now_ms)) {
			*row = p->rows[--p->row_count];
			continue;
		}
		i++;
		if (wanted(s) <= did || (row->tried == wanted(s) &&
					 now_ms - row->tried_ms < RETRY_MS))
			continue;
		row_try(s, row, now_ms);
		if (row->did != did)
			row_tell(s, row);
	}
}

void passed_tick(struct supervisor *s, uint64_t now_ms)
{
	if (s->passed.rows == NULL)
		return;
	passed_watch_tick(s, now_ms);
	later_tick(s, now_ms);
	rows_tick(s, now_ms);
}

/* ---- begin and end --------------------------------------------------------
 */

static void gate_seek(void *ctx, const struct session *session)
{
	struct supervisor *s = ctx;

	s->passed.has_gate |= is_container(session);
}

static void cgroups_open(struct passed *p)
{
	if (cgroup_of_pid(0, p->ours, sizeof(p->ours)) < 0)
		p->ours[0] = '\0';
	if (cgroup_of_pid(1, p->first, sizeof(p->first)) < 0)
		p->first[0] = '\0';
	if (cgroup_mount_find(p->mount, sizeof(p->mount), NULL) < 0)
		p->mount[0] = '\0';
	else
		p->cgroup_fd =
			open(p->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int passed_begin(struct supervisor *s, struct err *e)
{
	struct passed *p = &s->passed;
	struct err watch = { 0 };

	cgroups_open(p);
	p->has_gate = access(HOST_SCRIPT, F_OK) == 0;
	(void)session_each(s->dirs.sessions, gate_seek, s, NULL);
	p->later = calloc(PASSED_LATER_MAX, sizeof(*p->later));
	p->rows = calloc(PASSED_ROWS_MAX, sizeof(*p->rows));
	if (p->later == NULL || p->rows == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (passed_watch_begin(s, &watch) < 0) {
		log_err(&s->log, LOG_LEVEL_WARN,
			"containers past the gate are not looked for", &watch);
		free(p->rows);
		p->rows = NULL;
	}
	return 0;
}

void passed_end(struct supervisor *s)
{
	struct passed *p = &s->passed;

	passed_watch_end(p);
	for (size_t i = 0; i < p->later_count; i++)
		later_drop(&p->later[i]);
	free(p->later);
	free(p->rows);
	fd_drop(&p->cgroup_fd);
}

/* ---- status ---------------------------------------------------------------
 */

static void row_write(const struct passed_row *row, struct buf *out)
{
	buf_puts(out, "{\"container\":");
	json_quote(out, span_of(row->id));
	buf_printf(out,
		   ",\"reason\":\"%s\",\"pid\":%d,\"cgroup\":", row->reason,
		   row->pid);
	json_quote(out, span_of(row->cgroup));
	buf_printf(out, ",\"since_ms\":%llu,\"did\":\"%s\",\"why\":",
		   (unsigned long long)row->since_ms,
		   policy_past_gate_word(row->did));
	if (row->why[0] != '\0')
		json_quote(out, span_of(row->why));
	else
		buf_puts(out, "null");
	buf_puts(out, "}");
}

void passed_write(const struct supervisor *s, struct buf *out)
{
	const struct passed *p = &s->passed;

	buf_printf(out,
		   ",\"past_gate\":{\"policy\":\"%s\",\"watching\":%s,"
		   "\"alarms\":%llu,\"overlooked\":%llu,\"living\":%zu,"
		   "\"containers\":[",
		   policy_past_gate_word(wanted(s)),
		   p->rows != NULL && is_watching(s) ? "true" : "false",
		   (unsigned long long)p->alarms,
		   (unsigned long long)p->overlooked, p->row_count);
	for (size_t i = 0; i < p->row_count; i++) {
		buf_puts(out, i ? "," : "");
		row_write(&p->rows[i], out);
	}
	buf_puts(out, "]}");
}

bool passed_problem(const struct supervisor *s, struct err *ret)
{
	static const char *const words[] = {
		[POLICY_PAST_GATE_UNSAID] = "it runs",
		[POLICY_PAST_GATE_REPORT] = "it runs",
		[POLICY_PAST_GATE_FREEZE] = "it is frozen",
		[POLICY_PAST_GATE_KILL] = "it is killed",
	};
	const struct passed *p = &s->passed;

	if (p->row_count == 0)
		return false;
	(void)err_set(ret, EPERM,
		      "%zu container%s started past the gate: the first is "
		      "%.64s, pid %d, %s",
		      p->row_count, p->row_count == 1 ? " was" : "s were",
		      p->rows[0].id, p->rows[0].pid, words[p->rows[0].did]);
	return true;
}
