/* SPDX-License-Identifier: Apache-2.0 */
/* hook.c - the createRuntime hook: the container exists and its init waits;
 * now its pid, cgroup and namespaces are known and go into the registration.
 *
 * It runs in the runtime's session, which the gate registered, so nothing has
 * to be passed to it. A hook that fails makes create fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cmd/bailiff-gate/gate.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/json.h"
#include "pkg/identity/loginuid.h"
#include "pkg/identity/paths.h"
#include "pkg/identity/probe.h"

#define STATE_MAX 1048576

struct state {
	json_t *document; /* owned */
	const char *id;
	uint64_t pid;
};

static int state_read(struct state *ret, struct err *e)
{
	json_t *id = NULL, *pid = NULL;
	const struct json_member rows[] = {
		{ "id", JSON_STRING, true, &id },
		{ "pid", JSON_INTEGER, true, &pid },
		{ NULL, JSON_NULL, false, NULL },
	};
	struct buf text;
	int r;

	buf_init(&text, STATE_MAX);
	r = file_read_fd(0, STATE_MAX, &text, e);
	if (r == 0)
		r = json_parse(buf_view(&text), STATE_MAX, &ret->document, e);
	buf_done(&text);
	if (r == 0)
		r = json_members_open(ret->document, rows, e);
	if (r == 0 && json_u64(pid, 1, INT32_MAX, &ret->pid) < 0)
		r = err_set(e, EBADMSG, "pid: not one");
	if (r == 0)
		ret->id = json_string_value(id);
	return r;
}

static int complete(struct err *e)
{
	AUTO_FD dir = file_private_dir(AT_FDCWD, PATH_SESSIONS, BAILIFF_UID, e);
	struct state state = { 0 };
	struct loginuid id;
	struct session s;
	int r = dir < 0 ? dir : state_read(&state, e);

	if (r == 0)
		r = loginuid_read(&id, e);
	if (r == 0)
		r = session_lookup(dir, id.ses, &s, e);
	if (r == 0 && strcmp(s.instance, state.id) != 0)
		r = err_set(e, EPERM,
			    "session %u is container \"%s\"'s, not \"%s\"'s",
			    s.ses, s.instance, state.id);
	if (r == 0) {
		s.pid = (int32_t)state.pid;
		session_probe(&s, s.pid);
		r = session_register(dir, &s, e);
	}
	json_decref(state.document);
	return r;
}

int hook_main(void)
{
	struct err e = { 0 };

	if (complete(&e) == 0)
		return 0;
	fprintf(stderr, "bailiff: complete the registration: %s\n", e.text);
	return 1;
}
