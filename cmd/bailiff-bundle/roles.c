/* SPDX-License-Identifier: Apache-2.0 */
/* roles.c - see roles.h. */
#include "cmd/bailiff-bundle/roles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "pkg/trust/delegation.h"
#include "pkg/trust/name.h"
#include "pkg/trust/trust.h"

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* -- the list -------------------------------------------------------------- */

static void role_free(struct role *role)
{
	if (role == NULL)
		return;
	free(role->name);
	buf_done(&role->bytes);
	trust_metadata_done(&role->metadata);
	free(role);
}

static enum trust_role kind_of(const char *name)
{
	const int kind = trust_role_find(span_of(name));

	return kind < 0 ? TRUST_ROLE_TARGETS : (enum trust_role)kind;
}

static int role_new(const char *name, bool is_staged, struct span bytes,
		    struct role **ret, struct err *e)
{
	struct role *role = calloc(1, sizeof(*role));
	int r = 0;

	if (role == NULL)
		return no_memory(e);
	role->is_staged = is_staged;
	role->name = strdup(name);
	buf_init(&role->bytes, trust_role_max(kind_of(name)));
	buf_span(&role->bytes, bytes);
	if (role->name == NULL || buf_error(&role->bytes) == -ENOMEM)
		r = no_memory(e);
	if (r == 0)
		r = trust_metadata_parse(kind_of(name), bytes, &role->metadata,
					 e);
	if (r < 0) {
		role_free(role);
		return r;
	}
	*ret = role;
	return 0;
}

static struct role *item_find(const struct roles *r, const char *name,
			      bool is_staged)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i]->is_staged == is_staged &&
		    strcmp(r->items[i]->name, name) == 0)
			return r->items[i];
	return NULL;
}

static void item_remove(struct roles *r, const struct role *role)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i] == role) {
			role_free(r->items[i]);
			memmove(&r->items[i], &r->items[i + 1],
				(r->count - i - 1) * sizeof(struct role *));
			r->count--;
			return;
		}
}

static int item_add(struct roles *r, const char *name, bool is_staged,
		    struct span bytes, struct err *e)
{
	struct role *role = NULL;
	int code;

	if (r->count == ROLES_MAX)
		return err_set(e, E2BIG, "more than %d roles", ROLES_MAX);
	if (r->items == NULL)
		r->items = calloc(ROLES_MAX, sizeof(struct role *));
	if (r->items == NULL)
		return no_memory(e);
	code = role_new(name, is_staged, bytes, &role, e);
	if (code < 0)
		return code;
	item_remove(r, item_find(r, name, is_staged));
	r->items[r->count++] = role;
	return 0;
}

/* -- the views ------------------------------------------------------------- */

static void views_done(struct roles *r)
{
	struct role_view *const views[] = { &r->now, &r->staged, &r->next };

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		free(views[i]->items);
		*views[i] = (struct role_view){ 0 };
	}
}

static int view_init(struct role_view *v)
{
	v->items = calloc(ROLES_MAX + 1, sizeof(struct role *));
	return v->items == NULL ? -ENOMEM : 0;
}

static void view_add(struct role_view *v, const struct role *role)
{
	if (role != NULL)
		v->items[v->count++] = role;
}

/* Staged, and published already: what a publisher that was killed at the very
 * end leaves. */
static bool is_leftover(const struct roles *r, const struct role *role)
{
	const struct role *published = item_find(r, role->name, false);

	return published != NULL &&
	       span_eq(buf_view(&role->bytes), buf_view(&published->bytes));
}

/* As staged, else as published; NULL when there is neither. */
static const struct role *role_ahead(const struct roles *r, const char *name)
{
	const struct role *staged = role_find(&r->staged, name);

	return staged != NULL ? staged : item_find(r, name, false);
}

/* The roles that @role delegates to and that are not in the view yet. */
static void delegates_add(const struct roles *r, struct role_view *v,
			  const struct role *role)
{
	for (size_t i = 0; i < role->metadata.delegation_count; i++) {
		const char *name = role->metadata.delegations[i].role;

		if (role_find(v, name) == NULL)
			view_add(v, role_ahead(r, name));
	}
}

static void next_fill(struct roles *r)
{
	struct role_view *v = &r->next;

	view_add(v, item_find(r, "root", false));
	view_add(v, role_find(&r->staged, "root"));
	view_add(v, role_ahead(r, "targets"));
	for (size_t i = 0; i < v->count; i++)
		delegates_add(r, v, v->items[i]);
	for (size_t i = 0; i < r->staged.count; i++)
		if (role_find(v, r->staged.items[i]->name) == NULL)
			view_add(v, r->staged.items[i]);
}

