/* SPDX-License-Identifier: Apache-2.0 */
/* lint_test.c - each gap open and closed, the tricky ways through a profile,
 * and what --fix makes of it.
 */
#include "test/unit/harness.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/splice.h"
#include "pkg/policy/fix.h"
#include "pkg/policy/model.h"
#include "pkg/policy/reach.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

static const struct policy_kernel abi_7 = { .landlock_abi = 7,
					    .has_seccomp = true };
static const struct policy_kernel abi_10 = { .landlock_abi = 10,
					     .has_seccomp = true };

#define RULESET                                            \
	"\"ruleset\":[{\"handledAccessFs\":[\"abi.all\"]," \
	"\"handledAccessNet\":[\"abi.all\"],\"scoped\":[\"abi.all\"]}]"
#define LANDLOCK                                                \
	"\"landlock\":{\"abi\":6," RULESET ",\"pathBeneath\":[" \
	"{\"allowedAccess\":[\"write_file\",\"make_reg\","      \
	"\"remove_file\"],\"parent\":[\"/srv/data\"]}]}"
#define ALL_CAPS "\"accept\":[\"no-capabilities\"]"
#define OPEN	 "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"
/* A profile that denies by default and allows @names, and what follows. */
#define ALLOW(names, more)                                   \
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"," \
	"\"syscalls\":[{\"names\":[" names "],\"action\":"   \
	"\"SCMP_ACT_ALLOW\"}" more "]}"
#define ALLOW_ARGS(name, args)                                      \
	",{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_ALLOW\"," \
	"\"args\":[" args "]}"
#define ARG(index, value, op) \
	"{\"index\":" #index ",\"value\":" #value ",\"op\":\"SCMP_CMP_" op "\"}"
#define MASK(index, value, two)                                         \
	"{\"index\":" #index ",\"value\":" #value ",\"valueTwo\":" #two \
	",\"op\":\"SCMP_CMP_MASKED_EQ\"}"

static struct model *lint(const char *text, const struct policy_kernel *kernel)
{
	struct model *m = model_new("web", 1);
	struct err e = { 0 };

