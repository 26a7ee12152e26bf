#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 64-what.sh - bailiffctl explain --what: a running daemon is asked whether a
# service may do something, and answers from the policy in force.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
t_tmpdir dir

T_SAID=$dir/said
what() { "$CTL" explain --service "${2:-web}" --what "$1"; }
# asked QUERY: HTTP status of GET /v1/explain?QUERY.
asked() {
	curl -s -o "$dir/answer" -w '%{http_code}' --max-time 10 --unix-socket \
		/run/bailiff/control.sock "http://bailiff/v1/explain?$1"
}

mkdir -p "$dir/policies/services"
echo '{"unlisted":"allow","services":{"web":{"number":1},"bare":{"number":2},
"old":{"number":3}}}' >"$dir/policies/node.json"
n_policy >"$dir/policies/services/web.json"
echo '{"accept":["no-landlock","no-seccomp","no-capabilities"]}' \
	>"$dir/policies/services/bare.json"
echo '{"accept":["no-seccomp","no-capabilities"],"best-effort":true,
"landlock":{"bailiff":1,"abi":11,"ruleset":[{"handledAccessFs":["read_file"],
"handledAccessNet":["bind_udp"]}]},
"tests":["deny read /etc/shadow"]}' >"$dir/policies/services/old.json"
n_repo "$dir" "$dir/policies" || t_die 'no bundle'
n_image "$dir"
n_start_ok 'a daemon starts with the policies' "$dir/log"

t_check 'what is denied exits with 1' t_says 1 \
	'denied: web may not read /etc/shadow: no rule grants read_file there' \
	what 'read /etc/shadow'
t_check 'it says what would allow it' grep -q '"parent"' "$T_SAID"
t_check 'layer by layer' grep -q '^  landlock denied: no rule grants' \
	"$T_SAID"
t_check 'and whose policy it is' \
	grep -q '^  bundle 1, generation 1, role targets, signed by' "$T_SAID"
t_check 'what is allowed exits with 0' t_says 0 \
	'allowed: web may read /usr/bin/sh: it is granted by /usr (execute, read_file, read_dir, refer)' \
	what 'read /usr/bin/sh'
t_check 'a system call' t_says 1 'web may not call ptrace' what 'syscall ptrace'
t_check 'a capability' t_says 1 'CAP_SYS_ADMIN is not among its permitted' \
	what 'capability CAP_SYS_ADMIN'
t_check 'blanks and quotes arrive' t_says 0 'may read /usr/a b' \
	what 'read "/usr/a b"'
t_check 'a service that restricts nothing may all' t_says 0 \
	'its policy does not restrict it' what 'read /etc/shadow' bare
abi=$(n_get /v1/status | jq .kernel.landlock_abi)
if [ "$abi" -lt 10 ]; then
	t_check 'what the kernel lacks is not called denied' t_says 0 \
		"Landlock ABI 10 is needed, the kernel has $abi" \
		what 'bind udp 53' old
else
	t_check 'what the kernel has is denied' t_says 1 'may not bind UDP' \
		what 'bind udp 53' old
fi
t_check 'a service without a filter' t_says 1 'no rule grants read_file there' \
	what 'read /etc/shadow' old
t_check 'JSON is for tools' bash -c "'$CTL' --json explain --service web \
	--what 'write /etc/passwd' | jq -e '.verdict == \"denied\" and
	.layer == \"landlock\" and .service == \"web\" and
	.what == \"write /etc/passwd\" and .generation == 1 and
	(.fix.landlock | type) == \"object\" and (.signers | length) == 1'"
t_check 'bad words are wrong usage, not a no' t_says 2 \
	'--what: "reed" is no action' what 'reed /etc/shadow'
t_check 'a relative path too' t_says 2 'is not an absolute path' \
	what 'read etc/shadow'
t_check 'an unknown service too' t_says 2 'the policy has no service "wbe"' \
	what 'read /etc/shadow' wbe
t_check '--what needs --service' t_says 2 'go together' \
	"$CTL" explain --what 'read /x'
t_check '--service needs --what' t_says 2 'go together' \
	"$CTL" explain --service web
t_check 'an event and an action are two questions' t_says 2 \
	'either a sequence number or --what' \
	"$CTL" explain 3 --what 'read /x' --service web
t_check 'nothing asked is wrong usage' t_says 2 \
	'either a sequence number or --what' "$CTL" explain
t_check 'over HTTP: an answer' test "$(asked 'what=read%20/x&service=web')" = 200
t_check 'over HTTP: bad words' test "$(asked 'what=reed%20/x&service=web')" = 400
t_check 'with a sentence' grep -q 'is no action' "$dir/answer"
t_check 'over HTTP: no service said' test "$(asked 'what=read%20/x')" = 400
t_check 'over HTTP: no such service' \
	test "$(asked 'what=read%20/x&service=nobody')" = 404
t_check 'over HTTP: both questions' \
	test "$(asked 'seq=1&what=read%20/x&service=web')" = 400
t_check 'over HTTP: no question' test "$(asked '')" = 400
t_check 'over HTTP: words that are too long' test "$(asked \
	"service=web&what=read%20/$(head -c 17000 /dev/zero | tr '\0' x)")" = 400
t_check 'terminal sequences do not get through' bash -c \
	"! '$CTL' explain --service web --what $'read /\e[2Jx' | grep -q $'\e'"

sed -i 's|"/etc/ld.so.cache"|"/etc"|' "$dir/policies/services/web.json"
n_next "$dir" "$dir/policies" || t_die 'no second bundle'
t_check 'after a reload the new policy answers' t_says 0 \
	'allowed: web may read /etc/shadow: it is granted by /etc (read_file)' \
	bash -c "'$CTL' reload --bundle '$dir/repo' >/dev/null &&
	'$CTL' explain --service web --what 'read /etc/shadow'"
t_done
