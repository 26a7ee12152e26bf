/* SPDX-License-Identifier: Apache-2.0 */
/* lint_paths.h - what the path rules of a policy leave open among themselves,
 * and what they may never say. A part of lint.c.
 */
#ifndef PKG_POLICY_LINT_PATHS_H
#define PKG_POLICY_LINT_PATHS_H

#include "pkg/policy/model.h"

/**
 * model_refuse() - what the compiler never emits, whatever wrote it: device
 * nodes, and CAP_AUDIT_CONTROL without the node's word. Groups that bring
 * device nodes lose them.
 *
 * Return: 0; -EBADMSG.
 */
int model_refuse(struct model *m, struct err *e);

/* Each adds its findings. Return: 0; -ENOMEM. */
int lint_loader(struct model *m);
int lint_rename_over(struct model *m);
int lint_write_execute(struct model *m);
int lint_proc_write(struct model *m);

/* Add one finding. @rule: JSON; empty for none. Return: 0; -ENOMEM. */
int finding_add(struct model *m, enum gap gap, struct span rule,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
