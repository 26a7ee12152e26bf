/* SPDX-License-Identifier: Apache-2.0 */
/* trust_delegation_test.c - what may be delegated, and to whom a path belongs.
 */
#include "test/unit/trust_repo.h"

#include "pkg/trust/delegation.h"

/* -- patterns -------------------------------------------------------------- */

TEST(star_and_question_mark_never_match_a_slash)
{
	static const struct {
		const char *pattern, *path;
		bool fits;
	} rows[] = {
		{ "services/web.json", "services/web.json", true },
		{ "services/web.json", "services/webxjson", false },
		{ "services/web-*", "services/web-1.json", true },
		{ "services/web-*", "services/web-", true },
		{ "services/web-*", "services/web", false },
		{ "services/web-*", "services/web-1/a", false },
		{ "services/web-*", "services/api-1", false },
		{ "services/web-*", "xservices/web-1", false },
		{ "*", "a", true },
		{ "*", "a/b", false },
		{ "*", ".hidden", true },
		{ "*/*", "a/b", true },
		{ "*/*", "a/b/c", false },
		{ "*/*", "a", false },
		{ "?", "a", true },
		{ "?", "ab", false },
		{ "a?b", "a/b", false },
		{ "a?b", "ab", false },
		{ "?", "\xc3\xa9", true },
		{ "??", "\xc3\xa9", false },
		{ "*?", "a\xc3\xa9", true },
		{ "*\xa9", "\xc3\xa9", true },
		{ "*a*b*c", "xaxbxc", true },
		{ "*a*b*c", "xaxbxcx", false },
		{ "*a*b", "aab/ab", false },
		{ "a*b*", "ab", true },
		{ "**", "", true },
		{ "**", "ab", true },
		{ "**/c", "a/b/c", false },
		{ "A*", "ab", false },
		{ "[ab]", "a", false },
		{ "[ab]", "[ab]", true },
		{ "a\\*", "a*", false },
		{ "a\\*", "a\\x", true },
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "a/", "a", false },
		{ "a/", "a/b", false },
		{ "/a", "a", false },
		{ "a/*", "a/", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (trust_pattern_matches(rows[i].pattern, rows[i].path) !=
		    rows[i].fits)
			test_fail(__FILE__, __LINE__, "\"%s\" and \"%s\"",
				  rows[i].pattern, rows[i].path);
}

TEST(a_pattern_of_many_stars_is_matched_in_no_time)
{
	char pattern[2001], path[256];

	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	for (size_t i = 0; i < sizeof(pattern) - 1; i++)
		pattern[i] = i % 2 ? 'a' : '*';
	pattern[sizeof(pattern) - 1] = '\0';
	CHECK(!trust_pattern_matches(pattern, path));
	pattern[400] = '\0'; /* "*a" 200 times */
	CHECK(trust_pattern_matches(pattern, path));
	pattern[399] = 'b';
	CHECK(!trust_pattern_matches(pattern, path));
}

/* printf services/web.json | sha256sum */
#define PATH_HASH \
	"88ee7879dccc86937f1815076e454a3e9f4d040d4a7098a268365c765b5bc1a1"

TEST(a_hash_prefix_is_lower_case_hex_of_the_paths_sha256)
{
	static const struct {
		const char *prefix;
		bool fits;
	} rows[] = {
		{ "", true },
		{ "8", true },
		{ "88ee", true },
		{ "88EE", false },
		{ "88ef", false },
		{ "8ee", false },
		{ "zz", false },
		{ PATH_HASH, true },
		{ PATH_HASH "0", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_JSON *list =
			json_pack("[s, s]", "nothing", rows[i].prefix);
		const struct trust_delegation d = { .hash_prefixes = list };

		if (trust_delegation_matches(&d, "services/web.json") !=
		    rows[i].fits)
			test_fail(__FILE__, __LINE__, "\"%s\"", rows[i].prefix);
	}
}

/* -- role names ------------------------------------------------------------ */

TEST(a_role_name_is_percent_encoded_as_a_file_name)
{
	static const struct {
		const char *role, *file;
	} rows[] = {
		{ "web", "web.json" },
		{ "a-b_c.d~e9Z", "a-b_c.d~e9Z.json" },
		{ ".", "..json" },
		{ "..", "...json" },
		{ "../a", "..%2Fa.json" },
		{ "/etc", "%2Fetc.json" },
		{ "?#&=+ %", "%3F%23%26%3D%2B%20%25.json" },
		{ "\xc3\xa9\x01", "%C3%A9%01.json" },
	};
	char name[300];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_DONE(buf_done) struct buf got;

		buf_init(&got, 1024);
		CHECK_INT(trust_role_file(rows[i].role, &got), 0);
		CHECK_STR(buf_cstr(&got), rows[i].file);
	}
	memset(name, 'a', sizeof(name));
	for (size_t len = 250; len <= 251; len++) {
		AUTO_DONE(buf_done) struct buf got;

		name[len] = '\0';
		buf_init(&got, 1024);
		CHECK_INT(trust_role_file(name, &got),
			  len == 250 ? 0 : -ENAMETOOLONG);
		name[len] = 'a';
	}
}

/* -- what a delegation must be --------------------------------------------- */

static struct repo *shape_repo;
static const char *shape_member, *shape_text;

/* Change one member of the first delegation; NULL text removes it. */
static void shape_edit(json_t *body)
{
	json_t *d = json_array_get(
		json_object_get(json_object_get(body, "delegations"), "roles"),
		0);

	if (shape_text == NULL)
		(void)json_object_del(d, shape_member);
	else
		(void)json_object_set_new(
			d, shape_member,
			json_loads(shape_text, JSON_DECODE_ANY, NULL));
}

/* Update a repository whose one delegation has this member. */
static int update_with(const char *member, const char *text, struct err *e)
{
	struct repo *r = repo_init();
	int code;

	shape_repo = r;
	shape_member = member;
	shape_text = text;
	(void)repo_delegate(&r->delegations, "web", &r->keys[5], "web/*");
	(void)repo_team(r, "web", &r->keys[5],
			json_pack("{s:s}", "web/a", "1"));
	r->roles[TRUST_ROLE_TARGETS].edit = shape_edit;
	repo_publish(r);
	code = repo_update_fresh(r, e);
	repo_free(r);
	return code;
}

TEST(a_threshold_of_a_delegated_role_is_an_integer_of_at_least_one)
{
	static const char *const bad[] = { "0",	   "-1", "\"1\"", "null",
					   "true", "[]", NULL };
	struct err e = { 0 };

	CHECK_INT(update_with("threshold", "1", &e), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(update_with("threshold", bad[i], &e), -EBADMSG);
		CHECK_HAS(e.text, "delegations: roles[0]: \"threshold\"");
	}
}

TEST(a_threshold_above_the_keys_of_a_delegated_role_is_never_met)
{
	static const char *const above[] = { "2", "4294967297" };
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		CHECK_INT(update_with("threshold", above[i], &e),
			  -EKEYREJECTED);
		CHECK_HAS(e.text, "role \"web\", delegated by \"targets\"");
	}
}

