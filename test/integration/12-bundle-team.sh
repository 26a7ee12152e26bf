#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seconds: 900
# beside: others
# 12-bundle-team.sh - a repository that several teams sign: delegations, keys
# that come and go, expiry, and everything that may go wrong on a build host.
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_tmpdir dir
T_SAID=$dir/said
tool=$BIN/bailiff-bundle
keys=$dir/keys repo=$dir/repo
(umask 077 && echo "correct horse battery" >"$dir/pass")

# says SENTENCE CODE TEXT COMMAND...: it exits with CODE and says TEXT.
says() {
	local sentence=$1
	shift
	t_check "$sentence" t_says "$@"
}
b() { # VERB OPTION...: on $repo
	local verb=$1
	shift
	"$tool" "$verb" --repo "$repo" "$@"
}
k() { b "$@" --passphrase-file "$dir/pass"; }
publish() {
	k publish --snapshot-key "$keys/snapshot.pem" \
		--timestamp-key "$keys/timestamp.pem" "$@"
}
refresh() { k refresh --timestamp-key "$keys/timestamp.pem" "$@"; }
sign() { # ROLE KEY...
	local role=$1 key args=()
	shift
	for key in "$@"; do args+=(--key "$keys/$key.pem"); done
	k sign --role "$role" "${args[@]}"
}
verify() { "$tool" verify --repo "$repo" --root "$dir/root.json" "$@"; }
delegate() { # ROLE PATTERN KEY...
	local role=$1 paths=$2 key args=()
	shift 2
	for key in "$@"; do args+=("$keys/$key.pem.pub"); done
	b delegate --role "$role" --paths "$paths" --key "${args[@]}"
}
# What a client would read, in one line.
published() {
	(cd "$repo" && find . -path ./staged -prune -o -type f -print0 |
		sort -z | xargs -0 sha256sum | sha256sum)
}
document() { # TEXT: a policy that says no more
	echo "{\"description\":\"$1\",\"accept\":[\"no-landlock\",\"no-seccomp\",\"no-capabilities\"]}"
}
# Each team may sign a policy as document() has it, and no other.
ceilings='{"team/web":{"accept":["no-landlock","no-seccomp","no-capabilities"]},"team/db":{"accept":["no-landlock","no-seccomp","no-capabilities"]}}'
services() { # NAME...: node.json
	local name number=0 list=
	for name in "$@"; do
		number=$((number + 1))
		list="$list${list:+,}\"$name\":{\"number\":$number}"
	done
	echo "{\"unlisted\":\"allow\",\"services\":{$list},\"roles\":$ceilings}"
}
as() { # DIR COMMAND...: on another repository
	local repo=$1
	shift
	"$@"
}
copy() { # to $dir/copy, for damage
	rm -rf "$dir/copy"
	cp -a "$repo" "$dir/copy"
}

mkdir -p "$keys" "$dir/base/services" "$dir/team/services"
for key in root1 root2 root3 alice bob carol dave erin snapshot timestamp; do
	"$tool" keygen --key "$keys/$key.pem" --passphrase-file "$dir/pass" \
		>/dev/null || t_die "no key $key"
done
services db web-a >"$dir/base/node.json"
document "base 1" >"$dir/base/services/db.json"
document "team 1" >"$dir/team/services/web-a.json"
k init --root-key "$keys/root1.pem" "$keys/root2.pem" "$keys/root3.pem.pub" \
	--root-threshold 2 --targets-key "$keys/alice.pem.pub" \
	"$keys/bob.pem.pub" --targets-threshold 2 \
	--snapshot-key "$keys/snapshot.pem.pub" \
	--timestamp-key "$keys/timestamp.pem.pub" >/dev/null ||
	t_die "no repository"
cp "$repo/1.root.json" "$dir/root.json"

# ---- delegate ---------------------------------------------------------------
while IFS='|' read -r sentence code text role paths; do
	says "delegate refuses $sentence" "$code" "$text" \
		delegate "$role" "$paths" carol
