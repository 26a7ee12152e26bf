/* SPDX-License-Identifier: Apache-2.0 */
/* laurel_test.c - events as laurel writes them. Each expected line, but where
 * a test says otherwise, is what laurel 0.8.2 printed for the same records.
 */
#include "test/unit/harness.h"

#include <errno.h>
#include <libaudit.h>

#include "lib/auto.h"
#include "lib/compat.h"
#include "pkg/audit/argument.h"
#include "pkg/audit/render.h"

#define STAMP "{\"ID\":\"1795296627.324:7\","

static struct event *event_of(uint16_t type, const char *text)
{
	static struct event ev;

	ev = (struct event){ .kind = EVENT_AUDIT,
			     .seq = 41,
			     .time_ms = 1795296627324,
			     .serial = 7,
			     .ses = UINT32_MAX,
			     .auid = UINT32_MAX,
			     .record_count = 1 };
	ev.records[0] = (struct event_record){ type, span_of(text) };
	return &ev;
}

static void record_add(struct event *ev, uint16_t type, const char *text)
{
	ev->records[ev->record_count++] =
		(struct event_record){ type, span_of(text) };
}

/* What stands behind the stamp. */
static void check_line(const struct event *ev, const char *want)
{
	AUTO_DONE(buf_done) struct buf line = { 0 };
	AUTO_DONE(buf_done) struct buf all = { 0 };

	buf_init(&line, 1 << 20);
	buf_init(&all, 1 << 20);
	CHECK_INT(render_laurel(ev, NULL, &line), 0);
	buf_printf(&all, STAMP "%s}\n", want);
	CHECK_STR(buf_cstr(&line), buf_cstr(&all));
}

static void check_text(uint16_t type, const char *text, const char *want)
{
	check_line(event_of(type, text), want);
}

TEST(a_system_call_has_its_arguments_and_names_behind_its_fields)
{
	check_text(
		AUDIT_SYSCALL,
		"arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=7f00 a2=0 a3=0 pid=77 tty=(none) ses=4294967295 comm=\"cat\" key=(null)",
		"\"SYSCALL\":{\"arch\":\"0xc000003e\",\"syscall\":257,\"success\":\"no\",\"exit\":-13,\"pid\":77,\"tty\":\"(none)\",\"ses\":4294967295,\"comm\":\"cat\",\"key\":null,\"ARGV\":[\"0xffffff9c\",\"0x7f00\",\"0x0\",\"0x0\"],\"ARCH\":\"x86_64\",\"SYSCALL\":\"openat\"}");
	check_text(
		AUDIT_SYSCALL,
		"arch=deadbeef syscall=5 pid=99999999999999999999 ppid=-1 uid=abc ses=0x12 exit=0012",
		"\"SYSCALL\":{\"arch\":\"0xdeadbeef\",\"syscall\":5,\"pid\":\"99999999999999999999\",\"ppid\":-1,\"uid\":\"abc\",\"ses\":\"0x12\",\"exit\":12,\"ARGV\":[]}");
}

TEST(bytes_that_are_no_text_are_percent_encoded)
{
	check_text(AUDIT_CWD, "cwd=0A252B7FFFC3A4225C20",
		   "\"CWD\":{\"cwd\":\"%0a%25%2b%7f%ffä\\\"\\\\ \"}");
	check_text(AUDIT_CWD, "cwd=\"äöü%41\"",
		   "\"CWD\":{\"cwd\":\"äöü%2541\"}");
}

TEST(what_says_nothing_is_null)
{
	check_text(
		AUDIT_CWD, "cwd=(null) a=? b= c=\"\" d=\"?\" e=(none)",
		"\"CWD\":{\"cwd\":null,\"a\":null,\"b\":null,\"c\":\"\",\"d\":\"?\",\"e\":\"(none)\"}");
}

TEST(records_of_other_types_are_lists)
{
	check_text(
		AUDIT_PATH,
		"item=0 name=\"/bin\" inode=1 dev=fd:01 mode=0100755 ouid=0 cap_fp=0000000000002000 cap_fe=1 cap_frootid=0",
		"\"PATH\":[{\"item\":0,\"name\":\"/bin\",\"inode\":1,\"dev\":\"fd:01\",\"mode\":\"0o100755\",\"ouid\":0,\"cap_fp\":\"0x2000\",\"cap_fe\":1,\"cap_frootid\":\"0\"}]");
}

TEST(records_of_one_type_are_together)
{
	struct event *ev = event_of(AUDIT_PATH, "item=0");

	record_add(ev, AUDIT_CWD, "cwd=\"/\"");
	record_add(ev, AUDIT_PATH, "item=1");
	check_line(ev, "\"PATH\":[{\"item\":0},{\"item\":1}],"
		       "\"CWD\":{\"cwd\":\"/\"}");
}

