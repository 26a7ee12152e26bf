/* SPDX-License-Identifier: Apache-2.0 */
/* trail_verify_fuzz.c - a directory of segments through the verifier.
 *
 * The input is cut in two segments where its first two bytes say; the second
 * has the name that its own header gives it. Every frame must be covered, open
 * or disputed; a whole trail must give a proof of its first frame, and not be
 * whole any more with one byte changed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pkg/trail/proof.h"
#include "pkg/trail/segment.h"
#include "pkg/trail/verify.h"

#define FIRST_AT 8 /* of a header: the sequence of its first frame */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/dev/shm/verify-fuzz.XXXXXX";

static int dir_open(void)
{
	static int dirfd = -1;

	if (dirfd >= 0)
		return dirfd;
	if (mkdtemp(path) == NULL)
		abort();
	dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dirfd;
}

static void dir_empty(int dirfd)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (dir == NULL)
		abort();
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd, entry->d_name, 0);
	(void)closedir(dir);
}

static uint64_t first_of(const uint8_t *segment, size_t size)
{
	uint64_t first = 0;

	if (size >= FIRST_AT + sizeof(first))
		memcpy(&first, segment + FIRST_AT, sizeof(first));
	return first != 0 ? first : 1;
}

static void segment_put(int dirfd, const uint8_t *data, size_t size)
{
	char name[SEGMENT_NAME_LEN + 1];
	int fd;

	segment_name(first_of(data, size), name);
	fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)close(fd);
}

static void check_report(int code, const struct trail_report *r)
{
	if ((code == -EBADMSG) != (r->flaws != 0) ||
	    r->covered + r->open + r->disputed != r->frames ||
	    (code == 0 && r->frames != 0 &&
	     r->last_seq - r->first_seq + 1 != r->frames))
		abort();
}

/* Of a whole trail a byte of the first header is changed. */
static void check_edit(int dirfd, const struct verify_options *options,
		       struct trail_report *r)
{
	char name[SEGMENT_NAME_LEN + 1];
	unsigned char c;
	int fd;

	segment_name(r->first_seq, name);
	fd = openat(dirfd, name, O_RDWR);
	if (fd < 0 || pread(fd, &c, 1, 20) != 1)
		abort();
	c ^= 1;
	if (pwrite(fd, &c, 1, 20) != 1)
		abort();
	(void)close(fd);
	if (trail_verify(dirfd, options, r, NULL) == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct trail_report report;
	const int dirfd = dir_open();
	struct verify_options options = { .is_at_rest = true };
	struct buf proof;
	size_t cut;
	int code;

	if (size < 2)
		return 0;
	cut = ((size_t)data[0] | (size_t)data[1] << 8) % (size - 1);
	dir_empty(dirfd);
	segment_put(dirfd, data + 2, cut < size - 2 ? cut : size - 2);
	if (cut < size - 2)
		segment_put(dirfd, data + 2 + cut, size - 2 - cut);
	code = trail_verify(dirfd, &options, &report, NULL);
	check_report(code, &report);
	if (code != 0)
		return 0;
	buf_init(&proof, PROOF_BYTES_MAX);
	options.proof = &proof;
	options.prove_seq = report.first_seq;
	code = trail_verify(dirfd, &options, &report, NULL);
	if (code != (report.covered != 0 ? 0 : -ERANGE))
		abort();
	buf_done(&proof);
	options.proof = NULL;
	check_edit(dirfd, &options, &report);
	return 0;
}
