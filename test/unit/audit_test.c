/* SPDX-License-Identifier: Apache-2.0 */
/* audit_test.c - records, types, attribution, rules. */
#include "test/unit/harness.h"

#include <linux/netlink.h>
#include <stdlib.h>

#include <libaudit.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "pkg/audit/attribute.h"
#include "pkg/audit/impostor.h"
#include "pkg/audit/record.h"
#include "pkg/audit/rules.h"
#include "pkg/audit/source.h"
#include "pkg/audit/types.h"
#include "test/unit/event_log.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- records --------------------------------------------------------------
 */

/* A datagram with a header whose nlmsg_len is wrong, as on unicast. */
static struct span datagram(char *raw, uint16_t type, struct span text)
{
	const struct nlmsghdr h = { .nlmsg_len = (uint32_t)text.len,
				    .nlmsg_type = type };

	memcpy(raw, &h, sizeof(h));
	memcpy(raw + sizeof(h), text.p, text.len);
	return (struct span){ raw, sizeof(h) + text.len };
}

TEST(a_record_is_as_long_as_the_datagram_whatever_nlmsg_len_says)
{
	char raw[256];
	struct record r;
	const struct span d = datagram(
		raw, AUDIT_SYSCALL,
		span_of("audit(1795296627.024:4294967295): arch=c000003e x=1"));

	CHECK_INT(record_view(d, &r), 0);
	CHECK_INT(r.type, AUDIT_SYSCALL);
	CHECK_INT(r.time_ms, 1795296627024);
	CHECK(r.serial == UINT32_MAX);
	CHECK(span_eq_str(r.text, "arch=c000003e x=1"));
}

TEST(an_end_of_event_has_no_text)
{
	char raw[256];
	struct record r;

	CHECK_INT(record_view(
			  datagram(raw, AUDIT_EOE, span_of("audit(1.000:1): ")),
			  &r),
		  0);
	CHECK_INT(r.text.len, 0);
	CHECK_INT(
		record_view(datagram(raw, AUDIT_EOE,
				     (struct span){ "audit(1.000:1): \0", 17 }),
			    &r),
		0);
	CHECK_INT(r.text.len, 0);
}

TEST(what_has_no_stamp_is_no_record)
{
	static const char *const texts[] = {
		"",
		"audit",
		"audit(",
		"audit(1:2): x",
		"audit(1.2): x",
		"audit(.000:1): x",
		"audit(1.:1): x",
		"audit(1.000:): x",
		"audit(1.000:4294967296): x",
		"audit(1.000:1",
		"audit(1.0000:1): x",
		"audit(1234567890123.000:1): x",
		" audit(1.000:1): x",
		"audit(-1.000:1): x",
	};
	char raw[256];
	struct record r;

	for (size_t i = 0; i < COUNT(texts); i++)
		CHECK_INT(
			record_view(datagram(raw, 1300, span_of(texts[i])), &r),
			-EBADMSG);
	CHECK_INT(record_view((struct span){ raw, 15 }, &r), -EBADMSG);
	CHECK_INT(record_view((struct span){ 0 }, &r), -EBADMSG);
}

TEST(a_field_is_found_by_its_whole_name_only)
{
	const struct span text = span_of(
		"ppid=1 pid=22 comm=\"pid=3\" exe=\"/a b\" key=(null) pid=4 "
		"xpid=9 subj==x =y z");
	struct span v;

	CHECK(record_field(text, "pid", &v) && span_eq_str(v, "22"));
	CHECK(record_field(text, "comm", &v) && span_eq_str(v, "\"pid=3\""));
	CHECK(record_field(text, "exe", &v) && span_eq_str(v, "\"/a b\""));
	CHECK(record_field(text, "key", &v) && span_eq_str(v, "(null)"));
	CHECK(record_field(text, "subj", &v) && span_eq_str(v, "=x"));
	CHECK(!record_field(text, "id", &v));
	CHECK(!record_field(text, "b", &v));
	CHECK(!record_field(text, "z", &v));
	CHECK(!record_field(text, "", &v));
}

