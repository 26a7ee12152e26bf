/* SPDX-License-Identifier: Apache-2.0 */
/* role.c - targets roles, top-level and delegated (TUF 1.0.34, section 5.6). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/client.h"

static struct trust_loaded *loaded_find(const struct trust_client *c,
					const char *role)
{
	for (size_t i = 0; i < c->role_count; i++)
		if (strcmp(c->roles[i]->name, role) == 0)
			return c->roles[i];
	return NULL;
}

/* Remember that the role was verified by these keys. */
static int by_add(struct trust_loaded *l, const struct trust_role_keys *by)
{
	const struct trust_role_keys **list =
		reallocarray(l->by, l->by_count + 1, sizeof(by));

	if (list == NULL)
		return -ENOMEM;
	l->by = list;
	l->by[l->by_count++] = by;
	return 0;
}

void trust_loaded_free(struct trust_loaded *l)
{
	if (l == NULL)
		return;
	free(l->name);
	free(l->by);
	trust_metadata_done(&l->m);
	free(l);
}

/* Take @m over. */
static int loaded_add(struct trust_client *c, struct trust_metadata *m,
		      const struct trust_role_keys *by,
		      struct trust_loaded **ret)
{
	struct trust_loaded *l = calloc(1, sizeof(*l));
	struct trust_loaded **list =
		reallocarray(c->roles, c->role_count + 1, sizeof(l));

	if (list != NULL)
		c->roles = list;
	if (l != NULL)
		l->name = strdup(by->role);
	if (list == NULL || l == NULL || l->name == NULL || by_add(l, by) < 0) {
		trust_loaded_free(l);
		return -ENOMEM;
	}
	trust_metadata_move(&l->m, m);
	c->roles[c->role_count++] = l;
	*ret = l;
	return 0;
}

/* What snapshot says of the role's file; its name there is not encoded. */
static int listing_find(const struct trust_client *c, const char *role,
			struct trust_file *ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;
	const json_t *entry;

	buf_init(&name, SIZE_MAX);
	buf_printf(&name, "%s.json", role);
	if (buf_cstr(&name) == NULL)
		return err_set(e, ENOMEM, "out of memory");
	entry = json_object_get(c->snapshot.files, name.p);
	if (entry == NULL) {
		(void)err_set(e, ENOENT,
			      "snapshot version %llu does not list "
			      "\"%.100s\"",
			      (unsigned long long)c->snapshot.version, name.p);
		return err_hint(e, "publish a snapshot that lists every "
				   "delegated role");
	}
	*ret = trust_file_read(entry);
	return 0;
}

/* From the store if that file still fits, else from the source. */
static int role_load(struct trust_client *c, const struct trust_role_keys *by,
		     struct trust_metadata *ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf old_bytes = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	struct trust_wanted w = { .kind = TRUST_ROLE_TARGETS, .by = by };
	int r = listing_find(c, by->role, &w.listed, e);

	if (r < 0)
		return r;
	if (trust_listed_stored(c, &w, &old_bytes, ret) < 0)
		return err_set(e, ENOMEM, "out of memory");
	if (trust_listed_fits(c, &w, &old_bytes, ret))
		return 0;
	trust_metadata_done(ret);
	r = trust_listed_fetch(c, &w, &bytes, ret, e);
	if (r == 0)
		r = trust_client_expiry(c, ret, by->role, e);
	return r < 0 ? r : trust_listed_save(c, by->role, &bytes, e);
}

/* A role that another delegator has led to. */
static int role_again(struct trust_loaded *l, const struct trust_role_keys *by,
		      struct err *e)
{
	int r;

	for (size_t i = 0; i < l->by_count; i++)
		if (l->by[i] == by)
			return 0;
	r = trust_metadata_verify(&l->m, by, NULL, e);
	if (r < 0)
		return r;
	return by_add(l, by) < 0 ? err_set(e, ENOMEM, "out of memory") : 0;
}

static int role_first(struct trust_client *c, const struct trust_role_keys *by,
		      struct trust_loaded **ret, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata m = { 0 };
	const int r = role_load(c, by, &m, e);

	if (r < 0)
		return r;
	return loaded_add(c, &m, by, ret) < 0
		       ? err_set(e, ENOMEM, "out of memory")
		       : 0;
}

int trust_role_get(struct trust_client *c, const char *delegator,
		   const struct trust_role_keys *by,
		   const struct trust_loaded **ret, struct err *e)
{
	struct trust_loaded *l = loaded_find(c, by->role);
	const int r =
		l != NULL ? role_again(l, by, e) : role_first(c, by, &l, e);

	if (r < 0 && delegator != NULL)
		(void)err_wrap(e, "role \"%.100s\", delegated by \"%.100s\"",
			       by->role, delegator);
	if (r == 0)
		*ret = l;
	return r;
}
