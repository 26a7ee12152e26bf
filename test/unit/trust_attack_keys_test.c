/* SPDX-License-Identifier: Apache-2.0 */
/* trust_attack_keys_test.c - signatures that are none, keys that are stolen,
 * thresholds that are not met, and the way back from each.
 */
#include <openssl/pem.h>

#include "test/unit/trust_sim.h"

/* -- signatures ------------------------------------------------------------ */

static const unsigned thief[] = { 30, 31, 32 };

static const char *id_of(struct sim *s, unsigned key)
{
	(void)sim_key(s, key);
	return s->keys[key].id;
}

/* Root is published anew by whoever signs it. */
static void root_too(struct sim *s, const struct attack *a)
{
	if (strcmp(a->which, "root") == 0) {
		s->roles[SIM_ROOT].version++;
		sim_publish_root(s, 0, NULL);
	}
}

enum {
	BY_NOBODY,
	BY_THIEF,
	BY_ONE_LESS,
	BY_OTHERS,
	BY_THIEF_IN_THEIR_NAME,
	BY_PLACEHOLDER,
	BY_RUBBISH,
	BY_OLD_SIGNATURE,
	BY_SHORT_SIGNATURE,
	BY_LONG_SIGNATURE,
	BY_COUNT
};

/* A change of the one signature that the threshold needs. */
static void spoil_signature(struct sim *s, const struct attack *a)
{
	static const char *const values[BY_COUNT] = {
		[BY_PLACEHOLDER] = "\"\"",
		[BY_RUBBISH] = "\"no hex at all\"",
		[BY_OLD_SIGNATURE] =
			"\"00000000000000000000000000000000000000000000000000"
			"000000000000000000000000000000000000000000000000000"
			"000000000000000000000000000\"",
		[BY_SHORT_SIGNATURE] = "\"ab\"",
	};

	sim_edit(s, &(struct sim_edit){ a->which, "/signatures/0/sig",
					values[a->number], SIM_DOCUMENT });
}

/* Two kilobytes of hex. */
static void lengthen_signature(struct sim *s, const struct attack *a)
{
	static char value[2051];

	memset(value, 'a', sizeof(value) - 1);
	value[0] = value[sizeof(value) - 2] = '"';
	sim_edit(s, &(struct sim_edit){ a->which, "/signatures/0/sig", value,
					SIM_DOCUMENT });
}

static void forge_ids(struct sim *s, const struct attack *a)
{
	static char at[SIM_ROLE_KEYS][40], value[SIM_ROLE_KEYS][80];
	struct sim_role *r = sim_role(s, a->which);

	for (size_t i = 0; i < r->threshold; i++) {
		(void)snprintf(at[i], sizeof(at[i]), "/signatures/%zu/keyid",
			       i);
		(void)snprintf(value[i], sizeof(value[i]), "\"%s\"",
			       id_of(s, r->keys[i]));
		sim_edit(s, &(struct sim_edit){ a->which, at[i], value[i],
						SIM_DOCUMENT });
	}
	sim_sign_by(r, (size_t)r->threshold, thief);
}

static void sign_wrongly(struct sim *s, const struct attack *a)
{
	static const unsigned others[] = { 14, 15, 13, 12 };
	struct sim_role *r = sim_role(s, a->which);

	switch (a->number) {
	case BY_NOBODY:
		sim_sign_by(r, 0, thief);
		break;
	case BY_THIEF:
		sim_sign_by(r, 3, thief);
		break;
	case BY_ONE_LESS:
		sim_sign_by(r, (size_t)r->threshold - 1, r->keys);
		break;
	case BY_OTHERS: /* who sign for late and db, and not for both */
		sim_sign_by(r, strcmp(a->which, "late") == 0 ? 2 : 3, others);
		break;
	case BY_THIEF_IN_THEIR_NAME:
		forge_ids(s, a);
		break;
	case BY_LONG_SIGNATURE:
		lengthen_signature(s, a);
		break;
	default:
		spoil_signature(s, a);
		break;
	}
	root_too(s, a);
}

