/* SPDX-License-Identifier: Apache-2.0 */
/* roster.c - see roster.h. */
#include "cmd/bailiff-bundle/roster.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/auto.h"
#include "lib/hex.h"
#include "lib/text.h"
#include "pkg/trust/signer.h"
#include "pkg/trust/time.h"

#define OWNER_MEMBER   "x-bailiff-keyowner"
#define ID_SHOWN       16
#define LINE_MAX_BYTES 65536

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* ---- reading ------------------------------------------------------------ */

static int role_add(struct roster *r, const char *name, enum trust_role kind,
		    const char *staged_name,
		    const struct trust_metadata *published, struct err *e)
{
	struct roster_role **grown = realloc(
		r->roles, (r->count + 1) * sizeof(struct roster_role *));
	struct roster_role *role = calloc(1, sizeof(*role));

	if (grown != NULL)
		r->roles = grown;
	if (grown == NULL || role == NULL) {
		free(role);
		return no_memory(e);
	}
	role->name = name;
	role->kind = kind;
	role->staged_name = staged_name;
	role->published = published->document != NULL ? published : NULL;
	r->roles[r->count++] = role;
	return 0;
}

/* A damaged file is the role's own affair: the others are still told of. */
static int staged_read(const struct repo *repo, struct roster_role *role,
		       struct err *e)
{
	struct err why = { 0 };
	int code;

	if (role->staged_name == NULL)
		return 0;
	code = repo_metadata(repo, role->staged_name, role->kind,
			     &role->staged_bytes, &role->staged_metadata, &why);
	if (code == -ENOENT)
		return 0;
	if (code == -ENOMEM)
		return no_memory(e);
	if (code == 0) {
		role->staged = &role->staged_metadata;
		return payload_hash(role->staged, role->payload, e);
	}
	(void)err_hint(&why, "take it from another copy of the repository, or "
			     "remove it and stage it again");
	role->damage = why;
	return 0;
}

static int authority_add(struct roster_role *role, const char *words,
			 const struct trust_role_keys *keys,
			 const json_t *objects, struct err *e)
{
	struct authority *grown =
		realloc(role->by, (role->by_count + 1) * sizeof(*role->by));

	if (grown == NULL)
		return no_memory(e);
	role->by = grown;
	role->by[role->by_count++] = (struct authority){ words, keys, objects };
	return 0;
}

static int authority_of_root(struct roster_role *role, const char *words,
			     const struct trust_metadata *root, struct err *e)
{
	return authority_add(role, words, &root->root.roles[role->kind],
			     json_object_get(root->body, "keys"), e);
}

static int authorities_set(struct roster *r, struct err *e)
{
	struct roster_role *root = r->roles[TRUST_ROLE_ROOT];
	const struct trust_metadata *next = roster_next(root);
	int code = 0;

	if (next == NULL)
		return 0;
	if (root->staged != NULL && root->published != NULL)
		code = authority_of_root(root, "the old root's keys",
					 root->published, e);
	if (code == 0)
		code = authority_of_root(root, "its own keys", next, e);
	for (size_t i = 1; code == 0 && i < TRUST_ROLE_COUNT; i++)
		code = authority_of_root(r->roles[i],
					 next == root->staged
						 ? "the staged root's keys"
						 : "root's keys",
					 next, e);
	return code;
}

static int roster_read(struct roster *r, struct err *e)
{
	const struct {
		const char *staged_name;
		const struct trust_metadata *published;
	} rows[TRUST_ROLE_COUNT] = {
		[TRUST_ROLE_ROOT] = { STAGED_ROOT, &r->repo.root },
		[TRUST_ROLE_TIMESTAMP] = { NULL, &r->current.timestamp },
		[TRUST_ROLE_SNAPSHOT] = { NULL, &r->current.snapshot },
		[TRUST_ROLE_TARGETS] = { STAGED_TARGETS, &r->current.targets },
	};
	int code = repo_current_read(&r->repo, &r->current, e);

	for (enum trust_role i = 0; code == 0 && i < TRUST_ROLE_COUNT; i++)
		code = role_add(r, trust_role_name(i), i, rows[i].staged_name,
				rows[i].published, e);
	for (size_t i = 0; code == 0 && i < r->count; i++)
		code = staged_read(&r->repo, r->roles[i], e);
	return code < 0 ? code : authorities_set(r, e);
}

/* A directory that holds nothing of a repository. */
static int is_no_repository(const struct roster *r, struct err *e)
{
	const struct roster_role *root = r->roles[TRUST_ROLE_ROOT];

	if (root->published != NULL || root->staged != NULL ||
	    root->damage.code != 0)
		return 0;
	(void)err_set(e, EBADMSG,
		      "there is no root, neither 1.root.json nor "
		      "staged/root.json: this is no repository");
	return err_hint(e, "begin one with bailiff-bundle init");
}

int roster_open(const char *path, struct roster *ret, struct err *e)
{
	int code;

	*ret = (struct roster){ .repo = { .fd = -1, .staged_fd = -1 } };
	code = repo_open(path, REPO_CHANGE_NEW, &ret->repo, e);
	if (code < 0)
		return code;
	code = roster_read(ret, e);
	if (code == 0)
		code = is_no_repository(ret, e);
	if (code < 0) {
		(void)err_wrap(e, "%s", path);
		roster_done(ret);
	}
	return code;
}

