/* SPDX-License-Identifier: Apache-2.0 */
/* model.c - the life of a model, and the steps that make it (model.h). */
#include "pkg/policy/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pkg/policy/limits.h"

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
	lines_done(&m->through);
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
	lines_done(&m->needless);
	free(m);
}

int model_document(struct model *m, struct span bytes, struct err *e)
{
	m->document = malloc(bytes.len + 1);
	if (m->document == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (bytes.len != 0)
		memcpy(m->document, bytes.p, bytes.len);
	m->document[bytes.len] = '\0';
	m->document_len = bytes.len;
	return 0;
}

/* ---- the compiler ------------------------------------------------------- */

static int parse_run(struct model *m, const struct policy_kernel *kernel,
		     struct err *e)
{
	(void)kernel;
	return service_parse((struct span){ m->document, m->document_len }, m,
			     e);
}

static int require_run(struct model *m, const struct policy_kernel *kernel,
		       struct err *e)
{
	const int r = require_check(&m->require, kernel, e);

	return r < 0 ? err_wrap(e, "require") : 0;
}

static int ceiling_run(struct model *m, const struct policy_kernel *kernel,
		       struct err *e)
{
	(void)kernel;
	return limits_check(m, e);
}

const struct step_row step_table[STEPS] = {
	[STEP_PARSE] = { "parse", "is the document well-formed", parse_run },
	[STEP_REQUIRE] = { "require", "has the kernel what is required",
			   require_run },
	[STEP_LINT] = { "lint", "is nothing granted that is never emitted",
			model_lint },
	[STEP_CEILING] = { "ceiling", "does the role grant no more than it may",
			   ceiling_run },
	[STEP_LOWER] = { "lower",
			 "can the kernel hold it, and is the program proved",
			 model_lower },
};

int model_make(struct model *m, const struct policy_kernel *kernel,
	       struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < STEPS && r == 0; i++)
		r = step_table[i].run(m, kernel, e);
	return r;
}

/* ---- looking ------------------------------------------------------------- */

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
