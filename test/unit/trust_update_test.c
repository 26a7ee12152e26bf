/* SPDX-License-Identifier: Apache-2.0 */
/* trust_update_test.c - the client workflow (TUF 1.0.34, section 5). */
#include "test/unit/trust_repo.h"

static void memory_puts(struct trust_memory *m, const char *name,
			const char *text)
{
	CHECK_INT(trust_memory_put(m, name, span_of(text)), 0);
}

/* As if the file had never been stored. */
static void memory_forget(struct trust_memory *m, const char *name)
{
	const struct trust_store store = trust_memory_store(m);

	CHECK_INT(store.drop(store.ctx, name, NULL), 0);
}

static const char *log_of(struct repo *r)
{
	const char *text = buf_cstr(&r->log);

	return text != NULL ? text : "";
}

TEST(a_first_update_asks_for_root_timestamp_snapshot_targets_in_that_order)
{
	struct repo *r = repo_init();
	struct trust_result got = { 0 };
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, &got, &e), 0);
	CHECK_HAS(log_of(r), "2.root.json\ntimestamp.json\n1.snapshot.json\n"
			     "1.targets.json\ntargets/");
	CHECK_INT(got.root_version, 1);
	CHECK_INT(got.targets_version, 1);
	CHECK_INT(got.expires, REPO_NOW + 10 * REPO_DAY);
	CHECK_INT(got.issued, REPO_NOW - REPO_DAY);
	CHECK_INT(got.speaker_count, 1);
	CHECK_STR(got.speakers[0].role, "targets");
	CHECK_INT(got.speakers[0].signer_count, 2);
	CHECK_INT(got.targets[1].speaker, 0);
	CHECK_INT(got.target_count, 2);
	CHECK_STR(got.targets[0].name, "node.json");
	CHECK_STR(buf_cstr(&got.targets[0].bytes), "{\"a\":1}");
	CHECK_STR(got.targets[1].name, "services/web.json");
	CHECK(repo_is_stored(r, &state, "root.json", "1.root.json"));
	CHECK(repo_is_stored(r, &state, "timestamp.json", "timestamp.json"));
	CHECK(repo_is_stored(r, &state, "snapshot.json", "1.snapshot.json"));
	CHECK(repo_is_stored(r, &state, "targets.json", "1.targets.json"));
	trust_result_done(&got);

	/* Up to date: only the next root and the timestamp are asked for,
	 * and the targets themselves, which the client does not keep. */
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(strncmp(log_of(r), "2.root.json\ntimestamp.json\ntargets/", 35) ==
	      0);
	trust_memory_done(&state);
	repo_free(r);
}

TEST(without_consistent_snapshots_no_name_has_a_version_or_hash)
{
	struct repo *r = repo_init();
	struct err e = { 0 };

	r->is_consistent = false;
	repo_publish(r);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	CHECK_STR(log_of(r), "2.root.json\ntimestamp.json\nsnapshot.json\n"
			     "targets.json\ntargets/node.json\n"
			     "targets/services/web.json\n");
	repo_free(r);
}

/* A store that has no room for one name. */
struct full_store {
	const char *full;
	bool is_full;
	int after; /* files that were saved after it */
};

static int full_load(void *ctx, const char *name, size_t max, struct buf *out,
		     struct err *e)
{
	(void)ctx;
	(void)max;
	(void)out;
	return err_set(e, ENOENT, "no %s", name);
}

static int full_save(void *ctx, const char *name, struct span bytes,
		     struct err *e)
{
	struct full_store *s = ctx;

	CHECK(bytes.len != 0);
	s->after += s->is_full;
	if (strcmp(name, s->full) != 0)
		return 0;
	s->is_full = true;
	return err_set(e, ENOSPC, "no room");
}

static int full_drop(void *ctx, const char *name, struct err *e)
{
	(void)ctx;
	(void)name;
	(void)e;
	return 0;
}

/* -- root ------------------------------------------------------------------ */

TEST(a_bad_pinned_root_fails_before_any_request)
{
	struct repo *r = repo_init();

	r->roles[TRUST_ROLE_ROOT].signing = 0;
	repo_publish(r);
	CHECK_REFUSED(r, -EKEYREJECTED,
		      "the pinned root: root version 1: 0 of");
	CHECK_INT(r->log.len, 0);
	buf_reset(&r->pinned);
	buf_puts(&r->pinned, "{}");
	CHECK_REFUSED(r, -EBADMSG, "the pinned root");
	CHECK_INT(r->log.len, 0);
	repo_free(r);
}

static bool was_asked(struct repo *r, const char *name)
{
	return strstr(log_of(r), name) != NULL;
}

/* Change root's own key from @from to @to and publish the next version. */
static void rotate_root(struct repo *r, struct trust_signer *to, bool old_signs,
			bool new_signs)
{
	struct repo_role *root = &r->roles[TRUST_ROLE_ROOT];
	const struct repo_role old = *root;

	root->version++;
	root->signers[0] = to;
	root->signing = new_signs ? 1 : 0;
	repo_publish_root(r, old_signs ? &old : NULL);
	root->signing = 1;
}