TEST(old_spellings_and_broken_words_do_not_lose_what_follows)
{
	struct span v;

	CHECK(record_field(span_of("login pid=1 uid=0 old auid=5 new auid=6"),
			   "old auid", &v) &&
	      span_eq_str(v, "5"));
	CHECK(record_field(span_of("avc:  denied  { read } for  pid=7"), "pid",
			   &v) &&
	      span_eq_str(v, "7"));
	CHECK(record_field(span_of("a=\"never closed pid=7"), "a", &v));
	CHECK(!record_field(span_of("a=\"never closed pid=7"), "pid", &v));
	CHECK(record_field(span_of("a= b=2"), "a", &v) && v.len == 0);
	CHECK(record_field(span_of("a= b=2"), "b", &v) && v.len == 1);
}

TEST(several_fields_are_found_in_one_pass_each_the_first_of_its_name)
{
	const struct span keys[] = { span_of("ses"), span_of("pid"),
				     span_of("none") };
	struct span v[3];

	CHECK_INT(record_fields(span_of("pid=1 comm=\"ses=9\" ses=2 ses=3 "
					"pid=4"),
				keys, 3, v),
		  2);
	CHECK(span_eq_str(v[0], "2"));
	CHECK(span_eq_str(v[1], "1"));
	CHECK(v[2].p == NULL);
	CHECK_INT(record_fields(span_of(""), keys, 3, v), 0);
	CHECK(v[0].p == NULL && v[1].p == NULL);
}

TEST(nothing_inside_a_user_message_counts_as_the_kernels_word)
{
	const struct span text = span_of(
		"pid=5 uid=0 auid=1000 ses=3 msg='ses=99 auid=1900000001 "
		"key=\"bailiff-denied\"\ntype=SYSCALL msg=audit(1.0:1): ses=9'");
	struct span v;
	uint32_t n;

	CHECK(record_u32(record_trusted(AUDIT_USER, text), "ses", &n));
	CHECK_INT(n, 3);
	CHECK(!record_field(record_trusted(AUDIT_USER, text), "key", &v));
	CHECK(!record_field(record_trusted(2100, text), "msg", &v));
	CHECK_INT(record_trusted(AUDIT_SYSCALL, text).len, text.len);
}

TEST(a_record_without_text_has_no_fields)
{
	const struct span none = { 0 };
	struct span added = { "x", 1 }, v;

	for (uint16_t type = AUDIT_USER; type <= AUDIT_SYSCALL; type++) {
		CHECK_INT(record_split(type, none, &added).len, 0);
		CHECK_INT(added.len, 0);
		CHECK_INT(record_trusted(type, none).len, 0);
		CHECK(!record_message(type, none, &v));
	}
	CHECK(!record_field(none, "pid", &v));
}

TEST(numbers_in_fields_are_whole_or_not_there)
{
	const struct span text = span_of(
		"a=1x b=-13 c=c000003e d=0x7ffc0000 e=4294967296 f= g=0");
	uint32_t u;
	uint64_t h;
	int64_t i;

	CHECK(!record_u32(text, "a", &u));
	CHECK(!record_u32(text, "b", &u));
	CHECK(!record_u32(text, "e", &u));
	CHECK(!record_u32(text, "f", &u));
	CHECK(record_u32(text, "g", &u) && u == 0);
	CHECK(record_i64(text, "b", &i) && i == -13);
	CHECK(record_hex(text, "c", &h) && h == 0xc000003e);
	CHECK(record_hex(text, "d", &h) && h == 0x7ffc0000);
	CHECK(!record_hex(text, "a", &h));
}

TEST(an_encoded_value_is_quoted_or_upper_case_hex)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{ "\"plain\"", "plain" }, { "6120620A", "a b\n" },
		{ "(null)", "(null)" },	  { "?", "?" },
		{ "\"\"", "" },		  { "\"", "\"" },
		{ "6120620", "6120620" }, { "abcd", "abcd" },
		{ "\"4142\"", "4142" },
	};
	AUTO_DONE(buf_done) struct buf out = { 0 };
	char path[8];

	buf_init(&out, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&out);
		record_string(span_of(rows[i].raw), &out);
		CHECK(span_eq_str(buf_view(&out), rows[i].want));
	}
	CHECK(record_cstr(span_of("p=2F61"), "p", path, sizeof(path)));
	CHECK_STR(path, "/a");
	CHECK(!record_cstr(span_of("p=006162"), "p", path, sizeof(path)));
	CHECK(!record_cstr(span_of("p=\"12345678\""), "p", path, sizeof(path)));
	CHECK_STR(path, "");
	CHECK(record_cstr(span_of("p=\"1234567\""), "p", path, sizeof(path)));
}

