/* SPDX-License-Identifier: Apache-2.0 */
/* assemble_test.c - records into events. */
#include "test/unit/harness.h"

#include <stdlib.h>

#include <libaudit.h>

#include "lib/compat.h"
#include "pkg/audit/assemble.h"
#include "test/unit/event_log.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct assembler *assembler(struct log *l)
{
	struct assembler *a;

	memset(l, 0, sizeof(*l));
	CHECK_INT(assembler_new(log_event, l, &a), 0);
	return a;
}

static void feed(struct assembler *a, uint16_t type, uint32_t serial,
		 const char *text, uint64_t now)
{
	const struct record r = { .type = type,
				  .serial = serial,
				  .time_ms = 1000,
				  .text = span_of(text) };

	CHECK_INT(assemble_feed(a, &r, now), 0);
}

#define CALL "arch=c000003e syscall=257 success=yes exit=0 items=0 ppid=1 pid=2"

TEST(interleaved_records_become_their_events_in_order_of_completion)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_SYSCALL, 1, CALL, 0);
	feed(a, AUDIT_SYSCALL, 2, CALL, 0);
	feed(a, AUDIT_CWD, 1, "cwd=\"/\"", 0);
	feed(a, AUDIT_PROCTITLE, 2, "proctitle=61", 0);
	feed(a, AUDIT_EOE, 2, "", 0);
	feed(a, AUDIT_PROCTITLE, 1, "proctitle=62", 0);
	CHECK_STR(l.text, "2:1300:1327;0\n");
	feed(a, AUDIT_EOE, 1, "", 0);
	CHECK_STR(l.text, "2:1300:1327;0\n1:1300:1307:1327;0\n");
	CHECK_INT(assemble_wait_ms(a, 0), -1);
	assembler_free(a);
}

TEST(the_same_serial_at_another_time_is_another_event)
{
	static struct log l;
	struct assembler *a = assembler(&l);
	struct record r = { .type = AUDIT_SYSCALL,
			    .serial = 1,
			    .time_ms = 1,
			    .text = span_of(CALL) };

	CHECK_INT(assemble_feed(a, &r, 0), 0);
	r.time_ms = 2;
	CHECK_INT(assemble_feed(a, &r, 0), 0);
	r.type = AUDIT_EOE;
	CHECK_INT(assemble_feed(a, &r, 0), 0);
	CHECK_INT(l.count, 1);
	CHECK_INT(l.last.time_ms, 2);
	assembler_free(a);
}

TEST(records_that_are_events_of_their_own_leave_at_once)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_SECCOMP, 1, "sig=0 arch=c000003e syscall=1", 0);
	feed(a, AUDIT_ANOM_ABEND, 2, "sig=31", 0);
	feed(a, AUDIT_USER_AUTH, 3, "pid=1 msg='x'", 0);
	feed(a, 2404, 4, "pid=1 msg='x'", 0);
	feed(a, AUDIT_LANDLOCK_DOMAIN, 5,
	     "domain=1 status=deallocated denials=7", 0);
	feed(a, AUDIT_KERNEL, 6, "state=initialized", 0);
	CHECK_STR(l.text, "1:1326;0\n2:1701;0\n3:1100;0\n4:2404;0\n"
			  "5:1424;0\n6:2000;0\n");
	assembler_free(a);
}

TEST(a_landlock_denial_waits_for_its_system_call)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_LANDLOCK_ACCESS, 1, "domain=1 blockers=fs.read_file", 0);
	feed(a, AUDIT_LANDLOCK_DOMAIN, 1, "domain=1 status=allocated pid=2", 0);
	CHECK_INT(l.count, 0);
	CHECK_INT(assemble_wait_ms(a, 50), ASSEMBLE_LONE_MS - 50);
	feed(a, AUDIT_SYSCALL, 1, CALL, 10);
	feed(a, AUDIT_PROCTITLE, 1, "proctitle=61", 10);
	feed(a, AUDIT_EOE, 1, "", 10);
	CHECK_STR(l.text, "1:1423:1424:1300:1327;0\n");
	assembler_free(a);
}

