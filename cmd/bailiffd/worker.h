/* SPDX-License-Identifier: Apache-2.0 */
/* worker.h - one child process of the supervisor: started by exec of this very
 * file, ended, and started anew with a growing pause.
 *
 * A worker runs from worker_spawn() to the moment its pidfd becomes readable.
 * What it says before it said WIRE_READY, and a protocol error at any time,
 * kills it; the supervisor then starts it again.
 */
#ifndef CMD_BAILIFFD_WORKER_H
#define CMD_BAILIFFD_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cmd/bailiffd/wire.h"
#include "lib/loop.h"

/* A worker that dies at once is started again after 50 ms, then 100, ... up
 * to this: with its start it is back within a second. */
#define WORKER_PAUSE_MIN_MS 50
#define WORKER_PAUSE_MAX_MS 400
/* One that lived this long starts again without memory of earlier deaths. */
#define WORKER_STEADY_MS 10000

struct worker {
	enum role role;
	pid_t pid;			 /* 0: not running */
	bool is_ready;			 /* said WIRE_READY */
	uint32_t restarts;		 /* since the supervisor began */
	uint64_t started_ms, restart_ms; /* CLOCK_BOOTTIME; restart_ms 0: none
					  * is due */
	uint32_t pause_ms;		 /* before the next start */
	struct source channel;		 /* fd: our end, -1 while not running */
	int stream_fd;			 /* borrowed; its log's, or -1 */
	struct source exit;		 /* fd: pidfd, -1 while not running */
};

const char *role_name(enum role role);

/**
 * worker_spawn() - exec this program anew as @w's role.
 *
 * Fills pid, channel.fd and exit.fd. The child has descriptors 0 to 2 and its
 * channel at CHANNEL_FD, stream_fd at STREAM_FD, nothing else. The caller adds
 * the sources to its loop.
 *
 * Return: 0; as socketpair(2), fork(2), pidfd_open(2).
 */
int worker_spawn(struct worker *w, struct err *e);

/* Close what a dead worker leaves, reap it and set restart_ms. Return: the wait
 * status. */
int worker_bury(struct worker *w, uint64_t now_ms);

#endif
