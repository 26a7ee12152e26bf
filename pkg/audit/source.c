/* SPDX-License-Identifier: Apache-2.0 */
/* source.c - see source.h. */
#include "pkg/audit/source.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/loop.h"

#define DATAGRAM_MAX	 (RECORD_BYTES_MAX + 256)
#define REPLY_MAX	 16384
#define REQUEST_BODY_MAX 8192
#define REPLY_WAIT_MS	 5000

struct audit_source {
	int fd; /* borrowed */
	struct source_counters counters;
	struct mmsghdr heads[SOURCE_BATCH];
	struct iovec iov[SOURCE_BATCH];
	struct sockaddr_nl from[SOURCE_BATCH];
	/* The answer to a claim, seen among the records. */
	uint32_t claim_seq;
	bool is_answered;
	int answer;
	char raw[SOURCE_BATCH][DATAGRAM_MAX];
};

/* ---- sockets --------------------------------------------------------------
 */

/* A member of @groups; 0: of none. */
static int netlink_open(uint32_t groups, struct err *e)
{
	const int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       NETLINK_AUDIT);
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK,
					 .nl_groups = groups };

	if (fd < 0 && (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT)) {
		(void)err_set(e, EPROTONOSUPPORT,
			      "this kernel has no audit (CONFIG_AUDIT)");
		return -EPROTONOSUPPORT;
	}
	if (fd < 0)
		return err_errno(e, "open the audit netlink socket");
	if (bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0) {
		const int r = err_errno(e, "bind the audit netlink socket");

		(void)close(fd);
		return r;
	}
	return fd;
}

int audit_control_open(struct err *e)
{
	return netlink_open(0, e);
}

/* Without CAP_NET_ADMIN as much as the system allows. */
static void buffer_widen(int fd)
{
	const int bytes = SOURCE_RCVBUF_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) <
	    0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes,
				 sizeof(bytes));
}

int audit_socket_open(struct err *e)
{
	const int on = 1;
	const int fd = audit_control_open(e);

	if (fd < 0)
		return fd;
	buffer_widen(fd);
	if (setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof(on)) <
	    0) {
		const int r = err_errno(e, "set NETLINK_NO_ENOBUFS");

		(void)close(fd);
		return r;
	}
	return fd;
}

int audit_multicast_open(struct err *e)
{
	const int fd = netlink_open(1U << (AUDIT_NLGRP_READLOG - 1), e);

	if (fd == -EPERM && e != NULL)
		(void)err_hint(e, "reading beside another daemon needs "
				  "CAP_AUDIT_READ");
	if (fd >= 0)
		buffer_widen(fd);
	return fd;
}

bool audit_socket_is_multicast(int fd)
{
	struct sockaddr_nl name = { 0 };
	socklen_t len = sizeof(name);

	return getsockname(fd, (struct sockaddr *)&name, &len) == 0 &&
	       name.nl_family == AF_NETLINK && name.nl_groups != 0;
}

int audit_multicast_lost(int fd, uint32_t *ret)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0)
		return -errno;
	*ret = info[SK_MEMINFO_DROPS];
	return 0;
}

static int request_send(int fd, uint16_t type, uint32_t seq, struct span body)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct nlmsghdr h = {
		.nlmsg_len = (uint32_t)NLMSG_LENGTH(body.len),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.nlmsg_seq = seq,
	};
	char raw[NLMSG_LENGTH(REQUEST_BODY_MAX)];
	ssize_t n;

	if (body.len > REQUEST_BODY_MAX)
		return -EMSGSIZE;
	memcpy(raw, &h, sizeof(h));
	if (body.len != 0)
		memcpy(raw + sizeof(h), body.p, body.len);
	do
		n = sendto(fd, raw, h.nlmsg_len, 0,
			   (const struct sockaddr *)&kernel, sizeof(kernel));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* The errno that an NLMSG_ERROR carries; 0 is an acknowledgement. A positive
 * one is the old value of a counter that was reset: success. */
static int error_code(struct span body)
{
	int32_t code;

	if (body.len < sizeof(code))
		return -EBADMSG;
	memcpy(&code, body.p, sizeof(code));
	return code > 0 ? 0 : code;
}

