/* SPDX-License-Identifier: Apache-2.0 */
/* revoke.c - bailiff-bundle revoke: a key counts nowhere any more.
 *
 * First it is looked whether every role could still be signed without the key;
 * only then is anything staged.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/redelegate.h"
#include "cmd/bailiff-bundle/signing.h"
#include "lib/auto.h"
#include "lib/num.h"

struct revoke {
	struct stage stage;
	const char *text;    /* --key */
	struct key_name key; /* with its object: what is looked for */
	struct option_list replacement; /* at most one */
	struct option_list thresholds;	/* ROLE=N */
	size_t removed;
};

static void revoke_done(struct revoke *v)
{
	stage_close(&v->stage);
	key_name_done(&v->key);
}

/* The place of the key in a list; its size when it is not there. */
static size_t key_place(const struct revoke *v, const json_t *keys)
{
	size_t i = 0;

	while (i < json_array_size(keys) &&
	       !key_name_fits(&v->key, json_array_get(keys, i)))
		i++;
	return i;
}

/* An id's digits become the key that they mean: exactly one. */
static int key_resolve(struct revoke *v, const json_t *keys, struct err *e)
{
	size_t i;
	json_t *key;

	json_array_foreach(keys, i, key) {
		if (!key_name_fits(&v->key, key))
			continue;
		if (v->key.object == NULL)
			v->key.object = json_incref(key);
		else if (!json_equal(json_object_get(v->key.object, "keyval"),
				     json_object_get(key, "keyval")))
			return err_set(e, EINVAL,
				       "%s: several keys begin so: give more "
				       "digits",
				       v->text);
	}
	return 0;
}

/* The new threshold that the user gives the role; 0: none. */
static int threshold_given(const struct revoke *v, const char *role,
			   uint64_t *ret, struct err *e)
{
	*ret = 0;
	for (size_t i = 0; i < v->thresholds.count; i++) {
		const char *text = v->thresholds.items[i];
		const char *equals = strrchr(text, '=');

		if (equals == NULL ||
		    num_parse_u64(span_of(equals + 1), 1, INT64_MAX, ret) < 0)
			return err_set(e, EINVAL,
				       "--threshold \"%s\" must be ROLE=N",
				       text);
		if (span_eq_str((struct span){ text, (size_t)(equals - text) },
				role))
			return 0;
		*ret = 0;
	}
	return 0;
}

/* What takes the key out of a role, as the other verbs have it. */
static int change_make(const struct revoke *v, const char *role,
		       struct key_change *ret, struct err *e)
{
	*ret = (struct key_change){
		.gone = &v->key,
		.add = v->replacement,
	};
	return threshold_given(v, role, &ret->threshold, e);
}

/* Could the role still be signed? */
static int role_check(struct revoke *v, const char *role,
		      const struct role_authority *a, struct err *e)
{
	AUTO_DONE(key_list_done) struct key_list keys = { 0 };
	struct key_change change;
	uint64_t threshold;
	size_t left;
	int r = key_list_read(a, &keys, e);

	if (r == 0)
		r = key_resolve(v, keys.keys, e);
	if (r == 0)
		r = change_make(v, role, &change, e);
	if (r < 0 || key_place(v, keys.keys) == json_array_size(keys.keys))
		return r;
	v->removed++;
	threshold = change.threshold ? change.threshold : keys.threshold;
	left = json_array_size(keys.keys) - 1 + v->replacement.count;
	if (left >= threshold)
		return 0;
	(void)err_set(
		e, EPERM,
		"without it role %s has too few keys: %zu, but %llu must sign",
		role, left, (unsigned long long)threshold);
	return err_hint(e, left > 0 ? "give --replace-with FILE, a key for "
				      "every role it leaves, or --threshold "
				      "ROLE=N"
				    : "give --replace-with FILE, a key for "
				      "every role it leaves");
}

static int delegations_check(struct revoke *v, struct err *e)
{
	const struct role_view *next = &v->stage.roles.next;
	int r = 0;

	for (size_t i = 0; i < next->count; i++) {
		const struct role *by = next->items[i];

		for (size_t k = 0; r == 0 && k < by->metadata.delegation_count;
		     k++) {
			const struct trust_delegation *d =
				&by->metadata.delegations[k];
			const struct role_authority a = { by, &d->by, d };

			r = role_check(v, d->role, &a, e);
		}
	}
	return r;
}

static int all_check(struct revoke *v, struct err *e)
{
	struct role_authority a;
	int r = 0;

	for (enum trust_role i = 0; r == 0 && i < TRUST_ROLE_COUNT; i++) {
		a = (struct role_authority){
			.by = role_find(&v->stage.roles.next, "root")
		};
		a.keys = &a.by->metadata.root.roles[i];
		r = role_check(v, trust_role_name(i), &a, e);
	}
	if (r == 0)
		r = delegations_check(v, e);
	if (r == 0 && v->removed == 0)
		r = err_set(e, EBADMSG, "%s is no key of any role", v->text);
	return r;
}

/* -- doing it ---------------------------------------------------------------
 */

static bool keys_have(const struct revoke *v, const struct trust_role_keys *by,
		      const json_t *objects)
{
	for (size_t i = 0; i < by->count; i++)
		if (key_name_fits(&v->key,
				  json_object_get(objects, by->keys[i]->id)))
			return true;
	return false;
}

