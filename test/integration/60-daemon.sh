#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 60-daemon.sh - bailiffd's processes: what each may do, how they die and come
# back, what a restart finds, what is refused.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

# ---- a policy that needs nothing but /usr ------------------------------------
mkdir -p "$dir/policies/services"
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
cat >"$dir/policies/services/web.json" <<'END'
{"landlock":{"abi":6,"ruleset":[{"handledAccessFs":["abi.all"],
"handledAccessNet":["abi.all"],"scoped":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.read_execute"],"parent":["/usr"]},
{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"]}]},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
{"names":["ptrace","keyctl"],"action":"SCMP_ACT_ERRNO"}]},
"capabilities":{}}
END
t_check "a bundle is made and signed" n_repo "$dir" "$dir/policies"
n_image "$dir"

# ---- refusals before anything runs ---------------------------------------------
mv /etc/bailiff/root.json /etc/bailiff/root.away
out=$("$BIN/bailiffd" arm 2>&1)
t_is "arm without a pinned root exits with 1" $? 1
t_has "and says so" "$out" "root.json"
mv /etc/bailiff/root.away /etc/bailiff/root.json
t_exit "an unknown argument is wrong usage" 2 "$BIN/bailiffd" --frobnicate
t_exit "without a policy the launcher refuses" 125 \
	"$EXEC" --service web -- /usr/bin/true
t_exit "arm publishes and ends" 0 "$BIN/bailiffd" arm
t_is "the first generation is in force" \
	"$(cat /run/bailiff/private/policy/current)" 1
t_exit "what arm published needs no daemon" 0 \
	"$EXEC" --service web -- /usr/bin/true

# ---- it runs ---------------------------------------------------------------------
n_start_ok "the daemon becomes ready" /run/log
t_is "the state is enforcing" "$(n_get /v1/status | jq -r .state)" enforcing
out=$("$BIN/bailiffd" 2>&1)
t_is "a second bailiffd exits with 111" $? 111
t_has "and says that another one runs" "$out" "another bailiffd is running"

# ---- in a login session, where loginuid is set already ----------------------------
t_exit "a loginuid that is set does not hinder the launcher" 0 \
	"$ATTACKS/stamp" 1000 "$EXEC" --service web -- /usr/bin/true
out=$("$ATTACKS/stamp" 1000 --no-audit-control "$EXEC" --service web -- \
	/usr/bin/true 2>&1)
t_is "without CAP_AUDIT_CONTROL it refuses" $? 125
t_has "and says what is missing" "$out" "CAP_AUDIT_CONTROL"

# ---- one row of the table for each process --------------------------------------
row() { # PID: uid, effective and bounding capabilities, no_new_privs, seccomp
	awk '/^Uid|^CapEff|^CapPrm|^CapBnd|^NoNewPrivs|^Seccomp:|^Threads/ {
		printf "%s%s ", $1, $2 }' "/proc/$1/status"
}
none=0000000000000000
for role in audit policy control ship; do
	t_is "the $role process is what its row says" "$(row "$(n_worker $role)")" \
"Uid:1899999999 Threads:1 CapPrm:$none CapEff:$none CapBnd:$none NoNewPrivs:1 Seccomp:2 "
done
t_is "the supervisor is what its row says" "$(row "$DAEMON")" \
"Uid:0 Threads:1 CapPrm:00000000400001eb CapEff:00000000400001eb CapBnd:00000000400001eb NoNewPrivs:1 Seccomp:2 "

# ---- workers die and come back ----------------------------------------------------
back() { # ROLE OLD-PID
	local now
	now=$(n_worker "$1") && [ -n "$now" ] && [ "$now" != "$2" ]
}
ready() { n_get /v1/status | jq -e '[.workers[].ready] | all' >/dev/null; }
load() { # a service's process after the other, until told to stop; not more
	# than the trail's size cap holds, so that nothing is pruned
	while [ ! -e /run/stop ] && [ "${count:=0}" -lt 4000 ]; do
		"$EXEC" --service web -- /usr/bin/true && echo >>/run/started
		count=$((count + 1))
		sleep 0.01
	done
}
# A reader that is shown events, and asks on where it was cut off: what it was
# shown is acknowledged.
follow() {
	local next=1
	while [ ! -e /run/stop-following ]; do
		timeout 20 "$CTL" tail -f --json --from "$next" \
			>>/run/shown 2>/dev/null
		next=$(tail -n 1 /run/shown 2>/dev/null | jq -r '.seq + 1')
		next=${next:-1}
	done
}
load &
loader=$!
follow &
follower=$!
t_cleanup "touch /run/stop /run/stop-following"
slow=0 allowed=0 worst=0
for round in 1 2 3 4 5 6 7 8 9 10; do
	for role in audit policy control ship; do
		old=$(n_worker $role)
		killed=${EPOCHREALTIME/[.,]/}
		kill -KILL "$old"
		"$EXEC" --service web -- /usr/bin/cat /etc/shadow \
			>/dev/null 2>&1 && allowed=$((allowed + 1))
		t_wait_for -t 1 back $role "$old" || slow=$((slow + 1))
		t_wait_for -t 5 ready || slow=$((slow + 1))
		took=$(((${EPOCHREALTIME/[.,]/} - killed) / 1000))
		[ "$took" -le "$worst" ] || worst=$took
	done
done
touch /run/stop
wait "$loader"
t_is "each of forty killed workers was started again within a second" "$slow" 0
echo "# from a kill until all workers were ready again: $worst ms at most"
t_is "denied: nothing was allowed meanwhile" "$allowed" 0
sleep 2.5
"$CTL" tail --json --from 1 >/run/events
last=$(tail -n 1 /run/events | jq .seq)
all_shown() { [ "$(tail -n 1 /run/shown | jq .seq)" -ge "$last" ]; }
t_check "the follower catches up" t_wait_for -t 25 all_shown
touch /run/stop-following
pkill -P "$follower" timeout
wait "$follower" 2>/dev/null
t_is "the trail's sequence has neither gap nor repeat" \
	"$(jq -s '[.[].seq] == [range(1; length + 1)]' /run/events)" true
head -n "$(wc -l </run/events)" /run/shown >/run/shown.head
t_check "what was acknowledged is what the trail holds, each once, in order" \
	cmp /run/events /run/shown.head
# Each start is in the trail, or among the serials that a killed audit process
# had read and not yet appended, which the trail states.
started=$(wc -l </run/started)
seen=$(jq -s '[.[] | select(.process.executable == "/usr/bin/true" and
	.event.action == "execve" and
	.service.name == "web")] | length' /run/events)
