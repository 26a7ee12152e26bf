/* SPDX-License-Identifier: Apache-2.0 */
/* roles.c - see roles.h. */
#include "cmd/bailiff-bundle/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/hex.h"
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

	return len > 5 && strcmp(file + len - 5, ".json") == 0;
}

/* Sorted, so that what is said of them has one order. */
static int staged_read(const struct repo *repo, struct roles *r, struct err *e)
{
	struct dirent **entries = NULL;
	const int count = repo->staged_fd < 0
				  ? 0
				  : repo_scan(repo->staged_fd, ".", &entries);
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
