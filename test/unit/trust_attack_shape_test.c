/* SPDX-License-Identifier: Apache-2.0 */
/* trust_attack_shape_test.c - correctly signed metadata of the wrong shape:
 * numbers, dates, names, types, and bytes that are no strict JSON.
 */
#include "test/unit/trust_sim.h"

/* Roles whose files are edited here; the honest world has them all. */
static const char *const roles[] = { "root", "timestamp", "snapshot", "targets",
				     "web" };
#define ROLES 5

/* A root of the attacker's is withdrawn if it was refused, and followed by an
 * honest one if not; versions go beyond those that the attacker used. */
static void withdraw(struct sim *s, const struct attack *a)
{
	const char *edited = a->edit.role != NULL ? a->edit.role : a->role;

	if (strcmp(edited, "root") == 0 && a->want < 0 && a->role != NULL &&
	    strcmp(a->role, "root") == 0) {
		sim_files_drop(&s->files, "2.root.json");
		s->roles[SIM_ROOT].version = 1;
	} else if (strcmp(edited, "root") == 0) {
		sim_next_root(s);
	}
	for (int i = 0; i < 5; i++)
		sim_bump(s);
	sim_publish(s);
}

static struct attack edit_row(const char *role, const char *at,
			      const char *value, int want, const char *part)
{
	return (struct attack){
		.name = at,
		.want = want,
		.part = part,
		.role = role,
		.edit = { role, at, value, SIM_SIGNED },
		.recover = withdraw,
		.flags = want == 0 ? ATTACK_HARMLESS | ATTACK_BRIEF
				   : ATTACK_BRIEF,
	};
}

/* -- the members that all roles have --------------------------------------- */

static const struct {
	const char *at, *value;
	bool is_good;
} common[] = {
	{ "/version", "0", false },
	{ "/version", "-1", false },
	{ "/version", "-9223372036854775808", false },
	{ "/version", "1.0", false },
	{ "/version", "4e0", false },
	{ "/version", "true", false },
	{ "/version", "\"4\"", false },
	{ "/version", "null", false },
	{ "/version", "[4]", false },
	{ "/version", NULL, false },
	{ "/expires", "\"2027-01-25\"", false },
	{ "/expires", "\"2027-01-25T08:00:00\"", false },
	{ "/expires", "\"2027-01-25T08:00:00+00:00\"", false },
	{ "/expires", "\"2027-01-25T08:00:00.5Z\"", false },
	{ "/expires", "\"2027-01-25t08:00:00z\"", false },
	{ "/expires", "\"2027-01-25 08:00:00Z\"", false },
	{ "/expires", "\"2027-01-25T08:00Z\"", false },
	{ "/expires", "\"2027-02-29T08:00:00Z\"", false },
	{ "/expires", "\"2027-02-30T08:00:00Z\"", false },
	{ "/expires", "\"2100-02-29T08:00:00Z\"", false },
	{ "/expires", "\"2027-04-31T08:00:00Z\"", false },
	{ "/expires", "\"2027-13-01T08:00:00Z\"", false },
	{ "/expires", "\"2027-00-01T08:00:00Z\"", false },
	{ "/expires", "\"2027-01-00T08:00:00Z\"", false },
	{ "/expires", "\"2027-01-25T24:00:00Z\"", false },
	{ "/expires", "\"2027-01-25T08:60:00Z\"", false },
	{ "/expires", "\"2027-01-25T23:59:60Z\"", false },
	{ "/expires", "\" 2027-01-25T08:00:00Z\"", false },
	{ "/expires", "\"2027-01-25T08:00:00Z \"", false },
	{ "/expires", "\"2027-01-25T08:00:00Z\\u0000\"", false },
	{ "/expires", "\"12027-01-25T08:00:00Z\"", false },
	{ "/expires", "\"+027-01-25T08:00:00Z\"", false },
	{ "/expires", "\"-001-01-25T08:00:00Z\"", false },
	{ "/expires", "\"20 7-01-25T08:00:00Z\"", false },
	{ "/expires", "\"\\u0662\\u0660\\u0662\\u0667-01-25T08:00:00Z\"",
	  false },
	{ "/expires", "\"never\"", false },
	{ "/expires", "\"\"", false },
	{ "/expires", "1800864000", false },
	{ "/expires", "null", false },
	{ "/expires", NULL, false },
	{ "/expires", "\"9999-12-31T23:59:59Z\"", true },
	{ "/expires", "\"2028-02-29T00:00:00Z\"", true },
	{ "/expires", "\"2400-02-29T00:00:00Z\"", true },
	{ "/spec_version", "\"2.0.0\"", false },
	{ "/spec_version", "\"0.9\"", false },
	{ "/spec_version", "\"1\"", false },
	{ "/spec_version", "\"1.\"", false },
	{ "/spec_version", "\"1.0.\"", false },
	{ "/spec_version", "\"1.0.0.0\"", false },
	{ "/spec_version", "\"1.x\"", false },
	{ "/spec_version", "\"10.0\"", false },
	{ "/spec_version", "\"+1.0\"", false },
	{ "/spec_version", "\" 1.0\"", false },
	{ "/spec_version", "\"1.0 \"", false },
	{ "/spec_version", "\"1.0\\u0000\"", false },
	{ "/spec_version", "\"1.-1\"", false },
	{ "/spec_version", "\"\"", false },
	{ "/spec_version", "1", false },
	{ "/spec_version", "null", false },
	{ "/spec_version", NULL, false },
	{ "/spec_version", "\"1.0\"", true },
	{ "/spec_version", "\"1.0.99\"", true },
	{ "/spec_version", "\"1.4294967295.4294967295\"", true },
	{ "/_type", "\"mirrors\"", false },
	{ "/_type", "\"Root\"", false },
	{ "/_type", "\"TARGETS\"", false },
	{ "/_type", "\"\"", false },
	{ "/_type", "\"targets\\u0000\"", false },
	{ "/_type", "\"web\"", false },
	{ "/_type", "null", false },
	{ "/_type", "1", false },
	{ "/_type", NULL, false },
	{ "/x-unknown", "{\"a\": [1, null, true, {}]}", true },
	{ "/x-control", "\"\\u0001\\n\\u007f\\u2028\\ud83d\\ude00\"", true },
	{ "/x-nul", "\"a\\u0000b\"", false },
	{ "/x-real", "1.5", false },
	{ "/x-integer", "9223372036854775807", true },
	{ "/x-deep",
	  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	  false },
};
#define COMMON (sizeof(common) / sizeof(common[0]))

