/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - bailiffctl reload, and diff, which is a reload that stops before
 * it changes anything. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/auto.h"
#include "lib/loop.h"

#define WAIT_S	   15 /* without --timeout */
#define POLL_MS	   200
#define WAIT_S_MAX 86400

struct reload {
	const char *bundle; /* NULL: the daemon's own */
	bool is_dry, waits;
	uint64_t timeout_s;
};

/* The daemon has another working directory. */
static int bundle_add(const struct ctl *ctl, json_t *request,
		      const char *directory)
{
	AUTO_MEM char *path = NULL;
	struct err e = { 0 };

	if (directory == NULL)
		return CTL_DONE;
	path = realpath(directory, NULL);
	if (path == NULL) {
		(void)err_errno(&e, "%s", directory);
		return ctl_fail(ctl, &e);
	}
	if (json_object_set_new(request, "bundle", json_string(path)) < 0) {
		(void)err_set(&e, EINVAL, "%s: the path is not UTF-8",
			      directory);
		return ctl_fail(ctl, &e);
	}
	return CTL_DONE;
}

/* ---- what changed ----------------------------------------------------------
 */

/* The sentence without the service, which stands above it. */
static struct span sentence_of(const json_t *change, const char *service)
{
	struct span s = span_of(ctl_text(change, "sentence"));
	const size_t len = strlen(service);

	if (len == 0 || !span_starts(s, service) || s.len < len + 2)
		return s;
	s = (struct span){ s.p + len, s.len - len };
	if (s.p[0] == ':' && s.p[1] == ' ')
		return (struct span){ s.p + 2, s.len - 2 };
	if (s.p[0] == ' ')
		return (struct span){ s.p + 1, s.len - 1 };
	return span_of(ctl_text(change, "sentence"));
}

/* Return: whether it needs a restart. */
static bool change_print(const json_t *change, const char *service)
{
	const bool needs =
		json_is_true(json_object_get(change, "needs_restart"));

	(void)printf("    %-8s ", ctl_text(change, "change"));
	ctl_put(sentence_of(change, service));
	(void)puts(needs ? " *" : "");
	return needs;
}

/* They come sorted: the node's own, then a service after the other. */
static void changes_print(const json_t *changes)
{
	const char *last = NULL;
	bool needs_restart = false;
	const json_t *change;
	size_t i;

	json_array_foreach(changes, i, change) {
		const char *service = ctl_text(change, "service");

		if (last == NULL || strcmp(last, service) != 0) {
			(void)fputs("  ", stdout);
			ctl_put(span_of(service[0] != '\0' ? service
							   : "the node"));
			(void)puts("");
		}
		last = service;
		needs_restart |= change_print(change, service);
	}
	if (needs_restart)
		(void)puts("  * what runs gets it by a restart");
}

/* Of what there was no room to tell each service has a summary. */
static void omitted_print(const json_t *answer)
{
	const uint64_t omitted = ctl_number(answer, "changes_omitted");
	const json_t *service;
	size_t i;

	if (omitted == 0)
		return;
	(void)printf("  and %" PRIu64 " more; in all:\n", omitted);
	json_array_foreach(json_object_get(answer, "services"), i, service) {
		(void)fputs("    ", stdout);
		ctl_put(span_of(ctl_text(service, "sentence")));
		(void)puts("");
	}
}

static void plan_print(const json_t *answer)
{
	const json_t *restart = json_object_get(answer, "restart");
	const uint64_t omitted = ctl_number(answer, "restart_omitted");
	size_t i, pending = 0, stale = 0;
	const json_t *row;

	json_array_foreach(restart, i, row) {
		const bool is_pending =
			json_is_true(json_object_get(row, "pending"));

		pending += is_pending;
		stale += !is_pending;
	}
	for (int wants_pending = 1; wants_pending >= 0; wants_pending--) {
		if ((wants_pending ? pending : stale) == 0)
			continue;
		(void)puts(wants_pending
				   ? "pending, until it is restarted:"
				   : "not tightened, a restart would change:");
		json_array_foreach(restart, i, row) {
			if (json_is_true(json_object_get(row, "pending")) !=
			    (wants_pending != 0))
				continue;
			(void)fputs("  ", stdout);
			ctl_put(span_of(ctl_text(row, "sentence")));
			(void)puts("");
		}
	}
	if (omitted != 0)
		(void)printf("and %" PRIu64 " more that a restart would "
			     "change: bailiffctl services\n",
			     omitted);
}