/* ---- types ----------------------------------------------------------------
 */

TEST(the_type_table_has_225_sorted_rows_and_agrees_with_libaudit)
{
	size_t count, both = 0;
	const struct record_name *t = type_table(&count);

	CHECK_INT(count, 225);
	for (size_t i = 0; i < count; i++) {
		const char *theirs = audit_msg_type_to_name(t[i].type);

		CHECK(i == 0 || t[i].type > t[i - 1].type);
		CHECK_STR(type_name(t[i].type), t[i].name);
		if (theirs == NULL)
			continue;
		CHECK_STR(theirs, t[i].name);
		both++;
	}
	CHECK(both > 180);
	CHECK(type_name(1999) == NULL && type_name(0) == NULL);
	CHECK_STR(type_name(AUDIT_LANDLOCK_ACCESS), "LANDLOCK_ACCESS");
}

/* ---- attribution ----------------------------------------------------------
 */

/* A registry of two services. */
struct registry {
	bool has_nginx;
	struct session nginx, redis;
};

static const struct session *by_session(void *ctx, uint32_t ses)
{
	const struct registry *r = ctx;

	if (ses == 12 && r->has_nginx)
		return &r->nginx;
	return ses == 13 ? &r->redis : NULL;
}

static const struct session *by_pid(void *ctx, int32_t pid)
{
	const struct registry *r = ctx;

	return pid == 77 ? &r->redis : NULL;
}

static const struct session *by_cgroup(void *ctx, int32_t pid)
{
	const struct registry *r = ctx;

	return pid == 88 ? &r->redis : NULL;
}

static struct registry registry = {
	.has_nginx = true,
	.nginx = { .ses = 12,
		   .number = 1,
		   .service = "nginx",
		   .instance = "host",
		   .generation = 5 },
	.redis = { .ses = 13,
		   .number = 2,
		   .service = "redis",
		   .instance = "abc",
		   .generation = 6 },
};

static struct attributor *attributor(struct log *own)
{
	const struct attribute_lookup lookup = { .ctx = &registry,
						 .by_session = by_session,
						 .by_pid = by_pid,
						 .by_cgroup = by_cgroup,
						 .self_ses = 7 };
	struct attributor *a;

	memset(own, 0, sizeof(*own));
	CHECK_INT(attributor_new(&lookup, log_event, own, &a), 0);
	return a;
}

static void record_add(struct event *ev, uint16_t type, const char *text)
{
	ev->records[ev->record_count++] =
		(struct event_record){ type, span_of(text) };
}

static struct event *event_of(uint16_t type, const char *text)
{
	static struct event ev;

	ev = (struct event){ .kind = EVENT_AUDIT };
	record_add(&ev, type, text);
	return &ev;
}

TEST(the_registered_session_says_whose_an_event_is_not_the_auid)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev = event_of(
		AUDIT_SYSCALL, "pid=5 auid=1900000002 uid=0 ses=12 comm=\"x\"");

	attribute_event(a, ev, 0, 0);
	CHECK(span_eq_str(ev->service, "nginx"));
	CHECK(span_eq_str(ev->instance, "host"));
	CHECK_INT(ev->how, HOW_SESSION);
	CHECK_INT(ev->ses, 12);
	CHECK(ev->auid == 1900000002);
	CHECK_INT(ev->generation, 5);
	CHECK(!ev->is_forged);
	ev = event_of(AUDIT_SYSCALL, "pid=5 auid=4294967295 ses=4294967295");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_NONE);
	CHECK_INT(ev->service.len, 0);
	CHECK(ev->ses == UINT32_MAX && !ev->is_forged);
	CHECK_INT(own.count, 0);
	attributor_free(a);
}