TEST(a_new_root_needs_the_old_keys_and_the_new_keys)
{
	static const struct {
		bool old_signs, new_signs;
		int want;
		const char *part;
	} rows[] = {
		{ true, true, 0, "" },
		{ false, true, -EKEYREJECTED, "by the keys of root version 1" },
		{ true, false, -EKEYREJECTED, "by its own keys" },
		{ false, false, -EKEYREJECTED,
		  "by the keys of root version 1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct repo *r = repo_init();
		struct trust_memory state = { 0 };
		struct err e = { 0 };

		repo_publish(r);
		rotate_root(r, &r->keys[6], rows[i].old_signs,
			    rows[i].new_signs);
		repo_publish_rest(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e),
			  rows[i].want);
		CHECK_HAS(e.text, rows[i].part);
		/* The last good root is what is stored. */
		CHECK(repo_is_stored(r, &state, "root.json",
				     rows[i].want == 0 ? "2.root.json"
						       : "1.root.json"));
		trust_memory_done(&state);
		repo_free(r);
	}
}

TEST(twenty_expired_roots_in_a_row_are_walked_and_the_last_one_counts)
{
	struct repo *r = repo_init();
	struct repo_role *root = &r->roles[TRUST_ROLE_ROOT];
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	root->expires = REPO_NOW - REPO_DAY;
	repo_publish(r);
	for (int i = 0; i < 20; i++)
		rotate_root(r, &r->keys[i % 2 ? 0 : 6], true, true);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -EKEYEXPIRED);
	CHECK_HAS(e.text, "root version 21 expired at 2027-01-14T08:00:00Z, "
			  "now is 2027-01-15T08:00:00Z");
	/* Stored all the same, and nothing after it was asked for. */
	CHECK(repo_is_stored(r, &state, "root.json", "21.root.json"));
	CHECK(strstr(log_of(r), "timestamp") == NULL);
	CHECK(trust_memory_get(&state, "timestamp.json").p == NULL);
	root->expires = REPO_NOW + REPO_DAY;
	rotate_root(r, &r->keys[6], true, true);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	trust_memory_done(&state);
	repo_free(r);
}

TEST(a_root_file_must_hold_the_version_of_its_name)
{
	struct repo *r = repo_init();

	repo_publish(r);
	repo_put(r, "2.root.json", buf_view(&r->pinned));
	CHECK_REFUSED(r, -ESTALE, "2.root.json: the version inside is 1");
	r->roles[TRUST_ROLE_ROOT].version = 3;
	repo_publish_root(r, NULL);
	repo_put(r, "2.root.json",
		 buf_view(&repo_find(r, "3.root.json")->bytes));
	CHECK_REFUSED(r, -EBADMSG, "2.root.json: the version inside is 3");
	repo_remove(r, "2.root.json");
	{
		/* A gap ends the walk: root 3 is never asked for. */
		struct err e = { 0 };

		CHECK_INT(repo_update_fresh(r, &e), 0);
		CHECK(strstr(log_of(r), "3.root.json") == NULL);
	}
	repo_free(r);
}

TEST(the_root_walk_ends_on_not_found_only)
{
	struct repo *r = repo_init();

	repo_publish(r);
	r->broken = "2.root.json";
	r->broken_code = -EIO;
	CHECK_REFUSED(r, -EIO, "2.root.json: broken on purpose");
	r->broken_code = -EACCES;
	CHECK_REFUSED(r, -EACCES, "2.root.json: broken on purpose");
	r->broken_code = -ENOENT;
	{
		struct err e = { 0 };

		CHECK_INT(repo_update_fresh(r, &e), 0);
	}
	repo_free(r);
}

TEST(rotations_end_at_the_cap)
{
	struct repo *r = repo_init();
	struct err e = { 0 };

	repo_publish(r);
	for (int i = 0; i < TRUST_ROTATIONS_MAX; i++)
		rotate_root(r, &r->keys[0], true, true);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	rotate_root(r, &r->keys[0], true, true);
	CHECK_REFUSED(r, -E2BIG, "more than 256 new roots");
	repo_free(r);
}

TEST(a_source_whose_roots_end_before_the_stored_one_is_a_rollback)
{
	struct repo *r = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	repo_publish(r);
	rotate_root(r, &r->keys[0], true, true);
	rotate_root(r, &r->keys[0], true, true);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	/* The chain is lost, but the anchor's keys signed where it led. */
	memory_forget(&state, "2.root.json");
	memory_forget(&state, "3.root.json");
	repo_remove(r, "2.root.json");
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "root: the repository ends at version 1, but version "
			  "3 was trusted before");
	/* Rubbish in its place is as if absent, and is replaced. */
	memory_puts(&state, "root.json", "{\"signed\":7}");
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(repo_is_stored(r, &state, "root.json", "1.root.json"));
	trust_memory_done(&state);
	repo_free(r);
}

