/* SPDX-License-Identifier: Apache-2.0 */
/* array.h - room in an array that grows up to a stated limit. */
#ifndef LIB_ARRAY_H
#define LIB_ARRAY_H

#include <stddef.h>

#include "lib/err.h"

/**
 * array_room() - make room for one more element.
 * @array: where it lies: NULL, or from an earlier call; may move. free() it.
 * @count: elements that are there.
 * @cap: elements that fit; 0 at first.
 * @size: bytes of one element.
 * @max: never more elements than this.
 * @what: what the elements are called: "more than 10 WHAT".
 *
 * The caller copies its typed pointer to a void * and back: one cannot be
 * written through the other.
 *
 * Return: 0; -E2BIG when @max are there; -ENOMEM. After a failure the array is
 * as it was.
 */
int array_room(void **array, size_t count, size_t *cap, size_t size, size_t max,
	       const char *what, struct err *e);

#endif
