/* SPDX-License-Identifier: Apache-2.0 */
/* lib_test.c - errors, bytes, numbers, cursors, JSON, messages, logging. */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/text.h"

TEST(an_error_reads_outer_inner_cause_and_keeps_its_first_hint)
{
	struct err e = { 0 };

	CHECK_INT(err_set(&e, EBADMSG, "unknown right \"%s\"", "ex\nec"),
		  -EBADMSG);
	CHECK_INT(err_hint(&e, "see bailiff-policy(5)"), -EBADMSG);
	(void)err_hint(&e, "another");
	CHECK_INT(err_wrap(&e, "%s:%d", "services/web.json", 12), -EBADMSG);
	CHECK_STR(e.text, "services/web.json:12: unknown right \"ex?ec\"");
	CHECK_STR(e.hint, "see bailiff-policy(5)");
	CHECK_INT(err_set(NULL, EIO, "nobody listens"), -EIO);
}

TEST(a_number_is_the_whole_text_or_nothing)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {
		{ "0", 0 },
		{ "4294967295", 0 },
		{ "4294967296", -ERANGE },
		{ "", -EINVAL },
		{ "01", -EINVAL },
		{ "+1", -EINVAL },
		{ "-1", -EINVAL },
		{ " 1", -EINVAL },
		{ "1 ", -EINVAL },
		{ "0x10", -EINVAL },
		{ "99999999999999999999999", -ERANGE },
	};
	uint32_t value;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_INT(num_parse_u32(span_of(rows[i].text), 0, UINT32_MAX,
					&value),
			  rows[i].want);
}

TEST(signed_numbers_reach_both_ends_of_their_range)
{
	int64_t v;

	CHECK_INT(num_parse_i64(span_of("-9223372036854775808"), INT64_MIN,
				INT64_MAX, &v),
		  0);
	CHECK(v == INT64_MIN);
	CHECK_INT(num_parse_i64(span_of("-9223372036854775809"), INT64_MIN,
				INT64_MAX, &v),
		  -ERANGE);
	CHECK_INT(num_parse_i64(span_of("-"), INT64_MIN, INT64_MAX, &v),
		  -EINVAL);
}

TEST(a_cursor_that_failed_stays_failed_and_leftovers_are_an_error)
{
	struct buf b;
	struct cur c;

	buf_init(&b, 64);
	buf_u16(&b, 0x1234);
	buf_blob(&b, span_of("abc"));
	c = cur_of(buf_view(&b));
	CHECK_INT(cur_u16(&c), 0x1234);
	CHECK_INT(cur_end(&c), -EBADMSG);
	CHECK(span_eq_str(cur_blob(&c, 3), "abc"));
	CHECK_INT(cur_end(&c), 0);
	CHECK_INT(cur_u8(&c), 0);
	CHECK_INT(cur_end(&c), -EBADMSG);
	c = cur_of((struct span){ .p = b.p + 2, .len = b.len - 2 });
	(void)cur_blob(&c, 2);
	CHECK_INT(cur_end(&c), -EBADMSG);
	buf_done(&b);
}

TEST(a_buffer_keeps_its_limit_and_its_error)
{
	struct buf b;

	buf_init(&b, 4);
	buf_puts(&b, "abcd");
	CHECK_STR(buf_cstr(&b), "abcd");
	buf_puts(&b, "e");
	CHECK_INT(buf_error(&b), -E2BIG);
	CHECK_INT(b.len, 4);
	CHECK(buf_cstr(&b) == NULL);
	buf_done(&b);
}

