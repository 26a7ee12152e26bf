/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - see rules.h. */
#include "pkg/landlock/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"

int landlock_path_add(struct landlock_rules *r,
		      const struct landlock_path *rule, struct err *e)
{
	void *array = r->paths;
	struct landlock_path *slot;
	int code;

	if (rule->access == 0 && !rule->is_quiet)
		return 0;
	code = array_room(&array, r->path_count, &r->path_cap,
			  sizeof(*r->paths), LANDLOCK_RULES_MAX, "rules", e);
	r->paths = array;
	if (code < 0)
		return code;
	slot = &r->paths[r->path_count];
	*slot = *rule;
	slot->path = strdup(rule->path);
	if (slot->path == NULL)
		return err_set(e, ENOMEM, "out of memory");
	r->path_count++;
	return 0;
}

int landlock_port_add(struct landlock_rules *r,
		      const struct landlock_port *rule, struct err *e)
{
	void *array = r->ports;
	int code;

	if (rule->access == 0 && !rule->is_quiet)
		return 0;
	code = array_room(&array, r->port_count, &r->port_cap,
			  sizeof(*r->ports), LANDLOCK_RULES_MAX, "rules", e);
	r->ports = array;
	if (code == 0)
		r->ports[r->port_count++] = *rule;
	return code;
}

int landlock_rules_add(struct landlock_rules *r,
		       const struct landlock_rules *from, struct err *e)
{
	int code = 0;

	for (size_t i = 0; i < from->path_count && code == 0; i++)
		code = landlock_path_add(r, &from->paths[i], e);
	for (size_t i = 0; i < from->port_count && code == 0; i++)
		code = landlock_port_add(r, &from->ports[i], e);
	return code;
}

static int path_order(const void *a, const void *b)
{
	return strcmp(((const struct landlock_path *)a)->path,
		      ((const struct landlock_path *)b)->path);
}

static int port_order(const void *a, const void *b)
{
	const uint64_t x = ((const struct landlock_port *)a)->port;
	const uint64_t y = ((const struct landlock_port *)b)->port;

	return (x > y) - (x < y);
}

static void paths_unite(struct landlock_rules *r)
{
	size_t n = 0;

	if (r->path_count != 0)
		qsort(r->paths, r->path_count, sizeof(*r->paths), path_order);
	for (size_t i = 0; i < r->path_count; i++) {
		const struct landlock_path p = r->paths[i];
		struct landlock_path *last = n ? &r->paths[n - 1] : NULL;

		if (last == NULL || strcmp(last->path, p.path) != 0) {
			r->paths[n++] = p;
			continue;
		}
		last->access |= p.access;
		last->named |= p.named;
		last->is_quiet |= p.is_quiet;
		last->is_required |= p.is_required;
		free(p.path);
	}
	r->path_count = n;
}

static void ports_unite(struct landlock_rules *r)
{
	size_t n = 0;

	if (r->port_count != 0)
		qsort(r->ports, r->port_count, sizeof(*r->ports), port_order);
	for (size_t i = 0; i < r->port_count; i++) {
		const struct landlock_port p = r->ports[i];
		struct landlock_port *last = n ? &r->ports[n - 1] : NULL;

		if (last == NULL || last->port != p.port) {
			r->ports[n++] = p;
			continue;
		}
		last->access |= p.access;
		last->is_quiet |= p.is_quiet;
	}
	r->port_count = n;
}

void landlock_rules_unite(struct landlock_rules *r)
{
	paths_unite(r);
	ports_unite(r);
}

void landlock_rules_mask(struct landlock_rules *r,
			 const uint64_t masks[RIGHT_CLASSES])
{
	size_t n = 0;

	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		r->handled[i] &= masks[i];
		r->required[i] &= masks[i];
		r->quiet[i] &= masks[i];
	}
	for (size_t i = 0; i < r->path_count; i++) {
		struct landlock_path p = r->paths[i];

		p.access &= masks[RIGHT_FS];
		p.named &= masks[RIGHT_FS];
		p.is_quiet &= r->quiet[RIGHT_FS] != 0;
		if (p.access != 0 || p.is_quiet)
			r->paths[n++] = p;
		else
			free(p.path);
	}
	r->path_count = n;
	n = 0;
	for (size_t i = 0; i < r->port_count; i++) {
		struct landlock_port p = r->ports[i];

		p.access &= masks[RIGHT_NET];
		p.is_quiet &= r->quiet[RIGHT_NET] != 0;
		if (p.access != 0 || p.is_quiet)
			r->ports[n++] = p;
	}
	r->port_count = n;
}

void landlock_rules_at(struct landlock_rules *r, uint32_t abi,
		       uint64_t ret_lost[RIGHT_CLASSES])
{
	uint64_t masks[RIGHT_CLASSES];

	for (size_t i = 0; i < RIGHT_CLASSES; i++) {
		masks[i] = rights_of_abi((enum right_class)i, abi);
		ret_lost[i] = r->handled[i] & ~masks[i];
		if (abi < LANDLOCK_ABI_QUIET)
			r->quiet[i] = 0;
	}
	landlock_rules_mask(r, masks);
}

void landlock_rules_done(struct landlock_rules *r)
{
	for (size_t i = 0; i < r->path_count; i++)
		free(r->paths[i].path);
	free(r->paths);
	free(r->ports);
	*r = (struct landlock_rules){ 0 };
}

/* @path is @rule or lies below it. */
static bool path_holds(const char *rule, struct span path)
{
	size_t len = 0;

	/* Each path is asked about each rule: most differ soon. */
	while (len < 16 && len < path.len && rule[len] != '\0' &&
	       rule[len] == path.p[len])
		len++;
	if (len == 16) {
		const size_t rest = strlen(rule + len);

		if (rest > path.len - len ||
		    memcmp(rule + len, path.p + len, rest) != 0)
			return false;
		len += rest;
	}
	if (rule[len] != '\0')
		return false;
	return len == path.len || path.p[len] == '/' ||
	       (len == 1 && rule[0] == '/');
}

const struct landlock_path *
landlock_rules_nearest(const struct landlock_rules *r, struct span path,
		       uint64_t *ret_access)
{
	const struct landlock_path *nearest = NULL;

	*ret_access = 0;
	for (size_t i = 0; i < r->path_count; i++) {
		const struct landlock_path *p = &r->paths[i];

		if (!path_holds(p->path, path))
			continue;
		*ret_access |= p->access;
		/* Sorted, so that a longer prefix comes later. */
		nearest = p;
	}
	return nearest;
}

uint64_t landlock_rules_port(const struct landlock_rules *r, uint16_t port)
{
	for (size_t i = 0; i < r->port_count; i++)
		if (r->ports[i].port == port)
			return r->ports[i].access;
	return 0;
}
