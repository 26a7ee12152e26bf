/* SPDX-License-Identifier: Apache-2.0 */
/* audit_owners.c - whose bailiff says the processes of shortlived were, against
 * whose they truly were.
 *
 *	audit_owners --trail DIR FROM SECONDS NAME=COUNT...
 *	audit_owners --exits SECONDS NAME=COUNT...
 *
 * --trail follows a daemon's trail from a sequence on. --exits is a reader of
 *its own: it takes the kernel's audit socket and asks nothing but the map of
 *exits, with the daemon's code; NAME is a service in the cgroup /NAME. Both end
 *when COUNT executions of each name have come, or after SECONDS without one. A
 *line per name, on standard output:
 *
 *	NAME emitted=N attributed=N wrong=N nobody=N forged=N twice=N
 *	session=N landlock=N cgroup=N exit=N
 *
 * and with --exits a line "lost=N", what the kernel lost. The true name is in
 * the arguments of each execution. Exit code 1 when not all have come.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/bailiffd/sessions.h"
#include "lib/auto.h"
#include "lib/loop.h"
#include "lib/num.h"
#include "pkg/audit/assemble.h"
#include "pkg/audit/attribute.h"
#include "pkg/audit/source.h"
#include "pkg/identity/paths.h"
#include "pkg/trail/trail.h"

#define NAMES_MAX   16
#define COUNT_MAX   1000000
#define TEXT_MAX    1024
#define WAITING_MAX 65536
#define LATER_MS    20	 /* a process that has not ended yet */
#define GIVE_UP_MS  2000 /* it never did, or its entry is gone */

struct truth {
	char name[SERVICE_NAME_MAX + 1];
	uint32_t count;
	uint8_t *seen; /* by number; owned */
	uint64_t emitted, attributed, wrong, nobody, forged, twice;
	uint64_t how[HOW_COUNT];
};

/* An execution whose process had not ended when it was read. */
struct waiting {
	uint64_t due_ms, end_ms, time_ms;
	struct truth *truth;
	size_t len;
	char call[TEXT_MAX];
};

struct owners_run {
	struct truth truths[NAMES_MAX];
	size_t count;
	uint64_t now_ms, last_ms; /* when the last one came */
	/* --exits */
	struct audit_source *source;
	struct assembler *assembler;
	struct attributor *attributor;
	struct waiting *waiting; /* a ring of WAITING_MAX; owned */
	size_t first, waits;
};

/* ---- what was truly executed ----------------------------------------------
 */

static const struct event_record *record_of(const struct event *ev,
					    uint16_t type)
{
	for (uint32_t i = 0; i < ev->record_count; i++)
		if (ev->records[i].type == type)
			return &ev->records[i];
	return NULL;
}

/* Return: NULL for anything but a leaf of ours that had not come before. */
static struct truth *truth_of(struct owners_run *run, const struct event *ev)
{
	const struct event_record *args = record_of(ev, AUDIT_EXECVE);
	char leaf[16], name[64], number[16];
	uint32_t n;

	if (args == NULL ||
	    !record_cstr(args->text, "a0", leaf, sizeof(leaf)) ||
	    strcmp(leaf, "leaf") != 0 ||
	    !record_cstr(args->text, "a1", name, sizeof(name)) ||
	    !record_cstr(args->text, "a2", number, sizeof(number)))
		return NULL;
	for (size_t i = 0; i < run->count; i++) {
		struct truth *t = &run->truths[i];

		if (strcmp(t->name, name) != 0)
			continue;
		if (num_parse_u32(span_of(number), 0, t->count - 1, &n) < 0)
			return NULL;
		run->last_ms = run->now_ms;
		if (t->seen[n]) {
			t->twice++;
			return NULL;
		}
		t->seen[n] = 1;
		t->emitted++;
		return t;
	}
	return NULL;
}

static void judge(struct truth *t, const struct event *ev)
{
	t->how[ev->how]++;
	t->forged += ev->is_forged;
	if (ev->service.len == 0)
		t->nobody++;
	else if (span_eq_str(ev->service, t->name))
		t->attributed++;
	else
		t->wrong++;
}

static bool is_over(const struct owners_run *run, uint64_t seconds)
{
	bool is_whole = run->waits == 0;

	for (size_t i = 0; i < run->count; i++)
		is_whole &= run->truths[i].emitted == run->truths[i].count;
	return is_whole || run->now_ms - run->last_ms > seconds * 1000;
}

