/* SPDX-License-Identifier: Apache-2.0 */
/* render_test.c - events as JSON, text and raw lines. */
#include "test/unit/harness.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include <libaudit.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "lib/json.h"
#include "pkg/audit/render.h"

static const struct render_node node = { "host", "b00t" };

static void record_add(struct event *ev, uint16_t type, struct span text)
{
	ev->records[ev->record_count++] = (struct event_record){ type, text };
}

/* The denial that notes and README show. */
static struct event *denial(void)
{
	static struct event ev;

	ev = (struct event){
		.kind = EVENT_AUDIT,
		.seq = 41,
		.time_ms = 1795296627324,
		.serial = 121230,
		.how = HOW_SESSION,
		.service = span_of("nginx"),
		.instance = span_of("host"),
		.ses = 12,
		.auid = 1900000001,
		.generation = 3,
	};
	record_add(&ev, AUDIT_LANDLOCK_ACCESS,
		   span_of("domain=117266080 blockers=fs.read_file"
			   " path=\"/etc/shadow\" dev=\"vda\" ino=11"));
	record_add(&ev, AUDIT_SYSCALL,
		   span_of("arch=c000003e syscall=257 success=no exit=-13"
			   " items=0 ppid=1 pid=77 auid=1900000001 uid=33"
			   " ses=12 comm=\"cat\" exe=\"/bin/cat\" key=(null)"));
	return &ev;
}

static json_t *json_of(const struct event *ev, struct buf *text)
{
	json_t *j = NULL;
	struct err e = { 0 };

	buf_init(text, 1 << 20);
	CHECK_INT(render_json(ev, &node, text), 0);
	CHECK(text->len > 2 && text->p[text->len - 1] == '\n');
	CHECK(memchr(text->p, '\n', text->len - 1) == NULL);
	if (json_parse((struct span){ text->p, text->len - 1 }, 1 << 20, &j,
		       &e) < 0)
		test_fail(__FILE__, __LINE__, "%s in %s", e.text,
			  buf_cstr(text));
	return j;
}

/* The string at "a.b" or "a.0"; fails when there is none. */
static const char *at(const json_t *j, const char *path)
{
	char step[64];

	while (*path != '\0') {
		const size_t n = strcspn(path, ".");

		CHECK(n < sizeof(step));
		memcpy(step, path, n);
		step[n] = '\0';
		j = json_is_array(j) ? json_array_get(j, (size_t)atoi(step))
				     : json_object_get(j, step);
		path += n + (path[n] == '.');
	}
	if (!json_is_string(j))
		test_fail(__FILE__, __LINE__, "no string there");
	return json_string_value(j);
}

TEST(a_denial_as_json_has_ecs_names_and_its_raw_records)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	AUTO_JSON *j = json_of(denial(), &text);

	CHECK_STR(at(j, "v"), "bailiff.event.v1");
	CHECK_STR(at(j, "@timestamp"), "2026-11-21T21:30:27.324Z");
	CHECK_STR(at(j, "node.id"), "host");
	CHECK_STR(at(j, "boot.id"), "b00t");
	CHECK_STR(at(j, "service.name"), "nginx");
	CHECK_STR(at(j, "service.how"), "session");
	CHECK_STR(at(j, "event.kind"), "alert");
	CHECK_STR(at(j, "event.action"), "fs.read_file");
	CHECK_STR(at(j, "event.category.0"), "file");
	CHECK_STR(at(j, "event.type.0"), "denied");
	CHECK_STR(at(j, "event.outcome"), "failure");
	CHECK_STR(at(j, "denial.path"), "/etc/shadow");
	CHECK_STR(at(j, "denial.exit_name"), "EACCES");
	CHECK_STR(at(j, "denial.syscall_name"), "openat");
	CHECK_STR(at(j, "process.executable"), "/bin/cat");
	CHECK_STR(at(j, "user.id"), "33");
	CHECK_STR(at(j, "records.0.type"), "LANDLOCK_ACCESS");
	CHECK_HAS(at(j, "records.1.text"), "comm=\"cat\"");
	CHECK_HAS(buf_cstr(&text), "\"seq\":41,");
	CHECK_HAS(buf_cstr(&text), "\"serial\":121230,");
	CHECK_HAS(buf_cstr(&text), "\"complete\":true,");
	CHECK_HAS(buf_cstr(&text), "\"type_nr\":1423");
}

/* No two keys of one object differ only in case, and they are sorted. */
static void keys_check(const json_t *j)
{
	const char *key;
	json_t *value;
	size_t i;

	json_array_foreach(j, i, value)
		keys_check(value);
	json_object_foreach((json_t *)(uintptr_t)j, key, value) {
		const char *other;
		json_t *unused;
		unsigned same = 0;

		json_object_foreach((json_t *)(uintptr_t)j, other, unused)
			same += strcasecmp(key, other) == 0;
		CHECK_INT(same, 1);
		for (const char *p = key; *p != '\0'; p++)
			CHECK(!isupper((unsigned char)*p));
		keys_check(value);
	}
}

