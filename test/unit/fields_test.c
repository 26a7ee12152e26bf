/* SPDX-License-Identifier: Apache-2.0 */
/* fields_test.c - the dictionary of record fields, and names of numbers. */
#include "test/unit/harness.h"

#include <libaudit.h>

#include "lib/auto.h"
#include "pkg/audit/fields.h"
#include "pkg/audit/sockaddr.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- the dictionary -------------------------------------------------------
 */

TEST(the_same_key_has_a_class_by_record_type)
{
	static const struct {
		uint16_t type;
		const char *key;
		enum field_class class;
	} rows[] = {
		/* clang-format off */
		{ AUDIT_SYSCALL,         "a0",        FIELD_ARG },
		{ AUDIT_EXECVE,          "a0",        FIELD_ENCODED },
		{ AUDIT_EXECVE,          "a117",      FIELD_ENCODED },
		{ AUDIT_EXECVE,          "a1[12]",    FIELD_ENCODED },
		{ AUDIT_EXECVE,          "a1_len",    FIELD_DEC },
		{ AUDIT_SOCKETCALL,      "a2",        FIELD_HEX },
		{ AUDIT_SOCKADDR,        "saddr",     FIELD_SOCKADDR },
		{ AUDIT_NETFILTER_PKT,   "saddr",     FIELD_WORD },
		{ AUDIT_PATH,            "mode",      FIELD_MODE },
		{ 1424,                  "mode",      FIELD_WORD },
		{ AUDIT_PATH,            "dev",       FIELD_DEVICE },
		{ AUDIT_AVC,             "dev",       FIELD_ENCODED },
		{ AUDIT_ANOM_PROMISCUOUS, "dev",      FIELD_WORD },
		{ AUDIT_MQ_OPEN,         "oflag",     FIELD_OPEN_FLAGS },
		{ AUDIT_OPENAT2,         "oflag",     FIELD_OPEN_FLAGS_8 },
		{ AUDIT_SECCOMP,         "code",      FIELD_SECCOMP_CODE },
		{ AUDIT_TTY,             "data",      FIELD_BYTES },
		{ AUDIT_USER_TTY,        "data",      FIELD_ENCODED },
		{ AUDIT_BPRM_FCAPS,      "fp",        FIELD_CAPS },
		{ 2404,                  "fp",        FIELD_WORD },
		{ AUDIT_NETFILTER_CFG,   "family",    FIELD_NFPROTO },
		{ AUDIT_AVC,             "family",    FIELD_WORD },
		{ 1425,                  "subj_apparmor", FIELD_WORD },
		{ 1425,                  "subj_trust", FIELD_DEC },
		{ AUDIT_SYSCALL,         "key",       FIELD_KEYS },
		{ AUDIT_SYSCALL,         "KEY",       FIELD_UNKNOWN },
		{ AUDIT_SYSCALL,         "a",         FIELD_UNKNOWN },
		{ AUDIT_SYSCALL,         "a0x",       FIELD_UNKNOWN },
		{ AUDIT_SYSCALL,         "",          FIELD_UNKNOWN },
		{ AUDIT_SYSCALL,         "no_such_key_and_a_long_one_at_that",
		  FIELD_UNKNOWN },
		/* clang-format on */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const enum field_class got =
			field_class(rows[i].type, span_of(rows[i].key));

		if (got != rows[i].class)
			test_fail(__FILE__, __LINE__, "%u %s is %s, not %s",
				  rows[i].type, rows[i].key,
				  field_class_name(got),
				  field_class_name(rows[i].class));
	}
}

TEST(a_number_is_read_in_the_base_of_its_class_or_not_at_all)
{
	static const struct {
		enum field_class class;
		const char *text;
		bool is_number, is_negative;
		uint64_t want;
	} rows[] = {
		/* clang-format off */
		{ FIELD_DEC,  "4294967295", true,  false, 4294967295 },
		{ FIELD_EXIT, "-13",        true,  true,  13 },
		{ FIELD_HEX,  "ff",         true,  false, 255 },
		{ FIELD_HEX,  "0x50000",    true,  false, 0x50000 },
		{ FIELD_ARG,  "ffffffffffffffff", true, false, UINT64_MAX },
		{ FIELD_ARG,  "10000000000000000", false, false, 0 },
		{ FIELD_MODE, "0100644",    true,  false, 0100644 },
		{ FIELD_MODE, "0100648",    false, false, 0 },
		{ FIELD_DEC,  "",           false, false, 0 },
		{ FIELD_DEC,  "-",          false, false, 0 },
		{ FIELD_HEX,  "0x",         false, false, 0 },
		{ FIELD_DEC,  "?",          false, false, 0 },
		{ FIELD_DEC,  "(null)",     false, false, 0 },
		{ FIELD_DEC,  "1a",         false, false, 0 },
		{ FIELD_DEC,  "18446744073709551616", false, false, 0 },
		{ FIELD_WORD, "7",          false, false, 0 },
		/* clang-format on */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t got = 0;
		bool minus = false;
		const bool is = field_number(
			rows[i].class, span_of(rows[i].text), &got, &minus);

		if (is != rows[i].is_number || got != rows[i].want ||
		    minus != rows[i].is_negative)
			test_fail(__FILE__, __LINE__, "\"%s\" as %s: %d %llu",
				  rows[i].text, field_class_name(rows[i].class),
				  is, (unsigned long long)got);
	}
}

