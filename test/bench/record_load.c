/* SPDX-License-Identifier: Apache-2.0 */
/* record_load.c - audit records as fast as the kernel can make them:
 * record_load COUNT PROCESSES PAUSE_MS.
 *
 * Each process sets a seccomp filter that logs getppid(2), waits PAUSE_MS, and
 * makes COUNT such calls. Each call is one record (SECCOMP), which is an event
 * of its own: what was made, what came and what the kernel lost are counted in
 * the same unit. Exit: 0; 2 for wrong usage; 111 when a call of its own fails.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int filter_set(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = insns };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static int calls_make(unsigned long count, unsigned long pause_ms)
{
	if (filter_set() < 0)
		return 111;
	(void)usleep((useconds_t)(pause_ms * 1000));
	for (unsigned long i = 0; i < count; i++)
		(void)syscall(SYS_getppid);
	return 0;
}

int main(int argc, char **argv)
{
	int status, code = 0;
	unsigned long count, processes, pause_ms;

	if (argc != 4)
		return 2;
	count = strtoul(argv[1], NULL, 10);
	processes = strtoul(argv[2], NULL, 10);
	pause_ms = strtoul(argv[3], NULL, 10);
	for (unsigned long i = 0; i < processes; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			return 111;
		if (pid == 0)
			_exit(calls_make(count, pause_ms));
	}
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			code = 111;
	return code;
}
