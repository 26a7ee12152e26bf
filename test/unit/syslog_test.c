/* SPDX-License-Identifier: Apache-2.0 */
/* syslog_test.c - RFC 5424 messages, cursors, addresses, back-off. */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "pkg/ship/connection.h"
#include "pkg/ship/cursor.h"
#include "pkg/ship/syslog.h"

static const struct syslog_event example = {
	.severity = SYSLOG_WARNING,
	.time_ms = 1795296627324,
	.node = "node1",
	.msg_id = { "event", 5 },
	.boot = "0b4c",
	.seq = 41,
	.service = { "nginx", 5 },
	.outcome = { "denied", 6 },
	.msg = { "{\"a\":1}\n", 8 },
};

static void format(const struct syslog_event *ev, char *out, size_t size)
{
	struct buf b;

	buf_init(&b, 65536);
	CHECK_INT(syslog_format(ev, &b), 0);
	(void)snprintf(out, size, "%s", buf_cstr(&b));
	buf_done(&b);
}

TEST(an_event_is_one_rfc_5424_message)
{
	char out[1024];

	format(&example, out, sizeof(out));
	CHECK_STR(out, "<108>1 2026-11-21T21:30:27.324Z node1 bailiff - event "
		       "[bailiff@32473 boot=\"0b4c\" seq=\"41\" "
		       "service=\"nginx\" outcome=\"denied\"] {\"a\":1}");
}

TEST(what_is_empty_is_left_out_or_a_dash)
{
	struct syslog_event ev = example;
	char out[1024];

	ev.severity = SYSLOG_INFORMATIONAL;
	ev.node = "";
	ev.msg_id = (struct span){ 0 };
	ev.service = (struct span){ 0 };
	ev.outcome = (struct span){ 0 };
	ev.msg = (struct span){ 0 };
	format(&ev, out, sizeof(out));
	CHECK_STR(out, "<110>1 2026-11-21T21:30:27.324Z - bailiff - - "
		       "[bailiff@32473 boot=\"0b4c\" seq=\"41\"]");
}

TEST(text_from_outside_cannot_leave_its_field)
{
	static const struct {
		const char *service, *want;
	} rows[] = {
		{ "a\"] x", "service=\"a\\\"\\] x\" " },
		{ "back\\", "service=\"back\\\\\" " },
		{ "new\nline\x1b[31m", "service=\"new?line?[31m\" " },
		{ "\xc3\xa9", "service=\"\xc3\xa9\" " },
		{ "cut\xc3", "service=\"cut?\" " },
		{ "over\xc0\xaf", "service=\"over??\" " },
		{ "half\xed\xa0\x80", "service=\"half???\" " },
		{ "\xf4\x8f\xbf\xbf", "service=\"\xf4\x8f\xbf\xbf\" " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct syslog_event ev = example;
		char out[1024];

		ev.service = span_of(rows[i].service);
		ev.node = "a host\n";
		format(&ev, out, sizeof(out));
		CHECK_HAS(out, rows[i].want);
		CHECK_HAS(out, " a?host? bailiff ");
	}
}

TEST(a_time_no_rfc_3339_can_say_is_refused)
{
	struct syslog_event ev = example;
	struct buf b;

	ev.time_ms = UINT64_MAX;
	buf_init(&b, 4096);
	CHECK_INT(syslog_format(&ev, &b), -ERANGE);
	buf_done(&b);
}

TEST(a_cursor_is_read_back_and_a_damaged_one_is_refused)
{
	static const char *const bad[] = {
		"",
		"bailiff-cursor 1 \n",
		"bailiff-cursor 2 5\n",
		"bailiff-cursor 1 5\n6\n",
		"bailiff-cursor 1 -1\n",
		"bailiff-cursor 1 99999999999999999999\n",
		("bailiff-cursor 1 1                                        "
		 "                                                        \n"),
	};
	char directory[] = "/tmp/bailiff-cursor-XXXXXX";
	AUTO_FD dirfd = -1;
	struct err e = { 0 };
	uint64_t seq = 7;

	CHECK(mkdtemp(directory) != NULL);
	dirfd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(cursor_read(dirfd, "central", &seq, &e), 0);
	CHECK_INT(seq, 0);
	CHECK_INT(cursor_write(dirfd, "central", 18446744073709551615U, &e), 0);
	CHECK_INT(cursor_read(dirfd, "central", &seq, &e), 0);
	CHECK(seq == UINT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(file_replace(dirfd, "central.cursor", 0600,
				       span_of(bad[i]), &e),
			  0);
		CHECK_INT(cursor_read(dirfd, "central", &seq, &e), -EBADMSG);
		CHECK_STR(e.text, "central.cursor: not a cursor");
	}
	CHECK_INT(unlinkat(dirfd, "central.cursor", 0), 0);
	CHECK_INT(rmdir(directory), 0);
}

TEST(a_collectors_name_is_no_path)
{
	CHECK(cursor_name_ok("central-1.example"));
	CHECK(!cursor_name_ok(""));
	CHECK(!cursor_name_ok(".."));
	CHECK(!cursor_name_ok("a/b"));
	CHECK(!cursor_name_ok("a\nb"));
	CHECK(!cursor_name_ok("0123456789012345678901234567890123456789"
			      "012345678901234567890123"));
}

TEST(an_address_is_a_number)
{
	struct address a;
	struct err e = { 0 };

	CHECK_INT(address_parse("127.0.0.1", 514, &a, &e), 0);
	CHECK_INT(address_parse("::1", 514, &a, &e), 0);
	CHECK_INT(address_parse("localhost", 514, &a, &e), -EINVAL);
	CHECK_STR(e.text, "\"localhost\" is not an IP address");
	CHECK(e.hint != NULL);
	CHECK_INT(address_parse("127.0.0.1", 0, &a, &e), -EINVAL);
}

TEST(waiting_grows_to_its_limit_and_differs)
{
	struct backoff b = { 0 };
	uint32_t wait = 0;

	for (int i = 0; i < 20; i++) {
		wait = backoff_next(&b);
		CHECK(wait >= BACKOFF_MIN_MS / 2);
		CHECK(wait <= BACKOFF_MAX_MS);
		CHECK(i != 0 || wait <= BACKOFF_MIN_MS);
	}
	CHECK(wait >= BACKOFF_MAX_MS / 2);
}
