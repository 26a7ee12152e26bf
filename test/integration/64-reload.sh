#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 64-reload.sh - a new policy under running services: what it changes, in
# words; what awaits a restart, and what does not; what is stopped for it; what
# is left when a reload is refused, killed or meets another.
#
# seconds: 240

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
t_tmpdir dir

RULESET='"bailiff":1,"abi":2,"ruleset":[{"handledAccessFs":["abi.all"]}]'
mkdir -p "$dir/policies/services" "$dir/cache"

# policy NAME WRITES [RULE...]: WRITES is a directory or ""; a RULE is JSON.
policy() {
	local name=$1 writes=$2 rules
	shift 2
	rules='{"allowedAccess":["abi.read_execute"],"parent":["/usr","/dev"]},
	{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"]}'
	[ -z "$writes" ] || rules+=',{"allowedAccess":["write_file","make_reg"],
		"parent":["'$writes'"]}'
	for rule; do rules+=,$rule; done
	echo '{"landlock":{'"$RULESET"',"pathBeneath":['"$rules"']},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
{"names":["ptrace","keyctl"],"action":"SCMP_ACT_ERRNO"}]},
"capabilities":{}}' >"$dir/policies/services/$name.json"
}
node() { # [MEMBER...]
	local more=
	for member; do more+=,$member; done
	echo '{"unlisted":"allow","services":{"web":{"number":1},
"other":{"number":2}}'"$more"'}' >"$dir/policies/node.json"
}
next() { n_next "$dir" "$dir/policies" || t_die "no further version"; }
reload() { "$CTL" reload --bundle "$dir/repo" "$@"; }

# run SERVICE WORDS...: start it; its pid in $PID. The launcher's pid is kept by
# what it starts.
run() {
	local service=$1
	shift
	"$EXEC" --service "$service" -- "$@" >/dev/null 2>>/run/launcher &
	PID=$!
	t_cleanup "kill -KILL $PID 2>/dev/null"
	t_wait_for is_applied "$PID" || t_die "no receipt of $service"
}
is_applied() { # PID
	grep -q ^applied \
		"/run/bailiff/private/receipts/$(cat "/proc/$1/sessionid")" \
		2>/dev/null
}
status() { n_get /v1/status | jq -e "$1" >/dev/null; }
session() { # PID FIELD
	n_get /v1/services | jq -r --argjson pid "$1" \
		'.services[].sessions[] | select(.pid == $pid) | '"$2"
}
# All that a reload could change; what the audit process appends is not.
state() {
	find /run/bailiff/private/policy /var/lib/bailiff -type f \
		! -path '*/ship/*' ! -name clock | sort | xargs sha256sum
}
current() { cat /run/bailiff/private/policy/current; }

# ---- one policy, two services ------------------------------------------------
policy web "$dir/cache"
policy other ""
node
t_check "a bundle is made and signed" n_repo "$dir" "$dir/policies"
n_image "$dir"
n_start_ok "the daemon becomes ready" /run/log
run web /usr/bin/sleep 600
web=$PID
run other /usr/bin/sleep 600
other=$PID
t_is "a session is listed with the generation that binds it, by its receipt" \
	"$(session "$web" '"\(.binding) \(.generation) \(.pending)"')" \
	"applied 1 false"

# ---- a dry run -----------------------------------------------------------------
policy web "" '{"allowedAccess":["read_file"],"parent":["'"$dir"'"]}'
next
before=$(state)
out=$("$CTL" reload --bundle "$dir/repo" --dry-run)
t_is "a dry run succeeds" $? 0
t_has "it says what would change, in words" "$out" \
	"may no longer write $dir/cache"
t_has "and what may be done then" "$out" "may now read $dir"
t_has "and what a restart would change for whom" "$out" \
	"restart web (pid $web, bound by generation 1): may"
t_is "it changes nothing at all" "$(state)" "$before"
json=$(reload --dry-run --json)
t_is "its plan names the one session that differs" \
	"$(jq -c '[.restart[] | [.service, .pid, .generation, .pending]]' \
	<<<"$json")" "[[\"web\",$web,1,true]]"
