/* SPDX-License-Identifier: Apache-2.0 */
/* horizon.c - see horizon.h. */
#include "pkg/trail/horizon.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"

#define READ_TRIES 100 /* while a write of 16 bytes is seen in part */

int horizon_put(int dirfd, uint64_t seq, struct err *e)
{
	const uint64_t said[2] = { htole64(seq), htole64(~seq) };
	const bool is_all = seq == HORIZON_ALL;
	AUTO_FD fd = file_open_beneath(dirfd, HORIZON_NAME,
				       O_RDWR | (is_all ? 0 : O_CREAT),
				       is_all ? 0 : 0600, e);
	ssize_t n;

	if (fd < 0)
		return fd == -ENOENT && is_all ? 0 : fd;
	do
		n = pwrite(fd, said, sizeof(said), 0);
	while (n < 0 && errno == EINTR);
	if (n == sizeof(said))
		return 0;
	if (n >= 0)
		errno = ENOSPC;
	return err_errno(e, "write %s", HORIZON_NAME);
}

uint64_t horizon_get(int dirfd)
{
	AUTO_FD fd = file_open_beneath(dirfd, HORIZON_NAME,
				       O_RDONLY | O_NONBLOCK, 0, NULL);

	for (unsigned int i = 0; fd >= 0 && i < READ_TRIES; i++) {
		uint64_t said[2];

		if (pread(fd, said, sizeof(said), 0) != sizeof(said))
			break;
		if (said[0] == ~said[1])
			return le64toh(said[0]);
	}
	return HORIZON_ALL;
}
