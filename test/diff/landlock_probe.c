/* SPDX-License-Identifier: Apache-2.0 */
/* landlock_probe.c - see landlock_probe.h. */
#include "test/diff/landlock_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auto.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int result(int r)
{
	return r < 0 ? -errno : 0;
}

/* ---- on one object ----------------------------------------------------- */

static int do_open(const char *path, int flags)
{
	AUTO_FD fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0600);

	return result(fd);
}

static int do_execute(const char *path, int unused)
{
	char *const argv[] = { (char[]){ "x" }, NULL };

	(void)unused;
	return result(execv(path, argv));
}

static int do_truncate(const char *path, int size)
{
	return result(truncate(path, size));
}

static int do_ftruncate(const char *path, int size)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : result(ftruncate(fd, size));
}

/* With a command that no driver knows, or one that is nobody's to deny. */
static int do_ioctl(const char *path, int command)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int word = 0;

	if (fd < 0)
		return -errno;
	return result(ioctl(fd, (unsigned long)command, &word));
}

static int do_node(const char *path, int type)
{
	return result(mknod(path, (mode_t)type | 0600, makedev(1, 3)));
}

static int do_mkdir(const char *path, int mode)
{
	return result(mkdir(path, (mode_t)mode));
}

static int do_symlink(const char *path, int unused)
{
	(void)unused;
	return result(symlink("file", path));
}

static int do_remove(const char *path, int flags)
{
	return result(unlinkat(AT_FDCWD, path, flags));
}

static struct sockaddr_un path_address(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, path, strnlen(path, sizeof(a.sun_path) - 1));
	return a;
}

static int do_unix(const char *path, int is_bind)
{
	const struct sockaddr_un a = path_address(path);
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr *p = (const struct sockaddr *)&a;

	return result(is_bind ? bind(fd, p, sizeof(a))
			      : connect(fd, p, sizeof(a)));
}

#define NO_COMMAND ((int)_IOR('b', 1, int))

/* clang-format off */
const struct fs_probe fs_probes[] = {
	{ "execute a file", "program", false, FS_EXECUTE | FS_READ_FILE,
	  do_execute, 0 },
	{ "read a file", "file", false, FS_READ_FILE, do_open, O_RDONLY },
	{ "read a FIFO", "fifo", false, FS_READ_FILE, do_open, O_RDONLY },
	{ "read a device", "null", false, FS_READ_FILE, do_open, O_RDONLY },
	{ "open a socket", "sock", false, FS_READ_FILE, do_open, O_RDONLY },
	{ "write a file", "file", false, FS_WRITE_FILE, do_open, O_WRONLY },
	{ "write a FIFO", "fifo", false, FS_WRITE_FILE, do_open, O_WRONLY },
	{ "read and write a FIFO", "fifo", false, FS_READ_FILE | FS_WRITE_FILE,
	  do_open, O_RDWR },
	{ "write a device", "null", false, FS_WRITE_FILE, do_open, O_WRONLY },
	{ "append to a file", "file", false, FS_WRITE_FILE, do_open,
	  O_WRONLY | O_APPEND },
	{ "name a file without opening it", "file", false, 0, do_open, O_PATH },
	{ "truncate by opening", "file", false, FS_WRITE_FILE | FS_TRUNCATE,
	  do_open, O_WRONLY | O_TRUNC },
	{ "truncate by path", "file", false, FS_TRUNCATE, do_truncate, 1 },
	{ "truncate what is open", "file", false, FS_WRITE_FILE | FS_TRUNCATE,
	  do_ftruncate, 1 },
	{ "list a directory", "", true, FS_READ_DIR, do_open,
	  O_RDONLY | O_DIRECTORY },
	{ "list one below", "empty", true, FS_READ_DIR, do_open,
	  O_RDONLY | O_DIRECTORY },
	{ "ioctl on a device", "null", false, FS_READ_FILE | FS_IOCTL_DEV,
	  do_ioctl, NO_COMMAND },
	{ "ioctl on a file", "file", false, FS_READ_FILE, do_ioctl,
	  NO_COMMAND },
	{ "ioctl on a FIFO", "fifo", false, FS_READ_FILE, do_ioctl, FIONREAD },
	{ "a common ioctl on a device", "null", false, FS_READ_FILE, do_ioctl,
	  FIONBIO },
	{ "connect to a socket", "sock", false, FS_RESOLVE, do_unix, 0 },
	{ "create a file", "created", true, FS_MAKE_REG | FS_WRITE_FILE,
	  do_open, O_CREAT | O_EXCL | O_WRONLY },
	{ "make a file", "new_reg", true, FS_MAKE_REG, do_node, S_IFREG },
	{ "make a character device", "new_char", true, FS_MAKE_CHAR, do_node,
	  S_IFCHR },
	{ "make a block device", "new_block", true, FS_MAKE_BLOCK, do_node,
	  S_IFBLK },
	{ "make a FIFO", "new_fifo", true, FS_MAKE_FIFO, do_node, S_IFIFO },
	{ "make a socket", "new_sock", true, FS_MAKE_SOCK, do_node, S_IFSOCK },
	{ "bind to a path", "bound", true, FS_MAKE_SOCK, do_unix, 1 },
	{ "make a directory", "new_dir", true, FS_MAKE_DIR, do_mkdir, 0700 },
	{ "make a symbolic link", "new_link", true, FS_MAKE_SYM, do_symlink,
	  0 },
	{ "remove a file", "old_file", true, FS_REMOVE_FILE, do_remove, 0 },
	{ "remove a FIFO", "old_fifo", true, FS_REMOVE_FILE, do_remove, 0 },
	{ "remove a directory", "old_dir", true, FS_REMOVE_DIR, do_remove,
	  AT_REMOVEDIR },
	{ 0 },
};
/* clang-format on */

