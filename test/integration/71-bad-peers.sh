#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 71-bad-peers.sh - who talks to the running daemon and means it ill, or takes
# its disk away: requests that are none, clients that stall or send 1 GB, a
# service on the sockets, a container with uid 0 and /run bound, a full disk, a
# damaged trail. The daemon lives, the policy stands, what was acknowledged is
# there, what was dropped is counted.
#
# seconds: 240

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

mkdir -p "$dir/policies/services"
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
cat >"$dir/policies/services/web.json" <<'END'
{"landlock":{"abi":2,"ruleset":[{"handledAccessFs":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.read_execute"],"parent":["/usr","/run"]},
{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"]}]},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
{"names":["ptrace","keyctl"],"action":"SCMP_ACT_ERRNO"}]},
"capabilities":{}}
END
# File systems of their own, that can be filled.
for at in /var/lib/bailiff /var/log/bailiff; do
	mount -t tmpfs -o size=4m,mode=700,uid=1899999999,gid=1899999999 \
		tmpfs "$at" || t_die "cannot mount over $at"
done
mkdir -p -m 711 /run/bailiff
mkdir -m 700 /run/bailiff/private
mount -t tmpfs -o size=4m,mode=700,uid=1899999999,gid=1899999999 \
	tmpfs /run/bailiff/private
t_check "a bundle is made" n_repo "$dir" "$dir/policies"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"
control=$(n_worker control)
workers=$(pgrep -P "$DAEMON" | sort | tr '\n' ' ')
denied() { ! "$EXEC" --service web -- /usr/bin/cat /etc/shadow; }
generation() { n_get /v1/status | jq .policy.generation; }
in_force=$(generation)

# ---- requests that are none ------------------------------------------------------
ask() { # METHOD PATH [BODY]: the status; the answer is in $dir/answer
	curl -s --max-time 15 --unix-socket /run/bailiff/control.sock \
		-o "$dir/answer" -w '%{http_code}' -X "$1" \
		${3+-d "$3"} "http://bailiff$2"
}
answers() { # STATUS METHOD PATH [BODY]
	local want=$1 got
	shift
	: >"$dir/answer"
	got=$(ask "$@")
	set -- "$1" "$2" "${3:-}"
	if [ "$got" = "$want" ] && jq -e '.error | length > 5' \
		"$dir/answer" >/dev/null; then
		ok "$1 ${2:0:60} ${3:0:40}: $want $(jq -r .error "$dir/answer")"
	else
		not_ok "$1 ${2:0:60} ${3:0:40}: $want" "$got" "$(cat "$dir/answer")"
	fi
}
for body in '{' '[]' '"x"' 'null' '{"bundle":1}' '{"bundel":"/x"}' \
	'{"bundle":"/x","bundle":"/y"}' '{"dry_run":"yes"}' '{"dry_run":1.0}' \
	'{"bundle":"/x"} {}' "$(printf '[%.0s' {1..100})"; do
	answers 400 POST /v1/reload "$body"
done
answers 409 POST /v1/reload '{"bundle":"relative"}'
answers 409 POST /v1/reload '{"bundle":"/nowhere"}'
for query in from=0 from=-1 from=x from=1.5 from=99999999999999999999 \
	from= limit=0 limit=x limit=999999999999 format=xml format= \
	follow=maybe denied=2 type=NONE type= outcome=x since=soon \
	until=0 sevice=web "service=$(printf 'a%.0s' {1..300})"; do
	answers 400 GET "/v1/events?$query"
done
answers 400 GET /v1/show
answers 404 GET /v1/show?service=nosuch
answers 400 GET /v1/explain
answers 400 GET /v1/explain?seq=x
answers 404 GET /v1/explain?seq=999999
answers 404 GET /v1/nothing
answers 405 DELETE /v1/status
answers 404 POST /v2/reload '{}'
t_is "reload is not on the events socket" "$(curl -s -o /dev/null -X POST \
	-w '%{http_code}' --unix-socket /run/bailiff/events.sock \
	http://bailiff/v1/reload)" 404
raw() { # BYTES: the first line of what comes back
	printf '%b' "$1" | "$ATTACKS/knock" /run/bailiff/control.sock 11 |
		head -n 1 | tr -d '\r'
}
t_has "what is not HTTP is answered with 400" \
	"$(raw 'hello you there\r\n\r\n')" " 400 "
t_has "a header of 100 KB is answered with 431" \
	"$(raw "GET /v1/status HTTP/1.1\r\nHost: x\r\nA: $(
		head -c 100000 /dev/zero | tr '\0' a)\r\n\r\n")" " 431 "

# ---- clients that stall, and one that sends 1 GB ------------------------------------
for i in {1..40}; do # half a request each, held open
	request=$'POST /v1/reload HTTP/1.1\r\nContent-Length: 100\r\n'
	printf %s "${request:0:i}" | "$ATTACKS/knock" \
		/run/bailiff/control.sock 5 >/dev/null &
	stalled[i]=$!
done
sleep 1
t_is "beside forty stalled clients another is answered" \
	"$(ask GET /v1/status)" 200
t_check "denied: beside them" denied
kill "${stalled[@]}" 2>/dev/null
wait "${stalled[@]}" 2>/dev/null
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
before=$(rss "$control")
for how in "Content-Length: 1073741824" "Transfer-Encoding: chunked"; do
	head -c 1073741824 /dev/zero | timeout 60 curl -s -o "$dir/answer" \
		-w '%{http_code}' --unix-socket /run/bailiff/control.sock \
		-X POST -T - -H "$how" -H 'Expect:' \
		http://bailiff/v1/reload >"$dir/status" &
	sender=$!
	most=0
	while kill -0 $sender 2>/dev/null; do
		now=$(rss "$control")
		[ "${now:-0}" -le "$most" ] || most=$now
		sleep 0.05
	done
	wait $sender
	case $(cat "$dir/status") in
	413 | 400 | 000) ok "1 GB with $how is refused or cut" ;;
	*) not_ok "1 GB with $how is refused or cut" \
		"$(cat "$dir/status" "$dir/answer")" ;;
	esac
	if [ "$most" -lt $((before + 8192)) ]; then
		ok "the control process stays small: $before to $most KiB"
	else
		not_ok "the control process stays small" "$before to $most KiB"
	fi
