/* SPDX-License-Identifier: Apache-2.0 */
/* review.c - see review.h. */
#include "cmd/bailiff-bundle/review.h"

#include <errno.h>
#include <string.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/speaker.h"
#include "lib/auto.h"
#include "lib/when.h"

static int there_check(const struct stage *s, struct err *e)
{
	if (role_find(&s->roles.next, "root") == NULL)
		return err_set(e, EBADMSG, "there is no root: init first");
	if (role_find(&s->roles.next, "targets") != NULL)
		return 0;
	(void)err_set(e, EBADMSG, "there are no policies to publish");
	return err_hint(e, "bailiff-bundle build, then sign");
}

/* Somebody must have delegated to it; and what it delegates must be there. */
static int delegation_check(const struct role_view *v, const struct role *role,
			    struct err *e)
{
	struct role_authority a;

	if (!role_authority(v, role->name, 0, &a)) {
		(void)err_set(e, EBADMSG,
			      "something is staged for role %s, but nobody "
			      "delegates to it",
			      role->name);
		return err_hint(e, "remove its file from staged/, or delegate "
				   "to the role first");
	}
	for (size_t i = 0; i < role->metadata.delegation_count; i++) {
		const char *name = role->metadata.delegations[i].role;

		if (role_find(v, name) != NULL)
			continue;
		(void)err_set(e, EBADMSG,
			      "%s delegates to role %s, but of that role "
			      "nothing is staged or published",
			      role->name, name);
		return err_hint(e, "bailiff-bundle build --role ROLE, have it "
				   "signed; or delegate --remove");
	}
	return 0;
}

static int expiry_check(const struct role *role, int64_t now, struct err *e)
{
	char expired[WHEN_TEXT], date[WHEN_TEXT];

	if (role->metadata.expires > now)
		return 0;
	when_format(role->metadata.expires, expired);
	when_format(now, date);
	(void)err_set(e, EKEYEXPIRED,
		      "%s version %llu expired at %s, now is %s", role->name,
		      (unsigned long long)role->metadata.version, expired,
		      date);
	return err_hint(e,
			role->is_staged
				? "stage it again with a later expiry"
				: "bailiff-bundle refresh --role ROLE stages "
				  "it with a later expiry, to be signed and "
				  "published");
}

static int paths_check(const struct role_view *v, const struct role *role,
		       struct err *e)
{
	const char *path;
	json_t *entry;

	json_object_foreach((json_t *)(uintptr_t)role->metadata.files, path,
			    entry) {
		AUTO_DONE(buf_done) struct buf scope = { 0 };
		struct role_authority a;

		if (role_may_speak(v, role->name, path))
			continue;
		buf_init(&scope, 300);
		if (role_authority(v, role->name, 0, &a) &&
		    a.delegation != NULL)
			role_scope_text(a.delegation, &scope);
		(void)err_set(e, EPERM,
			      "role %s lists %s, of which it may not speak: "
			      "delegated to it is %s",
			      role->name, path,
			      scope.len && buf_cstr(&scope) ? scope.p : "less");
		return err_hint(e, "build the role without it, or have the "
				   "delegation widened");
	}
	return 0;
}

static int role_review(const struct stage *s, const struct role *role,
		       struct err *e)
{
	const struct role_view *v = &s->roles.next;
	const bool is_old_root = role->metadata.role == TRUST_ROLE_ROOT &&
				 role != role_find(v, "root");
	int r = is_old_root ? 0 : delegation_check(v, role, e);

	if (r == 0 && role->is_staged)
		r = role_base_check(&s->roles, role, e);
	if (r == 0 && !is_old_root)
		r = role_signed(v, role, e);
	if (r == 0 && !is_old_root)
		r = expiry_check(role, s->now, e);
	if (r == 0 && role->metadata.role == TRUST_ROLE_TARGETS)
		r = paths_check(v, role, e);
	return r;
}

int review_next(const struct stage *s, struct err *e)
{
	int r = there_check(s, e);

	for (size_t i = 0; r == 0 && i < s->roles.next.count; i++)
		r = role_review(s, s->roles.next.items[i], e);
	return r;
}

int review_now(const struct stage *s, bool is_snapshot, struct err *e)
{
	const struct role_view *now = &s->roles.now;

	if (role_find(now, "snapshot") == NULL) {
		(void)err_set(e, EBADMSG, "nothing is published yet");
		return err_hint(e, "bailiff-bundle publish makes the first "
				   "timestamp");
	}
	for (size_t i = 0; i < now->count; i++) {
		const struct role *role = now->items[i];
		const enum trust_role kind = role->metadata.role;
		int r;

		if (kind == TRUST_ROLE_TIMESTAMP ||
		    (kind == TRUST_ROLE_SNAPSHOT && is_snapshot))
			continue;
		r = expiry_check(role, s->now, e);
		if (r < 0 && kind == TRUST_ROLE_SNAPSHOT && e != NULL)
			e->hint = "give --snapshot-key as well";
		if (r < 0)
			return r;
	}
	return 0;
}
