/* SPDX-License-Identifier: Apache-2.0 */
/* confine.c - a process of the daemon confines itself; see enforce.h. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/enforce/apply.h"
#include "pkg/enforce/caps.h"
#include "pkg/enforce/enforce.h"
#include "pkg/enforce/landlock.h"

#define NET_CONNECT (1ULL << 1 | 1ULL << 3 | 1ULL << 2) /* UDP: a resolver */

#define SCOPE_SIGNAL (1ULL << 1)

/* A ruleset with the row's paths; -1 and success where there is no Landlock. */
static int ruleset_build(const struct confine_row *row, uint32_t abi, int *ret,
			 struct err *e)
{
	const struct bailiff_ruleset_attr attr = {
		.handled_access_fs = landlock_fs_known(abi),
		.handled_access_net = landlock_net_known(abi) &
				      ~(row->may_connect ? NET_CONNECT : 0),
		.scoped = landlock_scope_known(abi) &
			  ~(row->may_signal ? SCOPE_SIGNAL : 0),
	};
	AUTO_FD ruleset = -1;

	if (abi == 0)
		return 0;
	ruleset = landlock_ruleset(&attr, abi, e);
	if (ruleset < 0)
		return ruleset;
	for (size_t i = 0; i < sizeof(row->paths) / sizeof(row->paths[0]) &&
			   row->paths[i].path != NULL;
	     i++) {
		AUTO_FD fd = open(row->paths[i].path, O_PATH | O_CLOEXEC);

		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return err_errno(e, "open %s", row->paths[i].path);
		if (landlock_allow_path(ruleset, fd,
					row->paths[i].access &
						attr.handled_access_fs,
					e) < 0)
			return err_wrap(e, "%s", row->paths[i].path);
	}
	*ret = fd_steal(&ruleset);
	return 0;
}

static int ids_take(const struct confine_row *row, struct err *e)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_errno(e, "keep capabilities");
	if (setgroups(0, NULL) < 0)
		return err_errno(e, "setgroups");
	if (setresgid(row->gid, row->gid, row->gid) < 0)
		return err_errno(e, "setresgid to %u", row->gid);
	if (setresuid(row->uid, row->uid, row->uid) < 0)
		return err_errno(e, "setresuid to %u", row->uid);
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return err_errno(e, "keep capabilities");
	return 0;
}

static int privileges_drop(const struct confine_row *row, struct err *e)
{
	const struct artefact_caps caps = { .permitted = row->caps,
					    .effective = row->caps };
	int r = caps_bound(row->caps, e);

	if (r == 0)
		r = ids_take(row, e);
	if (r == 0)
		r = caps_write(&caps, e);
	/* After the ids, which set it to fs.suid_dumpable. */
	if (r == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		r = err_errno(e, "not dumpable");
	return r;
}

int confine_enter(const struct confine_row *row,
		  const struct confine_filter *filter, struct err *e)
{
	const uint32_t abi = enforce_landlock_abi();
	AUTO_FD ruleset = -1;
	int r = ruleset_build(row, abi, &ruleset, e);

	if (r == 0)
		r = privileges_drop(row, e);
	if (r == 0)
		r = apply_no_new_privs(e);
	if (r == 0 && ruleset >= 0)
		r = landlock_restrict(ruleset, abi,
				      BAILIFF_LANDLOCK_LOG_NEW_EXEC_ON, e);
	if (r == 0 && filter != NULL)
		r = apply_seccomp(filter->insns, filter->count, 0, e);
	if (r < 0)
		return err_wrap(e, "confine the %s process", row->process);
	return 0;
}