TEST(hex_and_base64_round_trip_known_vectors)
{
	struct buf b;
	unsigned char raw[4];

	buf_init(&b, 64);
	hex_encode(&b, span_of("\x01\xff"));
	base64_encode(&b, span_of("f"));
	base64_encode(&b, span_of("fo"));
	base64_encode(&b, span_of("foo"));
	CHECK_STR(buf_cstr(&b), "01ffZg==Zm8=Zm9v");
	CHECK_INT(hex_decode(span_of("01fF"), raw, sizeof(raw)), 2);
	CHECK_INT(raw[1], 0xff);
	CHECK_INT(hex_decode(span_of("0"), raw, sizeof(raw)), -EINVAL);
	CHECK_INT(hex_decode(span_of("zz"), raw, sizeof(raw)), -EINVAL);
	CHECK_INT(hex_decode(span_of("0000000000"), raw, 4), -E2BIG);
	buf_done(&b);
}

TEST(base64_decodes_what_it_encodes_and_nothing_else)
{
	static const char *const bad[] = { "Z",	   "Zg",   "Zg=",  "Zg==Zg==",
					   "====", "Z===", "Zm9 ", "Zm9v\n",
					   "Z=9v", "Zm-_", " Zm9v" };
	unsigned char raw[300], back[300];
	struct buf b;

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (unsigned char)(i * 7 + i / 256);
	for (size_t len = 0; len <= sizeof(raw); len++) {
		buf_init(&b, 500);
		base64_encode(&b, (struct span){ (const char *)raw, len });
		CHECK_INT(base64_decode(buf_view(&b), back, len), (int)len);
		CHECK(memcmp(raw, back, len) == 0);
		if (len != 0)
			CHECK_INT(base64_decode(buf_view(&b), back, len - 1),
				  -E2BIG);
		buf_done(&b);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(base64_decode(span_of(bad[i]), back, sizeof(back)),
			  -EINVAL);
}

TEST(json_refuses_what_is_not_one_strict_document)
{
	static const char *const bad[] = {
		"",
		"{\"a\":1,\"a\":2}",
		"{\"a\":1} ",
		"{\"a\":1}x",
		"{\"a\":1.0}",
		"[1e3]",
		"{\"a\":01}",
		"[NaN]",
		"[\"\\ud800\"]",
		"[\"\xff\"]",
		"{\"a\":1,\"\\u0061\":2}",
		"\xef\xbb\xbf{}",
		"[1,]",
		"[18446744073709551616]",
		"[-9223372036854775809]",
		"[09223372036854775808]",
		"[9223372036854775808,1.5]",
		"[9223372036854775808.0]",
		"[9223372036854775808e0]",
		"[1e400,9223372036854775808]",
		"[9223372036854775808",
		"[\"9223372036854775808]",
		"[\"\\u0000\"]",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	};
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *j = NULL;

		if (i == 2)
			continue; /* a blank at the end is one document */
		if (json_parse(span_of(bad[i]), 1000, &j, &e) != -EBADMSG)
			test_fail(__FILE__, __LINE__, "accepted: %s", bad[i]);
		CHECK(j == NULL);
	}
	CHECK_INT(json_parse(span_of("[1,2,3]"), 6, &(json_t *){ NULL }, &e),
		  -EFBIG);
}

TEST(json_integers_go_to_two_to_the_64_less_one)
{
	static const char text[] =
		"[9223372036854775807,9223372036854775808,9223372036854775809,"
		"18442240474082181119,18442240474082181120,"
		"18442240474082181121,18446744073709551615,"
		"\"\\\"9223372036854775808\",-9223372036854775808]";
	static const uint64_t want[] = {
		INT64_MAX,	    1ULL << 63,		(1ULL << 63) + 1,
		0xffefffffffffffff, 0xfff0000000000000, 0xfff0000000000001,
		UINT64_MAX,
	};
	AUTO_JSON *j = NULL, *object = json_object();
	json_t *member;
	const struct json_member rows[] = {
		{ "n", JSON_INTEGER, true, &member },
		{ 0 },
	};
	struct err e = { 0 };
	struct buf b;

	CHECK_INT(json_parse(span_of(text), 1000, &j, &e), 0);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		uint64_t v = 0;

		CHECK_INT(json_object_set(object, "n", json_array_get(j, i)),
			  0);
		CHECK_INT(json_members(object, rows, &e), 0);
		CHECK_INT(json_u64(member, 0, UINT64_MAX, &v), 0);
		CHECK(v == want[i]);
		CHECK_INT(json_u64(member, 0, INT64_MAX, &v),
			  v > INT64_MAX ? -ERANGE : 0);
	}
	CHECK(json_is_string(json_array_get(j, 7)));
	CHECK_INT(
		json_u64(json_array_get(j, 8), 0, UINT64_MAX, &(uint64_t){ 0 }),
		-ERANGE);
	buf_init(&b, 1000);
	CHECK_INT(json_text(j, &b), 0);
	CHECK_STR(buf_cstr(&b), text);
	buf_done(&b);
}

