#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# audit.sh - CPU time per audit event: bailiff against Debian's auditd, and auditd
# with laurel behind it.
#
# The same load before each reader in turn, RUNS times (3), EVENTS each (30000):
# a service that bailiff-exec started under a signed policy, in a registered
# session, opens /dev/null under a rule. CPU is user and system time of all
# processes and threads of the reader, from their schedstat: bailiffd as users
# run it (five processes, attribution, hash tree, signed checkpoints); the same
# path in one process (test/bench/audit_reader), ended after each of its steps and
# with each durability; auditd with a private configuration and flush as Debian
# ships it, log_format RAW and ENRICHED, and with laurel 0.8 as its plugin, which
# then writes instead. All write to the same file system. Peak memory is that of
# the reader's largest process. ROWS names the readers, if not all.
#
# A reader that does not keep all events did less work: that measurement is made
# again, three times at the most, then the exit code is 1. It happens on a busy
# machine: when a reader has not read for longer than its buffer lasts (it waits
# for the disk or the processor) and for half a second more, a kernel that was
# not booted with audit=1 forgets records without counting them
# (kernel/audit.c, kauditd_hold_skb()). Then their numbers are missing, which
# bailiff states and the others do not.
#
# As root; holds the audit lock for a few rows at a time and puts everything back.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
. "$TOP/test/node.sh"
t_tmpdir D
RUNS=${RUNS:-3} EVENTS=${EVENTS:-30000}
ROWS=${ROWS:-rules bailiffd receive off plain none checkpoint each RAW ENRICHED laurel}
BENCH=$TOP/build/test/bench
RULE=("exit,always" -F arch=b64 -S openat -F path=/dev/null -F auid=1900000001
	-k bench)

# ---- a node with one service ---------------------------------------------------
mkdir -p "$D/policies/services" "$D/trail-daemon"
echo '{"unlisted":"allow","services":{"bench":{"number":1}}}' \
	>"$D/policies/node.json"
n_policy /dev/null "$BENCH" >"$D/policies/services/bench.json"
n_repo "$D" "$D/policies" || t_die "no bundle could be made"
n_image "$D"
mount --bind "$D/trail-daemon" /var/log/bailiff
"$BIN/bailiffd" arm 2>"$D/arm" || t_die "$(cat "$D/arm")"

# ---- the load --------------------------------------------------------------------
# Started and waiting; its pid in $load, its session in $ses.
load_prepare() {
	rm -f "$D/go"
	mkfifo "$D/go"
	exec 8<>"$D/go"
	"$EXEC" --service bench -- "$BENCH/audit_load" "$EVENTS" <&8 \
		2>"$D/load" >"$D/load.out" &
	load=$!
	t_wait_for -t 5 [ "/proc/$load/exe" -ef "$BENCH/audit_load" ] ||
		t_die "the load did not start: $(cat "$D/load")"
	ses=$(cat "/proc/$load/sessionid")
}

