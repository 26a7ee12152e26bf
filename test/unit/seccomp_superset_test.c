/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_superset_test.c - what Docker's files say, for one machine. */
#include "test/unit/harness.h"

#include <seccomp.h>

#include "pkg/seccomp/superset.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))
#define ENTRY(more) \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[" more "]}"
#define READ(more) \
	ENTRY("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"," more "}")

static int resolve(const char *text, const struct superset_host *host,
		   struct buf *out, struct err *e)
{
	AUTO_JSON *j = NULL, *plain = NULL;
	int r = json_parse(span_of(text), 100000, &j, e);

	if (r == 0)
		r = superset_resolve(j, host, &plain, e);
	if (r == 0)
		r = json_text(plain, out);
	return r;
}

/* What @text is for amd64 with two capabilities and a kernel of 5.13. */
static void check(const char *text, const char *want)
{
	static const char *const caps[] = { "CAP_CHOWN", "CAP_SYS_ADMIN" };
	const struct superset_host host = {
		.token = SCMP_ARCH_X86_64,
		.caps = caps,
		.cap_count = 2,
		.major = 5,
		.minor = 13,
	};
	struct err e = { 0 };
	struct buf out;

	buf_init(&out, 100000);
	if (resolve(text, &host, &out, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", text, e.text);
	CHECK_STR(buf_cstr(&out), want);
	buf_done(&out);
}

TEST(a_plain_object_comes_out_as_it_went_in)
{
	static const char plain[] =
		"{\"architectures\":[\"SCMP_ARCH_X86\"],"
		"\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
		"\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"
		"\"listenerMetadata\":\"m\",\"listenerPath\":\"/l\","
		"\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
		"\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":1}],"
		"\"names\":[\"read\"]}]}";

	check(plain, plain);
}

TEST(includes_and_excludes_are_asked_as_docker_asks_them)
{
	static const struct {
		const char *more;
		bool holds;
	} rows[] = {
		{ "\"includes\":{},\"excludes\":{},\"comment\":\"x\"", true },
		{ "\"includes\":null,\"args\":[]", true },
		{ "\"includes\":{\"arches\":[\"arm64\",\"amd64\"]}", true },
		{ "\"includes\":{\"arches\":[\"s390x\",\"x32\"]}", false },
		{ "\"excludes\":{\"arches\":[\"arm64\",\"amd64\"]}", false },
		{ "\"excludes\":{\"arches\":[\"s390x\",\"x86\"]}", true },
		/* All for includes, any for excludes. */
		{ "\"includes\":{\"caps\":[\"CAP_CHOWN\"]}", true },
		{ "\"includes\":{\"caps\":[\"CAP_CHOWN\",\"CAP_BPF\"]}",
		  false },
		{ "\"excludes\":{\"caps\":[\"CAP_CHOWN\",\"CAP_BPF\"]}",
		  false },
		{ "\"excludes\":{\"caps\":[\"CAP_BPF\"]}", true },
		{ "\"includes\":{\"minKernel\":\"5.13\"}", true },
		{ "\"includes\":{\"minKernel\":\"4.19\"}", true },
		{ "\"includes\":{\"minKernel\":\"5.14\"}", false },
		{ "\"includes\":{\"minKernel\":\"6.0\"}", false },
		{ "\"excludes\":{\"minKernel\":\"5.13\"}", false },
		{ "\"excludes\":{\"minKernel\":\"5.14\"}", true },
		/* All that is asked must hold. */
		{ "\"includes\":{\"arches\":[\"amd64\"],\"caps\":["
		  "\"CAP_BPF\"]}",
		  false },
		{ "\"includes\":{\"arches\":[\"amd64\"]},\"excludes\":{"
		  "\"caps\":[\"CAP_CHOWN\"]}",
		  false },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char text[512];

		(void)snprintf(text, sizeof(text), READ("%s"), rows[i].more);
		check(text, rows[i].holds
				    ? ENTRY("{\"action\":\"SCMP_ACT_ALLOW\","
					    "\"names\":[\"read\"]}")
				    : ENTRY(""));
	}
}

TEST(a_name_alone_is_a_list_of_one)
{
	check(ENTRY("{\"name\":\"read\",\"names\":[],\"action\":"
		    "\"SCMP_ACT_ALLOW\"}"),
	      ENTRY("{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"read\"]}"));
}

