/* SPDX-License-Identifier: Apache-2.0 */
/* rotate.c - bailiff-bundle rotate: other keys and thresholds, for any role. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/redelegate.h"
#include "cmd/bailiff-bundle/roots.h"
#include "cmd/bailiff-bundle/signing.h"
#include "cmd/bailiff-bundle/stage.h"
#include "lib/auto.h"

struct rotate {
	struct stage stage;
	struct root_options root;
	const char *role, *by;	  /* --role; who delegates to it */
	struct key_change change; /* of --role */
	struct option_list signers;
};

static bool change_is_empty(const struct key_change *c)
{
	return c->set.count + c->add.count + c->remove.count == 0 &&
	       c->threshold == 0;
}

/* Which document --role is in; a role that root names joins the others. */
static int role_sort(struct rotate *x, bool *is_delegated, struct err *e)
{
	const int kind =
		x->role != NULL ? trust_role_find(span_of(x->role)) : -EINVAL;

	*is_delegated = false;
	if (x->role == NULL && !change_is_empty(&x->change))
		return err_set(e, EINVAL,
			       "--role ROLE is missing: whose keys are they?");
	if (x->role == NULL)
		return 0;
	if (change_is_empty(&x->change))
		return err_set(e, EINVAL,
			       "--role %s: give --key, --add-key, --remove-key "
			       "or --threshold",
			       x->role);
	if (x->change.set.count != 0 &&
	    x->change.add.count + x->change.remove.count != 0)
		return err_set(e, EINVAL,
			       "--key replaces all keys: --add-key and "
			       "--remove-key do not go with it");
	if (kind < 0) {
		*is_delegated = true;
		return 0;
	}
	if (!change_is_empty(&x->root.roles[kind]))
		return err_set(e, EINVAL, "role %s is named twice", x->role);
	x->root.roles[kind] = x->change;
	return 0;
}

static bool root_is_asked_for(const struct rotate *x, bool is_delegated)
{
	bool is_asked = !is_delegated;

	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		is_asked |= !change_is_empty(&x->root.roles[i]);
	return is_asked;
}

/* "1 of alice (...), bob (...)" */
static int keys_line(const struct stage *s, const struct trust_role_keys *keys,
		     struct buf *line, struct err *e)
{
	buf_init(line, SIZE_MAX);
	buf_printf(line, "%s: %llu of", keys->role,
		   (unsigned long long)keys->threshold);
	for (size_t k = 0; k < keys->count; k++) {
		buf_puts(line, k ? ", " : " ");
		role_key_text(&s->roles, keys->keys[k]->id, line);
	}
	return buf_cstr(line) == NULL ? err_set(e, ENOMEM, "out of memory") : 0;
}

/* Say whose keys each delegation of the role has now. */
static int delegated_show(const struct stage *s, const char *role,
			  struct err *e)
{
	struct role_authority a;

	for (size_t i = 0; role_authority(&s->roles.next, role, i, &a); i++) {
		AUTO_DONE(buf_done) struct buf line = { 0 };

		if (keys_line(s, a.keys, &line, e) < 0)
			return -ENOMEM;
		printf("%s, delegated by %s\n", line.p, a.by->name);
	}
	return 0;
}

/* Say what the new root has, and what of it is new. */
static int root_show(const struct stage *s, struct err *e)
{
	const struct role *next = role_find(&s->roles.next, "root");

	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		const struct trust_role_keys *keys =
			&next->metadata.root.roles[i];
		AUTO_DONE(buf_done) struct buf line = { 0 };

		if (keys_line(s, keys, &line, e) < 0)
			return -ENOMEM;
		printf("%s%s\n", line.p,
		       trust_role_differs(&s->repo.root, &next->metadata, i)
			       ? " (changed)"
			       : "");
	}
	printf("staged/root.json is version %llu; it needs the signatures of "
	       "the old root's threshold and of its own\n",
	       (unsigned long long)next->metadata.version);
	return 0;
}

static int root_rotate(struct rotate *x, struct err *e)
{
	const struct trust_role_keys *const by[] = {
		&x->stage.repo.root.root.roles[TRUST_ROLE_ROOT], NULL
	};
	struct root_edition edition;
	AUTO_JSON *document = NULL;
	int r = root_edition_next(&x->stage, &edition, e);

	if (r == 0)
		r = root_compose(&x->root, &x->stage.roles.next, &edition,
				 &x->stage.keyring, &document, e);
	if (r == 0)
		r = keyring_sign(&x->stage.keyring, &x->signers, by, document,
				 e);
	if (r == 0)
		r = stage_put(&x->stage, "root", document, e);
	return r;
}

static int rotate_run(struct rotate *x, struct err *e)
{
	const struct redelegation which = { .role = x->role, .by = x->by };
	bool is_delegated;
	int r = role_sort(x, &is_delegated, e);
	const bool wants_root = root_is_asked_for(x, is_delegated);

	if (r == 0 && wants_root)
		r = root_rotate(x, e);
	if (r == 0 && is_delegated)
		r = redelegate(&x->stage, &which, &x->change, e);
	if (r == 0 && is_delegated)
		r = delegated_show(&x->stage, x->role, e);
	if (r == 0)
		r = stage_resign(&x->stage, e);
	if (r == 0 && wants_root)
		r = root_show(&x->stage, e);
	return r < 0 ? r : signing_show_all(&x->stage, e);
}

static void rotate_done(struct rotate *x)
{
	stage_close(&x->stage);
}

int verb_rotate(int argc, char **argv, struct err *e)
{
	AUTO_DONE(rotate_done) struct rotate x = { .stage = STAGE_NONE };
	struct stage_options options;
	const struct option_row rows[] = {
		STAGE_OPTIONS(&options, "what is staged"),
		ROOT_OPTIONS(&x.root),
		{ "role", OPTION_TEXT, false, "ROLE",
		  "any role, also a delegated one, for the options below",
		  &x.role },
		{ "key", OPTION_LIST, false, "FILE ...",
		  "these keys instead of all that it has", &x.change.set },
		{ "add-key", OPTION_LIST, false, "FILE ...", "these as well",
		  &x.change.add },
		{ "remove-key", OPTION_LIST, false, "ID|FILE ...",
		  "without these", &x.change.remove },
		{ "threshold", OPTION_NUMBER, false, "N",
		  "how many of them must sign", &x.change.threshold },
		{ "by", OPTION_TEXT, false, "ROLE",
		  "by whose delegation, where there are several", &x.by },
		{ "sign-key", OPTION_LIST, false, "FILE ...",
		  "private keys of the old root that sign too", &x.signers },
		KEYRING_OPTIONS(&options.keyring),
		{ .kind = OPTION_END },
	};
	int r;

	stage_options_init(&options);
	r = verb_options("rotate", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = stage_open(&options, REPO_CHANGE, &x.stage, e);
	return r < 0 ? r : rotate_run(&x, e);
}