/* Another number each time: a late answer to an earlier request is no answer
 * to this one. */
static uint32_t next_seq(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint32_t)((uint64_t)t.tv_sec * 1000000000U +
			  (uint64_t)t.tv_nsec) |
	       1;
}

/* ---- requests -------------------------------------------------------------
 */

static int wait_readable(int fd, uint64_t deadline)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		const uint64_t now = clock_boot_ms();
		int r;

		if (now >= deadline)
			return -ETIMEDOUT;
		r = poll(&p, 1, (int)(deadline - now));
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

/* One datagram from the kernel. Return: its size; 0: not from the kernel;
 * -errno. */
static ssize_t reply_recv(int fd, char *raw, size_t size)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_len = sizeof(from);
	const ssize_t n = recvfrom(fd, raw, size, MSG_TRUNC,
				   (struct sockaddr *)&from, &from_len);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (from.nl_pid != 0 || (size_t)n > size ||
	    (size_t)n < sizeof(struct nlmsghdr))
		return 0;
	return n;
}

int audit_request(int fd, uint16_t type, struct span body, uint16_t reply_type,
		  reply_fn *each, void *ctx)
{
	const uint64_t deadline = clock_boot_ms() + REPLY_WAIT_MS;
	const uint32_t seq = next_seq();
	/* AUDIT_LIST_RULES acknowledges first and ends with NLMSG_DONE; others
	 * acknowledge after their one answer. */
	bool is_acked = false, is_done = reply_type == 0;
	char raw[REPLY_MAX];
	int r = request_send(fd, type, seq, body);

	while (r == 0 && !(is_acked && is_done)) {
		struct nlmsghdr h;
		struct span reply;
		ssize_t n;

		r = wait_readable(fd, deadline);
		if (r < 0)
			return r;
		n = reply_recv(fd, raw, sizeof(raw));
		if (n < 0)
			return (int)n;
		if (n == 0)
			continue;
		memcpy(&h, raw, sizeof(h));
		if (h.nlmsg_seq != seq)
			continue;
		reply = (struct span){ raw + sizeof(h), (size_t)n - sizeof(h) };
		if (h.nlmsg_type == NLMSG_ERROR) {
			r = error_code(reply);
			is_acked = true;
		} else if (h.nlmsg_type == NLMSG_DONE) {
			is_done = true;
		} else if (h.nlmsg_type == reply_type && each != NULL) {
			r = each(ctx, reply);
			is_done = type != AUDIT_LIST_RULES;
		}
	}
	return r;
}

/* The sentence for a refused request. */
static int refused(struct err *e, int code, const char *what)
{
	switch (-code) {
	case EPERM:
	case ECONNREFUSED:
		(void)err_set(e, -code, "%s: not permitted", what);
		(void)err_hint(
			e,
			"run with CAP_AUDIT_CONTROL in the host's user and pid namespaces (LinuxKit: pid: host)");
		break;
	case ETIMEDOUT:
		(void)err_set(e, -code, "%s: the kernel did not answer", what);
		break;
	default:
		(void)err_set(e, -code, "%s: %s", what, strerror(-code));
		break;
	}
	return code;
}

/* ---- events ---------------------------------------------------------------
 */

int audit_source_new(int fd, struct audit_source **ret)
{
	struct audit_source *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	s->fd = fd;
	for (size_t i = 0; i < SOURCE_BATCH; i++) {
		s->iov[i] = (struct iovec){ s->raw[i], DATAGRAM_MAX };
		s->heads[i].msg_hdr = (struct msghdr){
			.msg_iov = &s->iov[i],
			.msg_iovlen = 1,
			.msg_name = &s->from[i],
			.msg_namelen = sizeof(s->from[i]),
		};
	}
	*ret = s;
	return 0;
}

void audit_source_free(struct audit_source *s)
{
	free(s);
}

const struct source_counters *audit_source_counted(const struct audit_source *s)
{
	return &s->counters;
}

/* Replies, not records: AUDIT_REPLACE is the kernel's question whether we
 * live; that it could be sent is the answer. */
