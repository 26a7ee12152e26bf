/* SPDX-License-Identifier: Apache-2.0 */
/* confine.h - what each of bailiffd's processes may do: one row each.
 *
 * "grep confine_process" finds the line after which a process has given up
 * everything its row does not name.
 */
#ifndef CMD_BAILIFFD_CONFINE_H
#define CMD_BAILIFFD_CONFINE_H

#include "lib/err.h"

/**
 * confine_process() - enter the row of @process, irrevocably.
 * @process: "supervisor" or a role's name.
 *
 * Return: 0; -EINVAL for a name without a row; as confine_enter().
 */
int confine_process(const char *process, struct err *e);

#endif
