#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# record-vm.sh - record.sh on another kernel, in QEMU.
#
# usage: record-vm.sh KERNEL FILE [APPEND]
#
# KERNEL is a name that test/vm/kernel.sh knows, FILE the recording, compressed.
# Everything is triggered, also what would touch this machine. APPEND goes to
# the kernel's command line.

set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
[ $# -ge 2 ] || { sed -n 's/^# usage:/usage:/p' "$0" >&2; exit 2; }

"$top/test/vm/vmrun" -t 300 -c 2 -a "audit=1 lsm=landlock,lockdown,yama,apparmor,bpf ${3:-}" \
	-f "$top/build/test/streams/record" \
	-f "$top/build/test/streams/trigger" \
	-f "$top/build/test/attacks/stamp" \
	-f "$here/record.sh" -f "$here/rules.txt" \
	-f "$(command -v auditctl):/sbin/auditctl" "$1" sh -c '
uname -a >&2
sh /t/record.sh /t /tmp/recording all login feature clock module >&2
echo "recorded: $?" >&2
echo BEGIN
gzip -9 </tmp/recording | base64' |
	tee >(sed '/^BEGIN/,$d' >&2) |
	tr -d '\r' | sed '1,/^BEGIN$/d' | base64 -d >"$2"
