#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 10-bundle.sh - bailiff-bundle from keys to published policies, with the real
# tool on real files, and the refusals a node would give.
#
# beside: others
. "$(dirname "$0")/../lib.sh"
tool=$BIN/bailiff-bundle
t_tmpdir work
T_SAID=$work/said
# This tool is not confined: its leaks are looked for.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=1

bundle() { "$tool" "$@"; }
signing() {
	local verb=$1
	shift
	bundle "$verb" "$@" --passphrase-file "$work/pass"
}
verify() { bundle verify --repo "$1" --root "$work/root.json" "${@:2}"; }
publish() {
	signing publish --repo "$repo" --snapshot-key "$keys/snapshot.pem" \
		--timestamp-key "$keys/timestamp.pem" "$@"
}
sign_targets() {
	local args=() key
	for key in "$@"; do args+=(--key "$keys/$key.pem"); done
	signing sign --repo "$repo" --role targets "${args[@]}"
}
# A policy that compiles and says no more than TEXT.
document() {
	echo "{\"description\":\"$1\",\"accept\":[\"no-landlock\",\"no-seccomp\",\"no-capabilities\"]}"
}
policies() {
	mkdir -p "$work/policies/services"
	echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
		>"$work/policies/node.json"
	document "revision $1" >"$work/policies/services/web.json"
}
# Everything a client would read, in one line.
published() { (cd "$repo" && find . -path ./staged -prune -o -type f -print0 |
	sort -z | xargs -0 sha256sum | sha256sum); }

keys=$work/keys repo=$work/repo
mkdir "$keys"
(umask 077 && echo "correct horse battery" >"$work/pass")

# -- keys ---------------------------------------------------------------------
keygen_all() {
	local key
	for key in root1 root2 root3 alice bob snapshot timestamp mallory; do
		signing keygen --key "$keys/$key.pem" || return 1
	done
}
t_check "keygen makes encrypted keys" keygen_all
t_check "a key file is mode 0600" test "$(stat -c %a "$keys/alice.pem")" = 600
t_check "a key file is PKCS#8 with scrypt" bash -c \
	"openssl asn1parse -in $keys/alice.pem | grep -q scrypt"
t_check "openssl opens it with the passphrase" \
	openssl pkey -in "$keys/alice.pem" -passin "file:$work/pass" -noout
