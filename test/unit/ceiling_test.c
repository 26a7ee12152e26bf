/* SPDX-License-Identifier: Apache-2.0 */
/* ceiling_test.c - what a delegated role may grant: allowed at the edge of its
 * ceiling, refused one step beyond.
 */
#include "test/unit/harness.h"

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "pkg/policy/policy.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

static const struct policy_kernel newest = { .landlock_abi = 7,
					     .has_seccomp = true,
					     .has_cgroup_network = true,
					     .has_cgroup_devices = true };
static const struct policy_origin origin = { .generation = 1,
					     .bundle_version = 1 };
static const struct policy_speaker team = { .role = "team" };

#define HANDLED                                                      \
	"\"abi\":6,\"ruleset\":[{\"handledAccessFs\":[\"abi.all\"]," \
	"\"handledAccessNet\":[\"abi.all\"],\"scoped\":[\"abi.all\"]}]"
#define SECCOMP                                              \
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"," \
	"\"syscalls\":[{\"names\":[\"read\"],\"action\":"    \
	"\"SCMP_ACT_ALLOW\"}]}"
/* The ceiling of most tests. */
#define CEILING                                                        \
	"{\"landlock\":{" HANDLED ",\"pathBeneath\":["                 \
	"{\"allowedAccess\":[\"read_file\",\"read_dir\"],"             \
	"\"parent\":[\"/srv\"]},{\"allowedAccess\":[\"write_file\"],"  \
	"\"parent\":[\"/srv/web\"]}],\"netPort\":[{\"allowedAccess\":" \
	"[\"bind_tcp\"],\"port\":[80,443]}]},\"capabilities\":["       \
	"\"CAP_CHOWN\"]}"

static int compile_as(const struct policy_speaker *speaker, const char *roles,
		      const char *document, struct policy **ret, struct err *e)
{
	char node[8192];
	const struct policy_target targets[] = {
		{ "services/web.json", span_of(document), speaker },
		{ "node.json",
		  { node, (size_t)snprintf(node, sizeof(node),
					   "{\"unlisted\":\"deny\",\"services\""
					   ":{\"web\":{\"number\":1,\"grant\":["
					   "\"CAP_AUDIT_CONTROL\"]}}%s}",
					   roles) },
		  NULL },
	};

	return policy_compile(targets, 2, &origin, &newest, NULL, ret, e);
}

/* Compile @document, of role "team" with @ceiling. Return: the error. */
static int under(const char *ceiling, const char *document, struct err *e)
{
	struct policy *p = NULL;
	char roles[4096];
	int r;

	*e = (struct err){ 0 };
	(void)snprintf(roles, sizeof(roles), ",\"roles\":{\"team\":%s}",
		       ceiling);
	r = compile_as(&team, roles, document, &p, e);
	policy_free(p);
	return r;
}

/* A whole document with these rules in its landlock member. */
static const char *with_rules(const char *rules)
{
	static char text[4096];

	(void)snprintf(text, sizeof(text),
		       "{\"landlock\":{" HANDLED "%s%s}," SECCOMP
		       ",\"capabilities\":{}}",
		       *rules != '\0' ? "," : "", rules);
	return text;
}

static const char *with_path(const char *right, const char *path)
{
	static char text[1024];

	(void)snprintf(text, sizeof(text),
		       "\"pathBeneath\":[{\"allowedAccess\":[\"%s\"],"
		       "\"parent\":[\"%s\"]}]",
		       right, path);
	return with_rules(text);
}