done
t_is "the same processes run" \
	"$(pgrep -P "$DAEMON" | sort | tr '\n' ' ')" "$workers"
t_is "no generation is new" "$(generation)" "$in_force"

# ---- a service that talks to the sockets ----------------------------------------------
for socket in control events; do
	out=$("$EXEC" --service web -- /usr/bin/curl -s -w ' %{http_code}' \
		--unix-socket /run/bailiff/$socket.sock \
		http://bailiff/v1/status 2>&1)
	case $out in
	*" 403") ok "denied: a service on the $socket socket: 403" ;;
	*) not_ok "denied: a service on the $socket socket: 403" "$out" ;;
	esac
done

# ---- a container with uid 0 that got /run ----------------------------------------------
box=$dir/box
mkdir -p "$box/rootfs"/{dev,proc,host}
cp "$ATTACKS/intruder" "$box/rootfs/"
(cd "$box" && runc spec)
container() { # VERB ARG
	jq -c --arg a "$1" --arg b "$2" --arg root "$box/rootfs" '.process.terminal = false |
		.process.args = ["/intruder", $a, $b] |
		del(.process.rlimits) |
		.root = {"path": $root, "readonly": false} |
		.process.capabilities |= with_entries(
			.value += ["CAP_DAC_OVERRIDE", "CAP_FOWNER"]) |
		.mounts += [{"destination": "/host", "type": "bind",
			"source": "/run", "options": ["rbind", "rw"]}]' \
		"$box/config.json" >"$box/c" && mkdir -p "$dir/now" &&
		cp "$box/c" "$dir/now/config.json"
	number=$((${number:-0} + 1))
	timeout 20 "$GATE" run --bundle "$dir/now" "bad$$-$number" \
		</dev/null 2>&1
}
before=$(find /run/bailiff -printf '%p %i %u %m\n' | grep -v '/gate.log\|/sessions\|/receipts' | sort)
t_has "a container with /run bound can write beside bailiff" \
	"$(container write /host/other)" allowed
for file in private/policy/current private/sessions/1 private/receipts/1 \
	private/policy/$((in_force + 1)); do
	t_has "denied: it cannot write $file" \
		"$(container write "/host/bailiff/$file")" denied
done
t_has "denied: it cannot list the policies" \
	"$(container list /host/bailiff/private/policy)" denied
for socket in control events; do
	t_has "denied: it cannot write over $socket.sock" \
		"$(container write /host/bailiff/$socket.sock)" denied
done
t_is "denied: policy and sockets are what they were" "$(find /run/bailiff \
	-printf '%p %i %u %m\n' | grep -v '/gate.log\|/sessions\|/receipts' |
	sort)" "$before"
t_is "the daemon still answers on them" "$(ask GET /v1/status)" 200
t_check "denied: after the container" denied

