#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check-static.sh PROGRAM... - refuse what is not a static, position independent
# and hardened program. A linker that does not do what it was asked to says
# nothing. Exit: 0, 1 one is not, 2 wrong usage.

set -u
[ $# -gt 0 ] || { echo "usage: check-static.sh PROGRAM..." >&2; exit 2; }
bad=0
complain() {
	echo "$1: $2" >&2
	bad=1
}

for program; do
	seen=$(readelf -W -h -l -d "$program" 2>/dev/null)
	# what must be there    what it is called if it is not
	while IFS=$'\t' read -r pattern sentence; do
		grep -qE "$pattern" <<<"$seen" || complain "$program" "$sentence"
	done <<-'END'
		^ *Type: +DYN	not position independent
		\(FLAGS_1\).*NOW.*PIE	not linked with -z now as a PIE
		^ *GNU_RELRO	its relocations stay writable
		^ *GNU_STACK.* RW 	its stack is executable
	END
	while IFS=$'\t' read -r pattern sentence; do
		! grep -qE "$pattern" <<<"$seen" ||
			complain "$program" "$sentence"
	done <<-'END'
		INTERP	it wants a dynamic loader
		\(NEEDED\)	it wants a shared library
		\(TEXTREL\)	its code is relocated
		\(RPATH\)|\(RUNPATH\)	it looks for libraries
		^ *LOAD.* RWE 	a part of it is both written and executed
	END
	# Relative relocations alone: a symbol would be another file's.
	others=$(readelf -W -r "$program" | awk '$3 ~ /^R_/ &&
		$3 !~ /_(RELATIVE|IRELATIVE)$/ { n++ } END { print n + 0 }')
	[ "$others" -eq 0 ] ||
		complain "$program" "$others relocations name a symbol"
done
exit $bad