TEST(a_real_number_beside_a_wide_integer_is_what_is_named)
{
	static const char text[] = "{\"a\":[9223372036854775808,\"2.5\",1.5]}";
	struct err e = { 0 };
	json_t *j = NULL;

	CHECK_INT(json_parse(span_of(text), 100, &j, &e), -EBADMSG);
	CHECK_STR(e.text, "a number with a fraction or exponent: 1.5");
}

TEST(canonical_json_sorts_by_bytes_and_leaves_controls_raw)
{
	AUTO_JSON *j = NULL;
	struct err e;
	struct buf b;

	CHECK_INT(json_parse(
			  span_of("{\"b\":[true,null,-5],\"a\":\"x\\n\\\"y\","
				  "\"\xf0\x90\x80\x80\":1,\"\xef\xbf\xbf\":2}"),
			  1000, &j, &e),
		  0);
	buf_init(&b, 1000);
	CHECK_INT(json_canonical(j, &b), 0);
	CHECK_STR(buf_cstr(&b), "{\"a\":\"x\n\\\"y\",\"b\":[true,null,-5],"
				"\"\xef\xbf\xbf\":2,\"\xf0\x90\x80\x80\":1}");
	buf_done(&b);
}

TEST(json_members_names_what_is_wrong)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "{\"nmae\":\"x\"}", "unknown member \"nmae\"" },
		{ "{\"n\":1}", "\"name\" is missing" },
		{ "{\"name\":1}", "\"name\" must be a string" },
		{ "{\"name\":\"x\",\"n\":true}", "\"n\" must be an integer" },
		{ "[]", "must be an object" },
	};
	json_t *name, *n;
	const struct json_member rows[] = {
		{ "name", JSON_STRING, true, &name },
		{ "n", JSON_INTEGER, false, &n },
		{ 0 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_JSON *j = NULL;
		struct err e;

		CHECK_INT(json_parse(span_of(bad[i].text), 100, &j, &e), 0);
		CHECK_INT(json_members(j, rows, &e), -EBADMSG);
		CHECK_STR(e.text, bad[i].want);
	}
}

TEST(quoting_replaces_bytes_that_are_not_utf8)
{
	struct buf b;

	buf_init(&b, 100);
	json_quote(&b, (struct span){ .p = "a\x00\xc3\xa9\xff\"", .len = 6 });
	CHECK_STR(buf_cstr(&b), "\"a\\u0000\xc3\xa9\xef\xbf\xbd\\\"\"");
	buf_done(&b);
}

static int answer_sum(void *ctx, struct msg *m, struct cur *body)
{
	(void)m;
	*(uint32_t *)ctx = cur_u32(body) + cur_u32(body);
	return 0;
}

static const struct msg_op ops[] = {
	{ .type = 7, .phases = 1, .nfds = 0, .answer = answer_sum },
};

