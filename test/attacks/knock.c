/* SPDX-License-Identifier: Apache-2.0 */
/* knock.c - send any bytes to a unix socket.
 *
 *	knock SOCKET SECONDS <BYTES
 *
 * Sends its input, then prints what comes back until the other side closes or
 * the seconds are over; holds the connection meanwhile. Exits 111 when it
 * cannot connect.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int copy(int from, int to)
{
	char bytes[65536];
	const ssize_t n = read(from, bytes, sizeof(bytes));

	/* A server may answer and close before it has read all. */
	if (n > 0 && send(to, bytes, (size_t)n, MSG_NOSIGNAL) < 0 &&
	    (errno != ENOTSOCK || write(to, bytes, (size_t)n) != n))
		return -1;
	return n > 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	time_t end;

	if (argc != 3 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		fputs("usage: knock SOCKET SECONDS\n", stderr);
		return 2;
	}
	strcpy(address.sun_path, argv[1]);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror(argv[1]);
		return 111;
	}
	while (copy(0, fd) > 0)
		;
	end = time(NULL) + atoi(argv[2]);
	while (time(NULL) < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 200) > 0 && copy(fd, 1) <= 0)
			break;
	}
	return 0;
}
