#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 75-flood.sh - one service floods: another's denials arrive whole, its own are
# counted exactly; far over its budget the kernel is told to make no records for
# a while; and what somebody else changes in the kernel's audit is said and
# undone.
#
# seconds: 200

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
FLOOD=$ATTACKS/flood
FLOODED=20000

# policies DENIALS: a and b may read nothing of /etc but what a program needs;
# so many denials are whole. The kernel's queue has room for the flood: a
# Landlock record that finds none is lost at once, nobody waits for it.
policies() {
	mkdir -p "$dir/p/services"
	jq -n --argjson n "$1" '{unlisted: "allow",
		services: {a: {number: 1}, b: {number: 2}},
		audit: {backlog_limit: 131072, budget: {denials: $n}}}' >"$dir/p/node.json"
	n_policy | jq --arg d "$ATTACKS" '.landlock.pathBeneath +=
		[{allowedAccess: ["abi.read_execute"], parent: [$d]}]' \
		>"$dir/p/services/a.json"
	cp "$dir/p/services/a.json" "$dir/p/services/b.json"
	mkdir -p "$dir/gone"
	jq --arg d "$dir" '.audit = ["-w " + $d + "/gone/file -p r -k gone"]' \
		"$dir/p/services/b.json" >"$dir/b.json"
	mv "$dir/b.json" "$dir/p/services/b.json"
}
as() { # SERVICE COMMAND...
	local service=$1
	shift
	"$EXEC" --service "$service" -- "$@"
}
events() { "$CTL" tail --json -n 100000 "$@"; }
own() { # ACTION: those events, oldest first
	events | jq -c --arg a "$1" 'select(.event.action == $a)'
}
said() { # ACTION PART: is there such an event?
	own "$1" | jq -r .message | grep -q -- "$2"
}
field() { # NAME: of each message on standard input
	jq -r .message | grep -o "\(^\| \)$1=[^ ]*" | cut -d= -f2
}
sum() { awk '{ n += $1 } END { print n + 0 }'; }
denied() { # SERVICE: its denials that are whole
	events --service "$1" --denied | jq -c 'select(.event.kind == "alert")'
}
metric() { # NAME{LABELS}
	n_get /metrics | awk -v m="$1" '$1 == m { print $2 }'
}
lost() { n_get /v1/status | jq .audit.kernel_lost; }

policies 128
n_repo "$dir" "$dir/p" || t_die "no bundle"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"

# ---- a budget --------------------------------------------------------------------
before=$(lost)
as b "$FLOOD" 20 0 20000 /etc/shadow >"$dir/b" &
b=$!
made=$(as a "$FLOOD" $FLOODED 0 0 /etc/passwd /etc/group)
wait "$b"
t_is "service a is denied 20,000 times, on two files" "$made" $FLOODED
t_is "service b meanwhile twenty times" "$(cat "$dir/b")" 20
t_check "the domain of a is reconciled" t_wait_for -t 40 \
	said landlock.reconciled "service=a denials=$FLOODED "
t_is "b's twenty are in the trail, whole" \
	"$(denied b | jq -c 'select(.complete) | .records[0].text' |
		grep -o 'path=[^ ]*' | sort | uniq -c | tr -s ' ')" \
	' 20 path=\"/etc/shadow\"'
t_is "none of b's was counted instead" \
	"$(own audit.suppressed | field service | sort -u)" a
own landlock.reconciled | grep 'service=a ' >"$dir/reconciled"
whole=$(field delivered <"$dir/reconciled")
suppressed=$(field suppressed <"$dir/reconciled")
missing=$(field missing <"$dir/reconciled")
kernel=$(($(lost) - before))
echo "# a: $whole whole, $suppressed counted, $missing missing; the kernel lost $kernel records"
t_is "what came of a and what is missing is what was made" \
	$((whole + suppressed + missing)) $FLOODED
t_check "no more is missing than the kernel says it lost" \
	[ "$missing" -le "$kernel" ]
t_is "those that are whole are in the trail" "$(denied a | wc -l)" "$whole"
t_is "the statements count the others" \
	"$(own audit.suppressed | field count | sum)" "$suppressed"
own audit.suppressed | jq -r .message |
	grep -oE 'denied[0-9]+="[0-9]+ [a-z_]+ [^"]*' >"$dir/rows"
