/* SPDX-License-Identifier: Apache-2.0 */
/* trigger.c - programs that make the kernel write audit records of many kinds.
 *
 *	trigger NAME...
 *
 * "all" is all of them but those that must be asked for, one after the other,
 *each in a process of its own in a directory that it is started in. What this
 *kernel does not have is said on stderr and is no error. rules.txt beside this
 *file is the rules that make the kernel record it. What would touch the machine
 *beyond the audit log
 * ("clock", "feature", "module") runs only when it is named.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Nothing here lives on after an error: what fails is the record. */
#define TRY(call)                                                         \
	do {                                                              \
		if ((long)(call) < 0)                                     \
			(void)fprintf(stderr, "trigger: %s: %s\n", #call, \
				      strerror(errno));                   \
	} while (0)

static void run(char *const *argv)
{
	const pid_t child = fork();

	if (child == 0) {
		(void)execv(argv[0], argv);
		_exit(127);
	}
	TRY(waitpid(child, NULL, 0));
}

static void copy_self(const char *name)
{
	char bytes[65536];
	const int in = open("/proc/self/exe", O_RDONLY);
	const int out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		TRY(write(out, bytes, (size_t)n));
	(void)close(in);
	(void)close(out);
}

/* ---- programs -------------------------------------------------------------
 */

static void exec_plain(void)
{
	char *const argv[] = { "/bin/true", "plain", "", "with space", NULL };

	run(argv);
}

static void exec_missing(void)
{
	char *const argv[] = { "./not-there", "x", NULL };

	run(argv);
}

/* One argument over several records, among short ones. */
static void exec_long(void)
{
	static char longer[9001], quoted[4001];
	char *const argv[] = { "/bin/true", "first", longer,
			       quoted,	    "last",  NULL };

	memset(longer, 'L', sizeof(longer) - 1);
	memset(quoted, '"', sizeof(quoted) - 1);
	run(argv);
}

/* More arguments than one record holds. */
static void exec_many(void)
{
	enum {
		MANY = 700
	};
	static char texts[MANY][24];
	char *argv[MANY + 1] = { "/bin/true" };

	for (int i = 1; i < MANY; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "argument-%d", i);
		argv[i] = texts[i];
	}
	run(argv);
}

/* ---- hostile bytes --------------------------------------------------------
 */

/* Bytes; "list" prints all of these strings for hostile.py. */
#define BIG_ARGUMENT 4096
#define BIG_PATH     4095

/* Each tries to end the record, or to look like another one. */
static const char *const hostile[] = {
	"new\nline",
	"a\" type=SYSCALL",
	"x type=SYSCALL msg=audit(1.000:1): pid=1",
	"\nmsg='op=login",
	"bad\xff\xfeutf8",
	"\x1b[31m\x01\x7f",
	"quote'\"\\",
	" =",
	"4142",
	"(null)",
	"",
};

static char *big_argument(void)
{
	static char big[BIG_ARGUMENT + 1];

	for (size_t i = 0; i < BIG_ARGUMENT; i++)
		big[i] = "\n\"'=\xff "[i % 6];
	return big;
}

/* Not there. */
static char *big_path(void)
{
	static char big[BIG_PATH + 1];

	for (size_t i = 0; i < BIG_PATH; i++)
		big[i] = i % 200 == 0 ? '/' : "\n\"\xff=x"[i % 5];
	return big;
}

static void hex_print(const char *s)
{
	for (; *s != '\0'; s++)
		(void)printf("%02x", (unsigned char)*s);
	(void)putchar('\n');
}

static void list(void)
{
	for (size_t i = 0; i < COUNT(hostile); i++)
		hex_print(hostile[i]);
	hex_print(big_argument());
	hex_print(big_path());
	(void)fflush(stdout);
}

static void hostile_argv(void)
{
	char *argv[COUNT(hostile) + 3] = { "/bin/true" };
	size_t n = 1;

	for (size_t i = 0; i < COUNT(hostile); i++)
		argv[n++] = strdup(hostile[i]);
	argv[n++] = big_argument();
	run(argv);
}

static void hostile_comm(void)
{
	for (size_t i = 0; i < COUNT(hostile); i++) {
		TRY(prctl(PR_SET_NAME, hostile[i]));
		(void)open("/not-there/comm", O_RDONLY);
	}
}

