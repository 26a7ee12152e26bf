/* SPDX-License-Identifier: Apache-2.0 */
/* audit_hook.c - see audit_hook.h. */
#include "cmd/bailiffd/audit_hook.h"

#include "cmd/bailiffd/audit_mute.h"
#include "cmd/bailiffd/audit_role.h"
#include "cmd/bailiffd/audit_starts.h"

/* What withholds stands before what counts. */
static const struct audit_hook *const hooks[] = {
	&audit_mute_hook,
	&audit_starts_hook,
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

bool audit_hooks_withhold(struct audit_role *role, const struct event *ev)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->withhold != NULL && hooks[i]->withhold(role, ev))
			return true;
	return false;
}

void audit_hooks_appended(struct audit_role *role, const struct event *ev,
			  bool is_denial, int r)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (hooks[i]->appended != NULL)
			hooks[i]->appended(role, ev, is_denial, r);
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
