#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - run every fuzz target for FUZZ_SECONDS (60), as many at a time as
# there are processors.
#
# Seeds come from test/fuzz/corpus/NAME; what is found on the way is kept in
# build/fuzz/NAME/corpus, an input that fails in build/fuzz/NAME.
# Exit: 0 no finding, 1 a finding, 2 no target is built.

set -u
cd "$(dirname "$0")/../.." || exit 111
seconds=${FUZZ_SECONDS:-60}

if [ "${1:-}" = one ]; then
	target=$2
	name=$(basename "$target" _fuzz)
	out=build/fuzz/$name
	mkdir -p "$out/corpus"
	corpus=("$out/corpus")
	[ ! -d "test/fuzz/corpus/$name" ] || corpus+=("test/fuzz/corpus/$name")
	"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$out/" \
		"${corpus[@]}" >"$out/log" 2>&1
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/log")
	if [ "$status" -eq 0 ]; then
		printf '  %-28s %10s runs, no finding\n' "$name" "$runs"
	else
		printf '  %-28s a FINDING; log: %s\n' "$name" "$out/log"
		grep -E 'ERROR|SUMMARY|runtime error|Test unit written' \
			"$out/log" | sed 's/^/    /'
		touch build/fuzz/found
	fi
	exit 0
fi

shopt -s nullglob
targets=(build/clang-fuzz/fuzz/*_fuzz)
if [ ${#targets[@]} -eq 0 ]; then
	echo 'no fuzz target is built; run "make fuzz"' >&2
	exit 2
fi
mkdir -p build/fuzz && rm -f build/fuzz/found
printf '%s\0' "${targets[@]}" |
	FUZZ_SECONDS=$seconds xargs -0 -n 1 -P "$(nproc)" "$0" one
[ ! -e build/fuzz/found ]
