/* SPDX-License-Identifier: Apache-2.0 */
/* audit_mute.c - see audit_mute.h. */
#include "cmd/bailiffd/audit_mute.h"

#include "cmd/bailiffd/audit_role.h"

static bool mute_withhold(struct audit_role *role, const struct event *ev,
			  const struct event_denial *denial)
{
	const uint64_t second = role->now_ms / 1000;
	struct audit_mute *m = &role->mute;

	(void)denial;
	if (ev->how != HOW_SESSION || !span_eq_str(ev->service, "bailiff"))
		return false;
	if (second != m->second) {
		m->second = second;
		m->count = 0;
	}
	if (++m->count <= AUDIT_MUTE_MAX)
		return false;
	m->muted++;
	return true;
}

static void mute_tell(struct audit_role *role)
{
	struct audit_mute *m = &role->mute;

	if (m->muted == 0 || m->second == role->now_ms / 1000)
		return;
	audit_own(role, "audit.muted", "service=bailiff count=%llu",
		  (unsigned long long)m->muted);
	m->muted = 0;
}

const struct audit_hook audit_mute_hook = {
	.name = "mute",
	.withhold = mute_withhold,
	.tick = mute_tell,
};
