/* SPDX-License-Identifier: Apache-2.0 */
/* record_fields_test.c - a real line of each record type that has fields of its
 * own, decoded by the dictionary and the names of numbers.
 */
#include "test/unit/harness.h"

#include <inttypes.h>

#include "lib/auto.h"
#include "pkg/audit/fields.h"
#include "pkg/audit/record.h"
#include "pkg/audit/sockaddr.h"
#include "pkg/audit/symbols.h"
#include "pkg/audit/types.h"

/* What a SYSCALL record says of its own arguments. */
struct call {
	uint64_t arch;
	int64_t nr;
};

static void put_text(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] > ' ' && s.p[i] < 0x7f)
			buf_u8(out, (uint8_t)s.p[i]);
		else
			buf_printf(out, "\\x%02x", (unsigned char)s.p[i]);
}

static void put_address(struct buf *out, struct span hex)
{
	static struct sockaddr_view v;

	if (sockaddr_parse(hex, true, &v) < 0) {
		buf_puts(out, "bad");
		return;
	}
	buf_puts(out, v.family_name != NULL ? v.family_name : "?");
	if (v.address[0] != '\0')
		buf_printf(out, ",%s", v.address);
	if (v.has_port)
		buf_printf(out, ",port=%u", v.port);
	if (v.ifindex != 0)
		buf_printf(out, ",if=%u", v.ifindex);
	if (v.groups != 0)
		buf_printf(out, ",groups=%u", v.groups);
	if (v.path.p != NULL) {
		buf_puts(out, v.is_abstract ? ",@" : ",");
		put_text(out, v.path);
	}
	if (v.alg_type.len != 0)
		buf_printf(out, ",%.*s,%.*s", SPAN_FMT(v.alg_type),
			   SPAN_FMT(v.alg_name));
}

static void put_number(struct buf *out, enum field_class class, uint64_t n,
		       bool is_negative, const struct call *call)
{
	const uint64_t value = is_negative ? -n : n;

	if (class == FIELD_SYSCALL &&
	    audit_syscall_print((uint32_t)call->arch, (int32_t)n, out))
		return;
	if (symbol_print(class, (uint32_t)call->arch, value, out))
		return;
	buf_printf(out, "%s%" PRIu64, is_negative ? "-" : "", n);
}

static void put_field(struct buf *out, uint16_t type, struct span key,
		      struct span value, const struct call *call)
{
	enum field_class class = field_class(type, key);
	AUTO_DONE(buf_done) struct buf text = { 0 };
	uint64_t n;
	bool is_negative;

	buf_printf(out, "%.*s=", SPAN_FMT(key));
	buf_init(&text, RECORD_BYTES_MAX);
	if (field_number(class, value, &n, &is_negative)) {
		if (class == FIELD_ARG)
			class = syscall_arg((uint32_t)call->arch,
					    (int32_t)call->nr,
					    (unsigned)(key.p[1] - '0'));
		put_number(out, class, n, is_negative, call);
	} else if (class == FIELD_SOCKADDR) {
		put_address(out, value);
	} else if (class == FIELD_ENCODED || class == FIELD_BYTES ||
		   class == FIELD_PROCTITLE || class == FIELD_KEYS) {
		record_string(value, &text);
		put_text(out, buf_view(&text));
	} else {
		put_text(out, value);
	}
	if (class == FIELD_UNKNOWN)
		buf_puts(out, "?unknown");
	buf_u8(out, ' ');
}

static void describe(uint16_t type, struct span text, struct buf *out)
{
	struct span key, value, rest = record_trusted(type, text);
	struct call call = { 0 };

	(void)record_hex(rest, "arch", &call.arch);
	(void)record_i64(rest, "syscall", &call.nr);
	while (record_next(&rest, &key, &value))
		put_field(out, type, key, value, &call);
	if (out->len != 0)
		out->len--;
}

