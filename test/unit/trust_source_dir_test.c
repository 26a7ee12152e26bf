/* SPDX-License-Identifier: Apache-2.0 */
/* trust_source_dir_test.c - a repository in a directory that is hostile. */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/trust/source_dir.h"

/* A directory with a file, a symlink, a pipe, a subdirectory, a huge file. */
static int scene_open(char path[static 64])
{
	int fd;

	(void)snprintf(path, 64, "/tmp/source-dir-XXXXXX");
	CHECK(mkdtemp(path) != NULL);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_INT(mkdirat(fd, "targets", 0755), 0);
	CHECK_INT(symlinkat("/etc/passwd", fd, "link.json"), 0);
	CHECK_INT(symlinkat("targets", fd, "linked"), 0);
	CHECK_INT(mkfifoat(fd, "pipe.json", 0600), 0);
	{
		AUTO_FD file =
			openat(fd, "targets/a", O_WRONLY | O_CREAT, 0600);
		AUTO_FD huge = openat(fd, "huge", O_WRONLY | O_CREAT, 0600);

		CHECK(file >= 0 && write(file, "12345", 5) == 5);
		CHECK_INT(ftruncate(huge, 1LL << 40), 0);
	}
	return fd;
}

static void scene_close(int fd, const char *path)
{
	static const char *const files[] = { "link.json", "linked", "pipe.json",
					     "targets/a", "huge" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(fd, files[i], 0);
	(void)unlinkat(fd, "targets", AT_REMOVEDIR);
	(void)close(fd);
	(void)rmdir(path);
}

TEST(a_directory_gives_regular_files_below_it_and_nothing_else)
{
	static const struct {
		const char *name;
		size_t max;
		int want;
	} rows[] = {
		{ "targets/a", 5, 0 },
		{ "targets/a", 4, -EFBIG },
		{ "targets/b", 5, -ENOENT },
		{ "none/a", 5, -ENOENT },
		{ "link.json", 9999, -EBADMSG },
		{ "linked/a", 9999, -EBADMSG },
		{ "pipe.json", 9999, -EBADMSG },
		{ "targets", 9999, -EBADMSG },
		{ "../../etc/passwd", 9999, -EXDEV },
		{ "/etc/passwd", 9999, -EXDEV },
		{ "huge", 65536, -EFBIG },
	};
	char path[64];
	const int fd = scene_open(path);
	struct trust_source_dir dir = { .fd = fd };
	const struct trust_source source = trust_source_dir(&dir);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_DONE(buf_done) struct buf out;
		struct err e = { 0 };
		int r;

		buf_init(&out, SIZE_MAX);
		r = source.fetch(source.ctx, rows[i].name, rows[i].max, &out,
				 &e);
		if (r != rows[i].want)
			test_fail(__FILE__, __LINE__, "%s: %d %s", rows[i].name,
				  r, e.text);
		CHECK_INT(out.len, r == 0 ? 5 : 0);
	}
	scene_close(fd, path);
}
