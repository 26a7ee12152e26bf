/* SPDX-License-Identifier: Apache-2.0 */
/* findings.c - see findings.h. */
#include "cmd/bailiff-bundle/findings.h"

#include <string.h>

/* A rule that is longer is not read on a screen: --json has it, --fix writes
 * it. */
#define RULE_SHOWN_MAX 200

static void finding_print(FILE *out, const char *path,
			  const struct policy_finding *f, bool has_color)
{
	const char *bold = has_color ? "\033[1m" : "";
	const char *plain = has_color ? "\033[0m" : "";

	(void)fprintf(out, "%s: %s%-13s%s %s\n", path, bold, f->id, plain,
		      f->sentence);
	(void)fprintf(out, "    closes: %s\n", f->closes);
	if (f->rule != NULL && strlen(f->rule) <= RULE_SHOWN_MAX)
		(void)fprintf(out, "    rule:   %s\n", f->rule);
}

void findings_print(FILE *out, const char *path, const struct policy_service *s,
		    bool has_color)
{
	for (size_t i = 0; i < s->finding_count; i++) {
		const struct policy_finding f = policy_finding(s, i);

		if (!f.is_accepted)
			finding_print(out, path, &f, has_color);
	}
}
