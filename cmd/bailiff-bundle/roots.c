/* SPDX-License-Identifier: Apache-2.0 */
/* roots.c - see roots.h. */
#include "cmd/bailiff-bundle/roots.h"

#include <errno.h>

#include "cmd/bailiff-bundle/authority.h"
#include "lib/auto.h"

/* Sign with those that are keys of its own root role, or of the old one's. */
static int root_sign(json_t *document, const struct key_signers *signers,
		     const struct trust_role_keys *old, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata root = { 0 };
	AUTO_DONE(buf_done) struct buf text;
	int r;

	buf_init(&text, trust_role_max(TRUST_ROLE_ROOT));
	if (json_text(document, &text) < 0)
		return err_set(e, ENOMEM, "out of memory");
	r = trust_metadata_parse(TRUST_ROLE_ROOT, buf_view(&text), &root, e);
	if (r < 0)
		return r;
	return key_signers_sign(
		signers,
		(const struct trust_role_keys *[]){
			&root.root.roles[TRUST_ROLE_ROOT], old, NULL },
		document, e);
}

static int root_make(const struct key_list lists[static TRUST_ROLE_COUNT],
		     const struct root_edition *edition, json_t **ret,
		     struct err *e)
{
	struct trust_root_plan plan = {
		.version = edition->version,
		.expires = edition->expires,
		.is_consistent = true,
	};

	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		plan.roles[i] = (struct trust_role_plan){ lists[i].keys,
							  lists[i].threshold };
	return trust_make_root(&plan, ret, e);
}

static int role_collect(enum trust_role kind, const struct key_change *c,
			const struct role_view *old, struct keyring *keyring,
			struct key_list *list, struct key_signers *signers,
			struct err *e)
{
	const char *name = trust_role_name(kind);
	struct role_authority a = { 0 };
	int r = 0;

	list->threshold = 1;
	if (old == NULL && c->set.count == 0)
		return err_set(e, EINVAL, "--%s-key FILE is missing", name);
	if (old != NULL) {
		a.by = role_find(old, "root");
		a.keys = &a.by->metadata.root.roles[kind];
		r = key_list_read(&a, list, e);
	}
	if (r == 0)
		r = key_change_apply(c, name, keyring, list, signers, e);
	return r;
}

int root_compose(const struct root_options *options,
		 const struct role_view *old,
		 const struct root_edition *edition, struct keyring *keyring,
		 json_t **ret, struct err *e)
{
	AUTO_DONE(key_signers_done) struct key_signers signers = { 0 };
	struct key_list lists[TRUST_ROLE_COUNT] = { 0 };
	AUTO_JSON *document = NULL;
	int r = 0;

	for (enum trust_role i = 0; r == 0 && i < TRUST_ROLE_COUNT; i++)
		r = role_collect(i, &options->roles[i], old, keyring, &lists[i],
				 &signers, e);
	if (r == 0)
		r = root_make(lists, edition, &document, e);
	if (r == 0)
		r = root_sign(document, &signers, edition->old, e);
	if (r == 0)
		*ret = ptr_steal(&document);
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		key_list_done(&lists[i]);
	return r;
}
