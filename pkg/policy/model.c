/* SPDX-License-Identifier: Apache-2.0 */
/* model.c - the life of a model (model.h). */
#include "pkg/policy/model.h"

#include <stdlib.h>
#include <string.h>

#include "pkg/policy/ceiling.h"

struct model *model_new(const char *name, uint32_t number)
{
	struct model *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->references = 1;
	m->number = number;
	m->name = strdup(name);
	if (m->name != NULL)
		return m;
	model_unref(m);
	return NULL;
}

struct model *model_ref(struct model *m)
{
	m->references++;
	return m;
}

void model_unref(struct model *m)
{
	if (m == NULL || --m->references != 0)
		return;
	free(m->document);
	free(m->name);
	free(m->role);
	lines_done(&m->signers);
	limits_done(&m->limits);
	landlock_rules_done(&m->landlock);
	profile_done(&m->profile);
	network_done(&m->network);
	devices_done(&m->devices);
	require_done(&m->require);
	lines_done(&m->audit_rules);
	lines_done(&m->tests);
	free(m->insns);
	lines_done(&m->not_enforced);
	lines_done(&m->warnings);
	findings_done(&m->findings);
	free(m);
}

static int name_order(const void *key, const void *entry)
{
	const struct span *name = key;
	const struct model *const *m = entry;

	return span_cmp(*name, span_of((*m)->name));
}

const struct model *model_find(const struct policy *p, struct span name)
{
	struct model *const *found =
		p->model_count != 0
			? bsearch(&name, p->models, p->model_count,
				  sizeof(struct model *), name_order)
			: NULL;

	return found != NULL ? *found : NULL;
}