static const struct {
	const char *type, *text, *want;
} rows[] = {
	/* clang-format off */
	{ "SYSCALL",
	  "arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c "
	  "a1=7ffd00001000 a2=80241 a3=1b6 items=1 ppid=1 pid=2 "
	  "auid=4294967295 uid=0 tty=(none) ses=4294967295 "
	  "comm=\"cat\" exe=2F746D702F612062 key=6574630162",
	  "arch=x86_64 syscall=openat success=no exit=EACCES "
	  "a0=AT_FDCWD a1=140724603457536 "
	  "a2=O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC a3=0666 items=1 "
	  "ppid=1 pid=2 auid=4294967295 uid=0 tty=(none) "
	  "ses=4294967295 comm=cat exe=/tmp/a\\x20b key=etc\\x01b" },
	{ "SYSCALL",
	  "arch=40000003 syscall=102 success=yes exit=3 a0=3 a1=bf "
	  "a2=0 a3=0 per=8 key=(null)",
	  "arch=i386 syscall=socketcall success=yes exit=3 a0=connect "
	  "a1=191 a2=0 a3=0 per=PER_LINUX32 key=(null)" },
	{ "SYSCALL",
	  "arch=c00000b7 syscall=56 success=yes exit=5 "
	  "a0=ffffffffffffff9c a1=1 a2=10000 a3=0",
	  "arch=aarch64 syscall=openat success=yes exit=5 a0=AT_FDCWD "
	  "a1=1 a2=O_RDONLY|O_DIRECT a3=0000" },
	{ "SYSCALL",
	  "arch=c000003e syscall=62 success=no exit=-3 a0=1 a1=9 a2=0 "
	  "a3=0",
	  "arch=x86_64 syscall=kill success=no exit=ESRCH a0=1 "
	  "a1=SIGKILL a2=0 a3=0" },
	{ "SYSCALL",
	  "arch=12345678 syscall=1 success=no exit=-516 a0=1 a1=0 "
	  "a2=0 a3=0",
	  "arch=305419896 syscall=1 success=no "
	  "exit=ERESTART_RESTARTBLOCK a0=1 a1=0 a2=0 a3=0" },
	{ "PATH",
	  "item=1 name=203D inode=10988374 dev=fe:00 mode=0100600 "
	  "ouid=0 ogid=0 rdev=00:00 nametype=DELETE "
	  "cap_fp=0000000000002000 cap_fi=0 cap_fe=1 cap_fver=2 "
	  "cap_frootid=0",
	  "item=1 name=\\x20= inode=10988374 dev=fe:00 mode=file,0600 "
	  "ouid=0 ogid=0 rdev=00:00 nametype=DELETE "
	  "cap_fp=CAP_NET_RAW cap_fi=0 cap_fe=1 cap_fver=2 "
	  "cap_frootid=0" },
	{ "PATH",
	  "item=0 name=(null) inode=1 dev=00:05 mode=020666 ouid=0 "
	  "ogid=0 rdev=01:03 nametype=UNKNOWN cap_fp=? cap_fi=? "
	  "cap_fe=? cap_fver=?",
	  "item=0 name=(null) inode=1 dev=00:05 mode=character,0666 "
	  "ouid=0 ogid=0 rdev=01:03 nametype=UNKNOWN cap_fp=? "
	  "cap_fi=? cap_fe=? cap_fver=?" },
	{ "IPC",
	  "ouid=0 ogid=0 mode=0640",
	  "ouid=0 ogid=0 mode=0640" },
	{ "IPC_SET_PERM",
	  "qbytes=4000 ouid=0 ogid=0 mode=0640",
	  "qbytes=16384 ouid=0 ogid=0 mode=0640" },
	{ "SOCKETCALL",
	  "nargs=3 a0=3 a1=7ffc a2=10",
	  "nargs=3 a0=3 a1=32764 a2=16" },
	{ "CONFIG_CHANGE",
	  "auid=0 ses=1 op=add_rule key=\"etc\" list=4 res=1",
	  "auid=0 ses=1 op=add_rule key=etc list=exit res=1" },
	{ "CONFIG_CHANGE",
	  "op=set audit_backlog_limit=8192 old=64 auid=0 ses=1 res=1",
	  "op=set audit_backlog_limit=8192 old=64 auid=0 ses=1 res=1" },
	{ "SOCKADDR",
	  "saddr=020000350808080800000000000000000000",
	  "saddr=inet,8.8.8.8,port=53" },
	{ "SOCKADDR",
	  "saddr=0A0001BB0000000020010DB800000000000000000000000100000000",
	  "saddr=inet6,2001:db8::1,port=443" },
	{ "SOCKADDR",
	  "saddr=01002F72756E2F6E6F742D74686572652E736F636B00",
	  "saddr=unix,/run/not-there.sock" },
	{ "SOCKADDR",
	  "saddr=0100006162",
	  "saddr=unix,@ab" },
	{ "SOCKADDR",
	  "saddr=100000000700000001000000",
	  "saddr=netlink,port=7,groups=1" },
	{ "SOCKADDR",
	  "saddr=1100000302000000010000060002030405060000",
	  "saddr=packet,00:02:03:04:05:06,if=2" },
	{ "SOCKADDR",
	  "saddr=2800000039300000020000000000000000",
	  "saddr=vsock,2,port=12345" },
	{ "SOCKADDR",
	  "saddr=2600736B6369706865720000000000000000000000000000636263286165732900",
	  "saddr=alg,skcipher,cbc(aes)" },
	{ "CWD",
	  "cwd=2F746D702F0A",
	  "cwd=/tmp/\\x0a" },
	{ "EXECVE",
	  "argc=4 a0=\"/bin/true\" a1=\"\" a2=77697468207370616365 "
	  "a3=\"DEAD\"",
	  "argc=4 a0=/bin/true a1= a2=with\\x20space a3=DEAD" },
	{ "EXECVE",
	  "a1_len=15000 a1[0]=4142 a1[1]=43",
	  "a1_len=15000 a1[0]=AB a1[1]=C" },
	{ "MQ_OPEN",
	  "oflag=0x842 mode=0600 mq_flags=0x800 mq_maxmsg=2 "
	  "mq_msgsize=64 mq_curmsgs=0",
	  "oflag=O_RDWR|O_CREAT|O_NONBLOCK mode=0600 mq_flags=2048 "
	  "mq_maxmsg=2 mq_msgsize=64 mq_curmsgs=0" },
	{ "MQ_SENDRECV",
	  "mqdes=4 msg_len=4 msg_prio=3 abs_timeout_sec=-1 "
	  "abs_timeout_nsec=0",
	  "mqdes=4 msg_len=4 msg_prio=3 abs_timeout_sec=-1 "
	  "abs_timeout_nsec=0" },
	{ "MQ_NOTIFY",
	  "mqdes=4 sigev_signo=10",
	  "mqdes=4 sigev_signo=SIGUSR1" },
	{ "MQ_GETSETATTR",
	  "mqdes=4 mq_flags=0x0 mq_maxmsg=2 mq_msgsize=64 "
	  "mq_curmsgs=0",
	  "mqdes=4 mq_flags=0 mq_maxmsg=2 mq_msgsize=64 mq_curmsgs=0" },
	{ "FD_PAIR",
	  "fd0=10 fd1=11",
	  "fd0=10 fd1=11" },
	{ "OBJ_PID",
	  "opid=23764 oauid=1900000042 ouid=0 oses=5 obj=unconfined "
	  "ocomm=\"trigger\"",
	  "opid=23764 oauid=1900000042 ouid=0 oses=5 obj=unconfined "
	  "ocomm=trigger" },
	{ "TTY",
	  "tty pid=1 uid=0 auid=0 ses=1 major=4 minor=1 comm=\"bash\" "
	  "data=6C730D",
	  "pid=1 uid=0 auid=0 ses=1 major=4 minor=1 comm=bash "
	  "data=ls\\x0d" },
	{ "BPRM_FCAPS",
	  "fver=2 fp=0000000000002000 fi=0 fe=1 old_pp=0 old_pi=0 "
	  "old_pe=0 old_pa=0 pp=0000000000002000 pi=0 "
	  "pe=0000000000200000 pa=0 frootid=0",
	  "fver=2 fp=CAP_NET_RAW fi=0 fe=1 old_pp=0 old_pi=0 old_pe=0 "
	  "old_pa=0 pp=CAP_NET_RAW pi=0 pe=CAP_SYS_ADMIN pa=0 "
	  "frootid=0" },
	{ "CAPSET",
	  "pid=207 cap_pi=0000000000000001 cap_pp=0000000000000006 "
	  "cap_pe=0 cap_pa=0",
	  "pid=207 cap_pi=CAP_CHOWN "
	  "cap_pp=CAP_DAC_OVERRIDE|CAP_DAC_READ_SEARCH cap_pe=0 "
	  "cap_pa=0" },
	{ "MMAP",
	  "fd=4 flags=0x2",
	  "fd=4 flags=MAP_PRIVATE" },
	{ "NETFILTER_PKT",
	  "mark=0x2a saddr=10.0.0.1 daddr=10.0.0.2 proto=6",
	  "mark=42 saddr=10.0.0.1 daddr=10.0.0.2 proto=tcp" },
	{ "NETFILTER_CFG",
	  "table=filter:2 family=10 entries=1 op=nft_register_table "
	  "pid=3 comm=\"nft\"",
	  "table=filter:2 family=ipv6 entries=1 op=nft_register_table "
	  "pid=3 comm=nft" },
	{ "SECCOMP",
	  "auid=1 uid=0 gid=0 ses=1 pid=233 comm=\"t\" exe=\"/t\" "
	  "sig=31 arch=c000003e syscall=133 compat=0 ip=0x43d019 "
	  "code=0x80000000",
	  "auid=1 uid=0 gid=0 ses=1 pid=233 comm=t exe=/t sig=SIGSYS "
	  "arch=x86_64 syscall=mknod compat=0 ip=4444185 "
	  "code=kill_process" },
	{ "SECCOMP",
	  "sig=0 arch=c000003e syscall=1073741825 compat=0 ip=0x0 "
	  "code=0x50001",
	  "sig=0 arch=x86_64 syscall=write compat=0 ip=0 code=errno" },
	{ "PROCTITLE",
	  "proctitle=6361740061206200",
	  "proctitle=cat\\x00a\\x20b\\x00" },
	{ "PROCTITLE",
	  "proctitle=\"/sbin/init\"",
	  "proctitle=/sbin/init" },
	{ "FEATURE_CHANGE",
	  "feature=only_unset_loginuid old=0 new=1 old_lock=0 "
	  "new_lock=0 res=1",
	  "feature=only_unset_loginuid old=0 new=1 old_lock=0 "
	  "new_lock=0 res=1" },
	{ "KERN_MODULE",
	  "name=\"not_there\"",
	  "name=not_there" },
	{ "FANOTIFY",
	  "resp=2 fan_type=1 fan_info=1F subj_trust=2 obj_trust=2",
	  "resp=deny fan_type=1 fan_info=31 subj_trust=2 obj_trust=2" },
	{ "TIME_INJOFFSET",
	  "sec=-1 nsec=998311614",
	  "sec=-1 nsec=998311614" },
	{ "TIME_ADJNTPVAL",
	  "op=tick old=10000 new=10001",
	  "op=tick old=10000 new=10001" },
	{ "BPF",
	  "prog-id=708 op=LOAD",
	  "prog-id=708 op=LOAD" },
	{ "EVENT_LISTENER",
	  "pid=231 uid=0 auid=1 tty=(none) ses=1 comm=\"t\" "
	  "exe=\"/t\" nl-mcgrp=1 op=connect res=1",
	  "pid=231 uid=0 auid=1 tty=(none) ses=1 comm=t exe=/t "
	  "nl-mcgrp=readlog op=connect res=1" },
	{ "URINGOP",
	  "uring_op=18 success=yes exit=-2 items=1 ppid=183 pid=224 "
	  "uid=0 key=\"uring\"",
	  "uring_op=openat success=yes exit=ENOENT items=1 ppid=183 "
	  "pid=224 uid=0 key=uring" },
	{ "OPENAT2",
	  "oflag=02000000 mode=0600 resolve=0xc",
	  "oflag=O_RDONLY|O_CLOEXEC mode=0600 "
	  "resolve=RESOLVE_NO_SYMLINKS|RESOLVE_BENEATH" },
	{ "DM_CTRL",
	  "module=crypt op=ctr pid=1 comm=\"dmsetup\" dev=254:3 "
	  "error_msg='success' res=1",
	  "module=crypt op=ctr pid=1 comm=dmsetup dev=254:3 "
	  "error_msg='success' res=1" },
	{ "DM_EVENT",
	  "module=integrity op=integrity-checksum dev=254:3 "
	  "sector=77480 res=0",
	  "module=integrity op=integrity-checksum dev=254:3 "
	  "sector=77480 res=0" },
	{ "AVC",
	  "avc:  denied  { read } for  pid=9 comm=\"cat\" "
	  "path=\"/etc/shadow\" dev=\"sda1\" ino=7 ioctlcmd=0x5401 "
	  "scontext=u:r:t tcontext=u:o:t tclass=file permissive=0",
	  "pid=9 comm=cat path=/etc/shadow dev=sda1 ino=7 "
	  "ioctlcmd=21505 scontext=u:r:t tcontext=u:o:t tclass=file "
	  "permissive=0" },
	{ "AVC",
	  "apparmor=\"DENIED\" operation=\"capable\" "
	  "profile=\"/usr/sbin/x y\" pid=1 comm=\"x\" capability=12 "
	  "capname=\"net_admin\"",
	  "apparmor=\"DENIED\" operation=\"capable\" "
	  "profile=/usr/sbin/x\\x20y pid=1 comm=x "
	  "capability=CAP_NET_ADMIN capname=\"net_admin\"" },
	{ "AVC",
	  "apparmor=\"DENIED\" operation=\"create\" error=-13 "
	  "profile=2F612062 family=\"inet\" sock_type=\"stream\" "
	  "protocol=6 requested_mask=\"create\"",
	  "apparmor=\"DENIED\" operation=\"create\" error=EACCES "
	  "profile=/a\\x20b family=\"inet\" sock_type=\"stream\" "
	  "protocol=tcp requested_mask=\"create\"" },
	{ "AVC",
	  "apparmor=\"DENIED\" operation=\"open\" "
	  "name=2F746D702F612062 requested_mask=\"r\" fsuid=0 ouid=0",
	  "apparmor=\"DENIED\" operation=\"open\" name=/tmp/a\\x20b "
	  "requested_mask=\"r\" fsuid=0 ouid=0" },
	{ "MAC_STATUS",
	  "enforcing=1 old_enforcing=0 auid=0 ses=1 enabled=1 "
	  "old-enabled=1 lsm=selinux res=1",
	  "enforcing=1 old_enforcing=0 auid=0 ses=1 enabled=1 "
	  "old-enabled=1 lsm=selinux res=1" },
	{ "MAC_IPSEC_EVENT",
	  "op=SAD-add src=10.0.0.1 dst=10.0.0.2 spi=1(0x1) "
	  "flowlbl=0x7 seqno=4 res=1",
	  "op=SAD-add src=10.0.0.1 dst=10.0.0.2 spi=1(0x1) flowlbl=7 "
	  "seqno=4 res=1" },
	{ "IPE_ACCESS",
	  "ipe_op=EXECUTE ipe_hook=MMAP enforcing=1 pid=1 comm=\"sh\" "
	  "path=\"/tmp/a\" dev=\"tmpfs\" ino=219 rule=\"DEFAULT "
	  "action=DENY\"",
	  "ipe_op=EXECUTE ipe_hook=MMAP enforcing=1 pid=1 comm=sh "
	  "path=/tmp/a dev=tmpfs ino=219 "
	  "rule=\"DEFAULT\\x20action=DENY\"" },
	{ "IPE_POLICY_LOAD",
	  "policy_name=\"boot\" policy_version=0.0.0 "
	  "policy_digest=sha256:AB auid=0 ses=1 lsm=ipe res=0 "
	  "errno=-74",
	  "policy_name=boot policy_version=0.0.0 "
	  "policy_digest=sha256:AB auid=0 ses=1 lsm=ipe res=0 "
	  "errno=EBADMSG" },
	{ "LANDLOCK_ACCESS",
	  "domain=19febcf7d blockers=fs.make_dir path=\"/tmp/t\" "
	  "dev=\"vda\" ino=10988362",
	  "domain=19febcf7d blockers=fs.make_dir path=/tmp/t dev=vda "
	  "ino=10988362" },
	{ "LANDLOCK_ACCESS",
	  "domain=1 blockers=net.connect_tcp daddr=10.0.0.1 dest=443",
	  "domain=1 blockers=net.connect_tcp daddr=10.0.0.1 dest=443" },
	{ "LANDLOCK_ACCESS",
	  "domain=1 blockers=fs.ioctl_dev path=\"/dev/tty\" "
	  "dev=\"devtmpfs\" ino=9 ioctlcmd=0x5413",
	  "domain=1 blockers=fs.ioctl_dev path=/dev/tty dev=devtmpfs "
	  "ino=9 ioctlcmd=21523" },
	{ "LANDLOCK_ACCESS",
	  "domain=1 blockers=scope.signal opid=23764 ocomm=612062",
	  "domain=1 blockers=scope.signal opid=23764 ocomm=a\\x20b" },
	{ "LANDLOCK_DOMAIN",
	  "domain=19febcf7d status=allocated mode=enforcing pid=1 "
	  "uid=0 exe=\"/t\" comm=\"t\"",
	  "domain=19febcf7d status=allocated mode=enforcing pid=1 "
	  "uid=0 exe=/t comm=t" },
	{ "MAC_TASK_CONTEXTS",
	  "subj_apparmor=unconfined subj_smack=_",
	  "subj_apparmor=unconfined subj_smack=_" },
	{ "MAC_OBJ_CONTEXTS",
	  "obj_selinux=u:o:t obj_smack=_",
	  "obj_selinux=u:o:t obj_smack=_" },
	{ "ANOM_PROMISCUOUS",
	  "dev=lo prom=256 old_prom=0 auid=1 uid=0 gid=0 ses=1",
	  "dev=lo prom=256 old_prom=0 auid=1 uid=0 gid=0 ses=1" },
	{ "ANOM_ABEND",
	  "auid=1 uid=0 gid=0 ses=1 pid=227 comm=\"t\" exe=\"/t\" "
	  "sig=6 res=1",
	  "auid=1 uid=0 gid=0 ses=1 pid=227 comm=t exe=/t sig=SIGABRT "
	  "res=1" },
	{ "INTEGRITY_DATA",
	  "pid=1 uid=0 auid=0 ses=1 op=appraise_data "
	  "cause=missing-hash comm=\"x\" name=\"/usr/bin/x\" "
	  "dev=\"dm-0\" ino=12 res=0 errno=-13",
	  "pid=1 uid=0 auid=0 ses=1 op=appraise_data "
	  "cause=missing-hash comm=x name=/usr/bin/x dev=dm-0 ino=12 "
	  "res=0 errno=EACCES" },
	{ "LOGIN",
	  "pid=236 uid=0 old-auid=4294967295 auid=1900000099 "
	  "tty=(none) old-ses=4294967295 ses=2 res=1",
	  "pid=236 uid=0 old-auid=4294967295 auid=1900000099 "
	  "tty=(none) old-ses=4294967295 ses=2 res=1" },
	{ "USER_TTY",
	  "pid=1 uid=0 auid=0 ses=1 data=6C73",
	  "pid=1 uid=0 auid=0 ses=1 data=ls" },
	{ "KERNEL",
	  "state=initialized audit_enabled=0 res=1",
	  "state=initialized audit_enabled=0 res=1" },
	/* clang-format on */
};

TEST(every_record_type_is_decoded_as_the_kernel_means_it)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_DONE(buf_done) struct buf out = { 0 };
		uint16_t type;

		buf_init(&out, 65536);
		CHECK(type_parse(span_of(rows[i].type), &type));
		describe(type, span_of(rows[i].text), &out);
		if (!span_eq_str(buf_view(&out), rows[i].want))
			test_fail(__FILE__, __LINE__,
				  "%s %s\n# is\n%s\n# not\n%s", rows[i].type,
				  rows[i].text, buf_cstr(&out), rows[i].want);
	}
}
