/* SPDX-License-Identifier: Apache-2.0 */
/* trust_attack_workflow_test.c - the attacks that the specification names
 * (TUF 1.0.34, section 1.5.2), played against the client by trust_sim.h.
 */
#include "test/unit/trust_sim.h"

/* -- tools of the attacker ------------------------------------------------- */

/* Serve what the mirror had at the n-th publication: a->number. */
static void replay_all(struct sim *s, const struct attack *a)
{
	sim_files_copy(&s->files, &s->past[a->number]);
}

/* An older file of a->which under the name of the newest. */
static void serve_old(struct sim *s, const struct attack *a)
{
	char old[64];

	(void)snprintf(old, sizeof(old), "%ld.%s.json", a->number, a->which);
	sim_serve_as(s, old, sim_file_name(s, a->which));
}

static void old_timestamp(struct sim *s, const struct attack *a)
{
	sim_files_put(&s->files, "timestamp.json",
		      sim_files_get(&s->past[a->number], "timestamp.json"));
}

/* Whoever holds the keys of roles from timestamp up to a->number lists the
 * files of the first publication below them. */
static void relist(struct sim *s, const struct attack *a)
{
	for (size_t i = (size_t)a->number; i < s->role_count; i++)
		s->roles[i].version = 1;
	s->serial = 1;
}

static void unlist(struct sim *s, const struct attack *a)
{
	sim_role(s, a->which)->is_unlisted = true;
}

/* The honest go on from where the attacker left the version numbers. */
static void catch_up(struct sim *s, const struct attack *a)
{
	(void)a;
	s->serial += 7;
	for (size_t i = SIM_TIMESTAMP; i < s->role_count; i++)
		s->roles[i].version = 20;
	sim_publish(s);
}

TEST(rollback_of_any_role_is_refused)
{
	/* clang-format off */
	static const struct attack rows[] = {
	{ .name = "the mirror goes back as a whole", .want = -ESTALE,
	  .part = "timestamp", .role = "timestamp", .number = 0,
	  .tamper = replay_all, .recover = catch_up,
	  .flags = ATTACK_NEEDS_STATE | ATTACK_NO_PUBLICATION | ATTACK_BOTH },
	{ .name = "an old timestamp before new files", .want = -ESTALE,
	  .part = "timestamp is version 1", .role = "timestamp", .number = 0,
	  .tamper = old_timestamp, .flags = ATTACK_NEEDS_STATE },
	{ .name = "timestamp's key lists an old snapshot", .want = -ESTALE,
	  .part = "snapshot", .role = "timestamp", .number = SIM_SNAPSHOT,
	  .arrange = relist, .recover = catch_up,
	  .flags = ATTACK_NEEDS_STATE | ATTACK_BOTH },
	{ .name = "snapshot's key lists old targets", .want = -ESTALE,
	  .part = "targets.json", .role = "snapshot", .number = SIM_TARGETS,
	  .arrange = relist, .recover = catch_up,
	  .flags = ATTACK_NEEDS_STATE | ATTACK_BOTH },
	{ .name = "snapshot's key lists old targets, by version alone",
	  .want = -ESTALE, .part = "targets.json", .role = "snapshot",
	  .number = SIM_TARGETS, .arrange = relist, .recover = catch_up,
	  .flags = ATTACK_NEEDS_STATE | ATTACK_NO_HASHES },
	{ .name = "old web in snapshot", .want = -ESTALE, .part = "web.json",
	  .role = "snapshot", .recover = catch_up,
	  .edit = SIM_SET("snapshot", "/meta/web.json/version", "1"),
	  .flags = ATTACK_NEEDS_STATE },
	{ .name = "old web/eu in snapshot", .want = -ESTALE,
	  .part = "web/eu.json", .role = "snapshot", .recover = catch_up,
	  .edit = SIM_SET("snapshot", "/meta/web~1eu.json/version", "1"),
	  .flags = ATTACK_NEEDS_STATE | ATTACK_BOTH },
	{ .name = "old db in snapshot", .want = -ESTALE, .part = "db.json",
	  .role = "snapshot", .recover = catch_up,
	  .edit = SIM_SET("snapshot", "/meta/db.json/version", "1"),
	  .flags = ATTACK_NEEDS_STATE },
	{ .name = "web has vanished from snapshot", .want = -ESTALE,
	  .part = "web.json", .role = "snapshot", .which = "web",
	  .arrange = unlist, .flags = ATTACK_NEEDS_STATE },
	{ .name = "web/eu has vanished from snapshot", .want = -ESTALE,
	  .part = "web/eu.json", .role = "snapshot", .which = "web/eu",
	  .arrange = unlist, .flags = ATTACK_NEEDS_STATE },
	{ .name = "db has vanished from snapshot", .want = -ESTALE,
	  .part = "db.json", .role = "snapshot", .which = "db",
	  .arrange = unlist, .flags = ATTACK_NEEDS_STATE },
	{ .name = "late has vanished from snapshot", .want = -ESTALE,
	  .part = "late.json", .role = "snapshot", .which = "late",
	  .arrange = unlist, .flags = ATTACK_NEEDS_STATE },
	{ .name = "targets has vanished from snapshot", .want = -EBADMSG,
	  .part = "targets.json", .role = "snapshot", .which = "targets",
	  .arrange = unlist },
	{ .name = "old snapshot under the new name", .want = -ESTALE,
	  .part = "snapshot", .role = "snapshot", .which = "snapshot",
	  .number = 1, .tamper = serve_old, .flags = ATTACK_NO_HASHES },
	{ .name = "old targets under the new name", .want = -ESTALE,
	  .part = "targets", .role = "targets", .which = "targets",
	  .number = 1, .tamper = serve_old, .flags = ATTACK_NO_HASHES },
	{ .name = "old db under the new name", .want = -ESTALE,
	  .part = "db", .role = "db", .which = "db", .number = 1,
	  .tamper = serve_old, .path = "services/db-1.json",
	  .flags = ATTACK_NO_HASHES },
	{ .name = "old web under the new name", .want = -ESTALE,
	  .part = "web", .role = "web", .which = "web", .number = 2,
	  .tamper = serve_old, .flags = ATTACK_NO_HASHES },
	};
	/* clang-format on */

	SIM_ATTACKS(rows);
}

