/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.h - how far a collector has acknowledged the trail, on disk.
 *
 * One file per collector, NAME.cursor: the line "bailiff-cursor 1 SEQ". It is
 * replaced whole and synced, so it is old or new, never half.
 */
#ifndef PKG_SHIP_CURSOR_H
#define PKG_SHIP_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

#define CURSOR_NAME_MAX 63 /* of a collector */

/* 1 to CURSOR_NAME_MAX of a-z, A-Z, 0-9, '_', '-' and '.', no leading '.'. */
bool cursor_name_ok(const char *name);

/**
 * cursor_read() - the last acknowledged sequence.
 * @ret: 0 when there is no file yet.
 *
 * Return: 0; -EBADMSG for a file that is not a cursor; as file_read().
 */
int cursor_read(int dirfd, const char *name, uint64_t *ret, struct err *e);

/* Return: 0; as file_replace(). */
int cursor_write(int dirfd, const char *name, uint64_t seq, struct err *e);

#endif