	CHECK(m != NULL);
	if (service_parse(span_of(text), m, &e) < 0 ||
	    model_lint(m, kernel, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", e.text, text);
	return m;
}

static bool has(const struct model *m, enum gap gap)
{
	for (size_t i = 0; i < m->findings.count; i++)
		if (m->findings.items[i].gap == gap)
			return true;
	return false;
}

static bool finds(const char *text, const struct policy_kernel *kernel,
		  enum gap gap)
{
	struct model *m = lint(text, kernel);
	const bool found = has(m, gap);

	model_unref(m);
	return found;
}

static size_t open_count(const struct model *m)
{
	size_t count = 0;

	for (size_t i = 0; i < m->findings.count; i++)
		count += !m->findings.items[i].is_accepted;
	return count;
}

TEST(every_gap_has_an_id_of_its_own_and_words)
{
	for (int i = 0; i < GAPS; i++) {
		CHECK(gap_table[i].id != NULL && gap_table[i].open != NULL &&
		      gap_table[i].closing != NULL);
		CHECK_INT(gap_find(span_of(gap_table[i].id)), i);
	}
	CHECK_INT(gap_find(span_of("mptc")), -1);
	CHECK_INT(gap_find(span_of("")), -1);
}

/* With all capabilities and nothing denied every call gap is open; dropping
 * every capability leaves those that need none. */
TEST(a_gap_is_open_when_nothing_stands_in_the_way)
{
	struct model *m = lint("{" LANDLOCK "," OPEN "," ALL_CAPS "}", &abi_7);

	for (size_t i = 0; i < reach_count; i++)
		if (!has(m, reach_table[i].gap) &&
		    reach_table[i].gap != GAP_MKNOD)
			test_fail(__FILE__, __LINE__, "%s is not found",
				  gap_table[reach_table[i].gap].id);
	model_unref(m);
	CHECK(finds("{\"accept\":[\"no-landlock\",\"no-capabilities\"]," OPEN
		    "}",
		    &abi_7, GAP_MKNOD));
}

TEST(a_dropped_capability_closes_what_needs_it)
{
	static const enum gap needy[] = { GAP_ACCT,   GAP_KEXEC,
					  GAP_MODULE, GAP_NETLINK_AUDIT,
					  GAP_SWAP,   GAP_HOSTNAME,
					  GAP_CHOWN };
	/* A user namespace gives these back. */
	static const enum gap inside[] = { GAP_PACKET, GAP_FSOPEN, GAP_CHROOT };
	struct model *m =
		lint("{" LANDLOCK "," OPEN ",\"capabilities\":{}}", &abi_7);

	for (size_t i = 0; i < COUNTOF(needy); i++)
		CHECK(!has(m, needy[i]));
	for (size_t i = 0; i < COUNTOF(inside); i++)
		CHECK(has(m, inside[i]));
	model_unref(m);
	m = lint("{" LANDLOCK ",\"capabilities\":{}," ALLOW(
			 "\"chroot\",\"fsopen\",\"socket\"", "") "}",
		 &abi_7);
	for (size_t i = 0; i < COUNTOF(inside); i++)
		CHECK(!has(m, inside[i]));
	model_unref(m);
}

TEST(a_right_of_the_kernel_closes_what_it_holds)
{
#define NEW_RIGHTS                                              \
	"{\"landlock\":{\"bailiff\":1,\"abi\":10," RULESET "}," \
	"\"capabilities\":{},"                                  \
	"\"best-effort\":true," ALLOW("\"socket\"", "") "}"
	CHECK(!finds(NEW_RIGHTS, &abi_10, GAP_UDP));
	CHECK(!finds(NEW_RIGHTS, &abi_10, GAP_UNIX_SOCKET));
	CHECK(finds(NEW_RIGHTS, &abi_10, GAP_IP_PROTOCOL));
	CHECK(finds(NEW_RIGHTS, &abi_7, GAP_UDP));
	CHECK(finds(NEW_RIGHTS, &abi_7, GAP_UNIX_SOCKET));
}

TEST(a_layer_given_up_is_not_searched)
{
	struct model *m = lint("{" LANDLOCK ",\"accept\":[\"no-seccomp\","
			       "\"no-capabilities\"]}",
			       &abi_7);

	CHECK_INT(m->findings.count, 0);
	model_unref(m);
	m = lint("{\"accept\":[\"no-landlock\",\"no-capabilities\"]," OPEN "}",
		 &abi_7);
	CHECK(!has(m, GAP_MPTCP) && !has(m, GAP_CHMOD) && !has(m, GAP_UDP));
	CHECK(has(m, GAP_BPF) && has(m, GAP_TIOCSTI) && has(m, GAP_KEXEC));
	model_unref(m);
}

TEST(a_gap_accepted_by_its_id_is_found_and_not_open)
{
	struct model *m =
		lint("{" LANDLOCK ",\"capabilities\":{},"
		     "\"accept\":[\"bpf\"]," ALLOW("\"bpf\",\"read\"", "") "}",
		     &abi_7);

	CHECK_INT(m->findings.count, 1);
	CHECK(m->findings.items[0].is_accepted);
	CHECK_INT(open_count(m), 0);
	CHECK_INT(m->warnings.count, 0);
	model_unref(m);
}

TEST(what_is_accepted_and_not_open_is_named)
{
	struct model *m =
		lint("{" LANDLOCK ",\"capabilities\":{},"
		     "\"accept\":[\"bpf\",\"mptcp\",\"keys\",\"mptcp\"]," ALLOW(
			     "\"bpf\",\"read\"", "") "}",
		     &abi_7);

	CHECK_INT(m->needless.count, 2);
	CHECK_STR(m->needless.items[0], "mptcp");
	CHECK_STR(m->needless.items[1], "keys");
	CHECK_INT(open_count(m), 0);
	model_unref(m);
}

/* One profile, and whether it lets through what it should not. */
TEST(a_profile_is_read_as_the_kernel_reads_it)
{
	static const struct {
		const char *seccomp;
		enum gap gap;
		bool is_open;
	} rows[] = {
		/* clang-format off */
		/* What a careful author writes is silent. */
		{ ALLOW("\"read\"", ALLOW_ARGS("clone", MASK(0, 2114060288, 0))),
		  GAP_USERNS, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("clone", MASK(0, 2114060288, 0))),
		  GAP_NAMESPACES, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("socket", ARG(0, 2, "EQ") ","
		    MASK(1, 15, 1) "," ARG(2, 0, "EQ"))), GAP_MPTCP, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("socket", ARG(0, 2, "EQ") ","
		    MASK(1, 15, 1) "," ARG(2, 0, "EQ"))), GAP_UDP, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("socket", ARG(0, 1, "EQ"))),
		  GAP_SOCKET_FAMILY, false },
		{ ALLOW("\"sendto\"", ALLOW_ARGS("socket", ARG(0, 1, "EQ"))),
		  GAP_TCP_FASTOPEN, false },
		{ ALLOW("\"listen\"", ALLOW_ARGS("socket", ARG(0, 1, "EQ"))),
		  GAP_LISTEN, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("utimensat", ARG(1, 0, "EQ"))),
		  GAP_UTIME, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("personality", ARG(0, 4294967295, "EQ"))),
		  GAP_PERSONALITY, false },
		/* The kernel takes any other bit beside these, also the highest. */
		{ ALLOW("\"read\"", ALLOW_ARGS("personality",
		    MASK(0, 2147483648, 2147483648))), GAP_PERSONALITY, true },
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		    "\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
		    MASK(0, 2151677952, 4194304) "," MASK(0, 2147745792, 262144) ","
		    MASK(0, 2148532224, 1048576) "]}]}", GAP_PERSONALITY, true },
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		    "\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
		    MASK(0, 4194304, 4194304) "," MASK(0, 262144, 262144) ","
		    MASK(0, 1048576, 1048576) "]}]}", GAP_PERSONALITY, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("personality", MASK(0, 5505024, 0))
		    ALLOW_ARGS("personality", ARG(0, 4294967295, "EQ"))),
		  GAP_PERSONALITY, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("personality", ARG(0, 4294967295, "GE"))),
		  GAP_PERSONALITY, true },
		{ ALLOW("\"shmctl\"", ""), GAP_SYSV_IPC, true },
		{ ALLOW("\"mq_unlink\"", ""), GAP_SYSV_IPC, true },
		{ ALLOW("\"mq_open\",\"shmget\"", ""), GAP_SYSV_IPC, false },
		{ ALLOW("\"fchmod\",\"fchown\"", ""), GAP_CHMOD, false },
		{ ALLOW("\"memfd_create\"", ",{\"names\":[\"memfd_create\"],"
		    "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13,\"args\":["
		    MASK(1, 8, 0) "]}"), GAP_MEMFD_EXEC, false },
		{ ALLOW("\"read\"", ",{\"names\":[\"clone3\"],\"action\":"
		    "\"SCMP_ACT_ERRNO\",\"errnoRet\":38}"), GAP_USERNS, false },
		/* An int has 32 bits: these leave the upper half free. */
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		    "\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
		    ARG(2, 262, "EQ") "]}]}", GAP_MPTCP, true },
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		    "\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
		    MASK(2, 4294967295, 262) "]}]}", GAP_MPTCP, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("ioctl", ARG(1, 21522, "NE"))),
		  GAP_TIOCSTI, true },
		{ ALLOW("\"read\"", ALLOW_ARGS("socket", ARG(2, 262, "NE"))),
		  GAP_MPTCP, true },
		{ ALLOW("\"read\"", ALLOW_ARGS("socket", ARG(2, 255, "LE"))),
		  GAP_MPTCP, false },
		/* A type with flags beside it. */
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		    "\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
		    ARG(1, 3, "EQ") "]}]}", GAP_RAW_SOCKET, true },
		/* A range that begins above, and one that ends below. */
		{ ALLOW("\"read\"", ALLOW_ARGS("socket", ARG(2, 261, "GT"))),
		  GAP_MPTCP, true },
		{ ALLOW("\"read\"", ALLOW_ARGS("socket", ARG(0, 30, "GE"))),
		  GAP_SOCKET_FAMILY, true },
		/* Flags of which one was forgotten. */
		{ ALLOW("\"read\"", ALLOW_ARGS("clone", MASK(0, 268435456, 0))),
		  GAP_USERNS, false },
		{ ALLOW("\"read\"", ALLOW_ARGS("clone", MASK(0, 268435456, 0))),
		  GAP_NAMESPACES, true },
		/* Another call that does the same. */
		{ ALLOW("\"fchmodat\"", ""), GAP_CHMOD, true },
		{ ALLOW("\"clone3\"", ""), GAP_NAMESPACES, true },
		{ ALLOW("\"execve\",\"memfd_create\"", ""), GAP_MEMFD_EXEC, true },
		{ ALLOW("\"socketpair\"", ""), GAP_UNIX_SOCKET, true },
		{ ALLOW("\"read\"", ALLOW_ARGS("socketpair", MASK(1, 15, 1))),
		  GAP_UNIX_SOCKET, false },
		/* To log, or to leave it to a tracer, is to allow. */
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		    "\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_LOG\"}]}", GAP_BPF, true },
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{"
		    "\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_TRACE\"}]}", GAP_BPF, true },
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[{"
		    "\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_TRAP\"}]}", GAP_BPF, false },
		/* Of two rules the stricter one wins. */
		{ ALLOW("\"bpf\"", ",{\"names\":[\"bpf\"],\"action\":"
		    "\"SCMP_ACT_KILL_PROCESS\"}"), GAP_BPF, false },
		/* A call younger than the tables of libseccomp. */
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		    "\"names\":[\"setxattr\",\"lsetxattr\",\"removexattr\","
		    "\"lremovexattr\"],\"action\":\"SCMP_ACT_ERRNO\"}]}", GAP_XATTR, true },
		{ "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		    "\"names\":[\"setxattr\",\"lsetxattr\",\"removexattr\","
		    "\"lremovexattr\",\"setxattrat\",\"removexattrat\","
		    "\"file_setattr\"],\"action\":\"SCMP_ACT_ERRNO\"}]}", GAP_XATTR, false },
		/* clang-format on */
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char text[4096];

		(void)snprintf(text, sizeof(text),
			       "{" LANDLOCK "," ALL_CAPS ",%s}",
			       rows[i].seccomp);
		if (finds(text, &abi_7, rows[i].gap) != rows[i].is_open)
			test_fail(__FILE__, __LINE__, "row %zu: %s is %s", i,
				  gap_table[rows[i].gap].id,
				  rows[i].is_open ? "not found" : "found");
	}
}

