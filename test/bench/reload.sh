#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reload.sh - a thousand services: a reload of all of them, of one, of none, and
# the status of a thousand sessions; the launcher with 10, 100 and 1,000 path
# rules; what Landlock costs an open().
#
# A reload is one POST /v1/reload, from the request to the answer: verify,
# compile, prove, compare, publish, read back, switch. Cold: the first policy of
# its kind. The rest changes one service, or nothing. Of ROUNDS (5) the middle
# one counts. As root; holds the audit lock.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
. "$TOP/test/node.sh"
ROUNDS=${ROUNDS:-5} SERVICES=${SERVICES:-1000}
t_tmpdir D

median() { # COLUMN FILE
	awk -v c="$1" '{ print $c }' "$2" | sort -n |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
# Processor time of the daemon's processes so far, in milliseconds.
cpu_ms() {
	local pid sum=0 ns
	for pid in "$DAEMON" $(pgrep -P "$DAEMON"); do
		read -r ns _ <"/proc/$pid/schedstat" && sum=$((sum + ns / 1000))
	done
	echo $((sum / 1000))
}
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
ask() { # PATH [CURL-OPTION...]: both times; the answer in $D/answer
	local path=$1 from cpu wall
	shift
	cpu=$(cpu_ms)
	from=$(now_ms)
	curl -s --max-time 60 --unix-socket /run/bailiff/control.sock "$@" \
		-o "$D/answer" "http://bailiff$path" || t_die "$path: no answer"
	wall=$(($(now_ms) - from))
	echo $wall $(($(cpu_ms) - cpu))
}
reload() { # both times
	ask /v1/reload -X POST -d "{\"bundle\":\"$D/$kind/repo\"}"
	jq -e .generation "$D/answer" >/dev/null && ! jq -e .error "$D/answer" \
		>/dev/null || t_die "$(head -c 500 "$D/answer")" >&2
}

# ---- policies ------------------------------------------------------------------
node() {
	jq -n --argjson n "$SERVICES" '{unlisted: "allow", services:
		[range($n) | {key: "s\(.)", value: {number: (. + 1)}}] |
		from_entries}'
}
small() { # NUMBER: a policy of its own for each
	cat <<END
{"landlock":{"abi":6,"ruleset":[{"handledAccessFs":["abi.all"],
"handledAccessNet":["abi.all"],"scoped":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.read_execute"],"parent":["/usr","/dev"]},
{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"]},
{"allowedAccess":["abi.read_write"],"parent":["/var/lib/s$1"]}],
"netPort":[{"allowedAccess":["bind_tcp"],"port":[$((10000 + $1))]}]},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["ptrace",
"keyctl","bpf","mount","io_uring_setup"],"action":"SCMP_ACT_ERRNO"}]},
"capabilities":{}}
END
}
policies_small() {
	local i
	for ((i = 0; i < SERVICES; i++)); do
		small $i >"$D/small/policies/services/s$i.json"
	done
}
policies_nginx() {
	local i
	for ((i = 0; i < SERVICES; i++)); do
		cp "$TOP/examples/policies/services/nginx.json" \
			"$D/nginx/policies/services/s$i.json"
	done
}
# One more rule for one service.
change_one() { # ROUND
	local file=$D/$kind/policies/services/s7.json
	jq --arg path "/srv/round$1" 'if .landlock | type == "array" then
		.landlock[0].pathBeneath += [{allowedAccess: ["read_file"],
		parent: [$path]}] else .landlock.pathBeneath += [{allowedAccess:
		["read_file"], parent: [$path]}] end' "$file" >"$file.new" &&
		mv "$file.new" "$file"
}

# ---- reloads ---------------------------------------------------------------------
for kind in small nginx; do
	mkdir -p "$D/$kind/policies/services"
	cp -r "$D/keys" "$D/pass" "$D/$kind/" 2>/dev/null
	node >"$D/$kind/policies/node.json"
	policies_$kind
	n_repo "$D/$kind" "$D/$kind/policies" || t_die "no bundle of $kind"
	cp -r "$D/$kind/keys" "$D/$kind/pass" "$D" 2>/dev/null
