/* SPDX-License-Identifier: Apache-2.0 */
/* owner.h - whose something is, and a bounded memory of it: of Landlock domains
 * and of sessions that come from a registered one. When it is full the one that
 * was asked for least lately goes.
 */
#ifndef PKG_AUDIT_OWNER_H
#define PKG_AUDIT_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pkg/identity/registry.h"

#define OWNERS_MAX 1024

/* What a registration is, as events need it. */
struct owner {
	char service[SERVICE_NAME_MAX + 1];
	char instance[INSTANCE_MAX + 1];
	uint32_t ses, auid;
	uint64_t generation;
	/* Of a session that comes from another: who took it, or was seen in it;
	 * and whether attribute_login_take() gave it. */
	uint32_t pid;
	bool is_taken;
};

/* All zero: nothing is remembered. */
struct owners {
	uint64_t keys[OWNERS_MAX]; /* apart, since all are looked through */
	uint64_t used[OWNERS_MAX];
	struct owner values[OWNERS_MAX];
	size_t count;
	uint64_t clock;
	uint64_t dropped; /* for lack of room */
};

void owner_of(const struct session *s, struct owner *ret);

/* Return: NULL when it is not remembered; else valid until the next put or
 * remove. */
const struct owner *owners_find(struct owners *o, uint64_t key);
void owners_put(struct owners *o, uint64_t key, const struct owner *owner);
void owners_remove(struct owners *o, uint64_t key);

#endif
