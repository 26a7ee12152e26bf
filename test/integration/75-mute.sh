#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 75-mute.sh - a flood of denials where the kernel records none, so that they
# are found by their errno: counted to the last one beyond the budget, and far
# beyond it refused calls of that session alone make no records for a while.
# Below Landlock ABI 7 this is the kernel's own way; above, Landlock is hidden.
#
# seconds: 160

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
FLOOD=$ATTACKS/flood
FLOODED=1000

bare=()
abi=$("$TOP/build/test/vm/probe" | awk '/^landlock/ { print $2 }')
[ "$abi" -lt 7 ] || bare=("$ATTACKS/no_landlock")
mkdir -p "$dir/p/services"
touch "$dir/secret" "$dir/other"
chmod 0 "$dir/secret" "$dir/other" # for nobody without a capability
jq -n '{unlisted: "allow", services: {a: {number: 1}, b: {number: 2}},
	audit: {backlog_limit: 131072, budget: {denials: 4}}}' >"$dir/p/node.json"
n_policy | jq --arg d "$ATTACKS" '.["best-effort"] = ["landlock"] |
	.landlock.pathBeneath += [{allowedAccess: ["abi.read_execute"], parent: [$d]}]' \
	>"$dir/p/services/a.json"
cp "$dir/p/services/a.json" "$dir/p/services/b.json"

as() { # SERVICE COMMAND...
	local service=$1
	shift
	"${bare[@]}" "$EXEC" --service "$service" -- "$@"
}
events() { "$CTL" tail --json -n 100000 "$@"; }
own() { # ACTION: messages of those events; a guest's jq is slow
	events | grep -F "\"$1\"" | jq -r --arg a "$1" 'select(.event.action == $a).message'
}
said() { own "$1" | grep -q -- "$2"; }
whole() { # SERVICE FILE: inferred denials of it that are kept
	events --service "$1" --denied | grep '"inferred":true' | grep -c "$2"
}
counted() { # SERVICE FILE: those that were counted
	own audit.suppressed | grep "^service=$1 " |
		grep -oE "denied[0-9]+=\"[0-9]+ read_file $2" |
		sed 's/.*="//' | awk '{ n += $1 } END { print n + 0 }'
}
status() { n_get /v1/status | jq "$1"; }

n_repo "$dir" "$dir/p" || t_die "no bundle"
n_image "$dir"
N_BEFORE=${bare[*]} n_start_ok "the daemon becomes ready" "$dir/log"
t_has "denials are found by their errno" "$(auditctl -l)" "-F exit=-EACCES"

# ---- a budget --------------------------------------------------------------------
lost=$(status .audit.kernel_lost)
as b "$FLOOD" 3 0 400000 "$dir/other" >"$dir/b" &
b=$!
made=$(as a "$FLOOD" $FLOODED 0 0 "$dir/secret")
wait "$b"
t_is "a is refused $FLOODED times" "$made" $FLOODED
b_is_there() { [ "$(whole b "$dir/other")" = 3 ]; }
t_check "b's three are whole" t_wait_for -t 20 b_is_there
all() {
	local gone=$(($(status .audit.kernel_lost) - lost)) sum
	sum=$(($(whole a "$dir/secret") + $(counted a "$dir/secret")))
	echo "$(whole a "$dir/secret") whole, $(counted a "$dir/secret") counted, $gone lost"
	[ "$sum" -le "$made" ] && [ $((made - sum)) -le "$gone" ]
}
t_wait_for -t 20 all
t_check "a's are whole or counted, but for what the kernel lost" all
t_check "most are counted" [ "$(counted a "$dir/secret")" -gt $((made / 2)) ]

# ---- far beyond --------------------------------------------------------------------
none() { ! auditctl -l | grep -q bailiff-muted; }
t_wait_for -t 20 none # on a slow machine the flood before was one as well
before=$(own audit.excluded | wc -l)
lost=$(status .audit.kernel_lost)
came=$(($(whole a "$dir/secret") + $(counted a "$dir/secret")))
"${bare[@]}" "$EXEC" --service a -- "$FLOOD" 0 0 100 "$dir/secret" >"$dir/made" &
flood=$!
muted() { [ "$(own audit.excluded | grep -c 'service=a .*type=SYSCALL')" -gt "$before" ]; }
t_check "a session far over it is muted" t_wait_for -t 30 muted
ses=$(own audit.excluded | grep -o ' ses=[0-9]*' | tail -n 1 | cut -d= -f2)
rules=$(auditctl -l)
for code in EACCES EPERM; do
	t_has "the kernel has the rule for $code, of the session" "$rules" \
		"-a never,exit -S all -F sessionid=$ses -F exit=-$code -F key=bailiff-muted"
done
t_has "in front of what makes the records" \
	"$(grep -n 'bailiff-muted\|bailiff-denied' <<<"$rules" | head -n 1)" muted
as b "$FLOOD" 2 0 300000 "$dir/other" >/dev/null
b_is_there() { [ "$(whole b "$dir/other")" = 5 ]; }
t_check "b's denials arrive meanwhile" t_wait_for -t 15 b_is_there
as a "$FLOOD" 1 0 0 "$dir/other" >/dev/null
# Whole or, if the rule has ended meanwhile and it floods again, as a count.
a_is_there() { [ $(($(whole a "$dir/other") + $(counted a "$dir/other"))) = 1 ]; }
t_check "so do those of another session of a" t_wait_for -t 15 a_is_there
kill -TERM "$flood"
wait "$flood"
t_check "after ten seconds the rule is gone" t_wait_for -t 20 \
	said audit.included "service=a .*ses=$ses .*type=SYSCALL"
t_check "in the kernel too" t_wait_for -t 20 none
made=$(cat "$dir/made")
came=$(($(whole a "$dir/secret") + $(counted a "$dir/secret") - came))
lost=$(($(status .audit.kernel_lost) - lost))
echo "# $made refused, $came came, the kernel lost $lost"
t_check "more is missing than the kernel lost: it was never made" \
	[ $((made - came)) -gt "$lost" ]
t_is "nobody's hands were in it" "$(own audit.rules_drift)" ""
t_end "$DAEMON"
t_is "nothing of bailiff's is left" "$(auditctl -l)" "No rules"
t_done
