/* SPDX-License-Identifier: Apache-2.0 */
/* confined.c - tries what a process of bailiffd must not be able to do.
 *
 * usage: confined PROCESS|none DIRECTORY
 *
 * Enters the row of that process (cmd/bailiffd/confine.c), then tries one thing
 * after the other and says of each "NAME allowed" or "NAME denied". Every
 * attempt is harmless where it is allowed: it ends in another error, or touches
 * only DIRECTORY, which everybody may write and which holds a file "victim".
 * "none" enters nothing: the control, in which all is allowed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/bailiffd/confine.h"

/* A result that is not -1, or an error that says anything but "no". */
static int said(long result)
{
	return result >= 0 ? 0 : -errno;
}

static int closed(int fd)
{
	const int r = said(fd);

	if (fd >= 0)
		(void)close(fd);
	return r;
}

static int try_socket_inet(void)
{
	return closed(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_socket_unix(void)
{
	return closed(socket(AF_UNIX, SOCK_DGRAM, 0));
}

static int try_socket_netlink(void)
{
	return closed(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT));
}

static int try_read_file(void)
{
	return closed(open("/etc/passwd", O_RDONLY));
}

static int try_read_shadow(void)
{
	return closed(open("/etc/shadow", O_RDONLY));
}

static int try_read_trail_key(void)
{
	return closed(open("/run/bailiff/private/trail-key/secret", O_RDONLY));
}

static int try_write_file(void)
{
	return closed(open("victim", O_WRONLY));
}

static int try_truncate_file(void)
{
	return closed(open("victim", O_WRONLY | O_TRUNC));
}

static int try_make_file(void)
{
	return closed(open("new", O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int try_make_directory(void)
{
	return said(mkdirat(AT_FDCWD, "newdir", 0700));
}

static int try_rename(void)
{
	return said(renameat(AT_FDCWD, "victim", AT_FDCWD, "moved"));
}

static int try_remove(void)
{
	const int r = said(unlinkat(AT_FDCWD, "victim", 0));

	/* The control renamed it. */
	return r == -ENOENT ? said(unlinkat(AT_FDCWD, "moved", 0)) : r;
}

static int try_fork(void)
{
	const long pid = syscall(SYS_fork);

	if (pid == 0)
		_exit(0);
	return said(pid);
}

static int try_exec(void)
{
	char *const none[] = { NULL };

	return said(execve("/nonexistent/program", none, none));
}

static int try_ptrace(void)
{
	return said(ptrace(PTRACE_ATTACH, -1, NULL, NULL)); /* no such pid */
}

static int try_read_memory_of_others(void)
{
	return said(syscall(SYS_process_vm_readv, getppid(), NULL, 0UL, NULL,
			    0UL, 0UL));
}

static int try_signal_others(void)
{
	return said(syscall(SYS_kill, getppid(), 0));
}

static int try_mount(void)
{
	return said(mount("none", "/nonexistent/place", "tmpfs", 0, NULL));
}

static int try_chroot(void)
{
	return said(chroot("/nonexistent"));
}

static int try_unshare(void)
{
	return said(syscall(SYS_unshare, 0));
}

static int try_become_root(void)
{
	return said(syscall(SYS_setuid, 0));
}

static int try_bpf(void)
{
	return said(syscall(SYS_bpf, -1, NULL, 0));
}

static int try_set_clock(void)
{
	return said(syscall(SYS_clock_settime, -1, NULL));
}

static int try_load_module(void)
{
	return said(syscall(SYS_finit_module, -1, "", 0));
}

static int try_io_uring(void)
{
	return said(syscall(SYS_io_uring_register, -1, 0, NULL, 0));
}

#define ATTEMPT(name)              \
	{                          \
#name, try_##name, \
	}
static const struct {
	const char *name;
	int (*try)(void);
} attempts[] = {
	ATTEMPT(socket_inet),	 ATTEMPT(socket_unix),
	ATTEMPT(socket_netlink), ATTEMPT(read_file),
	ATTEMPT(read_shadow),	 ATTEMPT(read_trail_key),
	ATTEMPT(write_file),	 ATTEMPT(truncate_file),
	ATTEMPT(make_file),	 ATTEMPT(make_directory),
	ATTEMPT(rename),	 ATTEMPT(remove),
	ATTEMPT(fork),		 ATTEMPT(exec),
	ATTEMPT(ptrace),	 ATTEMPT(read_memory_of_others),
	ATTEMPT(signal_others),	 ATTEMPT(mount),
	ATTEMPT(chroot),	 ATTEMPT(unshare),
	ATTEMPT(become_root),	 ATTEMPT(bpf),
	ATTEMPT(set_clock),	 ATTEMPT(load_module),
	ATTEMPT(io_uring),
};

int main(int argc, char **argv)
{
	struct err e = { 0 };

	if (argc != 3 || chdir(argv[2]) < 0) {
		fputs("usage: confined PROCESS|none DIRECTORY\n", stderr);
		return 2;
	}
	if (strcmp(argv[1], "none") != 0 && confine_process(argv[1], &e) < 0) {
		fprintf(stderr, "confined: %s\n", e.text);
		return 1;
	}
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		const int r = attempts[i].try();
		const int is_denied = r == -EPERM || r == -EACCES;

		printf("%s %s\n", attempts[i].name,
		       is_denied ? "denied" : "allowed");
	}
	return fflush(stdout) != 0;
}
