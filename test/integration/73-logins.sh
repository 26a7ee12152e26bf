#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 73-logins.sh - a login in a service: Debian's sshd with PAM, whose pam_loginuid
# gives each login a number and a session of its own. Where the policy grants
# CAP_AUDIT_CONTROL it may, and what the login does stays sshd's, also when the
# audit process was killed meanwhile; where it does not, the login ends.
#
# seconds: 180

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
# shellcheck source=test/demo-support/debian.sh
. "$TOP/test/demo-support/debian.sh"
t_tmpdir dir
export SSHD_PAM=yes

{ d_tmpfs /srv root:root 755 && mkdir -p $D/bin &&
	cp "$ATTACKS"/{intruder,exec32} $D/bin/ && echo >$D/marker && d_sshd_make; } \
	>"$dir/make.log" 2>&1 || t_die "$(tail -n 3 "$dir/make.log")"

# ---- policies: one that grants it, one that does not -------------------------
policy() { # DIR GRANT ACCEPTED MEMBERS
	mkdir -p "$1/services"
	jq -n --argjson grant "$2" '{unlisted: "allow", services:
		{sshd: ({number: 4} + $grant)}}' >"$1/node.json"
	jq -n --argjson accept "$3" --argjson members "$4" '
		{accept: $accept, seccomp: {defaultAction: "SCMP_ACT_ALLOW",
		architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
		syscalls: [{names: ["ptrace"], action: "SCMP_ACT_ERRNO"}]}} +
		$members' >"$1/services/sshd.json"
}
reads() { # KEY: members of a service whose audit rule is about one file
	jq -cn --arg r "-a always,exit -F arch=b64 -S openat -F path=$D/marker -k $1" \
		'{audit: [$r]}'
}
policy "$dir/granted" '{"grant":["CAP_AUDIT_CONTROL"]}' \
	'["no-landlock","no-capabilities"]' "$(reads opens)"
policy "$dir/not" '{}' '["no-landlock"]' "$(jq '{capabilities}' \
	"$TOP/examples/policies/services/sshd.json")"

t_check "a bundle whose sshd may not change loginuid is signed" \
	n_repo "$dir" "$dir/not"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/daemon.log"

# ---- not granted -------------------------------------------------------------------
d_sshd "$dir/sshd-not.log" "$EXEC" --service sshd --
t_check "sshd answers" t_wait_for d_ssh_greets
t_exit "without CAP_AUDIT_CONTROL pam_loginuid ends the login" 254 d_ssh true
t_end "$SSHD"

# ---- granted -----------------------------------------------------------------------
t_check "a bundle that grants it is signed" n_next "$dir" "$dir/granted"
n_image "$dir"
t_check "and loaded" "$CTL" reload
d_sshd "$dir/sshd.log" "$EXEC" --service sshd --
t_check "sshd answers again" t_wait_for d_ssh_greets
t_is "ann logs in and has her own number" \
	"$(d_ssh cat /proc/self/loginuid)" 4242

# One login that lives on, told what to do line by line.
mkfifo "$dir/orders"
# shellcheck disable=SC2016
d_ssh 'cat /proc/self/sessionid; echo; while read -r line; do
	'$D'/bin/intruder syscall ptrace; '$D'/bin/exec32 /usr/bin/true; : <'$D'/marker; done' <"$dir/orders" >"$dir/login" 2>&1 &
login=$!
exec 8>"$dir/orders"
t_check "a login that goes on" t_wait_for grep -q . "$dir/login"
ses=$(head -n 1 "$dir/login")
own=$(cat "/proc/$SSHD/sessionid")
t_check "it is in a session of its own" [ "$ses" != "$own" ]