TEST(json_keys_are_unique_whatever_their_case_and_those_of_the_event_sorted)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	AUTO_JSON *j = json_of(denial(), &text);
	const char *key, *before = "";
	json_t *value;

	keys_check(j);
	/* jansson gives members in the order in which they were read. */
	json_object_foreach(j, key, value) {
		CHECK(strcmp(before, key) < 0);
		before = key;
	}
}

TEST(bytes_that_are_not_utf8_are_kept_exactly)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *b64; /* NULL: plain text */
	} rows[] = {
		{ "ok \xc3\xa9", 5, NULL },
		{ "\xff", 1, "/w==" },
		{ "a\0b", 3, "YQBi" },
		{ "\xc0\xaf", 2, "wK8=" },     /* overlong */
		{ "\xed\xa0\x80", 3, "7aCA" }, /* surrogate */
		{ "\xf4\x90\x80\x80", 4, "9JCAgA==" },
		{ "\xe2\x82", 2, "4oI=" }, /* cut */
		{ "line\nbreak\"q\"\x1b[2J", 17, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_DONE(buf_done) struct buf text = { 0 };
		struct event ev = { .kind = EVENT_AUDIT };
		AUTO_JSON *j = NULL;

		record_add(&ev, AUDIT_USER,
			   (struct span){ rows[i].bytes, rows[i].len });
		j = json_of(&ev, &text);
		if (rows[i].b64 != NULL)
			CHECK_STR(at(j, "records.0.text_b64"), rows[i].b64);
		else
			CHECK_STR(at(j, "records.0.text"), rows[i].bytes);
	}
}

TEST(a_decoded_path_that_is_not_utf8_goes_into_its_b64_sibling)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	struct event ev = { .kind = EVENT_AUDIT };
	AUTO_JSON *j = NULL;

	record_add(&ev, AUDIT_LANDLOCK_ACCESS,
		   span_of("domain=1 blockers=fs.read_file path=2FFF"));
	j = json_of(&ev, &text);
	CHECK_STR(at(j, "denial.path_b64"), "L/8=");
	CHECK(json_object_get(json_object_get(j, "denial"), "path") == NULL);
}

TEST(what_an_event_lacks_is_said_by_name)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	struct event *ev = denial();
	AUTO_JSON *j = NULL;

	ev->missing = EVENT_LACKS_EOE | EVENT_LACKS_PATH | EVENT_CUT;
	ev->paths = (struct event_part){ 2, 3 };
	ev->records_cut = 3;
	ev->is_late = true;
	j = json_of(ev, &text);
	CHECK_HAS(buf_cstr(&text), "\"complete\":false,");
	CHECK_HAS(buf_cstr(&text),
		  "\"missing\":[\"EOE\",\"PATH 2/3\",\"cut\"]");
	CHECK_HAS(buf_cstr(&text), "\"records_cut\":3");
	CHECK_HAS(buf_cstr(&text), "\"late\":true");
}

TEST(fields_of_a_user_message_do_not_become_fields_of_the_event)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	struct event ev = { .kind = EVENT_AUDIT,
			    .ses = UINT32_MAX,
			    .auid = UINT32_MAX };
	AUTO_JSON *j = NULL;

	record_add(&ev, AUDIT_USER_LOGIN,
		   span_of("pid=5 uid=7 auid=4294967295 ses=4294967295 "
			   "msg='exe=\"/sbin/init\" success=yes uid=0 pid=1'"));
	j = json_of(&ev, &text);
	CHECK_STR(at(j, "user.id"), "7");
	CHECK_STR(at(j, "event.action"), "user_login");
	CHECK_STR(at(j, "event.category.0"), "authentication");
	CHECK_STR(at(j, "event.outcome"), "unknown");
	CHECK(json_object_get(json_object_get(j, "process"), "executable") ==
	      NULL);
	CHECK(json_object_get(json_object_get(j, "service"), "ses") == NULL);
}

