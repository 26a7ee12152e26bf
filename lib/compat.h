/* SPDX-License-Identifier: Apache-2.0 */
/* compat.h - kernel constants newer than the oldest headers bailiff builds
 * with (Debian 12: 6.1). Numbers from the kernel's UAPI headers, 7.3.
 */
#ifndef LIB_COMPAT_H
#define LIB_COMPAT_H

#include <linux/audit.h>
#include <linux/landlock.h>

/* include/uapi/linux/audit.h */
#ifndef AUDIT_LANDLOCK_ACCESS
#define AUDIT_LANDLOCK_ACCESS 1423
#define AUDIT_LANDLOCK_DOMAIN 1424
#endif
#ifndef AUDIT_URINGOP
#define AUDIT_URINGOP 1336
#endif

/* include/uapi/linux/landlock.h; struct landlock_ruleset_attr of ABI 6, which
 * the 6.1 headers end at its first member. */
struct bailiff_ruleset_attr {
	__u64 handled_access_fs;
	__u64 handled_access_net;
	__u64 scoped;
};
struct bailiff_net_port_attr {
	__u64 allowed_access;
	__u64 port; /* host byte order */
};
#define BAILIFF_LANDLOCK_RULE_NET_PORT	   2
#define BAILIFF_LANDLOCK_CREATE_VERSION	   (1U << 0)
#define BAILIFF_LANDLOCK_CREATE_ERRATA	   (1U << 1)
#define BAILIFF_LANDLOCK_LOG_SAME_EXEC_OFF (1U << 0) /* ABI 7 */
#define BAILIFF_LANDLOCK_LOG_NEW_EXEC_ON   (1U << 1) /* ABI 7 */

#endif
