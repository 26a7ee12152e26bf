#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccomp.sh - the generated filter of Docker's default profile beside
# libseccomp's, linear and as a binary tree.
#
# The profile is Docker's own, out of Debian's package, resolved for a container
# without capabilities; libseccomp gets the same rules in the same order, as runc
# adds them. Counted is what the interpreter executes for a call of x86-64: over
# all numbers to the highest that has a name, and over a mix of a web server's.
# Then three calls on this kernel, each ROUNDS times (9) under each filter in
# turn, CALLS calls (200000) in a new process: the middle one counts. A call that
# is always allowed runs no filter at all, whoever wrote it: the kernel keeps a
# bitmap of such numbers (since 5.11). A rule with arguments, or a denial, does.
# Last, the time to parse, compile and prove: RUNS times (51), the middle one.

. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit 111
. test/apt.sh
ROUNDS=${ROUNDS:-9} CALLS=${CALLS:-200000} RUNS=${RUNS:-51}
LOAD=$TOP/build/test/bench/seccomp_load
t_tmpdir D
docker=usr/share/gocode/src/github.com/docker/docker/profiles/seccomp
profile=$(apt_file seccomp/docker.json golang-github-docker-docker-dev \
	$docker/default.json "$D" 2>"$D/why") || {
	echo "seccomp: skipped: $(tail -n 1 "$D/why")"
	# shellcheck disable=SC2034 # lib.sh asks
	t_ended=1
	exit 0
}
compile() { "$BIN/bailiff-bundle" compile --seccomp "$@" 2>"$D/errors"; }
middle() { # FILE: of one number a line
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# ---- the filters -------------------------------------------------------------
compile "$profile" --arch x86_64 --oci >"$D/plain.json" &&
	compile "$D/plain.json" --arch x86_64 --bpf "$D/bailiff" >"$D/said" &&
	"$LOAD" export "$D/plain.json" tree "$D/tree" &&
	"$LOAD" export "$D/plain.json" linear "$D/linear" ||
	t_die "no filter: $(cat "$D/errors")"
version=$(dpkg-query -W -f '${Version}' libseccomp2 2>/dev/null)

# ---- instructions ------------------------------------------------------------
echo "Docker's default profile ($(jq '[.syscalls[].names[]] | length' \
	"$D/plain.json") names, $(jq '.architectures | length' \
	"$D/plain.json") architectures), instructions; libseccomp $version"
printf '  %-24s %9s %9s %9s %9s\n' '' program 'a call' 'at most' 'a server'
for filter in 'bailiff bailiff' 'tree libseccomp, binary tree' \
	'linear libseccomp, linear'; do
	read -r size mean most mixed < <("$LOAD" mean "$D/${filter%% *}") ||
		t_die "nothing was counted"
	printf '  %-24s %9s %9s %9s %9s\n' "${filter#* }" "$size" "$mean" \
		"$most" "$mixed"
done

# ---- calls -------------------------------------------------------------------
echo "nanoseconds of processor time a call: median of $ROUNDS rounds of" \
	"$CALLS calls, beside no filter"
# What acct costs without a filter is another call's time: it gets further.
for call in 'personality a rule with arguments decides' \
	'acct denied' 'getppid always allowed: the kernel runs no filter'; do
	name=${call%% *}
	for ((i = 0; i < ROUNDS; i++)); do
		for filter in none bailiff tree linear; do
			path=$D/$filter
			[ $filter != none ] || path=-
			"$LOAD" call "$path" "$name" "$CALLS" 1 \
				>>"$D/$name.$filter" || t_die "no time of $name"
		done
	done
	none=$(middle "$D/$name.none")
	printf '  %s (%s): none %s' "$name" "${call#* }" "$none"
	for filter in bailiff tree linear; do
		middle "$D/$name.$filter" | awk -v none="$none" -v as=$filter \
			-v is_denied="$([ "$name" != acct ] || echo 1)" '{
			printf ", %s %.1f", as, $1
			if (!is_denied)
				printf " (x%.2f)", $1 / none
		}'
	done
	echo
done

# ---- compiling ---------------------------------------------------------------
echo "parse, compile and prove, microseconds of processor time: median of" \
	"$RUNS"
jq .seccomp examples/policies/services/nginx.json >"$D/nginx.json"
for which in "plain Docker's default" 'nginx examples/policies, nginx'; do
	read -r parsed made proved size points branches dead < <(
		"$LOAD" prove "$D/${which%% *}.json" "$RUNS") ||
		t_die "nothing was proved"
	echo "  ${which#* }: parse $parsed, compile $made, prove $proved;" \
		"$size instructions, $points calls compared, $branches" \
		"branches, of them dead: $dead"
done
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