TEST(arguments_are_put_together_from_all_their_records)
{
	struct event *ev =
		event_of(AUDIT_EXECVE, "argc=4 a0=\"x\" a1_len=12 a1[0]=4141");

	record_add(ev, AUDIT_EXECVE, "a1[1]=4242 a3=\"t\"");
	check_line(ev, "\"EXECVE\":{\"argc\":4,\"ARGV\":[\"x\",\"AABB\","
		       "null,\"t\"]}");
}

TEST(a_far_argument_does_not_make_a_long_line)
{
	AUTO_DONE(buf_done) struct buf line = { 0 };

	buf_init(&line, 1 << 20);
	CHECK_INT(render_laurel(event_of(AUDIT_EXECVE, "a4294967295=\"x\""),
				NULL, &line),
		  0);
	CHECK(line.len < 8192);
}

TEST(a_title_is_its_arguments)
{
	check_text(AUDIT_PROCTITLE, "proctitle=6100620063",
		   "\"PROCTITLE\":{\"ARGV\":[\"a\",\"b\",\"c\"]}");
	check_text(AUDIT_PROCTITLE, "proctitle=\"a b\"",
		   "\"PROCTITLE\":{\"ARGV\":[\"a b\"]}");
	check_text(AUDIT_PROCTITLE, "proctitle=(null)",
		   "\"PROCTITLE\":{\"proctitle\":null}");
}

TEST(addresses_are_decoded)
{
	check_text(
		AUDIT_SOCKADDR, "saddr=020001BBC00002070000000000000000",
		"\"SOCKADDR\":[{\"SADDR\":{\"saddr_fam\":\"inet\",\"addr\":\"192.0.2.7\",\"port\":443}}]");
	check_text(
		AUDIT_SOCKADDR,
		"saddr=0A0000500000000A2001000000000000000000000000000107000000",
		"\"SOCKADDR\":[{\"SADDR\":{\"saddr_fam\":\"inet6\",\"addr\":\"2001::1\",\"port\":80,\"flowinfo\":10,\"scope_id\":7}}]");
	check_text(
		AUDIT_SOCKADDR, "saddr=100000000500000001000000",
		"\"SOCKADDR\":[{\"SADDR\":{\"saddr_fam\":\"netlink\",\"pid\":5,\"groups\":\"0x1\"}}]");
	check_text(AUDIT_SOCKADDR, "saddr=0000",
		   "\"SOCKADDR\":[{\"saddr\":\"%00%00\"}]");
	check_text(AUDIT_SOCKADDR, "saddr=(null)",
		   "\"SOCKADDR\":[{\"saddr\":null}]");
}

/* laurel leaves the first as bytes and drops the NUL of the second. */
TEST(addresses_of_unix_sockets_are_decoded_whatever_their_length)
{
	check_text(
		AUDIT_SOCKADDR, "saddr=01002F746D702F6100",
		"\"SOCKADDR\":[{\"SADDR\":{\"saddr_fam\":\"local\",\"path\":\"/tmp/a\"}}]");
	check_text(
		AUDIT_SOCKADDR, "saddr=0100006162",
		"\"SOCKADDR\":[{\"SADDR\":{\"saddr_fam\":\"local\",\"path\":\"%00ab\"}}]");
}

/* laurel takes 10 for the byte 0x10. */
TEST(numbers_that_laurel_takes_for_bytes_stay_what_they_are)
{
	check_text(AUDIT_FD_PAIR, "fd0=8 fd1=10",
		   "\"FD_PAIR\":[{\"fd0\":\"8\",\"fd1\":\"10\"}]");
}

TEST(a_user_message_is_an_object_of_strings)
{
	check_text(
		AUDIT_USER_LOGIN,
		"pid=1 uid=0 auid=1000 ses=3 msg='op=login id=100 acct=\"root\" cmd=6C73202D6C hostname=? res=success'",
		"\"USER_LOGIN\":{\"pid\":1,\"uid\":0,\"auid\":1000,\"ses\":3,\"msg\":{\"op\":\"login\",\"id\":\"100\",\"acct\":\"root\",\"cmd\":\"ls -l\",\"hostname\":null,\"res\":\"success\"}}");
	check_text(AUDIT_USER_LOGIN, "pid=1 msg='just words'",
		   "\"USER_LOGIN\":{\"pid\":1,\"msg\":\"just words\"}");
	check_text(
		AUDIT_DAEMON_START,
		"op=start ver=3.0.9 auid=4294967295 res=success",
		"\"DAEMON_START\":{\"op\":\"start\",\"ver\":\"3.0.9\",\"auid\":4294967295,\"res\":\"success\"}");
}

