/* SPDX-License-Identifier: Apache-2.0 */
/* number.c - see number.h. */
#include "pkg/seccomp/number.h"

#include <seccomp.h>
#include <string.h>

#include "lib/auto.h"
#include "pkg/seccomp/profile.h"

/* Since Linux 2.6.33, 3.0, 4.3 and 5.1. */
#define MUX_FIRST 337
#define MUX_LAST  402

int mux_direct(uint32_t token, const char *name)
{
	for (int nr = MUX_FIRST; nr <= MUX_LAST; nr++) {
		AUTO_MEM char *at = seccomp_syscall_resolve_num_arch(token, nr);

		if (at != NULL && strcmp(at, name) == 0)
			return nr;
	}
	return -1;
}

/* include/uapi/asm-generic/unistd.h of 6.18: since 5.1 a new call has the same
 * number on every architecture. */
static const struct young {
	const char *name;
	int nr;
} youngest[] = {
	{ "set_mempolicy_home_node", 450 },
	{ "cachestat", 451 },
	{ "fchmodat2", 452 },
	{ "map_shadow_stack", 453 },
	{ "futex_wake", 454 },
	{ "futex_wait", 455 },
	{ "futex_requeue", 456 },
	{ "statmount", 457 },
	{ "listmount", 458 },
	{ "lsm_get_self_attr", 459 },
	{ "lsm_set_self_attr", 460 },
	{ "lsm_list_modules", 461 },
	{ "mseal", 462 },
	{ "setxattrat", 463 },
	{ "getxattrat", 464 },
	{ "listxattrat", 465 },
	{ "removexattrat", 466 },
	{ "open_tree_attr", 467 },
	{ "file_getattr", 468 },
	{ "file_setattr", 469 },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int number_young(const char *name)
{

	for (size_t i = 0; i < COUNT(youngest); i++)
		if (strcmp(youngest[i].name, name) == 0)
			return youngest[i].nr;
	return -1;
}

const char *number_young_name(uint32_t nr)
{
	for (size_t i = 0; i < COUNT(youngest); i++)
		if ((uint32_t)youngest[i].nr == nr)
			return youngest[i].name;
	return NULL;
}

size_t call_numbers(uint32_t token, const char *name, struct call_number ret[2])
{
	const int nr = seccomp_syscall_resolve_name_arch(token, name);
	const int young = number_young(name);
	size_t count = 0;

	if (nr >= 0)
		ret[count++] = (struct call_number){ .nr = (uint32_t)nr };
	else if (young >= 0)
		ret[count++] = (struct call_number){
			.nr = (uint32_t)young |
			      (token == SCMP_ARCH_X32 ? X32_BIT : 0)
		};
	if (token == SCMP_ARCH_X86 && nr <= -100 && nr > -300) {
		const int direct = mux_direct(token, name);
		const int outer = seccomp_syscall_resolve_name_arch(
			token, nr <= -200 ? "ipc" : "socketcall");

		if (direct >= 0)
			ret[count++] =
				(struct call_number){ .nr = (uint32_t)direct };
		ret[count++] = (struct call_number){
			.nr = (uint32_t)outer,
			.mux_mask = nr <= -200 ? 0xffff : UINT32_MAX,
			.mux_value = (uint32_t)(-nr % 100),
		};
	}
	return count;
}
