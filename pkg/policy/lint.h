/* SPDX-License-Identifier: Apache-2.0 */
/* lint.h - which gaps (gap.h) a policy leaves open.
 *
 * A finding is a gap that is open in one policy on one kernel: the profile
 * allows a call that reaches it, on any architecture that it lists, with any
 * argument the kernel would take so; no dropped capability stands in the way;
 * and no Landlock right of that kernel holds it. The layers that a document
 * accepts to do without are not searched: "no-seccomp" accepts every gap that
 * only a filter closes, "no-landlock" those that lead past Landlock.
 */
#ifndef PKG_POLICY_LINT_H
#define PKG_POLICY_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "pkg/policy/gap.h"

struct finding {
	enum gap gap;
	bool is_accepted; /* in writing, by its id */
	char *sentence;	  /* what is open, and where */
	char *closes;	  /* the rule that closes it, in words */
	char *rule;	  /* the same as JSON, a fragment of the document; NULL
			   * when no rule can */
};

/* In the order of enum gap. */
struct findings {
	struct finding *items;
	size_t count;
};

void findings_done(struct findings *f);

#endif
