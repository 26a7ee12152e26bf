/* SPDX-License-Identifier: Apache-2.0 */
/* rotate.c - bailiff-bundle rotate: stage the next root. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>

#include "cmd/bailiff-bundle/repo.h"
#include "cmd/bailiff-bundle/roots.h"
#include "lib/auto.h"

/* Say what the new root changes, and who must still sign it. */
static int rotation_show(const struct repo *repo, struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata next = { 0 };
	AUTO_DONE(buf_done) struct buf bytes = { 0 };
	int r = repo_metadata(repo, STAGED_ROOT, TRUST_ROLE_ROOT, &bytes, &next,
			      e);

	if (r < 0)
		return r;
	for (enum trust_role i = 0; i < TRUST_ROLE_COUNT; i++) {
		const struct trust_role_keys *keys = &next.root.roles[i];

		printf("%s: %llu of", trust_role_name(i),
		       (unsigned long long)keys->threshold);
		for (size_t k = 0; k < keys->count; k++)
			printf(" %.16s", keys->keys[k]->id);
		printf("%s\n", trust_role_differs(&repo->root, &next, i)
				       ? " (changed)"
				       : "");
	}
	if (verb_show_signers(&next, &repo->root, " by the old keys", e) < 0)
		printf("not yet by the old keys: %s\n", e->text);
	if (verb_show_signers(&next, &next, " by the new keys", e) < 0)
		printf("not yet by the new keys: %s\n", e->text);
	printf("staged/root.json is version %llu\n",
	       (unsigned long long)next.version);
	return 0;
}

int verb_rotate(int argc, char **argv, struct err *e)
{
	AUTO_DONE(keyring_close) struct keyring keyring = { 0 };
	AUTO_DONE(repo_close) struct repo repo = { .fd = -1, .staged_fd = -1 };
	AUTO_JSON *document = NULL;
	struct keyring_options options = { .fd = -1 };
	struct root_options root = { 0 };
	struct option_list signers = { 0 };
	struct option_expiry expiry;
	const char *path = NULL;
	int64_t now = INT64_MIN;
	const struct trust_role_keys *const by[] = {
		&repo.root.root.roles[TRUST_ROLE_ROOT], NULL
	};
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &path },
		ROOT_OPTIONS(&root),
		{ "sign-key", OPTION_LIST, false, "FILE",
		  "a private key of the old root that signs too", &signers },
		{ "expires-days", OPTION_DAYS, false, "[root=]N",
		  "days until the new root expires (365)", &expiry },
		{ "expires", OPTION_DATE, false, "[root=]DATE",
		  "the date itself", &expiry },
		{ "now", OPTION_TIME, false, "DATE", "instead of the clock",
		  &now },
		KEYRING_OPTIONS(&options),
		{ .kind = OPTION_END },
	};
	int r;

	option_expiry_init(&expiry);
	r = verb_options("rotate", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = keyring_open(&options, &keyring, e);
	if (r == 0)
		r = repo_open(path, true, &repo, e);
	if (r == 0)
		r = root_compose(&root, &repo.root,
				 option_expiry_of(&expiry, TRUST_ROLE_ROOT,
						  verb_now(now)),
				 &keyring, &document, e);
	if (r == 0)
		r = keyring_sign(&keyring, &signers, by, document, e);
	if (r == 0)
		r = repo_write_json(&repo, STAGED_ROOT, document, e);
	return r < 0 ? r : rotation_show(&repo, e);
}
