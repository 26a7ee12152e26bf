/* SPDX-License-Identifier: Apache-2.0 */
/* trust_sim.c - see trust_sim.h: files, keys, and the repository. */
#include "test/unit/trust_sim.h"

#include <openssl/sha.h>
#include <time.h>

#include "lib/hex.h"

/* -- files by name --------------------------------------------------------- */

static struct sim_file *file_find(const struct sim_files *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->list[i].name, name) == 0)
			return &f->list[i];
	return NULL;
}

void sim_files_put(struct sim_files *f, const char *name, struct span bytes)
{
	struct sim_file *file = file_find(f, name);

	if (file == NULL) {
		if (f->count == f->cap) {
			f->cap = f->cap ? 2 * f->cap : 16;
			f->list = realloc(f->list, f->cap * sizeof(*f->list));
			CHECK(f->list != NULL);
		}
		file = &f->list[f->count++];
		*file = (struct sim_file){ .name = strdup(name) };
		CHECK(file->name != NULL);
		buf_init(&file->bytes, SIZE_MAX);
	}
	buf_reset(&file->bytes);
	buf_span(&file->bytes, bytes);
}

static void file_done(struct sim_file *file)
{
	free(file->name);
	buf_done(&file->bytes);
}

void sim_files_drop(struct sim_files *f, const char *name)
{
	struct sim_file *file = file_find(f, name);

	if (file == NULL)
		return;
	file_done(file);
	*file = f->list[--f->count];
}

void sim_files_done(struct sim_files *f)
{
	for (size_t i = 0; i < f->count; i++)
		file_done(&f->list[i]);
	free(f->list);
	*f = (struct sim_files){ 0 };
}

void sim_files_copy(struct sim_files *to, const struct sim_files *from)
{
	sim_files_done(to);
	for (size_t i = 0; i < from->count; i++)
		sim_files_put(to, from->list[i].name,
			      buf_view(&from->list[i].bytes));
}

struct span sim_files_get(const struct sim_files *f, const char *name)
{
	const struct sim_file *file = file_find(f, name);
	struct span bytes;

	if (file == NULL)
		return (struct span){ 0 };
	bytes = buf_view(&file->bytes);
	if (bytes.p == NULL)
		bytes.p = "";
	return bytes;
}

/* -- an independent writer ------------------------------------------------- */

static void canonical_string(struct span s, struct buf *out)
{
	buf_puts(out, "\"");
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_puts(out, "\\");
		buf_put(out, &s.p[i], 1);
	}
	buf_puts(out, "\"");
}

/* The member after @last in the order of bytes; NULL at the end. */
static const char *member_after(json_t *object, const char *last)
{
	const char *key, *next = NULL;
	json_t *value;

	json_object_foreach(object, key, value)
		if ((last == NULL || strcmp(key, last) > 0) &&
		    (next == NULL || strcmp(key, next) < 0))
			next = key;
	return next;
}

static void canonical_object(json_t *object, struct buf *out)
{
	const char *key = NULL;
	bool is_first = true;

	buf_puts(out, "{");
	while ((key = member_after(object, key)) != NULL) {
		buf_puts(out, is_first ? "" : ",");
		is_first = false;
		canonical_string(span_of(key), out);
		buf_puts(out, ":");
		sim_canonical(json_object_get(object, key), out);
	}
	buf_puts(out, "}");
}

void sim_canonical(const json_t *value, struct buf *out)
{
	if (json_is_object(value)) {
		canonical_object((json_t *)(uintptr_t)value, out);
	} else if (json_is_array(value)) {
		buf_puts(out, "[");
		for (size_t i = 0; i < json_array_size(value); i++) {
			buf_puts(out, i ? "," : "");
			sim_canonical(json_array_get(value, i), out);
		}
		buf_puts(out, "]");
	} else if (json_is_string(value)) {
		canonical_string((struct span){ json_string_value(value),
						json_string_length(value) },
				 out);
	} else if (json_is_integer(value)) {
		buf_printf(out, "%" JSON_INTEGER_FORMAT,
			   json_integer_value(value));
	} else if (json_is_boolean(value)) {
		buf_puts(out, json_is_true(value) ? "true" : "false");
	} else {
		buf_puts(out, "null");
	}
}

