/* SPDX-License-Identifier: Apache-2.0 */
/* roots.h - a new root from the command line: init's and rotate's common part.
 */
#ifndef CMD_BAILIFF_BUNDLE_ROOTS_H
#define CMD_BAILIFF_BUNDLE_ROOTS_H

#include "cmd/bailiff-bundle/keyring.h"

/* --root-key, --root-threshold and so on, for each role. */
struct root_options {
	struct option_list keys[TRUST_ROLE_COUNT];
	uint64_t thresholds[TRUST_ROLE_COUNT]; /* 0: not given */
};

#define ROOT_OPTION(options, role, name)                      \
	{ name "-key",                                        \
	  OPTION_LIST,                                        \
	  false,                                              \
	  "FILE",                                             \
	  "a key of role " name ", private or public",        \
	  &(options)->keys[role] },                           \
	{                                                     \
		name "-threshold", OPTION_NUMBER, false, "N", \
			"how many of them must sign (1)",     \
			&(options)->thresholds[role]          \
	}
#define ROOT_OPTIONS(options)                                          \
	ROOT_OPTION(options, TRUST_ROLE_ROOT, "root"),                 \
		ROOT_OPTION(options, TRUST_ROLE_TARGETS, "targets"),   \
		ROOT_OPTION(options, TRUST_ROLE_SNAPSHOT, "snapshot"), \
		ROOT_OPTION(options, TRUST_ROLE_TIMESTAMP, "timestamp")

/**
 * root_compose() - the document of a new root, signed by every private root
 * key that was named.
 * @old: the root before it, whose keys and thresholds stay where nothing is
 *       said; NULL for the first one, where every role needs a key.
 * @ret: the caller's reference; written on success only.
 *
 * Return: 0; -EINVAL for a role without keys or a threshold that cannot be met;
 * as keyfile_open().
 */
int root_compose(const struct root_options *options,
		 const struct trust_metadata *old, int64_t expires,
		 struct keyring *keyring, json_t **ret, struct err *e);

#endif
