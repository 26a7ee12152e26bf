/* SPDX-License-Identifier: Apache-2.0 */
/* trust_metadata_test.c - shapes, signatures, thresholds, key ids, targets. */
#include "test/unit/trust_repo.h"

#include "lib/hex.h"

/* -- thresholds and signatures --------------------------------------------- */

TEST(one_signature_of_two_is_refused_with_ids_and_numbers)
{
	struct repo *r = repo_init();
	char sentence[256];

	r->roles[TRUST_ROLE_TARGETS].signing = 1;
	repo_publish(r);
	(void)snprintf(sentence, sizeof(sentence),
		       "targets version 1: 1 of the 2 needed signatures are "
		       "valid; valid: %.16s; not valid or not of this role: "
		       "none",
		       r->roles[TRUST_ROLE_TARGETS].signers[0]->id);
	CHECK_REFUSED(r, -EKEYREJECTED, sentence);
	repo_free(r);
}

/* The document's first signature, whose owner is this key. */
static json_t *signatures_of(json_t *doc)
{
	return json_object_get(doc, "signatures");
}

static void repeat_signature(json_t *doc)
{
	(void)json_array_append(signatures_of(doc),
				json_array_get(signatures_of(doc), 0));
}

TEST(a_key_id_twice_refuses_the_file_even_above_the_threshold)
{
	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		struct repo *r = repo_init();

		r->roles[i].edit_document = repeat_signature;
		repo_publish(r);
		CHECK_REFUSED(r, -EBADMSG, "signed twice");
		repo_free(r);
	}
}

static void spoil_extra_signatures(json_t *doc)
{
	static const char *const bad[] = { "", "zz", "abc", "00", "\u00e9" };
	char id[80];

	for (size_t i = 0; i < 60; i++) {
		(void)snprintf(id, sizeof(id), "%064zx", i);
		(void)json_array_insert_new(
			signatures_of(doc), 0,
			json_pack("{s:s, s:s}", "keyid", id, "sig",
				  bad[i % (sizeof(bad) / sizeof(bad[0]))]));
	}
}

TEST(unrelated_and_undecodable_signatures_do_not_spoil_a_met_threshold)
{
	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		struct repo *r = repo_init();
		struct err e = { 0 };

		r->roles[i].edit_document = spoil_extra_signatures;
		repo_publish(r);
		CHECK_INT(repo_update_fresh(r, &e), 0);
		repo_free(r);
	}
}

static void add_two_thousand(json_t *doc)
{
	char id[80];

	for (size_t i = 0; i < 2000; i++) {
		(void)snprintf(id, sizeof(id), "%064zx", i);
		(void)json_array_insert_new(
			signatures_of(doc), 0,
			json_pack("{s:s, s:s}", "keyid", id, "sig", "00"));
	}
}

TEST(two_thousand_unrelated_signatures_do_not_spoil_a_met_threshold)
{
	struct repo *r = repo_init();
	struct err e = { 0 };

	r->roles[TRUST_ROLE_TARGETS].edit_document = add_two_thousand;
	repo_publish(r);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	r->roles[TRUST_ROLE_TARGETS].signing = 1;
	repo_bump(r);
	repo_publish_rest(r);
	CHECK_REFUSED(r, -EKEYREJECTED, "1 of the 2 needed");
	repo_free(r);
}

static void empty_signatures(json_t *doc)
{
	json_t *entry;
	size_t i;

	json_array_foreach(signatures_of(doc), i, entry)
		(void)json_object_set_new(entry, "sig", json_string(""));
}

TEST(an_empty_placeholder_is_no_signature)
{
	struct repo *r = repo_init();

	r->roles[TRUST_ROLE_TARGETS].edit_document = empty_signatures;
	repo_publish(r);
	CHECK_REFUSED(r, -EKEYREJECTED, "0 of the 2 needed");
	repo_free(r);
}

static struct trust_signer *stranger;

static void sign_as_stranger(json_t *doc)
{
	CHECK_INT(trust_sign(doc, stranger, NULL), 0);
}

TEST(a_signature_by_another_roles_key_counts_for_nothing)
{
	struct repo *r = repo_init();
	char sentence[96];

	stranger = r->roles[TRUST_ROLE_TIMESTAMP].signers[0];
	r->roles[TRUST_ROLE_TARGETS].signing = 1;
	r->roles[TRUST_ROLE_TARGETS].edit_document = sign_as_stranger;
	repo_publish(r);
	(void)snprintf(sentence, sizeof(sentence),
		       "not valid or not of this role: %.16s", stranger->id);
	CHECK_REFUSED(r, -EKEYREJECTED, "1 of the 2");
	CHECK_REFUSED(r, -EKEYREJECTED, sentence);
	repo_free(r);
}

/* In root: name one ed25519 key under two ids, both for targets. */
static struct trust_signer *twin_of;
static char twin_id[TRUST_KEY_ID_LEN + 1];

