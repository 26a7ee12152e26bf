#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trust.sh - verify and load a bundle: bailiff against python-tuf.
#
# Bundles of 1, 100 and 1,000 services (SERVICES), published by bailiff-bundle
# with thresholds of 2 of 3 for root and targets, are loaded RUNS times (9) by
# test/bench/trust_load, which does what the policy process does, and by
# python-tuf, in turn, each in a new process and from the directory itself:
# signatures, versions and expiry of all roles, length and hashes of every
# file. CPU is user and system time of the whole process, the middle one
# counts. Then the size of the verifier as linked: stripped, what is not used
# left out, OpenSSL and jansson shared.

. "$(dirname "$0")/../lib.sh"
RUNS=${RUNS:-9} SERVICES=${SERVICES:-1 100 1000}
LOADER=$TOP/build/test/bench/trust_load
t_tmpdir D
peer=$("$TOP/test/peers/lib/python-tuf.sh" 2>"$D/why") ||
	t_die "python-tuf is not available: $(tail -n 1 "$D/why")"
bundle() { "$BIN/bailiff-bundle" "$@" --passphrase-file "$D/pass" >/dev/null; }

# ---- the bundles ---------------------------------------------------------------
(umask 077 && echo "correct horse battery" >"$D/pass")
for key in a b c online; do
	bundle keygen --key "$D/$key.pem" || t_die "no key"
done
policies() { # COUNT: node.json and as many services, each with rules of its own
	local i
	mkdir -p "$D/policies/services"
	for ((i = 1; i <= $1; i++)); do
		cat >"$D/policies/services/s$i.json" <<-END
		{"description":"service $i","landlock":{"abi":1,"ruleset":[
		{"handledAccessFs":["abi.all"]}],"pathBeneath":[
		{"allowedAccess":["abi.read_execute"],"parent":["/usr","/opt/s$i"]},
		{"allowedAccess":["abi.read_write"],"parent":["/var/lib/s$i"]}]},
		"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
		{"names":["ptrace","keyctl","bpf"],"action":"SCMP_ACT_ERRNO"}]},
		"capabilities":{}}
		END
	done
	for ((i = 1; i <= $1; i++)); do
		echo "\"s$i\":{\"number\":$i}"
	done | paste -sd , | sed 's/.*/{"unlisted":"allow","services":{&}}/' \
		>"$D/policies/node.json"
}
three=(a b c)
roles=(--root-threshold 2 --targets-threshold 2)
for key in "${three[@]}"; do
	roles+=(--root-key "$D/$key.pem" --targets-key "$D/$key.pem")
done
made=()
for count in $SERVICES; do
	policies "$count"
	repo=(--repo "$D/$count")
	if bundle init "${repo[@]}" "${roles[@]}" --snapshot-key "$D/online.pem" \
		--timestamp-key "$D/online.pem" &&
		"$BIN/bailiff-bundle" build --unchecked "${repo[@]}" \
			--policies "$D/policies" >/dev/null &&
		bundle sign "${repo[@]}" --role targets --key "$D/a.pem" \
			--key "$D/b.pem" &&
		bundle publish --unchecked "${repo[@]}" --snapshot-key "$D/online.pem" \
			--timestamp-key "$D/online.pem"; then
		made+=("$count")
	else
		echo "  $count services: no bundle could be made"
	fi
	rm -rf "$D/policies"
done 2>&1
[ "${#made[@]}" -gt 0 ] || t_die "no bundle could be made"

# ---- measuring -----------------------------------------------------------------
echo "verify and load a bundle, processor time: median of $RUNS runs" \
	"(range); $(paste -sd ',' "$peer/versions")"
PYTHONDONTWRITEBYTECODE=1 \
	PYTHONPATH=$peer/tree/usr/lib/python3/dist-packages \
	/usr/bin/python3 "$TOP/test/bench/trust.py" "$RUNS" "$LOADER" \
	"$TOP/test/bench/trust_python.py" "$D" "${made[@]}" ||
	t_die "the measurement failed"

# ---- size ----------------------------------------------------------------------
gcc -std=gnu17 -D_GNU_SOURCE -I"$TOP" -DBAILIFF_VERSION='""' -O2 -fPIE -pie \
	-ffunction-sections -fdata-sections -Wl,--gc-sections,--as-needed -s \
	-o "$D/verifier" "$TOP/test/bench/trust_load.c" "$TOP"/pkg/trust/*.c \
	"$TOP"/lib/*.c -ljansson -lcrypto 2>"$D/cc" || t_die "$(tail -n 1 "$D/cc")"
size "$D/verifier" | awk -v bytes="$(stat -c %s "$D/verifier")" 'NR == 2 {
	printf "  the verifier, stripped: %d bytes of code and constants, " \
		"%d of data; the file %d\n", $1, $2 + $3, bytes }'
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
