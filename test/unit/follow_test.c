/* SPDX-License-Identifier: Apache-2.0 */
/* follow_test.c - a service's audit rules, for one session. */
#include "test/unit/harness.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/cur.h"
#include "pkg/audit/follow.h"
#include "pkg/audit/rules.h"
#include "pkg/policy/audit_rules.h"

#define BASE 1900000000U
#define MINE (BASE + 7)
#define SES  41U

static void put(struct buf *list, const struct audit_rule *r)
{
	buf_blob(list,
		 (struct span){ (const char *)r,
				offsetof(struct audit_rule, buf) + r->buflen });
}

/* A policy's, with strings longer than any of our own. */
static void put_policy(struct buf *list, uint32_t auid)
{
	AUTO_DONE(buf_done) struct buf rule = { 0 };
	struct err e = { 0 };

	buf_init(&rule, 16384);
	CHECK_INT(audit_rule_compile(
			  span_of("-a always,exit -S openat -F success=0 "
				  "-F path=/usr/share/a-long-name/of-a-file"
				  "/that-does-not-fit-beside-a-key -k opens"),
			  auid, auid, &rule, &e),
		  0);
	buf_blob(list, buf_view(&rule));
}

static struct audit_rule head_of(struct span rule)
{
	struct audit_rule r = { 0 };

	CHECK(rule.len >= offsetof(struct audit_rule, buf));
	memcpy(&r, rule.p, offsetof(struct audit_rule, buf));
	CHECK_INT(r.buflen, rule.len - offsetof(struct audit_rule, buf));
	return r;
}

static size_t fields_are(const struct audit_rule *r, uint32_t field)
{
	size_t count = 0;

	for (uint32_t i = 0; i < r->field_count; i++)
		count += r->fields[i] == field;
	return count;
}

/* The next of them is for the session, has this key, and is else as before. */
static void check_next(struct cur *c, struct span key, struct span from)
{
	const struct span rule = cur_blob(c, SIZE_MAX);
	const struct audit_rule r = head_of(rule), old = head_of(from);
	uint32_t ses = 0;

	CHECK(span_eq(audit_rule_key(rule), key));
	CHECK(rule_is_follower(rule, &ses));
	CHECK_INT(ses, SES);
	CHECK_INT(fields_are(&r, AUDIT_LOGINUID), 0);
	CHECK_INT(fields_are(&r, AUDIT_SESSIONID), 1);
	CHECK_INT(r.field_count,
		  old.field_count - fields_are(&old, AUDIT_LOGINUID) + 1);
	CHECK_INT(r.flags, AUDIT_FILTER_EXIT);
	CHECK_INT(r.action, AUDIT_ALWAYS);
	CHECK(memcmp(r.mask, old.mask, sizeof(r.mask)) == 0);
	for (uint32_t f = 0; f < AUDIT_ARG3; f++)
		if (f != AUDIT_LOGINUID && f != AUDIT_SESSIONID)
			CHECK_INT(fields_are(&r, f), fields_are(&old, f));
}

TEST(every_rule_about_the_service_that_records_is_made_for_the_session)
{
	AUTO_DONE(buf_done) struct buf list = { 0 };
	AUTO_DONE(buf_done) struct buf out = { 0 };
	struct audit_rule r;
	struct cur from, c;
	struct span rules[3];

	buf_init(&list, 1U << 20);
	buf_init(&out, 1U << 20);
	rule_denied_range(&r, BASE, BASE + 99, EACCES);
	put(&list, &r);
	put_policy(&list, MINE);
	rule_exec(&r, BASE, BASE + 99);
	put(&list, &r);
	from = cur_of(buf_view(&list));
	for (size_t i = 0; i < 3; i++)
		rules[i] = cur_blob(&from, SIZE_MAX);
	CHECK_INT(rules_follow(buf_view(&list), MINE, SES, &out), 3);
	CHECK_INT(buf_error(&out), 0);
	c = cur_of(buf_view(&out));
	for (size_t i = 0; i < 3; i++)
		check_next(&c, audit_rule_key(rules[i]), rules[i]);
	CHECK_INT(c.rest.len, 0);
}

TEST(what_hides_is_anothers_or_follows_already_is_not_followed)
{
	AUTO_DONE(buf_done) struct buf list = { 0 };
	AUTO_DONE(buf_done) struct buf out = { 0 };
	struct audit_rule r;

	buf_init(&list, 1U << 20);
	buf_init(&out, 1U << 20);
	rule_exempt_session(&r, 3);
	put(&list, &r);
	rule_mute(&r, 4, EPERM);
	put(&list, &r);
	rule_exclude(&r, MINE, 0, AUDIT_SECCOMP);
	put(&list, &r);
	put_policy(&list, MINE + 1);
	rule_denied(&r, MINE - 1, EPERM);
	put(&list, &r);
	/* Somebody else's, about the same auids. */
	rule_exec(&r, BASE, BASE + 99);
	memcpy(r.buf, "execves", r.buflen);
	put(&list, &r);
	CHECK_INT(rules_follow(buf_view(&list), MINE, SES, &out), 0);
	rule_exec(&r, BASE, BASE + 99);
	put(&list, &r);
	CHECK_INT(rules_follow(buf_view(&list), MINE, SES, &out), 1);
	CHECK_INT(rules_follow(buf_view(&out), MINE, SES + 1, &list), 0);
}

TEST(a_damaged_listing_is_followed_as_far_as_it_is_whole)
{
	AUTO_DONE(buf_done) struct buf list = { 0 };
	AUTO_DONE(buf_done) struct buf out = { 0 };
	struct audit_rule r;
	uint32_t ses;

	buf_init(&list, 1U << 20);
	buf_init(&out, 1U << 20);
	rule_exec(&r, BASE, BASE + 99);
	put(&list, &r);
	r.field_count = AUDIT_MAX_FIELDS + 1;
	put(&list, &r);
	buf_blob(&list, span_of("short"));
	buf_u32(&list, 4000);
	CHECK_INT(rules_follow(buf_view(&list), MINE, SES, &out), 1);
	CHECK(!rule_is_follower(span_of("short"), &ses));
}
