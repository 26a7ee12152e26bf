/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c - bailiff-bundle sign: add signatures to what is staged. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/bailiff-bundle/keyring.h"
#include "cmd/bailiff-bundle/repo.h"
#include "lib/auto.h"

/* What is being signed, and the roots whose keys may sign it. */
struct staged {
	const char *name;
	enum trust_role role;
	struct buf bytes;
	struct trust_metadata metadata;
	const struct trust_metadata *roots[2]; /* the second may be NULL */
};

static void staged_done(struct staged *s)
{
	buf_done(&s->bytes);
	trust_metadata_done(&s->metadata);
}

static bool key_is_of(const struct staged *s, const char *id)
{
	for (size_t i = 0; i < 2; i++) {
		const struct trust_role_keys *keys;

		if (s->roots[i] == NULL)
			continue;
		keys = &s->roots[i]->root.roles[s->role];
		for (size_t k = 0; k < keys->count; k++)
			if (strcmp(keys->keys[k]->id, id) == 0)
				return true;
	}
	return false;
}

/* A staged root is signed by its own keys and by those of the root before. */
static int staged_load(const struct repo *repo, const char *role,
		       struct staged *s, struct err *e)
{
	const int found = trust_role_find(span_of(role));
	const struct trust_metadata *published =
		repo->root.document != NULL ? &repo->root : NULL;
	int r;

	if (found != TRUST_ROLE_ROOT && found != TRUST_ROLE_TARGETS)
		return err_set(e, EINVAL,
			       "--role %s: must be root or targets; publish "
			       "signs the others",
			       role);
	s->role = (enum trust_role)found;
	s->name = found == TRUST_ROLE_ROOT ? STAGED_ROOT : STAGED_TARGETS;
	r = repo_metadata(repo, s->name, s->role, &s->bytes, &s->metadata, e);
	if (r == -ENOENT)
		return err_set(e, EBADMSG, "nothing is staged for role %s",
			       role);
	if (r < 0)
		return r;
	s->roots[0] = published;
	if (s->role == TRUST_ROLE_ROOT)
		s->roots[1] = &s->metadata;
	else if (published == NULL)
		return err_set(e, EBADMSG, "there is no root yet");
	return 0;
}

static int signatures_add(struct staged *s, const struct option_list *paths,
			  struct keyring *keyring, struct err *e)
{
	for (size_t i = 0; i < paths->count; i++) {
		AUTO_DONE(keyfile_done) struct keyfile f = { 0 };
		int r = keyfile_open(keyring, paths->items[i], true, &f, e);

		if (r < 0)
			return r;
		if (!key_is_of(s, f.signer.id))
			return err_set(e, EKEYREJECTED,
				       "%s: key %.16s is not one of role %s",
				       paths->items[i], f.signer.id,
				       trust_role_name(s->role));
		r = trust_sign(s->metadata.document, &f.signer, e);
		if (r < 0)
			return r;
	}
	return 0;
}

/* How far it is, against each root; too few is no failure here. */
static int progress_show(const struct repo *repo, const struct staged *s,
			 struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata now = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	int r = repo_metadata(repo, s->name, s->role, &bytes, &now, e);

	for (size_t i = 0; r == 0 && i < 2; i++) {
		const struct trust_metadata *root = s->roots[i];

		if (root == NULL)
			continue;
		r = verb_show_signers(&now, root,
				      s->role != TRUST_ROLE_ROOT ? ""
				      : i == 0 ? " by the old keys"
					       : " by its own keys",
				      e);
		if (r != -EKEYREJECTED)
			continue;
		printf("not yet enough: %s\n", e->text);
		r = 0;
	}
	return r;
}

int verb_sign(int argc, char **argv, struct err *e)
{
	AUTO_DONE(keyring_close) struct keyring keyring = { 0 };
	AUTO_DONE(repo_close) struct repo repo = { .fd = -1, .staged_fd = -1 };
	AUTO_DONE(staged_done) struct staged s = { 0 };
	struct keyring_options options = { .fd = -1 };
	struct option_list keys = { 0 };
	const char *path = NULL, *role = NULL;
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &path },
		{ "role", OPTION_TEXT, true, "ROLE", "targets or root", &role },
		{ "key", OPTION_LIST, true, "FILE",
		  "a private key; may be given again", &keys },
		KEYRING_OPTIONS(&options),
		{ .kind = OPTION_END },
	};
	int r = verb_options("sign", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = keyring_open(&options, &keyring, e);
	if (r == 0)
		r = repo_open(path, false, &repo, e);
	if (r == 0)
		r = staged_load(&repo, role, &s, e);
	if (r == 0)
		r = signatures_add(&s, &keys, &keyring, e);
	if (r == 0)
		r = repo_write_json(&repo, s.name, s.metadata.document, e);
	return r < 0 ? r : progress_show(&repo, &s, e);
}
