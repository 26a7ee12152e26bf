#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fetch.sh - have the source files of one package of the table "sources".
#
# usage: tools/sysroot/fetch.sh NAME
#
# The files are kept in build/cache/sources; those that are there with the right
# hash are not fetched again, so a cache that is brought along needs no network.
# Otherwise the versions of the table are tried in their order, through apt,
# which checks Debian's signature; the hash is checked here.
#
# Prints the version whose files are there. Exit: 0, 2 wrong usage, 111 no
# version can be had, which stderr says.

set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 111
cd "$here/../.." || exit 111
. test/apt.sh
cache=$PWD/build/cache/sources
if [ $# -ne 1 ] || ! grep -q "^$1 " "$here/sources"; then
	echo "usage: fetch.sh NAME, a package of tools/sysroot/sources" >&2
	exit 2
fi
name=$1

# Each version with its suite, in order.
versions() {
	awk -v name="$name" '$1 == name && !seen[$2, $3]++ { print $2, $3 }' \
		"$here/sources"
}

# Whether all files of a version are in DIR with the right hash.
is_whole() { # VERSION DIR
	awk -v name="$name" -v version="$1" '$1 == name && $2 == version &&
		!seen[$4]++ { print $5 "  " $4 }' "$here/sources" |
		(cd "$2" && sha256sum --status --check -) 2>/dev/null
}

# Into DIR. Lists of a suite that are younger than an hour are used as they are.
fetch() { # VERSION SUITE DIR
	local type=deb-src apt=$cache/.apt/$2
	grep -q "^$name $1 $2 .*\.deb " "$here/sources" && type=deb
	if [ -n "$(find "$apt/fresh" -mmin -60 2>/dev/null)" ]; then
		apt_use "$apt"
	else
		apt_private "$apt" "$2" "$type" && touch "$apt/fresh" || return
	fi
	cd "$3" || return
	if [ $type = deb ]; then
		apt-get "${apt_options[@]}" download "$name=$1"
	else
		apt-get "${apt_options[@]}" source --download-only "$name=$1"
	fi
}

mkdir -p "$cache/.apt" || exit 111
while read -r version _; do
	is_whole "$version" "$cache" && echo "$version" && exit
done < <(versions)

# One at a time: the lists are shared.
exec 9>"$cache/.apt/lock" && flock 9 || exit 111
into=$(mktemp -d "$cache/.apt/new.XXXXXX") || exit 111
trap 'rm -rf "$into"' EXIT
while read -r version suite; do
	if ! (fetch "$version" "$suite" "$into") >"$into.log" 2>&1; then
		echo "$name $version of $suite cannot be had:" \
			"$(grep -v '^$' "$into.log" | tail -n 1)"
	elif ! is_whole "$version" "$into"; then
		echo "$name $version of $suite was fetched, but it is not" \
			"what tools/sysroot/sources says; it is not used"
	else
		mv "$into"/* "$cache" && echo "$version" >&3 && exit
	fi
	rm -f "$into"/* "$into.log"
done < <(versions) 3>&1 >&2
echo "$name: no version of tools/sysroot/sources can be had" >&2
exit 111
