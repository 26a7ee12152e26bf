#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# includes.sh - arrows between files point down only: cmd, pkg, lib.
#
# An area of pkg/ includes only what its row says; a new word in this table is
# a decision to explain. Several know identity, which knows nobody: what a
# service is called and numbered, and where bailiff's directories and sockets
# lie. A file's own header is its first include.

set -u
cd "$(dirname "$0")/../.." || exit 111

# area      knows
readonly areas='
audit       identity
trail
identity
trust
seccomp
landlock
apparmor    landlock
oci         identity
policy      landlock apparmor seccomp identity
bundle      policy trust
enforce     policy landlock identity
posture     audit enforce identity oci
ship        trail
control
learn       audit policy
'

find lib pkg cmd -name '*.[ch]' | sort | while read -r file; do
	own=${file%.c}.h
	[ "$own" != "$file" ] && [ -e "$own" ] || own=
	awk -v file="$file" -v own="$own" -v areas="$areas" '
	BEGIN {
		n = split(areas, rows, "\n")
		for (i = 1; i <= n; i++) {
			m = split(rows[i], words, " ")
			if (m == 0)
				continue
			known[words[1]] = 1
			for (j = 2; j <= m; j++)
				knows[words[1], words[j]] = 1
		}
		split(file, me, "/")
		if (me[1] == "pkg" && !(me[2] in known))
			say(0, "area " me[2] " has no row in test/lint/includes.sh")
	}
	function say(line, what) {
		print file ":" line ": " what
		bad = 1
	}
	/^# *include/ {
		seen++
		if (seen == 1 && own != "" && $0 !~ "\"" own "\"")
			say(FNR, "the first include is not " own)
	}
	/^# *include *"/ {
		split($0, quoted, "\"")
		path = quoted[2]
		n = split(path, to, "/")
		if (n < 2 || to[1] !~ /^(lib|pkg|cmd)$/)
			say(FNR, path " is not a path from the top")
		else if (me[1] == "lib" && to[1] != "lib")
			say(FNR, "lib/ knows nothing of " path)
		else if (me[1] == "pkg" && to[1] == "cmd")
			say(FNR, "pkg/ knows nothing of " path)
		else if (me[1] == "pkg" && to[1] == "pkg" && to[2] != me[2] &&
			 !((me[2], to[2]) in knows))
			say(FNR, "pkg/" me[2] " knows nothing of pkg/" to[2])
		else if (me[1] == "cmd" && to[1] == "cmd" && n > 2 &&
			 to[2] != me[2])
			say(FNR, "cmd/" me[2] " knows nothing of cmd/" to[2])
	}
	END { exit bad }' "$file"
done | { ! grep .; }
