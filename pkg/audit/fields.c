/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - see fields.h. */
#include "pkg/audit/fields.h"

#include <stddef.h>
#include <string.h>

#include "pkg/audit/tables/fields.h"

/* ---- the classes ----------------------------------------------------------
 */

static const struct {
	const char *name;
	uint8_t base;
} classes[FIELD_CLASSES] = {
	/* clang-format off */
	[FIELD_UNKNOWN]       = { "unknown",       0 },
	[FIELD_WORD]          = { "word",          0 },
	[FIELD_ENCODED]       = { "encoded",       0 },
	[FIELD_BYTES]         = { "bytes",         0 },
	[FIELD_PROCTITLE]     = { "proctitle",     0 },
	[FIELD_KEYS]          = { "keys",          0 },
	[FIELD_SOCKADDR]      = { "sockaddr",      0 },
	[FIELD_DEVICE]        = { "device",        0 },
	[FIELD_BOOL]          = { "bool",          0 },
	[FIELD_DEC]           = { "dec",           10 },
	[FIELD_HEX]           = { "hex",           16 },
	[FIELD_OCT]           = { "oct",           8 },
	[FIELD_UID]           = { "uid",           10 },
	[FIELD_ARCH]          = { "arch",          16 },
	[FIELD_SYSCALL]       = { "syscall",       10 },
	[FIELD_ARG]           = { "arg",           16 },
	[FIELD_EXIT]          = { "exit",          10 },
	[FIELD_ERRNO]         = { "errno",         10 },
	[FIELD_SIGNAL]        = { "signal",        10 },
	[FIELD_CAPABILITY]    = { "capability",    10 },
	[FIELD_CAPS]          = { "caps",          16 },
	[FIELD_MODE]          = { "mode",          8 },
	[FIELD_OPEN_FLAGS]    = { "open-flags",    16 },
	[FIELD_OPEN_FLAGS_8]  = { "open-flags-8",  8 },
	[FIELD_RESOLVE]       = { "resolve",       16 },
	[FIELD_MMAP_FLAGS]    = { "mmap-flags",    16 },
	[FIELD_PERSONALITY]   = { "personality",   16 },
	[FIELD_URING_OP]      = { "uring-op",      10 },
	[FIELD_SECCOMP_CODE]  = { "seccomp-code",  16 },
	[FIELD_FAMILY]        = { "family",        10 },
	[FIELD_NFPROTO]       = { "nfproto",       10 },
	[FIELD_PROTOCOL]      = { "protocol",      10 },
	[FIELD_FILTER_LIST]   = { "filter-list",   10 },
	[FIELD_FAN_RESPONSE]  = { "fan-response",  10 },
	[FIELD_MULTICAST_GROUP] = { "multicast-group", 10 },
	[FIELD_FD]            = { "fd",            16 },
	[FIELD_AT_FLAGS]      = { "at-flags",      16 },
	[FIELD_ACCESS]        = { "access",        16 },
	[FIELD_PROT]          = { "prot",          16 },
	[FIELD_CLONE_FLAGS]   = { "clone-flags",   16 },
	[FIELD_MOUNT_FLAGS]   = { "mount-flags",   16 },
	[FIELD_UMOUNT_FLAGS]  = { "umount-flags",  16 },
	[FIELD_SOCKET_TYPE]   = { "socket-type",   16 },
	[FIELD_PTRACE_OP]     = { "ptrace-op",     16 },
	[FIELD_PRCTL_OP]      = { "prctl-op",      16 },
	[FIELD_FCNTL_CMD]     = { "fcntl-cmd",     16 },
	[FIELD_BPF_CMD]       = { "bpf-cmd",       16 },
	[FIELD_SECCOMP_OP]    = { "seccomp-op",    16 },
	[FIELD_KEYCTL_OP]     = { "keyctl-op",     16 },
	[FIELD_RLIMIT]        = { "rlimit",        16 },
	[FIELD_EPOLL_OP]      = { "epoll-op",      16 },
	[FIELD_CLOCK]         = { "clock",         16 },
	[FIELD_SOCKETCALL]    = { "socketcall",    16 },
	[FIELD_SOCKOPT_LEVEL] = { "sockopt-level", 16 },
	[FIELD_SHM_FLAGS]     = { "shm-flags",     16 },
	/* clang-format on */
};

