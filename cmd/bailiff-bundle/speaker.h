/* SPDX-License-Identifier: Apache-2.0 */
/* speaker.h - who speaks of a target: the client's search over roles whose
 * signatures are not asked for.
 */
#ifndef CMD_BAILIFF_BUNDLE_SPEAKER_H
#define CMD_BAILIFF_BUNDLE_SPEAKER_H

#include "cmd/bailiff-bundle/roles.h"
#include "pkg/trust/trust.h"

/* The roles between the top-level one and a speaker, its own delegator first;
 * NULL after the last. */
struct role_way {
	const char *names[TRUST_VISITS_MAX + 2];
	size_t count;
};

/* May @name speak of @path: is there a chain of delegations from targets to it
 * of which each fits? */
bool role_may_speak(const struct role_view *v, const char *name,
		    const char *path);

/* Which role a client would take @path from (TUF 1.0.34, section 5.6.7), and
 * through which others; NULL: from none. @ret_way: may be NULL. */
const struct role *role_speaker(const struct role_view *v, const char *path,
				struct role_way *ret_way);

/* What @role lists @path as; its hashes are borrowed. False: it does not. */
bool role_target(const struct role *role, const char *path,
		 struct trust_file *ret);

/* The bytes of a target that @role lists, from staged/ or what is published,
 * checked against what is listed. Return: 0; -ENOENT; -EBADMSG; ... */
int role_target_read(const struct repo *repo, const struct role *role,
		     const char *path, struct buf *out, struct err *e);

#endif
