/* SPDX-License-Identifier: Apache-2.0 */
/* rights.c - see rights.h. */
#include "pkg/landlock/rights.h"

#include <string.h>

/* clang-format off */
const struct right right_table[] = {
	/* class bit abi file name, phrase, activity */
	{ RIGHT_FS,    1ULL <<  0,  1, true,  "execute",
	  "execute", "executing files" },
	{ RIGHT_FS,    1ULL <<  1,  1, true,  "write_file",
	  "write to", "writing to files" },
	{ RIGHT_FS,    1ULL <<  2,  1, true,  "read_file",
	  "read", "reading files" },
	{ RIGHT_FS,    1ULL <<  3,  1, false, "read_dir",
	  "list", "listing directories" },
	{ RIGHT_FS,    1ULL <<  4,  1, false, "remove_dir",
	  "remove a directory in", "removing directories" },
	{ RIGHT_FS,    1ULL <<  5,  1, false, "remove_file",
	  "remove a file in", "removing files" },
	{ RIGHT_FS,    1ULL <<  6,  1, false, "make_char",
	  "make a character device in", "making character devices" },
	{ RIGHT_FS,    1ULL <<  7,  1, false, "make_dir",
	  "make a directory in", "making directories" },
	{ RIGHT_FS,    1ULL <<  8,  1, false, "make_reg",
	  "make a file in", "making files" },
	{ RIGHT_FS,    1ULL <<  9,  1, false, "make_sock",
	  "make a socket in", "making sockets" },
	{ RIGHT_FS,    1ULL << 10,  1, false, "make_fifo",
	  "make a FIFO in", "making FIFOs" },
	{ RIGHT_FS,    1ULL << 11,  1, false, "make_block",
	  "make a block device in", "making block devices" },
	{ RIGHT_FS,    1ULL << 12,  1, false, "make_sym",
	  "make a symbolic link in", "making symbolic links" },
	{ RIGHT_FS,    1ULL << 13,  2, false, "refer",
	  "link or move across directories at", "linking and moving across directories" },
	{ RIGHT_FS,    1ULL << 14,  3, true,  "truncate",
	  "truncate", "truncating files" },
	{ RIGHT_FS,    1ULL << 15,  5, true,  "ioctl_dev",
	  "use ioctl on the device", "ioctl on devices" },
	{ RIGHT_FS,    1ULL << 16,  9, true,  "resolve_unix",
	  "connect to the socket", "connecting to path unix sockets" },

	{ RIGHT_NET,   1ULL <<  0,  4, false, "bind_tcp",
	  "bind TCP port", "TCP bind" },
	{ RIGHT_NET,   1ULL <<  1,  4, false, "connect_tcp",
	  "connect to TCP port", "TCP connect" },
	{ RIGHT_NET,   1ULL <<  2, 10, false, "bind_udp",
	  "bind UDP port", "UDP bind" },
	{ RIGHT_NET,   1ULL <<  3, 10, false, "connect_send_udp",
	  "send to UDP port", "UDP connect and send" },

	{ RIGHT_SCOPE, 1ULL <<  0,  6, false, "abstract_unix_socket",
	  "connect to an abstract unix socket outside its sandbox", "connecting to abstract unix sockets outside" },
	{ RIGHT_SCOPE, 1ULL <<  1,  6, false, "signal",
	  "signal a process outside its sandbox", "sending signals to processes outside" },
	{ 0 },
};
/* clang-format on */

const struct right *right_find(struct span name)
{
	static const char *const prefixes[] = { "fs.", "net.", "scope." };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const size_t len = strlen(prefixes[i]);

		if (!span_starts(name, prefixes[i]))
			continue;
		name.p += len;
		name.len -= len;
		break;
	}
	for (const struct right *r = right_table; r->name != NULL; r++)
		if (span_eq_str(name, r->name))
			return r;
	return NULL;
}

uint64_t rights_of_abi(enum right_class class, uint32_t abi)
{
	uint64_t mask = 0;

	for (const struct right *r = right_table; r->name != NULL; r++)
		if (r->class == class && r->abi <= abi)
			mask |= r->bit;
	return mask;
}

uint32_t rights_abi(enum right_class class, uint64_t mask)
{
	uint32_t abi = 0;

	for (const struct right *r = right_table; r->name != NULL; r++)
		if (r->class == class && (r->bit & mask) != 0 && r->abi > abi)
			abi = r->abi;
	return abi;
}

uint64_t rights_on_files(void)
{
	uint64_t mask = 0;

	for (const struct right *r = right_table; r->name != NULL; r++)
		if (r->class == RIGHT_FS && r->on_file)
			mask |= r->bit;
	return mask;
}

uint64_t rights_read_execute(void)
{
	static const char *const names[] = { "execute", "read_file", "read_dir",
					     "refer" };
	uint64_t mask = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		mask |= right_find(span_of(names[i]))->bit;
	return mask;
}

void rights_print(struct buf *out, enum right_class class, uint64_t mask,
		  const char *between)
{
	const char *sep = "";

	for (const struct right *r = right_table; r->name != NULL; r++) {
		if (r->class != class || (r->bit & mask) == 0)
			continue;
		buf_puts(out, sep);
		buf_puts(out, r->name);
		sep = between;
	}
}
