/* SPDX-License-Identifier: Apache-2.0 */
/* live_call.c - see live_call.h. */
#include "cmd/bailiff-bundle/live_call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/auto.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))
#define INVALID	   UINT64_MAX
#define LOOPBACK   1 /* index of lo in a new namespace */

/* ---- arguments ---------------------------------------------------------- */

/* What each argument is to be; calls that are not here are not tried.
 *   .  as the way has it     p, t  path, second path    h  struct open_how
 *   v, e  argv, envp         b     a buffer             a, l  address, length
 *   F  the descriptor        x, y  process, tracee      z  zero
 *   m  "tmpfs"               n     a length no file has
 */
static const struct {
	const char *call, *args;
} signatures[] = {
	/* clang-format off */
	{ "openat", ".p.." }, { "open", "p.." }, { "openat2", ".ph." },
	{ "creat", "p." }, { "getdents64", "Fb." }, { "ioctl", "Fzz" },
	{ "execve", "pve" }, { "execveat", ".pvez" },
	{ "mkdir", "p." }, { "mkdirat", ".p." },
	{ "unlink", "p" }, { "unlinkat", ".p." }, { "rmdir", "p" },
	{ "mknod", "p.." }, { "mknodat", ".p.." },
	{ "symlink", "pp" }, { "symlinkat", "p.p" },
	{ "truncate", "pn" },
	{ "rename", "pt" }, { "renameat", ".p.t" }, { "renameat2", ".p.tz" },
	{ "link", "pt" }, { "linkat", ".p.tz" },
	{ "newfstatat", ".pbz" }, { "statx", ".p..b" }, { "stat", "pb" },
	{ "lstat", "pb" }, { "chdir", "p" }, { "mount", "mpmzz" },
	{ "socket", "..." }, { "connect", "Fal" }, { "bind", "Fal" },
	{ "listen", "F." }, { "sendto", "Fb.zal" },
	{ "kill", "xz" }, { "tkill", "xz" }, { "tgkill", "xxz" },
	{ "pidfd_open", "xz" }, { "pidfd_send_signal", "Fzzz" },
	{ "ptrace", ".yzz" },
	/* clang-format on */
};

static uint64_t at(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static socklen_t unix_fill(const struct live_target *t, struct sockaddr_un *un)
{
	const size_t skip = t->path != NULL ? 0 : 1;
	const char *name = t->path != NULL ? t->path : t->abstract;
	const size_t len = strlen(name);

	un->sun_family = AF_UNIX;
	if (len + 1 > sizeof(un->sun_path))
		return 0;
	memcpy(un->sun_path + skip, name, len);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + skip + len +
			   (skip == 0));
}

