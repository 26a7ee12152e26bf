/* SPDX-License-Identifier: Apache-2.0 */
/* gap_probe.c - go through one gap of the lint, or do what is next to it.
 *
 *	gap_probe attack ID DIR PORT ALLOWED
 *	gap_probe neighbour ID DIR PORT ALLOWED
 *
 * DIR has data/ (granted: read, write, make) and outside/ (not granted); PORT
 * is one that nobody grants, ALLOWED one that is granted. Prints "allowed", or
 * "denied ERRNO" and exits with 1; 2 when called wrongly. Without words it is a
 * program that ends well. Static.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *dir;
static uint16_t port, allowed_port;
static char **words;

#define TRY(call) ((call) < 0 ? errno : 0)

static const char *in(const char *name)
{
	static char paths[4][256];
	static unsigned n;
	char *path = paths[n++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static struct sockaddr_in address(uint16_t number)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(number),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int socket_connect(int type, int protocol, uint16_t number)
{
	const struct sockaddr_in a = address(number);
	const int fd = socket(AF_INET, type | SOCK_CLOEXEC, protocol);

	return fd < 0 ? errno : TRY(connect(fd, (const void *)&a, sizeof(a)));
}

static int socket_only(int family, int type, int protocol)
{
	return TRY(socket(family, type | SOCK_CLOEXEC, protocol));
}

/* ---- sockets ----------------------------------------------------------- */

static int mptcp(void)
{
	return socket_connect(SOCK_STREAM, 262, port);
}
static int tcp(void)
{
	return socket_connect(SOCK_STREAM, 0, allowed_port);
}

static int tcp_fastopen(void)
{
	const struct sockaddr_in a = address(port);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	return TRY(
		sendto(fd, "x", 1, MSG_FASTOPEN, (const void *)&a, sizeof(a)));
}

static int tcp_send(void)
{
	const struct sockaddr_in a = address(allowed_port);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const void *)&a, sizeof(a)) < 0)
		return errno;
	return TRY(sendto(fd, "x", 1, MSG_NOSIGNAL, NULL, 0));
}

static int listen_unbound(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno : TRY(listen(fd, 1));
}

static int udp(void)
{
	const struct sockaddr_in a = address(port);
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		return errno;
	return TRY(sendto(fd, "x", 1, 0, (const void *)&a, sizeof(a)));
}

static int ip_protocol(void)
{
	return socket_connect(SOCK_DGRAM, 136, port);
}
static int raw_socket(void)
{
	return socket_only(AF_INET, SOCK_RAW, 1);
}
static int packet(void)
{
	return socket_only(AF_PACKET, SOCK_RAW, 0);
}
static int vsock(void)
{
	return socket_only(40, SOCK_STREAM, 0);
}
static int audit(void)
{
	return socket_only(AF_NETLINK, SOCK_RAW, 9);
}
static int route(void)
{
	return socket_only(AF_NETLINK, SOCK_RAW, 0);
}

/* Whichever family this kernel has. */
static int family(void)
{
	static const int families[][2] = {
		{ 38, SOCK_SEQPACKET }, { 15, SOCK_RAW }, { 30, SOCK_DGRAM },
		{ 41, SOCK_DGRAM },	{ 29, SOCK_RAW }, { 44, SOCK_RAW },
		{ 43, SOCK_STREAM },
	};
	int r = EAFNOSUPPORT;

	for (unsigned i = 0; i < sizeof(families) / sizeof(families[0]) && r;
	     i++)
		r = socket_only(families[i][0], families[i][1],
				families[i][0] == 15 ? 2 : 0);
	return r;
}

/* A socket of a pair sends to any address. */
static int unix_socket(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int pair[2];

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", in("outside/socket"));
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		return errno;
	return TRY(sendto(pair[0], "x", 1, 0, (void *)&a, sizeof(a)));
}

static int unix_pair(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return errno;
	return TRY(write(pair[0], "x", 1));
}

/* ---- files ------------------------------------------------------------- */

static int data_open(int flags)
{
	return open(in("data/file"), flags | O_CREAT | O_CLOEXEC, 0600);
}

