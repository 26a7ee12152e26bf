#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 75-pressure.sh - a trail under pressure: on a full disk, and beyond its cap
# before a collector took it. What was made is what can be read, what was
# dropped and what was pruned, for each service, to the last event; and the
# metrics say so in a form that another program reads.
#
# seconds: 100

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
T_SAID=$dir/said
LOAD=$TOP/build/test/bench
PORT=10517
BESIDES=24   # events of two services' starts and ends
COUNT=8000  # of each service
SERVICES=60 # more, that stand in the metrics

# policies BYTES: the trail's cap. Each event is one record; a full queue makes
# a task wait, and what the kernel loses all the same is counted.
policies() {
	jq -n --argjson bytes "$1" --argjson port $PORT --argjson n $SERVICES '
		{unlisted: "allow",
		 services: ({a: {number: 1}, b: {number: 2}} +
			([range(10; $n + 10) | {key: "many-\(.)", value: {number: .}}] |
				from_entries)),
		 collectors: [{name: "central", protocol: "syslog-tcp",
			host: "127.0.0.1", port: $port}],
		 audit: {backlog_limit: 65536, trail: {bytes: $bytes}}}' \
		>"$dir/p/node.json"
}
mkdir -p "$dir/p/services"
n_policy | jq --arg d "$LOAD" '.landlock.pathBeneath +=
	[{allowedAccess: ["abi.read_execute"], parent: [$d]}]' \
	>"$dir/p/services/a.json"
cp "$dir/p/services/a.json" "$dir/p/services/b.json"
for ((i = 10; i < SERVICES + 10; i++)); do
	n_policy >"$dir/p/services/many-$i.json"
done

status() { n_get /v1/status | jq "$1"; }
count() { # SERVICE WHAT: of the ledger
	status "[.audit.services[] | select(.service == \"$1\").$2] | add // 0"
}
sums() { # is the sum over all services the node's?
	n_get /v1/status >"$dir/status"
	jq -e '[.audit.services[].dropped] | add' "$dir/status" >"$dir/dropped" &&
		[ "$(jq .trail.dropped "$dir/status")" = "$(cat "$dir/dropped")" ] &&
		[ "$(jq .trail.untaken "$dir/status")" = \
			"$(jq '[.audit.services[].pruned] | add' "$dir/status")" ]
}
settled() { # nothing more arrives
	local before
	[ "$(auditctl -s | awk '$1 == "backlog" { print $2 }')" = 0 ] || return
	before=$(status '[.audit.services[:4][] | .events, .dropped] | add // 0')
	sleep 1.2
	[ $(($(status '[.audit.services[:4][] | .events, .dropped] | add // 0') -
		before)) -le 4 ]
}
# load COUNT: as much of a as of b, at once
load() {
	"$EXEC" --service a -- "$LOAD/record_load" "$1" 1 0 &
	"$EXEC" --service b -- "$LOAD/record_load" "$1" 1 0
	wait $!
}
said() { # ACTION SERVICE: the sum of the counts that were stated
	"$CTL" tail --json --from 1 -n 100000 | jq -r --arg a "$1" \
		'select(.event.action == $a).message' | grep "service=$2 " |
		sed 's/.*count=\([0-9]*\).*/\1/' | awk '{ n += $1 } END { print n + 0 }'
}
calls() { # SERVICE: those of the load that can be read, of JSON lines
	jq -r --arg s "$1" 'select(.records[0].type == "SECCOMP" and
		.service.name == $s) | 1' | wc -l
}
kept() { "$CTL" tail --json --from 1 -n 100000 | calls "$1"; }
# received SERVICE: at the collector. Its lines end in the event as JSON.
received() { grep -o '{.*' "$dir/collected" | calls "$1"; }

# ---- a full disk -------------------------------------------------------------------
mount -t tmpfs -o size=3m,mode=700 tmpfs /var/log/bailiff
policies 67108864
n_repo "$dir" "$dir/p" || t_die "no bundle"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"
t_is "with the policy" "$(status '.problems | map(select(test("central") | not))')" "[]"

t_wait_for -t 20 settled
t_is "nothing is dropped yet" "$(status .trail.dropped)" 0
lost=$(status .audit.kernel_lost)
load $COUNT
t_check "the load ends" t_wait_for -t 40 settled
lost=$(($(status .audit.kernel_lost) - lost))
gone=$(status .trail.dropped)
echo "# of $((2 * COUNT)) $(kept a) of a and $(kept b) of b written, $gone dropped; the kernel lost $lost"
# One of them may be through before the disk is full.
t_check "the disk is full, and services had something dropped" \
	[ "$(($(count a dropped) + $(count b dropped)))" -gt 0 ]
# Besides the calls a service's start and end are events.
all() { [ "$1" -ge $((2 * COUNT)) ] && [ "$1" -le $((2 * COUNT + BESIDES)) ]; }
t_check "what was written, dropped and lost is what was made" \
	all $(($(kept a) + $(kept b) + gone + lost))
for service in a b; do
	t_is "what is in the ledger of $service can be read" \
		"$(("$CTL" tail --json --from 1 -n 100000) | jq -r --arg s $service \
			'select(.service.name == $s) | 1' | wc -l)" "$(count $service events)"
