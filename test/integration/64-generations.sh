#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 64-generations.sh - services that outlive several policies: each is held
# against the one in force, whatever came between; also one whose first process
# is gone.
#
# seconds: 90

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
t_tmpdir dir
mkdir -p "$dir/policies/services" "$dir/a" "$dir/b"

policy() { # DIRECTORY...: that may be written
	local rules
	rules='{"allowedAccess":["abi.read_execute"],"parent":["/usr","/dev"]},
	{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"]}'
	for at; do
		rules+=',{"allowedAccess":["write_file"],"parent":["'$at'"]}'
	done
	echo '{"landlock":{"bailiff":1,"abi":2,"ruleset":[
{"handledAccessFs":["abi.all"]}],"pathBeneath":['"$rules"']},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
{"names":["ptrace","keyctl"],"action":"SCMP_ACT_ERRNO"}]},
"capabilities":{}}' >"$dir/policies/services/web.json"
}
node() { # [MEMBER]
	echo '{"unlisted":"allow","services":{"web":{"number":1}}'"${1:+,$1}"'}' \
		>"$dir/policies/node.json"
}
next() { n_next "$dir" "$dir/policies" || t_die "no further version"; }
reload() { "$CTL" reload --bundle "$dir/repo" "$@"; }
now() { # DIRECTORY...: this policy comes into force
	policy "$@"
	next
	reload >/run/out || t_die "$(cat /run/out)"
}
applied() { # PID
	grep -q ^applied \
		"/run/bailiff/private/receipts/$(cat "/proc/$1/sessionid")" \
		2>/dev/null
}
run() {
	"$EXEC" --service web -- /usr/bin/sleep 600 >/dev/null 2>/run/said &
	PID=$!
	t_cleanup "kill -KILL $PID 2>/dev/null"
	t_wait_for applied "$PID" || t_die "no receipt: $(cat /run/said)"
}
sessions() { n_get /v1/services | jq -c '.services[].sessions[]'; }
is() { # PID: "generation pending stale"
	sessions | jq -r --argjson pid "$1" 'select(.pid == $pid) |
		"\(.generation) \(.pending) \(.stale)"'
}
state() {
	find /run/bailiff/private/policy /var/lib/bailiff -type f \
		! -path '*/ship/*' ! -name clock | sort | xargs sha256sum
}
worker_back() {
	now=$(n_worker policy) && [ -n "$now" ] && [ "$now" != "$old" ] &&
		n_get /v1/status | jq -e '[.workers[].ready] | all'
}

# ---- tighter, looser, tighter again -----------------------------------------
policy "$dir/a"
node
n_repo "$dir" "$dir/policies" || t_die "no bundle"
n_image "$dir"
n_start_ok "the daemon becomes ready" /run/log
run
first=$PID
now
run
second=$PID
t_is "a tighter policy: what is older is pending" \
	"$(is "$first"), $(is "$second")" "1 true true, 2 false false"
now "$dir/a"
t_is "looser again: the first is bound as the policy says, the second by less" \
	"$(is "$first"), $(is "$second")" "1 false false, 2 false true"
now
t_is "tighter again: the first is pending, the second as the policy says" \
	"$(is "$first"), $(is "$second")" "1 true true, 2 false false"
now "$dir/b"
t_is "another one: the first may do more, the second less" \
	"$(is "$first"), $(is "$second")" "1 true true, 2 false true"
policy "$dir/a"
next
before=$(state)
json=$(reload --dry-run --json)
t_is "a dry run of what bound the first: a restart of the second alone" \
	"$(jq -c '[.restart[].pid], .pending' <<<"$json" | tr '\n' ' ')" \
	"[$second] [] "
t_is "and nothing is touched" "$(state)" "$before"

# ---- long after ----------------------------------------------------------------
for ((i = 0; i < 18; i++)); do
	if ((i % 2)); then now "$dir/b"; else now; fi
done
now "$dir/a" "$dir/b"
out=$(reload --json)
t_is "after twenty more policies what binds the first is still known" \
	"$(is "$first")" "1 false true"
t_is "and told in words" "$(jq -r --argjson pid "$first" \
	'.restart[] | select(.pid == $pid) | .sentence' <<<"$out")" \
	"restart web (pid $first, bound by generation 1): may now write $dir/b"
kept=$(find /run/bailiff/private/policy -mindepth 1 -maxdepth 1 -type d)
t_check "what binds something is kept" test -d /run/bailiff/private/policy/1
t_check "and little of what does not" test "$(wc -l <<<"$kept")" -le 5
old=$(n_worker policy)
kill -KILL "$old"
t_wait_for worker_back
t_has "also a policy process that starts anew knows the first's" \
	"$(reload)" "bound by generation 1): may now write $dir/b"

# ---- a daemon in the background ---------------------------------------------------
kill "$first" "$second"
wait "$first" "$second" 2>/dev/null
"$EXEC" --service web -- /usr/bin/bash -c '/usr/bin/sleep 777 &' \
	>/dev/null 2>&1
left=$(pgrep -x -f "/usr/bin/sleep 777")
t_cleanup "kill -KILL $left 2>/dev/null"
t_check "what it left runs on" test -n "$left"
t_has "a service whose first process has ended is listed with what it left" \
	"$(sessions)" "\"pid\":$left,"
now "$dir/b"
t_has "and is pending for a tighter policy" "$(is "$left")" "true true"
t_exit "and reload --wait says so" 1 reload --wait --timeout 0
node '"on-tighten":"stop"'
next
t_check "with on-tighten stop it is stopped" reload --wait
ended() { # also one that nobody waits for
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.*zombie' "/proc/$1/status"
}
t_check "it has ended" ended "$left"

# ---- restarted amid ------------------------------------------------------------------
manager() {
	local i
	for i in 1 2 3; do
		"$EXEC" --service web -- /usr/bin/sleep 888 >/dev/null 2>&1
	done
}
runs() { pgrep -x -f "/usr/bin/sleep 888"; }
is_new() { new=$(runs) && [ "$new" != "$old" ] && is "$new" | grep -q .; }
manager &
looper=$!
# shellcheck disable=SC2016
t_cleanup 'kill $(runs) 2>/dev/null'
t_cleanup "kill $looper 2>/dev/null"
old=
t_wait_for is_new || t_die "it does not run"
old=$(runs)
policy
next
t_check "what its manager starts again at once is not pending" reload --wait
t_wait_for is_new
t_is "it is bound by the new policy" "$(is "$(runs)" | cut -d ' ' -f 2-)" \
	"false false"
sleep 1
t_check "and is not stopped with the old one" is_new

# ---- started amid -----------------------------------------------------------------------
# A launcher that read "current" before the reload and came to its end after.
now "$dir/a"
loose=$(cat /run/bailiff/private/policy/current)
now
tight=$(cat /run/bailiff/private/policy/current)
echo "$loose" >/run/bailiff/private/policy/current
"$EXEC" --service web -- /usr/bin/sleep 999 >/dev/null 2>&1 &
late=$!
t_cleanup "kill -KILL $late 2>/dev/null"
t_wait_for applied "$late"
echo "$tight" >/run/bailiff/private/policy/current
t_check "what a reload overtook while it started is stopped, too" \
	t_wait_for ended "$late"
t_done
