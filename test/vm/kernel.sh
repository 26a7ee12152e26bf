#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kernel.sh NAME - print the path of a Debian cloud kernel, fetched if need be.
#
# Kept in build/cache; fetched as test/apt.sh says.
# Exit: 0 the path is on stdout, 2 wrong usage, 111 it could not be fetched.

set -u
cd "$(dirname "$0")/../.." || exit 111
. test/apt.sh

# name  suite               packages, as a pattern
readonly kernels='
6.1     bookworm            ^linux-image-6\.1\.0-[0-9]+-cloud-amd64(-unsigned)?$
6.12    bookworm-backports  ^linux-image-6\.12\..*-cloud-amd64(-unsigned)?$
7.3     trixie-backports    ^linux-(image|binary)-7\..*-cloud-amd64(-unsigned)?$
'

row=$(awk -v name="${1:-}" '$1 == name' <<<"$kernels")
if [ -z "$row" ] || [ $# -ne 1 ]; then
	echo "usage: test/vm/kernel.sh NAME; one of" \
		"$(awk 'NF { printf "%s ", $1 }' <<<"$kernels")" >&2
	exit 2
fi
read -r name suite pattern <<<"$row"

cache=$PWD/build/cache
image=$cache/kernel-$name/bzImage
if [ ! -s "$image" ]; then
	mkdir -p "$cache/kernel-$name"
	exec 9>>"$cache/kernel-$name/lock"
	flock 9
fi
[ -s "$image" ] && { echo "$image"; exit 0; }

fail() {
	echo "kernel.sh: $name: $*" >&2
	exit 111
}

apt=$cache/apt-$suite
echo "kernel.sh: fetching kernel $name through apt" >&2
apt_private "$apt" "$suite" || fail "apt cannot be used"

# The newest first; a mirror may lack the file of one.
work=$(mktemp -d "$cache/unpack.XXXXXX") || fail "cannot write to $cache"
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 111
for package in $(apt-cache "${apt_options[@]}" pkgnames | grep -E "$pattern" |
	sort -rV); do
	apt-get "${apt_options[@]}" download "$package" >&2 || continue
	dpkg-deb -x ./*.deb tree || fail "$package does not unpack"
	for found in tree/boot/vmlinuz-* tree/usr/lib/modules/*/vmlinuz; do
		[ -s "$found" ] || continue
		echo "$package" >"$cache/kernel-$name/package"
		{ mv "$found" "$image.new" && mv "$image.new" "$image"; } ||
			fail "cannot write $image"
		rm -rf "$apt"
		echo "$image"
		exit 0
	done
	rm -rf ./*.deb tree
done
fail "no package of $suite that matches $pattern could be fetched"
