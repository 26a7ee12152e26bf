/* SPDX-License-Identifier: Apache-2.0 */
/* twins.c - see twins.h. */
#include "pkg/policy/twins.h"

#include <errno.h>
#include <stdlib.h>

#include "pkg/policy/model.h"

#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

int twins_init(struct twins *t, size_t count)
{
	size_t size = 2;

	while (size < 2 * count)
		size *= 2;
	t->slots = calloc(size, sizeof(struct model *));
	t->size = size;
	return t->slots != NULL ? 0 : -ENOMEM;
}

void twins_done(struct twins *t)
{
	free(t->slots);
}

static uint64_t mixed(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * FNV_PRIME;
}

/* Where the search begins; what it finds is compared. */
static size_t slot_of(const struct twins *t, const struct profile *p)
{
	uint64_t hash = mixed(FNV_BASIS, p->default_ret);

	for (size_t i = 0; i < p->rule_count; i++) {
		hash = mixed(hash, p->rules[i].nr);
		hash = mixed(hash, p->rules[i].ret);
	}
	for (size_t i = 0; i < p->cond_count; i++)
		hash = mixed(hash, p->conds[i].value);
	return (size_t)(hash ^ hash >> 32) & (t->size - 1);
}

static bool archs_equal(const struct profile *a, const struct profile *b)
{
	if (a->arch_count != b->arch_count)
		return false;
	for (size_t i = 0; i < a->arch_count; i++)
		if (a->archs[i].token != b->archs[i].token ||
		    a->archs[i].has_last != b->archs[i].has_last ||
		    a->archs[i].last != b->archs[i].last)
			return false;
	return true;
}

static bool rules_equal(const struct profile *a, const struct profile *b)
{
	if (a->rule_count != b->rule_count)
		return false;
	for (size_t i = 0; i < a->rule_count; i++) {
		const struct rule *x = &a->rules[i], *y = &b->rules[i];

		if (x->token != y->token || x->nr != y->nr ||
		    x->ret != y->ret || x->first != y->first ||
		    x->count != y->count || x->place != y->place)
			return false;
	}
	return true;
}

static bool conds_equal(const struct profile *a, const struct profile *b)
{
	if (a->cond_count != b->cond_count)
		return false;
	for (size_t i = 0; i < a->cond_count; i++) {
		const struct cond *x = &a->conds[i], *y = &b->conds[i];

		if (x->index != y->index || x->op != y->op ||
		    x->value != y->value || x->value_two != y->value_two)
			return false;
	}
	return true;
}

static bool profile_equal(const struct profile *a, const struct profile *b)
{
	return a->default_ret == b->default_ret && a->flags == b->flags &&
	       archs_equal(a, b) && rules_equal(a, b) && conds_equal(a, b);
}

const struct model *twins_find(const struct twins *t, const struct model *m)
{
	for (size_t i = slot_of(t, &m->profile); t->slots[i] != NULL;
	     i = (i + 1) & (t->size - 1))
		if (profile_equal(&t->slots[i]->profile, &m->profile))
			return t->slots[i];
	return NULL;
}

void twins_add(struct twins *t, const struct model *m)
{
	size_t i;

	if (m->insn_count == 0 || twins_find(t, m) != NULL)
		return;
	i = slot_of(t, &m->profile);
	while (t->slots[i] != NULL)
		i = (i + 1) & (t->size - 1);
	t->slots[i] = m;
}
