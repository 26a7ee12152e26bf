/* SPDX-License-Identifier: Apache-2.0 */
/* audit_load.c - audited system calls, once stdin has a byte or ends:
 * audit_load COUNT [SECONDS]. Each opens /dev/null, which gives SYSCALL, CWD,
 * PATH, PROCTITLE and EOE under a rule on openat. With SECONDS it also ends
 * after that time, and says how long a call took; else the mean. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/num.h"

#define SLOW_US 1000

static uint64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int call(void)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : close(fd);
}

static int timed(uint32_t count, uint32_t seconds)
{
	const uint64_t end = now_us() + seconds * 1000000ULL;
	uint64_t worst = 0, slow = 0, slow_us = 0, first = 0, before = 0;
	uint32_t i = 0;

	for (before = now_us(); i < count && before < end; i++) {
		uint64_t took;

		if (call() < 0)
			return 111;
		took = now_us() - before;
		before += took;
		worst = took > worst ? took : worst;
		if (took < SLOW_US)
			continue;
		first = slow == 0 ? i : first;
		slow++;
		slow_us += took;
	}
	printf("calls=%u slow=%llu first_slow=%llu worst_us=%llu mean_us=%llu\n",
	       i, (unsigned long long)slow, (unsigned long long)first,
	       (unsigned long long)worst,
	       (unsigned long long)(slow ? slow_us / slow : 0));
	return fflush(stdout) == 0 ? 0 : 111;
}

static int untimed(uint32_t count)
{
	const uint64_t begin = now_us();

	for (uint32_t i = 0; i < count; i++)
		if (call() < 0)
			return 111;
	printf("ns_per_call=%llu\n",
	       (unsigned long long)((now_us() - begin) * 1000 / count));
	return fflush(stdout) == 0 ? 0 : 111;
}

int main(int argc, char **argv)
{
	uint32_t count, seconds = 0;
	char go;

	if (argc < 2 || argc > 3 ||
	    num_parse_u32(span_of(argv[1]), 1, UINT32_MAX, &count) < 0 ||
	    (argc == 3 &&
	     num_parse_u32(span_of(argv[2]), 1, 3600, &seconds) < 0))
		return 2;
	if (read(0, &go, 1) < 0)
		return 111;
	if (seconds != 0)
		return timed(count, seconds);
	return untimed(count);
}