TEST(the_name_of_an_errno_wins_over_its_number)
{
	check("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,"
	      "\"defaultErrno\":\"ENOSYS\",\"syscalls\":[{\"names\":[\"read\"],"
	      "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5,\"errno\":"
	      "\"EPERM\"},{\"names\":[\"write\"],\"action\":"
	      "\"SCMP_ACT_ERRNO\",\"errnoRet\":5,\"errno\":\"\"}]}",
	      "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
	      "\"syscalls\":[{\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1,"
	      "\"names\":[\"read\"]},{\"action\":\"SCMP_ACT_ERRNO\","
	      "\"errnoRet\":5,\"names\":[\"write\"]}]}");
}

TEST(an_errno_may_have_any_of_its_names)
{
	check("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":"
	      "\"ENOTSUP\"}",
	      "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":95,"
	      "\"syscalls\":[]}");
	check("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":"
	      "\"EWOULDBLOCK\"}",
	      "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":11,"
	      "\"syscalls\":[]}");
}

TEST(the_machines_row_of_the_map_becomes_its_architectures)
{
	check("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":["
	      "{\"architecture\":\"SCMP_ARCH_S390X\",\"subArchitectures\":["
	      "\"SCMP_ARCH_S390\"]},{\"architecture\":\"SCMP_ARCH_X86_64\","
	      "\"subArchitectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}]}",
	      "{\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\","
	      "\"SCMP_ARCH_X32\"],\"defaultAction\":\"SCMP_ACT_ERRNO\","
	      "\"syscalls\":[]}");
}

TEST(what_is_wrong_is_said_even_of_an_entry_that_does_not_hold)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "[]", "must be an object" },
		{ "{}", "\"defaultAction\" is missing" },
		{ READ("\"note\":1"), "unknown member \"note\"" },
		{ READ("\"name\":\"x\""), "either \"name\" or \"names\"" },
		{ ENTRY("{\"action\":\"SCMP_ACT_ALLOW\"}"),
		  "syscalls[0]: \"names\" is missing" },
		{ READ("\"excludes\":{\"arches\":[\"amd64\"]},\"includes\":{"
		       "\"arches\":[\"pdp11\"]}"),
		  "syscalls[0]: includes: arches[0]: \"pdp11\"" },
		{ READ("\"includes\":{\"arches\":[3]}"), "arches[0]" },
		{ READ("\"excludes\":{\"caps\":[\"SYS_ADMIN\"]}"),
		  "excludes: caps[0]" },
		{ READ("\"excludes\":{\"cap\":[]}"), "unknown member \"cap\"" },
		{ READ("\"includes\":{\"minKernel\":\"4\"}"), "minKernel" },
		{ READ("\"includes\":{\"minKernel\":\"4.8.1\"}"), "minKernel" },
		{ READ("\"errno\":\"EFOO\""), "\"EFOO\"" },
		{ READ("\"errno\":\"-EPERM\""), "\"-EPERM\"" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["
		  "\"SCMP_ARCH_X86\"],\"archMap\":[{\"architecture\":"
		  "\"SCMP_ARCH_X86\"}]}",
		  "either \"architectures\" or \"archMap\"" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{"
		  "\"architecture\":\"amd64\"}]}",
		  "archMap[0]: \"amd64\"" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{"
		  "\"architecture\":\"SCMP_ARCH_X86\",\"subArchitectures\":["
		  "1]}]}",
		  "archMap[0]: subArchitectures[0]" },
	};
	const struct superset_host host = { .token = SCMP_ARCH_X86_64 };
	struct buf out;

	buf_init(&out, 100000);
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct err e = { 0 };

		if (resolve(rows[i].text, &host, &out, &e) != -EBADMSG)
			test_fail(__FILE__, __LINE__, "row %zu accepted", i);
		CHECK_HAS(e.text, rows[i].want);
	}
	buf_done(&out);
}

TEST(a_kernel_is_two_numbers_and_nothing_else)
{
	static const char *const wrong[] = { "",     "6",    "6.",  ".1",
					     "6.1.", "v6.1", "6.x", "6.70000" };
	uint32_t major = 0, minor = 0;

	CHECK_INT(kernel_parse(span_of("6.18"), &major, &minor), 0);
	CHECK_INT(major, 6);
	CHECK_INT(minor, 18);
	for (size_t i = 0; i < COUNTOF(wrong); i++)
		CHECK_INT(kernel_parse(span_of(wrong[i]), &major, &minor),
			  -EINVAL);
}
