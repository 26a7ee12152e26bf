/* SPDX-License-Identifier: Apache-2.0 */
/* roots.c - see roots.h. */
#include "cmd/bailiff-bundle/roots.h"

#include <errno.h>

#include "lib/auto.h"
#include "pkg/trust/make.h"

#define SIGNERS_MAX OPTION_LIST_MAX

/* What is collected on the way: owned here. */
struct compose {
	json_t *keys[TRUST_ROLE_COUNT]; /* arrays of key objects */
	struct keyfile signers[SIGNERS_MAX];
	size_t signer_count;
};

static void compose_done(struct compose *c)
{
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		json_decref(c->keys[i]);
	for (size_t i = 0; i < c->signer_count; i++)
		keyfile_done(&c->signers[i]);
}

/* The role's keys from the files that were named. */
static int keys_from_files(struct compose *c, enum trust_role role,
			   const struct option_list *paths,
			   struct keyring *keyring, struct err *e)
{
	for (size_t i = 0; i < paths->count; i++) {
		AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
		int r = keyfile_open(keyring, paths->items[i], false, &f, e);

		if (r < 0)
			return r;
		if (json_array_append(c->keys[role], f.signer.object) < 0)
			return err_set(e, ENOMEM, "out of memory");
		if (role != TRUST_ROLE_ROOT || f.signer.pkey == NULL)
			continue;
		c->signers[c->signer_count++] = f;
		f = (struct keyfile){ 0 };
	}
	return 0;
}

/* The role's keys as the old root has them. */
static int keys_from_root(struct compose *c, enum trust_role role,
			  const struct trust_metadata *old, struct err *e)
{
	const struct trust_role_keys *keys = &old->root.roles[role];
	const json_t *objects = json_object_get(old->body, "keys");

	for (size_t i = 0; i < keys->count; i++)
		if (json_array_append(
			    c->keys[role],
			    json_object_get(objects, keys->keys[i]->id)) < 0)
			return err_set(e, ENOMEM, "out of memory");
	return 0;
}

static int role_collect(struct compose *c, enum trust_role role,
			const struct root_options *options,
			const struct trust_metadata *old,
			struct keyring *keyring, struct err *e)
{
	const struct option_list *paths = &options->keys[role];

	c->keys[role] = json_array();
	if (c->keys[role] == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (paths->count == 0 && old != NULL)
		return keys_from_root(c, role, old, e);
	if (paths->count == 0)
		return err_set(e, EINVAL, "--%s-key FILE is missing",
			       trust_role_name(role));
	return keys_from_files(c, role, paths, keyring, e);
}

/* For the new root, and for the old one where that lists the key as well. */
static int root_sign(json_t *document, const struct trust_signer *s,
		     const struct trust_metadata *old, struct err *e)
{
	const struct trust_role_keys *const by[] = {
		old != NULL ? &old->root.roles[TRUST_ROLE_ROOT] : NULL, NULL
	};
	int r = trust_sign(document, s, e);

	if (r == 0 && old != NULL)
		r = trust_sign_listed(document, s, by, e);
	return r == -EKEYREJECTED ? 0 : r;
}

int root_compose(const struct root_options *options,
		 const struct trust_metadata *old, int64_t expires,
		 struct keyring *keyring, json_t **ret, struct err *e)
{
	AUTO_DONE(compose_done) struct compose c = { 0 };
	AUTO_JSON *document = NULL;
	struct trust_root_plan plan = {
		.version = old != NULL ? old->version + 1 : 1,
		.expires = expires,
		.is_consistent = true,
	};
	int r = 0;

	for (enum trust_role i = 0; r == 0 && i < TRUST_ROLE_COUNT; i++) {
		uint64_t threshold = options->thresholds[i];

		r = role_collect(&c, i, options, old, keyring, e);
		if (threshold == 0)
			threshold = old ? old->root.roles[i].threshold : 1;
		plan.roles[i] =
			(struct trust_role_plan){ c.keys[i], threshold };
	}
	if (r == 0)
		r = trust_make_root(&plan, &document, e);
	for (size_t i = 0; r == 0 && i < c.signer_count; i++)
		r = root_sign(document, &c.signers[i].signer, old, e);
	if (r == 0)
		*ret = ptr_steal(&document);
	return r;
}
