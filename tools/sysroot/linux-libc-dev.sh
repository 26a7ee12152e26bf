# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# linux-libc-dev: the kernel's headers, the newest that Debian has; what the
# running kernel lacks of them is probed at run time.

asm=usr/include/x86_64-linux-gnu/asm
mkdir -p "$PREFIX/include"
cp -aLT "$asm" "$PREFIX/include/asm"
for dir in usr/include/*/; do
	case ${dir%/} in
	*-linux-* | */scsi) ;; # scsi/ is musl's
	*) cp -aL "${dir%/}" "$PREFIX/include" ;;
	esac
done
