/* SPDX-License-Identifier: Apache-2.0 */
/* verify_test.c - every way to change a trail, with and without an anchor. */
#include "test/unit/harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/trail/proof.h"
#include "pkg/trail/segment.h"
#include "pkg/trail/verify.h"
#include "test/unit/trail_sim.h"

#define ORIGIN "bailiff/n1/b1"

/* Where the sample's frames are; its sequences are one higher. */
enum {
	B1_KEY1 = 0,
	B1_CP1 = 1, /* 1 frame covered */
	B1_CP2 = 12,
	B1_CP3 = 23,
	B1_KEY2 = 24,
	B1_CP4 = 35,
	B1_KEY3 = 36, /* an empty epoch */
	B1_CP5 = 37,
	B1_KEY4 = 38,
	B1_CP6 = 49,
	B2_KEY1 = 50,
	B2_CP1 = 51,
	B2_CP2 = 62,
	SAMPLE_FRAMES = 68 /* five after the last checkpoint */
};

/* Two boots, five keys, four segments. */
static struct sim *sample(void)
{
	struct sim *s = sim_new(ORIGIN);

	sim_boot(s, "b1", 1);
	sim_events(s, 10);
	sim_checkpoint(s);
	sim_events(s, 5);
	sim_segment(s);
	sim_events(s, 5);
	sim_checkpoint(s);
	sim_epoch(s, 2);
	sim_events(s, 10);
	sim_checkpoint(s);
	sim_epoch(s, 3);
	sim_checkpoint(s);
	sim_epoch(s, 4);
	sim_events(s, 2);
	sim_segment(s);
	sim_events(s, 8);
	sim_checkpoint(s);
	sim_boot(s, "b2", 9);
	sim_segment(s);
	sim_events(s, 10);
	sim_checkpoint(s);
	sim_events(s, 5);
	CHECK_INT(s->count, SAMPLE_FRAMES);
	return s;
}

/* ---- directories ----------------------------------------------------------
 */

struct dir {
	char path[64];
	int fd;
};

static struct dir dir_make(void)
{
	struct dir d = { .path = "/tmp/verify-test.XXXXXX" };

	CHECK(mkdtemp(d.path) != NULL);
	d.fd = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(d.fd >= 0);
	return d;
}

static void dir_empty(const struct dir *d)
{
	DIR *dir = opendir(d->path);
	const struct dirent *entry;

	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			CHECK_INT(unlinkat(d->fd, entry->d_name, 0), 0);
	(void)closedir(dir);
}

static void dir_remove(struct dir *d)
{
	dir_empty(d);
	(void)close(d->fd);
	CHECK_INT(rmdir(d->path), 0);
}

/* ---- verifying ------------------------------------------------------------
 */

/* Anchors out of frames of a simulated trail. */
static void anchors_of(struct anchors *a, const struct sim *s, size_t at)
{
	struct hasher *h = hasher_new();

	CHECK(h != NULL);
	CHECK_INT(anchors_add(a, h,
			      (struct span){ s->f[at].bytes, s->f[at].len },
			      NULL),
		  0);
	anchors_sort(a);
	hasher_free(h);
}

struct result {
	int code;
	struct trail_report report;
	struct err e;
};

static struct result verify_dir(const struct dir *d, const struct anchors *a)
{
	const struct verify_options options = { .anchors = a,
						.is_at_rest = true };
	struct result got = { 0 };

	got.code = trail_verify(d->fd, &options, &got.report, &got.e);
	CHECK((got.code == -EBADMSG) == (got.report.flaws != 0));
	CHECK_INT(got.report.covered + got.report.open + got.report.disputed,
		  got.report.frames);
	return got;
}

/* As it would lie on a disk. */
static struct result verify_sim(struct sim *s, const struct anchors *a)
{
	struct dir d = dir_make();
	struct result got;

	sim_write(d.fd, s);
	got = verify_dir(&d, a);
	dir_remove(&d);
	return got;
}

/* It is found, without any anchor. */
static void check_found(struct sim *s, const char *what, uint64_t seq)
{
	const struct result got = verify_sim(s, NULL);

	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, what);
	CHECK_INT(got.report.flaw[0].seq, seq);
	free(s);
}

/* The trail alone shows nothing; beside frame @at of @known it is found. */
static void check_found_anchored(struct sim *s, const struct sim *known,
				 size_t at, const char *what)
{
	struct anchors a = { 0 };
	struct result got = verify_sim(s, NULL);

	if (got.code != 0)
		test_fail(__FILE__, __LINE__, "%s", got.e.text);
	anchors_of(&a, known, at);
	got = verify_sim(s, &a);
	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, what);
	CHECK_INT(got.report.flaws, 1);
	anchors_done(&a);
	free(s);
}

/* The sample, once written: its frames have their bytes. */
static struct sim *sample_made(void)
{
	struct sim *s = sample();
	struct dir d = dir_make();

	sim_write(d.fd, s);
	dir_remove(&d);
	return s;
}

/* ---- whole ----------------------------------------------------------------
 */

