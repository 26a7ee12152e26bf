/* SPDX-License-Identifier: Apache-2.0 */
/* decode_load.c - write a log in the form of auditd's: EVENTS events of eight
 * templates, each with a fresh stamp. The templates are made up: the fields
 * that the kernel writes, in its order, with names and numbers as a busy node
 * might have them. test/streams holds what kernels really sent.
 *
 * usage: decode_load EVENTS
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define IDS                                                                    \
	"auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000" \
	" sgid=1000 fsgid=1000 tty=pts1 ses=3 "
#define ROOT                                                              \
	"auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0" \
	" fsgid=0 tty=(none) ses=4294967295 "
#define CAPS " cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0"

struct line {
	const char *type, *text;
};

/* clang-format off */
static const struct line events[8][8] = {
	{
		{ "SYSCALL", "arch=c000003e syscall=59 success=yes exit=0 a0=55f5c2a3d6a0 a1=55f5c2a41f40 a2=55f5c2a3f8e0 a3=8 items=1 ppid=41233 pid=41240 " IDS "comm=\"ls\" exe=\"/usr/bin/ls\" subj=unconfined key=\"exec\"" },
		{ "EXECVE", "argc=3 a0=\"ls\" a1=\"--color=auto\" a2=\"-la\"" },
		{ "CWD", "cwd=\"/home/user/src/project\"" },
		{ "PATH", "item=0 name=\"/usr/bin/ls\" inode=1312131 dev=fd:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL" CAPS },
		{ "PROCTITLE", "proctitle=6C73002D2D636F6C6F723D6175746F002D6C61" },
		{ "EOE", "" },
	}, {
		{ "SYSCALL", "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffe7a6f1e80 a2=80000 a3=0 items=1 ppid=1 pid=812 " ROOT "comm=\"nginx\" exe=\"/usr/sbin/nginx\" subj=unconfined key=(null)" },
		{ "CWD", "cwd=\"/\"" },
		{ "PATH", "item=0 name=\"/etc/ssl/private/server.key\" inode=918273 dev=fd:01 mode=0100640 ouid=0 ogid=33 rdev=00:00 nametype=NORMAL" CAPS },
		{ "PROCTITLE", "proctitle=6E67696E783A206D61737465722070726F63657373202F7573722F7362696E2F6E67696E78" },
		{ "EOE", "" },
	}, {
		{ "SYSCALL", "arch=c000003e syscall=42 success=no exit=-115 a0=d a1=c000123456 a2=10 a3=0 items=0 ppid=1 pid=901 " ROOT "comm=\"agent\" exe=\"/usr/local/bin/agent\" subj=unconfined key=\"net\"" },
		{ "SOCKADDR", "saddr=020001BBC00002070000000000000000" },
		{ "PROCTITLE", "proctitle=2F7573722F6C6F63616C2F62696E2F6167656E74002D2D636F6E666967002F6574632F6167656E742E79616D6C" },
		{ "EOE", "" },
	}, {
		{ "SYSCALL", "arch=c000003e syscall=87 success=yes exit=0 a0=7f1c2c0010a0 a1=0 a2=0 a3=1 items=2 ppid=1 pid=733 " IDS "comm=\"python3\" exe=\"/usr/bin/python3.11\" subj=unconfined key=\"delete\"" },
		{ "CWD", "cwd=\"/srv/app\"" },
		{ "PATH", "item=0 name=\"/srv/app/cache/\" inode=221 dev=fd:01 mode=040755 ouid=1000 ogid=1000 rdev=00:00 nametype=PARENT" CAPS },
		{ "PATH", "item=1 name=\"/srv/app/cache/7fd1.tmp\" inode=2217 dev=fd:01 mode=0100600 ouid=1000 ogid=1000 rdev=00:00 nametype=DELETE" CAPS },
		{ "PROCTITLE", "proctitle=707974686F6E33006D616E6167652E70790072756E736572766572" },
		{ "EOE", "" },
	}, {
		{ "SYSCALL", "arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=55d0aa3f a2=0 a3=0 items=1 ppid=700 pid=701 " IDS "comm=\"cat\" exe=\"/usr/bin/cat\" subj=unconfined key=\"access\"" },
		{ "CWD", "cwd=\"/home/user\"" },
		{ "PATH", "item=0 name=\"/etc/shadow\" inode=1835 dev=fd:01 mode=0100640 ouid=0 ogid=42 rdev=00:00 nametype=NORMAL" CAPS },
		{ "PROCTITLE", "proctitle=636174002F6574632F736861646F77" },
		{ "EOE", "" },
	}, {
		{ "SYSCALL", "arch=c000003e syscall=59 success=yes exit=0 a0=560b1a2b3c40 a1=560b1a2b3d00 a2=560b1a2b3e10 a3=0 items=2 ppid=2201 pid=2202 " ROOT "comm=\"sh\" exe=\"/usr/bin/dash\" subj=unconfined key=\"exec\"" },
		{ "EXECVE", "argc=3 a0=\"/bin/sh\" a1=\"-c\" a2=6364202F2026262072756E2D7061727473" },
		{ "CWD", "cwd=\"/root\"" },
		{ "PATH", "item=0 name=\"/bin/sh\" inode=1311742 dev=fd:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL" CAPS },
		{ "PATH", "item=1 name=\"/lib64/ld-linux-x86-64.so.2\" inode=1321103 dev=fd:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL" CAPS },
		{ "PROCTITLE", "proctitle=2F62696E2F7368002D63006364202F2026262072756E2D7061727473" },
		{ "EOE", "" },
	}, {
		{ "USER_AUTH", "pid=3391 uid=0 auid=1000 ses=3 subj=unconfined msg='op=PAM:authentication grantors=pam_unix acct=\"user\" exe=\"/usr/bin/sudo\" hostname=? addr=? terminal=/dev/pts/1 res=success'" },
	}, {
		{ "SYSCALL", "arch=c000003e syscall=90 success=yes exit=0 a0=7ffc11b6e8f4 a1=1a4 a2=7ffc11b6d6c0 a3=7 items=1 ppid=2100 pid=2188 " IDS "comm=\"chmod\" exe=\"/usr/bin/chmod\" subj=unconfined key=\"perm_mod\"" },
		{ "CWD", "cwd=\"/home/user/src/project\"" },
		{ "PATH", "item=0 name=6275696C642F6F75747075742066696C652E747874 inode=77213 dev=fd:01 mode=0100600 ouid=1000 ogid=1000 rdev=00:00 nametype=NORMAL" CAPS },
		{ "PROCTITLE", "proctitle=63686D6F6400363434006275696C642F6F75747075742066696C652E747874" },
		{ "EOE", "" },
	},
};
/* clang-format on */

int main(int argc, char **argv)
{
	const uint64_t count = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;

	if (count == 0) {
		(void)fprintf(stderr, "usage: decode_load EVENTS\n");
		return 2;
	}
	for (uint64_t i = 0; i < count; i++) {
		const struct line *lines = events[i % 8];
		const uint64_t ms = 1795296627324 + i / 20;

		for (unsigned k = 0; k < 8 && lines[k].type != NULL; k++)
			(void)printf("type=%s msg=audit(%" PRIu64 ".%03" PRIu64
				     ":%" PRIu64 "): %s\n",
				     lines[k].type, ms / 1000, ms % 1000,
				     121230 + i, lines[k].text);
	}
	return ferror(stdout) || fflush(stdout) != 0 ? 111 : 0;
}
