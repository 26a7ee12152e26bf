#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 62-trust-process.sh - the process that verifies bundles: what it cannot do,
# tried by a program in the same row of the table; and what becomes of a bundle
# that needs more memory or time than it has.
#
# seconds: 200

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

policies() { # DIR SERVICE-DOCUMENT
	mkdir -p "$1/services"
	echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
		>"$1/node.json"
	echo "$2" >"$1/services/web.json"
}
document() { # SYSCALL-RULES
	echo '{"landlock":{"abi":2,"ruleset":[{"handledAccessFs":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.read_execute"],"parent":["/usr"]},
{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"]}]},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":['"$1"']},
"capabilities":{}}'
}
plain='{"names":["ptrace"],"action":"SCMP_ACT_ERRNO"}'
policies "$dir/policies" "$(document "$plain")"
t_check "a bundle is made" n_repo "$dir" "$dir/policies"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"
process() { n_worker policy; }

# ---- what the living process says of itself ------------------------------------------
none=0000000000000000
status() { awk -v k="$1:" '$1 == k { print $2 }' "/proc/$(process)/status"; }
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
	t_is "$set is empty" "$(status $set)" $none
done
t_is "it gains no privileges" "$(status NoNewPrivs)" 1
t_is "a seccomp filter binds it" "$(status Seccomp)" 2
t_is "it is nobody else's uid" "$(status Uid)" 1899999999
limit() { awk -v k="$1" 'index($0, k) == 1 { print $(NF - 1), $(NF - 2) }' \
	"/proc/$(process)/limits"; }
reason="ASan reserves terabytes of addresses"
if [ -n "${BAILIFF_SAN:-}" ]; then
	skip "its memory has a limit" "$reason"
else
	t_is "its memory has a limit" "$(limit 'Max address space')" \
		"1073741824 1073741824"
fi
seconds=$(limit 'Max cpu time')
t_is "so has its time" "$((${seconds#* } > 0 && ${seconds#* } < 60))" 1
t_is "it has no socket but its channels" \
	"$(find "/proc/$(process)/fd" -lname 'socket:*' | wc -l)" 2

# ---- each thing that it cannot do, tried ------------------------------------------------
field=$dir/field
attempts() { # ROW: NAME allowed|denied, a line each
	rm -rf "$field"
	mkdir -m 777 "$field"
	(umask 0 && echo content >"$field/victim")
	timeout 20 "$ATTACKS/confined" "$1" "$field"
}
attempts none >"$dir/free"
t_is "the attempts were made" $? 0
attempts policy >"$dir/bound"
t_is "and in the row of the policy process" $? 0
forbidden="socket_inet socket_unix socket_netlink read_shadow read_trail_key write_file
truncate_file make_file make_directory rename remove fork exec ptrace
read_memory_of_others signal_others mount chroot unshare become_root bpf
set_clock load_module io_uring"
for what in $forbidden; do
	t_is "control: nothing else forbids ${what//_/ }" \
		"$(grep "^$what " "$dir/free")" "$what allowed"
	t_is "${what//_/ } is denied" "$(grep "^$what " "$dir/bound")" \
		"$what denied"
done
t_is "control: the audit process reads the trail's key" \
	"$(attempts audit | grep '^read_trail_key ')" "read_trail_key allowed"
for process in control ship; do
	t_is "the $process process does not" \
		"$(attempts $process | grep '^read_trail_key ')" \
		"read_trail_key denied"
done
t_is "reading is not" "$(grep "^read_file " "$dir/bound")" "read_file allowed"
t_is "every attempt is judged" "$(sort "$dir/bound" | wc -l)" \
	$(($(wc -w <<<"$forbidden") + 1))

