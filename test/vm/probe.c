/* SPDX-License-Identifier: Apache-2.0 */
/* probe.c - what a guest's kernel has, one "word value" line each.
 *
 * "landlock ABI" (0: not there), then, with the argument "audit", the first
 * configuration record that the audit subsystem delivers after this program has
 * registered itself.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define DATAGRAMS_MAX 64

static int audit_register(int fd)
{
	struct {
		struct nlmsghdr head;
		struct audit_status status;
	} request = {
		.head = { .nlmsg_len = sizeof(request),
			  .nlmsg_type = AUDIT_SET,
			  .nlmsg_flags = NLM_F_REQUEST },
		.status = { .mask = AUDIT_STATUS_ENABLED | AUDIT_STATUS_PID,
			    .enabled = 1,
			    .pid = (__u32)getpid() },
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

static int audit_probe(void)
{
	const struct timeval patience = { .tv_sec = 10 };
	char datagram[16384];
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (fd < 0 || audit_register(fd) < 0) {
		printf("audit error %s\n", strerror(errno));
		return 1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (int i = 0; i < DATAGRAMS_MAX; i++) {
		const ssize_t n = recv(fd, datagram, sizeof(datagram), 0);
		struct nlmsghdr head;

		if (n < (ssize_t)sizeof(head))
			break;
		memcpy(&head, datagram, sizeof(head));
		if (head.nlmsg_type != AUDIT_CONFIG_CHANGE)
			continue;
		printf("audit %.*s\n", (int)(n - NLMSG_HDRLEN),
		       datagram + NLMSG_HDRLEN);
		return 0;
	}
	printf("audit error no record came\n");
	return 1;
}

int main(int argc, char **argv)
{
	const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	printf("landlock %ld\n", abi < 0 ? 0 : abi);
	if (argc > 1 && strcmp(argv[1], "audit") == 0)
		return audit_probe();
	return 0;
}
