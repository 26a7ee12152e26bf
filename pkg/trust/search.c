/* SPDX-License-Identifier: Apache-2.0 */
/* search.c - which role speaks of a target (TUF 1.0.34, section 5.6.7).
 *
 * Pre-order, depth first, delegations in their order; on a stack of its own, so
 * that no chain of roles is too long for it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/client.h"
#include "pkg/trust/delegation.h"

/* A role that is yet to be visited. */
struct visit {
	const char *delegator; /* NULL: root */
	const struct trust_role_keys *by;
};

struct search {
	struct trust_client *c;
	const char *path;
	struct visit *stack; /* owned */
	size_t count, capacity;
	const struct trust_loaded *visited[TRUST_VISITS_MAX + 1];
	const char *delegators[TRUST_VISITS_MAX + 1]; /* of the visited */
	size_t visited_count;
};

static void search_done(struct search *s)
{
	free(s->stack);
}

static int push(struct search *s, const char *delegator,
		const struct trust_role_keys *by)
{
	if (s->count == s->capacity) {
		const size_t capacity = s->capacity * 2 + 16;
		struct visit *stack =
			reallocarray(s->stack, capacity, sizeof(*stack));

		if (stack == NULL)
			return -ENOMEM;
		s->stack = stack;
		s->capacity = capacity;
	}
	s->stack[s->count++] = (struct visit){ delegator, by };
	return 0;
}

/* Every delegation of the role that fits, the first one on top; a terminating
 * one that fits is the last of the whole search. */
static int push_delegations(struct search *s, const struct trust_loaded *l)
{
	size_t end = 0;

	for (; end < l->m.delegation_count; end++) {
		const struct trust_delegation *d = &l->m.delegations[end];

		if (!d->is_terminating || !trust_delegation_matches(d, s->path))
			continue;
		s->count = 0;
		end++;
		break;
	}
	for (size_t i = end; i > 0; i--) {
		const struct trust_delegation *d = &l->m.delegations[i - 1];

		if (trust_delegation_matches(d, s->path) &&
		    push(s, l->name, &d->by) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool is_visited(const struct search *s, const char *role)
{
	for (size_t i = 0; i < s->visited_count; i++)
		if (strcmp(s->visited[i]->name, role) == 0)
			return true;
	return false;
}

/* Walk back from the last one visited. Each was visited once, so that its
 * delegator is the one that it was reached by. */
static void way_tell(const struct search *s, struct trust_found *ret)
{
	const char *by = s->delegators[s->visited_count - 1];

	for (size_t i = s->visited_count - 1; i-- > 1 && by != NULL;) {
		if (strcmp(s->visited[i]->name, by) != 0)
			continue;
		ret->through[ret->through_count++] = by;
		by = s->delegators[i];
	}
}

/* Return: 1 found; 0 go on; -errno. */
static int step(struct search *s, struct trust_found *ret, struct err *e)
{
	const struct visit v = s->stack[--s->count];
	const struct trust_loaded *l;
	void *entry;
	int r;

	if (is_visited(s, v.by->role))
		return 0;
	if (s->visited_count > TRUST_VISITS_MAX)
		return err_set(e, E2BIG,
			       "the search for target \"%.200s\" ends after %d "
			       "delegated roles",
			       s->path, TRUST_VISITS_MAX);
	r = trust_role_get(s->c, v.delegator, v.by, &l, e);
	if (r < 0)
		return r;
	s->delegators[s->visited_count] = v.delegator;
	s->visited[s->visited_count++] = l;
	entry = json_object_iter_at((json_t *)(uintptr_t)l->m.files, s->path);
	if (entry != NULL) {
		*ret = (struct trust_found){
			.path = json_object_iter_key(entry),
			.role = l->name,
			.file = trust_file_read(json_object_iter_value(entry)),
		};
		way_tell(s, ret);
		return 1;
	}
	return push_delegations(s, l) < 0 ? err_set(e, ENOMEM, "out of memory")
					  : 0;
}

int trust_client_find(struct trust_client *c, const char *path,
		      struct trust_found *ret, struct err *e)
{
	AUTO_DONE(search_done) struct search s = { .c = c, .path = path };
	int r = trust_client_refresh(c, e);

	if (r < 0)
		return r;
	if (push(&s, NULL, &c->root.root.roles[TRUST_ROLE_TARGETS]) < 0)
		return err_set(e, ENOMEM, "out of memory");
	while (r == 0 && s.count != 0)
		r = step(&s, ret, e);
	if (r == 0)
		return err_set(e, ENOENT,
			       "no role that may speak of target \"%.200s\" "
			       "lists it",
			       path);
	return r < 0 ? r : 0;
}
