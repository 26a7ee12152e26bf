/* SPDX-License-Identifier: Apache-2.0 */
/* audit_hook.c - see audit_hook.h. */
#include "cmd/bailiffd/audit_hook.h"

#include "cmd/bailiffd/audit_account.h"
#include "cmd/bailiffd/audit_mute.h"
#include "cmd/bailiffd/audit_role.h"
#include "cmd/bailiffd/audit_starts.h"

/* What withholds stands before what counts. */
static const struct audit_hook *const hooks[] = {
	&audit_mute_hook,
	&audit_starts_hook,
	&audit_account_hook,
};
#define HOOKS (sizeof(hooks) / sizeof(hooks[0]))

int audit_hooks_begin(struct audit_role *role, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < HOOKS && r == 0; i++)
		if (hooks[i]->begin != NULL)
			r = hooks[i]->begin(role, e);
	return r;
}

void audit_hooks_replay(struct audit_role *role,
			const struct trail_frame *frame, const struct event *ev)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->replay != NULL)
			hooks[i]->replay(role, frame, ev);
}

bool audit_hooks_withhold(struct audit_role *role, const struct event *ev,
			  const struct event_denial *denial)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->withhold != NULL &&
		    hooks[i]->withhold(role, ev, denial))
			return true;
	return false;
}

void audit_hooks_appended(struct audit_role *role, const struct event *ev,
			  const struct event_denial *denial, int r)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->appended != NULL)
			hooks[i]->appended(role, ev, denial, r);
}

void audit_hooks_flushed(struct audit_role *role, uint64_t next)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->flushed != NULL)
			hooks[i]->flushed(role, next);
}

void audit_hooks_pruned(struct audit_role *role, const struct event *ev)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->pruned != NULL)
			hooks[i]->pruned(role, ev);
}

void audit_hooks_tick(struct audit_role *role)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->tick != NULL)
			hooks[i]->tick(role);
}

void audit_hooks_statement(struct audit_role *role, struct buf *out)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->statement != NULL)
			hooks[i]->statement(role, out);
}

void audit_hooks_end(struct audit_role *role)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->end != NULL)
			hooks[i]->end(role);
}
