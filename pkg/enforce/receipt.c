/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.c - see receipt.h. */
#include "pkg/enforce/receipt.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/identity/paths.h"

int receipt_open(uint32_t ses, struct err *e)
{
	AUTO_FD dir = file_private_dir(AT_FDCWD, PATH_RECEIPTS, BAILIFF_UID, e);
	AUTO_FD fd = -1;
	char name[16];

	if (dir < 0)
		return err_wrap(e, "receipt");
	(void)snprintf(name, sizeof(name), "%" PRIu32, ses);
	fd = file_open_beneath(dir, name, O_WRONLY | O_CREAT | O_APPEND, 0600,
			       e);
	if (fd < 0)
		return err_wrap(e, "receipt");
	if (fchown(fd, BAILIFF_UID, BAILIFF_UID) < 0)
		return err_errno(e, "receipt: give it to uid %u", BAILIFF_UID);
	return fd_steal(&fd);
}

/* One write, so that two launches in a session never share a line. */
static int line_write(int fd, const char *line, int len, size_t size)
{
	if (len < 0 || (size_t)len >= size)
		return -E2BIG;
	return file_write_all(fd, (struct span){ line, (size_t)len });
}

int receipt_applied(int fd, uint64_t generation)
{
	char line[64];
	const int len =
		snprintf(line, sizeof(line), "applied generation=%" PRIu64 "\n",
			 generation);

	return line_write(fd, line, len, sizeof(line));
}

int receipt_failed(int fd, const char *sentence)
{
	char line[ERR_TEXT_MAX + 16];
	const int len = snprintf(line, sizeof(line), "error %s\n", sentence);

	return line_write(fd, line, len, sizeof(line));
}
