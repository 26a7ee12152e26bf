/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - bailiffctl show SERVICE. */
#include "cmd/bailiffctl/ctl.h"

int verb_show(struct ctl *ctl, int argc, char **argv)
{
	AUTO_JSON *answer = NULL;
	const char *service = NULL;
	struct buf path;
	int r = ctl_options(ctl, NULL, argc, argv, &service);

	if (r != CTL_DONE)
		return r;
	buf_init(&path, 4096);
	buf_puts(&path, "/v1/show?service=");
	ctl_query_value(&path, service);
	r = buf_error(&path) < 0
		    ? ctl_usage(ctl, "the name is too long")
		    : ctl_ask(ctl, "GET", buf_cstr(&path), NULL, &answer);
	buf_done(&path);
	if (r != CTL_DONE)
		return r;
	if (ctl->wants_json)
		return ctl_print_json(ctl, answer);
	ctl_print_tree(answer, 0);
	return CTL_DONE;
}
