#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 72-loss.sh - at the highest rate that the kernel can make records: what was
# made is what came and what the kernel says it lost, to the last one; with a
# queue so short that it must lose, and with one of 8192. Debian's auditd gets
# the same load in the same run.
#
# seconds: 200

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
LOAD=$TOP/build/test/bench
COUNT=20000 # of each process
ROUNDS=4    # until the kernel lost some, and nobody else's

# Nobody waits for room in the kernel's queue: what finds none is lost. The
# trail takes everything.
mkdir -p "$dir/p/services"
policy() { # LIMIT: of the queue
	jq -n --argjson limit "$1" '{unlisted: "allow", services: {a: {number: 1}},
		audit: {backlog_limit: $limit, backlog_wait_ms: 0,
			trail: {bytes: 268435456}}}' >"$dir/p/node.json"
}
policy 64
mount -t tmpfs -o size=400m,mode=700 tmpfs /var/log/bailiff
jq -n --arg d "$LOAD" --argjson p "$(n_policy)" '$p |
	.landlock.pathBeneath += [
	  {allowedAccess: ["abi.read_execute"], parent: [$d]},
	  {allowedAccess: ["read_file", "write_file"], parent: ["/dev/null"]}] |
	.audit = ["-a always,exit -F arch=b64 -S openat -F path=/dev/null -k opens"]' \
	>"$dir/p/services/a.json"
n_repo "$dir" "$dir/p" || t_die "no bundle"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"
t_is "with the policy" "$(n_get /v1/status | jq -c .problems)" "[]"

status() { n_get /v1/status | jq "$1"; }
kernel() { auditctl -s | awk '$1 == "lost" { print $2 }'; }
# settled: the kernel's queue is empty and nothing more arrives.
settled() {
	local before
	[ "$(auditctl -s | awk '$1 == "backlog" { print $2 }')" = 0 ] || return
	before=$(status .trail.last_seq)
	sleep 1.2
	[ "$(status '[.audit.events, .audit.kernel_lost] | add')" = "$(
		sleep 0.6
		status '[.audit.events, .audit.kernel_lost] | add'
	)" ] && [ $(($(status .trail.last_seq) - before)) -le 4 ]
}
# page FROM: every event from this sequence on, a line each.
events() {
	local from=$1 last
	while :; do
		"$CTL" tail --json --from "$from" -n 20000 >"$dir/page"
		[ -s "$dir/page" ] || break
		cat "$dir/page"
		last=$(tail -n 1 "$dir/page" | jq .seq)
		[ "$last" -ge "$from" ] || break
		from=$((last + 1))
	done
}

# ---- records that are events -------------------------------------------------------
# Records of other processes on this machine may be lost too: then the sum is a
# little too large, and the round says nothing. In a quiet round it is exact.
round() { # PROCESSES: writes $dir/round: MADE CAME LOST OTHERS
	local from lost
	t_wait_for -t 20 settled || return
	from=$(($(status .trail.last_seq) + 1))
	lost=$(kernel)
	"$EXEC" --service a -- "$LOAD/record_load" "$COUNT" "$1" 700 || return
	t_wait_for -t 20 settled || return
	lost=$(($(kernel) - lost))
	events "$from" >"$dir/events"
	jq -r 'select(.records[0].type == "SECCOMP") | .service.name' \
		"$dir/events" | sort | uniq -c >"$dir/seccomp"
	echo "$(($1 * COUNT)) $(awk '$2 == "a" { print $1 }' "$dir/seccomp") $lost $(
		jq -r 'select(.audit.serial != null and .service.name != "a") | 1' \
			"$dir/events" | wc -l)" >"$dir/round"
}
# rounds PROCESSES: until the kernel lost some, and the sum is exact.
rounds() {
	local processes=$1 made came lost others i
	for ((i = 0; i < ROUNDS; i++)); do
		round "$processes" || t_die "the load cannot be measured"
		read -r made came lost others <"$dir/round"
		echo "# $made made, $came came, the kernel lost $lost; $others of others"
		[ $((came + lost)) -ne "$made" ] || [ "$lost" -eq 0 ] || break
		[ "$lost" -ne 0 ] || processes=$((processes + 2)) # it kept up
	done
	all_made=$made all_came=$((came + lost)) all_lost=$lost
}
limit() { auditctl -s | awk '$1 == "backlog_limit" { print $2 }'; }
t_is "the queue takes 64 records" "$(limit)" 64
rounds 2
t_check "a queue that short loses some" [ "$all_lost" -gt 0 ]
t_is "what was made is what came and what the kernel lost" \
	"$all_came" "$all_made"

policy 8192
n_next "$dir" "$dir/p"
jq -cn --arg b "$dir/repo" '{bundle: $b}' |
	curl -s --max-time 60 --unix-socket /run/bailiff/control.sock -d @- \
		http://bailiff/v1/reload >/dev/null
t_is "then 8192" "$(limit)" 8192
rounds 4
what="lost $all_lost of $all_made"
[ "$all_lost" -gt 0 ] || what="kept up, and lost none"
t_is "the same with 8192, where the kernel $what" "$all_came" "$all_made"
t_is "all that came is in the ledger" "$(status '.audit.services[] |
	select(.service == "a").dropped')" 0
t_check "the loss is in the stream" test "$("$CTL" tail --json -n 100000 |
	jq -r 'select(.event.action == "audit.lost").message' |
	sed 's/count=\([0-9]*\).*/\1/' | awk '{ n += $1 } END { print n + 0 }')" \
	-eq "$(status .audit.kernel_lost)"