static void hostile_path(void)
{
	char name[300];

	for (size_t i = 0; i < COUNT(hostile); i++) {
		(void)snprintf(name, sizeof(name), "%s", hostile[i]);
		for (char *p = name; *p != '\0'; p++)
			*p = *p == '/' ? '!' : *p;
		(void)open(name, O_RDONLY | O_CREAT, 0600);
		(void)unlink(name);
	}
	(void)open(big_path(), O_RDONLY);
}

/* The program itself under a hostile name. */
static void hostile_exe(void)
{
	static char name[] = "./e x\ne\"type=EXECVE";
	char *const argv[] = { name, "nothing", NULL };

	copy_self(name);
	run(argv);
	(void)unlink(name);
}

static void unix_connect(const char *path, size_t len)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(to.sun_path, path, len);
	(void)connect(
		fd, (const struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	(void)close(fd);
}

static void hostile_sun_path(void)
{
	char full[108];

	for (size_t i = 0; i < COUNT(hostile); i++)
		unix_connect(hostile[i], strlen(hostile[i]) + 1);
	unix_connect("\0abstract\n\xff", 11);
	memset(full, '\n', sizeof(full));
	unix_connect(full, sizeof(full));
}

/* ---- files ----------------------------------------------------------------
 */

static void files(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_BENEATH };

	TRY(open("file", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
	TRY(syscall(SYS_openat2, AT_FDCWD, "file", &how, sizeof(how)));
	(void)open("/etc/shadow", O_WRONLY | O_TRUNC | O_NOFOLLOW | O_APPEND);
	TRY(mkdir("dir", 01777));
	TRY(symlink("dir/target", "link"));
	TRY(rename("file", "dir/renamed"));
	TRY(chmod("dir/renamed", 04755));
	TRY(chown("dir/renamed", 1, 2));
	TRY(unlink("dir/renamed"));
	TRY(unlink("link"));
	TRY(rmdir("dir"));
	(void)unlink("not-there");
}

static void map(void)
{
	const int fd = open("/proc/self/exe", O_RDONLY);

	/* rules.txt finds it by its length. */
	(void)mmap(NULL, 12345, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
}

/* ---- sockets --------------------------------------------------------------
 */

static void sockets(void)
{
	const struct sockaddr_in in = { .sin_family = AF_INET,
					.sin_port = htons(9),
					.sin_addr = { htonl(0x7f000001) } };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(9) };
	const struct sockaddr_nl nl = { .nl_family = AF_NETLINK,
					.nl_groups = 1 };
	const struct sockaddr other = { .sa_family = 99,
					.sa_data = "otherwise" };
	int fds[2];

	in6.sin6_addr.s6_addr[15] = 1;
	(void)connect(socket(AF_INET, SOCK_STREAM, 0),
		      (const struct sockaddr *)&in, sizeof(in));
	(void)connect(socket(AF_INET6, SOCK_STREAM, 0),
		      (const struct sockaddr *)&in6, sizeof(in6));
	(void)bind(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE),
		   (const struct sockaddr *)&nl, sizeof(nl));
	(void)connect(socket(AF_INET, SOCK_DGRAM, 0), &other, sizeof(other));
	unix_connect("\0abstract", 9);
	unix_connect("/run/not-there.sock", 20);
	TRY(pipe2(fds, O_CLOEXEC));
	TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

static void promiscuous(void)
{
	const int fd = socket(AF_PACKET, SOCK_RAW, 0);
	const struct packet_mreq m = { .mr_ifindex = (int)if_nametoindex("lo"),
				       .mr_type = PACKET_MR_PROMISC };

	TRY(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof(m)));
}

/* ---- processes ------------------------------------------------------------
 */

static void signal_other(void)
{
	const pid_t child = fork();

	if (child == 0) {
		(void)pause();
		_exit(0);
	}
	TRY(ptrace(PTRACE_ATTACH, child, 0, 0));
	TRY(waitpid(child, NULL, 0));
	TRY(kill(child, SIGKILL));
	TRY(waitpid(child, NULL, 0));
}

static void caps(void)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct d[2] = { 0 };

	TRY(syscall(SYS_capget, &h, d));
	d[0].inheritable |= 1U << CAP_CHOWN;
	TRY(syscall(SYS_capset, &h, d));
	TRY(setresuid(65534, 65534, 65534));
}

