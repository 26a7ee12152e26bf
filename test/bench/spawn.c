/* SPDX-License-Identifier: Apache-2.0 */
/* spawn.c - how long a command takes from spawn to end, and how much CPU.
 *
 *	spawn [-f FILE] [-e] TIMES COMMAND...
 *
 * Prints the medians of both in microseconds; exit 1 when a run failed. CPU is
 * user and system time of the command and of everything it started: what it
 * leaves behind is waited for here, after the clock was read. -f opens FILE as
 * descriptor 9 of the command, anew for each run. With -e the end is when
 * nobody has the command's standard output open any more, what it left behind
 * included.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMES_MAX 10000
#define FILE_FD	  9
#define END_FD	  10

static int order(const void *a, const void *b)
{
	const long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static long wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static long cpu_us(void)
{
	struct rusage use;

	getrusage(RUSAGE_CHILDREN, &use);
	return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 +
	       use.ru_utime.tv_usec + use.ru_stime.tv_usec;
}

/* END_FD is the pipe that *ret_fd reads. */
static int open_end(int *ret_fd)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0 || dup3(fds[1], END_FD, O_CLOEXEC) < 0)
		return -1;
	close(fds[1]);
	*ret_fd = fds[0];
	return 0;
}

/* Until nobody but us has it open; what was written is nobody's business. */
static void wait_end(int fd)
{
	char text[4096];

	while (read(fd, text, sizeof(text)) > 0)
		;
	close(fd);
}

static int run(char **command, const posix_spawn_file_actions_t *actions,
	       bool until_end, long *ret_wall, long *ret_cpu)
{
	const long cpu = cpu_us(), wall = wall_us();
	int status, end = -1;
	pid_t pid;

	if (until_end && open_end(&end) < 0)
		return -1;
	if (posix_spawnp(&pid, command[0], actions, NULL, command, environ) !=
	    0)
		return -1;
	if (until_end) {
		close(END_FD);
		wait_end(end);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		return -1;
	*ret_wall = wall_us() - wall;
	while (wait(NULL) > 0)
		;
	*ret_cpu = cpu_us() - cpu;
	return 0;
}

static int usage(void)
{
	fputs("usage: spawn [-f FILE] [-e] TIMES COMMAND...\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static long wall[TIMES_MAX], cpu[TIMES_MAX];
	posix_spawn_file_actions_t actions;
	bool until_end = false;
	int times, option;

	posix_spawn_file_actions_init(&actions);
	while ((option = getopt(argc, argv, "+f:e")) != -1) {
		if (option == 'f')
			posix_spawn_file_actions_addopen(&actions, FILE_FD,
							 optarg, O_RDONLY, 0);
		else if (option == 'e')
			until_end =
				posix_spawn_file_actions_adddup2(
					&actions, END_FD, STDOUT_FILENO) == 0;
		else
			return usage();
	}
	times = argc > optind + 1 ? atoi(argv[optind]) : 0;
	if (times < 1 || times > TIMES_MAX)
		return usage();
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return 111;
	for (int i = 0; i < times; i++)
		if (run(argv + optind + 1, &actions, until_end, &wall[i],
			&cpu[i]) < 0)
			return 1;
	qsort(wall, (size_t)times, sizeof(wall[0]), order);
	qsort(cpu, (size_t)times, sizeof(cpu[0]), order);
	printf("%ld %ld\n", wall[times / 2], cpu[times / 2]);
	return 0;
}