# What the trail says of the refused calls of that login.
denials() {
	"$CTL" tail --json --from 1 2>/dev/null | jq -r --argjson ses "$ses" '
		select(.service.ses == $ses and
			any(.records[]?; .type == "SECCOMP")) |
		"\(.service.name) \(.service.instance) \(.service.how) \(.service.auid)"'
}
count_is() { [ "$(denials | wc -l)" -eq "$1" ]; }
echo >&8
t_check "what it is denied is in the trail" t_wait_for count_is 1
t_is "as sshd's" "$(denials)" "sshd host session 4242"

# The rules of the service are bounded to its number, which this login has not.
told() { # JQ: events of that login of which this holds
	"$CTL" tail --json --from 1 2>/dev/null | jq -c --argjson ses "$ses" \
		"select(.service.ses == \$ses and .service.name == \"sshd\") |
		select($1)" | wc -l
}
told_is() { [ "$(told "$1")" -eq "$2" ]; }
# What is executed after the rules stand; the shell itself may be before.
runs='any(.records[]?; .type == "EXECVE") and
	(.process.executable // "" | endswith("/intruder"))'
followers() { auditctl -l | grep -ac "sessionid=$ses "; }
t_check "what it executes is in the trail" t_wait_for told_is "$runs" 1
t_check "and what the policy's rule is about" \
	t_wait_for told_is '(.tags // []) | index("opens")' 1
t_is "by rules of its own" "$(followers)" 3
if [ "$(uname -m)" = x86_64 ]; then
	runs32='any(.records[]?; .type == "EXECVE") and
		(.process.executable // "" | endswith("/true"))'
	t_check "a program executed by a 32-bit call is in the trail too" \
		t_wait_for told_is "$runs32" 1
fi
t_is "of which status tells" \
	"$(n_get /v1/status | jq -c '[.audit.logins_followed >= 1, .audit.logins_not_followed]')" \
	"[true,0]"
policy "$dir/granted" '{"grant":["CAP_AUDIT_CONTROL"]}' \
	'["no-landlock","no-capabilities"]' "$(reads others)"
t_check "another policy is loaded" n_next "$dir" "$dir/granted"
n_image "$dir"
t_check "while the login goes on" "$CTL" reload
echo >&8
t_check "its rule holds for the login" \
	t_wait_for told_is '(.tags // []) | index("others")' 1
t_is "the old one does not" "$(told '(.tags // []) | index("opens")')" 1
t_is "each once" "$(followers)" 3

old=$(n_worker audit)
kill -KILL "$old"
worker_is_new() {
	local now
	now=$(n_worker audit) && [ -n "$now" ] && [ "$now" != "$old" ] &&
		n_get /v1/status | jq -e '[.workers[].ready] | all' >/dev/null
}
t_check "the audit process is killed and comes back" t_wait_for worker_is_new
echo >&8
t_check "what the login is denied then is there too" t_wait_for count_is 3
t_is "and still sshd's" "$(denials | sort -u)" "sshd host session 4242"
t_is "each start is told of once" "$("$CTL" tail --json --from 1 |
	jq -r 'select(.event.action == "service.start") | .service.ses' |
	sort | uniq -d)" ""
t_is "and nobody is taken for an impostor" "$("$CTL" tail --json --from 1 |
	jq -r 'select(.event.action == "identity.forged") | .message')" ""
drifts=$(n_get /v1/status | jq .audit.drifts)

# ---- another daemon, which knows the login from the trail ---------------------------
kill -KILL "$DAEMON"
wait "$DAEMON" 2>/dev/null || :
n_start_ok "a killed daemon's successor becomes ready" "$dir/daemon.log" 8>&-
all_follow() { [ "$(followers)" -eq 3 ]; }
t_check "the login has its rules again" t_wait_for all_follow
echo >&8
t_check "and what it executes is in the trail" t_wait_for told_is "$runs" 4
exec 8>&-
wait "$login"
none_follow() { [ "$(followers)" -eq 0 ]; }
t_check "when it has ended they go" t_wait_for -t 20 none_follow
t_is "nobody else changed the rules" "$drifts $(n_get /v1/status | jq .audit.drifts)" "0 0"

t_done
