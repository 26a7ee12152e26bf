/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_service_test.c - "landlock" in services/NAME.json: variables, lists
 * of documents, and what a service must have besides. Written with ' for ".
 */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "pkg/policy/artefact.h"
#include "pkg/policy/policy.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))
#define NODE	   "{\"unlisted\":\"deny\",\"services\":{\"web\":{\"number\":1}}}"
#define HANDLED	   "'ruleset':[{'handledAccessFs':['execute','read_file']}]"
#define RULE(access, parent) \
	"'pathBeneath':[{'allowedAccess':[" access "],'parent':[" parent "]}]"

static int compile(const char *landlock, uint32_t abi, struct policy **ret,
		   struct err *e)
{
	static char text[4096];
	const struct policy_target targets[] = {
		{ "services/web.json", { text, 0 }, NULL },
		{ "node.json", { NODE, sizeof(NODE) - 1 }, NULL },
	};
	const struct policy_origin origin = { .generation = 1 };
	const struct policy_kernel kernel = { .landlock_abi = abi,
					      .has_seccomp = true };
	struct policy_target all[2] = { targets[0], targets[1] };

	(void)snprintf(text, sizeof(text),
		       "{'landlock':%s,'accept':['no-seccomp',"
		       "'no-capabilities']}",
		       landlock);
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	all[0].bytes.len = strlen(text);
	return policy_compile(all, 2, &origin, &kernel, NULL, ret, e);
}

/* The paths of the artefact: "/a=5 /b=4". */
static void gives(int line, const char *landlock, const char *want)
{
	struct policy *p = NULL;
	struct artefact a;
	struct err e = { 0 };
	struct buf out, got;
	struct cur c;

	if (compile(landlock, 7, &p, &e) < 0)
		test_fail(__FILE__, line, "%s: %s", landlock, e.text);
	buf_init(&out, ARTEFACT_MAX);
	buf_init(&got, 1 << 16);
	CHECK_INT(policy_artefact(p, policy_service(p, 0), &out), 0);
	CHECK_INT(artefact_decode(buf_view(&out), &a, &e), 0);
	buf_printf(&got, "%llx", (unsigned long long)a.handled_fs);
	c = cur_of(a.paths);
	for (uint32_t i = 0; i < a.path_count; i++) {
		const struct artefact_path rule = artefact_path_next(&c);

		buf_printf(&got, " %.*s=%llx%s", SPAN_FMT(rule.path),
			   (unsigned long long)rule.access,
			   rule.flags & ARTEFACT_PATH_REQUIRED ? "!" : "");
	}
	if (strcmp(buf_cstr(&got), want) != 0)
		test_fail(__FILE__, line, "%s: \"%s\", not \"%s\"", landlock,
			  buf_cstr(&got), want);
	buf_done(&out);
	buf_done(&got);
	policy_free(p);
}

static void refused(int line, const char *landlock, const char *want)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	if (compile(landlock, 7, &p, &e) == 0)
		test_fail(__FILE__, line, "accepted: %s", landlock);
	if (strstr(e.text, want) == NULL)
		test_fail(__FILE__, line, "%s: \"%s\", lacks \"%s\"", landlock,
			  e.text, want);
}

#define GIVES(landlock, want)	gives(__LINE__, landlock, want)
#define REFUSED(landlock, want) refused(__LINE__, landlock, want)

TEST(a_service_may_have_variables)
{
	GIVES("{'variable':[{'name':'x','literal':['b','a']}]," HANDLED
	      "," RULE("'read_file'", "'/srv/${x}/','/etc//web/.'") "}",
	      "5 /etc/web=4 /srv/a=4 /srv/b=4");
	REFUSED("{" RULE("'read_file'", "'/srv/${x}'") "}",
		"services/web.json: landlock: path \"/srv/${x}\": variable "
		"\"x\" is not defined");
}

