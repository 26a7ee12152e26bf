/* SPDX-License-Identifier: Apache-2.0 */
/* diff_test.c - what a new bundle changes, in words: every layer, both ways,
 * and what of it needs a restart. */
#include "test/unit/harness.h"

#include <stdlib.h>

#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/policy/policy.h"

static const struct policy_kernel full = { .landlock_abi = 10,
					   .has_seccomp = true,
					   .has_cgroup_network = true,
					   .has_cgroup_devices = true };
static const struct policy_kernel old = { .landlock_abi = 2,
					  .has_seccomp = true };

#define NODE "'unlisted':'allow','services':{'web':{'number':1}}"

/* Single quotes stand for double ones. */
static char *quoted(const char *text)
{
	char *copy = strdup(text);

	for (char *p = copy; *p != '\0'; p++)
		*p = *p == '\'' ? '"' : *p;
	return copy;
}

static struct policy *policy_on(const struct policy_kernel *kernel,
				const char *node, const char *document,
				const struct policy *previous)
{
	const struct policy_origin origin = { .generation = 1,
					      .bundle_version = 3 };
	AUTO_MEM char *n = quoted(node);
	AUTO_MEM char *d = quoted(document);
	const struct policy_target targets[] = {
		{ .name = "node.json", .bytes = span_of(n) },
		{ .name = "services/web.json", .bytes = span_of(d) },
	};
	struct policy *p = NULL;
	struct err e = { 0 };

	if (policy_compile(targets, 2, &origin, kernel, previous, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", document, e.text);
	return p;
}

/* "kind! sentence" a line; ! for what needs a restart. */
static void line_take(void *ctx, const struct policy_change *c)
{
	buf_printf(ctx, "%s%s %s\n", policy_change_word(c->kind),
		   c->needs_restart ? "!" : "", c->sentence);
}

static void lines_of(const json_t *all, struct buf *out)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(all, "changes"), i, c) {
		const struct policy_change change = {
			.needs_restart = json_is_true(
				json_object_get(c, "needs_restart")),
			.sentence = json_string_value(
				json_object_get(c, "sentence")),
		};

		buf_printf(out, "%s%s %s\n",
			   json_string_value(json_object_get(c, "change")),
			   change.needs_restart ? "!" : "", change.sentence);
	}
}

static void diff_is(int line, const struct policy *a, const struct policy *b,
		    const char *want)
{
	AUTO_DONE(buf_done) struct buf out, got;
	AUTO_JSON *all = NULL;
	struct err e = { 0 };

	buf_init(&out, 1 << 20);
	buf_init(&got, 1 << 20);
	if (policy_diff(a, b, &out, &e) < 0 ||
	    json_parse(buf_view(&out), 1 << 20, &all, &e) < 0)
		test_fail(__FILE__, line, "%s", e.text);
	lines_of(all, &got);
	if (strcmp(buf_cstr(&got) ? buf_cstr(&got) : "", want) != 0)
		test_fail(__FILE__, line, "got:\n%swant:\n%s",
			  got.len ? buf_cstr(&got) : "", want);
}

/* The document @from becomes @to, on @kernel: exactly these lines. */
static void changes(int line, const struct policy_kernel *kernel,
		    const char *from, const char *to, const char *want)
{
	struct policy *a = policy_on(kernel, "{" NODE "}", from, NULL);
	struct policy *b = policy_on(kernel, "{" NODE "}", to, a);

	diff_is(line, a, b, want);
	policy_free(a);
	policy_free(b);
}

#define REST			",'accept':['no-seccomp','no-capabilities']}"
#define CHANGES(from, to, want) changes(__LINE__, &full, from, to, want)
#define LANDLOCK(from, to, want)                       \
	CHANGES("{'landlock':{'abi':6," from "}" REST, \
		"{'landlock':{'abi':6," to "}" REST, want)