static void common_of(size_t k, size_t end)
{
	static struct attack rows[COMMON * ROLES];
	size_t n = 0;

	for (; k < end; k++)
		for (size_t i = 0; i < COMMON; i++) {
			const bool is_unknown =
				strncmp(common[i].at, "/x-", 3) == 0;

			rows[n++] = edit_row(
				roles[k], common[i].at, common[i].value,
				common[i].is_good ? 0 : -EBADMSG,
				is_unknown ? roles[k] : common[i].at + 1);
			/* jansson's own words for a real number. */
			if (common[i].value != NULL &&
			    (strcmp(common[i].value, "1.0") == 0 ||
			     strcmp(common[i].value, "4e0") == 0 ||
			     strstr(common[i].value, "\\u0000") != NULL))
				rows[n - 1].part = roles[k];
		}
	sim_attacks(rows, n);
}

TEST(version_date_type_and_specification_of_root)
{
	common_of(0, 1);
}

TEST(version_date_type_and_specification_of_timestamp)
{
	common_of(1, 2);
}

TEST(version_date_type_and_specification_of_snapshot)
{
	common_of(2, 3);
}

TEST(version_date_type_and_specification_of_targets)
{
	common_of(3, 4);
}

TEST(version_date_type_and_specification_of_a_team)
{
	common_of(4, 5);
}

/* -- versions, exactly ----------------------------------------------------- */

TEST(large_versions_are_exact_and_do_not_wrap)
{
	static const uint64_t versions[] = {
		1,	    INT32_MAX,	      1ULL << 31,	UINT32_MAX,
		1ULL << 32, (1ULL << 32) + 1, (1ULL << 53) + 1, INT64_MAX - 1,
		INT64_MAX
	};
	struct sim *s = sim_new();
	struct sim_client c = { 0 };
	struct trust_result got = { 0 };
	struct err e;

	sim_publish_root(s, 0, NULL);
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		for (size_t k = SIM_TIMESTAMP; k < s->role_count; k++)
			s->roles[k].version = versions[i];
		sim_publish(s);
		CHECK_INT(sim_update(s, &c, &got, &e), 0);
		CHECK(got.timestamp_version == versions[i]);
		CHECK(got.snapshot_version == versions[i]);
		CHECK(got.targets_version == versions[i]);
		CHECK(got.speakers[1].version == versions[i]);
		trust_result_done(&got);
		if (i == 0)
			continue;
		/* One less is a rollback, each time. */
		for (size_t k = SIM_TIMESTAMP; k < s->role_count; k++)
			s->roles[k].version--;
		sim_publish(s);
		CHECK_INT(sim_update(s, &c, NULL, &e), -ESTALE);
	}
	sim_count(17, "versions");
	sim_client_done(&c);
	sim_free(s);
}

/* The version inside becomes a->which, in which '#' is the honest one. */
static void replace_version(struct sim *s, const struct attack *a)
{
	static char at[40], value[80];
	const unsigned long long version =
		sim_role(s, a->role)->version + (strcmp(a->role, "root") == 0);
	size_t len = 0;

	(void)snprintf(at, sizeof(at), "\"version\":%llu", version);
	for (const char *p = a->which; *p != '\0'; p++)
		if (*p == '#')
			len += (size_t)snprintf(value + len,
						sizeof(value) - len, "%llu",
						version);
		else
			value[len++] = *p;
	value[len] = '\0';
	sim_edit(s, &(struct sim_edit){ a->role, at, value, SIM_TEXT });
	if (strcmp(a->role, "root") == 0)
		sim_next_root(s);
}

