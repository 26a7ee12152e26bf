#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 12-bundle-bytes.sh - a repository made by bailiff-bundle, with 2 of 3 for
# targets and a delegation, damaged file by file: verify refuses each with a
# sentence that names the file, or the damage is harmless.
# seconds: 600
# beside: others
set -u
. "$(dirname "$0")/../lib.sh"
t_tmpdir work
tool=$BIN/bailiff-bundle
keys=$work/keys repo=$work/repo
mkdir "$keys"
(umask 077 && echo "correct horse battery" >"$work/pass")

signing() {
	local verb=$1
	shift
	"$tool" "$verb" "$@" --passphrase-file "$work/pass"
}
document() {
	echo "{\"description\":\"$1\",\"accept\":[\"no-landlock\",\"no-seccomp\",\"no-capabilities\"]}"
}

# -- the repository -----------------------------------------------------------
make_repo() {
	local key
	for key in root alice bob carol team online; do
		signing keygen --key "$keys/$key.pem" || return
	done
	signing init --repo "$repo" --root-key "$keys/root.pem" \
		--targets-key "$keys/alice.pem.pub" \
		--targets-key "$keys/bob.pem.pub" \
		--targets-key "$keys/carol.pem.pub" --targets-threshold 2 \
		--snapshot-key "$keys/online.pem.pub" \
		--timestamp-key "$keys/online.pem.pub" || return
	mkdir -p "$work/base/services" "$work/team/services"
	echo '{"unlisted":"allow","services":{"base":{"number":1},"web-a":{"number":2}},"delegates":{"web":{"capabilities":[]}}}' \
		>"$work/base/node.json"
	document "the base" >"$work/base/services/base.json"
	document "of the team" >"$work/team/services/web-a.json"
	signing delegate --repo "$repo" --role web \
		--paths 'services/web-*' --key "$keys/team.pem.pub" || return
	"$tool" build --repo "$repo" --from "$work/base" --unchecked || return
	"$tool" build --repo "$repo" --from "$work/team" --role web \
		--unchecked || return
	signing sign --repo "$repo" --role targets --key "$keys/alice.pem" \
		--key "$keys/carol.pem" || return
	signing sign --repo "$repo" --role web --key "$keys/team.pem" || return
	signing publish --unchecked --repo "$repo" \
		--snapshot-key "$keys/online.pem" \
		--timestamp-key "$keys/online.pem"
}
make_repo >"$work/out" 2>&1 ||
	{ cat "$work/out"; t_die "no repository to damage"; }
cp "$repo/1.root.json" "$work/root.json"
verify() { "$tool" verify --repo "$1" --root "$work/root.json"; }
t_check "the repository is accepted as it was made" verify "$repo"

# -- bytes --------------------------------------------------------------------
# What is signed in a metadata file, canonical enough to compare.
signed_of() { jq -cS .signed "$1" 2>/dev/null; }

# try FILE WHAT: after the damage, verify refuses and names the file, or what
# is signed is what was; the file is put back.
refused=0 harmless=0 wrong=()
try() {
	local file=$1 what=$2 out status=0 name
	name=$(basename "$file" .json)
	name=${name##*.}
	out=$(timeout 20 "$tool" verify --repo "$repo" \
		--root "$work/root.json" 2>&1) || status=$?
	if [ "$status" -eq 0 ]; then
		harmless=$((harmless + 1))
		[ "$(signed_of "$repo/$file")" = \
			"$(signed_of "$work/good/$file")" ] ||
			wrong+=("$file, $what: accepted")
	elif [ "$status" -ne 1 ]; then
		wrong+=("$file, $what: exit code $status: $out")
	else
		refused=$((refused + 1))
		case $out in
		*"$name"*) ;;
		*) wrong+=("$file, $what: does not name it: $out") ;;
		esac
	fi
	rm -rf "${repo:?}/$file"
	cp -p "$work/good/$file" "$repo/$file"
}
judge() { # SENTENCE
	if [ ${#wrong[@]} -eq 0 ] && [ "$refused" -gt 0 ]; then
		ok "$1: $refused refused, $harmless harmless"
	else
		not_ok "$1: $refused refused, $harmless harmless" \
			"${wrong[@]:-nothing was refused}"
	fi
	refused=0 harmless=0 wrong=()
}

cp -a "$repo" "$work/good"
mapfile -t files < <(cd "$repo" && find . -path ./staged -prune -o \
	-type f ! -name 1.root.json -printf '%P\n' | sort)
t_is "there are metadata of four roles and three targets" "${#files[@]}" 7

# The byte at OFFSET of FILE becomes another, by OCTAL or a blank.
put_byte() {
	printf "%b" "$3" | dd of="$repo/$1" bs=1 seek="$2" conv=notrunc \
		status=none
}
for file in "${files[@]}"; do
	size=$(stat -c %s "$repo/$file")
	for ((i = 0; i < 12; i++)); do
		at=$((size * i / 12 + i % 3))
		[ "$at" -lt "$size" ] || continue
		value=$(printf '\\0%o' $(($(od -An -tu1 -j "$at" -N 1 \
			"$repo/$file") ^ (1 << (i % 8)))))
		put_byte "$file" "$at" "$value"
		try "$file" "byte $at is $value"
	done
	judge "changed bytes of $file"
done

# -- other damage -------------------------------------------------------------
for file in "${files[@]}"; do
	path=$repo/$file size=$(stat -c %s "$repo/$file")
	for cut in 0 1 $((size / 2)) $((size - 1)); do
		truncate -s "$cut" "$path"
		try "$file" "$cut of $size bytes"
	done
	truncate -s 1G "$path"
	try "$file" "1 GiB"
	{ cat "$work/good/$file"; echo x; } >"$path"
	try "$file" "with something behind it"
	iconv -f UTF-8 -t UTF-16 "$work/good/$file" >"$path"
	try "$file" "in UTF-16"
	head -c 100000 /dev/zero | tr '\0' '[' >"$path"
	try "$file" "100,000 brackets"
	rm "$path" && ln -s "$work/good/$file" "$path"
	try "$file" "a symlink to the good one"
	rm "$path" && ln -s /dev/zero "$path"
	try "$file" "a symlink to /dev/zero"
	rm "$path" && mkfifo "$path"
	try "$file" "a FIFO"
	rm "$path" && mkdir "$path"
	try "$file" "a directory"
	rm "$path"
	try "$file" "missing"
	judge "other damage of $file"
done
t_check "the repository is accepted again" verify "$repo"
t_done