TEST(a_whole_trail_verifies_and_the_report_says_what_is_covered)
{
	struct sim *s = sample();
	const struct result got = verify_sim(s, NULL);
	const struct trail_report *r = &got.report;

	if (got.code != 0)
		test_fail(__FILE__, __LINE__, "%s", got.e.text);
	CHECK_STR(r->origin, ORIGIN);
	CHECK_INT(r->log_first, 1);
	CHECK_INT(r->first_seq, 1);
	CHECK_INT(r->last_seq, SAMPLE_FRAMES);
	CHECK_INT(r->frames, SAMPLE_FRAMES);
	CHECK_INT(r->segments, 4);
	CHECK_INT(r->checkpoints, 8);
	CHECK_INT(r->covered, B2_CP2);
	CHECK_INT(r->open, SAMPLE_FRAMES - B2_CP2);
	CHECK_INT(r->last_seq_checkpoint, B2_CP2 + 1);
	CHECK_INT(r->last_size, B2_CP2);
	CHECK_INT(r->boots, 2);
	CHECK_INT(r->epochs, 5);
	CHECK_STR(r->first.boot, "b1");
	CHECK_STR(r->last.boot, "b2");
	CHECK(!r->is_first_pruned);
	CHECK_INT(r->anchors, 0);
	CHECK_INT(r->clock_backs, 0);
	free(s);
}

TEST(anchors_are_met_wherever_they_are)
{
	static const size_t places[] = { B1_KEY1, B1_CP1,  B1_CP3,
					 B1_KEY3, B2_KEY1, B2_CP2 };
	struct sim *s = sample_made();
	struct anchors a = { 0 };
	struct result got;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct anchors one = { 0 };

		anchors_of(&a, s, places[i]);
		anchors_of(&one, s, places[i]);
		got = verify_sim(s, &one);
		CHECK_INT(got.code, 0);
		CHECK_INT(got.report.anchors_met, 1);
		CHECK_INT(got.report.anchored, places[i]);
		anchors_done(&one);
	}
	got = verify_sim(s, &a);
	CHECK_INT(got.code, 0);
	CHECK_INT(got.report.anchors_met, sizeof(places) / sizeof(places[0]));
	CHECK_INT(got.report.anchored, B2_CP2);
	anchors_done(&a);
	free(s);
}

TEST(an_anchor_with_a_witness_signature_added_is_still_met)
{
	struct sim *s = sample_made();
	struct hasher *h = hasher_new();
	struct anchors a = { 0 };
	struct buf note;
	struct result got;

	buf_init(&note, NOTE_BYTES_MAX);
	buf_put(&note, s->f[B1_CP3].bytes, s->f[B1_CP3].len);
	buf_puts(&note, "\xe2\x80\x94 witness.example/w AAAAAAB0aW1lc3Rh"
			"bXA=\n");
	CHECK_INT(anchors_add(&a, h, buf_view(&note), NULL), 0);
	got = verify_sim(s, &a);
	CHECK_INT(got.code, 0);
	CHECK_INT(got.report.anchored, B1_CP3);
	buf_done(&note);
	anchors_done(&a);
	hasher_free(h);
	free(s);
}

TEST(a_clock_that_jumps_is_counted_and_no_damage)
{
	struct sim *s = sample();
	struct result got;

	s->f[B1_CP3].time -= 86400000;
	s->f[B1_CP4].time += 86400000;
	got = verify_sim(s, NULL);
	CHECK_INT(got.code, 0);
	CHECK_INT(got.report.clock_backs, 2);
	free(s);
}

TEST(a_crash_between_an_event_and_its_checkpoint_is_no_damage)
{
	struct sim *s = sample();

	/* The writer starts again in the same boot. */
	sim_epoch(s, 10);
	CHECK_INT(verify_sim(s, NULL).code, 0);
	sim_checkpoint(s);
	sim_events(s, 1);
	const struct result got = verify_sim(s, NULL);

	CHECK_INT(got.code, 0);
	CHECK_INT(got.report.open, 2);
	CHECK_INT(got.report.epochs, 6);
	free(s);
}

TEST(an_empty_directory_is_no_trail)
{
	struct dir d = dir_make();
	const struct result got = verify_dir(&d, NULL);

	CHECK_INT(got.code, -ENOENT);
	CHECK_STR(got.e.text, "there is no trail here");
	dir_remove(&d);
}

TEST(a_trail_without_any_checkpoint_is_vouched_for_by_nobody)
{
	struct sim *s = sim_new(ORIGIN);

	sim_events(s, 3);
	check_found(s, "no checkpoint holds", 0);
}

/* ---- pruned ---------------------------------------------------------------
 */

static void segment_remove(const struct dir *d, uint64_t first)
{
	char name[SEGMENT_NAME_LEN + 1];

	segment_name(first, name);
	CHECK_INT(unlinkat(d->fd, name, 0), 0);
}

