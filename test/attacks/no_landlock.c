/* SPDX-License-Identifier: Apache-2.0 */
/* no_landlock.c - run a command on what looks like a kernel without Landlock.
 *
 *	no_landlock COMMAND...
 *
 * A seccomp filter answers ENOSYS to the three calls. Exits 111 when it cannot.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST 444U /* landlock_create_ruleset, on every architecture */
#define LAST  446U /* landlock_restrict_self */

int main(int argc, char **argv)
{
	/* clang-format off */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	/* clang-format on */
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (argc < 2) {
		fputs("usage: no_landlock COMMAND...\n", stderr);
		return 2;
	}
	/* As root: no_new_privs would change what the command may do. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
		perror("seccomp");
		return 111;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 111;
}
