/* SPDX-License-Identifier: Apache-2.0 */
/* ways.c - see ways.h. */
#include "pkg/policy/ways.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "pkg/landlock/rights.h"
#include "pkg/policy/devices.h"

#define PRIVILEGED_PORTS 1024 /* ip_unprivileged_port_start, unless changed */

/* An address as a process has them, and a descriptor that it just got. */
#define P  0x7f0000001000ULL
#define FD 3
/* As libc passes it: the upper half is zero. */
#define HERE	 (uint64_t)(uint32_t) AT_FDCWD
#define DEV_NULL 0x103

/* clang-format off */
static const struct row {
	enum action_kind kind;
	const char *at_path, *at_parent; /* Landlock rights, blank between */
	const char *call;
	uint64_t args[6];
	const char *then; /* a second call on what the first gave, or NULL */
} rows[] = {
#define OPENS(kind, at_path, at_parent, flags, then)                        \
	{ kind, at_path, at_parent, "openat",                               \
	  { HERE, P, (flags) | O_CLOEXEC, 0644 }, then },                   \
	{ kind, at_path, at_parent, "open",                                 \
	  { P, (flags) | O_CLOEXEC, 0644 }, then },                         \
	{ kind, at_path, at_parent, "openat2", { HERE, P, P, 24 }, then }
#define NODES(kind, right, type, dev)                                       \
	{ kind, "", right, "mknodat", { HERE, P, (type) | 0644, dev }, NULL }, \
	{ kind, "", right, "mknod", { P, (type) | 0644, dev }, NULL }
#define MOVES(kind)                                                         \
	{ kind, "", "", "rename", { P, P }, NULL },                         \
	{ kind, "", "", "renameat2", { HERE, P, HERE, P, 0 }, NULL },       \
	{ kind, "", "", "renameat", { HERE, P, HERE, P }, NULL }
	OPENS(ACTION_READ, "read_file", "", O_RDONLY, NULL),
	OPENS(ACTION_WRITE, "write_file", "", O_WRONLY, NULL),
	OPENS(ACTION_LIST, "read_dir", "", O_RDONLY | O_DIRECTORY,
	      "getdents64"),
	/* The kernel opens a program for reading too (hook_file_open()). */
	{ ACTION_EXEC, "execute read_file", "", "execve", { P, P, P }, NULL },
	{ ACTION_EXEC, "execute read_file", "", "execveat",
	  { HERE, P, P, P, 0 }, NULL },
	OPENS(ACTION_CREATE, "", "make_reg write_file", O_WRONLY | O_CREAT,
	      NULL),
	{ ACTION_CREATE, "", "make_reg write_file", "creat", { P, 0644 },
	  NULL },
	{ ACTION_MKDIR, "", "make_dir", "mkdir", { P, 0755 }, NULL },
	{ ACTION_MKDIR, "", "make_dir", "mkdirat", { HERE, P, 0755 }, NULL },
	{ ACTION_REMOVE, "", "remove_file", "unlink", { P }, NULL },
	{ ACTION_REMOVE, "", "remove_file", "unlinkat", { HERE, P, 0 }, NULL },
	{ ACTION_RMDIR, "", "remove_dir", "rmdir", { P }, NULL },
	{ ACTION_RMDIR, "", "remove_dir", "unlinkat",
	  { HERE, P, AT_REMOVEDIR }, NULL },
	NODES(ACTION_MKFIFO, "make_fifo", S_IFIFO, 0),
	NODES(ACTION_MKSOCK, "make_sock", S_IFSOCK, 0),
	NODES(ACTION_MKCHAR, "make_char", S_IFCHR, DEV_NULL),
	NODES(ACTION_MKBLOCK, "make_block", S_IFBLK, DEV_NULL),
	{ ACTION_SYMLINK, "", "make_sym", "symlink", { P, P }, NULL },
	{ ACTION_SYMLINK, "", "make_sym", "symlinkat", { P, HERE, P }, NULL },
	{ ACTION_TRUNCATE, "truncate", "", "truncate", { P, 0 }, NULL },
	OPENS(ACTION_TRUNCATE, "truncate write_file", "", O_WRONLY | O_TRUNC,
	      NULL),
	OPENS(ACTION_IOCTL, "ioctl_dev read_file", "", O_RDONLY, "ioctl"),
	OPENS(ACTION_IOCTL, "ioctl_dev write_file", "", O_WRONLY, "ioctl"),
	MOVES(ACTION_RENAME),
	MOVES(ACTION_REPLACE),
	{ ACTION_LINK, "", "", "link", { P, P }, NULL },
	{ ACTION_LINK, "", "", "linkat", { HERE, P, HERE, P, 0 }, NULL },
	/* Landlock has no say in these. */
	{ ACTION_STAT, "", "", "newfstatat", { HERE, P, P, 0 }, NULL },
	{ ACTION_STAT, "", "", "statx", { HERE, P, 0, 0xfff, P }, NULL },
	{ ACTION_STAT, "", "", "stat", { P, P }, NULL },
	{ ACTION_STAT, "", "", "lstat", { P, P }, NULL },
	{ ACTION_CHDIR, "", "", "chdir", { P }, NULL },
	{ ACTION_CHMOD, "", "", "fchmodat", { HERE, P, 0644 }, NULL },
	{ ACTION_CHMOD, "", "", "chmod", { P, 0644 }, NULL },
	{ ACTION_CHMOD, "", "", "fchmodat2", { HERE, P, 0644, 0 }, NULL },
	{ ACTION_CHOWN, "", "", "fchownat", { HERE, P, 0, 0, 0 }, NULL },
	{ ACTION_CHOWN, "", "", "chown", { P, 0, 0 }, NULL },
	{ ACTION_CHOWN, "", "", "lchown", { P, 0, 0 }, NULL },
	{ ACTION_MOUNT, "", "", "mount", { P, P, P, 0, P }, NULL },
	{ ACTION_MOUNT, "", "", "move_mount", { FD, P, HERE, P, 4 }, NULL },
	{ ACTION_SIGNAL, "", "", "kill", { 1, SIGTERM }, NULL },
	{ ACTION_SIGNAL, "", "", "tgkill", { 1, 1, SIGTERM }, NULL },
	{ ACTION_SIGNAL, "", "", "tkill", { 1, SIGTERM }, NULL },
	{ ACTION_SIGNAL, "", "", "pidfd_open", { 1, 0 }, "pidfd_send_signal" },
	{ ACTION_PTRACE, "", "", "ptrace", { PTRACE_ATTACH, 1 }, NULL },
	{ ACTION_PTRACE, "", "", "ptrace", { PTRACE_SEIZE, 1 }, NULL },
};
/* clang-format on */

