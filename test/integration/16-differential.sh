#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 16-differential.sh - a short "make differential", and that it can fail.
set -u
cd "$(dirname "$0")/../.." || exit 111
. test/lib.sh
t_tmpdir work
diff=build/test/diff

t_check 'random policies are decided alike by all that can decide' \
	test/diff/run.sh 12

# reproduces SENTENCE TOOL: the same seed is the same run.
reproduces() {
	local run
	for run in 1 2; do
		"$diff/$2" --seed 7 --cases 5 --quiet >"$work/$run" || return
	done
	cat "$work/1"
	grep -q '^[a-z]*: 5 ' "$work/1" && cmp "$work/1" "$work/2"
}
t_check 'a seed draws the same profiles again' reproduces x seccomp_diff
t_check 'what is asked of them is asked of the kernel too' \
	grep -Eq ' [1-9][0-9]* by the kernel' "$work/1"
t_check 'a wrong option is wrong usage' eval \
	'$diff/seccomp_diff --sed 1 2>"$work/e"; [ $? = 2 ] &&
	grep -q ^usage "$work/e"'

t_done
