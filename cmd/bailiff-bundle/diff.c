/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c - bailiff-bundle diff: what the staged change would do, in words.
 *
 * One JSON object is made; people get it as text.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/bundle_check.h"
#include "cmd/bailiff-bundle/signing.h"
#include "lib/auto.h"
#include "lib/when.h"

#define DIFF_SIZE 67108864

struct diff {
	struct stage stage;
	json_t *changes; /* of the role that is looked at; borrowed */
	bool is_refused; /* nodes would refuse the policies */
	bool is_cut;	 /* out of memory on the way */
};

static void change(struct diff *d, const char *about, const char *kind,
		   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void change(struct diff *d, const char *about, const char *kind,
		   const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text == NULL ||
	    json_array_append_new(d->changes,
				  json_pack("{s:s, s:s, s:s}", "about", about,
					    "change", kind, "sentence", text)) <
		    0)
		d->is_cut = true;
	free(text);
}

/* ---- keys and thresholds ------------------------------------------------ */

static bool keys_have(const struct trust_role_keys *keys, const char *id)
{
	for (size_t i = 0; keys != NULL && i < keys->count; i++)
		if (strcmp(keys->keys[i]->id, id) == 0)
			return true;
	return false;
}

/* The keys of @in that @against lacks. */
static void keys_compare(struct diff *d, const struct trust_role_keys *in,
			 const struct trust_role_keys *against,
			 const char *kind, const char *words)
{
	for (size_t i = 0; in != NULL && i < in->count; i++) {
		const char *id = in->keys[i]->id;
		AUTO_DONE(buf_done) struct buf name = { 0 };

		if (keys_have(against, id))
			continue;
		buf_init(&name, SIGNING_LINE_SIZE);
		role_key_text(&d->stage.roles, id, &name);
		change(d, "key", kind, "%s may %s %s",
		       buf_cstr(&name) != NULL ? name.p : id, words, in->role);
	}
}

/* Who may sign a role, and how many must; NULL: nobody. */
static void signers_compare(struct diff *d, const struct trust_role_keys *from,
			    const struct trust_role_keys *to)
{
	keys_compare(d, to, from, "added", "sign");
	keys_compare(d, from, to, "removed", "no longer sign");
	if (to == NULL)
		return;
	if (from == NULL)
		change(d, "threshold", "added",
		       "%s needs %llu of %zu signatures", to->role,
		       (unsigned long long)to->threshold, to->count);
	else if (from->threshold != to->threshold || from->count != to->count)
		change(d, "threshold", "changed",
		       "%s needs %llu of %zu signatures, before %llu of %zu",
		       to->role, (unsigned long long)to->threshold, to->count,
		       (unsigned long long)from->threshold, from->count);
}

static void root_compare(struct diff *d, const struct role *from,
			 const struct role *to)
{
	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++)
		signers_compare(
			d, from != NULL ? &from->metadata.root.roles[i] : NULL,
			&to->metadata.root.roles[i]);
}

/* ---- delegations -------------------------------------------------------- */

static const struct trust_delegation *delegation_find(const struct role *role,
						      const char *name)
{
	for (size_t i = 0; role != NULL && i < role->metadata.delegation_count;
	     i++)
		if (strcmp(role->metadata.delegations[i].role, name) == 0)
			return &role->metadata.delegations[i];
	return NULL;
}

/* One that is new, gone, or speaks of other paths; and its keys. */
static void delegation_compare(struct diff *d,
			       const struct trust_delegation *from,
			       const struct trust_delegation *to)
{
	AUTO_DONE(buf_done) struct buf was = { 0 }, is = { 0 };

	buf_init(&was, SIGNING_LINE_SIZE);
	buf_init(&is, SIGNING_LINE_SIZE);
	if (from != NULL)
		role_scope_text(from, &was);
	if (to != NULL)
		role_scope_text(to, &is);
	if (buf_cstr(&was) == NULL || buf_cstr(&is) == NULL)
		d->is_cut = true;
	else if (from == NULL)
		change(d, "delegation", "added", "%s may speak of %s", to->role,
		       is.p);
	else if (to == NULL)
		change(d, "delegation", "removed",
		       "%s may no longer speak of %s", from->role, was.p);
	else if (strcmp(was.p, is.p) != 0)
		change(d, "delegation", "changed",
		       "%s may speak of %s, before of %s", to->role, is.p,
		       was.p);
	if (to != NULL)
		signers_compare(d, from != NULL ? &from->by : NULL, &to->by);
}

