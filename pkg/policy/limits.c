/* SPDX-License-Identifier: Apache-2.0 */
/* limits.c - see limits.h. */
#include "pkg/policy/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pkg/policy/ceiling.h"

#define ROLES_MAX     256
#define ROLE_NAME_MAX 255 /* bytes */

static int oom(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* ---- roles ------------------------------------------------------------- */

static bool is_top_level(const char *role)
{
	static const char *const names[] = { "root", POLICY_ROLE_TOP,
					     "snapshot", "timestamp" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(role, names[i]) == 0)
			return true;
	return false;
}

static int role_parse(const char *name, const json_t *value,
		      struct role_row *row, struct err *e)
{
	struct ceiling *c = NULL;
	int r = 0;

	if (*name == '\0' || strlen(name) > ROLE_NAME_MAX || is_top_level(name))
		return err_set(
			e, EBADMSG,
			"is no name of a delegated role: root, targets, snapshot and timestamp are not, nor is more than %d bytes",
			ROLE_NAME_MAX);
	if (!span_eq_str(json_span(value), "unlimited"))
		r = ceiling_parse(value, &c, e);
	if (r < 0)
		return r;
	*row = (struct role_row){ strdup(name), c };
	return row->name == NULL ? oom(e) : 0;
}

static int role_order(const void *a, const void *b)
{
	return strcmp(((const struct role_row *)a)->name,
		      ((const struct role_row *)b)->name);
}

int node_roles_parse(const json_t *object, struct policy *p, struct err *e)
{
	const size_t count = json_object_size(object);
	const char *name;
	json_t *value;

	if (count == 0)
		return 0;
	if (count > ROLES_MAX)
		return err_set(e, E2BIG, "roles: %zu, at most %d are allowed",
			       count, ROLES_MAX);
	p->roles = calloc(count, sizeof(*p->roles));
	if (p->roles == NULL)
		return oom(e);
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		const int r =
			role_parse(name, value, &p->roles[p->role_count++], e);

		if (r < 0)
			return err_wrap(e, "roles.%.80s", name);
	}
	qsort(p->roles, count, sizeof(*p->roles), role_order);
	return 0;
}

void node_roles_done(struct policy *p)
{
	for (size_t i = 0; i < p->role_count; i++) {
		free(p->roles[i].name);
		ceiling_unref(p->roles[i].ceiling);
	}
	free(p->roles);
}

/* ---- which of them hold ------------------------------------------------ */

static int limit_add(const struct policy *p, const char *role, struct model *m,
		     struct err *e)
{
	const struct role_row key = { .name = (char *)(uintptr_t)role };
	const struct role_row *row = NULL;
	struct limits *l = &m->limits;
	struct limit *items;

	if (p->role_count != 0)
		row = bsearch(&key, p->roles, p->role_count, sizeof(key),
			      role_order);
	if (row == NULL) {
		(void)err_set(e, EPERM,
			      "the role \"%.60s\" may not grant anything: "
			      "node.json has no ceiling for it in \"roles\"",
			      role);
		return err_hint(e, "have the owner of node.json add the role "
				   "to \"roles\", with what its policies may "
				   "grant or as \"unlimited\"");
	}
	if (row->ceiling == NULL)
		return 0;
	items = reallocarray(l->items, l->count + 1, sizeof(*items));
	if (items == NULL)
		return oom(e);
	l->items = items;
	items[l->count] = (struct limit){ strdup(role), NULL };
	if (items[l->count].role == NULL)
		return oom(e);
	items[l->count++].ceiling = ceiling_ref(row->ceiling);
	return 0;
}

int limits_find(const struct policy *p, const struct policy_speaker *speaker,
		struct model *m, struct err *e)
{
	int r;

	if (speaker == NULL || strcmp(speaker->role, POLICY_ROLE_TOP) == 0)
		return 0;
	r = limit_add(p, speaker->role, m, e);
	for (const char *const *by = speaker->through;
	     by != NULL && *by != NULL && r == 0; by++)
		r = limit_add(p, *by, m, e);
	if (r == 0 && m->limits.count != 0)
		m->ceiling = m->limits.items[0].ceiling;
	return r;
}

int limits_check(const struct model *m, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < m->limits.count && r == 0; i++)
		r = ceiling_check(m, m->limits.items[i].ceiling,
				  m->limits.items[i].role, e);
	return r;
}

bool limits_equal(const struct limits *a, const struct limits *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i].role, b->items[i].role) != 0 ||
		    strcmp(a->items[i].ceiling->text,
			   b->items[i].ceiling->text) != 0)
			return false;
	return true;
}

void limits_done(struct limits *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->items[i].role);
		ceiling_unref(l->items[i].ceiling);
	}
	free(l->items);
	*l = (struct limits){ 0 };
}
