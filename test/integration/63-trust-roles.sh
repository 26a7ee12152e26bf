#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 63-trust-roles.sh - who speaks for what on a node: a team for its own service,
# and only for that; and a timestamp key that signed ahead of time.
#
# seconds: 120

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

mkdir -p "$dir/top/services" "$dir/team/services"
cat >"$dir/top/node.json" <<'END'
{"unlisted":"allow","services":{"web":{"number":1},"web-shop":{"number":2}},
"roles":{".~team/shop":{"landlock":{"abi":2,
"ruleset":[{"handledAccessFs":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.read_execute"],"parent":["/usr"]},
{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"]}]}}}}
END
n_policy >"$dir/top/services/web.json"
cp "$dir/top/services/web.json" "$dir/team/services/web-shop.json"

bundle() { # VERB [OPTION...]: on $dir/repo
	local verb=$1
	shift
	"$BUNDLE" "$verb" --repo "$dir/repo" --passphrase-file "$dir/pass" "$@"
}
publish() { # KEY [OPTION...]
	local key=$1
	shift
	bundle publish --unchecked --snapshot-key "$dir/keys/snapshot.pem" \
		--timestamp-key "$dir/keys/$key.pem" "$@"
}
reload() { # BUNDLE: the status; the answer is in $dir/answer
	jq -cn --arg b "$1" '{bundle: $b}' |
		curl -s --max-time 60 --unix-socket /run/bailiff/control.sock \
			-o "$dir/answer" -w '%{http_code}' -d @- \
			http://bailiff/v1/reload
}
n_keys "$dir"
for key in team time2; do
	"$BUNDLE" keygen --key "$dir/keys/$key.pem" \
		--passphrase-file "$dir/pass" >/dev/null
done
t_check "a repository is begun" bundle init --root-key "$dir/keys/root.pem" \
	--targets-key "$dir/keys/targets.pem" \
	--snapshot-key "$dir/keys/snapshot.pem" \
	--timestamp-key "$dir/keys/timestamp.pem"
t_check "web-* is delegated to a team" bundle delegate --role .~team/shop \
	--paths 'services/web-*.json' --key "$dir/keys/team.pem"
t_check "the team builds its own" "$BUNDLE" build --repo "$dir/repo" \
	--unchecked --role .~team/shop --policies "$dir/team"
t_check "the others the rest" "$BUNDLE" build --repo "$dir/repo" --unchecked \
	--policies "$dir/top"
t_check "the team signs" bundle sign --role .~team/shop \
	--key "$dir/keys/team.pem"
t_check "and the others" bundle sign --role targets \
	--key "$dir/keys/targets.pem"
t_check "it is published" publish timestamp
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"

# ---- who speaks ---------------------------------------------------------------------
speaks() { # SERVICE: role and signers, as the list has them
	n_get /v1/services | jq -r --arg s "$1" \
		'.services[] | select(.name == $s) | "\(.role) \(.signers[0])"'
}
top=$(n_get /v1/status | jq -r '.policy.signers[0]')
team=$(speaks web-shop)
t_is "the top-level role speaks for web" "$(speaks web)" "targets $top"
t_is "the team for its own" "${team% *}" .~team/shop
t_is "with a key that is not the others'" \
	"$([ "${team#* }" != "$top" ] && echo yes)" yes
t_has "people see it" "$("$CTL" services)" "by .~team/shop: ${team:12:16}"
t_is "show names the team" \
	"$("$CTL" show web-shop --json | jq -r '"\(.role) \(.signers[0])"')" "$team"
t_exit "denied: the team's service is confined" 1 \
	"$EXEC" --service web-shop -- /usr/bin/cat /etc/shadow
denial() {
	seq=$("$CTL" tail --denied --service web-shop --json | tail -n 1 |
		jq .seq) && [ -n "$seq" ]
}
t_wait_for -t 5 denial
t_is "the explanation names the team" \
	"$("$CTL" explain "$seq" --json | jq -r '"\(.role) \(.signers[0])"')" "$team"
t_has "and in words" "$("$CTL" explain "$seq" --json | jq -r .sentence)" \
	"role .~team/shop"
kill -KILL "$(n_worker policy)"
again() {
	[ "$("$CTL" show web-shop --json | jq -r '"\(.role) \(.signers[0])"')" = \
		"$team" ]
}
t_check "a new policy process knows it still" t_wait_for -t 5 again

# ---- a timestamp ahead of time ---------------------------------------------------------
clock() { n_get /v1/status | jq -r ".clock.$1"; }
t_check "the timestamp key signs five months ahead" publish timestamp \
	--now "$(date -u -d '+150 days' +%Y-%m-%dT%H:%M:%SZ)" \
	--expires-days snapshot=300 --expires-days timestamp=300
t_is "the node takes it" "$(reload "$dir/repo")" 200
t_is "and then goes by that time" "$(clock floor_by)" issued
t_check "another key is put in its place" bundle rotate \
	--timestamp-key "$dir/keys/time2.pem" --sign-key "$dir/keys/root.pem"
t_check "root says so" bundle sign --role root --key "$dir/keys/root.pem"
t_check "which signs with the time as it is" publish time2
t_is "the node takes that: the floor has fallen away" \
	"$(reload "$dir/repo"): $(jq -r .error "$dir/answer")" "200: null"
later=$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ)
t_check "and time is as it is" test "$(clock time)" '<' "$later"

# ---- damage --------------------------------------------------------------------------
state=/var/lib/bailiff/trust
files="timestamp.json snapshot.json targets.json .~team%2Fshop.json"
for file in $files; do
	echo '{"signed' >"$state/$file"
done
lines=$(wc -l <"$dir/log")
t_is "a node whose stored metadata is damaged loads the bundle" \
	"$(reload "$dir/repo"): $(jq -r .error "$dir/answer")" "200: null"
for file in $files; do
	t_is "and warns of $file, once" "$(tail -n "+$((lines + 1))" "$dir/log" |
		grep "stored trust metadata is damaged" |
		grep -cF "\"$file: ")" 1
done
t_done
