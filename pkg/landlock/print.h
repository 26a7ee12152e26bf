/* SPDX-License-Identifier: Apache-2.0 */
/* print.h - resolved rules, for tools and for people. */
#ifndef PKG_LANDLOCK_PRINT_H
#define PKG_LANDLOCK_PRINT_H

#include "pkg/landlock/rules.h"

/**
 * landlock_rules_json() - append one line of JSON, without a newline:
 * {"handled":{"fs":"0x..","net":"0x..","scoped":"0x.."},
 *  "paths":[{"path":"..","fs":"0x.."}],"ports":[{"port":N,"net":"0x.."}]}
 *
 * Only where something is quiet, "quiet" with the three masks follows, and
 * "quiet":true in the rules. Numbers are lower case without leading zeros;
 * what is empty is "0x0". Sorted as @r is.
 */
void landlock_rules_json(const struct landlock_rules *r, struct buf *out);

/* Append the same in words, a line for each rule. Control characters in paths
 * are escaped. */
void landlock_rules_text(const struct landlock_rules *r, struct buf *out);

#endif
