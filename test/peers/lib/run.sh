#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - run a Python test of this directory with python-tuf on its path.
#
# usage: run.sh FILE.py [ARGUMENT...]

set -u
lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$lib/../../.." && pwd)
BIN=${BIN:-$top/build/bin}
die() {
	echo "Bail out! $*"
	exit 1
}

# The client that was built beside these programs.
case $BIN in
*/build/bin) TUF_CLIENT=${BIN%/bin}/gcc/peers/tuf-client ;;
*) TUF_CLIENT=${BIN%/bin}/peers/tuf-client ;;
esac
[ -x "$TUF_CLIENT" ] || die "$TUF_CLIENT is not built; run make"
TUF_CLOCK=$(dirname "$TUF_CLIENT")/clock.so
[ "$TUF_CLOCK" -nt "$lib/clock.c" ] ||
	{ gcc -shared -fPIC -O1 -D_GNU_SOURCE -o "$TUF_CLOCK.$$" \
		"$lib/clock.c" && mv "$TUF_CLOCK.$$" "$TUF_CLOCK"; } ||
	die "the preloaded clock cannot be built"
peer=$("$lib/python-tuf.sh") || die "python-tuf could not be fetched"
export BIN TUF_CLIENT TUF_CLOCK TOP=$top PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$lib:$peer/tree/usr/lib/python3/dist-packages
exec /usr/bin/python3 "$lib/$1" "${@:2}"
