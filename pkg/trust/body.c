/* SPDX-License-Identifier: Apache-2.0 */
/* body.c - see body.h. */
#include "pkg/trust/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "pkg/trust/file.h"
#include "pkg/trust/time.h"
#include "pkg/trust/trust.h"

static int keys_parse(struct trust_root *root, const json_t *keys,
		      struct err *e)
{
	const char *id;
	json_t *key;

	root->keys = calloc(json_object_size(keys) + 1, sizeof(*root->keys));
	if (root->keys == NULL)
		return err_set(e, ENOMEM, "out of memory");
	json_object_foreach((json_t *)(uintptr_t)keys, id, key) {
		const int r = trust_key_parse(id, key,
					      &root->keys[root->key_count], e);

		if (r < 0)
			return r;
		root->key_count++;
	}
	return 0;
}

static const struct trust_key *key_find(const struct trust_root *root,
					const char *id)
{
	for (size_t i = 0; i < root->key_count; i++)
		if (strcmp(root->keys[i].id, id) == 0)
			return &root->keys[i];
	return NULL;
}

static bool key_is_listed(const struct trust_key *key,
			  const struct trust_key **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == key)
			return true;
	return false;
}

/* Ids listed twice count once; ids without a key count for nothing. */
static int keyids_parse(const struct trust_root *root, const json_t *ids,
			struct trust_role_keys *ret, struct err *e)
{
	AUTO_MEM const struct trust_key **list =
		calloc(root->key_count + 1, sizeof(struct trust_key *));
	size_t count = 0;

	if (list == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < json_array_size(ids); i++) {
		const json_t *id = json_array_get(ids, i);
		const struct trust_key *key;

		if (!json_is_string(id))
			return err_set(e, EBADMSG,
				       "keyids[%zu] must be a string", i);
		key = key_find(root, json_string_value(id));
		if (key != NULL && !key_is_listed(key, list, count))
			list[count++] = key;
	}
	ret->keys = ptr_steal(&list);
	ret->count = count;
	return 0;
}

static int role_parse(struct trust_root *root, enum trust_role which,
		      const json_t *object, struct err *e)
{
	struct trust_role_keys *role = &root->roles[which];
	json_t *ids, *threshold;
	const struct json_member rows[] = {
		{ "keyids", JSON_ARRAY, true, &ids },
		{ "threshold", JSON_INTEGER, true, &threshold },
		{ NULL, JSON_NULL, false, NULL },
	};
	int r = trust_members(object, rows, e);

	if (r < 0)
		return r;
	r = keyids_parse(root, ids, role, e);
	if (r < 0)
		return r;
	if (json_u64(threshold, 1, INT64_MAX, &role->threshold) < 0)
		return err_set(e, EBADMSG, "\"threshold\" must be 1 or more");
	if (role->threshold > role->count)
		return err_set(e, EBADMSG,
			       "\"threshold\" is %llu, but the role has %zu "
			       "keys",
			       (unsigned long long)role->threshold,
			       role->count);
	return 0;
}

int trust_root_parse(struct trust_metadata *m, struct err *e)
{
	json_t *keys, *roles, *consistent;
	const struct json_member rows[] = {
		{ "keys", JSON_OBJECT, true, &keys },
		{ "roles", JSON_OBJECT, true, &roles },
		{ "consistent_snapshot", JSON_TRUE, false, &consistent },
		{ NULL, JSON_NULL, false, NULL },
	};
	int r;

	if (trust_members(m->body, rows, e) < 0)
		return -EBADMSG;
	m->root.is_consistent = json_is_true(consistent);
	r = keys_parse(&m->root, keys, e);
	if (r < 0) {
		(void)err_wrap(e, "keys");
		return r;
	}
	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		r = role_parse(&m->root, i,
			       json_object_get(roles, trust_role_name(i)), e);
		if (r < 0) {
			(void)err_wrap(e, "roles: %s", trust_role_name(i));
			return r;
		}
	}
	return 0;
}