TEST(versions_that_no_integer_holds_and_other_spellings)
{
	static const char *const spellings[] = {
		"\"version\":9223372036854775808",
		"\"version\":18446744073709551616",
		"\"version\":18446744073709551620",
		"\"version\":1e400",
		"\"version\":0#",
		"\"version\":+#",
		"\"version\":0x4",
		"\"version\":#.",
		"\"version\":NaN",
		"\"version\":#,\"version\":#",
		"\"version\":#,\"\\u0076ersion\":1",
		"\"version\":1,\"version\":#",
	};
	static struct attack rows[12 * ROLES];
	size_t n = 0;

	for (size_t i = 0; i < 12; i++)
		for (size_t k = 0; k < ROLES; k++)
			rows[n++] = (struct attack){
				.name = spellings[i],
				.want = -EBADMSG,
				.part = roles[k],
				.role = roles[k],
				.which = spellings[i],
				.arrange = replace_version,
				.recover = withdraw,
				.flags = ATTACK_BRIEF,
			};
	sim_attacks(rows, n);
}

/* -- bytes that are no strict JSON ----------------------------------------- */

/* The published file with something before, inside and behind it. */
static const struct {
	const char *name, *before, *inside, *behind;
} mangles[] = {
	{ "a byte order mark", "\xef\xbb\xbf", "", "" },
	{ "a second document", "", "", "{}" },
	{ "rubbish behind", "", "", "x" },
	{ "a comma behind", "", "", "," },
	{ "a bracket behind", "", "", "]" },
	{ "a comment", "/* */", "", "" },
	{ "another comment", "", "", "//" },
	{ "a vertical tab", "\v", "", "" },
	{ "a lone surrogate", "", "\"x\":\"\\ud800\",", "" },
	{ "surrogates in the wrong order", "", "\"x\":\"\\udc00\\ud800\",",
	  "" },
	{ "an escaped NUL", "", "\"x\":\"a\\u0000\",", "" },
	{ "an escaped NUL in a name", "", "\"x\\u0000\":1,", "" },
	{ "bytes that are not UTF-8", "", "\"x\":\"\xff\xfe\",", "" },
	{ "an overlong NUL", "", "\"x\":\"\xc0\x80\",", "" },
	{ "an overlong slash", "", "\"x\":\"\xe0\x80\xaf\",", "" },
	{ "a surrogate in UTF-8", "", "\"x\":\"\xed\xa0\x80\",", "" },
	{ "beyond Unicode", "", "\"x\":\"\xf4\x90\x80\x80\",", "" },
	{ "Latin-1", "", "\"x\":\"\xe9\",", "" },
	{ "half a character", "", "\"x\":\"\xc3\",", "" },
	{ "a raw newline in a string", "", "\"x\":\"\n\",", "" },
	{ "a raw tab in a string", "", "\"x\":\"\t\",", "" },
	{ "a wrong escape", "", "\"x\":\"\\x41\",", "" },
	{ "single quotes", "", "'x':1,", "" },
	{ "a name without quotes", "", "x:1,", "" },
	{ "a real number", "", "\"x\":1.5,", "" },
	{ "an exponent", "", "\"x\":1e3,", "" },
	{ "NaN", "", "\"x\":NaN,", "" },
	{ "Infinity", "", "\"x\":-Infinity,", "" },
	{ "two commas", "", "\"x\":1,,", "" },
	{ "True", "", "\"x\":True,", "" },
	{ "one name twice", "", "\"x\":1,\"x\":1,", "" },
	{ "one name twice, once escaped", "", "\"x\":1,\"\\u0078\":1,", "" },
	{ "one name twice, deep down", "", "\"x\":[{\"y\":{\"z\":1,\"z\":1}}],",
	  "" },
};
#define MANGLES (sizeof(mangles) / sizeof(mangles[0]))

static const char *mangled_name(struct sim *s, const struct attack *a)
{
	return strcmp(a->role, "root") == 0 ? "2.root.json"
					    : sim_file_name(s, a->role);
}

static void mangle(struct sim *s, const struct attack *a)
{
	const char *name = mangled_name(s, a);
	struct span text;
	struct buf out;

	if (strcmp(a->role, "root") == 0)
		sim_next_root(s);
	text = sim_files_get(&s->files, name);
	CHECK(text.len != 0 && text.p[0] == '{');
	buf_init(&out, SIZE_MAX);
	buf_puts(&out, mangles[a->number].before);
	buf_puts(&out, "{");
	buf_puts(&out, mangles[a->number].inside);
	buf_put(&out, text.p + 1, text.len - 1);
	buf_puts(&out, mangles[a->number].behind);
	sim_files_put(&s->files, name, buf_view(&out));
	buf_done(&out);
}

