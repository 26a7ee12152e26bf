/* SPDX-License-Identifier: Apache-2.0 */
/* apply.c - see apply.h and enforce.h. */
#include "pkg/enforce/apply.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/cur.h"
#include "pkg/enforce/enforce.h"
#include "pkg/enforce/landlock.h"

int apply_no_new_privs(struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_errno(e, "no_new_privs");
	return 0;
}

int apply_seccomp(const struct sock_filter *insns, uint16_t count,
		  uint32_t flags, struct err *e)
{
	/* The kernel only reads the program (kernel/seccomp.c). */
	const struct sock_fprog prog = {
		.len = count,
		.filter = (struct sock_filter *)(uintptr_t)insns,
	};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    flags | SECCOMP_FILTER_FLAG_LOG, &prog) != 0)
		return err_errno(e, "install the seccomp filter");
	return 0;
}

static int landlock_apply(const struct artefact *a,
			  const struct enforce_paths *p, struct err *e)
{
	const struct bailiff_ruleset_attr attr = {
		.handled_access_fs = a->handled_fs,
		.handled_access_net = a->handled_net,
		.scoped = a->scoped,
	};
	const uint32_t abi = enforce_landlock_abi();
	struct cur paths = cur_of(a->paths), ports = cur_of(a->ports);
	AUTO_FD ruleset = -1;
	int r;

	if (abi < a->landlock_abi) {
		(void)err_set(e, EOPNOTSUPP,
			      "the policy needs Landlock ABI %u, this kernel "
			      "has %u",
			      a->landlock_abi, abi);
		return err_hint(e, "publish the policy anew on this kernel");
	}
	ruleset = landlock_ruleset(&attr, abi, e);
	if (ruleset < 0)
		return ruleset;
	for (uint32_t i = 0; i < a->path_count; i++) {
		const struct artefact_path rule = artefact_path_next(&paths);

		if (p->fds[i] < 0)
			continue;
		r = landlock_allow_path(ruleset, p->fds[i], rule.access, e);
		if (r < 0)
			return err_wrap(e, "%.*s", SPAN_FMT(rule.path));
	}
	for (uint32_t i = 0; i < a->port_count; i++) {
		uint64_t access;
		const uint16_t port = artefact_port_next(&ports, &access);

		r = landlock_allow_port(ruleset, port, access, e);
		if (r < 0)
			return r;
	}
	/* Both flags, or nothing that happens after exec is ever logged. */
	return landlock_restrict(ruleset, abi,
				 BAILIFF_LANDLOCK_LOG_SAME_EXEC_OFF |
					 BAILIFF_LANDLOCK_LOG_NEW_EXEC_ON,
				 e);
}

static int seccomp_apply(const struct artefact *a, struct err *e)
{
	AUTO_MEM struct sock_filter *insns =
		calloc(a->insn_count + 1, sizeof(*insns));
	struct cur c = cur_of(a->insns);

	if (insns == NULL)
		return err_set(e, ENOMEM, "seccomp filter: out of memory");
	for (uint32_t i = 0; i < a->insn_count; i++) {
		insns[i].code = cur_u16(&c);
		insns[i].jt = cur_u8(&c);
		insns[i].jf = cur_u8(&c);
		insns[i].k = cur_u32(&c);
	}
	if (cur_end(&c) < 0)
		return err_set(e, EBADMSG, "seccomp filter: cut short");
	return apply_seccomp(insns, (uint16_t)a->insn_count, a->seccomp_flags,
			     e);
}

int enforce_apply(const struct artefact *a, const struct enforce_paths *p,
		  struct err *e)
{
	int r = apply_no_new_privs(e);

	if (r == 0 && a->has_landlock)
		r = landlock_apply(a, p, e);
	if (r == 0 && a->has_seccomp)
		r = seccomp_apply(a, e);
	return r;
}