#define COUNTOF(a) (sizeof(a) / sizeof((a)[0]))

struct span path_parent(struct span path)
{
	while (path.len > 1 && path.p[path.len - 1] != '/')
		path.len--;
	while (path.len > 1 && path.p[path.len - 1] == '/')
		path.len--;
	return path;
}

static uint64_t bits_of(const char *names)
{
	struct span rest = span_of(names);
	uint64_t mask = 0;

	while (rest.len != 0) {
		const struct right *right = right_find(span_cut(&rest, ' '));

		mask |= right != NULL ? right->bit : 0;
	}
	return mask;
}

static void need_add(struct way *w, struct span path, uint64_t bits)
{
	if (bits == 0)
		return;
	for (size_t i = 0; i < w->need_count; i++)
		if (span_eq(w->needs[i].path, path)) {
			w->needs[i].bits |= bits;
			return;
		}
	w->needs[w->need_count++] = (struct need){ path, bits };
}

/* False where this architecture has no such call. */
static bool call_add(struct way *w, const char *name, const uint64_t args[6])
{
	struct way_call *c = &w->calls[w->call_count];

	*c = (struct way_call){ .name = name,
				.nr = seccomp_syscall_resolve_name(name) };
	memcpy(c->args, args, sizeof(c->args));
	w->call_count += c->nr >= 0;
	return c->nr >= 0;
}

bool action_crosses(const struct action *a)
{
	return a->to != NULL && !span_eq(path_parent(span_of(a->path)),
					 path_parent(span_of(a->to)));
}

/* What current_check_refer_path() asks for (security/landlock/fs.c). */
static void pair_needs(const struct action *a, struct way *w)
{
	const char *make = a->is_dir ? "make_dir" : "make_reg";
	const char *remove = a->is_dir ? "remove_dir" : "remove_file";
	const uint64_t refer = action_crosses(a) ? bits_of("refer") : 0;
	const struct span from = path_parent(span_of(a->path));
	const struct span to = path_parent(span_of(a->to));

	need_add(w, from, refer);
	if (a->kind != ACTION_LINK)
		need_add(w, from, bits_of(remove));
	need_add(w, to, refer | bits_of(make));
	if (a->kind == ACTION_REPLACE)
		need_add(w, to, bits_of(remove));
}

