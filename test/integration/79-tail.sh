#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 79-tail.sh - bailiffctl tail chooses events, and says what it does not
# understand.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
echo secret >"$dir/watched"
chmod 600 "$dir/watched"

mkdir -p "$dir/p/services"
echo '{"unlisted":"allow","services":{"web":{"number":1},"other":{"number":2}}}' \
	>"$dir/p/node.json"
n_policy | jq --arg d "$dir" \
	'.landlock.pathBeneath += [{allowedAccess: ["read_file"], parent: [$d]}]' \
	>"$dir/p/services/other.json"
jq --arg d "$dir" '.audit =
	["-a always,exit -F arch=b64 -S openat -F path=\($d)/watched -k opens"]' \
	"$dir/p/services/other.json" >"$dir/p/services/web.json"
n_repo "$dir" "$dir/p" || t_die "no bundle"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"

begin=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
# More than the hundred that are shown unasked.
"$EXEC" --service web -- /usr/bin/bash -c \
	'for ((i = 0; i < 150; i++)); do : <"$0"; done' "$dir/watched"
"$EXEC" --service other -- /usr/bin/true
"$EXEC" --service web -- /usr/bin/cat /etc/shadow 2>/dev/null

tail_() { "$CTL" tail --json -n 1000 "$@"; }
here() { tail_ --service "$1" "${@:2}" | jq -s -e 'length > 0' >/dev/null; }
t_check "a denial of one service arrives" t_wait_for -t 5 here web --denied
t_check "and a start of the other" t_wait_for -t 5 here other

# all FILTER JQ OPTION...: some events pass, and of all of them JQ holds.
all() { tail_ "${@:2}" | jq -s -e "length > 0 and all($1)" >/dev/null; }
t_check "--service shows that service alone" \
	all '.service.name == "web"' --service web
t_check "--service - shows what is nobody's" \
	all '.service.name == null' --service -
t_check "--type shows events with such a record" \
	all '[.records[].type] | index("PATH")' --type PATH
t_check "also by number, one of several" \
	all '[.records[].type_nr] | index(1302) or index(1423)' \
	--type 1302,LANDLOCK_ACCESS
t_check "--type BAILIFF shows bailiff's own" \
	all '.records == []' --type BAILIFF
t_check "--key shows what the rule brought" \
	all '.tags | index("opens")' --key opens
t_is "a part of a key is none" "$(tail_ --key open | wc -l)" 0
t_check "--outcome shows how it ended" \
	all '.event.outcome == "failure"' --outcome failure
t_check "several filters hold together" \
	all '.service.name == "web" and .event.outcome == "success"' \
	--service web --outcome success --type SYSCALL
t_check "--since shows what is not older" \
	all ".[\"@timestamp\"] >= \"$begin\"" --since "$begin" --service web
t_check "--until shows what is older" \
	all ".[\"@timestamp\"] < \"$begin\"" --until "$begin"
t_is "an hour ago there was nothing" "$(tail_ --until 1h | wc -l)" 0
# Bounded by what stood before the first of the two looked: events go on coming.
newest=$("$CTL" tail --json -n 1 | jq .seq)
count_to_newest() {
	"$CTL" tail --json "$@" | jq -s "map(select(.seq <= $newest)) | length"
}
t_check "more than a hundred events are there" [ "$newest" -gt 150 ]
t_is "--since alone shows all since then, not a hundred" \
	"$(count_to_newest --since 1h)" "$(count_to_newest --from 1)"
t_is "--lines are the last that pass" \
	"$("$CTL" tail --json -n 1 --service web --denied | jq .seq)" \
	"$("$CTL" tail --json --from 1 --service web --denied |
		jq -s '.[-1].seq')"
t_check "--format json is --json" cmp \
	<("$CTL" tail --format json --from 1 -n 20) \
	<("$CTL" tail --json --from 1 -n 20)
t_is "--format laurel is laurel's JSON" "$("$CTL" tail --format laurel --from 1 \
	-n 20 | jq -s 'length == 20 and all(.ID | test("^[0-9.]+:[0-9]+$"))')" true
t_check "--format raw is --raw" cmp <("$CTL" tail --format raw --from 1 -n 20) \
	<("$CTL" tail --raw --from 1 -n 20)

# ---- a follower filters too -----------------------------------------------------
last=$(tail_ --service other | tail -n 1 | jq .seq)
timeout 20 "$CTL" tail -f --json --service other -n 1 >"$dir/followed" &
follower=$!
has_lines() { [ "$(wc -l <"$dir/followed")" -ge "$1" ]; }
t_check "a follower is shown the last lines first" t_wait_for -t 5 has_lines 1
"$EXEC" --service web -- /usr/bin/true
"$EXEC" --service other -- /usr/bin/true
t_check "and goes on with what comes" t_wait_for -t 5 has_lines 2
kill "$follower"
wait "$follower" 2>/dev/null
t_is "of the chosen service alone" \
	"$(jq -sc "[.[0].seq == $last, all(.service.name == \"other\")]" \
	"$dir/followed")" '[true,true]'

# ---- what is not understood -----------------------------------------------------
refused() { # CODE PART OPTION...
	local said code
	said=$(timeout 10 "$CTL" tail "${@:3}" 2>&1)
	code=$?
	[ "$code" = "$1" ] && grep -qF -- "$2" <<<"$said" && return
	echo "$code: $said"
	return 1
}
t_check "an unknown record type is wrong usage" \
	refused 2 '"SYSCALLS" is no record type' --type SYSCALLS
t_check "so is a time that is none" refused 2 'is no time' --since soon
t_check "so is an outcome that is none" refused 2 'outcome must be' \
	--outcome denied
t_check "so is an end of what has none" refused 2 'no --until' -f --until 1h
t_check "so are two formats" refused 2 'exclude' --json --format raw
t_check "an unknown format is refused by the daemon" \
	refused 1 'format must be' --format xml
t_check "so is a time that ends before it begins" \
	refused 1 'until is not later than since' --since 1h --until 2h
ask() { # QUERY: HTTP status and error
	curl -s --max-time 5 --unix-socket /run/bailiff/events.sock \
		-w '\n%{http_code}' "http://b/v1/events?$1"
}
t_has "a misspelt parameter does not let everything pass" \
	"$(ask 'sevice=web')" 'unknown parameter \"sevice\"'
t_has "with HTTP status 400" "$(ask 'sevice=web')" $'\n400'
t_done
