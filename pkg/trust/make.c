/* SPDX-License-Identifier: Apache-2.0 */
/* make.c - see make.h. */
#include "pkg/trust/make.h"

#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/when.h"
#include "pkg/trust/name.h"
#include "pkg/trust/trust.h"

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* A document around the members that every role has. */
static json_t *document_new(enum trust_role role, uint64_t version,
			    int64_t expires)
{
	char date[WHEN_TEXT];

	when_format(expires, date);
	return json_pack("{s:{s:s, s:s, s:I, s:s}, s:[]}", "signed", "_type",
			 trust_role_name(role), "spec_version",
			 TRUST_SPEC_VERSION, "version", (json_int_t)version,
			 "expires", date, "signatures");
}

static json_t *body_of(const json_t *document)
{
	return json_object_get(document, "signed");
}

/* Is this public key there under another id? Two of them are one signer. */
static const char *key_twin(const json_t *key, const json_t *keys,
			    const json_t *ids, const char *id)
{
	const json_t *value = json_object_get(key, "keyval");

	for (size_t i = 0; i < json_array_size(ids); i++) {
		const char *other = json_string_value(json_array_get(ids, i));
		const json_t *listed = json_object_get(keys, other);

		if (strcmp(other, id) != 0 &&
		    json_equal(json_object_get(listed, "keyval"), value))
			return other;
	}
	return NULL;
}

static bool id_is_listed(const json_t *ids, const char *id)
{
	for (size_t i = 0; i < json_array_size(ids); i++)
		if (span_eq_str(json_span(json_array_get(ids, i)), id))
			return true;
	return false;
}

/* Put the role's keys into @keys and give its "keyids". */
static int role_keys(const struct trust_role_plan *plan, json_t *keys,
		     json_t *ids, struct err *e)
{
	json_t *key;
	size_t i;

	json_array_foreach(plan->keys, i, key) {
		char id[TRUST_KEY_ID_LEN + 1];
		const int r = trust_key_id(key, id);
		const char *twin;

		if (r < 0)
			return err_set(e, -r, "key %zu: %s", i, strerror(-r));
		twin = key_twin(key, keys, ids, id);
		if (twin != NULL)
			return err_set(e, EINVAL,
				       "keys %.16s and %.16s are one public "
				       "key: list one of them",
				       twin, id);
		if (json_object_set(keys, id, key) < 0 ||
		    (!id_is_listed(ids, id) &&
		     json_array_append_new(ids, json_string(id)) < 0))
			return no_memory(e);
	}
	return 0;
}

/* The members by which root and delegations say who signs: into @role. */
static int signers_make(const struct trust_role_plan *plan, const char *name,
			json_t *keys, json_t *role, struct err *e)
{
	AUTO_JSON *ids = json_array();
	const int r = role_keys(plan, keys, ids, e);

	if (r < 0)
		return err_wrap(e, "role %s", name);
	if (plan->threshold < 1 || plan->threshold > json_array_size(ids))
		return err_set(e, EINVAL,
			       "role %s: threshold %llu with %zu different "
			       "keys",
			       name, (unsigned long long)plan->threshold,
			       json_array_size(ids));
	if (json_object_set(role, "keyids", ids) < 0 ||
	    json_object_set_new(role, "threshold",
				json_integer((json_int_t)plan->threshold)) < 0)
		return no_memory(e);
	return 0;
}

static int role_make(const struct trust_root_plan *plan, enum trust_role role,
		     json_t *keys, json_t *roles, struct err *e)
{
	AUTO_JSON *object = json_object();
	const int r = signers_make(&plan->roles[role], trust_role_name(role),
				   keys, object, e);

	if (r < 0)
		return r;
	if (json_object_set(roles, trust_role_name(role), object) < 0)
		return no_memory(e);
	return 0;
}

int trust_make_root(const struct trust_root_plan *plan, json_t **ret,
		    struct err *e)
{
	AUTO_JSON *document =
		document_new(TRUST_ROLE_ROOT, plan->version, plan->expires);
	AUTO_JSON *keys = json_object();
	AUTO_JSON *roles = json_object();
	json_t *body = body_of(document);

	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		const int r = role_make(plan, i, keys, roles, e);

		if (r < 0)
			return r;
	}
	if (json_object_set(body, "keys", keys) < 0 ||
	    json_object_set(body, "roles", roles) < 0 ||
	    json_object_set_new(body, "consistent_snapshot",
				json_boolean(plan->is_consistent)) < 0)
		return no_memory(e);
	*ret = ptr_steal(&document);
	return 0;
}

/* A file's entry in "meta": by version, length and hashes. */
static int meta_add(json_t *document, const struct trust_listed *listed,
		    struct err *e)
{
	AUTO_JSON *hashes = trust_file_hashes(listed->bytes);
	AUTO_JSON *entry = json_pack(
		"{s:I, s:I, s:O}", "version", (json_int_t)listed->version,
		"length", (json_int_t)listed->bytes.len, "hashes", hashes);
	AUTO_DONE(buf_done) struct buf name;
	json_t *meta = json_object_get(body_of(document), "meta");

