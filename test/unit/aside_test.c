/* SPDX-License-Identifier: Apache-2.0 */
/* aside_test.c - a damaged trail is set aside, and few of them are kept. */
#include "test/unit/harness.h"
#include "test/unit/trail_dir.h"

#include <sys/stat.h>

#include "lib/auto.h"
#include "pkg/trail/aside.h"
#include "pkg/trail/segment.h"
#include "pkg/trail/verify.h"

static const struct trail_config narrow = { .bytes_max = 100000,
					    .segment_max = 500 };

/* Nothing of another test's is in the way of dir_remove(). */
static void tree_remove(const struct dir *d)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", d->path);
	CHECK_INT(system(command), 0);
	(void)close(d->fd);
}

static uint64_t set_aside(int fd, uint64_t now_ms, char *name)
{
	struct err e = { 0 };
	uint64_t first = 0;

	if (trail_set_aside(fd, ASIDE_ALL, 500, now_ms, name, &first, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return first;
}

static size_t segments_in(const struct dir *d, const char *name)
{
	AUTO_MEM uint64_t *list = NULL;
	AUTO_FD fd = openat(d->fd, name, O_RDONLY | O_DIRECTORY);
	size_t count;

	CHECK(fd >= 0);
	CHECK_INT(segment_list(fd, &list, &count, NULL), 0);
	return count;
}

static void fill(const struct dir *d, uint64_t first)
{
	struct trail_config config = narrow;
	struct trail_writer *w;

	config.first_seq = first;
	w = writer(d->fd, &config);
	append_many(w, 40);
	trail_writer_close(w);
}

TEST(a_trail_is_moved_whole_and_the_next_begins_behind_it)
{
	const struct dir d = dir_make();
	char name[ASIDE_NAME_MAX];
	uint64_t first;

	fill(&d, 1);
	first = set_aside(d.fd, 1790000000000, name);
	CHECK_STR(name, "damaged-1790000000000");
	CHECK(first > 40 && first < 40 + 500);
	CHECK_INT(segments_in(&d, "."), 0);
	CHECK(segments_in(&d, name) > 4);
	tree_remove(&d);
}

TEST(the_two_newest_are_kept_and_what_is_not_ours_stays)
{
	const struct dir d = dir_make();
	char name[ASIDE_NAME_MAX], first_name[ASIDE_NAME_MAX];
	uint64_t first = 1;

	CHECK_INT(mkdirat(d.fd, "damaged-by-hand", 0700), 0);
	put(d.fd, "damaged-note", "x", 1);
	for (unsigned i = 0; i < 5; i++) {
		fill(&d, first);
		first = set_aside(d.fd, 5000, i == 3 ? first_name : name);
	}
	/* All in one millisecond. */
	CHECK_STR(first_name, "damaged-5003");
	CHECK_STR(name, "damaged-5004");
	CHECK(segments_in(&d, "damaged-5003") > 4);
	CHECK(segments_in(&d, "damaged-5004") > 4);
	for (unsigned i = 5000; i < 5003; i++) {
		(void)snprintf(name, sizeof(name), "damaged-%u", i);
		CHECK_INT(faccessat(d.fd, name, F_OK, 0), -1);
	}
	CHECK_INT(faccessat(d.fd, "damaged-by-hand", F_OK, 0), 0);
	CHECK_INT(faccessat(d.fd, "damaged-note", F_OK, 0), 0);
	tree_remove(&d);
}

/* Cut @bytes off the end of segment @at. Return: the first of the next one. */
static uint64_t tear(const struct dir *d, size_t at, off_t bytes)
{
	AUTO_MEM uint64_t *list = NULL;
	char name[SEGMENT_NAME_LEN + 1];
	struct stat st;
	size_t count;

	CHECK_INT(segment_list(d->fd, &list, &count, NULL), 0);
	CHECK(at + 1 < count);
	segment_name(list[at], name);
	CHECK_INT(fstatat(d->fd, name, &st, 0), 0);
	AUTO_FD fd = openat(d->fd, name, O_WRONLY);

	CHECK_INT(ftruncate(fd, st.st_size - bytes), 0);
	return list[at + 1];
}

TEST(what_a_power_cut_tore_goes_and_what_follows_it_stays)
{
	static const off_t cuts[] = { 10, 65, 400 };
	const struct dir d = dir_make();
	char name[ASIDE_NAME_MAX];
	uint64_t first, end, next;
	struct trail_writer *w;
	struct trail_report report;

	fill(&d, 1);
	CHECK_INT(trail_whole_from(d.fd, &end, NULL), 0);
	CHECK(end == ASIDE_ALL); /* nothing is wrong */
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		next = tear(&d, i == 0 ? 2 : 0, cuts[i]);
		CHECK_INT(trail_whole_from(d.fd, &end, NULL), 0);
		CHECK_INT(end, next);
		CHECK_INT(trail_set_aside(d.fd, end, 500, 5000, name, &first,
					  NULL),
			  0);
		CHECK_INT(segments_in(&d, name), i == 0 ? 3 : 1);
		w = writer(d.fd, &narrow);
		CHECK_INT(trail_next_seq(w), 41 + i);
		append_many(w, 1);
		trail_writer_close(w);
		CHECK_INT(trail_verify(d.fd, NULL, &report, NULL), 0);
		CHECK_INT(report.first_seq, next);
	}
	tree_remove(&d);
}

TEST(a_segment_that_does_not_follow_is_where_the_rest_ends)
{
	const struct dir d = dir_make();
	AUTO_MEM uint64_t *list = NULL;
	char name[SEGMENT_NAME_LEN + 1];
	uint64_t end;
	size_t count;

	fill(&d, 1);
	CHECK_INT(segment_list(d.fd, &list, &count, NULL), 0);
	segment_name(list[1], name);
	CHECK_INT(unlinkat(d.fd, name, 0), 0);
	CHECK_INT(trail_whole_from(d.fd, &end, NULL), 0);
	CHECK_INT(end, list[2]);
	/* Nothing follows the last one. */
	segment_name(list[count - 1], name);
	put(d.fd, name, "bailtrl2", 8);
	CHECK_INT(trail_whole_from(d.fd, &end, NULL), 0);
	CHECK(end == ASIDE_ALL);
	tree_remove(&d);
}

TEST(what_never_was_a_segment_is_removed_and_no_directory_stays_for_it)
{
	const struct dir d = dir_make();
	char name[ASIDE_NAME_MAX];

	CHECK_INT(symlinkat("/etc/hostname", d.fd, "00000000000000000007.seg"),
		  0);
	CHECK(set_aside(d.fd, 5000, name) > 7);
	CHECK_INT(faccessat(d.fd, name, F_OK, 0), -1);
	CHECK_INT(segments_in(&d, "."), 0);
	CHECK_INT(access("/etc/hostname", F_OK), 0);
	tree_remove(&d);
}