/* A file with capabilities of its own. */
static void file_caps(void)
{
	struct vfs_cap_data data = { .magic_etc = VFS_CAP_REVISION_2 |
						  VFS_CAP_FLAGS_EFFECTIVE };
	char *const argv[] = { "./with-caps", "nothing", NULL };

	copy_self("with-caps");
	data.data[0].permitted = 1U << CAP_NET_RAW;
	if (setxattr("with-caps", "security.capability", &data, sizeof(data),
		     0) < 0)
		perror("trigger: file capabilities");
	TRY(chmod(".", 0755));
	if (fork() == 0) {
		TRY(setresuid(65534, 65534, 65534));
		(void)execv(argv[0], argv);
		_exit(127);
	}
	TRY(wait(NULL));
	(void)unlink("with-caps");
}

static void die(void)
{
	if (fork() == 0)
		abort();
	TRY(wait(NULL));
}

/* ---- interprocess communication -------------------------------------------
 */

static void ipc(void)
{
	struct shmid_ds ds = { 0 };
	const int shm = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	const int msg = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

	TRY(shmctl(shm, IPC_STAT, &ds));
	ds.shm_perm.mode = 0640;
	TRY(shmctl(shm, IPC_SET, &ds));
	TRY(shmctl(shm, IPC_RMID, NULL));
	TRY(msgctl(msg, IPC_RMID, NULL));
}

static void queues(void)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 64 };
	const struct timespec soon = { 0 };
	const struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
				     .sigev_signo = SIGUSR1 };
	const int q = (int)syscall(SYS_mq_open, "bailiff-trigger",
				   O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attr);
	char text[64] = "text";

	TRY(q);
	TRY(syscall(SYS_mq_timedsend, q, text, 4, 3, &soon));
	TRY(syscall(SYS_mq_timedreceive, q, text, 64, NULL, &soon));
	TRY(syscall(SYS_mq_notify, q, &ev));
	TRY(syscall(SYS_mq_getsetattr, q, &attr, NULL));
	TRY(syscall(SYS_mq_unlink, "bailiff-trigger"));
}

/* ---- what denies ----------------------------------------------------------
 */

#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void filtered(uint32_t nr, uint32_t action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		ALLOW,
	};
	const struct sock_fprog prog = { COUNT(code), code };

	if (fork() == 0) {
		TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
		TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_LOG, &prog));
		(void)syscall((long)nr, 0, 0, 0);
		_exit(0);
	}
	TRY(wait(NULL));
}

static void seccomp(void)
{
	filtered(SYS_mknod, SECCOMP_RET_LOG);
	filtered(SYS_mknod, SECCOMP_RET_ERRNO | EPERM);
	filtered(SYS_mknod, SECCOMP_RET_KILL_PROCESS);
}

struct ruleset {
	uint64_t fs, net, scoped;
};

/* Everything of what the kernel's ABI knows is handled, nothing is allowed. */
static int landlock_enter(void)
{
	const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	struct ruleset all = { .fs = (1ULL << 13) - 1 };
	size_t size = sizeof(all.fs);
	int fd;

	if (abi < 0)
		return -1;
	if (abi >= 4) {
		all.net = 3;
		size = 2 * sizeof(uint64_t);
	}
	if (abi >= 6) {
		all.scoped = 3;
		size = sizeof(all);
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
	TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	return (int)syscall(SYS_landlock_restrict_self, fd, 0);
}

static void landlock(void)
{
	const struct sockaddr_in in = { .sin_family = AF_INET,
					.sin_port = htons(9),
					.sin_addr = { htonl(0x7f000001) } };
	const pid_t parent = getpid();

	if (fork() == 0) {
		if (landlock_enter() < 0) {
			perror("trigger: Landlock");
			_exit(0);
		}
		(void)open("/etc/passwd", O_RDONLY);
		(void)mkdir("denied", 0700);
		(void)connect(socket(AF_INET, SOCK_STREAM, 0),
			      (const struct sockaddr *)&in, sizeof(in));
		unix_connect("\0abstract-not-there", 19);
		(void)kill(parent, SIGCONT);
		(void)ptrace(PTRACE_ATTACH, parent, 0, 0);
		_exit(0);
	}
	TRY(wait(NULL));
	/* The domain ends when the task is gone for good. */
	(void)usleep(200000);
}

/* ---- messages to the audit subsystem --------------------------------------
 */

static void audit_send(uint16_t type, const void *body, size_t len)
{
	struct {
		struct nlmsghdr h;
		char body[8192];
	} m = { .h = { .nlmsg_len = (uint32_t)NLMSG_LENGTH(len),
		       .nlmsg_type = type,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK } };
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	memcpy(m.body, body, len);
	TRY(sendto(fd, &m, m.h.nlmsg_len, 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)));
	(void)close(fd);
}