/* -- freeze ---------------------------------------------------------------- */

static void expire(struct sim *s, const struct attack *a)
{
	sim_role(s, a->which)->expires = SIM_NOW + a->number;
	if (strcmp(a->which, "root") == 0)
		sim_next_root(s);
}

/* The root that is published again lives longer. */
static void new_root(struct sim *s, const struct attack *a)
{
	(void)a;
	sim_next_root(s);
	sim_bump(s);
	sim_publish(s);
}

TEST(a_role_that_has_expired_is_refused_to_the_second)
{
	static const long seconds[] = { -3650L * SIM_DAY, -1, 0 };
	struct attack rows[3 * SIM_HONEST_ROLES] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < SIM_HONEST_ROLES; i++)
		for (size_t k = 0; k < 3; k++)
			rows[n++] = (struct attack){
				.name = sim_roles[i],
				.want = -EKEYEXPIRED,
				.part = sim_roles[i],
				.role = sim_roles[i],
				.which = sim_roles[i],
				.number = seconds[k],
				.arrange = expire,
				.recover = i == 0 ? new_root : NULL,
				.path = sim_path_through(sim_roles[i]),
			};
	sim_attacks(rows, n);
	for (size_t i = 0; i < SIM_HONEST_ROLES; i++)
		rows[i] = (struct attack){
			.name = sim_roles[i],
			.which = sim_roles[i],
			.number = 1,
			.arrange = expire,
			.flags = ATTACK_HARMLESS,
			.recover = i == 0 ? new_root : NULL,
		};
	sim_attacks(rows, SIM_HONEST_ROLES);
}

/* The first versions again, signed for a hundred days more. */
static void outlive(struct sim *s, const struct attack *a)
{
	relist(s, a);
	for (size_t i = SIM_TIMESTAMP; i < s->role_count; i++)
		s->roles[i].expires = SIM_NOW + 100 * SIM_DAY;
}