static void role_free(struct roster_role *role)
{
	buf_done(&role->staged_bytes);
	trust_metadata_done(&role->staged_metadata);
	free(role->by);
	free(role);
}

void roster_done(struct roster *r)
{
	for (size_t i = 0; i < r->count; i++)
		role_free(r->roles[i]);
	free(r->roles);
	repo_current_done(&r->current);
	repo_close(&r->repo);
	*r = (struct roster){ .repo = { .fd = -1, .staged_fd = -1 } };
}

/* ---- asking ------------------------------------------------------------- */

static struct roster_role *role_find(struct roster *r, const char *name,
				     struct err *e)
{
	AUTO_DONE(buf_done) struct buf names;

	buf_init(&names, ERR_TEXT_MAX);
	for (size_t i = 0; i < r->count; i++) {
		if (strcmp(r->roles[i]->name, name) == 0)
			return r->roles[i];
		buf_printf(&names, "%s%s", i ? ", " : "", r->roles[i]->name);
	}
	(void)err_set(e, EINVAL, "--role %s: there is no such role, only %s",
		      name, buf_cstr(&names) ? names.p : "?");
	return NULL;
}

struct roster_role *roster_staged(struct roster *r, const char *name,
				  struct err *e)
{
	struct roster_role *role = role_find(r, name, e);

	if (role == NULL)
		return NULL;
	if (role->damage.code != 0) {
		*e = role->damage;
		return NULL;
	}
	if (role->staged != NULL)
		return role;
	if (role->staged_name == NULL) {
		(void)err_set(e, EINVAL,
			      "--role %s: publish makes and signs it", name);
		return NULL;
	}
	(void)err_set(e, EBADMSG, "nothing is staged for role %s", name);
	(void)err_hint(e, role->kind == TRUST_ROLE_ROOT
				  ? "stage a root with bailiff-bundle rotate"
				  : "stage policies with bailiff-bundle build");
	return NULL;
}

bool roster_is_staged(const struct roster_role *role)
{
	return role->staged != NULL || role->damage.code != 0;
}

const struct trust_metadata *roster_next(const struct roster_role *role)
{
	return role->staged != NULL ? role->staged : role->published;
}

int roster_check_base(const struct roster_role *role, struct err *e)
{
	const uint64_t staged = role->staged->version;
	const uint64_t published =
		role->published != NULL ? role->published->version : 0;
	const bool is_root = role->kind == TRUST_ROLE_ROOT;

	if (is_root ? staged == published + 1 : staged > published)
		return 0;
	(void)err_set(e, ESTALE,
		      "the staged %s is version %llu, but version %llu is "
		      "published: it was made for an older one",
		      role->name, (unsigned long long)staged,
		      (unsigned long long)published);
	return err_hint(e, is_root ? "stage it again with bailiff-bundle "
				     "rotate; its signatures are void"
				   : "stage it again with bailiff-bundle "
				     "build; its signatures are void");
}

static bool key_is(const struct trust_key *key, const EVP_PKEY *pkey)
{
	return key->pkey != NULL && EVP_PKEY_eq(key->pkey, pkey) == 1;
}

const struct trust_key *roster_key(const struct roster_role *role,
				   const EVP_PKEY *pkey)
{
	for (size_t i = 0; i < role->by_count; i++) {
		const struct trust_role_keys *keys = role->by[i].keys;

		for (size_t k = 0; k < keys->count; k++)
			if (key_is(keys->keys[k], pkey))
				return keys->keys[k];
	}
	return NULL;
}

int roster_put(struct roster_role *role, const EVP_PKEY *pkey, struct span hex,
	       struct err *e)
{
	for (size_t i = 0; i < role->by_count; i++) {
		const struct trust_role_keys *keys = role->by[i].keys;

		for (size_t k = 0; k < keys->count; k++) {
			const struct trust_key *key = keys->keys[k];
			int code = 0;

			if (key_is(key, pkey))
				code = trust_signature_put(
					role->staged->document, key->id, hex,
					e);
			if (code < 0)
				return code;
		}
	}
	return 0;
}

int roster_save(const struct roster *r, const struct roster_role *role,
		struct err *e)
{
	return repo_write_json(&r->repo, role->staged_name,
			       role->staged->document, e);
}

int payload_hash(const struct trust_metadata *m,
		 char ret[static PAYLOAD_HASH_LEN + 1], struct err *e)
{
	unsigned char raw[SHA256_DIGEST_LENGTH];
	AUTO_DONE(buf_done) struct buf hex;

	buf_init(&hex, PAYLOAD_HASH_LEN);
	(void)SHA256((const unsigned char *)m->canonical.p, m->canonical.len,
		     raw);
	hex_encode(&hex, (struct span){ (const char *)raw, sizeof(raw) });
	if (buf_cstr(&hex) == NULL)
		return no_memory(e);
	memcpy(ret, hex.p, PAYLOAD_HASH_LEN + 1);
	return 0;
}

