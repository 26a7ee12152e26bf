/* SPDX-License-Identifier: Apache-2.0 */
/* body.c - see body.h. */
#include "pkg/trust/body.h"

#include <errno.h>

#include "lib/when.h"
#include "pkg/trust/delegation.h"
#include "pkg/trust/file.h"

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
	r = trust_key_table_parse(keys, &m->keys, e);
	if (r < 0)
		return r;
	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		const char *name = trust_role_name(i);

		r = trust_role_keys_parse(&m->keys,
					  json_object_get(roles, name), name,
					  &m->root.roles[i], e);
		if (r < 0) {
			(void)err_wrap(e, "roles: %s", name);
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
	if (when_parse(json_span(issued), &m->issued) < 0 || m->issued < 0)
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

int trust_targets_parse(struct trust_metadata *m, struct err *e)
{
	const char *path;
	json_t *entry;
	const int r = files_parse(m, "targets", TRUST_FILE_TARGET, e);

	if (r < 0)
		return r;
	json_object_foreach((json_t *)(uintptr_t)m->files, path, entry)
		if (!trust_target_path_is_safe(path))
			return err_set(e, EBADMSG,
				       "targets: \"%.200s\" is not a relative "
				       "path without \"..\" and empty parts",
				       path);
	return trust_delegations_parse(m, e);
}
