/* SPDX-License-Identifier: Apache-2.0 */
/* follow.c - see follow.h. */
#include "pkg/audit/follow.h"

#include <string.h>

#include "lib/cur.h"
#include "pkg/audit/rules.h"

#define HEAD_LEN offsetof(struct audit_rule, buf)

/* The fixed part of a rule of bailiff's that records calls. */
static bool head_take(struct span rule, struct audit_rule *ret)
{
	if (rule.len < HEAD_LEN ||
	    !span_starts(audit_rule_key(rule), RULE_KEY_PREFIX))
		return false;
	memcpy(ret, rule.p, HEAD_LEN);
	return (ret->flags & ~(uint32_t)AUDIT_FILTER_PREPEND) ==
		       AUDIT_FILTER_EXIT &&
	       ret->action == AUDIT_ALWAYS &&
	       ret->field_count <= AUDIT_MAX_FIELDS;
}

static bool bound_holds(uint32_t op, uint32_t bound, uint32_t auid)
{
	return (op == AUDIT_EQUAL && auid == bound) ||
	       (op == AUDIT_GREATER_THAN_OR_EQUAL && auid >= bound) ||
	       (op == AUDIT_LESS_THAN_OR_EQUAL && auid <= bound);
}

static void field_move(struct audit_rule *r, uint32_t from, uint32_t to)
{
	r->fields[to] = r->fields[from];
	r->fieldflags[to] = r->fieldflags[from];
	r->values[to] = r->values[from];
}

/* In place of the first bound stands the session; other bounds go. Return: were
 * there any, and all of them hold @auid? */
static bool bounds_replace(struct audit_rule *r, uint32_t auid, uint32_t ses)
{
	uint32_t count = 0;
	bool has_session = false;

	for (uint32_t i = 0; i < r->field_count; i++) {
		if (r->fields[i] != AUDIT_LOGINUID) {
			field_move(r, i, count++);
			continue;
		}
		if (!bound_holds(r->fieldflags[i], r->values[i], auid))
			return false;
		if (has_session)
			continue;
		r->fields[count] = AUDIT_SESSIONID;
		r->fieldflags[count] = AUDIT_EQUAL;
		r->values[count++] = ses;
		has_session = true;
	}
	for (uint32_t i = count; i < r->field_count; i++)
		r->fields[i] = r->fieldflags[i] = r->values[i] = 0;
	r->field_count = count;
	return has_session;
}

size_t rules_follow(struct span rules, uint32_t auid, uint32_t ses,
		    struct buf *out)
{
	struct cur c = cur_of(rules);
	size_t count = 0;

	while (c.rest.len != 0 && !c.failed) {
		struct span rule = cur_blob(&c, SIZE_MAX);
		struct audit_rule head;

		if (!head_take(rule, &head) ||
		    !bounds_replace(&head, auid, ses))
			continue;
		head.flags &= ~(uint32_t)AUDIT_FILTER_PREPEND;
		buf_u32(out, (uint32_t)rule.len);
		buf_span(out, (struct span){ (const char *)&head, HEAD_LEN });
		buf_span(out, (struct span){ rule.p + HEAD_LEN,
					     rule.len - HEAD_LEN });
		count++;
	}
	return count;
}

bool rule_is_follower(struct span rule, uint32_t *ret_ses)
{
	struct audit_rule head;

	if (!head_take(rule, &head))
		return false;
	for (uint32_t i = 0; i < head.field_count; i++) {
		if (head.fields[i] != AUDIT_SESSIONID ||
		    head.fieldflags[i] != AUDIT_EQUAL)
			continue;
		*ret_ses = head.values[i];
		return true;
	}
	return false;
}
