#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# text.sh - what every source file must and must not say.
#
# Licence on top; comments are /* */; nothing is marked unfinished.

set -u
cd "$(dirname "$0")/../.." || exit 111
bad=0

# Sources by pattern. Without git (a tarball) every file counts.
files() {
	{ git ls-files --cached --others --exclude-standard 2>/dev/null ||
		find . -path ./build -prune -o -type f -printf '%P\n'; } |
		grep -E "$1" | while read -r f; do [ -f "$f" ] && echo "$f"; done
}

report() { # WHAT: reads "FILE:LINE" lines; any is a violation
	local line
	while read -r line; do
		echo "$line: $1"
		bad=1
	done
}

report "the SPDX line is missing at the top" < <(
	files '\.([ch1-8]|sh|mk|py|yml)$|^(Makefile|Dockerfile|.ci/run)$' |
		while read -r f; do
			head -n 3 "$f" | grep -q SPDX-License-Identifier ||
				echo "$f"
		done)

report "marked unfinished" < <(
	files '\.([ch1-8]|sh|md)$|^(Makefile|Dockerfile)$' |
		xargs -r grep -nIE '\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b' |
		cut -d: -f1,2)

# shellcheck disable=SC2016
report "comments are /* */" < <(
	files '\.[ch]$' | xargs -r awk '
	/^[ \t]*\*/ { next }
	{
		line = $0
		gsub(/"([^"\\]|\\.)*"/, "", line)
		gsub(/\/\*.*\*\//, "", line)
		sub(/\/\*.*/, "", line)
		if (line ~ /\/\//)
			print FILENAME ":" FNR
	}')

exit $bad
