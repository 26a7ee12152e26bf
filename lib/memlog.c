/* SPDX-License-Identifier: Apache-2.0 */
/* memlog.c - see memlog.h. */
#include "lib/memlog.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/auto.h"

#define NAME_MAX_BYTES 511
#define TYPE(type)     ((type) | SOCK_CLOEXEC | SOCK_NONBLOCK)

/* The name of the source with the end that memlogd is to read. */
static int hand_over(int fd, const struct sockaddr_un *to, const char *name,
		     int end)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec text = { .iov_base = (void *)(uintptr_t)name,
			      .iov_len = strlen(name) };
	struct msghdr m = { .msg_name = (void *)(uintptr_t)to,
			    .msg_namelen = sizeof(*to),
			    .msg_iov = &text,
			    .msg_iovlen = 1,
			    .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(end));
	memcpy(CMSG_DATA(h), &end, sizeof(end));
	return sendmsg(fd, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int memlog_open(const char *path, const char *name, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	AUTO_FD fd = socket(AF_UNIX, TYPE(SOCK_DGRAM), 0);
	AUTO_FD ours = -1;
	AUTO_FD theirs = -1;
	int ends[2], r;

	if (fd < 0)
		return err_errno(e, "memlogd: socket");
	if (strlen(path) >= sizeof(to.sun_path) || name[0] == '\0' ||
	    strlen(name) > NAME_MAX_BYTES)
		return err_set(e, ENAMETOOLONG,
			       "memlogd: the path or the name is too long");
	strcpy(to.sun_path, path);
	if (socketpair(AF_UNIX, TYPE(SOCK_STREAM), 0, ends) < 0)
		return err_errno(e, "memlogd: socketpair");
	ours = ends[0];
	theirs = ends[1];
	r = hand_over(fd, &to, name, theirs);
	if (r < 0)
		return err_set(e, -r, "memlogd: %s: %s", path, strerror(-r));
	(void)shutdown(ours, SHUT_RD);
	return fd_steal(&ours);
}
