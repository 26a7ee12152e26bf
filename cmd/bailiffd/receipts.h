/* SPDX-License-Identifier: Apache-2.0 */
/* receipts.h - the daemon hears of each launcher's receipt when it is written:
 * rules that were left out because their path is not there, and launches that
 * failed, become an event and a log line.
 */
#ifndef CMD_BAILIFFD_RECEIPTS_H
#define CMD_BAILIFFD_RECEIPTS_H

#include "lib/err.h"

struct supervisor;

/* Watch the directory. Return: 0; as inotify_init1(2), inotify_add_watch(2). */
int receipts_begin(struct supervisor *s, struct err *e);

#endif