TEST(what_pruning_left_still_verifies_with_its_anchors)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct anchors a = { 0 };
	struct result got;

	sim_write(d.fd, s);
	segment_remove(&d, 1);
	segment_remove(&d, 19);
	got = verify_dir(&d, NULL);
	if (got.code != 0)
		test_fail(__FILE__, __LINE__, "%s", got.e.text);
	CHECK_INT(got.report.first_seq, 42);
	CHECK_INT(got.report.frames, SAMPLE_FRAMES - 41);
	CHECK_INT(got.report.covered, B2_CP2 - 41);
	CHECK_INT(got.report.epochs, 2);
	CHECK(got.report.is_first_pruned);
	/* Only an older anchor: it cannot be told. */
	anchors_of(&a, s, B1_CP2);
	got = verify_dir(&d, &a);
	CHECK_INT(got.code, -ENODATA);
	CHECK_HAS(got.e.text, "the oldest frame that is left, #42");
	CHECK_INT(got.report.anchors_older, 1);
	anchors_of(&a, s, B1_CP6);
	got = verify_dir(&d, &a);
	CHECK_INT(got.code, 0);
	CHECK_INT(got.report.anchored, B1_CP6);
	anchors_done(&a);
	dir_remove(&d);
	free(s);
}

/* ---- files of anchors -----------------------------------------------------
 */

/* What a file with @text gives. */
static int anchors_read_text(const char *text, struct anchors *a, struct err *e)
{
	char path[] = "/tmp/verify-anchors.XXXXXX";
	const int fd = mkstemp(path);
	struct hasher *h = hasher_new();
	int r;

	CHECK(fd >= 0);
	CHECK_INT(write(fd, text, strlen(text)), strlen(text));
	CHECK_INT(lseek(fd, 0, SEEK_SET), 0);
	r = anchors_read(a, h, fd, e);
	(void)close(fd);
	(void)unlink(path);
	hasher_free(h);
	return r;
}

/* An event as a collector keeps it. */
static void event_put(struct buf *out, const char *action,
		      const struct sim_frame *f)
{
	AUTO_JSON *event = json_pack("{s:s, s:{s:s}, s:s%}", "v",
				     "bailiff.event.v1", "event", "action",
				     action, "message", f->bytes, f->len);
	AUTO_MEM char *line = json_dumps(event, JSON_COMPACT);

	CHECK(line != NULL);
	buf_puts(out, line);
	buf_puts(out, "\n");
}

TEST(a_collectors_file_gives_its_checkpoints_and_keys)
{
	struct sim *s = sample_made();
	struct anchors a = { 0 };
	struct err e = { 0 };
	struct result got;
	struct buf lines;

	buf_init(&lines, 1 << 20);
	event_put(&lines, "trail.key", &s->f[B1_KEY1]);
	buf_puts(&lines, "{\"v\":\"bailiff.event.v1\",\"message\":"
			 "\"\\\"trail.checkpoint\\\"\"}\n\nno JSON\n");
	buf_puts(&lines, "Nov 22 08:00:00 n1 bailiff: ");
	event_put(&lines, "trail.checkpoint", &s->f[B1_CP1]);
	buf_puts(&lines, "<14>1 2026-11-22T08:00:00Z n1 bailiff - - - ");
	event_put(&lines, "trail.checkpoint", &s->f[B2_CP2]);
	event_put(&lines, "service.start", &s->f[B1_CP2]);
	event_put(&lines, "trail.checkpoint", &s->f[B1_CP3]);
	CHECK_INT(anchors_read_text(buf_cstr(&lines), &a, &e), 0);
	CHECK_INT(a.count, 4);
	anchors_sort(&a);
	got = verify_sim(s, &a);
	CHECK_INT(got.code, 0);
	CHECK_INT(got.report.anchors_met, 4);
	CHECK_INT(got.report.anchored, B2_CP2);
	buf_done(&lines);
	anchors_done(&a);
	free(s);
}

TEST(notes_one_behind_the_other_are_anchors_each)
{
	static const size_t at[] = { B1_KEY1, B1_CP3, B2_CP2 };
	struct sim *s = sample_made();
	struct anchors a = { 0 };
	struct err e = { 0 };
	struct result got;
	struct buf lines;

	buf_init(&lines, 1 << 20);
	for (size_t i = 0; i < 3; i++) {
		const struct sim_frame *f = &s->f[at[i]];

		buf_span(&lines, (struct span){ f->bytes, f->len });
		if (i != 0)
			buf_puts(&lines, "\n");
	}
	CHECK_INT(anchors_read_text(buf_cstr(&lines), &a, &e), 0);
	CHECK_INT(a.count, 3);
	anchors_sort(&a);
	got = verify_sim(s, &a);
	CHECK_INT(got.code, 0);
	CHECK_INT(got.report.anchors_met, 3);
	anchors_done(&a);
	/* One of them damaged. */
	((char *)lines.p)[25] = '\n';
	CHECK_INT(anchors_read_text(buf_cstr(&lines), &a, &e), -EBADMSG);
	buf_done(&lines);
	anchors_done(&a);
	free(s);
}