done <<'END'
the name of a top-level role|2|name of a top-level role's file|timestamp|services/x.json
the name of a root's file|2|name of a top-level role's file|7.root|services/x.json
a name that leaves the directory|2|a name has no empty, "." or ".." part|a/../b|services/x.json
an empty name|2|a name has no empty||services/x.json
node.json|1|would let the role speak of node.json|team/web|node.json
a pattern that takes in node.json|1|would let the role speak of node.json|team/web|*
another one|1|would let the role speak of node.json|team/web|n??e.js*
a pattern that leaves the directory|2|a pattern is a relative path|team/web|../services/x
an absolute pattern|2|a pattern is a relative path|team/web|/services/x
END
says "delegate refuses a prefix that takes in node.json" 1 "speak of node.json" \
	b delegate --role team/web --key "$keys/carol.pem.pub" --hash-prefix \
	"$(printf node.json | sha256sum | cut -c1-2)"
says "a prefix is lower-case hexadecimal" 2 "lower-case hexadecimal" \
	b delegate --role team/web --key "$keys/carol.pem.pub" --hash-prefix FF
says "a new role needs keys" 2 "--key FILE is missing: role team/web is new" \
	b delegate --role team/web --paths 'services/web-*'
says "a new role needs paths" 2 "--paths PATTERN or --hash-prefix HEX is missing" \
	b delegate --role team/web --key "$keys/carol.pem.pub"
says "its threshold must be one that can be met" 2 "threshold 3 with 2 different" \
	b delegate --role team/web --paths 'services/web-*' --threshold 3 \
	--key "$keys/carol.pem.pub" "$keys/dave.pem.pub"
says "who is not delegated to cannot delegate" 2 "nobody delegates to it" \
	b delegate --role team/web --paths 'services/web-*' --by team/x \
	--key "$keys/carol.pem.pub"
t_is "a refused delegate stages nothing" "$(ls "$repo/staged")" ""
says "a team is delegated its paths" 0 "1. team/web, 2 of 2: services/web-*" \
	b delegate --role team/web --paths 'services/web-*' --threshold 2 \
	--key "$keys/carol.pem.pub" "$keys/dave.pem.pub"
t_check "its first version is staged, empty, under an encoded name" jq -e \
	'.signed.version == 1 and .signed.targets == {}' \
	"$repo/staged/team%2Fweb.json"
says "another team is asked first" 0 "1. team/db, 1 of 1: services/db.json" \
	b delegate --role team/db --paths services/db.json --first \
	--key "$keys/erin.pem.pub"
says "or before one" 0 "1. team/web, 2 of 2: services/web-* (terminating)" \
	b delegate --role team/web --before team/db --terminating
says "and taken back" 0 "1. team/web" b delegate --role team/db --remove
t_is "what was staged of it goes too" "$(ls "$repo/staged")" \
	"targets.json
team%2Fweb.json"
says "a role that is not there cannot be taken back" 1 \
	"does not delegate to role team/db" \
	b delegate --role team/db --remove

# ---- build, sign, publish ----------------------------------------------------
says "the base alone does not compile: a service lacks its document" 1 \
	'service "web-a" has no document' b build --from "$dir/base"
t_check "a team builds what it may speak of" \
	b build --from "$dir/team" --role team/web
says "the base compiles with what the team staged" 0 \
	"staged targets version 1: 2 files" b build --from "$dir/base"
says "a team cannot build what is not its own: role, pattern and path" 1 \
	"role team/web may not speak of node.json: targets delegates services/web-*" \
	b build --from "$dir/base" --role team/web
mkdir -p "$dir/foreign/services" && document x >"$dir/foreign/services/db.json"
says "nor a service of others" 1 \
	"role team/web may not speak of services/db.json: targets delegates services/web-*" \
	b build --from "$dir/foreign" --role team/web
says "a role that nobody delegates to cannot build" 1 \
	"nobody delegates to role team/x" \
	b build --from "$dir/team" --role team/x
t_is "what was staged before stands" \
	"$(jq -r '.signed.targets | keys[]' "$repo/staged/team%2Fweb.json")" \
	services/web-a.json
says "publish names the role that lacks signatures" 1 \
	"targets version 1: 0 of the 2 needed" publish
t_check "the base is signed" sign targets alice bob
says "publish names the delegated role that lacks signatures" 1 \
	"by the keys of targets version 1 (staged): team/web version 1: 0 of the 2" \
	publish
t_check "the team signs, one after the other" sign team/web carol
says "one of two is too few" 1 "team/web version 1: 1 of the 2" publish
t_check "the other one" sign team/web dave
says "publish lists every role" 0 \
	"published root 1, targets 1, snapshot 1, timestamp 1, team/web 1" \
	publish
