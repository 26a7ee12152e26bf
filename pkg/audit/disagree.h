/* SPDX-License-Identifier: Apache-2.0 */
/* disagree.h - two sources that name different services for one event: said
 * once, then at most every DISAGREE_EVERY_MS with how often it happened.
 */
#ifndef PKG_AUDIT_DISAGREE_H
#define PKG_AUDIT_DISAGREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pkg/audit/event.h"
#include "pkg/identity/registry.h"

#define DISAGREE_EVERY_MS 60000
#define DISAGREE_MAX	  64 /* pairs that are remembered */

struct disagreement {
	uint32_t ses, pid; /* UINT32_MAX, 0: none */
	enum event_how by, other_by;
	char service[SERVICE_NAME_MAX + 1]; /* it stands: @by comes first */
	char other[SERVICE_NAME_MAX + 1];
	uint64_t count; /* events since the last time it was said */
};

/* All zero: none yet. */
struct disagreements {
	struct {
		struct disagreement what;
		uint64_t due_ms;
	} rows[DISAGREE_MAX];
	size_t count;
	uint64_t dropped; /* events of pairs that gave way to newer ones */
};

/**
 * disagree_note() - one more event.
 * @what: its count is not read; its pid does not make another pair.
 *
 * Return: true when it is to be said now: then @what->count is how often.
 */
bool disagree_note(struct disagreements *d, struct disagreement *what,
		   uint64_t now_ms);

/* A pair that is to be said again, with the count since. Return: false when
 * there is none. */
bool disagree_due(struct disagreements *d, uint64_t now_ms,
		  struct disagreement *ret);

#endif
