/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - see process.h. */
#include "cmd/bailiffd/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/num.h"

/* A pidfd; -errno also for a process that has ended. */
static int pidfd_of(int32_t pid)
{
	AUTO_FD fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = { .fd = fd, .events = POLLIN };

	if (fd < 0)
		return -errno;
	if (poll(&ended, 1, 0) != 0)
		return -ESRCH;
	return fd_steal(&fd);
}

static uint32_t session_read(int32_t pid)
{
	uint32_t ses = UINT32_MAX;
	char path[64];
	struct buf b;

	(void)snprintf(path, sizeof(path), "/proc/%d/sessionid", pid);
	buf_init(&b, 32);
	if (file_read(AT_FDCWD, path, 31, &b, NULL) < 0 ||
	    num_parse_u32(buf_view(&b), 0, UINT32_MAX, &ses) < 0)
		ses = UINT32_MAX;
	buf_done(&b);
	return ses;
}

uint32_t process_session(int32_t pid)
{
	const uint32_t ses = session_read(pid);
	AUTO_FD fd = ses != UINT32_MAX ? pidfd_of(pid) : -1;

	return fd >= 0 ? ses : UINT32_MAX;
}

int process_signal(int32_t pid, uint32_t ses, int signal)
{
	AUTO_FD fd = -1;

	if (pid <= 1 || pid == getpid() || ses == UINT32_MAX ||
	    session_read(pid) != ses)
		return -ESRCH;
	fd = pidfd_of(pid);
	if (fd < 0)
		return fd;
	if (session_read(pid) != ses)
		return -ESRCH;
	if (syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0)
		return -errno;
	return 0;
}