/* ---- links and moves --------------------------------------------------- */

static int do_link(const char *from, const char *to)
{
	return result(link(from, to));
}

static int do_rename(const char *from, const char *to)
{
	return result(rename(from, to));
}

static int do_exchange(const char *from, const char *to)
{
	return result(renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE));
}

#define SWAP (FS_MAKE_REG | FS_REMOVE_FILE)

/* clang-format off */
const struct move_probe move_probes[] = {
	{ "link a file", "program", "linked", 0, FS_MAKE_REG, false, false,
	  do_link },
	{ "link a FIFO", "fifo", "linked_fifo", 0, FS_MAKE_FIFO, false, false,
	  do_link },
	{ "move a file", "mover", "moved", FS_REMOVE_FILE, FS_MAKE_REG, false,
	  false, do_rename },
	{ "move a file over another", "over", "under", FS_REMOVE_FILE, SWAP,
	  false, false, do_rename },
	{ "move a directory", "dir", "dir_moved", FS_REMOVE_DIR, FS_MAKE_DIR,
	  true, false, do_rename },
	{ "exchange two files", "swap_a", "swap_b", SWAP, SWAP, false, true,
	  do_exchange },
	{ "exchange two directories", "dir_a", "dir_b",
	  FS_MAKE_DIR | FS_REMOVE_DIR, FS_MAKE_DIR | FS_REMOVE_DIR, true, true,
	  do_exchange },
	{ 0 },
};
/* clang-format on */

/* ---- ports ------------------------------------------------------------- */

static int do_socket(int family, uint16_t port, int type, bool is_bind)
{
	const struct sockaddr_in v4 = { .sin_family = AF_INET,
					.sin_port = htons(port) };
	const struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
					 .sin6_port = htons(port),
					 .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	const struct sockaddr *a = family == AF_INET
					   ? (const struct sockaddr *)&v4
					   : (const struct sockaddr *)&v6;
	const socklen_t len = family == AF_INET ? sizeof(v4) : sizeof(v6);
	AUTO_FD fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return result(is_bind ? bind(fd, a, len) : connect(fd, a, len));
}

static int bind_tcp(int family, uint16_t port)
{
	return do_socket(family, port, SOCK_STREAM, true);
}

static int connect_tcp(int family, uint16_t port)
{
	return do_socket(family, port, SOCK_STREAM, false);
}

static int bind_udp(int family, uint16_t port)
{
	return do_socket(family, port, SOCK_DGRAM, true);
}

static int connect_udp(int family, uint16_t port)
{
	return do_socket(family, port, SOCK_DGRAM, false);
}

const struct net_probe net_probes[] = {
	{ "bind TCP", 1, 0, bind_tcp },
	{ "connect TCP", 2, 0, connect_tcp },
	{ "bind UDP", 4, 0, bind_udp },
	/* Without an address of its own it binds by itself, to port 0. */
	{ "connect UDP", 8, 4, connect_udp },
	{ 0 },
};

/* ---- scopes ------------------------------------------------------------ */

