/* SPDX-License-Identifier: Apache-2.0 */
/* signing.c - see signing.h. */
#include "cmd/bailiff-bundle/signing.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bailiff-bundle/authority.h"
#include "lib/auto.h"
#include "lib/hex.h"
#include "lib/text.h"
#include "lib/when.h"
#include "pkg/trust/signer.h"

static int no_memory(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}

/* ---- what is staged ----------------------------------------------------- */

/* Looks only: nothing is made in a directory that is no repository. */
static int root_check(const struct stage_options *options, struct err *e)
{
	AUTO_DONE(stage_close) struct stage s = STAGE_NONE;
	struct stage_options look = *options;
	int r;

	look.keyring = (struct keyring_options){ .fd = -1 };
	r = stage_open(&look, REPO_LOOK, &s, e);
	if (r < 0 || role_find(&s.roles.next, "root") != NULL)
		return r;
	(void)err_set(e, EBADMSG,
		      "%s: there is no root, neither 1.root.json nor "
		      "staged/root.json: this is no repository",
		      options->path);
	return err_hint(e, "begin one with bailiff-bundle init");
}

int signing_open(const char *path, enum repo_use use,
		 const struct keyring_options *keyring, struct stage *ret,
		 struct err *e)
{
	struct stage_options options;
	int r;

	stage_options_init(&options);
	options.path = path;
	if (keyring != NULL)
		options.keyring = *keyring;
	r = root_check(&options, e);
	return r < 0 ? r : stage_open(&options, use, ret, e);
}

static int no_such_role(const struct stage *s, const char *name, struct err *e)
{
	AUTO_DONE(buf_done) struct buf names;
	const struct role *last = NULL;

	buf_init(&names, ERR_TEXT_MAX);
	for (size_t i = 0; i < s->roles.next.count; i++) {
		const struct role *role = s->roles.next.items[i];

		if (last == NULL || strcmp(role->name, last->name) != 0)
			buf_printf(&names, "%s%s", i ? ", " : "", role->name);
		last = role;
	}
	return err_set(e, EINVAL, "--role %s: there is no such role, only %s",
		       name, buf_cstr(&names) != NULL ? names.p : "others");
}

const struct role *signing_role(const struct stage *s, const char *name,
				struct err *e)
{
	const struct role *role = role_find(&s->roles.staged, name);
	const int kind = trust_role_find(span_of(name));
	struct role_authority a;

	if (role != NULL)
		return role;
	if (kind == TRUST_ROLE_TIMESTAMP || kind == TRUST_ROLE_SNAPSHOT) {
		(void)err_set(e, EINVAL,
			      "--role %s: publish makes and signs it", name);
		return NULL;
	}
	if (!role_authority(&s->roles.next, name, 0, &a)) {
		(void)no_such_role(s, name, e);
		return NULL;
	}
	(void)err_set(e, EBADMSG, "nothing is staged for role %s", name);
	(void)err_hint(e, kind == TRUST_ROLE_ROOT
				  ? "stage a root with bailiff-bundle rotate"
				  : "stage policies with bailiff-bundle build");
	return NULL;
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

/* ---- keys --------------------------------------------------------------- */

static bool key_is(const struct trust_key *key, const EVP_PKEY *pkey)
{
	return key->pkey != NULL && EVP_PKEY_eq(key->pkey, pkey) == 1;
}

const struct trust_key *signing_key(const struct stage *s,
				    const struct role *role,
				    const EVP_PKEY *pkey)
{
	struct role_authority a;

	for (size_t i = 0; role_authority(&s->roles.next, role->name, i, &a);
	     i++)
		for (size_t k = 0; k < a.keys->count; k++)
			if (key_is(a.keys->keys[k], pkey))
				return a.keys->keys[k];
	return NULL;
}

static int keys_put(const struct role *role, const struct trust_role_keys *keys,
		    const EVP_PKEY *pkey, struct span hex, struct err *e)
{
	const struct trust_metadata *m = &role->metadata;

	for (size_t i = 0; i < keys->count; i++) {
		const char *id = keys->keys[i]->id;
		int r;

		if (!key_is(keys->keys[i], pkey))
			continue;
		r = trust_signature_put(m->document, id, hex, e);
		if (r < 0)
			return r;
		if (json_object_set_new(m->signatures, id,
					json_stringn(hex.p, hex.len)) < 0)
			return no_memory(e);
	}
	return 0;
}

int signing_put(const struct stage *s, const struct role *role,
		const EVP_PKEY *pkey, struct span hex, struct err *e)
{
	struct role_authority a;
	int r = 0;

	for (size_t i = 0;
	     r == 0 && role_authority(&s->roles.next, role->name, i, &a); i++)
		r = keys_put(role, a.keys, pkey, hex, e);
	return r;
}

/* ---- who signed --------------------------------------------------------- */

/* Is the public key of keys[i] one that signed under an id before it? */
static bool key_is_repeated(const struct tally *t, size_t i)
{
	const struct trust_key *const *keys = t->by.keys->keys;

	for (size_t k = 0; k < i; k++)
		if (t->has_signed[k] &&
		    memcmp(keys[k]->fingerprint, keys[i]->fingerprint,
			   TRUST_FINGERPRINT_LEN) == 0)
			return true;
	return false;
}

int tally_count(const struct roles *roles, const struct role *role,
		const struct role_authority *by, struct tally *ret,
		struct err *e)
{
	const struct trust_metadata *m = &role->metadata;
	struct tally t = { .roles = roles, .role = role, .by = *by };

