/* SPDX-License-Identifier: Apache-2.0 */
/* exitmap.h - in which cgroup a process was when it ended.
 *
 * A process that lives under a millisecond is gone before its audit records
 * are read, and /proc with it. A program at the kernel's exit tracepoint notes
 * each ending thread's process, cgroup and time in an array that another
 * process may read through a mapping, without bpf(2) and without a privilege.
 * It needs neither BTF nor a compiler: a few dozen instructions and helpers
 * that Linux 5.8 has.
 *
 * The slot of a process is its number modulo the slots: an entry stands until
 * a process ends whose number falls on the same slot. Every thread writes, so
 * what the last one wrote remains, also of a process whose first thread ended
 * before it.
 */
#ifndef PKG_IDENTITY_EXITMAP_H
#define PKG_IDENTITY_EXITMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/* Besides its own cgroup, those above it that are this near to the root: a
 * service's own lies there (/NAME, /NAMESPACE/NAME, /system.slice/x.scope), and
 * its processes in it or beneath. */
#define EXITMAP_LEVELS 3

struct exit_entry {
	uint64_t boot_ns; /* CLOCK_BOOTTIME of the end */
	/* Ids of cgroup v2: its own, then those at level 1 to EXITMAP_LEVELS;
	 * 0: none so deep. Never used again in a boot. */
	uint64_t cgroups[1 + EXITMAP_LEVELS];
};

/* What keeps the program at its tracepoint. All -1 while there is none. */
struct exit_program {
	int map_fd;  /* for exitmap_open(); can be read, not written */
	int link_fd; /* when the last copy is closed the program is gone */
	uint32_t slots;
};
#define EXIT_PROGRAM_NONE ((struct exit_program){ .map_fd = -1, .link_fd = -1 })

/**
 * exit_program_load() - make the map and attach the program.
 *
 * Return: 0; -EPERM without CAP_BPF and CAP_PERFMON, or where lockdown forbids
 * it; -EINVAL, -ENOENT, -ENOSYS on a kernel that is too old or made without
 * BPF events; -ENOMEM. @e says which step; nothing is left behind.
 */
int exit_program_load(struct exit_program *ret, struct err *e);
void exit_program_close(struct exit_program *p);

struct exitmap;

/**
 * exitmap_open() - map what the program fills.
 * @map_fd: of struct exit_program; only used here. @slots: likewise.
 *
 * Return: 0; -EINVAL when @slots is no power of two; as mmap(2).
 */
int exitmap_open(int map_fd, uint32_t slots, struct exitmap **ret,
		 struct err *e);
void exitmap_close(struct exitmap *m);

/**
 * exitmap_find() - the end of the last process with this number.
 * @pid: in the first pid namespace, as in audit records.
 *
 * It may have been another one that had the number before: compare the time.
 * An entry that is being written at this moment, or that two processes wrote
 * at once, is none.
 *
 * Return: whether there is one. No system call.
 */
bool exitmap_find(const struct exitmap *m, int32_t pid, struct exit_entry *ret);

#endif