static void delegations_compare(struct diff *d, const struct role *from,
				const struct role *to)
{
	for (size_t i = 0; i < to->metadata.delegation_count; i++) {
		const struct trust_delegation *now =
			&to->metadata.delegations[i];

		delegation_compare(d, delegation_find(from, now->role), now);
	}
	for (size_t i = 0; from != NULL && i < from->metadata.delegation_count;
	     i++) {
		const struct trust_delegation *old =
			&from->metadata.delegations[i];

		if (delegation_find(to, old->role) == NULL)
			delegation_compare(d, old, NULL);
	}
}

/* ---- files -------------------------------------------------------------- */

static void files_compare(struct diff *d, const struct role *from,
			  const struct role *to)
{
	const json_t *old = from != NULL ? from->metadata.files : NULL;
	const json_t *new = to->metadata.files;
	const char *path;
	json_t *entry;

	json_object_foreach((json_t *)(uintptr_t) new, path, entry) {
		const json_t *before = json_object_get(old, path);

		if (before == NULL)
			change(d, "file", "added", "%s, %llu bytes", path,
			       (unsigned long long)trust_file_read(entry)
				       .length);
		else if (!json_equal(before, entry))
			change(d, "file", "changed", "%s", path);
	}
	json_object_foreach((json_t *)(uintptr_t)old, path, entry)
		if (json_object_get(new, path) == NULL)
			change(d, "file", "removed", "%s", path);
}

/* ---- policy ------------------------------------------------------------- */

static int policy_compare(const struct policy *from, const struct policy *to,
			  json_t **ret, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	int r;

	buf_init(&text, DIFF_SIZE);
	r = policy_diff(from, to, &text, e);
	return r < 0 ? r : json_parse(buf_view(&text), DIFF_SIZE, ret, e);
}

static bool policies_are_staged(const struct role_view *staged)
{
	for (size_t i = 0; i < staged->count; i++)
		if (staged->items[i]->metadata.role == TRUST_ROLE_TARGETS)
			return true;
	return false;
}

static json_t *refusal_object(const struct err *why)
{
	return json_pack("{s:s, s:s?}", "error", why->text, "hint", why->hint);
}

/* What nodes would make of it; @ret stays NULL when no policy is staged. */
static int policy_section(struct diff *d, json_t **ret, struct err *e)
{
	const struct roles *roles = &d->stage.roles;
	struct policy *from = NULL, *to = NULL;
	struct err why = { 0 };
	int r;

	if (!policies_are_staged(&roles->staged))
		return 0;
	/* Published, but no policy to this version: then all is new. */
	(void)bundle_compile(&d->stage, &roles->now, &from, &why);
	r = bundle_compile(&d->stage, &roles->next, &to, &why);
	if (r == 0 && to == NULL)
		r = err_set(&why, EBADMSG, "there is no node.json");
	if (r < 0) {
		d->is_refused = true;
		*ret = refusal_object(&why);
		r = 0;
	} else {
		r = policy_compare(from, to, ret, e);
	}
	policy_free(from);
	policy_free(to);
	return r;
}

/* ---- all of it ---------------------------------------------------------- */

static json_t *version_object(const struct role *role)
{
	char expires[WHEN_TEXT];

	if (role == NULL)
		return json_null();
	when_format(role->metadata.expires, expires);
	return json_pack("{s:I, s:s}", "version",
			 (json_int_t)role->metadata.version, "expires",
			 expires);
}

static int role_compare(struct diff *d, const struct role *to, json_t *roles,
			struct err *e)
{
	const struct role *from = role_find(&d->stage.roles.now, to->name);
	AUTO_JSON *changes = json_array();
	char hash[PAYLOAD_HASH_LEN + 1];
	const int r = payload_hash(&to->metadata, hash, e);

	if (r < 0)
		return r;
	d->changes = changes;
	if (to->metadata.role == TRUST_ROLE_ROOT) {
		root_compare(d, from, to);
	} else {
		delegations_compare(d, from, to);
		files_compare(d, from, to);
	}
	if (json_array_append_new(roles,
				  json_pack("{s:s, s:o, s:o, s:s, s:O}", "role",
					    to->name, "published",
					    version_object(from), "staged",
					    version_object(to), "payload", hash,
					    "changes", changes)) < 0 ||
	    d->is_cut)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

/* @name: this role only; NULL: all. */
static int diff_make(struct diff *d, const char *name, json_t **ret,
		     struct err *e)
{
	const struct role_view *staged = &d->stage.roles.staged;
	AUTO_JSON *roles = json_array();
	AUTO_JSON *policy = NULL;
	int r = 0;

