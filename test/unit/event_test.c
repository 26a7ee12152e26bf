/* SPDX-License-Identifier: Apache-2.0 */
/* event_test.c - the flat form of an event, and what it denied. */
#include "test/unit/harness.h"

#include <linux/audit.h>
#include <stdlib.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "pkg/audit/event.h"

static void record_add(struct event *ev, uint16_t type, const char *text)
{
	ev->records[ev->record_count++] =
		(struct event_record){ type, span_of(text) };
}

static struct event sample(void)
{
	struct event ev = {
		.kind = EVENT_AUDIT,
		.time_ms = 1795296627324,
		.serial = 4294967295,
		.missing = EVENT_LACKS_PATH | EVENT_CUT,
		.paths = { 2, 3 },
		.records_cut = 7,
		.how = HOW_SESSION,
		.is_forged = true,
		.is_late = true,
		.service = span_of("nginx"),
		.instance = span_of("host"),
		.ses = 12,
		.auid = 1900000001,
		.generation = 1ULL << 40,
	};

	record_add(&ev, AUDIT_SYSCALL, "arch=c000003e syscall=59");
	record_add(&ev, AUDIT_EOE, "");
	return ev;
}

TEST(an_event_comes_back_from_its_flat_form_as_it_was)
{
	static struct event ev, back;
	AUTO_DONE(buf_done) struct buf b = { 0 };
	struct err e = { 0 };

	ev = sample();
	buf_init(&b, EVENT_BYTES_MAX);
	CHECK_INT(event_encode(&ev, &b), 0);
	CHECK_INT(event_decode(buf_view(&b), &back, &e), 0);
	CHECK_INT(back.kind, EVENT_AUDIT);
	CHECK_INT(back.seq, 0);
	CHECK(back.time_ms == ev.time_ms && back.serial == ev.serial);
	CHECK_INT(back.missing, ev.missing);
	CHECK_INT(back.records_cut, 7);
	CHECK_INT(back.paths.have, 2);
	CHECK_INT(back.paths.want, 3);
	CHECK_INT(back.arguments.want, 0);
	CHECK_INT(back.how, HOW_SESSION);
	CHECK(back.is_forged && back.is_late && !back.is_inferred);
	CHECK(span_eq_str(back.service, "nginx"));
	CHECK(span_eq_str(back.instance, "host"));
	CHECK(back.ses == 12 && back.auid == 1900000001);
	CHECK(back.generation == 1ULL << 40);
	CHECK_INT(back.record_count, 2);
	CHECK_INT(back.records[0].type, AUDIT_SYSCALL);
	CHECK(span_eq(back.records[0].text, ev.records[0].text));
	CHECK_INT(back.records[1].text.len, 0);
}

TEST(what_an_event_lacks_is_told_word_by_word)
{
	static struct event ev;
	AUTO_DONE(buf_done) struct buf b = { 0 };
	unsigned at = 0;

	ev.missing = EVENT_LACKS_EOE | EVENT_LACKS_PATH | EVENT_LACKS_EXECVE |
		     EVENT_LACKS_SYSCALL | EVENT_CUT;
	ev.paths = (struct event_part){ 2, 3 };
	ev.arguments = (struct event_part){ 0, 9 };
	buf_init(&b, 256);
	while (event_missing_next(&ev, &at, &b))
		buf_u8(&b, ',');
	CHECK_STR(buf_cstr(&b), "EOE,PATH 2/3,EXECVE 0/9,SYSCALL,cut,");
	ev.arguments = (struct event_part){ 0 };
	ev.missing = EVENT_LACKS_EXECVE;
	at = 0;
	buf_reset(&b);
	CHECK(event_missing_next(&ev, &at, &b));
	CHECK_STR(buf_cstr(&b), "EXECVE");
	ev.missing = 0;
	at = 0;
	CHECK(!event_missing_next(&ev, &at, &b));
}

TEST(an_event_cut_anywhere_or_with_bytes_left_over_is_refused)
{
	static struct event ev, back;
	AUTO_DONE(buf_done) struct buf b = { 0 };

	ev = sample();
	buf_init(&b, EVENT_BYTES_MAX);
	CHECK_INT(event_encode(&ev, &b), 0);
	for (size_t len = 0; len < b.len; len++)
		CHECK_INT(event_decode((struct span){ b.p, len }, &back, NULL),
			  -EBADMSG);
	buf_u8(&b, 0);
	CHECK_INT(event_decode(buf_view(&b), &back, NULL), -EBADMSG);
}

TEST(an_event_of_another_version_or_an_unknown_kind_is_refused)
{
	static struct event ev, back;
	AUTO_DONE(buf_done) struct buf b = { 0 };
	struct err e = { 0 };

	ev = sample();
	buf_init(&b, EVENT_BYTES_MAX);
	CHECK_INT(event_encode(&ev, &b), 0);
	for (size_t i = 0; i < 4; i++) {
		const char was = b.p[i];

		b.p[i] = 9;
		CHECK_INT(event_decode(buf_view(&b), &back, &e), -EBADMSG);
		CHECK_HAS(e.text, "not an event of version 1");
		b.p[i] = was;
	}
}

