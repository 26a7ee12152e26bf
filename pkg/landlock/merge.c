/* SPDX-License-Identifier: Apache-2.0 */
/* merge.c - see merge.h. */
#include "pkg/landlock/merge.h"

static uint32_t abi_smaller(uint32_t a, uint32_t b)
{
	if (a == 0 || b == 0)
		return a | b;
	return a < b ? a : b;
}

int landlock_doc_merge(struct landlock_doc *into,
		       const struct landlock_doc *from, struct err *e)
{
	struct landlock_doc d = { .abi = abi_smaller(into->abi, from->abi) };
	uint64_t common[RIGHT_CLASSES];
	int r = variables_add(&d.variables, &into->variables, e);

	if (r == 0)
		r = variables_add(&d.variables, &from->variables, e);
	if (r == 0)
		r = landlock_rules_add(&d.rules, &into->rules, e);
	if (r == 0)
		r = landlock_rules_add(&d.rules, &from->rules, e);
	if (r < 0) {
		landlock_doc_done(&d);
		return r;
	}
	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		const struct landlock_rules *a = &into->rules;
		const struct landlock_rules *b = &from->rules;

		common[i] = a->handled[i] & b->handled[i];
		d.rules.handled[i] = common[i];
		d.rules.required[i] = a->required[i] | b->required[i];
		d.rules.quiet[i] = a->quiet[i] & b->quiet[i];
	}
	variables_unite(&d.variables);
	landlock_rules_unite(&d.rules);
	landlock_rules_mask(&d.rules, common);
	landlock_doc_done(into);
	*into = d;
	return 0;
}