TEST(the_stored_chain_is_walked_offline_and_binds_an_older_source)
{
	struct repo *r = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	repo_publish(r);
	rotate_root(r, &r->keys[6], true, true);
	r->roles[TRUST_ROLE_TIMESTAMP].signers[0] = &r->keys[7];
	rotate_root(r, &r->keys[6], true, true);
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK_HAS(log_of(r), "2.root.json\n3.root.json\n4.root.json\ntime");
	CHECK(repo_is_stored(r, &state, "2.root.json", "2.root.json"));
	CHECK(repo_is_stored(r, &state, "3.root.json", "3.root.json"));
	/* Only the next one is asked for. */
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(strncmp(log_of(r), "4.root.json\ntimestamp.json\ntargets/", 35) ==
	      0);
	/* Without the chain "root.json" cannot be reached from the anchor
	 * but by the source; and nothing is asked for twice. */
	memory_forget(&state, "2.root.json");
	memory_forget(&state, "3.root.json");
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(strncmp(log_of(r), "2.root.json\n4.root.json\ntimestamp.json\n",
		      39) == 0);
	/* A damaged copy of the newest one does not matter. */
	memory_puts(&state, "root.json", "no");
	memory_forget(&state, "3.root.json");
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(repo_is_stored(r, &state, "root.json", "3.root.json"));
	/* A source of before the rotation: its timestamp is worth nothing. */
	repo_remove(r, "2.root.json");
	repo_remove(r, "3.root.json");
	r->roles[TRUST_ROLE_TIMESTAMP].signers[0] = &r->keys[1];
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -EKEYREJECTED);
	CHECK_HAS(e.text, "timestamp");
	CHECK(strncmp(log_of(r), "4.root.json\ntimestamp.json\n", 27) == 0);
	trust_memory_done(&state);
	repo_free(r);
}

TEST(a_stored_root_of_somebody_else_never_becomes_the_anchor)
{
	static const char *const places[] = { "root.json", "2.root.json" };

	for (uint64_t version = 1; version <= 3; version++) {
		struct repo *r = repo_init();
		struct repo *foreign = repo_init();
		struct err e = { 0 };

		repo_publish(r);
		foreign->roles[TRUST_ROLE_ROOT].version = version;
		repo_publish(foreign);
		for (size_t i = 0; i < 2; i++) {
			AUTO_DONE(trust_memory_done)
			struct trust_memory state = { 0 };

			CHECK_INT(trust_memory_put(&state, places[i],
						   buf_view(&foreign->pinned)),
				  0);
			CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e),
				  0);
			CHECK(repo_is_stored(r, &state, "root.json",
					     "1.root.json"));
		}
		/* And with it, the foreign repository is refused. */
		buf_reset(&foreign->pinned);
		buf_span(&foreign->pinned, buf_view(&r->pinned));
		CHECK_INT(repo_update_fresh(foreign, &e), -EKEYREJECTED);
		repo_free(foreign);
		repo_free(r);
	}
}

TEST(rotated_timestamp_or_snapshot_keys_recover_from_a_fast_forward)
{
	static const enum trust_role rotated[] = { TRUST_ROLE_TIMESTAMP,
						   TRUST_ROLE_SNAPSHOT };

	for (size_t i = 0; i < 2; i++) {
		struct repo *r = repo_init();
		struct repo_role *role = &r->roles[rotated[i]];
		const struct repo_role old = r->roles[TRUST_ROLE_ROOT];
		struct trust_memory state = { 0 };
		struct err e = { 0 };

		/* The thief of a key has signed huge versions. */
		r->roles[TRUST_ROLE_TIMESTAMP].version = 1000000;
		r->roles[TRUST_ROLE_SNAPSHOT].version = 1000000;
		repo_publish(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
		r->roles[TRUST_ROLE_TIMESTAMP].version = 2;
		r->roles[TRUST_ROLE_SNAPSHOT].version = 2;
		repo_publish_rest(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e),
			  -ESTALE);
		role->signers[0] = &r->keys[6];
		r->roles[TRUST_ROLE_ROOT].version = 2;
		repo_publish_root(r, &old);
		repo_publish_rest(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
		/* Only once: rollback is refused again from here on. */
		r->roles[TRUST_ROLE_TIMESTAMP].version = 1;
		repo_publish_rest(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e),
			  -ESTALE);
		trust_memory_done(&state);
		repo_free(r);
	}
}