static void add_twin(json_t *body)
{
	json_t *twin = json_deep_copy(twin_of->object);
	json_t *targets =
		json_object_get(json_object_get(body, "roles"), "targets");

	(void)json_object_set_new(twin, "x-note", json_string("twin"));
	CHECK_INT(trust_key_id(twin, twin_id), 0);
	(void)json_object_set_new(json_object_get(body, "keys"), twin_id, twin);
	(void)json_array_append_new(json_object_get(targets, "keyids"),
				    json_string(twin_id));
	(void)json_object_set_new(targets, "threshold", json_integer(2));
}

static void sign_as_twin(json_t *doc)
{
	json_t *twin = json_deep_copy(json_array_get(signatures_of(doc), 0));

	(void)json_object_set_new(twin, "keyid", json_string(twin_id));
	(void)json_array_append_new(signatures_of(doc), twin);
}

TEST(one_public_key_under_two_ids_is_one_signer)
{
	struct repo *r = repo_init();
	struct repo_role *targets = &r->roles[TRUST_ROLE_TARGETS];
	struct err e = { 0 };

	twin_of = targets->signers[0];
	r->roles[TRUST_ROLE_ROOT].edit = add_twin;
	targets->edit_document = sign_as_twin;
	targets->signing = 1;
	repo_publish(r);
	CHECK_REFUSED(r, -EKEYREJECTED, "targets version 1: 1 of the 2");
	targets->signing = 2; /* the twin and a second person: good */
	r->roles[TRUST_ROLE_ROOT].edit = add_twin;
	repo_publish(r);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	repo_free(r);
}

static void list_ids_nine_times(json_t *body)
{
	json_t *targets =
		json_object_get(json_object_get(body, "roles"), "targets");
	json_t *ids = json_object_get(targets, "keyids");

	for (int i = 0; i < 8; i++)
		(void)json_array_append(ids, json_array_get(ids, 0));
	(void)json_object_set_new(targets, "threshold", json_integer(3));
}

TEST(a_key_id_listed_nine_times_is_one_key)
{
	struct repo *r = repo_init();

	r->roles[TRUST_ROLE_ROOT].edit = list_ids_nine_times;
	repo_publish(r);
	CHECK_REFUSED(r, -EKEYREJECTED, "2 of the 3 needed signatures");
	repo_free(r);
}

/* -- keys ------------------------------------------------------------------ */

static void move_key(json_t *body)
{
	json_t *keys = json_object_get(body, "keys");
	const char *id = json_object_iter_key(json_object_iter(keys));
	json_t *key = json_incref(json_object_get(keys, id));

	(void)json_object_set_new(keys,
				  "00000000000000000000000000000000"
				  "00000000000000000000000000000000",
				  key);
}

TEST(a_key_under_an_id_that_is_not_its_own_refuses_the_root)
{
	struct repo *r = repo_init();

	r->roles[TRUST_ROLE_ROOT].edit = move_key;
	repo_publish(r);
	CHECK_REFUSED(r, -EBADMSG, "key 0000000000000000: its id is really");
	repo_free(r);
}

/* Add a key object under its right id. */
static void add_key(json_t *body, json_t *key)
{
	char id[TRUST_KEY_ID_LEN + 1];

	CHECK_INT(trust_key_id(key, id), 0);
	(void)json_object_set_new(json_object_get(body, "keys"), id, key);
}

static void add_unknown_scheme(json_t *body)
{
	add_key(body,
		json_pack("{s:s, s:s, s:{s:s}}", "keytype", "sphinx", "scheme",
			  "sphinx-sha3", "keyval", "public", "?"));
	add_key(body, json_pack("{s:s, s:s, s:{}}", "keytype", "rsa", "scheme",
				"ed25519", "keyval"));
}

static void add_bad_key(json_t *body)
{
	add_key(body,
		json_pack("{s:s, s:s, s:{s:s}}", "keytype", "ed25519", "scheme",
			  "ed25519", "keyval", "public", "abcd"));
}

static void add_keyid_hash_algorithms(json_t *body)
{
	AUTO_JSON *key = json_deep_copy(twin_of->object);

	(void)json_object_set_new(key, "keyid_hash_algorithms",
				  json_pack("[s]", "md5"));
	add_key(body, json_incref(key));
}

TEST(an_unknown_scheme_spoils_its_key_and_a_bad_key_the_root)
{
	struct repo *r = repo_init();
	struct err e = { 0 };

	twin_of = r->roles[TRUST_ROLE_TARGETS].signers[0];
	r->roles[TRUST_ROLE_ROOT].edit = add_unknown_scheme;
	repo_publish(r);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	buf_reset(&r->pinned);
	r->roles[TRUST_ROLE_ROOT].edit = add_keyid_hash_algorithms;
	repo_publish(r);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	buf_reset(&r->pinned);
	r->roles[TRUST_ROLE_ROOT].edit = add_bad_key;
	repo_publish(r);
	CHECK_REFUSED(r, -EBADMSG, "is not 64 hexadecimal digits");
	repo_free(r);
}