done
t_check "the sums over all services are the node's" t_wait_for -t 15 sums
t_has "bailiffctl status says it" "$("$CTL" status)" dropped
mount -o remount,size=64m /var/log/bailiff
told() {
	[ "$("$CTL" tail --json --from 1 -n 100000 | jq -r \
		'select(.event.action == "trail.dropped").message' |
		sed 's/.*count=\([0-9]*\).*/\1/' |
		awk '{ n += $1 } END { print n + 0 }')" = "$(status .trail.dropped)" ]
}
t_check "once there is room the trail says how many" t_wait_for -t 10 told
before_a=$(count a events) dropped=$(status .trail.dropped)
load 10
more() { [ $(($(count a events) - before_a)) -ge 10 ]; }
t_check "and takes events again" t_wait_for -t 15 more
t_is "dropping none" "$(status .trail.dropped)" "$dropped"
t_check "it is whole" t_says 0 "not anchored" "$CTL" verify /var/log/bailiff
t_end "$DAEMON"

# ---- beyond the cap, and no collector ----------------------------------------------
# It can take nothing: what falls to the cap was not taken.
umount /var/log/bailiff
mount -t tmpfs -o size=64m,mode=700 tmpfs /var/log/bailiff
policies 2097152
n_next "$dir" "$dir/p" || t_die "no bundle"
n_image "$dir"
n_start_ok "a daemon with a small cap becomes ready" "$dir/log"
t_wait_for -t 20 settled
before_a=$(count a events) before_b=$(count b events)
before_lost=$(status .audit.kernel_lost)
load $COUNT
t_check "the load ends" t_wait_for -t 40 settled
lost=$(($(status .audit.kernel_lost) - before_lost))
t_is "nothing is dropped" "$(status .trail.dropped)" 0
t_check "all that was made was written" all $(($(count a events) - before_a +
	$(count b events) - before_b + lost))
pruned_a=$(count a pruned) pruned_b=$(count b pruned)
echo "# a: $pruned_a fell to the cap untaken, b: $pruned_b; the kernel lost $lost"
t_check "some of both fell to the cap" [ "$pruned_a" -gt 0 -a "$pruned_b" -gt 0 ]
for service in a b; do
	t_is "what is left of $service and what fell is what was written" \
		$(($("$CTL" tail --json --from 1 -n 100000 | jq -r --arg s $service \
			'select(.service.name == $s) | 1' | wc -l) +
			$(count $service pruned))) "$(count $service events)"
	t_is "the statements say as much of $service" \
		"$(said trail.pruned $service)" "$(count $service pruned)"
done
t_check "the sums over all services are the node's" t_wait_for -t 15 sums
stated() {
	"$CTL" tail --json -n 1000 | jq -r \
		'select(.event.action == "trail.checkpoint").message' |
		grep -q "^service a .* pruned=$pruned_a\$"
}
t_check "a checkpoint states it" t_wait_for -t 15 stated

# ---- a collector comes ---------------------------------------------------------------
cat >"$dir/rsyslog.conf" <<END
global(workDirectory="$dir" maxMessageSize="256k")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="$PORT")
template(name="whole" type="string" string="%rawmsg%\n")
action(type="omfile" file="$dir/collected" template="whole")
END
t_start RSYSLOG "$dir/rsyslog.log" rsyslogd -n -f "$dir/rsyslog.conf" \
	-i "$dir/rsyslog.pid"
acked() { [ "$(status '.collectors[0].acked_seq')" -ge "$1" ]; }
last=$(status .trail.last_seq)
t_check "it takes what is left" t_wait_for -t 30 acked "$last"
calls_a=$(received a) calls_b=$(received b)
t_is "what it has is what was not said to be gone" \
	$((calls_a + calls_b)) "$(($(kept a) + $(kept b)))"
t_is "nothing it had was counted" "$(count a pruned)" "$pruned_a"

# It stops reading: what its buffers hold it has taken, and nothing after that.
kill -STOP "$RSYSLOG"
load $COUNT
t_check "the load ends" t_wait_for -t 40 settled
t_check "more fell to the cap" [ "$(count a pruned)" -gt "$pruned_a" ]
# Statements fall to the cap too; checkpoints say all of it again.
pruned_a=$(count a pruned)
t_check "which a checkpoint states" t_wait_for -t 15 stated
t_check "the sums over all services are the node's" t_wait_for -t 15 sums
kill -CONT "$RSYSLOG"
last=$(status .trail.last_seq)
t_check "it goes on" t_wait_for -t 30 acked "$last"
t_check "it lacks no more than was said to be gone" [ \
	$(((2 * COUNT) - $(received a))) -le "$(count a pruned)" ]

# ---- the metrics -----------------------------------------------------------------------
for ((i = 10; i < SERVICES + 10; i++)); do
	"$EXEC" --service "many-$i" -- /usr/bin/true || break
done
all() { [ "$(status '.audit.services | length')" -ge $((SERVICES + 3)) ]; }
t_check "$SERVICES more services have rows" t_wait_for -t 20 all
n_get /metrics >"$dir/metrics"
n_get /v1/status >"$dir/status"
# Debian's python3 has the parser; there may be another one in front of it.
t_check "a parser of OpenMetrics takes it, and finds every service once" \
	/usr/bin/python3 - "$dir/metrics" "$dir/status" <<'END'
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families

families = list(text_string_to_metric_families(open(sys.argv[1]).read()))
rows = json.load(open(sys.argv[2]))["audit"]["services"]
found = {}
for family in families:
    for s in family.samples:
        key = (s.name, tuple(sorted(s.labels.items())))
        assert key not in found, "twice: %s" % (key,)
        found[key] = s.value
for row in rows:
    for what in ("suppressed", "dropped", "pruned"):
        name = "bailiff_service_%s_total" % what
        key = (name, (("service", row["service"] or ""),))
        assert found.get(key) == row[what], (key, found.get(key), row)
print(len(families), "families,", len(found), "samples")
END
t_end "$DAEMON"
t_done
