/* SPDX-License-Identifier: Apache-2.0 */
/* drift.h - the kernel's audit rules as they were, against what they are.
 *
 * Whoever has CAP_AUDIT_CONTROL may delete a rule of bailiff's or put one of
 * their own in front of it. Both lists are blobs of rules in the kernel's order
 * (audit_rules_list()).
 */
#ifndef PKG_AUDIT_DRIFT_H
#define PKG_AUDIT_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

#define RULES_HASH_LEN 32

struct rules_drift {
	size_t missing, added; /* of bailiff's */
	size_t foreign_added, foreign_removed;
	size_t silencing;  /* of those added, rules that keep records away */
	bool is_reordered; /* the same rules otherwise */
};

/* @low, @high: the auids that are bailiff's. Return: true, and what has
 * changed, when the lists differ. */
bool rules_drift_find(struct span before, struct span now, uint32_t low,
		      uint32_t high, struct rules_drift *ret);

/* Must bailiff's rules be put back? */
bool rules_drift_harms(const struct rules_drift *d);

/* SHA-256 of a list. Return: 0; -EIO when the library refuses. */
int rules_hash(struct span rules, unsigned char ret[RULES_HASH_LEN]);

#endif