TEST(a_message_out_of_phase_or_with_leftovers_is_refused)
{
	static struct msg_store store;
	uint32_t sum = 0;
	int ends[2];
	struct err e;
	struct buf b;
	struct msg m;

	CHECK_INT(msg_pair(ends, &e), 0);
	buf_init(&b, 100);
	buf_u32(&b, 2);
	buf_u32(&b, 40);
	CHECK_INT(msg_send_buf(ends[0], 7, 99, &b), 0);
	CHECK_INT(msg_recv(ends[1], &store, &m), 0);
	CHECK_INT(m.id, 99);
	CHECK_INT(msg_dispatch(ops, 1, 1, &sum, &m), 0);
	CHECK_INT(sum, 42);
	CHECK_INT(msg_dispatch(ops, 1, 2, &sum, &m), -EPROTO);
	m.type = 8;
	CHECK_INT(msg_dispatch(ops, 1, 1, &sum, &m), -EPROTO);
	buf_u8(&b, 0);
	CHECK_INT(msg_send_buf(ends[0], 7, 1, &b), 0);
	CHECK_INT(msg_recv(ends[1], &store, &m), 0);
	CHECK_INT(msg_dispatch(ops, 1, 1, &sum, &m), -EPROTO);
	CHECK_INT(msg_recv(ends[1], &store, &m), -EAGAIN);
	buf_done(&b);
	close(ends[0]);
	CHECK_INT(msg_recv(ends[1], &store, &m), -EPIPE);
	close(ends[1]);
}

TEST(descriptors_that_nobody_takes_are_closed)
{
	static struct msg_store store;
	const int before = dup(0);
	int ends[2];
	struct err e;
	struct msg m;

	close(before);
	CHECK_INT(msg_pair(ends, &e), 0);
	CHECK_INT(
		msg_send(ends[0], 1, 0, (struct span){ 0 }, (int[]){ 0, 1 }, 2),
		0);
	CHECK_INT(msg_recv(ends[1], &store, &m), 0);
	CHECK_INT(m.nfds, 2);
	const int mine = msg_fd_take(&m, 1);
	msg_done(&m);
	CHECK(fcntl(mine, F_GETFD) & FD_CLOEXEC);
	close(mine);
	close(ends[0]);
	close(ends[1]);
	CHECK_INT(dup(0), before);
}

TEST(a_cut_header_is_a_protocol_error)
{
	static struct msg_store store;
	int ends[2];
	struct err e;
	struct msg m;

	CHECK_INT(msg_pair(ends, &e), 0);
	CHECK_INT(send(ends[0], "abc", 3, 0), 3);
	CHECK_INT(msg_recv(ends[1], &store, &m), -EPROTO);
}

TEST(a_log_value_can_forge_neither_line_nor_key)
{
	char got[2000] = { 0 };
	int ends[2];

	CHECK_INT(pipe(ends), 0);
	const struct log log = { .fd = ends[1],
				 .process = "audit",
				 .level = LOG_LEVEL_INFO };
	log_line(&log, LOG_LEVEL_DEBUG, "hidden", LOG_NONE);
	log_line(&log, LOG_LEVEL_WARN, "records lost",
		 LOG_FIELDS(log_u64("lost", 42), log_i64("d", -1),
			    log_text("comm", "x\nlevel=error y=\"z\"")));
	CHECK(read(ends[0], got, sizeof(got) - 1) > 0);
	CHECK_STR(got, "level=warn process=audit msg=\"records lost\" lost=42 "
		       "d=-1 comm=\"x\\x0alevel=error y=\\\"z\\\"\"\n");
}