static void withdraw_root(struct sim *s, const struct attack *a)
{
	if (strcmp(a->which, "root") == 0) {
		sim_files_drop(&s->files, "2.root.json");
		s->roles[SIM_ROOT].version = 1;
	}
	sim_bump(s);
	sim_publish(s);
}

TEST(a_file_that_is_not_signed_by_enough_of_its_keys_is_refused)
{
	struct attack rows[SIM_HONEST_ROLES * BY_COUNT] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < SIM_HONEST_ROLES; i++)
		for (long how = 0; how < BY_COUNT; how++)
			rows[n++] = (struct attack){
				.name = sim_roles[i],
				.want = -EKEYREJECTED,
				.part = sim_roles[i],
				.role = sim_roles[i],
				.which = sim_roles[i],
				.number = how,
				.arrange = sign_wrongly,
				.recover = withdraw_root,
				.path = sim_path_through(sim_roles[i]),
			};
	sim_attacks(rows, n);
}

/* What stands beside enough good signatures. */
static void add_noise(struct sim *s, const struct attack *a)
{
	static const char *const extra[] = {
		"{\"keyid\": \"\", \"sig\": \"\"}",
		"{\"keyid\": \"nobody\", \"sig\": \"zz\"}",
		"{\"keyid\": \"abcd\", \"sig\": \"\", \"method\": \"x\"}",
		"{\"keyid\": \"\\u0001\\ud83d\\ude00\", \"sig\": \"\\n\"}",
	};

	sim_edit(s, &(struct sim_edit){ a->which, "/signatures/-",
					extra[a->number], SIM_DOCUMENT });
}

TEST(signatures_beyond_the_threshold_do_no_harm_whatever_they_are)
{
	struct attack rows[SIM_HONEST_ROLES * 4] = { 0 };
	size_t n = 0;

	for (size_t i = 1; i < SIM_HONEST_ROLES; i++)
		for (long which = 0; which < 4; which++)
			rows[n++] = (struct attack){
				.name = sim_roles[i],
				.which = sim_roles[i],
				.number = which,
				.arrange = add_noise,
				.flags = ATTACK_HARMLESS,
			};
	sim_attacks(rows, n);
}

static void sign_twice(struct sim *s, const struct attack *a)
{
	struct sim_role *r = sim_role(s, a->which);
	const unsigned twice[] = { r->keys[0], r->keys[0], r->keys[1] };

	sim_sign_by(r, a->number ? 3 : 2, twice);
	root_too(s, a);
}

TEST(one_key_that_signs_twice_is_refused)
{
	struct attack rows[SIM_HONEST_ROLES * 2] = { 0 };
	size_t n = 0;

	/* Even when enough others signed (4.2.1). */
	for (size_t i = 0; i < SIM_HONEST_ROLES; i++)
		for (long enough = 0; enough < 2; enough++)
			rows[n++] = (struct attack){
				.name = sim_roles[i],
				.want = -EBADMSG,
				.part = "twice",
				.role = sim_roles[i],
				.which = sim_roles[i],
				.number = enough,
				.arrange = sign_twice,
				.recover = withdraw_root,
				.path = sim_path_through(sim_roles[i]),
			};
	sim_attacks(rows, n);
}

/* -- stolen keys ----------------------------------------------------------- */

/* The thief's text in place of the honest one. */
static void poison(struct sim *s, const char *role, const char *text)
{
	struct sim_role *r = sim_role(s, role);
	const char *path = NULL;
	json_t *old;

	json_object_foreach(r->targets, path, old)
		break;
	sim_role_target(r, path, text);
}

static bool is_poisoned(struct sim *s, struct sim_client *c)
{
	struct trust_result got = { 0 };
	bool is_bad = false;
	struct err e;
	const int code = sim_update(s, c, &got, &e);

	if (code != 0)
		test_fail(__FILE__, __LINE__, "stolen keys: %s", e.text);
	for (size_t i = 0; i < got.target_count; i++)
		is_bad |= span_eq_str(buf_view(&got.targets[i].bytes), "evil");
	trust_result_done(&got);
	return is_bad;
}

