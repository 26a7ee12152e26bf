/* SPDX-License-Identifier: Apache-2.0 */
/* trust_attack_mirror_test.c - a mirror that withholds, cuts, floods and hangs,
 * and a disk that fails: the client refuses, and goes on afterwards.
 */
#include "test/unit/trust_sim.h"

/* -- endless data ---------------------------------------------------------- */

static void flood_role(struct sim *s, const struct attack *a)
{
	static char name[64];

	(void)snprintf(name, sizeof(name), "%s", sim_file_name(s, a->which));
	s->endless = strcmp(a->which, "root") == 0 ? "2.root.json" : name;
}

static void flood_target(struct sim *s, const struct attack *a)
{
	static char name[600];

	(void)snprintf(name, sizeof(name), "%s", sim_target_name(s, a->path));
	s->endless = name;
}

TEST(endless_data_ends_at_the_cap)
{
	struct attack rows[2 * SIM_HONEST_ROLES + SIM_PATHS] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < SIM_HONEST_ROLES; i++)
		for (int hashed = 0; hashed < 2; hashed++)
			rows[n++] = (struct attack){
				.name = sim_roles[i],
				.want = -EFBIG,
				.part = sim_roles[i][0] == 'w' ? "web"
							       : sim_roles[i],
				.role = sim_roles[i],
				.which = sim_roles[i],
				.tamper = flood_role,
				.path = sim_path_through(sim_roles[i]),
				.flags = hashed ? 0 : ATTACK_NO_HASHES,
			};
	for (size_t i = 0; i < SIM_PATHS; i++)
		rows[n++] = (struct attack){
			.name = sim_paths[i],
			.want = -EFBIG,
			.part = sim_last_part(sim_paths[i]),
			.path = sim_paths[i],
			.tamper = flood_target,
			.flags = ATTACK_BOTH,
		};
	sim_attacks(rows, n);
}

/* -- stated lengths -------------------------------------------------------- */

static void stretch(struct sim *s, const struct attack *a)
{
	s->stretched = a->which;
	s->stretch = a->number;
}

static void stretch_target(struct sim *s, const struct attack *a)
{
	static char at[256], value[32];
	static const char *const roles[] = { "targets", "web", "web/eu", "db",
					     "late" };
	struct sim_edit edit = { .at = at, .value = value };
	size_t i = 0;

	while (strcmp(sim_paths[i], a->path) != 0)
		i++;
	edit.role = roles[i];
	(void)snprintf(at, sizeof(at), "/targets/%s%s/length",
		       i ? "services~1" : "", sim_last_part(a->path));
	(void)snprintf(value, sizeof(value), "%ld",
		       (long)strlen(sim_text(s, a->path)) + a->number);
	sim_edit(s, &edit);
}

TEST(a_stated_length_binds_to_the_byte)
{
	static const struct {
		long by;
		int want;
	} kinds[] = {
		{ 1, -EBADMSG },
		{ -1, -EFBIG },
		{ 1L << 40, -EFBIG },
	};
	struct attack rows[3 * (SIM_HONEST_ROLES + SIM_PATHS)] = { 0 };
	size_t n = 0;

	for (size_t k = 0; k < 3; k++)
		for (size_t i = 2; i < SIM_HONEST_ROLES; i++)
			rows[n++] = (struct attack){
				.name = sim_roles[i],
				.want = kinds[k].want,
				.part = sim_roles[i][0] == 'w' ? "web"
							       : sim_roles[i],
				.role = sim_roles[i],
				.which = sim_roles[i],
				.number = kinds[k].by,
				.arrange = stretch,
				.path = sim_path_through(sim_roles[i]),
			};
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < SIM_PATHS; i++)
			rows[n++] = (struct attack){
				.name = sim_paths[i],
				.want = kinds[k].want,
				.part = sim_last_part(sim_paths[i]),
				.path = sim_paths[i],
				.number = kinds[k].by,
				.arrange = stretch_target,
			};
	sim_attacks(rows, n);
}

/* -- what is not there, or is something else ------------------------------- */

static void replace_role(struct sim *s, const struct attack *a)
{
	static const char *const with[] = {
		"",
		"<!DOCTYPE html><title>404</title>",
		"{}",
		"null",
		"[]",
		"{\"signatures\":[],\"signed\":{}}",
		"\xef\xbb\xbf{}",
		"\x1f\x8b\x08",
	};
	const char *name = strcmp(a->which, "root") == 0
				   ? "2.root.json"
				   : sim_file_name(s, a->which);

	if (a->number < 0)
		sim_files_drop(&s->files, name);
	else
		sim_files_put(&s->files, name, span_of(with[a->number]));
}

static void give_back(struct sim *s, const struct attack *a)
{
	(void)a;
	sim_files_drop(&s->files, "2.root.json");
	sim_bump(s);
	sim_publish(s);
}

TEST(a_file_that_is_missing_or_is_no_metadata_is_refused)
{
	struct attack rows[9 * SIM_HONEST_ROLES] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < SIM_HONEST_ROLES; i++)
		for (long with = -1; with < 8; with++)
			rows[n++] = (struct attack){
				.name = sim_roles[i],
				.want = with < 0 ? -ENOENT : -EBADMSG,
				.part = sim_roles[i][0] == 'w' ? "web"
							       : sim_roles[i],
				.role = sim_roles[i],
				.which = sim_roles[i],
				.number = with,
				.tamper = replace_role,
				.recover = give_back,
				.path = sim_path_through(sim_roles[i]),
				.flags = (i > 1 && i % 2 ? ATTACK_NO_HASHES
							 : 0) |
					 (with > 0 ? ATTACK_BRIEF : 0),
			};
	/* No next root is how things are. */
	rows[0].want = 0;
	rows[0].flags = ATTACK_HARMLESS;
	sim_attacks(rows, n);
}

