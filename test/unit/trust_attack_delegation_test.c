/* SPDX-License-Identifier: Apache-2.0 */
/* trust_attack_delegation_test.c - delegated roles that overreach: names,
 * patterns, cycles, chains, thresholds, and searches that must not fall
 * through.
 */
#include <openssl/sha.h>

#include "pkg/trust/delegation.h"
#include "test/unit/trust_sim.h"

/* What a plain client gets for a path: the code, and who spoke. */
static void expect_target(struct sim *s, const struct sim_client *c,
			  const char *path, int want, const char *role)
{
	struct sim_client copy = { 0 };
	struct buf text;
	char who[SIM_NAME_MAX];
	struct err e;
	int code;

	sim_client_copy(&copy, c);
	code = sim_fetch_target(s, &copy, path, &text, who, &e);
	if (code != want)
		test_fail(__FILE__, __LINE__, "%s: %d, not %d: %s", path, code,
			  want, e.text);
	if (code == 0)
		CHECK_STR(who, role);
	buf_done(&text);
	sim_client_done(&copy);
}

/* The bundle has the path from @role, or not at all (NULL). */
static void expect_speaker(struct sim *s, const struct sim_client *c,
			   const char *path, const char *role)
{
	struct sim_client copy = { 0 };
	struct trust_result got = { 0 };
	const char *who = NULL;
	struct err e;
	int code;

	sim_client_copy(&copy, c);
	code = sim_update(s, &copy, &got, &e);
	if (code != 0)
		test_fail(__FILE__, __LINE__, "%s: %d: %s", path, code, e.text);
	for (size_t i = 0; i < got.target_count; i++)
		if (strcmp(got.targets[i].name, path) == 0)
			who = got.speakers[got.targets[i].speaker].role;
	if ((who == NULL) != (role == NULL) ||
	    (who != NULL && strcmp(who, role) != 0))
		test_fail(__FILE__, __LINE__, "%s is of %s, not of %s", path,
			  who != NULL ? who : "nobody",
			  role != NULL ? role : "nobody");
	trust_result_done(&got);
	sim_client_done(&copy);
}

/* Both clients agree. */
static void expect_both(struct sim *s, const struct sim_client *c,
			const char *path, const char *role)
{
	expect_target(s, c, path, role != NULL ? 0 : -ENOENT, role);
	expect_speaker(s, c, path, role);
}

static struct sim *begin(struct sim_client *c)
{
	struct sim *s = sim_new();

	*c = (struct sim_client){ .now = SIM_NOW };
	sim_publish_root(s, 0, NULL);
	sim_publish(s);
	sim_accepts(s, c, "the control");
	sim_bump(s);
	return s;
}

static void end(struct sim *s, struct sim_client *c)
{
	sim_client_done(c);
	sim_free(s);
}

/* -- who may speak of what ------------------------------------------------- */

TEST(a_team_speaks_of_its_own_paths_and_of_nothing_else)
{
	static const char *const others[] = { "node.json",
					      "services/db-1.json",
					      "services/cache.json",
					      "services/nginx.json",
					      "other.json",
					      "services/web",
					      "services/web-a/b.json",
					      "SERVICES/web-a.json" };
	struct sim_client c;
	struct sim *s = begin(&c);

	for (size_t i = 0; i < 8; i++)
		sim_role_target(sim_role(s, "web"), others[i], "evil");
	sim_role_target(sim_role(s, "web"), "services/web-new.json", NULL);
	sim_publish(s);
	sim_accepts(s, &c, "targets that web may not speak of");
	expect_both(s, &c, "services/web-new.json", "web");
	for (size_t i = 3; i < 8; i++)
		expect_both(s, &c, others[i], NULL);
	sim_count(8, "paths that are not a team's own");
	end(s, &c);
}

