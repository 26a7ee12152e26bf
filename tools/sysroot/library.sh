#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# library.sh - build one library of the musl sysroot, if it is not there yet.
#
# usage: tools/sysroot/library.sh SYSROOT NAME [STAMP...]
#
# NAME.sh beside this file is the recipe, the table "sources" says what it is
# made of. SYSROOT/stamps/NAME holds the version and a sum over all that the
# result depends on: recipe, rows, flags, compiler and the STAMPs of what it
# stands on. With the same sum nothing is done. What the build prints is kept
# in SYSROOT/log/NAME.
#
# Exit: 0 it is there, 1 it does not build, 2 wrong usage, 111 its sources
# cannot be had.

set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 2 ] || [ ! -e "$here/$2.sh" ]; then
	echo "usage: library.sh SYSROOT NAME [STAMP...]" >&2
	exit 2
fi
name=$2 top=$(cd "$here/../.." && pwd)
mkdir -p "$1"/{stamps,log,tree,bin,usr} || exit 111
SYSROOT=$(cd "$1" && pwd)
shift 2
stamp=$SYSROOT/stamps/$name

sum() {
	{
		grep "^$name " "$here/sources"
		cat "$here/$name.sh" "$here/functions.sh" "$@"
		gcc --version
		ld --version
	} | sha256sum | cut -d ' ' -f 1
}
want=$(sum "$@")
[ "$want" != "$(sed -n 2p "$stamp" 2>/dev/null)" ] || exit 0

version=$("$here/fetch.sh" "$name") || exit 111
echo "  LIB     $name $version"
tree=$SYSROOT/tree/$name
rm -rf "$tree" "$stamp"
mkdir -p "$tree" || exit 111

cd "$tree" && export SYSROOT TOP="$top" NAME="$name" VERSION="$version" &&
	bash -euo pipefail -c '. "$0/functions.sh"; unpack; . "$0/$NAME.sh"' \
		"$here" >"$SYSROOT/log/$name" 2>&1 </dev/null
status=$?
if [ "$status" -ne 0 ]; then
	echo "$name $version does not build; the end of $SYSROOT/log/$name:"
	tail -n 20 "$SYSROOT/log/$name" | cut -c -200
	exit 1
fi >&2
cd "$top" && rm -rf "$tree" && printf '%s\n' "$version" "$want" >"$stamp"