/* What one architecture denies, another one that is listed may let through. */
TEST(every_listed_architecture_is_looked_at)
{
#define WITH_ARCH(arch)                                                 \
	"{" LANDLOCK ",\"capabilities\":{},\"seccomp\":{"               \
	"\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["      \
	"\"" arch "\"],\"syscalls\":[{\"names\":[\"read\"],\"action\":" \
	"\"SCMP_ACT_ALLOW\"}" ALLOW_ARGS(                               \
		"socket",                                               \
		ARG(0, 2, "EQ") "," MASK(1, 15, 1) "," ARG(             \
			2, 0,                                           \
			"EQ")) ",{\"names\":[\"socketcall\"],\"action\":\"SCMP_ACT_ALLOW\"}]}}"
	CHECK(!finds(WITH_ARCH("SCMP_ARCH_X86_64"), &abi_7, GAP_MPTCP));
	CHECK(finds(WITH_ARCH("SCMP_ARCH_X86"), &abi_7, GAP_MPTCP));
	CHECK(finds(WITH_ARCH("SCMP_ARCH_X86"), &abi_7, GAP_UDP));
}

/* ---- paths and the rest ------------------------------------------------- */

#define PATHS(rules)                                                   \
	"{\"landlock\":{\"abi\":6," RULESET ",\"pathBeneath\":[" rules \
	"]},\"capabilities\":{}," ALLOW("\"read\"", "") "}"
