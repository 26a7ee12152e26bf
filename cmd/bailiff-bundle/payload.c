/* SPDX-License-Identifier: Apache-2.0 */
/* payload.c - bailiff-bundle payload: the bytes that a signer elsewhere signs.
 */
#include "cmd/bailiff-bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bailiff-bundle/roster.h"
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

static int payload_give(struct roster *roster, const char *name,
			const char *path, struct err *e)
{
	const struct roster_role *role = roster_staged(roster, name, e);
	int r;

	if (role == NULL)
		return -e->code;
	r = roster_check_base(role, e);
	if (r == 0)
		r = payload_write(path, buf_view(&role->staged->canonical), e);
	if (r < 0)
		return r;
	roster_show(role);
	printf("  %zu bytes in %s\n", role->staged->canonical.len, path);
	return roster_show_progress(roster, role, e);
}

int verb_payload(int argc, char **argv, struct err *e)
{
	AUTO_DONE(roster_done) struct roster roster = { 0 };
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

	roster.repo.fd = roster.repo.staged_fd = -1;
	if (r != 0)
		return r < 0 ? r : EXIT_DONE;
	r = roster_open(path, &roster, e);
	return r < 0 ? r : payload_give(&roster, role, out, e);
}
