#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fetch.sh - print the directory where laurel and the bindings of auparse are
# unpacked, fetched if need be.
#
# DIRECTORY/laurel is a command; DIRECTORY/python goes on the path of Debian's
# python3. laurel is of sid and wants a newer C library, so it runs with sid's own
# beside it. Kept in build/cache/audit-peers, fetched as test/apt.sh says; nothing
# is installed. DIRECTORY/versions has "package version" lines.
# Exit: 0 the directory is on stdout; 111 it could not be fetched.

set -u
cd "$(dirname "$0")/../../.." || exit 111
. test/apt.sh

readonly sid='laurel libc6 libgcc-s1 libacl1'
readonly own='python3-audit'

configuration() {
	cat <<END
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
}

# With the C library it was built for.
command_of() { # INTO
	cat <<END
#!/bin/sh
# laurel [CONFIG] <LOG
lib=$1/sid/tree/usr/lib/x86_64-linux-gnu
exec "\$lib/ld-linux-x86-64.so.2" --library-path "\$lib" \\
	$1/sid/tree/usr/sbin/laurel -c "\${1:-$1/laurel.toml}"
END
}

fetch() { # WORK INTO
	local release
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	echo "fetch.sh: fetching $sid $own through apt"
	# shellcheck disable=SC2086 # one word a package
	apt_private "$1/sid" sid &&
		apt_unpack "$1/sid" sid "$1/all/sid" $sid &&
		apt_private "$1/own" "$release" &&
		apt_unpack "$1/own" "$release" "$1/all/own" $own || return
	configuration >"$1/all/laurel.toml" &&
		command_of "$2" >"$1/all/laurel" && chmod +x "$1/all/laurel" &&
		ln -s own/tree/usr/lib/python3/dist-packages "$1/all/python" &&
		cat "$1"/all/*/versions >"$1/all/versions"
}
if ! apt_kept audit-peers fetch; then
	echo "fetch.sh: laurel and auparse cannot be tested against" >&2
	exit 111
fi
