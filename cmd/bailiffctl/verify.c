/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - bailiffctl verify DIR: the trail's own proof, without a daemon. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "cmd/bailiffctl/ctl.h"
#include "lib/auto.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "pkg/trail/trail.h"

static int json_print(const struct ctl *ctl, const struct trail_report *report,
		      const char *head, const char *damage)
{
	AUTO_JSON *out = json_pack(
		"{s:b, s:I, s:I, s:I, s:I, s:s, s:b}", "whole", damage == NULL,
		"frames", (json_int_t)report->frames, "segments",
		(json_int_t)report->segments, "first_seq",
		(json_int_t)report->first_seq, "last_seq",
		(json_int_t)report->last_seq, "head", head, "anchored", 0);

	if (out == NULL ||
	    (damage != NULL &&
	     json_object_set_new(out, "damage", json_string(damage)) < 0))
		return CTL_SYSTEM;
	return ctl_print_json(ctl, out);
}

static void text_print(const struct ctl *ctl, const struct trail_report *report,
		       const char *head)
{
	(void)printf("%" PRIu64 " frames in %" PRIu64 " segment%s, #%" PRIu64
		     " to #%" PRIu64 "\nhead %s\n",
		     report->frames, report->segments,
		     report->segments == 1 ? "" : "s", report->first_seq,
		     report->last_seq, head);
	ctl_color(ctl, COLOR_WARN);
	(void)fputs("not anchored", stdout);
	ctl_color(ctl, COLOR_PLAIN);
	(void)puts(": an end that was cut off, or a trail made anew, would "
		   "not be seen");
}

int verb_verify(struct ctl *ctl, int argc, char **argv)
{
	AUTO_FD fd = -1;
	AUTO_DONE(buf_done) struct buf head;
	struct trail_report report = { 0 };
	const char *directory = NULL;
	struct err e = { 0 };
	int r;

	buf_init(&head, 256);
	r = ctl_options(ctl, NULL, argc, argv, &directory);
	if (r != CTL_DONE)
		return r;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		(void)err_errno(&e, "%s", directory);
		return ctl_fail(ctl, &e);
	}
	r = trail_verify(fd, &report, &e);
	hex_encode(&head, (struct span){ (const char *)report.head,
					 sizeof(report.head) });
	if (r < 0 && r != -EBADMSG)
		return ctl_fail(ctl, &e);
	if (ctl->wants_json) {
		const int done = json_print(ctl, &report, buf_cstr(&head),
					    r < 0 ? e.text : NULL);

		return done != CTL_DONE ? done : r < 0 ? CTL_NO : CTL_DONE;
	}
	if (r < 0) {
		(void)printf("whole up to #%" PRIu64 "\n", report.last_seq);
		(void)ctl_fail(ctl, &e);
		return CTL_NO;
	}
	text_print(ctl, &report, buf_cstr(&head));
	return CTL_DONE;
}
