/* SPDX-License-Identifier: Apache-2.0 */
/* mkartefact.c - write one artefact by hand, for tests of the launcher and the
 * gate that want no bundle, keys or daemon.
 *
 *	mkartefact NAME NUMBER GENERATION [WORD...] >NAME.art
 *
 *	read:PATH write:PATH exec:PATH	rights below PATH
 *	need:PATH			read, and refuse to start without it
 *	canonical			no path may lead through a symlink
 *	bind:PORT connect:PORT		TCP
 *	deny:CALL			a system call refused with EPERM
 *	caps:HEX			the five sets (ambient: none)
 *	allow-all			no layer at all: the mutation run
 *
 * Without a path or port word the Landlock layer is not used.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pkg/policy/artefact.h"

#define FS_ALL	 ((1ULL << 13) - 1)
#define FS_READ	 (1ULL << 2 | 1ULL << 3)
#define FS_WRITE (1ULL << 1 | 1ULL << 4 | 1ULL << 5 | 1ULL << 7 | 1ULL << 8)
#define FS_EXEC	 (1ULL << 0 | 1ULL << 2)

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
	{ "bpf", SYS_bpf },	    { "keyctl", SYS_keyctl },
	{ "mount", SYS_mount },	    { "ptrace", SYS_ptrace },
	{ "unshare", SYS_unshare }, { "execve", SYS_execve },
};

static void insn(struct buf *b, struct artefact *a, struct sock_filter f)
{
	buf_u16(b, f.code);
	buf_u8(b, f.jt);
	buf_u8(b, f.jf);
	buf_u32(b, f.k);
	a->insn_count++;
}

static void deny(struct buf *b, struct artefact *a, const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		if (!a->has_seccomp)
			insn(b, a,
			     (struct sock_filter)BPF_STMT(
				     BPF_LD | BPF_W | BPF_ABS,
				     offsetof(struct seccomp_data, nr)));
		a->has_seccomp = true;
		insn(b, a,
		     (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						  calls[i].number, 0, 1));
		insn(b, a,
		     (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						  SECCOMP_RET_ERRNO | EPERM));
		return;
	}
	fprintf(stderr, "mkartefact: unknown call %s\n", name);
	exit(2);
}

static void path(struct buf *b, struct artefact *a, uint64_t access,
		 uint8_t flags, const char *name)
{
	const struct artefact_path rule = { .access = access,
					    .flags = flags,
					    .path = span_of(name) };

	artefact_path_put(b, &rule);
	a->path_count++;
	a->handled_fs = FS_ALL;
}

static void port(struct buf *b, struct artefact *a, uint64_t access,
		 const char *number)
{
	buf_u64(b, access);
	buf_u16(b, (uint16_t)strtoul(number, NULL, 10));
	a->port_count++;
	a->handled_net = 3;
}

static int word(struct artefact *a, struct buf *paths, struct buf *ports,
		struct buf *insns, char *text)
{
	char *arg = strchr(text, ':');

	if (strcmp(text, "allow-all") == 0)
		return 0;
	if (strcmp(text, "canonical") == 0) {
		a->flags |= ARTEFACT_PATHS_CANONICAL;
		return 0;
	}
	if (arg == NULL)
		return -1;
	*arg++ = '\0';
	if (strcmp(text, "read") == 0)
		path(paths, a, FS_READ, 0, arg);
	else if (strcmp(text, "write") == 0)
		path(paths, a, FS_READ | FS_WRITE, 0, arg);
	else if (strcmp(text, "exec") == 0)
		path(paths, a, FS_EXEC, 0, arg);
	else if (strcmp(text, "need") == 0)
		path(paths, a, FS_READ, ARTEFACT_PATH_REQUIRED, arg);
	else if (strcmp(text, "bind") == 0)
		port(ports, a, 1, arg);
	else if (strcmp(text, "connect") == 0)
		port(ports, a, 2, arg);
	else if (strcmp(text, "deny") == 0)
		deny(insns, a, arg);
	else if (strcmp(text, "caps") == 0)
		a->caps.bounding = strtoull(arg, NULL, 16);
	else
		return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct artefact a = { .bundle_version = 1 };
	struct buf paths, ports, insns, out;

	if (argc < 4) {
		fputs("usage: mkartefact NAME NUMBER GENERATION [WORD...]\n",
		      stderr);
		return 2;
	}
	buf_init(&paths, ARTEFACT_MAX);
	buf_init(&ports, ARTEFACT_MAX);
	buf_init(&insns, ARTEFACT_MAX);
	buf_init(&out, ARTEFACT_MAX);
	a.service = span_of(argv[1]);
	a.number = (uint32_t)strtoul(argv[2], NULL, 10);
	a.generation = strtoull(argv[3], NULL, 10);
	for (int i = 4; i < argc; i++)
		if (word(&a, &paths, &ports, &insns, argv[i]) < 0) {
			fprintf(stderr, "mkartefact: unknown word %s\n",
				argv[i]);
			return 2;
		}
	if (a.has_seccomp)
		insn(&insns, &a,
		     (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						  SECCOMP_RET_ALLOW));
	a.has_landlock = a.handled_fs != 0 || a.handled_net != 0;
	a.landlock_abi = !a.has_landlock ? 0 : a.handled_net != 0 ? 4 : 1;
	a.paths = buf_view(&paths);
	a.ports = buf_view(&ports);
	a.insns = buf_view(&insns);
	a.caps.permitted = a.caps.effective = a.caps.bounding;
	if (artefact_encode(&a, &out) < 0 ||
	    fwrite(out.p, 1, out.len, stdout) != out.len)
		return 111;
	return 0;
}