TEST(every_class_has_a_name_of_its_own)
{
	for (int i = 0; i < FIELD_CLASSES; i++) {
		CHECK(field_class_name((enum field_class)i) != NULL);
		for (int k = 0; k < i; k++)
			CHECK(strcmp(field_class_name((enum field_class)i),
				     field_class_name((enum field_class)k)) !=
			      0);
	}
}

/* ---- names of numbers -----------------------------------------------------
 */

TEST(numbers_have_the_names_of_the_headers)
{
	static const struct {
		enum field_class class;
		uint32_t arch;
		uint64_t value;
		const char *want; /* "": none */
	} rows[] = {
		/* clang-format off */
		{ FIELD_EXIT, 0, (uint64_t)-13, "EACCES" },
		{ FIELD_EXIT, 0, (uint64_t)-512, "ERESTARTSYS" },
		{ FIELD_EXIT, 0, 13, "" },
		{ FIELD_ERRNO, 0, 13, "EACCES" },
		{ FIELD_ERRNO, 0, (uint64_t)-2, "ENOENT" },
		{ FIELD_ERRNO, 0, 100000, "" },
		{ FIELD_SIGNAL, 0, 31, "SIGSYS" },
		{ FIELD_SIGNAL, 0, 65, "" },
		{ FIELD_ARCH, 0, 0xc000003e, "x86_64" },
		{ FIELD_ARCH, 0, 0x12345678, "" },
		{ FIELD_CAPABILITY, 0, 21, "CAP_SYS_ADMIN" },
		{ FIELD_CAPS, 0, 0, "" },
		{ FIELD_CAPS, 0, 1ULL << 12 | 1ULL << 63,
		  "CAP_NET_ADMIN|0x8000000000000000" },
		{ FIELD_MODE, 0, 0100644, "file,0644" },
		{ FIELD_MODE, 0, 041777, "dir,1777" },
		{ FIELD_MODE, 0, 0600, "0600" },
		{ FIELD_OPEN_FLAGS, 0, 0, "O_RDONLY" },
		{ FIELD_OPEN_FLAGS, 0, 02000101, "O_WRONLY|O_CREAT|O_CLOEXEC" },
		{ FIELD_OPEN_FLAGS, 0, 04010002, "O_RDWR|O_SYNC" },
		{ FIELD_OPEN_FLAGS, 0, 0x80000000, "O_RDONLY|0x80000000" },
		{ FIELD_OPEN_FLAGS, AUDIT_ARCH_X86_64, 0200000,
		  "O_RDONLY|O_DIRECTORY" },
		{ FIELD_OPEN_FLAGS, AUDIT_ARCH_AARCH64, 0200000,
		  "O_RDONLY|O_DIRECT" },
		{ FIELD_OPEN_FLAGS_8, 0, 2, "O_RDWR" },
		{ FIELD_RESOLVE, 0, 0x14, "RESOLVE_NO_SYMLINKS|RESOLVE_IN_ROOT" },
		{ FIELD_PROT, 0, 0, "PROT_NONE" },
		{ FIELD_PROT, 0, 5, "PROT_READ|PROT_EXEC" },
		{ FIELD_MMAP_FLAGS, 0, 0x22, "MAP_PRIVATE|MAP_ANONYMOUS" },
		{ FIELD_SHM_FLAGS, 0, 03666, "IPC_CREAT|IPC_EXCL|0x1b6" },
		{ FIELD_CLONE_FLAGS, 0, 0x1200011,
		  "SIGCHLD|CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID" },
		{ FIELD_MOUNT_FLAGS, 0, 0x1001, "MS_RDONLY|MS_BIND" },
		{ FIELD_MOUNT_FLAGS, 0, 0, "" },
		{ FIELD_SOCKET_TYPE, 0, 0x80001, "SOCK_STREAM|SOCK_CLOEXEC" },
		{ FIELD_ACCESS, 0, 0, "F_OK" },
		{ FIELD_ACCESS, 0, 6, "W_OK|R_OK" },
		{ FIELD_PERSONALITY, 0, 0x40008,
		  "PER_LINUX32|ADDR_NO_RANDOMIZE" },
		{ FIELD_URING_OP, 0, 18, "openat" },
		{ FIELD_URING_OP, 0, 64, "uring_cmd128" },
		{ FIELD_SECCOMP_CODE, 0, 0x80000000, "kill_process" },
		{ FIELD_SECCOMP_CODE, 0, 0x5000d, "errno" },
		{ FIELD_SECCOMP_CODE, 0, 0x7ffc0000, "log" },
		{ FIELD_FAMILY, 0, 10, "inet6" },
		{ FIELD_NFPROTO, 0, 10, "ipv6" },
		{ FIELD_PROTOCOL, 0, 17, "udp" },
		{ FIELD_SOCKETCALL, 0, 3, "connect" },
		{ FIELD_FD, 0, 0xffffff9c, "AT_FDCWD" },
		{ FIELD_FD, 0, (uint64_t)-100, "AT_FDCWD" },
		{ FIELD_FD, 0, 3, "" },
		{ FIELD_BPF_CMD, 0, 5, "BPF_PROG_LOAD" },
		{ FIELD_PRCTL_OP, 0, 22, "PR_SET_SECCOMP" },
		{ FIELD_PTRACE_OP, 0, 0x4206, "PTRACE_SEIZE" },
		{ FIELD_FILTER_LIST, 0, 4, "exit" },
		{ FIELD_FAN_RESPONSE, 0, 2, "deny" },
		{ FIELD_MULTICAST_GROUP, 0, 1, "readlog" },
		{ FIELD_MULTICAST_GROUP, 0, 2, "" },
		{ FIELD_DEC, 0, 1, "" },
		{ FIELD_WORD, 0, 1, "" },
		/* clang-format on */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(buf_done) struct buf out = { 0 };
		bool has;

		buf_init(&out, 4096);
		has = symbol_print(rows[i].class, rows[i].arch, rows[i].value,
				   &out);
		CHECK_STR(buf_cstr(&out), rows[i].want);
		CHECK_INT(has, rows[i].want[0] != '\0');
	}
}