	t.has_signed = calloc(by->keys->count + 1, sizeof(*t.has_signed));
	if (t.has_signed == NULL)
		return (void)no_memory(e), -ENOMEM;
	for (size_t i = 0; i < by->keys->count; i++) {
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

bool tally_is_met(const struct tally *t)
{
	return t->count >= t->by.keys->threshold;
}

/* ---- in words ----------------------------------------------------------- */

static void authority_words(struct buf *out, const struct role *role,
			    const struct role_authority *by)
{
	const char *staged = by->by->is_staged ? "the staged " : "";

	if (by->delegation != NULL)
		buf_printf(out, "the keys that %s%s names", staged,
			   by->by->name);
	else if (role->metadata.role != TRUST_ROLE_ROOT)
		buf_printf(out, "%sroot's keys", staged);
	else
		buf_puts(out, by->by->is_staged == role->is_staged
				      ? "its own keys"
				      : "the old root's keys");
}

void tally_words(struct buf *out, const struct tally *t)
{
	authority_words(out, t->role, &t->by);
}

/* Those of @keys whose mark in @marks is @wanted; all when @marks is NULL. */
static void keys_text(struct buf *out, const struct roles *roles,
		      const struct trust_role_keys *keys, const bool *marks,
		      bool wanted)
{
	const char *sep = "";

	for (size_t i = 0; i < keys->count; i++) {
		if (marks != NULL && marks[i] != wanted)
			continue;
		buf_puts(out, sep);
		role_key_text(roles, keys->keys[i]->id, out);
		sep = ", ";
	}
	if (sep[0] == '\0')
		buf_puts(out, "nobody");
}

void tally_keys(struct buf *out, const struct tally *t, bool has_signed)
{
	keys_text(out, t->roles, t->by.keys, t->has_signed, has_signed);
}

void tally_missing(struct buf *out, const struct tally *t)
{
	const uint64_t needed = t->by.keys->threshold - t->count;

	if (needed < t->by.keys->count - t->count)
		buf_printf(out, "%llu of ", (unsigned long long)needed);
	tally_keys(out, t, false);
}

void tally_sentence(struct buf *out, const struct tally *t)
{
	buf_printf(out, "%zu of %llu signed by ", t->count,
		   (unsigned long long)t->by.keys->threshold);
	tally_words(out, t);
	if (t->count != 0) {
		buf_puts(out, ": ");
		tally_keys(out, t, true);
	}
	if (!tally_is_met(t)) {
		buf_puts(out, "; missing: ");
		tally_missing(out, t);
	}
}

void signing_keys_text(const struct stage *s, const struct role *role,
		       struct buf *out)
{
	struct role_authority a;

	for (size_t i = 0; role_authority(&s->roles.next, role->name, i, &a);
	     i++) {
		buf_puts(out, i ? "; " : "");
		authority_words(out, role, &a);
		buf_puts(out, ": ");
		keys_text(out, &s->roles, a.keys, NULL, true);
	}
}

void signing_print(const char *before, struct span line, const char *after)
{
	AUTO_DONE(buf_done) struct buf safe;

	buf_init(&safe, (size_t)4 * SIGNING_LINE_SIZE);
	text_escape(&safe, line, false);
	printf("%s%s%s\n", before, buf_cstr(&safe) != NULL ? safe.p : "?",
	       after);
}

int signing_show(const struct stage *s, const struct role *role, struct err *e)
{
	const struct role *now = role_find(&s->roles.now, role->name);
	char date[WHEN_TEXT], hash[PAYLOAD_HASH_LEN + 1];
	AUTO_DONE(buf_done) struct buf line = { 0 };
	const int r = payload_hash(&role->metadata, hash, e);

	if (r < 0)
		return r;
	buf_init(&line, SIGNING_LINE_SIZE);
	when_format(role->metadata.expires, date);
	buf_printf(&line, "%s version %llu, ", role->name,
		   (unsigned long long)role->metadata.version);
	if (now != NULL)
		buf_printf(&line, "in place of version %llu",
			   (unsigned long long)now->metadata.version);
	else
		buf_puts(&line, "the first");
	buf_printf(&line, ", expires %s", date);
	signing_print("", buf_view(&line), "");
	printf("  payload sha256:%s\n", hash);
	return 0;
}

int signing_show_progress(const struct stage *s, const char *name,
			  struct err *e)
{
	const struct role *role = role_find(&s->roles.next, name);
	struct role_authority a;
	int r = 0;

	for (size_t i = 0; role != NULL && r == 0 &&
			   role_authority(&s->roles.next, name, i, &a);
	     i++) {
		AUTO_DONE(tally_done) struct tally t = { 0 };
		AUTO_DONE(buf_done) struct buf line;

		buf_init(&line, SIGNING_LINE_SIZE);
		r = tally_count(&s->roles, role, &a, &t, e);
		if (r < 0)
			return r;
		buf_printf(&line, "%s version %llu: ", name,
			   (unsigned long long)role->metadata.version);
		tally_sentence(&line, &t);
		signing_print("", buf_view(&line), "");
	}
	return r;
}

int signing_show_all(const struct stage *s, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->roles.staged.count; i++)
		r = signing_show_progress(s, s->roles.staged.items[i]->name, e);
	return r;
}
