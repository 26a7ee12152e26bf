/* SPDX-License-Identifier: Apache-2.0 */
/* landlock.c - see landlock.h and enforce.h. */
#include "pkg/enforce/landlock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/enforce/enforce.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule	    445
#define SYS_landlock_restrict_self  446
#endif

/* What each ABI added, as the kernel's Documentation/userspace-api/landlock.rst
 * has it. */
static const struct {
	uint32_t abi;
	size_t attr_size;
	uint64_t fs, net, scope;
} abis[] = {
	/* clang-format off */
	{ 1,  8,  (1ULL << 13) - 1, 0, 0 },
	{ 2,  8,  1ULL << 13, 0, 0 }, /* refer */
	{ 3,  8,  1ULL << 14, 0, 0 }, /* truncate */
	{ 4,  16, 0, 3, 0 },	      /* bind_tcp, connect_tcp */
	{ 5,  16, 1ULL << 15, 0, 0 }, /* ioctl_dev */
	{ 6,  24, 0, 0, 3 },	      /* abstract_unix_socket, signal */
	{ 9,  24, 1ULL << 16, 0, 0 }, /* resolve_unix */
	{ 10, 24, 0, 12, 0 },	      /* bind_udp, connect_send_udp */
	/* clang-format on */
};
#define ABI_COUNT (sizeof(abis) / sizeof(abis[0]))

/* Rights that mean something on what is no directory: execute, write_file,
 * read_file, truncate, ioctl_dev, resolve_unix. */
#define FILE_RIGHTS (7ULL | 1ULL << 14 | 1ULL << 15 | 1ULL << 16)

int enforce_landlock_probe(void)
{
	const long r = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       BAILIFF_LANDLOCK_CREATE_VERSION);

	return r < 0 ? -errno : (int)r;
}

uint32_t enforce_landlock_abi(void)
{
	const int abi = enforce_landlock_probe();

	return abi < 0 ? 0 : (uint32_t)abi;
}

int enforce_landlock_errata(uint32_t *ret)
{
	const long r = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       BAILIFF_LANDLOCK_CREATE_ERRATA);

	if (r < 0)
		return -errno;
	*ret = (uint32_t)r;
	return 0;
}

uint64_t landlock_fs_known(uint32_t abi)
{
	uint64_t all = 0;

	for (size_t i = 0; i < ABI_COUNT && abis[i].abi <= abi; i++)
		all |= abis[i].fs;
	return all;
}

uint64_t landlock_net_known(uint32_t abi)
{
	uint64_t all = 0;

	for (size_t i = 0; i < ABI_COUNT && abis[i].abi <= abi; i++)
		all |= abis[i].net;
	return all;
}

uint64_t landlock_scope_known(uint32_t abi)
{
	uint64_t all = 0;

	for (size_t i = 0; i < ABI_COUNT && abis[i].abi <= abi; i++)
		all |= abis[i].scope;
	return all;
}

int landlock_ruleset(const struct bailiff_ruleset_attr *attr, uint32_t abi,
		     struct err *e)
{
	size_t size = 8;
	long fd;

	/* A kernel refuses a size that is larger than its own. */
	for (size_t i = 0; i < ABI_COUNT && abis[i].abi <= abi; i++)
		size = abis[i].attr_size;
	fd = syscall(SYS_landlock_create_ruleset, attr, size, 0);
	if (fd < 0)
		return err_errno(e, "landlock_create_ruleset");
	return (int)fd;
}

int landlock_allow_path(int ruleset, int fd, uint64_t access, struct err *e)
{
	struct landlock_path_beneath_attr rule = { .parent_fd = fd };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat");
	rule.allowed_access =
		S_ISDIR(st.st_mode) ? access : access & FILE_RIGHTS;
	if (rule.allowed_access == 0)
		return 0;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		    &rule, 0) < 0)
		return err_errno(e, "landlock_add_rule");
	return 0;
}

int landlock_allow_port(int ruleset, uint16_t port, uint64_t access,
			struct err *e)
{
	const struct bailiff_net_port_attr rule = { .allowed_access = access,
						    .port = port };

	if (syscall(SYS_landlock_add_rule, ruleset,
		    BAILIFF_LANDLOCK_RULE_NET_PORT, &rule, 0) < 0)
		return err_errno(e, "landlock_add_rule for port %u", port);
	return 0;
}

int landlock_restrict(int ruleset, uint32_t abi, uint32_t log_flags,
		      struct err *e)
{
	if (syscall(SYS_landlock_restrict_self, ruleset,
		    abi >= 7 ? log_flags : 0) < 0) {
		(void)err_errno(e, "landlock_restrict_self");
		if (e != NULL && e->code == E2BIG)
			return err_hint(e, "16 Landlock layers are stacked "
					   "already");
		return e != NULL ? -e->code : -EIO;
	}
	return 0;
}
