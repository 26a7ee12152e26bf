#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - both differential runs at once, for a time.
#
# usage: test/diff/run.sh [SECONDS]
#
# One process draws seccomp profiles (seccomp_diff). The other draws landlock
# documents: half of the time against the running kernel (landlock_diff), half
# of it against a reading of bailiff-policy(5) in Python (compile_oracle.py).
# Every run starts at another seed, unless BAILIFF_DIFF_SEED says which; what a
# finding prints runs it again. SECONDS: 600.
#
# Exit: 0 clean; 1 findings; 2 wrong usage; 111 one of them could not run.
set -u
cd "$(dirname "$0")/../.." || exit 111
seconds=${1:-600}
case $seconds in '' | *[!0-9]* | 0)
	echo "usage: test/diff/run.sh [SECONDS]" >&2
	exit 2
	;;
esac
tools=build/test/diff
oracle=test/integration/compile_oracle.py
seed=${BAILIFF_DIFF_SEED:-$(($(date +%s) * 1000))}
half=$(((seconds + 1) / 2))
work=$(mktemp -d) || exit 111
pids=()
stop() {
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null
	wait
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# One after the other; whoever ends this ends the one that runs.
landlock() {
	local code=0 child
	trap 'kill "$child" 2>/dev/null; exit 143' TERM
	$tools/landlock_diff --seed "$seed" --seconds $half --quiet &
	child=$!
	wait $child || code=$?
	[ $code != 77 ] || echo 'landlock: not asked of this kernel: it has' \
		'no Landlock, or there is no right to unshare'
	[ $code = 0 ] || [ $code = 77 ] || return $code
	BAILIFF_COMPILE_SEED=$seed python3 $oracle landlock \
		"${BIN:-build/bin}/bailiff-bundle" 0 $half &
	child=$!
	wait $child
}

# Progress, on a terminal.
watch() {
	local at
	[ -t 1 ] || return
	for ((at = 0; at < seconds; at++)); do
		printf '\r  differential: %d of %d s ' $at "$seconds"
		sleep 1
		kill -0 "${pids[@]}" 2>/dev/null || break
	done
	printf '\r%40s\r' ''
}

$tools/seccomp_diff --seed "$seed" --seconds "$seconds" --quiet \
	>"$work/seccomp" 2>&1 &
pids+=($!)
landlock >"$work/landlock" 2>&1 &
pids+=($!)
watch
codes=()
for pid in "${pids[@]}"; do
	wait "$pid"
	codes+=($?)
done
pids=()
cat "$work/seccomp" "$work/landlock"
if [ "${codes[*]}" = '0 0' ]; then
	echo "differential: clean, $seconds s from seed $seed"
	exit 0
fi
if [[ " ${codes[*]} " = *' 1 '* ]]; then
	echo "differential: NOT clean, see FINDING above; from seed $seed"
	exit 1
fi
echo "differential: could not run (exit codes ${codes[*]})"
exit 111
