/* SPDX-License-Identifier: Apache-2.0 */
/* loop.c - see loop.h. */
#include "lib/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/auto.h"

#define BATCH_MAX 16

struct loop {
	int epoll_fd;
	bool stopped;
	int code;
	struct epoll_event batch[BATCH_MAX];
	int batch_len;
};

int loop_new(struct loop **ret, struct err *e)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop == NULL)
		return err_set(e, ENOMEM, "out of memory");
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		free(loop);
		return err_errno(e, "epoll_create1");
	}
	*ret = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	(void)close(loop->epoll_fd);
	free(loop);
}

static int control(struct loop *loop, int op, struct source *s, uint32_t events,
		   struct err *e)
{
	struct epoll_event ev = { .events = events, .data.ptr = s };

	if (epoll_ctl(loop->epoll_fd, op, s->fd, &ev) < 0)
		return err_errno(e, "watch %s", s->name);
	return 0;
}

int loop_add(struct loop *loop, struct source *s, uint32_t events,
	     struct err *e)
{
	return control(loop, EPOLL_CTL_ADD, s, events, e);
}

int loop_change(struct loop *loop, struct source *s, uint32_t events,
		struct err *e)
{
	return control(loop, EPOLL_CTL_MOD, s, events, e);
}

void loop_remove(struct loop *loop, struct source *s)
{
	if (s->fd >= 0)
		(void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	for (int i = 0; i < loop->batch_len; i++)
		if (loop->batch[i].data.ptr == s)
			loop->batch[i].data.ptr = NULL;
}

int loop_once(struct loop *loop, int timeout_ms)
{
	int r = 0;

	loop->batch_len =
		epoll_wait(loop->epoll_fd, loop->batch, BATCH_MAX, timeout_ms);
	if (loop->batch_len < 0) {
		loop->batch_len = 0;
		return errno == EINTR ? 0 : -errno;
	}
	for (int i = 0; i < loop->batch_len && r == 0 && !loop->stopped; i++) {
		struct source *s = loop->batch[i].data.ptr;

		if (s != NULL)
			r = s->ready(s, loop->batch[i].events);
	}
	loop->batch_len = 0;
	return r;
}

int loop_run(struct loop *loop)
{
	loop->stopped = false;
	while (!loop->stopped) {
		const int r = loop_once(loop, -1);

		if (r < 0)
			return r;
	}
	return loop->code;
}

void loop_stop(struct loop *loop, int code)
{
	loop->stopped = true;
	loop->code = code;
}

int signal_open(const int *signals, struct err *e)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	for (; *signals != 0; signals++)
		(void)sigaddset(&set, *signals);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_errno(e, "block signals");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_errno(e, "signalfd") : fd;
}

int signal_next(int fd)
{
	struct signalfd_siginfo info;
	const ssize_t n = read(fd, &info, sizeof(info));

	if (n < 0)
		return -errno;
	return n == (ssize_t)sizeof(info) ? (int)info.ssi_signo : -EIO;
}

int timer_open(struct err *e)
{
	const int fd =
		timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	return fd < 0 ? err_errno(e, "timerfd_create") : fd;
}

static struct timespec timespec_of_ms(uint64_t ms)
{
	return (struct timespec){ .tv_sec = (time_t)(ms / 1000),
				  .tv_nsec = (long)(ms % 1000) * 1000000L };
}

int timer_set(int fd, uint64_t first_ms, uint64_t every_ms)
{
	const struct itimerspec when = {
		.it_value = timespec_of_ms(first_ms),
		.it_interval = timespec_of_ms(every_ms),
	};

	return timerfd_settime(fd, 0, &when, NULL) < 0 ? -errno : 0;
}

void timer_ack(int fd)
{
	uint64_t expiries;

	/* EAGAIN: it was set anew meanwhile; nothing to take off. */
	(void)!read(fd, &expiries, sizeof(expiries));
}

void inotify_drain(int fd,
		   void (*each)(void *ctx, const struct inotify_event *event),
		   void *ctx)
{
	union {
		struct inotify_event event;
		char bytes[4096];
	} in;
	ssize_t len;

	while ((len = read(fd, in.bytes, sizeof(in.bytes))) > 0)
		for (size_t at = 0; at < (size_t)len;) {
			const struct inotify_event *event =
				(const void *)(in.bytes + at);

			each(ctx, event);
			at += sizeof(*event) + event->len;
		}
}

int child_open(pid_t pid, struct err *e)
{
	const long fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? err_errno(e, "pidfd_open") : (int)fd;
}

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	/* Fails only for an unknown clock. */
	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t clock_boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

uint64_t clock_real_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}