/* An x-bailiff member that is there must be what bailiff writes. */
static int issued_parse(struct trust_metadata *m, struct err *e)
{
	json_t *issued;
	const struct json_member rows[] = {
		{ "x-bailiff-issued", JSON_STRING, false, &issued },
		{ NULL, JSON_NULL, false, NULL },
	};

	if (trust_members(m->body, rows, e) < 0)
		return -EBADMSG;
	if (issued == NULL)
		return 0;
	if (trust_time_parse(json_span(issued), &m->issued) < 0 ||
	    m->issued < 0)
		return err_set(e, EBADMSG,
			       "\"x-bailiff-issued\" must be a "
			       "date as 2030-12-31T23:59:59Z");
	if (m->issued >= m->expires)
		return err_set(e, EBADMSG,
			       "\"x-bailiff-issued\" is not before "
			       "\"expires\"");
	return 0;
}

static int files_parse(struct trust_metadata *m, const char *member,
		       enum trust_file_kind kind, struct err *e)
{
	json_t *files;
	const struct json_member rows[] = {
		{ member, JSON_OBJECT, true, &files },
		{ NULL, JSON_NULL, false, NULL },
	};
	const char *name;
	json_t *entry;

	if (trust_members(m->body, rows, e) < 0)
		return -EBADMSG;
	json_object_foreach(files, name, entry)
		if (trust_file_parse(entry, kind, e) < 0)
			return err_wrap(e, "%s: \"%.200s\"", member, name);
	m->files = files;
	return 0;
}

int trust_timestamp_parse(struct trust_metadata *m, struct err *e)
{
	const int r = files_parse(m, "meta", TRUST_FILE_META, e);

	if (r < 0)
		return r;
	if (json_object_get(m->files, "snapshot.json") == NULL)
		return err_set(e, EBADMSG,
			       "meta: \"snapshot.json\" is missing");
	return issued_parse(m, e);
}

int trust_snapshot_parse(struct trust_metadata *m, struct err *e)
{
	const int r = files_parse(m, "meta", TRUST_FILE_META, e);

	if (r < 0)
		return r;
	if (json_object_get(m->files, "targets.json") == NULL)
		return err_set(e, EBADMSG, "meta: \"targets.json\" is missing");
	return 0;
}

/* Delegations are refused, not skipped: whoever wrote them expects that the
 * policies below them hold. "No delegations", spelled out, is none. */
static int delegations_check(const struct trust_metadata *m, struct err *e)
{
	json_t *delegations, *keys, *roles, *succinct;
	const struct json_member rows[] = {
		{ "delegations", JSON_OBJECT, false, &delegations },
		{ NULL, JSON_NULL, false, NULL },
	};
	const struct json_member inner[] = {
		{ "keys", JSON_OBJECT, true, &keys },
		{ "roles", JSON_ARRAY, false, &roles },
		{ "succinct_roles", JSON_OBJECT, false, &succinct },
		{ NULL, JSON_NULL, false, NULL },
	};

	if (trust_members(m->body, rows, e) < 0)
		return -EBADMSG;
	if (delegations == NULL)
		return 0;
	if (trust_members(delegations, inner, e) < 0)
		return err_wrap(e, "delegations");
	if (json_array_size(roles) == 0 && succinct == NULL)
		return 0;
	(void)err_set(e, EOPNOTSUPP,
		      "it delegates to other roles, which this version of "
		      "bailiff does not support");
	return err_hint(e, "sign all policies with the targets role itself");
}

int trust_targets_parse(struct trust_metadata *m, struct err *e)
{
	const char *path;
	json_t *entry;
	int r = files_parse(m, "targets", TRUST_FILE_TARGET, e);

	if (r < 0)
		return r;
	if (json_object_size(m->files) > TRUST_TARGET_COUNT_MAX)
		return err_set(e, E2BIG, "%zu targets, at most %d are allowed",
			       json_object_size(m->files),
			       TRUST_TARGET_COUNT_MAX);
	json_object_foreach((json_t *)(uintptr_t)m->files, path, entry)
		if (!trust_target_path_is_safe(path))
			return err_set(e, EBADMSG,
				       "targets: \"%.200s\" is not a relative "
				       "path without \"..\" and empty parts",
				       path);
	r = delegations_check(m, e);
	return r;
}