static int root_revoke(struct revoke *v, struct err *e)
{
	const struct role *root = role_find(&v->stage.roles.next, "root");
	const json_t *objects = json_object_get(root->metadata.body, "keys");
	struct root_options options = { 0 };
	struct root_edition edition;
	AUTO_JSON *document = NULL;
	bool is_there = false;
	int r = root_edition_next(&v->stage, &edition, e);

	for (enum trust_role i = 0; r == 0 && i < TRUST_ROLE_COUNT; i++) {
		if (!keys_have(v, &root->metadata.root.roles[i], objects))
			continue;
		is_there = true;
		printf("removed from role %s\n", trust_role_name(i));
		r = change_make(v, trust_role_name(i), &options.roles[i], e);
	}
	if (r < 0 || !is_there)
		return r;
	r = root_compose(&options, &v->stage.roles.next, &edition,
			 &v->stage.keyring, &document, e);
	return r < 0 ? r : stage_put(&v->stage, "root", document, e);
}

/* A delegation that still lists it; the texts are the caller's copies. */
static bool delegation_find(const struct revoke *v, char role[REPO_NAME_MAX],
			    char by[REPO_NAME_MAX])
{
	const struct role_view *next = &v->stage.roles.next;

	for (size_t i = 0; i < next->count; i++) {
		const struct trust_metadata *m = &next->items[i]->metadata;
		const json_t *objects = json_object_get(
			json_object_get(m->body, "delegations"), "keys");

		for (size_t k = 0; k < m->delegation_count; k++) {
			if (!keys_have(v, &m->delegations[k].by, objects))
				continue;
			(void)snprintf(role, REPO_NAME_MAX, "%s",
				       m->delegations[k].role);
			(void)snprintf(by, REPO_NAME_MAX, "%s",
				       next->items[i]->name);
			return true;
		}
	}
	return false;
}

static int delegations_revoke(struct revoke *v, struct err *e)
{
	char role[REPO_NAME_MAX], by[REPO_NAME_MAX];
	int r = 0;

	while (r == 0 && delegation_find(v, role, by)) {
		const struct redelegation which = { role, by };
		struct key_change change;

		r = change_make(v, role, &change, e);
		if (r == 0)
			r = redelegate(&v->stage, &which, &change, e);
		if (r == 0)
			printf("removed from role %s, delegated by %s\n", role,
			       by);
	}
	return r;
}

/* A staged file that still bears its signature; true: one was taken out. */
static int signature_withdraw(struct revoke *v, struct err *e)
{
	for (size_t i = 0; i < v->stage.roles.staged.count; i++) {
		const struct role *role = v->stage.roles.staged.items[i];
		AUTO_JSON *document = json_deep_copy(role->metadata.document);
		json_t *list = json_object_get(document, "signatures");
		AUTO_MEM char *name = strdup(role->name);
		bool is_there = false;
		int r;

		for (size_t k = json_array_size(list); k-- > 0;)
			if (span_eq_str(
				    json_span(json_object_get(
					    json_array_get(list, k), "keyid")),
				    v->key.id)) {
				(void)json_array_remove(list, k);
				is_there = true;
			}
		if (!is_there)
			continue;
		if (name == NULL)
			return err_set(e, ENOMEM, "out of memory");
		r = stage_put(&v->stage, name, document, e);
		if (r < 0)
			return r;
		printf("its signature on the staged %s is taken out\n", name);
		return 1;
	}
	return 0;
}

static int revoke_run(struct revoke *v, struct err *e)
{
	int r = key_name_read(v->text, &v->stage.keyring, &v->key, e);

	if (r == 0)
		r = all_check(v, e);
	if (r == 0 && trust_key_id(v->key.object, v->key.id) < 0)
		r = err_set(e, EBADMSG, "%s: no key id", v->text);
	if (r == 0)
		r = root_revoke(v, e);
	if (r == 0)
		r = delegations_revoke(v, e);
	while (r == 0 && (r = signature_withdraw(v, e)) == 1)
		r = 0;
	if (r == 0)
		r = stage_resign(&v->stage, e);
	if (r < 0)
		return r;
	printf("what is published still has the key until this is signed and "
	       "published\n");
	return signing_show_all(&v->stage, e);
}

int verb_revoke(int argc, char **argv, struct err *e)
{
	AUTO_DONE(revoke_done) struct revoke v = { .stage = STAGE_NONE };
	struct stage_options options;
	const struct option_row rows[] = {
		STAGE_OPTIONS(&options, "what is staged"),
		{ "key", OPTION_TEXT, true, "ID|FILE",
		  "the key: 8 digits of its id or more, or a file", &v.text },
		{ "replace-with", OPTION_LIST, false, "FILE",
		  "a key for every role that it leaves", &v.replacement },
		{ "threshold", OPTION_LIST, false, "ROLE=N ...",
		  "how many must sign from now on", &v.thresholds },
		KEYRING_OPTIONS(&options.keyring),
		{ .kind = OPTION_END },
	};
	int r;

	stage_options_init(&options);
	r = verb_options("revoke", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	if (v.replacement.count > 1)
		return err_set(e, EINVAL, "--replace-with takes one file");
	r = stage_open(&options, REPO_CHANGE, &v.stage, e);
	return r < 0 ? r : revoke_run(&v, e);
}
