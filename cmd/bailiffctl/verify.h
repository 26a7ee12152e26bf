/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - what the parts of bailiffctl verify share. */
#ifndef CMD_BAILIFFCTL_VERIFY_H
#define CMD_BAILIFFCTL_VERIFY_H

#include "cmd/bailiffctl/ctl.h"
#include "pkg/trail/verify.h"

/* What trail_verify() answered. */
struct verify_answer {
	int code;
	const struct trail_report *report;
	const struct err *e;
};

/* For people, or with --json. Return: CTL_DONE; CTL_SYSTEM. */
int verify_print(const struct ctl *ctl, const struct verify_answer *answer);

/* verify --proof FILE. Return: an exit status. */
int verify_proof(struct ctl *ctl, const char *path,
		 const struct anchors *anchors);

#endif
