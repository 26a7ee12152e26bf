#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 11-keys.sh - every kind of key, from files and from a token, through the real
# tool, with openssl as the oracle; and what is no key, refused in one sentence.
#
# seconds: 300
# beside: others

. "$(dirname "$0")/../lib.sh"
tool=$BIN/bailiff-bundle
# The tool is not confined here: leaks are looked for.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=1
t_tmpdir dir
cd "$dir" || t_die "no directory"
umask 077
echo "correct horse battery" >pass
echo "another horse battery" >wrong
pass=(--passphrase-file pass)
bundle() { timeout 60 "$tool" "$@"; }

# refuses SENTENCE CODE TEXT CMD...: the code, and one sentence with TEXT; a
# hint may follow it.
refuses() {
	local sentence=$1 code=$2 text=$3 out status=0
	shift 3
	out=$("$@" 2>&1 >/dev/null </dev/null) || status=$?
	if [ "$status" -eq "$code" ] && [[ $out = *"$text"* ]] &&
		[ "$(grep -vc '^hint: ' <<<"$out")" -eq 1 ]; then
		ok "$sentence"
	else
		not_ok "$sentence" "exit code $status, not $code" \
			"lacks: $text" "$out"
	fi
}

# The tool of this test: canonical JSON, key ids, signatures.
cat >tuf.py <<'EOF'
import hashlib, json, sys
def canonical(v):
    if isinstance(v, dict):
        keys = sorted(v, key=lambda k: k.encode())
        return "{" + ",".join(canonical(k) + ":" + canonical(v[k])
                              for k in keys) + "}"
    if isinstance(v, list):
        return "[" + ",".join(canonical(i) for i in v) + "]"
    if isinstance(v, str):
        return '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return json.dumps(v)
def load(path):
    with open(path) as f:
        return json.load(f)
def key_id(key):
    return hashlib.sha256(canonical(key).encode()).hexdigest()
what, path = sys.argv[1:3]
document = load(path)
if what == "id":
    print(key_id(document))
elif what == "signed":
    sys.stdout.buffer.write(canonical(document["signed"]).encode())
elif what == "sig":
    key = key_id(load(sys.argv[3]))
    hexes = [s["sig"] for s in document["signatures"] if s["keyid"] == key]
    sys.stdout.buffer.write(bytes.fromhex(hexes[0]))
elif what == "put":
    key = key_id(load(sys.argv[3]))
    for s in document["signatures"]:
        if s["keyid"] == key:
            with open(sys.argv[4], "rb") as f:
                s["sig"] = f.read().hex()
    print(json.dumps(document))
EOF
tuf() { python3 tuf.py "$@"; }

# ---- keys of every type ------------------------------------------------------

types="ed25519 ecdsa rsa"
for type in $types; do
	id=$(bundle keygen --type "$type" --key "our-$type" --owner "Ann $type" \
		"${pass[@]}")
	t_is "keygen prints the id of the $type key's whole object" \
		"$id" "$(tuf id "our-$type.pub")"
	t_is "the $type key's public half names its owner" "Ann $type" \
		"$(jq -r '."x-bailiff-keyowner"' "our-$type.pub")"
	t_check "openssl opens the $type key with its passphrase" \
		openssl pkey -in "our-$type" -passin file:pass -pubout \
		-out "our-$type.pem"
	t_has "the $type key is under scrypt" \
		"$(openssl asn1parse -in "our-$type")" scrypt
done
t_is "an RSA key has 3072 bits unless told" \
	"$(openssl pkey -pubin -in our-rsa.pem -noout -text | head -n 1)" \
	"Public-Key: (3072 bit)"
bundle keygen --type rsa --bits 2048 --key small "${pass[@]}" >small.id
t_is "--bits chooses the size" "$(openssl pkey -in small -passin file:pass \
	-noout -text | head -n 1)" "Private-Key: (2048 bit, 2 primes)"
t_is "without an owner there is no member for one" "$(jq 'keys | length' \
	small.pub)" 3
refuses "another type of key is refused" 2 "ed25519, ecdsa or rsa" \
	bundle keygen --type dsa --key x "${pass[@]}"
refuses "1024 bits are refused" 2 "1024 bits: must be 2048 to 8192" \
	bundle keygen --type rsa --bits 1024 --key x "${pass[@]}"