t_is "each change says whether it needs a restart" \
	"$(jq '[.changes[] | .needs_restart] | all' <<<"$json")" true
t_is "and each service has a summary" \
	"$(jq -r '.services[].sentence' <<<"$json")" \
	"web: 2 tighter, 1 looser; what runs gets it by a restart"
t_is "nothing is pending yet" "$(n_get /v1/status | jq -c .pending)" "[]"

# ---- tighter: pending until it is restarted --------------------------------------
out=$(reload --wait --timeout 1)
t_is "reload --wait is 1 while a tightening awaits a restart" $? 1
t_has "and says which" "$out" "restart web (pid $web, bound by generation 1)"
t_check "status says pending" status \
	'.pending | length == 1 and .[0].service == "web"'
t_is "the metrics say pending" "$(n_get /metrics |
	grep -c '^bailiff_pending_sessions{service="web"} 1$')" 1
t_is "and which generation binds a session" "$(n_get /metrics | grep -c \
	'^bailiff_session_generation{service="web",instance="host",ses="[0-9]*"} 1$')" 1
t_has "services says pending" "$("$CTL" services)" "1 pending a restart"
t_is "a service whose policy is the same is not pending" \
	"$(session "$other" '"\(.generation) \(.pending) \(.stale)"')" \
	"1 false false"
reload --wait --timeout 20 >/run/waited &
waiting=$!
sleep 0.5
kill "$web"
wait "$web" 2>/dev/null
run web /usr/bin/sleep 600
web=$PID
wait "$waiting"
t_is "reload --wait is 0 as soon as it was restarted" $? 0
t_check "and nothing is pending any more" status '.pending == []'
t_exit "nor for a further reload" 0 reload --wait --timeout 0

# ---- looser: nothing is pending ---------------------------------------------------
policy web "$dir/cache" '{"allowedAccess":["read_file"],"parent":["'"$dir"'"]}'
next
out=$(reload --wait)
t_is "what a restart would only loosen is not pending" $? 0
t_has "but it is told" "$out" "not tightened, a restart would change:"
t_is "and the session is stale" \
	"$(session "$web" '"\(.pending) \(.stale)"')" "false true"

# ---- the policy process has died meanwhile ------------------------------------------
old=$(n_worker policy)
kill -KILL "$old"
back() { now=$(n_worker policy) && [ -n "$now" ] && [ "$now" != "$old" ] &&
	status '[.workers[].ready] | all'; }
t_wait_for back
policy web ""
next
out=$(reload --wait --timeout 0)
t_is "a new policy process knows what older generations were" $? 1
t_has "and says it in words" "$out" "may no longer read $dir"

# ---- without a receipt ------------------------------------------------------------
mv "/run/bailiff/private/receipts/$(cat "/proc/$other/sessionid")" /run/receipt
t_is "what no receipt says is not claimed" \
	"$(session "$other" '"\(.binding) \(.generation)"')" "unknown null"
t_has "nor by services" "$("$CTL" services)" "without a receipt"
mv /run/receipt "/run/bailiff/private/receipts/$(cat "/proc/$other/sessionid")"

# ---- paths that are not there ---------------------------------------------------------
kill "$web"
policy web "" '{"allowedAccess":["write_file"],"parent":["/nowhere/a b"]}'
next
reload >/run/out || t_die "$(cat /run/out)"
run web /usr/bin/sleep 600
web=$PID
t_is "a rule whose path is not there is left out, and status says which" \
	"$(session "$web" '"\(.skipped) \(.skipped_paths[0])"')" \
	"1 /nowhere/a b"
t_has "services says so too" "$("$CTL" services)" \
	"pid $web started without /nowhere/a b: not there"
event() { "$CTL" tail --json --from 1 | grep -q "\"$1\""; }
t_check "an event says so" t_wait_for event service.skipped_paths
t_check "a log line says so" grep -q "rules were left out.*nowhere" /run/log
policy web "" '{"allowedAccess":["write_file"],"parent":["/nowhere/a b"],
	"required":true}'
