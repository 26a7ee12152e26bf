/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.h - the launcher's word on what it did, one file for each session.
 *
 * PATH_RECEIPTS/SES holds one line for each launch in that session: "applied
 * generation=N" or "error SENTENCE". The descriptor can only append, and exec
 * closes it. No line is an alarm.
 */
#ifndef PKG_ENFORCE_RECEIPT_H
#define PKG_ENFORCE_RECEIPT_H

#include <stdint.h>

#include "lib/err.h"

/* Open for appending, created for BAILIFF_UID with mode 0600. Return: a
 * close-on-exec descriptor; -errno. */
int receipt_open(uint32_t ses, struct err *e);

/* Return: 0; as write(2). */
int receipt_applied(int fd, uint64_t generation);
int receipt_failed(int fd, const char *sentence);

#endif