TEST(a_file_with_a_damaged_anchor_or_none_is_refused)
{
	struct sim *s = sample_made();
	struct anchors a = { 0 };
	struct err e = { 0 };
	struct buf lines;

	CHECK_INT(anchors_read_text("", &a, &e), -EBADMSG);
	CHECK_INT(anchors_read_text("{\"v\":1}\n", &a, &e), -EBADMSG);
	CHECK_STR(e.text, "no checkpoint and no key in it");
	buf_init(&lines, 1 << 20);
	event_put(&lines, "trail.checkpoint", &s->f[B1_CP2]);
	s->f[B1_CP3].bytes[20] = '\n';
	event_put(&lines, "trail.checkpoint", &s->f[B1_CP3]);
	CHECK_INT(anchors_read_text(buf_cstr(&lines), &a, &e), -EBADMSG);
	CHECK_HAS(e.text, "line 2: ");
	CHECK_INT(anchors_read_text("{\"trail.key\"\n", &a, &e), -EBADMSG);
	buf_reset(&lines);
	lines.max = ANCHOR_LINE_MAX + 10;
	while (buf_error(&lines) == 0)
		buf_puts(&lines, "{\"a\":1} ");
	lines.error = 0;
	CHECK_INT(anchors_read_text(buf_cstr(&lines), &a, &e), -EBADMSG);
	CHECK_STR(e.text, "line 1: more than 1048576 bytes");
	CHECK_INT(anchors_read_text(s->f[B1_CP3].bytes, &a, &e), -EBADMSG);
	buf_done(&lines);
	anchors_done(&a);
	free(s);
}

/* ---- edits ----------------------------------------------------------------
 */

/* Change one byte of a file. */
static void byte_change(const struct dir *d, uint64_t first, off_t at,
			unsigned char by)
{
	char name[SEGMENT_NAME_LEN + 1];
	unsigned char c;
	int fd;

	segment_name(first, name);
	fd = openat(d->fd, name, O_RDWR);
	CHECK(fd >= 0);
	CHECK_INT(pread(fd, &c, 1, at), 1);
	c ^= by;
	CHECK_INT(pwrite(fd, &c, 1, at), 1);
	(void)close(fd);
}

static off_t segment_size(const struct dir *d, uint64_t first)
{
	char name[SEGMENT_NAME_LEN + 1];
	struct stat st;

	segment_name(first, name);
	CHECK_INT(fstatat(d->fd, name, &st, 0), 0);
	return st.st_size;
}

static void segment_shorten(const struct dir *d, uint64_t first, size_t by)
{
	char name[SEGMENT_NAME_LEN + 1];
	const off_t size = segment_size(d, first);
	int fd;

	segment_name(first, name);
	fd = openat(d->fd, name, O_WRONLY);
	CHECK(fd >= 0);
	CHECK_INT(ftruncate(fd, size - (off_t)by), 0);
	(void)close(fd);
}

TEST(an_edit_is_found_and_so_is_its_place)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct result got;

	sim_write(d.fd, s);
	byte_change(&d, 19, segment_size(&d, 19) - 1, 1);
	got = verify_dir(&d, NULL);
	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, "trail segment 00000000000000000019.seg offset ");
	CHECK_HAS(got.e.text, "does not fit its hash");
	CHECK_INT(got.report.flaws, 1);
	CHECK_INT(got.report.flaw[0].seq, 41);
	CHECK_INT(got.report.flaw[0].after, B1_CP5 + 1);
	CHECK_INT(got.report.flaw[0].before, B1_CP6 + 1);
	/* Nothing else was changed. */
	CHECK_INT(got.report.frames, SAMPLE_FRAMES);
	CHECK_INT(got.report.checkpoints, 8);
	CHECK_INT(got.report.disputed, 1);
	CHECK_INT(got.report.covered, B2_CP2 - 1);
	dir_remove(&d);
	free(s);
}

TEST(a_hash_that_was_edited_is_found_twice)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct result got;

	/* The frame's, and that of the checkpoint that signed it. */
	sim_write(d.fd, s);
	byte_change(&d, 19,
		    segment_size(&d, 19) - (off_t)s->f[40].len - TREE_HASH_LEN,
		    1);
	got = verify_dir(&d, NULL);
	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, "does not fit its hash");
	/* The header of the next segment says how the tree was. */
	CHECK_INT(got.report.flaws, 2);
	CHECK_HAS(got.report.flaw[1].what, "does not continue the segment");
	CHECK_INT(got.report.checkpoints, 8);
	CHECK_INT(got.report.disputed, 4);
	dir_remove(&d);
	free(s);
}

TEST(an_edit_with_its_hash_made_anew_is_found)
{
	struct sim *s = sample_made();

	s->f[30].bytes[0] ^= 1;
	check_found(s, "not those that it signed", B1_CP4 + 1);
}

TEST(an_edited_key_or_checkpoint_is_found)
{
	struct sim *s = sample_made();
	char *time = strstr(s->f[B1_CP3].bytes, "time "), *digit;

	CHECK(time != NULL);
	time[6] ^= 1;
	check_found(s, "that the key of its epoch, 1, did not sign",
		    B1_CP3 + 1);
	s = sample_made();
	digit = &s->f[B1_KEY2].bytes[s->f[B1_KEY2].len - 20];
	*digit = *digit == 'A' ? 'B' : 'A';
	check_found(s, "is not signed by the key of the epoch before",
		    B1_KEY2 + 1);
}

