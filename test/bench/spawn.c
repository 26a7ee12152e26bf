/* SPDX-License-Identifier: Apache-2.0 */
/* spawn.c - how long a command takes from spawn to end, and how much CPU.
 *
 *	spawn [-f FILE] TIMES COMMAND...
 *
 * Prints the medians of both in microseconds; exit 1 when a run failed. CPU is
 * user and system time of the command and of everything it started: what it
 * leaves behind is waited for here, after the clock was read. -f opens FILE as
 * descriptor 9 of the command, anew for each run.
 */
#include <fcntl.h>
#include <spawn.h>
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

static int run(char **command, const posix_spawn_file_actions_t *actions,
	       long *ret_wall, long *ret_cpu)
{
	const long cpu = cpu_us(), wall = wall_us();
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, command[0], actions, NULL, command, environ) !=
		    0 ||
	    waitpid(pid, &status, 0) < 0 || status != 0)
		return -1;
	*ret_wall = wall_us() - wall;
	while (wait(NULL) > 0)
		;
	*ret_cpu = cpu_us() - cpu;
	return 0;
}

int main(int argc, char **argv)
{
	static long wall[TIMES_MAX], cpu[TIMES_MAX];
	posix_spawn_file_actions_t actions;
	int at = 1, times;

	posix_spawn_file_actions_init(&actions);
	if (argc > 3 && strcmp(argv[1], "-f") == 0) {
		posix_spawn_file_actions_addopen(&actions, FILE_FD, argv[2],
						 O_RDONLY, 0);
		at = 3;
	}
	times = argc > at + 1 ? atoi(argv[at]) : 0;
	if (times < 1 || times > TIMES_MAX) {
		fputs("usage: spawn [-f FILE] TIMES COMMAND...\n", stderr);
		return 2;
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return 111;
	for (int i = 0; i < times; i++)
		if (run(argv + at + 1, &actions, &wall[i], &cpu[i]) < 0)
			return 1;
	qsort(wall, (size_t)times, sizeof(wall[0]), order);
	qsort(cpu, (size_t)times, sizeof(cpu[0]), order);
	printf("%ld %ld\n", wall[times / 2], cpu[times / 2]);
	return 0;
}
