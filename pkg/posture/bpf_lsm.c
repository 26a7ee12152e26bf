/* SPDX-License-Identifier: Apache-2.0 */
/* bpf_lsm.c - see bpf_lsm.h. */
#include "pkg/posture/bpf_lsm.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"

#define HOOK	     "socket_create"
#define ARG_PROTOCOL 2 /* socket_create(family, type, protocol, kern) */

/* Larger than any protocol. */
static int protocol_draw(int *ret, struct err *e)
{
	uint32_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_errno(e, "draw a number");
	*ret = (int)((random & 0x3fffffff) | 0x40000000);
	return 0;
}

/* Return: the errno with which such a socket is refused; it always is. */
static int socket_try(int protocol)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return errno;
	(void)close(fd);
	return 0;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list ap)
{
	(void)level;
	(void)format;
	(void)ap;
	return 0;
}

static int program_load(int protocol, struct err *e)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_DW,
		  .dst_reg = BPF_REG_2,
		  .src_reg = BPF_REG_1,
		  .off = 8 * ARG_PROTOCOL },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		/* An int: what stands above its 32 bits is anything. */
		{ .code = BPF_JMP32 | BPF_JNE | BPF_K,
		  .dst_reg = BPF_REG_2,
		  .off = 1,
		  .imm = protocol },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_0,
		  .imm = -EPERM },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_load_opts opts = { .sz = sizeof(opts),
					   .expected_attach_type =
						   BPF_LSM_MAC };
	int id, fd;

	id = libbpf_find_vmlinux_btf_id(HOOK, BPF_LSM_MAC);
	if (id < 0)
		return err_set(
			e, -id,
			"the kernel's types do not tell of the hook " HOOK
			": %s",
			strerror(-id));
	opts.attach_btf_id = (uint32_t)id;
	fd = bpf_prog_load(BPF_PROG_TYPE_LSM, "bailiff_doctor", "GPL", insns,
			   sizeof(insns) / sizeof(insns[0]), &opts);
	return fd >= 0 ? fd
		       : err_set(e, -fd, "the kernel takes no LSM program: %s",
				 strerror(-fd));
}

/* In a process of its own: whatever it makes ends with it. */
static int test_run(struct err *e)
{
	AUTO_FD program = -1;
	AUTO_FD link = -1;
	int protocol, before, after;
	int r = protocol_draw(&protocol, e);

	if (r < 0)
		return r;
	(void)libbpf_set_print(quiet);
	program = program_load(protocol, e);
	if (program < 0)
		return program;
	before = socket_try(protocol);
	if (before != EPROTONOSUPPORT)
		return err_set(e, EIO,
			       "it cannot be tried here: a socket of no "
			       "protocol is refused with \"%s\"",
			       strerror(before));
	link = bpf_link_create(program, 0, BPF_LSM_MAC, NULL);
	if (link < 0)
		return err_set(e, -link,
			       "the kernel does not attach an LSM program: %s",
			       strerror(-link));
	after = socket_try(protocol);
	return after == EPERM
		       ? 0
		       : err_set(e, ENOEXEC,
				 "a program that denies was attached, and "
				 "nothing was denied");
}

_Noreturn static void child_main(int to)
{
	struct err e = { 0 };
	bool is_told;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)test_run(&e);
	/* To this same program: its layout, and its static texts. */
	is_told = write(to, &e, sizeof(e)) == (ssize_t)sizeof(e);
	_exit(is_told ? 0 : 1);
}

static int result_read(int from, struct err *e)
{
	struct pollfd wait = { .fd = from, .events = POLLIN };
	struct err told;
	int r;

	do
		r = poll(&wait, 1, BPF_LSM_MS);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return err_set(e, ETIMEDOUT, "the test was not over after %d s",
			       BPF_LSM_MS / 1000);
	if (r < 0 || read(from, &told, sizeof(told)) != (ssize_t)sizeof(told))
		return err_set(e, EIO, "the test ended without a result");
	if (told.code == 0)
		return 0;
	if (e != NULL)
		*e = told;
	return -told.code;
}

int bpf_lsm_test(struct err *e)
{
	int ends[2], r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(e, "pipe");
	pid = fork();
	if (pid == 0)
		child_main(ends[1]);
	(void)close(ends[1]);
	r = pid < 0 ? err_errno(e, "fork") : result_read(ends[0], e);
	(void)close(ends[0]);
	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return r;
}