refuses "bits of an ed25519 key are refused" 2 "one size only" \
	bundle keygen --bits 2048 --key x "${pass[@]}"
refuses "an empty owner is refused" 2 "the owner's name must have" \
	bundle keygen --owner "" --key x "${pass[@]}"
t_exit "nothing is left of a refused keygen" 1 test -e x -o -e x.pub
refuses "a passphrase is no argument" 2 passphrase \
	bundle keygen --key x --passphrase "correct horse battery"

# ---- openssl's keys ------------------------------------------------------------

openssl genpkey -algorithm ed25519 -out plain-ed25519 2>openssl.log
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	-out plain-ecdsa 2>openssl.log
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 \
	-out plain-rsa 2>openssl.log
for type in $types; do
	openssl pkcs8 -topk8 -scrypt -v2 aes-256-cbc -in "plain-$type" \
		-passout file:pass -out "their-$type"
	openssl pkey -in "plain-$type" -pubout -out "their-$type.pem"
	t_check "openssl's $type key gets a public half with an owner" \
		bundle keygen --from "their-$type" --key "their-$type" \
		--owner "Bob $type" "${pass[@]}"
	bundle keygen --from "their-$type.pem" --key bare >bare.id
	t_is "the public $type key alone, in PEM, is the same but for the name" \
		"$(jq -cS 'del(."x-bailiff-keyowner")' "their-$type.pub")" \
		"$(jq -cS . bare.pub)"
	rm bare.pub
done
openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 \
	-in plain-ecdsa -passout file:pass -out their-pbkdf2
t_check "a key under PBKDF2 opens" \
	bundle keygen --from their-pbkdf2 --key pbkdf2 "${pass[@]}"
openssl ec -in plain-ecdsa -pubout -conv_form compressed \
	-out compressed.pem 2>openssl.log
bundle keygen --from compressed.pem --key compressed >compressed.id
t_is "a compressed point gives the same key id" "$(cat compressed.id)" \
	"$(tuf id pbkdf2.pub)"

# ---- one repository with all of them -------------------------------------------

mkdir -p policies/services
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' >policies/node.json
echo '{"accept":["no-landlock","no-seccomp","no-capabilities"]}' \
	>policies/services/web.json
t_check "a root is made of all types, its ids from the public halves" \
	bundle init --repo repo --root-key their-ed25519 \
	--root-key "file:their-ecdsa" --root-key "file://$dir/their-rsa" \
	--root-threshold 3 --targets-key our-ed25519.pub \
	--targets-key our-ecdsa.pub --targets-key our-rsa.pub \
	--targets-threshold 3 --snapshot-key our-ecdsa \
	--timestamp-key their-rsa.pub "${pass[@]}"
t_is "every key of the root has its owner" \
	"$(jq -r '.signed.keys[]."x-bailiff-keyowner"' repo/1.root.json | sort |
		tr '\n' ' ')" \
	"Ann ecdsa Ann ed25519 Ann rsa Bob ecdsa Bob ed25519 Bob rsa "
bundle build --repo repo --policies policies >build.log 2>&1
# Signing needs no .pub: the ids are those of the root.
mkdir apart && cp our-ed25519 our-ecdsa our-rsa their-rsa apart
t_check "private keys alone sign under the ids that the root has" \
	bundle sign --repo repo --role targets --key apart/our-ed25519 \
	--key apart/our-ecdsa --key apart/our-rsa "${pass[@]}"
publish() {
	bundle publish --repo repo --snapshot-key apart/our-ecdsa \
		--timestamp-key apart/their-rsa "${pass[@]}"
}
t_check "and publish" publish
verify() { bundle verify --repo repo --root "${1:-repo/1.root.json}"; }
t_check "the client accepts it" verify

