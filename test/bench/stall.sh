#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# stall.sh - what an audited task pays when nobody reads: "backlog_wait_ms".
#
# The audit process is stopped (SIGSTOP), as if it got no processor time at all;
# a service opens /dev/null under a rule, for SECONDS (3) or until CALLS (60000):
# calls until the first one waited for room in the kernel's queue, how long such
# a call then takes, what is lost. For each value of backlog_wait_ms in WAITS
# (0 20 100 1000). As root; holds the audit lock for one value at a time.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
. "$TOP/test/node.sh"
t_tmpdir D
SECONDS_=${SECONDS_:-3} CALLS=${CALLS:-60000} WAITS=${WAITS:-0 20 100 1000}
BENCH=$TOP/build/test/bench
mkdir -p "$D/policies/services"
n_policy /dev/null "$BENCH" >"$D/policies/services/bench.json"
lost() { auditctl -s | awk '$1 == "lost" { print $2 }'; }

echo "A reader that is stopped: what the kernel's queue of 8192 records (and the"
echo "socket's buffer) hold, then what each audited call waits, for $SECONDS_ s"
for wait_ms in $WAITS; do
	cat >"$D/policies/node.json" <<-END
		{"unlisted":"allow","services":{"bench":{"number":1}},
		"audit":{"backlog_wait_ms":$wait_ms,
		"rules":["-a always,exit -F arch=b64 -S openat -F path=/dev/null -k stall"]}}
	END
	rm -rf "$D/repo"
	n_repo "$D" "$D/policies" || t_die "no bundle could be made"
	rm -rf /run/bailiff /var/lib/bailiff/* /var/log/bailiff/*
	n_image "$D"
	t_audit_lock
	n_start "$D/log" || t_die "$(tail -n 1 "$D/log")"
	reader=$(n_worker audit)
	before=$(lost)
	kill -STOP "$reader"
	"$EXEC" --service bench -- "$BENCH/audit_load" "$CALLS" "$SECONDS_" \
		</dev/null >"$D/out"
	kill -CONT "$reader"
	sleep 0.5
	printf '  backlog_wait_ms %5d: %s lost=%d\n' "$wait_ms" "$(cat "$D/out")" \
		$(($(lost) - before))
	t_end "$DAEMON"
	t_audit_unlock
done
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
