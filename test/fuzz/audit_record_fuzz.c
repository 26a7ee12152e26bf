/* SPDX-License-Identifier: Apache-2.0 */
/* audit_record_fuzz.c - a datagram of the audit socket, its fields and strings.
 */
#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/audit/record.h"
#include "pkg/audit/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span datagram = { (const char *)data, size };
	AUTO_DONE(buf_done) struct buf out = { 0 };
	struct record r;
	struct span rest, key, value;

	(void)audit_rule_key(datagram);
	if (record_view(datagram, &r) < 0)
		return 0;
	buf_init(&out, 2 * size);
	rest = record_trusted(r.type, r.text);
	if (rest.len > r.text.len)
		abort();
	while (record_next(&rest, &key, &value)) {
		/* Inside the datagram, and never longer when decoded. */
		if (key.len == 0 || value.p + value.len > datagram.p + size)
			abort();
		buf_reset(&out);
		record_string(value, &out);
		if (out.len > value.len)
			abort();
	}
	return 0;
}
