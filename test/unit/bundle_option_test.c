/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_option_test.c - the option table of bailiff-bundle. */
#include "test/unit/harness.h"

/* A command's file: not in the library that tests link against. */
#include "cmd/bailiff-bundle/option.c"

/* What one table fills in. */
struct values {
	bool flag;
	const char *text;
	struct option_list list;
	uint64_t number;
	int fd;
	int64_t time;
	struct option_expiry expiry;
};

static int parse(struct values *v, char **argv, struct err *e)
{
	const struct option_row rows[] = {
		{ "flag", OPTION_FLAG, false, NULL, "", &v->flag },
		{ "text", OPTION_TEXT, true, "TEXT", "", &v->text },
		{ "list", OPTION_LIST, false, "TEXT", "", &v->list },
		{ "number", OPTION_NUMBER, false, "N", "", &v->number },
		{ "fd", OPTION_FD, false, "N", "", &v->fd },
		{ "time", OPTION_TIME, false, "DATE", "", &v->time },
		{ "days", OPTION_DAYS, false, "N", "", &v->expiry },
		{ "date", OPTION_DATE, false, "DATE", "", &v->expiry },
		{ .kind = OPTION_END },
	};
	int argc = 0;

	*v = (struct values){ .fd = -1, .time = INT64_MIN };
	option_expiry_init(&v->expiry);
	while (argv[argc] != NULL)
		argc++;
	return option_parse(rows, argc, argv, e);
}

#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })

TEST(options_are_taken_in_both_spellings)
{
	struct values v;
	struct err e = { 0 };
	char text[] = "--text=a=b", list[] = "--list", one[] = "one";
	char flag[] = "--flag", days[] = "--days=targets=3", fd[] = "--fd=0";
	char date[] = "--date", snapshot[] = "snapshot=2030-01-01T00:00:00Z";

	CHECK_INT(parse(&v,
			WORDS(text, list, one, list, flag, flag, days, date,
			      snapshot, fd),
			&e),
		  0);
	CHECK_STR(v.text, "a=b");
	CHECK_INT(v.list.count, 2);
	CHECK_STR(v.list.items[1], "--flag");
	CHECK(v.flag);
	CHECK_INT(v.fd, 0);
	CHECK_INT(v.time, INT64_MIN);
	CHECK_INT(option_expiry_of(&v.expiry, TRUST_ROLE_TARGETS, 1000),
		  1000 + 3 * 86400);
	CHECK_INT(option_expiry_of(&v.expiry, TRUST_ROLE_SNAPSHOT, 1000),
		  1893456000);
	CHECK_INT(option_expiry_of(&v.expiry, TRUST_ROLE_TIMESTAMP, 1000),
		  1000 + 14 * 86400);
}

TEST(a_list_goes_on_until_the_next_option)
{
	struct values v;
	struct err e = { 0 };
	char text[] = "--text=x", list[] = "--list", one[] = "one", two[] = "2";
	char more[] = "--list=three", four[] = "four", flag[] = "--flag";

	CHECK_INT(parse(&v, WORDS(list, one, two, flag, more, four, text), &e),
		  0);
	CHECK_INT(v.list.count, 4);
	CHECK_STR(v.list.items[0], "one");
	CHECK_STR(v.list.items[3], "four");
	CHECK(v.flag);
	CHECK_INT(parse(&v, WORDS(list, one, two, text, four), &e), -EINVAL);
	CHECK_STR(e.text, "unexpected argument \"four\"");
}

TEST(an_expiry_that_was_given_is_told_from_a_default)
{
	struct values v;
	struct err e = { 0 };
	char text[] = "--text=x", days[] = "--days=targets=3";
	char date[] = "--date=root=2030-01-01T00:00:00Z";

	CHECK_INT(parse(&v, WORDS(text, days, date), &e), 0);
	CHECK(option_expiry_is_given(&v.expiry, TRUST_ROLE_TARGETS));
	CHECK(option_expiry_is_given(&v.expiry, TRUST_ROLE_ROOT));
	CHECK(!option_expiry_is_given(&v.expiry, TRUST_ROLE_SNAPSHOT));
}

TEST(a_wrong_option_is_refused_with_its_name)
{
	static const struct {
		const char *word, *part;
	} rows[] = {
		{ "--fly", "unknown option \"--fly\"" },
		{ "word", "unexpected argument \"word\"" },
		{ "-t", "unexpected argument \"-t\"" },
		{ "--flag=1", "--flag: takes no value" },
		{ "--text=2", "--text: given twice" },
		{ "--number=0", "--number: \"0\" is not a number from 1 on" },
		{ "--number=-1", "--number" },
		{ "--fd=-1", "--fd" },
		{ "--time=today", "--time" },
		{ "--days=0", "--days" },
		{ "--days=nobody=1", "the role must be root" },
		{ "--date=targets=2030-02-30T00:00:00Z", "--date" },
		{ "--list", "--list needs a value: TEXT" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[] = "--text=1", word[64];
		struct values v;
		struct err e = { 0 };

		(void)snprintf(word, sizeof(word), "%s", rows[i].word);
		CHECK_INT(parse(&v, WORDS(text, word), &e), -EINVAL);
		CHECK_HAS(e.text, rows[i].part);
	}
}

TEST(a_missing_option_is_named_and_help_wins)
{
	char flag[] = "--flag", help[] = "--help", fly[] = "--fly";
	struct values v;
	struct err e = { 0 };

	CHECK_INT(parse(&v, WORDS(flag), &e), -EINVAL);
	CHECK_STR(e.text, "--text TEXT is missing");
	CHECK_INT(parse(&v, WORDS(fly, help), &e), 1);
}