TEST(system_calls_have_the_names_of_their_machine)
{
	static const struct {
		uint32_t arch;
		int32_t nr;
		const char *want; /* NULL: none */
	} rows[] = {
		/* clang-format off */
		{ AUDIT_ARCH_X86_64,  59,   "execve" },
		{ AUDIT_ARCH_X86_64,  472,  "fchroot" },
		{ AUDIT_ARCH_X86_64,  473,  NULL },
		{ AUDIT_ARCH_X86_64,  -1,   NULL },
		{ AUDIT_ARCH_X86_64,  0x40000000, "read" },
		{ AUDIT_ARCH_X86_64,  0x40000000 + 520, "execve" },
		{ AUDIT_ARCH_X86_64,  0x40000000 + 59, NULL },
		{ AUDIT_ARCH_I386,    11,   "execve" },
		{ AUDIT_ARCH_I386,    0x4000000b, NULL },
		{ AUDIT_ARCH_AARCH64, 221,  "execve" },
		{ AUDIT_ARCH_ARM,     11,   "execve" },
		{ AUDIT_ARCH_RISCV64, 259,  "riscv_flush_icache" },
		{ AUDIT_ARCH_S390X,   11,   "execve" },
		{ AUDIT_ARCH_PPC64LE, 11,   "execve" },
		{ AUDIT_ARCH_PPC64,   11,   "execve" },
		{ AUDIT_ARCH_SPARC,   11,   NULL },
		/* clang-format on */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = syscall_name(rows[i].arch, rows[i].nr);

		CHECK_STR(got != NULL ? got : "none",
			  rows[i].want != NULL ? rows[i].want : "none");
	}
}

