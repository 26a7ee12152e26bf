#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chaos.sh - kill -9 of the audit process, or of all of bailiffd at once, at
# random moments under load, ROUNDS times (1000): what a reader was shown is what
# the trail holds, its sequence has neither gap nor repeat, and it verifies.
#
#	ROUNDS=1000 SEED=1 DURABILITY=none test/chaos.sh
#
# Two rounds of three kill the audit process, the third everything. The moment is
# up to MOMENT_MS (300) after the processes were back. As root; holds the audit
# lock as long as it runs.

. "$(dirname "$0")/lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
ROUNDS=${ROUNDS:-1000} DURABILITY=${DURABILITY:-none} MOMENT_MS=${MOMENT_MS:-300}
RANDOM=${SEED:=$$}
echo "# SEED=$SEED DURABILITY=$DURABILITY"

mkdir -p "$dir/policies/services"
cat >"$dir/policies/node.json" <<END
{"unlisted":"allow","services":{"web":{"number":1}},
"audit":{"trail":{"bytes":1073741824,"durability":"$DURABILITY"},
"rules":["-a always,exit -F arch=b64 -S openat -F path=/dev/null -k chaos"]}}
END
n_policy /dev/null >"$dir/policies/services/web.json"
n_repo "$dir" "$dir/policies" || t_die "no bundle could be made"
n_image "$dir"
# What is shown is kept here: on a disk, 1,000 rounds are some hundred MiB.
shown=$dir/shown

# ---- load and reader -----------------------------------------------------------
load_start() {
	# shellcheck disable=SC2016 # expanded there
	"$EXEC" --service web -- /usr/bin/bash -c \
		'while :; do for i in 1 2 3 4 5 6 7 8; do : </dev/null; done
		sleep 0.05; done' >/dev/null 2>&1 &
	load=$!
}
follow() {
	local next=1
	while [ ! -e /run/stop-following ]; do
		timeout 20 "$CTL" tail -f --json --from "$next" \
			>>"$shown" 2>/dev/null
		next=$(tail -n 1 "$shown" 2>/dev/null | jq -r '.seq + 1')
		next=${next:-1}
		sleep 0.05
	done
}

# ---- the rounds ------------------------------------------------------------------
ready() { n_get /v1/status | jq -e '[.workers[].ready] | all' >/dev/null; }
audit_back() { [ "$(n_worker audit)" != "$1" ] && ready; }
kill_audit() {
	local old
	old=$(n_worker audit)
	kill -KILL "$old"
	t_wait_for -t 5 audit_back "$old" || late=$((late + 1))
}
kill_all() {
	local workers
	workers=$(pgrep -P "$DAEMON")
	# shellcheck disable=SC2086 # several pids
	kill -KILL "$DAEMON" $workers
	wait "$DAEMON"
	n_start /run/log || t_die "bailiffd did not start again: $(tail -n 3 /run/log)"
}

n_start_ok "the daemon becomes ready" /run/log
load_start
t_cleanup "kill $load 2>/dev/null || :"
: >"$shown"
follow &
follower=$!
t_cleanup "touch /run/stop-following"
late=0 audits=0 alls=0
for ((round = 0; round < ROUNDS; round++)); do
	sleep "$(printf '0.%03d' $((RANDOM % MOMENT_MS)))"
	if [ $((RANDOM % 3)) -ne 0 ]; then
		kill_audit
		audits=$((audits + 1))
	else
		kill_all
		alls=$((alls + 1))
	fi
	# A service's load outlives them all.
	kill -0 "$load" 2>/dev/null || t_die "the load is gone"
done 2> >(grep -v Killed >&2)
kill "$load"
wait "$load" 2>/dev/null
t_is "after each of $audits kills the audit process was back in 5 s" "$late" 0

# ---- what was shown, what is there --------------------------------------------------
sleep 2.5 # a checkpoint covers the rest
"$CTL" tail --json --from 1 >"$dir/events"
last=$(tail -n 1 "$dir/events" | jq .seq)
all_shown() { [ "$(tail -n 1 "$shown" | jq .seq)" -ge "$last" ]; }
t_check "the reader catches up" t_wait_for -t 60 all_shown
touch /run/stop-following
pkill -P "$follower" timeout
wait "$follower" 2>/dev/null
t_check "the sequence has neither gap nor repeat" \
	sh -c "jq .seq '$dir/events' | awk '\$1 != NR { exit 1 }'"
head -n "$(wc -l <"$dir/events")" "$shown" >"$dir/shown.head"
t_check "what was shown is what the trail holds, each once, in order" \
	cmp "$dir/events" "$dir/shown.head"
t_check "the service's events are among it" \
	grep -qm1 '"key":\["chaos\|chaos' "$dir/events"
t_end "$DAEMON"
t_exit "the trail verifies" 0 "$CTL" verify /var/log/bailiff
t_is "nothing was set aside as damaged" \
	"$(find /var/log/bailiff -name 'damaged-*' | wc -l)" 0
echo "# $audits times the audit process, $alls times everything, $last frames"
t_done
