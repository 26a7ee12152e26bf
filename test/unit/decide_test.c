/* SPDX-License-Identifier: Apache-2.0 */
/* decide_test.c - what the model says of actions, both ways. */
#include "test/unit/harness.h"

#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/policy/policy.h"
#include "pkg/policy/tests.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

#define NODE	    "{\"unlisted\":\"deny\",\"services\":{\"web\":{\"number\":1}}}"
#define NONE	    "\"accept\":[\"no-landlock\",\"no-seccomp\",\"no-capabilities\"]"
#define NO_LANDLOCK "\"accept\":[\"no-landlock\",\"no-capabilities\"]"
#define NO_SECCOMP  "\"accept\":[\"no-seccomp\",\"no-capabilities\"]"
#define EFFORT	    "\"best-effort\":true"
#define ALL                                                            \
	"\"bailiff\":1,\"abi\":11,\"ruleset\":[{\"handledAccessFs\":[" \
	"\"abi.all\"],\"handledAccessNet\":[\"abi.all\"],\"scoped\":[" \
	"\"abi.all\"]}]"
#define RULE(rights, path) \
	"{\"allowedAccess\":[" rights "],\"parent\":[\"" path "\"]}"
#define FILES(rules) "{" NO_SECCOMP ",\"landlock\":{" ALL rules "}}"

static const struct policy_kernel newest = { .landlock_abi = 11,
					     .has_seccomp = true };
static const struct policy_origin origin = {
	.generation = 4,
	.bundle_version = 3,
	.signers = { "1a2b3c4d5e6f7081" },
	.signer_count = 1,
};

