/* SPDX-License-Identifier: Apache-2.0 */
/* role_keys.h - who signs a role: the keys and thresholds that root, or a
 * targets role that delegates, states (TUF 1.0.34, sections 4.3 and 4.5).
 */
#ifndef PKG_TRUST_ROLE_KEYS_H
#define PKG_TRUST_ROLE_KEYS_H

#include "lib/err.h"
#include "lib/json.h"
#include "pkg/trust/key.h"

/* A "keys" object. */
struct trust_key_table {
	struct trust_key *keys; /* owned */
	size_t count;
};

/* A "keyids" with its "threshold". */
struct trust_role_keys {
	const char *role;	       /* the role that they sign; borrowed */
	const struct trust_key **keys; /* distinct; owned array of borrowed */
	size_t count;
	uint64_t threshold; /* from 1 on; above count nothing meets it */
};

/**
 * trust_key_table_parse() - take a "keys" object.
 * @ret: on failure what was filled in is still released by
 *       trust_key_table_done().
 *
 * Return: 0; -EBADMSG; -E2BIG above TRUST_KEYS_MAX; -ENOMEM.
 */
int trust_key_table_parse(const json_t *keys, struct trust_key_table *ret,
			  struct err *e);
void trust_key_table_done(struct trust_key_table *t);

/**
 * trust_role_keys_parse() - take "keyids" and "threshold" out of @object.
 * @role: whose; borrowed by @ret as long as it lives.
 * @ret: as above, with trust_role_keys_done().
 *
 * Ids that are listed twice count once; ids without a key for nothing.
 *
 * Return: 0; -EBADMSG, also for a threshold that the keys cannot meet; -ENOMEM.
 */
int trust_role_keys_parse(const struct trust_key_table *table,
			  const json_t *object, const char *role,
			  struct trust_role_keys *ret, struct err *e);
void trust_role_keys_done(struct trust_role_keys *k);

#endif
