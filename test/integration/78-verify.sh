#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 78-verify.sh - the trail of a real daemon, and what becomes of one that is
# changed: with and without what a collector has kept.
#
# VERIFY_EDITS (40) bytes of what checkpoints cover are changed, one at a time;
# the unit test verify_test does the same to a simulated trail, much faster.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
T_SAID=$dir/said
edits=${VERIFY_EDITS:-40}
trail=/var/log/bailiff
oracle() { python3 "$TOP/test/integration/trail_oracle.py" "$@"; }

mkdir -p "$dir/policies/services"
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
n_policy >"$dir/policies/services/web.json"
n_repo "$dir" "$dir/policies" || t_die "no bundle"
n_image "$dir"
n_start_ok "the daemon becomes ready" /run/log

# ---- a collector ---------------------------------------------------------------
collect() { # what a collector has received so far
	"$CTL" tail --json --from 1 >"$1"
}
deny() { "$EXEC" --service web -- /usr/bin/cat /etc/shadow 2>/dev/null; }
checkpoints() { jq -c 'select(.event.action == "trail.checkpoint")' "$1"; }
covers() { # FILE SEQ: a checkpoint behind it has been received
	collect "$1" && [ "$(checkpoints "$1" | tail -n 1 | jq .seq)" -gt "$2" ]
}
deny
sleep 0.2
collect /run/collected
denied=$(jq 'select(.event.action == "fs.read_file") | .seq' /run/collected |
	tail -n 1)
t_check "a denial is in the trail" [ -n "$denied" ]
t_check "within two seconds a checkpoint covers it" \
	t_wait_for -t 2 covers /run/collected "$denied"
t_is "the first two frames of the boot are its key and a checkpoint" \
	"$(jq -r .event.action /run/collected | head -n 2 | paste -sd ' ')" \
	"trail.key trail.checkpoint"
t_has "the checkpoint says what the kernel lost" \
	"$(checkpoints /run/collected | tail -n 1 | jq -r .message)" \
	"kernel-lost "

# ---- whole ------------------------------------------------------------------------
t_check "it verifies while the daemon writes" \
	t_says 0 "not anchored" "$CTL" verify $trail
t_check "with what the collector has it is anchored" \
	t_says 0 "anchored at size " "$CTL" verify $trail \
	--anchor /run/collected
t_check "an implementation of its own comes to the same" oracle check $trail
checkpoints /run/collected | tail -n 1 | jq -j .message >/run/checkpoint
size=$(sed -n 2p /run/checkpoint)
t_check "a checkpoint alone is an anchor" \
	t_says 0 "anchored at size $size" "$CTL" verify $trail \
	--anchor /run/checkpoint
jq -j 'select(.event.action == "trail.key") | .message' /run/collected \
	>/run/key
t_check "the boot's first key is one too" \
	t_says 0 "anchored at size 0" "$CTL" verify $trail --anchor /run/key
json=$("$CTL" verify $trail --anchor /run/checkpoint --json)
t_is "--json says the same" "$(jq -c '[.whole, .anchored, .anchors.size,
	.frames == .covered + .not_covered, .flaws]' <<<"$json")" \
	"[true,true,$size,true,[]]"

# ---- proofs -------------------------------------------------------------------------
t_check "a proof of the denial is given" eval \
	'"$CTL" verify $trail --prove $denied >/run/proof'
t_check "it shows the event, signed by the boot's key" \
	t_says 0 "#$denied" "$CTL" verify --proof /run/proof --anchor /run/key
t_has "and what was denied" "$("$CTL" verify --proof /run/proof)" /etc/shadow
t_is "the other implementation finds the same in it" \
	"$(oracle proof /run/proof /run/key)" "$denied"
t_check "without an anchor it says so" \
	t_says 0 "not anchored" "$CTL" verify --proof /run/proof
sed 's/^index \(.*\)/index \10/' /run/proof >/run/proof.false
t_exit "a proof that shows nothing is refused" 1 \
	"$CTL" verify --proof /run/proof.false
t_exit "what is not in the trail has no proof" 1 \
	"$CTL" verify $trail --prove 1000000
checkpoints /run/collected | head -n 1 | jq -j .message >/run/old
t_check "that the log has only grown has a proof" eval \
	'"$CTL" verify $trail --prove-since /run/old >/run/growth'
t_check "which the older checkpoint is enough for" \
	t_says 0 "begins with the one of size 1" \
	"$CTL" verify --proof /run/growth --anchor /run/old

