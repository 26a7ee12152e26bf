/* SPDX-License-Identifier: Apache-2.0 */
/* event_json_fuzz.c - the JSON of an event of any records.
 *
 * Input: for each record two bytes of type and its text up to a byte 0xfe.
 * Whatever comes, the JSON is strict, its names are alone whatever their case,
 * and each record's text comes back byte for byte.
 */
#include <stdlib.h>

#include "lib/cur.h"
#include "test/unit/event_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { (const char *)data, size };
	struct event *ev = calloc(1, sizeof(*ev));

	if (ev == NULL)
		abort();
	ev->kind = EVENT_AUDIT;
	ev->is_inferred = size % 2 != 0;
	while (rest.len > 2 && ev->record_count < EVENT_RECORDS_MAX) {
		struct event_record *r = &ev->records[ev->record_count++];
		struct cur c = cur_of(rest);

		r->type = cur_u16(&c);
		rest = c.rest;
		r->text = span_cut(&rest, (char)0xfe);
	}
	if (event_json_flaw(ev) != NULL)
		abort();
	free(ev);
	return 0;
}
