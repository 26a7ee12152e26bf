/* SPDX-License-Identifier: Apache-2.0 */
/* init.c - bailiff-bundle init: the first root of a new repository. */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/bailiff-bundle/roots.h"
#include "cmd/bailiff-bundle/stage.h"
#include "lib/auto.h"

/* Publish the root when it is fully signed, else stage it. */
static int root_place(const struct repo *repo, const json_t *document,
		      struct err *e)
{
	AUTO_DONE(trust_metadata_done) struct trust_metadata root = { 0 };
	AUTO_DONE(buf_done) struct buf text;
	int r;

	buf_init(&text, trust_role_max(TRUST_ROLE_ROOT));
	r = json_pretty(document, &text);
	if (r < 0)
		return err_set(e, -r, "root: %s", strerror(-r));
	r = trust_metadata_parse(TRUST_ROLE_ROOT, buf_view(&text), &root, e);
	if (r < 0)
		return r;
	r = verb_show_signers(&root, &root, "", e);
	if (r == 0)
		return repo_write(repo, "1.root.json", buf_view(&text), e);
	if (r != -EKEYREJECTED)
		return r;
	r = repo_write(repo, STAGED_ROOT, buf_view(&text), e);
	if (r < 0)
		return r;
	printf("staged/root.json waits for more signatures: %s\n", e->text);
	return 0;
}

int verb_init(int argc, char **argv, struct err *e)
{
	AUTO_DONE(keyring_close) struct keyring keyring = { 0 };
	AUTO_DONE(repo_close) struct repo repo = { .fd = -1, .staged_fd = -1 };
	AUTO_JSON *document = NULL;
	struct root_options root = { 0 };
	struct stage_options options;
	struct root_edition edition = { .version = 1 };
	const struct option_row rows[] = {
		STAGE_OPTIONS(&options, "the root (365)"),
		ROOT_OPTIONS(&root),
		KEYRING_OPTIONS(&options.keyring),
		{ .kind = OPTION_END },
	};
	int r;

	stage_options_init(&options);
	r = verb_options("init", rows, argc, argv, e);
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	edition.expires = option_expiry_of(&options.expiry, TRUST_ROLE_ROOT,
					   verb_now(options.now));
	r = keyring_open(&options.keyring, &keyring, e);
	if (r == 0)
		r = root_compose(&root, NULL, &edition, &keyring, &document, e);
	if (r < 0)
		return r;
	if (mkdir(options.path, 0755) < 0 && errno != EEXIST)
		return err_errno(e, "make %s", options.path);
	r = repo_open(options.path, REPO_CHANGE_NEW, &repo, e);
	if (r < 0)
		return r;
	if (repo.root.document != NULL) {
		(void)err_set(e, EEXIST, "%s has a root already", options.path);
		return err_hint(e, "bailiff-bundle rotate makes the next one");
	}
	return root_place(&repo, document, e);
}
