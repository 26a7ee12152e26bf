/* SPDX-License-Identifier: Apache-2.0 */
/* reach.c - see reach.h. Numbers are those of the kernel's UAPI headers, which
 * older headers than the kernel's do not all have.
 */
#include "pkg/policy/reach.h"

#include <errno.h>
#include <inttypes.h>

#include "lib/json.h"

/* What an int or a flag word must be; the kernel sees its lower half. */
#define IS(i, v) HAS(i, UINT32_MAX, v)
#define HAS(i, mask, v)                    \
	{                                  \
		(i), false, (mask), (v), 0 \
	}
#define BIT(i, v) HAS(i, v, v)
#define NOT_NULL(i)                         \
	{                                   \
		(i), true, UINT64_MAX, 0, 0 \
	}
/* As the kernel takes it, whatever else is set; 0xffffffff only asks. */
#define PERSONA(v)                             \
	{                                      \
		0, false, (v), (v), UINT32_MAX \
	}

#define DOMAIN(v) IS(0, v)
#define TYPE(v)	  HAS(1, 0xf, v) /* beside SOCK_CLOEXEC, SOCK_NONBLOCK */
#define PROTO(v)  IS(2, v)

#define UNIX	1
#define INET	2
#define INET6	10
#define NETLINK 16
#define STREAM	1
#define DGRAM	2
#define RAW	3
#define SEQ	5
#define DCCP	6
#define PACKET	10 /* SOCK_PACKET */

/* clang-format off */
#define WHOLE(gap, call)     { gap, { call, { { 0 } }, 0 } }
#define ONE(gap, call, a)    { gap, { call, { a }, 1 } }
#define TWO(gap, call, a, b) { gap, { call, { a, b }, 2 } }
#define SOCKET(gap, d, t, p) { gap, { "socket", { DOMAIN(d), TYPE(t), PROTO(p) }, 3 } }
#define SOCKET2(gap, d, t)   { gap, { "socket", { DOMAIN(d), TYPE(t) }, 2 } }
#define FAMILY(gap, d)       { gap, { "socket", { DOMAIN(d) }, 1 } }
#define FAMILIES(mask, d)    { GAP_SOCKET_FAMILY, { "socket", { HAS(0, UINT32_MAX - (mask), d) }, 1 } }
#define FLAG(gap, call, i, v) { gap, { call, { BIT(i, v) }, 1 } }
#define MAKES(call, i, type) { GAP_MKNOD, { call, { HAS(i, 0xf000, type) }, 1 } }

const struct hole tcp_holes[] = {
	{ "socket", { DOMAIN(INET),  TYPE(STREAM), PROTO(0) }, 3 },
	{ "socket", { DOMAIN(INET),  TYPE(STREAM), PROTO(6) }, 3 },
	{ "socket", { DOMAIN(INET6), TYPE(STREAM), PROTO(0) }, 3 },
	{ "socket", { DOMAIN(INET6), TYPE(STREAM), PROTO(6) }, 3 },
};
const size_t tcp_hole_count = sizeof(tcp_holes) / sizeof(tcp_holes[0]);

