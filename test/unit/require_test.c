/* SPDX-License-Identifier: Apache-2.0 */
/* require_test.c - what a node must have, held against kernels. */
#include "test/unit/harness.h"

#include "lib/auto.h"
#include "pkg/policy/require.h"

static const struct policy_kernel node = {
	.landlock_abi = 6,
	.has_seccomp = true,
	.major = 6,
	.minor = 12,
	.lsm = "lockdown,capability,landlock,bpf",
};

static int parse(const char *text, struct require *ret, struct err *e)
{
	AUTO_JSON *j = NULL;

	if (json_parse(span_of(text), 1 << 20, &j, e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e->text);
	return require_parse(j, ret, e);
}

/* "" when @text is met by @k. */
static void check(const char *text, const struct policy_kernel *k,
		  const char *want)
{
	AUTO_DONE(require_done) struct require q = { 0 };
	struct err e = { 0 };

	if (parse(text, &q, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e.text);
	CHECK_INT(require_check(&q, k, &e), *want == '\0' ? 0 : -EOPNOTSUPP);
	CHECK_STR(e.text, want);
	CHECK((e.hint != NULL) == (*want != '\0'));
}

TEST(a_node_that_has_less_than_required_is_told_what_it_lacks)
{
	check("{\"kernel\":\"6.12\",\"landlock-abi\":6,\"lsm\":[\"bpf\","
	      "\"landlock\"]}",
	      &node, "");
	check("{\"kernel\":\"5.99\"}", &node, "");
	check("{\"kernel\":\"6.13\"}", &node,
	      "needs kernel 6.13, this is 6.12");
	check("{\"kernel\":\"7.0\"}", &node, "needs kernel 7.0, this is 6.12");
	check("{\"landlock-abi\":7}", &node,
	      "needs Landlock ABI 7, the kernel has 6");
	check("{\"lsm\":[\"landlock\",\"selinux\"]}", &node,
	      "needs the security module selinux, the kernel has "
	      "lockdown,capability,landlock,bpf");
	/* A part of a name is not the name. */
	check("{\"lsm\":[\"lock\"]}", &node,
	      "needs the security module lock, the kernel has "
	      "lockdown,capability,landlock,bpf");
}

TEST(what_a_kernel_does_not_know_of_itself_is_not_held_against_it)
{
	const struct policy_kernel unknown = { .landlock_abi = 11 };
	struct policy_kernel unreadable = node;

	check("{\"kernel\":\"9.9\",\"lsm\":[\"bpf\"]}", &unknown, "");
	check("{\"landlock-abi\":12}", &unknown,
	      "needs Landlock ABI 12, the kernel has 11");
	unreadable.lsm = "";
	check("{\"lsm\":[\"landlock\"]}", &unreadable, "");
	check("{\"lsm\":[\"bpf\"]}", &unreadable,
	      "needs the security module bpf, and this node's list of them "
	      "(/sys/kernel/security/lsm) cannot be read");
}

TEST(a_module_whose_programs_never_run_is_not_there)
{
	AUTO_DONE(require_done) struct require q = { 0 };
	struct policy_kernel mute = node;
	struct err e = { 0 };

	mute.bpf_mute = "a program that denies denied nothing";
	mute.bpf_mend = "bpf in lsm=";
	mute.landlock_mend = "a newer kernel";
	check("{\"lsm\":[\"landlock\"]}", &mute, "");
	check("{\"lsm\":[\"landlock\",\"bpf\"]}", &mute,
	      "needs the security module bpf, and a program that denies "
	      "denied nothing");
	CHECK_INT(parse("{\"lsm\":[\"bpf\"]}", &q, &e), 0);
	CHECK_INT(require_check(&q, &mute, &e), -EOPNOTSUPP);
	CHECK_STR(e.hint, "bpf in lsm=");
	require_done(&q);
	CHECK_INT(parse("{\"landlock-abi\":7}", &q, &e), 0);
	CHECK_INT(require_check(&q, &mute, &e), -EOPNOTSUPP);
	CHECK_STR(e.hint, "a newer kernel");
}

TEST(a_requirement_that_is_none_is_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{}", "asks for nothing" },
		{ "{\"kernel\":6}", "\"kernel\" must be" },
		{ "{\"kernel\":\"6\"}", "must be X.Y" },
		{ "{\"kernel\":\"6.12.1\"}", "must be X.Y" },
		{ "{\"kernel\":\"0.1\"}", "must be X.Y" },
		{ "{\"landlock-abi\":0}", "must be 1 or more" },
		{ "{\"landlock-abi\":4294967296}", "must be 1 or more" },
		{ "{\"lsm\":[]}", "\"lsm\" is empty" },
		{ "{\"lsm\":[\"\"]}", "lsm: [0]: must be a text" },
		{ "{\"lsm\":[7]}", "lsm: [0]: must be a text" },
		{ "{\"lsm\":[\"a,b\"]}", "lsm[0]: \"a,b\" is no security" },
		{ "{\"posture\":80}", "unknown member \"posture\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct require q = { 0 };
		struct err e = { 0 };

		CHECK_INT(parse(rows[i].text, &q, &e), -EBADMSG);
		CHECK_HAS(e.text, rows[i].why);
		CHECK(!require_is_any(&q));
	}
}

TEST(a_requirement_in_words)
{
	AUTO_DONE(require_done) struct require q = { 0 };
	AUTO_DONE(buf_done) struct buf out;
	struct err e = { 0 };

	buf_init(&out, 256);
	CHECK_INT(parse("{\"landlock-abi\":7,\"kernel\":\"6.12\",\"lsm\":["
			"\"bpf\"]}",
			&q, &e),
		  0);
	require_print(&out, &q, "; ");
	CHECK_STR(buf_cstr(&out),
		  "kernel 6.12; Landlock ABI 7; security module bpf");
}
