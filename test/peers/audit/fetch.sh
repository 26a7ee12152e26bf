#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fetch.sh - print the directory where laurel and the bindings of auparse are
# unpacked, fetched if need be.
#
# DIRECTORY/laurel is a command; DIRECTORY/python goes on the path of Debian's
# python3. laurel is of sid and wants a newer C library, so it runs with sid's own
# beside it. Kept in build/cache/audit-peers, fetched as test/apt.sh says; nothing
# is installed. DIRECTORY/tree/versions has "package version" lines.
# Exit: 0 the directory is on stdout; 111 it could not be fetched.

set -u
cd "$(dirname "$0")/../../.." || exit 111
. test/apt.sh

readonly sid='laurel libc6 libgcc-s1 libacl1'
readonly own='python3-audit'

cache=$PWD/build/cache
into=$cache/audit-peers
mkdir -p "$cache" || exit 111
exec 9>>"$cache/audit-peers.lock"
flock 9
[ -s "$into/versions" ] && { echo "$into"; exit 0; }

work=$(mktemp -d "$cache/unpack.XXXXXX") || exit 111
trap 'rm -rf "$work"' EXIT
echo "fetch.sh: fetching $sid $own through apt" >&2
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# shellcheck disable=SC2086 # one word a package
if ! apt_private "$work/sid" sid ||
	! apt_unpack "$work/sid" sid "$work/all/sid" $sid ||
	! apt_private "$work/own" "$release" ||
	! apt_unpack "$work/own" "$release" "$work/all/own" $own; then
	echo "fetch.sh: laurel and auparse cannot be tested against" >&2
	exit 111
fi
rm -rf "$into"
cat >"$work/all/laurel.toml" <<END
# As --format laurel: nothing from /proc, numbers translated.
directory = "/nonexistent"
input = "stdin"
[auditlog]
file = "-"
[state]
file = ""
[transform]
execve-argv = [ "array" ]
[translate]
universal = true
user-db = false
[enrich]
pid = false
spawned-by = false
execve-env = []
container = false
systemd = false
script = false
user-groups = false
END
cat >"$work/all/laurel" <<END
#!/bin/sh
# laurel [CONFIG] <LOG
lib=$into/sid/tree/usr/lib/x86_64-linux-gnu
exec "\$lib/ld-linux-x86-64.so.2" --library-path "\$lib" \\
	$into/sid/tree/usr/sbin/laurel -c "\${1:-$into/laurel.toml}"
END
chmod +x "$work/all/laurel"
ln -s own/tree/usr/lib/python3/dist-packages "$work/all/python" &&
	cat "$work"/all/*/versions >"$work/all/versions" &&
	mv "$work/all" "$into" || exit 111
echo "$into"