#define ALL                                          \
	"'ruleset':[{'handledAccessFs':['abi.all']," \
	"'handledAccessNet':['abi.all'],'scoped':['abi.all']}]"
#define ON(access, paths) "{'allowedAccess':[" access "],'parent':[" paths "]}"
#define PATHS(rules)	  ",'pathBeneath':[" rules "]"
#define PORTS(access, ports) \
	",'netPort':[{'allowedAccess':[" access "],'port':[" ports "]}]"

TEST(the_same_policy_changes_nothing)
{
	LANDLOCK(ALL PATHS(ON("'read_file'", "'/etc'")),
		 ALL PATHS(ON("'read_file'", "'/etc'")), "");
	/* Nor does one that says the same otherwise. */
	LANDLOCK(ALL PATHS(ON("'read_file','read_dir'", "'/etc','/usr'")),
		 ALL PATHS(ON("'read_dir'", "'/usr','/etc'") "," ON(
			 "'read_file'", "'/etc','/usr/'")),
		 "");
}

TEST(a_right_on_a_path_comes_and_goes_in_words)
{
	LANDLOCK(ALL PATHS(ON("'read_file','write_file'", "'/var/cache'")),
		 ALL PATHS(ON("'read_file'", "'/var/cache'")),
		 "tighter! web may no longer write /var/cache\n");
	LANDLOCK(ALL PATHS(ON("'read_file'", "'/var/cache'")),
		 ALL PATHS(ON("'read_file','write_file','truncate'",
			      "'/var/cache'")),
		 "looser! web may now write /var/cache\n");
	LANDLOCK(ALL, ALL PATHS(ON("'abi.read_execute'", "'/usr'")),
		 "looser! web may now execute /usr\n"
		 "looser! web may now read and list /usr\n"
		 "looser! web may now link or move across directories at "
		 "/usr\n");
	LANDLOCK(ALL PATHS(ON("'abi.read_write'", "'/srv'")), ALL,
		 "tighter! web may no longer write /srv\n"
		 "tighter! web may no longer read and list /srv\n"
		 "tighter! web may no longer create and remove anything in "
		 "/srv\n"
		 "tighter! web may no longer link or move across directories "
		 "at /srv\n"
		 "tighter! web may no longer use ioctl on devices at /srv\n");
	LANDLOCK(ALL,
		 ALL PATHS(ON("'make_reg','make_dir','remove_file'", "'/srv'")),
		 "looser! web may now create files in, create directories in "
		 "and remove files from /srv\n");
}

TEST(what_a_rule_above_grants_is_not_said_to_be_lost)
{
	/* The rule goes, the right stays. */
	LANDLOCK(ALL PATHS(ON("'read_file'", "'/srv','/srv/www'")),
		 ALL PATHS(ON("'read_file'", "'/srv'")), "");
	/* Above and below lose it: once is enough. */
	LANDLOCK(ALL PATHS(ON("'read_file'", "'/srv','/srv/www'")), ALL,
		 "tighter! web may no longer read /srv\n");
	/* Below keeps it. */
	LANDLOCK(ALL PATHS(ON("'read_file'", "'/srv'")),
		 ALL PATHS(ON("'read_file'", "'/srv/www'")),
		 "tighter! web may no longer read /srv\n");
	LANDLOCK(ALL PATHS(ON("'read_file'", "'/'")),
		 ALL PATHS(ON("'read_file'", "'/a'")),
		 "tighter! web may no longer read /\n");
	/* A name that only begins alike is another one. */
	LANDLOCK(ALL PATHS(ON("'read_file'", "'/srv','/srv-b'")),
		 ALL PATHS(ON("'read_file'", "'/srv'")),
		 "tighter! web may no longer read /srv-b\n");
}