TEST(a_landlock_denial_without_a_system_call_leaves_by_its_timer)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_LANDLOCK_ACCESS, 1, "domain=1 blockers=fs.read_file", 0);
	assemble_expire(a, ASSEMBLE_LONE_MS - 1);
	CHECK_INT(l.count, 0);
	assemble_expire(a, ASSEMBLE_LONE_MS);
	CHECK_STR(l.text, "1:1423;0\n");
	/* The system call ends minutes later with the old stamp. */
	feed(a, AUDIT_SYSCALL, 1, CALL, 90000);
	feed(a, AUDIT_EOE, 1, "", 90000);
	CHECK_STR(l.text, "1:1423;0\n1:1300;0 late\n");
	CHECK_INT(assemble_counted(a)->late, 1);
	assembler_free(a);
}

TEST(a_late_system_call_is_known_behind_thousands_of_other_events)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, 1400, 7, "apparmor=\"DENIED\"", 0);
	assemble_expire(a, ASSEMBLE_LONE_MS);
	for (uint32_t i = 8; i < 4000; i++) {
		feed(a, AUDIT_LANDLOCK_ACCESS, i, "domain=1 blockers=fs.x", i);
		assemble_expire(a, i + ASSEMBLE_LONE_MS);
	}
	feed(a, AUDIT_SYSCALL, 7, CALL, 600000);
	feed(a, AUDIT_CWD, 7, "cwd=\"/\"", 600000);
	CHECK(!l.last.is_late);
	feed(a, AUDIT_EOE, 7, "", 600000);
	CHECK_INT(l.last.serial, 7);
	CHECK(l.last.is_late && l.last.missing == 0);
	CHECK_INT(assemble_counted(a)->late, 1);
	/* The serial came round: another time, another event. */
	feed(a, AUDIT_SECCOMP, 8 + 4096, "sig=0", 600001);
	CHECK(!l.last.is_late);
	assembler_free(a);
}

TEST(contexts_of_several_security_modules_stay_in_their_event)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_SYSCALL, 1, CALL " subj=?", 0);
	feed(a, 1425, 1, "subj_selinux=a:b:c subj_apparmor=unconfined", 0);
	feed(a, 1426, 1, "obj_selinux=d:e:f", 0);
	feed(a, 1999, 1, "whatever=comes", 0); /* no table knows it */
	feed(a, AUDIT_EOE, 1, "", 0);
	CHECK_STR(l.text, "1:1300:1425:1426:1999;0\n");
	assembler_free(a);
}

TEST(an_io_uring_operation_is_a_call_alone_or_inside_of_one)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_URINGOP, 1, "uring_op=18 success=yes exit=0 items=1", 0);
	feed(a, AUDIT_CWD, 1, "cwd=\"/\"", 0);
	feed(a, AUDIT_PATH, 1, "item=0 name=\"/x\"", 0);
	feed(a, AUDIT_EOE, 1, "", 0);
	CHECK_STR(l.text, "1:1336:1307:1302;0\n");
	/* Both count the same paths. */
	feed(a, AUDIT_URINGOP, 2, "uring_op=18 items=1", 0);
	feed(a, AUDIT_URINGOP, 2, "uring_op=18 items=2", 0);
	feed(a, AUDIT_SYSCALL, 2, "arch=c000003e syscall=426 items=2", 0);
	feed(a, AUDIT_PATH, 2, "item=0", 0);
	feed(a, AUDIT_PATH, 2, "item=1", 0);
	feed(a, AUDIT_EOE, 2, "", 0);
	CHECK_INT(l.last.missing, 0);
	feed(a, AUDIT_URINGOP, 3, "uring_op=18 items=2", 0);
	feed(a, AUDIT_PATH, 3, "item=0", 0);
	feed(a, AUDIT_EOE, 3, "", 0);
	CHECK_INT(l.last.missing, EVENT_LACKS_PATH);
	CHECK_INT(l.last.paths.have, 1);
	CHECK_INT(l.last.paths.want, 2);
	assembler_free(a);
}

TEST(what_is_missing_is_counted)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_SYSCALL, 1, "arch=c000003e syscall=59 items=3", 0);
	feed(a, AUDIT_EXECVE, 1, "argc=5 a0=\"x\" a1_len=4 a1[0]=4142", 0);
	feed(a, AUDIT_PATH, 1, "item=0", 0);
	feed(a, AUDIT_PATH, 1, "item=2", 0);
	assemble_flush(a);
	CHECK_INT(l.last.missing,
		  EVENT_LACKS_PATH | EVENT_LACKS_EXECVE | EVENT_LACKS_EOE);
	CHECK_INT(l.last.paths.have, 2);
	CHECK_INT(l.last.paths.want, 3);
	CHECK_INT(l.last.arguments.have, 2);
	CHECK_INT(l.last.arguments.want, 5);
	feed(a, AUDIT_KERNEL, 2, "", 0);
	CHECK_INT(l.last.paths.want + l.last.arguments.want, 0);
	assembler_free(a);
}

