/* SPDX-License-Identifier: Apache-2.0 */
/* speaker.c - see speaker.h. */
#include "cmd/bailiff-bundle/speaker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pkg/trust/delegation.h"
#include "pkg/trust/trust.h"

/* Mark whom @role hands @path to. Return: was one of them new? */
static bool fits_spread(const struct role_view *v, const struct role *role,
			const char *path, bool *fits)
{
	bool is_new = false;

	for (size_t i = 0; i < role->metadata.delegation_count; i++) {
		const struct trust_delegation *d =
			&role->metadata.delegations[i];

		for (size_t k = 0; k < v->count; k++) {
			if (fits[k] ||
			    strcmp(v->items[k]->name, d->role) != 0 ||
			    !trust_delegation_matches(d, path))
				continue;
			fits[k] = true;
			is_new = true;
		}
	}
	return is_new;
}

bool role_may_speak(const struct role_view *v, const char *name,
		    const char *path)
{
	bool fits[ROLES_MAX + 1] = { false };
	bool is_new = true;

	for (size_t i = 0; i < v->count; i++)
		fits[i] = strcmp(v->items[i]->name, "targets") == 0;
	while (is_new) {
		is_new = false;
		for (size_t i = 0; i < v->count; i++)
			is_new |= fits[i] &&
				  fits_spread(v, v->items[i], path, fits);
	}
	for (size_t i = 0; i < v->count; i++)
		if (fits[i] && strcmp(v->items[i]->name, name) == 0)
			return true;
	return false;
}

/* The roles still to be asked, the next one last. */
struct search {
	struct {
		const char *name;
		const struct role *by; /* who delegates to it */
	} todo[TRUST_DELEGATION_MAX + ROLES_MAX];
	size_t todo_count;
	const struct role *asked[TRUST_VISITS_MAX + 1];
	const struct role *by[TRUST_VISITS_MAX + 1]; /* of the asked */
	size_t asked_count;
};

static bool was_asked(const struct search *s, const struct role *role)
{
	for (size_t i = 0; i < s->asked_count; i++)
		if (s->asked[i] == role)
			return true;
	return false;
}

/* In order of appearance, before all that waits; a terminating one is the last
 * that is asked at all. */
static void delegates_ask(struct search *s, const struct role *role,
			  const char *path)
{
	const struct trust_delegation *all = role->metadata.delegations;
	size_t end = 0;

	for (; end < role->metadata.delegation_count; end++)
		if (all[end].is_terminating &&
		    trust_delegation_matches(&all[end], path)) {
			s->todo_count = 0;
			end++;
			break;
		}
	for (size_t i = end; i-- > 0;)
		if (trust_delegation_matches(&all[i], path) &&
		    s->todo_count < sizeof(s->todo) / sizeof(s->todo[0])) {
			s->todo[s->todo_count].name = all[i].role;
			s->todo[s->todo_count++].by = role;
		}
}

/* Back from the role that was asked last to the top-level one. */
static void way_tell(const struct search *s, struct role_way *ret)
{
	const struct role *by = s->by[s->asked_count - 1];

	ret->count = 0;
	for (size_t i = s->asked_count - 1; i-- > 1 && by != NULL;) {
		if (s->asked[i] != by)
			continue;
		ret->names[ret->count++] = by->name;
		by = s->by[i];
	}
	ret->names[ret->count] = NULL;
}

const struct role *role_speaker(const struct role_view *v, const char *path,
				struct role_way *ret_way)
{
	struct search s = { .todo = { { "targets", NULL } }, .todo_count = 1 };
	struct trust_file f;

	while (s.todo_count > 0) {
		const struct role *by = s.todo[--s.todo_count].by;
		const struct role *role =
			role_find(v, s.todo[s.todo_count].name);

		if (role == NULL)
			return NULL;
		if (was_asked(&s, role))
			continue;
		if (s.asked_count > TRUST_VISITS_MAX)
			return NULL;
		s.by[s.asked_count] = by;
		s.asked[s.asked_count++] = role;
		if (role_target(role, path, &f)) {
			if (ret_way != NULL)
				way_tell(&s, ret_way);
			return role;
		}
		delegates_ask(&s, role, path);
	}
	return NULL;
}

bool role_target(const struct role *role, const char *path,
		 struct trust_file *ret)
{
	const json_t *entry = json_object_get(role->metadata.files, path);

	if (entry == NULL)
		return false;
	*ret = trust_file_read(entry);
	return true;
}

int role_target_read(const struct repo *repo, const struct role *role,
		     const char *path, struct buf *out, struct err *e)
{
	char name[REPO_NAME_MAX];
	struct trust_file f;
	int r = -ENOENT;

	if (!role_target(role, path, &f))
		return err_set(e, ENOENT, "role %s does not list %s",
			       role->name, path);
	for (int place = role->is_staged ? 0 : 1; r == -ENOENT && place < 2;
	     place++) {
		r = repo_target_name(path, &f, place == 0, name, e);
		if (r == 0)
			r = repo_read(repo, name, TRUST_TARGET_MAX, out, e);
	}
	if (r == -ENOENT)
		return err_set(e, ENOENT,
			       "role %s lists %s, but there is no %s",
			       role->name, path, name);
	if (r == 0)
		r = trust_file_check(&f, buf_view(out), e);
	return r < 0 ? err_wrap(e, "role %s: %s", role->name, path) : 0;
}