static struct policy *compiled(const char *document,
			       const struct policy_kernel *kernel)
{
	const struct policy_target targets[] = {
		{ "services/web.json", span_of(document), NULL },
		{ "node.json", span_of(NODE), NULL },
	};
	struct policy *p = NULL;
	struct err e = { 0 };

	if (policy_compile(targets, 2, &origin, kernel, NULL, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return p;
}

static json_t *answer(const struct policy *p, const char *words)
{
	json_t *j = NULL;
	struct err e = { 0 };
	struct buf out;

	buf_init(&out, 1 << 20);
	if (policy_what(p, span_of("web"), span_of(words), &out, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", words, e.text);
	CHECK_INT(json_parse(buf_view(&out), 1 << 20, &j, &e), 0);
	buf_done(&out);
	return j;
}

static const char *text(const json_t *j, const char *key)
{
	const char *t = json_string_value(json_object_get(j, key));

	return t != NULL ? t : "(null)";
}

struct row {
	const char *words, *verdict;
};

static void holds(const struct policy *p, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO_JSON *j = answer(p, rows[i].words);

		if (strcmp(text(j, "verdict"), rows[i].verdict) != 0)
			test_fail(__FILE__, __LINE__, "%s is %s, not %s: %s",
				  rows[i].words, text(j, "verdict"),
				  rows[i].verdict, text(j, "sentence"));
	}
}

static void check(const char *document, const struct policy_kernel *kernel,
		  const struct row *rows, size_t count)
{
	struct policy *p = compiled(document, kernel);

	holds(p, rows, count);
	policy_free(p);
}

TEST(a_path_is_held_by_the_rules_at_and_above_it)
{
	static const struct row rows[] = {
		{ "read /a", "allowed" },	 { "read /a/b/c", "allowed" },
		{ "read /ab", "denied" },	 { "read /", "denied" },
		{ "list /a", "denied" },	 { "write /a/x", "denied" },
		{ "read /file", "allowed" },	 { "write /file", "allowed" },
		{ "write /file2", "denied" },	 { "truncate /file", "denied" },
		{ "write /a/log/x", "allowed" }, { "read /a/log/x", "allowed" },
	};

	check(FILES(",\"pathBeneath\":[" RULE("\"read_file\"", "/a") "," RULE(
		      "\"read_file\",\"write_file\"",
		      "/file") "," RULE("\"write_file\"", "/a/log") "]"),
	      &newest, rows, COUNTOF(rows));
}

TEST(a_rule_on_the_root_holds_everywhere)
{
	static const struct row rows[] = {
		{ "read /", "allowed" },      { "read /x/y", "allowed" },
		{ "create /x", "allowed" },   { "create /x/y", "allowed" },
		{ "mkdir /x", "denied" },     { "list /", "denied" },
		{ "rename /a /b", "denied" }, { "rename /a/x /b/y", "denied" },
	};

	check(FILES(",\"pathBeneath\":[" RULE(
		      "\"read_file\",\"write_file\",\"make_reg\"", "/") "]"),
	      &newest, rows, COUNTOF(rows));
}

/* What is made or removed is its directory's affair. */
TEST(making_and_removing_need_their_right_on_the_directory)
{
	static const struct {
		const char *word, *right;
	} rows[] = {
		{ "mkdir", "make_dir" },      { "remove", "remove_file" },
		{ "rmdir", "remove_dir" },    { "mkfifo", "make_fifo" },
		{ "mksock", "make_sock" },    { "symlink", "make_sym" },
		{ "bind unix", "make_sock" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char document[1024], words[64];
		struct policy *p;

		(void)snprintf(
			document, sizeof(document),
			FILES(",\"pathBeneath\":[" RULE("\"%s\"", "/d/e") "]"),
			rows[i].right);
		p = compiled(document, &newest);
		for (size_t k = 0; k < 3; k++) {
			static const char *const at[] = { "/d/e/x", "/d/e",
							  "/d/ex" };
			const struct row row = { words, k == 0 ? "allowed"
							       : "denied" };

			(void)snprintf(words, sizeof(words), "%s %s",
				       rows[i].word, at[k]);
			holds(p, &row, 1);
		}
		policy_free(p);
	}
}

TEST(what_needs_several_rights_needs_all_of_them)
{
	static const struct row rows[] = {
		{ "exec /x/a", "denied" },	{ "exec /y/a", "denied" },
		{ "exec /z/a", "allowed" },	{ "create /x/a", "denied" },
		{ "create /y/a", "denied" },	{ "create /z/a", "allowed" },
		{ "truncate /x/a", "allowed" }, { "ioctl /x/a", "denied" },
		{ "ioctl /y/a", "allowed" },	{ "ioctl /z/a", "allowed" },
	};

	check(FILES(",\"pathBeneath\":[" RULE(
		      "\"execute\",\"make_reg\",\"truncate\",\"ioctl_dev\"",
		      "/x") "," RULE("\"read_file\",\"write_file\",\"ioctl_"
				     "dev\"",
				     "/y") "," RULE("\"execute\",\"read_file\",\"make_reg\",\"write_"
						    "file\",\"ioctl_dev\"",
						    "/z") "]"),
	      &newest, rows, COUNTOF(rows));
}

TEST(moving_needs_refer_at_both_ends_and_gains_nothing)
{
	static const struct row rows[] = {
		/* in one directory */
		{ "rename /plain/a /plain/b", "allowed" },
		{ "replace /plain/a /plain/b", "allowed" },
		{ "link /plain/a /plain/b", "allowed" },
		/* across */
		{ "rename /plain/a /plain/x/b", "denied" },
		{ "rename /both/x/a /both/y/b", "allowed" },
		{ "replace /both/x/a /both/y/b", "allowed" },
		{ "link /both/x/a /both/y/b", "allowed" },
		{ "rename /both/x/a/ /both/y/b/", "denied" }, /* make_dir */
		{ "rename /both/a /exec/b", "denied" }, /* gains execute */
		{ "link /both/a /exec/b", "denied" },
		{ "rename /exec/a /both/b", "allowed" },
		{ "rename /nowhere/a /both/b", "denied" },
		{ "link /both/a /nowhere/b", "denied" },
		/* a directory would gain what only directories have */
		{ "rename /dirs/a/ /list/b/", "denied" },
		{ "rename /list/a/ /dirs/b/", "allowed" },
	};
	struct policy *p = compiled(
		FILES(",\"pathBeneath\":[" RULE("\"make_reg\",\"remove_file\"", "/plain") "," RULE(
			"\"make_reg\",\"remove_file\","
			"\"refer\"",
			"/both") "," RULE("\"make_reg\",\"remove_file\",\"refer\","
					  "\"execute\"",
					  "/exec") "," RULE("\"make_dir\",\"remove_dir\","
							    "\"refer\"",
							    "/dirs") "," RULE("\"make_dir\",\"remove_dir\",\"refer\",\"read_"
									      "dir\"",
									      "/list") "]"),
		&newest);
	AUTO_JSON *gains = NULL, *lacks = NULL;

	holds(p, rows, COUNTOF(rows));
	gains = answer(p, "rename /both/a /exec/b");
	CHECK_HAS(text(gains, "sentence"),
		  "web may not rename /both/a to /exec/b: it would gain "
		  "execute by the move, which Landlock never lets happen");
	lacks = answer(p, "rename /plain/a /both/b");
	CHECK_STR(text(lacks, "missing"), "refer on /plain");
	policy_free(p);
}

/* Landlock gives refer to nobody whose document does not handle it. */
TEST(without_refer_nothing_moves_to_another_directory)
{
	static const struct row rows[] = {
		{ "rename /a/x /b/y", "denied" },
		{ "rename /a/x /a/y", "allowed" },
		{ "link /a/x /b/y", "denied" },
	};

	check("{" NO_SECCOMP ",\"landlock\":{\"ruleset\":[{"
	      "\"handledAccessFs\":[\"execute\"]}]}}",
	      &newest, rows, COUNTOF(rows));
}

TEST(a_right_that_is_not_handled_is_open)
{
	static const struct row rows[] = {
		{ "read /x", "allowed" },
		{ "exec /x", "denied" },
		{ "connect tcp 22", "allowed" },
		{ "signal outside", "allowed" },
		{ "ptrace outside", "denied" },
		{ "mount /mnt", "denied" },
		{ "stat /x", "allowed" },
		{ "chmod /x", "allowed" },
	};
	struct policy *p = compiled("{" NO_SECCOMP ",\"landlock\":{\"ruleset\":"
				    "[{\"handledAccessFs\":[\"execute\"]}]}}",
				    &newest);
	AUTO_JSON *open = NULL;

	holds(p, rows, COUNTOF(rows));
	open = answer(p, "read /x");
	CHECK_STR(text(open, "layer"), "none");
	CHECK_HAS(text(open, "sentence"),
		  "web may read /x: its policy does not restrict it");
	policy_free(p);
}

#define PORT(right, port) \
	"{\"allowedAccess\":[\"" right "\"],\"port\":[" port "]}"

TEST(ports_and_scopes_are_asked)
{
	static const struct row rows[] = {
		{ "bind tcp 80", "allowed" },
		{ "listen tcp 80", "allowed" },
		{ "bind tcp 1.2.3.4:80", "allowed" },
		{ "bind tcp 81", "denied" },
		{ "connect tcp 80", "denied" },
		{ "connect tcp [::1]:443", "allowed" },
		{ "connect udp 53", "allowed" },
		{ "connect udp 54", "denied" },
		{ "bind udp 0", "allowed" },
		{ "bind udp 53", "denied" },
		{ "connect mptcp 80", "allowed" }, /* the gap of Landlock */
		{ "connect unix /run/x", "denied" },
		{ "connect unix /run/y/x", "allowed" },
		{ "connect abstract outside", "denied" },
		{ "signal outside", "denied" },
		{ "ptrace outside", "denied" },
	};

	check(FILES(",\"netPort\":[" PORT("bind_tcp", "80") "," PORT("connect_tcp", "443") "," PORT(
		      "connect_send_udp",
		      "53") "," PORT("bind_udp",
				     "0") "],\"pathBeneath\":[" RULE("\"resolve_unix\"",
								     "/run/y") "]"),
	      &newest, rows, COUNTOF(rows));
}

TEST(a_sender_without_a_port_of_its_own_is_denied)
{
	const struct row row = { "connect udp 53", "denied" };

	check(FILES(",\"netPort\":[" PORT("connect_send_udp", "53") "]"),
	      &newest, &row, 1);
}

#define SECCOMP(names)                                                      \
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{" \
	"\"action\":\"SCMP_ACT_ALLOW\",\"names\":[" names "]}]}"

TEST(an_action_is_denied_when_every_way_is)
{
	static const struct row rows[] = {
		{ "read /x", "allowed" },
		{ "list /x", "denied" }, /* getdents64 */
		{ "exec /x", "denied" },
		{ "connect tcp 22", "denied" }, /* connect */
		{ "bind tcp 2222", "allowed" },
		{ "listen tcp 2222", "denied" },
		{ "remove /x", "allowed" },
		{ "rmdir /x", "allowed" },
		{ "signal outside", "allowed" },
		{ "mksock /x", "allowed" }, /* by bind */
		{ "mkfifo /x", "denied" },
	};
	struct policy *p = compiled(
		"{" NO_LANDLOCK "," SECCOMP("\"openat2\",\"socket\",\"bind\","
					    "\"unlinkat\",\"tgkill\"") "}",
		&newest);
	AUTO_JSON *exec = NULL, *connect = NULL;

	holds(p, rows, COUNTOF(rows));
	exec = answer(p, "exec /x");
	CHECK_STR(text(exec, "layer"), "seccomp");
	CHECK_STR(text(exec, "rule"), "defaultAction SCMP_ACT_ERRNO(EPERM)");
	CHECK_HAS(text(exec, "sentence"),
		  "web may not execute /x: execve and execveat are not "
		  "allowed: no rule names it; what holds is defaultAction "
		  "SCMP_ACT_ERRNO(EPERM); bundle 3, signed by 1a2b3c4d5e6f; to "
		  "allow it add {\"seccomp\":{\"syscalls\":[{\"action\":"
		  "\"SCMP_ACT_ALLOW\",\"names\":[\"execve\"]}]}}");
	connect = answer(p, "connect tcp 22");
	CHECK_STR(text(connect, "missing"), "connect");
	policy_free(p);
}

TEST(a_system_call_is_judged_by_the_arguments_that_are_said)
{
	static const struct row rows[] = {
		{ "syscall socket", "allowed" }, /* some */
		{ "syscall socket 2", "allowed" },
		{ "syscall socket 2 1 0", "allowed" },
		{ "syscall socket 2 1 262", "denied" },
		{ "syscall socket 16 3 9", "denied" },
		{ "syscall personality", "allowed" },
		{ "syscall personality 0", "denied" },
		{ "syscall personality 0x100000010", "denied" },
		{ "syscall personality 8", "allowed" },
		{ "syscall ptrace", "denied" },
		{ "syscall read", "allowed" },
		{ "connect tcp 22", "allowed" },
		{ "connect mptcp 22", "denied" },
		{ "connect udp 53", "allowed" },
	};

	check("{" NO_LANDLOCK
	      ",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\","
	      "\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\",\"names\":["
	      "\"read\",\"connect\"]},{\"action\":\"SCMP_ACT_ALLOW\",\"names\":"
	      "[\"socket\"],\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_LE\","
	      "\"value\":10},{\"index\":2,\"op\":\"SCMP_CMP_LT\",\"value\":"
	      "100}]},{\"action\":\"SCMP_ACT_ALLOW\",\"names\":["
	      "\"personality\"],\"args\":[{\"index\":0,\"op\":"
	      "\"SCMP_CMP_EQ\",\"value\":8}]}]}}",
	      &newest, rows, COUNTOF(rows));
}

/* No single value of a rule opens it, but one that mixes them does. */
TEST(a_call_whose_arguments_are_not_said_is_searched_for_any)
{
#define MASKED(mask, value)                                           \
	"{\"index\":0,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" #mask \
	",\"valueTwo\":" #value "}"
	static const struct row rows[] = {
		{ "syscall personality", "allowed" },
		{ "syscall personality 0x4010", "allowed" },
		{ "syscall personality 0x10", "denied" },
		{ "syscall getpid", "denied" },
	};
	struct policy *p = compiled(
		"{" NO_LANDLOCK
		",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
		"\"syscalls\":[{\"action\":\"SCMP_ACT_ERRNO\",\"names\":["
		"\"personality\"],\"args\":[" MASKED(16, 0) "," MASKED(
			512, 512) "," MASKED(16384,
					     0) "]},{\"action\":"
						"\"SCMP_ACT_TRACE\",\"names\":["
						"\"getpid\"]}]}}",
		&newest);
	AUTO_JSON *some = NULL;

	holds(p, rows, COUNTOF(rows));
	some = answer(p, "syscall personality");
	CHECK_HAS(text(some, "sentence"),
		  "personality is allowed with some arguments");
	policy_free(p);
}

TEST(a_call_that_only_kills_or_traces_is_denied)
{
	static const struct row rows[] = {
		{ "syscall uname", "denied" },	{ "syscall getpid", "denied" },
		{ "syscall getuid", "denied" }, { "syscall getgid", "allowed" },
		{ "syscall read", "allowed" },
	};
	struct policy *p = compiled(
		"{" NO_LANDLOCK
		",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
		"\"syscalls\":[{\"action\":\"SCMP_ACT_KILL\",\"names\":["
		"\"uname\"]},{\"action\":\"SCMP_ACT_TRACE\",\"names\":["
		"\"getpid\"]},{\"action\":\"SCMP_ACT_TRAP\",\"names\":["
		"\"getuid\"]},{\"action\":\"SCMP_ACT_LOG\",\"names\":["
		"\"getgid\"]}]}}",
		&newest);
	AUTO_JSON *killed = NULL;

	holds(p, rows, COUNTOF(rows));
	killed = answer(p, "syscall uname");
	CHECK_HAS(text(killed, "sentence"),
		  "uname is not allowed: the rule SCMP_ACT_KILL");
	CHECK(json_is_null(json_object_get(killed, "fix")));
	policy_free(p);
}

#define CAPS(names)                                                        \
	"\"capabilities\":{\"bounding\":[" names "],\"permitted\":[" names \
	"],\"effective\":[" names "]}"

TEST(capabilities_are_asked_also_for_what_needs_one)
{
	static const struct row with[] = {
		{ "capability CAP_NET_BIND_SERVICE", "allowed" },
		{ "capability CAP_SYS_ADMIN", "denied" },
		{ "bind tcp 80", "allowed" },
		{ "bind tcp 0", "allowed" },
		{ "connect raw 1.2.3.4", "denied" },
		{ "chown /x", "denied" },
		{ "chmod /x", "allowed" },
		{ "mkchar /x", "denied" },
		{ "device mknod c 1:3", "denied" },
		{ "device read c 1:3", "allowed" },
	};
	static const struct row without[] = {
		{ "capability CAP_NET_BIND_SERVICE", "denied" },
		{ "bind tcp 1023", "denied" },
		{ "bind tcp 1024", "allowed" },
	};
	static const struct row unrestricted[] = {
		{ "capability CAP_SYS_ADMIN", "allowed" },
		{ "bind udp 53", "allowed" },
		{ "mount /mnt", "allowed" },
	};

	check("{\"accept\":[\"no-landlock\",\"no-seccomp\"]," CAPS(
		      "\"CAP_NET_BIND_SERVICE\"") "}",
	      &newest, with, COUNTOF(with));
	check("{\"accept\":[\"no-landlock\",\"no-seccomp\"],"
	      "\"capabilities\":{}}",
	      &newest, without, COUNTOF(without));
	check("{" NONE "}", &newest, unrestricted, COUNTOF(unrestricted));
}

#define NETWORK                                                              \
	"{" NONE ",\"best-effort\":[\"network\",\"devices\"],\"network\":{"  \
	"\"connect\":[{\"protocol\":[\"tcp\"],\"address\":[\"10.0.0.0/8\"]," \
	"\"port\":[443]}]},\"devices\":[{\"allow\":true,\"type\":\"c\","     \
	"\"major\":1,\"minor\":3,\"access\":\"rw\"}]}"

TEST(network_and_devices_count_as_far_as_they_are_enforced)
{
	static const struct policy_kernel cgroup = {
		.landlock_abi = 11,
		.has_seccomp = true,
		.has_cgroup_network = true,
		.has_cgroup_devices = true,
	};
	static const struct row held[] = {
		{ "connect tcp 10.1.2.3:443", "allowed" },
		{ "connect tcp 10.1.2.3:444", "denied" },
		{ "connect tcp 11.1.2.3:443", "denied" },
		{ "connect tcp 443", "denied" }, /* not of every address */
		{ "connect udp 10.1.2.3:443", "denied" },
		{ "bind tcp 443", "denied" },
		{ "device read c 1:3", "allowed" },
		{ "device read c 1:5", "denied" },
		{ "device mknod c 1:3", "denied" },
	};
	static const struct row open[] = {
		{ "connect tcp 10.1.2.3:443", "allowed" },
		{ "connect tcp 11.1.2.3:443", "not-enforced" },
		{ "device read c 1:5", "not-enforced" },
	};
	struct policy *p = compiled(NETWORK, &cgroup);
	AUTO_JSON *j = NULL;

	holds(p, held, COUNTOF(held));
	j = answer(p, "connect tcp 11.1.2.3:443");
	CHECK_HAS(text(j, "sentence"),
		  "{\"network\":{\"connect\":[{\"protocol\":[\"tcp\"],"
		  "\"address\":[\"11.1.2.3\"],\"port\":[443]}]}}");
	policy_free(p);
	check(NETWORK, &newest, open, COUNTOF(open));
}

TEST(what_this_kernel_lacks_is_said_and_not_called_denied)
{
	static const struct policy_kernel old = { .landlock_abi = 2,
						  .has_seccomp = true };
	static const struct policy_kernel bare = { 0 };
	static const struct row on_old[] = {
		{ "read /etc/shadow", "denied" },
		{ "truncate /x", "not-enforced" },
		{ "connect tcp 22", "not-enforced" },
		{ "signal outside", "not-enforced" },
		{ "connect unix /x", "not-enforced" },
		{ "syscall ptrace", "denied" },
		{ "ptrace outside", "denied" },
	};
	static const struct row on_bare[] = {
		{ "read /etc/shadow", "not-enforced" },
		{ "read /web/x", "allowed" },
		{ "rename /a/x /b/y", "not-enforced" },
		{ "syscall ptrace", "not-enforced" },
		{ "mount /x", "denied" }, /* the capability */
	};
	static const char document[] = "{" EFFORT ",\"capabilities\":{}," SECCOMP(
		"\"openat\",\"truncate\",\"socket\",\"connect\","
		"\"kill\",\"rename\",\"mount\"") ",\"landlock\":{" ALL
						 ",\"pathBeneath\":[" RULE(
							 "\"read_file\"",
							 "/web") "]}}";
	struct policy *p = compiled(document, &old);
	AUTO_JSON *j = NULL;

	holds(p, on_old, COUNTOF(on_old));
	j = answer(p, "connect tcp 22");
	CHECK_HAS(text(j, "sentence"),
		  "web may connect to TCP port 22 here, though its policy "
		  "denies it: no rule grants connect_tcp there; no port has "
		  "it; Landlock ABI 4 is needed, the kernel has 2");
	policy_free(p);
	check(document, &bare, on_bare, COUNTOF(on_bare));
}

TEST(a_denial_by_two_layers_names_both_and_one_fix)
{
	struct policy *p = compiled(
		"{\"capabilities\":{}," SECCOMP(
			"\"socket\",\"bpf\"") ",\"landlock\":{" ALL "}}",
		&newest);
	AUTO_JSON *j = answer(p, "bind tcp 80");
	struct policy *fixed;

	CHECK_STR(text(j, "layer"), "landlock");
	CHECK_STR(text(j, "what"), "bind tcp 80");
	CHECK_STR(text(j, "role"), "targets");
	CHECK_INT(json_array_size(json_object_get(j, "layers")), 3);
	CHECK_HAS(
		text(j, "sentence"),
		"web may not bind TCP port 80: no rule grants bind_tcp "
		"there; no port has it; besides bind is not allowed: no rule "
		"names it; what holds is defaultAction SCMP_ACT_ERRNO(EPERM); "
		"besides CAP_NET_BIND_SERVICE is not among its permitted "
		"capabilities; bundle 3, signed by 1a2b3c4d5e6f; to allow it "
		"add {\"landlock\":{\"netPort\":[{\"allowedAccess\":["
		"\"bind_tcp\"],\"port\":[80]}]},\"seccomp\":{\"syscalls\":[{"
		"\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"bind\"]}]},"
		"\"capabilities\":{\"bounding\":[\"CAP_NET_BIND_SERVICE\"],"
		"\"effective\":[\"CAP_NET_BIND_SERVICE\"],\"permitted\":["
		"\"CAP_NET_BIND_SERVICE\"]}}");
	fixed = compiled(
		"{" CAPS("\"CAP_NET_BIND_SERVICE\"") "," SECCOMP(
			"\"socket\",\"bind\"") ",\"landlock\":{" ALL
					       ",\"netPort\":[" PORT(
						       "bind_tcp", "80") "]}}",
		&newest);
	holds(fixed, &(const struct row){ "bind tcp 80", "allowed" }, 1);
	policy_free(fixed);
	policy_free(p);
}

TEST(an_answer_needs_a_service_and_an_action)
{
	struct policy *p = compiled("{" NONE "}", &newest);
	struct err e;
	struct buf out;

	buf_init(&out, 1 << 20);
	CHECK_INT(policy_what(p, span_of("wbe"), span_of("read /x"), &out, &e),
		  -ENOENT);
	CHECK_STR(e.text, "the policy has no service \"wbe\"");
	CHECK_INT(policy_what(p, span_of("web"), span_of("reed /x"), &out, &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "\"reed\" is no action");
	CHECK_INT(out.len, 0);
	policy_free(p);
}

/* ---- tests of a policy -------------------------------------------------- */

struct tally {
	unsigned results[3];
	char last[512];
};

static int test_count(void *ctx, const struct policy_test *t)
{
	struct tally *all = ctx;

	all->results[t->result]++;
	(void)snprintf(all->last, sizeof(all->last), "%s: %s", t->words,
		       t->sentence);
	return 0;
}

#define TESTED(tests)                                                         \
	"{" NO_SECCOMP "," EFFORT ",\"tests\":[" tests "],\"landlock\":{" ALL \
	",\"pathBeneath\":[" RULE("\"read_file\"", "/web") "]}}"

TEST(the_tests_of_a_policy_pass_fail_or_are_not_enforced)
{
	static const struct policy_kernel old = { .landlock_abi = 2,
						  .has_seccomp = true };
	struct policy *p = compiled(
		TESTED("\"allow read /web/x\",\"deny read /x\",\"allow write "
		       "/web/x\",\"deny connect tcp 22\""),
		&old);
	struct tally all = { 0 };
	struct err e = { 0 };

	CHECK_INT(policy_tests(p, test_count, &all, &e), 0);
	CHECK_INT(all.results[TEST_PASSED], 2);
	CHECK_INT(all.results[TEST_FAILED], 1);
	CHECK_INT(all.results[TEST_NOT_ENFORCED], 1);
	CHECK_INT(policy_tests_check(p, &e), -EBADMSG);
	CHECK_STR(e.text,
		  "services/web.json: tests[2]: \"allow write /web/x\" does "
		  "not hold: web may not write to /web/x: no rule grants "
		  "write_file there; the nearest is /web (read_file)");
	policy_free(p);
}

TEST(several_failing_tests_are_counted)
{
	struct policy *p = compiled(TESTED("\"deny read /web/x\",\"allow read "
					   "/y\""),
				    &newest);
	struct err e = { 0 };

	CHECK_INT(policy_tests_check(p, &e), -EBADMSG);
	CHECK_STR(e.text,
		  "2 tests fail, the first: services/web.json: tests[0]: "
		  "\"deny read /web/x\" does not hold: web may read /web/x: it "
		  "is granted by /web (read_file)");
	policy_free(p);
}

TEST(a_test_that_is_none_is_named)
{
	struct policy *p = compiled(TESTED("\"allow read /web/x\",\"deny raed "
					   "/x\""),
				    &newest);
	struct tally all = { 0 };
	struct err e = { 0 };

	CHECK_INT(policy_tests(p, test_count, &all, &e), -EBADMSG);
	CHECK_HAS(e.text, "services/web.json: tests[1]: \"raed\" is no action");
	CHECK_INT(policy_tests_check(p, &e), -EBADMSG);
	policy_free(p);
}
