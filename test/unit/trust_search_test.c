/* SPDX-License-Identifier: Apache-2.0 */
/* trust_search_test.c - which role speaks of a target, and what a delegated
 * role must be to speak at all (TUF 1.0.34, sections 5.6 and 5.6.7).
 */
#include "test/unit/trust_repo.h"

#include "pkg/trust/metadata.h"

#define WEB  (&r->keys[5])
#define API  (&r->keys[6])
#define EDGE (&r->keys[7])

static json_t *one(const char *path, const char *text)
{
	return json_pack("{s:s}", path, text);
}

static const char *log_of(struct repo *r)
{
	const char *text = buf_cstr(&r->log);

	return text != NULL ? text : "";
}

static bool was_asked(struct repo *r, const char *name)
{
	return strstr(log_of(r), name) != NULL;
}

/* Who speaks of a path, for a client with nothing stored: a role, or the
 * error's word. */
static const char *speaker_of(struct repo *r, const char *path)
{
	AUTO_DONE(trust_memory_done) struct trust_memory stored = { 0 };
	static char role[300];
	struct trust_client *c = repo_client(r, &stored, REPO_NOW);
	struct trust_found found;
	struct err e = { 0 };
	const int code = trust_client_find(c, path, &found, &e);

	if (code == 0)
		CHECK_STR(found.path, path);
	if (code < 0)
		CHECK_INT(e.code, -code);
	(void)snprintf(role, sizeof(role), "%s",
		       code == 0 ? found.role : trust_reason(code));
	trust_client_free(c);
	return role;
}

/* targets delegates the paths of web to "web", those of api to "api". */
static struct repo *repo_of_two(void)
{
	struct repo *r = repo_init();

	(void)repo_delegate(&r->delegations, "web", WEB, "web/*");
	(void)repo_delegate(&r->delegations, "api", API, "api/*");
	(void)repo_team(r, "web", WEB,
			json_pack("{s:s, s:s}", "web/a", "wa", "api/x", "no"));
	(void)repo_team(r, "api", API, one("api/a", "aa"));
	return r;
}

/* -- scope ----------------------------------------------------------------- */

TEST(a_delegated_role_speaks_of_its_paths_and_of_nothing_else)
{
	struct repo *r = repo_of_two();

	repo_publish(r);
	CHECK_STR(speaker_of(r, "node.json"), "targets");
	CHECK(!was_asked(r, "web.json") || !was_asked(r, "1.web.json"));
	CHECK_STR(speaker_of(r, "web/a"), "web");
	CHECK(was_asked(r, "1.web.json"));
	CHECK(!was_asked(r, "1.api.json"));
	CHECK_STR(speaker_of(r, "api/a"), "api");
	CHECK_STR(speaker_of(r, "api/x"), "missing"); /* web lists it */
	CHECK_STR(speaker_of(r, "web/none"), "missing");
	CHECK_STR(speaker_of(r, "other"), "missing");
	repo_free(r);
}

TEST(a_bundle_has_what_each_role_may_speak_of)
{
	struct repo *r = repo_of_two();
	struct trust_memory stored = { 0 };
	struct trust_result got = { 0 };
	struct err e = { 0 };

	r->teams[1].expires = REPO_NOW + REPO_DAY;
	r->teams[1].version = 4;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &stored, REPO_NOW, &got, &e), 0);
	CHECK_INT(got.speaker_count, 3);
	CHECK_STR(got.speakers[0].role, "targets");
	CHECK_STR(got.speakers[1].role, "web");
	CHECK_STR(got.speakers[1].signers[0], WEB->id);
	CHECK_STR(got.speakers[2].role, "api");
	CHECK_INT(got.speakers[2].version, 4);
	CHECK_INT(got.speakers[2].signer_count, 1);
	CHECK_INT(got.expires, REPO_NOW + REPO_DAY);
	CHECK_INT(got.target_count, 4);
	CHECK_STR(got.targets[0].name, "node.json");
	CHECK_STR(got.targets[2].name, "web/a");
	CHECK_INT(got.targets[2].speaker, 1);
	CHECK_STR(buf_cstr(&got.targets[2].bytes), "wa");
	CHECK_STR(got.targets[3].name, "api/a");
	CHECK_INT(got.targets[3].speaker, 2);
	CHECK(repo_is_stored(r, &stored, "web.json", "1.web.json"));
	CHECK(repo_is_stored(r, &stored, "api.json", "4.api.json"));
	trust_result_done(&got);
	trust_memory_done(&stored);
	repo_free(r);
}