/* -- a bad line ------------------------------------------------------------ */

/* In an update of everything: root, timestamp, snapshot, five targets roles,
 * five targets. A plain client asks for the first four, two roles, a target. */
#define REQUESTS       13
#define PLAIN_REQUESTS 7

static void cut_line(struct sim *s, const struct attack *a)
{
	s->broken_at = (size_t)a->number;
	s->code = a->want;
}

TEST(a_line_that_breaks_at_any_request_is_survived)
{
	static const int codes[] = { -EIO, -ETIMEDOUT, -EINTR, -ECONNRESET,
				     -EACCES };
	struct attack rows[5 * REQUESTS] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < 5; i++)
		for (long at = 1; at <= REQUESTS; at++)
			rows[n++] = (struct attack){
				.name = "the line",
				.want = codes[i],
				.part = "the line is cut",
				.role = at < 5 ? sim_roles[at - 1] : NULL,
				.number = at,
				.arrange = cut_line,
				.flags = (at > PLAIN_REQUESTS
						  ? ATTACK_BUNDLE_ONLY
						  : 0) |
					 (i == 0 ? ATTACK_BOTH : ATTACK_BRIEF),
			};
	sim_attacks(rows, n);
}

TEST(an_update_asks_for_no_more_than_that)
{
	struct sim *s = sim_new();
	struct sim_client c = { 0 };
	char role[SIM_NAME_MAX];
	struct buf text;
	struct err e;

	sim_publish_root(s, 0, NULL);
	sim_publish(s);
	CHECK_INT(sim_update(s, &c, NULL, &e), 0);
	CHECK_INT(s->requests, REQUESTS);
	/* What is stored and still fits is not asked for again. */
	CHECK_INT(sim_update(s, &c, NULL, &e), 0);
	CHECK_INT(s->requests, 2 + SIM_PATHS);
	sim_client_done(&c);
	CHECK_INT(sim_fetch_target(s, &c, "services/web-eu-1.json", &text, role,
				   &e),
		  0);
	CHECK_INT(s->requests, PLAIN_REQUESTS);
	CHECK_STR(role, "web/eu");
	buf_done(&text);
	CHECK_INT(sim_fetch_target(s, &c, "services/web-eu-1.json", &text, role,
				   &e),
		  0);
	CHECK_INT(s->requests, 3);
	buf_done(&text);
	/* A name that no role may speak of, and one that nobody lists. */
	CHECK_INT(sim_fetch_target(s, &c, "nobody.json", &text, role, &e),
		  -ENOENT);
	CHECK_HAS(e.text, "nobody.json");
	CHECK_INT(
		sim_fetch_target(s, &c, "services/db-9.json", &text, role, &e),
		-ENOENT);
	CHECK_HAS(e.text, "services/db-9.json");
	/* db is terminating: late is not asked for after it. */
	CHECK(sim_files_get(&s->asked, "1.late.json").p == NULL);
	sim_client_done(&c);
	sim_free(s);
}

/* -- a bad disk ------------------------------------------------------------ */

#define SAVES 8 /* the root, and seven roles more */

static void judge_disk(struct sim *s, struct sim_client *c,
		       const struct attack *a)
{
	const bool is_new = a->which != NULL;
	struct sim_client own = { 0 };
	struct err e;
	int code;

	if (!is_new)
		sim_client_copy(&own, c);
	own.save_fails = (size_t)a->number;
	own.code = a->want;
	code = sim_update(s, &own, NULL, &e);
	if (code == 0 && own.saves >= own.save_fails)
		test_fail(__FILE__, __LINE__, "save %ld failed unnoticed",
			  a->number);
	if (code != 0 && code != a->want)
		test_fail(__FILE__, __LINE__, "%d, not %d: %s", code, a->want,
			  e.text);
	if (code != 0)
		CHECK_HAS(e.text, "the disk is full");
	own.save_fails = 0;
	sim_accepts(s, &own, "with room again");
	sim_client_done(&own);
}

TEST(a_full_disk_fails_the_update_and_not_the_next)
{
	static const int codes[] = { -ENOSPC, -EIO, -EROFS };
	struct attack rows[3 * SAVES * 2] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		for (long at = 1; at <= SAVES; at++)
			for (int is_new = 0; is_new < 2; is_new++)
				rows[n++] = (struct attack){
					.name = "the disk",
					.want = codes[i],
					.number = at,
					.which = is_new ? "new" : NULL,
					.judge = judge_disk,
				};
	sim_attacks(rows, n);
}

TEST(a_stored_file_that_cannot_be_read_is_as_if_absent)
{
	struct sim *s = sim_new();
	struct sim_client c = { .code = -EIO };

	sim_publish_root(s, 0, NULL);
	sim_publish(s);
	sim_accepts(s, &c, "first");
	for (size_t at = 1; at <= 12; at++) {
		c.load_fails = at;
		sim_bump(s);
		sim_publish(s);
		sim_accepts(s, &c, "an unreadable file");
	}
	sim_client_done(&c);
	sim_free(s);
}
