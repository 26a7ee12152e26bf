#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# policy.sh - compile and prove a bundle of 1, 100 and 1,000 services
# (SERVICES), then again with one of them changed, and with none.
#
# Each service has the example policy of nginx with a description of its own
# ("alike": what a fleet with one base profile has), or with a rule of system
# calls of its own as well ("own": no two programs are the same). RUNS (5) times;
# the middle one counts. Processor time of policy_compile() alone: reading and
# verifying a bundle is trust.sh.

. "$(dirname "$0")/../lib.sh"
RUNS=${RUNS:-5} SERVICES=${SERVICES:-1 100 1000}
LOADER=$TOP/build/test/bench/policy_load
DOCUMENT=${DOCUMENT:-$TOP/examples/policies/services/nginx.json}
t_tmpdir D
middle() { # COLUMN
	sort -n -k"$1","$1" "$D/runs" | awk -v column="$1" \
		'{ v[NR] = $column } END { print v[int((NR + 1) / 2)] }'
}
printf '%-9s %-6s %14s %12s %12s\n' services rules 'all, cold' 'one changed' none
for count in $SERVICES; do
	for rules in alike own; do
		own=()
		[ $rules = alike ] || own=(own)
		for ((i = 0; i < RUNS; i++)); do
			"$LOADER" "$DOCUMENT" "$count" ${own[@]+"${own[@]}"} ||
				t_die "policy_load failed"
		done >"$D/runs"
		printf '%-9s %-6s %11s ms %9s ms %9s ms\n' "$count" $rules \
			"$(middle 1)" "$(middle 2)" "$(middle 3)"
		[ "$(awk '{ print $4 }' "$D/runs" | sort -u)" = 1 ] ||
			t_die "a change of one did not compile one"
	done
done
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