static void check_allowed(const char *ceiling, const char *document)
{
	struct err e;

	if (under(ceiling, document, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", document, e.text);
}

static void check_refused(const char *ceiling, const char *document,
			  const char *says)
{
	struct err e;
	const int r = under(ceiling, document, &e);

	if (r != -EPERM || strstr(e.text, says) == NULL)
		test_fail(__FILE__, __LINE__, "%s: %d: %s\nwant: %s", document,
			  r, e.text, says);
	CHECK_HAS(e.text, "services/web.json: the role \"team\" may not");
	CHECK(e.hint != NULL);
}

/* @says: NULL when it is allowed. */
static void check(const char *ceiling, const char *document, const char *says)
{
	if (says == NULL)
		check_allowed(ceiling, document);
	else
		check_refused(ceiling, document, says);
}

TEST(a_path_is_within_its_ceiling_or_refused_with_what_would_be_allowed)
{
	/* clang-format off */
	static const struct {
		const char *right, *path, *says; /* says NULL: allowed */
	} rows[] = {
		{ "read_file",  "/srv",            NULL },
		{ "read_file",  "/srv/",           NULL },
		{ "read_file",  "/srv/other",      NULL },
		{ "write_file", "/srv/web",        NULL },
		{ "write_file", "/srv/web/",       NULL },
		{ "write_file", "/srv//web/./x",   NULL },
		/* Rules on the way add up. */
		{ "read_dir",   "/srv/web/deep/er", NULL },
		{ "write_file", "/etc",
		  "may not grant write_file on /etc: its ceiling in node.json "
		  "allows it on /srv/web" },
		{ "write_file", "/srv",       "write_file on /srv:" },
		{ "write_file", "/srv/webx",  "write_file on /srv/webx:" },
		{ "write_file", "/srv/we",    "write_file on /srv/we:" },
		{ "read_file",  "/",          "read_file on /:" },
		{ "read_file",  "/srvx",      "read_file on /srvx:" },
		{ "execute",    "/srv/web",
		  "may not grant execute on /srv/web: its ceiling in node.json "
		  "allows it nowhere" },
		{ "abi.read_write", "/srv/web", "may not grant remove_dir, " },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		const char *document = with_path(rows[i].right, rows[i].path);

		check(CEILING, document, rows[i].says);
	}
}

TEST(a_way_out_of_the_ceilings_path_is_refused)
{
	struct err e;

	CHECK_INT(under(CEILING, with_path("write_file", "/srv/web/.."), &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "has \"..\"");
	CHECK_INT(under(CEILING, with_path("write_file", "srv/web"), &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "is not an absolute path");
}

TEST(a_variable_cannot_lead_beyond_the_ceiling)
{
	static const char within[] =
		"\"variable\":[{\"name\":\"v\",\"literal\":[\"a\",\"b\"]}],"
		"\"pathBeneath\":[{\"allowedAccess\":[\"write_file\"],"
		"\"parent\":[\"/srv/web/${v}\"]}]";
	static const char beyond[] =
		"\"variable\":[{\"name\":\"v\",\"literal\":[\"web\",\"etc\"]}]"
		",\"pathBeneath\":[{\"allowedAccess\":[\"write_file\"],"
		"\"parent\":[\"/srv/${v}\"]}]";

	check_allowed(CEILING, with_rules(within));
	check_refused(CEILING, with_rules(beyond), "write_file on /srv/etc:");
}

TEST(variables_of_the_ceiling_are_worked_out)
{
	static const char ceiling[] =
		"{\"landlock\":{" HANDLED ",\"variable\":[{\"name\":\"v\","
		"\"literal\":[\"a\",\"b\"]}],\"pathBeneath\":[{"
		"\"allowedAccess\":[\"abi.read_write\"],\"parent\":["
		"\"/srv/${v}\"]}]}}";

	check_allowed(ceiling, with_path("write_file", "/srv/b/x"));
	/* A group of a policy never brings device nodes. */
	check_allowed(ceiling, with_path("abi.read_write", "/srv/a"));
	check_refused(ceiling, with_path("write_file", "/srv/c"),
		      "allows it on /srv/a, /srv/b");
}

TEST(a_ceiling_on_the_root_allows_everywhere)
{
	static const char ceiling[] =
		"{\"landlock\":{" HANDLED ",\"pathBeneath\":[{"
		"\"allowedAccess\":[\"read_file\"],\"parent\":[\"/\"]}]}}";

	check_allowed(ceiling, with_path("read_file", "/"));
	check_allowed(ceiling, with_path("read_file", "/etc"));
	check_refused(ceiling, with_path("write_file", "/etc"),
		      "write_file on /etc: its ceiling in node.json allows it "
		      "nowhere");
}

TEST(an_empty_ceiling_allows_a_policy_that_grants_nothing)
{
	check_allowed("{}", with_rules(""));
	check_refused("{}", with_path("read_file", "/srv"),
		      "allows it nowhere");
}

TEST(ports_are_within_the_ceiling_or_refused)
{
	static const char within[] =
		"\"netPort\":[{\"allowedAccess\":[\"bind_tcp\"],"
		"\"port\":[80,443]}]";
	static const char other_port[] =
		"\"netPort\":[{\"allowedAccess\":[\"bind_tcp\"],"
		"\"port\":[80,81]}]";
	static const char other_right[] =
		"\"netPort\":[{\"allowedAccess\":[\"connect_tcp\"],"
		"\"port\":[443]}]";

	check_allowed(CEILING, with_rules(within));
	check_refused(CEILING, with_rules(other_port),
		      "may not grant bind_tcp on port 81: its ceiling in "
		      "node.json allows it on port 80, 443");
	check_refused(CEILING, with_rules(other_right),
		      "connect_tcp on port 443: its ceiling in node.json "
		      "allows it nowhere");
}

TEST(what_the_ceiling_limits_must_be_handled)
{
	static const char open[] =
		"{\"landlock\":{\"abi\":6,\"ruleset\":[{\"handledAccessFs\":["
		"\"execute\"],\"handledAccessNet\":[\"abi.all\"],\"scoped\":["
		"\"abi.all\"]}]}," SECCOMP ",\"capabilities\":{}}";
	static const char no_scope[] =
		"{\"landlock\":{\"abi\":6,\"ruleset\":[{\"handledAccessFs\":["
		"\"abi.all\"],\"handledAccessNet\":[\"abi.all\"]}]}," SECCOMP
		",\"capabilities\":{}}";
	static const char narrow[] =
		"{\"landlock\":{\"ruleset\":[{\"handledAccessFs\":["
		"\"execute\"]}]}}";

	check_refused(CEILING, open, "may not leave write_file, read_file,");
	check_refused(CEILING, no_scope,
		      "may not leave abstract_unix_socket, signal "
		      "unrestricted");
	check_refused("{}", no_scope, "may not leave abstract_unix_socket");
	check_allowed(narrow, open);
}

static const char *with_caps(const char *caps)
{
	static char text[2048];

	(void)snprintf(text, sizeof(text),
		       "{\"landlock\":{" HANDLED "}," SECCOMP
		       ",\"capabilities\":%s}",
		       caps);
	return text;
}

TEST(capabilities_of_every_set_are_within_the_ceiling)
{
	check_allowed(CEILING, with_caps("{\"bounding\":[\"CAP_CHOWN\"],"
					 "\"permitted\":[\"CAP_CHOWN\"]}"));
	check_refused(CEILING, with_caps("{\"bounding\":[\"CAP_SYS_ADMIN\"]}"),
		      "may not give CAP_SYS_ADMIN (bounding): its ceiling in "
		      "node.json allows CAP_CHOWN");
	check_refused(CEILING, with_caps("{\"inheritable\":[\"CAP_KILL\"]}"),
		      "may not give CAP_KILL (inheritable)");
	check_refused("{}", with_caps("{\"bounding\":[\"CAP_CHOWN\"]}"),
		      "allows no capability");
}

/* node.json of these tests grants it to the service by name. */
TEST(the_nodes_grant_of_cap_audit_control_does_not_raise_the_ceiling)
{
	static const char *const control =
		"{\"bounding\":[\"CAP_AUDIT_CONTROL\"]}";

	check_refused(CEILING, with_caps(control),
		      "may not give CAP_AUDIT_CONTROL");
	check_allowed("{\"capabilities\":[\"CAP_AUDIT_CONTROL\"]}",
		      with_caps(control));
}

TEST(a_layer_is_given_up_only_where_the_ceiling_accepts_it)
{
	static const char *const words[] = { "no-landlock", "no-seccomp",
					     "no-capabilities" };
	static const char *const documents[] = {
		"{\"accept\":[\"no-landlock\"]," SECCOMP
		",\"capabilities\":{}}",
		"{\"accept\":[\"no-seccomp\"],\"landlock\":{" HANDLED
		"},\"capabilities\":{}}",
		"{\"accept\":[\"no-capabilities\"],\"landlock\":{" HANDLED
		"}," SECCOMP "}",
	};

	for (size_t i = 0; i < COUNTOF(words); i++) {
		char says[128], ceiling[64];

		(void)snprintf(says, sizeof(says),
			       "may not accept %s: its ceiling in node.json "
			       "does not",
			       words[i]);
		(void)snprintf(ceiling, sizeof(ceiling),
			       "{\"accept\":[\"%s\"]}", words[i]);
		check_refused(CEILING, documents[i], says);
		check_allowed(ceiling, documents[i]);
	}
}

static const char *with_effort(const char *effort)
{
	static char text[2048];

	(void)snprintf(text, sizeof(text),
		       "{\"landlock\":{" HANDLED "}," SECCOMP
		       ",\"capabilities\":{},\"best-effort\":%s}",
		       effort);
	return text;
}

TEST(best_effort_is_within_the_ceilings)
{
	/* clang-format off */
	static const struct {
		const char *ceiling, *effort, *says;
	} rows[] = {
		{ "true", "true", NULL },
		{ "true", "[\"landlock\",\"seccomp\"]", NULL },
		{ "[\"landlock\"]", "[\"landlock.truncate\"]", NULL },
		{ "[\"landlock.truncate\"]", "[\"landlock.truncate\"]", NULL },
		{ "[\"landlock\",\"seccomp\"]", "true",
		  "may not make everything best effort: its ceiling in "
		  "node.json demands it" },
		{ "[\"landlock\"]", "[\"seccomp\"]",
		  "may not make seccomp best effort" },
		{ "[\"landlock.truncate\"]", "[\"landlock\"]",
		  "may not make landlock best effort" },
		{ "[\"landlock.truncate\"]", "[\"landlock.refer\"]",
		  "may not make landlock.refer best effort" },
		{ "null", "[\"landlock.refer\"]",
		  "may not make landlock.refer best effort" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char ceiling[128];

		(void)snprintf(ceiling, sizeof(ceiling), "{\"best-effort\":%s}",
			       rows[i].ceiling);
		check(ceiling, with_effort(rows[i].effort), rows[i].says);
	}
}

TEST(best_effort_inside_the_landlock_document_counts)
{
	static const char weak[] =
		"{\"landlock\":{\"bailiff\":1,\"abi\":6,\"ruleset\":[{"
		"\"handledAccessFs\":[\"abi.all\"],\"handledAccessNet\":["
		"\"abi.all\"],\"scoped\":[\"abi.all\"],\"bestEffort\":true}]}," SECCOMP
		",\"capabilities\":{}}";

	check_refused("{}", weak, "best effort: its ceiling in node.json");
	check_allowed("{\"best-effort\":[\"landlock\"]}", weak);
}

/* A document with one more member. */
static const char *with_member(const char *member)
{
	static char text[4096];

	(void)snprintf(text, sizeof(text),
		       "{\"landlock\":{" HANDLED "}," SECCOMP
		       ",\"capabilities\":{}%s%s}",
		       *member != '\0' ? "," : "", member);
	return text;
}

TEST(the_network_is_within_the_ceiling_and_not_left_out)
{
	static const char ceiling[] =
		"{\"network\":{\"connect\":[{\"protocol\":[\"tcp\"],"
		"\"address\":[\"10.0.0.0/8\"],\"port\":[\"1-99\",\"100-200\"]}]"
		"}}";
	/* clang-format off */
	static const struct {
		const char *rule, *says;
	} rows[] = {
		{ "\"connect\":[{\"protocol\":[\"tcp\"],\"address\":"
		  "[\"10.9.0.0/16\"],\"port\":[\"50-200\"]}]", NULL },
		{ "", NULL },
		{ "\"connect\":[{\"protocol\":[\"tcp\"],\"address\":"
		  "[\"10.0.0.0/8\"],\"port\":[201]}]",
		  "may not grant connect tcp 10.0.0.0/8 port 201: its ceiling "
		  "in node.json allows connect tcp 10.0.0.0/8 port " },
		{ "\"connect\":[{\"protocol\":[\"tcp\"],\"address\":"
		  "[\"10.0.0.0/7\"],\"port\":[80]}]", "may not grant connect tcp 10.0.0.0/7" },
		{ "\"connect\":[{\"protocol\":[\"tcp\",\"udp\"],\"address\":"
		  "[\"10.0.0.1\"],\"port\":[80]}]", "may not grant connect" },
		{ "\"bind\":[{\"protocol\":[\"tcp\"],\"port\":[80]}]",
		  "may not grant bind tcp any address port 80: its ceiling in "
		  "node.json allows no such rule" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char member[512];

		(void)snprintf(member, sizeof(member), "\"network\":{%s}",
			       rows[i].rule);
		check(ceiling, with_member(member), rows[i].says);
	}
	check_refused(ceiling, with_member(""),
		      "may not leave out \"network\"");
	check_allowed("{}", with_member("\"network\":{}"));
	check_refused("{}",
		      with_member("\"network\":{\"bind\":[{\"protocol\":"
				  "[\"tcp\"]}]}"),
		      "may not grant bind tcp any address");
}

TEST(devices_are_within_the_ceiling_and_not_left_out)
{
	static const char ceiling[] =
		"{\"devices\":[{\"allow\":true,\"type\":\"c\",\"major\":1,"
		"\"access\":\"rw\"},{\"allow\":false,\"type\":\"c\","
		"\"major\":1,\"minor\":1,\"access\":\"rw\"}]}";
	/* clang-format off */
	static const struct {
		const char *rule, *says;
	} rows[] = {
		{ "\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,"
		  "\"access\":\"rw\"", NULL },
		{ "\"allow\":false,\"type\":\"a\"", NULL },
		{ "\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":1,"
		  "\"access\":\"r\"",
		  "may not grant the devices of \"allow c 1:1 r\"" },
		{ "\"allow\":true,\"type\":\"c\",\"major\":1,"
		  "\"access\":\"r\"", "\"allow c 1:* r\"" },
		{ "\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,"
		  "\"access\":\"m\"", "\"allow c 1:3 m\"" },
		{ "\"allow\":true,\"type\":\"b\",\"major\":1,\"minor\":3,"
		  "\"access\":\"r\"", "\"allow b 1:3 r\"" },
		{ "\"allow\":true,\"type\":\"a\"", "\"allow a *:* rwm\"" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char member[512];

		(void)snprintf(member, sizeof(member), "\"devices\":[{%s}]",
			       rows[i].rule);
		check(ceiling, with_member(member), rows[i].says);
	}
	check_refused(ceiling, with_member(""),
		      "may not leave out \"devices\"");
	check_allowed("{}", with_member("\"devices\":[]"));
}

TEST(network_and_devices_are_best_effort_only_where_the_ceiling_says_so)
{
	check_refused("{}", with_effort("[\"network\"]"),
		      "may not make network best effort");
	check_refused("{\"best-effort\":[\"network\"]}",
		      with_effort("[\"devices\"]"),
		      "may not make devices best effort");
	check_allowed("{\"best-effort\":[\"network\",\"devices\"]}",
		      with_effort("[\"devices\",\"network\"]"));
}

TEST(a_gap_is_accepted_only_where_the_ceiling_accepts_it)
{
	check_refused("{}", with_member("\"accept\":[\"mptcp\"]"),
		      "may not accept mptcp: its ceiling in node.json does "
		      "not");
	check_refused("{\"accept\":[\"udp\"]}",
		      with_member("\"accept\":[\"udp\",\"mptcp\"]"),
		      "may not accept mptcp");
	check_allowed("{\"accept\":[\"udp\",\"mptcp\"]}",
		      with_member("\"accept\":[\"mptcp\"]"));
}

/* A team that delegates on to a role with a higher ceiling, perhaps with keys
 * of its own, would else be above its own. */
TEST(a_ceiling_holds_for_whom_the_role_delegates_to)
{
	static const char *const through[] = { "team", NULL };
	const struct policy_speaker friend = { .role = "friend",
					       .through = through };
	static const char roles[] =
		",\"roles\":{\"friend\":\"unlimited\",\"team\":" CEILING "}";
	struct policy *p = NULL;
	struct err e = { 0 };

	CHECK_INT(compile_as(&friend, roles, with_path("read_file", "/srv"), &p,
			     &e),
		  0);
	CHECK_STR(policy_service(p, 0)->role, "friend");
	CHECK_STR(policy_service(p, 0)->through[0], "team");
	policy_free(p);
	CHECK_INT(
		compile_as(&friend, roles, with_path("read_file", "/"), &p, &e),
		-EPERM);
	CHECK_HAS(e.text, "the role \"team\" may not grant read_file on /:");
	CHECK_INT(compile_as(&friend, ",\"roles\":{\"friend\":\"unlimited\"}",
			     with_rules(""), &p, &e),
		  -EPERM);
	CHECK_HAS(e.text, "the role \"team\" may not grant anything");
}

TEST(a_delegated_role_without_a_ceiling_is_refused)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	CHECK_INT(compile_as(&team, "", with_rules(""), &p, &e), -EPERM);
	CHECK_HAS(e.text, "services/web.json: the role \"team\" may not grant "
			  "anything: node.json has no ceiling for it");
	CHECK_INT(compile_as(&team, ",\"roles\":{\"teams\":\"unlimited\"}",
			     with_rules(""), &p, &e),
		  -EPERM);
}

TEST(unlimited_must_be_written_and_the_top_level_role_has_no_ceiling)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	CHECK_INT(compile_as(&team, ",\"roles\":{\"team\":\"unlimited\"}",
			     with_path("abi.read_write", "/"), &p, &e),
		  0);
	policy_free(p);
	CHECK_INT(compile_as(NULL, ",\"roles\":{\"team\":{}}",
			     with_path("abi.read_write", "/"), &p, &e),
		  0);
	policy_free(p);
}

TEST(show_says_what_the_role_may_grant)
{
	static const char roles[] =
		",\"roles\":{\"team\":{\"landlock\":{" HANDLED
		",\"pathBeneath\":[{\"allowedAccess\":[\"read_file\"],"
		"\"parent\":[\"/srv\"]}],\"netPort\":[{\"allowedAccess\":["
		"\"bind_tcp\"],\"port\":[80]}]},\"capabilities\":["
		"\"CAP_CHOWN\"],\"network\":{},\"devices\":[{\"allow\":true,"
		"\"type\":\"c\",\"major\":1}],\"accept\":[\"no-seccomp\","
		"\"udp\"],\"best-effort\":[\"landlock\",\"landlock.refer\"]}}";
	struct policy *p = NULL;
	struct buf out;

	CHECK_INT(compile_as(&team, roles,
			     with_member("\"network\":{},\"devices\":[]"), &p,
			     NULL),
		  0);
	buf_init(&out, 65536);
	CHECK_INT(policy_show(p, policy_service(p, 0), &out, NULL), 0);
	CHECK_HAS(buf_cstr(&out),
		  "\"ceilings\":[{\"role\":\"team\",\"lint\":\"any\","
		  "\"allows\":[\"/srv: read_file\",\"port 80: bind_tcp\","
		  "\"capabilities CAP_CHOWN\",\"device allow c 1:* rwm\","
		  "\"accept no-seccomp\",\"accept udp\","
		  "\"best effort landlock\","
		  "\"best effort landlock.refer\"]}]");
	buf_done(&out);
	policy_free(p);
	CHECK_INT(compile_as(NULL, roles, with_member(""), &p, NULL), 0);
	buf_init(&out, 65536);
	CHECK_INT(policy_show(p, policy_service(p, 0), &out, NULL), 0);
	CHECK_HAS(buf_cstr(&out), "\"ceilings\":[]");
	buf_done(&out);
	policy_free(p);
}

TEST(a_clean_lint_is_demanded_where_the_ceiling_says_so)
{
	/* Neither has a filter's gaps closed: a profile that allows io_uring.
	 */
	static const char open[] =
		"{\"landlock\":{" HANDLED "},\"seccomp\":{\"defaultAction\":"
		"\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":["
		"\"io_uring_setup\"],\"action\":\"SCMP_ACT_ALLOW\"}]},"
		"\"capabilities\":{}%s}";
	char document[2048], accepted[2048];

	(void)snprintf(document, sizeof(document), open, "");
	(void)snprintf(accepted, sizeof(accepted), open,
		       ",\"accept\":[\"io-uring\"]");
	check_allowed("{\"lint\":\"any\"}", document);
	check_refused("{\"lint\":\"clean\"}", document,
		      "may not leave io-uring open (");
	check_allowed("{\"lint\":\"clean\",\"accept\":[\"io-uring\"]}",
		      accepted);
	check_allowed("{\"lint\":\"clean\"}", with_rules(""));
}

TEST(a_ceiling_that_is_none_is_refused)
{
	/* clang-format off */
	static const struct {
		const char *roles, *says;
	} rows[] = {
		{ "{\"team\":\"Unlimited\"}", "roles.team: must be an object" },
		{ "{\"team\":true}", "roles.team: must be an object" },
		{ "{\"team\":[]}", "roles.team: must be an object" },
		{ "{\"targets\":{}}", "no name of a delegated role" },
		{ "{\"\":{}}", "no name of a delegated role" },
		{ "{\"team\":{\"seccomp\":{}}}", "seccomp" },
		{ "{\"team\":{\"capabilities\":[\"CAP_NONE\"]}}",
		  "roles.team: capabilities: [0]: \"CAP_NONE\" is no capability" },
		{ "{\"team\":{\"accept\":[\"landlock\"]}}", "accept[0]" },
		{ "{\"team\":{\"best-effort\":[]}}", "best-effort: must be" },
		{ "{\"team\":{\"best-effort\":false}}", "best-effort: must be" },
		{ "{\"team\":{\"lint\":\"cleaner\"}}", "must be clean or any" },
		{ "{\"team\":{\"programs\":[\"LSM\"]}}", "programs: [0]" },
		{ "{\"team\":{\"landlock\":{}}}", "roles.team: landlock: " },
		{ "{\"team\":{\"landlock\":{\"pathBeneath\":[{"
		  "\"allowedAccess\":[\"read_file\"],\"parent\":[\"srv\"]}]}}}",
		  "is not an absolute path" },
		{ "[]", "roles" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct policy *p = NULL;
		struct err e = { 0 };
		char roles[512];

		(void)snprintf(roles, sizeof(roles), ",\"roles\":%s",
			       rows[i].roles);
		if (compile_as(NULL, roles, with_rules(""), &p, &e) !=
			    -EBADMSG ||
		    strstr(e.text, rows[i].says) == NULL)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].roles,
				  e.text);
		CHECK_HAS(e.text, "node.json: ");
	}
}

TEST(on_tighten_is_report_or_stop)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	CHECK_INT(compile_as(NULL, "", with_rules(""), &p, &e), 0);
	CHECK(!policy_demands(p)->stops_on_tighten);
	policy_free(p);
	CHECK_INT(compile_as(NULL, ",\"on-tighten\":\"report\"", with_rules(""),
			     &p, &e),
		  0);
	CHECK(!policy_demands(p)->stops_on_tighten);
	policy_free(p);
	CHECK_INT(compile_as(NULL, ",\"on-tighten\":\"stop\"", with_rules(""),
			     &p, &e),
		  0);
	CHECK(policy_demands(p)->stops_on_tighten);
	policy_free(p);
	CHECK_INT(compile_as(NULL, ",\"on-tighten\":\"kill\"", with_rules(""),
			     &p, &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "\"on-tighten\" must be report or stop");
}

TEST(past_gate_is_report_freeze_or_kill)
{
	static const struct {
		const char *json;
		enum policy_past_gate want;
	} rows[] = {
		{ "", POLICY_PAST_GATE_UNSAID },
		{ ",\"past-gate\":\"report\"", POLICY_PAST_GATE_REPORT },
		{ ",\"past-gate\":\"freeze\"", POLICY_PAST_GATE_FREEZE },
		{ ",\"past-gate\":\"kill\"", POLICY_PAST_GATE_KILL },
	};
	static const char *const bad[] = {
		"\"stop\"", "\"Kill\"", "\"\"", "\"kill \"", "true",
	};
	struct policy *p = NULL;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_INT(
			compile_as(NULL, rows[i].json, with_rules(""), &p, &e),
			0);
		CHECK_INT(policy_demands(p)->past_gate, rows[i].want);
		policy_free(p);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char json[64];

		(void)snprintf(json, sizeof(json), ",\"past-gate\":%s", bad[i]);
		CHECK_INT(compile_as(NULL, json, with_rules(""), &p, &e),
			  -EBADMSG);
		CHECK_HAS(e.text, "\"past-gate\" ");
	}
}
