/* SPDX-License-Identifier: Apache-2.0 */
/* aside.h - a damaged trail is kept for whoever looks into it. */
#ifndef PKG_TRAIL_ASIDE_H
#define PKG_TRAIL_ASIDE_H

#include <stdint.h>

#include "lib/err.h"

#define ASIDE_PREFIX   "damaged-" /* and the time, in milliseconds */
#define ASIDE_MAX      2	  /* kept; older ones are removed */
#define ASIDE_NAME_MAX 32

/**
 * trail_set_aside() - move every segment into a directory of its own.
 * @dirfd: the trail's; nobody writes it.
 * @segment_max: bytes that a segment can have had.
 * @now_ms: since 1970; names the directory.
 * @ret_name: its name.
 * @ret_first: a sequence above all that the trail can have held; what was in
 *	       a segment may be cut off.
 *
 * What is neither file nor directory was never a segment of ours, and a
 * confined process may not be let move it: it is removed. The ASIDE_MAX newest
 * directories stay, this one included; what somebody else put into the others
 * stays too.
 *
 * Return: 0; as mkdirat(2), renameat(2), segment_list().
 */
int trail_set_aside(int dirfd, uint64_t segment_max, uint64_t now_ms,
		    char ret_name[ASIDE_NAME_MAX], uint64_t *ret_first,
		    struct err *e);

#endif
