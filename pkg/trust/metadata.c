/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.c - see metadata.h. */
#include "pkg/trust/metadata.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/num.h"
#include "lib/when.h"
#include "pkg/trust/body.h"
#include "pkg/trust/trust.h"

static const struct {
	const char *name;
	size_t max; /* bytes of a file */
	int (*parse)(struct trust_metadata *m, struct err *e);
} roles[] = {
	[TRUST_ROLE_ROOT] = { "root", TRUST_ROOT_MAX, trust_root_parse },
	[TRUST_ROLE_TIMESTAMP] = { "timestamp", TRUST_TIMESTAMP_MAX,
				   trust_timestamp_parse },
	[TRUST_ROLE_SNAPSHOT] = { "snapshot", TRUST_SNAPSHOT_MAX,
				  trust_snapshot_parse },
	[TRUST_ROLE_TARGETS] = { "targets", TRUST_TARGETS_MAX,
				 trust_targets_parse },
};
_Static_assert(sizeof(roles) / sizeof(roles[0]) == TRUST_ROLE_COUNT,
	       "a row for every role");

const char *trust_role_name(enum trust_role role)
{
	return roles[role].name;
}

size_t trust_role_max(enum trust_role role)
{
	return roles[role].max;
}

int trust_role_find(struct span name)
{
	for (int i = 0; i < TRUST_ROLE_COUNT; i++)
		if (span_eq_str(name, roles[i].name))
			return i;
	return -EINVAL;
}

int trust_members(const json_t *object, const struct json_member *rows,
		  struct err *e)
{
	if (json_is_object(object))
		for (const struct json_member *row = rows; row->name; row++)
			if (json_is_null(json_object_get(object, row->name)))
				return err_set(e, EBADMSG,
					       "\"%s\" must not be null",
					       row->name);
	return json_members_open(object, rows, e);
}

/* "1.x" or "1.x.y": decimal numbers, nothing else. */
static bool spec_version_is_ours(struct span s)
{
	struct span major = span_cut(&s, '.');
	struct span minor = span_cut(&s, '.');
	uint32_t number;

	if (!span_eq_str(major, "1") ||
	    num_parse_u32(minor, 0, UINT32_MAX, &number) < 0)
		return false;
	return s.p == NULL || num_parse_u32(s, 0, UINT32_MAX, &number) == 0;
}

/* The members that every role's "signed" has. */
static int common_parse(struct trust_metadata *m, struct err *e)
{
	const char *name = trust_role_name(m->role);
	json_t *type, *spec, *version, *expires;
	const struct json_member rows[] = {
		{ "_type", JSON_STRING, true, &type },
		{ "spec_version", JSON_STRING, true, &spec },
		{ "version", JSON_INTEGER, true, &version },
		{ "expires", JSON_STRING, true, &expires },
		{ NULL, JSON_NULL, false, NULL },
	};

	if (trust_members(m->body, rows, e) < 0)
		return -EBADMSG;
	if (!span_eq_str(json_span(type), name))
		return err_set(e, EBADMSG,
			       "\"_type\" is \"%.32s\", must be \"%s\"",
			       json_string_value(type), name);
	if (!spec_version_is_ours(json_span(spec)))
		return err_set(e, EBADMSG,
			       "\"spec_version\" is \"%.32s\", must be 1.x",
			       json_string_value(spec));
	if (json_u64(version, 1, TRUST_VERSION_MAX, &m->version) < 0)
		return err_set(e, EBADMSG, "\"version\" must be 1 or more");
	if (when_parse(json_span(expires), &m->expires) < 0)
		return err_set(e, EBADMSG,
			       "\"expires\" is \"%.32s\", must be a date as "
			       "2030-12-31T23:59:59Z",
			       json_string_value(expires));
	return 0;
}

/* "signatures" to a map; one key id twice refuses the file (4.2.1). */
static int signatures_parse(struct trust_metadata *m, const json_t *list,
			    struct err *e)
{
	json_t *entry, *id, *sig;
	const struct json_member rows[] = {
		{ "keyid", JSON_STRING, true, &id },
		{ "sig", JSON_STRING, true, &sig },
		{ NULL, JSON_NULL, false, NULL },
	};
	size_t i;

	m->signatures = json_object();
	if (m->signatures == NULL)
		return err_set(e, ENOMEM, "out of memory");
	json_array_foreach(list, i, entry) {
		if (trust_members(entry, rows, e) < 0)
			return err_wrap(e, "signatures[%zu]", i);
		if (json_object_get(m->signatures, json_string_value(id)))
			return err_set(e, EBADMSG,
				       "signatures[%zu]: key id %.16s signed "
				       "twice",
				       i, json_string_value(id));
		if (json_object_set(m->signatures, json_string_value(id), sig) <
		    0)
			return err_set(e, ENOMEM, "out of memory");
	}
	return 0;
}

static int document_parse(struct trust_metadata *m, struct err *e)
{
	json_t *body, *signatures;
	const struct json_member rows[] = {
		{ "signed", JSON_OBJECT, true, &body },
		{ "signatures", JSON_ARRAY, true, &signatures },
		{ NULL, JSON_NULL, false, NULL },
	};
	int r;

	if (trust_members(m->document, rows, e) < 0)
		return -EBADMSG;
	r = signatures_parse(m, signatures, e);
	if (r < 0)
		return r;
	m->body = body;
	r = json_canonical(body, &m->canonical);
	if (r < 0)
		return err_set(e, r == -EINVAL ? EBADMSG : -r, "\"signed\": %s",
			       r == -EINVAL ? "it has no canonical form"
					    : strerror(-r));
	r = common_parse(m, e);
	if (r == 0)
		r = roles[m->role].parse(m, e);
	if (r < 0)
		(void)err_wrap(e, "signed");
	return r;
}

