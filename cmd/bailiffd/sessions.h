/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.h - the session registry as the attributor asks for it.
 *
 * A registration is written before its service's first instruction and only
 * ever completed, so a found one is kept; one that is not there is looked for
 * again each time. Look-ups by pid and cgroup walk a table of all
 * registrations that is read anew when it is older than SESSIONS_FRESH_MS.
 */
#ifndef CMD_BAILIFFD_SESSIONS_H
#define CMD_BAILIFFD_SESSIONS_H

#include "pkg/audit/attribute.h"

#define SESSIONS_KEPT	   256 /* found ones, by session number */
#define SESSIONS_TABLE_MAX 1024
#define SESSIONS_FRESH_MS  200
#define SESSIONS_KEPT_MS   5000 /* then it is read again: it may be completed */

struct session_cache;

/* @dirfd: PATH_SESSIONS; borrowed. Return: 0; -ENOMEM. */
int session_cache_new(int dirfd, struct session_cache **ret);
void session_cache_free(struct session_cache *c);
void session_cache_lookups(struct session_cache *c,
			   struct attribute_lookup *ret);

#endif
