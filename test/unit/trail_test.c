/* SPDX-License-Identifier: Apache-2.0 */
/* trail_test.c - the trail: appending, reading, recovery, verify. */
#include "test/unit/harness.h"
#include "test/unit/trail_dir.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/trail/scan.h"
#include "pkg/trail/trail.h"
#include "pkg/trail/verify.h"

static const struct trail_config wide = { .bytes_max = 1 << 20,
					  .segment_max = 1 << 19 };

static size_t segments(int dirfd)
{
	AUTO_MEM uint64_t *list = NULL;
	size_t count;

	CHECK_INT(segment_list(dirfd, &list, &count, NULL), 0);
	return count;
}

static int verify(int dirfd, struct trail_report *ret, struct err *e)
{
	*e = (struct err){ 0 };
	return trail_verify(dirfd, NULL, ret, e);
}

/* Read from @from to the end. Return: frames; @ret_code: how it ended. */
static uint64_t read_all(int dirfd, uint64_t from, int *ret_code)
{
	struct trail_reader *r;
	struct trail_frame frame;
	uint64_t count = 0, last = 0;
	char want[64];

	CHECK_INT(trail_reader_open(dirfd, from, &r, NULL), 0);
	while ((*ret_code = trail_read(r, &frame, NULL)) == 0) {
		CHECK(frame.seq > last && frame.seq >= from);
		last = frame.seq;
		count++;
		(void)snprintf(want, sizeof(want), "frame %" PRIu64, frame.seq);
		CHECK(span_eq_str(frame.bytes, want));
	}
	trail_reader_close(r);
	return count;
}