/* What no profile is: AppArmor says that it was refused. */
static void apparmor(void)
{
	const int fd = open("/sys/kernel/security/apparmor/.load", O_WRONLY);

	if (fd < 0 || write(fd, "no profile", 10) >= 0)
		perror("trigger: AppArmor");
}

/* A table of the firewall, in a network namespace of its own. */
static void netfilter(void)
{
	struct part {
		struct nlmsghdr h;
		struct nfgenmsg nf;
	};
	struct {
		struct part begin, table;
		struct nlattr name;
		char text[8];
		struct part end;
	} m = {
		.begin = { { sizeof(m.begin), NFNL_MSG_BATCH_BEGIN,
			     NLM_F_REQUEST, 1, 0 },
			   { AF_UNSPEC, 0, htons(NFNL_SUBSYS_NFTABLES) } },
		.table = { { sizeof(m.table) + sizeof(m.name) + sizeof(m.text),
			     NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE,
			     NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK, 2, 0 },
			   { AF_INET, 0, 0 } },
		.name = { sizeof(m.name) + sizeof(m.text), NFTA_TABLE_NAME },
		.text = "filter!",
		.end = { { sizeof(m.end), NFNL_MSG_BATCH_END, NLM_F_REQUEST, 3,
			   0 },
			 { AF_UNSPEC, 0, htons(NFNL_SUBSYS_NFTABLES) } },
	};

	TRY(unshare(CLONE_NEWNET));
	const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);

	if (fd < 0 || send(fd, &m, sizeof(m), 0) < 0 ||
	    recv(fd, &m, sizeof(m), MSG_DONTWAIT) < 0)
		perror("trigger: netfilter");
}

/* ---- io_uring -------------------------------------------------------------
 */

struct ring {
	int fd;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	struct io_uring_params p;
};

static int ring_open(struct ring *r)
{
	memset(r, 0, sizeof(*r));
	r->fd = (int)syscall(SYS_io_uring_setup, 8, &r->p);
	if (r->fd < 0) {
		perror("trigger: io_uring");
		return -1;
	}
	r->sq = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		     IORING_OFF_SQ_RING);
	r->sqes = mmap(NULL, 8 * sizeof(*r->sqes), PROT_READ | PROT_WRITE,
		       MAP_SHARED, r->fd, IORING_OFF_SQES);
	return r->sq == MAP_FAILED || r->sqes == MAP_FAILED ? -1 : 0;
}

static void ring_put(struct ring *r, const struct io_uring_sqe *sqe)
{
	const uint32_t mask =
		*(uint32_t *)(void *)(r->sq + r->p.sq_off.ring_mask);
	uint32_t *const tail = (uint32_t *)(void *)(r->sq + r->p.sq_off.tail);
	uint32_t *const array = (uint32_t *)(void *)(r->sq + r->p.sq_off.array);

	r->sqes[*tail & mask] = *sqe;
	array[*tail & mask] = *tail & mask;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
}

static void ring_go(struct ring *r, unsigned submit, unsigned await)
{
	TRY(syscall(SYS_io_uring_enter, r->fd, submit, await,
		    IORING_ENTER_GETEVENTS, NULL, 0));
}

static struct io_uring_sqe ring_openat(const char *path, uint8_t flags)
{
	return (struct io_uring_sqe){ .opcode = IORING_OP_OPENAT,
				      .flags = flags,
				      .fd = AT_FDCWD,
				      .addr = (uint64_t)(uintptr_t)path,
				      .open_flags = O_RDONLY };
}

/* auditctl of Debian 12 knows no rules for io_uring: every operation that opens
 * a file, by those with the number of record.sh. */
static void uring_rule(void)
{
	static const char key[] = "uring";
	struct {
		struct audit_rule_data rule;
		char key[sizeof(key) - 1];
	} r = { .rule = { .flags = AUDIT_FILTER_URING_EXIT,
			  .action = AUDIT_ALWAYS,
			  .field_count = 2,
			  .mask = { 1U << IORING_OP_OPENAT },
			  .fields = { AUDIT_LOGINUID, AUDIT_FILTERKEY },
			  .values = { 1900000042, sizeof(key) - 1 },
			  .fieldflags = { AUDIT_EQUAL, AUDIT_EQUAL },
			  .buflen = sizeof(key) - 1 } };

	memcpy(r.rule.buf, key, sizeof(key) - 1);
	audit_send(AUDIT_ADD_RULE, &r, sizeof(r.rule) + sizeof(key) - 1);
}

