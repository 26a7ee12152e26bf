/* SPDX-License-Identifier: Apache-2.0 */
/* stage.c - see stage.h. */
#include "cmd/bailiff-bundle/stage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/bundle.h"
#include "lib/auto.h"
#include "pkg/trust/make.h"
#include "pkg/trust/trust.h"

void stage_options_init(struct stage_options *o)
{
	*o = (struct stage_options){ .now = INT64_MIN,
				     .keyring = { .fd = -1 } };
	option_expiry_init(&o->expiry);
}

int stage_open(const struct stage_options *o, enum repo_use use,
	       struct stage *ret, struct err *e)
{
	struct stage s = STAGE_NONE;
	int r = keyring_open(&o->keyring, &s.keyring, e);

	s.expiry = o->expiry;
	s.now = verb_now(o->now);
	if (r == 0)
		r = repo_open(o->path, use, &s.repo, e);
	if (r == 0)
		r = roles_read(&s.repo, &s.roles, e);
	if (r < 0) {
		stage_close(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void stage_close(struct stage *s)
{
	roles_done(&s->roles);
	repo_close(&s->repo);
	keyring_close(&s->keyring);
}

/* The newest version of @role that a snapshot ever listed. */
static uint64_t version_listed(const struct stage *s, const char *role)
{
	const struct role *now = role_find(&s->roles.now, role);
	const struct role *snapshot = role_find(&s->roles.now, "snapshot");
	char name[REPO_NAME_MAX];
	const json_t *entry = NULL;

	if (now != NULL)
		return now->metadata.version;
	(void)snprintf(name, sizeof(name), "%s.json", role);
	if (snapshot != NULL)
		entry = json_object_get(snapshot->metadata.files, name);
	return entry != NULL ? trust_file_read(entry).version : 0;
}

/* As the user said, else as the staged @role has it, else by default. */
static int64_t expires_of(const struct stage *s, const struct role *role)
{
	const enum trust_role kind =
		role != NULL ? role->metadata.role : TRUST_ROLE_TARGETS;

	if (role != NULL && role->is_staged &&
	    role->metadata.expires > s->now &&
	    !option_expiry_is_given(&s->expiry, kind))
		return role->metadata.expires;
	return option_expiry_of(&s->expiry, kind, s->now);
}

static int base_set(json_t *document, uint64_t base, struct err *e)
{
	if (json_object_set_new(json_object_get(document, "signed"),
				ROLE_BASE_MEMBER,
				json_integer((json_int_t)base)) < 0)
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

int stage_draft(const struct stage *s, const char *role, json_t **ret,
		struct err *e)
{
	const struct role *staged = role_find(&s->roles.staged, role);
	const struct role *now = role_find(&s->roles.now, role);
	const struct role *from = staged != NULL ? staged : now;
	const uint64_t base = now != NULL ? now->metadata.version : 0;
	AUTO_JSON *document = NULL;
	uint64_t version = version_listed(s, role) + 1;
	int r = staged != NULL ? role_base_check(&s->roles, staged, e) : 0;

	if (r < 0)
		return r;
	if (staged != NULL)
		version = staged->metadata.version;
	if (from != NULL)
		r = trust_make_next(from->metadata.document, version,
				    expires_of(s, from), &document, e);
	else
		r = trust_make_targets(version, expires_of(s, NULL), &document,
				       e);
	if (r == 0 && (from == NULL || from->metadata.role != TRUST_ROLE_ROOT))
		r = base_set(document, base, e);
	if (r == 0)
		*ret = ptr_steal(&document);
	return r;
}

int stage_put(struct stage *s, const char *role, const json_t *document,
	      struct err *e)
{
	AUTO_DONE(buf_done) struct buf text;
	char name[REPO_NAME_MAX];
	int r = repo_staged_name(role, name, e);

	buf_init(&text, TRUST_TARGETS_MAX);
	if (r < 0)
		return r;
	r = json_pretty(document, &text);
	if (r < 0)
		return err_set(e, -r, "%s: %s", name, strerror(-r));
	r = roles_put(&s->roles, role, true, buf_view(&text), e);
	if (r < 0)
		return err_wrap(e, "%s", name);
	return repo_write(&s->repo, name, buf_view(&text), e);
}

/* The name of one that is published and that its keys no longer sign. */
static int unsigned_find(const struct stage *s, char name[static REPO_NAME_MAX],
			 struct err *e)
{
	for (size_t i = 0; i < s->roles.next.count; i++) {
		const struct role *role = s->roles.next.items[i];
		int r;

		if (role->is_staged ||
		    role->metadata.role != TRUST_ROLE_TARGETS)
			continue;
		r = role_signed(&s->roles.next, role, e);
		if (r == -EKEYREJECTED) {
			(void)snprintf(name, REPO_NAME_MAX, "%s", role->name);
			return 1;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int stage_resign(struct stage *s, struct err *e)
{
	char name[REPO_NAME_MAX];

	for (;;) {
		AUTO_DONE(buf_done) struct buf who = { 0 };
		AUTO_JSON *document = NULL;
		struct err why = { 0 };
		int r = unsigned_find(s, name, &why);

		if (r == 0)
			return 0;
		if (r < 0)
			return err_set(e, -r, "%s", why.text);
		buf_init(&who, SIZE_MAX);
		role_signers_text(&s->roles, role_find(&s->roles.now, name),
				  &who);
		r = stage_draft(s, name, &document, e);
		if (r == 0)
			r = stage_put(s, name, document, e);
		if (r < 0)
			return r;
		printf("%s must be signed again, its content is staged as it "
		       "is: the published version was signed by %s\n",
		       name, buf_cstr(&who));
	}
}

/* -- what nobody lists any more -------------------------------------------- */

/* The names below staged/ of all that the staged roles list: a set. */
static int staged_names(const struct stage *s, json_t *names, struct err *e)
{
	for (size_t i = 0; i < s->roles.staged.count; i++) {
		const struct role *role = s->roles.staged.items[i];
		const char *path;
		json_t *entry;

		if (role->metadata.role != TRUST_ROLE_TARGETS)
			continue;
		json_object_foreach((json_t *)(uintptr_t)role->metadata.files,
				    path, entry) {
			const struct trust_file f = trust_file_read(entry);
			char name[REPO_NAME_MAX];
			const int r = repo_target_name(path, &f, true, name, e);

			if (r < 0)
				return r;
			if (json_object_set_new(names, name, json_true()) < 0)
				return err_set(e, ENOMEM, "out of memory");
		}
	}
	return 0;
}

int stage_sweep(const struct stage *s, struct err *e)
{
	AUTO_JSON *names = json_object();
	const int r = staged_names(s, names, e);

	return r < 0 ? r : repo_sweep(&s->repo, "staged/targets", names, e);
}