TEST(a_threshold_change_of_timestamp_or_snapshot_drops_both_files_once)
{
	static const enum trust_role changed[] = { TRUST_ROLE_TIMESTAMP,
						   TRUST_ROLE_SNAPSHOT };

	for (size_t i = 0; i < 2; i++) {
		struct repo *r = repo_init();
		struct repo_role *role = &r->roles[changed[i]];
		struct trust_memory state = { 0 };
		struct err e = { 0 };

		/* The old key goes on signing: nothing but the number of
		 * needed signatures is another. */
		role->signers[1] = &r->keys[7];
		role->count = role->signing = 2;
		r->roles[TRUST_ROLE_TIMESTAMP].version = 1000;
		r->roles[TRUST_ROLE_SNAPSHOT].version = 1000;
		repo_publish(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
		r->roles[TRUST_ROLE_TIMESTAMP].version = 2;
		r->roles[TRUST_ROLE_SNAPSHOT].version = 2;
		repo_publish_rest(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e),
			  -ESTALE);
		role->threshold = 2;
		rotate_root(r, r->roles[TRUST_ROLE_ROOT].signers[0], true,
			    true);
		/* Dropped even when nothing comes after it. */
		r->broken = "timestamp.json";
		r->broken_code = -EIO;
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -EIO);
		CHECK(trust_memory_get(&state, "timestamp.json").p == NULL);
		CHECK(trust_memory_get(&state, "snapshot.json").p == NULL);
		CHECK(trust_memory_get(&state, "targets.json").p != NULL);
		r->broken = NULL;
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
		/* The stored chain passes the change again, but not anew. */
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
		CHECK(!was_asked(r, "2.snapshot.json"));
		r->roles[TRUST_ROLE_TIMESTAMP].version = 1;
		repo_publish_rest(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e),
			  -ESTALE);
		trust_memory_done(&state);
		repo_free(r);
	}
}

/* A store in memory that cannot forget once. */
struct stuck_store {
	struct trust_memory memory;
	bool is_stuck;
};

static int stuck_load(void *ctx, const char *name, size_t max, struct buf *out,
		      struct err *e)
{
	struct stuck_store *s = ctx;

	return trust_memory_store(&s->memory)
		.load(&s->memory, name, max, out, e);
}

static int stuck_save(void *ctx, const char *name, struct span bytes,
		      struct err *e)
{
	struct stuck_store *s = ctx;

	return trust_memory_store(&s->memory).save(&s->memory, name, bytes, e);
}

static int stuck_drop(void *ctx, const char *name, struct err *e)
{
	struct stuck_store *s = ctx;

	if (s->is_stuck)
		return err_set(e, EROFS, "stuck");
	return trust_memory_store(&s->memory).drop(&s->memory, name, e);
}

TEST(a_recovery_that_was_cut_short_is_made_up_for)
{
	struct repo *r = repo_init();
	struct stuck_store s = { .is_stuck = true };
	const struct trust_source source = { repo_fetch, r };
	const struct trust_store store = { stuck_load, stuck_save, stuck_drop,
					   &s, NULL };
	struct trust_config config = {
		.store = &store,
		.source = &source,
		.now = REPO_NOW,
	};
	struct trust_result got = { 0 };
	struct err e = { 0 };

	/* The old key goes on signing, so the stored file still verifies. */
	r->roles[TRUST_ROLE_TIMESTAMP].version = 1000;
	r->roles[TRUST_ROLE_TIMESTAMP].signers[1] = &r->keys[7];
	r->roles[TRUST_ROLE_TIMESTAMP].count = 2;
	r->roles[TRUST_ROLE_TIMESTAMP].signing = 2;
	repo_publish(r);
	config.pinned = buf_view(&r->pinned);
	CHECK_INT(trust_update(&config, &got, &e), 0);
	trust_result_done(&got);
	r->roles[TRUST_ROLE_TIMESTAMP].threshold = 2;
	r->roles[TRUST_ROLE_TIMESTAMP].version = 2;
	rotate_root(r, r->roles[TRUST_ROLE_ROOT].signers[0], true, true);
	repo_publish_rest(r);
	CHECK_INT(trust_update(&config, &got, &e), -EROFS);
	CHECK_HAS(e.text, "remove the stored timestamp.json: stuck");
	s.is_stuck = false;
	CHECK_INT(trust_update(&config, &got, &e), 0);
	CHECK_INT(got.timestamp_version, 2);
	trust_result_done(&got);
	trust_memory_done(&s.memory);
	repo_free(r);
}

TEST(a_foreign_link_of_the_chain_does_not_hide_the_stored_root)
{
	struct repo *r = repo_init();
	struct repo *foreign = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	repo_publish(r);
	rotate_root(r, &r->keys[6], true, true);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	foreign->roles[TRUST_ROLE_ROOT].version = 2;
	repo_publish(foreign);
	CHECK_INT(trust_memory_put(&state, "2.root.json",
				   buf_view(&foreign->pinned)),
		  0);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(!was_asked(r, "2.root.json"));
	CHECK(repo_is_stored(r, &state, "root.json", "2.root.json"));
	trust_memory_done(&state);
	repo_free(foreign);
	repo_free(r);
}

TEST(a_stored_root_that_is_not_in_the_chain_does_not_keep_a_recovery_away)
{
	struct repo *r = repo_init();
	struct repo *foreign = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	r->roles[TRUST_ROLE_TIMESTAMP].version = 1000;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	foreign->roles[TRUST_ROLE_ROOT].version = 99;
	repo_publish(foreign);
	CHECK_INT(trust_memory_put(&state, "root.json",
				   buf_view(&foreign->pinned)),
		  0);
	r->roles[TRUST_ROLE_SNAPSHOT].signers[0] = &r->keys[7];
	rotate_root(r, r->roles[TRUST_ROLE_ROOT].signers[0], true, true);
	r->roles[TRUST_ROLE_TIMESTAMP].version = 2;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(repo_is_stored(r, &state, "root.json", "2.root.json"));
	trust_memory_done(&state);
	repo_free(foreign);
	repo_free(r);
}