enum {
	WIDE,
	DEEP_ARRAYS,
	DEEP_OBJECTS,
	NULS,
	NUL_BEHIND,
	RECODED
};

static void rewrite(struct sim *s, const struct attack *a)
{
	const char *name = mangled_name(s, a);
	struct span text;
	struct buf out;

	if (strcmp(a->role, "root") == 0)
		sim_next_root(s);
	text = sim_files_get(&s->files, name);
	buf_init(&out, SIZE_MAX);
	if (a->number == NUL_BEHIND)
		buf_span(&out, text);
	if (a->number == NUL_BEHIND || a->number == NULS)
		buf_put(&out, "\0\0\0", 3);
	for (size_t i = 0; a->number == RECODED && i < text.len; i++) {
		buf_put(&out, &text.p[i], 1);
		buf_put(&out, "", 1); /* UTF-16, little-endian */
	}
	for (int i = 0; a->number == DEEP_ARRAYS && i < 8000; i++)
		buf_puts(&out, "[");
	for (int i = 0; a->number == DEEP_OBJECTS && i < 2000; i++)
		buf_puts(&out, "{\"a\":");
	for (int i = 0; a->number == WIDE && i < 5000; i++)
		buf_puts(&out, i ? ",[]" : "[[]");
	sim_files_put(&s->files, name, buf_view(&out));
	buf_done(&out);
}

TEST(bytes_that_are_no_strict_json_are_refused)
{
	static struct attack rows[(MANGLES + 6) * ROLES];
	size_t n = 0;

	for (size_t k = 0; k < ROLES; k++)
		for (size_t i = 0; i < MANGLES + 6; i++) {
			const bool is_text = i < MANGLES;

			rows[n++] = (struct attack){
				.name = is_text ? mangles[i].name : "rewritten",
				.want = -EBADMSG,
				.part = roles[k],
				.role = roles[k],
				.number = (long)(is_text ? i : i - MANGLES),
				.tamper = is_text ? mangle : rewrite,
				.recover = withdraw,
				.flags = ATTACK_NO_HASHES | ATTACK_BRIEF,
			};
			if (strcmp(roles[k], "timestamp") == 0)
				rows[n - 1].flags |= ATTACK_OR_TOO_LONG;
		}
	sim_attacks(rows, n);
}

/* Other spellings of the very same value: nothing is wrong with them. */
TEST(another_spelling_of_the_same_value_is_the_same)
{
	static const char *const spellings[][2] = {
		{ "\"signed\":", "\n\t \"signed\" \r\n:" },
		{ "\"_type\"", "\"\\u005ftype\"" },
		{ "\"signed\":", "\"si\\u0067ned\":" },
		{ "\"signatures\":", "\"x-outside\":[1],\"signatures\":" },
	};
	static struct attack rows[4 * ROLES];
	size_t n = 0;

	for (size_t k = 1; k < ROLES; k++)
		for (size_t i = 0; i < 4; i++)
			rows[n++] = (struct attack){
				.name = spellings[i][1],
				.role = roles[k],
				.edit = { roles[k], spellings[i][0],
					  spellings[i][1], SIM_TEXT },
				.flags = ATTACK_HARMLESS,
			};
	sim_attacks(rows, n);
}

/* -- what is listed -------------------------------------------------------- */

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define WEB_A "/targets/services~1web-a.json"

