/* SPDX-License-Identifier: Apache-2.0 */
/* places.h - services whose containers nobody registered, by their cgroup.
 *
 * On a node without the gate a service has no session of its own, but LinuxKit
 * gives it the cgroup /NAME. Those of the services that the policy names are
 * looked up by path and by the kernel's number; a number that was learnt stays
 * known, also when the cgroup is gone, since it is never used again.
 */
#ifndef CMD_BAILIFFD_PLACES_H
#define CMD_BAILIFFD_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/cur.h"
#include "pkg/identity/registry.h"

#define PLACES_IDS_MAX	512 /* numbers that are remembered, the newest */
#define PLACES_PAUSE_MS 20  /* between two looks for unknown numbers */
#define PLACES_LEARN_MS 1000

struct places;

/* Without cgroup v2 only paths are known. Return: 0; -ENOMEM. */
int places_new(struct places **ret);
void places_free(struct places *p);

/* The services there are now: in WIRE_AUDIT_CONFIG. Return: 0; -EPROTO;
 * -ENOMEM. */
int places_take(struct places *p, struct cur *body);

/* Each returns NULL for nobody's, else what is valid until the next call: no
 * session, the name also as the instance. */
const struct session *places_by_path(struct places *p, const char *path);
const struct session *places_by_id(struct places *p, uint64_t id);

/* Learn the numbers, when the last time is PLACES_LEARN_MS ago. */
void places_tick(struct places *p);

#endif