TEST(ports_come_and_go_in_runs)
{
	LANDLOCK(ALL PORTS("'connect_tcp'", "6379"),
		 ALL PORTS("'connect_tcp'", "6379,6380"),
		 "looser! web may now connect to TCP port 6380\n");
	LANDLOCK(ALL PORTS("'bind_tcp'", "80,443,8000,8001,8002"), ALL,
		 "tighter! web may no longer bind TCP ports 80, 443, 8000 to "
		 "8002\n");
	CHANGES("{'landlock':{'bailiff':1,'abi':10," ALL "}" REST,
		"{'landlock':{'bailiff':1,'abi':10," ALL PORTS(
			"'bind_udp','connect_send_udp'", "53") "}" REST,
		"looser! web may now bind UDP port 53\n"
		"looser! web may now send to UDP port 53\n");
}

TEST(what_is_handled_and_scoped_is_told)
{
	LANDLOCK("'ruleset':[{'handledAccessFs':['read_file']}]",
		 "'ruleset':[{'handledAccessFs':['read_file','execute'],"
		 "'handledAccessNet':['bind_tcp'],'scoped':['signal']}]",
		 "tighter! web: executing files is now restricted\n"
		 "tighter! web: TCP bind is now restricted\n"
		 "tighter! web may no longer signal a process outside its "
		 "sandbox\n");
	LANDLOCK("'ruleset':[{'handledAccessFs':['read_file'],'scoped':["
		 "'abstract_unix_socket']}]",
		 "'ruleset':[{'handledAccessFs':['write_file']}]",
		 "tighter! web: writing to files is now restricted\n"
		 "looser! web: reading files is no longer restricted\n"
		 "looser! web may now connect to an abstract unix socket "
		 "outside its sandbox\n");
	CHANGES("{'landlock':{'abi':6," ALL "}" REST,
		"{'accept':['no-landlock','no-seccomp','no-capabilities']}",
		"looser! web is no longer confined by Landlock\n"
		"looser web now accepts \"no-landlock\"\n");
}

TEST(required_paths_and_best_effort_need_no_restart)
{
#define NEED(word)                                                            \
	"{'landlock':{'bailiff':1,'abi':6," ALL                               \
	",'pathBeneath':[{'allowedAccess':['read_file'],'parent':['/a']" word \
	"}]}" REST
	CHANGES(NEED(""), NEED(",'required':true"),
		"tighter web does not start any more without /a\n");
	CHANGES(NEED(",'required':true"), NEED(""),
		"looser web now starts without /a, too\n");
	CHANGES("{'landlock':{'bailiff':1,'ruleset':[{'handledAccessFs':["
		"'truncate']}]}" REST,
		"{'landlock':{'bailiff':1,'ruleset':[{'handledAccessFs':["
		"'truncate'],'bestEffort':true}]}" REST,
		"looser web now accepts a kernel that cannot restrict "
		"truncating files\n");
	CHANGES("{'landlock':{" ALL ",'abi':6}" REST,
		"{'landlock':{" ALL
		",'abi':6},'best-effort':['landlock.signal',"
		"'seccomp'],'accept':['no-seccomp','no-capabilities']}",
		"looser web now accepts a kernel that cannot restrict system "
		"calls\n"
		"looser web now accepts a kernel that cannot restrict sending "
		"signals to processes outside\n");
}

/* Of what the kernel cannot enforce nothing runs under either policy. */
TEST(what_this_kernel_does_not_enforce_needs_no_restart)
{
#define EFFORT ",'best-effort':true,'accept':['no-seccomp','no-capabilities']}"
	changes(__LINE__, &old,
		"{'landlock':{'abi':6," ALL PORTS("'bind_tcp'",
						  "80") "}" EFFORT,
		"{'landlock':{'abi':6," ALL PORTS("'bind_tcp'",
						  "81") "}" EFFORT,
		"looser web may now bind TCP port 81\n"
		"tighter web may no longer bind TCP port 80\n");
}

#define CALLS(rules)                                                      \
	"{'seccomp':{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[" rules \
	"]},'accept':['no-landlock','no-capabilities']}"
