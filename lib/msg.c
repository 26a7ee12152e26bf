/* SPDX-License-Identifier: Apache-2.0 */
/* msg.c - see msg.h. */
#include "lib/msg.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_LEN   8
#define BUFFER_BYTES 4194304

/* Room for several of the largest messages, so that a peer that is busy for a
 * moment makes nobody lose one. Without the privilege to force it, what the
 * system allows. */
static void buffer_enlarge(int fd)
{
	const int bytes = BUFFER_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) <
	    0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes,
				 sizeof(bytes));
}

int msg_pair(int ret[2], struct err *e)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       0, ends) < 0)
		return err_errno(e, "socketpair");
	for (size_t i = 0; i < 2; i++)
		buffer_enlarge(ends[i]);
	ret[0] = ends[0];
	ret[1] = ends[1];
	return 0;
}

static void header_write(unsigned char raw[HEADER_LEN], uint16_t type,
			 uint32_t id)
{
	const uint64_t header = (uint64_t)type | (uint64_t)MSG_VERSION << 16 |
				(uint64_t)id << 32;

	for (size_t i = 0; i < HEADER_LEN; i++)
		raw[i] = (unsigned char)(header >> (8 * i));
}

int msg_send(int fd, uint16_t type, uint32_t id, struct span body,
	     const int *fds, size_t nfds)
{
	unsigned char header[HEADER_LEN];
	union {
		struct cmsghdr align;
		char raw[CMSG_SPACE(sizeof(int) * MSG_FDS_MAX)];
	} control = { 0 };
	struct iovec parts[2] = {
		{ .iov_base = header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)body.p, .iov_len = body.len },
	};
	struct msghdr m = { .msg_iov = parts,
			    .msg_iovlen = body.len != 0 ? 2 : 1 };

	if (body.len > MSG_BODY_MAX || nfds > MSG_FDS_MAX)
		return -EMSGSIZE;
	header_write(header, type, id);
	if (nfds != 0) {
		m.msg_control = control.raw;
		m.msg_controllen = (socklen_t)CMSG_SPACE(sizeof(int) * nfds);
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);

		assert(c != NULL);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = (socklen_t)CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * nfds);
	}
	for (;;) {
		if (sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return 0;
		if (errno != EINTR)
			return errno == ECONNRESET ? -EPIPE : -errno;
	}
}

int msg_send_buf(int fd, uint16_t type, uint32_t id, const struct buf *b)
{
	const int r = buf_error(b);

	return r < 0 ? r : msg_send(fd, type, id, buf_view(b), NULL, 0);
}

/* musl's CMSG_NXTHDR converts signs. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static struct cmsghdr *control_next(struct msghdr *m, struct cmsghdr *c)
{
	return CMSG_NXTHDR(m, c);
}
#pragma GCC diagnostic pop

/* Take the descriptors out of the control data, however many there are, so
 * that none leaks. Return: false when there were too many. */
static bool fds_take(struct msghdr *m, struct msg *out)
{
	bool fits = (m->msg_flags & MSG_CTRUNC) == 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = control_next(m, c)) {
		const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (out->nfds < MSG_FDS_MAX) {
				out->fds[out->nfds++] = fd;
				continue;
			}
			(void)close(fd);
			fits = false;
		}
	}
	return fits;
}

int msg_recv(int fd, struct msg_store *store, struct msg *ret)
{
	union {
		struct cmsghdr align;
		char raw[CMSG_SPACE(sizeof(int) * MSG_FDS_MAX)];
	} control;
	struct iovec part = { .iov_base = store->raw,
			      .iov_len = sizeof(store->raw) };
	struct msghdr m = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = control.raw,
			    .msg_controllen = sizeof(control.raw) };
	struct msg out = { 0 };
	struct cur header;
	ssize_t n;
	bool fits;

	do {
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	fits = fds_take(&m, &out);
	if (n == 0 && out.nfds == 0)
		return -EPIPE;
	header = cur_of((struct span){ .p = store->raw, .len = (size_t)n });
	out.type = cur_u16(&header);
	fits = cur_u16(&header) == MSG_VERSION && fits;
	out.id = cur_u32(&header);
	out.body = header.rest;
	if (!fits || header.failed || (m.msg_flags & MSG_TRUNC) != 0) {
		msg_done(&out);
		return -EPROTO;
	}
	*ret = out;
	return 0;
}

int msg_wait(int fd, struct msg_store *store, int timeout_ms, struct msg *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const int n = poll(&p, 1, timeout_ms);

	if (n < 0)
		return -errno;
	return n == 0 ? -ETIMEDOUT : msg_recv(fd, store, ret);
}

int msg_fd_take(struct msg *m, size_t i)
{
	int fd;

	if (i >= m->nfds)
		return -1;
	fd = m->fds[i];
	m->fds[i] = -1;
	return fd;
}

void msg_done(struct msg *m)
{
	for (size_t i = 0; i < m->nfds; i++)
		if (m->fds[i] >= 0)
			(void)close(m->fds[i]);
	m->nfds = 0;
}

int msg_dispatch(const struct msg_op *ops, size_t count, unsigned phase,
		 void *ctx, struct msg *m)
{
	for (size_t i = 0; i < count; i++) {
		struct cur body = cur_of(m->body);
		int r;

		if (ops[i].type != m->type)
			continue;
		if ((ops[i].phases & phase) == 0 || ops[i].nfds != m->nfds)
			return -EPROTO;
		r = ops[i].answer(ctx, m, &body);
		if (r < 0)
			return r;
		return cur_end(&body) < 0 ? -EPROTO : 0;
	}
	return -EPROTO;
}
