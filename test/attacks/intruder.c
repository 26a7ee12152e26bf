/* SPDX-License-Identifier: Apache-2.0 */
/* intruder.c - what a service that was taken over would try.
 *
 * Words are pairs of a verb and its argument. Each pair is tried in turn and
 * prints one line, "allowed" or "denied ERRNO"; the exit code is 1 when one was
 * denied, 2 when it was called wrongly. Static, so that it runs in any
 * container.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each try returns 0, or the errno of the call that failed. */
typedef int try_fn(const char *arg);

static int try_read(const char *path)
{
	char byte;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const int r = fd < 0 || read(fd, &byte, 1) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

static int try_list(const char *path)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* Appends to what is there; creates what is not. */
static int try_write(const char *path)
{
	const int fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	const int r = fd < 0 || write(fd, "x", 1) != 1 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

static int try_unlink(const char *path)
{
	return unlink(path) < 0 ? errno : 0;
}

/* There and back again. */
static int try_move(const char *path)
{
	char aside[4096];

	if (snprintf(aside, sizeof(aside), "%s.aside", path) >=
	    (int)sizeof(aside))
		return ENAMETOOLONG;
	return rename(path, aside) < 0 || rename(aside, path) < 0 ? errno : 0;
}

/* Whether FILE starts; what it does or answers does not matter. */
static int try_exec(const char *path)
{
	int pipe_fd[2], code = 0, status;
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return errno;
	pid = fork();
	if (pid < 0)
		return errno;
	if (pid == 0) {
		const int null = open("/dev/null", O_RDWR);

		if (null >= 0) {
			dup2(null, 0);
			dup2(null, 1);
			dup2(null, 2);
		}
		execl(path, path, (char *)NULL);
		code = errno;
		(void)!write(pipe_fd[1], &code, sizeof(code));
		_exit(126);
	}
	close(pipe_fd[1]);
	if (read(pipe_fd[0], &code, sizeof(code)) != sizeof(code))
		code = 0;
	waitpid(pid, &status, 0);
	return code;
}

static int port_use(const char *arg,
		    int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(arg, NULL, 10)),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int r =
		fd < 0 || use(fd, (const struct sockaddr *)&at, sizeof(at)) < 0
			? errno
			: 0;

	if (fd >= 0)
		close(fd);
	return r;
}

/* A refused connection was let out: nobody listens there, that is all. */
static int try_connect(const char *arg)
{
	const int r = port_use(arg, connect);

	return r == ECONNREFUSED ? 0 : r;
}

/* bailiff's status, from one of its sockets. */
static int try_ask(const char *path)
{
	static const char request[] = "GET /v1/status HTTP/1.1\r\n"
				      "Host: bailiff\r\n\r\n";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[13] = "";
	int r = 0;

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 ||
	    write(fd, request, sizeof(request) - 1) < 0 ||
	    read(fd, answer, sizeof(answer) - 1) < 0)
		r = errno;
	else if (strcmp(answer, "HTTP/1.1 200") != 0)
		r = strcmp(answer, "HTTP/1.1 403") == 0 ? EACCES : EPROTO;
	if (fd >= 0)
		close(fd);
	return r;
}

static int try_bind(const char *arg)
{
	return port_use(arg, bind);
}

/* Signal 0 is checked like any other, and harms nobody. 0: our own group. */
static int try_signal(const char *pid)
{
	return kill((pid_t)atoi(pid), 0) < 0 ? errno : 0;
}

static int try_fd(const char *arg)
{
	return fcntl(atoi(arg), F_GETFD) < 0 ? errno : 0;
}

static int call_ptrace(void)
{
	return (int)syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
}

static int call_mount(void)
{
	return mount("none", "/", NULL, MS_REMOUNT | MS_BIND | MS_SILENT, NULL);
}

static int call_unshare(void)
{
	return unshare(CLONE_NEWUTS);
}

static int call_bpf(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = 4,
				.max_entries = 1 };

	return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

static int call_keyctl(void)
{
	return (int)syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID,
			    KEY_SPEC_SESSION_KEYRING, 1);
}

static int call_io_uring(void)
{
	char params[128] = { 0 };

	return (int)syscall(SYS_io_uring_setup, 1, params);
}

static int call_memfd(void)
{
	return (int)syscall(SYS_memfd_create, "x", 1U);
}

static int call_mptcp(void)
{
	return socket(AF_INET, SOCK_STREAM, 262);
}

static int call_userfaultfd(void)
{
	return (int)syscall(SYS_userfaultfd, O_CLOEXEC);
}

static int call_netlink_audit(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 9);
}

static int call_getppid(void)
{
	return (int)syscall(SYS_getppid) < 0 ? -1 : 0;
}

static const struct {
	const char *name;
	int (*call)(void);
} calls[] = {
	{ "bpf", call_bpf },
	{ "getppid", call_getppid }, /* the positive control */
	{ "io_uring_setup", call_io_uring },
	{ "keyctl", call_keyctl },
	{ "memfd_create", call_memfd },
	{ "mount", call_mount },
	{ "mptcp", call_mptcp },
	{ "netlink_audit", call_netlink_audit },
	{ "ptrace", call_ptrace },
	{ "unshare", call_unshare },
	{ "userfaultfd", call_userfaultfd },
};

static int try_syscall(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].call() < 0 ? errno : 0;
	fprintf(stderr, "intruder: unknown call %s\n", name);
	exit(2);
}

/* For tests in containers that hold no other program. */
static int show(const char *path)
{
	char bytes[65536];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno;
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		(void)!write(1, bytes, (size_t)n);
	exit(0);
}

static int end_with(const char *code)
{
	exit(atoi(code));
}

static int wait_for(const char *seconds)
{
	sleep((unsigned)atoi(seconds));
	exit(0);
}

static const struct {
	const char *name;
	const char *arg;
	try_fn *run;
} verbs[] = {
	{ "read", "FILE", try_read },	    { "list", "DIR", try_list },
	{ "write", "FILE", try_write },	    { "unlink", "FILE", try_unlink },
	{ "exec", "FILE", try_exec },	    { "connect", "PORT", try_connect },
	{ "bind", "PORT", try_bind },	    { "fd", "NUMBER", try_fd },
	{ "syscall", "NAME", try_syscall }, { "show", "FILE", show },
	{ "move", "PATH", try_move },	    { "ask", "SOCKET", try_ask },
	{ "signal", "PID", try_signal },    { "exit", "CODE", end_with },
	{ "sleep", "SECONDS", wait_for },
};

/* Return: 0; 1 when it was denied; 2 for an unknown verb. */
static int try_one(const char *verb, const char *arg)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		int code;

		if (strcmp(verbs[i].name, verb) != 0)
			continue;
		code = verbs[i].run(arg);
		if (code == 0)
			puts("allowed");
		else
			printf("denied %s\n", strerrorname_np(code)
						      ? strerrorname_np(code)
						      : "?");
		fflush(stdout);
		return code != 0;
	}
	return 2;
}

int main(int argc, char **argv)
{
	int worst = argc > 1 && argc % 2 == 1 ? 0 : 2;

	for (int i = 1; worst < 2 && i < argc; i += 2) {
		const int r = try_one(argv[i], argv[i + 1]);

		worst = r > worst ? r : worst;
	}
	if (worst < 2)
		return worst;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(stderr, "usage: intruder %s %s ...\n", verbs[i].name,
			verbs[i].arg);
	return 2;
}
