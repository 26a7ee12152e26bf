/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h - what the value of a record's field is: the dictionary.
 *
 * The same key means different things in different records: a0 is a number in
 * SYSCALL and a string in EXECVE, saddr bytes in SOCKADDR and an address in
 * NETFILTER_PKT, mode octal in PATH and a word in LANDLOCK_DOMAIN. So the
 * class is looked up by (record type, key). The rows are those of
 * tables/fields.csv; tools/audit-tables makes the look-up of them.
 */
#ifndef PKG_AUDIT_FIELDS_H
#define PKG_AUDIT_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/span.h"

enum field_class {
	/* Not in the dictionary: text as it stands; "quotes" come off. */
	FIELD_UNKNOWN,

	/* ---- text ---- */
	FIELD_WORD,	 /* as it stands; "quotes" come off */
	FIELD_ENCODED,	 /* "quoted", or upper-case hex: record_string() */
	FIELD_BYTES,	 /* always hex, without quotes: what a TTY read */
	FIELD_PROCTITLE, /* ENCODED; arguments, each ended by a NUL */
	FIELD_KEYS,	 /* ENCODED; keys, a byte 1 between them */
	FIELD_SOCKADDR,	 /* hex of a struct sockaddr: sockaddr.h */
	FIELD_DEVICE,	 /* "fd:01": major and minor, hex */
	FIELD_BOOL,	 /* yes or no, 1 or 0, success or failed */

	/* ---- numbers, decimal unless said otherwise ---- */
	FIELD_DEC,
	FIELD_HEX, /* with or without 0x */
	FIELD_OCT, /* with or without the leading 0 */
	FIELD_UID, /* 4294967295: unset */

	/* ---- numbers that have names (symbols.h) ---- */
	FIELD_ARCH,	       /* hex: AUDIT_ARCH_* */
	FIELD_SYSCALL,	       /* of the record's arch */
	FIELD_ARG,	       /* hex; its class is syscall_arg()'s */
	FIELD_EXIT,	       /* a result; below 0 an errno */
	FIELD_ERRNO,	       /* with or without a minus */
	FIELD_SIGNAL,	       /* 11: SIGSEGV */
	FIELD_CAPABILITY,      /* 21: CAP_SYS_ADMIN */
	FIELD_CAPS,	       /* hex: a set of capabilities */
	FIELD_MODE,	       /* octal: type and permissions */
	FIELD_OPEN_FLAGS,      /* hex */
	FIELD_OPEN_FLAGS_8,    /* octal: OPENAT2 */
	FIELD_RESOLVE,	       /* hex: openat2's RESOLVE_* */
	FIELD_MMAP_FLAGS,      /* hex */
	FIELD_PERSONALITY,     /* hex */
	FIELD_URING_OP,	       /* 18: IORING_OP_OPENAT */
	FIELD_SECCOMP_CODE,    /* hex: SECCOMP_RET_* */
	FIELD_FAMILY,	       /* 2: inet */
	FIELD_NFPROTO,	       /* family of a NETFILTER_CFG */
	FIELD_PROTOCOL,	       /* 6: tcp */
	FIELD_FILTER_LIST,     /* list= of a rule: 4: exit */
	FIELD_FAN_RESPONSE,    /* resp= of FANOTIFY */
	FIELD_MULTICAST_GROUP, /* nl-mcgrp= of EVENT_LISTENER: 1: readlog */

	/* ---- of arguments only: syscall_arg(), types.h ---- */
	FIELD_FD, /* -100: AT_FDCWD */
	FIELD_AT_FLAGS,
	FIELD_ACCESS, /* R_OK and so on */
	FIELD_PROT,
	FIELD_CLONE_FLAGS,
	FIELD_MOUNT_FLAGS,
	FIELD_UMOUNT_FLAGS,
	FIELD_SOCKET_TYPE,
	FIELD_PTRACE_OP,
	FIELD_PRCTL_OP,
	FIELD_FCNTL_CMD,
	FIELD_BPF_CMD,
	FIELD_SECCOMP_OP,
	FIELD_KEYCTL_OP,
	FIELD_RLIMIT,
	FIELD_EPOLL_OP,
	FIELD_CLOCK,
	FIELD_SOCKETCALL,
	FIELD_SOCKOPT_LEVEL,
	FIELD_SHM_FLAGS,

	FIELD_CLASSES
};

/**
 * field_class() - the class of @key in records of @type.
 * @key: as it stands in the record, without '='; its case counts.
 *
 * Keys with a number (a0, a1[2], a1_len) and with the name of a security module
 * (subj_apparmor, obj_smack) are known by their form. One hash and one
 * comparison; no allocation.
 *
 * Return: FIELD_UNKNOWN for a key that the dictionary has not.
 */
enum field_class field_class(uint16_t type, struct span key);

/* The base that numbers of a class are written in: 8, 10 or 16; 0 for text. */
unsigned field_base(enum field_class class);

/* "word", "encoded", "open-flags", ...: for messages and tests. */
const char *field_class_name(enum field_class class);

/**
 * field_number() - the number that @value is.
 * @ret_negative: whether a minus stood in front of it; then @ret is what comes
 *                after the minus.
 *
 * Return: true; false when @value is not wholly a number of that base below
 * 2^64 ("?", "(null)", "unset"), or the class is text. Then it is shown as
 * text.
 */
bool field_number(enum field_class class, struct span value, uint64_t *ret,
		  bool *ret_negative);

#endif