/* laurel lets what user space wrote take the place of the kernel's auid. */
TEST(a_user_message_cannot_write_the_fields_of_the_kernel)
{
	check_text(
		AUDIT_USER_START,
		"pid=1 uid=0 auid=1900000042 ses=9 msg='op=x' auid=0 ses=1'",
		"\"USER_START\":{\"pid\":1,\"uid\":0,\"auid\":1900000042,\"ses\":9,\"msg\":{\"op\":\"x'\",\"auid\":\"0\",\"ses\":\"1\"}}");
}

TEST(a_name_comes_once_and_what_is_left_out_is_counted)
{
	check_text(
		AUDIT_USER_LOGIN,
		"pid=1 msg='op=x res=failed res=success res=success'",
		"\"USER_LOGIN\":{\"pid\":1,\"msg\":{\"op\":\"x\",\"res\":\"failed\"},\"left_out\":2}");
	check_text(AUDIT_CWD, "cwd=\"/a\" left_out=7 cwd=\"/b\"",
		   "\"CWD\":{\"cwd\":\"/a\",\"left_out\":\"7\"}");
}

TEST(rights_of_an_avc_are_a_list)
{
	check_text(
		AUDIT_AVC,
		"avc:  denied  { read write } for  pid=1 comm=\"x\" ino=3 scontext=a permissive=0",
		"\"AVC\":[{\"pid\":1,\"comm\":\"x\",\"ino\":3,\"scontext\":\"a\",\"permissive\":0,\"denied\":[\"read\",\"write\"]}]");
	check_text(
		AUDIT_AVC,
		"apparmor=\"DENIED\" operation=\"open\" fsuid=0 error=-13",
		"\"AVC\":[{\"apparmor\":\"DENIED\",\"operation\":\"open\",\"fsuid\":0,\"error\":\"-13\"}]");
}

TEST(what_auditd_added_is_shown_beside_it)
{
	check_text(
		AUDIT_SYSCALL,
		"arch=c000003e syscall=59 uid=0\x1d"
		"ARCH=x86_64 SYSCALL=execve UID=\"root\"",
		"\"SYSCALL\":{\"arch\":\"0xc000003e\",\"syscall\":59,\"uid\":0,\"UID\":\"root\",\"ARGV\":[],\"ARCH\":\"x86_64\",\"SYSCALL\":\"execve\"}");
}

TEST(an_operation_of_io_uring_has_its_name)
{
	check_text(
		AUDIT_URINGOP, "uring_op=18 success=yes exit=0",
		"\"URINGOP\":[{\"uring_op\":18,\"success\":\"yes\",\"exit\":0,\"URING_OP\":\"openat\"}]");
}

TEST(what_bailiff_knows_is_in_a_member_of_its_own)
{
	struct event *ev = event_of(AUDIT_LANDLOCK_ACCESS, "domain=19fec3645");

	ev->how = HOW_SESSION;
	ev->service = span_of("nginx");
	ev->missing = EVENT_LACKS_EOE;
	check_line(ev, "\"LANDLOCK_ACCESS\":[{\"domain\":\"19fec3645\"}],"
		       "\"BAILIFF\":{\"seq\":41,\"service\":\"nginx\","
		       "\"how\":\"session\",\"missing\":[\"EOE\"]}");
}

TEST(an_event_of_bailiffs_own_is_a_line_too)
{
	struct event *ev = event_of(0, "");

	ev->kind = EVENT_OWN;
	ev->record_count = 0;
	ev->action = span_of("policy.loaded");
	ev->text = span_of("version=3");
	check_line(ev, "\"BAILIFF\":{\"seq\":41,\"action\":\"policy.loaded\","
		       "\"message\":\"version=3\"}");
}

TEST(a_line_without_room_is_an_error)
{
	AUTO_DONE(buf_done) struct buf line = { 0 };

	buf_init(&line, 16);
	CHECK_INT(render_laurel(event_of(AUDIT_CWD, "cwd=\"/\""), "web", &line),
		  -E2BIG);
}

TEST(fields_of_an_argument_vector_are_told_from_others)
{
	struct argument arg;

	CHECK(argument_parse(span_of("a7"), &arg));
	CHECK_INT(arg.index, 7);
	CHECK(!arg.is_part);
	CHECK(argument_parse(span_of("a12[0]"), &arg));
	CHECK(!arg.is_part);
	CHECK(argument_parse(span_of("a12[3]"), &arg));
	CHECK_INT(arg.index, 12);
	CHECK(arg.is_part);
	CHECK(!argument_parse(span_of("a7_len"), &arg));
	CHECK(!argument_parse(span_of("argc"), &arg));
	CHECK(!argument_parse(span_of("a"), &arg));
	CHECK(!argument_parse(span_of("a4294967296"), &arg));
}