# ---- a daemon that dies -------------------------------------------------------------
ready() { n_get /v1/status | jq -e '[.workers[].ready] | all' >/dev/null; }
old=$(n_worker audit)
kill -KILL "$old"
again() { [ "$(n_worker audit)" != "$old" ] && ready; }
t_check "the audit process is started again" t_wait_for -t 5 again
deny
kill -KILL "$DAEMON" $(pgrep -P "$DAEMON")
wait "$DAEMON" 2>/dev/null
n_start_ok "after SIGKILL of everything the daemon starts again" /run/log
json=$("$CTL" verify $trail --anchor /run/collected --json)
t_is "the chain of keys goes on in the same boot" \
	"$(jq -c '[.whole, .keys.boots, .keys.epochs >= 3]' <<<"$json")" \
	'[true,1,true]'
deny
sleep 0.2
collect /run/collected
last=$(tail -n 1 /run/collected | jq .seq)
t_check "what followed is covered" \
	t_wait_for -t 3 covers /run/collected "$last"
checkpoints /run/collected | tail -n 1 | jq -j .message >/run/checkpoint
secret=/run/bailiff/private/trail-key/secret
cp $secret /run/stolen
t_end "$DAEMON"

# ---- made anew -----------------------------------------------------------------------------
cp -r $trail /run/saved
rm -f $trail/*.seg $trail/acked
n_start_ok "the trail is taken away, and the daemon makes a new one" /run/log
deny
sleep 1.5
t_check "by itself it is whole" \
	t_says 0 "not anchored" "$CTL" verify $trail
t_check "beside the collector's anchors it is not" \
	t_says 1 "is not the frame that is here" "$CTL" verify $trail --anchor /run/collected
t_end "$DAEMON"
t_audit_unlock

# ---- changes ---------------------------------------------------------------------------
fresh() { rm -rf /run/copy && cp -r /run/saved /run/copy; }
found() { # TEXT [OPTION...]: verify says no, and why
	local text=$1
	shift
	t_says 1 "$text" "$CTL" verify /run/copy "$@"
}
anchor=(--anchor /run/collected)
fresh
t_check "a copy verifies elsewhere" \
	t_says 0 "anchored at size " "$CTL" verify /run/copy "${anchor[@]}"
oracle edit /run/copy "$denied"
t_check "an edit is found, its hash made anew or not" \
	found "are not those that it signed"
t_has "and between which checkpoints" "$(cat "$T_SAID")" "checkpoint #"
t_exit "the other implementation finds it too" 1 oracle check /run/copy
t_exit "and nothing can be proved any more" 1 \
	"$CTL" verify /run/copy --prove 1

missed=0
for n in $(seq "$edits"); do
	fresh
	oracle flip /run/copy "$n" >/run/flipped
	found "damaged, or not what was written" >/dev/null || {
		missed=$((missed + 1))
		cat /run/flipped
	}
done
t_is "each of $edits changed bytes is found" "$missed" 0

fresh
newest=$(sed -n 2p /run/checkpoint)
first=$(jq .seq /run/collected | head -n 1)
oracle cut /run/copy $((first + newest - 2))
t_check "a cut at the end is not seen without an anchor" \
	t_says 0 "not anchored" "$CTL" verify /run/copy
t_check "with one it is" found "the trail ends at size" "${anchor[@]}"

fresh
oracle reseal /run/copy "$last" /run/stolen
t_check "what was sealed again with the stolen key is not seen without one" \
	t_says 0 "not anchored" "$CTL" verify /run/copy
t_check "with one it is" found "has another root" "${anchor[@]}"
t_check "that it has only grown since then cannot be proved" \
	t_refused 1 "has another root" \
	"$CTL" verify /run/copy --prove-since /run/checkpoint
fresh
t_exit "of an earlier epoch the stolen key can seal nothing" 1 \
	oracle reseal /run/copy "$denied" /run/stolen

# ---- bad input ------------------------------------------------------------------------------
t_check "no trail is no whole trail" \
	t_says 1 "there is no trail here" "$CTL" verify "$dir/policies"
t_check "a file that holds no anchor is refused by name" \
	t_says 1 "/run/log: " "$CTL" verify $trail --anchor /run/log
t_exit "an anchor that is not there is a failure" 111 \
	"$CTL" verify $trail --anchor /nowhere
t_exit "a directory and a proof at once are wrong usage" 2 \
	"$CTL" verify $trail --proof /run/proof
t_done