static socklen_t abstract_address(const char *name, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret->sun_path + 1, name,
	       strnlen(name, sizeof(ret->sun_path) - 1));
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   strlen(name));
}

static int abstract_listen(const char *name)
{
	struct sockaddr_un a;
	const socklen_t len = abstract_address(name, &a);
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, len) < 0 ||
	    listen(fd, 4096) < 0)
		return -errno;
	return fd_steal(&fd);
}

static int abstract_connect(const char *name)
{
	struct sockaddr_un a;
	const socklen_t len = abstract_address(name, &a);
	AUTO_FD fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return result(connect(fd, (const struct sockaddr *)&a, len));
}

int probe_outside(void)
{
	return abstract_listen("bailiff-outside");
}

static int connect_outside(void)
{
	return abstract_connect("bailiff-outside");
}

static int connect_inside(void)
{
	AUTO_FD fd = abstract_listen("bailiff-inside");

	return fd < 0 ? fd : abstract_connect("bailiff-inside");
}

/* The first process of this session is the runner, outside every domain. */
static int signal_outside(void)
{
	return result(kill(getsid(0), 0));
}

static int signal_inside(void)
{
	return result(kill(getppid(), 0));
}

const struct scope_probe scope_probes[] = {
	{ "connect to an abstract socket outside", 1, connect_outside },
	{ "connect to an abstract socket inside", 0, connect_inside },
	{ "signal a process outside", 2, signal_outside },
	{ "signal a process inside", 0, signal_inside },
	{ 0 },
};

/* ---- the tree ---------------------------------------------------------- */

const char *const probe_dirs[PROBE_DIRS] = { "",       "/d0", "/d0/e0",
					     "/d0/e1", "/d1", "/d1/e0",
					     "/d1/e1" };

/* What each directory has. */
static const struct {
	const char *name;
	mode_t mode;
} leaves[] = {
	{ "file", S_IFREG | 0644 },	{ "program", S_IFREG | 0755 },
	{ "null", S_IFCHR | 0666 },	{ "fifo", S_IFIFO | 0644 },
	{ "old_file", S_IFREG | 0644 }, { "old_fifo", S_IFIFO | 0644 },
	{ "mover", S_IFREG | 0644 },	{ "over", S_IFREG | 0644 },
	{ "under", S_IFREG | 0644 },	{ "swap_a", S_IFREG | 0644 },
	{ "swap_b", S_IFREG | 0644 },	{ "empty", S_IFDIR | 0755 },
	{ "old_dir", S_IFDIR | 0755 },	{ "dir", S_IFDIR | 0755 },
	{ "dir_a", S_IFDIR | 0755 },	{ "dir_b", S_IFDIR | 0755 },
};

/* A program that the kernel looks at and cannot run. */
static int program_write(const char *path)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, "x\n", 2) != 2 ? -errno : 0;
}

static int leaves_make(const char *dir)
{
	char path[128];
	int r = 0;

	for (size_t i = 0; i < COUNT(leaves) && r == 0; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir,
			       leaves[i].name);
		r = S_ISDIR(leaves[i].mode) ? do_mkdir(path, 0755)
					    : result(mknod(path, leaves[i].mode,
							   makedev(1, 3)));
	}
	(void)snprintf(path, sizeof(path), "%s/program", dir);
	return r < 0 ? r : program_write(path);
}

static int socket_listen(const char *dir)
{
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char path[128];
	struct sockaddr_un a;

	(void)snprintf(path, sizeof(path), "%s/sock", dir);
	a = path_address(path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 16) < 0)
		return -errno;
	return fd_steal(&fd);
}

int tree_fill(const char *root, int *sockets)
{
	int r = 0;

	for (size_t i = 0; i < PROBE_DIRS; i++)
		sockets[i] = -1;
	for (size_t i = 0; i < PROBE_DIRS && r == 0; i++) {
		char dir[64];

		(void)snprintf(dir, sizeof(dir), "%s%s", root, probe_dirs[i]);
		r = i == 0 ? 0 : do_mkdir(dir, 0755);
		if (r == 0)
			r = leaves_make(dir);
		if (r == 0) {
			sockets[i] = socket_listen(dir);
			r = sockets[i] < 0 ? sockets[i] : 0;
		}
	}
	return r;
}

void tree_done(int *sockets)
{
	for (size_t i = 0; i < PROBE_DIRS; i++)
		if (sockets[i] >= 0)
			(void)close(sockets[i]);
}
