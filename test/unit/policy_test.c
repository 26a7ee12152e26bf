/* SPDX-License-Identifier: Apache-2.0 */
/* policy_test.c - bundles compiled, refused, explained, compared. */
#include "test/unit/harness.h"

#include <fcntl.h>
#include <stdlib.h>

#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "pkg/policy/artefact.h"
#include "pkg/policy/policy.h"

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

static const struct policy_kernel newest = { .landlock_abi = 7,
					     .has_seccomp = true };
static const struct policy_kernel bookworm = { .landlock_abi = 2,
					       .has_seccomp = true };
static const struct policy_kernel linuxkit = { .landlock_abi = 0,
					       .has_seccomp = true };
static const struct policy_origin origin = {
	.generation = 4,
	.bundle_version = 3,
	.signers = { "1a2b3c4d5e6f7081" },
	.signer_count = 1,
};

#define NODE "{\"unlisted\":\"deny\",\"services\":{\"web\":{\"number\":1}}}"
#define NODE_TEAM                                                       \
	"{\"unlisted\":\"deny\",\"services\":{\"web\":{\"number\":1}}," \
	"\"roles\":{\"team/web\":\"unlimited\"}}"
#define SECCOMP                                                      \
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\","         \
	"\"syscalls\":[{\"names\":[\"read\",\"openat\",\"clone3\"]," \
	"\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"socket\"],"    \
	"\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":2,"      \
	"\"value\":0,\"op\":\"SCMP_CMP_EQ\"}]}]}"
#define RULESET                                            \
	"\"abi\":7,\"ruleset\":[{\"handledAccessFs\":["    \
	"\"abi.all\"],\"handledAccessNet\":[\"abi.all\"]," \
	"\"scoped\":[\"abi.all\"]}]"
#define LANDLOCK                                                  \
	"\"landlock\":{" RULESET ",\"pathBeneath\":["             \
	"{\"allowedAccess\":[\"read_file\",\"read_dir\"],"        \
	"\"parent\":[\"/etc/web\"]},{\"allowedAccess\":["         \
	"\"read_file\",\"write_file\",\"make_reg\"],\"parent\":[" \
	"\"/var/log/web\"]}],\"netPort\":[{\"allowedAccess\":["   \
	"\"bind_tcp\"],\"port\":[80,443]}]}"
#define CAPS                                                             \
	"\"capabilities\":{\"bounding\":[\"CAP_SETUID\"],\"permitted\":" \
	"[\"CAP_SETUID\"],\"effective\":[\"CAP_SETUID\"]}"
#define DOCUMENT "{" LANDLOCK "," SECCOMP "," CAPS "}"
#define EFFORT(words) \
	"{" LANDLOCK "," SECCOMP "," CAPS ",\"best-effort\":" words "}"

static int compile(const char *node, const char *document,
		   const struct policy_kernel *kernel, struct policy **ret,
		   struct err *e)
{
	const struct policy_target targets[] = {
		{ "services/web.json", span_of(document), NULL },
		{ "node.json", span_of(node), NULL },
	};

	return policy_compile(targets, 2, &origin, kernel, NULL, ret, e);
}

