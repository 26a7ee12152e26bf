#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 67-audit-rules.sh - audit rules that a policy brings: bounded to its service,
# installed with the policy, gone with it, and nobody else's touched.
#
# seconds: 120

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
echo secret >"$dir/watched"
auditctl -w /etc/hostname -p wa -k somebody >/dev/null 2>&1 ||
	t_die "no rule can be added"

# policies [RULE...]: web has these rules; other has none.
policies() {
	mkdir -p "$dir/p/services"
	echo '{"unlisted":"allow","services":{"web":{"number":1},"other":{"number":2}}'"${node_audit:-}}" \
		>"$dir/p/node.json"
	n_policy | jq --arg d "$dir" \
		'.landlock.pathBeneath += [{allowedAccess: ["read_file"], parent: [$d]}]' \
		>"$dir/p/services/other.json"
	printf '%s\n' "$@" | jq -Rn '[inputs | select(. != "")]' >"$dir/rules"
	jq --slurpfile r "$dir/rules" \
		'if $r[0] != [] then .audit = $r[0] else . end' \
		"$dir/p/services/other.json" >"$dir/p/services/web.json"
}
reload() { # the HTTP status; the answer is in $dir/answer
	jq -cn --arg b "$dir/repo" '{bundle: $b}' |
		curl -s --max-time 60 --unix-socket /run/bailiff/control.sock \
			-o "$dir/answer" -w '%{http_code}' -d @- \
			http://bailiff/v1/reload
}
next() { # RULE...: another version, loaded
	policies "$@"
	n_next "$dir" "$dir/p" && [ "$(reload)" = 200 ]
}
brought() { auditctl -l | grep -a 'bailiff-rule' | sort; }
tagged() { # SERVICE TAG: how many events
	"$CTL" tail --json --service "$1" |
		jq -c --arg t "$2" 'select((.tags // []) | index($t))' | wc -l
}
has_tag() { [ "$(tagged "$1" "$2")" -ge "$3" ]; }

policies "-a always,exit -F arch=b64 -S openat -F path=$dir/watched -k opens"
n_repo "$dir" "$dir/p" || t_die "no bundle"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"

# ---- one service ---------------------------------------------------------------
rules=$(brought)
t_is "one rule is installed" "$(wc -l <<<"$rules")" 1
t_has "it is bounded to the service" "$rules" "-F auid=1900000001"
t_is "status says so" "$(n_get /v1/status | jq .audit.rules)" 1
t_is "the service opens its file" \
	"$("$EXEC" --service web -- /usr/bin/cat "$dir/watched")" secret
t_check "that is an event with the rule's key, and the service's" \
	t_wait_for -t 5 has_tag web opens 1
t_is "another service opens it too" \
	"$("$EXEC" --service other -- /usr/bin/cat "$dir/watched")" secret
/usr/bin/cat "$dir/watched" >/dev/null
"$EXEC" --service web -- /usr/bin/cat /usr/bin/env >/dev/null
"$EXEC" --service web -- /usr/bin/cat "$dir/watched" >/dev/null
t_check "the service's next one is there" t_wait_for -t 5 has_tag web opens 2
t_is "of another service's, of nobody's, and of other files there is none" \
	"$("$CTL" tail --json |
		jq -r 'select((.tags // []) | index("opens")).service.name' |
		sort | uniq -c | tr -s ' ')" " 2 web"

# ---- changes ---------------------------------------------------------------------
t_check "a policy with two other rules" next \
	"-w $dir/ -p r -k reads" "-a always,exit -S execve -k programs"
t_is "those stand, the old one is gone" \
	"$(brought | grep -ao 'opens\|reads\|programs' | tr '\n' ' ')" \
	"programs reads "
"$EXEC" --service web -- /usr/bin/cat "$dir/watched" >/dev/null
t_check "reads below a directory are tagged" t_wait_for -t 5 has_tag web reads 1
t_check "so are programs, before bailiff's own rule" \
	t_wait_for -t 5 has_tag web programs 1
