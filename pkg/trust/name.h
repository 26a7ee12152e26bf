/* SPDX-License-Identifier: Apache-2.0 */
/* name.h - role names as file names (TUF 1.0.34, section 4.5). */
#ifndef PKG_TRUST_NAME_H
#define PKG_TRUST_NAME_H

#include <stdint.h>

#include "lib/buf.h"

#define TRUST_FILE_NAME_MAX 255 /* bytes, as most file systems have it */

/**
 * trust_role_file() - append "ROLE.json", everything outside [A-Za-z0-9_.~-]
 * percent-encoded.
 *
 * Return: 0; -ENAMETOOLONG above TRUST_FILE_NAME_MAX bytes; from @out.
 */
int trust_role_file(const char *role, struct buf *out);

/* As trust_role_file(), with "VERSION." before it (section 6.2). */
int trust_role_file_versioned(uint64_t version, const char *role,
			      struct buf *out);

#endif
