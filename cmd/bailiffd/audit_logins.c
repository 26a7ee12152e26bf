/* SPDX-License-Identifier: Apache-2.0 */
/* audit_logins.c - tells the supervisor of logins in services, which have rules
 * of their own there; see audit_role.h.
 */
#include "cmd/bailiffd/audit_role.h"

#include <errno.h>

/* The channel is full: the same is said the next time, before anything new. */
static bool send(struct audit_role *role)
{
	if (role->logins.len == 0)
		return true;
	if (role_tell(&role->base, WIRE_LOGINS, 0, &role->logins) == -EAGAIN)
		return false;
	buf_done(&role->logins);
	return true;
}

static uint32_t logins_write(struct audit_role *role, struct buf *rows)
{
	struct attribute_login login;
	uint32_t count = 0;

	while (count < LOGINS_TOLD_MAX &&
	       attribute_login_take(role->attributor, &login)) {
		buf_u32(rows, login.ses);
		buf_u32(rows, login.pid);
		buf_blob(rows, span_of(login.service));
		count++;
	}
	return count;
}

void audit_logins_tell(struct audit_role *role)
{
	while (send(role)) {
		struct buf rows;
		uint32_t count;

		buf_init(&rows, MSG_BODY_MAX);
		count = logins_write(role, &rows);
		if (count == 0) {
			buf_done(&rows);
			return;
		}
		buf_init(&role->logins, MSG_BODY_MAX);
		buf_u32(&role->logins, count);
		buf_span(&role->logins, buf_view(&rows));
		buf_done(&rows);
	}
}