pss() { # SALT: what openssl must be told
	echo -sigopt rsa_padding_mode:pss -sigopt "rsa_pss_saltlen:$1"
}
oracle() { # TYPE: the signature in sig is their key's of message
	case $1 in
	ed25519) openssl pkeyutl -verify -pubin -inkey their-ed25519.pem \
		-rawin -in message -sigfile sig ;;
	ecdsa) openssl dgst -sha256 -verify their-ecdsa.pem -signature sig \
		message ;;
	rsa) # shellcheck disable=SC2046
		openssl dgst -sha256 $(pss 32) -verify their-rsa.pem \
			-signature sig message ;;
	esac
}
openssl_sign() { # TYPE [SALT]: sig
	case $1 in
	ed25519) openssl pkeyutl -sign -inkey plain-ed25519 -rawin \
		-in message -out sig ;;
	ecdsa) openssl dgst -sha256 -sign plain-ecdsa -out sig message ;;
	rsa) # shellcheck disable=SC2046
		openssl dgst -sha256 $(pss "$2") -sign plain-rsa -out sig \
			message ;;
	esac
}
tuf signed repo/1.root.json >message
for type in $types; do
	tuf sig repo/1.root.json "their-$type.pub" >sig
	t_check "openssl verifies our $type signature" oracle "$type"
	printf x >>message
	t_exit "and not over other bytes" 1 oracle "$type"
	tuf signed repo/1.root.json >message
done
# with SENTENCE TYPE [SALT]: the root with a signature that openssl made.
with() {
	openssl_sign "$2" "${3:-}"
	tuf put repo/1.root.json "their-$2.pub" sig >root.json
	t_check "$1" verify root.json
}
with "we verify openssl's ed25519 signature" ed25519
with "we verify openssl's ecdsa signature" ecdsa
with "we verify openssl's rsa signature, salt as the digest" rsa 32
with "we verify openssl's rsa signature, salt as long as it can be" rsa max
openssl dgst -sha256 -sign plain-rsa -out sig message
tuf put repo/1.root.json their-rsa.pub sig >root.json
t_has "RSA with the old padding is no signature" \
	"$(verify root.json 2>&1)" "2 of the 3 needed signatures"
openssl_sign ecdsa
tuf put repo/1.root.json their-rsa.pub sig >root.json
t_has "another key's signature is none" \
	"$(verify root.json 2>&1)" "2 of the 3 needed signatures"
t_exit "which is an answer of no" 1 verify root.json

# ---- what is no key -------------------------------------------------------------

bad() { # SENTENCE CODE TEXT FILE: as a private key, in sign
	refuses "$1 cannot sign" "$2" "$3" bundle sign --repo staged \
		--role targets --key "$4" "${pass[@]}"
}
cp -r repo staged
bundle build --repo staged --policies policies >build.log 2>&1
cp our-ed25519 good
refuses "a wrong passphrase is said" 1 "good: wrong passphrase" \
	bundle sign --repo staged --role targets --key good \
	--passphrase-file wrong
: >empty
bad "an empty file" 1 "empty: not an encrypted PKCS#8 key" empty
head -c 200 good >cut
bad "half a file" 1 "cut: not an encrypted PKCS#8 key: the PEM is damaged" cut
sed '2s/^../AA/' good >damaged
bad "a damaged file" 1 "damaged: not an encrypted PKCS#8 key" damaged
sed '2s/^.*$/!!!!/' good >text
bad "what is not base64" 1 "not base64" text
cat good good >two
bad "a file with two keys" 1 "something follows" two
{ echo "# mine"; cat good; } >commented
bad "a key with text before it" 1 "not PEM" commented
cp plain-ed25519 unsealed
bad "a key that is not encrypted" 1 'a PEM "PRIVATE KEY"' unsealed
openssl rsa -in plain-rsa -traditional -aes256 -passout file:pass \
	-out traditional 2>openssl.log
bad "a key as openssl wrote it long ago" 1 'a PEM "RSA PRIVATE KEY"' \
	traditional
bad "a public key" 1 'a PEM "PUBLIC KEY"' their-rsa.pem
bad "a public key object" 1 "not PEM" our-ed25519.pub
openssl req -x509 -new -key plain-rsa -subj /CN=x -out certificate \
	2>openssl.log
bad "a certificate" 1 'a PEM "CERTIFICATE"' certificate
openssl pkey -in plain-ed25519 -outform DER -out der
bad "a key in DER" 1 "not PEM" der
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 2>openssl.log |
	openssl pkcs8 -topk8 -scrypt -v2 aes-256-cbc -passout file:pass \
		-out p384
bad "a key on P-384" 1 "P-256" p384
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 2>openssl.log |
	openssl pkcs8 -topk8 -scrypt -v2 aes-256-cbc -passout file:pass \
		-out rsa1024
bad "an RSA key of 1024 bits" 1 "2048 to 8192 bits" rsa1024
openssl genpkey -algorithm X25519 2>openssl.log |
	openssl pkcs8 -topk8 -scrypt -v2 aes-256-cbc -passout file:pass \
		-out x25519
