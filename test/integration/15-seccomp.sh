#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 15-seccomp.sh - Docker's superset, and its filter beside those of runc and
# crun on this kernel.
#
# Profiles: Docker's default, its predecessor and containers-common's default,
# taken from Debian's packages at test time, and seccomp_own.json, which uses
# every operator, action and member of the superset. Each is resolved and
# compiled; then a container of each runtime gets the resolved object, a
# container without a filter gets bailiff's program, and
# test/attacks/seccomp_probe makes every call in all three. What they decide
# differently is listed here, exactly.
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
own=$PWD/test/integration/seccomp_own.json
t_tmpdir work
T_SAID=$work/said
# This tool is not confined: its leaks are looked for.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=1

compile() { "$tool" compile --seccomp "$@"; }

# ---- the profiles ------------------------------------------------------------

# refused CODE TEXT ARGUMENT...: so ends the command, and says TEXT.
refused() { t_refused "$1" "$2" compile "${@:3}"; }
names() { # names ARGUMENT...: the names that are allowed
	compile "$own" --arch x86_64 --oci "$@" 2>/dev/null |
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
	"$own" --cap CHOWN
t_check 'what is no kernel is wrong usage' refused 2 '--kernel 6' \
	"$own" --kernel 6
t_check 'one answer at a time' refused 2 'one of --pseudo, --json, --oci and --raw' \
	"$own" --oci --json
jq '.syscalls[0].includes = {arches: ["pdp11"]}' "$own" \
	>"$work/bad.json"
t_check 'a refusal names file, member and cause' refused 1 \
	"$work/bad.json: syscalls[0]: includes: arches[0]: \"pdp11\"" \
	"$work/bad.json" --oci

# fetch NAME PACKAGE PATH: a profile out of a Debian package, as $work/NAME.json:
# the installed one, or one that is unpacked and kept for the next run.
fetch() {
	local kept
	kept=$(apt_file "seccomp/$1.json" "$2" "$3" "$work") &&
		cp "$kept" "$work/$1.json"
}

# ---- what is asked of the kernel ---------------------------------------------
# Every number with arguments that fit nothing, then those of the own profile at
# each boundary. Not asked: what would stop, kill or bury the probe itself.
calls_write() {
	local nr a b
	for nr in {0..470} 1000 0x3fffffff 0x7fffffff 0x80000000 0xffffffff; do
		echo "$nr -1 -1 -1 -1 -1 -1"
	done
	for nr in {0..470} {512..547} 1000; do
		echo "$((0x40000000 + nr)) -1 -1 -1 -1 -1 -1"
	done
	for nr in {0..470} 1000; do
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
	for a in 0 1 2 8 9 10 15 16 17 38 39 40 41 0x100000010; do
		for b in 0 2 9 0x100000009; do
			echo "41 $a -1 $b 0 0 0"
		done
	done
	for a in 0 1 7 8 9 0x1ffff 0x20000 0x20008 0x20009 0xffffffff \
		0x100000008 0xffffffffffffffff; do
		echo "135 $a 0 0 0 0 0"
	done
	for a in 0x11 0x10000011 0x02000011 0x40000011 0x7e020011 0x80000011 \
		0x100000011; do
		echo "56 $a 0 0 0 0 0"
		echo "$((0x100000000 + 120)) $a 0 0 0 0"
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
run runc /mnt/null '["/probe"]' >/mnt/plain
t_check 'every call has an answer without a filter' eval \
	'[ "$(wc -l </mnt/plain)" = "$(wc -l </mnt/calls)" ]'

# differences PROFILE: what is decided differently, a line for each kind of it:
# "FIRST-LAST ours|theirs", numbers as the probe has them; "passed" is the answer
# without a filter, unless a filter would give it too. Neighbours are those that
# were asked one after the other.
differences() {
	paste -d '|' "/mnt/$1.ours" /mnt/theirs /mnt/plain | awk -F'|' '
	function result(line, words, n, i, text) {
		if (line == $3 && line !~ / errno (1|38)$/)
			return "passed"
		n = split(line, words, " ")
		for (i = 8; i <= n; i++)
			text = text (i > 8 ? " " : "") words[i]
		return text
	}
	function flush() {
		if (first != "")
			print first (first != last ? "-" last : "") " " kind
		first = ""
	}
	{
		split($1, words, " ")
		now = result($1) "|" result($2)
		if ($1 == $2 || now != kind)
			flush()
		if ($1 == $2)
			next
		if (first == "")
			first = words[1]
		last = words[1]
		kind = now
	}
	END { flush() }' | sort -u
}

# same PROFILE RUNTIME [LINE...]: it decides each call as the program does, but
# for what the lines say, and for every line of them.
same() {
	local profile=$1 runtime=$2
	shift 2
	run "$runtime" "/mnt/$profile.oci" '["/probe"]' >/mnt/theirs || return
	[ "$(wc -l </mnt/theirs)" = "$(wc -l </mnt/calls)" ] || return
	diff <(differences "$profile") \
		<(for line; do echo "$line"; done | sort -u)
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
cp "$own" "$work/own.json"
profile own 'a profile with every operator, action and member'
for result in ok 'errno 1' 'errno 18' 'errno 38' 'signal 31'; do
	t_check "some of them with $result" grep -q " $result\$" /mnt/own.ours
done
# What differs is in docs/formats.md, each with its reason; a difference that is
# gone is one too many here.
#
# Constants of more than 32 bits, compared with calls of 32-bit x86 (alarm and
# getpriority); numbers from 2^31, which runc takes for those of x86_64; crun has
# no ENOSYS above the highest number that is named.
t_check 'runc decides every call so, but for what is documented' same own runc \
	'0x10000001b errno 1|passed' '0x100000060 passed|errno 1' \
	'0x80000000 signal 31|errno 38'
t_check 'crun does, but for what is documented' same own "$crun" \
	'0x10000001b errno 1|passed' '0x100000060 passed|errno 1' \
	'0x1000001c3-0x1000003e8 errno 38|errno 1' \
	'0x1c3-0x3fffffff errno 38|errno 1'

# known NAME SENTENCE PACKAGE PATH: Debian's profile NAME; on standard input the
# differences, "runc LINE" and "crun LINE".
known() {
	local runtime command listed
	if ! fetch "$1" "$3" "$4" 2>"$work/why"; then
		skip "$2" "$(head -n 1 "$work/why")"
		return
	fi
	profile "$1" "$2"
	cat >"$work/listed"
	for runtime in runc crun; do
		mapfile -t listed < <(sed -n "s/^$runtime //p" "$work/listed")
		command=${runtime/#crun/$crun}
		t_check "$runtime decides every call so, but for what is listed" \
			same "$1" "$command" "${listed[@]}"
	done
}

# 0x40000087 is x32's personality, whose argument libseccomp cuts to 32 bits;
# 0xffffffff runc takes for one of x32.
docker=usr/share/gocode/src/github.com/docker/docker/profiles/seccomp
known docker "Docker's default" golang-github-docker-docker-dev \
	$docker/default.json <<END
runc 0x40000087 errno 1|errno 38
runc 0xffffffff errno 1|errno 38
crun 0x40000087 errno 1|errno 38
crun 0x1000001c2-0x1000003e8 errno 38|errno 1
crun 0x1c2-0x80000000 errno 38|errno 1
crun 0x400003e8 errno 38|errno 1
END
# runc does not know that shmat and the like have numbers of their own on 32-bit
# x86, up to 0x192, and refuses them although the profile names them.
known before "Docker's default of 2016" golang-github-docker-docker-dev \
	$docker/fixtures/default-old-format.json <<END
runc 0x100000181-0x100000188 errno 1|errno 38
runc 0x100000189-0x100000192 passed|errno 38
runc 0x40000087 errno 1|errno 38
runc 0xffffffff errno 1|errno 38
crun 0x100000193-0x1000003e8 errno 38|errno 1
crun 0x147-0x14e errno 38|errno 1
crun 0x151-0x80000000 errno 38|errno 1
crun 0x40000087 errno 1|errno 38
crun 0x40000222-0x400003e8 errno 38|errno 1
END
# setns is in two rules without a condition: libseccomp takes the first, bailiff
# the strictest.
known common "containers-common's default" golang-github-containers-common \
	usr/share/containers/seccomp.json <<END
runc 0x10000015a errno 1|passed
runc 0x134 errno 1|passed
runc 0x40000134 errno 1|errno 38
crun 0x10000015a errno 1|passed
crun 0x134 errno 1|passed
crun 0x40000134 errno 1|errno 38
END

t_done
