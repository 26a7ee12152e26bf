/* SPDX-License-Identifier: Apache-2.0 */
/* policy_node_fuzz.c - any bytes as node.json, beside one good service. */
#include <stdlib.h>

#include "pkg/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char service[] =
		"{\"accept\":[\"no-landlock\",\"no-seccomp\","
		"\"no-capabilities\"]}";
	const struct policy_target targets[] = {
		{ "node.json", { (const char *)data, size }, NULL },
		{ "services/web.json", { service, sizeof(service) - 1 }, NULL },
	};
	const struct policy_origin origin = { .generation = 1 };
	const struct policy_kernel kernel = { .landlock_abi = 7,
					      .has_seccomp = true };
	struct policy *p = NULL;
	struct err e = { 0 };

	if (policy_compile(targets, 2, &origin, &kernel, NULL, &p, &e) < 0) {
		if (p != NULL || e.text[0] == '\0')
			abort();
		return 0;
	}
	if (policy_service_count(p) != 1)
		abort();
	policy_free(p);
	return 0;
}
