/* SPDX-License-Identifier: Apache-2.0 */
/* name.c - see name.h. */
#include "pkg/trust/name.h"

#include <errno.h>
#include <string.h>

static void role_encode(const char *role, struct buf *out)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789_.~-";

	for (const char *c = role; *c != '\0'; c++)
		if (strchr(plain, *c) != NULL)
			buf_put(out, c, 1);
		else
			buf_printf(out, "%%%02X", (unsigned char)*c);
	buf_puts(out, ".json");
}

int trust_role_file(const char *role, struct buf *out)
{
	const size_t before = out->len;

	role_encode(role, out);
	if (buf_error(out) < 0)
		return buf_error(out);
	return out->len - before > TRUST_FILE_NAME_MAX ? -ENAMETOOLONG : 0;
}

int trust_role_file_versioned(uint64_t version, const char *role,
			      struct buf *out)
{
	buf_printf(out, "%llu.", (unsigned long long)version);
	return trust_role_file(role, out);
}
