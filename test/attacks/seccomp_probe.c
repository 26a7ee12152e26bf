/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_probe.c - what a filter makes of each call, on the kernel itself.
 *
 * seccomp_probe [FILTER]: each line of standard input is a call, "NUMBER
 * ARGUMENT...", up to six, 0x for hexadecimal; 0x100000000 added to the number
 * makes it one of 32-bit x86, with up to five arguments; a line "NUMBER RESULT"
 * is printed for each: the errno, "ok" when it succeeded, "signal N", "end"
 * when it ended the process, "still" after a fifth of a second. Each call is
 * made in a child of its own, which has no descriptor but its pipe. FILTER, a
 * file of struct sock_filter, is loaded by every child first.
 *
 * Exit: 0; 2 for wrong usage; 111 when a child cannot be made or confined.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct call {
	long nr;
	unsigned long args[6];
};

static struct sock_filter insns[4096];
static struct sock_fprog filter = { .filter = insns };

static int filter_read(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, insns, sizeof(insns));

	if (n <= 0 || (size_t)n % sizeof(insns[0]) != 0)
		return -1;
	(void)close(fd);
	filter.len = (unsigned short)((size_t)n / sizeof(insns[0]));
	return 0;
}

static int call_read(char *line, struct call *ret)
{
	char *at = line, *end;
	struct call c = { .nr = (long)strtoul(line, &end, 0) };

	if (end == line)
		return -1;
	for (size_t i = 0; i < 6; i++, at = end) {
		at = end;
		c.args[i] = strtoul(at, &end, 0);
		if (end == at)
			break;
	}
	*ret = c;
	return 0;
}

#define I386 0x100000000L

static long call_make(const struct call *c)
{
	const unsigned long *a = c->args;
	long r = c->nr - I386;

	if (c->nr < I386)
		return syscall(c->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	__asm__ volatile("int $0x80"
			 : "+a"(r)
			 : "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	r = (int)r;
	if (r >= 0 || r < -4095)
		return 0;
	errno = (int)-r;
	return -1;
}

/* The result goes through a pipe whose write the filter must allow. */
static void child(const struct call *c, int out)
{
	long r;
	int code;

	if (filter.len != 0 &&
	    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	     syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0))
		_exit(111);
	r = call_make(c);
	code = r == -1 ? errno : 0;
	if (write(out, &code, sizeof(code)) != (ssize_t)sizeof(code))
		_exit(1);
	(void)kill(getpid(), SIGKILL);
}

static void result_print(const struct call *c, pid_t pid, int in)
{
	struct pollfd p = { .fd = in, .events = POLLIN };
	int code = -1, status = 0;
	const char *still = poll(&p, 1, 200) == 0 ? "still" : NULL;
	const ssize_t n = still ? 0 : read(in, &code, sizeof(code));

	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	printf("%#lx", c->nr);
	for (size_t i = 0; i < 6; i++)
		printf(" %#lx", c->args[i]);
	if (n == (ssize_t)sizeof(code) && code != 0)
		printf(" errno %d\n", code);
	else if (n == (ssize_t)sizeof(code))
		printf(" ok\n");
	else if (still)
		printf(" %s\n", still);
	else if (WIFSIGNALED(status))
		printf(" signal %d\n", WTERMSIG(status));
	else
		printf(" end %d\n", WEXITSTATUS(status));
}

static int probe(const struct call *c)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)dup2(ends[1], 100);
		for (int fd = 0; fd < 100; fd++)
			(void)close(fd);
		child(c, 100);
		_exit(1);
	}
	(void)close(ends[1]);
	if (pid > 0)
		result_print(c, pid, ends[0]);
	(void)close(ends[0]);
	return pid > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	char line[256];

	if (argc > 2 || (argc == 2 && filter_read(argv[1]) < 0)) {
		(void)fprintf(stderr, "usage: seccomp_probe [FILTER]\n");
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct call c;

		if (call_read(line, &c) < 0)
			return 2;
		if (probe(&c) < 0)
			return 111;
	}
	return fflush(stdout) == 0 ? 0 : 111;
}