TEST(entries_of_meta_and_targets_of_the_wrong_shape)
{
	static const struct {
		const char *role, *at, *value, *part;
		int want;
	} rows[] = {
		{ "timestamp", "/meta", "{}", "snapshot.json", EBADMSG },
		{ "timestamp", "/meta", "[]", "meta", EBADMSG },
		{ "timestamp", "/meta/snapshot.json/version", "0", "version",
		  EBADMSG },
		{ "timestamp", "/meta/snapshot.json/version", "true", "version",
		  EBADMSG },
		{ "timestamp", "/meta/snapshot.json/version", "\"4\"",
		  "version", EBADMSG },
		{ "timestamp", "/meta/snapshot.json/length", "-1", "length",
		  EBADMSG },
		{ "timestamp", "/meta/snapshot.json/length", "0", "snapshot",
		  EFBIG },
		{ "timestamp", "/meta/snapshot.json/length",
		  "9223372036854775807", "snapshot", EFBIG },
		{ "timestamp", "/meta/snapshot.json/hashes", "{}", "hashes",
		  EBADMSG },
		{ "timestamp", "/meta/snapshot.json/hashes", "[]", "hashes",
		  EBADMSG },
		{ "timestamp", "/meta/snapshot.json/hashes",
		  "{\"md5\": \"00\"}", "hashes", EBADMSG },
		{ "timestamp", "/meta/snapshot.json/hashes/sha256", "\"\"",
		  "sha256", EBADMSG },
		{ "timestamp", "/meta/snapshot.json/hashes/sha256",
		  "\"" ZEROS "00\"", "sha256", EBADMSG },
		{ "timestamp", "/meta/snapshot.json/hashes/sha256", "7",
		  "sha256", EBADMSG },
		{ "timestamp", "/meta/other.json", "{}", "other.json",
		  EBADMSG },
		{ "timestamp", "/x-bailiff-issued", "\"2040-01-01T00:00:00Z\"",
		  "x-bailiff-issued", EBADMSG },
		{ "timestamp", "/x-bailiff-issued", "7", "x-bailiff-issued",
		  EBADMSG },
		{ "timestamp", "/x-bailiff-issued", "\"1969-12-31T23:59:59Z\"",
		  "x-bailiff-issued", EBADMSG },
		{ "snapshot", "/meta/web.json", "null", "web.json", EBADMSG },
		{ "snapshot", "/meta/web.json/version", "true", "version",
		  EBADMSG },
		{ "snapshot", "/meta/web.json/version", "-4", "version",
		  EBADMSG },
		{ "snapshot", "/meta/web.json/version", NULL, "version",
		  EBADMSG },
		{ "targets", "/targets", "[]", "targets", EBADMSG },
		{ "targets", "/targets/node.json/length", "true", "length",
		  EBADMSG },
		{ "targets", "/targets/node.json/length", "-1", "length",
		  EBADMSG },
		{ "targets", "/targets/node.json/length", NULL, "length",
		  EBADMSG },
		{ "targets", "/targets/node.json/length", "\"1\"", "length",
		  EBADMSG },
		{ "targets", "/targets/node.json/hashes", NULL, "hashes",
		  EBADMSG },
		{ "targets", "/targets/node.json/hashes", "{}", "hashes",
		  EBADMSG },
		{ "targets", "/targets/node.json/hashes",
		  "{\"md5\": \"d41d8cd98f00b204e9800998ecf8427e\"}", "hashes",
		  EBADMSG },
		{ "targets", "/targets/node.json/hashes",
		  "{\"SHA256\": \"" ZEROS "\"}", "hashes", EBADMSG },
		{ "web", WEB_A "/hashes/sha256", "\"" ZEROS "0\"", "sha256",
		  EBADMSG },
		{ "web", WEB_A "/hashes/sha256", "\"" ZEROS "zz\"", "sha256",
		  EBADMSG },
		{ "web", WEB_A "/hashes/sha512", "\"" ZEROS "\"", "sha512",
		  EBADMSG },
		{ "web", "/targets/", "{\"length\": 0}", "targets", EBADMSG },
	};
	static struct attack attacks[sizeof(rows) / sizeof(rows[0])];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		attacks[i] = edit_row(rows[i].role, rows[i].at, rows[i].value,
				      -rows[i].want, rows[i].part);
		if (rows[i].want == EFBIG)
			attacks[i].role = "snapshot";
	}
	SIM_ATTACKS(attacks);
}

/* One of two hashes is wrong: each that is known binds. */
TEST(one_of_two_hashes_that_is_wrong_refuses)
{
	/* clang-format off */
	static const struct attack rows[] = {
	{ .name = "the sha512 of a target", .want = -EBADMSG, .part = "sha512",
	  .path = "services/web-a.json",
	  .edit = SIM_SET("web", WEB_A "/hashes/sha512",
			  "\"" ZEROS ZEROS "\"") },
	{ .name = "the sha512 of web", .want = -EBADMSG, .part = "sha512",
	  .role = "web", .edit = SIM_SET("snapshot",
	  "/meta/web.json/hashes/sha512", "\"" ZEROS ZEROS "\"") },
	{ .name = "the sha256 of web", .want = -EBADMSG, .part = "sha256",
	  .role = "web", .edit = SIM_SET("snapshot",
	  "/meta/web.json/hashes/sha256", "\"" ZEROS "\"") },
	{ .name = "the sha512 of snapshot", .want = -EBADMSG, .part = "sha512",
	  .role = "snapshot", .edit = SIM_SET("timestamp",
	  "/meta/snapshot.json/hashes/sha512", "\"" ZEROS ZEROS "\"") },
	{ .name = "an unknown hash beside good ones",
	  .edit = SIM_SET("web", WEB_A "/hashes/blake9", "\"00\""),
	  .flags = ATTACK_HARMLESS },
	{ .name = "an unknown hash beside good ones, in meta",
	  .edit = SIM_SET("snapshot", "/meta/web.json/hashes/md5", "\"x\""),
	  .flags = ATTACK_HARMLESS },
	{ .name = "no length in meta",
	  .edit = SIM_SET("snapshot", "/meta/web.json/length", NULL),
	  .flags = ATTACK_HARMLESS },
	{ .name = "no hashes in meta",
	  .edit = SIM_SET("snapshot", "/meta/web.json/hashes", NULL),
	  .flags = ATTACK_HARMLESS },
	{ .name = "sha256 alone",
	  .edit = SIM_SET("web", WEB_A "/hashes/sha512", NULL),
	  .flags = ATTACK_HARMLESS },
	};
	/* clang-format on */

	SIM_ATTACKS(rows);
}

