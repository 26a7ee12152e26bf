/* SPDX-License-Identifier: Apache-2.0 */
/* places.c - see places.h. */
#include "cmd/bailiffd/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/loop.h"
#include "pkg/identity/cgroup.h"
#include "pkg/identity/paths.h"
#include "pkg/policy/policy.h"

#define MOUNT_MAX 512

struct place {
	char name[SERVICE_NAME_MAX + 1];
	uint32_t number;
};

struct places {
	char mount[MOUNT_MAX];	/* "": no cgroup v2 */
	struct place *services; /* owned */
	size_t count;
	uint64_t ids[PLACES_IDS_MAX]; /* a ring, with whose they are */
	struct place owners[PLACES_IDS_MAX];
	size_t id_count, id_next;
	uint64_t looked_ms;
	struct session found;
};

int places_new(struct places **ret)
{
	struct places *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -ENOMEM;
	if (cgroup_mount_find(p->mount, sizeof(p->mount), NULL) < 0)
		p->mount[0] = '\0';
	*ret = p;
	return 0;
}

void places_free(struct places *p)
{
	if (p == NULL)
		return;
	free(p->services);
	free(p);
}

static int place_take(struct place *place, struct cur *body)
{
	const struct span name = cur_blob(body, SERVICE_NAME_MAX);
	const uint32_t number = cur_u32(body);

	if (body->failed || service_name_check(name, NULL) < 0 ||
	    number > SERVICE_NUMBER_MAX)
		return -EPROTO;
	memcpy(place->name, name.p, name.len);
	place->name[name.len] = '\0';
	place->number = number;
	return 0;
}

int places_take(struct places *p, struct cur *body)
{
	const uint32_t count = cur_u32(body);
	struct place *services;

	if (body->failed || count > POLICY_SERVICES_MAX)
		return -EPROTO;
	services = calloc(count + 1U, sizeof(*services));
	if (services == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		if (place_take(&services[i], body) < 0) {
			free(services);
			return -EPROTO;
		}
	free(p->services);
	p->services = services;
	p->count = count;
	p->looked_ms = 0;
	return 0;
}

static const struct session *place_found(struct places *p,
					 const struct place *place)
{
	p->found =
		(struct session){ .ses = UINT32_MAX, .number = place->number };
	strcpy(p->found.service, place->name);
	strcpy(p->found.instance, place->name);
	return &p->found;
}

const struct session *places_by_path(struct places *p, const char *path)
{
	struct span rest = span_of(path), name;

	if (!span_starts(rest, "/"))
		return NULL;
	(void)span_cut(&rest, '/');
	name = span_cut(&rest, '/');
	for (size_t i = 0; i < p->count; i++)
		if (span_eq_str(name, p->services[i].name))
			return place_found(p, &p->services[i]);
	return NULL;
}

static const struct place *id_find(const struct places *p, uint64_t id)
{
	for (size_t i = 0; i < p->id_count; i++)
		if (p->ids[i] == id)
			return &p->owners[i];
	return NULL;
}

static void id_learn(struct places *p, const struct place *place)
{
	char path[SERVICE_NAME_MAX + 2] = "/";
	uint64_t id;

	strcpy(path + 1, place->name);
	if (cgroup_id(p->mount, path, &id) < 0 || id_find(p, id) != NULL)
		return;
	p->ids[p->id_next] = id;
	p->owners[p->id_next] = *place;
	p->id_next = (p->id_next + 1) % PLACES_IDS_MAX;
	if (p->id_count < PLACES_IDS_MAX)
		p->id_count++;
}

/* Many services are not looked for so often. */
static void ids_look(struct places *p, uint64_t pause_ms)
{
	const uint64_t now = clock_boot_ms();

	if (p->mount[0] == '\0' ||
	    (p->looked_ms != 0 && now - p->looked_ms < pause_ms + p->count / 5))
		return;
	p->looked_ms = now;
	for (size_t i = 0; i < p->count; i++)
		id_learn(p, &p->services[i]);
}

const struct session *places_by_id(struct places *p, uint64_t id)
{
	const struct place *place = id_find(p, id);

	if (place == NULL) {
		ids_look(p, PLACES_PAUSE_MS);
		place = id_find(p, id);
	}
	return place != NULL ? place_found(p, place) : NULL;
}

void places_tick(struct places *p)
{
	ids_look(p, PLACES_LEARN_MS);
}
