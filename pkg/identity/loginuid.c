/* SPDX-License-Identifier: Apache-2.0 */
/* loginuid.c - see loginuid.h. */
#include "pkg/identity/loginuid.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/num.h"
#include "pkg/identity/paths.h"

/* Not lib/file.h's open: /proc/self is a symlink, and this one is wanted. */
static int number_read(const char *path, uint32_t *ret, struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[16];
	ssize_t n;

	if (fd < 0)
		return err_errno(e, "open %s", path);
	n = read(fd, text, sizeof(text));
	if (n < 0)
		return err_errno(e, "read %s", path);
	if (num_parse_u32((struct span){ text, (size_t)n }, 0, UINT32_MAX,
			  ret) < 0)
		return err_set(e, EBADMSG, "%s: not a number", path);
	return 0;
}

int loginuid_read(struct loginuid *ret, struct err *e)
{
	struct loginuid l = { 0 };
	int r = number_read("/proc/self/loginuid", &l.auid, e);

	if (r == 0)
		r = number_read("/proc/self/sessionid", &l.ses, e);
	if (r == -ENOENT)
		(void)err_hint(e, "mount /proc, and use a kernel with "
				  "CONFIG_AUDITSYSCALL");
	if (r < 0)
		return r;
	*ret = l;
	return 0;
}

int loginuid_session(int32_t pid, uint32_t *ret, struct err *e)
{
	char path[48];

	(void)snprintf(path, sizeof(path), "/proc/%" PRId32 "/sessionid", pid);
	return number_read(path, ret, e);
}

static int loginuid_write(uint32_t auid)
{
	AUTO_FD fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	char text[16];
	const int len = snprintf(text, sizeof(text), "%" PRIu32, auid);

	if (fd < 0 || write(fd, text, (size_t)len) != len)
		return -errno;
	return 0;
}

static bool may_control_audit(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = { 0 };

	return syscall(SYS_capget, &head, data) == 0 &&
	       (data[0].effective & (1U << CAP_AUDIT_CONTROL)) != 0;
}

/* Take away the number that a login session left. */
static int loginuid_unset(uint32_t was, struct err *e)
{
	if (!may_control_audit()) {
		(void)err_set(e, EPERM,
			      "the loginuid is %" PRIu32 " already, and "
			      "changing it needs CAP_AUDIT_CONTROL",
			      was);
		return err_hint(e, "start it from a service manager, or as "
				   "root with that capability");
	}
	if (loginuid_write(LOGINUID_UNSET) < 0) {
		(void)err_set(e, EPERM,
			      "the loginuid is %" PRIu32 " already, and the "
			      "kernel does not let it change: "
			      "loginuid_immutable is on",
			      was);
		return err_hint(e, "start it from a service manager, where "
				   "the loginuid is not set");
	}
	return 0;
}

int loginuid_stamp(uint32_t number, uint32_t *ret_ses, struct err *e)
{
	struct loginuid l;
	int r = loginuid_read(&l, e);

	if (r == 0 && l.auid != LOGINUID_UNSET)
		r = loginuid_unset(l.auid, e);
	if (r < 0)
		return r;
	r = loginuid_write(AUID_BASE + number);
	if (r < 0)
		return err_set(e, -r, "write /proc/self/loginuid: %s",
			       strerror(-r));
	r = loginuid_read(&l, e);
	if (r < 0)
		return r;
	if (l.auid != AUID_BASE + number || l.ses == LOGINUID_UNSET)
		return err_set(e, EIO, "the kernel did not take the loginuid");
	*ret_ses = l.ses;
	return 0;
}