	buf_init(&name, 4096);
	buf_printf(&name, "%s.json", listed->role);
	if (listed->entry != NULL) {
		json_decref(entry);
		entry = json_deep_copy(listed->entry);
	}
	if (entry == NULL || buf_cstr(&name) == NULL ||
	    json_object_set(meta, name.p, entry) < 0)
		return no_memory(e);
	return 0;
}

static int meta_make(json_t *document, const struct trust_listed *roles,
		     size_t count, struct err *e)
{
	int r = 0;

	if (json_object_set_new(body_of(document), "meta", json_object()) < 0)
		return no_memory(e);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = meta_add(document, &roles[i], e);
	return r;
}

int trust_make_timestamp(uint64_t version, int64_t expires, int64_t issued,
			 const struct trust_listed *snapshot, json_t **ret,
			 struct err *e)
{
	AUTO_JSON *document =
		document_new(TRUST_ROLE_TIMESTAMP, version, expires);
	char date[WHEN_TEXT];

	when_format(issued, date);
	if (meta_make(document, snapshot, 1, e) < 0 ||
	    json_object_set_new(body_of(document), "x-bailiff-issued",
				json_string(date)) < 0)
		return no_memory(e);
	*ret = ptr_steal(&document);
	return 0;
}

int trust_make_snapshot(uint64_t version, int64_t expires,
			const struct trust_listed *roles, size_t count,
			json_t **ret, struct err *e)
{
	AUTO_JSON *document =
		document_new(TRUST_ROLE_SNAPSHOT, version, expires);

	if (meta_make(document, roles, count, e) < 0)
		return -ENOMEM;
	*ret = ptr_steal(&document);
	return 0;
}

int trust_make_targets(uint64_t version, int64_t expires, json_t **ret,
		       struct err *e)
{
	AUTO_JSON *document =
		document_new(TRUST_ROLE_TARGETS, version, expires);

	if (json_object_set_new(body_of(document), "targets", json_object()) <
	    0)
		return no_memory(e);
	*ret = ptr_steal(&document);
	return 0;
}

int trust_make_target(json_t *document, const char *path, struct span bytes,
		      struct err *e)
{
	AUTO_JSON *hashes = trust_file_hashes(bytes);
	json_t *targets = json_object_get(body_of(document), "targets");

	if (!trust_target_path_is_safe(path))
		return err_set(e, EINVAL, "unusable target path \"%s\"", path);
	if (bytes.len > TRUST_TARGET_MAX)
		return err_set(e, EFBIG,
			       "target \"%s\" has %zu bytes, at most %d are "
			       "allowed",
			       path, bytes.len, TRUST_TARGET_MAX);
	if (hashes == NULL ||
	    json_object_set_new(targets, path,
				json_pack("{s:I, s:O}", "length",
					  (json_int_t)bytes.len, "hashes",
					  hashes)) < 0)
		return no_memory(e);
	return 0;
}

int trust_make_next(const json_t *document, uint64_t version, int64_t expires,
		    json_t **ret, struct err *e)
{
	const json_t *old = body_of(document);
	AUTO_JSON *body = json_deep_copy(old);
	AUTO_JSON *next = NULL;
	char date[WHEN_TEXT];

	if (!json_is_object(old))
		return err_set(e, EBADMSG,
			       "not a metadata file: it lacks "
			       "\"signed\"");
	when_format(expires, date);
	if (json_object_set_new(body, "version",
				json_integer((json_int_t)version)) < 0 ||
	    json_object_set_new(body, "expires", json_string(date)) < 0)
		return no_memory(e);
	next = json_pack("{s:O, s:[]}", "signed", body, "signatures");
	if (next == NULL)
		return no_memory(e);
	*ret = ptr_steal(&next);
	return 0;
}

/* -- delegations ----------------------------------------------------------- */

/* "N.", the encoded name, ".json" and a temporary name's letters must fit into
 * 255 bytes. */
#define ROLE_NAME_ENCODED_MAX 200

static bool name_fits(const char *role)
{
	AUTO_DONE(buf_done) struct buf name;

	buf_init(&name, ROLE_NAME_ENCODED_MAX + strlen(".json"));
	return trust_role_file(role, &name) == 0;
}

/* "7.root" would lie where the seventh root lies. */
static bool name_is_of_a_root(const char *role)
{
	const size_t digits = strspn(role, "0123456789");

	return trust_role_find(span_of(role)) >= 0 ||
	       (digits != 0 && strcmp(role + digits, ".root") == 0);
}