#define ALLOW(names) "{'names':[" names "],'action':'SCMP_ACT_ALLOW'}"
#define ALLOW_IF(name, value)                                               \
	"{'names':[" name "],'action':'SCMP_ACT_ALLOW','args':[{'index':0," \
	"'value':" value ",'op':'SCMP_CMP_EQ'}]}"

TEST(system_calls_are_told_by_what_becomes_of_them)
{
	CHANGES(CALLS(ALLOW("'read','openat'")), CALLS(ALLOW("'read'")),
		"tighter! web may no longer call openat\n");
	CHANGES(CALLS(ALLOW("'read'")), CALLS(ALLOW("'read','mount','write'")),
		"looser! web may now call write, mount\n");
	CHANGES(CALLS(ALLOW("'read','mount'") ",{'names':['write'],'action':"
					      "'SCMP_ACT_KILL_PROCESS'}"),
		CALLS(ALLOW(
			"'read','mount'") ",{'names':['write'],'action':"
					  "'SCMP_ACT_ERRNO','errnoRet':13}"),
		"looser! web is refused less severely: write\n");
	CHANGES(CALLS(ALLOW(
			"'read','mount'") ",{'names':['write'],'action':"
					  "'SCMP_ACT_ERRNO','errnoRet':22}"),
		CALLS(ALLOW(
			"'read','mount'") ",{'names':['write'],'action':"
					  "'SCMP_ACT_ERRNO','errnoRet':13}"),
		"changed! web is answered differently when it calls write\n");
}

TEST(arguments_of_system_calls_are_told)
{
	CHANGES(CALLS(ALLOW("'read','socket'")),
		CALLS(ALLOW("'read'") "," ALLOW_IF("'socket'", "1")),
		"tighter! web may call with fewer arguments than before: "
		"socket\n");
	CHANGES(CALLS(ALLOW("'read'") "," ALLOW_IF("'socket'", "1")),
		CALLS(ALLOW("'read'") "," ALLOW_IF(
			"'socket'", "1") "," ALLOW_IF("'socket'", "2")),
		"looser! web may call with more arguments than before: "
		"socket\n");
	CHANGES(CALLS(ALLOW("'read'") "," ALLOW_IF("'socket'", "1")),
		CALLS(ALLOW("'read'") "," ALLOW_IF("'socket'", "2")),
		"tighter! web may call with other arguments than before: "
		"socket\n");
}

TEST(the_default_action_and_the_layer_itself_are_told)
{
	CHANGES(CALLS(ALLOW("'read'")),
		"{'seccomp':{'defaultAction':'SCMP_ACT_KILL_PROCESS',"
		"'syscalls':[" ALLOW("'read'") "]},'accept':['no-landlock',"
					       "'no-capabilities']}",
		"tighter! web: system calls that no rule names get "
		"SCMP_ACT_KILL_PROCESS, before SCMP_ACT_ERRNO(EPERM)\n");
	CHANGES(CALLS(ALLOW("'read'")),
		"{'accept':['no-landlock','no-seccomp','no-capabilities']}",
		"looser! web: system calls are no longer restricted\n"
		"looser web now accepts \"no-seccomp\"\n");
}

#define CAPS(sets) \
	"{'capabilities':{" sets "},'accept':['no-landlock','no-seccomp']}"

TEST(capabilities_are_told_once)
{
	CHANGES(CAPS("'bounding':['CAP_CHOWN','CAP_SETUID'],'permitted':["
		     "'CAP_CHOWN'],'effective':['CAP_CHOWN']"),
		CAPS("'bounding':['CAP_SETUID']"),
		"tighter! web may no longer use CAP_CHOWN\n");
	CHANGES(CAPS(""),
		CAPS("'bounding':['CAP_CHOWN'],'permitted':["
		     "'CAP_CHOWN'],'effective':['CAP_CHOWN']"),
		"looser! web may now use CAP_CHOWN\n");
	CHANGES(CAPS("'bounding':['CAP_SETUID']"), CAPS(""),
		"tighter! web may no longer have CAP_SETUID in its bounding "
		"set\n");
	CHANGES(CAPS(""),
		"{'accept':['no-landlock','no-seccomp','no-capabilities']}",
		"looser! web: capabilities are no longer restricted\n"
		"looser web now accepts \"no-capabilities\"\n");
}

