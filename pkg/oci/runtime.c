/* SPDX-License-Identifier: Apache-2.0 */
/* runtime.c - see runtime.h. */
#include "pkg/oci/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "pkg/identity/paths.h"

/* Where the real runtime is looked for when gate.conf names none. */
static const char *const runtimes[] = {
	"/usr/bin/runc",	"/usr/sbin/runc", "/usr/local/bin/runc",
	"/usr/local/sbin/runc", "/usr/bin/crun",  "/usr/local/bin/crun",
};

int gateconf_load(int root, struct gateconf *ret, struct err *e)
{
	AUTO_FD fd = file_open(
		root, root == AT_FDCWD ? PATH_GATE_CONF : &PATH_GATE_CONF[1],
		O_RDONLY | O_NONBLOCK, 0, e);
	struct buf text;
	struct stat st;
	int r;

	if (fd == -ENOENT) {
		*ret = (struct gateconf){ 0 };
		return 0;
	}
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno(e, "stat " PATH_GATE_CONF);
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022) != 0)
		return err_set(e, EPERM,
			       PATH_GATE_CONF ": others than root can write "
					      "it");
	buf_init(&text, GATECONF_MAX);
	r = file_read_fd(fd, GATECONF_MAX, &text, e);
	if (r == 0)
		r = gateconf_parse(buf_view(&text), ret, e);
	buf_done(&text);
	return r < 0 ? err_wrap(e, PATH_GATE_CONF) : 0;
}

int runtime_stat(int root, const char *path, struct stat *ret)
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				      .resolve = RESOLVE_IN_ROOT };
	AUTO_FD fd = -1;

	if (root == AT_FDCWD)
		return stat(path, ret) < 0 ? -errno : 0;
	fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	return fd < 0 || fstat(fd, ret) < 0 ? -errno : 0;
}

static bool is_program(int root, const char *path, const struct stat *gate)
{
	struct stat st;

	return runtime_stat(root, path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111) != 0 &&
	       (st.st_dev != gate->st_dev || st.st_ino != gate->st_ino);
}

int runtime_find(int root, const struct gateconf *conf, const struct stat *gate,
		 char ret[GATECONF_PATH_MAX + 1], struct err *e)
{
	const char *chosen = NULL;

	if (conf->runtime[0] != '\0') {
		chosen = conf->runtime;
		if (!is_program(root, chosen, gate))
			return err_set(e, ENOENT,
				       PATH_GATE_CONF ": runtime %s is not a "
						      "program, or is the "
						      "gate itself",
				       chosen);
	}
	for (size_t i = 0;
	     chosen == NULL && i < sizeof(runtimes) / sizeof(runtimes[0]); i++)
		if (is_program(root, runtimes[i], gate))
			chosen = runtimes[i];
	if (chosen == NULL) {
		(void)err_set(e, ENOENT, "there is no runc and no crun");
		return err_hint(e, "name one in " PATH_GATE_CONF
				   ": runtime = /path");
	}
	(void)snprintf(ret, GATECONF_PATH_MAX + 1, "%s", chosen);
	return 0;
}
