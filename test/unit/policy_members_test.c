/* SPDX-License-Identifier: Apache-2.0 */
/* policy_members_test.c - the members of a service's document beside its
 * layers, and what a new policy takes over from the one before.
 */
#include "test/unit/harness.h"

#include "lib/auto.h"
#include "pkg/policy/artefact.h"
#include "pkg/policy/policy.h"

#define NONE "\"accept\":[\"no-landlock\",\"no-seccomp\",\"no-capabilities\"]"
#define NODE(more)                                                    \
	"{\"unlisted\":\"deny\",\"services\":{\"db\":{\"number\":2}," \
	"\"web\":{\"number\":1}}" more "}"
#define NETWORK \
	"\"network\":{\"connect\":[{\"protocol\":[\"tcp\"],\"port\":[443]}]}"

static const struct policy_kernel kernel = { .landlock_abi = 7,
					     .has_seccomp = true,
					     .major = 6,
					     .minor = 12,
					     .lsm = "landlock" };
static const struct policy_speaker team = { "team", { "aa" }, 1, NULL };
static const struct policy_speaker team_rekeyed = { "team", { "bb" }, 1, NULL };

/* What one compilation gets. */
struct input {
	const char *node, *web, *db;
	const struct policy_speaker *web_speaker;
	const struct policy_kernel *kernel;
	const struct policy *previous;
};

static int compile(const struct input *in, struct policy **ret, struct err *e)
{
	const struct policy_target targets[] = {
		{ "services/web.json", span_of(in->web), in->web_speaker },
		{ "services/db.json", span_of(in->db), NULL },
		{ "node.json", span_of(in->node), NULL },
	};
	const struct policy_origin origin = {
		.generation = in->previous != NULL ? 2 : 1,
		.signers = { "1a2b" },
		.signer_count = 1,
	};

	return policy_compile(targets, 3, &origin, in->kernel, in->previous,
			      ret, e);
}

static struct policy *must(const struct input *in)
{
	struct policy *p = NULL;
	struct err e = { 0 };

