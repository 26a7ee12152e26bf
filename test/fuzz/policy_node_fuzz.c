/* SPDX-License-Identifier: Apache-2.0 */
/* policy_node_fuzz.c - any bytes as node.json, beside one good service, for
 * which a delegated role speaks where node.json says something of it.
 */
#include <stdlib.h>
#include <string.h>

#include "pkg/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char service[] =
		"{\"accept\":[\"no-landlock\",\"no-seccomp\","
		"\"no-capabilities\"]}";
	/* Grants something of each kind that a ceiling has. */
	static const char rich[] =
		"{\"landlock\":{\"abi\":6,\"ruleset\":[{\"handledAccessFs\":["
		"\"abi.all\"],\"handledAccessNet\":[\"abi.all\"],\"scoped\":["
		"\"abi.all\"]}],\"pathBeneath\":[{\"allowedAccess\":["
		"\"read_file\"],\"parent\":[\"/srv/web\"]}],\"netPort\":[{"
		"\"allowedAccess\":[\"bind_tcp\"],\"port\":[80]}]},\"accept\":["
		"\"no-seccomp\",\"udp\"],\"capabilities\":{\"bounding\":["
		"\"CAP_CHOWN\"]},\"network\":{\"connect\":[{\"protocol\":["
		"\"tcp\"],\"address\":[\"10.0.0.0/8\"],\"port\":[443]}]},"
		"\"devices\":[{\"allow\":true,\"type\":\"c\",\"major\":1}],"
		"\"best-effort\":[\"network\",\"devices\",\"landlock.refer\"]}";
	static const struct policy_speaker team = { .role = "team" };
	const bool has_team =
		size != 0 && memmem(data, size, "\"team\"", 6) != NULL;
	const struct policy_target targets[] = {
		{ "node.json", { (const char *)data, size }, NULL },
		{ "services/web.json",
		  has_team ? (struct span){ rich, sizeof(rich) - 1 }
			   : (struct span){ service, sizeof(service) - 1 },
		  has_team ? &team : NULL },
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