TEST(every_delegation_on_the_way_must_match)
{
	struct sim_client c;
	struct sim *s = begin(&c);

	/* web gives away more than it has. */
	sim_edit(s, &(struct sim_edit){ "web", "/delegations/roles/0/paths",
					"[\"*\", \"*/*\"]", SIM_SIGNED });
	sim_role_target(sim_role(s, "web/eu"), "services/db-9.json", "evil");
	sim_role_target(sim_role(s, "web/eu"), "node2.json", "evil");
	sim_role_target(sim_role(s, "web/eu"), "services/web-9.json", NULL);
	sim_publish(s);
	sim_accepts(s, &c, "a delegation of everything");
	expect_both(s, &c, "services/db-9.json", NULL);
	expect_both(s, &c, "node2.json", NULL);
	expect_both(s, &c, "services/web-9.json", "web/eu");
	end(s, &c);
}

TEST(the_first_role_in_order_speaks)
{
	struct sim_client c;
	struct sim *s = begin(&c);

	sim_role_target(sim_role(s, "late"), "services/web-x.json", "late");
	sim_publish(s);
	expect_both(s, &c, "services/web-x.json", "late");
	sim_bump(s);
	sim_role_target(sim_role(s, "web"), "services/web-x.json", "web");
	sim_publish(s);
	expect_both(s, &c, "services/web-x.json", "web");
	/* Depth first: web/eu comes before late, and after web. */
	sim_bump(s);
	sim_role_target(sim_role(s, "late"), "services/web-eu-x.json", "late");
	sim_role_target(sim_role(s, "web/eu"), "services/web-eu-x.json", "eu");
	sim_publish(s);
	expect_both(s, &c, "services/web-eu-x.json", "web/eu");
	sim_bump(s);
	sim_role_target(sim_role(s, "web"), "services/web-eu-x.json", "web");
	sim_publish(s);
	expect_both(s, &c, "services/web-eu-x.json", "web");
	sim_bump(s);
	sim_role_target(sim_role(s, "targets"), "services/web-eu-x.json", "t");
	sim_publish(s);
	expect_both(s, &c, "services/web-eu-x.json", "targets");
	sim_count(5, "orders");
	end(s, &c);
}

TEST(a_terminating_delegation_ends_the_search_only_where_it_matches)
{
	struct sim_client c;
	struct sim *s = begin(&c);

	sim_role_target(sim_role(s, "late"), "services/db-9.json", "evil");
	sim_role_target(sim_role(s, "late"), "services/web-eu-9.json", NULL);
	sim_publish(s);
	expect_both(s, &c, "services/db-9.json", NULL);
	expect_both(s, &c, "services/cache.json", "late");
	expect_both(s, &c, "services/web-eu-9.json", "late");
	/* One that is deeper ends the whole search, not its own level. */
	sim_bump(s);
	sim_edit(s,
		 &(struct sim_edit){ "web", "/delegations/roles/0/terminating",
				     "true", SIM_SIGNED });
	sim_publish(s);
	expect_both(s, &c, "services/web-eu-9.json", NULL);
	expect_both(s, &c, "services/cache.json", "late");
	sim_count(5, "searches past terminating delegations");
	end(s, &c);
}

/* late would speak of what web, which is broken, does not list. */
static void fall_through(struct sim *s, const struct attack *a)
{
	struct sim_role *web = sim_role(s, "web");
	static const unsigned thief[] = { 30, 31 };

	sim_role_target(sim_role(s, "late"), "services/web-z.json", "evil");
	if (a->number == 0)
		web->expires = SIM_NOW;
	else if (a->number == 1)
		sim_sign_by(web, 2, thief);
	else if (a->number == 2)
		web->is_unlisted = true;
}

static void lose_web(struct sim *s, const struct attack *a)
{
	if (a->number == 3)
		sim_files_drop(&s->files, sim_file_name(s, "web"));
	if (a->number == 4)
		sim_files_put(&s->files, sim_file_name(s, "web"),
			      span_of("{}"));
}

