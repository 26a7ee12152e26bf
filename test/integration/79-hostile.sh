#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 79-hostile.sh - names, arguments, paths and addresses that try to look like
# records, made by real programs on this kernel: each is in exactly one event,
# and comes out of its JSON byte by byte.

. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" -eq 0 ] || t_die "needs root: sudo make check"
t_audit_lock
t_tmpdir dir
streams=$TOP/build/test/streams
cp "$streams/record" "$streams/trigger" "$ATTACKS/stamp" "$dir" ||
	t_die "the programs are not built: make tools"

t_check "the kernel is recorded while hostile programs run" \
	bash "$TOP/test/streams/record.sh" "$dir" "$dir/recording" \
	hostile-argv hostile-comm hostile-path hostile-exe hostile-sun-path \
	messages
"$streams/replay" <"$dir/recording" >"$dir/events" 2>"$dir/counted"
t_has "every datagram is a record" "$(cat "$dir/counted")" "malformed=0"
t_has "every event is whole" "$(cat "$dir/counted")" "partial=0"
"$streams/replay" --raw <"$dir/recording" |
	sed -nE 's/^ *[0-9]+ [A-Z0-9_]+ (audit\([0-9.]+:[0-9]+).*/\1/p' |
	sort -u | wc -l >"$dir/stamps"
t_is "there are as many events as the kernel gave stamps" \
	"$(jq -r 'select(.audit.serial) | .audit.serial' "$dir/events" |
		wc -l)" "$(cat "$dir/stamps")"
"$streams/trigger" list >"$dir/list"
out=$(python3 "$TOP/test/streams/hostile.py" "$dir/list" <"$dir/events")
status=$?
t_is "every line is JSON that names each member once, and all is there" \
	"$status" 0
while read -r line; do
	t_is "exactly as it was: $line" \
		"$(sed -nE 's/^.* ([0-9]+) of ([0-9]+)$/\1/p' <<<"$line")" \
		"$(sed -nE 's/^.* ([0-9]+) of ([0-9]+)$/\2/p' <<<"$line")"
done <<<"$out"
t_is "a message with a record in it is one event of user space" \
	"$(jq -c 'select(.records[0].type == "USER_START") |
		[(.records | length), .event.action]' "$dir/events")" \
	'[1,"user_start"]'
t_is "and nothing in it counts as the kernel's word" \
	"$(jq -r 'select(.records[0].type == "USER_START") |
		.process.pid == 1 or .service.ses == 1' "$dir/events")" false
t_done