static int data_write(void)
{
	return TRY(write(data_open(O_WRONLY), "x", 1));
}
static int chmod_out(void)
{
	return TRY(chmod(in("outside/file"), 0640));
}
static int chmod_fd(void)
{
	return TRY(fchmod(data_open(O_RDWR), 0640));
}
static int chown_out(void)
{
	return TRY(chown(in("outside/file"), 1, 1));
}
static int chown_fd(void)
{
	return TRY(fchown(data_open(O_RDWR), 1, 1));
}

static int utime_out(void)
{
	return TRY(utimensat(AT_FDCWD, in("outside/file"), NULL, 0));
}

static int utime_fd(void)
{
	return TRY(futimens(data_open(O_RDWR), NULL));
}

static int xattr_out(void)
{
	return TRY(setxattr(in("outside/file"), "trusted.x", "y", 1, 0));
}

static int xattr_fd(void)
{
	return TRY(fsetxattr(data_open(O_RDWR), "trusted.x", "y", 1, 0));
}

static int move(unsigned flags)
{
	struct stat st;
	const int fd = open(in("data/from"), O_WRONLY | O_CREAT, 0600);

	if (fd < 0 || syscall(SYS_renameat2, AT_FDCWD, in("data/from"),
			      AT_FDCWD, in("data/to"), flags) < 0)
		return errno;
	/* What was asked for came about: a device stands in its place. */
	if (flags != 0 &&
	    (stat(in("data/from"), &st) < 0 || !S_ISCHR(st.st_mode)))
		return ENODEV;
	unlink(in("data/from"));
	return 0;
}

static int whiteout(void)
{
	return move(4);
}
static int move_plain(void)
{
	return move(0);
}

static int make_device(void)
{
	unlink(in("data/device"));
	return TRY(mknod(in("data/device"), S_IFCHR | 0600, 0x103));
}

static int make_fifo(void)
{
	unlink(in("data/fifo"));
	return TRY(mkfifo(in("data/fifo"), 0600));
}

/* This very program, from memory. */
static int memfd_exec(void)
{
	static char bytes[1 << 22];
	char *const args[] = { "probe", "attack", "none", ".", "0", "0", NULL };
	const int own = open(words[0], O_RDONLY);
	const int fd = (int)syscall(SYS_memfd_create, "x", 0);
	ssize_t n;

	if (fd < 0 || own < 0)
		return errno;
	while ((n = read(own, bytes, sizeof(bytes))) > 0)
		if (write(fd, bytes, (size_t)n) != n)
			return errno;
	syscall(SYS_execveat, fd, "", args, NULL, AT_EMPTY_PATH);
	return errno;
}

static int memfd_sealed(void)
{
	return TRY(syscall(SYS_memfd_create, "x", 8 /* NOEXEC_SEAL */));
}

static int inotify(void)
{
	return TRY(inotify_add_watch(inotify_init1(IN_CLOEXEC), in("outside"),
				     IN_ALL_EVENTS));
}

static int inotify_start(void)
{
	return TRY(inotify_init1(IN_CLOEXEC));
}
static int fanotify(void)
{
	return TRY(fanotify_init(0, O_RDONLY));
}

/* ---- mounts ------------------------------------------------------------ */

static int tree_clone(void)
{
	return TRY(syscall(SYS_open_tree, AT_FDCWD, in("outside"), 1));
}

static int tree_open(void)
{
	return TRY(syscall(SYS_open_tree, AT_FDCWD, in("outside"), 0));
}

static int fs_open(void)
{
	const int fd = (int)syscall(SYS_fsopen, "tmpfs", 0);

	if (fd < 0 ||
	    syscall(SYS_fsconfig, fd, 6 /* CMD_CREATE */, NULL, NULL, 0) < 0)
		return errno;
	return TRY(syscall(SYS_fsmount, fd, 0, 0));
}

static int mount_writable(void)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };

	return TRY(syscall(SYS_mount_setattr, AT_FDCWD, in("readonly"), 0,
			   &attr, sizeof(attr)));
}