# ---- a full disk ----------------------------------------------------------------------
next() { # another version
	jq -c '.unlisted |= if . == "allow" then "audit" else "allow" end' \
		"$dir/policies/node.json" >"$dir/node" &&
		mv "$dir/node" "$dir/policies/node.json" &&
		n_next "$dir" "$dir/policies"
}
fill() { head -c 16m /dev/zero >"$1/filler" 2>/dev/null; true; }
for at in /run/bailiff/private /var/lib/bailiff; do
	next || not_ok "a further version is made"
	in_force=$(generation)
	fill $at
	answers 409 POST /v1/reload "{\"bundle\":\"$dir/repo\"}"
	t_is "$at full: the word is system" \
		"$(jq -r .refused "$dir/answer")" system
	t_is "$at full: the old policy is in force" "$(generation)" "$in_force"
	t_check "denied: with $at full" denied
	t_is "$at full: the daemon answers" "$(ask GET /v1/status)" 200
	rm $at/filler
	t_is "$at has space again: the same bundle is accepted" \
		"$(ask POST /v1/reload "{\"bundle\":\"$dir/repo\"}")" 200
done
sleep 0.5
"$CTL" tail --json --from 1 >"$dir/shown"
fill /var/log/bailiff
dropped() { [ "$(n_get /v1/status | jq .trail.dropped)" -gt "${1:-0}" ]; }
for i in {1..300}; do
	"$EXEC" --service web -- /usr/bin/true
	[ $((i % 20)) -ne 0 ] || ! dropped || break
done
t_check "the trail's disk full: drops are counted" t_wait_for dropped
t_check "denied: with the trail's disk full" denied
t_is "the daemon answers" "$(ask GET /v1/status)" 200
t_exit "and services start" 0 "$EXEC" --service web -- /usr/bin/true
t_is "the kernel does not wait for its reader" \
	"$([ "$(auditctl -s | awk '$1 == "backlog" { print $2 }')" -lt 1000 ] &&
	echo short)" short
rm /var/log/bailiff/filler
stated() {
	"$CTL" tail --json --from 1 |
		jq -s -e 'any(.[]; .event.action == "trail.dropped")' >/dev/null
}
if t_wait_for stated; then
	ok "once there is space the trail says trail.dropped"
else
	not_ok "once there is space the trail says trail.dropped" \
		"$("$CTL" tail --json --from 1 | tail -n 3)" \
		"$(n_get /v1/status | jq -c .trail)" "$(tail -n 3 "$dir/log")"
fi
"$CTL" tail --json --from 1 | head -n "$(wc -l <"$dir/shown")" >"$dir/again"
t_check "what was shown before is still there, unchanged" \
	cmp "$dir/shown" "$dir/again"
t_check "the trail is whole" "$CTL" verify /var/log/bailiff
t_is "the same processes run still" \
	"$(pgrep -P "$DAEMON" | sort | tr '\n' ' ')" "$workers"

# ---- a damaged trail ---------------------------------------------------------------------
damage() { # COMMAND...: what happens to the trail between two daemons
	local last
	last=$("$CTL" tail --json -n 1 | jq .seq)
	t_end "$DAEMON"
	"$@"
	n_start_ok "after $1: the daemon starts" "$dir/log"
	t_wait_for "$CTL" tail -n 1
	"$CTL" tail --json --from 1 >"$dir/events"
	# A key and a checkpoint come before any event.
	t_is "after $1: the trail begins by saying so" \
		"$(jq -r .event.action "$dir/events" | sed -n 1,3p | xargs)" \
		"trail.key trail.checkpoint trail.damaged"
	if [ "$(head -n 1 "$dir/events" | jq .seq)" -gt "$last" ]; then
		ok "after $1: no sequence is used again"
	else
		not_ok "after $1: no sequence is used again" "$last" \
			"$(head -n 1 "$dir/events")"
	fi
	t_has "after $1: the log names the place" "$(tail -n 20 "$dir/log")" \
		"trail was damaged"
	"$EXEC" --service web -- /usr/bin/true
	t_check "after $1: events go on" t_wait_for grown
	t_check "after $1: the new trail is whole" "$CTL" verify /var/log/bailiff
	t_check "denied: after $1" denied
}
grown() { [ "$("$CTL" tail --json --from 1 | jq -s length)" -gt \
	"$(wc -l <"$dir/events")" ]; }
# The newest: damage in an older one leaves what follows it.
segment() { find /var/log/bailiff -maxdepth 1 -name '*.seg' | sort | tail -n 1; }
flipped() { printf '\xff' | dd of="$(segment)" bs=1 seek=200 conv=notrunc \
	status=none; }
headless() { printf 'garbage!' | dd of="$(segment)" bs=1 conv=notrunc \
	status=none; }
linked() { local file
	file=$(segment) && rm "$file" && ln -s /etc/passwd "$file"; }
damage flipped
kept=$(find /var/log/bailiff -name 'damaged-*')
t_exit "verify of what was set aside names the place" 1 \
	"$CTL" verify "$kept"
damage headless
damage linked
t_is "what was a trail is kept, what never was is not" \
	"$(find /var/log/bailiff -maxdepth 1 -name 'damaged-*' | wc -l)" 2
t_is "and no link was followed" "$(head -c 4 /etc/passwd)" root
t_done
