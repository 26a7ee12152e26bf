/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup.c - see cgroup.h. */
#include "pkg/identity/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/auto.h"
#include "lib/file.h"

#define MOUNTINFO_MAX (1U << 20)
#define CGROUP_MAX    8192

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* mountinfo writes blank, tab, newline and backslash as \ooo. */
static int unescape(struct span s, char *ret, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (c == '\\' && s.len - i > 3 && is_octal(s.p[i + 1]) &&
		    is_octal(s.p[i + 2]) && is_octal(s.p[i + 3])) {
			c = (char)((s.p[i + 1] - '0') << 6 |
				   (s.p[i + 2] - '0') << 3 |
				   (s.p[i + 3] - '0'));
			i += 3;
		}
		if (n + 1 >= size)
			return -ENAMETOOLONG;
		ret[n++] = c;
	}
	ret[n] = '\0';
	return 0;
}

/* "36 35 98:0 /root /point options [optional...] - type source options". */
static bool line_is_cgroup2(struct span line, struct span *ret_point)
{
	struct span point = { 0 };

	for (int field = 0; line.len != 0; field++) {
		const struct span word = span_cut(&line, ' ');

		if (field == 4)
			point = word;
		if (field > 5 && span_eq_str(word, "-"))
			break;
	}
	*ret_point = point;
	return span_eq_str(span_cut(&line, ' '), "cgroup2");
}

int cgroup_mount_parse(struct span mountinfo, char *ret, size_t size)
{
	while (mountinfo.len != 0) {
		const struct span line = span_cut(&mountinfo, '\n');
		struct span point;

		if (line_is_cgroup2(line, &point))
			return unescape(point, ret, size);
	}
	return -ENOENT;
}

/* /proc/self is a symlink of the kernel's own: not for file_open(). */
static int proc_read(const char *path, size_t max, struct buf *out)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	return file_read_fd(fd, max, out, NULL);
}

int cgroup_mount_find(char *ret, size_t size, struct err *e)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	int r;

	buf_init(&text, MOUNTINFO_MAX);
	r = proc_read("/proc/self/mountinfo", MOUNTINFO_MAX, &text);
	if (r < 0)
		return err_set(e, -r, "read /proc/self/mountinfo: %s",
			       strerror(-r));
	r = cgroup_mount_parse(buf_view(&text), ret, size);
	if (r < 0) {
		(void)err_set(e, -r, "no cgroup v2 hierarchy is mounted");
		(void)err_hint(e,
			       "mount -t cgroup2 none /sys/fs/cgroup/unified");
	}
	return r;
}

int cgroup_path_parse(struct span text, char *ret, size_t size)
{
	while (text.len != 0) {
		struct span line = span_cut(&text, '\n');

		if (!span_starts(line, "0::"))
			continue;
		if (line.len - 3 >= size)
			return -ENAMETOOLONG;
		memcpy(ret, line.p + 3, line.len - 3);
		ret[line.len - 3] = '\0';
		return 0;
	}
	return -ENOENT;
}

int cgroup_of_pid(pid_t pid, char *ret, size_t size)
{
	AUTO_DONE(buf_done) struct buf text = { 0 };
	char path[64];
	int r;

	buf_init(&text, CGROUP_MAX);
	if (pid == 0)
		strcpy(path, "/proc/self/cgroup");
	else
		(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	r = proc_read(path, CGROUP_MAX, &text);
	if (r == -ESRCH)
		return -ENOENT;
	if (r < 0)
		return r;
	return cgroup_path_parse(buf_view(&text), ret, size);
}

int cgroup_id(const char *mount, const char *path, uint64_t *ret)
{
	char full[PATH_MAX];
	struct stat st;
	const int n = snprintf(full, sizeof(full), "%s%s", mount, path);

	if (n < 0 || (size_t)n >= sizeof(full))
		return -ENAMETOOLONG;
	if (stat(full, &st) < 0)
		return -errno;
	*ret = st.st_ino;
	return 0;
}
