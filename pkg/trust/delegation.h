/* SPDX-License-Identifier: Apache-2.0 */
/* delegation.h - what a targets role lets other roles speak of (TUF 1.0.34,
 * section 4.5). struct trust_delegation is in metadata.h.
 */
#ifndef PKG_TRUST_DELEGATION_H
#define PKG_TRUST_DELEGATION_H

#include "pkg/trust/metadata.h"

/**
 * trust_delegations_parse() - the "delegations" of a targets role, if any.
 * @m: as for trust_targets_parse().
 *
 * Refused are a role without a name, with the name of a top-level role or of
 * one of root's files, and one that is delegated to twice in one file.
 *
 * Return: 0; -EBADMSG; -E2BIG above TRUST_KEYS_MAX or TRUST_DELEGATION_MAX;
 * -EOPNOTSUPP "succinct_roles"; -ENOMEM.
 */
int trust_delegations_parse(struct trust_metadata *m, struct err *e);

/* May the role speak of @path? One of its patterns fits, or one of its prefixes
 * is one of the path's SHA-256 in hex. */
bool trust_delegation_matches(const struct trust_delegation *d,
			      const char *path);

/**
 * trust_pattern_matches() - does a pattern of "paths" fit?
 *
 * '*' is any number of characters, '?' is one; neither is ever a '/'. All else
 * is itself: no classes, no escapes, no hidden files, no locale.
 */
bool trust_pattern_matches(const char *pattern, const char *path);

#endif
