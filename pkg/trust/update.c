/* SPDX-License-Identifier: Apache-2.0 */
/* update.c - a whole bundle; see trust_update(). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/client.h"

struct update {
	struct trust_client *c;
	struct trust_result result;
	size_t content; /* bytes of all targets */
};

static void speaker_done(struct trust_speaker *s)
{
	free(s->role);
	for (size_t i = 0; i < s->signer_count; i++)
		free(s->signers[i]);
}

void trust_result_done(struct trust_result *r)
{
	for (size_t i = 0; i < r->speaker_count; i++)
		speaker_done(&r->speakers[i]);
	free(r->speakers);
	for (size_t i = 0; i < r->target_count; i++) {
		free(r->targets[i].name);
		free(r->targets[i].through);
		buf_done(&r->targets[i].bytes);
	}
	free(r->targets);
	*r = (struct trust_result){ 0 };
}

static void update_done(struct update *u)
{
	trust_client_free(u->c);
	trust_result_done(&u->result);
}

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* Load what one role delegates to. */
static int delegations_load(struct trust_client *c,
			    const struct trust_loaded *l, struct err *e)
{
	for (size_t i = 0; i < l->m.delegation_count; i++) {
		const struct trust_role_keys *by = &l->m.delegations[i].by;
		const struct trust_loaded *child;
		const int r = trust_role_get(c, l->name, by, &child, e);

		if (r < 0)
			return r;
		if (c->role_count > TRUST_SPEAKERS_MAX)
			return err_set(e, E2BIG,
				       "more than %d roles: \"%.100s\" is one "
				       "too many",
				       TRUST_SPEAKERS_MAX, by->role);
	}
	return 0;
}

/* Every role that can be reached; the list grows while it is walked. */
static int roles_load(struct trust_client *c, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->role_count; i++)
		r = delegations_load(c, c->roles[i], e);
	return r;
}

/* -- who speaks ------------------------------------------------------------ */

static int speaker_fill(struct trust_speaker *s, const struct trust_loaded *l,
			struct err *e)
{
	AUTO_DONE(trust_signer_ids_done) struct trust_signer_ids ids = { 0 };
	const int r = trust_metadata_verify(&l->m, l->by[0], &ids, e);

	if (r < 0)
		return r;
	s->version = l->m.version;
	s->expires = l->m.expires;
	s->role = strdup(l->name);
	if (s->role == NULL)
		return no_memory(e);
	for (size_t i = 0; i < ids.count && i < TRUST_SIGNERS_MAX; i++) {
		s->signers[i] = strdup(ids.ids[i]);
		if (s->signers[i] == NULL)
			return no_memory(e);
		s->signer_count++;
	}
	return 0;
}

static int speakers_tell(struct update *u, struct err *e)
{
	struct trust_result *result = &u->result;

	result->speakers = calloc(u->c->role_count, sizeof(*result->speakers));
	if (result->speakers == NULL)
		return no_memory(e);
	for (size_t i = 0; i < u->c->role_count; i++) {
		const int r =
			speaker_fill(&result->speakers[result->speaker_count++],
				     u->c->roles[i], e);

		if (r < 0)
			return r;
	}
	return 0;
}

static size_t speaker_index(const struct trust_result *result, const char *role)
{
	size_t i = 0;

	while (strcmp(result->speakers[i].role, role) != 0)
		i++;
	return i;
}

/* -- targets --------------------------------------------------------------- */

/* A target that is filled or half filled: the result frees either. */
static int target_get(struct update *u, const struct trust_found *found,
		      struct err *e)
{
	struct trust_target *t = &u->result.targets[u->result.target_count++];
	const uint64_t length = found->file.length;

	if (length > TRUST_TARGET_MAX ||
	    length > TRUST_CONTENT_MAX - u->content)
		return err_set(e, EFBIG,
			       "target \"%s\" has %llu bytes; at most %d are "
			       "allowed, %d for all targets",
			       found->path, (unsigned long long)length,
			       TRUST_TARGET_MAX, TRUST_CONTENT_MAX);
	u->content += (size_t)length;
	t->speaker = speaker_index(&u->result, found->role);
	t->name = strdup(found->path);
	t->through = calloc(found->through_count + 1, sizeof(*t->through));
	if (t->name == NULL || t->through == NULL)
		return no_memory(e);
	for (; t->through_count < found->through_count; t->through_count++)
		t->through[t->through_count] = speaker_index(
			&u->result, found->through[t->through_count]);
	return trust_client_target(u->c, found, &t->bytes, e);
}

/* What a role lists and speaks of, by the search: another role may go first,
 * and then lists it too; or nobody may speak of it. */
static int role_targets(struct update *u, const struct trust_loaded *l,
			struct err *e)
{
	const char *path;
	json_t *entry;

	json_object_foreach((json_t *)(uintptr_t)l->m.files, path, entry) {
		struct trust_found found;
		struct err why = { 0 };
		int r = trust_client_find(u->c, path, &found, &why);

		if (r == -ENOENT)
			continue; /* every role is loaded: nobody may */
		if (r < 0 && e != NULL)
			*e = why;
		if (r == 0 && strcmp(found.role, l->name) == 0)
			r = target_get(u, &found, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int targets_get(struct update *u, struct err *e)
{
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; i < u->c->role_count; i++)
		count += json_object_size(u->c->roles[i]->m.files);
	if (count > TRUST_TARGET_COUNT_MAX)
		return err_set(e, E2BIG, "%zu targets, at most %d are allowed",
			       count, TRUST_TARGET_COUNT_MAX);
	u->result.targets = calloc(count + 1, sizeof(*u->result.targets));
	if (u->result.targets == NULL)
		return no_memory(e);
	for (size_t i = 0; r == 0 && i < u->c->role_count; i++)
		r = role_targets(u, u->c->roles[i], e);
	return r;
}

/* -- the result ------------------------------------------------------------ */

static void summary_tell(struct update *u)
{
	const struct trust_client *c = u->c;
	struct trust_result *result = &u->result;
	const struct trust_metadata *const online[] = { &c->root, &c->timestamp,
							&c->snapshot };

	result->root_version = c->root.version;
	result->timestamp_version = c->timestamp.version;
	result->snapshot_version = c->snapshot.version;
	result->targets_version = c->roles[0]->m.version;
	result->issued = c->timestamp.issued;
	result->now = c->now;
	result->expires = INT64_MAX;
	for (size_t i = 0; i < sizeof(online) / sizeof(online[0]); i++)
		if (online[i]->expires < result->expires)
			result->expires = online[i]->expires;
	for (size_t i = 0; i < c->role_count; i++)
		if (c->roles[i]->m.expires < result->expires)
			result->expires = c->roles[i]->m.expires;
}

int trust_update(const struct trust_config *config, struct trust_result *ret,
		 struct err *e)
{
	AUTO_DONE(update_done) struct update u = { 0 };
	int r = trust_client_new(config, &u.c, e);

	if (r == 0)
		r = trust_client_refresh(u.c, e);
	if (r == 0)
		r = roles_load(u.c, e);
	if (r < 0)
		return r;
	summary_tell(&u);
	r = speakers_tell(&u, e);
	if (r == 0)
		r = targets_get(&u, e);
	if (r < 0)
		return r;
	*ret = u.result;
	u.result = (struct trust_result){ 0 };
	return 0;
}