TEST(a_frozen_mirror_and_an_expired_copy)
{
	/* clang-format off */
	static const struct attack rows[] = {
	{ .name = "the mirror stands still until the timestamp expires",
	  .want = -EKEYEXPIRED, .part = "timestamp", .role = "timestamp",
	  .later = 10 * SIM_DAY, .flags = ATTACK_NO_PUBLICATION | ATTACK_BOTH },
	{ .name = "a new timestamp over a snapshot that stands still",
	  .want = -EKEYEXPIRED, .part = "snapshot", .role = "snapshot",
	  .which = "snapshot", .number = 10 * SIM_DAY, .arrange = expire,
	  .later = 10 * SIM_DAY - 1, .flags = ATTACK_HARMLESS },
	{ .name = "the clock goes back", .later = -400 * SIM_DAY,
	  .flags = ATTACK_HARMLESS },
	{ .name = "an expired timestamp still guards against an older one",
	  .want = -ESTALE, .part = "timestamp is version 1",
	  .role = "timestamp", .number = SIM_TIMESTAMP, .arrange = outlive,
	  .later = 11 * SIM_DAY, .recover = catch_up,
	  .flags = ATTACK_NEEDS_STATE | ATTACK_BOTH },
	{ .name = "and against one that lists an older snapshot",
	  .want = -ESTALE, .part = "snapshot", .role = "timestamp",
	  .number = SIM_SNAPSHOT, .arrange = outlive, .later = 11 * SIM_DAY,
	  .recover = catch_up, .flags = ATTACK_NEEDS_STATE },
	{ .name = "an expired snapshot still guards against an older one",
	  .want = -ESTALE, .part = "targets.json", .role = "snapshot",
	  .number = SIM_TARGETS, .arrange = outlive, .later = 11 * SIM_DAY,
	  .recover = catch_up, .flags = ATTACK_NEEDS_STATE | ATTACK_BOTH },
	};
	/* clang-format on */

	SIM_ATTACKS(rows);
}

/* -- fast-forward ---------------------------------------------------------- */

/* What the attacker drives up: a->number. */
enum {
	FF_TIMESTAMP,
	FF_SNAPSHOT,
	FF_TARGETS_LISTED,
	FF_WEB_LISTED,
	FF_COUNT
};

static void drive_up(struct sim *s, long kind)
{
	static const struct sim_edit lists[] = {
		SIM_SET("snapshot", "/meta/targets.json/version",
			"9223372036854775807"),
		SIM_SET("snapshot", "/meta/web.json/version",
			"9223372036854775806"),
	};

	if (kind == FF_TIMESTAMP)
		s->roles[SIM_TIMESTAMP].version = INT64_MAX;
	else if (kind == FF_SNAPSHOT)
		s->roles[SIM_SNAPSHOT].version = INT64_MAX;
	else
		sim_edit(s, &lists[kind - FF_TARGETS_LISTED]);
}

static void rotate(struct sim *s, const char *how)
{
	static const struct {
		const char *how, *role;
		uint64_t threshold;
		unsigned keys[3];
		size_t count;
	} rows[] = {
		{ "timestamp", "timestamp", 1, { 22 }, 1 },
		{ "snapshot", "snapshot", 1, { 23 }, 1 },
		{ "both", "timestamp", 1, { 22 }, 1 },
		{ "both", "snapshot", 1, { 23 }, 1 },
		{ "a key more for timestamp", "timestamp", 1, { 3, 24 }, 2 },
		{ "a key more for snapshot", "snapshot", 1, { 4, 24 }, 2 },
		{ "2 of 2 for timestamp", "timestamp", 2, { 3, 24 }, 2 },
		{ "2 of 3 for snapshot", "snapshot", 2, { 4, 24, 25 }, 3 },
		{ "targets", "targets", 2, { 26, 27 }, 2 },
		{ "root", "root", 2, { 28, 29 }, 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].how, how) == 0)
			sim_role_keys(sim_role(s, rows[i].role),
				      rows[i].threshold, rows[i].count,
				      rows[i].keys);
	sim_next_root(s);
}

static void expect(struct sim *s, struct sim_client *c, int want,
		   const char *what)
{
	struct err e;
	const int code = sim_update(s, c, NULL, &e);

	if (code != want)
		test_fail(__FILE__, __LINE__, "%s: %d, not %d: %s", what, code,
			  want, e.text);
}

static void judge_fast_forward(struct sim *s, struct sim_client *c,
			       const struct attack *a)
{
	const uint64_t version = s->roles[SIM_TARGETS].version;

	drive_up(s, a->number);
	sim_publish(s);
	expect(s, c, a->number >= FF_TARGETS_LISTED ? -ENOENT : 0,
	       "the attack itself");
	sim_repent(s);
	for (size_t i = SIM_TIMESTAMP; i < s->role_count; i++)
		s->roles[i].version = version + 1;
	sim_publish(s);
	expect(s, c, -ESTALE, "the honest update before a rotation");
	rotate(s, a->which);
	sim_bump(s);
	sim_publish(s);
	if (a->want == 0)
		return;
	expect(s, c, a->want, "the honest update after another rotation");
	rotate(s, "both");
}

