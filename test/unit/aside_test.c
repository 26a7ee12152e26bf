/* SPDX-License-Identifier: Apache-2.0 */
/* aside_test.c - a damaged trail is set aside, and few of them are kept. */
#include "test/unit/harness.h"
#include "test/unit/trail_dir.h"

#include <sys/stat.h>

#include "lib/auto.h"
#include "pkg/trail/aside.h"
#include "pkg/trail/segment.h"

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

	if (trail_set_aside(fd, 500, now_ms, name, &first, &e) < 0)
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