TEST(a_key_verifies_its_own_signature_and_no_other)
{
	struct trust_signer a = { 0 }, b = { 0 };
	struct trust_key key;
	AUTO_DONE(buf_done) struct buf hex;
	const struct span message = span_of("what is signed");

	buf_init(&hex, 256);
	CHECK_INT(trust_signer_generate(&a, NULL), 0);
	CHECK_INT(trust_signer_generate(&b, NULL), 0);
	CHECK(strcmp(a.id, b.id) != 0);
	CHECK_INT(trust_key_parse(a.id, a.object, &key, NULL), 0);
	CHECK_INT(trust_key_sign(a.pkey, message, &hex, NULL), 0);
	CHECK_INT(hex.len, 128);
	CHECK(trust_key_verify(&key, message, buf_view(&hex)));
	CHECK(!trust_key_verify(&key, span_of("what is Signed"),
				buf_view(&hex)));
	CHECK(!trust_key_verify(&key, message,
				(struct span){ hex.p, hex.len - 2 }));
	CHECK(!trust_key_verify(&key, message, span_of("")));
	buf_reset(&hex);
	CHECK_INT(trust_key_sign(b.pkey, message, &hex, NULL), 0);
	CHECK(!trust_key_verify(&key, message, buf_view(&hex)));
	CHECK_INT(trust_key_parse(b.id, a.object, &key, NULL), -EBADMSG);
	trust_key_done(&key);
	trust_signer_done(&a);
	trust_signer_done(&b);
}

TEST(a_key_id_is_the_sha256_of_the_canonical_key)
{
	AUTO_JSON *key = json_pack(
		"{s:s, s:{s:s}, s:s}", "scheme", "ed25519", "keyval", "public",
		"1111111111111111111111111111111111111111111111111111111111111111",
		"keytype", "ed25519");
	char id[TRUST_KEY_ID_LEN + 1];

	CHECK_INT(trust_key_id(key, id), 0);
	/* printf '{"keytype":...}' | sha256sum */
	CHECK_STR(
		id,
		"484fa77680b5c509d62a4cb77848d7011173cdd9d2b4fa2c433f903720818f16");
}

TEST(an_encrypted_key_opens_with_its_passphrase_only)
{
	const struct span right = span_of("correct horse");
	struct trust_signer made = { 0 }, read = { 0 };
	AUTO_DONE(buf_done) struct buf pem, public;
	AUTO_JSON *object = NULL;
	struct err e = { 0 };

	buf_init(&pem, TRUST_KEY_FILE_MAX);
	buf_init(&public, TRUST_KEY_FILE_MAX);
	CHECK_INT(trust_signer_generate(&made, NULL), 0);
	CHECK_INT(trust_signer_export(&made, span_of("short"), &pem, &e),
		  -EINVAL);
	CHECK_INT(trust_signer_export(&made, right, &pem, NULL), 0);
	CHECK_HAS(buf_cstr(&pem), "-----BEGIN ENCRYPTED PRIVATE KEY-----");
	CHECK_INT(trust_signer_import(buf_view(&pem), span_of("wrong horse"),
				      &read, &e),
		  -EACCES);
	CHECK_HAS(e.text, "wrong passphrase");
	CHECK_INT(trust_signer_import(buf_view(&pem), right, &read, NULL), 0);
	CHECK_STR(read.id, made.id);
	CHECK_INT(trust_public_export(&made, &public, NULL), 0);
	CHECK_INT(trust_public_import(buf_view(&public), &object, NULL), 0);
	CHECK(json_equal(object, made.object));
	CHECK_INT(trust_signer_import(buf_view(&public), right, &read, &e),
		  -EBADMSG);
	CHECK_HAS(e.text, "not an encrypted PKCS#8 key");
	CHECK_INT(trust_public_import(span_of("{}"), &object, &e), -EBADMSG);
	CHECK_INT(trust_public_import(span_of("-----BEGIN"), &object, &e),
		  -EBADMSG);
	trust_signer_done(&made);
	trust_signer_done(&read);
}

/* -- fields that every role shares ----------------------------------------- */

static json_t *edit_value;    /* what the member becomes; NULL: removed */
static const char *edit_name; /* which member of "signed" */

static void edit_member(json_t *body)
{
	if (edit_value == NULL)
		(void)json_object_del(body, edit_name);
	else
		(void)json_object_set(body, edit_name, edit_value);
}

/* Update a repository in which @role's member is JSON text @value. */
static int update_with(enum trust_role role, const char *name,
		       const char *value, struct err *e)
{
	struct repo *r = repo_init();
	int code;

	edit_name = name;
	edit_value = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
	CHECK(value == NULL || edit_value != NULL);
	r->roles[role].edit = edit_member;
	repo_publish(r);
	code = repo_update_fresh(r, e);
	json_decref(edit_value);
	repo_free(r);
	return code;
}