static int views_make(struct roles *r, struct err *e)
{
	views_done(r);
	if (view_init(&r->now) < 0 || view_init(&r->staged) < 0 ||
	    view_init(&r->next) < 0)
		return no_memory(e);
	for (size_t i = 0; i < r->count; i++)
		if (!r->items[i]->is_staged)
			view_add(&r->now, r->items[i]);
		else if (!is_leftover(r, r->items[i]))
			view_add(&r->staged, r->items[i]);
	next_fill(r);
	return 0;
}

int roles_put(struct roles *r, const char *name, bool is_staged,
	      struct span bytes, struct err *e)
{
	const int code = item_add(r, name, is_staged, bytes, e);

	return code < 0 ? code : views_make(r, e);
}

int roles_drop_staged(struct roles *r, const char *name, struct err *e)
{
	item_remove(r, item_find(r, name, true));
	return views_make(r, e);
}

void roles_done(struct roles *r)
{
	views_done(r);
	for (size_t i = 0; i < r->count; i++)
		role_free(r->items[i]);
	free(r->items);
	*r = (struct roles){ 0 };
}

const struct role *role_find(const struct role_view *v, const char *name)
{
	for (size_t i = v->count; i-- > 0;)
		if (strcmp(v->items[i]->name, name) == 0)
			return v->items[i];
	return NULL;
}

/* -- reading --------------------------------------------------------------- */

static int file_add(const struct repo *repo, struct roles *r, const char *role,
		    bool is_staged, const char *name, struct err *e)
{
	const size_t max = trust_role_max(kind_of(role));
	AUTO_DONE(buf_done) struct buf bytes;
	int code;

	buf_init(&bytes, max);
	code = repo_read(repo, name, max, &bytes, e);
	if (code < 0)
		return code;
	code = item_add(r, role, is_staged, buf_view(&bytes), e);
	if (code < 0)
		(void)err_wrap(e, "%s", name);
	return code;
}

/* The file that @lister lists as ROLE.json; -ENOENT when it lists none. */
static int listed_add(const struct repo *repo, struct roles *r,
		      const char *role, const char *lister, struct err *e)
{
	const struct role *by = item_find(r, lister, false);
	char name[REPO_NAME_MAX];
	struct trust_file f;
	const json_t *entry;
	int code;

	(void)snprintf(name, sizeof(name), "%s.json", role);
	entry = by != NULL ? json_object_get(by->metadata.files, name) : NULL;
	if (entry == NULL)
		return -ENOENT;
	f = trust_file_read(entry);
	code = repo_published_name(role, f.version, name, e);
	if (code == 0)
		code = file_add(repo, r, role, false, name, e);
	return code == -ENOENT
		       ? err_set(e, EBADMSG, "%s is listed but missing", name)
		       : code;
}

/* Everything that the published targets roles delegate to, if it is listed. */
static int delegated_read(const struct repo *repo, struct roles *r,
			  struct err *e)
{
	for (size_t i = 0; i < r->count; i++) {
		const size_t count = r->items[i]->metadata.delegation_count;

		for (size_t k = 0; k < count; k++) {
			const char *name =
				r->items[i]->metadata.delegations[k].role;
			int code = 0;

			if (item_find(r, name, false) == NULL)
				code = listed_add(repo, r, name, "snapshot", e);
			if (code < 0 && code != -ENOENT)
				return code;
		}
	}
	return 0;
}

static int published_read(const struct repo *repo, struct roles *r,
			  struct err *e)
{
	int code = 0;

	if (repo->root.document != NULL)
		code = item_add(r, "root", false, buf_view(&repo->root_bytes),
				e);
	if (code == 0)
		code = file_add(repo, r, "timestamp", false, "timestamp.json",
				e);
	if (code == -ENOENT)
		return 0;
	if (code == 0)
		code = listed_add(repo, r, "snapshot", "timestamp", e);
	if (code == 0)
		code = listed_add(repo, r, "targets", "snapshot", e);
	return code < 0 ? code : delegated_read(repo, r, e);
}

/* "team%2Fweb.json" to "team/web". */
static int role_decode(const char *file, struct buf *out, struct err *e)
{
	AUTO_DONE(buf_done) struct buf again;
	const size_t len = strlen(file) - strlen(".json");
	unsigned char c;

	buf_init(&again, REPO_NAME_MAX);
	for (size_t i = 0; i < len; i++) {
		if (file[i] != '%') {
			buf_put(out, &file[i], 1);
			continue;
		}
		if (i + 2 >= len ||
		    hex_decode((struct span){ &file[i + 1], 2 }, &c, 1) != 1)
			c = 0;
		buf_u8(out, c);
		i += 2;
	}
	if (buf_cstr(out) == NULL || trust_role_file(out->p, &again) < 0 ||
	    !span_eq_str(buf_view(&again), file))
		return err_set(e, EBADMSG,
			       "staged/%s: no role's name is written so", file);
	return 0;
}

