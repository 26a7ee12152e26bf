/* SPDX-License-Identifier: Apache-2.0 */
/* audit_mute.h - what bailiff's own processes were denied, at most
 * AUDIT_MUTE_MAX events a second: without a limit a denial of this very process
 * would feed itself. The rest is counted and said once a second
 * ("audit.muted").
 */
#ifndef CMD_BAILIFFD_AUDIT_MUTE_H
#define CMD_BAILIFFD_AUDIT_MUTE_H

#include <stdint.h>

#include "cmd/bailiffd/audit_hook.h"

#define AUDIT_MUTE_MAX 16

struct audit_mute {
	uint64_t second, count, muted;
};

extern const struct audit_hook audit_mute_hook;

#endif