before=$(brought)
t_check "a rule about a path that is not there: the policy is in force" next \
	"-a always,exit -S mkdir -k makes" "-w /nowhere/at/all -k lost"
t_is "but the rules before stand, whole" "$(brought)" "$before"
t_has "status says why" "$(n_get /v1/status | jq -r '.problems[]')" \
	"audit rules are not installed: key lost: add the audit rule"
t_has "so does the log" "$(cat "$dir/log")" "key lost: add the audit rule"
failed() {
	"$CTL" tail --json | jq -r 'select(.event.action == "audit.rules").message' |
		grep -q 'error="key lost: '
}
t_check "and an event" t_wait_for -t 5 failed

# ---- what the kernel takes ----------------------------------------------------------
many=()
for field in a0=5 'a1!=0x10' 'a2>3' 'a3&=7' 'a3&8' devmajor=8 'devminor>=1' \
	egid=0 'euid!=1000' exit=-13 'exit<0' exit=-EPERM filetype=fifo \
	'filetype!=file' fsgid=4 'fsuid<5' 'gid<=6' inode=42 obj_gid=7 \
	'obj_uid!=8' pers=0 pid=1 'ppid>1' saddr_fam=2 sgid=9 success=1 \
	'suid>=3' uid=0 exe=/usr/bin/cat 'exe!=/usr/bin/env' "dir=$dir" \
	perm=wa; do
	many+=("-a always,exit -S all -F $field -k f")
done
t_check "every field there is, in one policy" next "${many[@]}"
t_is "the kernel has them as they were asked for: $(n_get /v1/status |
	jq -r '.problems[]')" "$(brought | wc -l)" "${#many[@]}"
t_check "32-bit calls and several calls" next \
	"-a always,exit -F arch=b32 -S open,unlink -S mkdir -k old"
t_has "are there" "$(brought)" "arch=b32 -S open,unlink,mkdir"
t_check "a policy without rules" next
t_is "has none" "$(brought)" ""
t_is "status says so too" "$(n_get /v1/status |
	jq -c '[.audit.rules, (.problems | length)]')" "[0,0]"

# ---- the node's ------------------------------------------------------------------------
policies
jq '.audit = {rules: ["-w '"$dir"'/watched -p r -k any"]}' "$dir/p/node.json" \
	>"$dir/node" && mv "$dir/node" "$dir/p/node.json"
n_next "$dir" "$dir/p"
t_is "node.json brings rules for all services" "$(reload)" 200
"$EXEC" --service other -- /usr/bin/cat "$dir/watched" >/dev/null
"$EXEC" --service web -- /usr/bin/cat "$dir/watched" >/dev/null
/usr/bin/cat "$dir/watched" >/dev/null
t_check "of one service" t_wait_for -t 5 has_tag other any 1
t_check "and of another" t_wait_for -t 5 has_tag web any 1
t_is "and of nobody else" "$("$CTL" tail --json |
	jq -r 'select((.tags // []) | index("any")).service.name' | sort -u |
	tr '\n' ' ')" "other web "

# ---- started programs ---------------------------------------------------------------------
# One rule for the machine's own calls, one for its 32-bit ones where it has any.
case $(uname -m) in x86_64 | aarch64) both=2 ;; *) both=1 ;; esac
executes() { auditctl -l | grep -c -- '-S execve.* -F key=bailiff$'; }
t_is "every program that a service starts is audited" "$(executes)" $both
node_audit=',"audit":{"execve":false}' t_check "a policy that does not want that" next
t_is "takes the rules away" "$(executes)" 0
t_check "one that does not say" next
t_is "brings them back" "$(executes)" $both

# ---- the end ------------------------------------------------------------------------------
t_end "$DAEMON"
t_is "nothing of bailiff's is left, and nobody else's is gone" \
	"$(auditctl -l | grep -a 'bailiff\|somebody')" \
	"-w /etc/hostname -p wa -k somebody"
auditctl -W /etc/hostname -p wa -k somebody >/dev/null
t_done
