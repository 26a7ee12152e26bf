/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c - bailiff-bundle sign: add signatures to what is staged. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/signing.h"
#include "lib/auto.h"

/* A role that is to be signed. */
struct choice {
	const struct role *role; /* until it was written */
	char *name;		 /* owned */
	char payload[PAYLOAD_HASH_LEN + 1];
	bool is_signed;
};

struct signing {
	struct stage stage;
	struct choice *choices; /* owned */
	size_t count;
};

static void signing_done(struct signing *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->choices[i].name);
	free(s->choices);
	stage_close(&s->stage);
}

static int choice_add(struct signing *s, const char *name, struct err *e)
{
	const struct role *role = signing_role(&s->stage, name, e);
	struct choice *c = &s->choices[s->count];
	int r;

	if (role == NULL)
		return -e->code;
	r = role_base_check(&s->stage.roles, role, e);
	if (r == 0)
		r = payload_hash(&role->metadata, c->payload, e);
	if (r < 0)
		return r;
	c->role = role;
	c->name = strdup(name);
	s->count++;
	return c->name != NULL ? 0 : err_set(e, ENOMEM, "out of memory");
}

/* The role that was named, or all of which something is staged. */
static int roles_choose(struct signing *s, const char *name, struct err *e)
{
	const struct role_view *staged = &s->stage.roles.staged;
	int r = 0;

	s->choices = calloc(staged->count + 1, sizeof(*s->choices));
	if (s->choices == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (name != NULL)
		return choice_add(s, name, e);
	for (size_t i = 0; r == 0 && i < staged->count; i++)
		r = choice_add(s, staged->items[i]->name, e);
	if (r == 0 && s->count == 0) {
		(void)err_set(e, EBADMSG, "nothing is staged");
		return err_hint(e, "stage policies with bailiff-bundle build, "
				   "a root with rotate");
	}
	return r;
}

static bool hash_is(const char *given, const char *hash)
{
	if (strncasecmp(given, "sha256:", 7) == 0)
		given += 7;
	return strcasecmp(given, hash) == 0;
}

static bool hash_is_given(const struct option_list *hashes, const char *payload)
{
	for (size_t i = 0; i < hashes->count; i++)
		if (hash_is(hashes->items[i], payload))
			return true;
	return false;
}

/* A hash that was shown elsewhere must be that of a role that is to be signed;
 * when hashes were given, only what they name is. */
static int hashes_check(struct signing *s, const struct option_list *hashes,
			struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < hashes->count; i++) {
		bool is_found = false;

		for (size_t k = 0; k < s->count; k++)
			is_found |= hash_is(hashes->items[i],
					    s->choices[k].payload);
		if (is_found)
			continue;
		(void)err_set(e, EKEYREJECTED,
			      "--payload-hash %s: the payload of %s is %s",
			      hashes->items[i], s->choices[0].name,
			      s->choices[0].payload);
		return err_hint(e, "it is not what you were shown: nothing was "
				   "signed; look at bailiff-bundle diff");
	}
	for (size_t i = 0; hashes->count != 0 && i < s->count; i++) {
		const struct choice c = s->choices[i];

		if (!hash_is_given(hashes, c.payload))
			continue;
		s->choices[i] = s->choices[kept];
		s->choices[kept++] = c;
	}
	for (size_t i = kept; hashes->count != 0 && i < s->count; i++)
		s->choices[i].role = NULL;
	return 0;
}

/* Before anybody is asked for a passphrase. */
static int choices_show(const struct signing *s, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->count; i++)
		if (s->choices[i].role != NULL)
			r = signing_show(&s->stage, s->choices[i].role, e);
	(void)fflush(stdout);
	return r;
}

static int key_refused(const struct signing *s, const char *path,
		       const struct trust_signer *signer, struct err *e)
{
	AUTO_DONE(buf_done) struct buf names;
	size_t count = 0;

	buf_init(&names, ERR_TEXT_MAX);
	for (size_t i = 0; i < s->count; i++) {
		if (s->choices[i].role == NULL)
			continue;
		buf_printf(&names, "; %s by ", s->choices[i].name);
		signing_keys_text(&s->stage, s->choices[i].role, &names);
		count++;
	}
	return err_set(e, EKEYREJECTED,
		       "%s: key %.16s is not one of role %s%s%s", path,
		       signer->id, s->choices[0].name,
		       count > 1 ? ", nor of another that is staged" : "",
		       buf_cstr(&names) != NULL ? names.p : "");
}

/* Sign each chosen role that lists the key. */
static int key_use(struct signing *s, const char *path,
		   const struct trust_signer *signer, struct err *e)
{
	bool is_listed = false;

	for (size_t i = 0; i < s->count; i++) {
		const struct role *role = s->choices[i].role;
		AUTO_DONE(buf_done) struct buf hex;
		int r;

		buf_init(&hex, 2 * TRUST_SIGNATURE_MAX);
		if (role == NULL ||
		    signing_key(&s->stage, role, signer->pkey) == NULL)
			continue;
		r = trust_key_sign(signer->pkey,
				   buf_view(&role->metadata.canonical), &hex,
				   e);
		if (r == 0)
			r = signing_put(&s->stage, role, signer->pkey,
					buf_view(&hex), e);
		if (r < 0)
			return r;
		s->choices[i].is_signed = is_listed = true;
	}
	return is_listed ? 0 : key_refused(s, path, signer, e);
}

static int keys_use(struct signing *s, const struct option_list *paths,
		    struct err *e)
{
	for (size_t i = 0; i < paths->count; i++) {
		AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
		int r = keyfile_open(&s->stage.keyring, paths->items[i], true,
				     &f, e);

		if (r == 0)
			r = key_use(s, paths->items[i], &f.signer, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int signed_save(struct signing *s, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->count; i++)
		if (s->choices[i].is_signed)
			r = stage_put(&s->stage, s->choices[i].name,
				      s->choices[i].role->metadata.document, e);
	for (size_t i = 0; r == 0 && i < s->count; i++)
		r = signing_show_progress(&s->stage, s->choices[i].name, e);
	return r;
}

int verb_sign(int argc, char **argv, struct err *e)
{
	AUTO_DONE(signing_done) struct signing s = { .stage = STAGE_NONE };
	struct keyring_options options = { .fd = -1 };
	struct option_list keys = { 0 }, hashes = { 0 };
	const char *path = NULL, *role = NULL;
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &path },
		{ "role", OPTION_TEXT, false, "ROLE",
		  "sign this one, not all that list the key", &role },
		{ "key", OPTION_LIST, true, "FILE",
		  "a private key; may be given again", &keys },
		{ "payload-hash", OPTION_LIST, false, "HEX",
		  "sign only what has this payload; may be given again",
		  &hashes },
		KEYRING_OPTIONS(&options),
		{ .kind = OPTION_END },
	};
	int r = verb_options("sign", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = signing_open(path, REPO_CHANGE_NEW, &options, &s.stage, e);
	if (r == 0)
		r = roles_choose(&s, role, e);
	if (r == 0)
		r = hashes_check(&s, &hashes, e);
	if (r == 0)
		r = choices_show(&s, e);
	if (r == 0)
		r = keys_use(&s, &keys, e);
	return r < 0 ? r : signed_save(&s, e);
}
