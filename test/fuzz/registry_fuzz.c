/* SPDX-License-Identifier: Apache-2.0 */
/* registry_fuzz.c - a session file: what decodes also encodes to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "pkg/identity/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { (const char *)data, size };
	struct session s, again;
	struct err e;
	struct buf b;

	if (session_decode(text, &s, &e) < 0)
		return 0;
	buf_init(&b, SESSION_FILE_MAX);
	session_encode(&s, &b);
	if (buf_error(&b) < 0 || session_decode(buf_view(&b), &again, &e) < 0 ||
	    again.ses != s.ses || strcmp(again.cgroup, s.cgroup) != 0)
		abort();
	buf_done(&b);
	return 0;
}
