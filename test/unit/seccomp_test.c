/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_test.c - profiles: parsed, generated, simulated, proved. */
#include "test/unit/harness.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pkg/seccomp/program.h"

#define ALLOW	   SECCOMP_RET_ALLOW
#define ERRNO(n)   (SECCOMP_RET_ERRNO | (uint32_t)(n))
#define KILL	   SECCOMP_RET_KILL_PROCESS
#define X86_64	   AUDIT_ARCH_X86_64
#define I386	   AUDIT_ARCH_I386
#define NR(name)   (uint32_t) seccomp_syscall_resolve_name(name)
#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

static void parse(const char *text, struct profile *p)
{
	AUTO_JSON *j = NULL;
	struct err e = { 0 };

	if (json_parse(span_of(text), 100000, &j, &e) < 0 ||
	    profile_parse(j, p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

static void compile(const char *text, struct profile *p, struct program *g)
{
	struct err e = { 0 };
	struct proof proof;

	parse(text, p);
	if (program_generate(p, g, &e) < 0 ||
	    program_prove(p, g, &proof, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	CHECK(proof.points > 10);
}

struct sim {
	uint32_t arch, nr;
	uint64_t args[3];
	uint32_t want;
};

static void simulate(const char *text, const struct sim *rows, size_t count)
{
	struct profile p;
	static struct program g;

	compile(text, &p, &g);
	for (size_t i = 0; i < count; i++) {
		struct seccomp_data d = { .nr = (int)rows[i].nr,
					  .arch = rows[i].arch };
		uint32_t got;

		memcpy(d.args, rows[i].args, sizeof(rows[i].args));
		CHECK_INT(program_run(&g, &d, &got), 0);
		if (got != rows[i].want)
			test_fail(__FILE__, __LINE__,
				  "row %zu: got 0x%x, want 0x%x", i, got,
				  rows[i].want);
	}
	profile_done(&p);
}

TEST(an_allow_list_allows_its_calls_and_denies_the_rest)
{
	const struct sim rows[] = {
		{ X86_64, NR("read"), { 0 }, ALLOW },
		{ X86_64, NR("openat"), { 0 }, ALLOW },
		{ X86_64, NR("ptrace"), { 0 }, ERRNO(EPERM) },
		{ X86_64, NR("open"), { 0 }, ERRNO(EPERM) },
		/* Above the highest that is named: as if it did not exist. */
		{ X86_64, NR("clone3"), { 0 }, ERRNO(ENOSYS) },
		{ X86_64, 0x3fffffff, { 0 }, ERRNO(ENOSYS) },
		{ X86_64, NR("read") | X32_BIT, { 0 }, KILL },
		{ X86_64, 0xfffffffeU, { 0 }, KILL },
		{ X86_64, 0xffffffffU, { 0 }, ERRNO(EPERM) },
		{ I386, 3, { 0 }, KILL },
		{ AUDIT_ARCH_S390X, NR("read"), { 0 }, KILL },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		 "\"names\":[\"read\",\"write\",\"openat\"],"
		 "\"action\":\"SCMP_ACT_ALLOW\"}]}",
		 rows, COUNTOF(rows));
}

TEST(every_listed_architecture_has_its_own_numbers)
{
	const struct sim rows[] = {
		{ X86_64, NR("read"), { 0 }, ALLOW },
		{ X86_64, NR("read") | X32_BIT, { 0 }, ALLOW },
		{ X86_64, NR("write") | X32_BIT, { 0 }, ERRNO(13) },
		{ I386, 3, { 0 }, ALLOW },
		{ I386, 0, { 0 }, ERRNO(13) },
		/* openat is 257 natively and 295 there. */
		{ I386, 295, { 0 }, ALLOW },
		{ I386, 257, { 0 }, ERRNO(13) },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":13,"
		 "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\","
		 "\"SCMP_ARCH_X32\"],\"syscalls\":[{\"names\":[\"read\","
		 "\"openat\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		 rows, COUNTOF(rows));
}

#define ONE_COND(op, value, two)                                       \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"        \
	"\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\","        \
	"\"args\":[{\"index\":1,\"value\":" value ",\"valueTwo\":" two \
	",\"op\":\"SCMP_CMP_" op "\"}]}]}"

TEST(each_operator_compares_all_64_bits)
{
#define V 0x100000010ULL /* 4294967312 */
	static const struct {
		const char *op;
		uint64_t arg;
		bool allows;
	} rows[] = {
		{ "NE", V, false },
		{ "NE", 0x10, true },
		{ "EQ", V, true },
		{ "EQ", 0x10, false },
		{ "EQ", 0x1000000001, false },
		{ "LT", V - 1, true },
		{ "LT", V, false },
		{ "LT", 0x200000000, false },
		{ "LT", 0xffffffff, true },
		{ "LE", V, true },
		{ "LE", V + 1, false },
		{ "LE", 0x200000000, false },
		{ "GE", V, true },
		{ "GE", V - 1, false },
		{ "GE", 0xffffffff, false },
		{ "GE", 0x200000000, true },
		{ "GT", V, false },
		{ "GT", V + 1, true },
		{ "GT", 0xffffffff, false },
		{ "GT", 0x200000000, true },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char text[400];
		const struct sim sim = {
			X86_64,
			NR("socket"),
			{ 0, rows[i].arg },
			rows[i].allows ? ALLOW : ERRNO(EPERM),
		};

		(void)snprintf(text, sizeof(text),
			       "{\"defaultAction\":\"SCMP_ACT_ERRNO\","
			       "\"syscalls\":[{\"names\":[\"socket\"],"
			       "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
			       "\"index\":1,\"value\":4294967312,\"op\":"
			       "\"SCMP_CMP_%s\"}]}]}",
			       rows[i].op);
		simulate(text, &sim, 1);
	}
#undef V
}

TEST(a_mask_is_compared_literally)
{
	const struct sim rows[] = {
		{ X86_64, NR("socket"), { 0, 0x0f }, ALLOW },
		{ X86_64, NR("socket"), { 0, 0x1f }, ERRNO(EPERM) },
		{ X86_64, NR("socket"), { 0, 0x10000000000f }, ALLOW },
	};
	const struct sim never[] = {
		{ X86_64, NR("socket"), { 0, 0x1 }, ERRNO(EPERM) },
		{ X86_64, NR("socket"), { 0, 0x101 }, ERRNO(EPERM) },
	};

	simulate(ONE_COND("MASKED_EQ", "4294967280", "0"), rows, 3);
	/* valueTwo has a bit outside the mask: no argument can match. */
	simulate(ONE_COND("MASKED_EQ", "255", "257"), never, 2);
}

TEST(the_two_rules_that_libseccomp_merges_wrongly_are_right_here)
{
	const struct sim rows[] = {
		{ X86_64, NR("socket"), { 3, 2, 0x7e020001 }, ERRNO(EPERM) },
		{ X86_64, NR("socket"), { 3, 2, 0x1fffffffe }, ERRNO(EPERM) },
		{ X86_64, NR("socket"), { 3, 2, 0x1ffffffff }, ALLOW },
	};
	const struct sim other[] = {
		{ X86_64, NR("socket"), { 0, 1, 2 }, ALLOW },
		{ X86_64, NR("socket"), { 0, 1, 3 }, ERRNO(EPERM) },
		{ X86_64, NR("socket"), { 1, 0, 0 }, ERRNO(EPERM) },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		 "\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\""
		 ":[{\"index\":2,\"value\":8589934591,\"op\":\"SCMP_CMP_LT\"}]}"
		 ",{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","
		 "\"args\":[{\"index\":2,\"value\":2114060288,\"op\":"
		 "\"SCMP_CMP_LE\"}]}]}",
		 rows, COUNTOF(rows));
	simulate("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		 "\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\""
		 ":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_LT\"},"
		 "{\"index\":2,\"value\":3,\"op\":\"SCMP_CMP_GE\"}]},"
		 "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","
		 "\"args\":[{\"index\":0,\"value\":0,\"op\":\"SCMP_CMP_GT\"}]}]"
		 "}",
		 other, COUNTOF(other));
}

TEST(of_several_matching_rules_the_strictest_wins)
{
	const struct sim rows[] = {
		{ X86_64, NR("socket"), { 1 }, ALLOW },
		{ X86_64, NR("socket"), { 2 }, ERRNO(97) },
		{ X86_64, NR("socket"), { 3 }, KILL },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
		 "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		 "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","
		 "\"errnoRet\":97,\"args\":[{\"index\":0,\"value\":2,\"op\":"
		 "\"SCMP_CMP_GE\"}]},"
		 "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_KILL_PROCESS\","
		 "\"args\":[{\"index\":0,\"value\":3,\"op\":\"SCMP_CMP_EQ\"}]}"
		 "]}",
		 rows, COUNTOF(rows));
}

TEST(of_several_rules_with_one_action_the_first_as_written_gives_its_errno)
{
	const struct sim rows[] = {
		{ X86_64, NR("getpid"), { 0 }, ERRNO(13) },
		{ X86_64, NR("getuid"), { 1 }, ERRNO(38) },
		{ X86_64, NR("getuid"), { 0 }, ERRNO(2) },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
		 "{\"names\":[\"getpid\"],\"action\":\"SCMP_ACT_ERRNO\","
		 "\"errnoRet\":13},"
		 "{\"names\":[\"getpid\"],\"action\":\"SCMP_ACT_ERRNO\","
		 "\"errnoRet\":0},"
		 "{\"names\":[\"getuid\"],\"action\":\"SCMP_ACT_ERRNO\","
		 "\"errnoRet\":38,\"args\":[{\"index\":0,\"value\":1,"
		 "\"op\":\"SCMP_CMP_EQ\"}]},"
		 "{\"names\":[\"getuid\"],\"action\":\"SCMP_ACT_ERRNO\","
		 "\"errnoRet\":2}]}",
		 rows, COUNTOF(rows));
}

TEST(one_index_twice_means_either_as_in_runc)
{
	const struct sim rows[] = {
		{ X86_64, NR("socket"), { 1 }, ALLOW },
		{ X86_64, NR("socket"), { 2 }, ALLOW },
		{ X86_64, NR("socket"), { 3 }, ERRNO(EPERM) },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		 "\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\""
		 ":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"},"
		 "{\"index\":0,\"value\":2,\"op\":\"SCMP_CMP_EQ\"}]}]}",
		 rows, COUNTOF(rows));
}

TEST(a_rule_that_repeats_the_default_is_skipped_as_in_runc)
{
	const struct sim rows[] = {
		{ X86_64, NR("socket"), { 1 }, ALLOW },
		{ X86_64, NR("socket"), { 2 }, ERRNO(EPERM) },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
		 "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\"},"
		 "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\","
		 "\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}"
		 "]}",
		 rows, COUNTOF(rows));
}

TEST(a_profile_that_is_none_is_refused_with_its_place)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "{}", "\"defaultAction\" is missing" },
		{ "{\"defaultAction\":\"ALLOW\"}", "unknown action" },
		{ "{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}", "not supported" },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultErrnoRet\":1}",
		  "takes no errno" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":"
		  "4096}",
		  "out of range" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["
		  "\"SCMP_ARCH_PDP11\"]}",
		  "architectures[0]: \"SCMP_ARCH_PDP11\"" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":["
		  "\"SECCOMP_FILTER_FLAG_X\"]}",
		  "is no flag" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":["
		  "\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]}",
		  "flags[0]" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"listenerPath\":"
		  "\"/x\"}",
		  "listener" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[]}",
		  "unknown member \"archMap\"" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		  "\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		  "syscalls[0]: \"names\" is empty" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		  "\"names\":[3],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		  "syscalls[0]: names[0]: must be a string" },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		  "\"names\":[\"opneat\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		  "no system call is named \"opneat\"" },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":["
		  "\"SCMP_ARCH_X86\"],\"syscalls\":[{"
		  "\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","
		  "\"args\":[{\"index\":0,\"value\":1,\"op\":"
		  "\"SCMP_CMP_EQ\"}]}]}",
		  "32-bit x86" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		  "\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":"
		  "[{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
		  "syscalls[0]: args[0]: \"index\"" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		  "\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":"
		  "[{\"index\":0,\"value\":1,\"op\":\"EQ\"}]}]}",
		  "unknown operator" },
		{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		  "\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":"
		  "[{\"index\":0,\"value\":-1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
		  "0 to 2^64 - 1" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		AUTO_JSON *j = NULL;
		struct err e = { 0 };
		struct profile p;

		CHECK_INT(json_parse(span_of(rows[i].text), 100000, &j, &e), 0);
		if (profile_parse(j, &p, &e) != -EBADMSG)
			test_fail(__FILE__, __LINE__, "row %zu accepted", i);
		CHECK_HAS(e.text, rows[i].want);
	}
}

TEST(a_call_of_32_bit_x86_is_meant_through_socketcall_and_ipc_too)
{
	const struct sim denies[] = {
		{ I386, 359, { 0 }, ERRNO(EPERM) },
		{ I386, 102, { 1 }, ERRNO(EPERM) },
		{ I386, 102, { 2 }, ALLOW },
		{ I386, 360, { 0 }, ALLOW },
		/* The upper half of ipc's first argument is a version. */
		{ I386, 117, { 21 }, ERRNO(EPERM) },
		{ I386, 117, { 0x10015 }, ERRNO(EPERM) },
		{ I386, 117, { 1 }, ALLOW },
		{ I386, 397, { 0 }, ERRNO(EPERM) },
	};
	const struct sim allows[] = {
		{ I386, 359, { 0 }, ALLOW },	    { I386, 102, { 1 }, ALLOW },
		{ I386, 102, { 2 }, ERRNO(EPERM) }, { I386, 361, { 7 }, ALLOW },
		{ I386, 361, { 8 }, ERRNO(EPERM) },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":["
		 "\"SCMP_ARCH_X86\"],\"syscalls\":[{\"names\":[\"socket\","
		 "\"shmat\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		 denies, COUNTOF(denies));
	simulate("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["
		 "\"SCMP_ARCH_X86\"],\"syscalls\":[{\"names\":[\"socket\"],"
		 "\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"bind\"],"
		 "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,"
		 "\"value\":7,\"op\":\"SCMP_CMP_EQ\"}]}]}",
		 allows, COUNTOF(allows));
}

TEST(a_condition_on_a_32_bit_call_sees_32_bits_as_the_kernel_does)
{
	/* personality is 136 there; 64-bit code may set the upper halves. */
	const struct sim denies[] = {
		{ I386, 136, { 8 }, ERRNO(EPERM) },
		{ I386, 136, { 0x700000008 }, ERRNO(EPERM) },
		{ I386, 136, { 9 }, ALLOW },
		{ X86_64, NR("personality"), { 8 }, ERRNO(EPERM) },
		{ X86_64, NR("personality"), { 0x700000008 }, ALLOW },
	};
	const struct sim direct[] = {
		{ I386, 337, { 0 }, ALLOW },
		{ I386, 345, { 0 }, ALLOW },
		{ I386, 102, { 19 }, ALLOW },
	};

	simulate("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":["
		 "\"SCMP_ARCH_X86\"],\"syscalls\":[{\"names\":["
		 "\"personality\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{"
		 "\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]}]}",
		 denies, COUNTOF(denies));
	simulate("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["
		 "\"SCMP_ARCH_X86\"],\"syscalls\":[{\"names\":["
		 "\"recvmmsg\",\"sendmmsg\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		 direct, COUNTOF(direct));
}

TEST(a_32_bit_argument_is_beside_every_constant_of_64_bits)
{
	static const struct {
		const char *op;
		bool above, below;
	} rows[] = {
		{ "NE", true, true },	      { "LT", true, false },
		{ "LE", true, true },	      { "EQ", false, true },
		{ "GE", false, true },	      { "GT", false, false },
		{ "MASKED_EQ", true, false },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char text[400];
		/* Compared with 2^32 + 5, then with 5: the argument is 5. */
		const struct sim sim[] = {
			{ I386,
			  136,
			  { 0x900000005 },
			  rows[i].above ? ALLOW : ERRNO(EPERM) },
			{ I386,
			  96,
			  { 0x900000005 },
			  rows[i].below != (i == 0) ? ALLOW : ERRNO(EPERM) },
		};

		(void)snprintf(
			text, sizeof(text),
			"{\"defaultAction\":\"SCMP_ACT_ERRNO\","
			"\"architectures\":[\"SCMP_ARCH_X86\"],"
			"\"syscalls\":[{\"names\":[\"personality\"],"
			"\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
			"\"index\":0,\"value\":4294967301,\"valueTwo\":5,"
			"\"op\":\"SCMP_CMP_%s\"}]},{\"names\":["
			"\"getpriority\"],\"action\":\"SCMP_ACT_ALLOW\","
			"\"args\":[{\"index\":0,\"value\":5,\"op\":"
			"\"SCMP_CMP_%s\"}]}]}",
			rows[i].op, rows[i].op);
		simulate(text, sim, 2);
	}
}

TEST(every_action_is_its_own_value_and_kill_is_that_of_a_thread)
{
	static const struct {
		const char *action;
		uint32_t want;
	} rows[] = {
		{ "ALLOW", ALLOW },
		{ "LOG", SECCOMP_RET_LOG },
		{ "TRACE", SECCOMP_RET_TRACE | EPERM },
		{ "ERRNO", ERRNO(EPERM) },
		{ "TRAP", SECCOMP_RET_TRAP },
		{ "KILL", SECCOMP_RET_KILL_THREAD },
		{ "KILL_THREAD", SECCOMP_RET_KILL_THREAD },
		{ "KILL_PROCESS", KILL },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char text[300];
		const struct sim sim = {
			X86_64, NR("uname"), { 0 }, rows[i].want
		};

		(void)snprintf(text, sizeof(text),
			       "{\"defaultAction\":\"SCMP_ACT_ERRNO\","
			       "\"defaultErrnoRet\":2,\"syscalls\":[{"
			       "\"names\":[\"uname\"],\"action\":"
			       "\"SCMP_ACT_%s\"}]}",
			       rows[i].action);
		simulate(text, &sim, 1);
	}
}

TEST(all_23_architectures_are_known_and_the_native_one_is_always_there)
{
	static const char *const names[] = {
		"X86",	       "X86_64", "X32",	      "ARM",	 "AARCH64",
		"MIPS",	       "MIPS64", "MIPS64N32", "MIPSEL",	 "MIPSEL64",
		"MIPSEL64N32", "PPC",	 "PPC64",     "PPC64LE", "S390",
		"S390X",       "PARISC", "PARISC64",  "RISCV64", "LOONGARCH64",
		"M68K",	       "SH",	 "SHEB",
	};

	CHECK_INT(COUNTOF(names), 23);
	for (size_t i = 0; i < COUNTOF(names); i++) {
		char text[200];
		struct profile p;

		(void)snprintf(text, sizeof(text),
			       "{\"defaultAction\":\"SCMP_ACT_ERRNO\","
			       "\"architectures\":[\"SCMP_ARCH_%s\"]}",
			       names[i]);
		parse(text, &p);
		CHECK(profile_arch(&p, seccomp_arch_native()) != NULL);
		profile_done(&p);
	}
}

TEST(a_profile_of_dockers_is_refused_with_the_way_out)
{
	static const char *const rows[] = {
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[]}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		"\"name\":\"read\",\"action\":\"SCMP_ACT_LOG\"}]}",
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		AUTO_JSON *j = NULL;
		struct err e = { 0 };
		struct profile p;

		CHECK_INT(json_parse(span_of(rows[i]), 1000, &j, &e), 0);
		CHECK_INT(profile_parse(j, &p, &e), -EBADMSG);
		CHECK(e.hint != NULL);
		CHECK_HAS(e.hint, "--oci");
	}
}

TEST(unknown_names_in_allowing_rules_are_left_out_and_told)
{
	static const struct {
		const char *names, *told;
		size_t unknown;
	} rows[] = {
		{ "\"read\"", "", 0 },
		{ "\"read\",\"nosuchcall\"",
		  "\"nosuchcall\" is no system call and is left out", 1 },
		{ "\"raed\",\"read\",\"a\\u001bb\"",
		  "\"raed\", \"a\\u001bb\" are no system calls and are left out",
		  2 },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct profile p;
		struct buf told;
		char text[400];

		(void)snprintf(text, sizeof(text),
			       "{\"defaultAction\":\"SCMP_ACT_ERRNO\","
			       "\"syscalls\":[{\"names\":[%s],\"action\":"
			       "\"SCMP_ACT_ALLOW\"}]}",
			       rows[i].names);
		parse(text, &p);
		CHECK_INT(p.unknown, rows[i].unknown);
		buf_init(&told, 1000);
		profile_unknown_print(&p, &told);
		CHECK_STR(buf_cstr(&told), rows[i].told);
		buf_done(&told);
		profile_done(&p);
	}
}

TEST(a_call_younger_than_libseccomp_is_one_in_every_rule)
{
	static const char text[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
		"{\"names\":[\"read\",\"mseal\"],\"action\":"
		"\"SCMP_ACT_ALLOW\"},{\"names\":[\"cachestat\"],\"action\":"
		"\"SCMP_ACT_KILL_PROCESS\"}]}";
	struct seccomp_data d = { .arch = X86_64, .nr = 462 };
	struct profile p;
	struct buf name;

	buf_init(&name, 100);
	parse(text, &p);
	CHECK_INT(p.unknown, 0);
	CHECK_INT(profile_verdict(&p, &d), ALLOW);
	d.nr = 451;
	CHECK_INT(profile_verdict(&p, &d), SECCOMP_RET_KILL_PROCESS);
	d.nr = 463;
	CHECK_INT(profile_verdict(&p, &d), ERRNO(ENOSYS));
	syscall_print(&name, p.archs[0].token, 462);
	CHECK_STR(buf_cstr(&name), "mseal");
	buf_done(&name);
	profile_done(&p);
}

TEST(of_many_unknown_names_some_are_told_and_the_rest_counted)
{
	struct profile p;
	struct buf text;

	buf_init(&text, 100000);
	buf_puts(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
			"{\"names\":[");
	for (unsigned i = 0; i < 100; i++)
		buf_printf(&text, "\"nosuch%u\",", i);
	buf_puts(&text, "\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}");
	parse(buf_cstr(&text), &p);
	buf_reset(&text);
	profile_unknown_print(&p, &text);
	CHECK_HAS(buf_cstr(&text), "\"nosuch0\", \"nosuch1\", ");
	CHECK_HAS(buf_cstr(&text),
		  " other names are no system calls and are left out");
	CHECK_INT(p.unknown, 100);
	CHECK(p.unknown_told > 10 && p.unknown_told < 30);
	buf_done(&text);
	profile_done(&p);
}

TEST(the_proof_finds_every_single_wrong_instruction_that_matters)
{
	static struct program good, bad;
	struct profile p;
	struct proof proof;
	struct err e = { 0 };
	size_t found = 0;

	compile("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		"\"names\":[\"read\",\"write\",\"close\"],\"action\":"
		"\"SCMP_ACT_ALLOW\"},{\"names\":[\"socket\"],\"action\":"
		"\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":"
		"4294967297,\"op\":\"SCMP_CMP_LE\"},{\"index\":2,\"value\":6,"
		"\"op\":\"SCMP_CMP_EQ\"}]}]}",
		&p, &good);
	for (size_t i = 0; i < good.count; i++) {
		bad = good;
		bad.insns[i].k ^= 1;
		if (program_prove(&p, &bad, &proof, &e) == -EPROTO)
			found++;
		else
			test_fail(__FILE__, __LINE__,
				  "constant of instruction %zu", i);
		if (BPF_CLASS(good.insns[i].code) != BPF_JMP ||
		    good.insns[i].jt == good.insns[i].jf)
			continue;
		bad = good;
		bad.insns[i].jt = good.insns[i].jf;
		bad.insns[i].jf = good.insns[i].jt;
		CHECK_INT(program_prove(&p, &bad, &proof, &e), -EPROTO);
	}
	CHECK_INT(found, good.count);
	profile_done(&p);
}

TEST(a_jump_further_than_255_instructions_still_arrives)
{
	struct buf b;
	struct profile p;
	static struct program g;

	buf_init(&b, 100000);
	buf_puts(&b, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
	for (unsigned i = 0; i < 300; i++)
		buf_printf(&b,
			   "%s{\"names\":[\"%s\"],\"action\":"
			   "\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,"
			   "\"value\":%u,\"op\":\"SCMP_CMP_EQ\"},{\"index\":2,"
			   "\"value\":%u,\"op\":\"SCMP_CMP_GT\"}]}",
			   i ? "," : "", i % 2 ? "socket" : "ioctl",
			   1000 + 3 * i, i);
	buf_puts(&b, "]}");
	compile(buf_cstr(&b), &p, &g);
	CHECK(g.count > 1000);
	profile_done(&p);
	buf_done(&b);
}

TEST(a_program_above_4096_instructions_is_refused)
{
	static struct program g;
	struct buf b;
	struct profile p;
	struct err e;

	buf_init(&b, 1000000);
	buf_puts(&b, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
	for (unsigned i = 0; i < 1200; i++)
		buf_printf(&b,
			   "%s{\"names\":[\"ioctl\"],\"action\":"
			   "\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,"
			   "\"value\":%u,\"op\":\"SCMP_CMP_EQ\"},{\"index\":2,"
			   "\"value\":%u,\"op\":\"SCMP_CMP_GT\"}]}",
			   i ? "," : "", 3 * i, i);
	buf_puts(&b, "]}");
	AUTO_JSON *j = NULL;
	CHECK_INT(json_parse(buf_view(&b), 1000000, &j, &e), 0);
	CHECK_INT(profile_parse(j, &p, &e), 0);
	CHECK_INT(program_generate(&p, &g, &e), -E2BIG);
	profile_done(&p);
	buf_done(&b);
}

TEST(the_search_over_300_calls_is_short)
{
	struct profile p;
	static struct program g;
	struct buf b;
	char *name;
	unsigned n = 0;

	buf_init(&b, 100000);
	buf_puts(&b, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		     "\"action\":\"SCMP_ACT_ALLOW\",\"names\":[");
	for (int nr = 0; n < 200; nr += 1 + nr % 3) {
		name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);
		if (name == NULL)
			break;
		buf_printf(&b, "%s\"%s\"", n++ ? "," : "", name);
		free(name);
	}
	buf_puts(&b, "]}]}");
	compile(buf_cstr(&b), &p, &g);
	/* Each number costs its search and a return. */
	CHECK(g.count < 2 * (2 * (size_t)n + 10) + 10);
	profile_done(&p);
	buf_done(&b);
}

TEST(a_list_of_names_becomes_a_program_and_a_wrong_name_an_error)
{
	static const char *const names[] = { "read", "write", NULL };
	static const char *const wrong[] = { "read", "rite", NULL };
	static struct program g;
	struct seccomp_data d = { .arch = X86_64 };
	struct err e = { 0 };
	uint32_t got;

	CHECK_INT(seccomp_allow_list(names, ERRNO(EPERM), &g, &e), 0);
	d.nr = (int)NR("write");
	CHECK_INT(program_run(&g, &d, &got), 0);
	CHECK_INT(got, ALLOW);
	d.nr = (int)NR("execve");
	CHECK_INT(program_run(&g, &d, &got), 0);
	CHECK_INT(got, ERRNO(EPERM));
	CHECK_INT(seccomp_allow_list(wrong, ERRNO(EPERM), &g, &e), -EINVAL);
	CHECK_HAS(e.text, "\"rite\"");
}

TEST(the_kernel_takes_the_program_and_does_what_the_simulator_said)
{
	struct profile p;
	static struct program g;
	struct sock_fprog prog;

	compile("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		"\"names\":[\"getpriority\"],\"action\":\"SCMP_ACT_ERRNO\","
		"\"errnoRet\":77,\"args\":[{\"index\":1,\"value\":4294967296,"
		"\"op\":\"SCMP_CMP_LT\"}]}]}",
		&p, &g);
	prog = (struct sock_fprog){ .len = (unsigned short)g.count,
				    .filter = g.insns };
	CHECK_INT(syscall(SYS_prctl, 38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0),
		  0);
	CHECK_INT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0UL, &prog), 0);
	CHECK_INT(syscall(SYS_getpriority, 0L, 7L), -1);
	CHECK_INT(errno, 77);
	errno = 0;
	(void)syscall(SYS_getpriority, 0L, 1L << 32);
	CHECK(errno != 77);
	profile_done(&p);
}

/* ---- libseccomp as oracle, where it is known to be right --------------- */

struct oracle {
	const struct program *ours, *theirs;
	unsigned points;
};

static int programs_agree(void *ctx, const struct seccomp_data *d)
{
	struct oracle *o = ctx;
	uint32_t a = 0, b = 1;

	CHECK_INT(program_run(o->ours, d, &a), 0);
	CHECK_INT(program_run(o->theirs, d, &b), 0);
	if (a != b)
		test_fail(__FILE__, __LINE__, "call %d: 0x%x, libseccomp 0x%x",
			  d->nr, a, b);
	o->points++;
	return 0;
}

TEST(with_one_rule_for_each_call_libseccomp_says_the_same)
{
	static struct program ours, theirs;
	const struct scmp_arg_cmp low = { 1, SCMP_CMP_LT, 0x100000010, 0 };
	const struct scmp_arg_cmp mask = { 2, SCMP_CMP_MASKED_EQ, 0xf0, 0x10 };
	struct oracle o = { .ours = &ours, .theirs = &theirs };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	struct profile p;
	struct err e;
	bool is_sampled;
	char path[] = "/tmp/bailiff-unit-XXXXXX";
	const int fd = mkstemp(path);

	CHECK(ctx != NULL && fd >= 0);
	(void)unlink(path);
	CHECK_INT(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				   SCMP_ACT_KILL_PROCESS),
		  0);
	CHECK_INT(seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ptrace),
				   0),
		  0);
	CHECK_INT(seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM),
					 SCMP_SYS(socket), 1, &low),
		  0);
	CHECK_INT(seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM),
					 SCMP_SYS(ioctl), 1, &mask),
		  0);
	CHECK_INT(seccomp_export_bpf(ctx, fd), 0);
	const ssize_t len = pread(fd, theirs.insns, sizeof(theirs.insns), 0);
	CHECK(len > 0);
	theirs.count = (size_t)len / sizeof(theirs.insns[0]);
	seccomp_release(ctx);
	compile("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
		"{\"names\":[\"ptrace\"],\"action\":\"SCMP_ACT_ERRNO\"},"
		"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\","
		"\"args\":[{\"index\":1,\"value\":4294967312,\"op\":"
		"\"SCMP_CMP_LT\"}]},{\"names\":[\"ioctl\"],\"action\":"
		"\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":2,\"value\":240,"
		"\"valueTwo\":16,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}",
		&p, &ours);
	CHECK_INT(profile_visit(&p, programs_agree, &o, &is_sampled, &e), 0);
	CHECK(o.points > 50);
	profile_done(&p);
	close(fd);
}
