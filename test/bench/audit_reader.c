/* SPDX-License-Identifier: Apache-2.0 */
/* audit_reader.c - bailiff's audit path in one process: source, assembly,
 * attribution, trail. For measuring and for tests of the libraries; the daemon
 * has the same path behind its own processes.
 *
 *	audit_reader [-x] [-s SES] [-k MS] [-t WHAT] DIR SECONDS
 *	audit_reader -d DIR
 *
 * Takes the audit socket, appends events to the trail in DIR for SECONDS or
 * until SIGTERM, puts everything back and prints "key=value" counters. -x adds
 * the rule for programs executed under reserved auids. -s names a session that
 * counts as the service "bench". -k kills the reading process after MS
 * milliseconds and starts another one on the same descriptor. -t says how far
 * an event goes, to see what each step costs: "receive" (no further than
 * recvmmsg), "off" (assembled, attributed, encoded), "plain" (and written, not
 * hashed), or the trail with its durability: "none", "checkpoint", "each". -d
 * verifies the trail in DIR and prints its events as raw lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/loop.h"
#include "lib/num.h"
#include "pkg/audit/attribute.h"
#include "pkg/audit/frame.h"
#include "pkg/audit/render.h"
#include "pkg/audit/rules.h"
#include "pkg/audit/source.h"
#include "pkg/identity/paths.h"
#include "pkg/trail/trail.h"
#include "pkg/trail/verify.h"

enum goal {
	GOAL_RECEIVE,
	GOAL_OFF,
	GOAL_PLAIN,
	GOAL_NONE, /* from here on: the trail, and its durability */
	GOAL_CHECKPOINT,
	GOAL_EACH,
	GOAL_COUNT
};
static const char *const goals[GOAL_COUNT] = {
	"receive", "off", "plain", "none", "checkpoint", "each"
};

struct reader {
	struct audit_source *source;
	struct assembler *assembler;
	struct attributor *attributor;
	struct trail_writer *trail;
	enum goal goal;
	int plain_fd;
	struct buf frame, plain;
	struct session bench;
	uint64_t now_ms, appended, dropped;
	uint64_t away_ms; /* the longest time between two reads */
};

struct options {
	bool wants_exec, wants_dump;
	int key_dirfd; /* a private one in memory */
	uint32_t ses, kill_ms, seconds;
	const char *dir;
	enum goal goal;
};

static int failed(const struct err *e)
{
	(void)fprintf(stderr, "audit_reader: %s%s%s\n", e->text,
		      e->hint != NULL ? "; " : "",
		      e->hint != NULL ? e->hint : "");
	return 111;
}

/* ---- the path -------------------------------------------------------------
 */

static void plain_write(struct reader *r)
{
	if (r->plain.len != 0 &&
	    file_write_all(r->plain_fd, buf_view(&r->plain)) < 0)
		r->dropped++;
	buf_reset(&r->plain);
}

static void event_append(void *ctx, struct event *ev)
{
	struct reader *r = ctx;
	uint64_t seq;
	int code;

	buf_reset(&r->frame);
	code = event_encode(ev, &r->frame);
	if (code == 0 && r->goal == GOAL_PLAIN)
		buf_span(&r->plain, buf_view(&r->frame));
	else if (code == 0 && r->goal != GOAL_OFF)
		code = trail_append(r->trail, buf_view(&r->frame), &seq, NULL);
	if (code == 0)
		r->appended++;
	else
		r->dropped++;
	if (r->plain.len > TRAIL_PENDING_MAX)
		plain_write(r);
}

static void event_take(void *ctx, struct event *ev)
{
	struct reader *r = ctx;

	attribute_event(r->attributor, ev, r->now_ms, clock_real_ms());
	event_append(r, ev);
}

static void record_take(void *ctx, const struct record *record)
{
	struct reader *r = ctx;

	if (r->goal == GOAL_RECEIVE)
		return;
	(void)assemble_feed(r->assembler, record, r->now_ms);
}

static const struct session *by_session(void *ctx, uint32_t ses)
{
	const struct reader *r = ctx;

	return ses == r->bench.ses ? &r->bench : NULL;
}

