/* SPDX-License-Identifier: Apache-2.0 */
/* sockaddr.h - the address in a SOCKADDR record, by its family.
 *
 * The kernel writes the bytes that a process gave to bind, connect, sendto and
 * so on, before any check: short, long and false ones are normal. What the
 * bytes do not reach is not there; what has no known form is kept as bytes.
 */
#ifndef PKG_AUDIT_SOCKADDR_H
#define PKG_AUDIT_SOCKADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

#define SOCKADDR_BYTES_MAX 128 /* struct sockaddr_storage */

struct sockaddr_view {
	unsigned char bytes[SOCKADDR_BYTES_MAX]; /* all of them */
	size_t len;
	uint16_t family;	 /* AF_* */
	const char *family_name; /* "inet"; NULL for an unknown one */

	/* inet, inet6, vsock (the context id), bluetooth, packet (hardware),
	 * can, qipcrtr: text of the address; "" without one. */
	char address[64];
	bool has_port;
	uint32_t port; /* inet, inet6, vsock, qipcrtr; netlink: the port id */

	/* unix: what the process gave. Abstract: without the leading NUL, NULs
	 * inside kept; else up to the first NUL. Points into @bytes; NULL:
	 * unnamed. */
	struct span path;
	bool is_abstract;

	/* inet6; netlink (groups); packet (interface index) */
	uint32_t scope, groups, ifindex;
	/* alg: "skcipher", "cbc(aes)". Point into @bytes. */
	struct span alg_type, alg_name;
};

/**
 * sockaddr_parse() - the address that @hex is.
 * @hex: the value of saddr=; digits of either case.
 * @is_little: the byte order of the machine that logged it: the family and the
 *             fields that are not in network order stand in it.
 * @ret: holds its own bytes; spans point into it, so it must not be copied.
 *
 * Return: 0; -EBADMSG when @hex is not whole bytes, is longer than
 * SOCKADDR_BYTES_MAX, or too short for a family.
 */
int sockaddr_parse(struct span hex, bool is_little, struct sockaddr_view *ret);

#endif