static size_t row_ways(const struct action *a, struct way ret[WAYS_MAX])
{
	static const uint64_t second[6] = { FD, P, P };
	size_t count = 0;

	for (size_t i = 0; i < COUNTOF(rows) && count < WAYS_MAX; i++) {
		const struct row *row = &rows[i];
		struct way *w = &ret[count];

		if (row->kind != a->kind)
			continue;
		*w = (struct way){ 0 };
		if (!call_add(w, row->call, row->args) ||
		    (row->then != NULL && !call_add(w, row->then, second)))
			continue;
		if (a->path != NULL) {
			need_add(w, span_of(a->path), bits_of(row->at_path));
			need_add(w, path_parent(span_of(a->path)),
				 bits_of(row->at_parent));
		}
		if (a->to != NULL)
			pair_needs(a, w);
		count++;
	}
	return count;
}

/* ---- sockets ----------------------------------------------------------- */

/* How a socket is made, and what is then done with it. */
struct plan {
	uint64_t family, type, protocol;
	const char *calls[2]; /* the second may be NULL */
};

static size_t plan_add(const struct plan *plan, struct way ret[WAYS_MAX],
		       size_t count)
{
	const uint64_t len = plan->family == AF_INET	? 16
			     : plan->family == AF_INET6 ? 28
							: 110;
	const bool sends = strcmp(plan->calls[0], "sendto") == 0;
	struct way *w = &ret[count];

	if (count == WAYS_MAX)
		return count;
	*w = (struct way){ 0 };
	(void)call_add(w, "socket",
		       (const uint64_t[6]){ plan->family, plan->type,
					    plan->protocol });
	(void)call_add(w, plan->calls[0],
		       sends ? (const uint64_t[6]){ FD, P, 1, 0, P, len }
			     : (const uint64_t[6]){ FD, P, len });
	if (plan->calls[1] != NULL)
		(void)call_add(w, plan->calls[1],
			       (const uint64_t[6]){ FD, 128 });
	return count + 1;
}

/* Each type with and without close-on-exec: profiles compare it whole. */
static size_t plan_ways(const struct plan *plan, struct way ret[WAYS_MAX],
			size_t count)
{
	struct plan plain = *plan;

	plain.type |= SOCK_CLOEXEC;
	count = plan_add(&plain, ret, count);
	return plan_add(plan, ret, count);
}

static const struct {
	enum net_protocol protocol;
	uint64_t type;
	uint64_t numbers[2], numbers6[2];
} sockets[] = {
	{ NET_TCP, SOCK_STREAM, { 0, IPPROTO_TCP }, { 0, IPPROTO_TCP } },
	{ NET_UDP, SOCK_DGRAM, { 0, IPPROTO_UDP }, { 0, IPPROTO_UDP } },
	{ NET_MPTCP, SOCK_STREAM, { IPPROTO_MPTCP }, { IPPROTO_MPTCP } },
	{ NET_RAW,
	  SOCK_RAW,
	  { IPPROTO_ICMP, IPPROTO_RAW },
	  { IPPROTO_ICMPV6, IPPROTO_RAW } },
};

/* The first call on the socket, and the one after it. */
static void host_calls(const struct action *a, struct plan *plan)
{
	plan->calls[0] = a->kind == ACTION_CONNECT ? "connect" : "bind";
	plan->calls[1] = a->kind == ACTION_LISTEN ? "listen" : NULL;
}

static size_t family_ways(const struct action *a, uint64_t family,
			  struct way ret[WAYS_MAX], size_t count)
{
	const bool sends = a->kind == ACTION_CONNECT &&
			   (a->protocol & (NET_UDP | NET_RAW)) != 0;
	size_t s = 0;

	while (sockets[s].protocol != a->protocol)
		s++;
	for (size_t i = 0; i < 2; i++) {
		const uint64_t *numbers = family == AF_INET6
						  ? sockets[s].numbers6
						  : sockets[s].numbers;
		struct plan plan = { .family = family,
				     .type = sockets[s].type,
				     .protocol = numbers[i] };

		if (i == 1 && numbers[1] == 0)
			break;
		host_calls(a, &plan);
		count = plan_ways(&plan, ret, count);
		plan.calls[0] = "sendto";
		if (sends && i == 0)
			count = plan_ways(&plan, ret, count);
	}
	return count;
}