TEST(a_program_that_was_executed_had_arguments)
{
	static const struct {
		const char *call;
		const char *arguments;
		uint32_t want;
	} rows[] = {
		{ "arch=c000003e syscall=59 success=yes exit=0 items=0",
		  "argc=1 a0=\"x\"", 0 },
		{ "arch=c000003e syscall=59 success=yes exit=0 items=0", NULL,
		  EVENT_LACKS_EXECVE },
		{ "arch=c000003e syscall=322 success=yes exit=0 items=0", NULL,
		  EVENT_LACKS_EXECVE },
		{ "arch=c000003e syscall=59 success=yes exit=0 items=0",
		  "a7=\"x\"", EVENT_LACKS_EXECVE }, /* argc= was lost */
		{ "arch=c000003e syscall=59 success=no exit=-2 items=0", NULL,
		  0 },
		{ "arch=c000003e syscall=60 success=yes exit=0 items=0", NULL,
		  0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct log l;
		struct assembler *a = assembler(&l);

		feed(a, AUDIT_SYSCALL, 1, rows[i].call, 0);
		if (rows[i].arguments != NULL)
			feed(a, AUDIT_EXECVE, 1, rows[i].arguments, 0);
		feed(a, AUDIT_EOE, 1, "", 0);
		CHECK_INT(l.last.missing, rows[i].want);
		CHECK_INT(l.last.arguments.want, 0);
		assembler_free(a);
	}
}

TEST(records_from_before_a_takeover_come_first_and_out_of_order)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	/* The hold queue, the retry queue, then what happens now: the newest
	 * serial was already seen when the oldest comes. */
	feed(a, AUDIT_SYSCALL, 50, CALL, 0);
	feed(a, AUDIT_EOE, 50, "", 0);
	feed(a, AUDIT_SYSCALL, 11, CALL, 1);
	feed(a, AUDIT_SYSCALL, 12, CALL, 1);
	feed(a, AUDIT_EOE, 12, "", 1);
	feed(a, AUDIT_EOE, 11, "", 1);
	CHECK_STR(l.text, "50:1300;0\n12:1300;0\n11:1300;0\n");
	CHECK_INT(assemble_counted(a)->late, 0);
	/* Serials below the first one seen were never missing. */
	CHECK_INT(assemble_counted(a)->serials_lost, 0);
	CHECK_INT(assemble_counted(a)->serials_awaited, 0);
	assembler_free(a);
}

TEST(an_event_with_stamps_on_both_sides_of_the_wrap_stays_one)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_SYSCALL, UINT32_MAX, CALL, 0);
	feed(a, AUDIT_SYSCALL, 0, CALL, 0);
	feed(a, AUDIT_CWD, UINT32_MAX, "cwd=\"/\"", 0);
	feed(a, AUDIT_EOE, 0, "", 0);
	feed(a, AUDIT_EOE, UINT32_MAX, "", 0);
	CHECK_STR(l.text, "0:1300;0\n4294967295:1300:1307;0\n");
	CHECK_INT(assemble_counted(a)->serials_awaited, 0);
	assembler_free(a);
}

TEST(an_event_whose_end_was_lost_leaves_and_says_so)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_SYSCALL, 1, CALL, 0);
	feed(a, AUDIT_CWD, 1, "cwd=\"/\"", 100);
	assemble_expire(a, ASSEMBLE_OPEN_MS + 99);
	CHECK_INT(l.count, 0);
	assemble_expire(a, ASSEMBLE_OPEN_MS + 100);
	CHECK_INT(l.last.missing, EVENT_LACKS_EOE);
	/* Its end alone, much later, is no event. */
	feed(a, AUDIT_EOE, 1, "", 5000);
	CHECK_INT(l.count, 1);
	feed(a, AUDIT_SYSCALL, 2, CALL, 5000);
	assemble_flush(a);
	CHECK_INT(l.last.missing, EVENT_LACKS_EOE);
	CHECK_INT(assemble_counted(a)->partial, 2);
	assembler_free(a);
}