t_is "by right and object, to the last one" \
	"$(sed 's/.*="//' "$dir/rows" | awk '{ n += $1 } END { print n }')" \
	"$suppressed"
t_is "of the two files" \
	"$(sed 's/.*="[0-9]* //' "$dir/rows" | sort -u | tr '\n' ' ')" \
	"read_file /etc/group read_file /etc/passwd "
# A second is one of reading: the stamps are of when they were made.
t_is "none has more whole ones in its second than the budget" \
	"$(own audit.suppressed | field whole | awk '$1 > 128')" ""
t_check "nor are there more than seconds for them" [ "$whole" -le \
	$((($(own audit.suppressed | wc -l) + 2) * 128)) ]

# ---- shown -----------------------------------------------------------------------
counted() { # does the status have all that was suppressed?
	[ "$(n_get /v1/status | jq '.audit.services[] |
		select(.service == "a").suppressed')" = "$suppressed" ]
}
t_check "status has the counts of a" t_wait_for -t 15 counted
n_get /v1/status >"$dir/status"
t_is "and the sum over all services is the node's" \
	"$(jq -c '.audit as $a | [["events", "denied", "partial", "late",
		"suppressed"][] as $k | ([$a.services[][$k]] | add) == $a[$k]] |
		unique' "$dir/status")" "[true]"
t_is "so have the metrics" \
	"$(metric 'bailiff_service_suppressed_total{service="a"}')" "$suppressed"
t_is "b has nothing to complain of" \
	"$(metric 'bailiff_service_suppressed_total{service="b"}')" 0
t_has "bailiffctl status says it in a line" "$("$CTL" status)" \
	"a: $suppressed over the budget"
checkpoint() { # does one state it?
	own trail.checkpoint | jq -r .message >"$dir/notes" &&
		grep -q "^service a events=.* suppressed=$suppressed " "$dir/notes"
}
t_check "a checkpoint states it" t_wait_for -t 15 checkpoint
t_check "and the kernel's count, the newest serial, the rules' hash" \
	grep -qE '^rules [0-9a-f]{64}$' "$dir/notes"
last=$(own trail.checkpoint | jq -rs '.[-1].message')
t_check "in the newest checkpoint too" grep -qE '^last-serial [1-9]' <<<"$last"

# ---- a restart -------------------------------------------------------------------
worker=$(n_worker audit)
kill -KILL "$worker"
again() { [ "$(n_worker audit)" != "$worker" ] && counted; }
t_check "an audit process that begins anew has the counts from the trail" \
	t_wait_for -t 20 again

# ---- far beyond --------------------------------------------------------------------
policies 4
n_next "$dir" "$dir/p"
jq -cn --arg b "$dir/repo" '{bundle: $b}' |
	curl -s --max-time 60 --unix-socket /run/bailiff/control.sock -d @- \
		http://bailiff/v1/reload >/dev/null
t_is "a smaller budget is in force" \
	"$(n_get /v1/status | jq .audit.budget_denials)" 4
before=$(lost)
"$EXEC" --service a -- "$FLOOD" 0 0 50 /etc/passwd >"$dir/made" &
flood=$!
t_check "a session far over it is excluded" t_wait_for -t 30 \
	said audit.excluded "service=a "
excluded=$(own audit.excluded | tail -n 1 | jq -r .message)
t_has "by the kind of record" "$excluded" "type=LANDLOCK_ACCESS"
t_check "and by process, since it is one alone" grep -qE 'pid=[1-9]' \
	<<<"$excluded"
t_has "the kernel has the rule" "$(auditctl -l)" \
	"-a never,exclude -F auid=1900000001 -F pid="
t_has "status says so" "$(n_get /v1/status | jq -r '.problems[]')" \
	"service a floods"
as b "$FLOOD" 3 0 300000 /etc/gshadow >/dev/null
has_b() { [ "$(denied b | grep -c gshadow)" = 3 ]; }
t_check "b's denials arrive meanwhile" t_wait_for -t 15 has_b
as a "$FLOOD" 1 0 0 /etc/subuid >/dev/null
# Whole or, if the rule has ended meanwhile and it floods again, as a count.
has_a() { denied a | grep -q subuid || said audit.suppressed "read_file /etc/subuid"; }
t_check "so do those of another process of a" t_wait_for -t 10 has_a
as a /usr/bin/env >/dev/null
has_env() {
	events --service a | jq -r '.process.executable // empty' |
		grep -q '/env$'
}
t_check "so do its programs" t_wait_for -t 15 has_env
"$ATTACKS/stamp" 1900000001 /usr/bin/true
t_check "and an impostor with its auid" t_wait_for -t 15 \
	said identity.forged auid=1900000001
