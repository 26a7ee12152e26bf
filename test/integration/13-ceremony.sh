#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 13-ceremony.sh - docs/signing.md, every command as printed, and then what
# people do wrong.
#
# A block of shell in the document is run as it stands, on a terminal whose
# user types the passphrase whenever asked; a block of text that follows must
# be in the output, line by line. A block ends with 0, or as its last comment
# says: "# exit 1".
#
# beside: others

. "$(dirname "$0")/../lib.sh"
t_tmpdir dir
T_SAID=$dir/said
export PATH="$BIN:$PATH"
readonly PASSPHRASE="correct horse battery"
export NO_COLOR=1
cd "$dir" || exit 111

# on_terminal FILE: run a script on a terminal at which the passphrase is typed,
# ahead of time and more often than it is asked for.
on_terminal() {
	local typed typist
	rm -f status
	exec {typed}< <(for _ in {1..20}; do echo "$PASSPHRASE"; done
		exec sleep 60)
	typist=$!
	timeout 60 script -E never -qfc "bash -eu $1; echo \$? >status" \
		/dev/null <&"$typed" >screen
	exec {typed}<&-
	kill "$typist" 2>/dev/null
	tr -d '\r' <screen
	return "$(cat status)"
}

# ---- the document ------------------------------------------------------------