t_check "keygen prints the key id, which is the hash of the public half" bash -c "
	id=\$($tool keygen --key $keys/id.pem --passphrase-file $work/pass) &&
	want=\$(jq -cSj . $keys/id.pem.pub | sha256sum | cut -d' ' -f1) &&
	[ \"\$id\" = \"\$want\" ]"
t_check "keygen does not overwrite a key" \
	t_says 1 "File exists" signing keygen --key "$keys/alice.pem"
(umask 077 && echo short >"$work/short")
t_check "keygen refuses a short passphrase" t_says 2 "must have 8 to" \
	bundle keygen --key "$keys/x.pem" --passphrase-file "$work/short"
t_check "a passphrase can come from a descriptor" bash -c "
	echo correct horse battery |
	$tool keygen --key $keys/fd.pem --passphrase-fd 0"
t_check "without a terminal or passphrase keygen says what to give" \
	t_says 111 "no terminal to ask on" \
	setsid "$tool" keygen --key "$keys/tty.pem"

# -- init, build, sign, publish ----------------------------------------------
policies 1
init() {
	signing init --repo "$repo" --root-key "$keys/root1.pem" \
		--root-key "$keys/root2.pem" --root-key "$keys/root3.pem.pub" \
		--root-threshold 2 --targets-key "$keys/alice.pem.pub" \
		--targets-key "$keys/bob.pem" --targets-threshold 2 \
		--snapshot-key "$keys/snapshot.pem.pub" \
		--timestamp-key "$keys/timestamp.pem.pub" \
		--expires-days root=365
}
t_check "init refuses a threshold that cannot be met" \
	t_says 2 "role targets: threshold 2 with 1 different keys" \
	signing init --repo "$work/none" --root-key "$keys/root1.pem" \
	--targets-key "$keys/alice.pem" --targets-threshold 2 \
	--snapshot-key "$keys/snapshot.pem" \
	--timestamp-key "$keys/timestamp.pem"
t_check "init makes and signs the first root" t_says 0 \
	"root version 1: signed by 2 of 2 needed keys" init
cp -a "$repo" "$work/fresh"
t_check "init does not begin a repository twice" t_says 1 "has a root already" init
t_check "publish without policies says so" \
	t_says 1 "there are no policies to publish" publish
t_check "build stages the policies" t_says 0 "staged targets version 1: 2 files" \
	bundle build --repo "$repo" --policies "$work/policies"
t_check "publish refuses unsigned policies" \
	t_says 1 "targets version 1: 0 of the 2 needed signatures" publish
t_check "one person signs, and is told what is missing" \
	t_says 0 "targets version 1: 1 of 2 signed by root's keys" \
	sign_targets alice
t_check "publish refuses below the threshold" \
	t_says 1 "1 of the 2 needed signatures are valid" publish
t_check "a key of nobody cannot sign" t_says 1 "is not one of role targets" \
	sign_targets mallory
(umask 077 && echo "wrong horse battery" >"$work/wrong")
t_check "a wrong passphrase is said" t_says 1 "wrong passphrase" \
	bundle sign --repo "$repo" --role targets --key "$keys/bob.pem" \
	--passphrase-file "$work/wrong"
chmod 644 "$keys/bob.pem"
t_check "a key that others may read is refused" t_says 1 "mode 0644" \
	sign_targets bob
chmod 600 "$keys/bob.pem"
t_check "another person signs apart" t_says 0 "2 of 2 signed by root's keys" \
	sign_targets bob
t_check "publish makes it current" t_says 0 \
	"published root 1, targets 1, snapshot 1, timestamp 1" publish
cp "$repo/1.root.json" "$work/root.json"
t_check "verify accepts it and names the version" t_says 0 \
	"accepted: bundle version 1, 2 files" verify "$repo"
t_check "verify names both signers" bash -c "
	$tool verify --repo $repo --root $work/root.json --json |
	jq -e '.accepted and (.signers | length == 2) and .version == 1'"
t_check "the layout is a TUF repository's" bash -c "
	cd $repo && [ -f timestamp.json ] && [ -f 1.snapshot.json ] &&
	[ -f 1.targets.json ] && ls targets/services/*.web.json &&
	[ \"\$(ls staged)\" = '' ]"
t_check "the timestamp says when it was issued" jq -e \
	'.signed["x-bailiff-issued"] | test("^20..-..-..T..:..:..Z$")' \
	"$repo/timestamp.json"
cp -a "$repo" "$work/one"

# -- the next version, and what nodes refuse ----------------------------------
policies 2
next() {
	bundle build --repo "$repo" --policies "$work/policies" &&
		sign_targets alice bob && publish
}
t_check "a second version is published" t_says 0 "targets 2, snapshot 2" next
t_check "verify accepts the second version" t_says 0 "bundle version 2" \
	verify "$repo"
t_check "build refuses a version that is not newer" \
	t_says 2 "version 2 is published already" \
	bundle build --repo "$repo" --policies "$work/policies" --version 2

copy() {
	rm -rf "$work/bad"
	cp -a "$repo" "$work/bad"
}
copy
sed -i 's/revision 2/revision 3/' "$work"/bad/targets/services/*.web.json
t_check "a tampered policy is refused" t_says 1 \
	'refused (malformed): target "services/web.json": its sha256 is not' \
	verify "$work/bad"
copy
sed -i 's/"version": 2/"version": 9/' "$work/bad/timestamp.json"
t_check "a tampered timestamp is refused" t_says 1 \
	"refused (under-signed): timestamp version 9: 0 of the 1" \
	verify "$work/bad"

# The same keys, but a root of one's own that is content with one signature: a
# node that has the real root is not.
under_signed() {
	signing init --repo "$work/twin" --root-key "$keys/mallory.pem" \
		--targets-key "$keys/alice.pem" \
		--snapshot-key "$keys/snapshot.pem" \
		--timestamp-key "$keys/timestamp.pem" &&
		bundle build --repo "$work/twin" --policies "$work/policies" \
			--version 9 &&
		signing sign --repo "$work/twin" --role targets \
			--key "$keys/alice.pem" &&
		signing publish --repo "$work/twin" \
			--snapshot-key "$keys/snapshot.pem" \
			--timestamp-key "$keys/timestamp.pem" || return 99
	verify "$work/twin"
}
t_check "an under-signed bundle is refused, also when the rest is signed" \
	t_says 1 "refused (under-signed): targets version 9: 1 of the 2" \
	under_signed
later=$(date -u -d '+20 days' +%Y-%m-%dT%H:%M:%SZ)
t_check "an expired bundle is refused" t_says 1 \
	"refused (expired): timestamp version 2 expired at" \
	verify "$repo" --now "$later"
# Rightly signed, by the same root, but twenty days ago.
expired_bundle() {
	local past
	past=$(date -u -d '-20 days' +%Y-%m-%dT%H:%M:%SZ)
	bundle build --repo "$work/fresh" --policies "$work/policies" \
		--version 3 --now "$past" &&
		signing sign --repo "$work/fresh" --role targets \
			--key "$keys/alice.pem" --key "$keys/bob.pem" &&
		signing publish --repo "$work/fresh" \
			--snapshot-key "$keys/snapshot.pem" \
			--timestamp-key "$keys/timestamp.pem" \
			--now "$past" || return 99
	verify "$work/fresh"
}
t_check "a bundle issued twenty days ago has expired" t_says 1 \
	"refused (expired): timestamp version 1 expired at" expired_bundle
t_check "an older bundle is refused by a node that has the newer one" t_says 1 \
	"refused (rollback): timestamp is version 1, but version 2 was" \
	verify "$work/one" --after "$repo"
t_check "and the newer one is accepted after the older one" t_says 0 \
	"accepted: bundle version 2" verify "$repo" --after "$work/one"
copy
rm "$work/bad/2.targets.json"
t_check "a missing file is refused" t_says 1 \
	"refused (missing): 2.targets.json: not in the repository" \
	verify "$work/bad"
copy
ln -sf /etc/passwd "$work/bad/timestamp.json"
t_check "a symlink is not followed" t_says 1 "a symlink" verify "$work/bad"
copy
truncate -s 1G "$work/bad/timestamp.json"
t_check "a timestamp of a gigabyte ends at the cap" t_says 1 \
	"refused (too-large): timestamp.json: more than 16384 bytes" \
	verify "$work/bad"
copy
: >"$work/bad/timestamp.json"
t_check "an empty timestamp is refused" t_says 1 "refused (malformed)" \
	verify "$work/bad"
t_check "another root is refused" t_says 1 "refused (under-signed)" bash -c "
	$tool init --repo $work/other --root-key $keys/mallory.pem \
		--targets-key $keys/mallory.pem --snapshot-key $keys/mallory.pem \
		--timestamp-key $keys/mallory.pem --passphrase-file $work/pass \
		>/dev/null &&
	exec $tool verify --repo $repo --root $work/other/1.root.json"

expired() {
	bundle build --repo "$repo" --policies "$work/policies" \
		--expires targets=2001-01-01T00:00:00Z &&
		sign_targets alice bob && publish "$@"
}
before=$(published)
t_check "publish refuses what is expired already" t_says 1 \
	"targets version 3 expired at 2001-01-01" expired
t_check "a refused publish changes nothing" test "$before" = "$(published)"

# -- rotation of root ---------------------------------------------------------
policies 4
t_check "rotate stages a root with another key" t_says 0 \
	"root version 2: 1 of 2 signed by the old root's keys: " \
	signing rotate --repo "$repo" --root-key "$keys/root1.pem" \
	--root-key "$keys/mallory.pem" --root-threshold 2
t_check "publish refuses the half-signed root" t_says 1 "by the keys of root version 1" \
	publish
t_check "an old key holder signs it" t_says 0 \
	"root version 2: 2 of 2 signed by the old root's keys" \
	signing sign --repo "$repo" --role root --key "$keys/root2.pem"
t_check "the rotated root is published with the next policies" t_says 0 \
	"published root 2, targets 3, snapshot 3, timestamp 3" next
t_check "a node with the first root follows" t_says 0 "root       version 2" \
	verify "$repo"
cp "$repo/2.root.json" "$work/root2.json"
t_check "a node with the second root accepts" t_says 0 "bundle version 3" \
	bundle verify --repo "$repo" --root "$work/root2.json"
t_check "timestamp keys can be rotated as well" bash -c "
	$tool rotate --repo $repo --timestamp-key $keys/mallory.pem \
		--sign-key $keys/root1.pem --sign-key $keys/mallory.pem \
		--passphrase-file $work/pass &&
	$tool publish --repo $repo --snapshot-key $keys/snapshot.pem \
		--timestamp-key $keys/mallory.pem --passphrase-file $work/pass"
t_check "and the old timestamp key is refused from then on" \
	t_says 1 "is not one of the role's keys" publish
t_check "verify accepts after the rotation" t_says 0 "root       version 3" \
	verify "$repo"

# -- wrong usage --------------------------------------------------------------
t_check "no verb is wrong usage" t_says 2 "usage: bailiff-bundle" bundle
t_check "an unknown verb is wrong usage" t_says 2 'unknown verb "fly"' bundle fly
t_check "an unknown option is wrong usage" t_says 2 'unknown option "--fly"' \
	bundle verify --fly
t_check "a missing option is named" t_says 2 "--root FILE is missing" \
	bundle verify --repo "$repo"
t_check "a missing repository is a failure of the system" \
	t_says 111 "open the repository" verify "$work/nowhere"
t_check "policies without node.json are refused" t_says 1 "no node.json" bash -c "
	mkdir $work/empty && exec $tool build --repo $repo --policies $work/empty"
echo '{"a":1,"a":2}' >"$work/policies/services/web.json"
t_check "a policy that is not strict JSON is refused by name" t_says 1 \
	"services/web.json: line 1" \
	bundle build --repo "$repo" --policies "$work/policies"
for verb in keygen init build sign publish rotate verify; do
	t_check "$verb --help lists its options" t_says 0 "--" bundle $verb --help
done

t_done
