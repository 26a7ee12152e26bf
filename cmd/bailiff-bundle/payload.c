/* SPDX-License-Identifier: Apache-2.0 */
/* payload.c - bailiff-bundle payload: the bytes that a signer elsewhere signs.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/authority.h"
#include "cmd/bailiff-bundle/signing.h"
#include "lib/auto.h"
#include "lib/file.h"

static int payload_write(const char *path, struct span bytes, struct err *e)
{
	AUTO_FD fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
		     0644);
	int r;

	if (fd < 0)
		return err_errno(e, "create %s", path);
	r = file_write_all(fd, bytes);
	/* A pipe has no disk to reach; a stick is pulled out right after. */
	if (r == 0 && fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
		r = -errno;
	return r < 0 ? err_set(e, -r, "write %s: %s", path, strerror(-r)) : 0;
}

static int payload_give(const struct stage *s, const char *name,
			const char *path, struct err *e)
{
	const struct role *role = signing_role(s, name, e);
	int r;

	if (role == NULL)
		return -e->code;
	r = role_base_check(&s->roles, role, e);
	if (r == 0)
		r = payload_write(path, buf_view(&role->metadata.canonical), e);
	if (r == 0)
		r = signing_show(s, role, e);
	if (r < 0)
		return r;
	printf("  %zu bytes in %s\n", role->metadata.canonical.len, path);
	return signing_show_progress(s, name, e);
}

int verb_payload(int argc, char **argv, struct err *e)
{
	AUTO_DONE(stage_close) struct stage s = STAGE_NONE;
	const char *path = NULL, *role = NULL, *out = NULL;
	const struct option_row rows[] = {
		{ "repo", OPTION_TEXT, true, "DIR", "the repository", &path },
		{ "role", OPTION_TEXT, true, "ROLE", "a role that is staged",
		  &role },
		{ "out", OPTION_TEXT, true, "FILE",
		  "gets the bytes to be signed", &out },
		{ .kind = OPTION_END },
	};
	int r = verb_options("payload", rows, argc, argv, e);

	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = signing_open(path, REPO_LOOK, NULL, &s, e);
	return r < 0 ? r : payload_give(&s, role, out, e);
}