TEST(a_landlock_domain_belongs_to_the_session_it_was_first_seen_in)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev =
		event_of(AUDIT_LANDLOCK_ACCESS, "domain=1a blockers=fs.x");

	record_add(ev, AUDIT_LANDLOCK_DOMAIN,
		   "domain=1a status=allocated pid=4");
	record_add(ev, AUDIT_SYSCALL, "pid=5 auid=1900000001 ses=12");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_SESSION);
	ev = event_of(AUDIT_LANDLOCK_ACCESS, "domain=1a blockers=fs.x");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_LANDLOCK);
	CHECK(span_eq_str(ev->service, "nginx"));
	CHECK_INT(ev->ses, 12);
	ev = event_of(AUDIT_LANDLOCK_DOMAIN,
		      "domain=1a status=deallocated denials=2");
	attribute_event(a, ev, 0, 0);
	CHECK(span_eq_str(ev->service, "nginx"));
	/* Gone: the number means nothing any more. */
	ev = event_of(AUDIT_LANDLOCK_ACCESS, "domain=1a blockers=fs.x");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_NONE);
	/* A domain nobody's call was seen of: by the launcher's pid. */
	ev = event_of(AUDIT_LANDLOCK_ACCESS, "domain=2b blockers=fs.x");
	record_add(ev, AUDIT_LANDLOCK_DOMAIN,
		   "domain=2b status=allocated mode=enforcing pid=77");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_LANDLOCK);
	CHECK(span_eq_str(ev->service, "redis"));
	attributor_free(a);
}

/* Numbers of processes are given anew, and anybody may make a domain: a service
 * whose launcher has ended must not get a stranger's denials. */
TEST(a_stranger_with_a_launchers_pid_is_not_its_service)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev =
		event_of(AUDIT_LANDLOCK_ACCESS, "domain=3c blockers=fs.x");

	record_add(ev, AUDIT_LANDLOCK_DOMAIN,
		   "domain=3c status=allocated mode=enforcing pid=77");
	record_add(ev, AUDIT_SYSCALL, "pid=77 auid=1000 ses=3");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_NONE);
	ev = event_of(AUDIT_LANDLOCK_ACCESS, "domain=3c blockers=fs.x");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_NONE);
	attributor_free(a);
}

TEST(the_cgroup_is_the_last_means)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev = event_of(
		AUDIT_SYSCALL, "ppid=1 pid=88 auid=4294967295 ses=4294967295");

	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_CGROUP);
	CHECK(span_eq_str(ev->service, "redis"));
	ev = event_of(AUDIT_SYSCALL, "pid=88 auid=1900000001 ses=12");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_SESSION);
	CHECK(span_eq_str(ev->service, "nginx"));
	attributor_free(a);
}

TEST(a_user_message_cannot_name_another_session)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev = event_of(
		AUDIT_USER, "pid=9 uid=0 auid=4294967295 ses=4294967295 "
			    "msg='auid=1900000001 ses=12 pid=88'");

	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_NONE);
	ev = event_of(AUDIT_USER, "msg='pid=88 auid=1 ses=12'");
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_NONE);
	CHECK(ev->ses == UINT32_MAX);
	attributor_free(a);
}

#define LOGIN(ses)                                                        \
	"pid=50 uid=65534 old-auid=4294967295 auid=1900000001 tty=(none)" \
	" old-ses=4294967295 ses=" ses " res=1"

TEST(a_login_that_nobody_registers_within_its_grace_is_forged)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev = event_of(AUDIT_LOGIN, LOGIN("99"));

	record_add(ev, AUDIT_SYSCALL,
		   "pid=50 auid=1900000001 uid=65534 ses=99 comm=\"imp\""
		   " exe=\"/tmp/imp\"");
	attribute_event(a, ev, 1000, 7);
	CHECK_INT(ev->how, HOW_NONE);
	CHECK(!ev->is_forged);
	CHECK_INT(attribute_wait_ms(a, 1400), 600);
	attribute_expire(a, 1999, 8);
	CHECK_INT(own.count, 0);
	attribute_expire(a, 2000, 9);
	CHECK_INT(own.count, 1);
	CHECK(span_eq_str(own.last.action, "identity.forged"));
	CHECK(span_eq_str(own.last.text,
			  "ses=99 auid=1900000001 pid=50 uid=65534"
			  " comm=\"imp\" exe=\"/tmp/imp\""));
	CHECK_INT(own.last.time_ms, 9);
	CHECK(own.last.is_forged && own.last.service.len == 0);
	CHECK_INT(attribute_wait_ms(a, 2000), -1);
	/* What it does later is marked, and it is reported once. */
	ev = event_of(AUDIT_SYSCALL, "pid=50 auid=1900000001 ses=99");
	attribute_event(a, ev, 3000, 10);
	CHECK(ev->is_forged && ev->service.len == 0);
	CHECK_INT(own.count, 1);
	attributor_free(a);
}