next
reload >/run/out || t_die "$(cat /run/out)"
out=$("$EXEC" --service web -- /usr/bin/true 2>&1)
t_is "a required one refuses the start" $? 125
t_has "and is named" "$out" "/nowhere/a b"
t_check "an event says so" t_wait_for event service.refused
kill "$web"

# ---- on-tighten: stop --------------------------------------------------------------
policy web "$dir/cache"
node '"on-tighten":"stop"'
next
reload >/run/out || t_die "$(cat /run/out)"
run web /usr/bin/sleep 600
web=$PID
# Told to end it does not, nor does what it started.
run web /usr/bin/bash -c 'trap "" TERM; /usr/bin/sleep 600 & while :; do
	wait; done'
stubborn=$PID
child=$(pgrep -P "$stubborn")
"$ATTACKS/stamp" 1000 /usr/bin/sleep 600 &
stranger=$!
t_cleanup "kill -KILL $stranger 2>/dev/null"
policy web ""
next
out=$(reload --wait)
t_is "with on-tighten stop, reload --wait waits until nothing is pending" $? 0
alive() { kill -0 "$1" 2>/dev/null; }
dead() { # also one that nobody waits for
	! alive "$1" || grep -q '^State:.*zombie' "/proc/$1/status"
}
t_check "what a looser policy bound has ended" dead "$web"
t_check "also what did not end when told to" dead "$stubborn"
t_check "with all of its session" dead "$child"
t_check "another service runs on" alive "$other"
t_check "what is no service runs on" alive "$stranger"
t_check "each stop is an event" t_wait_for event service.stopped
t_check "and so is each kill" event service.kill
t_check "and a log line" grep -q "it is stopped.*pid=$web" /run/log
policy web "$dir/cache"
next
reload >/run/out || t_die "$(cat /run/out)"
t_check "what is only stale is not stopped" alive "$other"

# ---- a full disk --------------------------------------------------------------------------
before=$(state)
in_force=$(current)
dd if=/dev/zero of=/run/filler bs=4096 2>/dev/null
out=$(reload --json)
t_is "with a full /run a reload is refused" $? 1
t_is "as the system's failure" "$(jq -r .refused <<<"$out")" system
rm /run/filler
t_is "and everything is as it was" "$(state)" "$before"
t_check "no half generation is left" \
	test ! -e "/run/bailiff/private/policy/$((in_force + 1))"
t_exit "with room again it is done" 0 reload

# ---- killed in the middle --------------------------------------------------------------------
# Whatever is in force is whole: the generation that "current" names, of each
# service.
whole() {
	local service
	for service in web other; do
		"$EXEC" --service $service -- /usr/bin/true || return
	done
}
broken=0
for pause in 0 0.005 0.01 0.02 0.03 0.05; do
	old=$(n_worker policy)
	reload >/dev/null 2>&1 &
	asked=$!
	sleep $pause
	kill -KILL "$old" 2>/dev/null
	wait $asked
	whole || broken=$((broken + 1))
	t_wait_for back || broken=$((broken + 1))
done
t_is "a policy process that is killed leaves the old policy or the new" \
	$broken 0
for pause in 0 0.005 0.01 0.02 0.04; do
	reload >/dev/null 2>&1 &
	asked=$!
	sleep $pause
	# shellcheck disable=SC2046 # several pids
	kill -KILL "$DAEMON" $(pgrep -P "$DAEMON")
	wait "$DAEMON" 2>/dev/null
	wait $asked
	whole || broken=$((broken + 1))
	n_start /run/log || broken=$((broken + 1))
	whole || broken=$((broken + 1))
done
t_is "so does a whole daemon" $broken 0
t_is "what ran all the while is bound as it was" \
	"$(session "$other" '"\(.binding) \(.generation) \(.pending)"')" \
	"applied 1 false"

# ---- two at once --------------------------------------------------------------------------
reload --json >/run/one &
one=$!
reload --json >/run/two
two=$?
wait $one
one=$?
t_is "of two reloads at once one is done at least" $((one == 0 || two == 0)) 1
t_check "and the other one is, too, or is told to come again" \
	jq -es 'map(.error // "" | test("another bundle is being loaded") or
	. == "") | all' /run/one /run/two
t_check "what is in force is whole" whole
t_done