TEST(a_root_that_rotates_its_own_key_alone_keeps_the_rollback_floor)
{
	struct repo *r = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	r->roles[TRUST_ROLE_TIMESTAMP].version = 5;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	rotate_root(r, &r->keys[6], true, true);
	r->roles[TRUST_ROLE_TIMESTAMP].version = 4;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -ESTALE);
	trust_memory_done(&state);
	repo_free(r);
}

/* -- timestamp ------------------------------------------------------------- */

TEST(an_older_timestamp_is_a_rollback_and_the_state_stays)
{
	struct repo *r = repo_init();
	AUTO_DONE(buf_done) struct buf was;
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	buf_init(&was, SIZE_MAX);
	r->roles[TRUST_ROLE_TIMESTAMP].version = 7;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	buf_span(&was, trust_memory_get(&state, "timestamp.json"));
	r->roles[TRUST_ROLE_TIMESTAMP].version = 6;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "timestamp is version 6, but version 7 was accepted");
	CHECK(span_eq(trust_memory_get(&state, "timestamp.json"),
		      buf_view(&was)));
	/* A failed update leaves the client able to update. */
	r->roles[TRUST_ROLE_TIMESTAMP].version = 8;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	trust_memory_done(&state);
	repo_free(r);
}

TEST(an_equal_timestamp_with_other_content_is_discarded)
{
	struct repo *r = repo_init();
	AUTO_DONE(buf_done) struct buf was;
	struct trust_result got = { 0 };
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	buf_init(&was, SIZE_MAX);
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	buf_span(&was, trust_memory_get(&state, "timestamp.json"));
	r->roles[TRUST_ROLE_TIMESTAMP].expires += 100 * REPO_DAY;
	r->roles[TRUST_ROLE_SNAPSHOT].version = 2;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, &got, &e), 0);
	CHECK_INT(got.snapshot_version, 1);
	trust_result_done(&got);
	CHECK(span_eq(trust_memory_get(&state, "timestamp.json"),
		      buf_view(&was)));
	/* The old one's expiry is what counts. */
	CHECK_INT(repo_update_at(r, &state, REPO_NOW + 10 * REPO_DAY, NULL, &e),
		  -EKEYEXPIRED);
	trust_memory_done(&state);
	repo_free(r);
}

TEST(a_newer_timestamp_may_not_list_an_older_snapshot)
{
	struct repo *r = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	r->roles[TRUST_ROLE_SNAPSHOT].version = 5;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	r->roles[TRUST_ROLE_TIMESTAMP].version = 2;
	r->roles[TRUST_ROLE_SNAPSHOT].version = 4;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "lists snapshot version 4, but version 5");
	/* It was not stored: version 2 is still acceptable. */
	r->roles[TRUST_ROLE_SNAPSHOT].version = 5;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	trust_memory_done(&state);
	repo_free(r);
}

/* -- expiry of each role --------------------------------------------------- */

TEST(each_expired_role_is_refused_and_neither_it_nor_later_ones_are_stored)
{
	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		struct repo *r = repo_init();
		struct trust_memory state = { 0 };
		struct err e = { 0 };
		char sentence[128];

		r->roles[i].expires = REPO_NOW; /* must be later than now */
		repo_publish(r);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e),
			  -EKEYEXPIRED);
		(void)snprintf(sentence, sizeof(sentence),
			       "%s version 1 expired at 2027-01-15T08:00:00Z, "
			       "now is 2027-01-15T08:00:00Z",
			       trust_role_name(i));
		CHECK_STR(e.text, sentence);
		CHECK(repo_is_stored(r, &state, "root.json", "1.root.json"));
		CHECK_INT(repo_is_stored(r, &state, "timestamp.json",
					 "timestamp.json"),
			  i > TRUST_ROLE_TIMESTAMP);
		CHECK_INT(repo_is_stored(r, &state, "snapshot.json",
					 "1.snapshot.json"),
			  i > TRUST_ROLE_SNAPSHOT);
		CHECK(trust_memory_get(&state, "targets.json").p == NULL);
		/* One second earlier it was good. */
		trust_memory_done(&state);
		CHECK_INT(repo_update_at(r, &state, REPO_NOW - 1, NULL, &e), 0);
		trust_memory_done(&state);
		repo_free(r);
	}
}