TEST(a_login_that_is_registered_in_time_is_nobodys_business)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev = event_of(AUDIT_LOGIN, LOGIN("12"));

	registry.has_nginx = false;
	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_NONE);
	registry.has_nginx = true;
	attribute_expire(a, 100, 0);
	CHECK_INT(attribute_wait_ms(a, 100), -1);
	attribute_expire(a, 5000, 0);
	CHECK_INT(own.count, 0);
	attributor_free(a);
}

TEST(a_program_executed_before_any_registration_is_forged_at_once)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev = event_of(AUDIT_LOGIN, LOGIN("99"));

	attribute_event(a, ev, 0, 0);
	ev = event_of(AUDIT_SYSCALL, "pid=50 auid=1900000001 ses=99");
	record_add(ev, AUDIT_EXECVE, "argc=1 a0=\"sh\"");
	attribute_event(a, ev, 1, 0);
	CHECK(ev->is_forged);
	CHECK_INT(own.count, 1);
	attribute_expire(a, 5000, 0);
	CHECK_INT(own.count, 1);
	/* One whose LOGIN was lost. */
	ev = event_of(AUDIT_SYSCALL, "pid=60 auid=1900009999 ses=100");
	attribute_event(a, ev, 1, 0);
	CHECK(ev->is_forged);
	CHECK_INT(own.count, 2);
	/* The daemon itself is no impostor. */
	ev = event_of(AUDIT_SYSCALL, "pid=60 auid=1900009999 ses=7");
	attribute_event(a, ev, 1, 0);
	CHECK(!ev->is_forged);
	/* Beyond the reserved range it is an ordinary login. */
	ev = event_of(AUDIT_SYSCALL, "pid=60 auid=1900010000 ses=101");
	attribute_event(a, ev, 1, 0);
	CHECK(!ev->is_forged);
	CHECK_INT(own.count, 2);
	attributor_free(a);
}

TEST(an_unregistered_reserved_auid_gets_no_service_from_domain_or_cgroup)
{
	static struct log own;
	struct attributor *a = attributor(&own);
	struct event *ev =
		event_of(AUDIT_SYSCALL, "pid=88 auid=1900000001 ses=99");

	attribute_event(a, ev, 0, 0);
	CHECK_INT(ev->how, HOW_NONE);
	CHECK(ev->is_forged);
	attributor_free(a);
}

TEST(a_refused_call_with_our_key_is_an_inferred_denial_of_a_service)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "success=no exit=-13 pid=5 auid=1900000001 ses=12"
		  " key=\"bailiff-denied\"",
		  true },
		{ "success=no exit=-1 pid=5 auid=1900000001 ses=12"
		  " key=61016261696C6966662D64656E696564",
		  true },
		{ "success=no exit=-2 pid=5 auid=1900000001 ses=12"
		  " key=\"bailiff-denied\"",
		  false },
		{ "success=no exit=-13 pid=5 auid=1900000001 ses=12"
		  " key=\"bailiff-denied2\"",
		  false },
		{ "success=no exit=-13 pid=5 auid=1000 ses=3"
		  " key=\"bailiff-denied\"",
		  false },
	};
	static struct log own;
	struct attributor *a = attributor(&own);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event *ev = event_of(AUDIT_SYSCALL, rows[i].text);

		attribute_event(a, ev, 0, 0);
		CHECK(ev->is_inferred == rows[i].want);
		/* With a record of the denial there is nothing to infer. */
		record_add(ev, AUDIT_LANDLOCK_ACCESS, "domain=1 blockers=fs.x");
		attribute_event(a, ev, 0, 0);
		CHECK(!ev->is_inferred);
	}
	attributor_free(a);
}

