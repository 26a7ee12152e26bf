/* SPDX-License-Identifier: Apache-2.0 */
/* delegate.c - bailiff-bundle delegate: let a team speak of some paths. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/keychange.h"
#include "cmd/bailiff-bundle/signing.h"
#include "cmd/bailiff-bundle/speaker.h"
#include "cmd/bailiff-bundle/stage.h"
#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/trust/delegation.h"

struct delegate {
	struct stage stage;
	const char *role, *by, *before;
	struct option_list paths, prefixes;
	struct key_change keys;
	bool is_terminating, is_not_terminating, is_first, is_removal;
	json_t *document; /* the delegator's draft */
};

static void delegate_done(struct delegate *d)
{
	stage_close(&d->stage);
	json_decref(d->document);
}

/* -- what is asked for ------------------------------------------------------
 */

/* Does the list let a role speak of node.json? */
static bool reaches_node(const json_t *list, bool is_prefixes)
{
	const struct trust_delegation d = {
		.paths = is_prefixes ? NULL : list,
		.hash_prefixes = is_prefixes ? list : NULL,
	};

	return trust_delegation_matches(&d, "node.json");
}

static bool pattern_is_safe(const char *pattern)
{
	return trust_target_path_is_safe(pattern) &&
	       span_utf8_len(span_of(pattern)) != 0;
}

/* The patterns or prefixes as a list, if they are fit for a team. */
static int scope_make(const struct option_list *texts, bool is_prefixes,
		      json_t **ret, struct err *e)
{
	AUTO_JSON *list = json_array();

	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->items[i];

		if (!is_prefixes && !pattern_is_safe(text))
			return err_set(
				e, EINVAL,
				"--paths \"%s\": a pattern is a relative "
				"path without \"..\" and empty parts",
				text);
		if (json_array_append_new(list, json_string(text)) < 0)
			return err_set(e, EINVAL, "\"%s\" is not UTF-8", text);
	}
	if (reaches_node(list, is_prefixes)) {
		(void)err_set(
			e, EPERM,
			"%s would let the role speak of node.json, which "
			"only role targets may: it names the services and "
			"what happens to all others",
			is_prefixes ? "--hash-prefix" : "--paths");
		return err_hint(e, "name the team's own documents, as in "
				   "--paths 'services/web-*'");
	}
	*ret = ptr_steal(&list);
	return 0;
}

static int usage_check(const struct delegate *d, struct err *e)
{
	const bool has_content =
		d->paths.count + d->prefixes.count + d->keys.set.count != 0;

	if (d->is_removal && (has_content || d->keys.threshold != 0 ||
			      d->is_first || d->before != NULL))
		return err_set(e, EINVAL, "--remove stands alone");
	if (d->paths.count != 0 && d->prefixes.count != 0)
		return err_set(e, EINVAL,
			       "either --paths or --hash-prefix, not both");
	if (d->is_first && d->before != NULL)
		return err_set(e, EINVAL,
			       "either --first or --before, not both");
	if (d->is_terminating && d->is_not_terminating)
		return err_set(e, EINVAL,
			       "either --terminating or --not-terminating");
	if (strcmp(d->role, d->by) == 0)
		return err_set(e, EINVAL, "role %s cannot delegate to itself",
			       d->role);
	return trust_role_name_is_free(d->role, e) ? 0 : -EINVAL;
}

/* -- the delegation ---------------------------------------------------------
 */

/* The one that the delegator has for the role; false: it will be new. */
static bool present_find(const struct delegate *d, struct role_authority *ret)
{
	for (size_t i = 0;
	     role_authority(&d->stage.roles.next, d->role, i, ret); i++)
		if (strcmp(ret->by->name, d->by) == 0)
			return true;
	return false;
}

static int place_find(const struct delegate *d, size_t *ret, struct err *e)
{
	const struct role *by = role_find(&d->stage.roles.next, d->by);
	size_t at = 0;

	*ret = d->is_first ? 0 : TRUST_PLACE_KEPT;
	if (d->before == NULL)
		return 0;
	for (size_t i = 0; by != NULL && i < by->metadata.delegation_count;
	     i++) {
		const char *role = by->metadata.delegations[i].role;

		if (strcmp(role, d->before) == 0) {
			*ret = at;
			return 0;
		}
		at += strcmp(role, d->role) != 0;
	}
	return err_set(e, EINVAL, "--before %s: %s does not delegate to it",
		       d->before, d->by);
}

