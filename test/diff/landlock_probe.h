/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_probe.h - a small tree, and what can be done in it and around it.
 *
 * A probe is one operation with what Landlock asks for it, in the words of
 * Documentation/userspace-api/landlock.rst and security/landlock/: rights on
 * one object; for links and moves also on two directories. Every probe has
 * files of its own, so that none changes what another one finds.
 */
#ifndef TEST_DIFF_LANDLOCK_PROBE_H
#define TEST_DIFF_LANDLOCK_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FS_EXECUTE     (1ULL << 0)
#define FS_WRITE_FILE  (1ULL << 1)
#define FS_READ_FILE   (1ULL << 2)
#define FS_READ_DIR    (1ULL << 3)
#define FS_REMOVE_DIR  (1ULL << 4)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_CHAR   (1ULL << 6)
#define FS_MAKE_DIR    (1ULL << 7)
#define FS_MAKE_REG    (1ULL << 8)
#define FS_MAKE_SOCK   (1ULL << 9)
#define FS_MAKE_FIFO   (1ULL << 10)
#define FS_MAKE_BLOCK  (1ULL << 11)
#define FS_MAKE_SYM    (1ULL << 12)
#define FS_REFER       (1ULL << 13)
#define FS_TRUNCATE    (1ULL << 14)
#define FS_IOCTL_DEV   (1ULL << 15)
#define FS_RESOLVE     (1ULL << 16)
#define FS_ON_FILES                                                \
	(FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | \
	 FS_IOCTL_DEV | FS_RESOLVE)

#define PROBE_PORT  20001 /* the first of PROBE_PORTS */
#define PROBE_PORTS 4

/* The directories of the tree, below its root; the first is the root. */
#define PROBE_DIRS 7
extern const char *const probe_dirs[PROBE_DIRS];

/* An operation on @leaf of a directory. */
struct fs_probe {
	const char *name, *leaf;
	bool is_on_dir; /* rights are asked of the directory, not the leaf */
	uint64_t needs; /* rights */
	int (*make)(const char *path, int arg); /* 0 or -errno */
	int arg;
};
extern const struct fs_probe fs_probes[]; /* ended by a NULL name */

/* Bring @leaf of one directory to @to of another, or exchange the two. */
struct move_probe {
	const char *name, *leaf, *to;
	uint64_t from, into; /* what is asked of the two directories */
	bool is_dir, is_exchange;
	int (*make)(const char *from, const char *to);
};
extern const struct move_probe move_probes[];

struct net_probe {
	const char *name;
	uint64_t needs, needs_zero; /* on the port; on port 0 */
	int (*make)(int family, uint16_t port);
};
extern const struct net_probe net_probes[];

struct scope_probe {
	const char *name;
	uint64_t needs; /* is denied where this is scoped; 0: never */
	int (*make)(void);
};
extern const struct scope_probe scope_probes[];

/**
 * tree_fill() - make all that the probes look for below @root.
 * @sockets: PROBE_DIRS listening sockets, for tree_done().
 *
 * Return: 0; -errno.
 */
int tree_fill(const char *root, int *sockets);
void tree_done(int *sockets);

/* Listen where scope_probes connect to. Return: a socket; -errno. */
int probe_outside(void);

#endif