static bool is_control(uint16_t type)
{
	return (type < AUDIT_FIRST_USER_MSG && type != AUDIT_LOGIN &&
		type != AUDIT_USER) ||
	       type == AUDIT_REPLACE;
}

static void control_take(struct audit_source *s, struct span datagram)
{
	struct nlmsghdr h;

	s->counters.controls++;
	memcpy(&h, datagram.p, sizeof(h));
	if (h.nlmsg_type != NLMSG_ERROR || h.nlmsg_seq != s->claim_seq)
		return;
	s->is_answered = true;
	s->answer = error_code((struct span){ datagram.p + sizeof(h),
					      datagram.len - sizeof(h) });
}

void audit_source_take(struct audit_source *s, const struct source_datagram *d,
		       record_fn *each, void *ctx)
{
	struct record r;

	s->counters.datagrams++;
	if (!d->has_sender || d->sender != 0)
		s->counters.spoofed++;
	else if (d->is_cut || d->bytes.len < sizeof(struct nlmsghdr))
		s->counters.malformed++;
	else if (is_control(record_type(d->bytes)))
		control_take(s, d->bytes);
	else if (record_view(d->bytes, &r) < 0)
		s->counters.malformed++;
	else {
		s->counters.records++;
		each(ctx, &r);
	}
}

static void slot_take(struct audit_source *s, size_t i, record_fn *each,
		      void *ctx)
{
	const struct mmsghdr *m = &s->heads[i];
	const struct source_datagram d = {
		.bytes = { s->raw[i], m->msg_len },
		.sender = s->from[i].nl_pid,
		.has_sender =
			m->msg_hdr.msg_namelen == sizeof(struct sockaddr_nl) &&
			s->from[i].nl_family == AF_NETLINK,
		.is_cut = (m->msg_hdr.msg_flags & MSG_TRUNC) != 0,
	};

	audit_source_take(s, &d, each, ctx);
}

int audit_source_read(struct audit_source *s, record_fn *each, void *ctx)
{
	int n;

	for (size_t i = 0; i < SOURCE_BATCH; i++)
		s->heads[i].msg_hdr.msg_namelen = sizeof(s->from[i]);
	do {
		n = recvmmsg(s->fd, s->heads, SOURCE_BATCH, MSG_DONTWAIT, NULL);
		s->counters.overruns += n < 0 && errno == ENOBUFS;
	} while (n < 0 && (errno == EINTR || errno == ENOBUFS));
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	for (int i = 0; i < n; i++)
		slot_take(s, (size_t)i, each, ctx);
	return n;
}

/* AUDIT_SET of the pid, on the event socket itself: the kernel takes the
 * sender's port id. */
static int pid_set(struct audit_source *s, uint32_t pid, record_fn *each,
		   void *ctx)
{
	const struct audit_status status = { .mask = AUDIT_STATUS_PID,
					     .pid = pid };
	const uint64_t deadline = clock_boot_ms() + REPLY_WAIT_MS;
	int r;

	s->claim_seq = next_seq();
	s->is_answered = false;
	r = request_send(
		s->fd, AUDIT_SET, s->claim_seq,
		(struct span){ (const char *)&status, sizeof(status) });
	while (r == 0 && !s->is_answered) {
		r = wait_readable(s->fd, deadline);
		if (r == 0)
			r = audit_source_read(s, each, ctx);
		r = r > 0 ? 0 : r;
	}
	return r < 0 ? r : s->answer;
}

/* Who owns the socket now, in words. */
static int owned(struct err *e)
{
	struct audit_state state = { 0 };
	AUTO_FD fd = audit_control_open(NULL);

	if (fd >= 0)
		(void)audit_state_get(fd, &state, NULL);
	(void)err_set(
		e, EEXIST,
		"another audit daemon (pid %u) already receives the kernel's audit events",
		state.pid);
	(void)err_hint(
		e,
		"stop that daemon (systemctl stop auditd), or start bailiffd --observe beside it");
	return -EEXIST;
}

int audit_source_claim(struct audit_source *s, record_fn *each, void *ctx,
		       struct err *e)
{
	const int r = pid_set(s, (uint32_t)getpid(), each, ctx);

