#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# format.sh - C files are as clang-format 14 with .clang-format leaves them.

set -u
cd "$(dirname "$0")/../.." || exit 111
tool=$(command -v clang-format-14 || command -v clang-format) || {
	echo "clang-format is missing; run \"sudo make deps\""
	exit 1
}
find lib pkg cmd test -name '*.[ch]' -print0 |
	xargs -0 -r "$tool" -n --Werror 2>&1