static void forget_z(struct sim *s, const struct attack *a)
{
	(void)a;
	(void)json_object_del(sim_role(s, "late")->targets,
			      "services/web-z.json");
	sim_bump(s);
	sim_publish(s);
}

TEST(a_search_does_not_fall_through_a_role_that_is_refused)
{
	static const int want[] = { -EKEYEXPIRED, -EKEYREJECTED, -ENOENT,
				    -ENOENT, -EBADMSG };
	struct attack rows[5] = { 0 };
	struct sim_client c;
	struct sim *s = begin(&c);

	for (long i = 0; i < 5; i++)
		rows[i] = (struct attack){
			.name = "web is broken",
			.want = i == 2 ? -ESTALE : want[i],
			.part = "web",
			.role = i == 2 ? "snapshot" : "web",
			.number = i,
			.arrange = fall_through,
			.tamper = lose_web,
			.recover = forget_z,
			.path = "services/web-z.json",
			.flags = i == 2 ? ATTACK_NEEDS_STATE : 0,
		};
	sim_attacks(rows, 5);
	/* A new client, which has no older snapshot. */
	sim_client_done(&c);
	fall_through(s, &rows[2]);
	sim_publish(s);
	expect_target(s, &c, "services/web-z.json", -ENOENT, NULL);
	CHECK(sim_files_get(&s->asked, "2.web.json").p == NULL);
	CHECK(sim_files_get(&s->asked, "2.late.json").p == NULL);
	end(s, &c);
}

/* -- the graph ------------------------------------------------------------- */

TEST(cycles_end)
{
	struct sim_client c;
	struct sim *s = begin(&c);

	(void)sim_delegate(s, "web/eu", "web", 0, "services/web-*");
	(void)sim_delegate(s, "web", "web", 0, "services/web-*");
	(void)sim_delegate(s, "late", "web", 0, "services/*");
	(void)sim_delegate(s, "web/eu", "late", 0, "services/*");
	sim_publish(s);
	sim_accepts(s, &c, "cycles");
	expect_both(s, &c, "services/web-eu-none.json", NULL);
	expect_both(s, &c, "services/none.json", NULL);
	sim_count(4, "cycles");
	end(s, &c);
}

/* late says that web is signed by others. */
static void other_delegator(struct sim *s, const struct attack *a)
{
	(void)sim_delegate(s, "late", "web", 0, "services/*");
	if (a->number == 0)
		sim_edit(s, &(struct sim_edit){
				    "late", "/delegations/roles/0/threshold",
				    "3", SIM_SIGNED });
	else
		sim_edit(s, &(struct sim_edit){ "late",
						"/delegations/roles/0/keyids/0",
						"\"\"", SIM_SIGNED });
}

static void one_delegator(struct sim *s, const struct attack *a)
{
	(void)a;
	(void)json_array_clear(sim_role(s, "late")->delegations);
	sim_bump(s);
	sim_publish(s);
}

/* web's file stays as it was; targets names other keys for it. */
static void rotate_unsigned(struct sim *s, const struct attack *a)
{
	static const unsigned fresh[] = { 33, 34, 35 };
	struct sim_role *web = sim_role(s, "web");
	static char text[400];

	s->serial--;
	(void)snprintf(text, sizeof(text), "%s",
		       sim_text(s, "services/web-a.json"));
	s->serial++;
	/* The version before: the same bytes, signatures too. */
	web->version = 2;
	s->serial = 2;
	sim_role_keys(web, 2, 3, fresh);
	if (a->number == 0) {
		static const unsigned old[] = { 8, 9 };

		sim_sign_by(web, 2, old);
	}
}

static void after_rotation(struct sim *s, const struct attack *a)
{
	(void)a;
	s->serial = 50;
	for (size_t i = SIM_TIMESTAMP; i < s->role_count; i++)
		s->roles[i].version = 50;
	sim_publish(s);
}