TEST(a_flood_of_logins_is_bounded_and_none_goes_unreported)
{
	static struct log own;
	struct attributor *a = attributor(&own);

	for (unsigned i = 0; i < 1000; i++) {
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "pid=1 old-auid=4294967295 auid=1900000001"
			       " old-ses=4294967295 ses=%u res=1",
			       1000 + i);
		attribute_event(a, event_of(AUDIT_LOGIN, text), 0, 0);
	}
	attribute_expire(a, 5000, 0);
	CHECK_INT(own.count, 1000);
	CHECK_INT(attribute_counted(a)->pending_dropped,
		  1000 - IMPOSTORS_PENDING_MAX);
	attributor_free(a);
}

struct told {
	unsigned count;
	bool has_launcher;
};

static void told_take(void *ctx, struct event *ev)
{
	struct told *t = ctx;

	t->count++;
	t->has_launcher |= ev->ses == 12;
}

/* The number of logins that are not shown yet is bounded; a launcher that has
 * registered meanwhile must not be what a flood of others pushes out. */
TEST(a_flood_of_logins_makes_no_launcher_an_impostor)
{
	const struct attribute_lookup lookup = { .ctx = &registry,
						 .by_session = by_session };
	const unsigned launcher = IMPOSTORS_PENDING_MAX + 20;
	struct told told = { 0 };
	struct attributor *a;

	CHECK_INT(attributor_new(&lookup, told_take, &told, &a), 0);
	registry.has_nginx = false;
	for (unsigned i = 0; i < 4 * IMPOSTORS_PENDING_MAX; i++) {
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "pid=1 old-auid=4294967295 auid=1900000001"
			       " old-ses=4294967295 ses=%u res=1",
			       i == launcher ? 12 : 1000 + i);
		attribute_event(a, event_of(AUDIT_LOGIN, text), i, 0);
		/* In order of their time, whoever went before. */
		if (i == 10)
			attribute_event(a,
					event_of(AUDIT_EXECVE,
						 "ses=1003"
						 " auid=1900000001"),
					i, 0);
		if (i == launcher + 10)
			registry.has_nginx = true;
	}
	CHECK(told.count > 0);
	CHECK(!told.has_launcher);
	attributor_free(a);
}

/* ---- rules ----------------------------------------------------------------
 */

TEST(a_rule_says_what_libaudit_would_say)
{
	struct audit_rule r;
	AUTO_MEM struct audit_rule_data *d = calloc(1, sizeof(*d) + 256);
	char text[64];

	rule_exempt_session(&r, 42);
	CHECK(d != NULL);
	(void)strcpy(text, "sessionid=42");
	CHECK_INT(audit_rule_fieldpair_data(&d, text, AUDIT_FILTER_EXIT), 0);
	CHECK_INT(r.fields[0], d->fields[0]);
	CHECK(r.fieldflags[0] == d->fieldflags[0]);
	CHECK_INT(r.values[0], d->values[0]);
	CHECK_INT(r.action, AUDIT_NEVER);
	CHECK(span_eq_str(
		audit_rule_key((struct span){ (char *)&r, sizeof(r) }),
		"bailiff-self"));
	rule_denied(&r, 1900000001, EACCES);
	(void)strcpy(text, "exit=-EACCES");
	CHECK_INT(audit_rule_fieldpair_data(&d, text, AUDIT_FILTER_EXIT), 0);
	CHECK(r.values[1] == d->values[1] && r.fields[1] == d->fields[1]);
	CHECK(r.values[0] == 1900000001);
	rule_exec(&r, 1900000000, 1900009999);
	(void)strcpy(text, "auid>=1900000000");
	CHECK_INT(audit_rule_fieldpair_data(&d, text, AUDIT_FILTER_EXIT), 0);
	CHECK(r.fieldflags[1] == d->fieldflags[2]);
	CHECK_INT(r.field_count, 4);
}

TEST(a_rule_cut_short_or_with_a_wild_length_has_no_key)
{
	struct audit_rule r;
	const struct span whole = { (const char *)&r,
				    offsetof(struct audit_rule, buf) + 12 };

	rule_exempt_session(&r, 42);
	CHECK(span_eq_str(audit_rule_key(whole), "bailiff-self"));
	for (size_t len = 0; len < whole.len; len++)
		CHECK_INT(audit_rule_key((struct span){ whole.p, len }).len, 0);
	r.values[1] = UINT32_MAX;
	CHECK_INT(audit_rule_key(whole).len, 0);
	r.field_count = UINT32_MAX;
	CHECK_INT(audit_rule_key(whole).len, 0);
}