TEST(now_is_not_earlier_than_the_issue_time_of_the_stored_timestamp)
{
	struct repo *r = repo_init();
	struct trust_memory state = { 0 };
	struct trust_result got = { 0 };
	struct err e = { 0 };

	/* The new timestamp's own issue time does not move its own update. */
	r->roles[TRUST_ROLE_TARGETS].expires = REPO_NOW - 2 * REPO_DAY;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, 0, &got, &e), 0);
	CHECK_INT(got.now, 0);
	trust_result_done(&got);
	/* From the next one on it does. */
	CHECK_INT(repo_update_at(r, &state, 0, NULL, &e), -EKEYEXPIRED);
	CHECK_HAS(e.text, "targets version 1 expired at 2027-01-13");
	CHECK_HAS(e.text, "now is 2027-01-14T08:00:00Z");
	r->roles[TRUST_ROLE_TARGETS].expires = REPO_NOW;
	repo_bump(r);
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, 0, &got, &e), 0);
	CHECK_INT(got.now, REPO_NOW - REPO_DAY);
	trust_result_done(&got);
	/* A clock that is ahead of it counts. */
	CHECK_INT(repo_update_at(r, &state, REPO_NOW - 1, &got, &e), 0);
	CHECK_INT(got.now, REPO_NOW - 1);
	trust_result_done(&got);
	trust_memory_done(&state);
	repo_free(r);
}

TEST(an_issue_time_that_the_newest_root_did_not_sign_counts_for_nothing)
{
	struct repo *r = repo_init();
	struct repo *foreign = repo_init();
	struct trust_memory state = { 0 };
	struct trust_result got = { 0 };
	struct err e = { 0 };

	foreign->issued = REPO_NOW + 5 * REPO_DAY;
	repo_publish(foreign);
	repo_publish(r);
	CHECK_INT(
		trust_memory_put(
			&state, "timestamp.json",
			buf_view(&repo_find(foreign, "timestamp.json")->bytes)),
		0);
	CHECK_INT(repo_update_at(r, &state, 7, &got, &e), 0);
	CHECK_INT(got.now, 7);
	trust_result_done(&got);
	trust_memory_done(&state);
	repo_free(foreign);
	repo_free(r);
}

TEST(expired_stored_files_guard_against_rollback_but_do_not_block)
{
	struct repo *r = repo_init();
	const int64_t later = REPO_NOW + 20 * REPO_DAY;
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	r->roles[TRUST_ROLE_TARGETS].version = 5;
	r->roles[TRUST_ROLE_ROOT].expires = later + REPO_DAY;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	r->roles[TRUST_ROLE_TIMESTAMP].version = 2;
	r->roles[TRUST_ROLE_SNAPSHOT].version = 2;
	r->roles[TRUST_ROLE_TARGETS].version = 4;
	for (size_t i = 0; i < TRUST_ROLE_COUNT; i++)
		r->roles[i].expires = later + REPO_DAY;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, later, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "version 4 of \"targets.json\", but version 5");
	r->roles[TRUST_ROLE_TIMESTAMP].version = 3;
	r->roles[TRUST_ROLE_SNAPSHOT].version = 3;
	r->roles[TRUST_ROLE_TARGETS].version = 6;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, later, NULL, &e), 0);
	trust_memory_done(&state);
	repo_free(r);
}

/* -- snapshot and targets -------------------------------------------------- */

static void list_team(json_t *body)
{
	(void)json_object_set_new(json_object_get(body, "meta"), "team.json",
				  json_pack("{s:i}", "version", 3));
}

static void list_team_older(json_t *body)
{
	(void)json_object_set_new(json_object_get(body, "meta"), "team.json",
				  json_pack("{s:i}", "version", 2));
}

TEST(no_file_may_vanish_from_snapshot_or_get_older)
{
	struct repo *r = repo_init();
	struct repo_role *snapshot = &r->roles[TRUST_ROLE_SNAPSHOT];
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	snapshot->edit = list_team;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	repo_bump(r);
	snapshot->edit = NULL;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "no longer lists \"team.json\"");
	repo_bump(r);
	snapshot->edit = list_team_older;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "version 2 of \"team.json\", but version 3");
	repo_bump(r);
	snapshot->edit = list_team;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	trust_memory_done(&state);
	repo_free(r);
}

/* Change one byte inside the file: hash or signature no longer fit. */
static void flip(struct repo *r, const char *name, const char *at)
{
	struct repo_file *f = repo_find(r, name);
	char *p;

	CHECK(f != NULL && buf_cstr(&f->bytes) != NULL);
	p = strstr(f->bytes.p, at);
	CHECK(p != NULL);
	*p ^= 1;
}

