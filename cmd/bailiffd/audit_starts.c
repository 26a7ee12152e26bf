/* SPDX-License-Identifier: Apache-2.0 */
/* audit_starts.c - see audit_starts.h. */
#include "cmd/bailiffd/audit_starts.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/bailiffd/audit_role.h"
#include "lib/auto.h"
#include "lib/json.h"
#include "pkg/identity/paths.h"

static bool is_told(const struct audit_starts *starts, uint32_t ses)
{
	for (size_t i = 0; i < starts->count; i++)
		if (starts->told[i] == ses)
			return true;
	return false;
}

static void told_add(struct audit_starts *starts, uint32_t ses)
{
	starts->told[starts->next] = ses;
	starts->next = (starts->next + 1) % AUDIT_STARTS_MAX;
	if (starts->count < AUDIT_STARTS_MAX)
		starts->count++;
}

void audit_starts_recall(struct audit_starts *starts, const struct event *ev)
{
	if (ev->kind == EVENT_OWN && span_eq_str(ev->action, "service.start"))
		told_add(starts, ev->ses);
}

static void text_write(const struct session *s, struct buf *out)
{
	const struct {
		const char *name;
		uint64_t inode;
	} spaces[] = {
		{ "pid", s->pid_ns },	    { "mnt", s->mnt_ns },
		{ "net", s->net_ns },	    { "user", s->user_ns },
		{ "cgroup", s->cgroup_ns },
	};

	if (s->service[0] != '\0')
		buf_printf(out, "service=%s ", s->service);
	buf_puts(out, "instance=");
	json_quote(out, span_of(s->instance));
	buf_printf(out,
		   " ses=%" PRIu32 " generation=%" PRIu64 " bundle=%" PRIu64
		   " pid=%" PRId32 " started_ms=%" PRIu64 " cgroup=",
		   s->ses, s->generation, s->bundle_version, s->pid,
		   s->started_ms);
	json_quote(out, span_of(s->cgroup));
	buf_printf(out, " cgroup_id=%" PRIu64, s->cgroup_id);
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		buf_printf(out, " %s_ns=%" PRIu64, spaces[i].name,
			   spaces[i].inode);
}

static void start_tell(struct audit_role *role, const struct session *s)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	struct event ev = { .kind = EVENT_OWN,
			    .time_ms = clock_real_ms(),
			    .action = span_of("service.start"),
			    .how = HOW_SESSION,
			    .service = span_of(s->service),
			    .instance = span_of(s->instance),
			    .ses = s->ses,
			    .auid = AUID_BASE + s->number,
			    .generation = s->generation };

	/* A name of control characters would be longer as JSON; none has any:
	 * the registry refuses them. */
	buf_init(&text, OWN_TEXT_MAX + 2 * (CGROUP_PATH_MAX + INSTANCE_MAX));
	text_write(s, &text);
	ev.text = buf_view(&text);
	audit_append(role, &ev);
}

void audit_starts_seen(void *ctx, const struct session *s)
{
	struct audit_role *role = ctx;
	const bool is_complete =
		strcmp(s->instance, "host") == 0 || s->cgroup[0] != '\0';

	if (s->number == SERVICE_NUMBER_SELF || role->trail == NULL ||
	    is_told(&role->starts, s->ses) ||
	    (!is_complete &&
	     clock_boot_ms() < s->started_ms + AUDIT_STARTS_WAIT_MS))
		return;
	told_add(&role->starts, s->ses);
	start_tell(role, s);
}

/* Those that do nothing that is audited. */
static void starts_tick(struct audit_role *role)
{
	session_cache_tick(role->sessions);
}

const struct audit_hook audit_starts_hook = {
	.name = "starts",
	.tick = starts_tick,
};
