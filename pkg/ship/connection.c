/* SPDX-License-Identifier: Apache-2.0 */
/* connection.c - see connection.h. */
#include "pkg/ship/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>

#include "lib/auto.h"

#define KEEPALIVE_IDLE_S 15
#define DRAIN_MAX	 16 /* reads in a row: a chatty peer waits its turn */

int address_parse(const char *host, uint16_t port, struct address *ret,
		  struct err *e)
{
	struct address a = { 0 };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };

	if (port == 0) {
		return err_set(e, EINVAL, "port 0");
	} else if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
		memcpy(&a.to, &in, sizeof(in));
		a.len = sizeof(in);
	} else if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
		memcpy(&a.to, &in6, sizeof(in6));
		a.len = sizeof(in6);
	} else {
		(void)err_set(e, EINVAL, "\"%s\" is not an IP address", host);
		return err_hint(e, "name a collector by its IPv4 or IPv6 "
				   "address: bailiff does not ask DNS");
	}
	*ret = a;
	return 0;
}

static int options_set(int fd, struct err *e)
{
	static const struct {
		int level, name, value;
	} rows[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_IDLE_S / 3 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 3 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, CONNECTION_LOST_MS },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (setsockopt(fd, rows[i].level, rows[i].name, &rows[i].value,
			       sizeof(rows[i].value)) < 0)
			return err_errno(e, "setsockopt");
	return 0;
}

int connection_open(const struct address *a, struct err *e)
{
	AUTO_FD fd = socket(a->to.ss_family,
			    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return err_errno(e, "socket");
	r = options_set(fd, e);
	if (r < 0)
		return r;
	if (connect(fd, (const struct sockaddr *)&a->to, a->len) < 0 &&
	    errno != EINPROGRESS)
		return err_errno(e, "connect");
	return fd_steal(&fd);
}

int connection_check(int fd, struct err *e)
{
	int code = 0;
	socklen_t len = sizeof(code);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
		return err_errno(e, "connect");
	if (code != 0)
		return err_set(e, code, "connect: %s", strerror(code));
	return 0;
}

ssize_t connection_send(int fd, struct span bytes)
{
	ssize_t n;

	do
		n = send(fd, bytes.p, bytes.len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int connection_drain(int fd)
{
	char waste[4096];

	for (int i = 0; i < DRAIN_MAX; i++) {
		const ssize_t n = recv(fd, waste, sizeof(waste), 0);

		if (n == 0)
			return -EPIPE;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

int connection_unacked(int fd, uint64_t *ret)
{
	int bytes;

	if (ioctl(fd, SIOCOUTQ, &bytes) < 0)
		return -errno;
	*ret = (uint64_t)bytes;
	return 0;
}

uint32_t backoff_next(struct backoff *b)
{
	const uint32_t ms = b->next_ms != 0 ? b->next_ms : BACKOFF_MIN_MS;
	uint32_t dice = 0;

	b->next_ms = ms * 2 < BACKOFF_MAX_MS ? ms * 2 : BACKOFF_MAX_MS;
	/* Without randomness at early boot all wait the whole time. */
	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) != sizeof(dice))
		dice = 0;
	return ms - dice % (ms / 2 + 1);
}
