/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.c - bailiffctl metrics. */
#include <errno.h>

#include "cmd/bailiffctl/ctl.h"
#include "pkg/control/control.h"

static int line_print(void *ctx, struct span line)
{
	(void)ctx;
	ctl_put(line);
	return puts("") < 0 ? CTL_SYSTEM : 0;
}

int verb_metrics(struct ctl *ctl, int argc, char **argv)
{
	struct err e = { 0 };
	int r = ctl_options(ctl, NULL, argc, argv, NULL);

	if (r != CTL_DONE)
		return r;
	if (ctl->wants_json)
		return ctl_usage(ctl, "metrics are OpenMetrics text only");
	r = control_follow(ctl_socket(ctl, false), "/metrics", line_print, NULL,
			   &e);
	if (r >= 0)
		return r;
	(void)ctl_fail(ctl, &e);
	return r == -EREMOTEIO ? CTL_NO : CTL_SYSTEM;
}