void sim_encode(const char *name, struct buf *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.~-";

	for (; *name != '\0'; name++) {
		if (strchr(plain, *name) != NULL)
			buf_put(out, name, 1);
		else
			buf_printf(out, "%%%02X", (unsigned char)*name);
	}
}

static void sha_text(struct span bytes, bool is_long, char text[static 129])
{
	unsigned char raw[64];
	const size_t len = is_long ? 64 : 32;

	if (is_long)
		(void)SHA512((const unsigned char *)bytes.p, bytes.len, raw);
	else
		(void)SHA256((const unsigned char *)bytes.p, bytes.len, raw);
	for (size_t i = 0; i < len; i++)
		(void)snprintf(&text[2 * i], 3, "%02x", raw[i]);
}

void sim_sha256(struct span bytes, char hex[static 65])
{
	char text[129];

	sha_text(bytes, false, text);
	memcpy(hex, text, 65);
}

/* -- pointers into documents ----------------------------------------------- */

/* One step of a pointer, unescaped; the rest, or NULL at the end. */
static const char *step(const char *pointer, char name[static 512])
{
	size_t len = 0;

	CHECK(*pointer == '/');
	for (pointer++; *pointer != '\0' && *pointer != '/'; pointer++) {
		CHECK(len < 511);
		name[len++] = *pointer;
		if (pointer[0] == '~') {
			name[len - 1] = pointer[1] == '1' ? '/' : '~';
			pointer++;
		}
	}
	name[len] = '\0';
	return *pointer == '/' ? pointer : NULL;
}

static json_t *below(json_t *value, const char *name)
{
	if (json_is_array(value))
		return json_array_get(value, strtoul(name, NULL, 10));
	return json_object_get(value, name);
}

json_t *sim_at(json_t *root, const char *pointer)
{
	char name[512];

	while (pointer != NULL && *pointer != '\0' && root != NULL) {
		pointer = step(pointer, name);
		root = below(root, name);
	}
	return root;
}

static void put_at(json_t *root, const char *pointer, json_t *value)
{
	char name[512];
	int r;

	for (pointer = step(pointer, name); pointer != NULL;
	     pointer = step(pointer, name)) {
		root = below(root, name);
		CHECK(root != NULL);
	}
	if (json_is_array(root) && strcmp(name, "-") == 0)
		r = json_array_append_new(root, value);
	else if (json_is_array(root) && value != NULL)
		r = json_array_set_new(root, strtoul(name, NULL, 10), value);
	else if (json_is_array(root))
		r = json_array_remove(root, strtoul(name, NULL, 10));
	else if (value != NULL)
		r = json_object_set_new(root, name, value);
	else
		r = json_object_del(root, name);
	if (r < 0)
		test_fail(__FILE__, __LINE__, "there is no \"%s\"", name);
}

