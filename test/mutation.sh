#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mutation.sh - the enforcement tests, run with a policy that allows all: each
# denial must then be reported as not happening, or its test cannot fail.
#
# seconds: 1200
#
# A test takes part by a line "# enforcement: WHAT"; its denials are the
# sentences that begin with "denied:", or that say "policy: ... is denied" where
# the test writes its artefacts by hand (MUTATE=1).

# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

export MUTATE=1 BAILIFF_TEST_POLICIES=$TOP/examples/allow-all
[ -d "$BAILIFF_TEST_POLICIES" ] || t_die "$BAILIFF_TEST_POLICIES is missing"
dir=
t_tmpdir dir

cd "$TOP" || exit 111
mapfile -t files < <(grep -lE '^# enforcement:' test/integration/*.sh)
[ ${#files[@]} -gt 0 ] || not_ok "there is an enforcement test"

for file in "${files[@]}"; do
	name=$(basename "$file" .sh)
	setsid -w timeout -k 10 300 "$file" >"$dir/log" 2>&1 </dev/null
	seen=0
	while read -r line; do
		sentence=${line#* - }
		seen=$((seen + 1))
		case $line in
		*"# SKIP"*) ;;
		not\ ok*) ok "$name notices that this is allowed: $sentence" ;;
		*) not_ok "$name notices that this is allowed: $sentence" ;;
		esac
	done < <(grep -E '^(not )?ok [0-9]+ - (denied: |.*policy: .* is denied)' \
		"$dir/log")
	[ "$seen" -gt 0 ] || not_ok "$name reports its denials" \
		"$(tail -n 20 "$dir/log")"
done
t_done