TEST(an_event_is_judged_against_what_it_says_of_itself)
{
	static const struct {
		const char *call;
		uint16_t type;
		const char *text;
		uint32_t want;
	} rows[] = {
		{ "items=1", AUDIT_PATH, "item=0 name=\"/\"", 0 },
		{ "items=2", AUDIT_PATH, "item=0 name=\"/\"",
		  EVENT_LACKS_PATH },
		{ "arch=c000003e syscall=240 items=2", AUDIT_PATH, "item=0",
		  0 }, /* mq_open hides its parent */
		{ "items=0", AUDIT_EXECVE, "argc=2 a0=\"x\" a1=\"y\"", 0 },
		{ "items=0", AUDIT_EXECVE, "argc=3 a0=\"x\" a1=\"y\"",
		  EVENT_LACKS_EXECVE },
		{ "items=0", AUDIT_EXECVE,
		  "argc=2 a0=\"x\" a1_len=4 a1[0]=4142", 0 },
		{ "items=0", AUDIT_EXECVE,
		  "argc=2 a0=\"x\" a1_len=4 a1[0]=\"ab\" a1[1]=\"cd\"", 0 },
		{ "items=0", AUDIT_EXECVE,
		  "argc=2 a0=\"x\" a1_len=9000 a1[0]=4142",
		  EVENT_LACKS_EXECVE }, /* its end */
		{ "items=0", AUDIT_EXECVE,
		  "argc=2 a0=\"x\" a1_len=4 a1[1]=4142",
		  EVENT_LACKS_EXECVE }, /* its beginning */
		{ "items=0", AUDIT_EXECVE,
		  "argc=2 a0=\"x\" a1_len=8 a1[0]=4142 a1[2]=4142",
		  EVENT_LACKS_EXECVE }, /* its middle */
		{ "items=0", AUDIT_EXECVE,
		  "argc=1 a0_len=2 a0[0]=41 a0[1]=42 a0[x]=43 a0[", 0 },
		{ "items=0", AUDIT_EXECVE, "argc=2 a0=\"a1=x\" axe=1",
		  EVENT_LACKS_EXECVE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct log l;
		struct assembler *a = assembler(&l);

		feed(a, AUDIT_SYSCALL, 1, rows[i].call, 0);
		feed(a, rows[i].type, 1, rows[i].text, 0);
		feed(a, AUDIT_EOE, 1, "", 0);
		CHECK_INT(l.last.missing, rows[i].want);
		assembler_free(a);
	}
}

TEST(records_of_a_system_call_without_it_say_that_it_is_missing)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_CWD, 1, "cwd=\"/\"", 0);
	feed(a, AUDIT_EOE, 1, "", 0);
	CHECK_INT(l.last.missing, EVENT_LACKS_SYSCALL);
	feed(a, AUDIT_EOE, 2, "", 0);
	CHECK_INT(l.last.missing, EVENT_LACKS_SYSCALL);
	assembler_free(a);
}

TEST(an_event_of_too_many_or_too_long_records_is_cut_and_counted)
{
	static struct log l;
	static char big[8001];
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_SYSCALL, 1, CALL, 0);
	for (unsigned i = 0; i < EVENT_RECORDS_MAX + 9; i++)
		feed(a, AUDIT_PATH, 1, "name=\"/\"", 0);
	feed(a, AUDIT_EOE, 1, "", 0);
	CHECK_INT(l.last.record_count, EVENT_RECORDS_MAX);
	CHECK_INT(l.last.records_cut, 10);
	CHECK_INT(l.last.missing, EVENT_CUT);
	memset(big, 'x', sizeof(big) - 1);
	for (unsigned i = 0; i < 20; i++)
		feed(a, AUDIT_EXECVE, 2, big, 0);
	assemble_flush(a);
	CHECK((l.last.missing & EVENT_CUT) != 0);
	CHECK(l.last.records_cut > 0 && l.last.record_count > 10);
	CHECK_INT(assemble_counted(a)->cut, 2);
	assembler_free(a);
}

