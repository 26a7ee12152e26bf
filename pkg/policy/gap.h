/* SPDX-License-Identifier: Apache-2.0 */
/* gap.h - the names of what Landlock cannot stop.
 *
 * Each gap is closed by a rule, by a dropped capability, by a newer Landlock,
 * or accepted in writing: "accept": ["ID"] in services/NAME.json. Which of them
 * a policy leaves open says lint.h; bailiff-policy(5) has the table for people.
 */
#ifndef PKG_POLICY_GAP_H
#define PKG_POLICY_GAP_H

#include <stdint.h>

#include "lib/span.h"

enum gap {
	/* past the port rules */
	GAP_MPTCP,
	GAP_TCP_FASTOPEN,
	GAP_LISTEN,
	GAP_UDP,
	GAP_IP_PROTOCOL,
	GAP_RAW_SOCKET,
	GAP_PACKET,
	GAP_VSOCK,
	GAP_SOCKET_FAMILY,
	GAP_NETLINK_AUDIT,
	GAP_UNIX_SOCKET,
	/* past the path rules */
	GAP_CHMOD,
	GAP_CHOWN,
	GAP_UTIME,
	GAP_XATTR,
	GAP_WHITEOUT,
	GAP_MKNOD,
	GAP_MEMFD_EXEC,
	GAP_INOTIFY,
	GAP_FANOTIFY,
	GAP_OPEN_TREE,
	GAP_FSOPEN,
	GAP_MOUNT_SETATTR,
	GAP_CHROOT,
	/* what the rules themselves leave open */
	GAP_LOADER,
	GAP_RENAME_OVER,
	GAP_WRITE_EXECUTE,
	GAP_PROC_WRITE,
	GAP_UNHANDLED,
	GAP_QUIET,
	GAP_BOUNDING,
	/* other processes, and the kernel */
	GAP_USERNS,
	GAP_NAMESPACES,
	GAP_SETNS,
	GAP_PTRACE,
	GAP_PROCESS_VM,
	GAP_PIDFD_GETFD,
	GAP_TIOCSTI,
	GAP_SYSV_IPC,
	GAP_KEYS,
	GAP_IO_URING,
	GAP_PERSONALITY,
	GAP_USERFAULTFD,
	GAP_PERF,
	GAP_BPF,
	GAP_SYSLOG,
	GAP_ACCT,
	GAP_SWAP,
	GAP_HOSTNAME,
	GAP_KEXEC,
	GAP_MODULE,
	GAPS
};

struct gap_row {
	const char *id;	     /* in "accept", in reports */
	const char *open;    /* what may be done, one clause */
	const char *closing; /* what closes it, in words */
};

/* Indexed by enum gap. */
extern const struct gap_row gap_table[GAPS];

/* The gap with this id; -1 for none. */
int gap_find(struct span id);

/* The bit of @gap in a set of them. */
static inline uint64_t gap_bit(enum gap gap)
{
	return 1ULL << gap;
}

#endif