TEST(a_frame_of_another_kind_is_found)
{
	struct sim *s = sample_made();

	/* A checkpoint that is hidden among the events. */
	s->f[B1_CP3].kind = TRAIL_EVENT;
	check_found(s, "not those that it signed", B1_CP4 + 1);
}

TEST(every_random_change_of_a_byte_that_checkpoints_cover_is_found)
{
	/* Ten thousand are more than a test's minute where many run. */
	const char *knob = getenv("VERIFY_EDITS");
	const long edits = knob != NULL ? strtol(knob, NULL, 10) : 500;
	const char *first = getenv("VERIFY_SEED");
	static const uint64_t firsts[] = { 1, 19, 42, 53 };
	struct sim *s = sample();
	struct dir d = dir_make();
	const struct verify_options options = { .is_at_rest = true };
	struct trail_report *report = malloc(sizeof(*report));
	off_t size[4], total = 0;
	unsigned int seed =
		first != NULL ? (unsigned int)strtoul(first, NULL, 10) : 1;

	sim_write(d.fd, s);
	CHECK_INT(verify_dir(&d, NULL).code, 0);
	for (size_t i = 0; i < 4; i++) {
		size[i] = segment_size(&d, firsts[i]);
		/* The last checkpoint and what follows it are not covered. */
		for (size_t k = B2_CP2; i == 3 && k < s->count; k++)
			size[i] -= (off_t)(s->f[k].len + SEGMENT_HEAD_LEN);
		total += size[i];
	}
	for (long n = 0; n < edits; n++) {
		off_t at = (off_t)((unsigned int)rand_r(&seed) % total);
		const unsigned char by =
			(unsigned char)(1 + rand_r(&seed) % 255);
		struct err e = { 0 };
		size_t i = 0;

		for (; at >= size[i]; i++)
			at -= size[i];
		byte_change(&d, firsts[i], at, by);
		if (trail_verify(d.fd, &options, report, &e) != -EBADMSG)
			test_fail(__FILE__, __LINE__,
				  "segment %zu, byte %ld, xor %u: not found", i,
				  (long)at, by);
		byte_change(&d, firsts[i], at, by);
	}
	CHECK_INT(verify_dir(&d, NULL).code, 0);
	free(report);
	dir_remove(&d);
	free(s);
}

/* ---- cuts and reorderings -------------------------------------------------
 */

TEST(a_frame_cut_out_of_the_middle_is_found)
{
	struct sim *s = sample_made();

	sim_delete(s, 15, 1);
	check_found(s,
		    "a checkpoint that was made at size 23 stands at size "
		    "22",
		    B1_CP3);
}

TEST(a_cut_at_the_head_is_found)
{
	struct sim *s = sample_made();

	sim_delete(s, 0, 5);
	check_found(s, "a checkpoint", 8);
	/* The sequences stay, the beginning is moved. */
	s = sample_made();
	sim_delete(s, 2, 5);
	s->log_first = 6;
	check_found(s, "not those that it signed", 7);
}

TEST(frames_that_changed_places_are_found)
{
	struct sim *s = sample_made();
	const struct sim_frame kept = s->f[5];

	s->f[5] = s->f[7];
	s->f[7] = kept;
	check_found(s, "not those that it signed", B1_CP2 + 1);
}

TEST(segments_that_changed_places_are_found)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct result got;

	sim_write(d.fd, s);
	CHECK_INT(renameat(d.fd, "00000000000000000019.seg", d.fd, "x"), 0);
	CHECK_INT(renameat(d.fd, "00000000000000000042.seg", d.fd,
			   "00000000000000000019.seg"),
		  0);
	CHECK_INT(renameat(d.fd, "x", d.fd, "00000000000000000042.seg"), 0);
	got = verify_dir(&d, NULL);
	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, "00000000000000000019.seg");
	dir_remove(&d);
	free(s);
}

TEST(a_missing_segment_is_found_and_the_rest_verified)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct result got;

	sim_write(d.fd, s);
	segment_remove(&d, 19);
	got = verify_dir(&d, NULL);
	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, "the segment after it is missing: #19 to #41");
	CHECK_HAS(got.e.text, "00000000000000000001.seg");
	CHECK_INT(got.report.flaws, 1);
	CHECK_INT(got.report.frames, SAMPLE_FRAMES - 23);
	CHECK_INT(got.report.disputed, 6);
	CHECK_INT(got.report.checkpoints, 5);
	dir_remove(&d);
	free(s);
}

TEST(a_segment_cut_at_a_frame_is_found_by_the_one_behind_it)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct result got;

	sim_write(d.fd, s);
	segment_shorten(&d, 19, s->f[40].len + SEGMENT_HEAD_LEN);
	got = verify_dir(&d, NULL);
	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, "is missing: #41 to #41");
	dir_remove(&d);
	free(s);
}

TEST(half_a_frame_at_the_end_is_told)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct result got;

	sim_write(d.fd, s);
	segment_shorten(&d, 53, 1);
	got = verify_dir(&d, NULL);
	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, "cut in the middle of a frame");
	CHECK_INT(got.report.checkpoints, 8);
	CHECK_INT(got.report.open, 5);
	dir_remove(&d);
	free(s);
}