TEST(hash_prefixes_delegate_as_patterns_do)
{
	struct repo *r = repo_init();
	json_t *d = repo_delegate(&r->delegations, "web", WEB, "");

	/* sha256 of services/web-1.json begins with neither of these, that of
	 * services/x.json with the first. */
	(void)json_object_del(d, "paths");
	(void)json_object_set_new(d, "path_hash_prefixes",
				  json_pack("[s, s]", "fff", "88ee"));
	json_decref(r->content);
	r->content = one("node.json", "1");
	(void)repo_team(r, "web", WEB,
			json_pack("{s:s, s:s}", "services/web.json", "1",
				  "services/api.json", "2"));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "services/web.json"), "web");
	CHECK_STR(speaker_of(r, "services/api.json"), "missing");
	repo_free(r);
}

TEST(every_role_of_the_chain_must_match_the_path)
{
	struct repo *r = repo_init();
	struct repo_team *web;

	(void)repo_delegate(&r->delegations, "web", WEB, "web/*");
	web = repo_team(r, "web", WEB, one("web/a", "1"));
	(void)repo_delegate(&web->delegations, "edge", EDGE, "*/*");
	(void)repo_team(r, "edge", EDGE,
			json_pack("{s:s, s:s}", "web/b", "1", "api/b", "2"));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "web/b"), "edge");
	CHECK_STR(speaker_of(r, "api/b"), "missing");
	repo_free(r);
}

TEST(a_target_comes_with_every_role_that_let_its_speaker_speak)
{
	struct repo *r = repo_init();
	struct repo_team *web, *edge;
	struct trust_memory stored = { 0 };
	struct trust_result got = { 0 };
	struct err e = { 0 };

	(void)repo_delegate(&r->delegations, "other", WEB, "none/*");
	(void)repo_delegate(&r->delegations, "web", WEB, "web/*");
	(void)repo_team(r, "other", WEB, json_object());
	web = repo_team(r, "web", WEB, one("web/a", "1"));
	(void)repo_delegate(&web->delegations, "edge", EDGE, "web/*");
	edge = repo_team(r, "edge", EDGE, json_object());
	(void)repo_delegate(&edge->delegations, "api", API, "web/*");
	(void)repo_team(r, "api", API, one("web/b", "2"));
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &stored, REPO_NOW, &got, &e), 0);
	for (size_t i = 0; i < got.target_count; i++) {
		const struct trust_target *t = &got.targets[i];

		if (strcmp(t->name, "web/b") != 0) {
			CHECK_INT(t->through_count, 0);
			continue;
		}
		CHECK_STR(got.speakers[t->speaker].role, "api");
		CHECK_INT(t->through_count, 2);
		CHECK_STR(got.speakers[t->through[0]].role, "edge");
		CHECK_STR(got.speakers[t->through[1]].role, "web");
	}
	CHECK_STR(got.targets[got.target_count - 1].name, "web/b");
	trust_result_done(&got);
	trust_memory_done(&stored);
	repo_free(r);
}

/* -- order ----------------------------------------------------------------- */

