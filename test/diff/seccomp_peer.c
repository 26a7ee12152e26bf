/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_peer.c - see seccomp_peer.h. */
#include "test/diff/seccomp_peer.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"

#define LIMIT_US 333000

/* Their word for each of ours. */
static uint32_t action_of(unsigned action, int data)
{
	const uint32_t ret = draft_ret(action, data);
	const uint16_t low = (uint16_t)(ret & SECCOMP_RET_DATA);

	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return SCMP_ACT_ALLOW;
	case SECCOMP_RET_LOG:
		return SCMP_ACT_LOG;
	case SECCOMP_RET_TRACE:
		return SCMP_ACT_TRACE(low);
	case SECCOMP_RET_ERRNO:
		return SCMP_ACT_ERRNO(low);
	case SECCOMP_RET_TRAP:
		return SCMP_ACT_TRAP;
	case SECCOMP_RET_KILL_THREAD:
		return SCMP_ACT_KILL_THREAD;
	default:
		return SCMP_ACT_KILL_PROCESS;
	}
}

static struct scmp_arg_cmp cond_of(const struct draft_cond *c)
{
	static const enum scmp_compare ops[] = {
		SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE,	      SCMP_CMP_EQ,
		SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ,
	};

	return (struct scmp_arg_cmp){ c->index, ops[c->op], c->value,
				      c->value_two };
}

static int rule_add(scmp_filter_ctx ctx, const struct draft_entry *e, int nr)
{
	const uint32_t action = action_of(e->action, e->data);
	struct scmp_arg_cmp conds[DRAFT_CONDS];
	int r = 0;

	for (unsigned i = 0; i < e->cond_count; i++)
		conds[i] = cond_of(&e->conds[i]);
	if (!draft_is_either(e))
		return seccomp_rule_add_array(ctx, action, nr, e->cond_count,
					      conds);
	for (unsigned i = 0; i < e->cond_count && r == 0; i++)
		r = seccomp_rule_add_array(ctx, action, nr, 1, &conds[i]);
	return r;
}

static int entries_add(scmp_filter_ctx ctx, const struct draft *d)
{
	const uint32_t other = draft_ret(d->action, d->data);
	int r = 0;

	for (unsigned i = 0; i < d->count; i++) {
		const struct draft_entry *e = &d->entries[i];

		if (draft_ret(e->action, e->data) == other)
			continue;
		for (unsigned k = 0; k < e->name_count && r == 0; k++)
			r = rule_add(ctx, e,
				     seccomp_syscall_resolve_name(
					     draft_calls[e->names[k]].name));
	}
	return r;
}

static int archs_add(scmp_filter_ctx ctx, const struct draft *d)
{
	static const uint32_t tokens[DRAFT_ARCHS] = {
		SCMP_ARCH_X86_64,  SCMP_ARCH_X86, SCMP_ARCH_X32,
		SCMP_ARCH_AARCH64, SCMP_ARCH_ARM, SCMP_ARCH_RISCV64,
	};
	bool has_own = false;

	for (unsigned i = 0; i < DRAFT_ARCHS; i++) {
		if ((d->archs & 1U << i) == 0)
			continue;
		has_own |= tokens[i] == seccomp_arch_native();
		if (seccomp_arch_exist(ctx, tokens[i]) != 0 &&
		    seccomp_arch_add(ctx, tokens[i]) < 0)
			return -1;
	}
	return has_own ? 0 : seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
}

static int draft_export(const struct draft *d, int fd)
{
	scmp_filter_ctx ctx = seccomp_init(action_of(d->action, d->data));
	int r = ctx == NULL ? -1 : archs_add(ctx, d);

	if (r == 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				     SCMP_ACT_KILL_PROCESS);
	if (r == 0)
		r = entries_add(ctx, d);
	if (r == 0)
		r = seccomp_export_bpf(ctx, fd);
	if (ctx != NULL)
		seccomp_release(ctx);
	return r;
}

int peer_compile(const struct draft *d, struct program *ret)
{
	const struct itimerval limit = { .it_value.tv_usec = LIMIT_US };
	AUTO_FD fd = memfd_create("seccomp", MFD_CLOEXEC);
	pid_t pid;
	int status;
	ssize_t n;

	if (fd < 0)
		return -EIO;
	pid = fork();
	if (pid == 0) {
		(void)setitimer(ITIMER_REAL, &limit, NULL);
		_exit(draft_export(d, fd) < 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -EIO;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? -ETIMEDOUT : -EIO;
	if (WEXITSTATUS(status) != 0)
		return -EINVAL;
	if (lseek(fd, 0, SEEK_END) > (off_t)sizeof(ret->insns))
		return -E2BIG;
	n = pread(fd, ret->insns, sizeof(ret->insns), 0);
	if (n <= 0)
		return -EIO;
	ret->count = (size_t)n / sizeof(ret->insns[0]);
	return 0;
}