bool trust_role_name_is_free(const char *role, struct err *e)
{
	if (name_is_of_a_root(role))
		(void)err_set(e, EINVAL,
			      "role \"%s\": that is the name of a top-level "
			      "role's file; a "
			      "delegated one needs another name",
			      role);
	else if (!trust_target_path_is_safe(role))
		(void)err_set(e, EINVAL,
			      "role \"%.100s\": a name has no empty, \".\" or "
			      "\"..\" part and no control characters",
			      role);
	else if (!name_fits(role))
		(void)err_set(e, EINVAL,
			      "role \"%.40s...\": the name has more than %d "
			      "bytes once it is percent-encoded",
			      role, ROLE_NAME_ENCODED_MAX);
	else
		return true;
	return false;
}

/* The list that says for which paths; each prefix must be one. */
static int delegation_scope(const struct trust_delegation_plan *plan,
			    json_t *object, struct err *e)
{
	const json_t *list = plan->paths ? plan->paths : plan->hash_prefixes;
	json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		return err_set(e, EINVAL, "role %s: no path is delegated",
			       plan->role);
	if (plan->paths == NULL)
		json_array_foreach(list, i, item) {
			const struct span s = json_span(item);

			if (s.len == 0 || s.len > 64 ||
			    strspn(s.p, "0123456789abcdef") != s.len)
				return err_set(e, EINVAL,
					       "role %s: path hash prefix "
					       "\"%s\" must be 1 to 64 "
					       "lower-case hexadecimal digits",
					       plan->role,
					       json_string_value(item));
		}
	if (json_object_set_new(object,
				plan->paths ? "paths" : "path_hash_prefixes",
				json_deep_copy(list)) < 0)
		return no_memory(e);
	return 0;
}

/* "delegations" of the document; made when it is not there. */
static json_t *delegations_of(json_t *document)
{
	json_t *body = body_of(document);

	if (json_object_get(body, "delegations") == NULL &&
	    json_object_set_new(body, "delegations",
				json_pack("{s:{}, s:[]}", "keys", "roles")) < 0)
		return NULL;
	return json_object_get(body, "delegations");
}

/* Where @role stands; the number of roles when it does not. */
static size_t delegation_place(const json_t *roles, const char *role)
{
	size_t i;
	json_t *object;

	json_array_foreach(roles, i, object)
		if (span_eq_str(json_span(json_object_get(object, "name")),
				role))
			return i;
	return json_array_size(roles);
}

/* Drop the keys that no delegation names any more. */
static int keys_prune(json_t *delegations, struct err *e)
{
	const json_t *keys = json_object_get(delegations, "keys");
	const json_t *roles = json_object_get(delegations, "roles");
	AUTO_JSON *kept = json_object();
	json_t *role, *id;
	size_t i, k;

	json_array_foreach(roles, i, role)
		json_array_foreach(json_object_get(role, "keyids"), k, id) {
			json_t *key =
				json_object_get(keys, json_string_value(id));

			if (key != NULL &&
			    json_object_set(kept, json_string_value(id), key) <
				    0)
				return no_memory(e);
		}
	if (json_object_set(delegations, "keys", kept) < 0)
		return no_memory(e);
	return 0;
}

static int delegation_place_at(json_t *roles, json_t *object,
			       const struct trust_delegation_plan *plan)
{
	const size_t old = delegation_place(roles, plan->role);
	size_t at = plan->at == TRUST_PLACE_KEPT ? old : plan->at;

	if (old < json_array_size(roles))
		(void)json_array_remove(roles, old);
	if (at > json_array_size(roles))
		at = json_array_size(roles);
	return json_array_insert(roles, at, object);
}

int trust_make_delegation(json_t *document,
			  const struct trust_delegation_plan *plan,
			  struct err *e)
{
	json_t *delegations = delegations_of(document);
	AUTO_JSON *object =
		json_pack("{s:s, s:b}", "name", plan->role, "terminating",
			  plan->is_terminating ? 1 : 0);
	int r;

	if (!trust_role_name_is_free(plan->role, e))
		return -EINVAL;
	if (delegations == NULL || object == NULL)
		return no_memory(e);
	r = signers_make(&plan->by, plan->role,
			 json_object_get(delegations, "keys"), object, e);
	if (r == 0)
		r = delegation_scope(plan, object, e);
	if (r < 0)
		return r;
	if (delegation_place_at(json_object_get(delegations, "roles"), object,
				plan) < 0)
		return no_memory(e);
	return keys_prune(delegations, e);
}

int trust_make_undelegation(json_t *document, const char *role, struct err *e)
{
	json_t *body = body_of(document);
	json_t *delegations = json_object_get(body, "delegations");
	json_t *roles = json_object_get(delegations, "roles");
	const size_t at = delegation_place(roles, role);

	if (at == json_array_size(roles))
		return err_set(e, ENOENT, "it does not delegate to role %s",
			       role);
	(void)json_array_remove(roles, at);
	if (json_array_size(roles) == 0) {
		(void)json_object_del(body, "delegations");
		return 0;
	}
	return keys_prune(delegations, e);
}