static bool is_top(const char *role)
{
	return strcmp(role, "timestamp") == 0 ||
	       strcmp(role, "snapshot") == 0 || strcmp(role, "targets") == 0;
}

/* Keys at the threshold are stolen: the attack succeeds (nobody can tell), the
 * honest replace the keys, and what the old ones sign is worth nothing. */
static void judge_theft(struct sim *s, struct sim_client *c,
			const struct attack *a)
{
	static const unsigned fresh[] = { 33, 34, 35 };
	struct sim_role *r = sim_role(s, a->which);
	struct sim_role old = *r;
	struct err e;
	int code;

	if (strcmp(r->type, "targets") == 0)
		poison(s, a->which, "evil");
	sim_publish(s);
	CHECK(is_poisoned(s, c) == (strcmp(r->type, "targets") == 0));
	if (strcmp(r->type, "targets") == 0)
		poison(s, a->which, NULL);
	sim_role_keys(r, r->threshold, r->key_count, fresh);
	if (is_top(a->which))
		sim_next_root(s);
	sim_bump(s);
	sim_publish(s);
	sim_accepts(s, c, "after the rotation");
	/* The thief comes back with the old keys. */
	sim_bump(s);
	sim_sign_by(r, old.signer_count, old.signers);
	sim_publish(s);
	code = sim_update(s, c, NULL, &e);
	if (code != -EKEYREJECTED)
		test_fail(__FILE__, __LINE__, "old keys: %d %s", code, e.text);
	CHECK_HAS(e.text, a->which);
}

TEST(stolen_keys_are_worth_nothing_after_a_rotation)
{
	struct attack rows[SIM_HONEST_ROLES] = { 0 };

	for (size_t i = 1; i < SIM_HONEST_ROLES; i++)
		rows[i - 1] = (struct attack){ .name = sim_roles[i],
					       .which = sim_roles[i],
					       .judge = judge_theft };
	sim_attacks(rows, SIM_HONEST_ROLES - 1);
}

/* Below the threshold: the thief's own keys fill up the number. */
static void steal_some(struct sim *s, const struct attack *a)
{
	struct sim_role *r = sim_role(s, a->which);
	const unsigned mixed[] = { r->keys[0], 30, 31, 32 };

	if (strcmp(r->type, "targets") == 0)
		poison(s, a->which, "evil");
	sim_sign_by(r, 4, mixed);
	root_too(s, a);
}

static void heal(struct sim *s, const struct attack *a)
{
	if (strcmp(sim_role(s, a->which)->type, "targets") == 0)
		poison(s, a->which, NULL);
	withdraw_root(s, a);
}

TEST(keys_below_the_threshold_are_not_enough)
{
	static const char *const of[] = { "root", "targets", "web" };
	struct attack rows[3] = { 0 };

	for (size_t i = 0; i < 3; i++)
		rows[i] = (struct attack){
			.name = of[i],
			.want = -EKEYREJECTED,
			.part = of[i],
			.role = of[i],
			.which = of[i],
			.arrange = steal_some,
			.recover = heal,
		};
	sim_attacks(rows, 3);
}

/* The whole online half is stolen: timestamp and snapshot. Nothing new can be
 * said with them about targets. */
static void online_half(struct sim *s, const struct attack *a)
{
	(void)a;
	sim_sign_by(sim_role(s, "targets"), 3, thief);
	poison(s, "targets", "evil");
}

/* -- root ------------------------------------------------------------------ */

