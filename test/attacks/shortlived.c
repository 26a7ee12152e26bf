/* SPDX-License-Identifier: Apache-2.0 */
/* shortlived.c - many processes, one after the other, each gone at once.
 *
 *	shortlived NAME COUNT [CGROUP]
 *
 * With CGROUP it first moves into that cgroup (a directory). Each process is a
 * program of its own, executed as "leaf NAME NUMBER", so that the record of its
 * execve says whose it truly is. Prints how many there were, and in
 * microseconds the processor time that 99 of 100 stayed below and the median
 * from fork to end, which on a busy machine is mostly waiting for a processor.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int by_size(const void *a, const void *b)
{
	const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static unsigned long long now_us(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * 1000000ULL +
	       (unsigned long long)t.tv_nsec / 1000;
}

static int cgroup_enter(const char *path)
{
	char file[4096];
	int fd, r;

	(void)snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	r = fd < 0 || write(fd, "0", 1) != 1 ? -1 : 0;
	if (r < 0)
		perror(file);
	return r;
}

struct life {
	unsigned used_us, wall_us;
};

/* Return: 0; -1 when it failed. */
static int leaf_run(char *name, unsigned number, struct life *ret)
{
	char text[16];
	char *argv[] = { (char[]){ "leaf" }, name, text, NULL };
	const unsigned long long begin = now_us();
	struct rusage use;
	int status = -1;
	pid_t pid;

	(void)snprintf(text, sizeof(text), "%u", number);
	pid = vfork();
	if (pid == 0) {
		execve("/proc/self/exe", argv, NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid || status != 0)
		return -1;
	ret->wall_us = (unsigned)(now_us() - begin);
	ret->used_us = (unsigned)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
	return 0;
}

int main(int argc, char **argv)
{
	const unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	unsigned *used = calloc(2 * (size_t)count + 2, sizeof(*used));
	unsigned *wall = used + count + 1;

	if (argc > 0 && strcmp(argv[0], "leaf") == 0)
		_exit(0);
	if (count == 0 || used == NULL) {
		fprintf(stderr, "usage: shortlived NAME COUNT [CGROUP]\n");
		return 2;
	}
	if (argc > 3 && cgroup_enter(argv[3]) < 0)
		return 111;
	for (unsigned i = 0; i < count; i++) {
		struct life life;

		if (leaf_run(argv[1], i, &life) < 0) {
			fprintf(stderr, "process %u failed\n", i);
			return 111;
		}
		used[i] = life.used_us;
		wall[i] = life.wall_us;
	}
	qsort(used, count, sizeof(*used), by_size);
	qsort(wall, count, sizeof(*wall), by_size);
	printf("count=%u p99_us=%u median_wall_us=%u\n", count,
	       used[count * 99ULL / 100], wall[count / 2]);
	free(used);
	return 0;
}