missing=$(jq -s '[.[] | select(.event.action == "audit.gap") |
	.message | capture("missing=(?<n>[0-9]+)").n | tonumber] | add // 0' \
	/run/events)
if [ "$started" -ge 40 ] && [ $((seen + missing)) -ge "$started" ]; then
	ok "under load nothing is lost silently"
else
	not_ok "under load nothing is lost silently" \
		"$started starts, $seen in the trail, $missing stated as missing"
fi
echo "# $started starts, $seen in the trail, $missing stated as missing"
t_check "the trail verifies" "$CTL" verify /var/log/bailiff
before=$(jq -s '.[-1].seq' /run/events)

# ---- everything is killed -----------------------------------------------------------
pids="$DAEMON $(pgrep -P "$DAEMON")"
# shellcheck disable=SC2086 # several pids
kill -KILL $pids
wait "$DAEMON" 2>/dev/null
t_exit "denied: with no daemon the launcher still confines" 1 \
	"$EXEC" --service web -- /usr/bin/cat /etc/shadow
t_exit "and still starts what is allowed" 0 \
	"$EXEC" --service web -- /usr/bin/true
N_BEFORE="$ATTACKS/stamp 1000" n_start_ok \
	"the next daemon, out of a login session, becomes ready" /run/log
"$CTL" tail --json --from "$before" >/run/events
t_is "it goes on with the next sequence" \
	"$(jq -s '[.[].seq] == [range(.[0].seq; .[0].seq + length)]' \
	/run/events)" true
"$EXEC" --service web -- /usr/bin/true
has_gap() {
	"$CTL" tail --json --from "$before" | jq -s -e \
	'[.[] | select(.event.action == "audit.gap")] | length > 0' >/dev/null
}
t_check "what was missed meanwhile is counted in the trail" t_wait_for has_gap

# ---- the trail's key is taken away ---------------------------------------------------
t_check "until then the trail verifies" "$CTL" verify /var/log/bailiff
rm /run/bailiff/private/trail-key/secret
old=$(n_worker audit)
kill -KILL "$old"
t_wait_for -t 5 back audit "$old"
has_key_event() {
	"$CTL" tail --json --from "$before" | jq -s -e '[.[] | select(
	.event.action == "trail.key_lost" and (.message | test("how=missing")))] |
	length == 1' >/dev/null
}
t_check "that another chain of keys begins is an event" t_wait_for has_key_event
t_exit "and verify tells it from one that goes on" 1 \
	"$CTL" verify /var/log/bailiff

# ---- the place in the kernel outlives the process ------------------------------------
# The supervisor keeps the socket: the kernel refuses the next audit process's claim
# with EEXIST, as it does a stranger's, and sends what comes to it all the same.
first=$old # the one that claimed it
old=$(n_worker audit)
kill -KILL "$old"
t_check "a third audit process reads on" t_wait_for -t 5 back audit "$old"
t_is "the kernel still names the first one, which is gone" \
	"$(auditctl -s | awk '$1 == "pid" { print $2 }') $(
		[ ! -e "/proc/$first" ] || echo alive)" "$first "
# It is ready before its first figures are there.
has_figures() { [ "$(n_get /v1/status | jq .trail.last_seq)" -gt 0 ]; }
t_check "its figures are there" t_wait_for has_figures
after=$(n_get /v1/status | jq .trail.last_seq)
"$EXEC" --service web -- /usr/bin/true
executed() {
	"$CTL" tail --json --from "$after" --service web | jq -s -e 'any(.[];
		.process.executable == "/usr/bin/true" and .complete)' >/dev/null
}
t_check "what is executed then is whole in the trail" t_wait_for executed
mkdir /run/reader
t_exit "nobody else gets the place" 111 \
	"$TOP/build/test/bench/audit_reader" /run/reader 1
t_has "and is told who has it" "$(
	"$TOP/build/test/bench/audit_reader" /run/reader 1 2>&1)" "pid $first"

# ---- an end in good order --------------------------------------------------------------
start=${EPOCHREALTIME/[.,]/}
kill -TERM "$DAEMON"
wait "$DAEMON"
status=$?
took=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
t_is "SIGTERM ends it with 0" "$status" 0
if [ "$took" -lt 5000 ]; then
	ok "in less than five seconds"
else
	not_ok "in less than five seconds" "$took ms"
fi
t_is "its rules are gone" "$(auditctl -l | grep -c bailiff)" 0

# ---- a directory that somebody changed ---------------------------------------------------
chmod 755 /run/bailiff/private
out=$("$BIN/bailiffd" 2>&1)
t_is "a changed directory is refused with 111" $? 111
t_has "and named" "$out" "/run/bailiff/private"
t_exit "the launcher refuses it too" 125 "$EXEC" --service web -- /usr/bin/true
t_done