# ---- too much ------------------------------------------------------------------------------
reload() { # BUNDLE: the status; the answer is in $dir/answer
	jq -cn --arg b "$1" '{bundle: $b}' |
		curl -s --max-time 60 --unix-socket /run/bailiff/control.sock \
			-o "$dir/answer" -w '%{http_code}' -d @- \
			http://bailiff/v1/reload
}
stands() {
	[ "$(n_get /v1/status | jq .policy.bundle)" = 1 ] &&
		"$EXEC" --service web -- /usr/bin/true &&
		! "$EXEC" --service web -- /usr/bin/cat /etc/shadow
}
next() { # NAME: $dir/p-NAME, signed, in $dir/NAME
	mkdir -p "$dir/$1.work"
	cp -a "$dir/repo" "$dir/keys" "$dir/pass" "$dir/$1.work/"
	n_next "$dir/$1.work" "$dir/p-$1" &&
		mv "$dir/$1.work/repo" "$dir/$1" &&
		rm -rf "$dir/repo" && cp -a "$dir/$1" "$dir/repo"
}
# refused SENTENCE BUNDLE PART: as too large; the policy stands all the while
refused() {
	t_is "$1 is refused" "$(reload "$2") $(jq -r .refused "$dir/answer")" \
		"409 too-large"
	t_has "... in one sentence" "$(jq -r .error "$dir/answer")" "$3"
	t_check "denied: ... and the policy in force stands" stands
}

# 4,000 paths, more than an argument may hold.
policies "$dir/p-large" "$(document "$plain")"
{
	sed '/^{"allowedAccess":\["read_file"\]/,$d' \
		"$dir/policies/services/web.json"
	for ((i = 0; i < 4000; i++)); do
		printf '{"allowedAccess":["read_file"],"parent":["/srv/%0200d"]},\n' $i
	done
	sed -n '/^{"allowedAccess":\["read_file"\]/,$p' \
		"$dir/policies/services/web.json"
} >"$dir/p-large/services/web.json"
t_check "a bundle of 4,000 paths is signed" next large

# Calls with so many conditions that the proof of one program takes long; and
# that for 24 services, each with others: programs that are alike are proved
# once.
rules() { # NUMBER
	jq -cn --argjson n "$1" '["SCMP_CMP_EQ","SCMP_CMP_GE","SCMP_CMP_LT","SCMP_CMP_NE"] as $op |
	[("read","write","openat","ioctl","fcntl","prctl","mmap","mprotect",
	"socket","clone","sendto","recvfrom","setsockopt","getsockopt","poll",
	"select","ppoll","futex","fallocate","splice","tee","readv","writev",
	"pread64","pwrite64","lseek","dup3","pipe2","eventfd2","accept4") as $c |
	range(32) as $v | {names: [$c], action: "SCMP_ACT_ERRNO",
	args: [range(3) as $i | {index: $i, value: ($v * 1000 + $i * 3 + $n),
	op: $op[($i + $v) % 4]}]}]'
}
mkdir -p "$dir/p-slow/services"
members=
for i in {1..24}; do
	members+=",\"s$i\":{\"number\":$((i + 1))}"
	some=$(rules "$i")
	document "${some:1:-1}" >"$dir/p-slow/services/s$i.json"
done
document "$plain" >"$dir/p-slow/services/web.json"
echo "{\"unlisted\":\"allow\",\"services\":{\"web\":{\"number\":1}$members}}" \
	>"$dir/p-slow/node.json"
t_check "a bundle that takes long to prove is signed" next slow

lower() { # LIMIT: of the living process, as its own uid may
	setpriv --reuid 1899999999 --regid 1899999999 --clear-groups \
		prlimit --pid "$old" "$1"
}
replaced() { now=$(process) && [ -n "$now" ] && [ "$now" != "$old" ]; }
ready() { n_get /v1/status | jq -e '[.workers[].ready] | all'; }
if [ -n "${BAILIFF_SAN:-}" ]; then
	skip "a bundle for which there is no memory" "$reason"
else
	size=$(status VmSize)
	old=$(process)
	lower --as=$((size * 1024 + 2097152)):$((size * 1024 + 2097152))
	refused "a bundle for which there is no memory" "$dir/large" \
		"needs more memory than the 1024 MiB"
	kill -KILL "$(process)"
	t_check "another process takes its place" t_wait_for -t 1 replaced
fi
t_wait_for -t 5 ready

# The hard limit keeps the process from giving itself the usual time.
old=$(process)
lower --cpu=1:4
refused "a bundle for which there is no time" "$dir/slow" \
	"needs more processor time"
t_check "the process is replaced within a second" t_wait_for -t 1 replaced
t_check "and works" t_wait_for -t 5 "$CTL" show web
t_wait_for -t 5 ready
t_is "control: with the usual memory the large one is accepted" \
	"$(reload "$dir/large")" 200
t_is "control: with the usual time the slow one is" "$(reload "$dir/slow")" 200
t_is "and in force" "$(n_get /v1/status | jq .policy.bundle)" 3
t_done