TEST(an_event_of_bailiffs_own_and_one_of_an_unknown_type_are_rendered)
{
	AUTO_DONE(buf_done) struct buf text, other, line;
	struct event ev = { .kind = EVENT_OWN,
			    .time_ms = 1000,
			    .is_forged = true,
			    .action = span_of("identity.forged"),
			    .text = span_of("ses=9 auid=1900000001") };
	AUTO_JSON *j = json_of(&ev, &text);
	AUTO_JSON *k = NULL;

	CHECK_STR(at(j, "event.action"), "identity.forged");
	CHECK_STR(at(j, "event.kind"), "alert");
	CHECK_STR(at(j, "message"), "ses=9 auid=1900000001");
	buf_init(&line, 4096);
	CHECK_INT(render_raw(&ev, &line), 0);
	CHECK_STR(buf_cstr(&line),
		  "type=BAILIFF msg=audit(1.000:0): action=identity.forged"
		  " ses=9 auid=1900000001\n");
	ev = (struct event){ .kind = EVENT_AUDIT };
	record_add(&ev, 1999, span_of("new=1"));
	k = json_of(&ev, &other);
	CHECK_STR(at(k, "records.0.type"), "UNKNOWN[1999]");
	CHECK_STR(at(k, "event.action"), "type_1999");
}

TEST(an_operation_of_io_uring_outside_of_a_call_has_its_own_name)
{
	AUTO_DONE(buf_done) struct buf text = { 0 }, other = { 0 };
	struct event ev = { .kind = EVENT_AUDIT,
			    .ses = UINT32_MAX,
			    .auid = UINT32_MAX };
	AUTO_JSON *j = NULL;

	record_add(&ev, AUDIT_URINGOP,
		   span_of("uring_op=18 success=yes exit=0 items=1 pid=2"));
	record_add(&ev, AUDIT_PATH, span_of("item=0 name=\"/etc/group\""));
	j = json_of(&ev, &text);
	CHECK_STR(at(j, "event.action"), "openat");
	ev.records[0].text = span_of("uring_op=9999 success=yes pid=2");
	AUTO_JSON *unknown = json_of(&ev, &other);
	CHECK_STR(at(unknown, "event.action"), "path");
}

TEST(numbers_beyond_what_a_double_holds_are_strings)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	struct event *ev = denial();
	AUTO_JSON *j = NULL;

	ev->seq = (1ULL << 53) - 1;
	j = json_of(ev, &text);
	CHECK_HAS(buf_cstr(&text), "\"seq\":9007199254740991,");
	json_decref(j);
	buf_done(&text);
	ev->seq = UINT64_MAX;
	j = json_of(ev, &text);
	CHECK_STR(at(j, "seq"), "18446744073709551615");
}

TEST(text_for_people_is_one_line_that_says_who_what_and_by_whom)
{
	AUTO_DONE(buf_done) struct buf line = { 0 };

	buf_init(&line, 4096);
	CHECK_INT(render_text(denial(), &line), 0);
	CHECK_STR(buf_cstr(&line),
		  "21:30:27.324 #41 nginx denied fs.read_file /etc/shadow by"
		  " exe=/bin/cat pid=77 ses=12\n");
}

TEST(hostile_bytes_cannot_leave_their_line_or_reach_the_terminal)
{
	AUTO_DONE(buf_done) struct buf line, raw;
	struct event ev = { .kind = EVENT_AUDIT,
			    .time_ms = 1,
			    .serial = 2,
			    .ses = UINT32_MAX };

	/* ESC [ 2 J, newline, 0x9b (CSI), U+009B, a forged line. */
	record_add(&ev, AUDIT_SYSCALL,
		   span_of("arch=c000003e syscall=59 success=no pid=1"
			   " exe=2F1B5B324A0A9BC29B"));
	record_add(&ev, AUDIT_USER,
		   span_of("pid=1 msg='x\ntype=SYSCALL msg=audit(1.0:1): y'"));
	buf_init(&line, 4096);
	buf_init(&raw, 4096);
	CHECK_INT(render_text(&ev, &line), 0);
	CHECK_STR(buf_cstr(&line),
		  "00:00:00.001 #0 - execve failed by"
		  " exe=/\\x1b[2J\\x0a\\x9b\\xc2\\x9b pid=1\n");
	CHECK_INT(render_raw(&ev, &raw), 0);
	CHECK_STR(buf_cstr(&raw),
		  "type=SYSCALL msg=audit(0.001:2): arch=c000003e syscall=59"
		  " success=no pid=1 exe=2F1B5B324A0A9BC29B\n"
		  "type=USER msg=audit(0.001:2): pid=1 msg='x\\x0atype=SYSCALL"
		  " msg=audit(1.0:1): y'\n"
		  "type=EOE msg=audit(0.001:2): \n");
}

TEST(a_line_that_does_not_fit_is_an_error_not_half_a_line)
{
	AUTO_DONE(buf_done) struct buf line = { 0 };

	buf_init(&line, 100);
	CHECK_INT(render_json(denial(), &node, &line), -E2BIG);
	buf_reset(&line);
	CHECK_INT(render_raw(denial(), &line), -E2BIG);
}
