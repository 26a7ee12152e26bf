/* SPDX-License-Identifier: Apache-2.0 */
/* splice.h - small changes to a JSON text that leave the rest of it as it was.
 *
 * What a person wrote keeps its order, its indentation and its lines. The text
 * is one that json_parse() took; nothing is checked here again. A path is the
 * names of members and the places in arrays on the way, with '/' between them:
 * "seccomp/syscalls/0/names"; the empty path is the whole. A member whose name
 * is written with an escape is not found.
 */
#ifndef LIB_SPLICE_H
#define LIB_SPLICE_H

#include "lib/buf.h"

/**
 * splice_find() - where the value at @path stands.
 * @ret: points into @text.
 *
 * Return: 0; -ENOENT.
 */
int splice_find(struct span text, const char *path, struct span *ret);

/**
 * splice_append() - one more element or member at the end of a container.
 * @path: of the array or object.
 * @item: JSON; for an object with its name: "\"a\": 1".
 *
 * It stands on a line of its own, as far in, when the last one before does.
 *
 * Return: 0; -ENOENT when there is no container; -ENOMEM, -E2BIG.
 */
int splice_append(struct buf *text, const char *path, struct span item);

/* The element or member at @path goes. Return: 0; -ENOENT; -ENOMEM. */
int splice_remove(struct buf *text, const char *path);

/* The value at @path becomes @value. Return: 0; -ENOENT; -ENOMEM, -E2BIG. */
int splice_replace(struct buf *text, const char *path, struct span value);

#endif
