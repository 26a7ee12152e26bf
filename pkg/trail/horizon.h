/* SPDX-License-Identifier: Apache-2.0 */
/* horizon.h - up to which sequence the frames of a trail are acknowledged.
 *
 * The writer says it in a small file beside the segments, readers in other
 * processes look there. Without the file all that is in the segments is shown:
 * in a copy of a trail, or where a write is all that durability asks for.
 */
#ifndef PKG_TRAIL_HORIZON_H
#define PKG_TRAIL_HORIZON_H

#include <stdint.h>

#include "lib/err.h"

#define HORIZON_NAME "acked"
#define HORIZON_ALL  UINT64_MAX

/**
 * horizon_put() - say it. For HORIZON_ALL no file is made, only changed if
 * there is one.
 *
 * Return: 0; as openat(2), pwrite(2).
 */
int horizon_put(int dirfd, uint64_t seq, struct err *e);

/* What is said; HORIZON_ALL without a file, or with one that is not of this
 * form. */
uint64_t horizon_get(int dirfd);

#endif
