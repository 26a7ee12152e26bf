/* SPDX-License-Identifier: Apache-2.0 */
/* trust_attack_bytes_test.c - every byte of every file of a repository, changed
 * and cut; what the client has stored, damaged; a mirror that changes its mind.
 *
 * A change is refused, or harmless: then the simulator's own canonical form of
 * what is signed is the honest one, and the threshold is met.
 */
#include "pkg/trust/metadata.h"
#include "test/unit/trust_sim.h"

/* -- single bytes, at the level of one file -------------------------------- */

struct counts {
	size_t refused, harmless, changes;
};

/* Who signs the role, in the honest files. */
struct authority {
	struct trust_metadata root, targets, web;
};

static void authority_read(struct sim *s, struct authority *a)
{
	CHECK_INT(trust_metadata_parse(TRUST_ROLE_ROOT, buf_view(&s->pinned),
				       &a->root, NULL),
		  0);
	CHECK_INT(trust_metadata_parse(
			  TRUST_ROLE_TARGETS,
			  sim_files_get(&s->files, sim_file_name(s, "targets")),
			  &a->targets, NULL),
		  0);
	CHECK_INT(trust_metadata_parse(
			  TRUST_ROLE_TARGETS,
			  sim_files_get(&s->files, sim_file_name(s, "web")),
			  &a->web, NULL),
		  0);
}

static void authority_done(struct authority *a)
{
	trust_metadata_done(&a->root);
	trust_metadata_done(&a->targets);
	trust_metadata_done(&a->web);
}

static const struct trust_role_keys *signers_of(const struct authority *a,
						const char *role)
{
	for (int i = 0; i < TRUST_ROLE_COUNT; i++)
		if (strcmp(sim_roles[i], role) == 0)
			return &a->root.root.roles[i];
	for (size_t i = 0; i < a->targets.delegation_count; i++)
		if (strcmp(a->targets.delegations[i].role, role) == 0)
			return &a->targets.delegations[i].by;
	return &a->web.delegations[0].by;
}

static enum trust_role kind_of(const char *role)
{
	const int kind = trust_role_find(span_of(role));

	return kind < 0 ? TRUST_ROLE_TARGETS : (enum trust_role)kind;
}

/* The canonical "signed" by the simulator's own hand. */
static void signed_of(struct span text, struct buf *out)
{
	AUTO_JSON *doc =
		json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, NULL);

	CHECK(doc != NULL);
	buf_init(out, SIZE_MAX);
	sim_canonical(json_object_get(doc, "signed"), out);
}

/* Does the file pass, as the client sees it? */
static bool passes(const struct authority *a, const char *role,
		   struct span text)
{
	struct trust_metadata m = { 0 };
	struct err e = { 0 };
	int r = trust_metadata_parse(kind_of(role), text, &m, &e);

	if (r == 0)
		r = trust_metadata_verify(&m, signers_of(a, role), NULL, &e);
	if (r == 0 && strcmp(role, "root") == 0)
		r = trust_metadata_verify(&m, &m.root.roles[0], NULL, &e);
	if (r < 0 && (e.code != -r || e.text[0] == '\0'))
		test_fail(__FILE__, __LINE__, "%d without a sentence", r);
	trust_metadata_done(&m);
	return r == 0;
}

static void change_try(const struct authority *a, const char *role,
		       struct span text, const struct buf *honest,
		       struct counts *n)
{
	struct buf own;

	n->changes++;
	if (!passes(a, role, text)) {
		n->refused++;
		return;
	}
	signed_of(text, &own);
	if (!span_eq(buf_view(&own), buf_view(honest)))
		test_fail(__FILE__, __LINE__,
			  "%s: accepted, but signed is "
			  "another: %.*s",
			  role, (int)text.len, text.p);
	buf_done(&own);
	n->harmless++;
}

/* The bits, and values that JSON cares for. */
static const struct {
	unsigned char flip, value;
} changes[] = {
	{ 0x01, 0 }, { 0x20, 0 }, { 0x80, 0 }, { 0, '0' },
	{ 0x02, 0 }, { 0x04, 0 }, { 0x08, 0 }, { 0x10, 0 },
	{ 0x40, 0 }, { 0, ' ' },  { 0, '"' },
};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

/* @count of the changes of each byte of the file. */
static void bytes_try(struct sim *s, const struct authority *a,
		      const char *role, size_t count)
{
	struct counts n = { 0 };
	struct buf text, honest;

	buf_init(&text, SIZE_MAX);
	buf_span(&text, sim_files_get(&s->files, sim_file_name(s, role)));
	signed_of(buf_view(&text), &honest);
	CHECK(passes(a, role, buf_view(&text)));
	for (size_t i = 0; i < text.len; i++)
		for (size_t k = 0; k < count; k++) {
			const char was = text.p[i];

			text.p[i] =
				(char)(changes[k].flip ? was ^ changes[k].flip
						       : changes[k].value);
			if (text.p[i] != was)
				change_try(a, role, buf_view(&text), &honest,
					   &n);
			text.p[i] = was;
		}
	printf("# %s: %zu bytes, %zu changes: %zu refused, %zu harmless\n",
	       role, text.len, n.changes, n.refused, n.harmless);
	CHECK(n.refused > n.harmless && n.harmless > 0);
	buf_done(&text);
	buf_done(&honest);
}