/* ---- showing ------------------------------------------------------------ */

void roster_show(const struct roster_role *role)
{
	char date[TRUST_TIME_TEXT];

	trust_time_format(role->staged->expires, date);
	printf("%s version %llu", role->name,
	       (unsigned long long)role->staged->version);
	if (role->published != NULL)
		printf(" (published: version %llu)",
		       (unsigned long long)role->published->version);
	else
		printf(" (the first)");
	printf(", expires %s\n  payload sha256:%s\n", date, role->payload);
}

int roster_show_progress(const struct roster *r, const struct roster_role *role,
			 struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata now = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	int code = repo_metadata(&r->repo, role->staged_name, role->kind,
				 &bytes, &now, e);

	for (size_t i = 0; code == 0 && i < role->by_count; i++) {
		AUTO_DONE(tally_done) struct tally t = { 0 };
		AUTO_DONE(buf_done) struct buf line, safe;

		buf_init(&line, LINE_MAX_BYTES);
		buf_init(&safe, 4 * LINE_MAX_BYTES);
		code = tally_count(&now, &role->by[i], &t, e);
		if (code < 0)
			return code;
		tally_sentence(&line, &t);
		text_escape(&safe, buf_view(&line), false);
		printf("%s version %llu: %s\n", role->name,
		       (unsigned long long)now.version,
		       buf_cstr(&safe) != NULL ? safe.p : "?");
	}
	return code;
}

/* ---- who signed --------------------------------------------------------- */

/* Is the public key of keys[i] one that signed under an id before it? */
static bool key_is_repeated(const struct tally *t, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (t->has_signed[k] &&
		    memcmp(t->by->keys->keys[k]->fingerprint,
			   t->by->keys->keys[i]->fingerprint,
			   TRUST_FINGERPRINT_LEN) == 0)
			return true;
	return false;
}

int tally_count(const struct trust_metadata *m, const struct authority *by,
		struct tally *ret, struct err *e)
{
	const size_t count = by->keys->count;
	struct tally t = { .by = by };

	t.has_signed = calloc(count + 1, sizeof(*t.has_signed));
	if (t.has_signed == NULL)
		return no_memory(e);
	for (size_t i = 0; i < count; i++) {
		const struct trust_key *key = by->keys->keys[i];
		const json_t *sig = json_object_get(m->signatures, key->id);

		t.has_signed[i] = sig != NULL &&
				  trust_key_verify(key, buf_view(&m->canonical),
						   json_span(sig));
		t.count += t.has_signed[i] && !key_is_repeated(&t, i);
	}
	*ret = t;
	return 0;
}

void tally_done(struct tally *t)
{
	free(t->has_signed);
	*t = (struct tally){ 0 };
}

void key_print(struct buf *out, const json_t *objects, const char *id)
{
	const json_t *owner =
		json_object_get(json_object_get(objects, id), OWNER_MEMBER);

	if (json_string_length(owner) != 0)
		buf_printf(out, "%s (%.*s)", json_string_value(owner), ID_SHOWN,
			   id);
	else
		buf_printf(out, "%.*s", ID_SHOWN, id);
}

/* Those of @a whose mark in @marks is @wanted; all when @marks is NULL. */
static void keys_print(struct buf *out, const struct authority *a,
		       const bool *marks, bool wanted)
{
	const char *sep = "";

	for (size_t i = 0; i < a->keys->count; i++) {
		if (marks != NULL && marks[i] != wanted)
			continue;
		buf_puts(out, sep);
		key_print(out, a->objects, a->keys->keys[i]->id);
		sep = ", ";
	}
	if (sep[0] == '\0')
		buf_puts(out, "nobody");
}

void tally_sentence(struct buf *out, const struct tally *t)
{
	const uint64_t needed = t->by->keys->threshold;

	buf_printf(out, "%zu of %llu signed by %s", t->count,
		   (unsigned long long)needed, t->by->words);
	if (t->count != 0) {
		buf_puts(out, ": ");
		tally_print(out, t, true);
	}
	if (t->count < needed) {
		buf_puts(out, "; missing: ");
		if (needed - t->count < t->by->keys->count - t->count)
			buf_printf(out, "%llu of ",
				   (unsigned long long)(needed - t->count));
		tally_print(out, t, false);
	}
}

void tally_print(struct buf *out, const struct tally *t, bool has_signed)
{
	keys_print(out, t->by, t->has_signed, has_signed);
}

void roster_keys_print(struct buf *out, const struct roster_role *role)
{
	for (size_t i = 0; i < role->by_count; i++) {
		buf_printf(out, "%s%s: ", i ? "; " : "", role->by[i].words);
		keys_print(out, &role->by[i], NULL, true);
	}
}

void roster_key_print(struct buf *out, const struct roster_role *role,
		      const char *id)
{
	const json_t *objects = NULL;

	for (size_t i = 0; i < role->by_count; i++)
		if (json_object_get(role->by[i].objects, id) != NULL)
			objects = role->by[i].objects;
	key_print(out, objects, id);
}