TEST(a_trail_gives_back_what_was_appended_in_order_from_sequence_one)
{
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &wide);
	struct trail_report report;
	struct err e;
	struct stat st;
	int code;

	CHECK_INT(trail_next_seq(w), 1);
	append_many(w, 10);
	CHECK_INT(read_all(d.fd, 1, &code), 10);
	CHECK_INT(code, -EAGAIN);
	CHECK_INT(read_all(d.fd, 7, &code), 4);
	CHECK_INT(read_all(d.fd, 11, &code), 0);
	CHECK_INT(code, -EAGAIN);
	CHECK_INT(verify(d.fd, &report, &e), 0);
	CHECK_INT(report.first_seq, 1);
	CHECK_INT(report.last_seq, 10);
	CHECK_INT(report.frames, 10);
	CHECK_INT(report.segments, 1);
	CHECK_INT(fstatat(d.fd, "00000000000000000001.seg", &st, 0), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(an_empty_trail_has_nothing_to_verify_and_nothing_to_read)
{
	const struct dir d = dir_make();
	struct trail_report report;
	struct err e;
	int code;

	CHECK_INT(verify(d.fd, &report, &e), -ENOENT);
	CHECK_INT(report.frames, 0);
	CHECK_INT(read_all(d.fd, 1, &code), 0);
	CHECK_INT(code, -EAGAIN);
	dir_remove(&d);
}

TEST(a_reopened_trail_goes_on_with_the_next_sequence_and_the_same_chain)
{
	const struct dir d = dir_make();
	struct trail_report report;
	struct err e;
	int code;

	for (unsigned i = 0; i < 4; i++) {
		struct trail_writer *w = writer(d.fd, &wide);

		CHECK_INT(trail_next_seq(w), 1 + 3 * i);
		append_many(w, 3);
		trail_writer_close(w);
	}
	CHECK_INT(read_all(d.fd, 1, &code), 12);
	CHECK_INT(verify(d.fd, &report, &e), 0);
	CHECK_INT(report.last_seq, 12);
	dir_remove(&d);
}

TEST(a_second_writer_is_refused_in_one_process_and_from_another)
{
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &wide), *second;
	struct err e = { 0 };
	uint64_t recovered;
	int status;
	pid_t pid;

	CHECK_INT(trail_writer_open(d.fd, &wide, &second, &recovered, &e),
		  -EBUSY);
	CHECK_HAS(e.text, "another process writes this trail");
	pid = fork();
	if (pid == 0) {
		const int fd = open(d.path, O_RDONLY | O_DIRECTORY);

		_exit(trail_writer_open(fd, &wide, &second, &recovered, NULL) !=
		      -EBUSY);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	trail_writer_close(w);
	w = writer(d.fd, &wide);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(a_frame_may_be_empty_or_as_long_as_the_limit_and_no_longer)
{
	static char big[TRAIL_FRAME_MAX + 1];
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &wide);
	struct trail_reader *r;
	struct trail_frame frame;
	uint64_t seq;

	CHECK_INT(trail_append(w, (struct span){ 0 }, &seq, NULL), 0);
	CHECK_INT(trail_append(w, (struct span){ big, TRAIL_FRAME_MAX }, &seq,
			       NULL),
		  0);
	CHECK_INT(seq, 2);
	CHECK_INT(
		trail_append(w, (struct span){ big, sizeof(big) }, &seq, NULL),
		-EMSGSIZE);
	CHECK_INT(trail_flush(w, NULL), 0);
	CHECK_INT(trail_reader_open(d.fd, 0, &r, NULL), 0);
	CHECK_INT(trail_read(r, &frame, NULL), 0);
	CHECK_INT(frame.bytes.len, 0);
	CHECK_INT(trail_read(r, &frame, NULL), 0);
	CHECK_INT(frame.bytes.len, TRAIL_FRAME_MAX);
	CHECK_INT(trail_read(r, &frame, NULL), -EAGAIN);
	trail_reader_close(r);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(a_new_trail_can_go_on_behind_the_sequence_of_a_lost_one)
{
	static const struct trail_config behind = { .bytes_max = 1 << 20,
						    .segment_max = 1 << 19,
						    .first_seq = 41 };
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &behind);
	struct trail_report report;
	struct err e;

	append_many(w, 3);
	CHECK_INT(verify(d.fd, &report, &e), 0);
	CHECK_INT(report.first_seq, 41);
	CHECK_INT(report.last_seq, 43);
	trail_writer_close(w);
	/* Only an empty directory begins there. */
	w = writer(d.fd, &behind);
	CHECK_INT(trail_next_seq(w), 44);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(segments_are_rotated_and_the_oldest_pruned_under_the_cap)
{
	static const struct trail_config narrow = { .bytes_max = 2000,
						    .segment_max = 500 };
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &narrow);
	struct trail_report report;
	struct err e;
	int code;

	append_many(w, 8);
	CHECK(segments(d.fd) > 1);
	CHECK_INT(trail_pruned(w), 0);
	append_many(w, 192);
	CHECK_INT(verify(d.fd, &report, &e), 0);
	CHECK_INT(report.last_seq, 200);
	CHECK(report.first_seq > 150 && report.first_seq <= 200);
	CHECK_INT(trail_pruned(w), report.first_seq - 1);
	/* What was pruned is passed over. */
	CHECK_INT(read_all(d.fd, 1, &code), 200 - report.first_seq + 1);
	trail_writer_close(w);
	w = writer(d.fd, &narrow);
	CHECK_INT(trail_next_seq(w), 201);
	append_many(w, 20);
	CHECK_INT(verify(d.fd, &report, &e), 0);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(the_bytes_on_disk_never_pass_the_cap)
{
	static const struct trail_config narrow = { .bytes_max = 5000,
						    .segment_max = 4999 };
	static char big[4950];
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &narrow);
	uint64_t seq;

	for (unsigned i = 0; i < 60; i++) {
		AUTO_MEM uint64_t *list = NULL;
		size_t count, total = 0;

		CHECK_INT(trail_append(w, (struct span){ big, i * 641 % 3800 },
				       &seq, NULL),
			  0);
		CHECK_INT(trail_flush(w, NULL), 0);
		CHECK_INT(segment_list(d.fd, &list, &count, NULL), 0);
		for (size_t k = 0; k < count; k++) {
			char name[SEGMENT_NAME_LEN + 1];
			struct stat st;

			segment_name(list[k], name);
			CHECK_INT(fstatat(d.fd, name, &st, 0), 0);
			total += (size_t)st.st_size;
		}
		CHECK(total <= narrow.bytes_max);
	}
	CHECK_INT(trail_append(w, (struct span){ big, 4950 }, &seq, NULL),
		  -EMSGSIZE);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(a_reader_follows_across_segments_and_over_what_was_pruned)
{
	static const struct trail_config narrow = { .bytes_max = 3000,
						    .segment_max = 500 };
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &narrow);
	struct trail_reader *r;
	struct trail_frame frame;
	uint64_t last = 0;

	CHECK_INT(trail_reader_open(d.fd, 1, &r, NULL), 0);
	CHECK_INT(trail_read(r, &frame, NULL), -EAGAIN);
	for (unsigned i = 0; i < 100; i++) {
		append_many(w, 1);
		CHECK_INT(trail_read(r, &frame, NULL), 0);
		CHECK_INT(frame.seq, i + 1);
		CHECK_INT(trail_read(r, &frame, NULL), -EAGAIN);
	}
	append_many(w, 300);
	while (trail_read(r, &frame, NULL) == 0) {
		CHECK(frame.seq > last);
		last = frame.seq;
	}
	CHECK_INT(last, 400);
	trail_reader_close(r);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(a_frame_for_which_there_was_no_room_comes_once_more)
{
	static const struct trail_config narrow = { .bytes_max = 3000,
						    .segment_max = 500 };
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &narrow);
	struct trail_reader *r;
	struct trail_frame frame;
	uint64_t last = 0;

	append_many(w, 20); /* more than a segment */
	CHECK_INT(trail_reader_open(d.fd, 1, &r, NULL), 0);
	while (trail_read(r, &frame, NULL) == 0) {
		const struct trail_frame once = frame;

		trail_unread(r);
		CHECK_INT(trail_read(r, &frame, NULL), 0);
		CHECK_INT(frame.seq, once.seq);
		CHECK_INT(frame.kind, once.kind);
		CHECK(span_eq(frame.bytes, once.bytes));
		CHECK(last == 0 || frame.seq == last + 1);
		last = frame.seq;
	}
	CHECK_INT(last, 20);
	trail_reader_close(r);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(a_reader_in_another_process_never_sees_half_a_frame)
{
	static const struct trail_config small = { .bytes_max = 1 << 22,
						   .segment_max = 20000 };
	enum {
		FRAMES = 4000
	};
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &small);
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		static char body[5000];

		for (unsigned i = 0; i < FRAMES; i++) {
			uint64_t seq;
			const size_t len = i * 37 % sizeof(body);

			memset(body, 'a' + (int)(i % 26), len);
			if (trail_append(w, (struct span){ body, len }, &seq,
					 NULL) < 0 ||
			    (i % 3 == 0 && trail_flush(w, NULL) < 0))
				_exit(1);
		}
		_exit(trail_flush(w, NULL) < 0);
	}
	/* Only the child writes; our lock is the same open file. */
	struct trail_reader *r;
	struct trail_frame frame;
	struct err e = { 0 };
	uint64_t seen = 0;

	CHECK_INT(trail_reader_open(d.fd, 1, &r, NULL), 0);
	while (seen < FRAMES) {
		const int code = trail_read(r, &frame, &e);

		if (code == -EAGAIN) {
			(void)sched_yield();
			continue;
		}
		if (code < 0)
			test_fail(__FILE__, __LINE__, "%s", e.text);
		for (size_t i = 0; i < frame.bytes.len; i++)
			CHECK(frame.bytes.p[i] ==
			      'a' + (int)((frame.seq - 1) % 26));
		seen = frame.seq;
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	trail_reader_close(r);
	trail_writer_close(w);
	dir_remove(&d);
}

TEST(a_directory_descriptor_for_reading_is_enough_to_read)
{
	const struct dir d = dir_make();
	struct trail_writer *w = writer(d.fd, &wide);
	const int path_only = open(d.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct trail_report report;
	struct err e;
	int code;

	append_many(w, 3);
	CHECK_INT(read_all(path_only, 1, &code), 3);
	CHECK_INT(verify(path_only, &report, &e), 0);
	(void)close(path_only);
	trail_writer_close(w);
	dir_remove(&d);
}

/* ---- damage ---------------------------------------------------------------
 */

#define FIRST_NAME "00000000000000000001.seg"
/* Of a log that begins, unsigned and without a name. */
#define HEADER_LEN (SEGMENT_FIXED_LEN + TREE_HASH_LEN)

/* The one small segment that the damage tests work on. */
static size_t sample(int dirfd, char *ret, size_t size)
{
	struct trail_writer *w = writer(dirfd, &wide);
	ssize_t n;
	int fd;

	append_many(w, 3);
	trail_writer_close(w);
	fd = openat(dirfd, FIRST_NAME, O_RDONLY);
	n = read(fd, ret, size);
	CHECK(n > 0 && (size_t)n < size);
	(void)close(fd);
	return (size_t)n;
}

TEST(verify_and_every_reader_find_a_change_of_any_byte)
{
	const struct dir d = dir_make();
	struct trail_report report;
	struct trail_writer *w;
	uint64_t recovered;
	struct err e;
	char bytes[1024];
	const size_t len = sample(d.fd, bytes, sizeof(bytes));
	int code;

	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 1;
		put(d.fd, FIRST_NAME, bytes, len);
		CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
		CHECK_HAS(e.text, FIRST_NAME " offset ");
		CHECK(report.frames <= 3);
		(void)read_all(d.fd, 1, &code);
		CHECK_INT(code, -EBADMSG);
		CHECK_INT(trail_writer_open(d.fd, &wide, &w, &recovered, &e),
			  -EBADMSG);
		CHECK(e.hint != NULL);
		bytes[i] ^= 1;
	}
	put(d.fd, FIRST_NAME, bytes, len);
	CHECK_INT(verify(d.fd, &report, &e), 0);
	dir_remove(&d);
}

TEST(a_segment_cut_anywhere_is_found_and_the_writer_keeps_its_whole_frames)
{
	/* Three frames of 56 + 7 bytes after a header of 112. */
	enum {
		FRAME = SEGMENT_HEAD_LEN + 7
	};
	const struct dir d = dir_make();
	struct trail_writer *w;
	uint64_t recovered;
	struct err e;
	char bytes[1024];
	const size_t len = sample(d.fd, bytes, sizeof(bytes));
	int code;

	CHECK_INT(len, HEADER_LEN + 3 * FRAME);
	for (size_t cut = 0; cut < len; cut++) {
		const size_t body = cut > HEADER_LEN ? cut - HEADER_LEN : 0;
		const size_t ragged = cut < HEADER_LEN ? cut : body % FRAME;

		put(d.fd, FIRST_NAME, bytes, cut);
		CHECK_INT(read_all(d.fd, 1, &code), body / FRAME);
		CHECK_INT(code, cut < HEADER_LEN ? -EBADMSG : -EAGAIN);
		CHECK_INT(trail_writer_open(d.fd, &wide, &w, &recovered, &e),
			  0);
		CHECK_INT(recovered, ragged);
		CHECK_INT(trail_next_seq(w), 1 + body / FRAME);
		append_many(w, 2);
		trail_writer_close(w);
		CHECK_INT(read_all(d.fd, 1, &code), body / FRAME + 2);
		CHECK_INT(code, -EAGAIN);
	}
	dir_remove(&d);
}

TEST(verify_says_that_a_trail_ends_in_half_a_frame)
{
	const struct dir d = dir_make();
	struct trail_report report;
	struct err e;
	char bytes[1024];
	const size_t len = sample(d.fd, bytes, sizeof(bytes));

	put(d.fd, FIRST_NAME, bytes, len - 1);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_STR(e.text, "trail segment " FIRST_NAME
			  " offset 238: cut in the middle of a frame");
	CHECK_INT(report.frames, 2);
	put(d.fd, FIRST_NAME, bytes, HEADER_LEN - 1);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	dir_remove(&d);
}

TEST(zeros_that_a_power_cut_left_at_the_end_are_cut_off)
{
	const struct dir d = dir_make();
	char bytes[8192] = { 0 };
	const size_t len = sample(d.fd, bytes, 1024);
	struct trail_writer *w;
	uint64_t recovered;
	int code;

	put(d.fd, FIRST_NAME, bytes, sizeof(bytes));
	CHECK_INT(trail_writer_open(d.fd, &wide, &w, &recovered, NULL), 0);
	CHECK_INT(recovered, sizeof(bytes) - len);
	CHECK_INT(trail_next_seq(w), 4);
	append_many(w, 1);
	trail_writer_close(w);
	CHECK_INT(read_all(d.fd, 1, &code), 4);
	/* Zeros with something after them are no such thing. */
	put(d.fd, FIRST_NAME, bytes, sizeof(bytes));
	CHECK_INT(trail_writer_open(d.fd, &wide, &w, &recovered, NULL), 0);
	trail_writer_close(w);
	bytes[sizeof(bytes) - 1] = 'x';
	put(d.fd, FIRST_NAME, bytes, sizeof(bytes));
	CHECK_INT(trail_writer_open(d.fd, &wide, &w, &recovered, NULL),
		  -EBADMSG);
	dir_remove(&d);
}

/* A trail of several segments. */
static void sample_many(int dirfd)
{
	static const struct trail_config narrow = { .bytes_max = 100000,
						    .segment_max = 500 };
	struct trail_writer *w = writer(dirfd, &narrow);

	append_many(w, 40);
	trail_writer_close(w);
	CHECK(segments(dirfd) >= 4);
}

TEST(a_missing_segment_is_found)
{
	const struct dir d = dir_make();
	AUTO_MEM uint64_t *list = NULL;
	struct trail_report report;
	struct err e;
	size_t count;
	char name[SEGMENT_NAME_LEN + 1];
	int code;

	sample_many(d.fd);
	CHECK_INT(segment_list(d.fd, &list, &count, NULL), 0);
	segment_name(list[1], name);
	CHECK_INT(unlinkat(d.fd, name, 0), 0);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_HAS(e.text, FIRST_NAME);
	CHECK_HAS(e.text, "the segment after it is missing");
	CHECK_INT(report.frames, 40 - (list[2] - list[1]));
	CHECK_INT(read_all(d.fd, 1, &code), list[1] - 1);
	CHECK_INT(code, -EBADMSG);
	/* The oldest one gone is what pruning does: not seen here. */
	CHECK_INT(unlinkat(d.fd, FIRST_NAME, 0), 0);
	CHECK_INT(verify(d.fd, &report, &e), 0);
	CHECK_INT(report.first_seq, list[2]);
	dir_remove(&d);
}

TEST(segments_and_frames_that_changed_places_are_found)
{
	const struct dir d = dir_make();
	AUTO_MEM uint64_t *list = NULL;
	struct trail_report report;
	struct err e;
	size_t count;
	char a[SEGMENT_NAME_LEN + 1], b[SEGMENT_NAME_LEN + 1];
	char bytes[1024], swapped[1024];
	size_t len;

	sample_many(d.fd);
	CHECK_INT(segment_list(d.fd, &list, &count, NULL), 0);
	segment_name(list[1], a);
	segment_name(list[2], b);
	CHECK_INT(renameat(d.fd, a, d.fd, "x"), 0);
	CHECK_INT(renameat(d.fd, b, d.fd, a), 0);
	CHECK_INT(renameat(d.fd, "x", d.fd, b), 0);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_HAS(e.text, a);

	dir_empty(d.fd);
	len = sample(d.fd, bytes, sizeof(bytes));
	memcpy(swapped, bytes, len);
	memcpy(swapped + 112, bytes + 175, 63);
	memcpy(swapped + 175, bytes + 112, 63);
	put(d.fd, FIRST_NAME, swapped, len);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	/* A whole frame cut out of the middle. */
	memcpy(swapped, bytes, len);
	memmove(swapped + 112, swapped + 175, len - 175);
	put(d.fd, FIRST_NAME, swapped, len - 63);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_HAS(e.text, "offset 112: a frame is out of sequence");
	dir_remove(&d);
}

TEST(a_segment_of_another_trail_does_not_fit_in)
{
	const struct dir d = dir_make(), other = dir_make();
	static const struct trail_config narrow = { .bytes_max = 100000,
						    .segment_max = 500 };
	AUTO_MEM uint64_t *list = NULL;
	struct trail_writer *w = writer(other.fd, &narrow);
	struct trail_report report;
	struct err e;
	size_t count;
	char name[SEGMENT_NAME_LEN + 1], bytes[2048];
	ssize_t n;
	int fd, code;

	sample_many(d.fd);
	for (unsigned i = 0; i < 40; i++)
		append(w, i < 9 ? "fraud 1" : "fraud 12");
	trail_writer_close(w);
	CHECK_INT(segment_list(d.fd, &list, &count, NULL), 0);
	segment_name(list[1], name);
	fd = openat(other.fd, name, O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, bytes, sizeof(bytes));
	CHECK(n > 0);
	(void)close(fd);
	put(d.fd, name, bytes, (size_t)n);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_HAS(e.text, "does not continue the segment before it");
	CHECK_HAS(e.text, name);
	(void)read_all(d.fd, 1, &code);
	CHECK_INT(code, -EBADMSG);
	dir_remove(&other);
	dir_remove(&d);
}

TEST(an_empty_file_in_place_of_the_last_segment_is_begun_anew)
{
	const struct dir d = dir_make();
	struct trail_writer *w;
	struct trail_report report;
	struct err e;

	sample_many(d.fd);
	w = writer(d.fd, &wide);
	CHECK_INT(trail_next_seq(w), 41);
	trail_writer_close(w);
	put(d.fd, "00000000000000000041.seg", "", 0);
	w = writer(d.fd, &wide);
	CHECK_INT(trail_next_seq(w), 41);
	append_many(w, 1);
	trail_writer_close(w);
	CHECK_INT(verify(d.fd, &report, &e), 0);
	CHECK_INT(report.last_seq, 41);
	dir_remove(&d);
}

TEST(a_symlink_in_place_of_a_segment_is_not_followed)
{
	const struct dir d = dir_make();
	struct trail_writer *w;
	uint64_t recovered;
	struct err e = { 0 };

	CHECK_INT(symlinkat("/etc/hostname", d.fd, FIRST_NAME), 0);
	CHECK(trail_writer_open(d.fd, &wide, &w, &recovered, &e) < 0);
	dir_remove(&d);
}

TEST(what_is_no_file_in_place_of_a_segment_is_damage)
{
	const struct dir d = dir_make();
	struct trail_report report;
	struct err e;
	int code;

	sample_many(d.fd);
	CHECK_INT(unlinkat(d.fd, FIRST_NAME, 0), 0);
	CHECK_INT(symlinkat("/nowhere", d.fd, FIRST_NAME), 0);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_HAS(e.text, FIRST_NAME " offset 0: not a regular file");
	CHECK(report.frames != 0);
	CHECK_INT(read_all(d.fd, 1, &code), 0);
	CHECK_INT(code, -EBADMSG);
	CHECK_INT(unlinkat(d.fd, FIRST_NAME, 0), 0);
	CHECK_INT(mknodat(d.fd, FIRST_NAME, S_IFSOCK | 0600, 0), 0);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_HAS(e.text, "not a regular file");
	dir_remove(&d);
}

TEST(a_hole_of_a_tebibyte_at_the_end_is_not_walked)
{
	const struct dir d = dir_make();
	struct trail_writer *w;
	struct trail_report report;
	char bytes[1024];
	const off_t huge = (off_t)1 << 40;
	const size_t len = sample(d.fd, bytes, sizeof(bytes));
	const int fd = openat(d.fd, FIRST_NAME, O_RDWR);
	uint64_t recovered;
	struct err e;

	CHECK(fd >= 0);
	CHECK_INT(ftruncate(fd, huge), 0);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_HAS(e.text, "cut in the middle of a frame");
	/* Something behind it is not what a power cut leaves. */
	CHECK_INT(pwrite(fd, "x", 1, huge - 1), 1);
	CHECK_INT(verify(d.fd, &report, &e), -EBADMSG);
	CHECK_HAS(e.text, "the length of a frame was changed");
	CHECK_INT(ftruncate(fd, (off_t)len), 0);
	CHECK_INT(ftruncate(fd, huge), 0);
	(void)close(fd);
	CHECK_INT(trail_writer_open(d.fd, &wide, &w, &recovered, NULL), 0);
	CHECK_INT(recovered, (uint64_t)huge - len);
	trail_writer_close(w);
	dir_remove(&d);
}

/* ---- a full disk ----------------------------------------------------------
 */

TEST(a_full_disk_leaves_the_trail_whole_and_it_goes_on_when_there_is_room)
{
	static const struct trail_config large = { .bytes_max = 1 << 30,
						   .segment_max = 1 << 20 };
	static char body[3000];
	struct trail_writer *w;
	struct trail_report report;
	struct err e = { 0 };
	uint64_t seq = 0, last = 0;
	int fd, code, ballast;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/mnt", "tmpfs", 0, "size=256k") < 0)
		test_skip("needs root");
	fd = open("/mnt", O_RDONLY | O_DIRECTORY);
	ballast = open("/mnt/ballast", O_WRONLY | O_CREAT, 0600);
	CHECK_INT(write(ballast, body, sizeof(body)), sizeof(body));
	w = writer(fd, &large);
	/* Appended one at a time, so that each is written or refused. */
	do {
		code = trail_append(w, (struct span){ body, sizeof(body) },
				    &seq, &e);
		if (code == 0)
			code = trail_flush(w, &e);
		if (code == 0)
			last = seq;
	} while (code == 0);
	CHECK_INT(code, -ENOSPC);
	CHECK(last > 50);
	CHECK_INT(trail_next_seq(w), last + 1);
	CHECK_INT(trail_lost(w), 1);
	CHECK_INT(verify(fd, &report, &e), 0);
	CHECK_INT(report.last_seq, last);
	/* Of several in one write those stay that are whole. */
	for (unsigned i = 0; i < 5; i++)
		CHECK_INT(trail_append(w,
				       (struct span){ body, i == 0 ? 1 : 3000 },
				       &seq, &e),
			  0);
	CHECK_INT(trail_flush(w, &e), -ENOSPC);
	CHECK_INT(trail_lost(w), 1 + last + 6 - trail_next_seq(w));
	last = trail_next_seq(w) - 1;
	CHECK_INT(verify(fd, &report, &e), 0);
	CHECK_INT(report.last_seq, last);
	CHECK_INT(ftruncate(ballast, 0), 0);
	CHECK_INT(
		trail_append(w, (struct span){ body, sizeof(body) }, &seq, &e),
		0);
	CHECK_INT(seq, last + 1);
	CHECK_INT(trail_flush(w, &e), 0);
	CHECK_INT(verify(fd, &report, &e), 0);
	CHECK_INT(report.last_seq, seq);
	trail_writer_close(w);
}