TEST(the_first_delegation_wins_and_its_subtree_goes_before_the_second)
{
	struct repo *r = repo_init();
	struct repo_team *web;

	(void)repo_delegate(&r->delegations, "web", WEB, "*");
	(void)repo_delegate(&r->delegations, "api", API, "*");
	web = repo_team(r, "web", WEB, one("a", "web"));
	(void)repo_delegate(&web->delegations, "edge", EDGE, "*");
	(void)repo_team(r, "api", API,
			json_pack("{s:s, s:s, s:s}", "a", "api", "b", "api",
				  "c", "api"));
	(void)repo_team(r, "edge", EDGE,
			json_pack("{s:s, s:s}", "a", "edge", "b", "edge"));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "a"), "web");
	CHECK_STR(speaker_of(r, "b"), "edge");
	CHECK_STR(speaker_of(r, "c"), "api");
	CHECK(strstr(log_of(r), "1.web.json\n1.edge.json\n1.api.json\n") !=
	      NULL);
	repo_free(r);
}

TEST(a_terminating_delegation_that_matches_ends_the_whole_search)
{
	struct repo *r = repo_init();
	struct repo_team *web;
	json_t *d;

	d = repo_delegate(&r->delegations, "web", WEB, "*");
	(void)repo_delegate(&r->delegations, "api", API, "*");
	web = repo_team(r, "web", WEB, one("a", "web"));
	(void)repo_delegate(&web->delegations, "edge", EDGE, "b");
	(void)repo_team(r, "api", API,
			json_pack("{s:s, s:s}", "b", "api", "c", "api"));
	(void)repo_team(r, "edge", EDGE, one("b", "edge"));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "c"), "api");
	(void)json_object_set_new(d, "terminating", json_true());
	repo_publish_rest(r);
	CHECK_STR(speaker_of(r, "a"), "web");
	CHECK_STR(speaker_of(r, "b"), "edge"); /* its own subtree goes on */
	CHECK_STR(speaker_of(r, "c"), "missing");
	CHECK(!was_asked(r, "1.api.json"));
	repo_free(r);
}

TEST(terminating_below_the_top_ends_what_the_top_would_try_next)
{
	struct repo *r = repo_init();
	struct repo_team *web;
	json_t *d;

	(void)repo_delegate(&r->delegations, "web", WEB, "*");
	(void)repo_delegate(&r->delegations, "api", API, "*");
	web = repo_team(r, "web", WEB, json_object());
	d = repo_delegate(&web->delegations, "edge", EDGE, "b*");
	(void)json_object_set_new(d, "terminating", json_true());
	(void)repo_team(r, "edge", EDGE, json_object());
	(void)repo_team(r, "api", API,
			json_pack("{s:s, s:s}", "b", "api", "c", "api"));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "b"), "missing");
	CHECK_STR(speaker_of(r, "c"), "api");
	repo_free(r);
}

TEST(a_terminating_delegation_that_does_not_match_ends_nothing)
{
	struct repo *r = repo_of_two();

	(void)json_object_set_new(json_array_get(r->delegations, 0),
				  "terminating", json_true());
	repo_publish(r);
	CHECK_STR(speaker_of(r, "api/a"), "api");
	CHECK_STR(speaker_of(r, "web/a"), "web");
	repo_free(r);
}

/* -- bounds ---------------------------------------------------------------- */

TEST(a_cycle_of_delegations_ends)
{
	struct repo *r = repo_init();
	struct repo_team *web, *api;

	(void)repo_delegate(&r->delegations, "web", WEB, "*");
	web = repo_team(r, "web", WEB, json_object());
	(void)repo_delegate(&web->delegations, "api", API, "*");
	api = repo_team(r, "api", API, one("a", "1"));
	(void)repo_delegate(&api->delegations, "web", WEB, "*");
	(void)repo_delegate(&api->delegations, "api", API, "*");
	repo_publish(r);
	CHECK_STR(speaker_of(r, "a"), "api");
	CHECK_STR(speaker_of(r, "b"), "missing");
	CHECK(strstr(log_of(r), "1.web.json\n1.api.json\n") != NULL);
	CHECK_INT(repo_update_fresh(r, &(struct err){ 0 }), 0);
	repo_free(r);
}

/* targets -> r1 -> r2 -> ...; the last one lists "deep". */
static struct repo *repo_of_a_chain(size_t length)
{
	struct repo *r = repo_init();
	json_t **list = &r->delegations;

