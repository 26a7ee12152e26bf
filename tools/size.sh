#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# size.sh DIR - the size of each static program in DIR, and the limits. Exit: 0
# all are within, 1 one is over or missing, 2 wrong usage.

set -u
[ $# -eq 1 ] || { echo "usage: size.sh DIR" >&2; exit 2; }
dir=$1 image=0 bad=0

row() { # NAME BYTES LIMIT-IN-KIB
	local verdict=
	[ "$3" = - ] || verdict="of $3"
	if [ "$3" != - ] && [ "$2" -ge $(($3 * 1024)) ]; then
		verdict="$verdict  TOO LARGE"
		bad=1
	fi
	printf '  %-16s %10d bytes %6d KiB  %s\n' \
		"$1" "$2" $((($2 + 1023) / 1024)) "$verdict"
}

# program        KiB   in the image
while read -r program limit in_image; do
	if ! size=$(stat -c %s "$dir/$program" 2>/dev/null); then
		echo "  $program is not in $dir: run \"make static\" first"
		bad=1
		continue
	fi
	[ "$in_image" = no ] || image=$((image + size))
	row "$program" "$size" "$limit"
done <<'END'
bailiff-exec     100   yes
bailiff-gate     300   yes
bailiffctl       -     yes
bailiffd         -     yes
bailiff-bundle   -     no
END
row 'in the image' "$image" 8192
exit $bad
