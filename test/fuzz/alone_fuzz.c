/* SPDX-License-Identifier: Apache-2.0 */
/* alone_fuzz.c - /proc/PID/status, with a name that the process chose; and the
 * judgement on what came of it. */
#include <stdlib.h>

#include "pkg/identity/alone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Texts with a NUL between them, one a process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { (const char *)data, size };
	struct alone_member members[16];
	struct alone a = { .path = "/web",
			   .ours = "/bailiff",
			   .first = "/",
			   .members = members };
	int32_t last = 0;

	while (rest.p != NULL && a.count < 16) {
		struct alone_member *m = &members[a.count];

		if (alone_member_parse(span_cut(&rest, '\0'), m) < 0)
			continue;
		if (m->pid < 1 || m->parent < 0 || m->depth < 1 || m->inner < 1)
			abort();
		if (m->pid <= last)
			continue;
		last = m->pid;
		a.count++;
	}
	a.init = a.count != 0 ? members[0].pid : 1;
	if (alone_refusal(&a) == NULL && members[0].inner != 1)
		abort();
	return 0;
}
