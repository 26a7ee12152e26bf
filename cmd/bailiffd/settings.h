/* SPDX-License-Identifier: Apache-2.0 */
/* settings.h - node.json "audit" on its way from the policy process to the
 * supervisor (info.h) and to the audit process (WIRE_AUDIT_CONFIG).
 */
#ifndef CMD_BAILIFFD_SETTINGS_H
#define CMD_BAILIFFD_SETTINGS_H

#include "lib/buf.h"
#include "lib/cur.h"
#include "pkg/policy/policy.h"

#define TRAIL_BYTES_MAX (64ULL * 1048576) /* unless set */

void audit_settings_encode(const struct policy_audit *a, struct buf *out);
/* A durability that does not exist fails the cursor. */
void audit_settings_decode(struct cur *c, struct policy_audit *ret);

/* Bytes the trail in @dirfd may take: what is set, else 5 % of its file system,
 * at most TRAIL_BYTES_MAX. */
uint64_t audit_trail_bytes(const struct policy_audit *a, int dirfd);

#endif
