#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image-root.sh DIR - turn what "make install DESTDIR=DIR" left there into the
# root of the LinuxKit image. Exit: 0, 2 wrong usage, 111 it cannot be done.

set -u
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 1 ] || { echo "usage: image-root.sh DIR" >&2; exit 2; }
root=$1
fail() {
	echo "image-root.sh: $*" >&2
	exit 111
}

rm -rf "${root:?}/usr/share" "$root/usr/bin/bailiff-bundle"
# The gate finds the launcher beside itself.
{
	mv "$root/usr/libexec/bailiff/bailiff-gate" "$root/usr/sbin/runc" &&
		mv "$root/usr/libexec/bailiff/bailiff-exec" "$root/usr/sbin/" &&
		rm -r "$root/usr/libexec"
} || fail "nothing is installed under $root"

# Mount points of the service, whose root is read-only; empty in an init: image.
mkdir -p "$root"/{dev,etc/bailiff,etc/init.d,proc,run,sys,tmp} \
	"$root"/var/{lib,log}/bailiff || fail "cannot write to $root"
install -m 755 "$here/cmd/bailiffd/015-bailiff" "$root/etc/init.d/" ||
	fail "cannot install 015-bailiff"
install -m 644 "$here/cmd/bailiff-gate/gate.conf" "$root/etc/bailiff/" ||
	fail "cannot install gate.conf"

for program in "$root"/usr/sbin/* "$root"/usr/bin/*; do
	ldd "$program" 2>/dev/null | grep -oE '/[^ ]+' | while read -r library; do
		[ -e "$root$library" ] && continue
		mkdir -p "$root$(dirname "$library")"
		cp -L "$library" "$root$library" || exit 1
	done || fail "cannot copy the libraries of $program"
	strip "$program" || fail "cannot strip $program"
done
