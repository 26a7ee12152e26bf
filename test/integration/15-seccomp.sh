#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 15-seccomp.sh - Docker's superset, and its filter beside those of runc and
# crun on this kernel.
#
# Two profiles: containers-common's default, taken from its Debian package at
# test time, and one that uses every operator, action and member of the
# superset. Each is resolved and compiled; then a container of each runtime gets
# the resolved object, a container without a filter gets bailiff's program, and
# test/attacks/seccomp_probe makes every call in all three.
set -u
cd "$(dirname "$0")/../.." || exit 111
if [ -z "${BAILIFF_TEST_NS:-}" ]; then
	[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
	BAILIFF_TEST_NS=1 exec unshare -m --propagation private "$0" "$@"
fi
for need in runc crun jq; do
	command -v $need >/dev/null || { echo "1..0 # SKIP no $need"; exit 0; }
done
. test/lib.sh
. test/apt.sh
tool=$BIN/bailiff-bundle
probe=$ATTACKS/seccomp_probe
t_tmpdir work
# This tool is not confined: its leaks are looked for.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=1

compile() { "$tool" compile --seccomp "$@"; }

# ---- the profiles ------------------------------------------------------------
# Each call of the last entries is harmless and decided by its arguments alone.
cat >"$work/own.json" <<'JSON'
{ "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 5,
  "defaultErrno": "EPERM", "comment": "every member of the superset",
  "flags": ["SECCOMP_FILTER_FLAG_LOG"],
  "archMap": [
    { "architecture": "SCMP_ARCH_X86_64",
      "subArchitectures": ["SCMP_ARCH_X86"] },
    { "architecture": "SCMP_ARCH_S390X",
      "subArchitectures": ["SCMP_ARCH_S390"] }],
  "syscalls": [
    { "names": ["access", "arch_prctl", "brk", "clone", "clone3", "close",
        "dup", "dup2", "dup3", "epoll_ctl", "epoll_pwait", "execve", "exit",
        "exit_group", "fcntl", "fork", "fstat", "fstatfs", "futex",
        "getdents64", "getpid", "getrandom", "getuid", "gettid", "ioctl",
        "kill", "lseek", "madvise", "mmap", "mprotect", "mremap", "munmap",
        "nanosleep", "newfstatat", "openat", "openat2", "pipe2", "poll",
        "ppoll", "prctl", "prlimit64", "read", "readlink", "readlinkat",
        "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask",
        "rt_sigreturn", "sched_yield", "seccomp", "set_robust_list",
        "set_tid_address", "setgid", "setgroups", "setuid", "tgkill",
        "wait4", "write", "writev", "chdir", "capget", "capset", "fchdir",
        "no_such_call", "set_mempolicy_home_node"],
      "action": "SCMP_ACT_ALLOW", "comment": "what the probe itself needs" },
    { "name": "getppid", "action": "SCMP_ACT_LOG" },
    { "names": ["getpgrp"], "action": "SCMP_ACT_TRACE", "errnoRet": 7 },
    { "names": ["times"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5,
      "errno": "EXDEV" },
    { "names": ["sysinfo"], "action": "SCMP_ACT_TRAP" },
    { "names": ["uname"], "action": "SCMP_ACT_KILL" },
    { "names": ["getcwd"], "action": "SCMP_ACT_KILL_THREAD" },
    { "names": ["umask"], "action": "SCMP_ACT_KILL_PROCESS" },
    { "names": ["sync"], "action": "SCMP_ACT_ALLOW",
      "includes": { "caps": ["CAP_CHOWN", "CAP_BPF"] } },
    { "names": ["getegid"], "action": "SCMP_ACT_ALLOW",
      "includes": { "arches": ["amd64"], "caps": ["CAP_CHOWN"],
        "minKernel": "4.8" } },
    { "names": ["getgid"], "action": "SCMP_ACT_ALLOW",
      "excludes": { "caps": ["CAP_BPF", "CAP_CHOWN"] } },
    { "names": ["geteuid"], "action": "SCMP_ACT_ALLOW",
      "excludes": { "arches": ["arm64"], "minKernel": "99.0" } },
    { "names": ["getpriority"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 2, "value": 4294967312, "op": "SCMP_CMP_NE" },
        { "index": 3, "value": 4294967312, "op": "SCMP_CMP_LT" }] },
    { "names": ["getpgid"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 2, "value": 4294967312, "op": "SCMP_CMP_LE" },
        { "index": 3, "value": 16, "op": "SCMP_CMP_EQ" }] },
    { "names": ["alarm"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 2, "value": 4294967312, "op": "SCMP_CMP_GE" },
        { "index": 3, "value": 16, "op": "SCMP_CMP_GT" }] },
    { "names": ["personality"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 2, "value": 64424509455, "valueTwo": 4294967297,
        "op": "SCMP_CMP_MASKED_EQ" }] },
    { "names": ["getitimer"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 2, "value": 1, "op": "SCMP_CMP_EQ" },
        { "index": 2, "value": 4294967297, "op": "SCMP_CMP_EQ" }] }] }
