/* SPDX-License-Identifier: Apache-2.0 */
/* loginuid.h - the kernel's audit identity of the calling process.
 *
 * Only a task itself can write its loginuid (fs/proc/base.c,
 * proc_loginuid_write()); each write gives it and its descendants a fresh,
 * unique session number.
 */
#ifndef PKG_IDENTITY_LOGINUID_H
#define PKG_IDENTITY_LOGINUID_H

#include <stdint.h>

#include "lib/err.h"

#define LOGINUID_UNSET UINT32_MAX /* also of a session number */

struct loginuid {
	uint32_t auid, ses; /* LOGINUID_UNSET while nobody set them */
};

/**
 * loginuid_read() - who the kernel says the caller is.
 *
 * Inside a user namespace that does not map the number, auid reads as unset
 * while ses does not.
 *
 * Return: 0; -ENOENT when /proc is not there or the kernel has no audit; as
 * open(2), read(2); -EBADMSG.
 */
int loginuid_read(struct loginuid *ret, struct err *e);

/* The session of another process, or of one that ended and nobody waited for:
 * LOGINUID_UNSET if it has none. Return: as loginuid_read(). */
int loginuid_session(int32_t pid, uint32_t *ret, struct err *e);

/**
 * loginuid_stamp() - become service @number in a session of one's own.
 * @ret_ses: the session number the kernel gave.
 *
 * An unset loginuid is written, which needs no capability. One that is set, as
 * in every login session, is first unset, which needs CAP_AUDIT_CONTROL and
 * that loginuid_immutable is off; so it also works with only_unset_loginuid.
 *
 * Return: 0; -EPERM when it is set and may not be changed (@e says which of
 * the two it is, the hint what to do); as loginuid_read().
 */
int loginuid_stamp(uint32_t number, uint32_t *ret_ses, struct err *e);

#endif