	for (size_t i = 1; i <= length; i++) {
		struct repo_team *t;
		char name[32];

		(void)snprintf(name, sizeof(name), "r%zu", i);
		(void)repo_delegate(list, name, WEB, "*");
		t = repo_team(r, name, WEB,
			      i == length ? one("deep", "1") : json_object());
		list = &t->delegations;
	}
	repo_publish(r);
	return r;
}

TEST(a_search_visits_at_most_32_delegated_roles)
{
	static const struct {
		size_t length;
		const char *speaker;
	} rows[] = {
		{ TRUST_VISITS_MAX, "r32" },
		{ TRUST_VISITS_MAX + 1, "too-large" },
		{ 300, "too-large" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct repo *r = repo_of_a_chain(rows[i].length);

		CHECK_STR(speaker_of(r, "deep"), rows[i].speaker);
		CHECK(!was_asked(r, "1.r33.json"));
		if (i == 0)
			CHECK_INT(repo_update_fresh(r, &(struct err){ 0 }), 0);
		else
			CHECK_REFUSED(r, -E2BIG, i == 1 ? "\"deep\"" : "role");
		repo_free(r);
	}
}

/* -- a role on the way that is not good ------------------------------------ */

static void bad_shape(json_t *body)
{
	(void)json_object_set_new(body, "targets", json_integer(7));
}

static void role_is_snapshot(json_t *body)
{
	(void)json_object_set_new(body, "_type", json_string("snapshot"));
}

static void break_nothing(struct repo *r)
{
	(void)r;
}

static void break_signer(struct repo *r)
{
	r->teams[0].signer = API;
}

static void break_signature(struct repo *r)
{
	r->teams[0].signer = NULL;
}

static void break_expiry(struct repo *r)
{
	r->teams[0].expires = REPO_NOW;
}

static void break_shape(struct repo *r)
{
	r->teams[0].edit = bad_shape;
}

static void break_type(struct repo *r)
{
	r->teams[0].edit = role_is_snapshot;
}

static void break_listing(struct repo *r)
{
	r->teams[0].is_unlisted = true;
}

static void remove_file(struct repo *r)
{
	repo_remove(r, "1.web.json");
}

static void change_file(struct repo *r)
{
	buf_puts(repo_bytes(r, "1.web.json"), " ");
}

static void cut_file(struct repo *r)
{
	repo_bytes(r, "1.web.json")->len--;
}

static void block_file(struct repo *r)
{
	r->broken = "1.web.json";
	r->broken_code = -EIO;
}

TEST(a_role_on_the_way_that_is_refused_ends_the_search_and_never_falls_through)
{
	/* clang-format off */
	static const struct {
		void (*before)(struct repo *r); /* publishing */
		void (*after)(struct repo *r);
		int want;
		const char *part;
	} rows[] = {
		{ break_nothing, break_nothing, 0, "" },
		{ break_signer, break_nothing, -EKEYREJECTED, "web version 1: 0 of the 1" },
		{ break_signature, break_nothing, -EKEYREJECTED, "web version 1: 0 of the 1" },
		{ break_expiry, break_nothing, -EKEYEXPIRED, "web version 1 expired" },
		{ break_shape, break_nothing, -EBADMSG, "1.web.json: signed: \"targets\"" },
		{ break_type, break_nothing, -EBADMSG, "\"_type\" is \"snapshot\"" },
		{ break_listing, break_nothing, -ENOENT, "does not list \"web.json\"" },
		{ break_nothing, remove_file, -ENOENT, "1.web.json: not in the repository" },
		{ break_nothing, change_file, -EFBIG, "1.web.json: more than" },
		{ break_nothing, cut_file, -EBADMSG, "1.web.json: it has" },
		{ break_nothing, block_file, -EIO, "1.web.json: broken on purpose" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct repo *r = repo_init();
		struct trust_memory stored = { 0 };
		struct trust_client *c;
		struct trust_found found;
		struct err e = { 0 };

		/* api, after web, would give the target. */
		(void)repo_delegate(&r->delegations, "web", WEB, "a*");
		(void)repo_delegate(&r->delegations, "api", API, "*");
		(void)repo_team(r, "web", WEB, one("aa", "web"));
		(void)repo_team(
			r, "api", API,
			json_pack("{s:s, s:s}", "ab", "api", "b", "api"));
		rows[i].before(r);
		repo_publish(r);
		rows[i].after(r);
		c = repo_client(r, &stored, REPO_NOW);
		CHECK_INT(trust_client_find(c, "ab", &found, &e), rows[i].want);
		CHECK_HAS(e.text, rows[i].part);
		if (rows[i].want < 0) {
			CHECK_HAS(e.text,
				  "role \"web\", delegated by \"targets\": ");
			CHECK(!was_asked(r, "1.api.json"));
			CHECK(trust_memory_get(&stored, "web.json").p == NULL);
			CHECK_REFUSED(r, rows[i].want, rows[i].part);
		}
		if (i == 6) /* what snapshot does not list is not asked for */
			CHECK(!was_asked(r, "web"));
		/* A path that does not lead there is not concerned. */
		CHECK_INT(trust_client_find(c, "b", &found, &e), 0);
		CHECK_STR(found.role, "api");
		trust_client_free(c);
		trust_memory_done(&stored);
		repo_free(r);
	}
}

TEST(a_delegated_role_must_be_the_version_that_snapshot_lists)
{
	struct repo *r = repo_of_two();

	r->teams[0].version = 3;
	repo_publish(r);
	CHECK_STR(speaker_of(r, "web/a"), "web");
	/* Version 3 served under the name of version 4, without hashes. */
	r->teams[0].version = 4;
	r->roles[TRUST_ROLE_SNAPSHOT].version++;
	repo_publish_rest(r);
	repo_put(r, "4.web.json", buf_view(repo_bytes(r, "3.web.json")));
	CHECK_STR(speaker_of(r, "web/a"), "malformed"); /* by its hash */
	repo_free(r);
}

static void drop_hashes(json_t *body)
{
	const char *name;
	json_t *entry;

	json_object_foreach(json_object_get(body, "meta"), name, entry) {
		(void)json_object_del(entry, "hashes");
		(void)json_object_del(entry, "length");
	}
}

TEST(without_hashes_the_version_of_a_delegated_role_still_binds)
{
	struct repo *r = repo_of_two();

	r->roles[TRUST_ROLE_SNAPSHOT].edit = drop_hashes;
	r->teams[0].version = 3;
	repo_publish(r);
	CHECK_STR(speaker_of(r, "web/a"), "web");
	r->teams[0].version = 4;
	repo_publish_rest(r);
	repo_put(r, "4.web.json", buf_view(repo_bytes(r, "3.web.json")));
	CHECK_STR(speaker_of(r, "web/a"), "rollback");
	r->teams[0].version = 2;
	repo_publish_rest(r);
	repo_put(r, "2.web.json", buf_view(repo_bytes(r, "3.web.json")));
	CHECK_STR(speaker_of(r, "web/a"), "malformed");
	repo_free(r);
}

TEST(a_delegated_role_may_not_go_back_in_snapshot)
{
	struct repo *r = repo_of_two();
	struct trust_memory stored = { 0 };
	struct err e = { 0 };

	r->teams[0].version = 3;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &stored, REPO_NOW, NULL, &e), 0);
	r->teams[0].version = 2;
	repo_bump(r);
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &stored, REPO_NOW, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "version 2 of \"web.json\", but version 3");
	r->teams[0].is_unlisted = true;
	repo_bump(r);
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &stored, REPO_NOW, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "no longer lists \"web.json\"");
	r->teams[0].is_unlisted = false;
	r->teams[0].version = 4;
	repo_bump(r);
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &stored, REPO_NOW, NULL, &e), 0);
	trust_memory_done(&stored);
	repo_free(r);
}

