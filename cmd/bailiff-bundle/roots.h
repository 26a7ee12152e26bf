/* SPDX-License-Identifier: Apache-2.0 */
/* roots.h - a new root: for whoever changes the keys that root names.
 */
#ifndef CMD_BAILIFF_BUNDLE_ROOTS_H
#define CMD_BAILIFF_BUNDLE_ROOTS_H

#include "cmd/bailiff-bundle/keychange.h"

/* --root-key, --root-threshold and so on, for each role. */
struct root_options {
	struct key_change roles[TRUST_ROLE_COUNT];
};

#define ROOT_OPTION(options, role, name)                      \
	{ name "-key",                                        \
	  OPTION_LIST,                                        \
	  false,                                              \
	  "FILE ...",                                         \
	  "the keys of role " name ", private or public",     \
	  &(options)->roles[role].set },                      \
	{                                                     \
		name "-threshold", OPTION_NUMBER, false, "N", \
			"how many of them must sign (1)",     \
			&(options)->roles[role].threshold     \
	}
#define ROOT_OPTIONS(options)                                          \
	ROOT_OPTION(options, TRUST_ROLE_ROOT, "root"),                 \
		ROOT_OPTION(options, TRUST_ROLE_TARGETS, "targets"),   \
		ROOT_OPTION(options, TRUST_ROLE_SNAPSHOT, "snapshot"), \
		ROOT_OPTION(options, TRUST_ROLE_TIMESTAMP, "timestamp")

/* Version 1, or what follows the published root; and until when. */
struct root_edition {
	uint64_t version;
	int64_t expires;
	/* Whose signatures it needs besides its own keys'; NULL: nobody's. */
	const struct trust_role_keys *old;
};

/**
 * root_compose() - the document of a new root, signed by every private root
 * key that was named.
 * @old: a view with the root whose keys and thresholds stay where nothing is
 *       said; NULL for the first one, where every role needs a key.
 * @ret: the caller's reference; written on success only.
 *
 * Return: 0; -EINVAL for a role without keys or a threshold that cannot be met;
 * as key_change_apply().
 */
int root_compose(const struct root_options *options,
		 const struct role_view *old,
		 const struct root_edition *edition, struct keyring *keyring,
		 json_t **ret, struct err *e);

#endif