static struct policy *must(const char *node, const char *document,
			   const struct policy_kernel *kernel)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	if (compile(node, document, kernel, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return p;
}

TEST(a_bundle_becomes_an_artefact_that_says_the_same)
{
	struct policy *p = must(NODE, DOCUMENT, &newest);
	const struct policy_service *s;
	struct artefact a;
	struct cur c;
	struct buf out;
	struct err e;
	struct artefact_path rule;

	CHECK_INT(policy_service_count(p), 1);
	CHECK_INT(policy_unlisted(p), POLICY_UNLISTED_DENY);
	s = policy_service_find(p, span_of("web"));
	CHECK(s != NULL && s->number == 1 && !s->is_best_effort);
	CHECK(s->not_enforced[0] == NULL);
	CHECK(policy_service_find(p, span_of("we")) == NULL);
	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(policy_artefact(p, s, &out), 0);
	CHECK_INT(artefact_decode(buf_view(&out), &a, &e), 0);
	CHECK_INT(a.generation, 4);
	CHECK_INT(a.bundle_version, 3);
	CHECK_INT(a.landlock_abi, 6);
	CHECK_INT(a.handled_fs, 0xffff);
	CHECK_INT(a.handled_net, 3);
	CHECK_INT(a.scoped, 3);
	CHECK_INT(a.path_count, 2);
	CHECK_INT(a.port_count, 2);
	c = cur_of(a.paths);
	rule = artefact_path_next(&c);
	CHECK(span_eq_str(rule.path, "/etc/web"));
	CHECK_INT(rule.access, 4 | 8);
	CHECK(a.proof.points > 50);
	CHECK(a.has_seccomp && a.insn_count > 10);
	CHECK_INT(a.seccomp_flags, 2 /* SECCOMP_FILTER_FLAG_LOG */);
	CHECK_INT(a.caps.permitted, 1 << 7);
	buf_done(&out);
	policy_free(p);
}

TEST(what_the_kernel_lacks_is_refused_with_a_hint)
{
	struct policy *p = NULL;
	struct err e;

	CHECK_INT(compile(NODE, DOCUMENT, &bookworm, &p, &e), -EOPNOTSUPP);
	CHECK_STR(e.text, "services/web.json: landlock: \"truncate\" needs "
			  "Landlock ABI 3, the kernel has 2");
	CHECK_HAS(e.hint, "best-effort");
	CHECK_INT(compile(NODE, DOCUMENT, &linuxkit, &p, &e), -EOPNOTSUPP);
	CHECK_HAS(e.text, "the kernel has no Landlock");
	CHECK_INT(compile(NODE, DOCUMENT,
			  &(struct policy_kernel){ .landlock_abi = 7 }, &p, &e),
		  -EOPNOTSUPP);
	CHECK_HAS(e.text, "seccomp");
	CHECK(p == NULL);
}

TEST(best_effort_gives_up_only_what_it_names_and_says_so)
{
	static const char *const sentences[] = {
		"truncating files is not restricted: the kernel has Landlock "
		"ABI 2, 3 is needed",
		"ioctl on devices is not restricted: the kernel has Landlock "
		"ABI 2, 5 is needed",
		"TCP bind is not restricted: the kernel has Landlock ABI 2, 4 "
		"is needed",
		"TCP connect is not restricted: the kernel has Landlock ABI 2, "
		"4 is needed",
	};
	struct policy *p = NULL;
	const struct policy_service *s;
	struct artefact a;
	struct buf out;
	struct err e;

	CHECK_INT(compile(NODE, EFFORT("[\"landlock.truncate\"]"), &bookworm,
			  &p, &e),
		  -EOPNOTSUPP);
	CHECK_HAS(e.text, "\"ioctl_dev\"");
	p = must(NODE,
		 EFFORT("[\"landlock.truncate\",\"landlock.ioctl_dev\","
			"\"landlock.bind_tcp\",\"landlock.connect_tcp\","
			"\"landlock.signal\","
			"\"landlock.abstract_unix_socket\"]"),
		 &bookworm);
	s = policy_service(p, 0);
	CHECK(s->is_best_effort);
	for (size_t i = 0; i < COUNTOF(sentences); i++)
		CHECK_STR(s->not_enforced[i], sentences[i]);
	CHECK(s->not_enforced[5] != NULL && s->not_enforced[6] == NULL);
	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(policy_artefact(p, s, &out), 0);
	CHECK_INT(artefact_decode(buf_view(&out), &a, &e), 0);
	CHECK_INT(a.landlock_abi, 2);
	CHECK_INT(a.handled_fs, 0x3fff);
	CHECK_INT(a.handled_net | a.scoped | a.port_count, 0);
	buf_done(&out);
	policy_free(p);
	/* On a kernel that has it all, best-effort costs nothing. */
	p = must(NODE, EFFORT("true"), &newest);
	CHECK(policy_service(p, 0)->not_enforced[0] == NULL);
	policy_free(p);
	p = must(NODE, EFFORT("true"), &linuxkit);
	CHECK_HAS(policy_service(p, 0)->not_enforced[0], "no Landlock");
	policy_free(p);
}

TEST(each_abi_drops_exactly_its_rights)
{
	static const struct {
		uint32_t abi;
		uint64_t fs, net, scope;
	} rows[] = {
		{ 1, 0x1fff, 0, 0 }, { 2, 0x3fff, 0, 0 },  { 3, 0x7fff, 0, 0 },
		{ 4, 0x7fff, 3, 0 }, { 5, 0xffff, 3, 0 },  { 6, 0xffff, 3, 3 },
		{ 7, 0xffff, 3, 3 }, { 99, 0xffff, 3, 3 },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		const struct policy_kernel kernel = { .landlock_abi =
							      rows[i].abi,
						      .has_seccomp = true };
		struct policy *p = must(NODE, EFFORT("true"), &kernel);
		struct artefact a;
		struct buf out;
		struct err e;

		buf_init(&out, ARTEFACT_MAX);
		CHECK_INT(policy_artefact(p, policy_service(p, 0), &out), 0);
		CHECK_INT(artefact_decode(buf_view(&out), &a, &e), 0);
		CHECK_INT(a.handled_fs, rows[i].fs);
		CHECK_INT(a.handled_net, rows[i].net);
		CHECK_INT(a.scoped, rows[i].scope);
		CHECK(a.landlock_abi <= rows[i].abi);
		buf_done(&out);
		policy_free(p);
	}
}

TEST(a_document_with_an_error_refuses_the_bundle)
{
	static const struct {
		const char *node, *document, *want;
	} rows[] = {
		{ "", DOCUMENT, "node.json: line 1" },
		{ "{}", DOCUMENT, "node.json: \"services\" is missing" },
		{ "{\"services\":{\"web\":{\"number\":1}}}", DOCUMENT,
		  "\"unlisted\" is missing" },
		{ "{\"unlisted\":\"no\",\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "\"unlisted\" must be" },
		{ "{\"unlisted\":\"deny\",\"services\":{\"web\":{\"number\":0}}"
		  "}",
		  DOCUMENT, "services.web: \"number\" must be 1 to 9998" },
		{ "{\"unlisted\":\"deny\",\"services\":{\"web\":{}}}", DOCUMENT,
		  "\"number\" is missing" },
		{ "{\"unlisted\":\"deny\",\"services\":{\"We b\":{\"number\":1}"
		  "}}",
		  DOCUMENT, "is no service name" },
		{ "{\"unlisted\":\"deny\",\"services\":{\"web\":{\"number\":1},"
		  "\"b\":{\"number\":1}}}",
		  DOCUMENT, "\"number\" 1 is that of \"web\" too" },
		{ "{\"unlisted\":\"deny\",\"services\":{\"web\":{\"number\":1},"
		  "\"b\":{\"number\":2}}}",
		  DOCUMENT, "service \"b\" has no document services/b.json" },
		{ "{\"unlisted\":\"deny\",\"services\":{}}", DOCUMENT,
		  "services/web.json: node.json names no such service" },
		{ "{\"unlisted\":\"deny\",\"collectors\":[{\"name\":\"c\","
		  "\"protocol\":\"udp\",\"host\":\"h\",\"port\":1}],"
		  "\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "collectors[0]: \"protocol\"" },
		{ "{\"unlisted\":\"deny\",\"collectors\":[{\"name\":\"c\","
		  "\"protocol\":\"syslog-tcp\",\"host\":\"a b\",\"port\":1}],"
		  "\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "\"host\"" },
		{ "{\"unlisted\":\"deny\",\"audit\":{\"exec\":true},"
		  "\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "audit: unknown member \"exec\"" },
		{ "{\"unlisted\":\"deny\",\"freshness\":{\"on-stale\":"
		  "\"stop\"},\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "freshness: \"on-stale\" must be keep or" },
		{ "{\"unlisted\":\"deny\",\"freshness\":{},"
		  "\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "freshness: \"on-stale\" is missing" },
		{ "{\"unlisted\":\"deny\",\"freshness\":{\"on-stale\":"
		  "\"keep\",\"x\":1},\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "freshness: unknown member \"x\"" },
		{ "{\"unlisted\":\"deny\",\"freshness\":\"keep\","
		  "\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "\"freshness\"" },
		{ "{\"unlisted\":\"deny\",\"rollback\":\"always\","
		  "\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "\"rollback\" must be image-floor or persis" },
		{ "{\"unlisted\":\"deny\",\"rollback\":true,"
		  "\"services\":{\"web\":{\"number\":1}}}",
		  DOCUMENT, "\"rollback\"" },
		{ NODE, "", "services/web.json: line 1" },
		{ NODE, "[]", "services/web.json: must be an object" },
		{ NODE, "{}", "\"landlock\" is missing" },
		{ NODE, "{" LANDLOCK "," CAPS "}", "\"seccomp\" is missing" },
		{ NODE, "{" LANDLOCK "," SECCOMP "}",
		  "\"capabilities\" is missing" },
		{ NODE, "{" SECCOMP "," CAPS "}", "\"landlock\" is missing" },
		{ NODE, "{" LANDLOCK "," SECCOMP "," CAPS ",\"x\":1}",
		  "unknown member \"x\"" },
		{ NODE,
		  "{" LANDLOCK "," SECCOMP "," CAPS
		  ",\"accept\":[\"no-seccomp\"]}",
		  "has \"seccomp\" and accepts \"no-seccomp\"" },
		{ NODE, "{\"accept\":[\"nothing\"]}", "accept[0]" },
		{ NODE, EFFORT("false"), "best-effort: must be true" },
		{ NODE, EFFORT("[]"), "best-effort: must be true" },
		{ NODE, EFFORT("[\"landlock.exec\"]"),
		  "best-effort: \"landlock.exec\"" },
		{ NODE,
		  "{" LANDLOCK "," SECCOMP
		  ",\"capabilities\":{\"bounding\":[\"CAP_ROOT\"]}}",
		  "capabilities: bounding: [0]: \"CAP_ROOT\"" },
		{ NODE,
		  "{" LANDLOCK "," SECCOMP
		  ",\"capabilities\":{\"bounding\":[\"chown\"]}}",
		  "\"chown\" is no capability" },
		{ NODE,
		  "{" LANDLOCK "," SECCOMP
		  ",\"capabilities\":{\"effective\":[\"CAP_CHOWN\"]}}",
		  "\"effective\" has what \"permitted\" has not" },
		{ NODE,
		  "{" LANDLOCK "," SECCOMP ",\"capabilities\":{\"bounding\":["
		  "\"CAP_AUDIT_CONTROL\"]}}",
		  "CAP_AUDIT_CONTROL lets the service" },
		{ NODE,
		  "{\"landlock\":{\"pathBeneath\":[{\"allowedAccess\":["
		  "\"make_char\"],\"parent\":[\"/dev\"]}]}," SECCOMP "," CAPS
		  "}",
		  "make_char" },
		{ NODE,
		  "{\"landlock\":{\"pathBeneath\":[{\"allowedAccess\":["
		  "\"read\"],\"parent\":[\"/dev\"]}]}," SECCOMP "," CAPS "}",
		  "landlock: pathBeneath[0]: allowedAccess[0]: unknown right" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct policy *p = NULL;
		struct err e = { 0 };

		if (compile(rows[i].node, rows[i].document, &newest, &p, &e) !=
		    -EBADMSG)
			test_fail(__FILE__, __LINE__, "row %zu accepted", i);
		CHECK(p == NULL);
		CHECK_HAS(e.text, rows[i].want);
	}
}

TEST(a_bundle_without_node_or_with_strangers_is_refused)
{
	const struct policy_target lone[] = {
		{ "services/web.json", span_of(DOCUMENT), NULL },
	};
	const struct policy_target stranger[] = {
		{ "node.json", span_of(NODE), NULL },
		{ "services/web.json", span_of(DOCUMENT), NULL },
		{ "readme.txt", span_of("x"), NULL },
	};
	const struct policy_target twice[] = {
		{ "node.json", span_of(NODE), NULL },
		{ "services/web.json", span_of(DOCUMENT), NULL },
		{ "services/web.json", span_of(DOCUMENT), NULL },
	};
	struct policy *p = NULL;
	struct err e;

	CHECK_INT(policy_compile(NULL, 0, &origin, &newest, NULL, &p, &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "no node.json");
	CHECK_INT(policy_compile(lone, 1, &origin, &newest, NULL, &p, &e),
		  -EBADMSG);
	CHECK_INT(policy_compile(stranger, 3, &origin, &newest, NULL, &p, &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "readme.txt: unknown document");
	CHECK_INT(policy_compile(twice, 3, &origin, &newest, NULL, &p, &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "stands twice");
}

TEST(a_dangerous_capability_needs_the_nodes_word)
{
	struct policy *p = must("{\"unlisted\":\"audit\",\"services\":{\"web\":"
				"{\"number\":9,\"grant\":["
				"\"CAP_AUDIT_CONTROL\"]}}}",
				"{" LANDLOCK "," SECCOMP
				",\"capabilities\":{\"bounding\":["
				"\"CAP_AUDIT_CONTROL\"],\"permitted\":["
				"\"CAP_AUDIT_CONTROL\"]}}",
				&newest);

	CHECK_INT(policy_unlisted(p), POLICY_UNLISTED_AUDIT);
	policy_free(p);
}

TEST(a_layer_given_up_in_writing_is_a_warning)
{
	struct policy *p = must(NODE,
				"{\"accept\":[\"no-landlock\",\"no-seccomp\","
				"\"no-capabilities\"]}",
				&newest);
	const struct policy_service *s = policy_service(p, 0);
	struct artefact a;
	struct buf out;
	struct err e;

	CHECK_HAS(s->warnings[0], "no-landlock");
	CHECK_HAS(s->warnings[1], "no-seccomp");
	CHECK_HAS(s->warnings[2], "no-capabilities");
	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(policy_artefact(p, s, &out), 0);
	CHECK_INT(artefact_decode(buf_view(&out), &a, &e), 0);
	CHECK(!a.has_landlock && !a.has_seccomp);
	CHECK(a.caps.bounding == ARTEFACT_CAPS_ANY);
	buf_done(&out);
	policy_free(p);
}

TEST(the_lint_names_the_gaps_that_a_document_leaves)
{
	struct policy *p =
		must(NODE,
		     "{\"landlock\":{\"netPort\":[{\"allowedAccess\":["
		     "\"bind_tcp\"],\"port\":[80]}],"
		     "\"pathBeneath\":[{\"allowedAccess\":["
		     "\"write_file\"],\"parent\":[\"/proc/self\"]},"
		     "{\"allowedAccess\":[\"write_file\",\"execute\"],"
		     "\"parent\":[\"/srv\"]}]}," CAPS
		     ",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"}}",
		     &newest);
	const char *const *w = policy_service(p, 0)->warnings;
	static const char *const wants[] = {
		"/proc/self: writing below /proc",
		"/srv: the same files may be written and executed",
		"unhandled: rights that the kernel could hold are not handled: ",
		"read_file, read_dir",
		"io-uring: the operations of io_uring never meet the filter",
		"mptcp: MPTCP sockets",
		"userns: user namespaces may be made",
	};

	for (size_t i = 0; i < COUNTOF(wants); i++) {
		size_t k = 0;

		while (w[k] != NULL && strstr(w[k], wants[i]) == NULL)
			k++;
		if (w[k] == NULL)
			test_fail(__FILE__, __LINE__, "nothing about: %s",
				  wants[i]);
	}
	policy_free(p);
}

TEST(a_proof_that_could_not_visit_everything_is_said)
{
	struct policy *p;
	struct buf b;

	buf_init(&b, 100000);
	buf_puts(&b, "{" LANDLOCK "," CAPS ",\"seccomp\":{\"defaultAction\":"
		     "\"SCMP_ACT_ERRNO\",\"syscalls\":[");
	for (unsigned i = 0; i < 8; i++)
		for (unsigned k = 0; k < 4; k++)
			buf_printf(&b,
				   "%s{\"names\":[\"ioctl\"],\"action\":"
				   "\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":%u,"
				   "\"value\":%u,\"op\":\"SCMP_CMP_EQ\"}]}",
				   i + k ? "," : "", k, 100 + 7 * i);
	buf_puts(&b, "]}}");
	p = must(NODE, buf_cstr(&b), &newest);
	const char *const *w = policy_service(p, 0)->warnings;

	while (*w != NULL && strstr(*w, "chosen from more") == NULL)
		w++;
	CHECK(*w != NULL);
	policy_free(p);
	buf_done(&b);
}

TEST(a_group_never_brings_in_device_nodes)
{
	struct policy *p =
		must(NODE,
		     "{\"landlock\":{" RULESET ",\"pathBeneath\":[{"
		     "\"allowedAccess\":[\"abi.read_write\"],\"parent\":["
		     "\"/srv\"]}]}," SECCOMP "," CAPS "}",
		     &newest);
	struct artefact a;
	struct cur c;
	struct buf out;
	struct err e;

	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(policy_artefact(p, policy_service(p, 0), &out), 0);
	CHECK_INT(artefact_decode(buf_view(&out), &a, &e), 0);
	c = cur_of(a.paths);
	CHECK_INT(artefact_path_next(&c).access, 0xfffe & ~(1 << 6 | 1 << 11));
	CHECK_INT(a.handled_fs, 0xffff);
	buf_done(&out);
	policy_free(p);
}

TEST(collectors_are_read_as_they_stand)
{
	struct policy *p = must(
		"{\"unlisted\":\"allow\",\"audit\":{\"execve\":true},"
		"\"collectors\":[{\"name\":\"central\",\"protocol\":"
		"\"syslog-tcp\",\"host\":\"::1\",\"port\":601}],\"services\":{"
		"\"web\":{\"number\":1}}}",
		DOCUMENT, &newest);
	const struct policy_collector *c = policy_collector(p, 0);

	CHECK_INT(policy_collector_count(p), 1);
	CHECK_STR(c->name, "central");
	CHECK_STR(c->host, "::1");
	CHECK_INT(c->port, 601);
	CHECK(policy_audit(p)->execve);
	CHECK(policy_collector(p, 1) == NULL);
	policy_free(p);
}

#define AUDIT_IS(text)                                                   \
	"{\"unlisted\":\"allow\",\"services\":{\"web\":{\"number\":1}}," \
	"\"audit\":" text "}"

TEST(settings_of_audit_have_defaults_and_are_read_as_they_stand)
{
	struct policy *p = must(NODE, DOCUMENT, &newest);
	const struct policy_audit *a = policy_audit(p);

	CHECK_INT(a->backlog_limit, 0);
	CHECK_INT(a->backlog_wait_ms, POLICY_BACKLOG_WAIT_MS);
	CHECK_INT(a->trail_bytes, 0);
	CHECK_INT(a->durability, POLICY_DURABLE_NONE);
	CHECK_INT(a->budget_denials, POLICY_BUDGET_DENIALS);
	CHECK(a->execve);
	policy_free(p);
	p = must(AUDIT_IS("{\"backlog_limit\":64,\"backlog_wait_ms\":60000,"
			  "\"trail\":{\"bytes\":1048576,\"durability\":"
			  "\"checkpoint\"},\"budget\":{\"denials\":7},"
			  "\"execve\":false}"),
		 DOCUMENT, &newest);
	a = policy_audit(p);
	CHECK_INT(a->backlog_limit, 64);
	CHECK_INT(a->backlog_wait_ms, 60000);
	CHECK_INT(a->trail_bytes, 1048576);
	CHECK_INT(a->durability, POLICY_DURABLE_CHECKPOINT);
	CHECK_INT(a->budget_denials, 7);
	CHECK(!a->execve);
	policy_free(p);
	CHECK_STR(policy_durability_word(POLICY_DURABLE_EACH), "each");
	CHECK_STR(policy_durability_word(99), "?");
}

TEST(settings_of_audit_outside_of_their_bounds_are_refused)
{
	static const struct {
		const char *node, *want;
	} rows[] = {
		{ AUDIT_IS("{\"backlog_limit\":63}"),
		  "audit: \"backlog_limit\" must be 64 to 1048576" },
		{ AUDIT_IS("{\"backlog_limit\":0}"), "\"backlog_limit\"" },
		{ AUDIT_IS("{\"backlog_wait_ms\":60001}"),
		  "\"backlog_wait_ms\" must be 0 to 60000" },
		{ AUDIT_IS("{\"backlog_wait_ms\":-1}"),
		  "\"backlog_wait_ms\" must be 0 to 60000" },
		{ AUDIT_IS("{\"backlog_wait_ms\":\"1\"}"), "backlog_wait_ms" },
		{ AUDIT_IS("{\"trail\":{\"bytes\":1048575}}"),
		  "audit: trail: \"bytes\" must be 1048576 to " },
		{ AUDIT_IS("{\"trail\":{\"durability\":\"all\"}}"),
		  "\"durability\" must be none, checkpoint or each" },
		{ AUDIT_IS("{\"trail\":{\"denials\":1}}"), "denials" },
		{ AUDIT_IS("{\"budget\":{\"denials\":0}}"),
		  "audit: budget: \"denials\" must be 1 to 1000000" },
		{ AUDIT_IS("{\"backlog\":1}"), "backlog" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct policy *p = NULL;
		struct err e = { 0 };

		if (compile(rows[i].node, DOCUMENT, &newest, &p, &e) !=
		    -EBADMSG)
			test_fail(__FILE__, __LINE__, "row %zu accepted", i);
		CHECK(p == NULL);
		CHECK_HAS(e.text, rows[i].want);
	}
}

static const struct policy_speaker team = {
	.role = "team/web",
	.signers = { "77aa77aa77aa77aa", "88bb88bb88bb88bb" },
	.signer_count = 2,
};

TEST(a_service_is_its_roles_and_the_rest_is_the_bundles)
{
	const struct policy_target targets[] = {
		{ "node.json", span_of(NODE_TEAM), NULL },
		{ "services/web.json", span_of(DOCUMENT), &team },
	};
	const struct policy_denial d = { .kind = DENIAL_FS,
					 .service = span_of("web"),
					 .right = span_of("read_file"),
					 .path = span_of("/etc/shadow") };
	const struct policy_service *s;
	struct policy *p = NULL;
	struct buf out;

	CHECK_INT(policy_compile(targets, 2, &origin, &newest, NULL, &p, NULL),
		  0);
	s = policy_service(p, 0);
	CHECK_STR(s->role, "team/web");
	CHECK_STR(s->signers[1], "88bb88bb88bb88bb");
	CHECK(s->signers[2] == NULL);
	buf_init(&out, 65536);
	CHECK_INT(policy_show(p, s, &out, NULL), 0);
	CHECK_HAS(buf_cstr(&out), "\"role\":\"team/web\"");
	CHECK_HAS(buf_cstr(&out), "77aa77aa77aa77aa");
	CHECK(strstr(buf_cstr(&out), origin.signers[0]) == NULL);
	buf_reset(&out);
	CHECK_INT(policy_explain(p, &d, &out, NULL), 0);
	CHECK_HAS(buf_cstr(&out), "\"role\":\"team/web\"");
	CHECK_HAS(buf_cstr(&out), ", role team/web, signed by 77aa77aa");
	CHECK(strstr(buf_cstr(&out), origin.signers[0]) == NULL);
	buf_done(&out);
	policy_free(p);
}

TEST(without_delegations_the_bundles_signers_speak_for_a_service)
{
	struct policy *p = must(NODE, DOCUMENT, &newest);
	const struct policy_service *s = policy_service(p, 0);

	CHECK_STR(s->role, "targets");
	CHECK_STR(s->signers[0], origin.signers[0]);
	CHECK(s->signers[1] == NULL);
	policy_free(p);
}

TEST(a_delegated_role_cannot_speak_for_the_node)
{
	const struct policy_target targets[] = {
		{ "node.json", span_of(NODE), &team },
		{ "services/web.json", span_of(DOCUMENT), &team },
	};
	struct policy *p = NULL;
	struct err e = { 0 };

	CHECK_INT(policy_compile(targets, 2, &origin, &newest, NULL, &p, &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "\"team/web\" speaks for it");
	CHECK(e.hint != NULL);
}

#define DEMANDING                                                            \
	"{\"unlisted\":\"deny\",\"rollback\":\"persistent\",\"freshness\":{" \
	"\"on-stale\":\"refuse-start\"},\"services\":{\"web\":{"             \
	"\"number\":1}}}"

TEST(a_node_demands_nothing_of_time_and_state_unless_it_says_so)
{
	struct policy *p = must(NODE, DOCUMENT, &newest);

	CHECK(!policy_demands(p)->refuses_stale_start);
	CHECK(!policy_demands(p)->wants_persistence);
	policy_free(p);
	p = must("{\"unlisted\":\"deny\",\"rollback\":\"image-floor\","
		 "\"freshness\":{\"on-stale\":\"keep\"},\"services\":{"
		 "\"web\":{\"number\":1}}}",
		 DOCUMENT, &newest);
	CHECK(!policy_demands(p)->refuses_stale_start);
	CHECK(!policy_demands(p)->wants_persistence);
	policy_free(p);
	p = must(DEMANDING, DOCUMENT, &newest);
	CHECK(policy_demands(p)->refuses_stale_start);
	CHECK(policy_demands(p)->wants_persistence);
	policy_free(p);
}

TEST(demands_of_time_and_state_are_said_when_they_change)
{
	struct policy *lax = must(NODE, DOCUMENT, &newest);
	struct policy *strict = must(DEMANDING, DOCUMENT, &newest);
	struct buf out;

	buf_init(&out, 65536);
	CHECK_INT(policy_diff(lax, strict, &out, NULL), 0);
	CHECK_HAS(buf_cstr(&out), "while the policy is stale no service");
	CHECK_HAS(buf_cstr(&out), "outlives a reboot is demanded");
	CHECK(strstr(buf_cstr(&out), "looser") == NULL);
	buf_reset(&out);
	CHECK_INT(policy_diff(strict, lax, &out, NULL), 0);
	CHECK_HAS(buf_cstr(&out), "no longer demanded");
	CHECK(strstr(buf_cstr(&out), "tighter") == NULL);
	buf_done(&out);
	policy_free(lax);
	policy_free(strict);
}

/* ---- explain ----------------------------------------------------------- */

static json_t *explain(const struct policy *p, const struct policy_denial *d)
{
	json_t *j = NULL;
	struct buf out;
	struct err e = { 0 };

	buf_init(&out, 1000000);
	if (policy_explain(p, d, &out, &e) < 0 ||
	    json_parse(buf_view(&out), 1000000, &j, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", e.text, buf_cstr(&out));
	buf_done(&out);
	return j;
}

static const char *text(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "(null)";
}

#define X86_64 0xc000003eU

TEST(explain_tells_the_nearest_rule_and_the_smallest_addition)
{
	static const struct {
		struct policy_denial d;
		const char *verdict, *sentence;
	} rows[] = {
		{ { .kind = DENIAL_FS,
		    .right = { "fs.read_file", 12 },
		    .path = { "/etc/shadow", 11 } },
		  "denied",
		  "web may not read /etc/shadow: no rule grants read_file "
		  "there; the nearest is /etc/web (read_file, read_dir); bundle "
		  "3, signed by 1a2b3c4d5e6f; to allow it add {\"pathBeneath\":"
		  "[{\"allowedAccess\":[\"read_file\"],\"parent\":["
		  "\"/etc/shadow\"]}]} to landlock" },
		{ { .kind = DENIAL_FS,
		    .right = { "write_file", 10 },
		    .path = { "/etc/web/x", 10 } },
		  "denied",
		  "web may not write to /etc/web/x: no rule grants write_file "
		  "there; the nearest is /etc/web (read_file, read_dir)" },
		{ { .kind = DENIAL_FS,
		    .right = { "execute", 7 },
		    .path = { "/bin/sh", 7 } },
		  "denied",
		  "web may not execute /bin/sh: no rule grants execute there; "
		  "bundle 3" },
		{ { .kind = DENIAL_FS,
		    .right = { "read_file", 9 },
		    .path = { "/etc/web/a", 10 } },
		  "not-by-policy",
		  "which its policy grants by /etc/web (read_file, read_dir)" },
		{ { .kind = DENIAL_FS,
		    .right = { "fly", 3 },
		    .path = { "/etc/web/a", 10 } },
		  "not-by-policy",
		  "a right that this version does not know" },
		{ { .kind = DENIAL_NET,
		    .right = { "net.connect_tcp", 15 },
		    .port = 4444 },
		  "denied",
		  "web may not connect to TCP port 4444: no rule grants "
		  "connect_tcp there; no port has it; bundle 3, signed by "
		  "1a2b3c4d5e6f; to allow it add {\"netPort\":[{"
		  "\"allowedAccess\":[\"connect_tcp\"],\"port\":[4444]}]} to "
		  "landlock" },
		{ { .kind = DENIAL_NET,
		    .right = { "bind_tcp", 8 },
		    .port = 22 },
		  "denied",
		  "granted are 80, 443; bundle" },
		{ { .kind = DENIAL_NET,
		    .right = { "bind_tcp", 8 },
		    .port = 80 },
		  "not-by-policy",
		  "which its policy grants" },
		{ { .kind = DENIAL_SCOPE, .right = { "scope.signal", 12 } },
		  "denied",
		  "web may not signal a process outside its sandbox: "
		  "\"scoped\" has signal" },
		{ { .kind = DENIAL_SCOPE,
		    .right = { "abstract_unix_socket", 20 } },
		  "denied",
		  "may not connect to an abstract unix socket" },
		{ { .kind = DENIAL_SCOPE, .right = { "ptrace", 6 } },
		  "denied",
		  "Landlock never allows it" },
		{ { .kind = DENIAL_SYSCALL, .arch = X86_64, .syscall = 101 },
		  "denied",
		  "web may not call ptrace: no rule names it; what holds is "
		  "defaultAction SCMP_ACT_ERRNO(EPERM); bundle 3, signed by "
		  "1a2b3c4d5e6f; to allow it add {\"syscalls\":[{\"action\":"
		  "\"SCMP_ACT_ALLOW\",\"names\":[\"ptrace\"]}]} to seccomp" },
		{ { .kind = DENIAL_SYSCALL, .arch = X86_64, .syscall = 41 },
		  "denied",
		  "web may not call socket with these arguments, which the "
		  "record does not have: the profile has SCMP_ACT_ALLOW if "
		  "argument 2 is 0; for all others it has defaultAction "
		  "SCMP_ACT_ERRNO(EPERM); bundle 3, signed by 1a2b3c4d5e6f; to "
		  "allow it add" },
		{ { .kind = DENIAL_SYSCALL, .arch = X86_64, .syscall = 0 },
		  "not-by-policy",
		  "which its policy allows" },
		{ { .kind = DENIAL_SYSCALL, .arch = 0x40000003, .syscall = 5 },
		  "denied",
		  "does not list that architecture; bundle 3, signed by "
		  "1a2b3c4d5e6f; to allow it add {\"architectures\":["
		  "\"SCMP_ARCH_X86\"]} to seccomp" },
		{ { .kind = DENIAL_SYSCALL, .arch = X86_64, .syscall = 100000 },
		  "denied",
		  "web may not call system call 100000" },
	};
	struct policy *p = must(NODE, DOCUMENT, &newest);

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct policy_denial d = rows[i].d;

		d.service = span_of("web");
		AUTO_JSON *j = explain(p, &d);
		CHECK_STR(text(j, "verdict"), rows[i].verdict);
		CHECK_HAS(text(j, "sentence"), rows[i].sentence);
		if (strcmp(rows[i].verdict, "denied") != 0)
			CHECK(json_is_null(json_object_get(j, "fix")));
	}
	policy_free(p);
}

/* A record of seccomp has no arguments: which rule it was is said only when it
 * can have been no other. */
TEST(a_rule_by_arguments_is_not_blamed_without_them)
{
#define TWO_WAYS(default, more)                                                                                 \
	"{\"accept\":[\"no-landlock\",\"no-capabilities\"],\"seccomp\":{"                                       \
	"\"defaultAction\":\"" default "\",\"syscalls\":[{\"names\":[\"socket\"],\"action\":"                   \
				       "\"SCMP_ACT_ERRNO\",\"errnoRet\":93,\"args\":[{\"index\":2,\"value\":9," \
				       "\"op\":\"SCMP_CMP_EQ\"}]}" more "]}}"
#define FAMILY_ONE                                                         \
	",{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":" \
	"[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}"
#define FREELY ",{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\"}"
#define ALSO                                                                \
	",{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[" \
	"{\"index\":1,\"value\":3,\"op\":\"SCMP_CMP_EQ\"}]}"
#define ALWAYS ",{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_KILL\"}"
	static const struct {
		const char *document, *sentence;
	} rows[] = {
		{ TWO_WAYS("SCMP_ACT_ERRNO", FAMILY_ONE),
		  "which the record does not have: the profile has "
		  "SCMP_ACT_ERRNO(93) if argument 2 is 9; "
		  "SCMP_ACT_ALLOW if argument 0 is 1; for all others it has "
		  "defaultAction SCMP_ACT_ERRNO(EPERM); bundle" },
		{ TWO_WAYS("SCMP_ACT_ALLOW", ""),
		  "web may not call socket: the rule "
		  "SCMP_ACT_ERRNO(93) if argument 2 is 9 forbids "
		  "it" },
		/* What --fix writes below a name that is allowed. */
		{ TWO_WAYS("SCMP_ACT_ERRNO", FREELY),
		  "web may not call socket: the rule SCMP_ACT_ERRNO(93) if "
		  "argument 2 is 9 forbids it" },
		{ TWO_WAYS("SCMP_ACT_KILL", FREELY ALSO),
		  "SCMP_ACT_ERRNO(93) if argument 2 is 9; SCMP_ACT_ALLOW; "
		  "SCMP_ACT_ERRNO(EPERM) if argument 1 is 3; bundle" },
		{ TWO_WAYS("SCMP_ACT_ERRNO", ALWAYS),
		  "web may not call socket: the rule SCMP_ACT_KILL" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		const struct policy_denial d = { .kind = DENIAL_SYSCALL,
						 .service = span_of("web"),
						 .arch = X86_64,
						 .syscall = 41 };
		struct policy *p = must(NODE, rows[i].document, &newest);
		AUTO_JSON *j = explain(p, &d);

		CHECK_HAS(text(j, "sentence"), rows[i].sentence);
		CHECK(json_is_null(json_object_get(j, "fix")));
		policy_free(p);
	}
}

TEST(adding_the_fix_to_the_document_ends_the_denial)
{
	struct policy *p =
		must(NODE,
		     "{\"landlock\":{" RULESET ",\"pathBeneath\":["
		     "{\"allowedAccess\":[\"read_file\"],\"parent\":["
		     "\"/etc/a$$b\"]}]}," SECCOMP "," CAPS "}",
		     &newest);
	const struct policy_denial d = { .kind = DENIAL_FS,
					 .service = span_of("web"),
					 .right = span_of("fs.read_file"),
					 .path = span_of("/etc/${x}") };
	AUTO_JSON *j = explain(p, &d);
	json_t *fix = json_object_get(json_object_get(j, "fix"), "landlock");
	AUTO_JSON *doc = NULL;
	struct buf out;
	struct err e;

	CHECK_STR(text(j, "verdict"), "denied");
	CHECK(json_is_object(fix));
	CHECK_INT(json_parse(span_of(DOCUMENT), 100000, &doc, &e), 0);
	json_array_extend(json_object_get(json_object_get(doc, "landlock"),
					  "pathBeneath"),
			  json_object_get(fix, "pathBeneath"));
	buf_init(&out, 100000);
	CHECK_INT(json_text(doc, &out), 0);
	policy_free(p);
	p = must(NODE, buf_cstr(&out), &newest);
	AUTO_JSON *again = explain(p, &d);
	CHECK_STR(text(again, "verdict"), "not-by-policy");
	CHECK_HAS(text(again, "sentence"), "/etc/${x} (read_file)");
	policy_free(p);
	buf_done(&out);
}

TEST(an_inferred_denial_is_policys_only_when_the_model_denies_it)
{
	static const struct {
		int32_t nr, exit;
		uint64_t flags; /* ~0: the record had no arguments */
		const char *path, *verdict, *has;
	} rows[] = {
		/* openat */
		{ 257, -EACCES, ~0ULL, "/etc/shadow", "denied", "read_file" },
		{ 257, -EACCES, 0, "/etc/shadow", "denied", "read_file" },
		{ 257, -EACCES, 1, "/etc/shadow", "denied", "write_file" },
		{ 257, -EACCES, 0, "/etc/web/key", "not-by-policy",
		  "ordinary permission" },
		{ 257, -EACCES, ~0ULL, "/etc/web/key", "not-by-policy",
		  "ordinary permission" },
		{ 257, -EACCES, 1, "/etc/web/key", "denied", "write_file" },
		{ 257, -EACCES, 2, "/var/log/web/x", "not-by-policy", "" },
		{ 257, -EACCES, 010000000, "/etc/shadow", "not-by-policy", "" },
		{ 257, -EPERM, 0, "/etc/shadow", "not-by-policy", "" },
		/* execve, unlink, mkdir: not named by the filter, which gives
		 * EPERM; EACCES comes from Landlock. */
		{ 59, -EACCES, ~0ULL, "/bin/sh", "denied",
		  "web may not execute /bin/sh" },
		{ 87, -EACCES, ~0ULL, "/var/log/web/x", "denied",
		  "remove a file in /var/log/web:" },
		{ 83, -EACCES, ~0ULL, "/top", "denied",
		  "make a directory in /:" },
		{ 59, -EPERM, ~0ULL, "/bin/sh", "denied",
		  "web may not call execve" },
	};
	struct policy *p = must(NODE, EFFORT("true"), &bookworm);

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		const struct policy_denial d = {
			.kind = DENIAL_INFERRED,
			.service = span_of("web"),
			.path = span_of(rows[i].path),
			.arch = X86_64,
			.syscall = rows[i].nr,
			.exit = rows[i].exit,
			.has_args = rows[i].flags != ~0ULL,
			.args = { 0, 0, rows[i].flags },
		};
		AUTO_JSON *j = explain(p, &d);

		if (strcmp(text(j, "verdict"), rows[i].verdict) != 0)
			test_fail(__FILE__, __LINE__, "row %zu: %s", i,
				  text(j, "sentence"));
		CHECK_HAS(text(j, "sentence"), rows[i].has);
	}
	policy_free(p);
}

TEST(an_inferred_denial_is_judged_by_its_call_before_its_right)
{
	struct policy *p = must(NODE, EFFORT("true"), &bookworm);
	struct policy_denial d = {
		.kind = DENIAL_INFERRED,
		.service = span_of("web"),
		.right = span_of("write_file"),
		.path = span_of("/etc/web/key"),
		.arch = X86_64,
		.syscall = 257,
		.exit = -EACCES,
		.has_args = true,
	};
	AUTO_JSON *reads = explain(p, &d); /* O_RDONLY, which is granted */

	CHECK_STR(text(reads, "verdict"), "not-by-policy");
	d.args[2] = 2; /* O_RDWR */
	AUTO_JSON *writes = explain(p, &d);
	CHECK_STR(text(writes, "verdict"), "denied");
	d.right = span_of("make_reg");
	d.path = span_of("/tmp");
	d.args[2] = 0101; /* O_WRONLY, O_CREAT */
	AUTO_JSON *makes = explain(p, &d);
	CHECK_HAS(text(makes, "sentence"), "web may not make a file in /tmp:");
	policy_free(p);
}

TEST(an_inferred_denial_of_a_port_is_policys_where_ports_are_held)
{
	struct policy_denial d = {
		.kind = DENIAL_INFERRED,
		.service = span_of("web"),
		.right = span_of("connect_tcp"),
		.port = 4444,
		.arch = X86_64,
		.syscall = 42,
		.exit = -EACCES,
	};
	struct policy *p = must(NODE, DOCUMENT, &newest);
	AUTO_JSON *held = explain(p, &d);

	CHECK_STR(text(held, "verdict"), "denied");
	CHECK_HAS(text(held, "sentence"), "4444");
	policy_free(p);
	p = must(NODE, EFFORT("true"), &bookworm);
	AUTO_JSON *open = explain(p, &d);
	CHECK_STR(text(open, "verdict"), "not-by-policy");
	policy_free(p);
}

TEST(an_inferred_denial_of_what_is_outside_is_policys_where_scopes_are_held)
{
	static const char *const rights[] = { "signal", "abstract_unix_socket",
					      "ptrace" };
	struct policy *p =
		must(NODE,
		     "{" LANDLOCK "," CAPS
		     ",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"}}",
		     &newest);

	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		struct policy_denial d = {
			.kind = DENIAL_INFERRED,
			.service = span_of("web"),
			.right = span_of(rights[i]),
			.arch = X86_64,
			.syscall = 62,
			.exit = -EPERM,
		};
		AUTO_JSON *held = explain(p, &d);

		CHECK_STR(text(held, "verdict"), "denied");
		CHECK_STR(text(held, "layer"), "landlock");
		/* Another errno is no scope's. */
		d.exit = -EACCES;
		AUTO_JSON *other = explain(p, &d);
		CHECK_STR(text(other, "verdict"), "not-by-policy");
	}
	policy_free(p);
}

TEST(explain_survives_what_is_hostile_or_missing)
{
	static const char raw[] = "/etc/\"\n\xff${x}";
	struct policy *p = must(NODE, DOCUMENT, &newest);
	struct policy_denial d = { .kind = DENIAL_FS,
				   .service = span_of("web"),
				   .right = span_of("read_file"),
				   .path = { raw, sizeof(raw) } };
	struct buf out;
	struct err e;

	for (int kind = DENIAL_FS; kind <= DENIAL_INFERRED; kind++) {
		d.kind = (enum denial_kind)kind;
		AUTO_JSON *j = explain(p, &d);
		CHECK(strchr(text(j, "sentence"), '\n') == NULL);
		d.path = (struct span){ 0 };
		d.right = (struct span){ 0 };
		AUTO_JSON *k = explain(p, &d);
		CHECK_STR(text(k, "service"), "web");
		d.path = (struct span){ raw, sizeof(raw) };
	}
	d.service = span_of("nobody");
	buf_init(&out, 1000);
	CHECK_INT(policy_explain(p, &d, &out, &e), -ENOENT);
	buf_done(&out);
	buf_init(&out, 10);
	d.service = span_of("web");
	CHECK_INT(policy_explain(p, &d, &out, &e), -E2BIG);
	buf_done(&out);
	policy_free(p);
}

/* ---- show -------------------------------------------------------------- */

TEST(show_says_rules_capabilities_and_gaps)
{
	struct policy *p = must(NODE, EFFORT("true"), &bookworm);
	AUTO_JSON *j = NULL;
	struct buf out;
	struct err e;

	buf_init(&out, 100000);
	CHECK_INT(policy_show(p, policy_service(p, 0), &out, &e), 0);
	CHECK_INT(json_parse(buf_view(&out), 100000, &j, &e), 0);
	CHECK_HAS(buf_cstr(&out), "\"/etc/web: read_file, read_dir\"");
	CHECK_HAS(buf_cstr(&out), "\"port 80: bind_tcp\"");
	CHECK_HAS(buf_cstr(&out), "\"bounding\":[\"CAP_SETUID\"]");
	CHECK_HAS(buf_cstr(&out), "\"default\":\"SCMP_ACT_ERRNO(EPERM)\"");
	CHECK_HAS(buf_cstr(&out), "TCP connect is not restricted");
	buf_done(&out);
	policy_free(p);
}

TEST(show_says_what_was_proved_of_the_seccomp_program)
{
	struct policy *p = must(NODE, DOCUMENT, &newest);
	AUTO_JSON *j = NULL;
	const json_t *proof;
	json_int_t branches, reached, dead;
	struct buf out;

	buf_init(&out, 100000);
	CHECK_INT(policy_show(p, policy_service(p, 0), &out, NULL), 0);
	CHECK_INT(json_parse(buf_view(&out), 100000, &j, NULL), 0);
	proof = json_object_get(json_object_get(j, "seccomp"), "proof");
	branches = json_integer_value(json_object_get(proof, "branches"));
	reached = json_integer_value(json_object_get(proof, "reached"));
	dead = json_integer_value(json_object_get(proof, "dead"));
	CHECK(json_integer_value(json_object_get(proof, "points")) > 100);
	CHECK(branches > 4);
	CHECK_INT(reached + dead, branches);
	CHECK(json_is_false(json_object_get(proof, "sampled")));
	buf_done(&out);
	policy_free(p);
}

/* ---- what is shipped --------------------------------------------------- */

static int compile_set(const char *set, const struct policy_kernel *kernel,
		       struct policy **ret, struct err *e)
{
	enum {
		TARGETS = 5
	};
	static const char *const names[TARGETS] = {
		"node.json",	       "services/nginx.json",
		"services/redis.json", "services/postgresql.json",
		"services/sshd.json",
	};
	struct policy_target targets[TARGETS];
	struct buf bytes[TARGETS];
	int r = 0;

	for (size_t i = 0; i < TARGETS; i++) {
		char path[200];

		(void)snprintf(path, sizeof(path), "examples/%s/%s", set,
			       names[i]);
		buf_init(&bytes[i], POLICY_TARGET_MAX);
		if (file_read(AT_FDCWD, path, POLICY_TARGET_MAX, &bytes[i], e) <
		    0)
			test_fail(__FILE__, __LINE__, "%s", e->text);
		targets[i] =
			(struct policy_target){ names[i], buf_view(&bytes[i]),
						NULL };
	}
	r = policy_compile(targets, TARGETS, &origin, kernel, NULL, ret, e);
	for (size_t i = 0; i < TARGETS; i++)
		buf_done(&bytes[i]);
	return r;
}

TEST(the_examples_are_enforced_whole_and_leave_no_gap)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	if (compile_set("policies", &newest, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	for (size_t i = 0; i < policy_service_count(p); i++) {
		CHECK(!policy_service(p, i)->is_best_effort);
		CHECK(policy_service(p, i)->not_enforced[0] == NULL);
		CHECK_INT(policy_open_count(policy_service(p, i)), 0);
	}
	policy_free(p);
	CHECK_INT(compile_set("policies", &bookworm, &p, &e), -EOPNOTSUPP);
}

TEST(the_examples_for_6_1_say_what_it_lacks)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	if (compile_set("policies-6.1", &bookworm, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	for (size_t i = 0; i < policy_service_count(p); i++) {
		CHECK_HAS(policy_service(p, i)->not_enforced[5],
			  "sending signals to processes outside is not "
			  "restricted");
		CHECK(policy_service(p, i)->not_enforced[6] == NULL);
	}
	policy_free(p);
	if (compile_set("policies-6.1", &newest, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	for (size_t i = 0; i < policy_service_count(p); i++)
		CHECK(policy_service(p, i)->not_enforced[0] == NULL);
	policy_free(p);
}

TEST(allow_all_allows_all_on_any_kernel)
{
	const struct policy_kernel none = { 0 };
	struct policy *p = NULL;
	struct err e = { 0 };

	if (compile_set("allow-all", &none, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	CHECK_HAS(policy_service(p, 0)->warnings[2], "no-capabilities");
	policy_free(p);
}

/* The @n-th literal block of the manual page. */
static struct span manual_block(const char *page, unsigned n)
{
	static const char begin[] = ".Bd -literal -offset indent\n";
	const char *at = page, *end;

	for (unsigned i = 0; i <= n; i++) {
		at = strstr(at, begin);
		CHECK(at != NULL);
		at += strlen(begin);
	}
	end = strstr(at, ".Ed\n");
	CHECK(end != NULL);
	return (struct span){ at, (size_t)(end - at) };
}

TEST(the_examples_of_the_manual_page_compile)
{
	struct policy *p = NULL;
	struct err e = { 0 };
	struct buf page;

	buf_init(&page, 100000);
	CHECK_INT(file_read(AT_FDCWD, "pkg/policy/bailiff-policy.5", 100000,
			    &page, &e),
		  0);
	const char *text_of_page = buf_cstr(&page);
	const struct policy_target targets[] = {
		{ "node.json", manual_block(text_of_page, 0), NULL },
		{ "services/web.json", manual_block(text_of_page, 1), NULL },
	};
	if (policy_compile(targets, 2, &origin, &newest, NULL, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	CHECK_INT(policy_open_count(policy_service(p, 0)), 0);
	policy_free(p);
	buf_done(&page);
}
