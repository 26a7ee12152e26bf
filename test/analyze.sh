#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# analyze.sh SOURCE LOG [FLAG...] - gcc's static analyzer over one file.
#
# A finding fails unless test/analyze.accepted has a row for it; a row without
# its finding fails too. The whole report stays in LOG.

set -u
accepted=test/analyze.accepted
source=$1 log=$2
shift 2

LC_ALL=C gcc "$@" -O1 -fanalyzer -c -o /dev/null "$source" 2>"$log.new" || {
	cat "$log.new"
	exit 1
}
awk -v source="$source" -v accepted="$accepted" '
BEGIN {
	FS = "\t"
	while ((getline < accepted) > 0)
		if ($0 !~ /^(#|$)/ && $1 == source)
			row[$2 "\t" $3] = "unseen"
}
match($0, /: In function .[A-Za-z0-9_]*/) {
	name = substr($0, RSTART + 15, RLENGTH - 15)
	quiet = 1
}
/: (warning|error): / {
	option = $0
	gsub(/^.*\[|\]$/, "", option)
	if ((name "\t" option) in row) {
		row[name "\t" option] = "seen"
		quiet = 1
	} else {
		quiet = 0
		bad = 1
	}
}
!quiet { print }
END {
	for (key in row)
		if (row[key] == "unseen") {
			print accepted ": " source ": not found any more: " key
			bad = 1
		}
	exit bad
}' "$log.new" && mv "$log.new" "$log"