TEST(target_paths_that_leave_their_directory_are_refused)
{
	static const char *const bad[] = {
		"/targets/..",	     "/targets/..~1x",
		"/targets/a~1..~1b", "/targets/a~1..",
		"/targets/.",	     "/targets/.~1a",
		"/targets/~1",	     "/targets/~1etc~1passwd",
		"/targets/a~1~1b",   "/targets/a~1",
		"/targets/a\nb",     "/targets/a\x7f",
		"/targets/",
	};
	static const char entry[] =
		"{\"length\": 0, \"hashes\": {\"sha256\": \"e3b0c44298fc1c149a"
		"fbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}}";
	static struct attack rows[2 * 13];
	size_t n = 0;

	for (size_t i = 0; i < 13; i++)
		for (size_t k = 3; k < 5; k++)
			rows[n++] = edit_row(roles[k], bad[i], entry, -EBADMSG,
					     roles[k]);
	sim_attacks(rows, n);
}

/* -- every member of every role, as every type ----------------------------- */

#define TYPE_ROWS 2400
struct type_rows {
	struct attack rows[TYPE_ROWS];
	char at[TYPE_ROWS / 8][200];
	size_t count, pointers;
	const char *role;
};

/* Accepted, but it says something else than the honest file. */
#define OTHER 1

/* Changes that leave a file of a good shape, and what comes of them: whose file
 * does not change then ("": a target's). A '*' at the end is any end. */