JSON

# refused CODE TEXT ARGUMENT...: so ends the command, and says TEXT.
refused() {
	local want=$1 text=$2 got=0
	shift 2
	compile "$@" >"$work/said" 2>"$work/errors" || got=$?
	cat "$work/said" "$work/errors"
	[ "$got" = "$want" ] && [ ! -s "$work/said" ] &&
		grep -qF -- "$text" "$work/errors"
}
names() { # names ARGUMENT...: the names that are allowed
	compile "$work/own.json" --arch x86_64 --oci "$@" 2>/dev/null |
		jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") |
			.names[]'
}
t_check 'a capability takes an entry in' eval \
	'names --cap CAP_CHOWN CAP_BPF | grep -qx sync'
t_check 'all that an entry includes are needed' eval \
	'! names --cap CAP_CHOWN | grep -qx sync'
t_check 'one that it excludes takes it out' eval \
	'names | grep -qx getgid && ! names --cap CAP_BPF | grep -qx getgid'
t_check 'so does a kernel that is too old' eval \
	'names --cap CAP_CHOWN --kernel 4.8 | grep -qx getegid &&
	! names --cap CAP_CHOWN --kernel 4.7 | grep -qx getegid'
t_check 'what is no capability is wrong usage' refused 2 '--cap CHOWN' \
	"$work/own.json" --cap CHOWN
t_check 'what is no kernel is wrong usage' refused 2 '--kernel 6' \
	"$work/own.json" --kernel 6
t_check 'one answer at a time' refused 2 'one of --pseudo, --json and --oci' \
	"$work/own.json" --oci --json
jq '.syscalls[0].includes = {arches: ["pdp11"]}' "$work/own.json" \
	>"$work/bad.json"
t_check 'a refusal names file, member and cause' refused 1 \
	"$work/bad.json: syscalls[0]: includes: arches[0]: \"pdp11\"" \
	"$work/bad.json" --oci

# containers-common's, kept for the next run.
default_fetch() {
	local cache=$PWD/build/cache into release
	into=$cache/containers-common
	mkdir -p "$cache" || return
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	if [ ! -s "$into/seccomp.json" ]; then
		apt_private "$work/apt" "$release" &&
			apt_unpack "$work/apt" "$release" "$work/cc" \
				golang-github-containers-common || return
		mkdir -p "$into" &&
			cp "$work/cc/tree/usr/share/containers/seccomp.json" \
				"$into" || return
	fi
	cp "$into/seccomp.json" "$work/default.json"
}

# ---- what is asked of the kernel ---------------------------------------------
# Every number with arguments that fit nothing, then those of the own profile at
# each boundary. Not asked: what would stop, kill or bury the probe itself.
calls_write() {
	local nr a b
	for nr in {0..449} 450 451 470 1000 0x40000000 0x40000027; do
		case $nr in
		26 | 48 | 61 | 62 | 101 | 169 | 200 | 234 | 247) continue ;;
		esac
		echo "$nr -1 -1 -1 -1 -1 -1"
	done
	for nr in {0..450}; do
		case $nr in
		7 | 26 | 37 | 88 | 114 | 238 | 270 | 284) continue ;;
		esac
		echo "$((0x100000000 + nr)) -1 -1 -1 -1 -1"
	done
	for a in {0..21}; do
		echo "$((0x100000000 + 102)) $a -1"
		echo "$((0x100000000 + 117)) $a -1 -1 -1 -1"
	done
	for nr in 140 121 37 135 36; do
		for a in 0 1 0x10 0xf 0x10000000f 0x10000000f 0x100000001 \
			0x100000010 0x100000011 0xf00000001 \
			0x1000000001 0xffffffff 0x200000000 0xfffffffffffffff1
		do
			for b in 0 0xf 0x10 0x11 0x10000000f 0x100000010 \
				0x100000011 0x200000010 0xffffffffffffffff; do
				echo "$nr -1 -1 $a $b 0 0"
			done
		done
	done
	for a in 0 1 2 8 9 10 15 16 17 0x100000010; do
		for b in 0 2 9 0x100000009; do
			echo "41 $a -1 $b 0 0 0"
		done
	done
}