/* What it hands on: as asked for, else as it was. */
static int scope_choose(const struct delegate *d,
			const struct trust_delegation *old, json_t **paths,
			json_t **prefixes, struct err *e)
{
	if (d->paths.count != 0)
		return scope_make(&d->paths, false, paths, e);
	if (d->prefixes.count != 0)
		return scope_make(&d->prefixes, true, prefixes, e);
	if (old == NULL)
		return err_set(
			e, EINVAL,
			"--paths PATTERN or --hash-prefix HEX is missing: "
			"role %s is new",
			d->role);
	*paths = json_deep_copy(old->paths);
	*prefixes = json_deep_copy(old->hash_prefixes);
	return 0;
}

static int keys_choose(struct delegate *d, const struct role_authority *old,
		       struct key_list *keys, struct err *e)
{
	int r = 0;

	keys->threshold = 1;
	if (old->delegation == NULL && d->keys.set.count == 0)
		return err_set(e, EINVAL,
			       "--key FILE is missing: role %s is "
			       "new",
			       d->role);
	if (old->delegation != NULL)
		r = key_list_read(old, keys, e);
	return r < 0 ? r
		     : key_change_apply(&d->keys, d->role, &d->stage.keyring,
					keys, NULL, e);
}

static int delegation_set(struct delegate *d, struct err *e)
{
	AUTO_DONE(key_list_done) struct key_list keys = { 0 };
	struct role_authority old = { 0 };
	AUTO_JSON *paths = NULL;
	AUTO_JSON *prefixes = NULL;
	struct trust_delegation_plan plan = { .role = d->role };
	int r;

	if (!present_find(d, &old))
		old = (struct role_authority){ 0 };
	r = scope_choose(d, old.delegation, &paths, &prefixes, e);
	if (r == 0)
		r = keys_choose(d, &old, &keys, e);
	if (r == 0)
		r = place_find(d, &plan.at, e);
	if (r < 0)
		return r;
	plan.by = (struct trust_role_plan){ keys.keys, keys.threshold };
	plan.paths = paths;
	plan.hash_prefixes = prefixes;
	plan.is_terminating =
		d->is_terminating ||
		(!d->is_not_terminating && old.delegation != NULL &&
		 old.delegation->is_terminating);
	return trust_make_delegation(d->document, &plan, e);
}

/* -- what follows -----------------------------------------------------------
 */

/* A role that is new needs a file, or the bundle would lack it. */
static int first_version(struct delegate *d, struct err *e)
{
	AUTO_JSON *document = NULL;
	int r;

	if (role_find(&d->stage.roles.next, d->role) != NULL)
		return 0;
	r = stage_draft(&d->stage, d->role, &document, e);
	if (r == 0)
		r = stage_put(&d->stage, d->role, document, e);
	if (r == 0)
		printf("staged an empty %s: its team signs it, or builds over "
		       "it\n",
		       d->role);
	return r;
}

/* What is staged of a role that nobody delegates to any more goes with it. */
static int removal_finish(struct delegate *d, struct err *e)
{
	struct role_authority a;
	char name[REPO_NAME_MAX];
	int r;

	if (role_find(&d->stage.roles.staged, d->role) == NULL ||
	    role_authority(&d->stage.roles.next, d->role, 0, &a))
		return 0;
	r = repo_staged_name(d->role, name, e);
	if (r == 0)
		r = repo_unstage(&d->stage.repo, name + strlen("staged/"), e);
	return r < 0 ? r : roles_drop_staged(&d->stage.roles, d->role, e);
}

static int order_tell(const struct delegate *d, struct err *e)
{
	const struct role *by = role_find(&d->stage.roles.next, d->by);

	printf("%s delegates%s\n", d->by,
	       by->metadata.delegation_count == 0 ? " nothing"
						  : ", asked in this order:");
	for (size_t i = 0; i < by->metadata.delegation_count; i++) {
		const struct trust_delegation *t = &by->metadata.delegations[i];
		AUTO_DONE(buf_done) struct buf line;

		buf_init(&line, SIZE_MAX);
		role_scope_text(t, &line);
		for (size_t k = 0; k < t->by.count; k++) {
			buf_puts(&line, k ? ", " : "; keys: ");
			role_key_text(&d->stage.roles, t->by.keys[k]->id,
				      &line);
		}
		if (buf_cstr(&line) == NULL)
			return err_set(e, ENOMEM, "out of memory");
		printf("  %zu. %s, %llu of %zu: %s\n", i + 1, t->role,
		       (unsigned long long)t->by.threshold, t->by.count,
		       line.p);
	}
	return 0;
}

