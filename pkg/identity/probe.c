/* SPDX-License-Identifier: Apache-2.0 */
/* probe.c - see probe.h. */
#include "pkg/identity/probe.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pkg/identity/cgroup.h"

#define MOUNT_MAX 512

static const struct {
	const char *name;
	size_t offset;
} namespaces[] = {
	{ "pid", offsetof(struct session, pid_ns) },
	{ "mnt", offsetof(struct session, mnt_ns) },
	{ "net", offsetof(struct session, net_ns) },
	{ "user", offsetof(struct session, user_ns) },
	{ "cgroup", offsetof(struct session, cgroup_ns) },
};

static void namespace_probe(struct session *s, int32_t pid, size_t i)
{
	void *at = (char *)s + namespaces[i].offset;
	char path[48], who[16] = "self";
	struct stat st;

	if (pid != 0)
		(void)snprintf(who, sizeof(who), "%d", pid);
	(void)snprintf(path, sizeof(path), "/proc/%s/ns/%s", who,
		       namespaces[i].name);
	if (stat(path, &st) == 0)
		*(uint64_t *)at = st.st_ino;
}

static void cgroup_probe(struct session *s, int32_t pid)
{
	char path[CGROUP_PATH_MAX + 1], mount[MOUNT_MAX];

	if (cgroup_of_pid(pid, path, sizeof(path)) < 0)
		return;
	strcpy(s->cgroup, path);
	if (cgroup_mount_find(mount, sizeof(mount), NULL) == 0)
		(void)cgroup_id(mount, path, &s->cgroup_id);
}

void session_probe(struct session *s, int32_t pid)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		namespace_probe(s, pid, i);
	cgroup_probe(s, pid);
}