# ---- containers --------------------------------------------------------------
for at in /run /mnt; do
	mount -t tmpfs none $at || exit 111
done
mkdir -p /mnt/b/rootfs/{proc,dev,sys}
cp "$probe" /mnt/b/rootfs/probe || exit 111
(cd /mnt/b && runc spec) || exit 111
calls_write >/mnt/calls

# crun refuses a hybrid tree of cgroups; runc takes what is there.
if [ -e /sys/fs/cgroup/unified ]; then
	umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup ||
		exit 111
fi

# run RUNTIME SECCOMP ARGS: the probe's answers. runc of before 1.2 has no flags.
run() {
	local id=seccomp-$$-$RANDOM
	jq -c --slurpfile s "$2" --argjson a "$3" '.process.terminal = false |
		.process.args = $a | .process.noNewPrivileges = true |
		.root.readonly = true |
		del(.process.rlimits, .linux.resources) |
		.linux.seccomp = $s[0] | del(.linux.seccomp.flags) |
		if $s[0] == null then del(.linux.seccomp) else . end' \
		/mnt/b/config.json >/mnt/b/with.json
	mkdir -p /mnt/r && cp -a /mnt/b/rootfs /mnt/r/ &&
		cp /mnt/b/with.json /mnt/r/config.json
	(cd /mnt/r && timeout 200 $1 run $id </mnt/calls)
}
echo null >/mnt/null

# same PROFILE RUNTIME [CALLS]: it decides each call as the program does, and
# only CALLS not so.
same() {
	run "$2" /mnt/"$1".oci '["/probe"]' >/mnt/theirs || return
	[ "$(wc -l </mnt/theirs)" = "$(wc -l </mnt/calls)" ] || return
	diff "/mnt/$1.ours" /mnt/theirs
	[ "$(diff "/mnt/$1.ours" /mnt/theirs | awk '/^>/ { print $2 }' |
		sort -u | xargs)" = "$(printf '%s\n' ${3:-} | sort -u | xargs)" ]
}

# profile NAME SENTENCE: compiled, and asked.
profile() {
	t_check "$2 compiles for each architecture, and is proved" each "$1"
	compile "$work/$1.json" --arch x86_64 --cap CAP_CHOWN \
		--kernel 6.1 --oci --bpf /mnt/"$1".bpf >/mnt/"$1".oci || return
	t_check 'what it is resolved to is plain, and comes to the same program' \
		cmp /mnt/"$1".bpf <(compile /mnt/"$1".oci --arch x86_64 --bpf -)
	cp /mnt/"$1".bpf /mnt/b/rootfs/filter
	run runc /mnt/null '["/probe","/filter"]' >/mnt/"$1".ours
	t_check 'the program answers every call on this kernel' eval \
		'[ "$(wc -l <"/mnt/'"$1"'.ours")" = "$(wc -l </mnt/calls)" ]'
}
each() {
	local arch
	for arch in x86_64 x86 x32 aarch64 arm riscv64; do
		compile "$work/$1.json" --arch $arch || return
	done
}

crun='crun --cgroup-manager=disabled'
profile own 'a profile with every operator, action and member'
for result in ok 'errno 1' 'errno 18' 'errno 38' 'signal 31'; do
	t_check "some of them with $result" grep -q " $result\$" /mnt/own.ours
done
# What differs is in docs/formats.md, with the reason. Constants of more than 32
# bits are compared with calls of 32-bit x86 (alarm, getpriority), crun has no
# ENOSYS above the highest number that is named.
wide='0x10000001b 0x100000060'
t_check 'runc decides every call so, but for constants too wide for 32 bits' \
	same own runc "$wide"
t_check 'crun does, but for those and what is above the highest number' \
	same own "$crun" "$wide 0x1c3 0x1d6 0x3e8"
if default_fetch 2>"$work/why"; then
	# It has setns in two rules without a condition: libseccomp takes the
	# first, bailiff the strictest.
	profile default "containers-common's default"
	t_check 'runc decides every call so but setns' same default runc \
		'0x10000015a 0x134'
	t_check 'crun decides every call so but setns' same default "$crun" \
		'0x10000015a 0x134'
else
	skip "containers-common's default" "$(head -n 1 "$work/why")"
fi

t_done