TEST(an_event_of_as_many_records_as_a_module_load_makes_is_whole)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_SYSCALL, 1, "arch=c000003e syscall=313 items=250", 0);
	for (unsigned i = 0; i < 250; i++)
		feed(a, AUDIT_PATH, 1, "name=\"/\"", 0);
	feed(a, AUDIT_EOE, 1, "", 0);
	CHECK_INT(l.last.record_count, 251);
	CHECK_INT(l.last.missing, 0);
	assembler_free(a);
}

TEST(when_open_events_hold_too_many_bytes_the_oldest_leaves)
{
	static struct log l;
	static char big[8001];
	struct assembler *a = assembler(&l);
	const unsigned each = ASSEMBLE_TEXT_MAX / 8000;
	const unsigned fit = ASSEMBLE_BYTES_MAX / (each * 8000);

	memset(big, 'x', sizeof(big) - 1);
	for (uint32_t i = 1; i <= fit + 2; i++)
		for (unsigned k = 0; k < each; k++)
			feed(a, AUDIT_EXECVE, i, big, 0);
	CHECK_INT(l.count, 2);
	CHECK_INT(l.last.serial, 2);
	CHECK_INT(assemble_counted(a)->evicted, 2);
	/* One that grows drives out others, never itself. */
	feed(a, AUDIT_CWD, 3, "", 0);
	CHECK_INT(l.count, 2);
	assemble_flush(a);
	CHECK_INT(l.count, (int)fit + 2);
	CHECK_INT(assemble_counted(a)->cut, 0);
	assembler_free(a);
}

TEST(when_too_many_events_are_open_the_oldest_leaves)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	for (uint32_t i = 1; i <= ASSEMBLE_OPEN_MAX + 3; i++)
		feed(a, AUDIT_SYSCALL, i, CALL, 0);
	CHECK_INT(l.count, 3);
	CHECK_INT(l.last.serial, 3);
	CHECK_INT(assemble_counted(a)->evicted, 3);
	assemble_flush(a);
	CHECK_INT(l.count, ASSEMBLE_OPEN_MAX + 3);
	assembler_free(a);
}

/* ---- serials --------------------------------------------------------------
 */

static uint64_t lost(const struct assembler *a)
{
	return assemble_counted(a)->serials_lost +
	       assemble_counted(a)->serials_awaited;
}

TEST(missing_serials_are_counted_once_and_late_ones_are_none)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_KERNEL, 100, "", 0);
	feed(a, AUDIT_KERNEL, 101, "", 0);
	CHECK_INT(lost(a), 0);
	feed(a, AUDIT_KERNEL, 105, "", 0);
	CHECK_INT(lost(a), 3);
	feed(a, AUDIT_KERNEL, 103, "", 0);
	feed(a, AUDIT_KERNEL, 103, "", 0);
	CHECK_INT(lost(a), 2);
	feed(a, AUDIT_KERNEL, 50, "", 0); /* before the first: unknown */
	CHECK_INT(lost(a), 2);
	CHECK_INT(assemble_counted(a)->serials_lost, 0);
	for (uint32_t i = 106; i < 106 + 8192; i++)
		feed(a, AUDIT_KERNEL, i, "", 0);
	CHECK_INT(assemble_counted(a)->serials_lost, 2);
	CHECK_INT(assemble_counted(a)->serials_awaited, 0);
	assembler_free(a);
}

TEST(serials_wrap_without_a_gap)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	for (uint32_t i = UINT32_MAX - 5; i != 5; i++)
		feed(a, AUDIT_KERNEL, i, "", 0);
	CHECK_INT(lost(a), 0);
	feed(a, AUDIT_KERNEL, UINT32_MAX, "", 0);
	CHECK_INT(lost(a), 0);
	feed(a, AUDIT_KERNEL, 6, "", 0);
	CHECK_INT(lost(a), 1);
	assembler_free(a);
}

TEST(a_jump_of_serials_is_counted_exactly)
{
	static struct log l;
	struct assembler *a = assembler(&l);

	feed(a, AUDIT_KERNEL, 1, "", 0);
	feed(a, AUDIT_KERNEL, 3, "", 0);
	feed(a, AUDIT_KERNEL, 1000003, "", 0);
	CHECK_INT(lost(a), 1 + 999999);
	feed(a, AUDIT_KERNEL, 1000002, "", 0);
	CHECK_INT(lost(a), 1 + 999998);
	feed(a, AUDIT_KERNEL, 2000003, "", 0);
	CHECK_INT(lost(a), 1 + 999998 + 999999);
	assembler_free(a);
}