	if (r == -EEXIST)
		return owned(e);
	return r < 0 ? refused(e, r, "take over the kernel's audit events") : 0;
}

int audit_source_release(struct audit_source *s, record_fn *each, void *ctx,
			 struct err *e)
{
	const int r = pid_set(s, 0, each, ctx);

	return r < 0 ? refused(e, r, "give the kernel's audit events back") : 0;
}

/* ---- status ---------------------------------------------------------------
 */

static int status_take(void *ctx, struct span body)
{
	struct audit_status *status = ctx;
	const size_t len =
		body.len < sizeof(*status) ? body.len : sizeof(*status);

	/* Up to backlog: every kernel has these. */
	if (len < offsetof(struct audit_status, backlog) + sizeof(uint32_t))
		return -EBADMSG;
	memcpy(status, body.p, len);
	return 0;
}

int audit_state_get(int fd, struct audit_state *ret, struct err *e)
{
	struct audit_status s = { 0 };
	const int r = audit_request(fd, AUDIT_GET, (struct span){ 0 },
				    AUDIT_GET, status_take, &s);

	if (r < 0)
		return refused(e, r, "read the kernel's audit status");
	*ret = (struct audit_state){
		.enabled = s.enabled,
		.failure = s.failure,
		.rate_limit = s.rate_limit,
		.pid = s.pid,
		.backlog_limit = s.backlog_limit,
		.backlog = s.backlog,
		.lost = s.lost,
		.backlog_wait_time = s.backlog_wait_time,
		.backlog_wait_time_actual = s.backlog_wait_time_actual,
	};
	return 0;
}

struct audit_posture audit_posture_of(const struct audit_state *state)
{
	return (struct audit_posture){
		.enabled = state->enabled,
		.failure = state->failure,
		.rate_limit = state->rate_limit,
		.backlog_limit = state->backlog_limit,
		.backlog_wait_time = state->backlog_wait_time,
	};
}

/* The bits of the parameters in which they differ. */
static uint32_t posture_differs(const struct audit_posture *a,
				const struct audit_posture *b)
{
	uint32_t mask = 0;

	if (a->enabled != b->enabled)
		mask |= AUDIT_STATUS_ENABLED;
	if (a->failure != b->failure)
		mask |= AUDIT_STATUS_FAILURE;
	if (a->rate_limit != b->rate_limit)
		mask |= AUDIT_STATUS_RATE_LIMIT;
	if (a->backlog_limit != b->backlog_limit)
		mask |= AUDIT_STATUS_BACKLOG_LIMIT;
	if (a->backlog_wait_time != b->backlog_wait_time)
		mask |= AUDIT_STATUS_BACKLOG_WAIT_TIME;
	return mask;
}

bool audit_posture_eq(const struct audit_posture *a,
		      const struct audit_posture *b)
{
	return posture_differs(a, b) == 0;
}

int audit_posture_set(int fd, const struct audit_posture *want,
		      struct audit_posture *ret_before, struct err *e)
{
	struct audit_state now;
	struct audit_posture before;
	struct audit_status set = { .enabled = want->enabled,
				    .failure = want->failure,
				    .rate_limit = want->rate_limit,
				    .backlog_limit = want->backlog_limit,
				    .backlog_wait_time =
					    want->backlog_wait_time };
	int r = audit_state_get(fd, &now, e);

	if (r < 0)
		return r;
	before = audit_posture_of(&now);
	set.mask = posture_differs(&before, want);
	if (set.mask != 0 && now.enabled == 2) {
		(void)err_set(
			e, EPERM,
			"the kernel's audit configuration is locked (enabled=2)");
		(void)err_hint(e, "only a reboot unlocks it");
		return -EPERM;
	}
	if (set.mask != 0)
		r = audit_request(
			fd, AUDIT_SET,
			(struct span){ (const char *)&set, sizeof(set) }, 0,
			NULL, NULL);
	if (r < 0)
		return refused(e, r, "set the kernel's audit parameters");
	if (ret_before != NULL)
		*ret_before = before;
	return 0;
}
