#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# image-root.sh BIN DIR - make DIR, which is emptied first, the root of the
# LinuxKit image, of the static programs in BIN.
#
# Exit: 0, 2 wrong usage, 111 it cannot be done.

set -u
umask 022
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 2 ] || { echo "usage: image-root.sh BIN DIR" >&2; exit 2; }
bin=$1 root=$2
fail() {
	echo "image-root.sh: $*" >&2
	exit 111
}

# program         path in the image; the gate finds the launcher beside itself
programs='
bailiffd          usr/sbin/bailiffd
bailiff-gate      usr/sbin/runc
bailiff-exec      usr/sbin/bailiff-exec
bailiffctl        usr/bin/bailiffctl
'

rm -rf "${root:?}" && mkdir -p "$root"/{etc/{bailiff,init.d},usr/{bin,sbin}} ||
	fail "cannot make $root anew"
# Mount points of the service, whose root is read-only; in an init: image they
# are directories that stand there anyway.
mkdir -p "$root"/{dev,proc,run,sys,tmp,var/{lib,log}/bailiff} &&
	chmod 555 "$root"/{proc,sys} && chmod 1777 "$root/tmp" ||
	fail "cannot write to $root"

while read -r program path; do
	[ -n "$program" ] || continue
	install -m 755 "$bin/$program" "$root/$path" ||
		fail "$program is not in $bin: run \"make static\" first"
done <<<"$programs"
ln -s ../sbin/bailiffd "$root/usr/bin/bailiffd" &&
	install -m 755 "$here/cmd/bailiffd/015-bailiff" "$root/etc/init.d/" &&
	install -m 644 "$here/cmd/bailiff-gate/gate.conf" "$root/etc/bailiff/" ||
	fail "cannot write to $root"
