/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_reduce_test.c - rules that decide nothing are left out, and no
 * others.
 */
#include "test/unit/seccomp_text.h"

#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/seccomp/reduce.h"

static struct reduction reduced(const char *text, struct buf *ret_words)
{
	struct profile p, less;
	struct reduction what;
	struct err e = { 0 };

	profile_of(text, &p);
	CHECK_INT(profile_reduce(&p, &less, &what, &e), 0);
	CHECK_INT(what.rules, less.rule_count);
	CHECK_INT(what.rules_before, p.rule_count);
	buf_init(ret_words, 65536);
	profile_print(ret_words, &less);
	profile_done(&p);
	profile_done(&less);
	return what;
}

/* What is left of a profile, in words. */
static void is_left(const char *text, const char *want)
{
	AUTO_DONE(buf_done) struct buf words;

	(void)reduced(text, &words);
	CHECK_STR(buf_cstr(&words), want);
}

TEST(a_profile_is_printed_by_architecture_and_action)
{
	is_left(ERRNO_BY_DEFAULT
		"{\"names\":[\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		"{\"names\":[\"close\"],\"action\":\"SCMP_ACT_LOG\"}," RULE(
			"socket", "ALLOW",
			COND(0, LE, 2) "," MASKED(1, 15, 1)) "]}",
		"default: SCMP_ACT_ERRNO(EPERM)\n"
		"x86_64:\n"
		"  read write: SCMP_ACT_ALLOW\n"
		"  close: SCMP_ACT_LOG\n"
		"  socket if args[0] <= 0x2 and (args[1] & 0xf) == 0x1: "
		"SCMP_ACT_ALLOW\n");
}

TEST(a_rule_that_stands_twice_is_left_out_once)
{
	AUTO_DONE(buf_done) struct buf words;
	const struct reduction what = reduced(
		ERRNO_BY_DEFAULT
			RULE("socket", "ALLOW", COND(0, EQ, 2)) "," RULE(
				"socket", "ALLOW",
				COND(0, EQ, 2)) "," RULE("read", "ALLOW",
							 "") "," RULE("read",
								      "ALLOW",
								      "") "]}",
		&words);

	CHECK_INT(what.duplicates, 2);
	CHECK_INT(what.rules, 2);
}

TEST(a_rule_that_a_stricter_one_decides_is_left_out)
{
	/* The stricter is tested first, wherever it stands. */
	is_left(ALLOW_BY_DEFAULT RULE(
			"socket", "ERRNO",
			COND(0, EQ, 2) "," COND(
				1, GT, 7)) "," RULE("socket", "KILL_PROCESS",
						    COND(0, LE, 5)) "]}",
		"default: SCMP_ACT_ALLOW\nx86_64:\n"
		"  socket if args[0] <= 0x5: SCMP_ACT_KILL_PROCESS\n");
	/* Not when it has a condition that the other lacks. */
	is_left(ALLOW_BY_DEFAULT RULE(
			"socket", "ERRNO",
			COND(0, EQ, 2)) "," RULE("socket", "KILL_PROCESS",
						 COND(0, LE, 5) "," COND(
							 1, EQ, 0)) "]}",
		"default: SCMP_ACT_ALLOW\nx86_64:\n"
		"  socket if args[0] <= 0x5 and args[1] == 0x0: "
		"SCMP_ACT_KILL_PROCESS\n"
		"  socket if args[0] == 0x2: SCMP_ACT_ERRNO(EPERM)\n");
}

TEST(a_rule_that_a_later_one_with_its_action_repeats_is_left_out)
{
	is_left(ERRNO_BY_DEFAULT RULE(
			"socket", "ALLOW",
			COND(0, EQ, 2)) "," RULE("socket", "ALLOW",
						 COND(0, LT, 4)) "]}",
		"default: SCMP_ACT_ERRNO(EPERM)\nx86_64:\n"
		"  socket if args[0] < 0x4: SCMP_ACT_ALLOW\n");
	/* Two errnos: the first decides where both match. */
	is_left(ALLOW_BY_DEFAULT
		"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","
		"\"errnoRet\":5,\"args\":[" COND(
			0, EQ,
			2) "]},"
			   "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","
			   "\"errnoRet\":6,\"args\":[" COND(0, LT, 4) "]}]}",
		"default: SCMP_ACT_ALLOW\nx86_64:\n"
		"  socket if args[0] == 0x2: SCMP_ACT_ERRNO(5)\n"
		"  socket if args[0] < 0x4: SCMP_ACT_ERRNO(6)\n");
}

TEST(a_condition_that_always_or_never_holds_goes_with_what_follows)
{
	AUTO_DONE(buf_done) struct buf words;
	const struct reduction what = reduced(
		ERRNO_BY_DEFAULT
			RULE("socket", "ALLOW", COND(0, GE, 0) "," COND(1, EQ, 1)) "," RULE(
				"ioctl", "ALLOW",
				COND(1, LT,
				     0)) "," RULE("fcntl", "ALLOW",
						  MASKED(1, 0,
							 0)) "," RULE("clone",
								      "ALLOW",
								      MASKED(0,
									     6,
									     1)) "]}",
		&words);

	CHECK_INT(what.always, 2);
	CHECK_INT(what.never, 2);
	CHECK_STR(buf_cstr(&words),
		  "default: SCMP_ACT_ERRNO(EPERM)\nx86_64:\n"
		  "  socket if args[1] == 0x1: SCMP_ACT_ALLOW\n"
		  "  fcntl: SCMP_ACT_ALLOW\n");
}

TEST(a_last_rule_that_gives_the_default_is_left_out)
{
	struct profile p, less;
	struct reduction what;
	struct err e = { 0 };

	profile_of(ERRNO_BY_DEFAULT RULE(
			   "socket", "TRAP",
			   COND(0, EQ, 2)) "," RULE("socket", "ALLOW",
						    COND(0, LT,
							 9)) "," RULE("read",
								      "ALLOW",
								      "") "]}",
		   &p);
	/* The parser would have skipped them. */
	p.default_ret = SECCOMP_RET_ALLOW;
	CHECK_INT(profile_reduce(&p, &less, &what, &e), 0);
	CHECK_INT(what.defaults, 2);
	CHECK_INT(less.rule_count, 1);
	CHECK_INT(less.rules[0].ret, SECCOMP_RET_TRAP);
	profile_done(&p);
	profile_done(&less);
}

TEST(a_rule_that_is_weaker_than_the_default_stays)
{
	is_left("{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[" RULE(
			"socket", "TRAP",
			COND(0, EQ, 2)) "," RULE("socket", "ALLOW",
						 COND(0, EQ, 3)) "]}",
		"default: SCMP_ACT_LOG\nx86_64:\n"
		"  socket if args[0] == 0x2: SCMP_ACT_TRAP\n"
		"  socket if args[0] == 0x3: SCMP_ACT_ALLOW\n");
}

TEST(a_condition_of_a_32_bit_call_is_weighed_with_32_bits)
{
	is_left("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["
		"\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"syscalls\":[" RULE(
			"ioctl", "ALLOW", COND(1, LT, 4294967296)) "]}",
		"default: SCMP_ACT_ERRNO(EPERM)\nx86_64:\n"
		"  ioctl if args[1] < 0x100000000: SCMP_ACT_ALLOW\n"
		"x86:\n"
		"  ioctl: SCMP_ACT_ALLOW\n");
}

/* ---- every pair of conditions ------------------------------------------ */

static const char *const conds[] = {
	COND(0, NE, 0),
	COND(0, NE, 5),
	COND(0, LT, 5),
	COND(0, LE, 5),
	COND(0, EQ, 5),
	COND(0, GE, 5),
	COND(0, GT, 5),
	COND(0, GT, 0),
	COND(0, EQ, 4294967301),
	COND(0, LT, 4294967301),
	COND(0, GE, 9223372036854775807),
	MASKED(0, 1, 1),
	MASKED(0, 3, 1),
	MASKED(0, 4294967295, 5),
	MASKED(0, 9223372036854775807, 5),
	MASKED(0, 4294967296, 0),
	MASKED(0, 6, 4),
};
#define CONDS (sizeof(conds) / sizeof(conds[0]))

struct pair {
	const struct profile *full, *less;
	unsigned points;
};

static int pair_compare(void *ctx, const struct seccomp_data *d)
{
	struct pair *p = ctx;

	CHECK_INT(profile_verdict(p->full, d), profile_verdict(p->less, d));
	p->points++;
	return 0;
}

TEST(every_pair_of_conditions_means_the_same_when_it_is_reduced)
{
	static const char *const actions[] = { "ERRNO", "TRAP" };
	size_t left = 0;

	for (size_t i = 0; i < CONDS * CONDS * 2; i++) {
		struct profile full, less;
		struct pair pair = { .full = &full, .less = &less };
		struct buf text;
		struct err e = { 0 };
		bool is_sampled;

		buf_init(&text, 4096);
		buf_printf(&text,
			   ALLOW_BY_DEFAULT
			   "{\"names\":[\"socket\"],\"action\":"
			   "\"SCMP_ACT_ERRNO\",\"args\":[%s]},{\"names\":["
			   "\"socket\"],\"action\":\"SCMP_ACT_%s\",\"args\":"
			   "[%s]}]}",
			   conds[i % CONDS], actions[i % 2],
			   conds[i / 2 / CONDS]);
		profile_of(buf_cstr(&text), &full);
		CHECK_INT(profile_reduce(&full, &less, NULL, &e), 0);
		CHECK_INT(profile_visit(&full, pair_compare, &pair, &is_sampled,
					&e),
			  0);
		CHECK(pair.points > 20);
		left += less.rule_count;
		profile_done(&full);
		profile_done(&less);
		buf_done(&text);
	}
	/* Some were left out, and most were not. */
	CHECK(left > CONDS * CONDS * 2 && left < CONDS * CONDS * 4 - 50);
}

TEST(a_call_with_too_many_rules_is_refused_by_its_number)
{
	struct profile p, less;
	struct buf text;
	struct err e = { 0 };

	buf_init(&text, 1 << 20);
	buf_puts(&text, ERRNO_BY_DEFAULT);
	for (unsigned i = 0; i <= REDUCE_RULES_MAX; i++)
		buf_printf(&text,
			   "%s{\"names\":[\"ioctl\"],\"action\":"
			   "\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,"
			   "\"op\":\"SCMP_CMP_EQ\",\"value\":%u}]}",
			   i ? "," : "", 7 * i);
	buf_puts(&text, "]}");
	profile_of(buf_cstr(&text), &p);
	CHECK_INT(profile_reduce(&p, &less, NULL, &e), -E2BIG);
	CHECK_HAS(e.text, "call 16 has 4097 rules");
	profile_done(&p);
	buf_done(&text);
}
