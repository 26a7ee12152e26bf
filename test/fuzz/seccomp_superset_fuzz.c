/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_superset_fuzz.c - bytes as a profile of Docker's: what is resolved is
 * a plain object, and resolving that changes nothing.
 */
#include <seccomp.h>
#include <stdlib.h>

#include "pkg/seccomp/profile.h"
#include "pkg/seccomp/superset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX (1U << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const caps[] = { "CAP_CHOWN", "CAP_SYS_ADMIN" };
	const struct superset_host host = {
		.token = size % 2 ? SCMP_ARCH_X86_64 : SCMP_ARCH_AARCH64,
		.caps = caps,
		.cap_count = size / 2 % 3,
		.major = 5,
		.minor = 13,
	};
	AUTO_JSON *j = NULL, *plain = NULL, *again = NULL;
	struct profile profile;
	struct err e = { 0 };

	if (json_parse((struct span){ (const char *)data, size }, TEXT_MAX, &j,
		       &e) < 0 ||
	    superset_resolve(j, &host, &plain, &e) < 0) {
		if (e.text[0] == '\0')
			abort();
		return 0;
	}
	if (superset_resolve(plain, &host, &again, &e) < 0 ||
	    !json_equal(plain, again))
		abort();
	if (profile_parse_for(plain, host.token, &profile, &e) == 0)
		profile_done(&profile);
	return 0;
}