cpu_ns() { # PID...: of all their threads
	local pid
	for pid; do
		cat "/proc/$pid/task/"*/schedstat
	done | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

# Neither the kernel's queue nor the buffer of an audit socket holds anything.
# When a reader's buffer was full for 100 ms (it waited for the disk), the kernel
# puts what it could not send into a second queue, which it looks at again with
# the next record only (kernel/audit.c, kauditd_thread()): here is one.
all_taken() {
	auditctl -m "bench: is anything left?"
	auditctl -s | grep -qx 'backlog 0' &&
		awk '$2 == 9 && $5 > 0 { n++ } END { exit n > 0 }' \
			/proc/net/netlink
}

lost() { auditctl -s | awk '$1 == "lost" { print $2 }'; }

# Release it, and wait until all is taken and the reader has been idle for a
# second (below 5 ms in each half): it may wait for the disk meanwhile. Sets
# $cost and $peak.
measure() { # PID...
	local before after last=0 i idle pid
	lost=$(lost)
	before=$(cpu_ns "$@")
	echo >&8
	wait "$load" || t_die "the load failed: $(cat "$D/load")"
	exec 8>&-
	for ((i = 0, idle = 0; i < 60 && idle < 3; i++)); do
		after=$(cpu_ns "$@")
		idle=$((after - last > 5000000 ? 0 : idle + 1))
		all_taken || idle=0
		last=$after
		sleep 0.5
	done
	lost=$(($(lost) - lost))
	cost=$(((after - before) / EVENTS))
	peak=$(for pid; do
		awk '/^VmHWM/ { print $2 }' "/proc/$pid/status"
	done | sort -n | tail -n 1)
}

# What was measured counts if all was kept. Return: 0; 1 it does not.
kept() { # ROW COUNT [NOTE]
	if [ "${2:-0}" -lt "$EVENTS" ] || [ "$lost" -ne 0 ]; then
		echo "audit.sh: $1 kept ${2:-0} of $EVENTS events," \
			"the kernel counts $lost lost${3:+; $3}" >&2
		return 1
	fi
	echo "$cost" >>"$D/$1"
	echo "$peak" >>"$D/$1.peak"
}

# ---- the readers -----------------------------------------------------------------
run_bailiffd() {
	local count gaps
	n_start "$D/bailiffd.log" || t_die "$(tail -n 1 "$D/bailiffd.log")"
	load_prepare
	# shellcheck disable=SC2046 # several pids
	measure "$DAEMON" $(pgrep -P "$DAEMON")
	count=$("$CTL" tail --json --service bench --from 1 |
		grep -c '"action":"openat"')
	gaps=$(n_get /v1/status | jq .audit.gaps)
	t_end "$DAEMON"
	rm -rf /var/log/bailiff/*
	kept bailiffd "$count" "numbers missing: $gaps"
}

said() { # NAME: what audit_reader reports
	tr ' ' '\n' <"$D/out" | sed -n "s/^$1=//p"
}

run_path() { # STEP
	local count=$EVENTS
	mkdir "$D/trail"
	load_prepare
	"$BENCH/audit_reader" -t "$1" -s "$ses" "$D/trail" 600 >"$D/out" \
		2>"$D/err" &
	reader=$!
	t_wait_for -t 5 grep -q ready "$D/err" || t_die "$(cat "$D/err")"
	measure $reader
	kill $reader && wait $reader
	[ -z "${BENCH_VERBOSE:-}" ] || echo "$1: $(cat "$D/out")" >&2
	[ "$1" = receive ] || count=$(said by_session)
	rm -rf "$D/trail"
	kept "$1" "$count" "numbers missing: $(said serials_lost), did not read for $(said away_ms) ms"
}

run_auditd() { # ROW: RAW, ENRICHED, or laurel
	local count format=$1 plugins=
	[ "$1" != laurel ] || format=ENRICHED
	t_auditd_conf "$D/auditd" "$format"
	[ "$1" != laurel ] || laurel_conf
	load_prepare
	auditd -n -c "$D/auditd/etc" -s nochange >/dev/null 2>"$D/err" &
	reader=$!
	t_wait_for -t 5 owns_audit $reader || t_die "auditd: $(cat "$D/err")"
	sleep 0.5
	[ "$1" != laurel ] || plugins=$(pgrep -P $reader)
	# shellcheck disable=SC2086 # several pids
	measure $reader $plugins
	kill $reader && wait $reader
	if [ "$1" = laurel ]; then
		count=$(grep -c '"key":"bench"' "$D/auditd/out/laurel.log")
	else
		count=$(grep -c 'type=SYSCALL.*key="bench"' \
			"$D/auditd/out/audit.log")
	fi
	rm -rf "${D:?}/auditd"
	kept "$1" "$count"
}
owns_audit() { auditctl -s | grep -qx "pid $1"; }

# laurel as its users run it behind auditd: asks /proc, writes JSON to a file.
laurel_conf() {
	cat >"$D/auditd/etc/laurel.toml" <<-CONF
		directory = "$D/auditd/out"
		input = "stdin"
		[auditlog]
		file = "laurel.log"
		[state]
		file = ""
	CONF
	cat >"$D/auditd/etc/plugins.d/laurel.conf" <<-CONF
		active = yes
		direction = out
		type = always
		format = string
		path = $laurel
		args = $D/auditd/etc/laurel.toml
	CONF
	chmod 640 "$D/auditd/etc/plugins.d/laurel.conf"
	sed -i 's/^write_logs = .*/write_logs = no/' "$D/auditd/etc/auditd.conf"
}

# What a call that no rule matches costs the caller: nobody reads anything.
run_rules() { # NAME [RULE...]
	local name=$1 rule
	shift
	for rule; do
		# shellcheck disable=SC2086 # words
		auditctl -a $rule >/dev/null
	done
	load_prepare
	echo >&8
	wait "$load" || t_die "the load failed: $(cat "$D/load")"
	exec 8>&-
	sed -n 's/^ns_per_call=//p' "$D/load.out" >>"$D/$name"
	echo 0 >>"$D/$name.peak"
	auditctl -D >/dev/null
}
RANGE="-F auid>=1900000000 -F auid<=1999999998"
DENIED=("exit,always -S all -F exit=-EACCES $RANGE -k bench"
	"exit,always -S all -F exit=-EPERM $RANGE -k bench")

# A row, until it counts.
row() { # ROW
	local try
	for try in 1 2 3; do
		case $1 in
		rules)
			auditctl -D >/dev/null
			run_rules rules_none
			run_rules rules_exec "exit,always -F arch=b64 -S execve $RANGE -k bench"
			run_rules rules_denied "${DENIED[@]}"
			return
			;;
		bailiffd) run_bailiffd ;;
		RAW | ENRICHED | laurel) run_auditd "$1" ;;
		*) run_path "$1" ;;
		esac && return
	done
	echo "audit.sh: $1 was tried $try times" >&2
	status=1
}