TEST(fields_of_every_role_are_strict)
{
	static const struct {
		const char *name, *value;
		bool is_good;
	} rows[] = {
		{ "spec_version", "\"1.0\"", true },
		{ "spec_version", "\"1.99.7\"", true },
		{ "spec_version", "\"1\"", false },
		{ "spec_version", "\"2.0.0\"", false },
		{ "spec_version", "\"1.0.0.0\"", false },
		{ "spec_version", "\"1.0.\"", false },
		{ "spec_version", "\"1.x\"", false },
		{ "spec_version", "1", false },
		{ "spec_version", NULL, false },
		{ "version", "0", false },
		{ "version", "-1", false },
		{ "version", "\"1\"", false },
		{ "version", "true", false },
		{ "version", "null", false },
		{ "version", NULL, false },
		{ "expires", "\"2030-01-01T00:00:00Z\"", true },
		{ "expires", "\"2030-02-30T00:00:00Z\"", false },
		{ "expires", "\"2030-01-01T00:00:00.5Z\"", false },
		{ "expires", "\"2030-01-01T00:00:00+00:00\"", false },
		{ "expires", "\"2030-01-01 00:00:00Z\"", false },
		{ "expires", "1900000000", false },
		{ "expires", NULL, false },
		{ "_type", "\"Root\"", false },
		{ "_type", "\"mirrors\"", false },
		{ "_type", "7", false },
		{ "_type", NULL, false },
		{ "x-unknown", "[{\"a\":[null, true, 9]}]", true },
	};

	for (enum trust_role role = 0; role < TRUST_ROLE_COUNT; role++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct err e = { 0 };
			const int code = update_with(role, rows[i].name,
						     rows[i].value, &e);

			if (code != (rows[i].is_good ? 0 : -EBADMSG))
				test_fail(__FILE__, __LINE__, "%s %s %s: %d %s",
					  trust_role_name(role), rows[i].name,
					  rows[i].value ? rows[i].value : "-",
					  code, e.text);
		}
}

TEST(members_of_one_role_are_strict)
{
	static const struct {
		enum trust_role role;
		const char *name, *value;
		int want;
	} rows[] = {
		{ TRUST_ROLE_ROOT, "consistent_snapshot", "1", -EBADMSG },
		{ TRUST_ROLE_ROOT, "consistent_snapshot", "null", -EBADMSG },
		{ TRUST_ROLE_ROOT, "keys", "[]", -EBADMSG },
		{ TRUST_ROLE_ROOT, "keys", "{}", -EKEYREJECTED },
		{ TRUST_ROLE_ROOT, "roles", "{}", -EBADMSG },
		{ TRUST_ROLE_ROOT, "roles", NULL, -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "meta", "{}", -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "meta", "{\"snapshot.json\": {}}",
		  -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "meta",
		  "{\"snapshot.json\": {\"version\": 1, \"length\": -1}}",
		  -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "meta",
		  "{\"snapshot.json\": {\"version\": 1, \"length\": null}}",
		  -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "meta",
		  "{\"snapshot.json\": {\"version\": 1, \"hashes\": {}}}",
		  -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "meta",
		  "{\"snapshot.json\": {\"version\": 1, \"length\": 9999999}}",
		  -EFBIG },
		{ TRUST_ROLE_TIMESTAMP, "meta",
		  "{\"snapshot.json\": {\"version\": 1}}", 0 },
		{ TRUST_ROLE_TIMESTAMP, "x-bailiff-issued", "7", -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "x-bailiff-issued", "\"today\"",
		  -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "x-bailiff-issued",
		  "\"2099-01-01T00:00:00Z\"", -EBADMSG },
		{ TRUST_ROLE_TIMESTAMP, "x-bailiff-issued", NULL, 0 },
		{ TRUST_ROLE_SNAPSHOT, "meta", "{}", -EBADMSG },
		{ TRUST_ROLE_SNAPSHOT, "meta", "[]", -EBADMSG },
		{ TRUST_ROLE_SNAPSHOT, "meta",
		  "{\"targets.json\": {\"version\": true}}", -EBADMSG },
		{ TRUST_ROLE_TARGETS, "targets", "[]", -EBADMSG },
		{ TRUST_ROLE_TARGETS, "targets", "{}", 0 },
		{ TRUST_ROLE_TARGETS, "targets", "{\"a\": 1}", -EBADMSG },
		{ TRUST_ROLE_TARGETS, "targets", "{\"a\": {\"length\": 0}}",
		  -EBADMSG },
		{ TRUST_ROLE_TARGETS, "targets",
		  "{\"a\": {\"length\": 0, \"hashes\": {\"md5\": \"00\"}}}",
		  -EBADMSG },
		{ TRUST_ROLE_TARGETS, "targets",
		  "{\"a\": {\"length\": 0, \"hashes\": {\"sha256\": \"00\"}}}",
		  -EBADMSG },
		{ TRUST_ROLE_TARGETS, "delegations",
		  "{\"keys\": {}, \"roles\": []}", 0 },
		{ TRUST_ROLE_TARGETS, "delegations",
		  "{\"keys\": {}, \"roles\": [{\"name\": \"a\"}]}", -EBADMSG },
		{ TRUST_ROLE_TARGETS, "delegations", "{\"keys\": {}}",
		  -EBADMSG },
		{ TRUST_ROLE_TARGETS, "delegations",
		  "{\"keys\": {}, \"succinct_roles\": {}}", -EOPNOTSUPP },
		{ TRUST_ROLE_TARGETS, "delegations", "[]", -EBADMSG },
		{ TRUST_ROLE_TARGETS, "delegations", "null", -EBADMSG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		const int code = update_with(rows[i].role, rows[i].name,
					     rows[i].value, &e);

		if (code != rows[i].want)
			test_fail(__FILE__, __LINE__, "%s %s: %d %s",
				  rows[i].name,
				  rows[i].value ? rows[i].value : "-", code,
				  e.text);
	}
}

static json_int_t edit_threshold;

static void set_threshold(json_t *body)
{
	json_t *role =
		json_object_get(json_object_get(body, "roles"), "snapshot");

	if (edit_value != NULL)
		(void)json_object_set(role, "threshold", edit_value);
	else if (edit_threshold != 1)
		(void)json_object_set_new(role, "threshold",
					  json_integer(edit_threshold));
	else
		(void)json_object_del(role, "threshold");
}

TEST(a_threshold_is_an_integer_of_at_least_one)
{
	static const char *const values[] = { "0",    "-1",   "\"1\"",
					      "null", "true", NULL };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct repo *r = repo_init();

		edit_threshold = 1;
		edit_value =
			values[i] ? json_loads(values[i], JSON_DECODE_ANY, NULL)
				  : NULL;
		r->roles[TRUST_ROLE_ROOT].edit = set_threshold;
		repo_publish(r);
		CHECK_REFUSED(r, -EBADMSG, "roles: snapshot: \"threshold\"");
		json_decref(edit_value);
		repo_free(r);
	}
}