t_is "in the metrics" "$(n_get /metrics |
	awk '$1 == "bailiff_audit_kernel_lost_total" { print $2 }')" \
	"$(status .audit.kernel_lost)"
stated() {
	"$CTL" tail --json -n 1000 | jq -r \
		'select(.event.action == "trail.checkpoint").message' |
		grep -q "^kernel-lost $(status .audit.kernel_lost)\$"
}
t_check "in a checkpoint" t_wait_for -t 5 stated
t_has "and bailiffctl status says it" "$("$CTL" status)" \
	"the kernel lost $(status .audit.kernel_lost)"

# ---- events of five records --------------------------------------------------------
# An event is lost whole when its first record is; else each record that is
# missing in it is one that the kernel lost. The load's own opens are those of
# the rule's key.
opens() {
	local from lost
	t_wait_for -t 20 settled || return
	from=$(($(status .trail.last_seq) + 1))
	lost=$(kernel)
	mkfifo -m 600 "$dir/go"
	"$EXEC" --service a -- "$LOAD/audit_load" "$COUNT" <"$dir/go" &
	sleep 0.7 >"$dir/go"
	wait $!
	rm "$dir/go"
	t_wait_for -t 20 settled || return
	lost=$(($(kernel) - lost))
	events "$from" >"$dir/events"
	# The last words: records of each serial, and whether its end came.
	jq -r 'select(.audit.serial != null and .service.name == "a") |
		[.audit.serial, (.records | length), ((.missing // []) | index("EOE") == null),
		 ([.records[].type] | index("SYSCALL") != null), ((.tags // []) | index("opens") != null)] | @tsv' \
		"$dir/events" >"$dir/rows"
	awk -v made="$COUNT" -v lost="$lost" '
		{ n[$1] += $2; if ($3 == "true") end[$1] = 1; if ($5 == "true") mine[$1] = 1 }
		END {
			for (s in mine) { came++; gone += 5 - n[s] - (s in end) }
			print made, came + 0, gone + 0, lost
		}' "$dir/rows" >"$dir/round"
}
for ((i = 0; i < ROUNDS; i++)); do
	opens || t_die "the load cannot be measured"
	read -r made came gone lost <"$dir/round"
	echo "# $made made, $came came, $gone records missing in them, the kernel lost $lost"
	[ $((came + lost - gone)) -ne "$made" ] || break
done
t_is "of events of five records too" $((came + lost - gone)) "$made"

# ---- a reader that stands still ----------------------------------------------------
# What the kernel could not deliver for so long it may forget uncounted. Then its
# numbers are missing: no loss is silent. Some of what it counts has a number too.
worker=$(n_worker audit)
gaps=$(status .audit.gaps) from=$(($(status .trail.last_seq) + 1)) lost=$(kernel)
("$EXEC" --service a -- "$LOAD/record_load" $((COUNT * 3)) 2 700) &
load=$!
sleep 0.8
kill -STOP "$worker"
sleep 2
kill -CONT "$worker"
wait "$load"
# What could not be delivered waits, outside of the backlog, for another record;
# and numbers are missing once later ones came.
"$EXEC" --service a -- /usr/bin/true
t_wait_for -t 20 settled
t_is "a process that stood still for two seconds goes on" "$(n_worker audit)" "$worker"
lost=$(($(kernel) - lost)) made=$((COUNT * 6))
events "$from" >"$dir/events"
came=$(jq -r 'select(.records[0].type == "SECCOMP" and .service.name == "a") | 1' \
	"$dir/events" | wc -l)
silent=$((made - came - lost))
seen() { [ $(($(status .audit.gaps) - gaps)) -ge "$silent" ]; }
t_check "what is neither there nor counted as lost is a gap" t_wait_for -t 40 seen
echo "# $made made, $came came, the kernel lost $lost: $silent forgotten, $(($(
	status .audit.gaps) - gaps)) numbers missing"
stated() {
	[ "$("$CTL" tail --json -n 100000 | jq -r \
		'select(.event.action == "audit.gap").message' |
		grep -o 'missing=[0-9]*' | awk -F= '{ n += $2 } END { print n + 0 }')" \
		-eq "$(status .audit.gaps)" ]
}
t_check "and in the stream" t_wait_for -t 5 stated
t_end "$DAEMON"

# ---- auditd ------------------------------------------------------------------------
t_auditd_conf "$dir" RAW
auditctl -e 1 -b 8192 --backlog_wait_time 0 >/dev/null
t_start auditd "$dir/auditd.log" auditd -n -c "$dir/etc" -s nochange
owns() { auditctl -s | grep -qx "pid $auditd"; }
t_check "auditd takes the place" t_wait_for -t 10 owns
sleep 0.5
lost=$(kernel)
"$LOAD/record_load" "$COUNT" 2 200
empty() { [ "$(auditctl -s | awk '$1 == "backlog" { print $2 }')" = 0 ]; }
t_wait_for -t 20 empty
sleep 1
lost=$(($(kernel) - lost))
t_end "$auditd"
came=$(cat "$dir"/out/audit.log* | grep -c 'type=SECCOMP.*comm="record_load"')
echo "# auditd: $((2 * COUNT)) made, $came written, the kernel lost $lost: $((2 *
	COUNT - came - lost)) that nobody counted"
t_check "auditd wrote some" [ "$came" -gt 0 ]
t_done