TEST(a_cut_at_the_end_is_found_with_an_anchor)
{
	struct sim *s = sample_made();
	struct sim *known = sim_copy(s);

	sim_delete(s, 60, SAMPLE_FRAMES - 60);
	check_found_anchored(s, known, B2_CP2,
			     "the trail ends at size 60, but "
			     "an anchor shows 63 frames");
	/* Just before the checkpoint that the anchor is. */
	s = sim_copy(known);
	sim_delete(s, B2_CP2, SAMPLE_FRAMES - B2_CP2);
	check_found_anchored(s, known, B2_CP2,
			     "the trail ends at size 62, but "
			     "an anchor shows 63 frames");
	free(known);
}

TEST(an_anchor_of_the_largest_size_that_there_is_is_not_passed_over)
{
	struct sim *s = sample_made();
	struct sim *known = sim_copy(s);
	const char *root = memchr(known->f[B2_CP2].bytes, '\n', 64);

	CHECK(root != NULL);
	root = strchr(root + 1, '\n');
	CHECK(root != NULL);
	known->f[B2_CP2].len = (size_t)snprintf(
		known->f[B2_CP2].bytes, sizeof(known->f[0].bytes),
		ORIGIN "\n18446744073709551615%.*s",
		(int)(s->f[B2_CP2].bytes + s->f[B2_CP2].len -
		      (root - known->f[B2_CP2].bytes + s->f[B2_CP2].bytes)),
		s->f[B2_CP2].bytes + (root - known->f[B2_CP2].bytes));
	check_found_anchored(s, known, B2_CP2,
			     "an anchor shows 18446744073709551615 frames");
	free(known);
}

TEST(a_last_epoch_that_was_dropped_is_found_with_an_anchor)
{
	struct sim *s = sample_made();
	struct sim *known = sim_copy(s);

	sim_delete(s, B1_KEY4, SAMPLE_FRAMES - B1_KEY4);
	check_found_anchored(s, known, B1_KEY4,
			     "the trail ends at size 38, but an anchor shows "
			     "39 frames");
	free(known);
}

TEST(epochs_that_were_dropped_from_the_middle_are_found)
{
	struct sim *s = sample_made();

	/* The empty one: a key and a checkpoint. */
	sim_delete(s, B1_KEY3, 2);
	check_found(s, "a key that was made at size 38 stands at size 36",
		    B1_KEY3 + 1);
	/* By somebody who has the newest key, and makes all after it anew. */
	s = sample_made();
	sim_delete(s, B1_KEY3, 2);
	for (size_t i = B1_KEY3; i < B2_KEY1 - 2; i++)
		if (s->f[i].kind != TRAIL_EVENT)
			sim_again(&s->f[i], 4);
	check_found(s,
		    "a second chain of keys begins in the same boot, with "
		    "epoch 4",
		    B1_KEY3 + 1);
	/* An epoch whose number is skipped though its key is signed. */
	s = sample();
	s->f[B1_KEY2].epoch = 3;
	check_found(s, "the key of epoch 3 follows that of epoch 1",
		    B1_KEY2 + 1);
}

/* ---- seals ----------------------------------------------------------------
 */

TEST(a_trail_sealed_again_with_a_newer_key_is_found)
{
	struct sim *s = sample_made();

	/* Somebody edits epoch 1 and has stolen the key of epoch 4. */
	s->f[5].bytes[0] ^= 1;
	for (size_t i = 5; i < B2_KEY1; i++)
		if (s->f[i].kind == TRAIL_CHECKPOINT)
			sim_again(&s->f[i], 4);
	check_found(s, "that the key of its epoch, 1, did not sign",
		    B1_CP2 + 1);
	/* And says so in the checkpoints. */
	s = sample_made();
	s->f[5].bytes[0] ^= 1;
	for (size_t i = 5; i < B2_KEY1; i++) {
		if (s->f[i].kind != TRAIL_CHECKPOINT)
			continue;
		sim_again(&s->f[i], 4);
		s->f[i].epoch = 4;
	}
	check_found(s,
		    "a checkpoint of epoch 4 of boot b1, while the key is "
		    "that of epoch 1",
		    B1_CP2 + 1);
	/* And replaces the keys. */
	s = sample_made();
	s->f[5].bytes[0] ^= 1;
	for (size_t i = 5; i < B2_KEY1; i++) {
		if (s->f[i].kind == TRAIL_CHECKPOINT)
			sim_again(&s->f[i], 4);
		if (s->f[i].kind == TRAIL_KEY) {
			sim_again(&s->f[i], 4);
			s->f[i].key = 4;
		}
	}
	check_found(s, "that the key of its epoch, 1, did not sign",
		    B1_CP2 + 1);
}