static void answer_print(const json_t *answer, bool is_dry)
{
	const json_t *changes = json_object_get(answer, "changes");

	(void)printf(
		is_dry ? "bundle %" PRIu64 " would become generation "
			 "%" PRIu64 "\n"
		       : "bundle %" PRIu64 " is in force as generation "
			 "%" PRIu64 "\n",
		ctl_number(answer, is_dry ? "to" : "bundle"),
		ctl_number(answer, is_dry ? "next_generation" : "generation"));
	if (json_array_size(changes) == 0)
		(void)puts(is_dry ? "nothing would change" : "nothing changed");
	else
		(void)puts(is_dry ? "would change:" : "changed:");
	changes_print(changes);
	omitted_print(answer);
	plan_print(answer);
}

/* ---- waiting ------------------------------------------------------------- */

static uint64_t pending_count(const json_t *answer)
{
	return json_array_size(json_object_get(answer, "pending")) +
	       ctl_number(answer, "pending_omitted");
}

/* Ask until nothing is pending or the time is over. */
static int wait_for_restarts(struct ctl *ctl, const struct reload *r,
			     uint64_t pending)
{
	const uint64_t until = clock_boot_ms() + r->timeout_s * 1000;

	while (pending != 0 && clock_boot_ms() < until) {
		const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
		AUTO_JSON *status = NULL;
		int code;

		(void)nanosleep(&pause, NULL);
		code = ctl_ask(ctl, "GET", "/v1/status", NULL, &status);
		if (code != CTL_DONE)
			return code;
		pending = pending_count(status);
	}
	if (pending == 0)
		return CTL_DONE;
	if (!ctl->wants_json && r->timeout_s != 0)
		(void)printf("still pending after %" PRIu64 " s: %" PRIu64 "\n",
			     r->timeout_s, pending);
	return CTL_NO;
}

static int reload(struct ctl *ctl, const struct reload *r)
{
	AUTO_JSON *request = json_object();
	AUTO_JSON *answer = NULL;
	int code;

	if (json_object_set_new(request, "dry_run", json_boolean(r->is_dry)) <
		    0 ||
	    json_object_set_new(request, "wait", json_boolean(r->waits)) < 0)
		return CTL_SYSTEM;
	code = bundle_add(ctl, request, r->bundle);
	if (code == CTL_DONE)
		code = ctl_ask(ctl, "POST", "/v1/reload", request, &answer);
	if (code != CTL_DONE)
		return code;
	if (ctl->wants_json)
		code = ctl_print_json(ctl, answer);
	else
		answer_print(answer, r->is_dry);
	(void)fflush(stdout);
	if (code == CTL_DONE && r->waits && !r->is_dry)
		code = wait_for_restarts(ctl, r, pending_count(answer));
	return code;
}

int verb_reload(struct ctl *ctl, int argc, char **argv)
{
	struct reload r = { .timeout_s = WAIT_S };
	bool has_timeout = false;
	const struct ctl_option rows[] = {
		{ "--bundle", NULL, CTL_TEXT, &r.bundle, NULL },
		{ "--dry-run", NULL, CTL_FLAG, &r.is_dry, NULL },
		{ "--wait", NULL, CTL_FLAG, &r.waits, NULL },
		{ "--timeout", NULL, CTL_NUMBER, &r.timeout_s, &has_timeout },
		{ 0 },
	};
	const int code = ctl_options(ctl, rows, argc, argv, NULL);

	if (code != CTL_DONE)
		return code;
	if (has_timeout && !r.waits)
		return ctl_usage(ctl, "--timeout is of --wait");
	if (r.timeout_s > WAIT_S_MAX)
		return ctl_usage(ctl, "--timeout is at most %d seconds",
				 WAIT_S_MAX);
	return reload(ctl, &r);
}

int verb_diff(struct ctl *ctl, int argc, char **argv)
{
	struct reload r = { .is_dry = true };
	const struct ctl_option rows[] = {
		{ "--bundle", NULL, CTL_TEXT, &r.bundle, NULL },
		{ 0 },
	};
	const int code = ctl_options(ctl, rows, argc, argv, NULL);

	return code != CTL_DONE ? code : reload(ctl, &r);
}