static struct sim *world(struct authority *a)
{
	struct sim *s = sim_new();

	*a = (struct authority){ 0 };
	sim_publish_root(s, 0, NULL);
	sim_publish(s);
	authority_read(s, a);
	return s;
}

TEST(each_changed_byte_of_root_is_refused_or_harmless)
{
	struct authority a;
	struct sim *s = world(&a);

	sim_next_root(s);
	bytes_try(s, &a, "root", 4);
	authority_done(&a);
	sim_free(s);
}

TEST(each_changed_byte_of_timestamp_and_snapshot_is_refused_or_harmless)
{
	struct authority a;
	struct sim *s = world(&a);

	bytes_try(s, &a, "timestamp", CHANGES);
	bytes_try(s, &a, "snapshot", CHANGES);
	authority_done(&a);
	sim_free(s);
}

TEST(each_changed_byte_of_targets_is_refused_or_harmless)
{
	struct authority a;
	struct sim *s = world(&a);

	bytes_try(s, &a, "targets", 5);
	authority_done(&a);
	sim_free(s);
}

TEST(each_changed_byte_of_delegated_roles_is_refused_or_harmless)
{
	struct authority a;
	struct sim *s = world(&a);

	for (size_t i = 4; i < SIM_HONEST_ROLES; i++)
		bytes_try(s, &a, sim_roles[i], i < 5 ? 5 : CHANGES);
	authority_done(&a);
	sim_free(s);
}

TEST(a_file_that_is_cut_anywhere_is_refused)
{
	struct authority a;
	struct sim *s = world(&a);
	size_t count = 0;

	for (size_t i = 0; i < SIM_HONEST_ROLES; i++) {
		const struct span text = sim_files_get(
			&s->files, sim_file_name(s, sim_roles[i]));

		for (size_t len = 0; len < text.len; len++, count++)
			CHECK(!passes(&a, sim_roles[i],
				      (struct span){ text.p, len }));
	}
	sim_count(count, "lengths");
	authority_done(&a);
	sim_free(s);
}

/* A listed file is pinned by its hash: every change of it is refused. */
TEST(each_changed_byte_of_a_pinned_file_or_target_is_refused)
{
	struct sim *s = sim_new();
	size_t count = 0;

	sim_publish(s);
	for (size_t i = 0; i < s->files.count; i++) {
		struct buf *text = &s->files.list[i].bytes;
		AUTO_JSON *hashes = trust_file_hashes(buf_view(text));
		AUTO_JSON *entry = json_pack("{s:O, s:I}", "hashes", hashes,
					     "length", (json_int_t)text->len);
		const struct trust_file f = trust_file_read(entry);

		CHECK_INT(trust_file_check(&f, buf_view(text), NULL), 0);
		for (size_t k = 0; k < text->len * 3; k++) {
			struct err e = { 0 };

			text->p[k / 3] =
				(char)(text->p[k / 3] ^ changes[k % 3].flip);
			CHECK_INT(trust_file_check(&f, buf_view(text), &e),
				  -EBADMSG);
			CHECK_HAS(e.text, "sha256");
			text->p[k / 3] =
				(char)(text->p[k / 3] ^ changes[k % 3].flip);
			count++;
		}
	}
	sim_count(count, "changes of pinned files");
	sim_free(s);
}

/* -- the whole client ------------------------------------------------------ */

/* The role or target whose file it is, as the sentence names it. */
static const char *named(struct sim *s, const char *file, const char **role)
{
	char own[1200];

	for (size_t i = 0; i < SIM_HONEST_ROLES; i++) {
		(void)snprintf(own, sizeof(own), "%s",
			       sim_file_name(s, sim_roles[i]));
		*role = sim_roles[i];
		if (strcmp(own, file) == 0)
			return strcmp(*role, "web/eu") == 0 ? "web" : *role;
	}
	*role = NULL;
	return strrchr(file, '.') - 3;
}

static bool store_stays(const struct sim_client *a, const struct sim_client *b,
			const char *name)
{
	return span_eq(sim_files_get(&a->store, name),
		       sim_files_get(&b->store, name));
}

static void client_try(struct sim *s, const struct sim_client *before,
		       struct sim_file *f, struct counts *n)
{
	struct sim_client c = { 0 };
	struct err e;
	const char *role;
	const char *part = named(s, f->name, &role);
	AUTO_DONE(buf_done) struct buf stored;
	int code;