TEST(fast_forward_is_recovered_from_by_rotating_the_keys)
{
	static const char *const how[] = {
		"timestamp",
		"snapshot",
		"both",
		"a key more for timestamp",
		"a key more for snapshot",
		"2 of 2 for timestamp",
		"2 of 3 for snapshot",
		"targets",
		"root",
	};
	struct attack rows[FF_COUNT * 9] = { 0 };
	size_t n = 0;

	for (long kind = 0; kind < FF_COUNT; kind++)
		for (size_t i = 0; i < 9; i++)
			rows[n++] = (struct attack){
				.name = how[i],
				.which = how[i],
				.number = kind,
				.want = i >= 7 ? -ESTALE : 0,
				.judge = judge_fast_forward,
			};
	sim_attacks(rows, n);
}

/* -- mix and match --------------------------------------------------------- */

static void serve_other(struct sim *s, const struct attack *a)
{
	char name[1200];

	(void)snprintf(name, sizeof(name), "%s", sim_file_name(s, a->which));
	sim_serve_as(s, name, sim_file_name(s, a->role));
}

static void serve_past(struct sim *s, const struct attack *a)
{
	char old[64];
	AUTO_DONE(buf_done) struct buf name;

	buf_init(&name, SIZE_MAX);
	sim_encode(a->role, &name);
	(void)snprintf(old, sizeof(old), "%ld.%s.json", a->number,
		       buf_cstr(&name));
	sim_serve_as(s, old, sim_file_name(s, a->role));
}

TEST(files_of_different_publications_do_not_mix)
{
	struct attack rows[2 * SIM_HONEST_ROLES] = { 0 };
	size_t n = 0;

	for (size_t i = 2; i < SIM_HONEST_ROLES; i++)
		for (long version = 1; version <= 2; version++)
			rows[n++] = (struct attack){
				.name = sim_roles[i],
				.want = -EBADMSG,
				.part = sim_roles[i][0] == 'w' ? "web"
							       : sim_roles[i],
				.role = sim_roles[i],
				.number = version,
				.tamper = serve_past,
				.path = sim_path_through(sim_roles[i]),
			};
	sim_attacks(rows, n);
}

TEST(one_teams_file_does_not_pass_for_anothers)
{
	struct attack rows[64] = { 0 };
	size_t n = 0;

	for (size_t i = 3; i < SIM_HONEST_ROLES; i++)
		for (size_t k = 3; k < SIM_HONEST_ROLES; k++)
			for (int hashed = 0; i != k && hashed < 2; hashed++)
				rows[n++] = (struct attack){
					.name = sim_roles[i],
					.want = hashed ? -EBADMSG
						       : -EKEYREJECTED,
					.part = sim_roles[i][0] == 'w'
							? "web"
							: sim_roles[i],
					.role = sim_roles[i],
					.which = sim_roles[k],
					.tamper = serve_other,
					.flags = hashed ? ATTACK_OR_TOO_LONG
							: ATTACK_NO_HASHES |
								  ATTACK_BRIEF,
					.path = sim_path_through(sim_roles[i]),
				};
	sim_attacks(rows, n);
}

TEST(a_role_does_not_pass_for_another_even_under_one_key)
{
	struct attack rows[16] = { 0 };
	size_t n = 0;

	for (size_t i = 1; i < 4; i++)
		for (size_t k = 0; k < 4; k++)
			if (i != k)
				rows[n++] = (struct attack){
					.name = sim_roles[i],
					.want = -EBADMSG,
					.part = "_type",
					.role = sim_roles[i],
					.which = sim_roles[k],
					.tamper = serve_other,
					.flags = ATTACK_ONE_KEY |
						 ATTACK_NO_HASHES,
				};
	sim_attacks(rows, n);
}

static void serve_as_root(struct sim *s, const struct attack *a)
{
	sim_serve_as(s, sim_file_name(s, a->which), "2.root.json");
}

static void withdraw_root(struct sim *s, const struct attack *a)
{
	(void)a;
	sim_files_drop(&s->files, "2.root.json");
	sim_bump(s);
	sim_publish(s);
}

TEST(no_other_role_passes_for_the_next_root)
{
	struct attack rows[4] = { 0 };

	for (size_t i = 0; i < 4; i++)
		rows[i] = (struct attack){
			.name = sim_roles[i],
			.want = i == 0 ? -ESTALE : -EBADMSG,
			.part = i == 0 ? "2.root.json" : "_type",
			.role = "root",
			.which = sim_roles[i],
			.tamper = serve_as_root,
			.recover = withdraw_root,
			.flags = ATTACK_ONE_KEY,
		};
	sim_attacks(rows, 4);
}

