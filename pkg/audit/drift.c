/* SPDX-License-Identifier: Apache-2.0 */
/* drift.c - see drift.h. */
#include "pkg/audit/drift.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/cur.h"
#include "pkg/audit/rules.h"

static bool list_has(struct span list, struct span rule)
{
	struct cur c = cur_of(list);

	while (c.rest.len != 0 && !c.failed)
		if (span_eq(cur_blob(&c, SIZE_MAX), rule))
			return true;
	return false;
}

/* Does it keep records from being made? */
static bool is_silencing(struct span rule)
{
	struct audit_rule d;

	if (rule.len < offsetof(struct audit_rule, buf))
		return false;
	memcpy(&d, rule.p, offsetof(struct audit_rule, buf));
	return d.action == AUDIT_NEVER ||
	       (d.flags & ~(uint32_t)AUDIT_FILTER_PREPEND) ==
		       AUDIT_FILTER_EXCLUDE;
}

/* How many rules of @list are not in @other: bailiff's and foreign ones. */
static void missing_count(struct span list, struct span other, uint32_t low,
			  uint32_t high, size_t *ret_ours, size_t *ret_foreign,
			  size_t *ret_silencing)
{
	struct cur c = cur_of(list);

	while (c.rest.len != 0 && !c.failed) {
		const struct span rule = cur_blob(&c, SIZE_MAX);

		if (list_has(other, rule))
			continue;
		if (audit_rule_is_ours(rule, low, high))
			(*ret_ours)++;
		else
			(*ret_foreign)++;
		*ret_silencing += is_silencing(rule);
	}
}

bool rules_drift_find(struct span before, struct span now, uint32_t low,
		      uint32_t high, struct rules_drift *ret)
{
	struct rules_drift d = { 0 };
	size_t ignored = 0;

	if (span_eq(before, now))
		return false;
	missing_count(before, now, low, high, &d.missing, &d.foreign_removed,
		      &ignored);
	missing_count(now, before, low, high, &d.added, &d.foreign_added,
		      &d.silencing);
	d.is_reordered = d.missing == 0 && d.added == 0 &&
			 d.foreign_added == 0 && d.foreign_removed == 0;
	*ret = d;
	return true;
}

bool rules_drift_harms(const struct rules_drift *d)
{
	return d->missing != 0 || d->added != 0 || d->is_reordered ||
	       d->silencing != 0;
}

int rules_hash(struct span rules, unsigned char ret[RULES_HASH_LEN])
{
	unsigned int len = RULES_HASH_LEN;

	return EVP_Digest(rules.p != NULL ? rules.p : "", rules.len, ret, &len,
			  EVP_sha256(), NULL) == 1
		       ? 0
		       : -EIO;
}
