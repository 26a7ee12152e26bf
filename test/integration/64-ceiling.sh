#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 64-ceiling.sh - a team whose key is stolen: what is signed above the team's
# ceiling is refused where it is built, where it is published and on the node,
# and the policy before stands. What is within is accepted and enforced.
#
# seconds: 180

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

mkdir -p "$dir/top/services" "$dir/team/services" "$dir/srv/web" "$dir/out"
echo page >"$dir/srv/web/page"
echo secret >"$dir/out/secret"

node() { # [FILTER]: the owner's node.json
	jq -n --arg srv "$dir/srv" '{unlisted: "allow",
		services: {base: {number: 1}, "web-a": {number: 2}},
		roles: {"web-team": {
			landlock: {abi: 4, ruleset: [{handledAccessFs: ["abi.all"],
					handledAccessNet: ["abi.all"]}],
				pathBeneath: [
				{allowedAccess: ["abi.read_execute"], parent: ["/usr"]},
				{allowedAccess: ["read_file"], parent: ["/etc/ld.so.cache"]},
				{allowedAccess: ["read_file", "write_file", "truncate"],
				 parent: [$srv]}],
				netPort: [{allowedAccess: ["bind_tcp"], port: [8080]}]},
			capabilities: ["CAP_NET_BIND_SERVICE"],
			accept: $accept}}} | '"${1:-.}" --argjson accept "$accept"
}
plain() { # n_policy, with ports as well
	n_policy | jq '.landlock |= (.abi = 4 |
		.ruleset[0].handledAccessNet = ["abi.all"])'
}
# What it leaves open is not what this is about.
plain >"$dir/plain.json"
accept=$("$BUNDLE" lint --json "$dir/plain.json" |
	jq -c '[.documents[].findings[].id] | unique')
document() { # FILTER: the team's policy
	plain | jq --arg srv "$dir/srv" --arg dir "$dir" \
		--argjson accept "$accept" '.accept = $accept |
		.landlock.pathBeneath += [{allowedAccess:
			["read_file"], parent: [$srv + "/web"]}] | '"$1"
}
bundle() { # VERB [OPTION...]: on $dir/repo
	local verb=$1
	shift
	"$BUNDLE" "$verb" --repo "$dir/repo" --passphrase-file "$dir/pass" "$@"
}
publish() { # [OPTION...]
	bundle publish --snapshot-key "$dir/keys/snapshot.pem" \
		--timestamp-key "$dir/keys/timestamp.pem" "$@"
}
team_build() { # FILTER [OPTION...]
	local filter=$1
	shift
	document "$filter" >"$dir/team/services/web-a.json" &&
		"$BUNDLE" build --repo "$dir/repo" --role web-team \
			--from "$dir/team" "$@"
}
team_sign() { bundle sign --role web-team --key "$dir/keys/team.pem"; }
reload() { # the HTTP status; the answer is in $dir/answer
	jq -cn --arg b "$dir/repo" '{bundle: $b}' |
		curl -s --max-time 60 --unix-socket /run/bailiff/control.sock \
			-o "$dir/answer" -w '%{http_code}' -d @- \
			http://bailiff/v1/reload
}
# refused SENTENCE TEXT COMMAND...: exits 1 and says TEXT.
refused() {
	local sentence=$1 text=$2 out got=0
	shift 2
	out=$("$@" 2>&1) || got=$?
	if [ "$got" = 1 ] && [[ $out == *"$text"* ]]; then
		ok "$sentence"
	else
		not_ok "$sentence" "exit $got, want 1 and: $text" "$out"
	fi
}

n_keys "$dir"
"$BUNDLE" keygen --key "$dir/keys/team.pem" --passphrase-file "$dir/pass" \
	>/dev/null || t_die "no key"
node >"$dir/top/node.json"
document . >"$dir/top/services/base.json"
bundle init --root-key "$dir/keys/root.pem" \
	--targets-key "$dir/keys/targets.pem" \
	--snapshot-key "$dir/keys/snapshot.pem" \
	--timestamp-key "$dir/keys/timestamp.pem" >/dev/null ||
	t_die "no repository"

# ---- where it is built ------------------------------------------------------------
node 'del(.roles)' >"$dir/top/node.json"
"$BUNDLE" build --repo "$dir/repo" --from "$dir/top" --unchecked >/dev/null
t_has "delegate says that the role has no ceiling yet" \
	"$(bundle delegate --role web-team --paths 'services/web-*' \
		--key "$dir/keys/team.pem.pub" 2>&1)" \
	"node.json has no ceiling for web-team"
refused "a role without one may grant nothing" \
	'services/web-a.json: the role "web-team" may not grant anything: node.json has no ceiling' \
	team_build .
node '.roles["web-taem"] = {}' >"$dir/top/node.json"
"$BUNDLE" build --repo "$dir/repo" --from "$dir/top" --unchecked >/dev/null
t_has "a ceiling of nobody is warned of" "$(team_build . 2>&1)" \
	'no such role "web-taem"'
node >"$dir/top/node.json"
"$BUNDLE" build --repo "$dir/repo" --from "$dir/top" --unchecked >/dev/null
t_check "within the ceiling it is built" team_build .

say='services/web-a.json: the role "web-team" may not'
while IFS='|' read -r sentence filter text; do
	refused "refused: $sentence" "$say $text" team_build "$filter"