#define RULE(access, path) \
	"{\"allowedAccess\":[" access "],\"parent\":[\"" path "\"]}"

TEST(path_rules_among_themselves)
{
	static const struct {
		const char *text;
		enum gap gap;
		bool is_open;
	} rows[] = {
		/* clang-format off */
		{ PATHS(RULE("\"execute\",\"write_file\"", "/srv/x")), GAP_WRITE_EXECUTE, true },
		{ PATHS(RULE("\"execute\"", "/srv") "," RULE("\"write_file\"", "/srv/x")),
		  GAP_WRITE_EXECUTE, true },
		{ PATHS(RULE("\"execute\"", "/srv/a") "," RULE("\"write_file\"", "/srv/b")),
		  GAP_WRITE_EXECUTE, false },
		{ PATHS(RULE("\"write_file\"", "/proc")), GAP_PROC_WRITE, true },
		{ PATHS(RULE("\"write_file\"", "/proc/self/mem")), GAP_PROC_WRITE, true },
		{ PATHS(RULE("\"write_file\"", "/proc/self/oom_score_adj")), GAP_PROC_WRITE, false },
		{ PATHS(RULE("\"write_file\"", "/process")), GAP_PROC_WRITE, false },
		{ PATHS(RULE("\"execute\"", "/lib64/ld-linux-x86-64.so.2") ","
		    RULE("\"read_file\",\"write_file\"", "/srv/x")), GAP_LOADER, true },
		{ PATHS(RULE("\"execute\"", "/usr") ","
		    RULE("\"read_file\",\"write_file\"", "/srv/x")), GAP_LOADER, true },
		{ PATHS(RULE("\"execute\"", "/lib/ld-musl-x86_64.so.1") ","
		    RULE("\"write_file\"", "/srv/x")), GAP_LOADER, false },
		{ PATHS(RULE("\"execute\"", "/usr/lib/postgresql/15/bin") ","
		    RULE("\"read_file\",\"write_file\"", "/srv/x")), GAP_LOADER, false },
		{ PATHS(RULE("\"execute\"", "/lib64/ld-linux-x86-64.so.2") ","
		    RULE("\"read_file\",\"write_file\"", "/dev/null")), GAP_LOADER, false },
		{ PATHS(RULE("\"make_reg\",\"remove_file\"", "/etc/app") ","
		    RULE("\"read_file\"", "/etc/app/conf")), GAP_RENAME_OVER, true },
		{ PATHS(RULE("\"make_reg\"", "/etc/app") ","
		    RULE("\"read_file\"", "/etc/app/conf")), GAP_RENAME_OVER, false },
		{ PATHS(RULE("\"make_reg\",\"remove_file\",\"read_file\"", "/etc/app") ","
		    RULE("\"read_file\"", "/etc/app/conf")), GAP_RENAME_OVER, false },
		/* clang-format on */
	};

	for (size_t i = 0; i < COUNTOF(rows); i++)
		if (finds(rows[i].text, &abi_7, rows[i].gap) != rows[i].is_open)
			test_fail(__FILE__, __LINE__, "row %zu: %s is %s", i,
				  gap_table[rows[i].gap].id,
				  rows[i].is_open ? "not found" : "found");
}

