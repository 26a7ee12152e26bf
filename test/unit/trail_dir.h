/* SPDX-License-Identifier: Apache-2.0 */
/* trail_dir.h - a trail in a directory of a test's own. */
#ifndef TEST_UNIT_TRAIL_DIR_H
#define TEST_UNIT_TRAIL_DIR_H

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "pkg/trail/trail.h"
#include "test/unit/harness.h"

/* A directory of the test's own; removed with dir_remove(). */
struct dir {
	char path[64];
	int fd;
};

static inline struct dir dir_make(void)
{
	struct dir d;

	/* In memory where that is possible: some tests make thousands. */
	(void)strcpy(d.path, access("/dev/shm", W_OK) == 0
				     ? "/dev/shm/trail-test.XXXXXX"
				     : "/tmp/trail-test.XXXXXX");
	CHECK(mkdtemp(d.path) != NULL);
	d.fd = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(d.fd >= 0);
	return d;
}

static inline void dir_empty(int dirfd)
{
	const int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY);
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;

	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			CHECK(unlinkat(dirfd, entry->d_name, 0) == 0);
	(void)closedir(dir);
}

static inline void dir_remove(const struct dir *d)
{
	dir_empty(d->fd);
	(void)close(d->fd);
	(void)rmdir(d->path);
}

static inline struct trail_writer *writer(int dirfd,
					  const struct trail_config *l)
{
	struct trail_writer *w;
	struct err e = { 0 };
	uint64_t recovered;

	if (trail_writer_open(dirfd, l, &w, &recovered, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return w;
}

static inline void append(struct trail_writer *w, const char *text)
{
	struct err e = { 0 };
	uint64_t seq;

	if (trail_append(w, span_of(text), &seq, &e) < 0 ||
	    trail_flush(w, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

/* @count frames "frame N", where N is the sequence. */
static inline void append_many(struct trail_writer *w, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "frame %" PRIu64,
			       trail_next_seq(w));
		append(w, text);
	}
}

static inline void put(int dirfd, const char *name, const char *bytes,
		       size_t len)
{
	const int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK_INT(write(fd, bytes, len), len);
	(void)close(fd);
}

#endif
