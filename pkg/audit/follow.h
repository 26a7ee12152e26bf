/* SPDX-License-Identifier: Apache-2.0 */
/* follow.h - a service's audit rules, for one session.
 *
 * Rules are bounded by auid. A login in a service (sshd's pam_loginuid) gives
 * its task another one, and a session of its own: from then on none of them
 * matches. A follower is such a rule with "sessionid=S" in place of the bounds.
 */
#ifndef PKG_AUDIT_FOLLOW_H
#define PKG_AUDIT_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/span.h"

/**
 * rules_follow() - the followers of a service's rules for one of its sessions.
 * @rules: as audit_rules_list() gave them.
 * @auid: the service's.
 * @out: gets, as blobs and in their order, a follower of each rule of bailiff's
 *       that records and is bounded to auids of which @auid is one.
 *
 * Return: how many.
 */
size_t rules_follow(struct span rules, uint32_t auid, uint32_t ses,
		    struct buf *out);

/* Is it a follower? @ret_ses: of which session. */
bool rule_is_follower(struct span rule, uint32_t *ret_ses);

#endif
