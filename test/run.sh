#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - run programs that print TAP, one after the other, and judge them.
#
# usage: test/run.sh [-t SECONDS] [FILE...]
#
# Without files: every unit test that is built and every integration test.
# Each runs in a session of its own, which is killed whole when it ends or its
# time is up; a file may ask for another limit by a line "# seconds: N" near
# its top. What it prints is kept in build/check/NAME.log. A skip that is not
# in test/skips.expected with the same reason counts as a failure.
#
# The last line is "N passed, N failed, N skipped".
# Exit: 0 nothing failed, 1 something did, 2 wrong usage, 130 interrupted.

set -u
cd "$(dirname "$0")/.." || exit 111
readonly LOGS=build/check SKIPS=test/skips.expected

limit=300
while getopts t: opt; do
	case $opt in
	t) limit=$OPTARG ;;
	*) echo "usage: test/run.sh [-t SECONDS] [FILE...]" >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))

shopt -s nullglob
files=("$@")
[ $# -gt 0 ] || files=(build/gcc/unit/*_test test/integration/*.sh)
shopt -u nullglob
if [ ${#files[@]} -eq 0 ]; then
	echo "test/run.sh: no test is built; run \"make check-unit\" first" >&2
	exit 2
fi

export BIN=${BIN:-$PWD/build/bin}
# Marks every process that a test starts, also one that leaves its session.
export BAILIFF_TEST_RUN=$$.$RANDOM$RANDOM
mkdir -p "$LOGS" || exit 111

# judge LOG STATUS: reads TAP, prints the failures; the last line is three
# numbers. What a test prints beside its result may stand before the result
# (unit tests) or after it (shell tests): both sides are shown.
judge() {
	awk -v status="$2" -v skips="$SKIPS" '
	BEGIN {
		while ((getline line < skips) > 0)
			if (line !~ /^(#|$)/)
				allowed[line] = 1
	}
	function fail(text, i) {
		failed++
		print "    not ok: " text
		for (i = 0; i < nnotes; i++)
			print "      " notes[i]
		showing = 1
	}
	/^(not )?ok( |$)/ {
		number++
		showing = 0
		good = $1 == "ok"
		text = $0
		sub(/^(not )?ok *[0-9]* *-? */, "", text)
		if (match(text, / *# *[Ss][Kk][Ii][Pp]/)) {
			reason = substr(text, RSTART + RLENGTH)
			text = substr(text, 1, RSTART - 1)
			sub(/^ */, "", reason)
			if (reason == "" && nnotes > 0) {
				reason = notes[nnotes - 1]
				sub(/^# *SKIP */, "", reason)
			}
			if (!good)
				fail(text)
			else if ((text "\t" reason) in allowed)
				skipped++
			else
				fail(text ": skipped (" reason "), and " skips \
					" does not list that")
		} else if (good)
			passed++
		else
			fail(text)
		nnotes = 0
		next
	}
	/^1\.\.[0-9]+$/ { planned = substr($0, 4) + 0; hasplan = 1; next }
	/^Bail out!/ { bail = $0 }
	{
		if (showing)
			print "      " $0
		if (nnotes == 40) {
			for (i = 1; i < 40; i++)
				notes[i - 1] = notes[i]
			nnotes--
		}
		notes[nnotes++] = $0
	}
	END {
		before = failed + 0
		if (bail != "")
			fail(bail)
		else if (status == 124)
			fail("it ran out of time after " number + 0 " results")
		else if (status == 137)
			fail("it was killed after " number + 0 " results")
		else if (!hasplan)
			fail("it ended without a plan after " number + 0 \
				" results, exit code " status)
		else if (planned != number)
			fail("it planned " planned " tests and reported " number)
		else if (status != 0 && before == 0)
			fail("every test passed, but the exit code is " status)
		print passed + 0, failed + 0, skipped + 0
	}' "$1"
}

# Processes of this run that still live, as "PID NAME".
strays() {
	local dir
	for dir in /proc/[0-9]*; do
		grep -qzsx "BAILIFF_TEST_RUN=$BAILIFF_TEST_RUN" \
			"$dir/environ" &&
			echo "${dir#/proc/} $(cat "$dir/comm" 2>/dev/null)"
	done
}

running=
end_running() {
	[ -n "$running" ] && kill -KILL -- "-$running" 2>/dev/null
	running=
}
interrupted() {
	trap '' INT TERM HUP
	[ -n "$running" ] && kill -TERM -- "-$running" 2>/dev/null && sleep 1
	end_running
	echo
	echo "interrupted"
	exit 130
}
trap interrupted INT TERM HUP

total_passed=0 total_failed=0 total_skipped=0
for file in "${files[@]}"; do
	name=${file#build/} && name=${name#test/}
	log=$LOGS/$(tr / - <<<"$name").log
	if [ ! -x "$file" ]; then
		printf '  %-40s not an executable file\n' "$name"
		total_failed=$((total_failed + 1))
		continue
	fi
	seconds=$limit
	if [ "${file##*.}" = sh ]; then
		asked=$(sed -n '1,30s/^# seconds: \([0-9]*\)$/\1/p' "$file")
		seconds=${asked:-$limit}
	fi
	[ -t 1 ] && printf '  %-40s ...' "$name"
	began=$SECONDS
	setsid timeout -k 10 "$seconds" "$file" >"$log" 2>&1 </dev/null &
	running=$!
	wait "$running"
	status=$?
	end_running
	verdict=$(judge "$log" "$status")
	read -r passed failed skipped <<<"${verdict##*$'\n'}"
	[ -t 1 ] && printf '\r'
	printf '  %-40s %d passed' "$name" "$passed"
	[ "$failed" -eq 0 ] || printf ', %d FAILED' "$failed"
	[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
	[ $((SECONDS - began)) -lt 5 ] || printf ' (%d s)' $((SECONDS - began))
	printf '\n'
	if [ "$failed" -gt 0 ]; then
		printf '%s\n' "${verdict%$'\n'*}"
		printf '    log: %s\n' "$log"
	fi
	while read -r pid comm; do
		printf '    left behind, killed: %s (%s)\n' "$comm" "$pid"
		kill -KILL "$pid" 2>/dev/null
	done < <(strays)
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
done

echo
printf '%d passed, %d failed, %d skipped\n' \
	"$total_passed" "$total_failed" "$total_skipped"
[ "$total_failed" -eq 0 ]