static int reader_open(struct reader *r, int fd, const struct options *o,
		       struct err *e)
{
	const struct trail_config config = {
		.bytes_max = 256 << 20,
		.segment_max = 16 << 20,
		.durability = o->goal > GOAL_NONE ? (enum trail_durability)(
							    o->goal - GOAL_NONE)
						  : TRAIL_NONE,
		.origin = "bailiff/bench/1",
		.boot = "1",
		.key_dirfd = o->key_dirfd,
	};
	const struct attribute_lookup lookup = { .ctx = r,
						 .by_session = by_session };
	AUTO_FD dirfd = open(o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t recovered;

	if (dirfd < 0)
		return err_errno(e, "open %s", o->dir);
	*r = (struct reader){ .bench = { .ses = o->ses,
					 .service = "bench",
					 .instance = "host" } };
	r->goal = o->goal;
	r->plain_fd =
		openat(dirfd, "plain", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	buf_init(&r->plain, 2 * (size_t)TRAIL_PENDING_MAX);
	buf_init(&r->frame, EVENT_BYTES_MAX);
	if (audit_source_new(fd, &r->source) < 0 ||
	    assembler_new(event_take, r, &r->assembler) < 0 ||
	    attributor_new(&lookup, event_append, r, &r->attributor) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return trail_writer_open(dirfd, &config, &r->trail, &recovered, e);
}

static void reader_close(struct reader *r)
{
	audit_source_free(r->source);
	assembler_free(r->assembler);
	attributor_free(r->attributor);
	trail_writer_close(r->trail);
	buf_done(&r->frame);
	buf_done(&r->plain);
	fd_drop(&r->plain_fd);
}

/* Take what waits. Return: 0; as audit_source_read(). */
static int reader_drain(struct reader *r)
{
	int n;

	do {
		const uint64_t now_ms = clock_boot_ms();

		if (r->now_ms != 0 && now_ms - r->now_ms > r->away_ms)
			r->away_ms = now_ms - r->now_ms;
		r->now_ms = now_ms;
		n = audit_source_read(r->source, record_take, r);
	} while (n == SOURCE_BATCH);
	return n < 0 ? n : 0;
}

static int reader_run(struct reader *r, int fd, int signals, uint64_t end_ms)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
				       { .fd = signals, .events = POLLIN } };
		const int n = reader_drain(r);

		if (n < 0)
			return n;
		assemble_expire(r->assembler, r->now_ms);
		attribute_expire(r->attributor, r->now_ms, clock_real_ms());
		plain_write(r);
		(void)trail_tick(r->trail, r->now_ms, NULL);
		/* More may have come while that went to the disk. */
		if (signal_next(signals) > 0 || r->now_ms >= end_ms)
			return reader_drain(r);
		if (poll(p, 2, 50) > 0 && clock_boot_ms() - r->now_ms < 4)
			(void)usleep(2000); /* as the daemon does */
	}
}

static void reader_report(const struct reader *r)
{
	const struct assemble_counters *c = assemble_counted(r->assembler);
	const struct attribute_counters *t = attribute_counted(r->attributor);
	const struct source_counters *s = audit_source_counted(r->source);
	struct rusage use;

	(void)getrusage(RUSAGE_SELF, &use);
	printf("records=%" PRIu64 " events=%" PRIu64 " appended=%" PRIu64
	       " dropped=%" PRIu64 " partial=%" PRIu64 " late=%" PRIu64
	       " malformed=%" PRIu64 " by_session=%" PRIu64 " forged=%" PRIu64
	       " impostors=%" PRIu64 " serials_lost=%" PRIu64
	       " last_seq=%" PRIu64 " away_ms=%" PRIu64 " cpu_us=%lld\n",
	       c->records, c->events, r->appended, r->dropped, c->partial,
	       c->late, s->malformed, t->by[HOW_SESSION], t->forged,
	       t->impostors, c->serials_lost + c->serials_awaited,
	       trail_next_seq(r->trail) - 1, r->away_ms,
	       (long long)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) *
			       1000000 +
		       use.ru_utime.tv_usec + use.ru_stime.tv_usec);
	(void)fflush(stdout);
}

/* ---- processes ------------------------------------------------------------
 */

/* Only the owner of the socket touches rules: another daemon's stay. */
static int rules_set(int control, const struct options *o, struct err *e)
{
	struct audit_rule rule;
	size_t cleared;
	int r = audit_rules_clear(control, RULE_KEY_PREFIX, &cleared, e);

	rule_exec(&rule, AUID_BASE, AUID_BASE + SERVICE_NUMBER_MAX);
	if (r == 0 && o->wants_exec)
		r = audit_rule_add(control, &rule, e);
	return r;
}

static int claim(struct reader *r, int control, const struct options *o,
		 struct err *e)
{
	const int code = audit_source_claim(r->source, record_take, r, e);

	return code < 0 ? code : rules_set(control, o, e);
}

/* Read in this process. @control: for a socket that nobody registered yet;
 * -1: it is ours already. */
static int read_here(int fd, const struct options *o, int control, int signals)
{
	struct err e = { 0 };
	struct reader r;
	int code = reader_open(&r, fd, o, &e);

	if (code == 0 && control >= 0)
		code = claim(&r, control, o, &e);
	if (code == 0) {
		(void)fprintf(stderr, "ready\n");
		code = reader_run(&r, fd, signals,
				  clock_boot_ms() + 1000ULL * o->seconds);
		assemble_flush(r.assembler);
		(void)trail_flush(r.trail, NULL);
		r.dropped += trail_lost(r.trail);
		r.appended -= trail_lost(r.trail);
		if (code < 0)
			(void)err_set(&e, -code, "read: %s", strerror(-code));
		else
			reader_report(&r);
	}
	if (code == 0 && control >= 0)
		(void)audit_source_release(r.source, record_take, &r, NULL);
	reader_close(&r);
	return code < 0 ? failed(&e) : 0;
}

