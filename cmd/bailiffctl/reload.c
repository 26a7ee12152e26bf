/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - bailiffctl reload, and diff, which is a reload that stops before
 * it changes anything. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/auto.h"

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

static void answer_print(const json_t *answer, bool is_dry)
{
	const json_t *changes = json_object_get(answer, "changes");
	const json_t *pending = json_object_get(answer, "pending");

	(void)printf(is_dry ? "bundle %" PRIu64 " would become generation "
			      "%" PRIu64 "\n"
			    : "bundle %" PRIu64 " is in force as generation "
			      "%" PRIu64 "\n",
		     ctl_number(answer, "bundle"),
		     ctl_number(answer, "generation"));
	if (json_array_size(changes) == 0)
		(void)puts(is_dry ? "nothing would change" : "nothing changed");
	else
		(void)puts(is_dry ? "would change:" : "changed:");
	ctl_print_list(changes);
	if (json_array_size(pending) != 0)
		(void)puts("pending, until the service is restarted:");
	ctl_print_list(pending);
}

static int reload(struct ctl *ctl, const char *bundle, bool is_dry, bool waits)
{
	AUTO_JSON *request = json_object();
	AUTO_JSON *answer = NULL;
	int r;

	if (json_object_set_new(request, "dry_run", json_boolean(is_dry)) < 0 ||
	    json_object_set_new(request, "wait", json_boolean(waits)) < 0)
		return CTL_SYSTEM;
	r = bundle_add(ctl, request, bundle);
	if (r == CTL_DONE)
		r = ctl_ask(ctl, "POST", "/v1/reload", request, &answer);
	if (r != CTL_DONE)
		return r;
	if (ctl->wants_json)
		r = ctl_print_json(ctl, answer);
	else
		answer_print(answer, is_dry);
	if (r == CTL_DONE && waits && !is_dry &&
	    json_array_size(json_object_get(answer, "pending")) != 0)
		return CTL_NO;
	return r;
}

int verb_reload(struct ctl *ctl, int argc, char **argv)
{
	const char *bundle = NULL;
	bool is_dry = false, waits = false;
	const struct ctl_option rows[] = {
		{ "--bundle", NULL, CTL_TEXT, &bundle, NULL },
		{ "--dry-run", NULL, CTL_FLAG, &is_dry, NULL },
		{ "--wait", NULL, CTL_FLAG, &waits, NULL },
		{ 0 },
	};
	const int r = ctl_options(ctl, rows, argc, argv, NULL);

	return r != CTL_DONE ? r : reload(ctl, bundle, is_dry, waits);
}

int verb_diff(struct ctl *ctl, int argc, char **argv)
{
	const char *bundle = NULL;
	const struct ctl_option rows[] = {
		{ "--bundle", NULL, CTL_TEXT, &bundle, NULL },
		{ 0 },
	};
	const int r = ctl_options(ctl, rows, argc, argv, NULL);

	return r != CTL_DONE ? r : reload(ctl, bundle, true, false);
}
