/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - keep what the kernel's audit sends while a command runs.
 *
 *	record FILE COMMAND [ARG...]
 *
 * Joins the multicast group of the audit socket, so it needs CAP_AUDIT_READ,
 * the first network namespace, and audit to be enabled; it changes nothing.
 * FILE gets the datagrams as README.md beside this file says. Ends when the
 * command has ended and nothing came for QUIET_MS. The exit code is the
 * command's; 111 when the recording failed or the socket overflowed.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS     700
#define BUFFER_BYTES (16 << 20)

static const char magic[8] = { 'b', 'a', 'i', 'l', 'r', 'e', 'c', '1' };

static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int group_join(void)
{
	const struct sockaddr_nl group = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1U << (AUDIT_NLGRP_READLOG - 1),
	};
	const int bytes = BUFFER_BYTES;
	const int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) <
		    0 ||
	    bind(fd, (const struct sockaddr *)&group, sizeof(group)) < 0) {
		perror("record: the audit multicast group");
		return -1;
	}
	return fd;
}

static void put(FILE *out, uint64_t v, unsigned bytes)
{
	for (; bytes != 0; bytes--, v >>= 8)
		(void)fputc((int)(v & 0xff), out);
}

/* One datagram, if it is the kernel's. Return: 0; -1 when the recording is not
 * whole. */
static int datagram_keep(int fd, uint64_t start, FILE *out)
{
	static char raw[16384];
	struct sockaddr_nl from = { 0 };
	socklen_t from_len = sizeof(from);
	const ssize_t n = recvfrom(fd, raw, sizeof(raw), MSG_TRUNC,
				   (struct sockaddr *)&from, &from_len);

	if (n < 0 || (size_t)n > sizeof(raw)) {
		perror("record: recvfrom");
		return -1;
	}
	if (from.nl_pid != 0)
		return 0;
	put(out, now_ms() - start, 4);
	put(out, (uint64_t)n, 4);
	return fwrite(raw, 1, (size_t)n, out) == (size_t)n ? 0 : -1;
}

int main(int argc, char **argv)
{
	const uint64_t start = now_ms();
	struct pollfd in = { .events = POLLIN };
	int status = -1, ready;
	FILE *out;
	pid_t child;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: record FILE COMMAND [ARG...]\n");
		return 2;
	}
	out = fopen(argv[1], "wb");
	in.fd = group_join();
	if (in.fd < 0 || out == NULL)
		return 111;
	(void)fwrite(magic, 1, sizeof(magic), out);
	child = fork();
	if (child == 0) {
		(void)execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	do {
		ready = poll(&in, 1, QUIET_MS);
		if (ready > 0 && datagram_keep(in.fd, start, out) < 0)
			return 111;
		if (status < 0 && waitpid(child, &status, WNOHANG) != child)
			status = -1;
	} while (ready != 0 || status < 0);
	if (fclose(out) != 0) {
		perror("record");
		return 111;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 111;
}
