#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# memory.sh [BIN [EVENTS [ROWS]]] - resident memory of bailiffd's five processes
# and of Debian's auditd, idle and under an audit stream; and what the image takes.
#
# The programs are those in BIN (build/static/bin), as a node has them. Idle is
# IDLE seconds (3) after the start. The load is a service that bailiff-exec
# started, which opens /dev/null under a rule: EVENTS times (200000), each five
# records, one after the other without a pause. Meanwhile memory is looked at ten
# times a second; what counts is the most of each column. RSS is what is mapped
# and in memory; PSS counts a page by its share where several map it; anonymous
# is what is no file's. From /proc/PID/smaps_rollup, of all processes of each
# daemon; auditd is in a private configuration, with log_format RAW and ENRICHED,
# which Debian ships. ROWS are bailiffd, RAW and ENRICHED, if not all. LIMIT (8192) is what bailiff's process that reads
# audit may have resident under load, in KiB: over it the exit code is 1.
#
# As root; holds the audit lock for one daemon at a time. On another kernel, where
# nobody else has audit: BIN=build/static/bin test/vm/guest-run KERNEL
# test/bench/memory.sh build/bin.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
BIN=${1:-$TOP/build/static/bin}
. "$TOP/test/node.sh"
t_tmpdir D
EVENTS=${2:-200000} ROWS=${3:-bailiffd RAW ENRICHED} IDLE=${IDLE:-3} LIMIT=${LIMIT:-8192}
BENCH=$TOP/build/test/bench
[ -x "$BIN/bailiffd" ] || t_die "$BIN is missing: run \"make static\""

# ---- a node with one service ---------------------------------------------------
mkdir -p "$D/policies/services" "$D/trail"
cat >"$D/policies/node.json" <<'END'
{"unlisted":"allow","services":{"bench":{"number":1}},
"audit":{"rules":["-a always,exit -F arch=b64 -S openat -F path=/dev/null -k bench"]}}
END
n_policy /dev/null "$BENCH" >"$D/policies/services/bench.json"
n_repo "$D" "$D/policies" || t_die "no bundle could be made"
n_image "$D"
mount --bind "$D/trail" /var/log/bailiff
"$BIN/bailiffd" arm 2>"$D/arm" || t_die "$(cat "$D/arm")"

# ---- looking -------------------------------------------------------------------
# "ROLE RSS PSS ANONYMOUS" in KiB. A process that changed its user is its own.
look() { # ROLE PID
	awk -v role="$1" '/^Rss:/ { r = $2 } /^Pss:/ { p = $2 }
		/^Anonymous:/ { a = $2 } END { print role, r, p, a }' \
		"/proc/$2/smaps_rollup"
}
roles() { # NAME PID: "ROLE PID" of it and its children
	local pid role
	echo "$1 $2"
	for pid in $(pgrep -P "$2"); do
		role=$(tr '\0' ' ' <"/proc/$pid/cmdline" |
			sed -n 's/.*--role \([^ ]*\).*/\1/p')
		echo "${role:-$(cat "/proc/$pid/comm")} $pid"
	done
}
# The most of each column, a line a role, and of their sums.
look_all() { # FILE OF ROLES
	local role pid
	while read -r role pid; do
		look "$role" "$pid"
	done <"$1" | awk '{ print; r += $2; p += $3; a += $4; n++ }
		END { print "together", r, p, a }'
}
most() {
	awk '!($1 in r) { order[++n] = $1 }
		$2 > r[$1] { r[$1] = $2 } $3 > p[$1] { p[$1] = $3 }
		$4 > a[$1] { a[$1] = $4 }
		END { for (i = 1; i <= n; i++) print order[i], r[order[i]],
			p[order[i]], a[order[i]] }'
}

load_run() { # FILE OF ROLES: looked at until the load has ended, and a second on
	local load at
	"$EXEC" --service bench -- "$BENCH/audit_load" "$EVENTS" </dev/null \
		>"$D/load.out" 2>"$D/load" &
	load=$!
	while [ -d "/proc/$load" ] && ! grep -q '^State:.Z' "/proc/$load/status"; do
		look_all "$1"
		sleep 0.1
	done 2>/dev/null
	wait $load || t_die "the load failed: $(cat "$D/load")" >&2
	for ((at = 0; at < 10; at++)); do
		look_all "$1"
		sleep 0.1
	done
}

measure() { # NAME PID
	local name=$1
	[ "$name" = bailiffd ] || name=auditd-$name
	sleep "$IDLE"
	roles "${name%%-*}" "$2" >"$D/roles"
	look_all "$D/roles" >"$D/$1.idle"
	load_run "$D/roles" | most >"$D/$1.load"
	echo "$name: KiB resident (RSS), by share (PSS), anonymous;" \
		"$(sed -n 's/ns_per_call=//p' "$D/load.out") ns an audited call," \
		"load $(cut -d ' ' -f 1 /proc/loadavg)"
	paste -d ' ' "$D/$1.idle" "$D/$1.load" | awk '{
		printf "  %-10s idle %6d %6d %6d   under load %6d %6d %6d\n",
			$1, $2, $3, $4, $6, $7, $8 }'
}

# ---- the daemons ------------------------------------------------------------------
measure_bailiffd() {
	n_start "$D/bailiffd.log" || t_die "$(tail -n 1 "$D/bailiffd.log")"
	measure bailiffd "$DAEMON"
	kept=$("$CTL" tail --json --service bench --from 1 |
		grep -c '"action":"openat"')
	t_end "$DAEMON"
}

owns_audit() { auditctl -s | grep -qx "pid $1"; }
measure_auditd() { # FORMAT
	local reader
	auditctl -e 1 -b 8192 >/dev/null
	auditctl -a exit,always -F arch=b64 -S openat -F path=/dev/null \
		-F auid=1900000001 -k bench >/dev/null
	t_auditd_conf "$D/auditd" "$1"
	auditd -n -c "$D/auditd/etc" -s nochange >/dev/null 2>"$D/err" &
	reader=$!
	t_wait_for -t 20 owns_audit $reader || t_die "auditd: $(cat "$D/err")"
	measure "$1" $reader
	kill $reader && wait $reader
	kept=$(grep -c 'type=SYSCALL.*key="bench"' "$D/auditd/out/audit.log")
	rm -rf "$D/auditd"
}

for row in $ROWS; do
	t_audit_lock
	case $row in
	bailiffd) measure_bailiffd ;;
	*) measure_auditd "$row" ;;
	esac
	t_audit_unlock
	echo "  events kept: $kept of $EVENTS"
done 2> >(grep -v Terminated >&2)

# ---- the image -----------------------------------------------------------------------
image=$TOP/build/image/root
if [ -d "$image" ]; then
	echo "the image: $(find "$image" -type f -printf '%s\n' |
		awk '{ n += $1 } END { printf "%.2f MB", n / 1e6 }') of files"
	find "$image" -type f -size +4k -printf '  %p %s\n' | sort |
		sed "s|$image||" | awk '{ printf "  %-28s %8.1f KB\n", $1, $2 / 1e3 }'
fi
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
[ -e "$D/bailiffd.load" ] || exit 0
resident=$(awk '$1 == "audit" { print $2 }' "$D/bailiffd.load")
if [ "${resident:-$((LIMIT + 1))}" -gt "$LIMIT" ]; then
	echo "memory.sh: audit has ${resident:-no} KiB resident under load," \
		"more than $LIMIT" >&2
	exit 1
fi
echo "audit under load: $resident KiB resident, of $LIMIT it may have"