#define BARE(more) \
	"{'accept':['no-landlock','no-seccomp','no-capabilities']" more "}"

TEST(network_and_devices_need_no_restart)
{
#define NET(rules) BARE(",'network':{'connect':[" rules "]}")
	CHANGES(NET("{'protocol':['tcp'],'address':['10.0.0.0/8']}"),
		NET("{'protocol':['tcp'],'address':['10.1.0.0/16'],"
		    "'port':[443]}"),
		"tighter web may no longer connect tcp 10.0.0.0/8\n");
	CHANGES(BARE(""), BARE(",'network':{}"),
		"tighter web: network addresses are now restricted\n");
	CHANGES(BARE(",'devices':[{'allow':false,'type':'a','access':'rwm'}]"),
		BARE(",'devices':[{'allow':false,'type':'a','access':'rwm'},"
		     "{'allow':true,'type':'c','major':1,'minor':3,"
		     "'access':'rw'}]"),
		"looser web now has the device rule allow c 1:3 rw\n");
	CHANGES(BARE(",'devices':[{'allow':false,'type':'c','access':'r'},"
		     "{'allow':true,'type':'c','access':'w'}]"),
		BARE(",'devices':[{'allow':true,'type':'c','access':'w'},"
		     "{'allow':false,'type':'c','access':'r'}]"),
		"changed web: its device rules stand in another order\n");
}

TEST(all_else_that_a_document_says_is_told)
{
	CHANGES(BARE(""), BARE(",'require':{'landlock-abi':7}"),
		"changed web now requires Landlock ABI 7, before nothing\n");
	CHANGES(BARE(",'tests':['deny exec /bin/sh']"),
		BARE(",'tests':['allow exec /bin/sh']"),
		"added web has a new test: allow exec /bin/sh\n"
		"removed web has lost a test: deny exec /bin/sh\n");
	CHANGES("{'accept':['no-landlock','no-seccomp','no-capabilities',"
		"'mptcp']}",
		BARE(""),
		"tighter web no longer accepts \"mptcp\": MPTCP sockets connect and bind past the TCP port rules\n");
}

static void node_changes(int line, const char *from, const char *to,
			 const char *want)
{
	struct policy *a = policy_on(&full, from, BARE(""), NULL);
	struct policy *b = policy_on(&full, to, BARE(""), a);

	diff_is(line, a, b, want);
	policy_free(a);
	policy_free(b);
}

TEST(settings_of_audit_are_told)
{
	node_changes(__LINE__, "{" NODE "}",
		     "{" NODE ",'audit':{'backlog_limit':16384,"
		     "'backlog_wait_ms':0,'trail':{'bytes':1048576,"
		     "'durability':'each'},'budget':{'denials':1}}}",
		     "changed the kernel queues at most 16384 audit records; "
		     "before: the kernel queues at least 8192 audit records\n"
		     "changed no task waits for room in a full audit queue, "
		     "records are lost; before: a task waits at most 100 ms "
		     "for room in a full audit queue\n"
		     "changed the trail takes at most 1048576 bytes; before: "
		     "the trail takes at most 64 MiB or 5 % of its file "
		     "system\n"
		     "changed 1 denials of a service are kept whole each "
		     "second; before: 128 denials of a service are kept whole "
		     "each second\n"
		     "changed what is shown of the trail survives a power "
		     "cut, at once; before: the end of bailiffd\n");
	/* What is set to what holds anyway is no change. */
	node_changes(__LINE__, "{" NODE "}",
		     "{" NODE ",'audit':{'backlog_wait_ms':100,'trail':"
		     "{'durability':'none'},'budget':{'denials':128}}}",
		     "");
}