TEST(a_changed_byte_is_found_in_every_file)
{
	static const struct {
		const char *name, *at;
		int want;
		const char *part;
	} rows[] = {
		{ "timestamp.json", "27-01-25", -EKEYREJECTED, "timestamp" },
		{ "1.snapshot.json", "27-01-25", -EBADMSG, "its sha256" },
		{ "1.targets.json", "27-01-25", -EBADMSG, "its sha256" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct repo *r = repo_init();
		struct err e = { 0 };

		repo_publish(r);
		flip(r, rows[i].name, rows[i].at);
		CHECK_REFUSED(r, rows[i].want, rows[i].part);
		flip(r, rows[i].name, "37-01-25");
		CHECK_INT(repo_update_fresh(r, &e), 0);
		repo_free(r);
	}
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

TEST(without_hashes_in_meta_signatures_and_versions_still_bind)
{
	struct repo *r = repo_init();
	struct err e = { 0 };

	r->roles[TRUST_ROLE_TIMESTAMP].edit = drop_hashes;
	r->roles[TRUST_ROLE_SNAPSHOT].edit = drop_hashes;
	repo_publish(r);
	CHECK_INT(repo_update_fresh(r, &e), 0);
	flip(r, "1.targets.json", "27-01-25");
	CHECK_REFUSED(r, -EKEYREJECTED, "targets version 1: 0 of the 2");
	repo_publish_rest(r);
	/* Correctly signed, but not the version that is listed. */
	r->roles[TRUST_ROLE_TARGETS].version = 2;
	repo_publish_rest(r);
	repo_put(r, "2.targets.json",
		 buf_view(&repo_find(r, "1.targets.json")->bytes));
	CHECK_REFUSED(r, -ESTALE, "targets is version 1, but version 2");
	r->roles[TRUST_ROLE_SNAPSHOT].version = 2;
	repo_publish_rest(r);
	repo_put(r, "2.snapshot.json",
		 buf_view(&repo_find(r, "1.snapshot.json")->bytes));
	CHECK_REFUSED(r, -ESTALE, "snapshot is version 1, but version 2");
	repo_free(r);
}

TEST(a_signed_snapshot_is_no_timestamp_even_with_one_key_for_both)
{
	struct repo *r = repo_init();

	r->roles[TRUST_ROLE_SNAPSHOT].signers[0] =
		r->roles[TRUST_ROLE_TIMESTAMP].signers[0];
	repo_publish(r);
	repo_put(r, "timestamp.json",
		 buf_view(&repo_find(r, "1.snapshot.json")->bytes));
	CHECK_REFUSED(r, -EBADMSG, "\"_type\" is \"snapshot\"");
	repo_free(r);
}

TEST(a_missing_file_is_named)
{
	static const char *const names[] = { "timestamp.json",
					     "1.snapshot.json",
					     "1.targets.json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct repo *r = repo_init();

		repo_publish(r);
		repo_remove(r, names[i]);
		CHECK_REFUSED(r, -ENOENT, names[i]);
		repo_free(r);
	}
}

TEST(endless_data_ends_at_the_cap_of_each_role)
{
	static const char *const names[] = { "2.root.json", "timestamp.json",
					     "1.snapshot.json",
					     "1.targets.json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct repo *r = repo_init();

		repo_publish(r);
		r->endless = names[i];
		CHECK_REFUSED(r, -EFBIG, names[i]);
		repo_free(r);
	}
}

TEST(damaged_stored_files_are_as_if_absent)
{
	struct repo *r = repo_init();
	struct repo *foreign = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	repo_publish(r);
	foreign->roles[TRUST_ROLE_TIMESTAMP].version = 99;
	repo_publish(foreign);
	memory_puts(&state, "root.json", "not json");
	CHECK_INT(
		trust_memory_put(
			&state, "timestamp.json",
			buf_view(&repo_find(foreign, "timestamp.json")->bytes)),
		0);
	memory_puts(&state, "2.root.json", "{}");
	memory_puts(&state, "snapshot.json", "{\"signed\":{}}");
	memory_puts(&state, "targets.json", "\xff");
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(repo_is_stored(r, &state, "timestamp.json", "timestamp.json"));
	CHECK(repo_is_stored(r, &state, "targets.json", "1.targets.json"));
	trust_memory_done(&state);
	repo_free(foreign);
	repo_free(r);
}

TEST(a_store_that_fails_fails_the_update_with_a_sentence)
{
	static const char *const names[] = { "root.json", "timestamp.json",
					     "snapshot.json", "targets.json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct repo *r = repo_init();
		struct full_store s = { .full = names[i] };
		const struct trust_source source = { repo_fetch, r };
		const struct trust_store store = { full_load, full_save,
						   full_drop, &s, NULL };
		struct trust_config config = {
			.store = &store,
			.source = &source,
			.now = REPO_NOW,
		};
		struct trust_result got = { 0 };
		struct err e = { 0 };

		repo_publish(r);
		config.pinned = buf_view(&r->pinned);
		CHECK_INT(trust_update(&config, &got, &e), -ENOSPC);
		CHECK_HAS(e.text, names[i]);
		CHECK_HAS(e.text, "no room");
		CHECK_INT(s.after, 0); /* nothing is stored after it */
		repo_free(r);
	}
}

/* A role whose own checks fail is not stored, whatever the fault. */
static void check_not_stored(enum trust_role role, const char *name,
			     void (*fault)(struct repo *r, enum trust_role))
{
	struct repo *r = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };
	char file[64];

	(void)snprintf(file, sizeof(file), "%s.json", trust_role_name(role));
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	CHECK(repo_is_stored(r, &state, file, name));
	repo_bump(r);
	fault(r, role);
	repo_publish_rest(r);
	CHECK(repo_update_at(r, &state, REPO_NOW, NULL, &e) < 0);
	CHECK_HAS(e.text, trust_role_name(role));
	/* "N.ROLE.json" of before, or the only timestamp, is another now. */
	if (role == TRUST_ROLE_TIMESTAMP)
		CHECK(!repo_is_stored(r, &state, file, name));
	else
		CHECK(repo_is_stored(r, &state, file, name));
	trust_memory_done(&state);
	repo_free(r);
}

static void fault_signature(struct repo *r, enum trust_role role)
{
	r->roles[role].signing = 0;
}

static void fault_expiry(struct repo *r, enum trust_role role)
{
	r->roles[role].expires = REPO_NOW;
}

static void wrong_shape(json_t *body)
{
	(void)json_object_set_new(body, "version", json_true());
}

static void fault_shape(struct repo *r, enum trust_role role)
{
	r->roles[role].edit = wrong_shape;
}

TEST(a_role_is_stored_only_after_all_its_checks)
{
	static void (*const faults[])(struct repo *, enum trust_role) = {
		fault_signature, fault_expiry, fault_shape
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		check_not_stored(TRUST_ROLE_TIMESTAMP, "timestamp.json",
				 faults[i]);
		check_not_stored(TRUST_ROLE_SNAPSHOT, "1.snapshot.json",
				 faults[i]);
		check_not_stored(TRUST_ROLE_TARGETS, "1.targets.json",
				 faults[i]);
	}
}

TEST(a_stored_snapshot_guards_though_its_hash_no_longer_fits)
{
	struct repo *r = repo_init();
	struct trust_memory state = { 0 };
	struct err e = { 0 };

	r->roles[TRUST_ROLE_TARGETS].version = 5;
	repo_publish(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), 0);
	/* The same number of snapshot, other content: other hash. */
	r->roles[TRUST_ROLE_TIMESTAMP].version = 2;
	r->roles[TRUST_ROLE_TARGETS].version = 4;
	repo_publish_rest(r);
	CHECK_INT(repo_update_at(r, &state, REPO_NOW, NULL, &e), -ESTALE);
	CHECK_HAS(e.text, "version 4 of \"targets.json\", but version 5");
	trust_memory_done(&state);
	repo_free(r);
}