/* A supervisor in small: the first reader claims and is killed, the second
 * one goes on with the same descriptor. */
static int read_twice(int fd, const struct options *o, int control, int signals)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(read_here(fd, o, control, signals));
	(void)usleep(o->kill_ms * 1000);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	pid = fork();
	if (pid == 0)
		_exit(read_here(fd, o, -1, signals));
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}

static int dump(const char *dir)
{
	AUTO_FD dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_DONE(buf_done) struct buf line = { 0 };
	struct trail_report report;
	struct trail_reader *reader = NULL;
	struct trail_frame frame;
	struct event ev;
	struct err e = { 0 };
	int code = trail_verify(dirfd, NULL, &report, &e);

	buf_init(&line, 1 << 20);
	if (code == 0)
		code = trail_reader_open(dirfd, 1, &reader, &e);
	while (code == 0) {
		code = trail_read(reader, &frame, &e);
		if (code == 0)
			code = event_of_frame(frame.kind, frame.bytes,
					      frame.seq, &ev, &e);
		if (code == 0 && !event_is_note(&ev))
			code = render_raw(&ev, &line);
		if (code == 0)
			code = file_write_all(1, buf_view(&line));
		buf_reset(&line);
	}
	trail_reader_close(reader);
	return code == -EAGAIN ? 0 : failed(&e);
}

static int goal_parse(const char *word, enum goal *ret)
{
	for (size_t i = 0; i < GOAL_COUNT; i++)
		if (strcmp(word, goals[i]) == 0) {
			*ret = (enum goal)i;
			return 0;
		}
	return -EINVAL;
}

static int options_parse(int argc, char **argv, struct options *o)
{
	uint32_t *number;
	int c;

	*o = (struct options){ .goal = GOAL_NONE };
	while ((c = getopt(argc, argv, "dxs:k:t:")) >= 0) {
		if (c == 't' && goal_parse(optarg, &o->goal) == 0)
			continue;
		if (c == 'x' || c == 'd') {
			o->wants_exec = o->wants_exec || c == 'x';
			o->wants_dump = o->wants_dump || c == 'd';
			continue;
		}
		number = c == 's' ? &o->ses : c == 'k' ? &o->kill_ms : NULL;
		if (number == NULL ||
		    num_parse_u32(span_of(optarg), 1, UINT32_MAX, number) < 0)
			return -EINVAL;
	}
	if (argc - optind != (o->wants_dump ? 1 : 2))
		return -EINVAL;
	o->dir = argv[optind];
	if (o->wants_dump)
		return 0;
	return num_parse_u32(span_of(argv[optind + 1]), 1, 3600, &o->seconds);
}

static int take(const struct options *o)
{
	static const int stop[] = { SIGTERM, SIGINT, 0 };
	const struct audit_posture want = { .enabled = 1,
					    .failure = 1,
					    .backlog_limit = 8192,
					    .backlog_wait_time = 15000 };
	struct audit_posture before = { 0 };
	struct err e = { 0 };
	size_t cleared = 0;
	int code;
	AUTO_FD signals = signal_open(stop, &e);
	AUTO_FD control = signals >= 0 ? audit_control_open(&e) : -1;
	AUTO_FD fd = control >= 0 ? audit_socket_open(&e) : -1;

	if (fd < 0 || audit_posture_set(control, &want, &before, &e) < 0)
		return failed(&e);
	code = o->kill_ms != 0 ? read_twice(fd, o, control, signals)
			       : read_here(fd, o, control, signals);
	if (code == 0 &&
	    audit_rules_clear(control, RULE_KEY_PREFIX, &cleared, &e) < 0)
		code = failed(&e);
	if (audit_posture_set(control, &before, NULL, &e) < 0)
		code = failed(&e);
	(void)fprintf(stderr, "rules_cleared=%zu\n", cleared);
	return code;
}

/* With a directory for the trail's key that goes with this process. */
static int keyed(struct options *o)
{
	char path[] = "/dev/shm/audit_reader.XXXXXX";
	struct err e = { 0 };
	int code;

	if (mkdtemp(path) == NULL)
		return failed((err_errno(&e, "mkdtemp"), &e));
	o->key_dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	code = o->key_dirfd < 0 ? failed((err_errno(&e, "open %s", path), &e))
				: take(o);
	(void)unlinkat(o->key_dirfd, "secret", 0);
	(void)rmdir(path);
	fd_drop(&o->key_dirfd);
	return code;
}

int main(int argc, char **argv)
{
	struct options o;

	if (options_parse(argc, argv, &o) < 0) {
		(void)fprintf(
			stderr,
			"usage: audit_reader [-x] [-s SES] [-k MS] [-t WHAT] DIR SECONDS\n       audit_reader -d DIR\n");
		return 2;
	}
	if (o.wants_dump)
		return dump(o.dir);
	return keyed(&o);
}
