/* SPDX-License-Identifier: Apache-2.0 */
/* trail_reader_fuzz.c - a segment's bytes through reader, verify and writer.
 *
 * The three must agree: what verify calls whole, the reader reads to its end
 * and the writer goes on with. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/trail/trail.h"

#define NAME "00000000000000000001.seg"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int dir_open(void)
{
	static int dirfd = -1;
	static char path[] = "/dev/shm/trail-fuzz.XXXXXX";

	if (dirfd >= 0)
		return dirfd;
	if (mkdtemp(path) == NULL)
		abort();
	dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dirfd;
}

static uint64_t frames_read(int dirfd, int *ret_code)
{
	struct trail_reader *r;
	struct trail_frame frame;
	uint64_t count = 0;

	if (trail_reader_open(dirfd, 1, &r, NULL) < 0)
		abort();
	while ((*ret_code = trail_read(r, &frame, NULL)) == 0)
		count++;
	trail_reader_close(r);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct trail_config limits = { .bytes_max = 1 << 20,
						    .segment_max = 1 << 19 };
	const int dirfd = dir_open();
	struct trail_writer *w;
	uint64_t recovered, read;
	int code, fd;

	(void)unlinkat(dirfd, NAME, 0);
	fd = openat(dirfd, NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)close(fd);
	read = frames_read(dirfd, &code);
	if (trail_writer_open(dirfd, &limits, &w, &recovered, NULL) < 0)
		return 0;
	if (trail_next_seq(w) != read + 1)
		abort();
	trail_writer_close(w);
	if (frames_read(dirfd, &code) != read || code != -11)
		abort();
	return 0;
}
