/* SPDX-License-Identifier: Apache-2.0 */
/* author.h - what an author may write and a node refuses, made plain.
 *
 * Docker's superset of linux.seccomp (pkg/seccomp/superset.h) in "seccomp" of a
 * service's document: whether its entries hold is settled once, on the build
 * host, by what the document itself says.
 */
#ifndef PKG_POLICY_AUTHOR_H
#define PKG_POLICY_AUTHOR_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/json.h"

/* Without "require": {"kernel"}: the first kernel that has Landlock. */
#define AUTHOR_KERNEL_MAJOR 5
#define AUTHOR_KERNEL_MINOR 13

/**
 * author_resolve() - the superset in "seccomp" becomes the plain object.
 * @document: services/NAME.json; changed in place.
 * @token: the machine's architecture, libseccomp's; 0: this one's.
 * @ret_what: for what it was resolved, in words ("x86_64, kernel 5.13,
 *            capabilities CAP_CHOWN"); empty when there was nothing to do, and
 *            the document is as it was.
 *
 * The capabilities are the document's own bounding set (none without
 * "capabilities": the entries that a capability opens stay out), the kernel is
 * the one it requires.
 *
 * Return: 0; -EBADMSG with member and cause in @e; -ENOMEM. Members that are
 * not what they should be are left for the compiler to refuse.
 */
int author_resolve(json_t *document, uint32_t token, struct buf *ret_what,
		   struct err *e);

#endif
