/* SPDX-License-Identifier: Apache-2.0 */
/* confine.c - see confine.h. */
#include "cmd/bailiffd/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "pkg/enforce/enforce.h"
#include "pkg/identity/paths.h"
#include "pkg/seccomp/program.h"

#define CAP(name) (1ULL << CAP_##name)
#define READ	  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define TRUNCATE  (1ULL << 14) /* LANDLOCK_ACCESS_FS_TRUNCATE, ABI 3 */
#define WRITE                                                                 \
	(READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REFER | TRUNCATE)
#define MANAGE                                                                 \
	(WRITE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK)

/* What every process needs to run a loop, take messages, write a log line,
 * allocate and end; on glibc and on musl. */
#define CALLS_BASE                                                            \
	"read", "write", "readv", "writev", "pread64", "close", "fstat",      \
		"newfstatat", "statx", "lseek", "mmap", "munmap", "mprotect", \
		"mremap", "madvise", "brk", "futex", "rt_sigaction",          \
		"rt_sigprocmask", "rt_sigreturn", "epoll_create1",            \
		"epoll_ctl", "epoll_wait", "epoll_pwait", "poll", "ppoll",    \
		"recvmsg", "sendmsg", "recvfrom", "sendto", "clock_gettime",  \
		"clock_getres", "clock_nanosleep", "gettimeofday", "time",    \
		"timerfd_create", "timerfd_settime", "signalfd4", "getpid",   \
		"gettid", "getuid", "geteuid", "getgid", "getegid",           \
		"getrandom", "fcntl", "dup", "uname", "sched_yield",          \
		"sched_getaffinity", "restart_syscall", "exit", "exit_group", \
		"tgkill", "sigaltstack", "prlimit64"
#define CALLS_FILES                                                         \
	"openat", "openat2", "open", "getdents64", "ftruncate", "fsync",    \
		"fdatasync", "flock", "fchmod", "fchown", "fchownat",       \
		"renameat", "renameat2", "unlinkat", "unlink", "mkdirat",   \
		"pwrite64", "pwritev", "preadv", "fallocate", "fstatfs",    \
		"statfs", "access", "faccessat2", "readlink", "readlinkat", \
		"memfd_create"
#define CALLS_SOCKETS                                                     \
	"socket", "connect", "bind", "listen", "accept4", "accept",       \
		"getsockopt", "setsockopt", "getsockname", "getpeername", \
		"shutdown", "socketpair", "recvmmsg", "sendfile", "ioctl"
/* What a parent does to start a worker, and what the worker, which inherits
 * this filter, does until its own is in force. */
#define CALLS_SPAWN                                                        \
	"clone", "clone3", "vfork", "fork", "execve", "wait4", "waitid",   \
		"kill", "pidfd_open", "pidfd_send_signal", "dup2", "dup3", \
		"close_range", "pipe2", "arch_prctl", "set_tid_address",   \
		"set_robust_list", "rseq", "prctl", "capget", "capset",    \
		"setgroups", "setresuid", "setresgid", "seccomp",          \
		"landlock_create_ruleset", "landlock_add_rule",            \
		"landlock_restrict_self", "getppid", "umask", "chdir",     \
		"sysinfo", "getrlimit", "setrlimit"

static const char *const supervisor_calls[] = { CALLS_BASE,
						CALLS_FILES,
						CALLS_SOCKETS,
						CALLS_SPAWN,
						"adjtimex",
						"clock_adjtime",
						"inotify_init1",
						"inotify_add_watch",
						"inotify_rm_watch",
						"syncfs",
						NULL };
static const char *const audit_calls[] = { CALLS_BASE, CALLS_FILES, "recvmmsg",
					   "getsockopt", NULL };
static const char *const policy_calls[] = { CALLS_BASE, CALLS_FILES, NULL };
static const char *const control_calls[] = {
	CALLS_BASE,    "accept4",  "accept",   "getsockopt", "setsockopt",
	"getsockname", "shutdown", "sendfile", "ioctl",	     NULL
};
static const char *const ship_calls[] = {
	CALLS_BASE,   "openat",	    "openat2",	   "getdents64", "fsync",
	"fchmod",     "renameat",   "unlinkat",	   "socket",	 "connect",
	"getsockopt", "setsockopt", "getsockname", "shutdown",	 "ioctl",
	"flock",      NULL
};

static const struct confine_row rows[] = {
	{
		.process = "supervisor",
		.caps = CAP(AUDIT_CONTROL) | CAP(CHOWN) | CAP(DAC_OVERRIDE) |
			CAP(FOWNER) | CAP(KILL) | CAP(SETGID) | CAP(SETPCAP) |
			CAP(SETUID),
		.paths = { { "/", READ | LANDLOCK_ACCESS_FS_EXECUTE },
			   { PATH_RUN, MANAGE },
			   { PATH_STATE, MANAGE },
			   { PATH_TRAIL, MANAGE },
			   /* cgroup.freeze, cgroup.kill: passed.h */
			   { "/sys/fs/cgroup",
			     READ | LANDLOCK_ACCESS_FS_WRITE_FILE } },
		.may_connect = true, /* for the ship process it starts */
		.may_signal = true,  /* on-tighten: stop.h */
		.syscalls = supervisor_calls,
	},
	{
		.process = "audit",
		.uid = BAILIFF_UID,
		.gid = BAILIFF_KEY_GID,
		.paths = { { PATH_TRAIL, WRITE },
			   { PATH_TRAIL_KEY, WRITE },
			   { PATH_SESSIONS, READ },
			   { "/proc", READ } },
		.syscalls = audit_calls,
	},
	{
		.process = "policy",
		.uid = BAILIFF_UID,
		.gid = BAILIFF_UID,
		/* A bundle may lie anywhere that the supervisor opened. */
		.paths = { { "/", READ } },
		.syscalls = policy_calls,
	},
	{
		.process = "control",
		.uid = BAILIFF_UID,
		.gid = BAILIFF_UID,
		.syscalls = control_calls,
	},
	{
		.process = "ship",
		.uid = BAILIFF_UID,
		.gid = BAILIFF_UID,
		.paths = { { PATH_TRAIL, READ }, { PATH_STATE_SHIP, WRITE } },
		.may_connect = true,
		.syscalls = ship_calls,
	},
};

static int row_enter(const struct confine_row *row, struct err *e)
{
	struct program *program = calloc(1, sizeof(*program));
	struct confine_filter filter;
	int r;

	if (program == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r = seccomp_allow_list(row->syscalls, SECCOMP_RET_ERRNO | EPERM,
			       program, e);
	filter = (struct confine_filter){ program->insns,
					  (uint16_t)program->count };
	if (r == 0)
		r = confine_enter(row, &filter, e);
	free(program);
	return r < 0 ? err_wrap(e, "confine the %s process", row->process) : 0;
}

int confine_process(const char *process, struct err *e)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].process, process) == 0)
			return row_enter(&rows[i], e);
	return err_set(e, EINVAL, "no row confines the process \"%s\"",
		       process);
}