/* -- a role that several delegate to --------------------------------------- */

TEST(a_loaded_role_is_verified_by_each_delegator_that_reaches_it)
{
	struct repo *r = repo_init();
	struct trust_memory stored = { 0 };
	struct repo_team *web, *api;
	struct trust_client *c;
	struct trust_found found;
	struct err e = { 0 };
	json_t *d;

	(void)repo_delegate(&r->delegations, "web", WEB, "a*");
	(void)repo_delegate(&r->delegations, "api", API, "b*");
	web = repo_team(r, "web", WEB, json_object());
	api = repo_team(r, "api", API, json_object());
	(void)repo_delegate(&web->delegations, "edge", EDGE, "*");
	d = repo_delegate(&api->delegations, "edge", API, "*");
	(void)repo_team(r, "edge", EDGE,
			json_pack("{s:s, s:s}", "aa", "1", "bb", "2"));
	repo_publish(r);
	/* Loaded by way of web, and then reached by way of api, which trusts
	 * another key for it. */
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_find(c, "aa", &found, &e), 0);
	CHECK_STR(found.role, "edge");
	CHECK_INT(trust_client_find(c, "bb", &found, &e), -EKEYREJECTED);
	CHECK_HAS(e.text, "role \"edge\", delegated by \"api\"");
	CHECK_INT(trust_client_find(c, "aa", &found, &e), 0);
	trust_client_free(c);
	/* So is one that is stored. */
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_find(c, "bb", &found, &e), -EKEYREJECTED);
	CHECK_INT(trust_client_find(c, "aa", &found, &e), 0);
	trust_client_free(c);
	CHECK_REFUSED(r, -EKEYREJECTED, "role \"edge\", delegated by \"api\"");
	/* With the same key both ways lead there, and it is asked for once. */
	(void)json_object_set_new(d, "keyids", json_pack("[s]", EDGE->id));
	repo_bump(r);
	api->version++;
	repo_publish_rest(r);
	trust_memory_done(&stored);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_find(c, "aa", &found, &e), 0);
	CHECK_INT(trust_client_find(c, "bb", &found, &e), 0);
	CHECK_STR(found.role, "edge");
	CHECK(strstr(strstr(log_of(r), "1.edge.json") + 1, "1.edge.json") ==
	      NULL);
	trust_client_free(c);
	trust_memory_done(&stored);
	repo_free(r);
}

