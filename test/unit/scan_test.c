/* SPDX-License-Identifier: Apache-2.0 */
/* scan_test.c - sixteen bytes at a time give what one at a time gives. */
#include "test/unit/harness.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/jsonw.h"
#include "lib/num.h"
#include "lib/scan.h"

static bool is_special(unsigned char c)
{
	return c < 0x20 || c >= 0x7f || c == '"' || c == '\\';
}

static bool is_decimal(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(unsigned char c)
{
	return is_decimal(c) || (c >= 'a' && c <= 'f');
}

TEST(each_byte_is_found_at_each_place_and_nowhere_else)
{
	for (unsigned c = 0; c < 256; c++)
		for (unsigned at = 0; at < SCAN_BYTES; at++) {
			char text[SCAN_BYTES], plain[SCAN_BYTES];
			const unsigned bit = 1U << at;
			const unsigned char byte = (unsigned char)c;

			memset(text, 'z', sizeof(text));
			memset(plain, 'z', sizeof(plain));
			text[at] = (char)byte;
			CHECK_INT(scan_special(text),
				  is_special(byte) ? bit : 0);
			CHECK_INT(scan_decimal(text),
				  is_decimal(byte) ? bit : 0);
			CHECK_INT(scan_hex(text), is_hex(byte) ? bit : 0);
			CHECK_INT(scan_is(text, '='), byte == '=' ? bit : 0);
			CHECK_INT(0xffff & ~scan_same(text, plain),
				  byte != 'z' ? bit : 0);
		}
	CHECK_INT(scan_before(0), 16);
	CHECK_INT(scan_before(0x8000), 15);
	CHECK_INT(scan_first(0xffff), 16);
	CHECK_INT(scan_first(0x000b), 2);
}

TEST(hex_digits_become_the_number_and_the_bytes_that_they_are)
{
	char bytes[8];

	CHECK_INT(scan_hex_8(scan_load("0123abcd")), 0x0123abcd);
	CHECK_INT(scan_hex_8(scan_load("DEADBEEF")), 0xdeadbeef);
	CHECK_INT(scan_hex_8(scan_load("7f......") << 48), 0x7f);
#ifdef SCAN_SSE2
	CHECK(scan_unhex("0123456789ABCDEF", bytes));
	CHECK(memcmp(bytes, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8) == 0);
#endif
	CHECK(!scan_unhex("0123456789abCDEF", bytes));
	CHECK(!scan_unhex("0123456789ABCDE:", bytes));
	CHECK(!scan_unhex("@123456789ABCDEF", bytes));
	CHECK(!scan_unhex("G123456789ABCDEF", bytes));
}

TEST(numbers_print_as_printf_prints_them)
{
	static const uint64_t some[] = { 0,
					 9,
					 10,
					 99999999,
					 100000000,
					 9999999999999999,
					 10000000000000000,
					 UINT64_MAX };
	char want[32];

	for (unsigned i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		char text[NUM_ROOM];

		*num_put(text, some[i]) = '\0';
		(void)snprintf(want, sizeof(want), "%" PRIu64, some[i]);
		CHECK_STR(text, want);
	}
	for (uint64_t v = 1, step = 1; v < UINT64_MAX / 3; v += step) {
		char text[NUM_ROOM];

		step = v / 7 + 1;
		*num_put(text, v) = '\0';
		(void)snprintf(want, sizeof(want), "%" PRIu64, v);
		CHECK_STR(text, want);
	}
}

/* A text of @len letters with @c at @at; the same by hand. */
static void escaped_check(size_t len, size_t at, char c)
{
	AUTO_DONE(buf_done) struct buf out = { 0 }, padded = { 0 };
	char text[64 + SCAN_BYTES] = { 0 }, want[80];
	char *to = want;

	memset(text, 'y', len);
	text[at] = c;
	buf_init(&out, SIZE_MAX);
	buf_init(&padded, SIZE_MAX);
	CHECK(buf_room(&padded, 1000));
	*to++ = '"';
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			*to++ = '\\';
		if (text[i] == '\n')
			to += sprintf(to, "\\u000a");
		else
			*to++ = text[i];
	}
	*to++ = '"';
	*to = '\0';
	CHECK(jsonw_text(&out, (struct span){ text, len }));
	CHECK_STR(buf_cstr(&out), want);
	CHECK(jsonw_padded(&padded, (struct span){ text, len }));
	CHECK_STR(buf_cstr(&padded), want);
}

TEST(texts_of_each_length_are_escaped_at_each_place)
{
	for (size_t len = 1; len < 50; len++)
		for (size_t at = 0; at < len; at++) {
			escaped_check(len, at, 'y');
			escaped_check(len, at, '"');
			escaped_check(len, at, '\\');
			escaped_check(len, at, '\n');
		}
}

TEST(what_is_behind_a_padded_text_is_not_taken)
{
	AUTO_DONE(buf_done) struct buf out = { 0 };
	const char text[40 + SCAN_BYTES] =
		"a\"bcdefghijklmnopqrstuvwxyz0123456789";
	char want[64];

	buf_init(&out, SIZE_MAX);
	CHECK(buf_room(&out, 1000));
	for (int len = 2; len < 38; len++) {
		buf_reset(&out);
		CHECK(jsonw_padded(&out, (struct span){ text, (size_t)len }));
		(void)snprintf(want, sizeof(want), "\"a\\\"%.*s\"", len - 2,
			       text + 2);
		CHECK_STR(buf_cstr(&out), want);
	}
}

TEST(what_is_no_text_leaves_nothing_behind)
{
	AUTO_DONE(buf_done) struct buf out = { 0 };
	const char text[4 + SCAN_BYTES] = "ab\xff";

	buf_init(&out, SIZE_MAX);
	buf_puts(&out, "x");
	CHECK(!jsonw_text(&out, (struct span){ text, 3 }));
	CHECK(!jsonw_padded(&out, (struct span){ text, 3 }));
	CHECK(!jsonw_text(&out, (struct span){ "a\0b", 3 }));
	CHECK_STR(buf_cstr(&out), "x");
}