TEST(a_threshold_above_the_number_of_keys_refuses_that_role_not_the_root)
{
	static const json_int_t values[] = { 2, 4294967297 };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct repo *r = repo_init();

		edit_threshold = values[i];
		edit_value = NULL;
		r->roles[TRUST_ROLE_ROOT].edit = set_threshold;
		repo_publish(r);
		CHECK_REFUSED(r, -EKEYREJECTED, "snapshot version");
		repo_free(r);
	}
}

/* -- bytes ----------------------------------------------------------------- */

static int parse_text(const char *text, size_t len)
{
	struct trust_metadata m = { 0 };
	struct err e = { 0 };
	const int r = trust_metadata_parse(TRUST_ROLE_TIMESTAMP,
					   (struct span){ text, len }, &m, &e);

	trust_metadata_done(&m);
	return r;
}

#define TS_HEAD                                                       \
	"{\"signatures\":[],\"signed\":{\"_type\":\"timestamp\","     \
	"\"spec_version\":\"1.0\",\"expires\":\"2030-01-01T00:00:00Z" \
	"\",\"meta\":{\"snapshot.json\":{\"version\":1}},"
#define TS(version) TS_HEAD "\"version\":" version "}}"

TEST(malformed_bytes_are_refused)
{
	/* clang-format off */
	static const struct {
		const char *text;
		size_t extra; /* bytes after a NUL in the text */
		int want;
	} rows[] = {
		{ TS("1"), 0, 0 },
		{ TS("9223372036854775807"), 0, 0 },
		{ TS("9223372036854775808"), 0, -EBADMSG },
		{ TS("18446744073709551617"), 0, -EBADMSG },
		{ TS("1.0"), 0, -EBADMSG },
		{ TS("1e0"), 0, -EBADMSG },
		{ TS("01"), 0, -EBADMSG },
		{ TS("NaN"), 0, -EBADMSG },
		{ TS("1,\"version\":2"), 0, -EBADMSG },
		{ TS("1,\"x\":\"\xc0\xaf\""), 0, -EBADMSG },
		{ TS("1,\"x\":\"\xff\""), 0, -EBADMSG },
		{ TS("1,\"x\":\"\\ud800\""), 0, -EBADMSG },
		{ TS("1,\"x\":\"\\u0000\""), 0, -EBADMSG },
		{ TS("1,\"x\":0.5"), 0, -EBADMSG },
		{ TS("1") "x", 0, -EBADMSG },
		{ TS("1") TS("1"), 0, -EBADMSG },
		{ TS("1") "\0", 1, -EBADMSG },
		{ "\xef\xbb\xbf" TS("1"), 0, -EBADMSG },
		{ "", 0, -EBADMSG },
		{ "[]", 0, -EBADMSG },
		{ "{}", 0, -EBADMSG },
		{ "null", 0, -EBADMSG },
	};
	/* clang-format on */
	char deep[8192];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int r = parse_text(rows[i].text,
					 strlen(rows[i].text) + rows[i].extra);

		if (r != rows[i].want)
			test_fail(__FILE__, __LINE__, "row %zu: %d", i, r);
	}
	memset(deep, '[', sizeof(deep));
	CHECK_INT(parse_text(deep, sizeof(deep)), -EBADMSG);
	{
		AUTO_MEM char *big = calloc(1, TRUST_TIMESTAMP_MAX + 1);

		CHECK(big != NULL);
		memset(big, ' ', TRUST_TIMESTAMP_MAX + 1);
		memcpy(big, TS("1"), strlen(TS("1")));
		CHECK_INT(parse_text(big, TRUST_TIMESTAMP_MAX), 0);
		CHECK_INT(parse_text(big, TRUST_TIMESTAMP_MAX + 1), -EFBIG);
	}
}