static size_t host_ways(const struct action *a, struct way ret[WAYS_MAX])
{
	size_t count = 0;

	if (a->host.family != 6)
		count = family_ways(a, AF_INET, ret, count);
	if (a->host.family != 4)
		count = family_ways(a, AF_INET6, ret, count);
	return count;
}

static size_t unix_ways(const struct action *a, struct way ret[WAYS_MAX])
{
	static const uint64_t types[] = { SOCK_STREAM, SOCK_DGRAM,
					  SOCK_SEQPACKET };
	const bool binds =
		a->kind == ACTION_BIND_UNIX || a->kind == ACTION_MKSOCK;
	size_t count = 0;

	for (size_t i = 0; i < COUNTOF(types); i++) {
		struct plan plan = { .family = AF_UNIX,
				     .type = types[i],
				     .calls = { binds ? "bind" : "connect" } };

		count = plan_ways(&plan, ret, count);
		plan.calls[0] = "sendto";
		if (!binds && types[i] == SOCK_DGRAM)
			count = plan_ways(&plan, ret, count);
	}
	for (size_t i = 0; i < count && a->path != NULL; i++) {
		if (binds)
			need_add(&ret[i], path_parent(span_of(a->path)),
				 bits_of("make_sock"));
		else
			need_add(&ret[i], span_of(a->path),
				 bits_of("resolve_unix"));
	}
	return count;
}

/* ---- the rest ---------------------------------------------------------- */

static size_t call_ways(const struct action *a, struct way ret[WAYS_MAX])
{
	ret[0] = (struct way){ .call_count = 1 };
	ret[0].calls[0] =
		(struct way_call){ .name = a->name, .nr = a->syscall };
	memcpy(ret[0].calls[0].args, a->args, sizeof(a->args));
	return 1;
}

/* A node of its own making; what is there already is opened in some way. */
static size_t device_ways(const struct action *a, struct way ret[WAYS_MAX])
{
	const struct action node = { .kind = a->device == 'b' ? ACTION_MKBLOCK
							      : ACTION_MKCHAR,
				     .path = (char[]){ "/" } };
	size_t count;

	if (a->access != DEVICE_MKNOD) {
		ret[0] = (struct way){ 0 };
		return 1;
	}
	count = row_ways(&node, ret);
	for (size_t i = 0; i < count; i++)
		ret[i].needs[0].path = span_of("/");
	return count;
}

size_t action_ways(const struct action *a, struct way ret[WAYS_MAX])
{
	size_t count;

	switch (action_words[a->kind].form) {
	case FORM_HOST:
		return host_ways(a, ret);
	case FORM_UNIX:
	case FORM_ABSTRACT:
		return unix_ways(a, ret);
	case FORM_CALL:
		return call_ways(a, ret);
	case FORM_DEVICE:
		return device_ways(a, ret);
	case FORM_CAP:
		ret[0] = (struct way){ 0 };
		return 1;
	case FORM_PATH:
	case FORM_PATHS:
	case FORM_OUTSIDE:
	default:
		count = row_ways(a, ret);
	}
	if (a->kind != ACTION_MKSOCK)
		return count;
	/* Two ways by mknod, six by bind: there is room. */
	return count + unix_ways(a, ret + count);
}

int action_capability(const struct action *a)
{
	static const struct {
		enum action_kind kind;
		int capability;
	} needed[] = {
		{ ACTION_MKCHAR, CAP_MKNOD },
		{ ACTION_MKBLOCK, CAP_MKNOD },
		{ ACTION_CHOWN, CAP_CHOWN },
		{ ACTION_MOUNT, CAP_SYS_ADMIN },
	};

	for (size_t i = 0; i < COUNTOF(needed); i++)
		if (needed[i].kind == a->kind)
			return needed[i].capability;
	if (a->kind == ACTION_CAPABILITY)
		return a->capability;
	if (a->kind == ACTION_DEVICE && a->access == DEVICE_MKNOD)
		return CAP_MKNOD;
	if (a->protocol == NET_RAW)
		return CAP_NET_RAW;
	if ((a->kind == ACTION_BIND || a->kind == ACTION_LISTEN) &&
	    a->port != 0 && a->port < PRIVILEGED_PORTS)
		return CAP_NET_BIND_SERVICE;
	return -1;
}