/* Has the node.json that is staged or published something in "roles" for the
 * role? Without one that can be read there is nothing to say: build will. */
static void ceiling_tell(const struct delegate *d)
{
	const struct role_view *v = &d->stage.roles.next;
	const struct role *targets = role_find(v, "targets");
	AUTO_DONE(buf_done) struct buf bytes;
	AUTO_JSON *node = NULL;
	struct trust_file f;

	buf_init(&bytes, TRUST_TARGET_MAX);
	if (targets == NULL || !role_target(targets, "node.json", &f) ||
	    role_target_read(&d->stage.repo, targets, "node.json", &bytes,
			     NULL) < 0 ||
	    json_parse(buf_view(&bytes), TRUST_TARGET_MAX, &node, NULL) < 0)
		return;
	if (json_object_get(json_object_get(node, "roles"), d->role) == NULL)
		printf("node.json has no ceiling for %s: build, publish and "
		       "nodes refuse its policies until \"roles\" has one\n",
		       d->role);
}

static int delegate_run(struct delegate *d, struct err *e)
{
	struct role_authority a;
	int r = usage_check(d, e);

	if (r < 0)
		return r;
	if (!role_authority(&d->stage.roles.next, d->by, 0, &a))
		return err_set(e, EINVAL, "--by %s: nobody delegates to it",
			       d->by);
	r = stage_draft(&d->stage, d->by, &d->document, e);
	if (r == 0)
		r = d->is_removal
			    ? trust_make_undelegation(d->document, d->role, e)
			    : delegation_set(d, e);
	if (r == -ENOENT)
		return err_set(e, EBADMSG, "%s does not delegate to role %s",
			       d->by, d->role);
	if (r == 0)
		r = stage_put(&d->stage, d->by, d->document, e);
	if (r == 0)
		r = d->is_removal ? removal_finish(d, e) : first_version(d, e);
	if (r == 0)
		r = stage_resign(&d->stage, e);
	if (r == 0)
		r = order_tell(d, e);
	if (r == 0 && !d->is_removal)
		ceiling_tell(d);
	if (r == 0)
		r = signing_show_progress(&d->stage, d->by, e);
	return r < 0 || d->is_removal
		       ? r
		       : signing_show_progress(&d->stage, d->role, e);
}

int verb_delegate(int argc, char **argv, struct err *e)
{
	AUTO_DONE(delegate_done) struct delegate d = { .stage = STAGE_NONE };
	struct stage_options options;
	const struct option_row rows[] = {
		STAGE_OPTIONS(&options, "what is staged"),
		{ "role", OPTION_TEXT, true, "NAME",
		  "whom to delegate to; a new name or one that is there",
		  &d.role },
		{ "paths", OPTION_LIST, false, "PATTERN ...",
		  "what it may speak of; * and ? do not match /", &d.paths },
		{ "hash-prefix", OPTION_LIST, false, "HEX ...",
		  "instead: paths whose SHA-256 begins so", &d.prefixes },
		{ "key", OPTION_LIST, false, "FILE ...",
		  "the keys of the role, private or public", &d.keys.set },
		{ "threshold", OPTION_NUMBER, false, "N",
		  "how many of them must sign (1)", &d.keys.threshold },
		{ "terminating", OPTION_FLAG, false, NULL,
		  "of what fits its paths, no role after it is asked",
		  &d.is_terminating },
		{ "not-terminating", OPTION_FLAG, false, NULL,
		  "the others are asked as well", &d.is_not_terminating },
		{ "by", OPTION_TEXT, false, "ROLE", "who delegates (targets)",
		  &d.by },
		{ "first", OPTION_FLAG, false, NULL, "ask it first",
		  &d.is_first },
		{ "before", OPTION_TEXT, false, "NAME", "ask it before NAME",
		  &d.before },
		{ "remove", OPTION_FLAG, false, NULL,
		  "take the delegation back", &d.is_removal },
		KEYRING_OPTIONS(&options.keyring),
		{ .kind = OPTION_END },
	};
	int r;

	stage_options_init(&options);
	r = verb_options("delegate", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	if (d.by == NULL)
		d.by = "targets";
	r = stage_open(&options, REPO_CHANGE, &d.stage, e);
	return r < 0 ? r : delegate_run(&d, e);
}