TEST(other_spellings_of_one_document_have_one_signature)
{
	struct repo *r = repo_init();
	struct repo_file *f;
	AUTO_DONE(buf_done) struct buf copy;
	struct err e = { 0 };

	buf_init(&copy, SIZE_MAX);
	repo_publish(r);
	f = repo_find(r, "timestamp.json");
	CHECK(f != NULL);
	buf_puts(&copy, "  ");
	for (size_t i = 0; i < f->bytes.len; i++) {
		/* '-' inside strings may as well be escaped. */
		if (f->bytes.p[i] == '-')
			buf_puts(&copy, "\\u002d");
		else
			buf_put(&copy, &f->bytes.p[i], 1);
	}
	buf_puts(&copy, "\n\n");
	repo_put(r, "timestamp.json", buf_view(&copy));
	CHECK_INT(repo_update_fresh(r, &e), 0);
	repo_free(r);
}

TEST(the_canonical_form_is_olpc)
{
	/* Keys by the bytes of their UTF-8 (U+FFFD before U+1F600, which
	 * UTF-16 orders the other way), control characters raw, only '"' and
	 * '\\' escaped, no blanks. */
	const char *text =
		TS("1, \"x\": \"a\\u0001\\n\\t\\\"\\\\\\/\\u007f\\u00e9\""
		   ", \"\\ud83d\\ude00\": -0, \"\\ufffd\": []");
	const char *want =
		"{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\","
		"\"meta\":{\"snapshot.json\":{\"version\":1}},"
		"\"spec_version\":\"1.0\",\"version\":1,"
		"\"x\":\"a\x01\n\t\\\"\\\\/\x7f\xc3\xa9\","
		"\"\xef\xbf\xbd\":[],\"\xf0\x9f\x98\x80\":0}";
	struct trust_metadata m = { 0 };

	CHECK_INT(trust_metadata_parse(TRUST_ROLE_TIMESTAMP, span_of(text), &m,
				       NULL),
		  0);
	CHECK_STR(buf_cstr(&m.canonical), want);
	trust_metadata_done(&m);
}

TEST(json_may_be_nested_32_deep_and_no_deeper)
{
	for (size_t depth = 30; depth <= 31; depth++) {
		AUTO_DONE(buf_done) struct buf text;

		/* The document and "signed" are two more. */
		buf_init(&text, 4096);
		buf_puts(&text, TS_HEAD "\"version\":1,\"x\":");
		for (size_t i = 0; i < depth; i++)
			buf_puts(&text, "[");
		for (size_t i = 0; i < depth; i++)
			buf_puts(&text, "]");
		buf_puts(&text, "}}");
		CHECK_INT(parse_text(text.p, text.len),
			  depth == 30 ? 0 : -EBADMSG);
	}
}

/* Replace node @which (counted depth first) by @with; true when it was there.*/
static bool node_replace(json_t *tree, int *which, json_t *with)
{
	const char *key;
	json_t *member;
	size_t i;
	void *next;

	json_object_foreach_safe(tree, next, key, member)
	{
		if ((*which)-- == 0)
			return json_object_set(tree, key, with) == 0;
		if (node_replace(member, which, with))
			return true;
	}
	json_array_foreach(tree, i, member) {
		if ((*which)-- == 0)
			return json_array_set(tree, i, with) == 0;
		if (node_replace(member, which, with))
			return true;
	}
	return false;
}

static int shape_node;
static json_t *shape_value;
static bool shape_hit;

static void shape_edit(json_t *body)
{
	int which = shape_node;

	shape_hit = node_replace(body, &which, shape_value);
}

static void shape_edit_document(json_t *doc)
{
	int which = shape_node;

	shape_hit = node_replace(doc, &which, shape_value);
}