TEST(a_reason_has_a_word)
{
	CHECK_STR(trust_reason(-EKEYEXPIRED), "expired");
	CHECK_STR(trust_reason(ESTALE), "rollback");
	CHECK_STR(trust_reason(-EKEYREJECTED), "under-signed");
	CHECK_STR(trust_reason(-EIO), "failed");
}

/* -- damage ---------------------------------------------------------------- */

struct damaged_store {
	struct trust_memory memory;
	struct buf names;
};

static int damaged_load(void *ctx, const char *name, size_t max,
			struct buf *out, struct err *e)
{
	struct damaged_store *s = ctx;

	return trust_memory_store(&s->memory)
		.load(&s->memory, name, max, out, e);
}

static int damaged_save(void *ctx, const char *name, struct span bytes,
			struct err *e)
{
	struct damaged_store *s = ctx;

	return trust_memory_store(&s->memory).save(&s->memory, name, bytes, e);
}

static int damaged_drop(void *ctx, const char *name, struct err *e)
{
	struct damaged_store *s = ctx;

	return trust_memory_store(&s->memory).drop(&s->memory, name, e);
}

static void damaged_say(void *ctx, const char *name, struct err *why)
{
	struct damaged_store *s = ctx;

	CHECK(why->code != 0 && why->text[0] != '\0');
	buf_printf(&s->names, "%s ", name);
}

/* Update, and give the names that were told. */
static const char *damage_of(struct repo *r, struct damaged_store *s)
{
	const struct trust_source source = { repo_fetch, r };
	const struct trust_store store = { damaged_load, damaged_save,
					   damaged_drop, s, damaged_say };
	struct trust_result got = { 0 };
	struct err e = { 0 };

	buf_reset(&s->names);
	CHECK_INT(trust_update(
			  &(struct trust_config){
				  .pinned = buf_view(&r->pinned),
				  .store = &store,
				  .source = &source,
				  .now = REPO_NOW,
			  },
			  &got, &e),
		  0);
	trust_result_done(&got);
	return s->names.len != 0 ? buf_cstr(&s->names) : "";
}

TEST(each_damaged_stored_file_is_told_by_its_name)
{
	static const char *const files[] = { "root.json", "timestamp.json",
					     "snapshot.json", "targets.json",
					     "2.root.json" };
	struct repo *r = repo_init();
	struct damaged_store s = { 0 };

	buf_init(&s.names, SIZE_MAX);
	repo_publish(r);
	r->roles[TRUST_ROLE_ROOT].version = 2;
	repo_publish_root(r, NULL);
	CHECK_STR(damage_of(r, &s), "");
	CHECK_STR(damage_of(r, &s), "");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char want[64];

		(void)trust_memory_put(&s.memory, files[i], span_of("{\"si"));
		(void)snprintf(want, sizeof(want), "%s ", files[i]);
		CHECK_STR(damage_of(r, &s), want);
	}
	/* An empty file is damage as well. "root.json" stands in for its link
	 * of the chain, which stays as it is. */
	(void)trust_memory_put(&s.memory, "snapshot.json", span_of(""));
	CHECK_STR(damage_of(r, &s), "2.root.json snapshot.json ");
	buf_done(&s.names);
	trust_memory_done(&s.memory);
	repo_free(r);
}