TEST(an_event_of_more_bytes_than_a_frame_holds_is_not_encoded)
{
	static struct event ev;
	static char big[EVENT_BYTES_MAX];
	AUTO_DONE(buf_done) struct buf b = { 0 };

	ev = sample();
	ev.text = (struct span){ big, sizeof(big) };
	buf_init(&b, EVENT_BYTES_MAX);
	CHECK_INT(event_encode(&ev, &b), -E2BIG);
}

/* ---- denials --------------------------------------------------------------
 */

#define SYSCALL_257                                                 \
	"arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c" \
	" a1=47c074 a2=0 a3=0 items=1 ppid=17683 pid=17684"

static struct event event_of(uint16_t type, const char *text)
{
	struct event ev = { .kind = EVENT_AUDIT };

	record_add(&ev, type, text);
	return ev;
}

TEST(a_landlock_denial_says_right_path_and_port)
{
	static struct event_denial d;
	static const struct {
		const char *text;
		int kind;
		const char *right, *path;
		uint16_t port;
	} rows[] = {
		{ "domain=1a blockers=fs.read_file path=\"/srv/secret\" dev=\"vda\" ino=1",
		  DENIED_FS, "read_file", "/srv/secret", 0 },
		{ "domain=1a blockers=fs.write_file,fs.truncate path=2F7372762F6120622263",
		  DENIED_FS, "write_file", "/srv/a b\"c", 0 },
		{ "domain=1a blockers=net.connect_tcp daddr=127.0.0.1 dest=4444",
		  DENIED_NET, "connect_tcp", "", 4444 },
		{ "domain=1a blockers=net.bind_tcp saddr=127.0.0.1 src=80",
		  DENIED_NET, "bind_tcp", "", 80 },
		{ "domain=1a blockers=scope.signal opid=1 ocomm=\"init\"",
		  DENIED_SCOPE, "signal", "", 0 },
		{ "domain=1a blockers=ptrace opid=1 ocomm=\"init\"",
		  DENIED_SCOPE, "ptrace", "", 0 },
		{ "domain=1a blockers=scope.abstract_unix_socket path=0061627374",
		  DENIED_SCOPE, "abstract_unix_socket", "", 0 },
		{ "domain=1a blockers=fs.change_topology name=\"/\" dev=\"tmpfs\"",
		  DENIED_FS, "change_topology", "", 0 },
		{ "domain=1a blockers=", DENIED_SCOPE, "", "", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct event ev;

		ev = event_of(AUDIT_LANDLOCK_ACCESS, rows[i].text);
		record_add(&ev, AUDIT_SYSCALL, SYSCALL_257);
		CHECK(event_denial(&ev, &d));
		CHECK_INT(d.kind, rows[i].kind);
		CHECK(span_eq_str(d.right, rows[i].right));
		CHECK_STR(d.path, rows[i].path);
		CHECK_INT(d.port, rows[i].port);
		CHECK_INT(d.syscall, 257);
		CHECK_INT(d.exit, -13);
		CHECK(d.arch == 0xc000003e);
	}
}

TEST(a_seccomp_record_is_a_denial_unless_its_action_lets_the_call_run)
{
	static const struct {
		const char *code;
		bool want;
	} rows[] = {
		{ "0x50000", true },	 { "0x80000000", true },
		{ "0x0", true },	 { "0x30000", true },
		{ "0x7ffc0000", false }, { "0x7fff0000", false },
		{ "nonsense", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct event_denial d;
		static struct event ev;
		char text[128];

		(void)snprintf(text, sizeof(text),
			       "sig=0 arch=c000003e syscall=170 compat=0"
			       " ip=0x43a367 code=%s",
			       rows[i].code);
		ev = event_of(AUDIT_SECCOMP, text);
		CHECK(event_denial(&ev, &d) == rows[i].want);
		if (!rows[i].want)
			continue;
		CHECK_INT(d.kind, DENIED_SYSCALL);
		CHECK_INT(d.syscall, 170);
	}
}

TEST(an_apparmor_refusal_is_a_denial_and_a_complaint_is_not)
{
	static struct event_denial d;
	static struct event ev;

	ev = event_of(AUDIT_AVC,
		      "apparmor=\"DENIED\" operation=\"open\" class=\"file\""
		      " profile=\"web\" name=\"/etc/shadow\" pid=7 comm=\"cat\""
		      " requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0");
	CHECK(event_denial(&ev, &d));
	CHECK_INT(d.kind, DENIED_FS);
	CHECK(span_eq_str(d.right, "read_file"));
	CHECK_STR(d.path, "/etc/shadow");
	ev = event_of(AUDIT_AVC, "apparmor=\"DENIED\" operation=\"capable\""
				 " capability=12 capname=\"net_admin\"");
	CHECK(event_denial(&ev, &d));
	CHECK(span_eq_str(d.right, "net_admin"));
	ev = event_of(AUDIT_AVC, "apparmor=\"ALLOWED\" operation=\"open\""
				 " name=\"/etc/shadow\"");
	CHECK(!event_denial(&ev, &d));
}

TEST(a_denial_found_by_its_errno_has_path_right_and_exit)
{
	static struct event_denial d;
	static struct event ev;

	ev = event_of(AUDIT_SYSCALL, SYSCALL_257 " key=\"bailiff-denied\"");
	record_add(&ev, AUDIT_CWD, "cwd=\"/srv\"");
	record_add(&ev, AUDIT_PATH, "item=0 name=\"data\" nametype=PARENT");
	record_add(&ev, AUDIT_PATH, "item=1 name=\"data/x\" nametype=NORMAL");
	CHECK(!event_denial(&ev, &d));
	ev.is_inferred = true;
	CHECK(event_denial(&ev, &d));
	CHECK_INT(d.kind, DENIED_INFERRED);
	CHECK_STR(d.path, "/srv/data/x");
	CHECK(span_eq_str(d.right, "read_file"));
	CHECK_INT(d.exit, -13);
	CHECK(d.has_args);
	CHECK_INT(d.args[1], 0x47c074);
	CHECK_INT(d.args[2], 0);

	ev = event_of(AUDIT_SYSCALL,
		      "arch=c000003e syscall=257 success=no exit=-13 a0=3 a1=1"
		      " a2=241 a3=180");
	ev.is_inferred = true;
	CHECK(event_denial(&ev, &d));
	CHECK_INT(d.args[2], 0x241);
	CHECK(span_eq_str(d.right, "write_file"));
	record_add(&ev, AUDIT_PATH, "item=0 name=\"/tmp/\" nametype=PARENT");
	CHECK(event_denial(&ev, &d));
	CHECK(span_eq_str(d.right, "make_reg"));
	CHECK_STR(d.path, "/tmp");

	ev = event_of(AUDIT_SYSCALL,
		      "arch=c000003e syscall=42 success=no exit=-13 a0=3");
	record_add(&ev, AUDIT_SOCKADDR,
		   "saddr=0200115C7F0000010000000000000000");
	ev.is_inferred = true;
	CHECK(event_denial(&ev, &d));
	CHECK(span_eq_str(d.right, "connect_tcp"));
	CHECK(!d.has_args);
	CHECK_INT(d.port, 4444);
}

TEST(an_inferred_denial_of_a_scope_needs_somebody_outside)
{
	static struct event_denial d;
	static const struct {
		int nr;
		uint16_t type;
		const char *object;
		const char *right;
	} rows[] = {
		{ 62, AUDIT_OBJ_PID, "opid=1 oauid=-1 oses=4294967295",
		  "signal" },
		{ 62, AUDIT_OBJ_PID,
		  "opid=1 oauid=-1 ouid=0 oses=-1 ocomm=\"sh\"", "signal" },
		{ 62, AUDIT_OBJ_PID, "opid=9 oauid=1900000001 oses=12", "" },
		{ 62, AUDIT_CWD, "cwd=\"/\"", "" },
		{ 101, AUDIT_OBJ_PID, "opid=1 oses=3", "ptrace" },
		{ 234, AUDIT_OBJ_PID, "opid=1 oses=3", "signal" },
		{ 42, AUDIT_SOCKADDR, "saddr=01000061627374",
		  "abstract_unix_socket" },
		{ 42, AUDIT_SOCKADDR, "saddr=01002F72756E2F7800", "" },
		{ 42, AUDIT_SOCKADDR, "saddr=0200115C7F0000010000000000000000",
		  "connect_tcp" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct event ev;
		char call[128];

		(void)snprintf(call, sizeof(call),
			       "arch=c000003e syscall=%d success=no exit=-1",
			       rows[i].nr);
		ev = event_of(AUDIT_SYSCALL, call);
		ev.ses = 12;
		ev.is_inferred = true;
		record_add(&ev, rows[i].type, rows[i].object);
		CHECK(event_denial(&ev, &d));
		CHECK(span_eq_str(d.right, rows[i].right));
	}
}

TEST(an_ordinary_event_is_no_denial)
{
	static struct event_denial d;
	static struct event ev;

	ev = event_of(AUDIT_SYSCALL, SYSCALL_257);
	CHECK(!event_denial(&ev, &d));
	ev = event_of(AUDIT_USER, "pid=1 uid=0 auid=1 ses=1 msg='blockers=fs.x"
				  " code=0x50000 apparmor=\"DENIED\"'");
	CHECK(!event_denial(&ev, &d));
	ev = (struct event){ .kind = EVENT_OWN };
	CHECK(!event_denial(&ev, &d));
}
