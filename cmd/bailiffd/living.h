/* SPDX-License-Identifier: Apache-2.0 */
/* living.h - which sessions still have a process.
 *
 * The process that registered a session may have ended and left others in it: a
 * daemon that puts itself into the background does. They are confined as it
 * was, and counted as it was.
 */
#ifndef CMD_BAILIFFD_LIVING_H
#define CMD_BAILIFFD_LIVING_H

#include <stdbool.h>

#include "pkg/identity/registry.h"

/* All zero before the first use. /proc is read once, and only when a process
 * that registered is gone. */
struct living {
	struct living_row *rows; /* by session, then pid; owned */
	size_t count, room;
	int error; /* negative errno; then nothing is known to have ended */
	bool is_read;
};

/**
 * living_pid() - a process of the session.
 *
 * Return: the one that registered it; when that has ended the lowest of those
 * that it left; 0 when there is none. When /proc cannot be read: the one that
 * registered it, since nobody knows.
 */
int32_t living_pid(struct living *l, const struct session *s);
void living_done(struct living *l);

#endif