/* Whose root comes next: the keys that sign it, and those that it lists. */
static void next_root(struct sim *s, const struct attack *a)
{
	static const struct {
		uint64_t threshold;
		size_t listed;
		unsigned keys[4];
		size_t signs;
		unsigned signers[6];
	} kinds[] = {
		/* by the new ones alone, by the old ones alone, by nobody */
		{ 2, 3, { 20, 21, 22 }, 2, { 20, 21 } },
		{ 2, 3, { 20, 21, 22 }, 2, { 0, 1 } },
		{ 2, 3, { 20, 21, 22 }, 0, { 0 } },
		/* one of the old ones, and all of the new */
		{ 2, 3, { 20, 21, 22 }, 4, { 0, 20, 21, 22 } },
		/* both old ones, one of the new */
		{ 2, 3, { 20, 21, 22 }, 3, { 0, 1, 20 } },
		/* a threshold that falls to one, signed by one */
		{ 1, 1, { 0 }, 1, { 0 } },
		/* a threshold that rises to 3 of 3, signed by two */
		{ 3, 3, { 0, 1, 2 }, 2, { 0, 1 } },
		/* good ones: a new set; a lower threshold; a higher one */
		{ 2, 3, { 20, 21, 22 }, 4, { 0, 1, 20, 21 } },
		{ 1, 1, { 0 }, 2, { 0, 1 } },
		{ 3, 3, { 0, 1, 2 }, 3, { 0, 1, 2 } },
		/* kinsmen: one stays, who counts on both sides */
		{ 2, 2, { 1, 20 }, 3, { 0, 1, 20 } },
	};
	struct sim_role *r = &s->roles[SIM_ROOT];

	sim_role_keys(r, kinds[a->number].threshold, kinds[a->number].listed,
		      kinds[a->number].keys);
	sim_sign_by(r, kinds[a->number].signs, kinds[a->number].signers);
	r->version = 2;
	sim_publish_root(s, 0, NULL);
}

static void old_root(struct sim *s, const struct attack *a)
{
	static const unsigned keys[] = { 0, 1, 2 };

	(void)a;
	if (a->want != 0) {
		sim_files_drop(&s->files, "2.root.json");
		sim_role_keys(&s->roles[SIM_ROOT], 2, 3, keys);
		s->roles[SIM_ROOT].version = 1;
	}
	sim_bump(s);
	sim_publish(s);
}

TEST(a_new_root_needs_the_threshold_before_and_the_one_in_it)
{
	struct attack rows[11] = { 0 };

	for (long i = 0; i < 11; i++)
		rows[i] = (struct attack){
			.name = "root",
			.want = i < 7 ? -EKEYREJECTED : 0,
			.part = "2.root.json",
			.role = "root",
			.number = i,
			.arrange = next_root,
			.recover = old_root,
			.flags = i < 7 ? ATTACK_BOTH : ATTACK_HARMLESS,
		};
	sim_attacks(rows, 11);
}

/* A root of version a->number, as 2.root.json. */
static void number_root(struct sim *s, const struct attack *a)
{
	s->roles[SIM_ROOT].version = (uint64_t)a->number;
	sim_publish_root(s, 0, NULL);
	sim_serve_as(s, sim_file_name(s, "root"),
		     a->which != NULL ? a->which : "2.root.json");
}

static void one_root(struct sim *s, const struct attack *a)
{
	(void)a;
	for (unsigned i = 2; i < 9; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "%u.root.json", i);
		sim_files_drop(&s->files, name);
	}
	s->roles[SIM_ROOT].version = 1;
	sim_bump(s);
	sim_publish(s);
}

/* Version 2 with other keys for targets, accepted; then it is withdrawn. */
static void judge_withdrawn(struct sim *s, struct sim_client *c,
			    const struct attack *a)
{
	struct err e;
	int code;

	sim_next_root(s);
	sim_publish(s);
	sim_accepts(s, c, "with the second root");
	sim_files_copy(&s->past[3], &s->files);
	sim_files_drop(&s->files, "2.root.json");
	code = sim_update(s, c, NULL, &e);
	if (c->keeps_chain && code != 0)
		test_fail(__FILE__, __LINE__, "%d %s", code, e.text);
	if (!c->keeps_chain && code != 0 && code != -ESTALE)
		test_fail(__FILE__, __LINE__, "%d %s", code, e.text);
	CHECK(span_eq(sim_files_get(&c->store, "root.json"),
		      sim_files_get(&s->past[3], "2.root.json")));
	sim_files_copy(&s->files, &s->past[3]);
	(void)a;
}