const struct reach reach_table[] = {
	SOCKET(GAP_MPTCP, INET,  STREAM, 262),
	SOCKET(GAP_MPTCP, INET6, STREAM, 262),

	FLAG(GAP_TCP_FASTOPEN, "sendto",   3, 0x20000000),
	FLAG(GAP_TCP_FASTOPEN, "sendmsg",  2, 0x20000000),
	FLAG(GAP_TCP_FASTOPEN, "sendmmsg", 3, 0x20000000),

	WHOLE(GAP_LISTEN, "listen"),

	SOCKET(GAP_UDP, INET,  DGRAM, 0),  SOCKET(GAP_UDP, INET,  DGRAM, 17),
	SOCKET(GAP_UDP, INET6, DGRAM, 0),  SOCKET(GAP_UDP, INET6, DGRAM, 17),

	SOCKET(GAP_IP_PROTOCOL, INET,  STREAM, 132), /* SCTP */
	SOCKET(GAP_IP_PROTOCOL, INET6, STREAM, 132),
	SOCKET(GAP_IP_PROTOCOL, INET,  STREAM, 256), /* SMC */
	SOCKET(GAP_IP_PROTOCOL, INET6, STREAM, 256),
	SOCKET(GAP_IP_PROTOCOL, INET,  DGRAM, 1),    /* ping */
	SOCKET(GAP_IP_PROTOCOL, INET6, DGRAM, 58),
	SOCKET(GAP_IP_PROTOCOL, INET,  DGRAM, 115),  /* L2TP */
	SOCKET(GAP_IP_PROTOCOL, INET6, DGRAM, 115),
	SOCKET(GAP_IP_PROTOCOL, INET,  DGRAM, 136),  /* UDP-Lite */
	SOCKET(GAP_IP_PROTOCOL, INET6, DGRAM, 136),
	SOCKET2(GAP_IP_PROTOCOL, INET,  SEQ),
	SOCKET2(GAP_IP_PROTOCOL, INET6, SEQ),
	SOCKET2(GAP_IP_PROTOCOL, INET,  DCCP),
	SOCKET2(GAP_IP_PROTOCOL, INET6, DCCP),

	SOCKET2(GAP_RAW_SOCKET, INET,  RAW),
	SOCKET2(GAP_RAW_SOCKET, INET6, RAW),
	SOCKET2(GAP_RAW_SOCKET, INET,  PACKET), /* becomes AF_PACKET */
	FAMILY(GAP_PACKET, 17),
	FAMILY(GAP_VSOCK, 40),
	FAMILIES(0, 3),  FAMILIES(3, 4),  FAMILIES(1, 8),  FAMILIES(0, 11),
	FAMILIES(3, 12), FAMILIES(1, 18), FAMILIES(3, 20), FAMILIES(7, 24),
	FAMILIES(7, 32), FAMILIES(0, 41), FAMILIES(1, 42), FAMILIES(3, 44),
	TWO(GAP_NETLINK_AUDIT, "socket", DOMAIN(NETLINK), PROTO(9)),
	FAMILY(GAP_UNIX_SOCKET, UNIX),
	/* A pair of datagram sockets sends to any address all the same. */
	TWO(GAP_UNIX_SOCKET, "socketpair", DOMAIN(UNIX), TYPE(DGRAM)),
	TWO(GAP_UNIX_SOCKET, "socketpair", DOMAIN(UNIX), TYPE(RAW)),

	WHOLE(GAP_CHMOD, "chmod"),
	WHOLE(GAP_CHMOD, "fchmodat"),
	WHOLE(GAP_CHMOD, "fchmodat2"),
	WHOLE(GAP_CHOWN, "chown"),
	WHOLE(GAP_CHOWN, "lchown"),
	WHOLE(GAP_CHOWN, "fchownat"),
	WHOLE(GAP_CHOWN, "chown32"),
	WHOLE(GAP_CHOWN, "lchown32"),
	WHOLE(GAP_UTIME, "utime"),
	WHOLE(GAP_UTIME, "utimes"),
	/* Without a path it is the descriptor's file, which was opened. */
	ONE(GAP_UTIME, "futimesat", NOT_NULL(1)),
	ONE(GAP_UTIME, "utimensat", NOT_NULL(1)),
	ONE(GAP_UTIME, "utimensat_time64", NOT_NULL(1)),
	WHOLE(GAP_XATTR, "setxattr"),
	WHOLE(GAP_XATTR, "lsetxattr"),
	WHOLE(GAP_XATTR, "removexattr"),
	WHOLE(GAP_XATTR, "lremovexattr"),
	WHOLE(GAP_XATTR, "setxattrat"),
	WHOLE(GAP_XATTR, "removexattrat"),
	WHOLE(GAP_XATTR, "file_setattr"),
	FLAG(GAP_WHITEOUT, "renameat2", 4, 4),
	MAKES("mknod", 1, 0x2000),
	MAKES("mknod", 1, 0x6000),
	MAKES("mknodat", 2, 0x2000),
	MAKES("mknodat", 2, 0x6000),
	ONE(GAP_MEMFD_EXEC, "memfd_create", HAS(1, 8, 0)),
	WHOLE(GAP_INOTIFY, "inotify_add_watch"),
	WHOLE(GAP_FANOTIFY, "fanotify_init"),
	FLAG(GAP_OPEN_TREE, "open_tree", 2, 1),
	FLAG(GAP_OPEN_TREE, "open_tree_attr", 2, 1),
	WHOLE(GAP_FSOPEN, "fsopen"),
	WHOLE(GAP_FSOPEN, "fsmount"),
	WHOLE(GAP_FSOPEN, "fspick"),
	WHOLE(GAP_MOUNT_SETATTR, "mount_setattr"),
	WHOLE(GAP_MOUNT_SETATTR, "open_tree_attr"),
	WHOLE(GAP_CHROOT, "chroot"),

	FLAG(GAP_USERNS, "unshare", 0, 0x10000000),
	FLAG(GAP_USERNS, "clone",   0, 0x10000000),
	WHOLE(GAP_USERNS, "clone3"),
	FLAG(GAP_NAMESPACES, "unshare", 0, 0x00000080), /* time */
	FLAG(GAP_NAMESPACES, "unshare", 0, 0x00020000), /* mount */
	FLAG(GAP_NAMESPACES, "unshare", 0, 0x02000000), /* cgroup */
	FLAG(GAP_NAMESPACES, "unshare", 0, 0x04000000), /* UTS */
	FLAG(GAP_NAMESPACES, "unshare", 0, 0x08000000), /* IPC */
	FLAG(GAP_NAMESPACES, "unshare", 0, 0x20000000), /* PID */
	FLAG(GAP_NAMESPACES, "unshare", 0, 0x40000000), /* network */
	FLAG(GAP_NAMESPACES, "clone", 0, 0x00020000),
	FLAG(GAP_NAMESPACES, "clone", 0, 0x02000000),
	FLAG(GAP_NAMESPACES, "clone", 0, 0x04000000),
	FLAG(GAP_NAMESPACES, "clone", 0, 0x08000000),
	FLAG(GAP_NAMESPACES, "clone", 0, 0x20000000),
	FLAG(GAP_NAMESPACES, "clone", 0, 0x40000000),
	WHOLE(GAP_NAMESPACES, "clone3"),
	WHOLE(GAP_SETNS, "setns"),
	WHOLE(GAP_PTRACE, "ptrace"),
	WHOLE(GAP_PROCESS_VM, "process_vm_readv"),
	WHOLE(GAP_PROCESS_VM, "process_vm_writev"),
	WHOLE(GAP_PIDFD_GETFD, "pidfd_getfd"),
	ONE(GAP_TIOCSTI, "ioctl", IS(1, 0x5412)),
	ONE(GAP_TIOCSTI, "ioctl", IS(1, 0x541c)), /* TIOCLINUX */
	WHOLE(GAP_SYSV_IPC, "shmat"),
	WHOLE(GAP_SYSV_IPC, "msgsnd"),
	WHOLE(GAP_SYSV_IPC, "msgrcv"),
	WHOLE(GAP_SYSV_IPC, "semop"),
	WHOLE(GAP_SYSV_IPC, "semtimedop"),
	WHOLE(GAP_SYSV_IPC, "semtimedop_time64"),
	/* They set, and take away what others use. */
	WHOLE(GAP_SYSV_IPC, "shmctl"),
	WHOLE(GAP_SYSV_IPC, "msgctl"),
	WHOLE(GAP_SYSV_IPC, "semctl"),
	WHOLE(GAP_SYSV_IPC, "mq_unlink"), /* mq_open asks Landlock */
	WHOLE(GAP_KEYS, "add_key"),
	WHOLE(GAP_KEYS, "keyctl"),
	WHOLE(GAP_KEYS, "request_key"),
	WHOLE(GAP_IO_URING, "io_uring_setup"),
	ONE(GAP_PERSONALITY, "personality", PERSONA(0x00400000)),
	ONE(GAP_PERSONALITY, "personality", PERSONA(0x00040000)),
	ONE(GAP_PERSONALITY, "personality", PERSONA(0x00100000)),
	WHOLE(GAP_USERFAULTFD, "userfaultfd"),
	WHOLE(GAP_PERF, "perf_event_open"),
	WHOLE(GAP_BPF, "bpf"),
	WHOLE(GAP_SYSLOG, "syslog"),
	WHOLE(GAP_ACCT, "acct"),
	WHOLE(GAP_SWAP, "swapon"),
	WHOLE(GAP_SWAP, "swapoff"),
	WHOLE(GAP_HOSTNAME, "sethostname"),
	WHOLE(GAP_HOSTNAME, "setdomainname"),
	WHOLE(GAP_KEXEC, "kexec_load"),
	WHOLE(GAP_KEXEC, "kexec_file_load"),
	WHOLE(GAP_KEXEC, "reboot"),
	WHOLE(GAP_MODULE, "init_module"),
	WHOLE(GAP_MODULE, "finit_module"),
	WHOLE(GAP_MODULE, "delete_module"),
};
const size_t reach_count = sizeof(reach_table) / sizeof(reach_table[0]);