bad "a key that cannot sign at all" 1 "bailiff does not have" x25519
openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in plain-ecdsa -passout file:pass \
	-out pbes1 2>openssl.log
bad "a key under an old encryption" 1 "PBES2" pbes1
# p of our scrypt parameters, 5, becomes 127.
python3 - good costly <<'EOF'
import base64, sys
lines = open(sys.argv[1]).read().split("\n")
der = base64.b64decode("".join(lines[1:-2]))
assert der.count(b"\x02\x01\x05") == 1
der = der.replace(b"\x02\x01\x05", b"\x02\x01\x7f")
open(sys.argv[2], "w").write("\n".join(
    [lines[0], base64.b64encode(der).decode(), lines[-2], ""]))
EOF
bad "a key that would take an hour to open" 1 "N*r*p at most" costly
truncate -s 1G huge
bad "a file of 1 GB" 1 "more than 16384 bytes" huge
rm huge
mkfifo fifo
bad "a FIFO" 1 "fifo: not a regular file" fifo
bad "a directory" 1 "apart: not a regular file" apart
bad "a device" 1 "/dev/zero: not a regular file" /dev/zero
bad "a file that is not there" 111 "No such file" none
bad "a symlink that leads nowhere" 111 "No such file" "$(ln -s none loose &&
	echo loose)"
cp good open && chmod 644 open
bad "a key that others may read" 1 "mode 0644" open
ln -s open link
bad "a link to a key that others may read" 1 "mode 0644" link
rm link && ln -s good link
t_check "a link to a good key signs" bundle sign --repo staged --role targets \
	--key link "${pass[@]}"
chmod 644 wrong
refuses "a passphrase that others may read is refused" 1 "mode 0644" \
	bundle sign --repo staged --role targets --key good \
	--passphrase-file wrong
refuses "a passphrase file that is a FIFO is refused" 1 "not a regular file" \
	bundle sign --repo staged --role targets --key good \
	--passphrase-file fifo

listed() { # SENTENCE CODE TEXT FILE: as a public key
	refuses "$1 is not listed" "$2" "$3" bundle keygen --from "$4" \
		--key listed "${pass[@]}"
}
listed "a certificate" 1 'a PEM "CERTIFICATE"' certificate
cat their-rsa.pem their-rsa.pem >two.pem
listed "a file with two public keys" 1 "something follows" two.pem
openssl pkey -in plain-rsa -pubout -outform DER -out public.der
listed "a public key in DER" 1 "not PEM" public.der
openssl rsa -in plain-rsa -RSAPublicKey_out -out pkcs1.pem 2>openssl.log
listed "a public key of RSA's own form" 1 'a PEM "RSA PUBLIC KEY"' pkcs1.pem
echo '{"keytype":"ed25519"}' >object
listed "half a key object" 1 '"scheme"' object
jq -c '.scheme = "sphinx"' our-ed25519.pub >object
listed "a key object of an unknown scheme" 1 "bailiff does not have" object
jq -c '.keyval.public = "00"' our-ed25519.pub >object
listed "a key object with a public part that is none" 1 "64 hexadecimal" object
openssl ecparam -name prime256v1 -param_enc explicit -genkey -noout \
	2>openssl.log | openssl ec -pubout -param_enc explicit \
	-out explicit.pem 2>openssl.log
listed "a curve that is spelled out" 1 "named curve P-256" explicit.pem
cp our-ecdsa mixed && cp our-rsa.pub mixed.pub
refuses "a key beside another key's public half is not listed" 1 \
	"mixed.pub is not the public half of mixed" \
	bundle keygen --from mixed --key listed "${pass[@]}"

# ---- URIs ----------------------------------------------------------------------

mkdir "with space" && cp good "with space/key"
uri() { # SENTENCE URI
	t_check "$1" bundle sign --repo staged --role targets --key "$2" \
		"${pass[@]}"
}
uri "a file: URI with an absolute path" "file:$dir/good"
uri "a file: URI with an empty host" "file://$dir/good"
uri "a file: URI of this host" "file://localhost$dir/good"
uri "a file: URI with an escaped blank" "file:with%20space/key"
cp good "pkcs11:good"
uri "a path that only looks like a URI" "./pkcs11:good"
bad "a file: URI of another host" 2 "on this machine" "file://elsewhere/good"
bad "a file: URI with a broken escape" 2 "two digits" "file:go%2"
bad "a file: URI with a NUL" 2 "NUL" "file:good%00"
bad "an empty file: URI" 2 "on this machine" "file:"
bad "a token whose PIN is in the URI" 2 "can be seen by everybody" \
	"pkcs11:token=x?pin-value=1234"