unsigned field_base(enum field_class class)
{
	return classes[class].base;
}

const char *field_class_name(enum field_class class)
{
	return classes[class].name;
}

/* ---- the look-up ----------------------------------------------------------
 */

static uint64_t four(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 |
	       (uint64_t)b[3] << 24;
}

/* Four bytes of each end of @key, and of its middle. */
static uint64_t key_words(struct span key, uint64_t *ret_middle)
{
	const unsigned char *b = (const unsigned char *)key.p;

	*ret_middle = 0;
	if (key.len < 4)
		return (uint64_t)b[0] | (uint64_t)b[key.len / 2] << 8 |
		       (uint64_t)b[key.len - 1] << 16;
	*ret_middle = four(key.p + key.len / 2 - 2);
	return four(key.p) | four(key.p + key.len - 4) << 32;
}

/* As key_hash() of tools/audit_tables.py, which placed the rows by it. */
static uint32_t key_hash(uint64_t ends, uint64_t middle, size_t len)
{
	uint64_t word = ends ^ (middle * 0x85EBCA6B) ^ len;

	word ^= word >> 29;
	return (uint32_t)((word * FIELD_MULTIPLIER) >> 32);
}

static enum field_class row_class(uint16_t type, struct span key)
{
	uint64_t middle;
	const uint64_t ends = key_words(key, &middle);
	const uint32_t h = key_hash(ends, middle, key.len);
	const uint32_t move = field_moves[h >> 25];
	const struct field_row *row =
		&field_rows[(h + move * (h >> 9 | 1)) % FIELD_SLOTS];

	/* The ends are the whole key up to eight bytes. */
	if (row->ends != ends || row->len != key.len ||
	    (key.len > 8 && memcmp(row->key, key.p, key.len) != 0))
		return FIELD_UNKNOWN;
	for (uint32_t i = row->rule; i < (uint32_t)row->rule + row->rule_count;
	     i++)
		if (type >= field_rules[i].first && type <= field_rules[i].last)
			return field_rules[i].class;
	return row->class;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "a0", "a17_len", "a2[13]": a '#' for each number, as the dictionary has it.
 * Return: the length; 0 when @key is longer than any of these. */
static size_t key_pattern(struct span key, char *ret, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < key.len; len++) {
		if (len == size)
			return 0;
		ret[len] = is_digit(key.p[i]) ? '#' : key.p[i];
		if (!is_digit(key.p[i++]))
			continue;
		while (i < key.len && is_digit(key.p[i]))
			i++;
	}
	return len;
}

enum field_class field_class(uint16_t type, struct span key)
{
	char pattern[sizeof(field_rows[0].key)];
	enum field_class class;

	if (key.len == 0)
		return FIELD_UNKNOWN;
	if (key.len >= 2 && key.p[0] == 'a' && is_digit(key.p[1])) {
		const struct span s = { pattern, key_pattern(key, pattern,
							     sizeof(pattern)) };

		return s.len != 0 ? row_class(type, s) : FIELD_UNKNOWN;
	}
	class = row_class(type, key);
	/* Contexts by security module: subj_apparmor, obj_smack. */
	if (class == FIELD_UNKNOWN &&
	    (span_starts(key, "subj_") || span_starts(key, "obj_")))
		return FIELD_WORD;
	return class;
}

/* ---- numbers --------------------------------------------------------------
 */

static unsigned digit_of(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

bool field_number(enum field_class class, struct span value, uint64_t *ret,
		  bool *ret_negative)
{
	const unsigned base = field_base(class);
	uint64_t n = 0;
	size_t i = 0;
	const bool minus = value.len != 0 && value.p[0] == '-';

	if (base == 0)
		return false;
	i += minus;
	if (base == 16 && value.len >= i + 2 && value.p[i] == '0' &&
	    (value.p[i + 1] == 'x' || value.p[i + 1] == 'X'))
		i += 2;
	if (i == value.len)
		return false;
	for (; i < value.len; i++) {
		const unsigned digit = digit_of(value.p[i]);

		if (digit >= base || __builtin_mul_overflow(n, base, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return false;
	}
	*ret = n;
	*ret_negative = minus;
	return true;
}