/* One operation inside of the call, one by a worker thread. */
static void uring(void)
{
	struct ring r;
	struct io_uring_sqe sqe = ring_openat("/etc/passwd", 0);

	if (ring_open(&r) < 0)
		return;
	ring_put(&r, &sqe);
	ring_go(&r, 1, 1);
	sqe = ring_openat("/etc/group", IOSQE_ASYNC);
	ring_put(&r, &sqe);
	ring_go(&r, 1, 1);
}

/* An operation is recorded at once; the call it is in blocks for 2.5 s after
 * it, and is recorded then, with the stamp of before. */
static void uring_late(void)
{
	struct __kernel_timespec wait = { 2, 500000000 };
	const struct io_uring_sqe timeout = {
		.opcode = IORING_OP_TIMEOUT,
		.addr = (uint64_t)(uintptr_t)&wait,
		.len = 1,
	};
	const struct io_uring_sqe sqe = ring_openat("/etc/group", 0);
	struct ring r;

	if (ring_open(&r) < 0)
		return;
	ring_put(&r, &sqe);
	ring_put(&r, &timeout);
	ring_go(&r, 2, 3);
}

/* ---- records that come before their call's end ----------------------------
 */

/* A listener that answers each open of @path with an audit record. Return: its
 * descriptor; -1. */
static int fanotify_watch(const char *path)
{
	const int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_ENABLE_AUDIT,
				     O_RDONLY | O_NONBLOCK);

	if (fd < 0 || fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD,
				    path) < 0) {
		perror("trigger: fanotify");
		return -1;
	}
	return fd;
}

static void fanotify_answer(int fd, uint32_t response)
{
	char raw[4096];
	struct fanotify_event_metadata ev;

	TRY(read(fd, raw, sizeof(raw)));
	memcpy(&ev, raw, sizeof(ev));
	const struct fanotify_response r = { .fd = ev.fd,
					     .response = response };
	TRY(write(fd, &r, sizeof(r)));
	(void)close(ev.fd);
}

static void fanotify(void)
{
	int fd;

	TRY(open("watched", O_WRONLY | O_CREAT, 0600));
	fd = fanotify_watch("watched");
	if (fd < 0)
		return;
	if (fork() == 0) {
		(void)open("watched", O_RDONLY);
		(void)open("watched", O_RDONLY);
		_exit(0);
	}
	fanotify_answer(fd, FAN_ALLOW | FAN_AUDIT);
	fanotify_answer(fd, FAN_DENY | FAN_AUDIT);
	TRY(wait(NULL));
	(void)unlink("watched");
}

static void messages(void)
{
	static const char plain[] = "op=login acct=\"root\" exe=\"/x\" "
				    "hostname=? addr=127.0.0.1 res=success";
	static const char fake[] =
		"op=x' ses=1 auid=0\n"
		"type=SYSCALL msg=audit(1.000:1): pid=1 success=yes\xff\x01'";
	char big[7000];

	audit_send(AUDIT_USER, plain, sizeof(plain));
	audit_send(1112, plain, sizeof(plain)); /* USER_LOGIN */
	audit_send(1105, fake, sizeof(fake));	/* USER_START */
	audit_send(2100, fake, sizeof(fake));	/* ANOM_LOGIN_FAILURES */
	memset(big, 'm', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	audit_send(1115, big, sizeof(big));
}

static void counters(void)
{
	struct audit_status s = { .mask = AUDIT_STATUS_LOST };

	audit_send(AUDIT_SET, &s, sizeof(s));
	s.mask = AUDIT_STATUS_BACKLOG_WAIT_TIME_ACTUAL;
	audit_send(AUDIT_SET, &s, sizeof(s));
}

static void feature(void)
{
	const struct audit_features f = { .vers = AUDIT_FEATURE_VERSION,
					  .mask = 1,
					  .features = 1 };

	audit_send(AUDIT_SET_FEATURE, &f, sizeof(f));
}

static void join(void)
{
	const struct sockaddr_nl group = { .nl_family = AF_NETLINK,
					   .nl_groups = 1 };
	const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	TRY(bind(fd, (const struct sockaddr *)&group, sizeof(group)));
	(void)close(fd);
}

/* ---- the rest -------------------------------------------------------------
 */

static void bpf(void)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uint64_t)(uintptr_t)code,
		.insn_cnt = COUNT(code),
		.license = (uint64_t)(uintptr_t) "Apache-2.0",
	};
	const int fd =
		(int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	TRY(fd);
	(void)close(fd);
	(void)usleep(100000);
}

