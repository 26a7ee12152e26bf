/* SPDX-License-Identifier: Apache-2.0 */
/* trail_reader_fuzz.c - a segment's bytes through reader and writer.
 *
 * The two must agree: what the reader reads to its end the writer goes on with.
 * No chance finds a hash: unless the first byte says so, those in the rest are
 * made to fit. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/trail/segment.h"

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

/* A header and frames, as far as lengths say so, with hashes that fit. */
static void repair(unsigned char *bytes, size_t size)
{
	struct hasher *h = hasher_new();
	struct tree_hash sum;
	const struct span none = { 0 };
	size_t at;
	int len;

	if (h == NULL)
		abort();
	if (size >= SEGMENT_FIXED_LEN) {
		const struct span before = { (char *)bytes, 36 };
		const struct span after = { (char *)bytes + 40,
					    SEGMENT_FIXED_LEN - 40 };

		memcpy(bytes, "bailtrl2", 8);
		(void)hasher_sum(h, before, after, &sum);
		memcpy(bytes + 36, sum.b, 4);
		len = segment_header_len(h, bytes);
		at = len < 0 ? size : (size_t)len;
		if (at <= size && len > 0) {
			const struct span all = { (char *)bytes,
						  at - TREE_HASH_LEN };

			(void)hasher_sum(h, all, none, &sum);
			memcpy(bytes + all.len, sum.b, TREE_HASH_LEN);
		}
		for (uint64_t seq = 1; at + SEGMENT_HEAD_LEN <= size; seq++) {
			struct segment_head head;

			if (segment_head_get(bytes + at, seq, &head) != NULL ||
			    at + SEGMENT_HEAD_LEN + head.len > size)
				break;
			at += SEGMENT_HEAD_LEN;
			(void)tree_frame_leaf(
				h, seq, head.kind,
				(struct span){ (char *)bytes + at, head.len },
				&head.leaf);
			segment_head_put(&head, bytes + at - SEGMENT_HEAD_LEN);
			at += head.len;
		}
	}
	hasher_free(h);
}

static void segment_write(int dirfd, const uint8_t *data, size_t size)
{
	unsigned char *bytes = malloc(size + 1);
	int fd;

	if (bytes == NULL)
		abort();
	memcpy(bytes, data, size);
	if (size != 0 && data[0] != 'b')
		repair(bytes, size);
	(void)unlinkat(dirfd, NAME, 0);
	fd = openat(dirfd, NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	(void)close(fd);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct trail_config limits = { .bytes_max = 1 << 20,
						    .segment_max = 1 << 19 };
	const int dirfd = dir_open();
	struct trail_writer *w;
	uint64_t recovered, read;
	int code;

	segment_write(dirfd, data, size);
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
