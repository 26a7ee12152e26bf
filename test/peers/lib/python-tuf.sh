#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# python-tuf.sh - print the directory where python-tuf is unpacked, fetched if
# need be.
#
# DIRECTORY/tree/usr/lib/python3/dist-packages goes on the path of Debian's
# python3 (3.11 or newer), DIRECTORY/versions has "package version" lines.
# python-tuf is of sid; its cryptography is of trixie, because bookworm's is too
# old for it and sid's wants a newer C library. Kept in build/cache/python-tuf,
# fetched as test/apt.sh says; nothing is installed.
# Exit: 0 the directory is on stdout; 111 it could not be fetched.

set -u
cd "$(dirname "$0")/../../.." || exit 111
. test/apt.sh

readonly sid='python3-tuf python3-securesystemslib python3-urllib3'
readonly trixie='python3-cryptography'

fetch() { # WORK
	local suite
	echo "python-tuf.sh: fetching $sid $trixie through apt"
	for suite in sid trixie; do
		# shellcheck disable=SC2086 # one word a package
		apt_private "$1/$suite" "$suite" && apt_unpack "$1/$suite" \
			"$suite" "$1/all" ${!suite} || return
	done
}
if ! apt_kept python-tuf fetch; then
	echo "python-tuf.sh: python-tuf cannot be tested against" >&2
	exit 111
fi
