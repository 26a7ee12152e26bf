/* SPDX-License-Identifier: Apache-2.0 */
/* loop.h - one epoll loop: every event a process waits for is a descriptor.
 *
 * Signals, timers and children are descriptors too (signalfd, timerfd, pidfd),
 * so there are no handlers and no flags. The loop borrows its sources; a
 * source embeds struct source in a larger struct and finds it again with
 * container_of().
 */
#ifndef LIB_LOOP_H
#define LIB_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "lib/err.h"

#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

struct source {
	int fd;		  /* borrowed; close after loop_remove() */
	const char *name; /* for messages: "audit netlink" */
	/* @events as epoll_wait(2) gives them. Return: 0, or a negative errno,
	 * which ends loop_run() with that value. */
	int (*ready)(struct source *self, uint32_t events);
};

struct loop;

/* Return: 0 and the loop, freed with loop_free(); -ENOMEM; as epoll_create. */
int loop_new(struct loop **ret, struct err *e);
void loop_free(struct loop *loop);

/* @events: EPOLLIN and its kin. Return: 0; as epoll_ctl(2). */
int loop_add(struct loop *loop, struct source *s, uint32_t events,
	     struct err *e);
int loop_change(struct loop *loop, struct source *s, uint32_t events,
		struct err *e);

/* Forget @s, also if an event for it was already fetched. A source that was
 * never added is fine. */
void loop_remove(struct loop *loop, struct source *s);

/**
 * loop_run() - wait and call until somebody stops it.
 *
 * Return: what loop_stop() was given; the negative errno of a handler or of
 * epoll_wait(2).
 */
int loop_run(struct loop *loop);

/**
 * loop_once() - wait at most @timeout_ms (-1: forever) and handle one batch.
 *
 * Return: 0; a handler's negative errno.
 */
int loop_once(struct loop *loop, int timeout_ms);
void loop_stop(struct loop *loop, int code);

/* A non-blocking signalfd for @signals (ends with 0), which are blocked from
 * here on. Return: a descriptor; -errno. */
int signal_open(const int *signals, struct err *e);
/* The next signal number; -EAGAIN when there is none. */
int signal_next(int fd);

/* A non-blocking timerfd on CLOCK_BOOTTIME; 0 disarms. Return: as above. */
int timer_open(struct err *e);
int timer_set(int fd, uint64_t first_ms, uint64_t every_ms);
/* Take the expiry off the descriptor. */
void timer_ack(int fd);

/* Call @each for what waits on a non-blocking inotify(7) descriptor. */
struct inotify_event;
void inotify_drain(int fd,
		   void (*each)(void *ctx, const struct inotify_event *event),
		   void *ctx);

/* A pidfd: readable when the process has ended. */
int child_open(pid_t pid, struct err *e);

/* Milliseconds of CLOCK_BOOTTIME; of CLOCK_REALTIME since 1970. */
uint64_t clock_boot_ms(void);
uint64_t clock_real_ms(void);

#endif