static int change_root(void)
{
	return TRY(chroot(in("outside")));
}

/* ---- processes --------------------------------------------------------- */

static int fork_plain(void)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : TRY(waitpid(pid, NULL, 0));
}

static int user_namespace(void)
{
	return TRY(unshare(CLONE_NEWUSER));
}
static int namespace(void)
{
	return TRY(unshare(CLONE_NEWUTS));
}

static int own_pidfd(void)
{
	return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

static int namespace_enter(void)
{
	return TRY(setns(own_pidfd(), CLONE_NEWUTS));
}

static char secret[] = "secret";

/* A child that waits; @then is tried on it. */
static int with_child(int (*then)(pid_t child))
{
	const pid_t pid = fork();
	int r;

	if (pid < 0)
		return errno;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	r = then(pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return r;
}

static int child_seize(pid_t pid)
{
	return TRY(ptrace(PTRACE_SEIZE, pid, NULL, NULL));
}

static int child_read(pid_t pid)
{
	char copy[sizeof(secret)];
	const struct iovec to = { copy, sizeof(copy) };
	const struct iovec from = { secret, sizeof(secret) };

	return TRY(process_vm_readv(pid, &to, 1, &from, 1, 0));
}

static int child_fd(pid_t pid)
{
	const int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? errno : TRY(syscall(SYS_pidfd_getfd, fd, 1, 0));
}

static int trace(void)
{
	return with_child(child_seize);
}
static int memory(void)
{
	return with_child(child_read);
}
static int descriptor(void)
{
	return with_child(child_fd);
}
static int push(void)
{
	return TRY(ioctl(0, 0x5412, "x"));
}

static int window(void)
{
	struct winsize size;

	return TRY(ioctl(0, TIOCGWINSZ, &size));
}

/* A segment of somebody else, whose number the test has written down. */
static int segment(void)
{
	char text[16] = "";
	struct shmid_ds status;
	const int fd = open(in("data/segment"), O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return errno;
	if (shmat(atoi(text), NULL, SHM_RDONLY) != (void *)-1)
		return 0;
	return TRY(shmctl(atoi(text), IPC_STAT, &status));
}

/* ---- the kernel -------------------------------------------------------- */

static int key(void)
{
	return TRY(syscall(SYS_add_key, "user", "x", "y", 1, -2));
}

static int ring(void)
{
	char params[120] = { 0 };

	return TRY(syscall(SYS_io_uring_setup, 1, params));
}

static int persona(void)
{
	const int plain = TRY(personality(READ_IMPLIES_EXEC));

	/* The kernel ignores bits that it does not know. */
	return plain == 0 ? 0
			  : TRY(personality(0x80000000 | READ_IMPLIES_EXEC));
}
static int persona_none(void)
{
	return TRY(personality(PER_LINUX));
}
static int fault(void)
{
	return TRY(syscall(SYS_userfaultfd, O_CLOEXEC));
}

static int perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr) };

	return TRY(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = 4,
				.max_entries = 1 };

	return TRY(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int log_size(void)
{
	return TRY(syscall(SYS_syslog, 10, NULL, 0));
}

/* These are only reached for: what they name is not there, which the kernel
 * says after it has asked whether the caller may. */
static int reached(long r, int absent)
{
	return r < 0 && errno != absent ? errno : 0;
}

static int account(void)
{
	return reached(acct(in("data/absent")), ENOENT);
}

static int swap(void)
{
	return reached(syscall(SYS_swapoff, in("data/absent")), ENOENT);
}

static int stop(void)
{
	return reached(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL);
}

static int module(void)
{
	return reached(syscall(SYS_delete_module, "bailiff_absent", O_NONBLOCK),
		       ENOENT);
}

static int host(void)
{
	char name[65] = "";

	gethostname(name, sizeof(name) - 1);
	return TRY(sethostname(name, strlen(name)));
}

/* ---- what the rules themselves leave ----------------------------------- */

static int run(const char *path, const char *arg)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl(path, path, arg, NULL);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : ENOEXEC;
}

/* data/program is dynamic and nobody may execute it. */
static int loader(void)
{
	return run("/lib64/ld-linux-x86-64.so.2", in("data/program"));
}

static int execute_data(void)
{
	return run(in("data/static"), NULL);
}

/* The granted file, after it was replaced: readable no more. */
static int granted_read(void)
{
	const int fd = open(in("data/granted"), O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : TRY(read(fd, secret, 1));
}

static int granted_replace(void)
{
	const int r = data_write() != 0 ? EIO : granted_read();

	if (r != 0 || rename(in("data/file"), in("data/granted")) < 0)
		return r != 0 ? r : errno;
	return granted_read() == EACCES ? 0 : ENOTSUP;
}

static int memory_write(void)
{
	return TRY(open("/proc/self/mem", O_WRONLY | O_CLOEXEC));
}

static int outside_list(void)
{
	return TRY(open(in("outside"), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int nothing(void)
{
	return 0;
}

/* clang-format off */
static const struct {
	const char *id;
	int (*attack)(void), (*neighbour)(void);
} rows[] = {
	{ "mptcp", mptcp, tcp },
	{ "tcp-fastopen", tcp_fastopen, tcp_send },
	{ "listen", listen_unbound, tcp },
	{ "udp", udp, tcp },
	{ "ip-protocol", ip_protocol, tcp },
	{ "raw-socket", raw_socket, tcp },
	{ "packet", packet, tcp },
	{ "vsock", vsock, tcp },
	{ "socket-family", family, tcp },
	{ "netlink-audit", audit, route },
	{ "unix-socket", unix_socket, unix_pair },
	{ "chmod", chmod_out, chmod_fd },
	{ "chown", chown_out, chown_fd },
	{ "utime", utime_out, utime_fd },
	{ "xattr", xattr_out, xattr_fd },
	{ "whiteout", whiteout, move_plain },
	{ "mknod", make_device, make_fifo },
	{ "memfd-exec", memfd_exec, memfd_sealed },
	{ "inotify", inotify, inotify_start },
	{ "fanotify", fanotify, data_write },
	{ "open-tree", tree_clone, tree_open },
	{ "fsopen", fs_open, tree_open },
	{ "mount-setattr", mount_writable, tree_open },
	{ "chroot", change_root, data_write },
	{ "userns", user_namespace, fork_plain },
	{ "namespaces", namespace, fork_plain },
	{ "setns", namespace_enter, fork_plain },
	{ "ptrace", trace, fork_plain },
	{ "process-vm", memory, fork_plain },
	{ "pidfd-getfd", descriptor, fork_plain },
	{ "tiocsti", push, window },
	{ "sysv-ipc", segment, data_write },
	{ "keys", key, data_write },
	{ "io-uring", ring, data_write },
	{ "personality", persona, persona_none },
	{ "userfaultfd", fault, data_write },
	{ "perf", perf, data_write },
	{ "bpf", map, data_write },
	{ "syslog", log_size, data_write },
	{ "acct", account, data_write },
	{ "swap", swap, data_write },
	{ "hostname", host, data_write },
	{ "kexec", stop, data_write },
	{ "module", module, data_write },
	{ "loader", loader, data_write },
	{ "write-execute", execute_data, data_write },
	{ "rename-over", granted_replace, data_write },
	{ "proc-write", memory_write, data_write },
	{ "unhandled", outside_list, data_write },
	{ "none", nothing, nothing },
};
/* clang-format on */

int main(int argc, char **argv)
{
	int r = -1;

	if (argc != 6)
		return argc == 1 ? 0 : 2;
	words = argv;
	dir = argv[3];
	port = (uint16_t)atoi(argv[4]);
	allowed_port = (uint16_t)atoi(argv[5]);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].id, argv[2]) == 0)
			r = strcmp(argv[1], "attack") == 0
				    ? rows[i].attack()
				    : rows[i].neighbour();
	if (r < 0)
		return 2;
	if (r == 0)
		puts("allowed");
	else
		printf("denied %s\n", strerrorname_np(r));
	return r != 0;
}
