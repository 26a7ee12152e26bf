/* SPDX-License-Identifier: Apache-2.0 */
/* trust_make_test.c - documents of the signing side, before anybody signs. */
#include <stdlib.h>

#include "lib/auto.h"
#include "pkg/trust/make.h"
#include "pkg/trust/signer.h"
#include "test/unit/harness.h"

#define EXPIRES 1900000000 /* 2030-03-17T17:46:40Z */

/* A targets document and two keys to delegate to. */
struct desk {
	json_t *document;
	struct trust_signer signers[2];
	json_t *keys; /* both */
	json_t *paths;
};

static void desk_init(struct desk *d)
{
	*d = (struct desk){ .keys = json_array(),
			    .paths = json_pack("[s]", "services/web-*") };
	CHECK_INT(trust_make_targets(3, EXPIRES, &d->document, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(trust_signer_generate(&d->signers[i], NULL), 0);
		CHECK_INT(json_array_append(d->keys, d->signers[i].object), 0);
	}
}

static void desk_done(struct desk *d)
{
	json_decref(d->document);
	json_decref(d->keys);
	json_decref(d->paths);
	for (size_t i = 0; i < 2; i++)
		trust_signer_done(&d->signers[i]);
}

static struct trust_delegation_plan plan_of(const struct desk *d,
					    const char *role, size_t at)
{
	return (struct trust_delegation_plan){
		.role = role,
		.by = { d->keys, 2 },
		.paths = d->paths,
		.at = at,
	};
}

static const json_t *member(const json_t *document, const char *name)
{
	return json_object_get(json_object_get(document, "signed"), name);
}

/* "a b c": the roles in order. */
static const char *order_of(const struct desk *d, char text[static 64])
{
	const json_t *roles =
		json_object_get(member(d->document, "delegations"), "roles");
	json_t *role;
	size_t i;

	text[0] = '\0';
	json_array_foreach(roles, i, role)
		(void)snprintf(
			text + strlen(text), 64 - strlen(text), "%s%s",
			i ? " " : "",
			json_string_value(json_object_get(role, "name")));
	return text;
}

TEST(a_delegation_takes_the_place_it_is_given)
{
	static const struct {
		const char *role;
		size_t at;
		const char *order;
	} rows[] = {
		{ "a", TRUST_PLACE_KEPT, "a" },
		{ "b", TRUST_PLACE_KEPT, "a b" },
		{ "c", 0, "c a b" },
		{ "a", TRUST_PLACE_KEPT, "c a b" },
		{ "b", 1, "c b a" },
		{ "c", 99, "b a c" },
	};
	struct desk d;

	desk_init(&d);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct trust_delegation_plan plan =
			plan_of(&d, rows[i].role, rows[i].at);
		char text[64];

		CHECK_INT(trust_make_delegation(d.document, &plan, NULL), 0);
		CHECK_STR(order_of(&d, text), rows[i].order);
	}
	desk_done(&d);
}

TEST(an_unusable_delegation_is_refused_with_the_reason)
{
	static const struct {
		const char *role, *prefix, *part;
		uint64_t threshold;
		bool has_path;
	} rows[] = {
		{ "targets", NULL, "name of a top-level role's file", 1, true },
		{ "root", NULL, "name of a top-level role's file", 1, true },
		{ "7.root", NULL, "top-level role's file", 1, true },
		{ "", NULL, "a name has no empty", 1, true },
		{ "..", NULL, "a name has no empty", 1, true },
		{ "/team", NULL, "a name has no empty", 1, true },
		{ "a/../b", NULL, "a name has no empty", 1, true },
		{ "a\nb", NULL, "control characters", 1, true },
		{ "team", NULL, "threshold 3 with 2 different", 3, true },
		{ "team", NULL, "threshold 0", 0, true },
		{ "team", NULL, "no path is delegated", 1, false },
		{ "team", "AB", "lower-case hexadecimal", 1, false },
		{ "team", "", "lower-case hexadecimal", 1, false },
	};
	char text[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct trust_delegation_plan plan;
		AUTO_JSON *prefixes = NULL;
		struct err e = { 0 };
		struct desk d;

		desk_init(&d);
		plan = plan_of(&d, rows[i].role, TRUST_PLACE_KEPT);
		plan.by.threshold = rows[i].threshold;
		if (rows[i].prefix != NULL)
			prefixes = json_pack("[s]", rows[i].prefix);
		plan.hash_prefixes = prefixes;
		if (!rows[i].has_path)
			plan.paths = NULL;
		CHECK_INT(trust_make_delegation(d.document, &plan, &e),
			  -EINVAL);
		CHECK_HAS(e.text, rows[i].part);
		CHECK_STR(order_of(&d, text), "");
		desk_done(&d);
	}
}

