#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kernel.sh NAME - print the path of a Debian cloud kernel, fetched if need be.
#
# Kept in build/cache. Fetched by apt with lists, cache and sources of its own,
# which are derived from the machine's entry for Debian at run time: the
# machine's apt and its packages stay as they are, signatures are checked.
# Exit: 0 the path is on stdout, 2 wrong usage, 111 it could not be fetched.

set -u
cd "$(dirname "$0")/../.." || exit 111

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

# The machine's entry for this release of Debian, as "deb [...] URI".
entry() {
	local release
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	find /etc/apt -name '*.sources' -exec awk -v want="$release" '
		BEGIN { RS = ""; FS = "\n" }
		{
			split("", field)
			for (i = 1; i <= NF; i++) {
				colon = index($i, ":")
				key = tolower(substr($i, 1, colon - 1))
				field[key] = substr($i, colon + 1)
				gsub(/^ +| +$/, "", field[key])
			}
			if (index(" " field["suites"] " ", " " want " ") &&
			    index(" " field["types"] " ", " deb ")) {
				split(field["uris"], uri, " ")
				by = field["signed-by"]
				print "deb", (by ~ /^\// ? \
					"[signed-by=" by "]" : ""), uri[1]
				exit
			}
		}' {} +
	find /etc/apt -name '*.list' -exec awk -v want="$release" '
		$1 == "deb" {
			options = ""
			if (match($0, /\[[^]]*\]/)) {
				options = substr($0, RSTART, RLENGTH)
				$0 = substr($0, 1, RSTART - 1) \
					substr($0, RSTART + RLENGTH)
			}
			if ($3 == want) {
				print "deb", options, $2
				exit
			}
		}' {} +
}

source=$(entry | head -n 1)
[ -n "$source" ] || fail "no entry for Debian in /etc/apt to derive from"
apt=$cache/apt-$suite
mkdir -p "$apt/lists/partial" "$apt/archives/partial"
echo "$source $suite main" >"$apt/sources.list"
options=(-qq -o Dir::Etc::sourcelist="$apt/sources.list"
	-o Dir::Etc::sourceparts=- -o Dir::State::lists="$apt/lists"
	-o Dir::Cache="$apt" -o APT::Sandbox::User=root
	-o Acquire::Languages=none -o APT::Architecture=amd64)
echo "kernel.sh: fetching kernel $name through apt" >&2
apt-get "${options[@]}" update >&2 || fail "apt-get update failed"

# The newest first; a mirror may lack the file of one.
work=$(mktemp -d "$cache/unpack.XXXXXX") || fail "cannot write to $cache"
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 111
for package in $(apt-cache "${options[@]}" pkgnames | grep -E "$pattern" |
	sort -rV); do
	apt-get "${options[@]}" download "$package" >&2 || continue
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