# ---- passphrases in memory -------------------------------------------------------

t_start waiting waiting.log "$tool" sign --repo staged --role targets \
	--key good --passphrase-fd 3 3<>fifo
locked() { grep -q '^VmLck:[^1-9]*[1-9]' "/proc/$waiting/status"; }
if [ -z "${BAILIFF_SAN:-}" ]; then
	t_check "passphrases wait in locked memory" t_wait_for locked
else
	skip "passphrases wait in locked memory" "ASan locks no memory"
fi
echo "correct horse battery" >fifo
wait "$waiting"
t_is "and come from a descriptor" $? 0

# ---- passphrases that are typed ---------------------------------------------------

# typed "LINE LINE" CMD...: on a terminal of its own, where prompts are
# answered with the lines; what it printed, and its code.
cat >typed.py <<'EOF'
import os, pty, select, sys
lines = sys.argv[1].split()
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
out = b""
try:
    while select.select([fd], [], [], 30)[0]:
        out += os.read(fd, 4096)
        if out.endswith(b": ") and lines:
            os.write(fd, lines.pop(0).encode() + b"\n")
except OSError:
    pass
sys.stdout.write(out.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF
typed() { python3 typed.py "$1" "$tool" "${@:2}"; }
t_check "a passphrase is asked for twice" typed "horse-battery horse-battery" \
	keygen --key typed
t_exit "two that differ make no key" 2 typed "horse-battery other-battery" \
	keygen --key differs
t_exit "and leave nothing" 1 test -e differs
t_has "one that is too short is said" "$(typed "short short" \
	keygen --key short 2>&1)" "must have 8 to 1000 bytes"
t_check "the passphrase of a key is asked for" typed horse-battery \
	keygen --from typed --key typed-again

# ---- a token -----------------------------------------------------------------------

if [ -n "${BAILIFF_SAN:-}" ]; then
	skip "keys in a token" "ASan refuses how the provider loads a module"
	t_done
fi
# A directory that holds OpenSSL's pkcs11 provider: the machine's, or Debian's
# unpacked in build/cache; nothing is installed.
provider() {
	local suite work cache=$TOP/build/cache/pkcs11-provider
	find /usr/lib/*/ossl-modules "$cache" -name pkcs11.so -printf '%h\n' \
		2>/dev/null | grep -m 1 . && return
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	[ "$suite" != bookworm ] || suite=bookworm-backports
	mkdir -p "$TOP/build/cache" &&
		work=$(mktemp -d "$TOP/build/cache/unpack.XXXXXX") || return
	(
		. "$TOP/test/apt.sh"
		apt_private "$work/apt" "$suite" && cd "$work" &&
			apt-get "${apt_options[@]}" download \
				"pkcs11-provider/$suite" &&
			dpkg-deb -x ./*.deb tree && rm -rf "$cache" &&
			mv tree/usr/lib/*/ossl-modules "$cache"
	) >&2
	rm -rf "$work"
	[ -e "$cache/pkcs11.so" ] && echo "$cache"
}
provider=$(provider 2>provider.log)
if [ -z "$provider" ]; then
	skip "keys in a token" "pkcs11-provider cannot be fetched"
	sed 's/^/# /' provider.log
	t_done
fi
module=$(find /usr/lib -name libsofthsm2.so -print -quit)
mkdir token
echo "directories.tokendir = $dir/token" >softhsm.conf
export SOFTHSM2_CONF=$dir/softhsm.conf
echo 12345678 >pin
echo 87654321 >wrongpin
pin=(--pin-file pin)
softhsm2-util --init-token --free --label bailiff --pin "$(cat pin)" \
	--so-pin "$(cat pin)" >softhsm.log 2>&1 || t_die "$(cat softhsm.log)"