TEST(any_name_that_fits_into_a_file_name_is_free)
{
	char name[256] = { 0 };

	CHECK(trust_role_name_is_free("team web/Größe?#%", NULL));
	memset(name, 'a', 200);
	CHECK(trust_role_name_is_free(name, NULL));
	memset(name, 'a', 201);
	CHECK(!trust_role_name_is_free(name, NULL));
	memset(name, '/', 100);
	CHECK(!trust_role_name_is_free(name, NULL));
}

TEST(keys_that_no_delegation_names_go)
{
	struct trust_delegation_plan plan;
	AUTO_JSON *one = NULL;
	const json_t *keys;
	struct desk d;

	desk_init(&d);
	plan = plan_of(&d, "team", TRUST_PLACE_KEPT);
	CHECK_INT(trust_make_delegation(d.document, &plan, NULL), 0);
	one = json_pack("[O]", d.signers[1].object);
	plan.by = (struct trust_role_plan){ one, 1 };
	CHECK_INT(trust_make_delegation(d.document, &plan, NULL), 0);
	keys = json_object_get(member(d.document, "delegations"), "keys");
	CHECK_INT(json_object_size(keys), 1);
	CHECK(json_object_get(keys, d.signers[1].id) != NULL);
	CHECK_INT(trust_make_undelegation(d.document, "nobody", NULL), -ENOENT);
	CHECK_INT(trust_make_undelegation(d.document, "team", NULL), 0);
	CHECK(member(d.document, "delegations") == NULL);
	desk_done(&d);
}

TEST(one_public_key_under_two_owners_is_not_two_signers)
{
	struct trust_delegation_plan plan;
	AUTO_JSON *twin = NULL;
	struct err e = { 0 };
	struct desk d;

	desk_init(&d);
	twin = json_deep_copy(d.signers[0].object);
	CHECK_INT(json_object_set_new(twin, "x-bailiff-keyowner",
				      json_string("alice")),
		  0);
	CHECK_INT(json_array_append(d.keys, twin), 0);
	plan = plan_of(&d, "team", TRUST_PLACE_KEPT);
	CHECK_INT(trust_make_delegation(d.document, &plan, &e), -EINVAL);
	CHECK_HAS(e.text, "are one public key");
	desk_done(&d);
}

TEST(the_next_version_has_the_same_content_and_no_signature)
{
	AUTO_JSON *next = NULL;
	struct desk d;

	desk_init(&d);
	CHECK_INT(
		trust_make_target(d.document, "node.json", span_of("{}"), NULL),
		0);
	CHECK_INT(trust_sign(d.document, &d.signers[0], NULL), 0);
	CHECK_INT(trust_make_next(d.document, 4, EXPIRES + 1, &next, NULL), 0);
	CHECK_INT(json_integer_value(member(next, "version")), 4);
	CHECK_STR(json_string_value(member(next, "expires")),
		  "2030-03-17T17:46:41Z");
	CHECK(json_equal(member(next, "targets"),
			 member(d.document, "targets")));
	CHECK_INT(json_array_size(json_object_get(next, "signatures")), 0);
	CHECK_INT(json_integer_value(member(d.document, "version")), 3);
	CHECK_INT(trust_make_next(d.keys, 4, EXPIRES, &next, NULL), -EBADMSG);
	desk_done(&d);
}

TEST(a_snapshot_lists_every_role_and_keeps_old_entries)
{
	AUTO_JSON *old = json_pack("{s:i}", "version", 7);
	const struct trust_listed listed[] = {
		{ .role = "targets", .bytes = span_of("abc"), .version = 2 },
		{ .role = "team/web", .bytes = span_of(""), .version = 1 },
		{ .role = "gone", .entry = old },
	};
	AUTO_JSON *document = NULL;
	const json_t *meta;

	CHECK_INT(trust_make_snapshot(1, EXPIRES, listed, 3, &document, NULL),
		  0);
	meta = member(document, "meta");
	CHECK_INT(json_object_size(meta), 3);
	CHECK_INT(json_integer_value(json_object_get(
			  json_object_get(meta, "targets.json"), "length")),
		  3);
	CHECK_INT(json_integer_value(json_object_get(
			  json_object_get(meta, "team/web.json"), "version")),
		  1);
	CHECK(json_equal(json_object_get(meta, "gone.json"), old));
}
