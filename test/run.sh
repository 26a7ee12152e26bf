#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - run programs that print TAP and judge them.
#
# usage: test/run.sh [-j JOBS] [-t SECONDS] [FILE...]
#
# Without files: every unit test that is built and every integration test.
# They run one after the other, but for those that share nothing with others,
# no file, no audit, no cgroup, no deadline that a busy processor could break:
# unit tests and scripts with a line "# beside: others" near their top. Of
# those JOBS run at a time (as many as there are processors, at most 4) while
# no other does. Results are printed in the order of the files.
#
# Each runs in a session of its own, which is killed whole when it ends or its
# time is up; a script may ask for another limit by a line "# seconds: N" near
# its top. What it prints is kept in build/check/NAME.log. A skip that is not
# in test/skips.expected with the same reason counts as a failure.
#
# At the end: the ten files that took longest, and as the last line
# "N passed, N failed, N skipped".
# Exit: 0 nothing failed, 1 something did, 2 wrong usage, 130 interrupted.

set -u
cd "$(dirname "$0")/.." || exit 111
readonly LOGS=build/check SKIPS=test/skips.expected

usage() {
	echo "usage: test/run.sh [-j JOBS] [-t SECONDS] [FILE...]" >&2
	exit 2
}
limit=300 jobs=$(nproc)
[ "$jobs" -le 4 ] || jobs=4
while getopts j:t: opt; do
	[[ ${OPTARG:-} =~ ^[1-9][0-9]{0,4}$ ]] || usage
	case $opt in
	j) jobs=$OPTARG ;;
	t) limit=$OPTARG ;;
	*) usage ;;
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
# With the number of a test behind it: marks every process that the test
# starts, also one that leaves its session.
readonly MARK=$$.$RANDOM$RANDOM
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

# ---- running -----------------------------------------------------------------
# By the number of a file: its exit status once it has ended, when it began and
# how many seconds it took; by a process that runs: the number of its file.
declare -A status_of=() began=() took=() index_of=()
next=0 shown=0 # the first file that did not start, that was not reported
is_alone=      # the file that runs now wants no other beside it

name_of() { # INDEX
	local name=${files[$1]#build/}
	echo "${name#test/}"
}
log_of() { # INDEX
	echo "$LOGS/$(name_of "$1" | tr / -).log"
}

# The value of a line "# KEY: VALUE" near the top of a script.
asked() { # FILE KEY
	[ "${1##*.}" = sh ] && sed -n "1,30s/^# $2: \(.*\)\$/\1/p" "$1"
}

is_beside() { # INDEX
	[[ ${files[$1]} == build/*/unit/* ]] ||
		[ "$(asked "${files[$1]}" beside)" = others ]
}

may_start() { # INDEX
	[ ${#index_of[@]} -eq 0 ] && return
	[ -z "$is_alone" ] && [ ${#index_of[@]} -lt "$jobs" ] && is_beside "$1"
}

start() { # INDEX
	local file=${files[$1]} seconds
	seconds=$(asked "$file" seconds)
	is_alone=1
	! is_beside "$1" || is_alone=
	began[$1]=$SECONDS
	BAILIFF_TEST_RUN=$MARK.$1 setsid timeout -k 10 "${seconds:-$limit}" \
		"$file" >"$(log_of "$1")" 2>&1 </dev/null &
	index_of[$!]=$1
}

# Wait until one of those that run has ended.
await() {
	local pid status
	wait -n -p pid "${!index_of[@]}"
	status=$?
	[ -n "${pid:-}" ] || return
	kill -KILL -- "-$pid" 2>/dev/null
	status_of[${index_of[$pid]}]=$status
	took[${index_of[$pid]}]=$((SECONDS - began[${index_of[$pid]}]))
	unset "index_of[$pid]"
}

interrupted() {
	local pid
	trap '' INT TERM HUP
	for pid in "${!index_of[@]}"; do
		kill -TERM -- "-$pid"
	done 2>/dev/null
	[ ${#index_of[@]} -eq 0 ] || sleep 1
	for pid in "${!index_of[@]}"; do
		kill -KILL -- "-$pid"
	done 2>/dev/null
	echo
	echo "interrupted"
	exit 130
}
trap interrupted INT TERM HUP

# ---- reporting -----------------------------------------------------------------
total_passed=0 total_failed=0 total_skipped=0

# Processes of one test that still live, as "PID NAME".
strays() { # INDEX
	local dir
	grep -lzsx "BAILIFF_TEST_RUN=$MARK.$1" /proc/[0-9]*/environ |
		while read -r dir; do
			dir=${dir%/environ}
			echo "${dir#/proc/} $(cat "$dir/comm" 2>/dev/null)"
		done
}

report() { # INDEX
	local log verdict passed failed skipped pid comm
	log=$(log_of "$1")
	verdict=$(judge "$log" "${status_of[$1]}")
	read -r passed failed skipped <<<"${verdict##*$'\n'}"
	[ -t 1 ] && printf '\r'
	printf '  %-40s %d passed' "$(name_of "$1")" "$passed"
	[ "$failed" -eq 0 ] || printf ', %d FAILED' "$failed"
	[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
	[ "${took[$1]}" -lt 5 ] || printf ' (%d s)' "${took[$1]}"
	printf '\n'
	if [ "$failed" -gt 0 ]; then
		printf '%s\n' "${verdict%$'\n'*}"
		printf '    log: %s\n' "$log"
	fi
	while read -r pid comm; do
		printf '    left behind, killed: %s (%s)\n' "$comm" "$pid"
		kill -KILL "$pid" 2>/dev/null
	done < <(strays "$1")
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
}

slowest() {
	local i
	echo
	echo "the slowest of ${#files[@]} files, of $SECONDS s in all:"
	for i in "${!took[@]}"; do
		printf '%5d s  %s\n' "${took[$i]}" "$(name_of "$i")"
	done | sort -k 1,1nr -k 3 | head -n 10
}

wanted=("${files[@]}") files=()
for file in "${wanted[@]}"; do
	if [ -f "$file" ] && [ -x "$file" ]; then
		files+=("$file")
	else
		printf '  %-40s not an executable file\n' "$file"
		total_failed=$((total_failed + 1))
	fi
done

while [ "$shown" -lt ${#files[@]} ]; do
	while [ "$next" -lt ${#files[@]} ] && may_start "$next"; do
		start "$next"
		next=$((next + 1))
	done
	[ -t 1 ] && printf '\r  %-40s ...' "$(name_of "$shown")"
	await
	while [ -n "${status_of[$shown]:-}" ]; do
		report "$shown"
		shown=$((shown + 1))
	done
done

[ ${#files[@]} -lt 10 ] || slowest
echo
printf '%d passed, %d failed, %d skipped\n' \
	"$total_passed" "$total_failed" "$total_skipped"
[ "$total_failed" -eq 0 ]