TEST(a_service_may_have_a_list_of_documents_that_are_merged)
{
	GIVES("[{" HANDLED "," RULE(
		      "'read_file'",
		      "'${etc}/web'") "},{" HANDLED
				      ",'variable':[{'name':'etc','literal':['/etc']}]," RULE(
					      "'execute'",
					      "'/bin','/etc/web'") "}]",
	      "5 /bin=1 /etc/web=5");
	GIVES("[{" HANDLED "}]", "5");
	REFUSED("[]", "landlock: is empty");
	REFUSED("[{" HANDLED "},{'abi':1}]", "landlock: [1]: has none of");
	REFUSED("[{'x':1}]", "landlock: [0]: unknown member \"x\"");
	REFUSED("'x'", "landlock: must be an object");
	REFUSED("[[]]", "landlock: [0]: must be an object");
}

TEST(a_denial_under_a_list_is_mended_in_one_of_its_documents)
{
	const struct policy_denial d = { .kind = DENIAL_FS,
					 .service = span_of("web"),
					 .right = span_of("read_file"),
					 .path = span_of("/etc/x") };
	static const char *const landlock[] = { "{" HANDLED "}",
						"[{" HANDLED "}]" };
	static const char *const want[] = { "} to landlock",
					    "} to one of the documents in "
					    "landlock" };

	for (size_t i = 0; i < COUNTOF(want); i++) {
		struct policy *p = NULL;
		struct buf out;

		CHECK_INT(compile(landlock[i], 7, &p, NULL), 0);
		buf_init(&out, 1 << 16);
		CHECK_INT(policy_explain(p, &d, &out, NULL), 0);
		CHECK_HAS(buf_cstr(&out), want[i]);
		buf_done(&out);
		policy_free(p);
	}
}

TEST(documents_that_have_nothing_in_common_restrict_nothing_and_are_refused)
{
	REFUSED("[{'ruleset':[{'scoped':['signal']}]},{" HANDLED "}]",
		"landlock: restricts nothing");
	REFUSED("{'variable':[{'name':'x'}]}", "landlock: restricts nothing");
	REFUSED("{'abi':3,'netPort':[{'allowedAccess':['abi.all'],'port':[1]}]"
		"}",
		"landlock: restricts nothing");
}

TEST(paths_of_a_service_are_absolute_also_when_variables_make_them)
{
	REFUSED("{" RULE("'execute'", "'bin'") "}",
		"landlock: \"bin\" is not an absolute path");
	REFUSED("{'variable':[{'name':'x','literal':['/a','b']}]," RULE(
			"'execute'", "'${x}'") "}",
		"\"b\" is not an absolute path");
	REFUSED("{'variable':[{'name':'x','literal':['']}]," RULE("'execute'",
								  "'${x}'") "}",
		"\"\" is not an absolute path");
	REFUSED("{'variable':[{'name':'x','literal':['/a/../etc']}]," RULE(
			"'execute'", "'${x}'") "}",
		"\"/a/../etc\" has \"..\"");
	GIVES("{" RULE("'execute'", "'/a..b/...'") "}", "1 /a..b/...=1");
}

TEST(a_service_has_at_most_as_many_rules_as_its_artefact)
{
	REFUSED("{'variable':[{'name':'x','literal':['1','2','3','4','5','6',"
		"'7','8','9']}]," RULE("'execute'", "'/${x}${x}${x}${x}'") "}",
		"landlock: more than 4096 rules");
	REFUSED("{'variable':[{'name':'x','literal':['1','2','3','4','5','6',"
		"'7','8','9']}]," RULE(
			"'execute'",
			"'/${x}${x}${x}${x}${x}${x}${x}${x}${x}'") "}",
		"expands to more");
}

