/* SPDX-License-Identifier: Apache-2.0 */
/* audit_rules_fuzz.c - audit rules in auditctl's words; what compiles is what
 * the supervisor adds, and what the supervisor gets from a policy process that
 * has been taken over.
 */
#include <stdlib.h>

#include "pkg/audit/rules.h"
#include "pkg/policy/audit_rules.h"

#define AUID 1900000001U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { (const char *)data, size };
	struct err e = { 0 };
	struct buf out;

	buf_init(&out, 1U << 16);
	if (audit_rule_compile(text, AUID, AUID, &out, &e) == 0) {
		if (audit_rule_check(buf_view(&out), AUID, AUID, &e) < 0)
			abort();
	} else if (out.len != 0 || e.text[0] == '\0') {
		abort();
	}
	buf_done(&out);
	(void)audit_rule_check(text, AUID, AUID, &e);
	return 0;
}