TEST(what_node_json_says_is_told)
{
	node_changes(__LINE__, "{" NODE "}",
		     "{'unlisted':'deny','services':{'web':{'number':2}},"
		     "'on-tighten':'stop'}",
		     "tighter containers that no policy names are now refused, "
		     "before allowed\n"
		     "tighter what a tighter policy does not bind is stopped "
		     "(on-tighten)\n"
		     "changed! web now has number 2, before 1\n");
	node_changes(__LINE__, "{" NODE "}", "{" NODE ",'past-gate':'kill'}",
		     "tighter containers that are started past the gate are "
		     "now killed, before reported where there is a gate "
		     "(past-gate)\n");
	node_changes(__LINE__, "{" NODE ",'past-gate':'freeze'}",
		     "{" NODE ",'past-gate':'report'}",
		     "looser containers that are started past the gate are "
		     "now reported, before frozen (past-gate)\n");
	node_changes(__LINE__, "{" NODE ",'roles':{'a':'unlimited'}}",
		     "{" NODE ",'audit':{'execve':false},'roles':{'b':"
		     "'unlimited'}}",
		     "removed every execution of a program is no longer "
		     "audited\n"
		     "added the role b may grant anything\n"
		     "removed the role a may no longer grant anything\n");
	node_changes(__LINE__,
		     "{" NODE ",'roles':{'a':{'capabilities':['CAP_CHOWN']}}}",
		     "{" NODE ",'roles':{'a':{'capabilities':['CAP_KILL']}}}",
		     "looser the role a may now grant CAP_KILL\n"
		     "tighter the role a may no longer grant CAP_CHOWN\n");
	node_changes(__LINE__,
		     "{" NODE ",'roles':{'a':{'capabilities':['CAP_CHOWN'],"
		     "'accept':['udp']}}}",
		     "{" NODE ",'roles':{'a':{'capabilities':['CAP_KILL'],"
		     "'lint':'clean'}}}",
		     "looser the role a may now grant CAP_KILL\n"
		     "tighter the role a may no longer grant CAP_CHOWN\n"
		     "changed the ceiling of the role a: \"accept\" is now "
		     "absent, before [\"udp\"]\n"
		     "changed the ceiling of the role a: \"lint\" is now "
		     "\"clean\", before absent\n");
	node_changes(__LINE__, "{" NODE "}",
		     "{" NODE ",'audit':{'rules':['-a always,exit -S bind "
		     "-k binds']}}",
		     "added the node is now also audited by: -a always,exit "
		     "-S bind -k binds\n");
	node_changes(__LINE__, "{" NODE "}",
		     "{" NODE ",'collectors':[{'name':'c','protocol':"
		     "'syslog-tcp','host':'127.0.0.1','port':514}]}",
		     "added events now go to c, 127.0.0.1 port 514 "
		     "(syslog-tcp)\n");
}

TEST(each_service_has_a_summary)
{
	struct policy *a = policy_on(&full, "{" NODE "}", CAPS(""), NULL);
	struct policy *b = policy_on(&full, "{" NODE "}",
				     CAPS("'bounding':['CAP_CHOWN']"), a);
	AUTO_DONE(buf_done) struct buf out;
	struct err e;

	buf_init(&out, 1 << 20);
	CHECK_INT(policy_diff(a, b, &out, &e), 0);
	CHECK_HAS(buf_cstr(&out),
		  "\"services\":[{\"service\":\"web\",\"tighter\":0,\"looser\":"
		  "1,\"other\":0,\"needs_restart\":true,\"sentence\":\"web: 1 "
		  "looser; what runs gets it by a restart\"}]}");
	buf_reset(&out);
	CHECK_INT(policy_diff(NULL, a, &out, &e), 0);
	CHECK_HAS(buf_cstr(&out), "{\"from\":null,\"to\":3");
	CHECK_HAS(buf_cstr(&out), "web is a service now, number 1");
	policy_free(a);
	policy_free(b);
}

