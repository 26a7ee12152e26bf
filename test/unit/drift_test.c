/* SPDX-License-Identifier: Apache-2.0 */
/* drift_test.c - the kernel's audit rules, changed by somebody else. */
#include "test/unit/harness.h"

#include <stddef.h>
#include <stdlib.h>

#include "pkg/audit/drift.h"
#include "pkg/audit/rules.h"

#define LOW  1900000000U
#define HIGH 1900009999U

static void put(struct buf *list, struct audit_rule *r)
{
	/* The kernel does not list where a rule was put. */
	r->flags &= ~(uint32_t)AUDIT_FILTER_PREPEND;
	buf_blob(list,
		 (struct span){ (const char *)r,
				offsetof(struct audit_rule, buf) + r->buflen });
}

static void put_foreign(struct buf *list, uint32_t action, uint32_t pid)
{
	struct audit_rule r = { .flags = AUDIT_FILTER_EXIT,
				.action = action,
				.field_count = 1 };

	r.fields[0] = AUDIT_PID;
	r.fieldflags[0] = AUDIT_EQUAL;
	r.values[0] = pid;
	put(list, &r);
}

/* What bailiff has, as listed. */
static void put_ours(struct buf *list)
{
	struct audit_rule r;

	rule_exempt_session(&r, 7);
	put(list, &r);
	rule_exec(&r, LOW, HIGH);
	put(list, &r);
	rule_exclude(&r, LOW + 1, 0, 1423);
	put(list, &r);
}

static struct buf before, now;

static bool find(struct rules_drift *d)
{
	return rules_drift_find(buf_view(&before), buf_view(&now), LOW, HIGH,
				d);
}

static void begin(void)
{
	buf_init(&before, 1U << 20);
	buf_init(&now, 1U << 20);
}

TEST(rules_that_stand_have_not_drifted)
{
	struct rules_drift d;

	begin();
	CHECK(!find(&d));
	put_ours(&before);
	put_ours(&now);
	CHECK(!find(&d));
}

TEST(a_rule_of_bailiffs_that_is_gone_is_missing)
{
	struct audit_rule r;
	struct rules_drift d;

	begin();
	put_ours(&before);
	rule_exempt_session(&r, 7);
	put(&now, &r);
	CHECK(find(&d));
	CHECK_INT(d.missing, 2);
	CHECK_INT(d.added + d.foreign_added + d.foreign_removed, 0);
	CHECK(rules_drift_harms(&d));
}

TEST(a_rule_that_was_changed_is_missing_and_added)
{
	struct audit_rule r;
	struct rules_drift d;

	begin();
	rule_exempt_session(&r, 7);
	put(&before, &r);
	rule_exempt_session(&r, 8);
	put(&now, &r);
	CHECK(find(&d));
	CHECK_INT(d.missing, 1);
	CHECK_INT(d.added, 1);
	CHECK(rules_drift_harms(&d));
}

TEST(an_exclude_rule_about_a_service_that_we_did_not_make_harms)
{
	struct audit_rule r;
	struct rules_drift d;

	begin();
	put_ours(&before);
	put_ours(&now);
	rule_exclude(&r, LOW + 2, 0, 1300);
	put(&now, &r);
	CHECK(find(&d));
	CHECK_INT(d.added, 1);
	CHECK_INT(d.silencing, 1);
	CHECK(rules_drift_harms(&d));
}

TEST(somebody_elses_rule_that_records_does_no_harm)
{
	struct rules_drift d;

	begin();
	put_ours(&before);
	put_ours(&now);
	put_foreign(&now, AUDIT_ALWAYS, 1);
	CHECK(find(&d));
	CHECK_INT(d.foreign_added, 1);
	CHECK_INT(d.silencing, 0);
	CHECK(!rules_drift_harms(&d));
}

TEST(somebody_elses_rule_that_silences_does_harm)
{
	struct rules_drift d;

	begin();
	put_ours(&before);
	put_foreign(&now, AUDIT_NEVER, 1);
	put_ours(&now);
	CHECK(find(&d));
	CHECK_INT(d.foreign_added, 1);
	CHECK_INT(d.silencing, 1);
	CHECK(rules_drift_harms(&d));
	/* Taken away again it is only said. */
	CHECK(rules_drift_find(buf_view(&now), buf_view(&before), LOW, HIGH,
			       &d));
	CHECK_INT(d.foreign_removed, 1);
	CHECK(!rules_drift_harms(&d));
}

TEST(the_same_rules_in_another_order_are_told)
{
	struct rules_drift d;

	begin();
	put_ours(&before);
	put_foreign(&before, AUDIT_ALWAYS, 1);
	put_foreign(&now, AUDIT_ALWAYS, 1);
	put_ours(&now);
	CHECK(find(&d));
	CHECK(d.is_reordered);
	CHECK(rules_drift_harms(&d));
}

TEST(the_hash_is_that_of_all_rules_in_their_order)
{
	unsigned char a[RULES_HASH_LEN], b[RULES_HASH_LEN];

	begin();
	CHECK_INT(rules_hash(buf_view(&before), a), 0);
	CHECK_INT(a[0], 0xe3); /* of nothing */
	put_ours(&before);
	put_foreign(&before, AUDIT_ALWAYS, 1);
	CHECK_INT(rules_hash(buf_view(&before), a), 0);
	put_ours(&now);
	put_foreign(&now, AUDIT_ALWAYS, 1);
	CHECK_INT(rules_hash(buf_view(&now), b), 0);
	CHECK(memcmp(a, b, sizeof(a)) == 0);
	buf_reset(&now);
	put_foreign(&now, AUDIT_ALWAYS, 1);
	put_ours(&now);
	CHECK_INT(rules_hash(buf_view(&now), b), 0);
	CHECK(memcmp(a, b, sizeof(a)) != 0);
}
