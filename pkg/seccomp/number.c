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

int number_young(const char *name)
{
	/* include/uapi/asm-generic/unistd.h of 6.17: since 5.1 a new call has
	 * the same number on every architecture. */
	static const struct {
		const char *name;
		int nr;
	} rows[] = {
		{ "fchmodat2", 452 },	  { "setxattrat", 463 },
		{ "removexattrat", 466 }, { "open_tree_attr", 467 },
		{ "file_setattr", 469 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].nr;
	return -1;
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