/* Any address is the loopback one to connect to, and all of them to bind. */
static socklen_t address_fill(const struct live_target *t, uint64_t family,
			      struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	const struct action *a = t->action;
	const bool connects = a->kind == ACTION_CONNECT;

	if (family == AF_UNIX)
		return unix_fill(t, (struct sockaddr_un *)ret);
	if (family == AF_INET) {
		in->sin_family = AF_INET;
		in->sin_port = htons(a->port);
		in->sin_addr.s_addr =
			htonl(connects ? INADDR_LOOPBACK : INADDR_ANY);
		if (a->host.family != 0)
			memcpy(&in->sin_addr, a->host.bytes, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(a->port);
	in6->sin6_addr = connects ? in6addr_loopback : in6addr_any;
	if (a->host.family != 0)
		memcpy(&in6->sin6_addr, a->host.bytes, 16);
	return sizeof(*in6);
}

static uint64_t arg_make(char c, uint64_t given, const struct live_target *t,
			 const struct live_calls *all, socklen_t len)
{
	switch (c) {
	case 'p':
		return at(t->path);
	case 't':
		return at(t->to);
	case 'h':
		return at(&all->how);
	case 'v':
		return at(all->argv);
	case 'e':
		return at(all->envp);
	case 'b':
		return at(all->buffer);
	case 'a':
		return at(&all->address);
	case 'l':
		return len;
	case 'x':
		return (uint64_t)t->outside;
	case 'y':
		return (uint64_t)t->tracee;
	case 'm':
		return at("tmpfs");
	case 'n':
		return INT64_MAX;
	case '.':
		return given;
	case 'z':
	default:
		return 0;
	}
}

static const char *signature_find(const char *call)
{
	for (size_t i = 0; i < COUNTOF(signatures); i++)
		if (strcmp(signatures[i].call, call) == 0)
			return signatures[i].args;
	return NULL;
}

/* Flags that would change what is there, and those that could wait. */
static void flags_settle(struct live_call *c, struct live_calls *all)
{
	const bool is_open = strcmp(c->name, "open") == 0;

	if (is_open)
		c->args[1] |= O_NONBLOCK | O_NOCTTY;
	else if (strcmp(c->name, "openat") == 0)
		c->args[2] |= O_NONBLOCK | O_NOCTTY;
	else if (strcmp(c->name, "openat2") == 0)
		all->how.flags |= O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
}

/* The flags that openat2 has behind a pointer are those of the first way,
 * which is openat's. */
static uint64_t how_flags(const struct action *a)
{
	static const uint64_t flags[ACTION_KINDS] = {
		[ACTION_WRITE] = O_WRONLY,
		[ACTION_LIST] = O_DIRECTORY,
		[ACTION_CREATE] = O_WRONLY | O_CREAT,
	};

	return flags[a->kind];
}

static int call_make(const struct live_target *t, const struct way_call *w,
		     struct live_calls *all, socklen_t len)
{
	struct live_call *c = &all->items[all->count];
	const char *args = signature_find(w->name);

	if (args == NULL)
		return -EOPNOTSUPP;
	*c = (struct live_call){ .name = w->name,
				 .nr = w->nr,
				 .wants_fd = args[0] == 'F' };
	for (size_t i = 0; args[i] != '\0'; i++)
		c->args[i] = arg_make(args[i], w->args[i], t, all, len);
	flags_settle(c, all);
	all->count++;
	return 0;
}

int live_calls_make(const struct live_target *t, const struct way *w,
		    struct live_calls *ret)
{
	const bool is_socket =
		w->call_count != 0 && strcmp(w->calls[0].name, "socket") == 0;
	socklen_t len = 0;
	int r = 0;

	*ret = (struct live_calls){ 0 };
	ret->argv[0] = (char *)(uintptr_t)t->path;
	ret->how.flags = how_flags(t->action);
	ret->how.mode = t->action->kind == ACTION_CREATE ? 0644 : 0;
	/* Opened so, a file would be cut; and a device twice is no news. */
	if (t->action->kind == ACTION_TRUNCATE &&
	    strcmp(w->calls[0].name, "truncate") != 0)
		return -EOPNOTSUPP;
	if (t->action->kind == ACTION_IOCTL &&
	    strcmp(w->calls[0].name, "openat2") == 0)
		return -EOPNOTSUPP;
	if (is_socket) {
		len = address_fill(t, w->calls[0].args[0], &ret->address);
		if (len == 0)
			return -ENAMETOOLONG;
	}
	for (size_t i = 0; i < w->call_count && r == 0; i++)
		r = call_make(t, &w->calls[i], ret, len);
	return r;
}

/* ---- system calls by name ------------------------------------------------ */

/* Calls that fail, or do nothing to anybody but the child, when all their
 * arguments are invalid; and whether that holds for any argument that a profile
 * may look at. */
static const struct {
	const char *name;
	bool whatever;
} harmless[] = {
	/* clang-format off */
	{ "accept", true },	{ "accept4", true },	{ "access", true },
	{ "acct", false },	{ "add_key", false },	{ "bind", true },
	{ "bpf", true },	{ "brk", false },	{ "chdir", true },
	{ "chmod", true },	{ "chown", true },	{ "chroot", true },
	{ "clock_gettime", true }, { "clock_settime", true },
	{ "clone", false },	{ "clone3", false },	{ "connect", true },
	{ "delete_module", false }, { "dup", true },	{ "dup3", true },
	{ "epoll_create1", true }, { "epoll_ctl", true },
	{ "eventfd2", true },	{ "execve", true },	{ "execveat", true },
	{ "faccessat", true },	{ "fchdir", true },	{ "fchmod", true },
	{ "fchmodat", true },	{ "fchown", true },	{ "fcntl", false },
	{ "finit_module", true }, { "flock", true },	{ "fsconfig", true },
	{ "fsmount", true },	{ "fsopen", true },	{ "fspick", true },
	{ "fstat", true },	{ "fsync", true },	{ "ftruncate", true },
	{ "futex", false },	{ "getcwd", true },	{ "getegid", true },
	{ "geteuid", true },	{ "getgid", true },	{ "getpid", true },
	{ "getppid", true },	{ "getrandom", true },	{ "gettid", true },
	{ "getuid", true },	{ "init_module", false },
	{ "inotify_init1", true }, { "io_setup", false },
	{ "io_uring_enter", true }, { "io_uring_register", true },
	{ "io_uring_setup", true }, { "ioctl", true },	{ "ioperm", false },
	{ "iopl", false },	{ "kcmp", true },	{ "kexec_file_load", false },
	{ "kexec_load", false }, { "keyctl", false },	{ "link", true },
	{ "linkat", true },	{ "listen", true },	{ "lseek", true },
	{ "madvise", false },	{ "mbind", false },	{ "memfd_create", true },
	{ "mkdir", true },	{ "mkdirat", true },	{ "mknod", true },
	{ "mknodat", true },	{ "mlock", false },	{ "mmap", true },
	{ "mount", true },	{ "mount_setattr", true }, { "move_mount", true },
	{ "mprotect", true },	{ "name_to_handle_at", true },
	{ "open", true },	{ "open_by_handle_at", true },
	{ "open_tree", true },	{ "openat", true },	{ "openat2", true },
	{ "perf_event_open", true }, { "personality", true },
	{ "pidfd_getfd", true }, { "pidfd_open", false },
	{ "pidfd_send_signal", true }, { "pipe2", true },
	{ "pivot_root", true },	{ "pread64", true },	{ "process_madvise", true },
	{ "process_vm_readv", false }, { "process_vm_writev", false },
	{ "ptrace", true },	{ "pwrite64", true },	{ "quotactl", false },
	{ "read", true },	{ "readlink", true },	{ "reboot", false },
	{ "recvfrom", true },	{ "recvmsg", true },	{ "removexattr", true },
	{ "rename", true },	{ "renameat2", true },	{ "request_key", false },
	{ "rmdir", true },	{ "sched_yield", true }, { "sendmsg", true },
	{ "sendto", true },	{ "setdomainname", false },
	{ "sethostname", false }, { "setns", true },	{ "setsockopt", true },
	{ "settimeofday", false }, { "setxattr", true }, { "shmget", false },
	{ "shutdown", true },	{ "socket", true },	{ "socketpair", true },
	{ "splice", true },	{ "stat", true },	{ "statfs", true },
	{ "statx", true },	{ "swapoff", true },	{ "swapon", true },
	{ "symlink", true },	{ "symlinkat", true },	{ "sysfs", false },
	{ "syslog", false },	{ "truncate", true },	{ "umask", true },
	{ "umount2", true },	{ "uname", true },	{ "unlink", true },
	{ "unlinkat", true },	{ "unshare", true },	{ "userfaultfd", true },
	{ "utimensat", true },	{ "write", true },
	/* clang-format on */
};

/* Bits of the arguments that some rule about the call looks at. */
static unsigned args_seen(const struct profile *p, const struct action *a)
{
	size_t count;
	const struct rule *rules = profile_rules(p, seccomp_arch_native(),
						 (uint32_t)a->syscall, &count);
	unsigned seen = 0;

	for (size_t i = 0; rules != NULL && i < count; i++)
		for (uint32_t k = 0; k < rules[i].count; k++)
			seen |= 1U << p->conds[rules[i].first + k].index;
	return seen;
}

int live_syscall_make(const struct action *a, const struct profile *p,
		      struct live_calls *ret, const char **why)
{
	const unsigned seen = args_seen(p, a);
	struct live_call *c = &ret->items[0];
	size_t i = 0;

	*ret = (struct live_calls){ .count = 1 };
	*c = (struct live_call){ .name = a->name, .nr = a->syscall };
	while (i < COUNTOF(harmless) && strcmp(harmless[i].name, a->name) != 0)
		i++;
	if (i == COUNTOF(harmless))
		*why = "the call could do harm";
	else if ((seen >> a->arg_count) != 0)
		*why = "its arguments decide, and the test does not say them";
	else if (seen != 0 && !harmless[i].whatever)
		*why = "with such arguments the call could do harm";
	else
		*why = NULL;
	for (size_t k = 0; k < 6; k++)
		c->args[k] = (seen >> k & 1) != 0 ? a->args[k] : INVALID;
	return *why != NULL ? -EOPNOTSUPP : 0;
}

int live_calls_do(const struct live_calls *c, const char *volatile *ret_name)
{
	long first = -1;

	for (size_t i = 0; i < c->count; i++) {
		const struct live_call *call = &c->items[i];
		const uint64_t *args = call->args;
		long r;

		*ret_name = call->name;
		r = syscall(call->nr,
			    call->wants_fd ? (uint64_t)first : args[0], args[1],
			    args[2], args[3], args[4], args[5]);
		if (r < 0)
			return errno;
		if (i == 0)
			first = r;
	}
	return 0;
}

/* ---- the network --------------------------------------------------------- */

static int loopback_up(struct err *e)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	AUTO_FD fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
		return err_errno(e, "bring lo up");
	return 0;
}

/* ip route add local 0.0.0.0/0 dev lo: connecting is answered here, so that
 * what policy refuses is told from what nobody answers. */
static void everything_is_local(unsigned char family)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg route;
		struct rtattr attr;
		uint32_t device;
	} m = {
		.head = { .nlmsg_len = sizeof(m),
			  .nlmsg_type = RTM_NEWROUTE,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE },
		.route = { .rtm_family = family,
			   .rtm_table = RT_TABLE_LOCAL,
			   .rtm_protocol = RTPROT_STATIC,
			   .rtm_scope = RT_SCOPE_HOST,
			   .rtm_type = RTN_LOCAL },
		.attr = { .rta_len = RTA_LENGTH(sizeof(uint32_t)),
			  .rta_type = RTA_OIF },
		.device = LOOPBACK,
	};
	AUTO_FD fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	/* Without it connecting fails for want of a route, which is told from a
	 * denial just as well. */
	if (fd >= 0)
		(void)!write(fd, &m, sizeof(m));
}

int live_net_enter(struct err *e)
{
	int r;

	if (unshare(CLONE_NEWNET) < 0)
		return err_errno(e, "make a network namespace");
	r = loopback_up(e);
	if (r < 0)
		return r;
	everything_is_local(AF_INET);
	everything_is_local(AF_INET6);
	return 0;
}