kill -TERM "$flood"
wait "$flood"
t_check "after ten seconds the rule is gone" t_wait_for -t 20 \
	said audit.included "service=a "
none() { ! auditctl -l | grep -q exclude; }
t_check "in the kernel too" t_wait_for -t 20 none
made=$(cat "$dir/made")
t_check "the domain is reconciled: what was excluded is missing" \
	t_wait_for -t 20 said landlock.reconciled "service=a denials=$made "
own landlock.reconciled | grep "denials=$made " >"$dir/reconciled"
echo "# $(jq -r .message "$dir/reconciled")"
t_is "and the sum is the generator's" \
	$(($(field delivered <"$dir/reconciled") +
		$(field suppressed <"$dir/reconciled") +
		$(field missing <"$dir/reconciled"))) "$made"
t_check "more is missing than the kernel lost: it was never made" \
	[ "$(field missing <"$dir/reconciled")" -gt $(($(lost) - before)) ]

# ---- somebody else's hands ---------------------------------------------------------
rules=$(auditctl -l)
auditctl -d always,exit -F arch=b64 -S execve,execveat \
	-F 'auid>=1900000000' -F 'auid<=1900009998' -k bailiff >/dev/null
t_check "a rule that somebody deletes is said" t_wait_for -t 15 \
	said audit.rules_drift "missing=1 .*restored=yes"
t_is "and is back" "$(auditctl -l)" "$rules"
auditctl -A never,exit -S all -F uid=0 >/dev/null
t_check "a rule that silences is said" t_wait_for -t 15 \
	said audit.rules_drift "foreign_added=1 .*silencing=1 .*restored=yes"
t_is "bailiff's stand in front of it" "$(auditctl -l | head -n "$(wc -l <<<"$rules")")" \
	"$rules"
auditctl -d never,exit -S all -F uid=0 >/dev/null
t_check "that it is gone is said too" t_wait_for -t 15 \
	said audit.rules_drift "foreign_removed=1"
rmdir "$dir/gone"
t_check "a rule on a directory that is gone cannot be put back" \
	t_wait_for -t 8 said audit.rules_drift "missing=1 .*restored=no"
t_is "the others can" "$(auditctl -l)" "$(grep -v gone <<<"$rules")"
t_has "and status says which one is missing" \
	"$(n_get /v1/status | jq -r '.problems[]')" "key gone: put the audit rule back"
drifts=$(n_get /v1/status | jq .audit.drifts)
sleep 3
t_is "which is said once" "$(n_get /v1/status | jq .audit.drifts)" "$drifts"
auditctl -e 0 >/dev/null
t_check "audit switched off is said" t_wait_for -t 15 \
	said audit.posture_drift "enabled=0 meant=1 .*restored=yes"
t_is "and undone" "$(auditctl -s | awk '$1 == "enabled" { print $2 }')" 1
auditctl -b 64 >/dev/null
t_check "so is a shorter queue" t_wait_for -t 15 \
	said audit.posture_drift "backlog_limit=64 .*restored=yes"
auditctl -r 10 >/dev/null
t_check "so is a rate limit" t_wait_for -t 15 \
	said audit.posture_drift "rate_limit=10 meant_rate=0 .*restored=yes"
auditctl -f 0 >/dev/null
t_check "and silence about failures" t_wait_for -t 15 \
	said audit.posture_drift "failure=0 meant_failure=1 restored=yes"
t_is "in the kernel too: neither is there" "$(auditctl -s |
	grep -E '^(rate_limit|failure) ')" "$(printf 'failure 1\nrate_limit 0')"
t_check "the metrics count it" [ "$(metric bailiff_audit_drifts_total)" -ge 5 ]

t_end "$DAEMON"
t_is "nothing of bailiff's is left" "$(auditctl -l)" "No rules"
t_done