#define DENY(gap, calls, error)           { gap, calls, error, { { 0 } }, 0, 0, 0 }
#define DENY_BITS(gap, calls, error, i, b) { gap, calls, error, { { 0 } }, 0, i, b }
#define DENY_ARGS(gap, calls, error, n, ...) { gap, calls, error, { __VA_ARGS__ }, n, 0, 0 }
#define DENY_SOCKET(gap, error, n, ...)   DENY_ARGS(gap, "socket", error, n, __VA_ARGS__)

const struct closer closer_table[] = {
	DENY_SOCKET(GAP_MPTCP, EPROTONOSUPPORT, 1, PROTO(262)),
	DENY_BITS(GAP_TCP_FASTOPEN, "sendto sendmmsg", EOPNOTSUPP, 3, 0x20000000),
	DENY_BITS(GAP_TCP_FASTOPEN, "sendmsg", EOPNOTSUPP, 2, 0x20000000),
	DENY(GAP_LISTEN, "listen", EACCES),
	DENY_SOCKET(GAP_UDP, EACCES, 3, DOMAIN(INET), TYPE(DGRAM), PROTO(0)),
	DENY_SOCKET(GAP_UDP, EACCES, 3, DOMAIN(INET), TYPE(DGRAM), PROTO(17)),
	DENY_SOCKET(GAP_UDP, EACCES, 3, DOMAIN(INET6), TYPE(DGRAM), PROTO(0)),
	DENY_SOCKET(GAP_UDP, EACCES, 3, DOMAIN(INET6), TYPE(DGRAM), PROTO(17)),
	/* No other family has these protocols. */
	DENY_SOCKET(GAP_IP_PROTOCOL, EPROTONOSUPPORT, 4,
		    PROTO(115), PROTO(132), PROTO(136), PROTO(256)),
	DENY_SOCKET(GAP_IP_PROTOCOL, EPROTONOSUPPORT, 3,
		    DOMAIN(INET), TYPE(DGRAM), PROTO(1)),
	DENY_SOCKET(GAP_IP_PROTOCOL, EPROTONOSUPPORT, 3,
		    DOMAIN(INET6), TYPE(DGRAM), PROTO(58)),
	DENY_SOCKET(GAP_IP_PROTOCOL, EPROTONOSUPPORT, 2, DOMAIN(INET), TYPE(SEQ)),
	DENY_SOCKET(GAP_IP_PROTOCOL, EPROTONOSUPPORT, 2, DOMAIN(INET6), TYPE(SEQ)),
	DENY_SOCKET(GAP_IP_PROTOCOL, EPROTONOSUPPORT, 1, TYPE(DCCP)),
	DENY_SOCKET(GAP_RAW_SOCKET, EPERM, 2, DOMAIN(INET), TYPE(RAW)),
	DENY_SOCKET(GAP_RAW_SOCKET, EPERM, 2, DOMAIN(INET6), TYPE(RAW)),
	DENY_SOCKET(GAP_RAW_SOCKET, EPERM, 1, TYPE(PACKET)),
	DENY_SOCKET(GAP_PACKET, EPERM, 1, DOMAIN(17)),
	DENY_SOCKET(GAP_VSOCK, EAFNOSUPPORT, 1, DOMAIN(40)),
	DENY_SOCKET(GAP_SOCKET_FAMILY, EAFNOSUPPORT, 12,
		    DOMAIN(3), HAS(0, 0xfffffffc, 4), HAS(0, 0xfffffffe, 8),
		    DOMAIN(11), HAS(0, 0xfffffffc, 12), HAS(0, 0xfffffffe, 18),
		    HAS(0, 0xfffffffc, 20), HAS(0, 0xfffffff8, 24),
		    HAS(0, 0xfffffff8, 32), DOMAIN(41), HAS(0, 0xfffffffe, 42),
		    HAS(0, 0xfffffffc, 44)),
	DENY_SOCKET(GAP_NETLINK_AUDIT, EPROTONOSUPPORT, 2, DOMAIN(NETLINK), PROTO(9)),
	DENY_SOCKET(GAP_UNIX_SOCKET, EAFNOSUPPORT, 1, DOMAIN(UNIX)),
	DENY_ARGS(GAP_UNIX_SOCKET, "socketpair", EOPNOTSUPP, 1, TYPE(DGRAM)),
	DENY_ARGS(GAP_UNIX_SOCKET, "socketpair", EOPNOTSUPP, 1, TYPE(RAW)),
	DENY(GAP_CHMOD, "chmod fchmodat fchmodat2", EPERM),
	DENY(GAP_CHOWN, "chown lchown fchownat chown32 lchown32", EPERM),
	DENY(GAP_UTIME, "utime utimes", EPERM),
	DENY_ARGS(GAP_UTIME, "futimesat utimensat utimensat_time64", EPERM, 1, NOT_NULL(1)),
	DENY(GAP_XATTR, "setxattr lsetxattr removexattr lremovexattr setxattrat "
			"removexattrat file_setattr", EPERM),
	DENY_BITS(GAP_WHITEOUT, "renameat2", EINVAL, 4, 4),
	DENY_ARGS(GAP_MKNOD, "mknod", EPERM, 2, HAS(1, 0xf000, 0x2000), HAS(1, 0xf000, 0x6000)),
	DENY_ARGS(GAP_MKNOD, "mknodat", EPERM, 2, HAS(2, 0xf000, 0x2000), HAS(2, 0xf000, 0x6000)),
	DENY_ARGS(GAP_MEMFD_EXEC, "memfd_create", EACCES, 1, HAS(1, 8, 0)),
	DENY(GAP_INOTIFY, "inotify_add_watch", EACCES),
	DENY(GAP_FANOTIFY, "fanotify_init", EPERM),
	DENY_BITS(GAP_OPEN_TREE, "open_tree open_tree_attr", EPERM, 2, 1),
	DENY(GAP_FSOPEN, "fsopen fsmount fspick", EPERM),
	DENY(GAP_MOUNT_SETATTR, "mount_setattr open_tree_attr", EPERM),
	DENY(GAP_CHROOT, "chroot", EPERM),
	DENY_BITS(GAP_USERNS, "unshare clone", EPERM, 0, 0x10000000),
	DENY(GAP_USERNS, "clone3", ENOSYS),
	DENY_BITS(GAP_NAMESPACES, "unshare", EPERM, 0, 0x6e020080),
	DENY_BITS(GAP_NAMESPACES, "clone", EPERM, 0, 0x6e020000),
	DENY(GAP_NAMESPACES, "clone3", ENOSYS),
	DENY(GAP_SETNS, "setns", EPERM),
	DENY(GAP_PTRACE, "ptrace", EPERM),
	DENY(GAP_PROCESS_VM, "process_vm_readv process_vm_writev", EPERM),
	DENY(GAP_PIDFD_GETFD, "pidfd_getfd", EPERM),
	DENY_ARGS(GAP_TIOCSTI, "ioctl", EPERM, 2, IS(1, 0x5412), IS(1, 0x541c)),
	DENY(GAP_SYSV_IPC, "shmat msgsnd msgrcv semop semtimedop semtimedop_time64 "
			   "shmctl msgctl semctl mq_unlink", EPERM),
	DENY(GAP_KEYS, "add_key keyctl request_key", EPERM),
	DENY(GAP_IO_URING, "io_uring_setup", ENOSYS),
	DENY_BITS(GAP_PERSONALITY, "personality", EPERM, 0, 0x00540000),
	DENY(GAP_USERFAULTFD, "userfaultfd", EPERM),
	DENY(GAP_PERF, "perf_event_open", EACCES),
	DENY(GAP_BPF, "bpf", EPERM),
	DENY(GAP_SYSLOG, "syslog", EPERM),
	DENY(GAP_ACCT, "acct", EPERM),
	DENY(GAP_SWAP, "swapon swapoff", EPERM),
	DENY(GAP_HOSTNAME, "sethostname setdomainname", EPERM),
	DENY(GAP_KEXEC, "kexec_load kexec_file_load reboot", EPERM),
	DENY(GAP_MODULE, "init_module finit_module delete_module", EPERM),
};
const size_t closer_count = sizeof(closer_table) / sizeof(closer_table[0]);
/* clang-format on */