status=0 laurel=
case " $ROWS " in
*" laurel "*)
	laurel=$("$TOP/test/peers/audit/fetch.sh")/laurel ||
		t_die "laurel could not be fetched"
	;;
esac
for ((i = 0; i < RUNS; i++)); do
	for name in $ROWS; do
		t_audit_lock
		auditctl -e 1 -b 8192 >/dev/null
		auditctl -a "${RULE[@]}" >/dev/null
		row "$name"
		t_audit_unlock
	done
done 2> >(grep -v 'Terminated' >&2)

echo "CPU per audit event in nanoseconds (and peak memory), median of $RUNS runs of $EVENTS" \
	"events (range); auditd $(dpkg-query -Wf '${Version}' auditd), load" \
	"$(cut -d ' ' -f 1 /proc/loadavg)"
first=
while read -r name text; do
	[ -s "$D/$name" ] || continue
	of=$(sort -n "$D/$name" | awk '{ v[NR] = $1 }
		END { print v[int((NR + 1) / 2)], v[1], v[NR] }')
	first=${first:-${of%% *}}
	peak=$(sort -n "$D/$name.peak" | tail -n 1)
	echo "$of" | awk -v text="$text" -v first="$first" -v peak="$peak" '{
		printf "  %-44s %6d (%d-%d)  x%.2f  %.1f MiB\n", text, $1, $2,
			$3, $1 / first, peak / 1024 }'
done <<-END
	RAW auditd RAW
	ENRICHED auditd ENRICHED
	laurel auditd with laurel, both together
	bailiffd bailiffd, its five processes together
	none the path in one process: trail, tree, signed
	plain without hashing: frames into a file
	off without writing: assembled and attributed
	receive only received (recvmmsg)
	checkpoint the path with durability checkpoint
	each the path with durability each
END
echo "Time of open(2) and close(2), of a service, in nanoseconds, which no rule matches"
first=
while read -r name text; do
	[ -s "$D/$name" ] || continue
	of=$(sort -n "$D/$name" | awk '{ v[NR] = $1 }
		END { print v[int((NR + 1) / 2)], v[1], v[NR] }')
	first=${first:-${of%% *}}
	echo "$of" | awk -v text="$text" -v first="$first" '{
		printf "  %-44s %6d (%d-%d)  +%d\n", text, $1, $2, $3,
			$1 - first }'
done <<-END
	rules_none no rule
	rules_exec one rule on another call (execve)
	rules_denied the two rules that infer denials
END
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
exit $status
