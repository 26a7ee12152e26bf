/* SPDX-License-Identifier: Apache-2.0 */
/* flood.c - denials in a row: flood COUNT MS PAUSE_US PATH...
 *
 * Opens the paths in turn until COUNT were denied (EACCES), MS milliseconds
 * have passed or SIGTERM came, PAUSE_US after each, and prints how many were
 * denied. 0 is no limit. Exit: 0; 1 when an open was not denied; 2 for wrong
 * usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

static unsigned long long now_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * 1000 +
	       (unsigned long long)t.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	const unsigned long long begin = now_ms();
	unsigned long long count, ms, denied = 0;
	unsigned long pause_us;

	if (argc < 5)
		return 2;
	count = strtoull(argv[1], NULL, 10);
	ms = strtoull(argv[2], NULL, 10);
	pause_us = strtoul(argv[3], NULL, 10);
	if (signal(SIGTERM, end) == SIG_ERR)
		return 111;
	while (!ended && (count == 0 || denied < count) &&
	       (ms == 0 || denied % 64 != 0 || now_ms() - begin < ms)) {
		const char *path =
			argv[4 + denied % (unsigned long long)(argc - 4)];

		if (open(path, O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
			return 1;
		denied++;
		if (pause_us != 0)
			(void)usleep((useconds_t)pause_us);
	}
	(void)printf("%llu\n", denied);
	return fflush(stdout) == 0 ? 0 : 111;
}
