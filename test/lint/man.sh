#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# man.sh - man pages are clean mdoc, and every binary has one.

set -u
cd "$(dirname "$0")/../.." || exit 111
bad=0
for main in cmd/*/main.c; do
	[ -e "$main" ] || continue
	dir=$(dirname "$main")
	ls "$dir/$(basename "$dir")".[18] >/dev/null 2>&1 || {
		echo "$dir: no man page"
		bad=1
	}
done
pages=$(find cmd pkg -name '*.[1-8]' | sort)
# shellcheck disable=SC2086 # one word a page
[ -z "$pages" ] || mandoc -T lint -W warning $pages || bad=1
exit $bad