TEST(a_role_is_checked_against_each_delegator_that_reaches_it)
{
	/* clang-format off */
	static const struct attack rows[] = {
	{ .name = "a second delegator with a higher threshold",
	  .want = -EKEYREJECTED, .part = "web", .arrange = other_delegator,
	  .number = 0, .recover = one_delegator,
	  .flags = ATTACK_BUNDLE_ONLY },
	{ .name = "a second delegator without one of its keys",
	  .want = -EKEYREJECTED, .part = "web", .arrange = other_delegator,
	  .number = 1, .recover = one_delegator,
	  .flags = ATTACK_BUNDLE_ONLY },
	{ .name = "a stored role whose delegator changed its keys",
	  .want = -EKEYREJECTED, .part = "web", .role = "web",
	  .arrange = rotate_unsigned, .recover = after_rotation },
	};
	/* clang-format on */

	SIM_ATTACKS(rows);
}

static void chain_make(struct sim *s, unsigned count)
{
	char name[32], last[32] = "targets";

	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(name, sizeof(name), "chain%u", i);
		(void)sim_delegate(s, last, name, 14, "chain/*");
		(void)snprintf(last, sizeof(last), "%s", name);
	}
	sim_role_target(sim_role(s, last), "chain/end.json", NULL);
}

TEST(chains_are_followed_to_the_bound_and_no_further)
{
	static const struct {
		unsigned count;
		int want;
	} rows[] = {
		{ 1, 0 },
		{ 20, 0 },
		{ TRUST_VISITS_MAX - 1, 0 },
		{ TRUST_VISITS_MAX, 0 },
		{ TRUST_VISITS_MAX + 1, -E2BIG },
		{ 300, -E2BIG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_client c;
		struct sim *s = begin(&c);
		struct trust_result got = { 0 };
		struct err e;
		int code;

		chain_make(s, rows[i].count);
		sim_publish(s);
		expect_target(s, &c, "chain/end.json", rows[i].want,
			      s->roles[s->role_count - 1].name);
		code = sim_update(s, &c, &got, &e);
		if (rows[i].want == 0 && code != 0)
			test_fail(__FILE__, __LINE__, "%u: %s", rows[i].count,
				  e.text);
		if (rows[i].count == 300 && code != -E2BIG)
			test_fail(__FILE__, __LINE__, "300: %d %s", code,
				  e.text);
		if (code == 0)
			trust_result_done(&got);
		end(s, &c);
	}
	sim_count(sizeof(rows) / sizeof(rows[0]), "chains");
}

TEST(too_many_teams_are_refused_and_fewer_are_not)
{
	struct sim_client c;
	struct sim *s = begin(&c);
	struct err e;

	for (unsigned i = 0; i < 300; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "team%u", i);
		(void)sim_delegate(s, "targets", name, 14, "wide/x");
		if (i == 199) {
			sim_publish(s);
			sim_accepts(s, &c, "200 teams");
			sim_bump(s);
		}
	}
	sim_publish(s);
	CHECK_INT(sim_update(s, &c, NULL, &e), -E2BIG);
	/* A search among them ends at its bound. */
	expect_target(s, &c, "wide/x", -E2BIG, NULL);
	expect_target(s, &c, "services/web-a.json", 0, "web");
	sim_count(4, "teams");
	end(s, &c);
}

/* -- names ----------------------------------------------------------------- */

#define LONG_60	 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567"
#define LONG_240 LONG_60 LONG_60 LONG_60 LONG_60

