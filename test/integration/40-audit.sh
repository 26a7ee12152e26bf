#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 40-audit.sh - the audit path on this kernel: taking the socket, rules, events,
# impostors, a reader that is killed; and that everything is put back.
#
# One audit subsystem for the whole machine: /tmp/audit.lock is held throughout.

cd "$(dirname "$0")/../.." || exit 111
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
if [ -z "$BAILIFF_AUDIT_LOCKED" ]; then
	BAILIFF_AUDIT_LOCKED=1 exec flock /tmp/audit.lock "$0" "$@"
fi

READER=$PWD/build/test/bench/audit_reader
STAMP=$PWD/build/test/attacks/stamp
D=$(mktemp -d /tmp/bailiff-audit.XXXXXX)
reader=
trap '[ -z "$reader" ] || kill "$reader" 2>/dev/null; wait; rm -rf "$D"' EXIT
number=0 failed=0

ok() { # ok STATUS SENTENCE
	number=$((number + 1))
	[ "$1" = 0 ] && { echo "ok $number - $2"; return; }
	echo "not ok $number - $2"
	[ -z "$out" ] || tail -5 <<<"$out" | sed 's/^/# /'
	failed=$((failed + 1))
}

# What must be the same before and after; the counters and the pid may differ.
state() { auditctl -s | grep -E '^(enabled|failure|backlog_limit|backlog_wait_time) '; auditctl -l; }

start() { # start OPTIONS... : a reader on $D/trail
	rm -rf "$D/trail"
	mkdir "$D/trail"
	"$READER" "$@" >"$D/out" 2>"$D/err" &
	reader=$!
	for _ in $(seq 50); do
		grep -q ready "$D/err" && return
		sleep 0.1
	done
	sed 's/^/# /' "$D/err"
}
stop() {
	kill -TERM "$reader" 2>/dev/null
	wait "$reader"
	local code=$?
	reader=
	return $code
}
counter() { tr ' ' '\n' <"$D/out" | sed -n "s/^$1=//p"; }

before=$(state)

start -x "$D/trail" 20
mkdir "$D/second"
out=$("$READER" "$D/second" 1 2>&1)
[ $? = 111 ] && grep -q "another audit daemon (pid $reader)" <<<"$out"
ok $? "a second reader is refused with the owner's pid"
[ "$(auditctl -l | grep -c 'key=bailiff')" = 1 ]
ok $? "the rule of the first one still stands"
ses=$("$STAMP" 1900000001 sh -c 'cat /proc/self/sessionid
	for i in $(seq 100); do /bin/true; done; sleep 1.5')
stop
ok $? "the reader ends orderly"
out=$("$READER" -d "$D/trail" 2>&1)
ok $? "its trail verifies"
[ "$(grep -c "type=SYSCALL.* ses=$ses .*exe=\"[/usr]*/bin/true\"" <<<"$out")" = 100 ]
ok $? "a hundred programs that lived a millisecond are all there"
[ "$(counter partial)" = 0 ] && [ "$(counter malformed)" = 0 ] &&
	[ "$(counter serials_lost)" = 0 ]
ok $? "every event is whole and no serial is missing"
# Other services may run on this machine: only this session is asked about.
[ "$(grep -c "action=identity.forged ses=$ses auid=1900000001 pid=" <<<"$out")" = 1 ]
ok $? "the number that nobody registered is one identity.forged"
out=$(diff <(echo "$before") <(state))
ok $? "parameters and rules are as they were"

start -x -k 1000 "$D/trail" 40
"$STAMP" 1900000002 sh -c 'for i in $(seq 400); do /bin/true; sleep 0.004; done'
sleep 0.5
kill -TERM $(cat "/proc/$reader/task/$reader/children")
wait "$reader"
ok $? "a reader that was killed is followed by one on the same descriptor"
reader=
out=$("$READER" -d "$D/trail" 2>&1)
ok $? "the trail of both verifies"
n=$(grep -c 'type=EXECVE.*a0="/bin/true"' <<<"$out")
[ "$n" -ge 399 ] && [ "$n" -le 400 ]
ok $? "at most the event that was being put together is gone ($n of 400)"
out=$(diff <(echo "$before") <(state))
ok $? "parameters and rules are as they were, also then"

echo "1..$number"
[ "$failed" = 0 ]
