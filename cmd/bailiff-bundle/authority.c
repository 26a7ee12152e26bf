/* SPDX-License-Identifier: Apache-2.0 */
/* authority.c - see authority.h. */
#include "cmd/bailiff-bundle/authority.h"

#include <errno.h>
#include <string.h>

#include "lib/auto.h"

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

const char *role_key_owner(const struct roles *r, const char *id)
{
	const char *owner = NULL;

	for (size_t i = 0; owner == NULL && i < r->count; i++) {
		const json_t *body = r->items[i]->metadata.body;

		owner = trust_key_owner(
			json_object_get(json_object_get(body, "keys"), id));
		if (owner == NULL)
			owner = trust_key_owner(json_object_get(
				json_object_get(
					json_object_get(body, "delegations"),
					"keys"),
				id));
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
