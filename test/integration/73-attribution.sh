#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 73-attribution.sh - processes of less than a millisecond, in eight services at
# once, with two impostors who write the services' numbers beside them: every
# execution names its service. By session, then without the gate by cgroup, then
# by the map of exits and nothing else. PROCESSES= sets how many in each part
# (8,000; "make attribution": 100,000).
#
# seconds: 600

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
t_tmpdir dir

short=$ATTACKS/shortlived
owners=$TOP/build/test/bench/audit_owners
each=$((${PROCESSES:-8000} / 8))
few=$((each / 10 + 1))
patience=30
# They are named like nothing else on the machine: so are their cgroups.
services=()
for letter in a b c d e f g h; do
	services+=("t73-$$-$letter")
done

# ---- a policy for eight services ---------------------------------------------
mkdir -p "$dir/policies/services"
list='{}'
for i in "${!services[@]}"; do
	list=$(jq -c --arg s "${services[i]}" --argjson n $((i + 1)) \
		'.[$s] = {number: $n}' <<<"$list")
	n_policy | jq --arg top "$TOP/build" \
		'.landlock.pathBeneath[0].parent += [$top]' \
		>"$dir/policies/services/${services[i]}.json"
done
jq -n --argjson s "$list" '{unlisted: "allow", services: $s,
	audit: {backlog_wait_ms: 10000}}' >"$dir/policies/node.json"
t_check "a bundle for eight services is made and signed" \
	n_repo "$dir" "$dir/policies"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/daemon.log"
t_is "with its map of exits" "$(n_get /v1/status | jq .audit.exit_map)" true

lost() { n_get /v1/status | jq .audit.kernel_lost; }

# The impostors write the numbers of the third and the fifth service.
impostors=(impostor-3 impostor-5)
impostors_start() {
	local number
	for number in 3 5; do
		setpriv --reuid 65534 --clear-groups "$ATTACKS/stamp" \
			$((1900000000 + number)) "$short" "impostor-$number" \
			$few >>"$dir/impostors" 2>&1 &
		pids+=($!)
	done
}

counts() { # into $wanted: what audit_owners is to wait for
	local name
	wanted=()
	for name in "${services[@]}"; do
		wanted+=("$name=$each")
	done
	for name in "$@"; do
		wanted+=("$name=$few")
	done
}

# The generators ended well, and their processes are what they are meant to be.
generated() { # FILE
	local count worst
	cat "$1"
	count=$(awk '{ split($1, a, "="); n += a[2] } END { print n + 0 }' "$1")
	worst=$(awk -F '[= ]' '{ print $4 }' "$1" | sort -n | tail -n 1)
	[ "$count" = $((each * 8)) ] && [ "$worst" -lt 1000 ]
}

# Every line of the services: all came, each is its own, none twice.
attributed() { # FILE
	local name good=0
	cat "$1"
	for name in "${services[@]}"; do
		grep -q "^$name emitted=$each attributed=$each wrong=0 nobody=0 forged=0 twice=0 " \
			"$1" && good=$((good + 1))
	done
	[ "$good" -eq 8 ]
}
forged() { # FILE
	local name
	cat "$1"
	for name in "${impostors[@]}"; do
		grep -q "^$name emitted=$few attributed=0 wrong=0 nobody=$few forged=$few twice=0 " \
			"$1" || return
	done
}
how() { # FILE WAY: how many of the services' executions were found so
	grep '^t73-' "$1" | grep -o " $2=[0-9]*" | awk -F = '{ n += $2 }
		END { print n + 0 }'
}

tail_of() { # ACTION: own events, as JSON
	"$CTL" tail --json --from 1 2>/dev/null | grep -aF "\"$1\"" |
		jq -c --arg a "$1" 'select(.event.action == $a)'
}

# ---- by session ----------------------------------------------------------------
counts "${impostors[@]}"
"$owners" --trail /var/log/bailiff 1 $patience "${wanted[@]}" \
	>"$dir/session" 2>&1 &
reader=$!
t_cleanup "t_end $reader"
pids=()
for name in "${services[@]}"; do
	"$EXEC" --service "$name" -- "$short" "$name" "$each" \
		>>"$dir/generated" 2>&1 &
	pids+=($!)
done
impostors_start
# Now, as long as the trail still has its beginning.
starts() { tail_of service.start >"$dir/starts" && [ "$(wc -l <"$dir/starts")" -ge 8 ]; }
t_check "eight services are told of as started" t_wait_for -t 30 starts
forgeries() { tail_of identity.forged >"$dir/forgeries" && [ "$(wc -l <"$dir/forgeries")" -ge 2 ]; }
t_check "two sessions are told of as forged while they go on" \
	t_wait_for -t 30 forgeries
wait "${pids[@]}"
t_check "$((each * 8)) processes in eight services use less than a millisecond each" \
	generated "$dir/generated"
