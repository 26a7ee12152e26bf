/* SPDX-License-Identifier: Apache-2.0 */
/* owner.c - see owner.h. */
#include "pkg/audit/owner.h"

#include <string.h>

#include "pkg/identity/paths.h"

void owner_of(const struct session *s, struct owner *ret)
{
	memcpy(ret->service, s->service, sizeof(ret->service));
	memcpy(ret->instance, s->instance, sizeof(ret->instance));
	ret->ses = s->ses;
	ret->auid = AUID_BASE + s->number;
	ret->generation = s->generation;
	ret->pid = 0;
	ret->is_taken = false;
}

/* Return: o->count when it is not there. */
static size_t place_of(const struct owners *o, uint64_t key)
{
	size_t i = 0;

	while (i < o->count && o->keys[i] != key)
		i++;
	return i;
}

const struct owner *owners_find(struct owners *o, uint64_t key)
{
	const size_t i = place_of(o, key);

	if (i == o->count)
		return NULL;
	o->used[i] = ++o->clock;
	return &o->values[i];
}

static size_t place_make(struct owners *o)
{
	size_t oldest = 0;

	if (o->count < OWNERS_MAX)
		return o->count++;
	for (size_t i = 1; i < OWNERS_MAX; i++)
		if (o->used[i] < o->used[oldest])
			oldest = i;
	o->dropped++;
	return oldest;
}

void owners_put(struct owners *o, uint64_t key, const struct owner *owner)
{
	size_t i = place_of(o, key);

	if (i == o->count)
		i = place_make(o);
	o->keys[i] = key;
	o->used[i] = ++o->clock;
	o->values[i] = *owner;
}

void owners_remove(struct owners *o, uint64_t key)
{
	const size_t i = place_of(o, key);

	if (i == o->count)
		return;
	o->count--;
	o->keys[i] = o->keys[o->count];
	o->used[i] = o->used[o->count];
	o->values[i] = o->values[o->count];
}
