/* SPDX-License-Identifier: Apache-2.0 */
/* event_decode_fuzz.c - a frame's bytes as an event, and what it denied. What
 * decodes must encode to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/audit/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event ev;
	static struct event_denial denial;
	const struct span frame = { (const char *)data, size };
	AUTO_DONE(buf_done) struct buf again = { 0 };

	buf_init(&again, 1U << 20);
	if (event_decode(frame, &ev, NULL) < 0)
		return 0;
	(void)event_denial(&ev, &denial);
	if (event_encode(&ev, &again) < 0 || !span_eq(buf_view(&again), frame))
		abort();
	return 0;
}
