/* SPDX-License-Identifier: Apache-2.0 */
/* array.c - see array.h. */
#include "lib/array.h"

#include <errno.h>
#include <stdlib.h>

int array_room(void **array, size_t count, size_t *cap, size_t size, size_t max,
	       const char *what, struct err *e)
{
	const size_t wanted = *cap != 0 ? *cap * 2 : 16;
	void *grown;

	if (count >= max)
		return err_set(e, E2BIG, "more than %zu %s", max, what);
	if (count < *cap)
		return 0;
	grown = reallocarray(*array, wanted, size);
	if (grown == NULL)
		return err_set(e, ENOMEM, "out of memory");
	*array = grown;
	*cap = wanted;
	return 0;
}
