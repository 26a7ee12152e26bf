/* SPDX-License-Identifier: Apache-2.0 */
/* probe.c - see probe.h. */
#include "pkg/identity/probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/file.h"

#define PROC_CGROUP_MAX 16384

static void proc_path(char *out, size_t size, int32_t pid, const char *name)
{
	if (pid == 0)
		(void)snprintf(out, size, "/proc/self/%s", name);
	else
		(void)snprintf(out, size, "/proc/%d/%s", pid, name);
}

/* The unified hierarchy is the line that begins with "0::". */
static void cgroup_find(struct span text, struct session *s)
{
	while (text.p != NULL) {
		const struct span line = span_cut(&text, '\n');

		if (!span_starts(line, "0::") ||
		    line.len - 3 >= sizeof(s->cgroup))
			continue;
		memcpy(s->cgroup, line.p + 3, line.len - 3);
		s->cgroup[line.len - 3] = '\0';
		return;
	}
}

static void namespace_read(int32_t pid, const char *name, uint64_t *ret)
{
	char path[48];
	struct stat st;

	proc_path(path, sizeof(path), pid, name);
	if (stat(path, &st) == 0)
		*ret = st.st_ino;
}

void session_probe(struct session *s, int32_t pid)
{
	AUTO_FD fd = -1;
	struct buf text;
	char path[48];

	namespace_read(pid, "ns/pid", &s->pid_ns);
	namespace_read(pid, "ns/mnt", &s->mnt_ns);
	proc_path(path, sizeof(path), pid, "cgroup");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	buf_init(&text, PROC_CGROUP_MAX);
	if (file_read_fd(fd, PROC_CGROUP_MAX, &text, NULL) == 0)
		cgroup_find(buf_view(&text), s);
	buf_done(&text);
}
