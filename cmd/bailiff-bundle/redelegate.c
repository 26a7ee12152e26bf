/* SPDX-License-Identifier: Apache-2.0 */
/* redelegate.c - see redelegate.h. */
#include "cmd/bailiff-bundle/redelegate.h"

#include <errno.h>
#include <string.h>

#include "cmd/bailiff-bundle/authority.h"
#include "lib/auto.h"

static int authority_choose(const struct stage *s,
			    const struct redelegation *which,
			    struct role_authority *ret, struct err *e)
{
	struct role_authority a;
	size_t count = 0;

	for (size_t i = 0; role_authority(&s->roles.next, which->role, i, &a);
	     i++) {
		if (which->by != NULL && strcmp(a.by->name, which->by) != 0)
			continue;
		*ret = a;
		count++;
	}
	if (count == 1)
		return 0;
	if (count == 0)
		return err_set(e, EINVAL, "%s delegates to role %s",
			       which->by ? "that role does not: nobody else"
					 : "nobody",
			       which->role);
	return err_set(e, EINVAL,
		       "%zu roles delegate to role %s: say which, with --by",
		       count, which->role);
}

int redelegate(struct stage *s, const struct redelegation *which,
	       const struct key_change *change, struct err *e)
{
	AUTO_DONE(key_list_done) struct key_list keys = { 0 };
	struct role_authority a = { 0 };
	struct trust_delegation_plan plan;
	AUTO_JSON *document = NULL;
	AUTO_MEM char *by = NULL;
	int r = authority_choose(s, which, &a, e);

	if (r == 0)
		r = key_list_read(&a, &keys, e);
	if (r == 0)
		r = key_change_apply(change, which->role, &s->keyring, &keys,
				     NULL, e);
	if (r == 0)
		r = stage_draft(s, a.by->name, &document, e);
	if (r < 0)
		return r;
	plan = (struct trust_delegation_plan){
		.role = which->role,
		.by = { keys.keys, keys.threshold },
		.paths = a.delegation->paths,
		.hash_prefixes = a.delegation->hash_prefixes,
		.is_terminating = a.delegation->is_terminating,
		.at = TRUST_PLACE_KEPT,
	};
	r = trust_make_delegation(document, &plan, e);
	by = strdup(a.by->name);
	if (by == NULL)
		return err_set(e, ENOMEM, "out of memory");
	return r < 0 ? r : stage_put(s, by, document, e);
}

int root_edition_next(const struct stage *s, struct root_edition *ret,
		      struct err *e)
{
	const struct role *staged = role_find(&s->roles.staged, "root");
	const int r =
		staged != NULL ? role_base_check(&s->roles, staged, e) : 0;

	if (r < 0)
		return r;
	*ret = (struct root_edition){
		.version = s->repo.root.version + 1,
		.expires =
			option_expiry_of(&s->expiry, TRUST_ROLE_ROOT, s->now),
	};
	if (staged != NULL &&
	    !option_expiry_is_given(&s->expiry, TRUST_ROLE_ROOT))
		ret->expires = staged->metadata.expires;
	return 0;
}
