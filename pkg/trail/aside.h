/* SPDX-License-Identifier: Apache-2.0 */
/* aside.h - a damaged trail is kept for whoever looks into it. */
#ifndef PKG_TRAIL_ASIDE_H
#define PKG_TRAIL_ASIDE_H

#include <stdint.h>

#include "lib/err.h"

#define ASIDE_PREFIX   "damaged-" /* and the time, in milliseconds */
#define ASIDE_MAX      2	  /* kept; older ones are removed */
#define ASIDE_NAME_MAX 32

#define ASIDE_ALL UINT64_MAX

/**
 * trail_whole_from() - what can stay of a damaged trail.
 * @ret_first: the first sequence of the oldest segment from which on all are
 *	       whole and continue one another; ASIDE_ALL when the last one is
 *	       not whole itself, or all of them are.
 *
 * A power cut can take the end of a segment whose successor reached the disk.
 * What follows such a place is a log whose beginning was pruned.
 *
 * Return: 0; -ENOMEM; as segment_list().
 */
int trail_whole_from(int dirfd, uint64_t *ret_first, struct err *e);

/**
 * trail_set_aside() - move segments into a directory of its own.
 * @dirfd: the trail's; nobody writes it.
 * @end: only those that begin before it; or ASIDE_ALL.
 * @segment_max: bytes that a segment can have had.
 * @now_ms: since 1970; names the directory.
 * @ret_name: its name.
 * @ret_first: a sequence above all that the moved segments can have held; what
 *	       was in one of them may be cut off.
 *
 * What is neither file nor directory was never a segment of ours, and a
 * confined process may not be let move it: it is removed. The ASIDE_MAX newest
 * directories stay, this one included; what somebody else put into the others
 * stays too.
 *
 * Return: 0; as mkdirat(2), renameat(2), segment_list().
 */
int trail_set_aside(int dirfd, uint64_t end, uint64_t segment_max,
		    uint64_t now_ms, char ret_name[ASIDE_NAME_MAX],
		    uint64_t *ret_first, struct err *e);

#endif