	sim_client_copy(&c, before);
	code = sim_update(s, &c, NULL, &e);
	n->changes++;
	n->refused += code != 0;
	n->harmless += code == 0;
	buf_init(&stored, SIZE_MAX);
	if (role != NULL)
		sim_encode(role, &stored);
	buf_puts(&stored, ".json");
	if (code != 0 && strstr(e.text, part) == NULL)
		test_fail(__FILE__, __LINE__, "%s: \"%s\" lacks \"%s\"",
			  f->name, e.text, part);
	if (code != 0 && role != NULL &&
	    !store_stays(&c, before, buf_cstr(&stored)))
		test_fail(__FILE__, __LINE__, "%s: it was stored", f->name);
	if (code == 0)
		sim_accepts(s, &c, "a harmless change");
	sim_client_done(&c);
}

static void client_bytes(bool hashed, size_t stride)
{
	struct sim *s = sim_new();
	struct sim_client c = { 0 };
	struct counts n = { 0 };

	s->lists_hashes = hashed;
	sim_publish_root(s, 0, NULL);
	sim_publish(s);
	sim_accepts(s, &c, "the control");
	sim_files_done(&s->files);
	sim_bump(s);
	sim_next_root(s);
	sim_publish(s);
	for (size_t i = 0; i < s->files.count; i++) {
		struct sim_file *f = &s->files.list[i];

		for (size_t at = i % stride; at < f->bytes.len; at += stride) {
			const char was = f->bytes.p[at];

			f->bytes.p[at] = (char)(was ^ (1 << (at / stride % 8)));
			client_try(s, &c, f, &n);
			f->bytes.p[at] = was;
		}
	}
	printf("# %zu changes: %zu refused, %zu harmless\n", n.changes,
	       n.refused, n.harmless);
	CHECK(n.refused > 100 && n.harmless > 0);
	sim_accepts(s, &c, "after all of them");
	sim_client_done(&c);
	sim_free(s);
}

TEST(the_client_refuses_changed_bytes_and_names_the_file)
{
	client_bytes(true, 29);
}

TEST(the_client_refuses_changed_bytes_without_hashes_as_well)
{
	client_bytes(false, 31);
}

/* -- what is stored -------------------------------------------------------- */

static void damage(struct sim_files *store, size_t i, int kind,
		   struct span other)
{
	const char *name = store->list[i].name;
	struct buf text;

	buf_init(&text, SIZE_MAX);
	buf_span(&text, buf_view(&store->list[i].bytes));
	if (kind == 0)
		text.len /= 2;
	else if (kind == 1)
		text.len = 0;
	else if (kind == 2)
		text.p[text.len / 2] ^= 0x10;
	else if (kind == 3)
		text.p[text.len - 3] ^= 0x01;
	else
		buf_reset(&text);
	if (kind == 4)
		buf_span(&text, other);
	if (kind == 5)
		for (int k = 0; k < 3000; k++)
			buf_puts(&text, "[");
	sim_files_put(store, name, buf_view(&text));
	buf_done(&text);
}

/* Stored files that are damaged are as if absent: the next update mends them,
 * and the others still hold off the past. */
TEST(damage_of_one_stored_file_is_mended_and_is_no_way_back)
{
	struct sim *s = sim_new();
	struct sim_client c = { 0 };
	size_t count = 0;

	sim_publish_root(s, 0, NULL);
	sim_publish(s);
	sim_files_copy(&s->past[0], &s->files);
	sim_bump(s);
	sim_publish(s);
	sim_accepts(s, &c, "the control");
	sim_files_copy(&s->past[1], &s->files);
	for (size_t i = 0; i < c.store.count; i++)
		for (int kind = 0; kind < 6; kind++, count++) {
			const size_t next = (i + 1) % c.store.count;
			struct sim_client hurt = { 0 };
			struct err e;
			int code;

			sim_client_copy(&hurt, &c);
			damage(&hurt.store, i, kind,
			       buf_view(&c.store.list[next].bytes));
			sim_files_copy(&s->files, &s->past[0]);
			code = sim_update(s, &hurt, NULL, &e);
			if (code != -ESTALE)
				test_fail(__FILE__, __LINE__,
					  "damage %d of %s: %d %s", kind,
					  c.store.list[i].name, code, e.text);
			sim_files_copy(&s->files, &s->past[1]);
			sim_accepts(s, &hurt, c.store.list[i].name);
			for (size_t k = 0; k < c.store.count; k++)
				CHECK(store_stays(&hurt, &c,
						  c.store.list[k].name));
			sim_client_done(&hurt);
		}
	sim_count(count, "damaged stored files");
	sim_client_done(&c);
	sim_free(s);
}

/* -- replaced between verify and use --------------------------------------- */

/* Each name is asked for once, and what was verified is what is given. */
TEST(a_mirror_that_changes_each_file_once_it_was_read_changes_nothing)
{
	struct sim *s = sim_new();
	struct sim_client c = { 0 };

	sim_publish_root(s, 0, NULL);
	sim_publish(s);
	s->is_fickle = true;
	sim_accepts(s, &c, "a fickle mirror");
	CHECK_INT(s->requests, 13);
	s->is_fickle = false;
	sim_bump(s);
	sim_publish(s);
	sim_accepts(s, &c, "the next honest update");
	sim_client_done(&c);
	sim_free(s);
}
