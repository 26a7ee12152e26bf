/* SPDX-License-Identifier: Apache-2.0 */
/* make.c - see make.h. */
#include "pkg/trust/make.h"

#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/time.h"
#include "pkg/trust/trust.h"

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* A document around the members that every role has. */
static json_t *document_new(enum trust_role role, uint64_t version,
			    int64_t expires)
{
	char date[TRUST_TIME_TEXT];

	trust_time_format(expires, date);
	return json_pack("{s:{s:s, s:s, s:I, s:s}, s:[]}", "signed", "_type",
			 trust_role_name(role), "spec_version",
			 TRUST_SPEC_VERSION, "version", (json_int_t)version,
			 "expires", date, "signatures");
}

static json_t *body_of(const json_t *document)
{
	return json_object_get(document, "signed");
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
		bool is_listed = false;

		if (r < 0)
			return err_set(e, -r, "key %zu: %s", i, strerror(-r));
		for (size_t k = 0; k < json_array_size(ids); k++)
			is_listed |= span_eq_str(
				json_span(json_array_get(ids, k)), id);
		if (json_object_set(keys, id, key) < 0 ||
		    (!is_listed &&
		     json_array_append_new(ids, json_string(id)) < 0))
			return no_memory(e);
	}
	return 0;
}

static int role_make(const struct trust_root_plan *plan, enum trust_role role,
		     json_t *keys, json_t *roles, struct err *e)
{
	const uint64_t threshold = plan->roles[role].threshold;
	AUTO_JSON *ids = json_array();
	const int r = role_keys(&plan->roles[role], keys, ids, e);

	if (r < 0)
		return r;
	if (threshold < 1 || threshold > json_array_size(ids))
		return err_set(e, EINVAL,
			       "role %s: threshold %llu with %zu different "
			       "keys",
			       trust_role_name(role),
			       (unsigned long long)threshold,
			       json_array_size(ids));
	if (json_object_set_new(roles, trust_role_name(role),
				json_pack("{s:O, s:I}", "keyids", ids,
					  "threshold", (json_int_t)threshold)) <
	    0)
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

/* "meta" with the one file that it lists, by version, length and hashes. */
static int meta_set(json_t *document, const char *name,
		    const struct trust_listed *listed, struct err *e)
{
	AUTO_JSON *hashes = trust_file_hashes(listed->bytes);

	if (hashes == NULL ||
	    json_object_set_new(body_of(document), "meta",
				json_pack("{s:{s:I, s:I, s:O}}", name,
					  "version",
					  (json_int_t)listed->version, "length",
					  (json_int_t)listed->bytes.len,
					  "hashes", hashes)) < 0)
		return no_memory(e);
	return 0;
}

int trust_make_timestamp(uint64_t version, int64_t expires, int64_t issued,
			 const struct trust_listed *snapshot, json_t **ret,
			 struct err *e)
{
	AUTO_JSON *document =
		document_new(TRUST_ROLE_TIMESTAMP, version, expires);
	char date[TRUST_TIME_TEXT];

	trust_time_format(issued, date);
	if (meta_set(document, "snapshot.json", snapshot, e) < 0 ||
	    json_object_set_new(body_of(document), "x-bailiff-issued",
				json_string(date)) < 0)
		return no_memory(e);
	*ret = ptr_steal(&document);
	return 0;
}

int trust_make_snapshot(uint64_t version, int64_t expires,
			const struct trust_listed *targets, json_t **ret,
			struct err *e)
{
	AUTO_JSON *document =
		document_new(TRUST_ROLE_SNAPSHOT, version, expires);

	if (meta_set(document, "targets.json", targets, e) < 0)
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