static bool is_documented(int code)
{
	static const int codes[] = {
		0,	 -EBADMSG, -EKEYREJECTED, -EKEYEXPIRED, -ESTALE,
		-ENOENT, -EFBIG,   -E2BIG,	  -EOPNOTSUPP
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (code == codes[i])
			return true;
	return false;
}

static void shapes_delegate(struct repo *r)
{
	(void)repo_delegate(&r->delegations, "web", &r->keys[5], "w*");
	(void)repo_team(r, "web", &r->keys[5], json_pack("{s:s}", "w1", "1"));
}

/* Every member of a role's file becomes every type, signed and unsigned. */
static void shapes_of(enum trust_role role, bool is_signed)
{
	static const char *const values[] = {
		"null",	    "true", "7",    "-1", "\"\"",
		"\"text\"", "[]",   "[[]]", "{}", "{\"a\":{}}",
	};
	int refused = 0;

	for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
		struct repo *r = repo_init();

		if (role == TRUST_ROLE_TARGETS)
			shapes_delegate(r);
		shape_value = json_loads(values[v], JSON_DECODE_ANY, NULL);
		shape_hit = true;
		for (shape_node = 0; shape_hit; shape_node++) {
			struct err e = { 0 };
			int code;

			if (is_signed)
				r->roles[role].edit = shape_edit;
			else
				r->roles[role].edit_document =
					shape_edit_document;
			repo_clear(r);
			repo_publish(r);
			code = repo_update_fresh(r, &e);
			if (!is_documented(code))
				test_fail(__FILE__, __LINE__,
					  "%s node %d as %s: %d %s",
					  trust_role_name(role), shape_node,
					  values[v], code, e.text);
			refused += code < 0;
		}
		json_decref(shape_value);
		repo_free(r);
	}
	CHECK(refused > 20);
}

TEST(no_shape_of_a_root_is_a_crash)
{
	shapes_of(TRUST_ROLE_ROOT, true);
	shapes_of(TRUST_ROLE_ROOT, false);
}

TEST(no_shape_of_a_timestamp_is_a_crash)
{
	shapes_of(TRUST_ROLE_TIMESTAMP, true);
	shapes_of(TRUST_ROLE_TIMESTAMP, false);
}

TEST(no_shape_of_a_snapshot_is_a_crash)
{
	shapes_of(TRUST_ROLE_SNAPSHOT, true);
	shapes_of(TRUST_ROLE_SNAPSHOT, false);
}

TEST(no_shape_of_a_targets_file_is_a_crash)
{
	shapes_of(TRUST_ROLE_TARGETS, true);
	shapes_of(TRUST_ROLE_TARGETS, false);
}

/* -- dates ----------------------------------------------------------------- */

TEST(a_date_is_the_one_form_and_a_day_of_the_calendar)
{
	static const struct {
		const char *text;
		int64_t want;
		bool is_good;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0, true },
		{ "1969-12-31T23:59:59Z", -1, true },
		{ "2000-02-29T12:00:00Z", 951825600, true },
		{ "2026-11-21T22:45:00Z", 1795301100, true },
		{ "2038-01-19T03:14:08Z", 2147483648, true },
		{ "9999-12-31T23:59:59Z", 253402300799, true },
		{ "0000-01-01T00:00:00Z", -62167219200, true },
		{ "1900-02-29T00:00:00Z", 0, false },
		{ "2026-02-29T00:00:00Z", 0, false },
		{ "2026-04-31T00:00:00Z", 0, false },
		{ "2026-00-01T00:00:00Z", 0, false },
		{ "2026-13-01T00:00:00Z", 0, false },
		{ "2026-01-00T00:00:00Z", 0, false },
		{ "2026-01-01T24:00:00Z", 0, false },
		{ "2026-01-01T00:60:00Z", 0, false },
		{ "2026-01-01T00:00:60Z", 0, false },
		{ "2026-01-01t00:00:00z", 0, false },
		{ "2026-1-01T00:00:000Z", 0, false },
		{ "2026-01-01T00:00:00", 0, false },
		{ "", 0, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[WHEN_TEXT];
		int64_t got = 0;
		const int r = when_parse(span_of(rows[i].text), &got);

		if (r != (rows[i].is_good ? 0 : -EINVAL) || got != rows[i].want)
			test_fail(__FILE__, __LINE__, "%s: %d %lld",
				  rows[i].text, r, (long long)got);
		if (r == 0) {
			when_format(got, text);
			CHECK_STR(text, rows[i].text);
		}
	}
}

TEST(every_day_of_a_gregorian_cycle_reads_back)
{
	for (int64_t day = 0; day < 146097; day++) {
		char text[WHEN_TEXT];
		int64_t back = 0;

		when_format(day * 86400 + 86399, text);
		CHECK_INT(when_parse(span_of(text), &back), 0);
		CHECK_INT(back, day * 86400 + 86399);
	}
}

/* -- target files ---------------------------------------------------------- */

TEST(a_target_path_stays_below_its_directory)
{
	static const struct {
		const char *path;
		bool is_safe;
	} rows[] = {
		{ "node.json", true }, { "services/web.json", true },
		{ "a/b/c/d", true },   { "...", true },
		{ ".hidden", true },   { "a b", true },
		{ "", false },	       { "/etc/passwd", false },
		{ "..", false },       { "../a", false },
		{ "a/../b", false },   { "a/..", false },
		{ "./a", false },      { "a//b", false },
		{ "a/", false },       { "a\nb", false },
	};
	char long_path[TRUST_TARGET_PATH_MAX + 2];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (trust_target_path_is_safe(rows[i].path) != rows[i].is_safe)
			test_fail(__FILE__, __LINE__, "\"%s\"", rows[i].path);
	memset(long_path, 'a', sizeof(long_path));
	long_path[TRUST_TARGET_PATH_MAX + 1] = '\0';
	CHECK(!trust_target_path_is_safe(long_path));
	long_path[TRUST_TARGET_PATH_MAX] = '\0';
	CHECK(trust_target_path_is_safe(long_path));
}

