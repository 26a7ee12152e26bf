/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities.h - capabilities by their OCI names, and the five sets of a
 * process (capabilities(7)).
 */
#ifndef PKG_POLICY_CAPABILITIES_H
#define PKG_POLICY_CAPABILITIES_H

#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"
#include "pkg/policy/artefact.h"

/* A capability by its OCI name ("CAP_CHOWN"): 0 to 63; -1 for no such name. */
int capability_find(const char *name);

/* Append names with @between, as rights_print() does. */
void capabilities_print(struct buf *out, uint64_t mask, const char *between);

/* Append the five sets as the OCI object. */
void caps_json(struct buf *out, const struct artefact_caps *c);

/* The five sets by their OCI names, in the specification's order. */
#define CAPS_SETS 5
struct caps_set {
	const char *name;
	uint64_t mask;
};
void caps_sets(const struct artefact_caps *c, struct caps_set ret[CAPS_SETS]);

/* What is in any of them. */
uint64_t caps_union(const struct artefact_caps *c);

/**
 * capabilities_parse() - an array of names, added to @mask.
 *
 * Return: 0; -EBADMSG with the entry in @e.
 */
int capabilities_parse(const json_t *array, uint64_t *mask, struct err *e);

/**
 * caps_parse() - the OCI object: five arrays, each may be absent.
 * @ret: written on success only.
 *
 * Return: 0; -EBADMSG for no such name, or sets that the kernel would not take
 * together.
 */
int caps_parse(const json_t *object, struct artefact_caps *ret, struct err *e);

#endif