static int report(const struct owners_run *run)
{
	int code = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct truth *t = &run->truths[i];

		printf("%s emitted=%" PRIu64 " attributed=%" PRIu64
		       " wrong=%" PRIu64 " nobody=%" PRIu64 " forged=%" PRIu64
		       " twice=%" PRIu64,
		       t->name, t->emitted, t->attributed, t->wrong, t->nobody,
		       t->forged, t->twice);
		for (int how = HOW_SESSION; how < HOW_COUNT; how++)
			printf(" %s=%" PRIu64,
			       event_how_name((enum event_how)how),
			       t->how[how]);
		printf("\n");
		if (t->emitted != t->count)
			code = 1;
	}
	return code;
}

/* ---- --trail --------------------------------------------------------------
 */

static int trail_follow(struct owners_run *run, const char *dir, uint64_t from,
			uint64_t seconds, struct err *e)
{
	AUTO_FD dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct trail_reader *reader;
	struct trail_frame frame;
	int r;

	if (dirfd < 0)
		return err_errno(e, "open %s", dir);
	r = trail_reader_open(dirfd, from, &reader, e);
	if (r < 0)
		return r;
	while (!is_over(run, seconds)) {
		static struct event ev;
		struct truth *t;

		run->now_ms = clock_boot_ms();
		r = trail_read(reader, &frame, e);
		if (r == -EAGAIN)
			(void)poll(NULL, 0, 10);
		else if (r < 0)
			break;
		if (r < 0 || frame.kind != TRAIL_EVENT ||
		    event_decode(frame.bytes, &ev, NULL) < 0)
			continue;
		t = truth_of(run, &ev);
		if (t != NULL)
			judge(t, &ev);
	}
	trail_reader_close(reader);
	return r == -EAGAIN ? 0 : r;
}

/* ---- --exits --------------------------------------------------------------
 */

static void own_take(void *ctx, struct event *ev)
{
	(void)ctx;
	(void)ev;
}

/* Return: whether it is known by now whose it is, or never will be. */
static bool wait_over(struct owners_run *run, struct waiting *w)
{
	static struct event ev;

	ev = (struct event){ .kind = EVENT_AUDIT, .time_ms = w->time_ms };
	ev.records[0] =
		(struct event_record){ AUDIT_SYSCALL, { w->call, w->len } };
	ev.record_count = 1;
	attribute_event(run->attributor, &ev, run->now_ms, clock_real_ms());
	if (ev.service.len == 0 && run->now_ms < w->end_ms) {
		w->due_ms = run->now_ms + LATER_MS;
		return false;
	}
	judge(w->truth, &ev);
	return true;
}

static void event_take(void *ctx, struct event *ev)
{
	struct owners_run *run = ctx;
	struct truth *t = truth_of(run, ev);
	const struct event_record *call = record_of(ev, AUDIT_SYSCALL);
	struct waiting *w;

	if (t == NULL || call == NULL || call->text.len > TEXT_MAX ||
	    run->waits == WAITING_MAX)
		return;
	w = &run->waiting[(run->first + run->waits++) % WAITING_MAX];
	w->due_ms = run->now_ms;
	w->end_ms = run->now_ms + GIVE_UP_MS;
	w->time_ms = ev->time_ms;
	w->truth = t;
	w->len = call->text.len;
	memcpy(w->call, call->text.p, w->len);
}

/* In the order in which they came: one that is not due holds up those behind
 * it, which is what a queue of a reader would do. */
static void waiting_look(struct owners_run *run)
{
	while (run->waits != 0) {
		struct waiting *w = &run->waiting[run->first];

		if (run->now_ms < w->due_ms || !wait_over(run, w))
			return;
		run->first = (run->first + 1) % WAITING_MAX;
		run->waits--;
	}
}

static void record_take(void *ctx, const struct record *record)
{
	struct owners_run *run = ctx;

	(void)assemble_feed(run->assembler, record, run->now_ms);
}

static void session_seen(void *ctx, const struct session *s)
{
	(void)ctx;
	(void)s;
}

/* The daemon's look-ups, of which only the map of exits is left. */
static int lookups_make(const struct owners_run *run,
			struct session_sources *from,
			struct session_cache **sessions, struct err *e)
{
	struct exit_program program = EXIT_PROGRAM_NONE;
	AUTO_DONE(buf_done) struct buf names = { 0 };
	struct exitmap *exits = NULL;
	struct cur body;
	int r = exit_program_load(&program, e);

