/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c - bailiff-bundle sign: add signatures to what is staged. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/bailiff-bundle/keyring.h"
#include "cmd/bailiff-bundle/roster.h"
#include "lib/auto.h"

/* Which of the roles are to be signed, and whether one was. */
struct choice {
	struct roster_role *role;
	bool is_signed;
};

struct signing {
	struct roster roster;
	struct choice *choices; /* owned; roster.count of room */
	size_t count;
};

static void signing_done(struct signing *s)
{
	roster_done(&s->roster);
	free(s->choices);
}

static int choice_add(struct signing *s, const char *name, struct err *e)
{
	struct roster_role *role = roster_staged(&s->roster, name, e);

	if (role == NULL)
		return -e->code;
	s->choices[s->count++].role = role;
	return 0;
}

/* The role that was named, or all of which something is staged. */
static int roles_choose(struct signing *s, const char *name, struct err *e)
{
	int r = 0;

	s->choices = calloc(s->roster.count, sizeof(*s->choices));
	if (s->choices == NULL)
		return err_set(e, ENOMEM, "out of memory");
	if (name != NULL)
		return choice_add(s, name, e);
	for (size_t i = 0; r == 0 && i < s->roster.count; i++)
		if (roster_is_staged(s->roster.roles[i]))
			r = choice_add(s, s->roster.roles[i]->name, e);
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

/* A hash that was shown elsewhere must be that of a chosen role; when hashes
 * were given, only their roles are signed. */
static int hashes_check(struct signing *s, const struct option_list *hashes,
			struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < hashes->count; i++) {
		bool is_found = false;

		for (size_t k = 0; k < s->count; k++)
			is_found |= hash_is(hashes->items[i],
					    s->choices[k].role->payload);
		if (is_found)
			continue;
		(void)err_set(e, EKEYREJECTED,
			      "--payload-hash %s: the payload of %s is %s",
			      hashes->items[i], s->choices[0].role->name,
			      s->choices[0].role->payload);
		return err_hint(e, "it is not what you were shown: nothing was "
				   "signed; look at bailiff-bundle diff");
	}
	for (size_t k = 0; hashes->count != 0 && k < s->count; k++)
		for (size_t i = 0; i < hashes->count; i++)
			if (hash_is(hashes->items[i],
				    s->choices[k].role->payload)) {
				s->choices[kept++] = s->choices[k];
				break;
			}
	if (hashes->count != 0)
		s->count = kept;
	return 0;
}

static int choices_show(const struct signing *s, struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		const int r = roster_check_base(s->choices[i].role, e);

		if (r < 0)
			return r;
		roster_show(s->choices[i].role);
	}
	/* Before anybody is asked for a passphrase. */
	(void)fflush(stdout);
	return 0;
}

static int key_refused(const struct signing *s, const char *path,
		       const struct trust_signer *signer, struct err *e)
{
	AUTO_DONE(buf_done) struct buf names;

	buf_init(&names, ERR_TEXT_MAX);
	for (size_t i = 0; i < s->count; i++) {
		buf_printf(&names, "; %s by ", s->choices[i].role->name);
		roster_keys_print(&names, s->choices[i].role);
	}
	return err_set(e, EKEYREJECTED,
		       "%s: key %.16s is not one of role %s%s%s", path,
		       signer->id, s->choices[0].role->name,
		       s->count > 1 ? ", nor of another that is staged" : "",
		       buf_cstr(&names) ? names.p : "");
}

/* Sign each chosen role that lists the key. */
static int key_use(struct signing *s, const char *path,
		   const struct trust_signer *signer, struct err *e)
{
	bool is_listed = false;

	for (size_t i = 0; i < s->count; i++) {
		struct roster_role *role = s->choices[i].role;
		AUTO_DONE(buf_done) struct buf hex;
		int r;

		buf_init(&hex, 2 * TRUST_SIGNATURE_MAX);
		if (roster_key(role, signer->pkey) == NULL)
			continue;
		r = trust_key_sign(signer->pkey,
				   buf_view(&role->staged->canonical), &hex, e);
		if (r == 0)
			r = roster_put(role, signer->pkey, buf_view(&hex), e);
		if (r < 0)
			return r;
		s->choices[i].is_signed = is_listed = true;
	}
	return is_listed ? 0 : key_refused(s, path, signer, e);
}

static int keys_use(struct signing *s, const struct option_list *paths,
		    struct keyring *keyring, struct err *e)
{
	for (size_t i = 0; i < paths->count; i++) {
		AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
		int r = keyfile_open(keyring, paths->items[i], true, &f, e);

		if (r == 0)
			r = key_use(s, paths->items[i], &f.signer, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int signed_save(const struct signing *s, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->count; i++)
		if (s->choices[i].is_signed)
			r = roster_save(&s->roster, s->choices[i].role, e);
	for (size_t i = 0; r == 0 && i < s->count; i++)
		r = roster_show_progress(&s->roster, s->choices[i].role, e);
	return r;
}

int verb_sign(int argc, char **argv, struct err *e)
{
	AUTO_DONE(keyring_close) struct keyring keyring = { 0 };
	AUTO_DONE(signing_done) struct signing s = { 0 };
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
	s.roster.repo.fd = s.roster.repo.staged_fd = -1;
	r = keyring_open(&options, &keyring, e);
	if (r == 0)
		r = roster_open(path, &s.roster, e);
	if (r == 0)
		r = roles_choose(&s, role, e);
	if (r == 0)
		r = hashes_check(&s, &hashes, e);
	if (r == 0)
		r = choices_show(&s, e);
	if (r == 0)
		r = keys_use(&s, &keys, &keyring, e);
	return r < 0 ? r : signed_save(&s, e);
}