/* The block of the manual page that begins so: members of an object. */
static void manual_block(const char *first, char *ret, size_t max)
{
	static const char begin[] = ".Bd -literal -offset 4n\n";
	struct buf page;
	const char *at, *end;

	buf_init(&page, 100000);
	CHECK_INT(file_read(AT_FDCWD, "pkg/policy/bailiff-policy.5", 100000,
			    &page, NULL),
		  0);
	at = buf_cstr(&page);
	do {
		at = strstr(at, begin);
		CHECK(at != NULL);
		at += strlen(begin);
	} while (strncmp(at, first, strlen(first)) != 0);
	end = strstr(at, ".Ed\n");
	CHECK(end != NULL);
	(void)snprintf(ret, max, "%.*s", (int)(end - at), at);
	buf_done(&page);
}

TEST(the_examples_of_the_manual_page_mean_what_it_says)
{
	char block[1000], text[1100];

	manual_block("\"variable\": ", block, sizeof(block));
	(void)snprintf(text, sizeof(text), "{%s}", block);
	GIVES(text, "c /etc/nginx/blog.d=c /etc/nginx/shop.d=c /srv/blog=c "
		    "/srv/shop=c");
	manual_block("\"landlock\": ", block, sizeof(block));
	GIVES(block + 12, "5 /etc/web.conf=4");
}

TEST(too_many_documents_are_refused)
{
	char text[1000] = "[";

	for (int i = 0; i < 65; i++)
		strcat(text, i != 0 ? ",{}" : "{}");
	strcat(text, "]");
	REFUSED(text, "landlock: more than 64 documents");
}

TEST(best_effort_of_a_rule_holds_on_a_kernel_that_lacks_its_right)
{
#define UNIX                                                         \
	"{'bailiff':1," HANDLED ",'pathBeneath':[{'allowedAccess':[" \
	"'resolve_unix'],'parent':['/run/web']%s}]}"
	struct policy *p = NULL;
	struct err e = { 0 };
	char text[400];

	(void)snprintf(text, sizeof(text), UNIX, "");
	CHECK_INT(compile(text, 7, &p, &e), -EOPNOTSUPP);
	CHECK_HAS(e.text, "\"resolve_unix\" needs Landlock ABI 9");
	(void)snprintf(text, sizeof(text), UNIX, ",'bestEffort':true");
	CHECK_INT(compile(text, 7, &p, &e), 0);
	CHECK(policy_service(p, 0)->is_best_effort);
	CHECK_HAS(policy_service(p, 0)->not_enforced[0],
		  "connecting to path unix sockets is not restricted");
	policy_free(p);
	GIVES(text, "5");
	/* The others stay required. */
	CHECK_INT(compile(text, 0, &p, &e), -EOPNOTSUPP);
	CHECK_INT(compile(text, 9, &p, &e), 0);
	CHECK(policy_service(p, 0)->not_enforced[0] == NULL);
	policy_free(p);
}

TEST(quiet_is_not_applied_and_the_lint_says_so)
{
	struct policy *p = NULL;
	struct err e = { 0 };
	bool found = false;

	CHECK_INT(compile("{'bailiff':1,'ruleset':[{'handledAccessFs':["
			  "'execute'],'quietAccessFs':['execute']}],"
			  "'pathBeneath':[{'quiet':true,'parent':['/a']}]}",
			  11, &p, &e),
		  0);
	for (const char *const *w = policy_service(p, 0)->warnings; *w != NULL;
	     w++)
		found |= strstr(*w, "quiet rights are not applied") != NULL;
	CHECK(found);
	policy_free(p);
	GIVES("{'bailiff':1,'ruleset':[{'handledAccessFs':['execute'],"
	      "'quietAccessFs':['execute']}],'pathBeneath':[{'quiet':true,"
	      "'parent':['/a']}]}",
	      "1");
}

TEST(a_required_path_is_one_in_the_artefact)
{
	gives(__LINE__,
	      "{\"bailiff\":1,\"pathBeneath\":["
	      "{\"allowedAccess\":[\"execute\"],\"parent\":[\"/a\",\"/b\"]},"
	      "{\"allowedAccess\":[\"read_file\"],\"parent\":[\"/b\"],"
	      "\"required\":true}]}",
	      "5 /a=1 /b=5!");
}