TEST(a_delegation_has_either_paths_or_hash_prefixes)
{
	static const struct {
		const char *member, *text;
		int want;
	} rows[] = {
		{ "x-note", "{}", 0 },
		{ "paths", "[\"web/*\", \"x\"]", 0 },
		{ "paths", "[]", 0 },
		{ "paths", NULL, -EBADMSG },
		{ "paths", "\"web/*\"", -EBADMSG },
		{ "paths", "[7]", -EBADMSG },
		{ "paths", "null", -EBADMSG },
		{ "path_hash_prefixes", "[\"00\"]", -EBADMSG },
		{ "path_hash_prefixes", "null", -EBADMSG },
		{ "terminating", "true", 0 },
		{ "terminating", "1", -EBADMSG },
		{ "terminating", "null", -EBADMSG },
		{ "terminating", NULL, -EBADMSG },
		{ "keyids", "{}", -EBADMSG },
		{ "keyids", "[]", -EKEYREJECTED },
		{ "keyids", "[null]", -EBADMSG },
		{ "keyids", NULL, -EBADMSG },
		{ "name", NULL, -EBADMSG },
		{ "name", "7", -EBADMSG },
		{ "name", "\"\"", -EBADMSG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		const int code = update_with(rows[i].member, rows[i].text, &e);

		if (code != rows[i].want)
			test_fail(__FILE__, __LINE__, "%s %s: %d %s",
				  rows[i].member,
				  rows[i].text ? rows[i].text : "-", code,
				  e.text);
	}
}

TEST(a_delegated_role_named_as_a_top_level_role_is_refused)
{
	static const char *const bad[] = { "\"root\"", "\"timestamp\"",
					   "\"snapshot\"", "\"targets\"",
					   "\"2.root\"" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = { 0 };

		CHECK_INT(update_with("name", bad[i], &e), -EBADMSG);
		CHECK_HAS(e.text, "cannot be delegated");
	}
}

static void delegate_twice(json_t *body)
{
	json_t *roles =
		json_object_get(json_object_get(body, "delegations"), "roles");

	(void)json_array_append(roles, json_array_get(roles, 0));
}

static void delegate_to_too_many(json_t *body)
{
	json_t *roles =
		json_object_get(json_object_get(body, "delegations"), "roles");

	for (int i = 0; i < TRUST_DELEGATION_MAX; i++)
		(void)json_array_append(roles, json_array_get(roles, 0));
}

TEST(a_role_is_delegated_to_once_in_a_file_and_not_to_too_many)
{
	struct repo *r = repo_init();
	struct err e = { 0 };

	(void)repo_delegate(&r->delegations, "web", &r->keys[5], "web/*");
	(void)repo_team(r, "web", &r->keys[5], json_object());
	repo_publish(r);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	r->roles[TRUST_ROLE_TARGETS].edit = delegate_twice;
	repo_publish_rest(r);
	CHECK_REFUSED(r, -EBADMSG, "role \"web\" is delegated to twice");
	r->roles[TRUST_ROLE_TARGETS].edit = delegate_to_too_many;
	repo_publish_rest(r);
	CHECK_REFUSED(r, -E2BIG, "it delegates to 1025 roles");
	repo_free(r);
}