cat >openssl.cnf <<EOF
openssl_conf = all
[all]
providers = them
[them]
default = plain
pkcs11 = token
[plain]
activate = 1
[token]
module = $provider/pkcs11.so
pkcs11-module-path = $module
pkcs11-module-quirks = no-deinit
activate = 1
EOF
# Made in the token; that it cannot be written to a file is as it should be.
token_key() { # NAME OPTIONS...
	OPENSSL_CONF=openssl.cnf openssl genpkey -out leaked "${@:2}" \
		-propquery '?provider=pkcs11' -pkeyopt \
		"pkcs11_uri:pkcs11:token=bailiff;object=$1;pin-source=file:$dir/pin" \
		>>token.log 2>&1
	[ ! -s leaked ] || not_ok "a token's private key stays in it"
}
token_key ec -algorithm EC -pkeyopt ec_paramgen_curve:P-256
token_key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
token_key ed -algorithm ED25519
# The provider by its environment, or by openssl.cnf.
export OPENSSL_MODULES=$provider PKCS11_PROVIDER_MODULE=$module
at="pkcs11:token=bailiff;object"
for object in ec rsa; do
	t_check "the public half of the token's $object key is written" \
		bundle keygen --from "$at=$object" --key "token-$object" \
		--owner "Tom $object" "${pin[@]}"
done
t_check "a key's public object needs no PIN" \
	bundle keygen --from "$at=ec;type=public" --key unasked
t_is "and is the same key" "$(jq -c .keyval unasked.pub)" \
	"$(jq -c .keyval token-ec.pub)"
t_check "openssl.cnf names the provider and the module as well" \
	timeout 60 env -u OPENSSL_MODULES -u PKCS11_PROVIDER_MODULE \
	OPENSSL_CONF="$dir/openssl.cnf" \
	"$tool" keygen --from "$at=ed" --key token-ed "${pin[@]}"
t_check "a root lists keys of the token, and one of them signs it" \
	bundle init --repo hsm --root-key "$at=ec" --targets-key token-ec.pub \
	--targets-key token-rsa.pub --targets-key token-ed.pub \
	--targets-threshold 3 --snapshot-key token-rsa.pub \
	--timestamp-key our-ecdsa "${pin[@]}" "${pass[@]}"
bundle build --repo hsm --policies policies >build.log 2>&1
t_check "the token signs policies; the only passphrase is the PIN" \
	bundle sign --repo hsm --role targets --key "$at=ec" --key "$at=rsa" \
	--key "$at=ed" --passphrase-file pin
t_check "a token and a file publish together" \
	bundle publish --repo hsm --snapshot-key "$at=rsa" \
	--timestamp-key our-ecdsa "${pin[@]}" "${pass[@]}"
t_check "the client accepts what the token signed" \
	bundle verify --repo hsm --root hsm/1.root.json
tuf signed hsm/1.targets.json >message
tuf sig hsm/1.targets.json token-ec.pub >sig
jq -r .keyval.public token-ec.pub >token-ec.pem
t_check "openssl verifies the token's signature" openssl dgst -sha256 \
	-verify token-ec.pem -signature sig message
token() { # SENTENCE CODE TEXT OBJECT OPTIONS...
	refuses "$1" "$2" "$3" bundle sign --repo hsm --role targets \
		--key "$4" "${@:5}"
}
bundle build --repo hsm --policies policies >build.log 2>&1
token "a wrong PIN is said" 1 "wrong PIN" "$at=ec" --pin-file wrongpin
token "of several passphrases none is tried as the PIN" 2 "give --pin-file" \
	"$at=ec" --passphrase-file pin --passphrase-file pass
token "a key that the token does not have is said" 1 "no such private key" \
	"$at=none" "${pin[@]}"
token "a token that is not there is said" 1 "it names no key" \
	"pkcs11:token=none" "${pin[@]}"
token "a URI of several keys is refused" 2 "must be one" \
	"pkcs11:token=bailiff" "${pin[@]}"
token "without a PIN or a terminal it is said what to give" 111 \
	"no terminal to ask on" "$at=ec"
chmod 644 wrongpin
token "a PIN that others may read is refused" 1 "mode 0644" "$at=ec" \
	--pin-file wrongpin
t_check "a PIN is asked for" typed "$(cat pin)" sign --repo hsm \
	--role targets --key "$at=ec"
t_exit "a wrong one is not asked for again" 1 typed "1111 $(cat pin)" \
	sign --repo hsm --role targets --key "$at=ec"
export OPENSSL_MODULES=$dir
token "without the provider it is said what to install" 1 \
	'provider "pkcs11" cannot be loaded' "$at=ec" "${pin[@]}"
t_done
