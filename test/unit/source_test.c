/* SPDX-License-Identifier: Apache-2.0 */
/* source_test.c - datagrams of the audit socket: whose, and what they are. */
#include "test/unit/harness.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/audit/source.h"

#define STAMPED "audit(1795296627.024:7): x=1"

static struct audit_source *source(int fd)
{
	struct audit_source *s;

	CHECK_INT(audit_source_new(fd, &s), 0);
	return s;
}

struct seen {
	unsigned count;
	uint16_t type;
	uint32_t serial;
};

static void record_see(void *ctx, const struct record *r)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->type = r->type;
	seen->serial = r->serial;
}

/* As the kernel sends it, but with a length of 1 in the header. */
static struct source_datagram of(char *raw, uint16_t type, struct span text)
{
	const struct nlmsghdr h = { .nlmsg_len = 1, .nlmsg_type = type };

	memcpy(raw, &h, sizeof(h));
	memcpy(raw + sizeof(h), text.p, text.len);
	return (struct source_datagram){ .bytes = { raw, sizeof(h) + text.len },
					 .has_sender = true };
}

TEST(a_datagram_that_the_kernel_did_not_send_is_dropped_and_counted)
{
	struct audit_source *s = source(-1);
	const struct source_counters *c = audit_source_counted(s);
	struct seen seen = { 0 };
	char raw[256];
	struct source_datagram d = of(raw, AUDIT_SYSCALL, span_of(STAMPED));

	audit_source_take(s, &d, record_see, &seen);
	CHECK_INT(seen.count, 1);
	CHECK_INT(seen.serial, 7);
	d.sender = 4711;
	audit_source_take(s, &d, record_see, &seen);
	d.sender = 0;
	d.has_sender = false;
	audit_source_take(s, &d, record_see, &seen);
	CHECK_INT(seen.count, 1);
	CHECK_INT(c->spoofed, 2);
	CHECK_INT(c->records, 1);
	CHECK_INT(c->datagrams, 3);
	audit_source_free(s);
}

TEST(a_datagram_that_is_cut_or_has_no_stamp_is_dropped_and_counted)
{
	struct audit_source *s = source(-1);
	struct seen seen = { 0 };
	char raw[256];
	struct source_datagram d = of(raw, AUDIT_SYSCALL, span_of(STAMPED));

	d.is_cut = true;
	audit_source_take(s, &d, record_see, &seen);
	d.is_cut = false;
	d.bytes.len = sizeof(struct nlmsghdr) - 1;
	audit_source_take(s, &d, record_see, &seen);
	d.bytes.len = 0;
	audit_source_take(s, &d, record_see, &seen);
	d = of(raw, AUDIT_SYSCALL, span_of("audit(1795296627.024): x=1"));
	audit_source_take(s, &d, record_see, &seen);
	CHECK_INT(seen.count, 0);
	CHECK_INT(audit_source_counted(s)->malformed, 4);
	audit_source_free(s);
}

TEST(replies_are_told_from_records_by_their_type)
{
	static const struct {
		uint16_t type;
		bool is_record;
	} rows[] = {
		{ NLMSG_ERROR, false },
		{ NLMSG_DONE, false },
		{ AUDIT_GET, false },
		{ AUDIT_SET, false },
		{ AUDIT_LIST_RULES, false },
		{ AUDIT_SIGNAL_INFO, false },
		{ AUDIT_GET_FEATURE, false },
		{ AUDIT_REPLACE, false },
		{ AUDIT_USER, true },
		{ AUDIT_LOGIN, true },
		{ AUDIT_USER_AVC, true },
		{ AUDIT_CONFIG_CHANGE, true },
		{ AUDIT_EVENT_LISTENER, true },
		{ AUDIT_EOE, true },
		{ 2404, true },
		{ 3999, true },
	};
	struct audit_source *s = source(-1);
	unsigned records = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen seen = { 0 };
		char raw[256];
		const struct source_datagram d =
			of(raw, rows[i].type, span_of(STAMPED));

		audit_source_take(s, &d, record_see, &seen);
		CHECK_INT(seen.count, rows[i].is_record);
		records += rows[i].is_record;
	}
	CHECK_INT(audit_source_counted(s)->records, records);
	CHECK_INT(audit_source_counted(s)->controls,
		  sizeof(rows) / sizeof(rows[0]) - records);
	CHECK_INT(audit_source_counted(s)->malformed, 0);
	audit_source_free(s);
}

/* The kernel answers on a route socket as on an audit socket, and lets anybody
 * ask. */
TEST(what_comes_from_the_kernel_itself_counts_as_sent_by_it)
{
	const struct {
		struct nlmsghdr h;
		struct rtgenmsg body;
	} ask = { .h = { .nlmsg_len = sizeof(ask),
			 .nlmsg_type = RTM_GETLINK,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	AUTO_FD fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct audit_source *s = source(fd);
	struct seen seen = { 0 };

	CHECK(send(fd, &ask, sizeof(ask), 0) == sizeof(ask));
	CHECK(audit_source_read(s, record_see, &seen) > 0);
	CHECK_INT(audit_source_counted(s)->spoofed, 0);
	CHECK(audit_source_counted(s)->controls > 0);
	CHECK_INT(seen.count, 0);
	audit_source_free(s);
}

#define COPIES 200

TEST(copies_that_found_no_room_are_counted_and_the_rest_is_read)
{
	const struct sockaddr_nl group = { .nl_family = AF_NETLINK,
					   .nl_groups = 1 };
	const int small = 16384;
	static char raw[1024];
	uint32_t lost = 0;
	struct audit_source *s;
	struct seen seen = { 0 };
	unsigned taken = 0;
	int n;

	/* Only root may listen to a group. */
	CHECK(geteuid() == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0);
	AUTO_FD in = socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
	AUTO_FD out = socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);

	CHECK_INT(bind(in, (const struct sockaddr *)&group, sizeof(group)), 0);
	CHECK_INT(setsockopt(in, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)),
		  0);
	s = source(in);
	CHECK_INT(audit_multicast_lost(in, &lost), 0);
	CHECK_INT(lost, 0);
	(void)of(raw, AUDIT_SYSCALL, span_of(STAMPED));
	/* The copies are out when it fails: nobody has port 0 here. */
	for (unsigned i = 0; i < COPIES; i++)
		(void)sendto(out, raw, sizeof(raw), 0,
			     (const struct sockaddr *)&group, sizeof(group));
	while ((n = audit_source_read(s, record_see, &seen)) > 0)
		taken += (unsigned)n;
	CHECK_INT(n, 0);
	CHECK_INT(audit_multicast_lost(in, &lost), 0);
	CHECK(taken > 0 && lost > 0);
	CHECK_INT(taken + lost, COPIES);
	CHECK_INT(audit_source_counted(s)->overruns, 1);
	/* A process sent them. */
	CHECK_INT(audit_source_counted(s)->spoofed, taken);
	CHECK_INT(seen.count, 0);
	/* It goes on. */
	(void)sendto(out, raw, sizeof(raw), 0, (const struct sockaddr *)&group,
		     sizeof(group));
	CHECK_INT(audit_source_read(s, record_see, &seen), 1);
	audit_source_free(s);
}

TEST(a_socket_that_counts_nothing_is_an_error)
{
	uint32_t lost = 7;

	CHECK_INT(audit_multicast_lost(-1, &lost), -EBADF);
	CHECK_INT(lost, 7);
}
