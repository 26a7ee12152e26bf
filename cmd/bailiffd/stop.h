/* SPDX-License-Identifier: Apache-2.0 */
/* stop.h - "on-tighten": "stop": what a looser policy binds than the one in
 * force is ended.
 *
 * SIGTERM to the session's main process; after STOP_GRACE_MS SIGKILL to every
 * process of the session, until none is left. A process is signalled through a
 * pidfd, and its session is read before and after that was opened: a number
 * that was used again hits nobody else. Services only: never bailiff's own
 * session, nor a container that no policy names.
 */
#ifndef CMD_BAILIFFD_STOP_H
#define CMD_BAILIFFD_STOP_H

#include <stddef.h>
#include <stdint.h>

#include "pkg/identity/registry.h"

#define STOP_GRACE_MS 10000

struct supervisor;

/* One session that is being ended. */
struct stopping {
	uint32_t ses;
	int32_t pid;
	char service[SERVICE_NAME_MAX + 1];
	uint64_t deadline_ms; /* then it is killed */
	bool was_killed;
};

struct stops {
	struct stopping *items; /* owned */
	size_t count, room;
	uint64_t looked_ms;
};

/* A policy was put in force: begin to end what it demands. */
void stops_begin(struct supervisor *s);
/* Every tick: who is gone, who is to be killed. */
void stops_tick(struct supervisor *s, uint64_t now_ms);
void stops_done(struct stops *st);

#endif
