/* SPDX-License-Identifier: Apache-2.0 */
/* role_keys.c - see role_keys.h. */
#include "pkg/trust/role_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/body.h"
#include "pkg/trust/trust.h"

int trust_key_table_parse(const json_t *keys, struct trust_key_table *ret,
			  struct err *e)
{
	const size_t count = json_object_size(keys);
	const char *id;
	json_t *key;

	if (count > TRUST_KEYS_MAX)
		return err_set(e, E2BIG, "keys: %zu, at most %d are allowed",
			       count, TRUST_KEYS_MAX);
	ret->keys = calloc(count + 1, sizeof(*ret->keys));
	if (ret->keys == NULL)
		return err_set(e, ENOMEM, "out of memory");
	json_object_foreach((json_t *)(uintptr_t)keys, id, key) {
		const int r =
			trust_key_parse(id, key, &ret->keys[ret->count], e);

		if (r < 0) {
			(void)err_wrap(e, "keys");
			return r;
		}
		ret->count++;
	}
	return 0;
}

void trust_key_table_done(struct trust_key_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		trust_key_done(&t->keys[i]);
	free(t->keys);
	*t = (struct trust_key_table){ 0 };
}

static const struct trust_key *key_find(const struct trust_key_table *table,
					const char *id)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->keys[i].id, id) == 0)
			return &table->keys[i];
	return NULL;
}

static bool key_is_listed(const struct trust_key *key,
			  const struct trust_role_keys *k)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->keys[i] == key)
			return true;
	return false;
}

static int keyids_parse(const struct trust_key_table *table, const json_t *ids,
			struct trust_role_keys *ret, struct err *e)
{
	ret->keys = calloc(table->count + 1, sizeof(struct trust_key *));
	if (ret->keys == NULL)
		return err_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < json_array_size(ids); i++) {
		const json_t *id = json_array_get(ids, i);
		const struct trust_key *key;

		if (!json_is_string(id))
			return err_set(e, EBADMSG,
				       "keyids[%zu] must be a string", i);
		key = key_find(table, json_string_value(id));
		if (key != NULL && !key_is_listed(key, ret))
			ret->keys[ret->count++] = key;
	}
	return 0;
}

int trust_role_keys_parse(const struct trust_key_table *table,
			  const json_t *object, const char *role,
			  struct trust_role_keys *ret, struct err *e)
{
	json_t *ids, *threshold;
	const struct json_member rows[] = {
		{ "keyids", JSON_ARRAY, true, &ids },
		{ "threshold", JSON_INTEGER, true, &threshold },
		{ NULL, JSON_NULL, false, NULL },
	};
	int r = trust_members(object, rows, e);

	if (r < 0)
		return r;
	ret->role = role;
	r = keyids_parse(table, ids, ret, e);
	if (r < 0)
		return r;
	if (json_u64(threshold, 1, INT64_MAX, &ret->threshold) < 0)
		return err_set(e, EBADMSG, "\"threshold\" must be 1 or more");
	return 0;
}

void trust_role_keys_done(struct trust_role_keys *k)
{
	free(k->keys);
	*k = (struct trust_role_keys){ 0 };
}
