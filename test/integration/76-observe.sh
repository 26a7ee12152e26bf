#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 76-observe.sh - beside a living audit daemon: refused without --observe; with
# it the same events from copies, nothing set in the kernel, and every lost copy
# counted.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

# ---- the other daemon --------------------------------------------------------
command -v auditd >/dev/null || t_die "auditd is not installed: make deps"
t_auditd_conf "$dir" RAW
owner() { auditctl -s | awk '$1 == "pid" { print $2 }'; }
t_start AUDITD "$dir/auditd.out" auditd -n -c "$dir/etc" -s enable
owns() { [ "$(owner)" = "$AUDITD" ]; }
t_check "auditd owns the kernel's audit" t_wait_for owns
auditctl -b 8192 >/dev/null
auditctl -a always,exit -F arch=b64 -S execve -F auid=1900000001 -k theirs
auditctl -a always,exit -F arch=b64 -S open,openat -F auid=1900000042 -k flood
kernel() {
	auditctl -s | grep -vE '^(lost|backlog|backlog_wait_time_actual) '
	auditctl -l
}
before=$(kernel)

# ---- a node ---------------------------------------------------------------------
mkdir -p "$dir/policies/services"
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
n_policy >"$dir/policies/services/web.json"
n_repo "$dir" "$dir/policies" || t_die "no bundle could be made"
n_image "$dir"

out=$("$BIN/bailiffd" 2>&1)
t_is "without the option it does not start" $? 111
t_has "the refusal names who owns the stream" "$out" \
	"process $AUDITD (auditd) already reads the kernel's audit stream"
t_has "and says what can be done" "$out" "bailiffd --observe"
t_is "nothing was set in the kernel" "$(kernel)" "$before"

N_OPTIONS=--observe
n_start_ok "with it the daemon becomes ready" /run/log
t_is "the kernel's parameters and rules are the owner's still" \
	"$(kernel)" "$before"
t_is "the status says that it observes" \
	"$(n_get /v1/status | jq -r .audit.mode)" observe
t_is "and whom" "$(n_get /v1/status | jq -c .audit.owner)" \
	"{\"pid\":$AUDITD,\"comm\":\"auditd\"}"
t_has "bailiffctl says so to people" "$("$CTL" status)" \
	"observing beside auditd (pid $AUDITD)"
t_has "the metrics say so" "$(n_get /metrics)" \
	'bailiff_audit_mode{bailiff_audit_mode="observe"} 1'
t_has "the trail begins with it" \
	"$("$CTL" tail --json --from 1 | jq -r \
		'select(.event.action == "audit.start").message')" \
	"mode=observe owner=$AUDITD comm=\"auditd\""

# ---- the same events ----------------------------------------------------------
for _ in $(seq 40); do
	"$EXEC" --service web -- /usr/bin/true || break
done
mine() { # the programs that the service ran, by bailiff
	"$CTL" tail --json --from 1 --service web | jq -r '
		select(.event.action == "execve" and .complete and
			.process.executable == "/usr/bin/true") |
		.audit.serial' | sort -n
}
theirs() { # and by auditd
	grep -h 'type=SYSCALL.*exe="/usr/bin/true"' "$dir"/out/audit.log* |
		sed 's/.*audit([0-9.]*:\([0-9]*\)).*/\1/' | sort -n
}
all() { [ "$(mine | wc -l)" = 40 ] && [ "$(theirs | wc -l)" = 40 ]; }
t_wait_for all
t_is "every event of the service is there, by its session" \
	"$(mine | wc -l)" 40
t_is "and is the one that auditd has" "$(mine)" "$(theirs)"
t_is "nothing was lost on the way" \
	"$(n_get /v1/status | jq .audit.multicast_lost)" 0

# ---- copies that found no room ------------------------------------------------
auditor=$(n_worker audit)
kill -STOP "$auditor"
"$ATTACKS/stamp" 1900000042 "$TOP/build/test/streams/trigger" flood
sleep 1.2
kill -CONT "$auditor"
lost() { n_get /v1/status | jq .audit.multicast_lost; }
some() { [ "$(lost)" -gt 0 ]; }
t_check "copies that a full buffer refused are counted" t_wait_for some
told() {
	"$CTL" tail --json --from 1 | jq -r \
		'select(.event.action == "audit.lost").message' |
		sed -n 's/^count=\([0-9]*\) by=multicast$/\1/p' |
		awk '{ n += $1 } END { print n + 0 }'
}
same() { [ "$(told)" = "$(lost)" ]; }
t_check "events in the trail say how many, the same number" t_wait_for same
t_has "the metrics say it" "$(n_get /metrics)" \
	"bailiff_audit_multicast_lost_total $(lost)"
t_has "it is a problem of the status" \
	"$(n_get /v1/status | jq -r '.problems[]')" "copies of audit records"
"$EXEC" --service web -- /usr/bin/true
more() { [ "$(mine | wc -l)" = 41 ]; }
t_check "what comes afterwards is read" t_wait_for more

# ---- a killed reader, the owner's end -----------------------------------------
kill -KILL "$(n_worker audit)"
t_wait_for n_worker audit
"$EXEC" --service web -- /usr/bin/true
more() { [ "$(mine | wc -l)" = 42 ]; }
t_check "a killed audit process is followed by one that observes" \
	t_wait_for more
t_end "$AUDITD"
gone() {
	"$CTL" tail --json -n 100 | jq -e \
		"select(.event.action == \"audit.owner\" and
			(.message | contains(\"was=$AUDITD\")))"
}
t_check "that the owner ended is an event" t_wait_for gone
t_has "and a problem of the status" \
	"$(n_get /v1/status | jq -r '.problems[]')" "no other daemon owns"
t_end "$DAEMON"
t_is "at its end the rules of the owner stand" \
	"$(auditctl -l)" "$(sed -n '/^-/p' <<<"$before")"
t_done