static void arg_print(struct buf *out, const struct hole_arg *a)
{
	if (a->is_not)
		buf_printf(out,
			   "{\"index\": %u, \"value\": %" PRIu64
			   ", \"op\": \"SCMP_CMP_NE\"}",
			   a->index, a->value);
	else
		buf_printf(out,
			   "{\"index\": %u, \"value\": %" PRIu64
			   ", \"valueTwo\": %" PRIu64
			   ", \"op\": \"SCMP_CMP_MASKED_EQ\"}",
			   a->index, a->mask, a->value);
}

static void args_print(struct buf *out, const struct closer *c)
{
	const char *sep = "";

	if (c->count == 0 && c->bits == 0)
		return;
	buf_puts(out, ", \"args\": [");
	for (size_t i = 0; i < c->count; i++, sep = ", ") {
		buf_puts(out, sep);
		arg_print(out, &c->args[i]);
	}
	for (uint32_t rest = c->bits; rest != 0; rest &= rest - 1, sep = ", ") {
		const uint32_t bit = rest & ~(rest - 1);
		const struct hole_arg a = { c->bits_index, false, bit, bit, 0 };

		buf_puts(out, sep);
		arg_print(out, &a);
	}
	buf_puts(out, "]");
}

static void names_print(struct buf *out, struct span calls)
{
	const char *sep = "";

	while (calls.len != 0) {
		buf_puts(out, sep);
		json_quote(out, span_cut(&calls, ' '));
		sep = ", ";
	}
}