done <<'END'
CAP_SYS_ADMIN|.capabilities.bounding = ["CAP_SYS_ADMIN"]|give CAP_SYS_ADMIN (bounding): its ceiling in node.json allows CAP_NET_BIND_SERVICE
reading everything|.landlock.pathBeneath += [{allowedAccess: ["read_file"], parent: ["/"]}]|grant read_file on /: its ceiling in node.json allows it on
writing next to it|.landlock.pathBeneath += [{allowedAccess: ["write_file"], parent: [$srv + "x"]}]|grant write_file on
another port|.landlock.netPort = [{allowedAccess: ["bind_tcp"], port: [22]}]|grant bind_tcp on port 22: its ceiling in node.json allows it on port 8080
no Landlock at all|del(.landlock) + {accept: ($accept + ["no-landlock"])}|accept no-landlock: its ceiling
no seccomp|del(.seccomp) + {accept: ($accept + ["no-seccomp"])}|accept no-seccomp: its ceiling
best effort|.["best-effort"] = true|make everything best effort
leaving writing unrestricted|.landlock = {ruleset: [{handledAccessFs: ["execute"], handledAccessNet: ["bind_tcp", "connect_tcp"]}]}|leave write_file, read_file,
END
refused "refused: a path with .." 'has ".."' team_build \
	'.landlock.pathBeneath += [{allowedAccess: ["read_file"], parent: [$srv + "/web/.."]}]'

# ---- where it is published, and on the node -----------------------------------------
team_build . >/dev/null && team_sign >/dev/null &&
	bundle sign --role targets --key "$dir/keys/targets.pem" >/dev/null
t_check "what is within is published" publish
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"
t_is "the node enforces it: within" \
	"$("$EXEC" --service web-a -- /usr/bin/cat "$dir/srv/web/page")" page
t_exit "the node enforces it: beyond" 1 \
	"$EXEC" --service web-a -- /usr/bin/cat "$dir/out/secret"
generation() { n_get /v1/status | jq .policy.generation; }
before=$(generation)

steal() { # FILTER: built and signed with the stolen key, nobody looks
	team_build "$1" --unchecked && team_sign && publish --unchecked
}
document '.capabilities.bounding = ["CAP_SYS_ADMIN"]' \
	>"$dir/team/services/web-a.json"
team_build '.capabilities.bounding = ["CAP_SYS_ADMIN"]' --unchecked \
	>/dev/null && team_sign >/dev/null
refused "publish refuses what nodes would" "$say give CAP_SYS_ADMIN" publish
while IFS='|' read -r sentence filter text; do
	steal "$filter" >/dev/null 2>&1 || t_die "cannot publish: $sentence"
	t_is "the node refuses $sentence" "$(reload)" 409
	t_has "in the words that the build host had" \
		"$(jq -r .error "$dir/answer")" "$say $text"
	t_is "as one above the ceiling" "$(jq -r .refused "$dir/answer")" ceiling
done <<'END'
CAP_SYS_ADMIN|.capabilities.bounding = ["CAP_SYS_ADMIN"]|give CAP_SYS_ADMIN
the whole file system|.landlock.pathBeneath += [{allowedAccess: ["read_file"], parent: ["/"]}]|grant read_file on /:
a policy without Landlock|del(.landlock) + {accept: ($accept + ["no-landlock"])}|accept no-landlock
END
t_is "the policy before stands" "$(generation)" "$before"
t_exit "and binds" 1 "$EXEC" --service web-a -- /usr/bin/cat "$dir/out/secret"
t_has "the log names role and rule" "$(cat "$dir/log")" \
	'the role \"web-team\" may not give CAP_SYS_ADMIN'
event() {
	"$CTL" tail --json | jq -r \
		'select(.event.action == "policy.refused").message' |
		grep -F 'why=ceiling' | grep -qF 'may not give CAP_SYS_ADMIN'
}
t_check "so does an event" t_wait_for -t 5 event

# ---- a link out of the team's directory ------------------------------------------------
ln -s "$dir/out" "$dir/srv/web/link"
steal '.landlock.pathBeneath += [{allowedAccess: ["read_file"], parent: [$srv + "/web/link"]}]' \
	>/dev/null 2>&1 || t_die "cannot publish"
t_is "a rule on a link below the ceiling is accepted as text" "$(reload)" 200
t_exit "but the launcher does not follow it" 125 \
	"$EXEC" --service web-a -- /usr/bin/cat "$dir/srv/web/link/secret"
rm "$dir/srv/web/link"

# ---- whom the team delegates to ------------------------------------------------------------
node '.roles.friends = "unlimited"' >"$dir/top/node.json"
"$BUNDLE" build --repo "$dir/repo" --from "$dir/top" --unchecked >/dev/null &&
	bundle sign --role targets --key "$dir/keys/targets.pem" >/dev/null
rm "$dir/team/services/web-a.json"
onward() {
	"$BUNDLE" build --repo "$dir/repo" --role web-team --from "$dir/team" \
		--unchecked &&
		bundle delegate --by web-team --role friends \
			--paths 'services/web-*' --key "$dir/keys/team.pem.pub" &&
		mkdir -p "$dir/friends/services" &&
		document '.capabilities.bounding = ["CAP_SYS_ADMIN"]' \
			>"$dir/friends/services/web-a.json" &&
		"$BUNDLE" build --repo "$dir/repo" --role friends \
			--from "$dir/friends" --unchecked && team_sign &&
		bundle sign --role friends --key "$dir/keys/team.pem" &&
		publish --unchecked
}
t_check "the team delegates to a role that node.json does not limit" onward
t_is "the node refuses that too" "$(reload)" 409
t_has "for the team's own ceiling" "$(jq -r .error "$dir/answer")" \
	"$say give CAP_SYS_ADMIN"
t_done