TEST(a_role_of_any_name_works_or_is_refused_and_none_leaves_its_place)
{
	static const struct {
		const char *name;
		bool is_refused;
	} rows[] = {
		{ "../x", false },
		{ "../../../../etc/passwd", false },
		{ "a/b", false },
		{ "/", false },
		{ "/etc/passwd", false },
		{ "%2e", false },
		{ "%2e%2e%2froot", false },
		{ "a%2Fb", false },
		{ ".", false },
		{ "..", false },
		{ "...", false },
		{ " ", false },
		{ "a?b#c&d", false },
		{ "\\", false },
		{ "\"", false },
		{ "\n", false },
		{ "\x7f", false },
		{ "\x01\x02", false },
		{ "\xc3\xbc/\xe6\x97\xa5\xe6\x9c\xac", false },
		{ "\xf0\x9f\x92\xa9", false },
		{ "\xe2\x80\xae"
		  "evil",
		  false },
		{ "root.json", false },
		{ "Root", false },
		{ "TARGETS", false },
		{ "targets/x", false },
		{ "~", false },
		{ "-rf", false },
		{ "*", false },
		{ "web.json", false },
		{ "3.web", false },
		{ "$(reboot)", false },
		{ LONG_240, false },
		{ LONG_240 LONG_60, true },
		{ LONG_60 LONG_60 "////////////////////////////////////////////"
				  "////////////////////////////////",
		  true },
		{ "", true },
		{ "root", true },
		{ "timestamp", true },
		{ "snapshot", true },
		{ "targets", true },
		{ "1.root", true },
		{ "18446744073709551616.root", true },
	};
	size_t refused = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_client c;
		struct sim *s = begin(&c);
		struct err e;
		int code;

		(void)json_array_append_new(
			sim_role(s, "targets")->delegations,
			json_pack("{s:s, s:[s], s:b}", "name", rows[i].name,
				  "paths", "nasty/*", "terminating", 0));
		if (strcmp(rows[i].name, "root") != 0 &&
		    strcmp(rows[i].name, "targets") != 0 &&
		    strcmp(rows[i].name, "snapshot") != 0 &&
		    strcmp(rows[i].name, "timestamp") != 0) {
			struct sim_role *r = sim_delegate(
				s, "late", rows[i].name, 14, "nasty/*");

			(void)json_array_clear(
				sim_role(s, "late")->delegations);
			sim_role_target(r, "nasty/x.json", NULL);
		}
		sim_publish(s);
		code = sim_update(s, &c, NULL, &e);
		if (code != 0 && code != -EBADMSG && code != -E2BIG)
			test_fail(__FILE__, __LINE__, "\"%s\": %d: %s",
				  rows[i].name, code, e.text);
		if (rows[i].is_refused != (code != 0))
			test_fail(__FILE__, __LINE__, "\"%s\": %d: %s",
				  rows[i].name, code, e.text);
		refused += code != 0;
		if (code == 0)
			expect_target(s, &c, "nasty/x.json", 0, rows[i].name);
		end(s, &c);
	}
	sim_count(sizeof(rows) / sizeof(rows[0]), "names of roles");
	CHECK(refused >= 9);
}

/* -- patterns -------------------------------------------------------------- */

TEST(patterns_match_as_the_specification_says)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} rows[] = {
		{ "services/web-*", "services/web-a.json", true },
		{ "services/web-*", "services/web-", true },
		{ "services/web-*", "services/web", false },
		{ "services/web-*", "services/web-a/b.json", false },
		{ "services/web-*", "services/webx", false },
		{ "services/web-*", "xservices/web-a", false },
		{ "services/web-*", "Services/web-a", false },
		{ "services/web", "services/web-a", false },
		{ "services/", "services/web", false },
		{ "services", "services/web", false },
		{ "*", "a", true },
		{ "*", "", true },
		{ "*", "a/b", false },
		{ "**", "a/b", false },
		{ "**", "ab", true },
		{ "*/*", "a/b", true },
		{ "*/*", "a/b/c", false },
		{ "*/*", "/", true },
		{ "*.json", ".json", true },
		{ "*.json", "a.json", true },
		{ "*.json", "a.jsonx", false },
		{ "a*b*c", "abc", true },
		{ "a*b*c", "aXbYc", true },
		{ "a*b*c", "aXbYcZ", false },
		{ "a*b*c", "ab/c", false },
		{ "?", "a", true },
		{ "?", "", false },
		{ "?", "/", false },
		{ "?", "ab", false },
		{ "a?c", "abc", true },
		{ "a?c", "a/c", false },
		{ "[a]", "a", false },
		{ "[a]", "[a]", true },
		{ "[!b]", "a", false },
		{ "\\*", "*", false },
		{ "\\*", "\\x", true },
		{ "*", ".hidden", true },
		{ "?x", ".x", true },
		{ "{a,b}", "a", false },
		{ "a", "a", true },
		{ "a", "A", false },
		{ "", "", true },
		{ "", "a", false },
		{ "*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (trust_pattern_matches(rows[i].pattern, rows[i].path) !=
		    rows[i].matches)
			test_fail(__FILE__, __LINE__, "\"%s\" and \"%s\"",
				  rows[i].pattern, rows[i].path);
	sim_count(sizeof(rows) / sizeof(rows[0]), "patterns");
}