TEST(what_the_present_key_can_seal_again_is_found_with_an_anchor)
{
	struct sim *s = sample_made();
	struct sim *known = sim_copy(s);

	/* Inside the epoch whose key was stolen. */
	s->f[B2_CP1 + 3].bytes[0] ^= 1;
	sim_again(&s->f[B2_CP2], 9);
	check_found_anchored(s, known, B2_CP2, "has another root");
	/* Everything, as one boot with the stolen key. */
	s = sim_copy(known);
	s->f[5].bytes[0] ^= 1;
	for (size_t i = 0; i < s->count; i++) {
		if (s->f[i].kind == TRAIL_EVENT)
			continue;
		sim_again(&s->f[i], 9);
		s->f[i].kind = i == 0 ? TRAIL_KEY : TRAIL_CHECKPOINT;
		s->f[i].key = 9;
		s->f[i].epoch = 1;
		memcpy(s->f[i].boot, "b1", 3);
	}
	check_found_anchored(s, known, B2_CP2, "has another root");
	s = sim_copy(known);
	sim_again(&s->f[B2_CP2], 9);
	s->f[B2_CP2].time++;
	check_found_anchored(s, known, B2_CP2, "is not the frame that is here");
	free(known);
}

TEST(the_first_key_of_a_boot_is_an_anchor_too)
{
	struct sim *s = sample_made();
	struct sim *known = sim_copy(s);

	/* Everything made anew with a key of one's own. */
	for (size_t i = 0; i < s->count; i++) {
		if (s->f[i].kind == TRAIL_EVENT)
			continue;
		sim_again(&s->f[i], s->f[i].by);
		s->f[i].key = (unsigned char)(s->f[i].key + 100);
		s->f[i].by = (unsigned char)(s->f[i].by + 100);
	}
	check_found_anchored(s, known, B1_KEY1,
			     "the anchor, a key of size 0, is not the frame "
			     "that is here");
	free(known);
}

TEST(a_second_chain_of_keys_in_one_boot_is_found)
{
	struct sim *s = sample();

	/* The key was lost: a new chain begins, and says the same boot. */
	sim_boot(s, "b2", 11);
	check_found(s, "a second chain of keys begins in the same boot",
		    SAMPLE_FRAMES + 1);
	s = sample();
	sim_boot(s, "b3", 11);
	sim_boot(s, "b2", 12);
	check_found(s, "a second chain of keys begins in boot b2",
		    SAMPLE_FRAMES + 3);
	s = sample();
	s->f[B2_KEY1].by = 4;
	check_found(s, "the first key of boot b2 is not signed by itself",
		    B2_KEY1 + 1);
}

TEST(a_header_that_names_another_key_is_found)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct result got;

	/* The first segment is made once more, with a key that has no place
	 * there: only the header behind it differs. */
	sim_write(d.fd, s);
	s->f[B1_KEY1].key = 77;
	sim_write_some(d.fd, s, 18, 41);
	got = verify_dir(&d, NULL);
	CHECK_INT(got.code, -EBADMSG);
	CHECK_HAS(got.e.text, "the header names another key");
	CHECK_INT(got.report.flaw[0].segment, 19);
	dir_remove(&d);
	free(s);
}

/* ---- forks ----------------------------------------------------------------
 */

TEST(of_two_forks_each_is_found_with_the_others_anchor)
{
	struct sim *s = sample_made();
	struct sim *a = sim_copy(s), *b = sim_copy(s);
	struct dir d = dir_make();

	sim_events(a, 5);
	sim_checkpoint(a);
	sim_events(b, 5);
	a->f[a->count - 3].bytes[0] = 'E';
	sim_checkpoint(b);
	sim_write(d.fd, a);
	dir_empty(&d);
	sim_write(d.fd, b);
	dir_remove(&d);
	check_found_anchored(sim_copy(a), b, b->count - 1, "has another root");
	check_found_anchored(sim_copy(b), a, a->count - 1, "has another root");
	free(a);
	free(b);
	free(s);
}

TEST(a_trail_that_was_made_anew_is_found_with_an_anchor)
{
	struct sim *known = sample_made();
	struct sim *s = sim_new("bailiff/n1/b2");

	sim_boot(s, "b2", 30);
	sim_events(s, 100);
	sim_checkpoint(s);
	check_found_anchored(s, known, B1_CP3,
			     "the anchor is of the log bailiff/n1/b1, this "
			     "one is bailiff/n1/b2: made anew");
	/* In the same boot, with the same name. */
	s = sim_new(ORIGIN);
	sim_boot(s, "b1", 30);
	sim_events(s, 100);
	sim_checkpoint(s);
	check_found_anchored(s, known, B1_CP3, "has another root");
	free(known);
}

/* ---- proofs ---------------------------------------------------------------
 */

static int prove(const struct dir *d, const struct anchors *a, uint64_t seq,
		 struct buf *ret, struct err *e)
{
	const struct verify_options options = { .anchors = a,
						.proof = ret,
						.prove_seq = seq };
	struct trail_report report;

	return trail_verify(d->fd, &options, &report, e);
}