static int staged_add(const struct repo *repo, struct roles *r,
		      const char *file, struct err *e)
{
	AUTO_DONE(buf_done) struct buf role;
	char name[REPO_NAME_MAX];
	int kind, code;

	buf_init(&role, REPO_NAME_MAX - 1);
	code = role_decode(file, &role, e);
	if (code < 0)
		return code;
	kind = trust_role_find(buf_view(&role));
	if (kind == TRUST_ROLE_TIMESTAMP || kind == TRUST_ROLE_SNAPSHOT)
		return err_set(e, EBADMSG,
			       "staged/%s: publish makes it anew, it is not "
			       "staged: remove it",
			       file);
	(void)snprintf(name, sizeof(name), "staged/%s", file);
	return file_add(repo, r, role.p, true, name, e);
}

static bool is_metadata(const char *file)
{
	const size_t len = strlen(file);

	return file[0] != '.' && len > 5 &&
	       strcmp(file + len - 5, ".json") == 0;
}

/* Sorted, so that what is said of them has one order. */
static int staged_read(const struct repo *repo, struct roles *r, struct err *e)
{
	struct dirent **entries = NULL;
	const int count = repo->staged_fd < 0
				  ? 0
				  : scandirat(repo->staged_fd, ".", &entries,
					      NULL, alphasort);
	int code = count < 0 ? err_errno(e, "read staged") : 0;

	for (int i = 0; i < count; i++) {
		if (code == 0 && is_metadata(entries[i]->d_name))
			code = staged_add(repo, r, entries[i]->d_name, e);
		free(entries[i]);
	}
	free(entries);
	return code;
}

int roles_read(const struct repo *repo, struct roles *ret, struct err *e)
{
	struct roles r = { 0 };
	int code = published_read(repo, &r, e);

	if (code < 0)
		(void)err_wrap(e, "what is published now");
	if (code == 0)
		code = staged_read(repo, &r, e);
	if (code == 0)
		code = views_make(&r, e);
	if (code < 0) {
		roles_done(&r);
		return code;
	}
	*ret = r;
	return 0;
}

/* -- who signs what -------------------------------------------------------- */

/* The @i-th root of a root's signatures, the newest root of any other role. */
static bool root_authority(const struct role_view *v, enum trust_role kind,
			   size_t i, struct role_authority *ret)
{
	const struct role *by = NULL;

	if (kind != TRUST_ROLE_ROOT)
		by = i == 0 ? role_find(v, "root") : NULL;
	for (size_t k = 0; kind == TRUST_ROLE_ROOT && k < v->count; k++)
		if (strcmp(v->items[k]->name, "root") == 0 && i-- == 0) {
			by = v->items[k];
			break;
		}
	if (by == NULL)
		return false;
	*ret = (struct role_authority){
		.by = by,
		.keys = &by->metadata.root.roles[kind],
	};
	return true;
}

bool role_authority(const struct role_view *v, const char *name, size_t i,
		    struct role_authority *ret)
{
	const int kind = trust_role_find(span_of(name));

	if (kind >= 0)
		return root_authority(v, (enum trust_role)kind, i, ret);
	for (size_t k = 0; k < v->count; k++) {
		const struct trust_metadata *m = &v->items[k]->metadata;

		for (size_t d = 0; d < m->delegation_count; d++) {
			if (strcmp(m->delegations[d].role, name) != 0 ||
			    i-- != 0)
				continue;
			*ret = (struct role_authority){
				.by = v->items[k],
				.keys = &m->delegations[d].by,
				.delegation = &m->delegations[d],
			};
			return true;
		}
	}
	return false;
}

int role_signed(const struct role_view *v, const struct role *role,
		struct err *e)
{
	struct role_authority a;

	for (size_t i = 0; role_authority(v, role->name, i, &a); i++) {
		const int r =
			trust_metadata_verify(&role->metadata, a.keys, NULL, e);

		if (r < 0) {
			(void)err_wrap(
				e, "by the keys of %s version %llu%s",
				a.by->name,
				(unsigned long long)a.by->metadata.version,
				a.by->is_staged ? " (staged)" : "");
			return r;
		}
	}
	return 0;
}

/* -- who speaks of what ---------------------------------------------------- */

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
	const char *todo[TRUST_DELEGATION_MAX + ROLES_MAX];
	size_t todo_count;
	const struct role *asked[TRUST_VISITS_MAX + 1];
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
		    s->todo_count < sizeof(s->todo) / sizeof(s->todo[0]))
			s->todo[s->todo_count++] = all[i].role;
}