void closer_print(struct buf *out, const struct closer *c, struct span calls,
		  uint32_t default_ret)
{
	const uint32_t wanted = SECCOMP_RET_ERRNO | c->error;
	const unsigned other = c->error == EPERM ? EACCES : EPERM;

	buf_puts(out, "{\"names\": [");
	names_print(out, calls);
	buf_printf(out, "], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": %u",
		   wanted == default_ret ? other : c->error);
	args_print(out, c);
	buf_puts(out, "}");
}

static bool call_is_open(const struct profile *p, enum gap gap,
			 struct span call)
{
	for (size_t i = 0; i < reach_count; i++)
		if (reach_table[i].gap == gap &&
		    (call.p == NULL ||
		     span_eq_str(call, reach_table[i].hole.call)) &&
		    hole_is_open(p, &reach_table[i].hole, NULL))
			return true;
	return false;
}

bool gap_is_open(const struct profile *p, enum gap gap)
{
	return call_is_open(p, gap, (struct span){ 0 });
}

void closer_calls(const struct profile *p, const struct closer *c,
		  struct buf *out)
{
	struct span rest = span_of(c->calls);

	while (rest.len != 0) {
		const struct span call = span_cut(&rest, ' ');

		if (!call_is_open(p, c->gap, call))
			continue;
		if (out->len != 0)
			buf_puts(out, " ");
		buf_span(out, call);
	}
}