done
# The node begins with the small ones and trusts one root: the other kind is a
# further version of the same repository.
next() { n_next "$D/small" "$D/small/policies" || t_die "no further version"; }
row() { # WORDS FILE
	printf '  %-52s %6d  cpu %6d\n' "$1" "$(median 1 "$2")" \
		"$(median 2 "$2")"
}
kind=small
t_audit_lock
n_image "$D/small"
n_start /run/log || t_die "$(tail -n 3 /run/log)"
echo "$SERVICES services, one reload in milliseconds, median of $ROUNDS; load" \
	"$(cut -d ' ' -f 1 /proc/loadavg) on $(nproc) processors:"
for ((i = 0; i < ROUNDS; i++)); do reload; done >"$D/ms"
row "small policies, nothing changed" "$D/ms"
for ((i = 0; i < ROUNDS; i++)); do
	change_one $i
	next
	reload
done >"$D/ms"
row "small policies, one changed" "$D/ms"

# ---- a thousand sessions --------------------------------------------------------
(
	for ((i = 0; i < SERVICES; i++)); do
		"$EXEC" --service s$i -- /usr/bin/sleep 600 &
		echo $!
	done >"$D/pids"
)
t_cleanup "xargs kill -KILL <$D/pids 2>/dev/null; true"
sleep 2
for ((i = 0; i < ROUNDS; i++)); do reload; done >"$D/ms"
row "the same with a session of each running" "$D/ms"
for ((i = 0; i < ROUNDS; i++)); do ask /v1/status; done >"$D/ms"
row "GET /v1/status then" "$D/ms"
jq -e --argjson n "$SERVICES" '[.services[].sessions[]] | length == $n' \
	"$D/answer" >/dev/null || t_die "not all sessions are listed"
for ((i = 0; i < ROUNDS; i++)); do ask /metrics; done >"$D/ms"
row "GET /metrics then" "$D/ms"

# ---- every one of them another ----------------------------------------------------
cp "$D/nginx/policies/services/"*.json "$D/small/policies/services/"
next
reload >"$D/ms"
row "each changed, and what a restart would change (once)" "$D/ms"
jq -e --argjson n "$SERVICES" '(.services | length == $n) and
	(.restart | length) + .restart_omitted == $n' "$D/answer" >/dev/null ||
	t_die "not all that changed is told"
jq -r '"    (\(.changes_omitted) changes, \(.restart_omitted) restarts, " +
	"\(.pending_omitted) pending beyond what an answer holds)"' "$D/answer"
xargs kill -KILL <"$D/pids"
for ((i = 0; i < ROUNDS; i++)); do
	change_one $i
	next
	reload
done >"$D/ms"
row "copies of the nginx example, one changed" "$D/ms"
t_end "$DAEMON"

# ---- the launcher, by the number of its rules -------------------------------------
P=/run/bailiff/private
rm -rf $P/policy/*
install -d -m 0700 -o 1899999999 -g 1899999999 $P/policy/1 $P/policy/1/services
echo 1 >$P/policy/current
echo "start-up of bailiff-exec by its path rules, microseconds of 100 starts:"
for rules in 10 100 1000; do
	words=(exec:"$ATTACKS/intruder")
	for ((i = 1; i < rules; i++)); do
		mkdir -p "$D/rules/$i"
		words+=("read:$D/rules/$i")
	done
	"$ATTACKS/mkartefact" web 1 1 "${words[@]}" >$P/policy/1/services/web.art
	# Spawn to end, and processor time.
	"$TOP/build/test/bench/spawn" 100 "$EXEC" --service web -- \
		"$ATTACKS/intruder" exit 0 |
		awk -v n=$rules '{ printf "  %5d rules: wall %6d, cpu %6d\n", n, $1, $2 }'
done

# ---- an open() under Landlock ------------------------------------------------------
echo "open and close of a file under Landlock, ten rules, by its depth:"
"$TOP/build/test/bench/open_cost" "$D" | awk '{
	printf "  depth %2d: %5d ns without, %5d ns with, x%s\n", $1, $2, $3, $4 }'
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