t_is "nothing stays staged" "$(ls "$repo/staged")" ""
says "verify says who speaks of what" 0 \
	"file       services/web-a.json, 81 bytes, by team/web" verify
t_check "in JSON as well" sh -c "$tool verify --repo $repo \
	--root $dir/root.json --json | jq -e '.roles[\"team/web\"].version == 1
	and .speakers[\"services/web-a.json\"] == \"team/web\"
	and .speakers[\"node.json\"] == \"targets\"'"
document "team 2" >"$dir/team/services/web-a.json"
team_next() {
	b build --from "$dir/team" --role team/web &&
		sign team/web carol dave && publish "$@"
}
says "the team publishes again without the others" 0 \
	"published root 1, targets 1, snapshot 2, timestamp 2, team/web 2" \
	team_next

# ---- a static web server ----------------------------------------------------
port=$((20000 + $$ % 20000))
t_start server "$dir/http.log" python3 -u -m http.server --bind 127.0.0.1 \
	--directory "$repo" "$port"
fetch() { curl -sf --max-time 5 "http://127.0.0.1:$port/$1"; }
t_wait_for fetch timestamp.json
mirror() {
	mkdir -p "$dir/mirror" && cd "$repo" || return
	find . -type f ! -path './staged/*' -printf '%P\n' |
		while IFS= read -r file; do
			mkdir -p "$dir/mirror/$(dirname "$file")"
			fetch "${file//%/%25}" >"$dir/mirror/$file" || exit 1
		done
}
t_check "curl mirrors the repository from python's web server" mirror
t_check "the mirror is accepted" "$tool" verify --repo "$dir/mirror" \
	--root "$dir/root.json"
t_is "an encoded name finds the role's file" \
	"$(fetch 2.team%2Fweb.json | sha256sum)" \
	"$(sha256sum <"$repo/2.team%2Fweb.json")"
t_end "$server"

# ---- reproducible -------------------------------------------------------------
make_again() { # DIR: all of it from the same input
	local repo=$1 at=2030-01-01T00:00:00Z
	k init --root-key "$keys/root1.pem" --targets-key "$keys/alice.pem" \
		--snapshot-key "$keys/snapshot.pem" \
		--timestamp-key "$keys/timestamp.pem" --now $at &&
		b delegate --role team/web --paths 'services/web-*' \
			--key "$keys/carol.pem.pub" --now $at &&
		b build --from "$dir/team" --role team/web --now $at &&
		b build --from "$dir/base" --now $at &&
		sign targets alice && sign team/web carol &&
		publish --now $at &&
		refresh --snapshot-key "$keys/snapshot.pem" --now $at &&
		k rotate --role root --add-key "$keys/root2.pem" --now $at \
			--sign-key "$keys/root1.pem" &&
		publish --now $at
}
t_check "a repository is made" make_again "$dir/again1"
t_check "and made again, days later" make_again "$dir/again2"
t_check "every byte is the same" diff -r "$dir/again1" "$dir/again2"

# ---- people who never meet ------------------------------------------------------
apart() {
	k init --root-key "$keys"/root[123].pem.pub --root-threshold 2 \
		--targets-key "$keys/alice.pem.pub" \
		--snapshot-key "$keys/snapshot.pem.pub" \
		--timestamp-key "$keys/timestamp.pem.pub" &&
		b delegate --role team/web --paths 'services/web-*' \
			--key "$keys/carol.pem.pub" &&
		b build --from "$dir/team" --role team/web &&
		b build --from "$dir/base" && sign root root1 &&
		sign targets alice && sign team/web carol
}
says "a root of public keys waits, and all is built and signed meanwhile" 0 \
	"staged/root.json waits for more signatures" as "$dir/apart" apart
says "publish wants the second signature of root" 1 \
	"root version 1: 1 of the 2 needed" as "$dir/apart" publish
t_check "which is given" as "$dir/apart" sign root root3
says "and all of it is published at once" 0 \
	"published root 1, targets 1, snapshot 1, timestamp 1, team/web 1" \
	as "$dir/apart" publish
mkdir "$dir/nothing"
says "a directory without any root is no repository" 111 \
	"there is no 1.root.json, and none is staged" \
	as "$dir/nothing" b build --from "$dir/base"

# ---- rotate -------------------------------------------------------------------
says "a key that is not there cannot be removed" 2 "is no key of role team/web" \
	b rotate --role team/web --remove-key "$keys/erin.pem.pub"
says "a threshold that could not be met is refused" 2 \
	"role team/web: threshold 2 with 1 different keys" \
	b rotate --role team/web --remove-key "$keys/dave.pem.pub"
says "whose keys they are must be said" 2 "--role ROLE is missing" \
	b rotate --add-key "$keys/erin.pem.pub"
t_is "a refused rotate stages nothing" "$(ls "$repo/staged")" ""
says "a delegated role gets another key in place of one" 0 \
	"team/web must be signed again, its content is staged as it is" \
	b rotate --role team/web --remove-key "$keys/dave.pem.pub" \
	--add-key "$keys/erin.pem.pub"
t_check "the content that waits is the published one" sh -c "
	[ \"\$(jq -cS .signed.targets '$repo/staged/team%2Fweb.json')\" = \
	\"\$(jq -cS .signed.targets '$repo/2.team%2Fweb.json')\" ]"
t_check "the delegator signs" sign targets alice bob
t_check "the team signs with its new key" sign team/web carol erin
t_check "and it is published" publish
says "an id's first digits name a key; several roles, one root" 0 "(changed)" \
	b rotate --role targets --threshold 1 --remove-key \
	"$(jq -cSj . "$keys/bob.pem.pub" | sha256sum | cut -c1-12)"
says "the next rotate adds to what is staged" 0 \
	"it needs the signatures of the old root's threshold and of its own" \
	k rotate --role root --add-key "$keys/erin.pem.pub"
t_is "one root has both" "$(jq -c '[.signed.version,
	(.signed.roles.root.keyids | length), .signed.roles.targets.threshold,
	(.signed.roles.targets.keyids | length)]' "$repo/staged/root.json")" \
	"[2,4,1,1]"
t_check "two of the old root's keys sign" sign root root1 root2
says "root and targets change at once" 0 "published root 2, targets 2" publish
says "a node with the first root follows" 0 "root       version 2" verify

# ---- revoke --------------------------------------------------------------------
says "a key of nobody cannot be revoked" 1 "is no key of any role" \
	b revoke --key "$keys/bob.pem.pub"
says "nor one that is neither file nor id" 2 "neither a file nor a key id" \
	b revoke --key bob
says "a role that would be left without enough keys is named" 1 \
	"without it role targets has too few keys: 0, but 1 must sign" \
	b revoke --key "$keys/alice.pem.pub"
says "for a delegated role too" 1 \
	"without it role team/web has too few keys: 1, but 2 must sign" \
	b revoke --key "$keys/carol.pem.pub"
t_is "a refused revoke stages nothing" "$(ls "$repo/staged")" ""
says "erin's key goes from root and from the team" 0 \
	"removed from role team/web, delegated by targets" \
	b revoke --key "$keys/erin.pem.pub" --threshold team/web=1
t_is "what carol signed too needs no new signature" \
	"$(ls "$repo/staged")" "root.json
targets.json"
t_check "the owners sign" sign targets alice
t_check "and those of root" sign root root1 root2
t_check "it is published" publish
b build --from "$dir/team" --role team/web >/dev/null
says "her signature counts no more" 1 "is not one of role team/web" \
	sign team/web erin
rm -r "$repo/staged"
says "alice's key is stolen: another takes its place" 0 \
	"targets must be signed again" b revoke --key "$keys/alice.pem.pub" \
	--replace-with "$keys/bob.pem.pub"
t_check "bob signs" sign targets bob
says "alice cannot" 1 "is not one of role targets" sign targets alice
t_check "root's owners sign" sign root root1 root2
t_check "and her signatures no longer count" publish
says "the node follows" 0 "root       version 4" verify

# ---- expiry ---------------------------------------------------------------------
late=$(date -u -d '+20 days' +%Y-%m-%dT%H:%M:%SZ)
later=$(date -u -d '+40 days' +%Y-%m-%dT%H:%M:%SZ)
latest=$(date -u -d '+400 days' +%Y-%m-%dT%H:%M:%SZ)
copy
on() { as "$dir/copy" "$@"; }
says "after twenty days the timestamp has expired" 1 "timestamp version 6 expired" \
	on verify --now "$late"
says "refresh makes a new one" 0 "snapshot 6, timestamp 7" \
	on refresh --now "$late"
t_check "that nodes accept" on verify --now "$late"
says "after forty days the snapshot has expired too" 1 \
	"snapshot version 6 expired" on refresh --now "$later"
says "refresh signs that as well" 0 "snapshot 7, timestamp 8" \
	on refresh --snapshot-key "$keys/snapshot.pem" --now "$later"
says "after a year everything has, and the first one is named" 1 \
	"root version 4 expired" on refresh --now "$latest"
says "refresh stages root and targets again as they are" 0 \
	"staged targets version 5 with the same content" \
	on b refresh --role root targets team/web --now "$latest"
says "what is staged is not staged again" 1 "is staged already" \
	on b refresh --role targets --now "$latest"
all_sign() { sign root root1 root2 && sign targets bob && sign team/web carol; }
t_check "their owners sign" on all_sign
t_check "what had expired is published again" on publish --now "$latest"
t_check "and accepted" on verify --now "$latest"
says "refresh wants to know what" 2 "give either --timestamp-key" b refresh
says "a key of another role makes no timestamp" 1 "role timestamp" \
	k refresh --timestamp-key "$keys/carol.pem"
short() {
	b build --from "$dir/team" --role team/web --expires-days 5 &&
		sign team/web carol
}
t_check "a team signs something short-lived" on short
says "publish names the role that has expired" 1 "team/web version 5 expired at" \
	on publish --now "$(date -u -d '+6 days' +%Y-%m-%dT%H:%M:%SZ)"

# ---- what lies in staged/ ----------------------------------------------------------
before=$(published)
b delegate --role team/db --paths services/db.json \
	--key "$keys/dave.pem.pub" >/dev/null
rm "$repo/staged/team%2Fdb.json"
sign targets bob >/dev/null
says "a role that is delegated to and has nothing is named" 1 \
	"targets delegates to role team/db, but of that role nothing" publish
rm "$repo/staged/targets.json"
cp "$repo/3.team%2Fweb.json" "$repo/staged/stranger.json"
says "a role that nobody delegates to is named" 1 \
	"staged for role stranger, but nobody delegates" publish
mv "$repo/staged/stranger.json" "$repo/staged/%41.json"
says "a name that no role has" 1 "staged/%41.json: no role's name" publish
rm "$repo/staged/%41.json"
echo '{' >"$repo/staged/targets.json"
says "a staged file that is no metadata" 1 "staged/targets.json: line 2" publish
rm "$repo/staged/targets.json"
ln -s /etc/passwd "$repo/staged/targets.json"
says "a staged symlink is not followed" 111 "staged/targets.json" publish
rm "$repo/staged/targets.json"
echo '{}' >"$repo/staged/snapshot.json"
says "a staged snapshot is nobody's work" 1 "publish makes it anew" publish
rm "$repo/staged/snapshot.json"
t_is "none of it changed what is published" "$(published)" "$before"
# Signed by the team, but of a path that is not its own: made by other tools.
cp "$repo/3.team%2Fweb.json" "$dir/role.json"
widen() {
	b delegate --role team/web --paths 'services/*' &&
		b build --from "$dir/foreign" --role team/web --unchecked &&
		sign team/web carol && rm "$repo/staged/targets.json"
}
t_check "a team signs what it may not speak of" widen
says "publish names role, pattern and path" 1 \
	"role team/web lists services/db.json, of which it may not speak: delegated to it is services/web-*" \
	publish
rm -r "$repo/staged"

# A team that speaks of node.json, and a base that does not: by other tools.
coup() {
	local entry
	b delegate --role team/db --paths services/db.json \
		--key "$keys/dave.pem.pub" &&
		b refresh --role team/web || return
	entry=$(jq -c '.signed.targets["node.json"]' "$repo/staged/targets.json")
	edit targets '(.signed.delegations.roles[] |
		select(.name == "team/web").paths) += ["node.json"] |
		del(.signed.targets["node.json"])' &&
		edit team%2Fweb '.signed.targets["node.json"] = '"$entry"
}
edit() { # FILE FILTER
	jq "$2" "$repo/staged/$1.json" >"$dir/edited" &&
		mv "$dir/edited" "$repo/staged/$1.json"
}
coup_sign() { sign targets bob && sign team/web carol && sign team/db dave; }
copy
refused='the delegated role "team/web" speaks for it'
t_check "a team speaks of node.json, and the base lets it" \
	as "$dir/copy" coup
says "diff says that nodes would refuse it" 1 "$refused" as "$dir/copy" b diff
says "so does build, also of another role" 1 "$refused" \
	as "$dir/copy" b build --from "$dir/foreign" --role team/db
t_check "which stages it unchecked" as "$dir/copy" \
	b build --from "$dir/foreign" --role team/db --unchecked
t_check "all of them sign" as "$dir/copy" coup_sign
before=$(as "$dir/copy" published)
says "publish refuses it as a node would" 1 \
	"nodes would refuse these policies: node.json: $refused" \
	as "$dir/copy" publish
t_is "and changes nothing" "$(as "$dir/copy" published)" "$before"
says "but publishes it unchecked" 0 "published root" \
	as "$dir/copy" publish --unchecked
says "it is well signed" 0 "by team/web" as "$dir/copy" verify
coup_end() {
	b build --from "$dir/base" --unchecked &&
		b build --from "$dir/team" --role team/web &&
		sign targets bob && sign team/web carol
}
t_check "the base speaks for itself again" as "$dir/copy" coup_end
says "which publish takes" 0 "published root" as "$dir/copy" publish

# ---- two at once, and one too late --------------------------------------------------
exec 7<"$repo" && flock 7
says "while another one changes it, nobody else does" 1 \
	"another bailiff-bundle is changing it" b build --from "$dir/base"
exec 7<&-
cp -a "$repo" "$dir/other"
document "base 2" >"$dir/base/services/db.json"
t_check "one person builds in one copy" \
	as "$dir/other" b build --from "$dir/base" --version 9
base_next() { b build --from "$dir/base" && sign targets bob && publish; }
t_check "another one publishes in another" base_next
cp -r "$dir/other/staged/." "$repo/staged"
says "what was made from an older version is found out, with who signed" 1 \
	"staged targets version 9 (signed by nobody) was made from version 4, but version 5 (signed by" \
	publish
says "build replaces it and says so" 0 "it is replaced" \
	b build --from "$dir/base"
t_is "by what follows the published one" \
	"$(jq -c '[.signed.version, .signed["x-bailiff-base"]]' \
		"$repo/staged/targets.json")" "[6,5]"

# ---- killed at any moment -------------------------------------------------------------
sign targets bob >/dev/null
cp -a "$repo" "$dir/begin"
killed_at() { # N: publish dies at its Nth rename or removal; 0: it did not
	repo=$dir/killed
	rm -rf "$repo" && cp -a "$dir/begin" "$repo"
	strace -qq -f -o /dev/null -e trace=renameat,renameat2,unlinkat -e \
		"inject=renameat,renameat2,unlinkat:signal=KILL:when=$1" \
		"$tool" publish --repo "$repo" --passphrase-file "$dir/pass" \
		--snapshot-key "$keys/snapshot.pem" \
		--timestamp-key "$keys/timestamp.pem" >"$dir/killed.out" 2>&1
}
moments=0 bad=
for n in $(seq 1 60); do
	killed_at "$n" 2>/dev/null && break
	moments=$n
	out=$(as "$dir/killed" verify) || bad="$bad $n: $out"
	as "$dir/killed" publish >"$dir/killed.out" 2>&1 ||
		bad="$bad $n again: $(cat "$dir/killed.out")"
	[[ $(as "$dir/killed" verify) == *"bundle version 6,"* ]] ||
		bad="$bad $n not finished"
done
t_check "publish was killed at several moments ($moments)" [ "$moments" -ge 5 ]
t_is "each time nodes accept the old or the new bundle, and publish finishes" \
	"$bad" ""

# ---- a bad place --------------------------------------------------------------------------
says "a repository that is a file" 111 "open the repository" \
	as "$dir/root.json" b build --from "$dir/base"
mkdir "$dir/small" && mount -t tmpfs -o size=512k tmpfs "$dir/small"
cp -r "$dir/begin/." "$dir/small"
head -c 1000000 /dev/zero >"$dir/small/filler" 2>/dev/null
before=$(as "$dir/small" published)
says "a full disk is said" 111 "No space left on device" \
	as "$dir/small" publish
t_check "and nodes accept what was there" as "$dir/small" verify
t_is "which has not changed" "$(as "$dir/small" published |
	cut -d' ' -f1)" "$(cut -d' ' -f1 <<<"$before")"
rm "$dir/small/filler"
t_check "with room again it is published" as "$dir/small" publish
mount -o remount,ro "$dir/small"
says "a read-only file system is said" 111 "Read-only file system" \
	as "$dir/small" refresh
umount "$dir/small"
t_done
