/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup.h - where cgroup v2 is mounted, and a process's place in it. */
#ifndef PKG_IDENTITY_CGROUP_H
#define PKG_IDENTITY_CGROUP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/span.h"

/**
 * cgroup_mount_parse() - the first cgroup2 mount in the text of mountinfo.
 * @mountinfo: what /proc/self/mountinfo holds (proc(5)).
 * @ret: its mount point, octal escapes undone.
 *
 * Return: 0; -ENOENT when there is none; -ENAMETOOLONG.
 */
int cgroup_mount_parse(struct span mountinfo, char *ret, size_t size);

/* As cgroup_mount_parse() of this process's mounts; /sys/fs/cgroup is never
 * assumed: on a hybrid machine it is elsewhere. Return: also as open(2). */
int cgroup_mount_find(char *ret, size_t size, struct err *e);

/* The path in the "0::" line. Return: 0; -ENOENT without one (a zombie, or no
 * cgroup v2); -ENAMETOOLONG. */
int cgroup_path_parse(struct span text, char *ret, size_t size);

/**
 * cgroup_of_pid() - the v2 path of a process, as this process sees it.
 * @pid: 0: the caller.
 *
 * The process may be gone, or its number reused: only for what has nothing
 * better, and at once.
 *
 * Return: 0; -ENOENT when it is gone; -ENAMETOOLONG; as read(2).
 */
int cgroup_of_pid(pid_t pid, char *ret, size_t size);

/**
 * cgroup_id() - the number by which the kernel and eBPF know a cgroup.
 * @mount: of cgroup v2; @path: below it.
 *
 * It is the inode number of the directory (fs/kernfs, where ino_t has 64 bits)
 * and never used again in a boot.
 *
 * Return: 0; as stat(2), -ENOENT when it is removed; -ENAMETOOLONG.
 */
int cgroup_id(const char *mount, const char *path, uint64_t *ret);

#endif
