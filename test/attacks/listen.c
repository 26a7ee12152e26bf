/* SPDX-License-Identifier: Apache-2.0 */
/* listen.c - print every audit record from the multicast group, as auditd's
 * raw format does: "type=1326 msg=audit(...): ...".
 *
 *	listen [SECONDS]
 *
 * Needs CAP_AUDIT_READ; takes nothing from the daemon, which keeps its unicast
 * socket. Prints "ready" to stderr once it is subscribed. Without SECONDS it
 * runs until it is told to end. Exit 3 when records were lost (ENOBUFS).
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

static int open_group(void)
{
	const struct sockaddr_nl at = { .nl_family = AF_NETLINK };
	const int group = AUDIT_NLGRP_READLOG, room = 16 << 20;
	const int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return -1;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)) < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room,
				 sizeof(room));
	return fd;
}

int main(int argc, char **argv)
{
	const struct sigaction on_end = { .sa_handler = end };
	const time_t until =
		argc > 1 ? time(NULL) + (time_t)strtoul(argv[1], NULL, 10) : 0;
	union {
		struct nlmsghdr header;
		char bytes[65536];
	} d;
	const int fd = open_group();
	int lost = 0;

	if (fd < 0) {
		fprintf(stderr, "listen: audit multicast group: %m\n");
		return 111;
	}
	sigaction(SIGTERM, &on_end, NULL);
	sigaction(SIGINT, &on_end, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	fputs("ready\n", stderr);
	while (!ended && (until == 0 || time(NULL) < until)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, 200) <= 0)
			continue;
		n = recv(fd, &d, sizeof(d), MSG_DONTWAIT);
		if (n < 0 && errno == ENOBUFS)
			lost = 1;
		if (n < (ssize_t)NLMSG_HDRLEN)
			continue;
		/* The datagram's size, never nlmsg_len: the two groups of
		 * kernel code that fill it do not agree on what it counts. */
		printf("type=%u msg=%.*s\n", d.header.nlmsg_type,
		       (int)strnlen(d.bytes + NLMSG_HDRLEN,
				    (size_t)n - NLMSG_HDRLEN),
		       d.bytes + NLMSG_HDRLEN);
	}
	return lost ? 3 : 0;
}
