/* SPDX-License-Identifier: Apache-2.0 */
/* log_test.c - the log of auditd: its lines, and the stream of them. */
#include "test/unit/harness.h"

#include <libaudit.h>
#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/audit/log.h"
#include "pkg/audit/render.h"

/* ---- lines ----------------------------------------------------------------
 */

TEST(a_line_is_taken_apart_into_node_type_stamp_and_text)
{
	struct log_line line;

	CHECK(log_line_parse(
		      span_of("node=web-1 type=PATH msg=audit("
			      "1795296627.324:121230): item=0 name=\"/\""),
		      NULL, &line) == NULL);
	CHECK(span_eq_str(line.node, "web-1"));
	CHECK_INT(line.record.type, AUDIT_PATH);
	CHECK_INT(line.record.time_ms, 1795296627324);
	CHECK_INT(line.record.serial, 121230);
	CHECK(span_eq_str(line.record.text, "item=0 name=\"/\""));
}

TEST(every_spelling_of_a_type_and_stamp_that_logs_have_is_read)
{
	static const struct {
		const char *line;
		int type;
	} rows[] = {
		{ "type=UNKNOWN[1423] msg=audit(1.000:2): domain=1", 1423 },
		{ "type=1400 audit(1.000:2): apparmor=\"DENIED\"", 1400 },
		{ "type=LANDLOCK_ACCESS msg=audit(1.000:2): domain=1", 1423 },
		{ "type=EOE msg=audit(1.000:2):", 1320 },
		{ "type=EOE msg=audit(1.000:2): ", 1320 },
		{ "type=CWD msg=audit(1.000:4294967295): cwd=\"/\"", 1307 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_line line;
		const char *why =
			log_line_parse(span_of(rows[i].line), NULL, &line);

		if (why != NULL)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].line,
				  why);
		CHECK_INT(line.record.type, rows[i].type);
		CHECK_INT(line.record.time_ms, 1000);
	}
}

TEST(what_is_no_record_is_refused_with_what_is_wrong)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "hello", "type=" },
		{ "xtype=PATH msg=audit(1.000:2): a=1", "type=" },
		{ "type=NO_SUCH_TYPE msg=audit(1.000:2): a=1", "not known" },
		{ "type= msg=audit(1.000:2): a=1", "not known" },
		{ "type=PATH", "stamp" },
		{ "type=PATH msg=audit(1.000:", "stamp" },
		{ "type=PATH msg=audit(1.000:2", "stamp" },
		{ "type=PATH msg=audit(1.000:4294967296): a=1", "stamp" },
		{ "type=PATH msg=audit(-1.000:2): a=1", "stamp" },
		{ "type=PATH msg=audit(11/22/2026 08:30:00.123:7) : a=1",
		  "ausearch --raw" },
		{ "node= type=PATH msg=audit(1.000:2): a=1", "no node" },
		{ "node=n", "type=" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_line line;

		CHECK_HAS(log_line_parse(span_of(rows[i].line), NULL, &line),
			  rows[i].why);
	}
}

/* ---- streams --------------------------------------------------------------
 */

/* What came out, a line each: raw lines of events, "bad N WHY: BYTES". */
struct story {
	struct buf text;
	unsigned events, bad;
};

static void event_tell(void *ctx, const char *node, struct event *ev)
{
	struct story *s = ctx;
	unsigned at = 0;

	s->events++;
	CHECK_INT(render_raw_of(ev, node[0] != '\0' ? node : NULL, &s->text),
		  0);
	while (event_missing_next(ev, &at, &s->text))
		buf_puts(&s->text, " missing\n");
	if (ev->is_late)
		buf_puts(&s->text, "late\n");
}

static void bad_tell(void *ctx, uint64_t number, struct span line,
		     const char *why)
{
	struct story *s = ctx;

	s->bad++;
	buf_printf(&s->text, "bad %u %s: ", (unsigned)number, why);
	buf_put(&s->text, line.p, line.len < 40 ? line.len : 40);
	buf_puts(&s->text, "\n");
}

/* @step: bytes that are fed at a time. */
static void tell(struct story *s, struct span log, size_t step)
{
	const struct log_sink sink = { s, event_tell, bad_tell };
	struct log_reader *r;

	*s = (struct story){ 0 };
	buf_init(&s->text, 1 << 22);
	CHECK_INT(log_reader_new(&sink, &r), 0);
	for (size_t at = 0; at < log.len; at += step) {
		const size_t left = log.len - at;

		CHECK_INT(
			log_feed(r, (struct span){ log.p + at,
						   left < step ? left : step }),
			0);
	}
	CHECK_INT(log_end(r), 0);
	log_reader_free(r);
}

static void tells(const char *log, const char *want)
{
	static const size_t steps[] = { 1, 7, 1 << 20 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct story s;

		tell(&s, span_of(log), steps[i]);
		CHECK_STR(buf_cstr(&s.text), want);
		buf_done(&s.text);
	}
}

TEST(the_records_of_an_event_come_together_however_the_bytes_are_cut)
{
	tells("type=SYSCALL msg=audit(1.000:2): items=1 pid=1\r\n"
	      "type=SYSCALL msg=audit(1.000:3): items=0 pid=2\n"
	      "type=PATH msg=audit(1.000:2): item=0 name=\"a\"\n"
	      "type=EOE msg=audit(1.000:3): \n"
	      "type=EOE msg=audit(1.000:2): \n",
	      "type=SYSCALL msg=audit(1.000:3): items=0 pid=2\n"
	      "type=EOE msg=audit(1.000:3): \n"
	      "type=SYSCALL msg=audit(1.000:2): items=1 pid=1\n"
	      "type=PATH msg=audit(1.000:2): item=0 name=\"a\"\n"
	      "type=EOE msg=audit(1.000:2): \n");
}