TEST(a_diamond_is_visited_once)
{
	struct repo *r = repo_init();
	struct repo_team *web, *api;

	(void)repo_delegate(&r->delegations, "web", WEB, "*");
	(void)repo_delegate(&r->delegations, "api", API, "*");
	web = repo_team(r, "web", WEB, json_object());
	api = repo_team(r, "api", API, one("z", "1"));
	(void)repo_delegate(&web->delegations, "edge", EDGE, "*");
	(void)repo_delegate(&api->delegations, "edge", EDGE, "*");
	(void)repo_team(r, "edge", EDGE, json_object());
	repo_publish(r);
	CHECK_STR(speaker_of(r, "z"), "api");
	CHECK_STR(speaker_of(r, "none"), "missing");
	CHECK_INT(repo_update_fresh(r, &(struct err){ 0 }), 0);
	repo_free(r);
}

/* -- what is stored, what is asked for ------------------------------------- */

TEST(a_stored_role_that_still_fits_is_not_asked_for)
{
	struct repo *r = repo_of_two();
	struct trust_memory stored = { 0 };
	struct trust_client *c;
	struct trust_found found;
	struct err e = { 0 };

	repo_publish(r);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_find(c, "web/a", &found, &e), 0);
	CHECK_INT(trust_client_find(c, "api/a", &found, &e), 0);
	CHECK_INT(trust_client_find(c, "web/a", &found, &e), 0);
	CHECK_STR(log_of(r), "2.root.json\ntimestamp.json\n1.snapshot.json\n"
			     "1.targets.json\n1.web.json\n1.api.json\n");
	trust_client_free(c);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_find(c, "web/a", &found, &e), 0);
	CHECK_STR(log_of(r), "2.root.json\ntimestamp.json\n");
	trust_client_free(c);
	/* A new version of one role is asked for, and replaces the file. */
	r->teams[0].version++;
	r->roles[TRUST_ROLE_TIMESTAMP].version++;
	r->roles[TRUST_ROLE_SNAPSHOT].version++;
	repo_publish_rest(r);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_find(c, "api/a", &found, &e), 0);
	CHECK_INT(trust_client_find(c, "web/a", &found, &e), 0);
	CHECK_STR(log_of(r), "2.root.json\ntimestamp.json\n2.snapshot.json\n"
			     "2.web.json\n");
	CHECK(repo_is_stored(r, &stored, "web.json", "2.web.json"));
	trust_client_free(c);
	/* A damaged one is asked for again. */
	CHECK_INT(trust_memory_put(&stored, "web.json", span_of("{}")), 0);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_find(c, "web/a", &found, &e), 0);
	CHECK_STR(log_of(r), "2.root.json\ntimestamp.json\n2.web.json\n");
	CHECK(repo_is_stored(r, &stored, "web.json", "2.web.json"));
	trust_client_free(c);
	trust_memory_done(&stored);
	repo_free(r);
}

