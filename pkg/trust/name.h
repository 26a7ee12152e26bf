/* SPDX-License-Identifier: Apache-2.0 */
/* name.h - role names as file names (TUF 1.0.34, section 4.5). */
#ifndef PKG_TRUST_NAME_H
#define PKG_TRUST_NAME_H

#include <stdint.h>

#include "lib/buf.h"

/* Of 255 bytes, which most file systems have: 21 are left for the version, of
 * any length, and its dot, and 5 for a temporary file. A name that fits once
 * fits for good. */
#define TRUST_ROLE_FILE_MAX 229

/**
 * trust_role_file() - append "ROLE.json", everything outside [A-Za-z0-9_.~-]
 * percent-encoded.
 *
 * Return: 0; -ENAMETOOLONG above TRUST_ROLE_FILE_MAX bytes; from @out.
 */
int trust_role_file(const char *role, struct buf *out);

/* As trust_role_file(), with "VERSION." before it (section 6.2). */
int trust_role_file_versioned(uint64_t version, const char *role,
			      struct buf *out);

#endif
