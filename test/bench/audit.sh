#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# audit.sh - CPU time per audit event: bailiff's audit path against auditd.
#
# The same load, one after the other, RUNS times (3), EVENTS each (30000); CPU is
# user and system time of the reading process, from its schedstat. bailiff's is
# source, assembly, attribution by session, hash chain and trail in one process
# (test/bench/audit_reader); auditd is Debian's with a private configuration,
# log_format RAW and ENRICHED, flush as Debian ships it. Prints medians in
# nanoseconds and ratios. As root; holds /tmp/audit.lock; puts everything back.

cd "$(dirname "$0")/../.." || exit 111
[ "$(id -u)" = 0 ] || { echo "audit.sh: needs root" >&2; exit 111; }
if [ -z "$BAILIFF_AUDIT_LOCKED" ]; then
	BAILIFF_AUDIT_LOCKED=1 exec flock /tmp/audit.lock "$0" "$@"
fi
RUNS=${RUNS:-3} EVENTS=${EVENTS:-30000}
AUID=1900000001
TOOLS=$PWD/build/test
D=$(mktemp -d /tmp/bailiff-bench.XXXXXX)
RULE=(exit,always -F arch=b64 -S openat -F path=/dev/null -F auid=$AUID -k bench)
old_enabled=$(auditctl -s | awk '$1 == "enabled" { print $2 }')
old_limit=$(auditctl -s | awk '$1 == "backlog_limit" { print $2 }')
reader=
undo() {
	[ -z "$reader" ] || { kill "$reader"; wait "$reader"; } 2>/dev/null
	auditctl -d "${RULE[@]}"
	auditctl -e "$old_enabled" -b "$old_limit"
	rm -rf "$D"
}
trap 'undo >/dev/null 2>&1' EXIT

cpu_ns() { cat /proc/"$1"/task/*/schedstat | awk '{ n += $1 } END { printf "%.0f\n", n }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# Load it and wait until the reader has been idle for half a second.
measure() { # measure PID: ns per event
	local before after last
	before=$(cpu_ns "$1")
	"$TOOLS/attacks/stamp" $AUID "$TOOLS/bench/audit_load" "$EVENTS"
	last=0
	while after=$(cpu_ns "$1") && [ $((after - last)) -gt 2000000 ]; do
		last=$after
		sleep 0.5
	done
	echo $(((after - before) / EVENTS))
}

bailiff() {
	rm -rf "$D/trail" && mkdir "$D/trail"
	"$TOOLS/bench/audit_reader" "$D/trail" 600 >"$D/out" 2>"$D/err" &
	reader=$!
	sleep 0.5
	measure $reader
	kill $reader && wait $reader
	reader=
	n=$("$TOOLS/bench/audit_reader" -d "$D/trail" |
		grep -c 'type=SYSCALL.*key="bench"')
	[ "$n" -ge "$EVENTS" ] || echo "audit.sh: bailiff kept $n of $EVENTS" >&2
}

daemon() { # daemon FORMAT
	rm -rf "$D/etc" && mkdir -p "$D/etc/plugins.d" "$D/log"
	rm -f "$D"/log/*
	cat >"$D/etc/auditd.conf" <<-CONF
		local_events = yes
		write_logs = yes
		log_file = $D/log/audit.log
		log_group = root
		log_format = $1
		flush = INCREMENTAL_ASYNC
		freq = 50
		max_log_file = 500
		num_logs = 2
		priority_boost = 4
		max_log_file_action = IGNORE
		space_left = 10
		space_left_action = IGNORE
		admin_space_left = 5
		admin_space_left_action = IGNORE
		disk_full_action = IGNORE
		disk_error_action = IGNORE
		plugin_dir = $D/etc/plugins.d
	CONF
	chmod 640 "$D/etc/auditd.conf"
	auditd -n -c "$D/etc" -s nochange >/dev/null 2>"$D/err" &
	reader=$!
	sleep 1
	measure $reader
	kill $reader && wait $reader
	reader=
	n=$(grep -c 'type=SYSCALL.*key="bench"' "$D/log/audit.log")
	[ "$n" -ge "$EVENTS" ] || echo "audit.sh: auditd kept $n of $EVENTS" >&2
}

auditctl -e 1 -b 8192 >/dev/null
auditctl -a "${RULE[@]}" >/dev/null
for i in $(seq "$RUNS"); do
	bailiff >>"$D/bailiff"
	daemon RAW >>"$D/raw"
	daemon ENRICHED >>"$D/enriched"
done 2> >(grep -v 'Terminated' >&2)
b=$(median <"$D/bailiff") r=$(median <"$D/raw") x=$(median <"$D/enriched")
echo "CPU per audit event, median of $RUNS runs of $EVENTS events:"
awk -v b="$b" -v r="$r" -v x="$x" 'BEGIN {
	printf "  %-24s %6d ns\n", "bailiff, with hash chain", b
	printf "  %-24s %6d ns  %.2f x bailiff\n", "auditd RAW", r, r / b
	printf "  %-24s %6d ns  %.2f x bailiff\n", "auditd ENRICHED", x, x / b }'