	if (name != NULL && signing_role(&d->stage, name, e) == NULL)
		return -e->code;
	for (size_t i = 0; r == 0 && i < staged->count; i++)
		if (name == NULL || strcmp(staged->items[i]->name, name) == 0)
			r = role_compare(d, staged->items[i], roles, e);
	if (r == 0 && (name == NULL || strcmp(name, "root") != 0))
		r = policy_section(d, &policy, e);
	if (r < 0)
		return r;
	*ret = json_pack("{s:O, s:O?}", "roles", roles, "policy", policy);
	return *ret != NULL ? 0 : err_set(e, ENOMEM, "out of memory");
}

/* ---- for people --------------------------------------------------------- */

static const char *mark_of(const char *kind)
{
	static const char *const marks[][2] = { { "added", "+" },
						{ "removed", "-" },
						{ "changed", "*" } };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strcmp(marks[i][0], kind) == 0)
			return marks[i][1];
	return kind;
}

static void sentence_print(const char *mark, const json_t *item)
{
	printf("  %s ", mark);
	signing_print("", json_span(json_object_get(item, "sentence")), "");
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static int role_print(const struct diff *d, const json_t *object, struct err *e)
{
	const struct role *role =
		role_find(&d->stage.roles.staged, text_of(object, "role"));
	const int r = signing_show(&d->stage, role, e);
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(object, "changes"), i, item)
		sentence_print(mark_of(text_of(item, "change")), item);
	return r;
}

static void policy_print(const json_t *policy)
{
	const json_t *changes = json_object_get(policy, "changes");
	const json_t *item;
	json_int_t omitted;
	size_t i;

	if (text_of(policy, "error")[0] != '\0') {
		printf("nodes would refuse these policies: %s\n",
		       text_of(policy, "error"));
		if (text_of(policy, "hint")[0] != '\0')
			printf("hint: %s\n", text_of(policy, "hint"));
		return;
	}
	puts(json_array_size(changes) != 0 ? "on the nodes:"
					   : "on the nodes: no change");
	json_array_foreach(changes, i, item) {
		char mark[16];

		(void)snprintf(mark, sizeof(mark), "%-8s",
			       text_of(item, "change"));
		sentence_print(mark, item);
	}
	omitted =
		json_integer_value(json_object_get(policy, "changes_omitted"));
	if (omitted != 0)
		printf("  and %" JSON_INTEGER_FORMAT " more changes\n",
		       omitted);
}

static int diff_print(const struct diff *d, const json_t *object, struct err *e)
{
	const json_t *roles = json_object_get(object, "roles");
	const json_t *role;
	size_t i;
	int r = 0;

	json_array_foreach(roles, i, role)
		if (r == 0)
			r = role_print(d, role, e);
	if (json_array_size(roles) == 0)
		puts("nothing is staged");
	if (json_is_object(json_object_get(object, "policy")))
		policy_print(json_object_get(object, "policy"));
	return r;
}

static void diff_done(struct diff *d)
{
	stage_close(&d->stage);
}

int verb_diff(int argc, char **argv, struct err *e)
{
	AUTO_DONE(diff_done)
	struct diff d = { .stage = STAGE_NONE };
	AUTO_JSON *object = NULL;
	const char *path = NULL, *role = NULL;
	bool is_json = false;
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &path },
		{ "role", OPTION_TEXT, false, "ROLE", "this one only", &role },
		{ "json", OPTION_FLAG, false, NULL, "print one JSON object",
		  &is_json },
		{ .kind = OPTION_END },
	};
	int r = verb_options("diff", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = signing_open(path, REPO_LOOK, NULL, &d.stage, e);
	if (r == 0)
		r = diff_make(&d, role, &object, e);
	if (r == 0 && !is_json)
		r = diff_print(&d, object, e);
	if (r == 0 && is_json && verb_print_json(object) < 0)
		r = err_set(e, ENOMEM, "out of memory");
	if (r < 0)
		return r;
	return d.is_refused ? EXIT_NO : EXIT_DONE;
}