static void clock_set(void)
{
	struct timex t = { .modes = ADJ_TICK, .tick = 10001 };
	struct timespec now;

	TRY(adjtimex(&t));
	t.tick = 10000;
	TRY(adjtimex(&t));
	TRY(clock_gettime(CLOCK_REALTIME, &now));
	TRY(clock_settime(CLOCK_REALTIME, &now));
}

static void module(void)
{
	TRY(syscall(SYS_delete_module, "not_there", O_NONBLOCK));
}

static void login(void)
{
	const int fd = open("/proc/self/loginuid", O_WRONLY);

	TRY(write(fd, "1900000099", 10));
}

/* Both processors at once: records of several events are mixed. */
static void interleaved(void)
{
	int start[2];
	char none;

	TRY(pipe(start));
	for (int child = 0; child < 2; child++)
		if (fork() == 0) {
			cpu_set_t one;

			CPU_ZERO(&one);
			CPU_SET(child, &one);
			(void)sched_setaffinity(0, sizeof(one), &one);
			(void)close(start[1]);
			TRY(read(start[0], &none, 1));
			for (int i = 0; i < 20; i++)
				(void)open("/not-there/twice", O_RDONLY);
			_exit(0);
		}
	(void)usleep(50000);
	(void)close(start[1]);
	while (wait(NULL) > 0)
		;
}

/* More records than any buffer holds. */
static void flood(void)
{
	for (int i = 0; i < 20000; i++)
		(void)open("/not-there/flood", O_RDONLY);
}

static void nothing(void)
{
}

static const struct {
	const char *name;
	void (*body)(void);
	int is_asked_for; /* runs only when it is named */
} triggers[] = {
	/* clang-format off */
	{ "exec-plain",       exec_plain,       0 },
	{ "exec-missing",     exec_missing,     0 },
	{ "exec-long",        exec_long,        0 },
	{ "exec-many",        exec_many,        0 },
	{ "hostile-argv",     hostile_argv,     0 },
	{ "hostile-comm",     hostile_comm,     0 },
	{ "hostile-path",     hostile_path,     0 },
	{ "hostile-exe",      hostile_exe,      0 },
	{ "hostile-sun-path", hostile_sun_path, 0 },
	{ "files",            files,            0 },
	{ "map",              map,              0 },
	{ "sockets",          sockets,          0 },
	{ "promiscuous",      promiscuous,      0 },
	{ "signal",           signal_other,     0 },
	{ "caps",             caps,             0 },
	{ "file-caps",        file_caps,        0 },
	{ "die",              die,              0 },
	{ "ipc",              ipc,              0 },
	{ "queues",           queues,           0 },
	{ "seccomp",          seccomp,          0 },
	{ "landlock",         landlock,         0 },
	{ "apparmor",         apparmor,         0 },
	{ "netfilter",        netfilter,        0 },
	{ "uring",            uring,            0 },
	{ "uring-late",       uring_late,       0 },
	{ "fanotify",         fanotify,         0 },
	{ "messages",         messages,         0 },
	{ "counters",         counters,         0 },
	{ "join",             join,             0 },
	{ "bpf",              bpf,              0 },
	{ "interleaved",      interleaved,      0 },
	{ "login",            login,            1 },
	{ "feature",          feature,          1 },
	{ "clock",            clock_set,        1 },
	{ "module",           module,           1 },
	{ "uring-rule",       uring_rule,       1 },
	{ "flood",            flood,            1 },
	{ "list",             list,             1 },
	{ "nothing",          nothing,          1 },
	/* clang-format on */
};

static int is_named(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	const int wants_all = is_named("all", argc, argv);
	int found = wants_all;

	for (size_t i = 0; i < COUNT(triggers); i++) {
		pid_t child;

		if (!(wants_all && !triggers[i].is_asked_for) &&
		    !is_named(triggers[i].name, argc, argv))
			continue;
		found = 1;
		child = fork();
		if (child == 0) {
			triggers[i].body();
			return 0;
		}
		TRY(waitpid(child, NULL, 0));
	}
	if (found)
		return 0;
	(void)fprintf(stderr, "trigger: no such name\n");
	return 2;
}