/* "paths" of web's delegation out, prefixes of the right hash in. */
static void prefix_paths(struct sim *s, const char *value)
{
	sim_edit(s, &(struct sim_edit){ "targets", "/delegations/roles/0/paths",
					NULL, SIM_SIGNED });
	sim_edit(s,
		 &(struct sim_edit){ "targets",
				     "/delegations/roles/0/path_hash_prefixes",
				     value, SIM_SIGNED });
}

TEST(path_hash_prefixes_are_lower_case_hex_of_the_paths_hash)
{
	char hex[65], upper[65], value[256];
	struct {
		const char *prefix;
		size_t len;
		const char *role; /* of services/web-a.json */
	} rows[] = {
		{ hex, 1, "web" },	    { hex, 2, "web" },
		{ hex, 16, "web" },	    { hex, 63, "web" },
		{ hex, 64, "web" },	    { hex + 1, 8, NULL },
		{ "0123456789", 10, NULL },
	};
	struct err e;

	sim_sha256(span_of("services/web-a.json"), hex);
	for (size_t i = 0; i < 65; i++)
		upper[i] = (char)(hex[i] >= 'a' ? hex[i] - 32 : hex[i]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_client c;
		struct sim *s = begin(&c);

		(void)snprintf(value, sizeof(value), "[\"%.*s\"]",
			       (int)rows[i].len, rows[i].prefix);
		prefix_paths(s, value);
		sim_publish(s);
		expect_both(s, &c, "services/web-a.json", rows[i].role);
		end(s, &c);
	}
	/* No hex in lower case: refused, or matching nothing. */
	{
		const char *const bad[] = { upper, "g", "0x1", " ", "zz" };

		for (size_t i = 0; i < 5; i++) {
			struct sim_client c;
			struct sim *s = begin(&c);

			(void)snprintf(value, sizeof(value), "[\"%s\"]",
				       bad[i]);
			prefix_paths(s, value);
			sim_publish(s);
			if (sim_update(s, &c, NULL, &e) == 0)
				expect_both(s, &c, "services/web-a.json", NULL);
			else
				CHECK_INT(e.code, EBADMSG);
			end(s, &c);
		}
	}
	sim_count(12, "hash prefixes");
}

/* -- the shape of a delegation --------------------------------------------- */

#define AT  "/delegations/roles/0/"
#define ALL "/delegations/"

/* A malformed file is refused itself; a delegation that nobody can meet refuses
 * the role that it is about. */
static const char *refuses(int want, const char *file, const char *role)
{
	return want == EKEYREJECTED ? role : file;
}

