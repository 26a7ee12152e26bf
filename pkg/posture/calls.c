/* SPDX-License-Identifier: Apache-2.0 */
/* calls.c - what is asked of the running kernel; see posture.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/auto.h"
#include "pkg/enforce/enforce.h"
#include "pkg/enforce/published.h"
#include "pkg/identity/cgroup.h"
#include "pkg/posture/bpf_lsm.h"
#include "pkg/posture/posture.h"

#ifndef SYS_lsm_list_modules
#define SYS_lsm_list_modules 461
#endif

static int release_get(char *ret, size_t size)
{
	struct utsname uts;

	if (uname(&uts) < 0)
		return -errno;
	(void)snprintf(ret, size, "%s", uts.release);
	return 0;
}

static int lsm_list(uint64_t ret[POSTURE_LSM_MAX])
{
	uint32_t size = POSTURE_LSM_MAX * sizeof(*ret);
	const long n = syscall(SYS_lsm_list_modules, ret, &size, 0);

	return n < 0 ? -errno : (int)n;
}

static int seccomp_filter(void)
{
	const uint32_t action = SECCOMP_RET_LOG;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0
		       ? -errno
		       : 0;
}

static int audit_status(struct audit_state *ret)
{
	struct err e = { 0 };
	AUTO_FD fd = audit_control_open(&e);

	return fd < 0 ? fd : audit_state_get(fd, ret, &e);
}

static int features_take(void *ctx, struct span body)
{
	struct audit_features f;

	if (body.len < sizeof(f))
		return -EBADMSG;
	memcpy(&f, body.p, sizeof(f));
	*(uint32_t *)ctx = f.features;
	return 0;
}

static int audit_features(uint32_t *ret)
{
	struct err e = { 0 };
	AUTO_FD fd = audit_control_open(&e);

	return fd < 0 ? fd
		      : audit_request(fd, AUDIT_GET_FEATURE, (struct span){ 0 },
				      AUDIT_GET_FEATURE, features_take, ret);
}

static int cgroup_mount(char *ret, size_t size)
{
	return cgroup_mount_find(ret, size, NULL);
}

/* Which device programs are at the root? Attaches nothing. */
static int cgroup_bpf(const char *mount)
{
	AUTO_FD fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	union bpf_attr attr = { .query = { .target_fd = (uint32_t)fd,
					   .attach_type = BPF_CGROUP_DEVICE } };

	if (fd < 0)
		return -errno;
	return syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)) < 0
		       ? -errno
		       : 0;
}

static int generation(uint64_t *ret)
{
	struct published p;
	struct err e = { 0 };
	const int r = published_open(&p, &e);

	if (r < 0)
		return r;
	*ret = p.generation;
	published_close(&p);
	return 0;
}

const struct posture_calls posture_kernel = {
	.release = release_get,
	.landlock_abi = enforce_landlock_probe,
	.landlock_errata = enforce_landlock_errata,
	.lsm_list = lsm_list,
	.bpf_lsm = bpf_lsm_test,
	.seccomp = seccomp_filter,
	.audit = audit_status,
	.audit_features = audit_features,
	.cgroup_mount = cgroup_mount,
	.cgroup_bpf = cgroup_bpf,
	.generation = generation,
};
