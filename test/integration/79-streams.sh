#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 79-streams.sh - what kernels 6.1, 6.12, 6.18 and 7.3 really sent, through
# bailiff's reader, assembler and renderer, against expectations that were
# checked by hand (test/streams/README.md).
#
# beside: others

. "$(dirname "$0")/../lib.sh"
t_tmpdir dir
replay=$TOP/build/test/streams/replay

for recording in "$TOP"/test/streams/*.gz; do
	name=$(basename "$recording" .gz)
	gzip -dc "$recording" >"$dir/$name"
	"$replay" <"$dir/$name" >"$dir/events" 2>"$dir/counted"
	t_is "$name: every event is what it should be" \
		"$(jq -rf "$TOP/test/streams/facts.jq" "$dir/events" |
			diff - "${recording%.gz}.expected" | head -n 20)" ""
	t_has "$name: every datagram is one record" "$(cat "$dir/counted")" \
		"malformed=0"
	t_has "$name: no serial is missing" "$(cat "$dir/counted")" "missing=0"
	# One call blocked for longer than an event is waited for.
	t_is "$name: one event is late, the one with its stamp lacks the rest" \
		"$(jq -s -c '[.[] | select(.late).audit.serial] ==
			[.[] | select(.complete | not).audit.serial] and
			([.[] | select(.late)] | length == 1)' "$dir/events")" \
		true
	"$replay" --drop <"$dir/$name" >"$dir/noticed"
	for type in EOE EXECVE; do
		t_is "$name: an event tells of each lost $type record" \
			"$(awk -v type=$type '$1 == type {
				split($2, n, "/"); print n[1] == n[2] }' \
				"$dir/noticed")" 1
	done
	# The kernel counts a hidden parent of four of its message queues; a
	# late event and its first half have nobody to tell.
	t_is "$name: and, but for a few that it cannot know of, PATH, SYSCALL" \
		"$(awk '$1 ~ /^(PATH|SYSCALL)$/ { split($2, n, "/")
			if (n[2] - n[1] > 4) print }' "$dir/noticed")" ""
done
# A record of an event that began before the one in front of it.
mixed=$("$replay" --raw <"$dir/6.18" | sed -nE \
	's/^ *[0-9]+ [A-Z0-9_]+ audit\([0-9.]+:([0-9]+).*/\1/p' |
	awk '$1 != last && $1 in seen { n++ }
		{ seen[$1] = 1; last = $1 } END { print n + 0 }')
t_check "6.18: records of both processors are mixed ($mixed)" \
	test "$mixed" -gt 20
t_done