	if (r < 0)
		return r;
	/* The program stays as long as this process lives. */
	r = exitmap_open(program.map_fd, program.slots, &exits, e);
	if (r < 0)
		return r;
	buf_init(&names, 4096);
	buf_u32(&names, (uint32_t)run->count);
	for (size_t i = 0; i < run->count; i++) {
		buf_blob(&names, span_of(run->truths[i].name));
		buf_u32(&names, (uint32_t)i + 1);
	}
	body = cur_of(buf_view(&names));
	r = places_new(&from->places);
	if (r == 0)
		r = places_take(from->places, &body);
	from->exits = exits;
	from->seen = session_seen;
	if (r == 0)
		r = session_cache_new(from, sessions);
	return r < 0 ? err_set(e, -r, "the look-ups: %s", strerror(-r)) : 0;
}

static int engine_make(struct owners_run *run, int fd, struct err *e)
{
	struct session_sources from = { .dirfd = -1 };
	struct attribute_lookup lookup;
	struct session_cache *sessions;
	int r = lookups_make(run, &from, &sessions, e);

	if (r < 0)
		return r;
	session_cache_lookups(sessions, &lookup);
	lookup.by_cgroup = NULL;
	lookup.by_pid = NULL;
	run->waiting = calloc(WAITING_MAX, sizeof(*run->waiting));
	if (run->waiting == NULL || audit_source_new(fd, &run->source) < 0 ||
	    assembler_new(event_take, run, &run->assembler) < 0 ||
	    attributor_new(&lookup, own_take, run, &run->attributor) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

static int exits_read(struct owners_run *run, uint64_t seconds, struct err *e)
{
	AUTO_FD control = audit_control_open(e), fd = audit_socket_open(e);
	struct audit_state before, after;
	int n = 0, r = control < 0 ? control : fd < 0 ? fd : 0;

	if (r == 0)
		r = engine_make(run, fd, e);
	if (r == 0)
		r = audit_state_get(control, &before, e);
	if (r == 0)
		r = audit_source_claim(run->source, record_take, run, e);
	if (r < 0)
		return r;
	printf("ready\n");
	(void)fflush(stdout);
	while (!is_over(run, seconds) && n >= 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		(void)poll(&p, 1, LATER_MS);
		run->now_ms = clock_boot_ms();
		do
			n = audit_source_read(run->source, record_take, run);
		while (n > 0);
		assemble_expire(run->assembler, run->now_ms);
		waiting_look(run);
		n = n == -EAGAIN ? 0 : n;
	}
	r = audit_state_get(control, &after, e);
	if (r == 0)
		printf("lost=%u\n", after.lost - before.lost);
	return r;
}

/* ---- arguments ------------------------------------------------------------
 */

static int truth_add(struct owners_run *run, struct span arg)
{
	struct span count = arg;
	const struct span name = span_cut(&count, '=');
	struct truth *t = &run->truths[run->count];

	if (run->count == NAMES_MAX || name.len > SERVICE_NAME_MAX ||
	    num_parse_u32(count, 1, COUNT_MAX, &t->count) < 0)
		return -EINVAL;
	memcpy(t->name, name.p, name.len);
	t->seen = calloc(t->count, 1);
	run->count++;
	return t->seen == NULL ? -ENOMEM : 0;
}

int main(int argc, char **argv)
{
	static struct owners_run run;
	const bool is_trail = argc > 1 && strcmp(argv[1], "--trail") == 0;
	const bool is_exits = argc > 1 && strcmp(argv[1], "--exits") == 0;
	const int first = is_trail ? 4 : 2; /* SECONDS */
	struct err e = { 0 };
	uint64_t seconds, from = 0;
	int r = 0;

	if ((!is_trail && !is_exits) || argc < first + 2 ||
	    num_parse_u64(span_of(argv[first]), 1, 3600, &seconds) < 0 ||
	    (is_trail &&
	     num_parse_u64(span_of(argv[3]), 1, UINT64_MAX, &from) < 0))
		r = -EINVAL;
	for (int i = first + 1; i < argc && r == 0; i++)
		r = truth_add(&run, span_of(argv[i]));
	if (r < 0) {
		fprintf(stderr, "usage: audit_owners --trail DIR FROM SECONDS "
				"NAME=COUNT... | --exits SECONDS "
				"NAME=COUNT...\n");
		return 2;
	}
	run.now_ms = run.last_ms = clock_boot_ms();
	r = is_trail ? trail_follow(&run, argv[2], from, seconds, &e)
		     : exits_read(&run, seconds, &e);
	if (r < 0) {
		fprintf(stderr, "audit_owners: %s\n", e.text);
		return 111;
	}
	return report(&run);
}