static void edit_tree(json_t *root, const struct sim_edit *edit)
{
	json_error_t why;
	json_t *value = NULL;

	if (edit->value != NULL) {
		value = json_loads(edit->value,
				   JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
		if (value == NULL)
			test_fail(__FILE__, __LINE__, "%s: %s", edit->value,
				  why.text);
	}
	put_at(root, edit->at, value);
}

static void edit_text(struct buf *text, const struct sim_edit *edit)
{
	const char *all = buf_cstr(text);
	const char *at = strstr(all, edit->at);
	AUTO_DONE(buf_done) struct buf next;

	if (at == NULL)
		test_fail(__FILE__, __LINE__, "no \"%s\" in %s", edit->at, all);
	buf_init(&next, SIZE_MAX);
	buf_put(&next, all, (size_t)(at - all));
	buf_puts(&next, edit->value);
	buf_puts(&next, at + strlen(edit->at));
	buf_reset(text);
	buf_span(text, buf_view(&next));
}

static void edits_apply(struct sim *s, const char *role, enum sim_when when,
			json_t *tree, struct buf *text)
{
	for (size_t i = 0; i < s->edit_count; i++) {
		const struct sim_edit *edit = &s->edits[i];

		if (edit->when != when || strcmp(edit->role, role) != 0)
			continue;
		if (tree != NULL)
			edit_tree(tree, edit);
		else
			edit_text(text, edit);
	}
}

void sim_edit(struct sim *s, const struct sim_edit *edit)
{
	CHECK(s->edit_count < SIM_EDITS);
	s->edits[s->edit_count++] = *edit;
}

/* -- keys ------------------------------------------------------------------ */

/* The n-th key, always the same. */
const struct sim_key *sim_key(struct sim *s, unsigned n)
{
	struct sim_key *k = &s->keys[n];
	AUTO_DONE(buf_done) struct buf text = { 0 };
	unsigned char seed[32], raw[32];
	char public[65], hash[129];
	size_t len = sizeof(raw);

	CHECK(n < SIM_KEYS);
	if (k->pkey != NULL)
		return k;
	buf_init(&text, SIZE_MAX);
	buf_printf(&text, "key %u of the simulator", n);
	(void)SHA256((const unsigned char *)text.p, text.len, seed);
	k->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed,
					       sizeof(seed));
	CHECK(EVP_PKEY_get_raw_public_key(k->pkey, raw, &len) == 1);
	for (size_t i = 0; i < len; i++)
		(void)snprintf(&public[2 * i], 3, "%02x", raw[i]);
	k->object = json_pack("{s:s, s:s, s:{s:s}}", "keytype", "ed25519",
			      "scheme", "ed25519", "keyval", "public", public);
	buf_reset(&text);
	sim_canonical(k->object, &text);
	sha_text(buf_view(&text), false, hash);
	memcpy(k->id, hash, sizeof(k->id));
	return k;
}

