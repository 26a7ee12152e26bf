/* SPDX-License-Identifier: Apache-2.0 */
/* false_clock.c - a library that is preloaded into a program under test: its
 * system clock is wrong, and so is what it is told of the kernel's.
 *
 * The file /run/false-clock holds "SECONDS STATE": what is added to
 * CLOCK_REALTIME, and "sync" or "unsync" for adjtimex(2). It is read at every
 * call, so that a test can set the clock of a running program. Nothing of the
 * product knows of this: it works on a dynamic binary only.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define FILE_NAME "/run/false-clock"

int false_clock_read(long *ret_seconds, int *ret_is_sync);

int false_clock_read(long *ret_seconds, int *ret_is_sync)
{
	char text[64] = "", word[16] = "";
	const int fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	long seconds = 0;

	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) <= 0 ||
	    sscanf(text, "%ld %15s", &seconds, word) != 2)
		word[0] = '\0';
	(void)close(fd);
	*ret_seconds = seconds;
	*ret_is_sync = strcmp(word, "sync") == 0;
	return word[0] != '\0' ? 0 : -1;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	const int r = (int)syscall(SYS_clock_gettime, clock, now);
	int is_sync;
	long seconds;

	if (r == 0 && clock == CLOCK_REALTIME &&
	    false_clock_read(&seconds, &is_sync) == 0)
		now->tv_sec += seconds;
	return r;
}

time_t time(time_t *ret)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret != NULL)
		*ret = now.tv_sec;
	return now.tv_sec;
}

int adjtimex(struct timex *t)
{
	int r = (int)syscall(SYS_adjtimex, t), is_sync;
	long seconds;

	if (false_clock_read(&seconds, &is_sync) < 0)
		return r;
	t->status &= ~STA_UNSYNC;
	if (!is_sync)
		t->status |= STA_UNSYNC;
	return is_sync ? TIME_OK : TIME_ERROR;
}