static const struct {
	const char *role, *at, *value;
	int want;
	const char *stays;
} exceptions[] = {
	/* clang-format off */
	{ "root", "/consistent_snapshot", "true", 0, NULL },
	{ "root", "/consistent_snapshot", NULL, -ENOENT, "snapshot" },
	{ "root", "/keys/*", NULL, -EKEYREJECTED, "root" },
	{ "root", "/roles/root/keyids/0", "\"x\"", -EKEYREJECTED, "root" },
	{ "root", "/roles/root/keyids/0", NULL, -EKEYREJECTED, "root" },
	{ "root", "/roles/targets/keyids/0", "\"x\"", -EKEYREJECTED,
	  "targets" },
	{ "root", "/roles/targets/keyids/0", NULL, -EKEYREJECTED, "targets" },
	{ "root", "/roles/timestamp/keyids", "[]", -EKEYREJECTED, "timestamp" },
	{ "root", "/roles/timestamp/keyids/0", "\"x\"", -EKEYREJECTED, "timestamp" },
	{ "root", "/roles/timestamp/keyids/0", NULL, -EKEYREJECTED, "timestamp" },
	{ "root", "/roles/timestamp/threshold", "7", -EKEYREJECTED, "timestamp" },
	{ "root", "/roles/snapshot/keyids", "[]", -EKEYREJECTED, "snapshot" },
	{ "root", "/roles/snapshot/keyids/0", "\"x\"", -EKEYREJECTED, "snapshot" },
	{ "root", "/roles/snapshot/keyids/0", NULL, -EKEYREJECTED, "snapshot" },
	{ "root", "/roles/snapshot/threshold", "7", -EKEYREJECTED, "snapshot" },
	{ "root", "/roles/targets/keyids", "[]", -EKEYREJECTED, "targets" },
	{ "root", "/roles/targets/threshold", "7", -EKEYREJECTED, "targets" },
	{ "root", "/roles/root/keyids", "[]", -EKEYREJECTED, "root" },
	{ "root", "/roles/root/threshold", "7", -EKEYREJECTED, "root" },
	{ "root", "/keys", "{}", -EKEYREJECTED, "root" },
	{ "timestamp", "/version", "7", 0, NULL },
	{ "timestamp", "/x-bailiff-issued", NULL, 0, NULL },
	{ "timestamp", "/meta/snapshot.json/version", "7", -ENOENT,
	  "snapshot" },
	{ "timestamp", "/meta/snapshot.json/length", "7", -EFBIG, "snapshot" },
	{ "timestamp", "/meta/snapshot.json/length", NULL, 0, NULL },
	{ "timestamp", "/meta/snapshot.json/hashes*", NULL, 0, NULL },
	{ "snapshot", "/meta/targets.json/version", "7", -ENOENT, "targets" },
	{ "snapshot", "/meta/targets.json/length", "7", -EFBIG, "targets" },
	{ "snapshot", "/meta/targets.json/length", NULL, 0, NULL },
	{ "snapshot", "/meta/targets.json/hashes*", NULL, 0, NULL },
	{ "targets", "/targets", "{}", OTHER, NULL },
	{ "targets", "/targets/node.json", NULL, OTHER, NULL },
	{ "targets", "/targets/node.json/length", "7", -EFBIG, "" },
	{ "targets", "/targets/node.json/hashes/sha256", NULL, -ENOENT, "" },
	{ "targets", "/targets/node.json/hashes/sha512", NULL, 0, NULL },
	{ "targets", "/delegations", NULL, OTHER, NULL },
	{ "targets", "/delegations/roles", "[]", OTHER, NULL },
	{ "targets", "/delegations/roles/0", NULL, OTHER, NULL },
	{ "targets", "/delegations/keys/*", NULL, -EKEYREJECTED, "web" },
	{ "targets", "/delegations/roles/0/keyids/0", "\"x\"",
	  -EKEYREJECTED, "web" },
	{ "targets", "/delegations/roles/0/keyids/0", NULL, -EKEYREJECTED,
	  "web" },
	{ "targets", "/delegations/roles/0/keyids", "[]", -EKEYREJECTED,
	  "web" },
	{ "targets", "/delegations/roles/0/threshold", "7", -EKEYREJECTED,
	  "web" },
	{ "targets", "/delegations/keys", "{}", -EKEYREJECTED, "web" },
	{ "targets", "/delegations/roles/0/name", "\"x\"", -ENOENT, "x" },
	{ "targets", "/delegations/roles/0/paths", "[]", OTHER, NULL },
	{ "targets", "/delegations/roles/0/paths/0", "\"x\"", OTHER, NULL },
	{ "targets", "/delegations/roles/0/paths/0", NULL, OTHER, NULL },
	{ "targets", "/delegations/roles/0/terminating", "true", 0, NULL },
	{ "web", "/targets", "{}", OTHER, NULL },
	{ "web", "/targets/services~1web-a.json", NULL, OTHER, NULL },
	{ "web", "/targets/services~1web-a.json/length", "7", -EFBIG, "" },
	{ "web", "/targets/services~1web-a.json/hashes/sha256", NULL, -ENOENT,
	  "" },
	{ "web", "/targets/services~1web-a.json/hashes/sha512", NULL, 0,
	  NULL },
	{ "web", "/delegations", NULL, OTHER, NULL },
	{ "web", "/delegations/roles", "[]", OTHER, NULL },
	{ "web", "/delegations/roles/0", NULL, OTHER, NULL },
	{ "web", "/delegations/roles/0/keyids", "[]", -EKEYREJECTED,
	  "web/eu" },
	{ "web", "/delegations/roles/0/keyids/0", "\"x\"", -EKEYREJECTED,
	  "web/eu" },
	{ "web", "/delegations/roles/0/keyids/0", NULL, -EKEYREJECTED,
	  "web/eu" },
	{ "web", "/delegations/roles/0/threshold", "7", -EKEYREJECTED,
	  "web/eu" },
	{ "web", "/delegations/keys", "{}", -EKEYREJECTED, "web/eu" },
	{ "web", "/delegations/keys/*", NULL, -EKEYREJECTED, "web/eu" },
	{ "web", "/delegations/roles/0/name", "\"x\"", -ENOENT, "x" },
	{ "web", "/delegations/roles/0/paths", "[]", OTHER, NULL },
	{ "web", "/delegations/roles/0/paths/0", "\"x\"", OTHER, NULL },
	{ "web", "/delegations/roles/0/paths/0", NULL, OTHER, NULL },
	{ "web", "/delegations/roles/0/terminating", "true", 0, NULL },
	/* clang-format on */
};

static bool text_fits(const char *pattern, const char *text)
{
	const size_t len = strlen(pattern);

	if (len != 0 && pattern[len - 1] == '*')
		return strncmp(pattern, text, len - 1) == 0 &&
		       (pattern[len - 2] != '/' ||
			strchr(text + len - 1, '/') == NULL);
	return strcmp(pattern, text) == 0;
}

static void judge_other(struct sim *s, struct sim_client *c,
			const struct attack *a)
{
	struct err e;
	const int code = sim_update(s, c, NULL, &e);

	if (code != 0)
		test_fail(__FILE__, __LINE__, "%s of %s: %d %s", a->name,
			  a->role, code, e.text);
}

static void exception_apply(struct attack *a)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]);
	     i++) {
		const char *value = exceptions[i].value;

		if (strcmp(exceptions[i].role, a->role) != 0 ||
		    !text_fits(exceptions[i].at, a->edit.at) ||
		    (value == NULL) != (a->edit.value == NULL) ||
		    (value != NULL && strcmp(value, a->edit.value) != 0))
			continue;
		a->want = exceptions[i].want;
		if (a->want < 0)
			a->part = NULL;
		if (a->want == OTHER)
			a->judge = judge_other;
		else if (a->want == 0)
			a->flags |= ATTACK_HARMLESS;
		else if (exceptions[i].stays != NULL)
			a->role = exceptions[i].stays[0] != '\0'
					  ? exceptions[i].stays
					  : NULL;
		return;
	}
}