static void escape_path(json_t *body)
{
	json_t *targets = json_object_get(body, "targets");

	(void)json_object_set(targets, "../../etc/passwd",
			      json_object_get(targets, "node.json"));
}

TEST(a_signed_path_that_leaves_the_directory_is_never_asked_for)
{
	struct repo *r = repo_init();

	r->roles[TRUST_ROLE_TARGETS].edit = escape_path;
	repo_publish(r);
	CHECK_REFUSED(r, -EBADMSG, "\"../../etc/passwd\" is not a relative");
	CHECK(strstr(buf_cstr(&r->log), "passwd") == NULL);
	repo_free(r);
}

/* The repository's file of a target, found by the end of its name. */
static struct repo_file *target_file(struct repo *r, const char *end)
{
	for (size_t i = 0; i < r->file_count; i++) {
		const char *at = strstr(r->files[i].name, end);

		if (at != NULL && strcmp(at, end) == 0)
			return &r->files[i];
	}
	test_fail(__FILE__, __LINE__, "no target %s", end);
}

TEST(a_target_must_have_its_length_and_every_hash)
{
	struct repo *r = repo_init();
	struct repo_file *f;
	struct err e = { 0 };

	(void)json_object_set_new(r->content, "empty", json_string(""));
	repo_publish(r);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	f = target_file(r, ".web.json");
	buf_puts(&f->bytes, "x"); /* one byte more */
	CHECK_REFUSED(r, -EFBIG, "web.json");
	f->bytes.len -= 2; /* one fewer */
	CHECK_REFUSED(r, -EBADMSG,
		      "target \"services/web.json\": it has 1 "
		      "bytes, the signed length is 2");
	buf_reset(&f->bytes);
	buf_puts(&f->bytes, "{]");
	CHECK_REFUSED(r, -EBADMSG, "target \"services/web.json\": its sha256");
	f->name[0] = '\0';
	CHECK_REFUSED(r, -ENOENT, "services/web.json\": not in the repository");
	repo_free(r);
}

static void wrong_sha512(json_t *body)
{
	json_t *hashes = json_object_get(
		json_object_get(json_object_get(body, "targets"), "node.json"),
		"hashes");
	char zeros[129];

	memset(zeros, '0', 128);
	zeros[128] = '\0';
	(void)json_object_set_new(hashes, "sha512", json_string(zeros));
	(void)json_object_set_new(hashes, "md5", json_string("ignored"));
}

TEST(a_right_sha256_does_not_outweigh_a_wrong_sha512)
{
	struct repo *r = repo_init();

	r->roles[TRUST_ROLE_TARGETS].edit = wrong_sha512;
	repo_publish(r);
	CHECK_REFUSED(r, -EBADMSG, "its sha512 is not the signed one");
	repo_free(r);
}

TEST(a_target_may_be_named_by_either_hash)
{
	struct repo *r = repo_init();
	AUTO_JSON *hashes = NULL;
	AUTO_DONE(buf_done) struct buf name;
	struct repo_file *f;
	struct err e = { 0 };

	buf_init(&name, 512);
	repo_publish(r);
	f = target_file(r, ".node.json");
	hashes = trust_file_hashes(buf_view(&f->bytes));
	trust_target_name("node.json",
			  json_span(json_object_get(hashes, "sha512")), &name);
	(void)snprintf(f->name, sizeof(f->name), "%s", buf_cstr(&name));
	CHECK_INT(repo_update_fresh(r, &e), 0);
	repo_free(r);
}

static void too_many_targets(json_t *body)
{
	json_t *targets = json_object_get(body, "targets");
	json_t *one = json_object_get(targets, "node.json");
	char name[32];

	for (int i = 0; i < TRUST_TARGET_COUNT_MAX; i++) {
		(void)snprintf(name, sizeof(name), "t%d", i);
		(void)json_object_set(targets, name, one);
	}
}

static void huge_target(json_t *body)
{
	json_t *one =
		json_object_get(json_object_get(body, "targets"), "node.json");

	(void)json_object_set_new(one, "length",
				  json_integer(TRUST_TARGET_MAX + 1));
}

TEST(targets_have_limits)
{
	struct repo *r = repo_init();
	char limit[64];

	r->roles[TRUST_ROLE_TARGETS].edit = too_many_targets;
	repo_publish(r);
	(void)snprintf(limit, sizeof(limit), "%d targets, at most %d",
		       TRUST_TARGET_COUNT_MAX + 2, TRUST_TARGET_COUNT_MAX);
	CHECK_REFUSED(r, -E2BIG, limit);
	r->roles[TRUST_ROLE_TARGETS].edit = huge_target;
	repo_publish_rest(r);
	CHECK_REFUSED(r, -EFBIG, "target \"node.json\" has 1048577 bytes");
	repo_free(r);
}