TEST(a_delegation_of_the_wrong_shape_is_refused)
{
	static const struct {
		const char *at, *value, *part;
		int want;
	} rows[] = {
		{ AT "threshold", "0", "threshold", EBADMSG },
		{ AT "threshold", "-1", "threshold", EBADMSG },
		{ AT "threshold", "true", "threshold", EBADMSG },
		{ AT "threshold", "\"1\"", "threshold", EBADMSG },
		{ AT "threshold", "1.0", "threshold", EBADMSG },
		{ AT "threshold", "null", "threshold", EBADMSG },
		{ AT "threshold", "[1]", "threshold", EBADMSG },
		{ AT "threshold", NULL, "threshold", EBADMSG },
		{ AT "threshold", "4", "needed", EKEYREJECTED },
		{ AT "threshold", "9223372036854775807", "needed",
		  EKEYREJECTED },
		{ AT "threshold", "-9223372036854775808", "threshold",
		  EBADMSG },
		{ AT "name", NULL, "name", EBADMSG },
		{ AT "name", "7", "name", EBADMSG },
		{ AT "name", "\"\"", "name", EBADMSG },
		{ AT "name", "\"db\"", "db", EBADMSG },
		{ AT "name", "\"root\"", "root", EBADMSG },
		{ AT "name", "\"targets\"", "targets", EBADMSG },
		{ AT "name", "\"w\\u0000eb\"", "targets", EBADMSG },
		{ AT "keyids", NULL, "keyids", EBADMSG },
		{ AT "keyids", "[]", "needed", EKEYREJECTED },
		{ AT "keyids", "{}", "keyids", EBADMSG },
		{ AT "keyids", "[1, 2]", "keyids", EBADMSG },
		{ AT "keyids", "[\"a\", \"b\"]", "needed", EKEYREJECTED },
		{ AT "paths", NULL, "paths", EBADMSG },
		{ AT "paths", "\"services/*\"", "paths", EBADMSG },
		{ AT "paths", "[1]", "paths", EBADMSG },
		{ AT "paths", "[null]", "paths", EBADMSG },
		{ AT "paths", "null", "paths", EBADMSG },
		{ AT "path_hash_prefixes", "[\"ab\"]", "path_hash_prefixes",
		  EBADMSG },
		{ AT "terminating", "1", "terminating", EBADMSG },
		{ AT "terminating", "\"true\"", "terminating", EBADMSG },
		{ AT "terminating", "null", "terminating", EBADMSG },
		{ ALL "keys", NULL, "keys", EBADMSG },
		{ ALL "keys", "[]", "keys", EBADMSG },
		{ ALL "keys", "{}", "needed", EKEYREJECTED },
		{ ALL "keys", "{\"a\": {}}", "key", EBADMSG },
		{ ALL "roles", "{}", "roles", EBADMSG },
		{ ALL "roles", "[[]]", "roles", EBADMSG },
		{ ALL "roles", "[null]", "roles", EBADMSG },
		{ ALL "succinct_roles", "{}", "succinct", EOPNOTSUPP },
		{ "/delegations", "[]", "delegations", EBADMSG },
		{ "/delegations", "null", "delegations", EBADMSG },
		{ "/delegations", "true", "delegations", EBADMSG },
	};
	struct attack attacks[2 * sizeof(rows) / sizeof(rows[0])] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		attacks[n++] = (struct attack){
			.name = rows[i].at,
			.want = -rows[i].want,
			.part = rows[i].part,
			.role = refuses(rows[i].want, "targets", "web"),
			.edit = { "targets", rows[i].at, rows[i].value,
				  SIM_SIGNED },
		};
	/* And in a role that is delegated itself. */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].part, "db") != 0 &&
		    (rows[i].value == NULL || rows[i].value[0] != '4'))
			attacks[n++] = (struct attack){
				.name = rows[i].at,
				.want = -rows[i].want,
				.part = strcmp(rows[i].part, "targets") == 0
						? "web"
						: rows[i].part,
				.role = refuses(rows[i].want, "web", "web/eu"),
				.edit = { "web", rows[i].at, rows[i].value,
					  SIM_SIGNED },
				.flags = ATTACK_BRIEF,
			};
	sim_attacks(attacks, n);
}
