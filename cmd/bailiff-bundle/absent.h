/* SPDX-License-Identifier: Apache-2.0 */
/* absent.h - paths of a service's rules that are not there.
 *
 * At launch such a rule is left out, which denies more, or with "required" the
 * service does not start: whoever writes a path should know.
 */
#ifndef CMD_BAILIFF_BUNDLE_ABSENT_H
#define CMD_BAILIFF_BUNDLE_ABSENT_H

#include "pkg/policy/policy.h"

struct absent {
	char *path;
	bool is_required;
};

struct absents {
	struct absent *items;
	size_t count;
};

/**
 * absents_find() - look each path up.
 * @root: a descriptor of the service's root directory; symbolic links stay
 *        below it.
 * @ret: absents_done().
 *
 * What cannot be looked up for another reason, as a directory that may not be
 * searched, is not told.
 *
 * Return: 0; from policy_artefact(); -ENOMEM.
 */
int absents_find(const struct policy *p, const struct policy_service *s,
		 int root, struct absents *ret, struct err *e);
void absents_done(struct absents *a);

/* A line for each on standard output, of many some. */
void absents_tell(const struct absents *a, const char *document);

#endif