TEST(what_does_not_fit_is_counted_and_no_refusal)
{
	struct policy *a = policy_on(&full, "{" NODE "}", CAPS(""), NULL);
	struct policy *b =
		policy_on(&full, "{" NODE "}",
			  "{'landlock':{'abi':6,'ruleset':[{'handledAccessFs':"
			  "['abi.all']}]},'capabilities':{},"
			  "'accept':['no-seccomp'],'tests':['deny read /a',"
			  "'deny read /b','deny read /c','deny read /d']}",
			  a);
	AUTO_DONE(buf_done) struct buf out;
	struct err e;

	buf_init(&out, 1 << 20);
	CHECK_INT(policy_diff(a, b, &out, &e), 0);
	CHECK_HAS(buf_cstr(&out), "],\"changes_omitted\":0,");
	CHECK_HAS(buf_cstr(&out), "\"tighter\":2,");
	buf_done(&out);
	buf_init(&out, 700);
	CHECK_INT(policy_diff(a, b, &out, &e), 0);
	CHECK_HAS(buf_cstr(&out), "],\"changes_omitted\":3,");
	CHECK_HAS(buf_cstr(&out), "\"tighter\":2,\"looser\":0,\"other\":4,");
	policy_free(a);
	policy_free(b);
}

TEST(a_restart_changes_what_binds_and_nothing_else)
{
	struct policy *a =
		policy_on(&full, "{" NODE "}",
			  "{'landlock':{'bailiff':1,'abi':6," ALL PATHS(ON(
				  "'read_file','write_file'", "'/a'")) "}" REST,
			  NULL);
	struct policy *b = policy_on(
		&full, "{'unlisted':'deny','services':{'web':{'number':2}}}",
		"{'landlock':{'bailiff':1,'abi':6," ALL
		",'pathBeneath':[{'allowedAccess':['read_file','execute'],"
		"'parent':['/a'],'required':true}]},'tests':['deny exec /x']" REST,
		a);
	AUTO_DONE(buf_done) struct buf got;
	struct err e;

	buf_init(&got, 1 << 16);
	CHECK_INT(
		policy_restart_diff(a, b, span_of("web"), line_take, &got, &e),
		0);
	CHECK_STR(buf_cstr(&got), "looser! web may now execute /a\n"
				  "tighter! web may no longer write /a\n");
	CHECK_INT(policy_restart_diff(a, b, span_of("db"), line_take, &got, &e),
		  -ENOENT);
	buf_reset(&got);
	CHECK_INT(
		policy_restart_diff(a, a, span_of("web"), line_take, &got, &e),
		0);
	CHECK_INT(got.len, 0);
	policy_free(a);
	policy_free(b);
}

/* What the kernel does not hold binds nobody: it is nothing to restart for. */
TEST(a_restart_changes_nothing_that_the_kernel_lacks)
{
	struct policy *a = policy_on(&old, "{" NODE "}",
				     "{'landlock':{'abi':6," ALL PORTS(
					     "'bind_tcp'", "80") "}" EFFORT,
				     NULL);
	struct policy *b = policy_on(&old, "{" NODE "}",
				     "{'landlock':{'abi':6," ALL "}" EFFORT, a);
	AUTO_DONE(buf_done) struct buf got;
	struct err e;

	buf_init(&got, 1 << 16);
	CHECK_INT(
		policy_restart_diff(a, b, span_of("web"), line_take, &got, &e),
		0);
	CHECK_INT(got.len, 0);
	policy_free(a);
	policy_free(b);
}