TEST(the_chain_of_roots_has_no_gaps_and_does_not_go_back)
{
	/* clang-format off */
	static const struct attack rows[] = {
	{ .name = "version 1 as version 2", .want = -ESTALE,
	  .part = "2.root.json", .role = "root", .number = 1,
	  .tamper = number_root, .recover = one_root },
	{ .name = "version 3 as version 2", .want = -EBADMSG,
	  .part = "2.root.json", .role = "root", .number = 3,
	  .tamper = number_root, .recover = one_root },
	{ .name = "a far version as version 2", .want = -EBADMSG,
	  .part = "2.root.json", .role = "root", .number = INT64_MAX,
	  .tamper = number_root, .recover = one_root },
	{ .name = "version 3 behind a gap", .number = 3,
	  .which = "3.root.json", .tamper = number_root, .recover = one_root,
	  .flags = ATTACK_NO_PUBLICATION | ATTACK_HARMLESS },
	{ .name = "a root that is withdrawn", .judge = judge_withdrawn },
	{ .name = "stolen online keys cannot speak of targets",
	  .want = -EKEYREJECTED, .part = "targets", .role = "targets",
	  .which = "targets", .arrange = online_half, .recover = heal },
	};
	/* clang-format on */

	SIM_ATTACKS(rows);
}

/* -- lists of keys --------------------------------------------------------- */

/* The same public key under a second id: one member more changes the id. */
static void clone_key(struct sim *s, const char *role, const char *keys,
		      const char *ids)
{
	static char at_key[160], key[400], id_value[80], at_ids[80];
	struct sim_role *r = sim_role(s, role);
	AUTO_DONE(buf_done) struct buf text;
	AUTO_JSON *object = NULL;
	static char id[65];
	char *dump;

	(void)id_of(s, r->keys[0]);
	object = json_deep_copy(s->keys[r->keys[0]].object);
	(void)json_object_set_new(object, "x-clone", json_true());
	buf_init(&text, SIZE_MAX);
	sim_canonical(object, &text);
	sim_sha256(buf_view(&text), id);
	dump = json_dumps(object, JSON_COMPACT);
	(void)snprintf(key, sizeof(key), "%s", dump);
	free(dump);
	(void)snprintf(at_key, sizeof(at_key), "%s/%s", keys, id);
	(void)snprintf(id_value, sizeof(id_value), "\"%s\"", id);
	(void)snprintf(at_ids, sizeof(at_ids), "%s/-", ids);
	sim_edit(s,
		 &(struct sim_edit){ s->cloned_in, at_key, key, SIM_SIGNED });
	sim_edit(s, &(struct sim_edit){ s->cloned_in, at_ids, id_value,
					SIM_SIGNED });
	/* Sign once, and once more in the clone's name. */
	sim_sign_by(r, 1, r->keys);
	s->clone = id;
	s->cloned = role;
}

static void clone_web(struct sim *s, const struct attack *a)
{
	(void)a;
	s->cloned_in = "targets";
	clone_key(s, "web", "/delegations/keys", "/delegations/roles/0/keyids");
}

static void clone_targets(struct sim *s, const struct attack *a)
{
	(void)a;
	s->cloned_in = "root";
	clone_key(s, "targets", "/keys", "/roles/targets/keyids");
	sim_next_root(s);
}

static void unclone_targets(struct sim *s, const struct attack *a)
{
	(void)a;
	s->clone = NULL;
	sim_next_root(s);
	sim_bump(s);
	sim_publish(s);
}

static void unclone(struct sim *s, const struct attack *a)
{
	(void)a;
	s->clone = NULL;
	sim_bump(s);
	sim_publish(s);
}

TEST(one_public_key_under_two_ids_counts_once)
{
	/* clang-format off */
	static const struct attack rows[] = {
	{ .name = "of targets, in root", .want = -EKEYREJECTED,
	  .part = "targets", .role = "targets", .arrange = clone_targets,
	  .recover = unclone_targets },
	{ .name = "of web, in targets", .want = -EKEYREJECTED, .part = "web",
	  .role = "web", .arrange = clone_web, .recover = unclone },
	};
	/* clang-format on */

	SIM_ATTACKS(rows);
}

/* -- one key that says it is of another type ------------------------------- */