int trust_metadata_parse(enum trust_role role, struct span bytes,
			 struct trust_metadata *ret, struct err *e)
{
	struct trust_metadata m = { .role = role };
	int r;

	buf_init(&m.canonical, roles[role].max * 2);
	r = json_parse(bytes, roles[role].max, &m.document, e);
	if (r == 0)
		r = document_parse(&m, e);
	if (r < 0) {
		trust_metadata_done(&m);
		return r;
	}
	*ret = m;
	return 0;
}

void trust_metadata_done(struct trust_metadata *m)
{
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		trust_role_keys_done(&m->root.roles[i]);
	for (size_t i = 0; i < m->delegation_count; i++)
		trust_role_keys_done(&m->delegations[i].by);
	free(m->delegations);
	trust_key_table_done(&m->keys);
	json_decref(m->signatures);
	json_decref(m->document);
	buf_done(&m->canonical);
	*m = (struct trust_metadata){ .role = m->role };
}

void trust_signer_ids_done(struct trust_signer_ids *s)
{
	free(s->ids);
	*s = (struct trust_signer_ids){ 0 };
}

static bool key_is_among(const struct trust_key *k,
			 const struct trust_key **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(list[i]->fingerprint, k->fingerprint,
			   sizeof(k->fingerprint)) == 0)
			return true;
	return false;
}

/* The role's keys that signed, each public key once. @ret has room for all. */
static size_t signers_count(const struct trust_metadata *m,
			    const struct trust_role_keys *role,
			    const struct trust_key **ret)
{
	size_t count = 0;

	for (size_t i = 0; i < role->count; i++) {
		const json_t *sig =
			json_object_get(m->signatures, role->keys[i]->id);

		if (sig == NULL || key_is_among(role->keys[i], ret, count) ||
		    !trust_key_verify(role->keys[i], buf_view(&m->canonical),
				      json_span(sig)))
			continue;
		ret[count++] = role->keys[i];
	}
	return count;
}

/* Say who signed, who did so in vain, and how many would do. */
static int below_threshold(const struct trust_metadata *m,
			   const struct trust_role_keys *by,
			   const struct trust_key **valid, size_t count,
			   struct err *e)
{
	AUTO_DONE(buf_done) struct buf good, bad;
	json_t *sig;
	const char *id;
	size_t shown = 0;

	buf_init(&good, 160);
	buf_init(&bad, 160);
	for (size_t i = 0; i < count && i < 4; i++)
		buf_printf(&good, "%s%.16s", i ? ", " : "", valid[i]->id);
	json_object_foreach(m->signatures, id, sig) {
		bool is_valid = false;

		for (size_t i = 0; i < count; i++)
			is_valid |= strcmp(valid[i]->id, id) == 0;
		if (!is_valid && shown++ < 4)
			buf_printf(&bad, "%s%.16s", shown > 1 ? ", " : "", id);
	}
	(void)err_set(e, EKEYREJECTED,
		      "%.100s version %llu: %zu of the %llu needed signatures "
		      "are valid; valid: %s; not valid or not of this "
		      "role: %s",
		      by->role, (unsigned long long)m->version, count,
		      (unsigned long long)by->threshold,
		      count && buf_cstr(&good) ? buf_cstr(&good) : "none",
		      shown && buf_cstr(&bad) ? buf_cstr(&bad) : "none");
	if (by->threshold > by->count)
		return err_hint(e, "more signatures are needed than the role "
				   "has keys: only its delegator can mend "
				   "that");
	return err_hint(e, "have it signed by more of the keys that are named "
			   "for this role (bailiff-bundle sign)");
}

int trust_metadata_verify(const struct trust_metadata *m,
			  const struct trust_role_keys *by,
			  struct trust_signer_ids *ret, struct err *e)
{
	AUTO_MEM const struct trust_key **valid =
		calloc(by->count + 1, sizeof(struct trust_key *));
	const char **ids;
	size_t count;

	if (valid == NULL)
		return err_set(e, ENOMEM, "out of memory");
	count = signers_count(m, by, valid);
	if (count < by->threshold) {
		(void)below_threshold(m, by, valid, count, e);
		return -EKEYREJECTED;
	}
	if (ret == NULL)
		return 0;
	ids = calloc(count + 1, sizeof(*ids));
	if (ids == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		ids[i] = valid[i]->id;
	*ret = (struct trust_signer_ids){ ids, count };
	return 0;
}

bool trust_role_differs(const struct trust_metadata *a,
			const struct trust_metadata *b, enum trust_role role)
{
	const struct trust_role_keys *x = &a->root.roles[role];
	const struct trust_role_keys *y = &b->root.roles[role];

	if (x->threshold != y->threshold || x->count != y->count)
		return true;
	for (size_t i = 0; i < x->count; i++) {
		bool is_there = false;

		for (size_t k = 0; k < y->count; k++)
			is_there |= strcmp(x->keys[i]->id, y->keys[k]->id) == 0;
		if (!is_there)
			return true;
	}
	return false;
}
