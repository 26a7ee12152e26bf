/* SPDX-License-Identifier: Apache-2.0 */
/* array_test.c - arrays that grow up to a limit. */
#include "test/unit/harness.h"

#include <stdlib.h>

#include "lib/array.h"

TEST(an_array_grows_keeps_its_elements_and_stops_at_its_limit)
{
	struct err e = { 0 };
	void *array = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < 100; i++) {
		CHECK_INT(array_room(&array, i, &cap, sizeof(size_t), 100,
				     "numbers", &e),
			  0);
		CHECK(cap > i);
		((size_t *)array)[i] = i;
	}
	CHECK_INT(array_room(&array, 100, &cap, sizeof(size_t), 100, "numbers",
			     &e),
		  -E2BIG);
	CHECK_STR(e.text, "more than 100 numbers");
	for (size_t i = 0; i < 100; i++)
		CHECK_INT(((size_t *)array)[i], i);
	free(array);
}