	if (compile(in, &p, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return p;
}

static const struct input plain = {
	.node = NODE(""),
	.web = "{" NONE "}",
	.db = "{" NONE "}",
	.kernel = &kernel,
};

static void refused(const char *web, int code, const char *why)
{
	struct input in = plain;
	struct policy *p = NULL;
	struct err e = { 0 };

	in.web = web;
	CHECK_INT(compile(&in, &p, &e), code);
	CHECK_HAS(e.text, why);
	CHECK(p == NULL);
}

TEST(network_and_devices_are_refused_until_best_effort_names_them)
{
	struct input in = plain;
	struct policy *p = NULL;
	struct err e = { 0 };

	in.web = "{" NONE "," NETWORK "}";
	CHECK_INT(compile(&in, &p, &e), -EOPNOTSUPP);
	CHECK_HAS(e.text, "services/web.json: network: ");
	CHECK_HAS(e.hint, "\"best-effort\": [\"network\"]");
	in.web = "{" NONE ",\"devices\":[],\"best-effort\":[\"network\"]}";
	CHECK_INT(compile(&in, &p, &e), -EOPNOTSUPP);
	CHECK_HAS(e.text, "services/web.json: devices: ");
	in.web = "{" NONE "," NETWORK
		 ",\"devices\":[],\"best-effort\":[\"network\",\"devices\"]}";
	p = must(&in);
	CHECK(policy_service(p, 1)->is_best_effort);
	CHECK_HAS(policy_service(p, 1)->not_enforced[0], "\"network\" is not");
	CHECK_HAS(policy_service(p, 1)->not_enforced[1], "\"devices\" is not");
	CHECK(policy_service(p, 1)->not_enforced[2] == NULL);
	policy_free(p);
	in.web = "{" NONE "," NETWORK ",\"best-effort\":true}";
	p = must(&in);
	CHECK_HAS(policy_service(p, 1)->not_enforced[0], "\"network\" is not");
	policy_free(p);
}

TEST(a_kernel_that_holds_network_and_devices_leaves_nothing_out)
{
	struct policy_kernel able = kernel;
	struct input in = plain;
	struct policy *p;

	able.has_cgroup_network = able.has_cgroup_devices = true;
	in.kernel = &able;
	in.web = "{" NONE "," NETWORK ",\"devices\":[]}";
	p = must(&in);
	CHECK(policy_service(p, 1)->not_enforced[0] == NULL);
	policy_free(p);
}

TEST(what_is_required_is_required_whatever_best_effort_says)
{
	refused("{" NONE ",\"require\":{\"kernel\":\"6.13\"},\"best-effort\":"
		"true}",
		-EOPNOTSUPP,
		"services/web.json: require: needs kernel 6.13, this is 6.12");
	refused("{" NONE ",\"require\":{\"lsm\":[\"bpf\"]},\"best-effort\":"
		"true}",
		-EOPNOTSUPP, "needs the security module bpf");
}

TEST(a_member_that_is_wrong_is_named_with_its_place)
{
	refused("{" NONE ",\"network\":[]}", -EBADMSG,
		"\"network\" must be an object");
	refused("{" NONE ",\"network\":{\"bind\":[{\"protocol\":[1]}]}}",
		-EBADMSG, "services/web.json: network: bind[0]: protocol[0]");
	refused("{" NONE ",\"devices\":[{}]}", -EBADMSG, "devices: [0]: ");
	refused("{" NONE ",\"require\":{}}", -EBADMSG, "require: asks for");
	refused("{" NONE ",\"audit\":[7]}", -EBADMSG, "audit: [0]: must be");
	refused("{" NONE ",\"tests\":[\"\"]}", -EBADMSG, "tests: [0]: must be");
	refused("{" NONE ",\"tests\":{}}", -EBADMSG, "\"tests\" must be");
	refused("{\"accept\":[\"no-landlock\",\"no-seccomp\","
		"\"no-capabilities\",\"mptpc\"]}",
		-EBADMSG, "accept[3]: must be no-landlock");
	refused("{" NONE ",\"best-effort\":[\"netwrok\"]}", -EBADMSG,
		"\"netwrok\" is not landlock, seccomp, network, devices or");
}

TEST(gaps_are_accepted_by_their_ids)
{
	struct input in = plain;

	in.web = "{\"accept\":[\"no-landlock\",\"no-seccomp\","
		 "\"no-capabilities\",\"mptcp\",\"udp\"]}";
	policy_free(must(&in));
}

TEST(too_many_audit_rules_or_tests_are_refused)
{
	AUTO_DONE(buf_done) struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "{" NONE ",\"audit\":[\"x\"");
	for (unsigned i = 0; i < 32; i++)
		buf_puts(&text, ",\"x\"");
	buf_puts(&text, "]}");
	refused(buf_cstr(&text), -E2BIG, "audit: 33 entries, at most 32");
	buf_reset(&text);
	buf_puts(&text, "{" NONE ",\"tests\":[\"x\"");
	for (unsigned i = 0; i < 1024; i++)
		buf_puts(&text, ",\"x\"");
	buf_puts(&text, "]}");
	refused(buf_cstr(&text), -E2BIG, "tests: 1025 entries, at most 1024");
}

TEST(a_service_that_did_not_change_is_not_compiled_again)
{
	struct input in = plain;
	struct policy *first = must(&in), *second, *third;
	AUTO_DONE(buf_done) struct buf out;
	struct artefact a;
	struct err e;

	CHECK_INT(policy_compiled_count(first), 2);
	in.previous = first;
	second = must(&in);
	CHECK_INT(policy_compiled_count(second), 0);
	in.db = "{" NONE ",\"description\":\"other\"}";
	in.previous = second;
	third = must(&in);
	CHECK_INT(policy_compiled_count(third), 1);
	/* Whoever shares does not need the others. */
	policy_free(first);
	policy_free(second);
	CHECK_STR(policy_service(third, 1)->name, "web");
	CHECK_STR(policy_service(third, 1)->signers[0], "1a2b");
	buf_init(&out, ARTEFACT_MAX);
	CHECK_INT(policy_artefact(third, policy_service(third, 1), &out), 0);
	CHECK_INT(artefact_decode(buf_view(&out), &a, &e), 0);
	CHECK_INT(a.generation, 2);
	policy_free(third);
}

TEST(whatever_a_service_was_compiled_from_makes_it_compile_again)
{
	struct policy_kernel other = kernel;
	struct input base = plain;
	struct policy *first;
	struct input in;

	base.node = NODE(",\"roles\":{\"team\":{\"accept\":[\"no-landlock\","
			 "\"no-seccomp\",\"no-capabilities\"]}}");
	base.web_speaker = &team;
	first = must(&base);
	base.previous = first;
#define RECOMPILES(n)                                      \
	do {                                               \
		struct policy *next = must(&in);           \
		CHECK_INT(policy_compiled_count(next), n); \
		policy_free(next);                         \
	} while (0)
	in = base;
	RECOMPILES(0);
	in.web = "{" NONE " }";
	RECOMPILES(1);
	in = base;
	in.web_speaker = &team_rekeyed;
	RECOMPILES(1);
	in = base;
	in.web_speaker = NULL;
	RECOMPILES(1);
	in = base;
	in.node = NODE(",\"roles\":{\"team\":{\"lint\":\"any\",\"accept\":["
		       "\"no-landlock\",\"no-seccomp\",\"no-capabilities\"]}}");
	RECOMPILES(1);
	in = base;
	in.node = "{\"unlisted\":\"deny\",\"services\":{\"db\":{\"number\":3},"
		  "\"web\":{\"number\":1,\"grant\":[\"CAP_CHOWN\"]}},\"roles\":"
		  "{\"team\":{\"accept\":[\"no-landlock\",\"no-seccomp\","
		  "\"no-capabilities\"]}}}";
	RECOMPILES(2);
	in = base;
	in.kernel = &other;
	RECOMPILES(0);
	other.landlock_abi = 8;
	RECOMPILES(2);
	other = kernel;
	other.lsm = "landlock,bpf";
	RECOMPILES(2);
	other = kernel;
	other.minor = 13;
	RECOMPILES(2);
#undef RECOMPILES
	policy_free(first);
}

TEST(a_refused_policy_leaves_the_one_before_whole)
{
	struct input in = plain;
	struct policy *first = must(&in), *p = NULL;
	struct err e = { 0 };

	in.previous = first;
	in.web = "{}";
	CHECK_INT(compile(&in, &p, &e), -EBADMSG);
	CHECK_STR(policy_service(first, 0)->name, "db");
	in.web = plain.web;
	p = must(&in);
	CHECK_INT(policy_compiled_count(p), 0);
	policy_free(first);
	policy_free(p);
}

#define FILTER(call)                                                      \
	"{\"accept\":[\"no-landlock\",\"no-capabilities\"],\"seccomp\":{" \
	"\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[" \
	"\"" call "\"],\"action\":\"SCMP_ACT_ALLOW\"}]}}"

/* The program of service @i, as its artefact has it. */
static struct span program_of(const struct policy *p, size_t i, struct buf *out,
			      struct artefact *a)
{
	struct err e;

	buf_init(out, ARTEFACT_MAX);
	CHECK_INT(policy_artefact(p, policy_service(p, i), out), 0);
	CHECK_INT(artefact_decode(buf_view(out), a, &e), 0);
	return a->insns;
}

TEST(services_with_one_profile_share_its_program_and_proof)
{
	AUTO_DONE(buf_done) struct buf first = { 0 };
	AUTO_DONE(buf_done) struct buf second = { 0 };
	struct input in = plain;
	struct artefact a, b;
	struct policy *p;

	in.web = FILTER("read");
	in.db = FILTER("read") " ";
	p = must(&in);
	CHECK(span_eq(program_of(p, 0, &first, &a),
		      program_of(p, 1, &second, &b)));
	CHECK(a.insn_count != 0 && a.insn_count == b.insn_count);
	CHECK(a.proof.points != 0 && a.proof.points == b.proof.points);
	buf_done(&first);
	buf_done(&second);
	policy_free(p);
	/* One call makes another program. */
	in.db = FILTER("write");
	p = must(&in);
	CHECK(!span_eq(program_of(p, 0, &first, &a),
		       program_of(p, 1, &second, &b)));
	policy_free(p);
}