# It becomes numbered files: N.sh, N.text for the texts that follow it, and
# N.heading.
doc=$TOP/docs/signing.md
mkdir blocks
awk -v dir=blocks '
	/^#+ / && !open { heading = $0; sub(/^#+ /, "", heading) }
	/^```/ {
		if (open) { open = ""; next }
		open = substr($0, 4)
		if (open == "sh") {
			n++
			print heading >(dir "/" n ".heading")
		}
		next
	}
	open { print >(dir "/" (open == "sh" ? n ".sh" : n "." open)) }
' "$doc"
blocks=$(find blocks -name '*.sh' | wc -l)
t_check "the document has its commands" test "$blocks" -gt 20

for ((n = 1; n <= blocks; n++)); do
	heading=$(cat "blocks/$n.heading")
	want=$(sed -n '$s/.*# exit \([0-9]*\)$/\1/p' "blocks/$n.sh")
	out=$(on_terminal "blocks/$n.sh")
	got=$?
	if [ "$got" -ne "${want:-0}" ]; then
		not_ok "$heading: block $n runs as printed" \
			"exit code $got, not ${want:-0}" "$(cat "blocks/$n.sh")" \
			"$out"
		continue
	fi
	missing=
	[ ! -e "blocks/$n.text" ] || while read -r line; do
		case $out in
		*"$line"*) ;;
		*) missing="$missing$line"$'\n' ;;
		esac
	done <"blocks/$n.text"
	if [ -n "$missing" ]; then
		not_ok "$heading: block $n prints what is shown" \
			"missing:" "$missing" "output:" "$out"
	else
		ok "$heading: block $n runs and prints what is shown"
	fi
done

# ---- what else can happen ----------------------------------------------------

# says SENTENCE CODE TEXT COMMAND...: it ends with CODE and its output has TEXT.
says() {
	local sentence=$1
	shift
	t_check "$sentence" t_says "$@" </dev/null
}
bundle() { bailiff-bundle "$@"; }
with_pass() { bailiff-bundle "$@" --passphrase-file pass; }
publish() {
	with_pass publish --repo "${1:-r}" --snapshot-key on.pem \
		--timestamp-key on.pem "${@:2}"
}
verify() { bundle verify --repo "${1:-r}" --root r/1.root.json "${@:2}"; }
stage() { # a change of the policy, staged
	sed -i "s/\"port\": \[[0-9, ]*\]/\"port\": [$1]/" p/services/nginx.json
	bundle build --repo "${2:-r}" --policies p
}
payload() { bundle payload --repo r --role targets --out out.payload; }
attach() { bundle attach --repo r --role targets "$@"; }

mkdir apart && cd apart || exit 111
(umask 077 && echo "$PASSPHRASE" >pass)
cp -r ../policies p
echo '{"services": {"nginx": {"number": 1}}, "unlisted": "audit"}' >p/node.json
for key in root ann on on2 mallory; do
	with_pass keygen --key $key.pem --owner $key >/dev/null
done
openssl ecparam -name prime256v1 -genkey -noout -out eve.key 2>/dev/null
openssl pkey -in eve.key -pubout -out eve.pub
openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out rob.key \
	2>/dev/null
openssl pkey -in rob.key -pubout -out rob.pub
t_check "three people with three types of key begin" \
	with_pass init --repo r --root-key root.pem \
	--targets-key ann.pem.pub --targets-key eve.pub --targets-key rob.pub \
	--targets-threshold 3 --snapshot-key on.pem.pub \
	--timestamp-key on.pem.pub
says "status of an empty repository says what to do" 1 \
	"there are no policies yet: bailiff-bundle build" bundle status --repo r
says "diff of nothing" 0 "nothing is staged" bundle diff --repo r
says "sign of nothing" 1 "nothing is staged" \
	with_pass sign --repo r --key ann.pem
says "payload of nothing" 1 "nothing is staged for role targets" payload
t_check "policies are staged" stage 80
says "status says who is missing" 1 \
	"0 of 3 signed by root's keys; missing: ann (" bundle status --repo r
t_check "payload writes the bytes" payload
t_is "their hash is the payload hash" "$(sha256sum out.payload | cut -d' ' -f1)" \
	"$(bundle diff --repo r --json | jq -r '.roles[0].payload')"
t_is "they are the canonical form" \
	"$(jq -cSj .signed r/staged/targets.json | sha256sum)" \
	"$(sha256sum <out.payload)"

openssl dgst -sha256 -sign eve.key -out eve.sig out.payload
openssl dgst -sha256 -sigopt rsa_padding_mode:pss \
	-sigopt rsa_pss_saltlen:digest -sign rob.key -out rob.sig out.payload
openssl dgst -sha256 -sign rob.key -out rob-pkcs1.sig out.payload
openssl pkeyutl -sign -rawin -inkey mallory.pem -passin file:pass \
	-in out.payload -out mallory.sig
openssl pkeyutl -sign -rawin -inkey ann.pem -passin file:pass \
	-in r/1.root.json -out other.sig
before=$(sha256sum r/staged/targets.json)
says "a key of nobody is refused" 1 "not a signature of the staged targets" \
	attach --signature mallory.sig
says "and by its name" 1 "is not one of role targets" \
	attach --signature mallory.sig --key mallory.pem.pub
says "a signature by another key than the one named" 1 "by that key" \
	attach --signature rob.sig --key eve.pub
says "a signature of other bytes" 1 "by any of its keys" \
	attach --signature other.sig
says "PKCS#1 where PSS must be" 1 "not a signature" \
	attach --signature rob-pkcs1.sig
says "an empty signature" 1 "it is empty" attach --signature /dev/null
says "a missing signature file" 111 "open none.sig" attach --signature none.sig
says "a directory for a signature" 111 "p:" attach --signature p
says "a missing key file" 111 "none.pub" \
	attach --signature rob.sig --key none.pub
head -c 9000 /dev/urandom >long.sig
says "too long a signature file" 1 "more than 8192 bytes" \
	attach --signature long.sig
says "neither signature nor copy" 2 "neither --signature nor --from" attach
says "an unknown role" 2 "there is no such role, only root, targets" \
	bundle attach --repo r --role tragets --signature rob.sig
says "the timestamp is not signed by hand" 2 "publish makes and signs it" \
	bundle payload --repo r --role timestamp --out out.payload
t_is "none of it was attached" "$(sha256sum r/staged/targets.json)" "$before"
says "ECDSA in DER" 0 "1 of 3 signed" attach --signature eve.sig --key eve.pub
says "RSA-PSS, in base64, tried with each key" 0 "2 of 3 signed" \
	attach --signature <(base64 rob.sig)
openssl asn1parse -inform DER -in eve.sig |
	sed -n 's/.*INTEGER *://p' | while read -r n; do
	printf %64s "${n: -64}" | tr ' ' 0
done | xxd -r -p >eve.raw
t_is "an ECDSA signature as r and s has 64 bytes" "$(stat -c %s eve.raw)" 64
cp -r r copy
says "is attached too" 0 "2 of 3 signed" attach --signature eve.raw
says "ed25519 in hex" 0 "3 of 3 signed" bash -c '
	openssl pkeyutl -sign -rawin -inkey ann.pem -passin file:pass \
		-in out.payload -out ann.sig &&
	xxd -p ann.sig >ann.hex && exec bailiff-bundle attach --repo copy \
		--role targets --signature ann.hex'
says "a copy's signatures are united" 0 "new signatures: ann (" \
	bundle attach --repo r --from copy/staged/targets.json
t_check "then both files are the same" \
	cmp r/staged/targets.json copy/staged/targets.json
says "status says that it can be published" 0 "bailiff-bundle publish" \
	bundle status --repo r
t_check "and it is" publish
says "a node accepts it" 0 "accepted: bundle version 1" verify
says "nothing to do" 0 "nothing to do" bundle status --repo r
says "a signature of what is published is named" 1 \
	"a signature of the published targets version 1" bash -c '
	bailiff-bundle build --repo r --policies p >/dev/null &&
	exec bailiff-bundle attach --repo r --role targets --signature rob.sig'

t_check "another change" stage 81
t_check "a third change, in a copy" bash -c '
	rm -rf copy && cp -r r copy &&
	sed -i "s/81/82/" p/services/nginx.json &&
	bailiff-bundle build --repo copy --policies p'
ours=$(bundle diff --repo r --json | jq -r '.roles[0].payload')
theirs=$(bundle diff --repo copy --json | jq -r '.roles[0].payload')
says "signatures of another change are refused" 1 "with payload $theirs" \
	bundle attach --repo r --from copy/staged/targets.json
says "with both hashes" 1 "with payload $ours is staged here" \
	bundle attach --repo r --from copy/staged/targets.json
says "a copy that is no metadata" 1 "pass:" \
	bundle attach --repo r --role targets --from pass
says "sign refuses what was not shown" 1 "nothing was signed" \
	with_pass sign --repo r --key ann.pem --payload-hash "$theirs"
t_is "and did not sign" "$(jq '.signatures | length' r/staged/targets.json)" 0
says "sign names whose keys would do" 1 "targets by root's keys: ann (" \
	with_pass sign --repo r --key mallory.pem
says "sign takes what was shown" 0 "1 of 3 signed" \
	with_pass sign --repo r --key ann.pem --payload-hash "sha256:${ours^^}"
payload >/dev/null
openssl dgst -sha256 -sign eve.key -out eve.sig out.payload
openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sign rob.key \
	-out rob.sig out.payload
t_check "the others sign apart" \
	attach --signature eve.sig --signature rob.sig
t_check "it is published" publish
cp -r copy/staged r/
says "what was staged for an older version is not signed" 1 \
	"was made from version 1, but version 2" \
	with_pass sign --repo r --key ann.pem
says "nor written for others to sign" 1 "was made from version 1" payload
says "and status says so" 1 "next: staged targets version 2" \
	bundle status --repo r
rm -r r/staged

# ---- damaged, missing, closed ------------------------------------------------
mkdir -p r/staged foreign
echo '{"signed":' >r/staged/targets.json
for verb in diff status sign payload; do
	case $verb in
	sign) args="--key ann.pem" ;;
	payload) args="--role targets --out out.payload" ;;
	*) args= ;;
	esac
	# shellcheck disable=SC2086 # several words
	says "$verb: a damaged staged file is named" 1 "staged/targets.json: line" \
		bundle $verb --repo r $args
	# shellcheck disable=SC2086
	says "$verb: a directory that is no repository" 1 "there is no root" \
		bundle $verb --repo foreign $args
	# shellcheck disable=SC2086
	says "$verb: a missing repository" 111 "open the repository" \
		bundle $verb --repo nowhere $args
	says "$verb: a file for a repository" 111 "Not a directory" \
		bundle $verb --repo pass $args
	says "$verb: an unknown option" 2 "unknown option" bundle $verb --fly
done
rm r/staged/targets.json
t_is "looking made nothing in a directory of others" "$(ls foreign)" ""
mkdir r/staged/targets.json
says "a directory for a staged file" 111 "staged/targets.json" \
	bundle diff --repo r
rmdir r/staged/targets.json
ln -s /etc/passwd r/staged/targets.json
says "a symlink for a staged file" 111 "staged/targets.json" \
	bundle diff --repo r
rm r/staged/targets.json
t_check "without standard input status still works" \
	bash -c 'exec bailiff-bundle status --repo r <&-'
says "without a place to write it says so" 111 "standard output" \
	bash -c 'exec bailiff-bundle status --repo r >/dev/full'
says "policies that nodes would refuse" 1 "nodes would refuse these policies" \
	bash -c '
	mkdir -p bad/services && cp p/node.json bad &&
	echo "{\"revision\":1}" >bad/services/nginx.json &&
	bailiff-bundle build --repo r --policies bad --unchecked >/dev/null &&
	exec bailiff-bundle diff --repo r'
rm -r r/staged
t_is "no colours where there is no terminal" \
	"$(NO_COLOR='' bundle status --repo r --now 2099-01-01T00:00:00Z |
		grep -c $'\x1b')" 0
t_check "JSON is one object" jq -e '.complete and (.roles | length) == 4' \
	<(bundle status --repo r --json)

# ---- time --------------------------------------------------------------------
days() { date -u -d "+$1 days" +%Y-%m-%dT%H:%M:%SZ; }
says "a timestamp in its last fifth is announced" 0 "timestamp expires soon" \
	bundle status --repo r --now "$(days 12)"
says "an expired one is missing" 1 "timestamp has expired" \
	bundle status --repo r --now "$(days 15)"
says "an expired root is told apart" 1 \
	"root has expired: stage a new version with bailiff-bundle rotate" \
	bundle status --repo r --now "$(days 366)"
says "a node refuses the expired repository" 1 "refused (expired)" \
	verify r --now "$(days 366)"

cp -r r soon
renews() { # DAY OPTION...
	with_pass refresh --repo soon --timestamp-key on.pem \
		--now "$(days "$1")" "${@:2}"
}
t_is "refresh warns of nothing that has time left" \
	"$(renews 1 2>&1 >/dev/null)" ""
says "it warns of a snapshot in its last fifth" 0 "snapshot version" renews 26
t_has "and says what makes a new one" "$(renews 26 2>&1 >/dev/null)" \
	"expires soon, at $(date -u -d '+30 days' +%Y-%m-)"
t_is "not of one that it makes anew" \
	"$(renews 26 --snapshot-key on.pem 2>&1 >/dev/null)" ""
t_is "publish warns of nothing that has time left" \
	"$(publish soon --now "$(days 140)" 2>&1 >/dev/null)" ""
says "it warns of policies in their last fifth, and publishes" 0 \
	"make a new version with bailiff-bundle build" \
	publish soon --now "$(days 150)"

# One person's repository, to go through the years.
solo() {
	with_pass init --repo s --root-key root.pem --targets-key ann.pem \
		--snapshot-key on.pem --timestamp-key on.pem &&
		bundle build --repo s --policies p &&
		with_pass sign --repo s --key ann.pem && publish s
}
t_check "another repository" solo
as_node() { bundle verify --repo "$1" --root s/1.root.json "${@:2}"; }
late=$(days 400)
says "after a year everything has expired" 1 "refused (expired)" \
	as_node s --now "$late"
renew() {
	with_pass rotate --repo s --now "$late" &&
		with_pass refresh --repo s --role targets --now "$late" &&
		with_pass sign --repo s --key root.pem --key ann.pem &&
		publish s --now "$late"
}
t_check "the same keys renew it" renew
says "a node with the first root accepts it, a year late" 0 \
	"root       version 2" as_node s --now "$late"

# A thief of the timestamp key signs the last version there can be.
rm -rf s && solo >/dev/null
cp -r s thief
jq -cSj .signed thief/timestamp.json |
	sed -E 's/("spec_version":"[0-9.]+","version":)[0-9]+/\19223372036854775807/' \
		>forged
openssl pkeyutl -sign -rawin -inkey on.pem -passin file:pass -in forged \
	-out forged.sig
printf '{"signed":%s,"signatures":[{"keyid":"%s","sig":"%s"}]}' \
	"$(cat forged)" "$(jq -r '.signatures[0].keyid' thief/timestamp.json)" \
	"$(xxd -p forged.sig | tr -d '\n')" >thief/timestamp.json
says "a node takes the forged timestamp" 0 \
	"version 9223372036854775807" as_node thief
t_check "the owner publishes again" publish s
says "that node refuses it" 1 "refused (rollback)" as_node s --after thief
change_online() {
	with_pass rotate --repo s --snapshot-key on2.pem.pub \
		--timestamp-key on2.pem.pub --sign-key root.pem &&
		with_pass publish --repo s --snapshot-key on2.pem \
			--timestamp-key on2.pem
}
t_check "the owner changes the online keys" change_online
says "then the node takes the owner's again" 0 "accepted" \
	as_node s --after thief
says "and the thief's no more" 1 "refused" as_node thief --after s
t_done