/* -- arbitrary and wrong software ------------------------------------------ */

static void spoil_target(struct sim *s, const struct attack *a)
{
	const char *name = sim_target_name(s, a->path);
	const struct span good = sim_files_get(&s->files, name);
	AUTO_DONE(buf_done) struct buf bad;

	buf_init(&bad, SIZE_MAX);
	buf_span(&bad, good);
	if (a->number == 0)
		bad.p[bad.len / 2] ^= 1;
	else if (a->number == 1)
		bad.len--;
	else if (a->number == 2)
		buf_puts(&bad, " ");
	else if (a->number == 3)
		buf_reset(&bad);
	else if (a->number == 4)
		bad.p[bad.len - 2]--; /* the serial of yesterday */
	sim_files_put(&s->files, name, buf_view(&bad));
	if (a->number == 5)
		sim_serve_as(s, sim_target_name(s, a->which),
			     sim_target_name(s, a->path));
	if (a->number == 6)
		sim_files_drop(&s->files, name);
}

static void serve_swapped(struct sim *s, const struct attack *a)
{
	static char name[600], other[600];

	(void)snprintf(name, sizeof(name), "%s", sim_target_name(s, a->path));
	(void)snprintf(other, sizeof(other), "%s",
		       sim_target_name(s, a->which));
	sim_serve_as(s, other, name);
}

TEST(a_target_with_other_content_is_refused)
{
	static const int want[] = { -EBADMSG, -EBADMSG, -EFBIG, -EBADMSG,
				    -EBADMSG, -EBADMSG, -ENOENT };
	struct attack rows[5 * 7] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < 5; i++)
		for (long kind = 0; kind < 7; kind++)
			rows[n++] = (struct attack){
				.name = sim_paths[i],
				.want = want[kind],
				.part = sim_last_part(sim_paths[i]),
				.path = sim_paths[i],
				.number = kind,
				.which = sim_paths[(i + 1) % 5],
				.tamper = kind == 5 ? serve_swapped
						    : spoil_target,
				.flags = kind % 4 ? ATTACK_BRIEF : ATTACK_BOTH,
			};
	/* Another target's content is longer or shorter. */
	for (size_t i = 0; i < n; i++)
		if (rows[i].number == 5 &&
		    strlen(rows[i].which) > strlen(rows[i].path))
			rows[i].want = -EFBIG;
	sim_attacks(rows, n);
}

/* -- the issue time as a clock --------------------------------------------- */

/* The timestamp key signs that it is issued far ahead, for even longer. */
static void publish_ahead(struct sim *s, int64_t days)
{
	sim_bump(s);
	s->issued = SIM_NOW + days * SIM_DAY;
	sim_role(s, "timestamp")->expires = s->issued + days * SIM_DAY;
	sim_publish(s);
}

TEST(an_issue_time_far_ahead_stops_updates_until_root_rotates_the_key)
{
	static const bool rows[] = { false, true };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim *s = sim_new();
		struct sim_client c = { .uses_issued = rows[i] };
		const int64_t issued = s->issued;
		const int64_t expires = sim_role(s, "timestamp")->expires;
		const int want = rows[i] ? -EKEYEXPIRED : 0;
		struct trust_result result = { 0 };
		struct err e;

		sim_publish_root(s, 0, NULL);
		sim_publish(s);
		expect(s, &c, 0, "before the attack");
		publish_ahead(s, 20000);
		CHECK_INT(sim_update(s, &c, &result, &e), 0);
		CHECK_INT(result.now, SIM_NOW);
		CHECK(result.issued > SIM_NOW);
		trust_result_done(&result);
		expect(s, &c, want, "the same files again");
		s->issued = issued;
		sim_role(s, "timestamp")->expires = expires;
		sim_bump(s);
		sim_publish(s);
		expect(s, &c, want, "the honest update after it");
		rotate(s, "timestamp");
		sim_bump(s);
		sim_publish(s);
		sim_accepts(s, &c, "after the rotation of the key");
		CHECK_INT(sim_update(s, &c, &result, &e), 0);
		CHECK_INT(result.now, SIM_NOW);
		trust_result_done(&result);
		sim_client_done(&c);
		sim_free(s);
	}
}