static void types_of(struct type_rows *t, const char *at)
{
	static const char *const values[] = { "null", "true", "7",    "\"x\"",
					      "[]",   "{}",   "[{}]", NULL };
	char *own = t->at[t->pointers++];

	CHECK(t->pointers <= TYPE_ROWS / 8);
	(void)snprintf(own, 200, "%s", at);
	for (size_t i = 0; i < 8; i++) {
		struct attack *a = &t->rows[t->count++];

		*a = edit_row(t->role, own, values[i], -EBADMSG, NULL);
		exception_apply(a);
	}
}

static void types_walk(struct type_rows *t, json_t *value, const char *at)
{
	const char *key;
	json_t *member;
	char next[200];
	size_t n = 0;

	if (at[0] != '\0')
		types_of(t, at);
	json_object_foreach(value, key, member) {
		/* Keys are all alike, and so are entries. */
		if (n++ != 0 && (strlen(key) == 64 || strchr(key, '.')))
			continue;
		(void)snprintf(next, sizeof(next), "%s/", at);
		for (const char *p = key; *p != '\0'; p++)
			(void)snprintf(next + strlen(next),
				       sizeof(next) - strlen(next),
				       *p == '/' ? "~1" : "%c", *p);
		types_walk(t, member, next);
	}
	if (json_is_array(value) && json_array_size(value) != 0) {
		(void)snprintf(next, sizeof(next), "%s/0", at);
		types_walk(t, json_array_get(value, 0), next);
	}
}

static void every_type_of(size_t i, size_t end)
{
	static struct type_rows t;
	struct sim *s = sim_new();

	sim_publish_root(s, 0, NULL);
	sim_publish(s);
	for (; i < end; i++) {
		const struct span text =
			sim_files_get(&s->files, sim_file_name(s, roles[i]));
		AUTO_JSON *doc = json_loadb(text.p, text.len, 0, NULL);

		t.role = roles[i];
		types_walk(&t, json_object_get(doc, "signed"), "");
	}
	sim_free(s);
	sim_attacks(t.rows, t.count);
}

TEST(every_member_of_root_as_every_type)
{
	every_type_of(0, 1);
}

TEST(every_member_of_timestamp_and_snapshot_as_every_type)
{
	every_type_of(1, 3);
}

TEST(every_member_of_targets_as_every_type)
{
	every_type_of(3, 4);
}

TEST(every_member_of_a_teams_targets_as_every_type)
{
	every_type_of(4, ROLES);
}

/* -- the document around "signed" ------------------------------------------ */

TEST(the_document_around_signed)
{
	static const struct {
		const char *at, *value;
		int want;
	} rows[] = {
		{ "/signatures", "null", EBADMSG },
		{ "/signatures", "{}", EBADMSG },
		{ "/signatures", "\"\"", EBADMSG },
		{ "/signatures", "true", EBADMSG },
		{ "/signatures", "[]", EKEYREJECTED },
		{ "/signatures", NULL, EBADMSG },
		{ "/signatures/0", "null", EBADMSG },
		{ "/signatures/0", "[]", EBADMSG },
		{ "/signatures/0", "{}", EBADMSG },
		{ "/signatures/0", "7", EBADMSG },
		{ "/signatures/0", NULL, EKEYREJECTED },
		{ "/signatures/0/keyid", "7", EBADMSG },
		{ "/signatures/0/keyid", "null", EBADMSG },
		{ "/signatures/0/keyid", "\"\"", EKEYREJECTED },
		{ "/signatures/0/keyid", NULL, EBADMSG },
		{ "/signatures/0/sig", "7", EBADMSG },
		{ "/signatures/0/sig", "null", EBADMSG },
		{ "/signatures/0/sig", "[\"ab\"]", EBADMSG },
		{ "/signatures/0/sig", NULL, EBADMSG },
		{ "/signed", "null", EBADMSG },
		{ "/signed", "[]", EBADMSG },
		{ "/signed", "{}", EBADMSG },
		{ "/signed", "\"x\"", EBADMSG },
		{ "/signed", NULL, EBADMSG },
		{ "/signed/x-added", "1", EKEYREJECTED },
		{ "/signed/expires", "\"2099-01-01T00:00:00Z\"", EKEYREJECTED },
		{ "/signed/spec_version", "\"1.0\"", EKEYREJECTED },
	};
	static struct attack attacks[ROLES * sizeof(rows) / sizeof(rows[0])];
	size_t n = 0;

	for (size_t k = 0; k < ROLES; k++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			attacks[n] =
				edit_row(roles[k], rows[i].at, rows[i].value,
					 -rows[i].want, roles[k]);
			attacks[n++].edit.when = SIM_DOCUMENT;
		}
	sim_attacks(attacks, n);
}