/* A report is read on a terminal, line by line. */
TEST(a_path_in_a_finding_drives_no_terminal_and_makes_no_line)
{
	struct model *m =
		lint(PATHS(RULE("\"execute\",\"write_file\"",
				"/srv/\\u001b[31mX\\nweb.json: clean")),
		     &abi_7);

	CHECK(has(m, GAP_WRITE_EXECUTE));
	for (size_t i = 0; i < m->findings.count; i++)
		CHECK(strpbrk(m->findings.items[i].sentence, "\033\n") == NULL);
	CHECK_HAS(m->warnings.items[m->warnings.count - 1],
		  "/srv/\\x1b[31mX\\x0aweb.json: clean: the same files");
	model_unref(m);
}

TEST(what_is_not_handled_or_not_applied_is_found)
{
	struct model *m =
		lint("{\"landlock\":{\"bailiff\":1,\"ruleset\":[{"
		     "\"handledAccessFs\":[\"read_file\"],"
		     "\"quietAccessFs\":[\"read_file\"]}]},\"capabilities\":{"
		     "\"bounding\":[\"CAP_CHOWN\"]}," ALLOW("\"read\"", "") "}",
		     &abi_7);

	CHECK_INT(m->findings.count, 3);
	CHECK(has(m, GAP_UNHANDLED) && has(m, GAP_QUIET) &&
	      has(m, GAP_BOUNDING));
	CHECK_HAS(m->findings.items[0].sentence, "connect_tcp");
	CHECK_HAS(m->findings.items[0].rule, "\"scoped\": [\"abstract_unix");
	model_unref(m);
}

/* ---- --fix -------------------------------------------------------------- */

/* Fix @text; the model of what comes out. */
static struct model *fixed(const char *text, struct lines *ret_left)
{
	struct lines done = { 0 }, again = { 0 }, left = { 0 };
	struct err e = { 0 };
	struct model *m;
	struct buf b, before;

