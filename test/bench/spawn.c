/* SPDX-License-Identifier: Apache-2.0 */
/* spawn.c - how long a command takes from spawn to end.
 *
 *	spawn TIMES COMMAND...
 *
 * Prints the median in microseconds; exit 1 when a run failed.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMES_MAX 10000

static int order(const void *a, const void *b)
{
	const long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static long us[TIMES_MAX];
	const int times = argc > 2 ? atoi(argv[1]) : 0;

	if (times < 1 || times > TIMES_MAX) {
		fputs("usage: spawn TIMES COMMAND...\n", stderr);
		return 2;
	}
	for (int i = 0; i < times; i++) {
		struct timespec from, to;
		int status;
		pid_t pid;

		clock_gettime(CLOCK_MONOTONIC, &from);
		if (posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2,
				 environ) != 0 ||
		    waitpid(pid, &status, 0) < 0 || status != 0)
			return 1;
		clock_gettime(CLOCK_MONOTONIC, &to);
		us[i] = (to.tv_sec - from.tv_sec) * 1000000 +
			(to.tv_nsec - from.tv_nsec) / 1000;
	}
	qsort(us, (size_t)times, sizeof(us[0]), order);
	printf("%ld\n", us[times / 2]);
	return 0;
}
