/* SPDX-License-Identifier: Apache-2.0 */
/* devices_test.c - device rules: parsed, decided by the last that matches. */
#include "test/unit/harness.h"

#include "lib/auto.h"
#include "pkg/policy/devices.h"

#define RW (DEVICE_READ | DEVICE_WRITE)

static int parse(const char *text, struct devices *ret, struct err *e)
{
	AUTO_JSON *j = NULL;

	if (json_parse(span_of(text), 1 << 20, &j, e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e->text);
	return devices_parse(j, ret, e);
}

static struct devices must(const char *text)
{
	struct devices d = { 0 };
	struct err e = { 0 };

	if (parse(text, &d, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e.text);
	return d;
}

TEST(without_a_rule_no_device_is_allowed)
{
	struct devices d = must("[]");

	CHECK(!devices_allow(&d, 'c', 1, 3, DEVICE_READ));
	devices_done(&d);
}

TEST(the_last_rule_that_matches_decides)
{
	struct devices d = must(
		"[{\"allow\":false,\"access\":\"rwm\"},"
		"{\"allow\":true,\"type\":\"c\",\"major\":1},"
		"{\"allow\":false,\"type\":\"c\",\"major\":1,\"minor\":1,"
		"\"access\":\"w\"},"
		"{\"allow\":true,\"type\":\"b\",\"minor\":5,\"access\":\"r\"}]");

	CHECK(devices_allow(&d, 'c', 1, 3, RW | DEVICE_MKNOD));
	CHECK(devices_allow(&d, 'c', 1, 1, DEVICE_READ));
	CHECK(!devices_allow(&d, 'c', 1, 1, DEVICE_WRITE));
	CHECK(!devices_allow(&d, 'c', 1, 1, RW));
	CHECK(!devices_allow(&d, 'b', 1, 3, DEVICE_READ));
	CHECK(devices_allow(&d, 'b', 8, 5, DEVICE_READ));
	CHECK(!devices_allow(&d, 'b', 8, 5, RW));
	CHECK(!devices_allow(&d, 'c', 8, 5, DEVICE_READ));
	CHECK(!devices_allow(&d, 'c', 1, 3, 0));
	devices_done(&d);
}

TEST(each_way_of_access_is_decided_by_its_own_rule)
{
	struct devices d =
		must("[{\"allow\":true,\"type\":\"c\",\"access\":\"r\"},"
		     "{\"allow\":true,\"type\":\"c\",\"access\":\"w\"}]");

	CHECK(devices_allow(&d, 'c', 1, 3, RW));
	CHECK(!devices_allow(&d, 'c', 1, 3, RW | DEVICE_MKNOD));
	devices_done(&d);
}

TEST(a_device_rule_in_words)
{
	struct devices d = must("[{\"allow\":false},{\"allow\":true,\"type\":"
				"\"c\",\"major\":136,\"access\":\"wr\"}]");
	AUTO_DONE(buf_done) struct buf out;

	buf_init(&out, 256);
	for (size_t i = 0; i < d.count; i++) {
		device_rule_print(&out, &d.rules[i]);
		buf_puts(&out, ";");
	}
	CHECK_STR(buf_cstr(&out), "deny a *:* rwm;allow c 136:* rw;");
	devices_done(&d);
}

TEST(what_is_no_device_rule_is_refused_with_its_place)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{}", "must be an array" },
		{ "[7]", "[0]: must be an object" },
		{ "[{}]", "\"allow\" is missing" },
		{ "[{\"allow\":1}]", "\"allow\" must be" },
		{ "[{\"allow\":true,\"type\":\"u\"}]", "\"type\" must be a" },
		{ "[{\"allow\":true,\"type\":\"\"}]", "\"type\" must be a" },
		{ "[{\"allow\":true,\"major\":1}]", "needs \"type\" b or c" },
		{ "[{\"allow\":true,\"type\":\"c\",\"major\":-1}]",
		  "\"major\" must be 0 to 4095" },
		{ "[{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":"
		  "1048576}]",
		  "\"minor\" must be 0 to 1048575" },
		{ "[{\"allow\":true,\"access\":\"rx\"}]",
		  "letters r, w and m" },
		{ "[{\"allow\":true,\"access\":\"rr\"}]", "each once" },
		{ "[{\"allow\":true,\"access\":\"\"}]", "\"access\" is empty" },
		{ "[{\"allow\":true,\"fileMode\":1}]", "\"fileMode\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct devices d = { 0 };
		struct err e = { 0 };

		CHECK_INT(parse(rows[i].text, &d, &e), -EBADMSG);
		CHECK_HAS(e.text, rows[i].why);
	}
}

TEST(too_many_device_rules_are_refused)
{
	AUTO_DONE(buf_done) struct buf text;
	struct devices d = { 0 };
	struct err e = { 0 };

	buf_init(&text, 1 << 20);
	for (unsigned i = 0; i < 513; i++)
		buf_printf(&text, "%c{\"allow\":true}", i ? ',' : '[');
	buf_puts(&text, "]");
	CHECK_INT(parse(buf_cstr(&text), &d, &e), -E2BIG);
}
