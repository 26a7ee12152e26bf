#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 18-decide-live.sh - random policies: what the model says of every file action
# on a small tree, and what this kernel does.
#
# BAILIFF_DECIDE_CASES: policies (8); BAILIFF_DECIDE_SEED: the first.
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_tmpdir work
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=0
first=${BAILIFF_DECIDE_SEED:-1}
cases=${BAILIFF_DECIDE_CASES:-8}
tried=0

# Every test has a verdict of both, and they agree.
one() { # SEED
	local file=$work/web.json
	rm -rf "$work/tree"
	"$TOP/test/integration/decide_random.py" "$1" "$work/tree" "$file" ||
		return
	"$BIN/bailiff-bundle" test --live --json "$file" >"$work/said" \
		2>"$work/errors"
	[ -s "$work/said" ] || { cat "$work/errors"; return 1; }
	jq -r '.tests[] | select(.result == "differs") |
		"seed '"$1"': \(.test): the kernel: \(.live.why); \(.sentence)"' \
		"$work/said" >"$work/differs"
	tried=$((tried + $(jq '[.tests[] |
		select(.live.verdict != "not-tried")] | length' "$work/said")))
	head -n 5 "$work/differs"
	[ ! -s "$work/differs" ]
}

bad=
for ((seed = first; seed < first + cases; seed++)); do
	one "$seed" >"$work/out" 2>&1 || bad+=$(cat "$work/out")$'\n'
done
if [ -z "$bad" ]; then
	ok 'the kernel decides every file action as the model does'
else
	not_ok 'the kernel decides every file action as the model does' "$bad"
fi
t_check 'most of them could be tried' test "$tried" -gt $((cases * 90))
t_done
