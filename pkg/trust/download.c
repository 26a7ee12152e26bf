/* SPDX-License-Identifier: Apache-2.0 */
/* download.c - target files (TUF 1.0.34, section 5.7). */
#include <errno.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/trust/client.h"

#define URL_MAX 512 /* "targets/" + path + a SHA-512 in hex, and room */

/* The name under which a target may lie: 0 is the first choice; false when
 * there is no such choice. */
static bool name_choose(const struct trust_client *c,
			const struct trust_found *found, size_t choice,
			struct buf *name)
{
	buf_reset(name);
	if (!c->root.root.is_consistent) {
		trust_target_name(found->path, (struct span){ 0 }, name);
		return choice == 0;
	}
	for (size_t i = 0; i < TRUST_HASH_COUNT; i++) {
		const struct span hash = found->file.hashes[i];

		if (hash.p == NULL || choice-- != 0)
			continue;
		trust_target_name(found->path, hash, name);
		return true;
	}
	return false;
}

static int target_fetch(const struct trust_client *c,
			const struct trust_found *found, struct buf *out,
			struct err *e)
{
	AUTO_DONE(buf_done) struct buf name;
	int r = -ENOENT;

	buf_init(&name, URL_MAX);
	for (size_t choice = 0; r == -ENOENT; choice++) {
		if (!name_choose(c, found, choice, &name))
			return err_set(e, ENOENT,
				       "target \"%s\": not in the repository",
				       found->path);
		if (buf_cstr(&name) == NULL)
			return err_set(e, -buf_error(&name),
				       "target \"%s\": %s", found->path,
				       strerror(-buf_error(&name)));
		buf_done(out);
		r = trust_client_ask(c, name.p, (size_t)found->file.length, out,
				     e);
	}
	return r;
}

int trust_client_target(struct trust_client *c, const struct trust_found *found,
			struct buf *out, struct err *e)
{
	int r;

	buf_init(out, 0);
	r = target_fetch(c, found, out, e);
	if (r == 0) {
		r = trust_file_check(&found->file, buf_view(out), e);
		if (r < 0)
			(void)err_wrap(e, "target \"%s\"", found->path);
	}
	if (r < 0)
		buf_done(out);
	return r;
}