	buf_init(&b, POLICY_TARGET_MAX);
	buf_init(&before, POLICY_TARGET_MAX);
	buf_puts(&b, text);
	if (policy_fix(&b, &abi_7, &done, ret_left, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	buf_span(&before, buf_view(&b));
	if (policy_fix(&b, &abi_7, &again, &left, &e) < 0)
		test_fail(__FILE__, __LINE__, "again: %s", e.text);
	CHECK_INT(again.count, 0);
	CHECK(span_eq(buf_view(&b), buf_view(&before)));
	m = lint(buf_cstr(&b), &abi_7);
	if (model_lower(m, &abi_7, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	lines_done(&done);
	lines_done(&again);
	lines_done(&left);
	buf_done(&before);
	buf_done(&b);
	return m;
}

TEST(fix_closes_every_gap_of_a_profile_that_allows)
{
	struct lines left = { 0 };
	struct model *m = fixed("{" LANDLOCK "," OPEN "," ALL_CAPS "}", &left);

	CHECK_INT(open_count(m), 0);
	CHECK_INT(left.count, 0);
	model_unref(m);
}

/* Names of calls, allowed at random, some with conditions. */
static void random_profile(struct buf *out, unsigned *seed)
{
	static const char *const ops[] = { "NE", "LT", "LE", "EQ", "GE", "GT" };
	static const unsigned values[] = { 0,  1,  2,	3,	10,
					   16, 17, 262, 0x5412, 0x20000000 };
	const bool allows = rand_r(seed) % 2 == 0;
	const char *sep = "";

	buf_printf(out, "\"seccomp\":{\"defaultAction\":\"%s\",\"syscalls\":[",
		   allows ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO");
	for (size_t i = 0; i < 40; i++, sep = ",") {
		const struct hole *h =
			&reach_table[(size_t)rand_r(seed) % reach_count].hole;
		const bool denies = rand_r(seed) % 4 == 0;

		if (seccomp_syscall_resolve_name(h->call) < 0)
			h = &reach_table[0].hole;
		buf_printf(out,
			   "%s{\"names\":[\"%s\",\"read\"],\"action\":\"%s\"",
			   sep, h->call,
			   denies ? "SCMP_ACT_KILL" : "SCMP_ACT_ALLOW");
		if (rand_r(seed) % 2 == 0)
			buf_printf(
				out,
				",\"args\":[{\"index\":%u,\"value\":%u,"
				"\"op\":\"SCMP_CMP_%s\"}]",
				(unsigned)rand_r(seed) % 3,
				values[(size_t)rand_r(seed) % COUNTOF(values)],
				ops[(size_t)rand_r(seed) % COUNTOF(ops)]);
		buf_puts(out, "}");
	}
	buf_puts(out, "]}");
}

/* A value of the hole's argument, with anything where the kernel looks away. */
static void hole_point(const struct hole *h, struct seccomp_data *d,
		       unsigned *seed)
{
	for (size_t i = 0; i < 6; i++) {
		const unsigned high = (unsigned)rand_r(seed);

		d->args[i] = (unsigned)rand_r(seed);
		if (high % 2 == 0)
			d->args[i] %= 20;
		else
			d->args[i] |= (unsigned long long)high << 32;
	}
	for (size_t i = 0; i < h->count; i++) {
		const struct hole_arg *a = &h->args[i];

		if (!a->is_not)
			d->args[a->index] =
				(d->args[a->index] & ~a->mask) | a->value;
		else if (d->args[a->index] == a->value)
			d->args[a->index]++;
	}
}

/* The lint's search, against points drawn at random: what it calls closed lets
 * nothing through; and after a fix there is nothing that it calls open. */
TEST(after_a_fix_no_random_call_gets_through)
{
	unsigned seed = 20261122, open = 0;

	for (unsigned n = 0; n < 60; n++) {
		struct lines left = { 0 };
		struct model *m;
		struct buf b;

		buf_init(&b, POLICY_TARGET_MAX);
		buf_puts(&b, "{" LANDLOCK "," ALL_CAPS ",");
		random_profile(&b, &seed);
		buf_puts(&b, "}");
		m = lint(buf_cstr(&b), &abi_7);
		open += open_count(m) != 0;
		for (size_t i = 0; i < reach_count; i++) {
			const struct hole *h = &reach_table[i].hole;
			const bool is_open = hole_is_open(&m->profile, h, NULL);
			struct seccomp_data d = {
				.nr = seccomp_syscall_resolve_name(h->call),
				.arch = seccomp_arch_native()
			};

			for (unsigned k = 0; k < 50 && d.nr >= 0; k++) {
				hole_point(h, &d, &seed);
				CHECK(hole_has(h, &d));
				if (!is_open && verdict_is_open(profile_verdict(
							&m->profile, &d)))
					test_fail(__FILE__, __LINE__,
						  "%s gets through: %s",
						  h->call, buf_cstr(&b));
			}
		}
		model_unref(m);
		m = fixed(buf_cstr(&b), &left);
		if (open_count(m) != 0)
			test_fail(__FILE__, __LINE__, "%s is left: %s",
				  gap_table[m->findings.items[0].gap].id,
				  buf_cstr(&b));
		CHECK_INT(left.count, 0);
		model_unref(m);
		buf_done(&b);
	}
	CHECK(open > 50);
}

TEST(fix_narrows_what_a_profile_allows_and_keeps_the_rest)
{
	static const char text[] =
		"{" LANDLOCK ",\n \"capabilities\":{},\n" ALLOW(
			"\"read\", \"bpf\", \"clone\",\n   \"sendto\", "
			"\"clone3\", \"socket\"",
			"") "}\n";
	struct lines done = { 0 }, left = { 0 };
	struct err e = { 0 };
	struct model *m;
	struct buf b;

	buf_init(&b, POLICY_TARGET_MAX);
	buf_puts(&b, text);
	CHECK_INT(policy_fix(&b, &abi_7, &done, &left, &e), 0);
	CHECK_INT(left.count, 0);
	m = lint(buf_cstr(&b), &abi_7);
	CHECK_INT(open_count(m), 0);
	model_unref(m);
	/* Order and lines stay; bpf is gone; clone has its condition. */
	CHECK(strncmp(b.p, text, strlen("{" LANDLOCK ",\n \"cap")) == 0);
	CHECK_HAS(buf_cstr(&b), "[\"read\",\n   \"socket\"]");
	CHECK(strstr(b.p, "\"bpf\"") == NULL);
	CHECK_HAS(b.p, "{\"names\": [\"clone\"], \"action\": "
		       "\"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, "
		       "\"value\": 2114060288, \"valueTwo\": 0");
	CHECK_HAS(b.p, "{\"names\": [\"clone3\"], \"action\": "
		       "\"SCMP_ACT_ERRNO\", \"errnoRet\": 38}");
	lines_done(&done);
	lines_done(&left);
	buf_done(&b);
}

TEST(fix_leaves_what_only_the_author_can_decide)
{
	struct lines left = { 0 };
	struct model *m = fixed(
		"{\"landlock\":{\"abi\":6," RULESET ",\"pathBeneath\":[" RULE(
			"\"execute\",\"write_file\"",
			"/srv/x") "],\"netPort\":[{"
				  "\"allowedAccess\":[\"bind_tcp\"],\"port\":[80]}]},"
				  "\"capabilities\":{\"bounding\":[\"CAP_CHOWN\","
				  "\"CAP_KILL\"],\"permitted\":[\"CAP_KILL\"]}," ALLOW(
					  "\"listen\"",
					  ALLOW_ARGS(
						  "socket",
						  ARG(0, 2, "EQ") "," MASK(
							  1, 15,
							  1) "," ARG(2, 0,
								     "EQ"))) "}",
		&left);

	CHECK_INT(left.count, 2);
	CHECK_HAS(left.items[0], "listen: ");
	CHECK_HAS(left.items[0], "\"accept\": [\"listen\"]");
	CHECK_HAS(left.items[1], "write-execute: /srv/x");
	CHECK(!has(m, GAP_BOUNDING) && m->caps.bounding == 1 << 5);
	lines_done(&left);
	model_unref(m);
}

/* What is null is absent, and is not there twice after it. */
TEST(fix_fills_members_that_are_null)
{
	static const char *const texts[] = {
		"{\"accept\":[\"no-landlock\",\"no-capabilities\"],\"seccomp\":{"
		"\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":null}}",
		"{\"accept\":[\"no-seccomp\",\"no-capabilities\"],\"landlock\":{"
		"\"ruleset\":null,\"pathBeneath\":[{\"allowedAccess\":["
		"\"execute\"],\"parent\":[\"/srv\"]}]}}",
		"{\"accept\":[\"no-seccomp\",\"no-capabilities\"],\"landlock\":{"
		"\"ruleset\":[{\"handledAccessFs\":null,\"handledAccessNet\":["
		"\"bind_tcp\"],\"scoped\":null}]}}",
	};

	for (size_t i = 0; i < COUNTOF(texts); i++) {
		struct lines left = { 0 };
		struct model *m = fixed(texts[i], &left);

		CHECK_INT(open_count(m), 0);
		CHECK_INT(left.count, 0);
		model_unref(m);
	}
}

TEST(fix_takes_out_an_architecture_that_hides_arguments)
{
	struct lines left = { 0 };
	struct model *m = fixed(WITH_ARCH("SCMP_ARCH_X86"), &left);

	CHECK(profile_arch(&m->profile, SCMP_ARCH_X86) == NULL);
	CHECK_INT(open_count(m), 0);
	model_unref(m);
}

/* ---- splice ------------------------------------------------------------- */

static void spliced(const char *text, int (*change)(struct buf *b),
		    const char *want)
{
	struct buf b;

	buf_init(&b, 10000);
	buf_puts(&b, text);
	CHECK_INT(change(&b), 0);
	CHECK_STR(buf_cstr(&b), want);
	buf_done(&b);
}

static int append_a(struct buf *b)
{
	return splice_append(b, "a", span_of("9"));
}

static int remove_a0(struct buf *b)
{
	return splice_remove(b, "a/0");
}

static int remove_a1(struct buf *b)
{
	return splice_remove(b, "a/1");
}

static int remove_a(struct buf *b)
{
	return splice_remove(b, "a");
}

static int replace_ab(struct buf *b)
{
	return splice_replace(b, "a/b", span_of("[7]"));
}

TEST(a_text_is_changed_where_it_must_and_nowhere_else)
{
	spliced("{\"a\":[]}", append_a, "{\"a\":[9]}");
	spliced("{\"a\": [ ] , \"b\":1}", append_a, "{\"a\": [9] , \"b\":1}");
	spliced("{\"a\":[1]}", append_a, "{\"a\":[1, 9]}");
	spliced("{\"a\": [\n  1\n]}", append_a, "{\"a\": [\n  1,\n  9\n]}");
	spliced("{\"a\": [\n  1,\n  {\"x\": \"],}\"}\n]}", append_a,
		"{\"a\": [\n  1,\n  {\"x\": \"],}\"},\n  9\n]}");
	spliced("{\"\\\"]\":\"\\\\\",\"a\":[\"\\\"\"]}", append_a,
		"{\"\\\"]\":\"\\\\\",\"a\":[\"\\\"\", 9]}");
	spliced("{\"a\":[1]}", remove_a0, "{\"a\":[]}");
	spliced("{\"a\":[1, 2]}", remove_a0, "{\"a\":[2]}");
	spliced("{\"a\":[1, 2]}", remove_a1, "{\"a\":[1]}");
	spliced("{\"a\":[1, 2, 3]}", remove_a1, "{\"a\":[1, 3]}");
	spliced("{\"a\":[1, 2,\n 3]}", remove_a1, "{\"a\":[1,\n 3]}");
	spliced("{\"b\": 1, \"a\": {\"x\": 2}}", remove_a, "{\"b\": 1}");
	spliced("{\"a\": {\"b\": true , \"c\": 1}}", replace_ab,
		"{\"a\": {\"b\": [7] , \"c\": 1}}");
}

TEST(what_is_not_there_is_not_changed)
{
	struct span found;
	struct buf b;

	buf_init(&b, 100);
	buf_puts(&b, "{\"a\":[1],\"s\":\"x\"}");
	CHECK_INT(splice_append(&b, "b", span_of("1")), -ENOENT);
	CHECK_INT(splice_append(&b, "s", span_of("1")), -ENOENT);
	CHECK_INT(splice_remove(&b, "a/1"), -ENOENT);
	CHECK_INT(splice_replace(&b, "a/0/b", span_of("1")), -ENOENT);
	CHECK_INT(splice_find(buf_view(&b), "a/x", &found), -ENOENT);
	CHECK_INT(splice_find(buf_view(&b), "a/0", &found), 0);
	CHECK(span_eq_str(found, "1"));
	CHECK_STR(buf_cstr(&b), "{\"a\":[1],\"s\":\"x\"}");
	buf_done(&b);
}
