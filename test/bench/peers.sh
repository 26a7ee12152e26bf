#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# peers.sh - print the directory where launchers that only Debian sid has are
# unpacked, fetched if need be.
#
# DIRECTORY/tree holds minijail0 and landrun with the C library they were built
# against, DIRECTORY/versions "package version" lines. Kept in
# build/cache/peers, fetched as test/apt.sh says; nothing is installed.
# Exit: 0 the directory is on stdout, though a package may be missing, which
# stderr then says; 111 nothing could be fetched.

set -u
cd "$(dirname "$0")/../.." || exit 111
. test/apt.sh

suite=sid
readonly packages='minijail landrun libc6 libcap2'

cache=$PWD/build/cache
peers=$cache/peers
mkdir -p "$cache" || exit 111
exec 9>>"$cache/peers.lock"
flock 9

is_complete() {
	local package
	for package in $packages; do
		grep -qs "^$package " "$peers/versions" || return
	done
}
is_complete && { echo "$peers"; exit 0; }

fail() {
	echo "peers.sh: $*" >&2
	exit 111
}

work=$(mktemp -d "$cache/unpack.XXXXXX") || fail "cannot write to $cache"
trap 'rm -rf "$work"' EXIT
echo "peers.sh: fetching $packages of Debian $suite through apt" >&2
apt_private "$work/apt" "$suite" || fail "apt cannot be used"

# shellcheck disable=SC2086 # one word a package
apt_unpack "$work/apt" "$suite" "$work/peers" $packages
[ -s "$work/peers/versions" ] || fail "nothing could be fetched"
rm -rf "$peers"
mv "$work/peers" "$peers" || fail "cannot write $peers"
echo "$peers"