const struct role *role_speaker(const struct role_view *v, const char *path)
{
	struct search s = { .todo = { "targets" }, .todo_count = 1 };
	struct trust_file f;

	while (s.todo_count > 0) {
		const struct role *role = role_find(v, s.todo[--s.todo_count]);

		if (role == NULL)
			return NULL;
		if (was_asked(&s, role))
			continue;
		if (s.asked_count > TRUST_VISITS_MAX)
			return NULL;
		s.asked[s.asked_count++] = role;
		if (role_target(role, path, &f))
			return role;
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

/* -- telling --------------------------------------------------------------- */

void role_scope_text(const struct trust_delegation *d, struct buf *out)
{
	const json_t *list = d->paths ? d->paths : d->hash_prefixes;
	json_t *item;
	size_t i;

	buf_puts(out, d->paths ? "" : "hash prefixes ");
	json_array_foreach(list, i, item)
		buf_printf(out, "%s%s", i ? ", " : "", json_string_value(item));
	buf_puts(out, d->is_terminating ? " (terminating)" : "");
}

/* The owner that a "keys" object names for @id; NULL. */
static const char *owner_in(const json_t *keys, const char *id)
{
	return json_string_value(
		json_object_get(json_object_get(keys, id), TRUST_KEY_OWNER));
}

const char *role_key_owner(const struct roles *r, const char *id)
{
	const char *owner = NULL;

	for (size_t i = 0; owner == NULL && i < r->count; i++) {
		const json_t *body = r->items[i]->metadata.body;

		owner = owner_in(json_object_get(body, "keys"), id);
		if (owner == NULL)
			owner = owner_in(
				json_object_get(
					json_object_get(body, "delegations"),
					"keys"),
				id);
	}
	return owner;
}

void role_key_text(const struct roles *r, const char *id, struct buf *out)
{
	const char *owner = role_key_owner(r, id);

	if (owner != NULL)
		buf_printf(out, "%s (%.16s)", owner, id);
	else
		buf_printf(out, "%.16s", id);
}

/* Does the signature under @id hold by the word of anybody in @v? */
static bool signature_holds(const struct role_view *v, const struct role *role,
			    const char *id)
{
	struct role_authority a;

	for (size_t i = 0; role_authority(v, role->name, i, &a); i++)
		for (size_t k = 0; k < a.keys->count; k++)
			if (strcmp(a.keys->keys[k]->id, id) == 0)
				return trust_key_verify(
					a.keys->keys[k],
					buf_view(&role->metadata.canonical),
					json_span(json_object_get(
						role->metadata.signatures,
						id)));
	return false;
}

void role_signers_text(const struct roles *r, const struct role *role,
		       struct buf *out)
{
	const char *id, *comma = "";
	json_t *sig;

	json_object_foreach(role->metadata.signatures, id, sig) {
		if (!signature_holds(&r->next, role, id) &&
		    !signature_holds(&r->now, role, id))
			continue;
		buf_puts(out, comma);
		role_key_text(r, id, out);
		comma = ", ";
	}
	if (comma[0] == '\0')
		buf_puts(out, "nobody");
}

int role_base_check(const struct roles *r, const struct role *role,
		    struct err *e)
{
	const struct role *now = role_find(&r->now, role->name);
	const uint64_t published = now != NULL ? now->metadata.version : 0;
	const uint64_t version = role->metadata.version;
	uint64_t base = role->metadata.role == TRUST_ROLE_ROOT ? version - 1
							       : published;
	AUTO_DONE(buf_done) struct buf mine, theirs;

	(void)json_u64(json_object_get(role->metadata.body, ROLE_BASE_MEMBER),
		       0, TRUST_VERSION_MAX, &base);
	if (base == published && version > published)
		return 0;
	buf_init(&mine, 200);
	buf_init(&theirs, 200);
	role_signers_text(r, role, &mine);
	if (now != NULL)
		role_signers_text(r, now, &theirs);
	(void)err_set(
		e, ESTALE,
		"staged %s version %llu (signed by %s) was made from "
		"version %llu, but version %llu (signed by %s) is "
		"published",
		role->name, (unsigned long long)version,
		mine.p && buf_cstr(&mine) ? mine.p : "several",
		(unsigned long long)(base == published ? version - 1 : base),
		(unsigned long long)published,
		theirs.p && buf_cstr(&theirs) ? theirs.p : "several");
	return err_hint(e, "make the change again from what is published: "
			   "build replaces what is staged; or remove the file "
			   "from staged/");
}