TEST(a_file_is_replaced_whole_and_symlinks_are_refused)
{
	char dir[] = "/tmp/bailiff-unit-XXXXXX";
	struct err e;
	struct buf b;

	CHECK(mkdtemp(dir) != NULL);
	AUTO_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(file_replace(fd, "a", 0600, span_of("one"), &e), 0);
	CHECK_INT(file_replace(fd, "a", 0600, span_of("two"), &e), 0);
	buf_init(&b, 100);
	CHECK_INT(file_read(fd, "a", 3, &b, &e), 0);
	CHECK_STR(buf_cstr(&b), "two");
	CHECK_INT(file_read(fd, "a", 2, &b, &e), -EFBIG);
	CHECK_STR(buf_cstr(&b), "two");
	CHECK_INT(symlinkat("a", fd, "s"), 0);
	CHECK_INT(file_read(fd, "s", 3, &b, &e), -ELOOP);
	CHECK_INT(file_open_beneath(fd, "../etc/passwd", O_RDONLY, 0, &e),
		  -EXDEV);
	CHECK_INT(file_private_dir(AT_FDCWD, dir, geteuid() + 1, &e), -EPERM);
	CHECK_INT(file_replace(fd, "../x", 0600, span_of(""), &e), -EINVAL);
	buf_done(&b);
	(void)unlinkat(fd, "a", 0);
	(void)unlinkat(fd, "s", 0);
	(void)rmdir(dir);
}

struct counter {
	struct source source;
	struct loop *loop;
	struct counter *victim;
	int calls;
};

static int count_and_remove(struct source *self, uint32_t events)
{
	struct counter *c = container_of(self, struct counter, source);

	(void)events;
	c->calls++;
	if (c->victim != NULL)
		loop_remove(c->loop, &c->victim->source);
	loop_remove(c->loop, self);
	return 0;
}

TEST(a_source_removed_by_another_handler_is_not_called)
{
	struct counter a = { 0 }, b = { 0 };
	struct loop *loop;
	struct err e;
	int ends[2];

	CHECK_INT(loop_new(&loop, &e), 0);
	CHECK_INT(pipe(ends), 0);
	CHECK_INT(write(ends[1], "x", 1), 1);
	a = (struct counter){ { ends[0], "a", count_and_remove }, loop, &b, 0 };
	b = (struct counter){
		{ dup(ends[0]), "b", count_and_remove }, loop, &a, 0
	};
	CHECK_INT(loop_add(loop, &a.source, EPOLLIN, &e), 0);
	CHECK_INT(loop_add(loop, &b.source, EPOLLIN, &e), 0);
	CHECK_INT(loop_once(loop, 1000), 0);
	CHECK_INT(a.calls + b.calls, 1);
	loop_free(loop);
}

TEST(utf8_is_measured_as_the_standard_says)
{
	static const struct {
		const char *bytes;
		size_t want;
	} rows[] = {
		{ "a", 1 },
		{ "\n", 1 },
		{ "\xc3\xa9", 2 },
		{ "\xe2\x82\xac", 3 },
		{ "\xf0\x9f\x98\x80", 4 },
		{ "\x80", 0 },
		{ "\xc0\xaf", 0 },
		{ "\xe0\x80\x80", 0 },
		{ "\xed\xa0\x80", 0 },
		{ "\xf4\x90\x80\x80", 0 },
		{ "\xe2\x82", 0 },
		{ "\xff", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_INT(span_utf8_len(span_of(rows[i].bytes)), rows[i].want);
}

static void escapes_to(const char *text, size_t len, bool is_lines,
		       const char *want)
{
	struct buf out;

	buf_init(&out, 256);
	text_escape(&out, (struct span){ text, len }, is_lines);
	CHECK_STR(buf_cstr(&out), want);
	buf_done(&out);
}

TEST(no_text_drives_a_terminal)
{
	escapes_to("J\xc3\xbcrgen \xe2\x82\xac", 11, false,
		   "J\xc3\xbcrgen \xe2\x82\xac");
	escapes_to("\x1b[31m", 5, false, "\\x1b[31m");
	escapes_to("a\0b", 3, false, "a\\x00b");
	escapes_to("a\nb\tc", 5, false, "a\\x0ab\\x09c");
	escapes_to("a\nb\tc", 5, true, "a\nb\tc");
	escapes_to("\xc2\x9b", 2, true, "\\xc2\\x9b");
	escapes_to("\xe2\x80\xae", 3, true, "\\xe2\\x80\\xae");
	escapes_to("\xff\xed\xa0\x80", 4, true, "\\xff\\xed\\xa0\\x80");
}