TEST(role_names_are_raw_in_snapshot_and_encoded_as_files)
{
	static const char *const names[] = {
		"?",	     "#",  "/delegated", "../delegated",
		".",	     "..", "a b%20c",	 "\xc3\xa9\xf0\x9f\x98\x80",
		"1.targets",
	};

	for (size_t i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++) {
		const char *name = names[i / 2];
		struct repo *r = repo_init();
		struct trust_memory stored = { 0 };
		struct trust_client *c;
		struct trust_found found;
		AUTO_DONE(buf_done) struct buf file;
		struct err e = { 0 };

		r->is_consistent = i % 2;
		(void)repo_delegate(&r->delegations, name, WEB, "web/*");
		(void)repo_team(r, name, WEB, one("web/a", "1"));
		repo_publish(r);
		c = repo_client(r, &stored, REPO_NOW);
		if (trust_client_find(c, "web/a", &found, &e) < 0)
			test_fail(__FILE__, __LINE__, "%s: %s", name, e.text);
		CHECK_STR(found.role, name);
		CHECK(strstr(log_of(r), "/") == NULL);
		buf_init(&file, 512);
		CHECK_INT(trust_role_file(name, &file), 0);
		CHECK(trust_memory_get(&stored, buf_cstr(&file)).p != NULL);
		trust_client_free(c);
		trust_memory_done(&stored);
		repo_free(r);
	}
}

TEST(a_role_name_that_is_too_long_for_a_file_is_refused_cleanly)
{
	struct repo *r = repo_init();
	char name[252];

	memset(name, 'n', sizeof(name));
	name[250] = '\0';
	(void)repo_delegate(&r->delegations, name, WEB, "web/*");
	(void)repo_team(r, name, WEB, one("web/a", "1"));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "web/a"), name);
	repo_free(r);
	r = repo_init();
	name[250] = 'n';
	name[251] = '\0';
	(void)repo_delegate(&r->delegations, name, WEB, "web/*");
	(void)repo_team(r, name, WEB, one("web/a", "1"));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "web/a"), "too-large");
	CHECK_STR(speaker_of(r, "node.json"), "targets");
	CHECK_REFUSED(r, -E2BIG, "is too long for a file");
	repo_free(r);
}

/* -- thresholds of delegated roles ----------------------------------------- */

TEST(the_threshold_of_a_delegated_role_counts_its_own_keys)
{
	struct repo *r = repo_init();
	json_t *d = repo_delegate(&r->delegations, "web", WEB, "web/*");

	(void)repo_team(r, "web", WEB, one("web/a", "1"));
	/* One key id nine times is one key. */
	for (int i = 0; i < 8; i++)
		(void)json_array_append_new(json_object_get(d, "keyids"),
					    json_string(WEB->id));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "web/a"), "web");
	(void)json_object_set_new(d, "threshold", json_integer(2));
	repo_publish_rest(r);
	CHECK_STR(speaker_of(r, "web/a"), "under-signed");
	/* Two keys, one signature. */
	(void)json_array_append_new(json_object_get(d, "keyids"),
				    json_string(API->id));
	repo_publish_rest(r);
	CHECK_STR(speaker_of(r, "web/a"), "under-signed");
	(void)json_object_set_new(d, "threshold", json_integer(1));
	repo_publish_rest(r);
	CHECK_STR(speaker_of(r, "web/a"), "web");
	repo_free(r);
}