/* Does the text prove frame @at of @s? Return: the size of its checkpoint. */
static uint64_t proof_holds(const struct buf *text, const struct sim *s,
			    size_t at)
{
	struct hasher *h = hasher_new();
	struct checkpoint c;
	struct proof proof;
	unsigned char key[NOTE_PUBLIC_LEN];
	struct err e = { 0 };

	proof_init(&proof);
	CHECK_INT(proof_parse(buf_view(text), &proof, &e), 0);
	CHECK_INT(checkpoint_parse(proof.checkpoint, &c, &e), 0);
	CHECK_INT(proof_check(&proof, h, &c, NULL, &e), 0);
	CHECK_INT(proof.seq, at + s->log_first);
	CHECK_INT(proof.kind, s->f[at].kind);
	CHECK(span_eq(buf_view(&proof.bytes),
		      (struct span){ s->f[at].bytes, s->f[at].len }));
	sim_public(s->f[c.size].by, key);
	CHECK_INT(note_verify(&c.note, c.origin, key), NOTE_GOOD);
	/* Not of another frame. */
	proof.seq++;
	CHECK_INT(proof_check(&proof, h, &c, NULL, &e), -EBADMSG);
	proof_done(&proof);
	hasher_free(h);
	return c.size;
}

TEST(every_covered_frame_has_a_proof_that_stands_alone)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct anchors a = { 0 };
	struct buf text;

	s->log_first = 7;
	sim_write(d.fd, s);
	anchors_of(&a, s, B1_CP6);
	buf_init(&text, PROOF_BYTES_MAX);
	for (size_t i = 0; i < SAMPLE_FRAMES; i++) {
		struct err e = { 0 };
		const int r = prove(&d, NULL, 7 + i, &text, &e);

		if (i >= B2_CP2) {
			CHECK_INT(r, -ERANGE);
			CHECK_HAS(e.text, "no checkpoint covers #");
			continue;
		}
		if (r < 0)
			test_fail(__FILE__, __LINE__, "%zu: %s", i, e.text);
		CHECK(proof_holds(&text, s, i) > i);
		buf_reset(&text);
		if (i == 3) {
			CHECK_INT(prove(&d, &a, 7 + i, &text, &e), 0);
			CHECK_INT(proof_holds(&text, s, i), B1_CP6);
			buf_reset(&text);
		}
	}
	CHECK_INT(prove(&d, &a, 7 + B2_CP1, &text, NULL), -ERANGE);
	CHECK_INT(prove(&d, NULL, 6, &text, NULL), -ERANGE);
	CHECK_INT(prove(&d, NULL, 7 + SAMPLE_FRAMES, &text, NULL), -ERANGE);
	buf_done(&text);
	anchors_done(&a);
	dir_remove(&d);
	free(s);
}

TEST(a_frame_has_a_proof_after_the_segments_before_it_are_gone)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct buf text;

	sim_write(d.fd, s);
	segment_remove(&d, 1);
	segment_remove(&d, 19);
	buf_init(&text, PROOF_BYTES_MAX);
	for (size_t i = 41; i < B2_CP2; i++) {
		CHECK_INT(prove(&d, NULL, 1 + i, &text, NULL), 0);
		(void)proof_holds(&text, s, i);
		buf_reset(&text);
	}
	CHECK_INT(prove(&d, NULL, 41, &text, NULL), -ERANGE);
	buf_done(&text);
	dir_remove(&d);
	free(s);
}

TEST(a_damaged_trail_proves_nothing)
{
	struct sim *s = sample_made();
	struct dir d = dir_make();
	struct buf text;

	s->f[30].bytes[0] ^= 1;
	sim_write(d.fd, s);
	buf_init(&text, PROOF_BYTES_MAX);
	CHECK_INT(prove(&d, NULL, 3, &text, NULL), -EBADMSG);
	CHECK_INT(text.len, 0);
	buf_done(&text);
	dir_remove(&d);
	free(s);
}

TEST(that_the_log_has_only_grown_has_a_proof)
{
	struct sim *s = sample();
	struct dir d = dir_make();
	struct hasher *h = hasher_new();
	struct checkpoint old;
	struct trail_report report;
	struct buf text;

	sim_write(d.fd, s);
	buf_init(&text, PROOF_BYTES_MAX);
	for (size_t i = 0; i <= B2_CP2; i++) {
		const struct verify_options options = { .proof = &text,
							.is_growth = true,
							.prove_size = i };
		struct checkpoint c;
		struct proof proof;

		if (s->f[i].kind != TRAIL_CHECKPOINT)
			continue;
		CHECK_INT(checkpoint_parse(
				  (struct span){ s->f[i].bytes, s->f[i].len },
				  &old, NULL),
			  0);
		CHECK_INT(trail_verify(d.fd, &options, &report, NULL), 0);
		proof_init(&proof);
		CHECK_INT(proof_parse(buf_view(&text), &proof, NULL), 0);
		CHECK(proof.is_growth);
		CHECK_INT(proof.index, i);
		CHECK_INT(checkpoint_parse(proof.checkpoint, &c, NULL), 0);
		CHECK_INT(c.size, B2_CP2);
		CHECK_INT(proof_check(&proof, h, &c, &old.root, NULL), 0);
		old.root.b[3] ^= 4;
		CHECK_INT(proof_check(&proof, h, &c, &old.root, NULL),
			  -EBADMSG);
		proof_done(&proof);
		buf_reset(&text);
	}
	buf_done(&text);
	hasher_free(h);
	dir_remove(&d);
	free(s);
}