TEST(the_last_line_needs_no_end_and_an_event_without_one_says_so)
{
	tells("type=SYSCALL msg=audit(1.000:2): items=1 pid=1",
	      "type=SYSCALL msg=audit(1.000:2): items=1 pid=1\n"
	      "EOE missing\nPATH 0/1 missing\n");
}

TEST(an_event_without_its_end_leaves_when_stamps_are_two_seconds_ahead)
{
	tells("type=SYSCALL msg=audit(1.000:2): items=0 pid=1\n"
	      "type=SYSCALL msg=audit(3.100:3): items=0 pid=2\n"
	      "type=EOE msg=audit(3.100:3): \n",
	      "type=SYSCALL msg=audit(1.000:2): items=0 pid=1\n"
	      "EOE missing\n"
	      "type=SYSCALL msg=audit(3.100:3): items=0 pid=2\n"
	      "type=EOE msg=audit(3.100:3): \n");
}

TEST(records_of_two_nodes_with_one_stamp_are_two_events)
{
	tells("node=a type=SYSCALL msg=audit(1.000:2): items=0 pid=1\n"
	      "node=b type=SYSCALL msg=audit(1.000:2): items=0 pid=2\n"
	      "node=a type=EOE msg=audit(1.000:2): \n"
	      "node=b type=EOE msg=audit(1.000:2): \n",
	      "node=a type=SYSCALL msg=audit(1.000:2): items=0 pid=1\n"
	      "node=a type=EOE msg=audit(1.000:2): \n"
	      "node=b type=SYSCALL msg=audit(1.000:2): items=0 pid=2\n"
	      "node=b type=EOE msg=audit(1.000:2): \n");
}

TEST(more_nodes_than_are_kept_lose_no_event)
{
	AUTO_DONE(buf_done) struct buf log = { 0 };
	struct story s;

	buf_init(&log, 1 << 20);
	for (unsigned i = 0; i < 3 * LOG_NODES_MAX; i++)
		buf_printf(&log,
			   "node=n%u type=SYSCALL msg=audit(1.000:2): pid=%u\n",
			   i, i);
	tell(&s, buf_view(&log), 1 << 20);
	CHECK_INT(s.events, 3 * LOG_NODES_MAX);
	CHECK_HAS(buf_cstr(&s.text), "node=n0 type=SYSCALL");
	CHECK_HAS(buf_cstr(&s.text), "node=n95 type=SYSCALL");
	buf_done(&s.text);
}

TEST(a_bad_line_is_told_with_its_number_and_bytes_and_the_rest_is_read)
{
	tells("\n----\ntime->Sun Nov 22 08:20:00 2026\n"
	      "nonsense \x01\n"
	      "type=KERNEL msg=audit(1.000:2): initialized\n",
	      "bad 4 it does not begin with type=: nonsense \x01\n"
	      "type=KERNEL msg=audit(1.000:2): initialized\n");
}

TEST(a_line_without_end_is_told_in_pieces_of_bounded_size)
{
	AUTO_DONE(buf_done) struct buf log = { 0 };
	struct story s;

	buf_init(&log, 1 << 22);
	for (unsigned i = 0; i < 3 * LOG_LINE_MAX + 5; i++)
		buf_u8(&log, 'x');
	buf_puts(&log, "\ntype=KERNEL msg=audit(1.000:2): a\n");
	for (size_t step = 4096; step <= 1 << 20; step *= 16) {
		tell(&s, buf_view(&log), step);
		CHECK_INT(s.bad, 4);
		CHECK_INT(s.events, 1);
		CHECK_HAS(buf_cstr(&s.text), "bad 1 it is too long: xxx");
		CHECK_HAS(buf_cstr(&s.text), "bad 1 it does not begin");
		buf_done(&s.text);
	}
}

TEST(a_clock_that_was_set_back_does_not_hold_events_for_ever)
{
	AUTO_DONE(buf_done) struct buf log = { 0 };
	struct story s;
	const char *open, *close;

	buf_init(&log, 1 << 22);
	buf_puts(&log, "type=SYSCALL msg=audit(9000.000:1): pid=1\n");
	for (unsigned i = 0; i < 5000; i++)
		buf_printf(&log, "type=KERNEL msg=audit(%u.000:%u): a\n",
			   1000 + i, 2 + i);
	tell(&s, buf_view(&log), 1 << 20);
	open = strstr(buf_cstr(&s.text), "audit(9000.000:1)");
	close = strstr(buf_cstr(&s.text), "audit(5999.000:");
	CHECK(open != NULL && close != NULL && open < close);
	buf_done(&s.text);
}

TEST(what_auditd_added_stays_with_its_record)
{
	tells("type=CWD msg=audit(1.000:2): cwd=\"/\"\x1d"
	      "CWD=\"x\"\n"
	      "type=USER_CMD msg=audit(1.000:3): pid=1 msg='a=\x1d"
	      "b'\x1dUID=\"root\"\n",
	      "type=USER_CMD msg=audit(1.000:3): pid=1 msg='a=\\x1db'\x1d"
	      "UID=\"root\"\n"
	      "type=CWD msg=audit(1.000:2): cwd=\"/\"\x1d"
	      "CWD=\"x\"\nSYSCALL missing\n");
}