TEST(the_top_level_keys_do_not_sign_for_a_delegated_role)
{
	struct repo *r = repo_init();

	(void)repo_delegate(&r->delegations, "web", WEB, "web/*");
	(void)repo_team(r, "web", r->roles[TRUST_ROLE_TARGETS].signers[0],
			one("web/a", "1"));
	repo_publish(r);
	CHECK_STR(speaker_of(r, "web/a"), "under-signed");
	repo_free(r);
}

/* -- the client ------------------------------------------------------------ */

TEST(a_client_makes_no_request_before_it_is_asked_and_refreshes_once)
{
	struct repo *r = repo_of_two();
	struct trust_memory stored = { 0 };
	struct trust_client *c;
	struct trust_found found;
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	struct err e = { 0 };

	repo_publish(r);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(r->log.len, 0);
	CHECK_INT(stored.count, 0);
	CHECK_INT(trust_client_refresh(c, &e), 0);
	CHECK_INT(trust_client_refresh(c, &e), 0);
	CHECK_STR(log_of(r), "2.root.json\ntimestamp.json\n1.snapshot.json\n"
			     "1.targets.json\n");
	CHECK_INT(trust_client_find(c, "node.json", &found, &e), 0);
	CHECK_INT(trust_client_target(c, &found, &bytes, &e), 0);
	CHECK_STR(buf_cstr(&bytes), "{\"a\":1}");
	trust_client_free(c);
	trust_memory_done(&stored);
	repo_free(r);
}

TEST(a_refresh_that_failed_fails_again_without_a_request)
{
	struct repo *r = repo_of_two();
	struct trust_memory stored = { 0 };
	struct trust_client *c;
	struct trust_found found;
	struct err e = { 0 };

	r->roles[TRUST_ROLE_SNAPSHOT].signing = 0;
	repo_publish(r);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_refresh(c, NULL), -EKEYREJECTED);
	buf_reset(&r->log);
	CHECK_INT(trust_client_find(c, "node.json", &found, &e), -EKEYREJECTED);
	CHECK_HAS(e.text, "snapshot version 1: 0 of the 1");
	CHECK_INT(r->log.len, 0);
	trust_client_free(c);
	/* A new client can, once the repository is whole. */
	r->roles[TRUST_ROLE_SNAPSHOT].signing = 1;
	repo_bump(r);
	repo_publish_rest(r);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_find(c, "node.json", &found, &e), 0);
	trust_client_free(c);
	trust_memory_done(&stored);
	repo_free(r);
}

TEST(what_succeeds_leaves_an_older_error_as_it_was)
{
	struct repo *r = repo_of_two();
	struct trust_memory stored = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	struct trust_result result = { 0 };
	struct trust_found found;
	struct trust_client *c;
	struct err e = { 0 };

	(void)err_set(&e, EXDEV, "as it was");
	(void)err_hint(&e, "hint");
	repo_publish(r);
	c = repo_client(r, &stored, REPO_NOW);
	CHECK_INT(trust_client_refresh(c, &e), 0);
	CHECK_INT(trust_client_find(c, "node.json", &found, &e), 0);
	CHECK_INT(trust_client_target(c, &found, &bytes, &e), 0);
	trust_client_free(c);
	CHECK_INT(trust_update(
			  &(struct trust_config){
				  .pinned = buf_view(&r->pinned),
				  .store = &r->store,
				  .source = &r->source,
				  .now = REPO_NOW,
			  },
			  &result, &e),
		  0);
	CHECK_INT(e.code, EXDEV);
	CHECK_STR(e.text, "as it was");
	CHECK_STR(e.hint, "hint");
	trust_result_done(&result);
	trust_memory_done(&stored);
	repo_free(r);
}