TEST(an_argument_has_the_class_of_its_call)
{
	CHECK_INT(syscall_arg(AUDIT_ARCH_X86_64, 2, 1), FIELD_OPEN_FLAGS);
	CHECK_INT(syscall_arg(AUDIT_ARCH_X86_64, 257, 0), FIELD_FD);
	CHECK_INT(syscall_arg(AUDIT_ARCH_X86_64, 257, 1), FIELD_HEX);
	CHECK_INT(syscall_arg(AUDIT_ARCH_X86_64, 257, 2), FIELD_OPEN_FLAGS);
	CHECK_INT(syscall_arg(AUDIT_ARCH_AARCH64, 56, 2), FIELD_OPEN_FLAGS);
	CHECK_INT(syscall_arg(AUDIT_ARCH_I386, 102, 0), FIELD_SOCKETCALL);
	CHECK_INT(syscall_arg(AUDIT_ARCH_X86_64, 0, 0), FIELD_HEX);
	CHECK_INT(syscall_arg(AUDIT_ARCH_X86_64, 9999, 0), FIELD_HEX);
	CHECK_INT(syscall_arg(AUDIT_ARCH_X86_64, 257, 4), FIELD_HEX);
}

TEST(record_types_are_found_by_name_and_number)
{
	size_t count;
	const struct record_name *table = type_table(&count);
	uint16_t type;

	CHECK_INT(count, 225);
	for (size_t i = 0; i < count; i++) {
		CHECK(i == 0 || table[i - 1].type < table[i].type);
		CHECK_STR(type_name(table[i].type), table[i].name);
		CHECK(type_parse(span_of(table[i].name), &type));
		CHECK_INT(type, table[i].type);
	}
	CHECK(type_parse(span_of("UNKNOWN[1423]"), &type) && type == 1423);
	CHECK(type_parse(span_of("1999"), &type) && type == 1999);
	CHECK(!type_parse(span_of("UNKNOWN[70000]"), &type));
	CHECK(!type_parse(span_of("UNKNOWN["), &type));
	CHECK(!type_parse(span_of("syscall"), &type));
	CHECK(!type_parse(span_of(""), &type));
}

/* ---- addresses ------------------------------------------------------------
 */

TEST(an_address_is_read_by_its_family)
{
	static struct sockaddr_view v;

	CHECK_INT(sockaddr_parse(span_of("0200003508080808"
					 "0000000000000000"),
				 true, &v),
		  0);
	CHECK_STR(v.family_name, "inet");
	CHECK_STR(v.address, "8.8.8.8");
	CHECK(v.has_port && v.port == 53);

	CHECK_INT(sockaddr_parse(span_of("0A0001BB00000000"
					 "20010DB8000000000000000000000001"
					 "03000000"),
				 true, &v),
		  0);
	CHECK_STR(v.address, "2001:db8::1");
	CHECK_INT(v.port, 443);
	CHECK_INT(v.scope, 3);

	CHECK_INT(sockaddr_parse(span_of("01002F72756E2F6100787878"), true, &v),
		  0);
	CHECK(!v.is_abstract && span_eq_str(v.path, "/run/a"));
	CHECK_INT(sockaddr_parse(span_of("0100004162430044"), true, &v), 0);
	CHECK(v.is_abstract && v.path.len == 5);
	CHECK(memcmp(v.path.p, "AbC\0D", 5) == 0);
	CHECK_INT(sockaddr_parse(span_of("0100"), true, &v), 0);
	CHECK(v.path.p == NULL && !v.is_abstract);

	CHECK_INT(sockaddr_parse(span_of("100000000000000001000000"), true, &v),
		  0);
	CHECK_STR(v.family_name, "netlink");
	CHECK_INT(v.groups, 1);
}

TEST(an_address_that_is_cut_or_false_is_no_more_than_its_bytes)
{
	static struct sockaddr_view v;

	CHECK_INT(sockaddr_parse(span_of(""), true, &v), -EBADMSG);
	CHECK_INT(sockaddr_parse(span_of("02"), true, &v), -EBADMSG);
	CHECK_INT(sockaddr_parse(span_of("020"), true, &v), -EBADMSG);
	CHECK_INT(sockaddr_parse(span_of("02zz"), true, &v), -EBADMSG);
	CHECK_INT(sockaddr_parse(span_of("0200"), true, &v), 0);
	CHECK(!v.has_port && v.address[0] == '\0');
	CHECK_INT(sockaddr_parse(span_of("02000035080808"), true, &v), 0);
	CHECK(v.has_port && v.address[0] == '\0');
	CHECK_INT(sockaddr_parse(span_of("FF7F0102"), true, &v), 0);
	CHECK(v.family_name == NULL && v.family == 0x7fff && v.len == 4);
	/* s390x logs the family in its own order. */
	CHECK_INT(sockaddr_parse(span_of("0002003508080808"), false, &v), 0);
	CHECK_STR(v.address, "8.8.8.8");
}