/* The public half of web/eu's key, as text of either form. */
static json_t *public_text(struct sim *s, bool is_pem)
{
	const struct sim_key *k = sim_key(s, 11);
	BIO *bio;
	json_t *text;
	char *bytes;
	long len;

	if (!is_pem)
		return json_incref(sim_at(k->object, "/keyval/public"));
	bio = BIO_new(BIO_s_mem());
	CHECK(bio != NULL && PEM_write_bio_PUBKEY(bio, k->pkey) == 1);
	len = BIO_get_mem_data(bio, &bytes);
	text = json_stringn(bytes, (size_t)len);
	BIO_free(bio);
	return text;
}

static const struct disguise {
	const char *keytype, *scheme;
	bool is_pem;
	const char *behind; /* what follows the public half */
	int want;
} disguises[] = {
	{ "ed25519", "ed25519", false, "", 0 },
	{ "ed25519", "ed25519", false, "00", -EBADMSG },
	{ "ed25519", "ed25519", false, " ", -EBADMSG },
	{ "ed25519", "ed25519", true, "", -EBADMSG },
	{ "ecdsa", "ecdsa-sha2-nistp256", true, "", -EBADMSG },
	{ "ecdsa", "ecdsa-sha2-nistp256", false, "", -EBADMSG },
	{ "rsa", "rsassa-pss-sha256", true, "", -EBADMSG },
	{ "rsa", "rsassa-pss-sha256", false, "", -EBADMSG },
	{ "ed25519", "ecdsa-sha2-nistp256", false, "", -EKEYREJECTED },
	{ "ed25519", "rsassa-pss-sha256", true, "", -EKEYREJECTED },
	{ "rsa", "ed25519", false, "", -EKEYREJECTED },
	{ "ecdsa", "ed25519", false, "", -EKEYREJECTED },
	{ "ED25519", "ED25519", false, "", -EKEYREJECTED },
	{ "ed25519", "none", false, "", -EKEYREJECTED },
	{ "", "", false, "", -EKEYREJECTED },
	{ "ed25519", "ed25519ph", false, "", -EKEYREJECTED },
};
#define DISGUISES (sizeof(disguises) / sizeof(disguises[0]))

static void disguise(struct sim *s, const struct attack *a)
{
	static char at[160], key[600], ids[80];
	static char id[65];
	const struct disguise *d = &disguises[a->number];
	AUTO_JSON *text = public_text(s, d->is_pem);
	AUTO_JSON *object =
		json_pack("{s:s, s:s, s:{s:s+}, s:b}", "keytype", d->keytype,
			  "scheme", d->scheme, "keyval", "public",
			  json_string_value(text), d->behind, "x-again", 1);
	AUTO_DONE(buf_done) struct buf canonical;
	char *dump = json_dumps(object, JSON_COMPACT);

	buf_init(&canonical, SIZE_MAX);
	sim_canonical(object, &canonical);
	sim_sha256(buf_view(&canonical), id);
	(void)snprintf(at, sizeof(at), "/delegations/keys/%s", id);
	(void)snprintf(key, sizeof(key), "%s", dump);
	(void)snprintf(ids, sizeof(ids), "[\"%s\"]", id);
	free(dump);
	sim_edit(s, &(struct sim_edit){ "web", at, key, SIM_SIGNED });
	sim_edit(s, &(struct sim_edit){ "web", "/delegations/roles/0/keyids",
					ids, SIM_SIGNED });
	s->clone = id;
	s->cloned = "web/eu";
}

TEST(a_key_that_says_it_is_of_another_type_verifies_nothing)
{
	static struct attack rows[DISGUISES];

	for (size_t i = 0; i < DISGUISES; i++)
		rows[i] = (struct attack){
			.name = disguises[i].scheme,
			.want = disguises[i].want,
			.part = "web",
			.role = disguises[i].want == -EBADMSG ? "web"
							      : "web/eu",
			.number = (long)i,
			.arrange = disguise,
			.recover = unclone,
			.flags = disguises[i].want == 0 ? ATTACK_HARMLESS : 0,
		};
	SIM_ATTACKS(rows);
}
