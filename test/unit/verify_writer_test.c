/* SPDX-License-Identifier: Apache-2.0 */
/* verify_writer_test.c - what the trail's own writer leaves, verified. */
#include "test/unit/harness.h"
#include "test/unit/trail_dir.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "pkg/trail/epoch.h"
#include "pkg/trail/verify.h"

#ifdef __SANITIZE_ADDRESS__
#define FRAMES_MANY  50000
#define MEMORY_MAX_K INT64_MAX /* what was freed is kept for a while */
#else
#define FRAMES_MANY  1000000
#define MEMORY_MAX_K 4096
#endif

struct place {
	struct dir trail, keys;
	struct trail_config config;
	uint64_t now_ms;
};

static struct place place_make(void)
{
	struct place p = { .trail = dir_make(),
			   .keys = dir_make(),
			   .now_ms = 1000000 };

	p.config = (struct trail_config){ .bytes_max = 1ULL << 30,
					  .segment_max = 1 << 23,
					  .origin = "bailiff/node-1/boot-a",
					  .boot = "boot-a",
					  .key_dirfd = p.keys.fd };
	return p;
}

static void place_remove(const struct place *p)
{
	dir_remove(&p->trail);
	dir_remove(&p->keys);
}

static void tick(struct trail_writer *w, struct place *p, uint64_t ms)
{
	struct err e = { 0 };

	p->now_ms += ms;
	if (trail_tick(w, p->now_ms, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

static struct trail_report *verify_whole(const struct place *p)
{
	struct trail_report *report = calloc(1, sizeof(*report));
	struct err e = { 0 };

	CHECK(report != NULL);
	if (trail_verify(p->trail.fd, NULL, report, &e) != 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return report;
}

/* A writer's life: it begins, takes events, makes checkpoints, ends. */
static void live(struct place *p, const char *boot, unsigned int seconds)
{
	struct trail_writer *w;

	p->config.boot = boot;
	w = writer(p->trail.fd, &p->config);
	tick(w, p, 1);
	for (unsigned int i = 0; i < seconds; i++) {
		append_many(w, 3);
		tick(w, p, 1000);
		tick(w, p, 1000);
	}
	trail_writer_close(w);
}

TEST(the_writers_restarts_boots_and_epochs_verify)
{
	struct place p = place_make();
	struct trail_report *report;

	live(&p, "boot-a", 5);
	live(&p, "boot-a", 600); /* two keys hand over on the way */
	live(&p, "boot-b", 3);
	live(&p, "boot-b", 0);
	live(&p, "boot-c", 1);
	report = verify_whole(&p);
	CHECK_STR(report->origin, "bailiff/node-1/boot-a");
	CHECK_INT(report->boots, 3);
	CHECK(report->epochs >= 7);
	CHECK(report->checkpoints >= 600);
	/* A writer that ends covers all but its last checkpoint. */
	CHECK_INT(report->open, 1);
	CHECK_INT(report->covered, report->frames - 1);
	free(report);
	place_remove(&p);
}

TEST(a_writer_that_is_killed_leaves_a_trail_that_verifies)
{
	struct place p = place_make();
	struct trail_report *report;

	for (unsigned int round = 0; round < 10; round++) {
		int status;
		const pid_t pid = fork();

		if (pid == 0) {
			struct trail_writer *w = writer(p.trail.fd, &p.config);

			append_many(w, round * 7);
			tick(w, &p, round % 2 == 0 ? 2000 : 0);
			append_many(w, round);
			(void)raise(SIGKILL);
		}
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(WIFSIGNALED(status));
		report = verify_whole(&p);
		CHECK_INT(report->boots, 1);
		CHECK_INT(report->epochs, round + 1);
		free(report);
	}
	place_remove(&p);
}

TEST(a_key_that_was_lost_in_the_middle_of_a_boot_is_shown)
{
	struct place p = place_make();
	struct trail_report *report = calloc(1, sizeof(*report));
	struct err e = { 0 };

	live(&p, "boot-a", 3);
	CHECK_INT(unlinkat(p.keys.fd, EPOCH_FILE, 0), 0);
	live(&p, "boot-a", 3);
	CHECK_INT(trail_verify(p.trail.fd, NULL, report, &e), -EBADMSG);
	CHECK_INT(report->flaws, 1);
	CHECK_HAS(e.text, "a second chain of keys begins in the same boot");
	/* Everything else is told, too. */
	CHECK_INT(report->open, 1);
	free(report);
	place_remove(&p);
}

TEST(a_log_that_was_begun_anew_in_one_boot_verifies)
{
	struct place p = place_make();
	struct trail_report *report;

	live(&p, "boot-a", 3);
	dir_empty(p.trail.fd);
	p.config.first_seq = 4711;
	live(&p, "boot-a", 3);
	report = verify_whole(&p);
	CHECK_INT(report->log_first, 4711);
	free(report);
	place_remove(&p);
}

TEST(a_busy_trail_under_its_cap_verifies_though_no_key_frame_is_left)
{
	struct place p = place_make();
	struct trail_report *report;
	struct trail_writer *w;

	p.config.bytes_max = 1 << 20;
	p.config.segment_max = 1 << 18;
	w = writer(p.trail.fd, &p.config);
	tick(w, &p, 1);
	for (unsigned int i = 0; i < 200; i++) {
		append_many(w, 200);
		tick(w, &p, 1000);
	}
	CHECK(trail_pruned(w) > 0);
	trail_writer_close(w);
	report = verify_whole(&p);
	CHECK(report->is_first_pruned);
	CHECK_INT(report->epochs, 1);
	CHECK(report->checkpoints > 20);
	CHECK_INT(report->open, 1);
	free(report);
	place_remove(&p);
}

static long memory_k(void)
{
	struct rusage usage;

	CHECK_INT(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

/* In a process of its own: its memory is the writer's alone. */
static void write_many(struct place *p)
{
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		struct trail_writer *w = writer(p->trail.fd, &p->config);
		uint64_t seq;

		for (unsigned int i = 0; i < FRAMES_MANY; i++)
			if (trail_append(w, span_of("x"), &seq, NULL) < 0)
				_exit(1);
		trail_writer_close(w);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
}

TEST(a_million_frames_verify_as_a_stream_in_little_memory)
{
	struct place p = place_make();
	struct trail_report *report = calloc(1, sizeof(*report));
	long before;

	write_many(&p);
	before = memory_k();
	CHECK_INT(trail_verify(p.trail.fd, NULL, report, NULL), 0);
	CHECK(report->frames > FRAMES_MANY);
	CHECK_INT(report->open, 1);
	CHECK(report->checkpoints >= FRAMES_MANY / 4096);
	if (memory_k() - before > MEMORY_MAX_K)
		test_fail(__FILE__, __LINE__, "%ld KiB more than before",
			  memory_k() - before);
	free(report);
	place_remove(&p);
}