static json_t *signature(struct sim *s, unsigned key, struct span message)
{
	const struct sim_key *k = sim_key(s, key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char raw[64];
	size_t len = sizeof(raw);
	char hex[129];

	CHECK(EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1);
	CHECK(EVP_DigestSign(ctx, raw, &len, (const unsigned char *)message.p,
			     message.len) == 1);
	EVP_MD_CTX_free(ctx);
	for (size_t i = 0; i < len; i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", raw[i]);
	return json_pack("{s:s, s:s}", "keyid", k->id, "sig", hex);
}

/* -- roles ----------------------------------------------------------------- */

static struct sim_role *role_find(struct sim *s, const char *name)
{
	for (size_t i = 0; i < s->role_count; i++)
		if (strcmp(s->roles[i].name, name) == 0)
			return &s->roles[i];
	return NULL;
}

struct sim_role *sim_role(struct sim *s, const char *name)
{
	struct sim_role *r = role_find(s, name);

	if (r == NULL)
		test_fail(__FILE__, __LINE__, "no role \"%s\"", name);
	return r;
}

void sim_role_keys(struct sim_role *r, uint64_t threshold, size_t count,
		   const unsigned *keys)
{
	CHECK(count <= SIM_ROLE_KEYS);
	r->threshold = threshold;
	r->key_count = count;
	memcpy(r->keys, keys, count * sizeof(*keys));
	sim_sign_by(r, (size_t)threshold < count ? (size_t)threshold : count,
		    keys);
}

void sim_sign_by(struct sim_role *r, size_t count, const unsigned *keys)
{
	CHECK(count <= SIM_ROLE_KEYS);
	r->signer_count = count;
	memcpy(r->signers, keys, count * sizeof(*keys));
}

static struct sim_role *role_add(struct sim *s, const char *name,
				 const char *type)
{
	struct sim_role *r = &s->roles[s->role_count++];

	CHECK(s->role_count <= SIM_ROLES);
	*r = (struct sim_role){
		.name = strdup(name),
		.type = type,
		.version = s->roles[SIM_TARGETS].version,
		.expires = SIM_NOW + (s->role_count == 1 ? 365 : 10) * SIM_DAY,
		.targets = json_object(),
		.delegations = json_array(),
	};
	if (r->version == 0)
		r->version = 1;
	return r;
}

struct sim_role *sim_delegate(struct sim *s, const char *delegator,
			      const char *name, unsigned key,
			      const char *pattern)
{
	struct sim_role *r = role_find(s, name);

	if (r == NULL) {
		r = role_add(s, name, "targets");
		sim_role_keys(r, 1, 1, &key);
	}
	CHECK(json_array_append_new(sim_role(s, delegator)->delegations,
				    json_pack("{s:s, s:[s], s:b}", "name", name,
					      "paths", pattern, "terminating",
					      0)) == 0);
	return r;
}

void sim_role_target(struct sim_role *r, const char *path, const char *text)
{
	CHECK(json_object_set_new(r->targets, path,
				  text != NULL ? json_string(text)
					       : json_null()) == 0);
}

const char *const sim_roles[SIM_HONEST_ROLES] = { "root",     "timestamp",
						  "snapshot", "targets",
						  "web",      "web/eu",
						  "db",	      "late" };
const char *const sim_paths[SIM_PATHS] = { "node.json", "services/web-a.json",
					   "services/web-eu-1.json",
					   "services/db-1.json",
					   "services/cache.json" };

const char *sim_path_through(const char *role)
{
	if (strcmp(role, "db") == 0)
		return "services/db-1.json";
	return strcmp(role, "late") == 0 ? "services/cache.json" : NULL;
}

const char *sim_last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

void sim_serve_as(struct sim *s, const char *name, const char *as)
{
	const struct span bytes = sim_files_get(&s->files, name);
	AUTO_DONE(buf_done) struct buf copy;

	if (bytes.p == NULL)
		test_fail(__FILE__, __LINE__, "no file \"%s\"", name);
	buf_init(&copy, SIZE_MAX);
	buf_span(&copy, bytes);
	sim_files_put(&s->files, as, buf_view(&copy));
}

/* What honest people publish: 2 of 3 for root and targets, a team "web" (2 of
 * 3) that delegates further, a terminating "db", and "late" for the rest. */
static void honest_keys(struct sim *s)
{
	static const struct {
		const char *role;
		uint64_t threshold;
		size_t count;
		unsigned keys[3];
	} rows[] = {
		{ "root", 2, 3, { 0, 1, 2 } }, { "timestamp", 1, 1, { 3 } },
		{ "snapshot", 1, 1, { 4 } },   { "targets", 2, 3, { 5, 6, 7 } },
		{ "web", 2, 3, { 8, 9, 10 } }, { "web/eu", 1, 1, { 11 } },
		{ "db", 1, 1, { 12 } },	       { "late", 1, 1, { 13 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		sim_role_keys(sim_role(s, rows[i].role), rows[i].threshold,
			      rows[i].count, rows[i].keys);
}

struct sim *sim_new(void)
{
	struct sim *s = calloc(1, sizeof(*s));
	struct sim_role *targets;

	CHECK(s != NULL);
	s->is_consistent = true;
	s->lists_hashes = true;
	s->issued = SIM_NOW - 5000L * SIM_DAY;
	s->serial = 1;
	buf_init(&s->pinned, SIZE_MAX);
	(void)role_add(s, "root", "root");
	(void)role_add(s, "timestamp", "timestamp");
	(void)role_add(s, "snapshot", "snapshot");
	targets = role_add(s, "targets", "targets");
	sim_role_target(targets, "node.json", NULL);
	sim_role_target(sim_delegate(s, "targets", "web", 8, "services/web-*"),
			"services/web-a.json", NULL);
	sim_role_target(sim_delegate(s, "targets", "db", 12, "services/db-*"),
			"services/db-1.json", NULL);
	put_at(targets->delegations, "/1/terminating", json_true());
	sim_role_target(sim_delegate(s, "targets", "late", 13, "services/*"),
			"services/cache.json", NULL);
	sim_role_target(
		sim_delegate(s, "web", "web/eu", 11, "services/web-eu-*"),
		"services/web-eu-1.json", NULL);
	honest_keys(s);
	return s;
}

void sim_free(struct sim *s)
{
	for (size_t i = 0; i < SIM_KEYS; i++) {
		EVP_PKEY_free(s->keys[i].pkey);
		json_decref(s->keys[i].object);
	}
	for (size_t i = 0; i < s->role_count; i++) {
		free(s->roles[i].name);
		json_decref(s->roles[i].targets);
		json_decref(s->roles[i].delegations);
	}
	sim_files_done(&s->files);
	for (size_t i = 0; i < SIM_PAST; i++)
		sim_files_done(&s->past[i]);
	sim_files_done(&s->asked);
	buf_done(&s->pinned);
	free(s);
}

struct sim *sim_copy(const struct sim *from)
{
	struct sim *s = malloc(sizeof(*s));

	CHECK(s != NULL);
	*s = *from;
	for (size_t i = 0; i < SIM_KEYS; i++) {
		json_incref(s->keys[i].object);
		if (s->keys[i].pkey != NULL)
			CHECK(EVP_PKEY_up_ref(s->keys[i].pkey) == 1);
	}
	for (size_t i = 0; i < s->role_count; i++) {
		struct sim_role *r = &s->roles[i];

		r->name = strdup(r->name);
		r->targets = json_deep_copy(r->targets);
		r->delegations = json_deep_copy(r->delegations);
	}
	s->files = s->asked = (struct sim_files){ 0 };
	sim_files_copy(&s->files, &from->files);
	for (size_t i = 0; i < SIM_PAST; i++) {
		s->past[i] = (struct sim_files){ 0 };
		sim_files_copy(&s->past[i], &from->past[i]);
	}
	buf_init(&s->pinned, SIZE_MAX);
	buf_span(&s->pinned, buf_view(&from->pinned));
	return s;
}

void sim_repent(struct sim *s)
{
	s->edit_count = 0;
	s->endless = s->broken = s->stretched = NULL;
	s->broken_at = 0;
	for (size_t i = 0; i < s->role_count; i++) {
		struct sim_role *r = &s->roles[i];

		r->expires = SIM_NOW + (i == SIM_ROOT ? 365 : 20) * SIM_DAY;
		r->is_unlisted = false;
		sim_sign_by(r,
			    r->threshold < r->key_count ? (size_t)r->threshold
							: r->key_count,
			    r->keys);
	}
}

void sim_bump(struct sim *s)
{
	s->serial++;
	for (size_t i = SIM_TIMESTAMP; i < s->role_count; i++)
		s->roles[i].version++;
}

/* -- writing metadata ------------------------------------------------------ */

static json_t *date(int64_t seconds)
{
	const time_t t = (time_t)seconds;
	char text[32];
	struct tm tm;

	CHECK(gmtime_r(&t, &tm) != NULL);
	CHECK(strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) != 0);
	return json_string(text);
}

static json_t *body_new(const struct sim_role *r)
{
	return json_pack("{s:s, s:s, s:I, s:o}", "_type", r->type,
			 "spec_version", "1.0.34", "version",
			 (json_int_t)r->version, "expires", date(r->expires));
}

static json_t *hashes_of(struct span bytes)
{
	char sha256[129], sha512[129];

	sha_text(bytes, false, sha256);
	sha_text(bytes, true, sha512);
	return json_pack("{s:s, s:s}", "sha256", sha256, "sha512", sha512);
}

/* A role's file as other metadata lists it. */
static json_t *listing(const struct sim *s, const struct sim_role *r,
		       struct span bytes)
{
	json_t *entry = json_pack("{s:I}", "version", (json_int_t)r->version);
	json_int_t len = (json_int_t)bytes.len;

	if (s->stretched != NULL && strcmp(s->stretched, r->name) == 0)
		len += s->stretch;
	if (s->lists_hashes) {
		(void)json_object_set_new(entry, "length", json_integer(len));
		(void)json_object_set_new(entry, "hashes", hashes_of(bytes));
	}
	return entry;
}

static void role_file(const struct sim *s, const struct sim_role *r,
		      struct buf *name)
{
	if (strcmp(r->type, "root") == 0 ||
	    (strcmp(r->type, "timestamp") != 0 && s->is_consistent))
		buf_printf(name, "%llu.", (unsigned long long)r->version);
	sim_encode(r->name, name);
	buf_puts(name, ".json");
}

static void seal(struct sim *s, const struct sim_role *r, json_t *body,
		 size_t count, const unsigned *others)
{
	AUTO_DONE(buf_done) struct buf text, name;
	json_t *list = json_array();
	AUTO_JSON *doc =
		json_pack("{s:o, s:o}", "signatures", list, "signed", body);
	char *dump;

	buf_init(&text, SIZE_MAX);
	buf_init(&name, SIZE_MAX);
	edits_apply(s, r->name, SIM_SIGNED, body, NULL);
	sim_canonical(body, &text);
	for (size_t i = 0; i < r->signer_count + count; i++) {
		const unsigned key = i < r->signer_count
					     ? r->signers[i]
					     : others[i - r->signer_count];

		(void)json_array_append_new(list,
					    signature(s, key, buf_view(&text)));
	}
	if (s->clone != NULL && strcmp(s->cloned, r->name) == 0) {
		json_t *again = json_deep_copy(json_array_get(list, 0));

		(void)json_object_set_new(again, "keyid",
					  json_string(s->clone));
		(void)json_array_append_new(list, again);
	}
	edits_apply(s, r->name, SIM_DOCUMENT, doc, NULL);
	dump = json_dumps(doc, JSON_COMPACT);
	CHECK(dump != NULL);
	buf_reset(&text);
	buf_puts(&text, dump);
	free(dump);
	edits_apply(s, r->name, SIM_TEXT, NULL, &text);
	role_file(s, r, &name);
	sim_files_put(&s->files, buf_cstr(&name), buf_view(&text));
}

static void keys_into(struct sim *s, const struct sim_role *r, json_t *keys,
		      json_t *entry)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < r->key_count; i++) {
		const struct sim_key *k = sim_key(s, r->keys[i]);

		(void)json_object_set_new(keys, k->id,
					  json_deep_copy(k->object));
		(void)json_array_append_new(ids, json_string(k->id));
	}
	(void)json_object_set_new(entry, "keyids", ids);
	(void)json_object_set_new(entry, "threshold",
				  json_integer((json_int_t)r->threshold));
}

void sim_publish_root(struct sim *s, size_t count, const unsigned *others)
{
	struct sim_role *root = &s->roles[SIM_ROOT];
	json_t *keys = json_object(), *roles = json_object();
	json_t *body = body_new(root);

	for (size_t i = SIM_ROOT; i <= SIM_TARGETS; i++) {
		json_t *entry = json_object();

		keys_into(s, &s->roles[i], keys, entry);
		(void)json_object_set_new(roles, s->roles[i].name, entry);
	}
	(void)json_object_set_new(body, "consistent_snapshot",
				  json_boolean(s->is_consistent));
	(void)json_object_set_new(body, "keys", keys);
	(void)json_object_set_new(body, "roles", roles);
	seal(s, root, body, count, others);
	if (s->pinned.len == 0)
		buf_span(&s->pinned,
			 sim_files_get(&s->files, sim_file_name(s, "root")));
}

void sim_next_root(struct sim *s)
{
	static const unsigned old[] = { 0, 1 };
	struct sim_role *root = &s->roles[SIM_ROOT];
	bool is_new = true;

	root->version++;
	for (size_t i = 0; i < root->signer_count; i++)
		is_new &= root->signers[i] != 0 && root->signers[i] != 1;
	sim_publish_root(s, is_new ? 2 : 0, old);
}

const char *sim_text(const struct sim *s, const char *path)
{
	static char text[400];

	(void)snprintf(text, sizeof(text), "{\"path\":\"%s\",\"serial\":%u}",
		       path, s->serial);
	return text;
}

static struct span target_text(const struct sim *s, const char *path,
			       const json_t *text)
{
	return span_of(json_is_string(text) ? json_string_value(text)
					    : sim_text(s, path));
}

static void target_put(struct sim *s, const char *path, struct span text,
		       const json_t *hashes)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash != NULL ? slash + 1 : path;
	AUTO_DONE(buf_done) struct buf name;

	buf_init(&name, SIZE_MAX);
	buf_printf(&name, "targets/%.*s", (int)(last - path), path);
	if (s->is_consistent)
		buf_printf(
			&name, "%s.",
			json_string_value(json_object_get(hashes, "sha256")));
	buf_puts(&name, last);
	sim_files_put(&s->files, buf_cstr(&name), text);
}

static json_t *targets_of(struct sim *s, const struct sim_role *r)
{
	json_t *list = json_object();
	const char *path;
	json_t *own;

	json_object_foreach(r->targets, path, own) {
		const struct span text = target_text(s, path, own);
		json_t *hashes = hashes_of(text);

		target_put(s, path, text, hashes);
		(void)json_object_set_new(list, path,
					  json_pack("{s:I, s:o}", "length",
						    (json_int_t)text.len,
						    "hashes", hashes));
	}
	return list;
}

static json_t *delegations_of(struct sim *s, const struct sim_role *r)
{
	json_t *keys = json_object(), *list = json_array();
	size_t i;
	json_t *given;

	json_array_foreach(r->delegations, i, given) {
		const json_t *name = json_object_get(given, "name");
		const struct sim_role *to =
			role_find(s, json_string_value(name));
		AUTO_JSON *own = json_deep_copy(given);
		json_t *entry = json_object();

		CHECK(to != NULL);
		keys_into(s, to, keys, entry);
		(void)json_object_update(entry, own);
		(void)json_array_append_new(list, entry);
	}
	return json_pack("{s:o, s:o}", "keys", keys, "roles", list);
}

static void publish_targets(struct sim *s, const struct sim_role *r)
{
	json_t *body = body_new(r);

	(void)json_object_set_new(body, "targets", targets_of(s, r));
	if (json_array_size(r->delegations) != 0)
		(void)json_object_set_new(body, "delegations",
					  delegations_of(s, r));
	seal(s, r, body, 0, NULL);
}

/* Snapshot or timestamp: @first to the last role are listed. */
static void publish_meta(struct sim *s, struct sim_role *r, size_t first,
			 size_t end)
{
	json_t *body = body_new(r), *meta = json_object();

	for (size_t i = first; i < end; i++) {
		const struct sim_role *of = &s->roles[i];
		AUTO_DONE(buf_done) struct buf name = { 0 };
		struct span bytes;

		if (of->is_unlisted)
			continue;
		buf_init(&name, SIZE_MAX);
		role_file(s, of, &name);
		bytes = sim_files_get(&s->files, buf_cstr(&name));
		buf_reset(&name);
		buf_printf(&name, "%s.json", of->name);
		(void)json_object_set_new(meta, buf_cstr(&name),
					  listing(s, of, bytes));
	}
	(void)json_object_set_new(body, "meta", meta);
	if (strcmp(r->type, "timestamp") == 0)
		(void)json_object_set_new(body, "x-bailiff-issued",
					  date(s->issued));
	seal(s, r, body, 0, NULL);
}

void sim_publish(struct sim *s)
{
	for (size_t i = s->role_count; i-- > SIM_TARGETS;)
		publish_targets(s, &s->roles[i]);
	publish_meta(s, &s->roles[SIM_SNAPSHOT], SIM_TARGETS, s->role_count);
	publish_meta(s, &s->roles[SIM_TIMESTAMP], SIM_SNAPSHOT, SIM_TARGETS);
}

const char *sim_file_name(struct sim *s, const char *role)
{
	static char text[1200];
	AUTO_DONE(buf_done) struct buf name;

	buf_init(&name, sizeof(text) - 1);
	role_file(s, sim_role(s, role), &name);
	(void)snprintf(text, sizeof(text), "%s", buf_cstr(&name));
	return text;
}

const char *sim_target_name(struct sim *s, const char *path)
{
	static char text[600];
	const char *slash = strrchr(path, '/');
	const char *last = slash != NULL ? slash + 1 : path;
	char hash[129] = "";

	if (s->is_consistent)
		sha_text(span_of(sim_text(s, path)), false, hash);
	(void)snprintf(text, sizeof(text), "targets/%.*s%s%s%s",
		       (int)(last - path), path, hash,
		       s->is_consistent ? "." : "", last);
	return text;
}