wait "$reader"
t_is "their executions are all in the trail" $? 0
t_check "each execution names its service, with two impostors beside them" \
	attributed "$dir/session"
t_check "what the impostors do is forged and nobody's" forged "$dir/session"
t_is "it was the session that said so" "$(how "$dir/session" session)" \
	$((each * 8))
t_is "the kernel lost nothing" "$(lost)" 0

t_is "each service's start is an event with cgroup and namespaces" \
	"$(jq -r .message "$dir/starts" |
		grep -c "instance=\"host\".* cgroup_id=[1-9].* net_ns=$(stat -Lc %i \
			/proc/self/ns/net) user_ns=[1-9]")" 8
t_is "with the numbers that they took" \
	"$(jq -r .service.auid "$dir/forgeries" | sort)" \
	"1900000003
1900000005"

# ---- a process that leaves its cgroup ----------------------------------------------
root=$(t_cgroup2)
for name in "${services[@]}"; do
	mkdir "$root/$name" || t_die "no cgroup of our own"
	t_cleanup "rmdir '$root/$name' 2>/dev/null"
done
mkfifo "$dir/go"
# shellcheck disable=SC2016
"$EXEC" --service "${services[0]}" -- /usr/bin/sh -c \
	'read -r line; exec "$1" leaver 20' _ "$short" \
	<"$dir/go" >/dev/null 2>"$dir/leaver" &
leaver=$!
exec 8>"$dir/go"
echo $leaver >"$root/${services[1]}/cgroup.procs"
echo go >&8
exec 8>&-
wait $leaver
t_is "a process of the first service moves to the second's cgroup" $? 0
# The last of many: what is behind them all.
left() {
	"$CTL" tail --json -n 200 2>/dev/null | jq -r '
		select(.process.args[1]? == "leaver" and
			.process.args[0] == "leaf") |
			"\(.service.name) \(.service.how)"' | sort | uniq -c |
		awk '{ print $1, $2, $3 }'
}
left_all() { [ "$(left | cut -d " " -f 1)" = 20 ]; }
t_wait_for left_all
t_is "its executions stay the first's" "$(left)" "20 ${services[0]} session"
t_has "and that the cgroup says otherwise is an event" \
	"$("$CTL" tail --json -n 200 | jq -r 'select(.event.action ==
		"identity.disagreed") | .message')" \
	"service=${services[0]} by=session other=${services[1]} other_by=exit"

# ---- without sessions ---------------------------------------------------------------
# The kernel has no rule for what carries no number of ours.
auditctl -a always,exit -F arch=b64 -S execve -F exe="$short" \
	-F auid=4294967295 -k t73 >/dev/null || t_die "no rule of our own"
in_cgroups() { # into $pids
	local name
	pids=()
	rm -f "$dir/generated"
	for name in "${services[@]}"; do
		"$short" "$name" "$each" "$root/$name" \
			>>"$dir/generated" 2>&1 &
		pids+=($!)
	done
}
# Behind what is there: the same names and numbers come again.
from=$(n_get /v1/status | jq .audit.last_seq)
counts
"$owners" --trail /var/log/bailiff "$from" $patience "${wanted[@]}" \
	>"$dir/cgroup" 2>&1 &
reader=$!
t_cleanup "t_end $reader"
in_cgroups
wait "${pids[@]}"
t_check "the same in eight cgroups, without sessions" generated "$dir/generated"
wait "$reader"
t_is "their executions are all in the trail too" $? 0
t_check "each names the service of its cgroup" attributed "$dir/cgroup"
echo "# by /proc $(how "$dir/cgroup" cgroup), by the map of exits $(how "$dir/cgroup" exit)"
t_is "nobody else said so" \
	$(($(how "$dir/cgroup" cgroup) + $(how "$dir/cgroup" exit))) $((each * 8))
t_is "still the kernel lost nothing" "$(lost)" 0
t_end "$DAEMON"

# ---- by the map of exits alone --------------------------------------------------------
auditctl -e 1 >/dev/null
auditctl -b 8192 >/dev/null
auditctl --backlog_wait_time 15000 >/dev/null
auditctl -a always,exit -F arch=b64 -S execve -F exe="$short" \
	-F auid=4294967295 -k t73 >/dev/null 2>&1
counts
"$owners" --exits $patience "${wanted[@]}" >"$dir/exits" 2>"$dir/exits.errors" &
reader=$!
t_cleanup "t_end $reader"
t_check "a reader that asks nothing but the map of exits" \
	t_wait_for grep -q ready "$dir/exits"
in_cgroups
wait "${pids[@]}"
t_check "the same again for it" generated "$dir/generated"
wait "$reader"
t_is "it saw every execution" $? 0
t_check "each names the service of its cgroup, by the map alone" \
	attributed "$dir/exits"
t_is "all by the map" "$(how "$dir/exits" exit)" $((each * 8))
t_has "and nothing was lost" "$(cat "$dir/exits" "$dir/exits.errors")" "lost=0"

t_done
