#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# boot.sh - what bailiff adds to the boot of a node, against Debian's auditd as
# LinuxKit's package of that name has it, and against neither.
#
# The imitated LinuxKit node (test/vm/linuxkit) boots in QEMU with containerd and
# nginx: with nothing else; with auditd as a service; with bailiff, which means the
# gate in the root, a signed bundle verified and published before containerd
# starts, nginx under its policy, and the daemon. "init.d" is how long its scripts
# took, one after the other: what comes before is the kernel and the unpacking of
# an initramfs of test programs, which no node has. "served" is when nginx has
# served a page, and "cpu" how long the processor was busy until init.d was done,
# both since the kernel began.
#
# There is no KVM here. The guest's clock therefore counts executed instructions,
# 4 ns each (QEMU's -icount), and jumps where the guest is idle: what is measured
# does not depend on what else the machine does. An emulated second is a slow
# machine's: ratios count. KERNEL is 6.12. Takes two minutes for each of ROUNDS
# (1) times the three boots.

. "$(dirname "$0")/../lib.sh"
KERNEL=${KERNEL:-6.12} ROUNDS=${ROUNDS:-1}
export V_ICOUNT=shift=2,sleep=off
t_tmpdir D

# "NAME SECONDS" of each script but the last, which is the measurement itself.
scripts() {
	tr -d '\r' | sed -n 's|^rc.init: \(.*\) s: /etc/init.d/|\1 |p' |
		awk 'NR > 1 { print name, $1 - since } { since = $1; name = $2 }'
}

for ((i = 0; i < ROUNDS; i++)); do
	for with in none auditd bailiff; do
		NODE_CONSOLE=$D/console "$TOP/test/vm/linuxkit/node" \
			-k "$KERNEL" -t 600 "boot-$with" >"$D/out" 2>&1 \
			</dev/null || t_die "boot-$with: $(tail -n 20 "$D/out")"
		for what in served cpu; do
			sed -n "s/^# boot: $what //p" "$D/out" >>"$D/$with.$what"
		done
		scripts <"$D/console" >"$D/scripts"
		awk -v d="$D/$with" '{ print $2 >>(d "." $1); n += $2 }
			END { print n >>(d ".init.d") }' "$D/scripts"
	done
done

of() { # WITH WHAT
	sort -n "$D/$1.$2" |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
echo "a node's boot, in emulated seconds, median of $ROUNDS; kernel $KERNEL," \
	"auditd $(dpkg-query -Wf '${Version}' auditd)"
while read -r with text; do
	for what in init.d served cpu; do
		of none $what
		of "$with" $what
	done | paste -s -d ' ' | awk -v text="$text" '{ printf "  %-16s" \
		" init.d %5.2f %+.2f x%.2f   served %5.2f %+.2f x%.2f" \
		"   cpu %5.2f %+.2f x%.2f\n", text, $2, $2 - $1, $2 / $1,
		$4, $4 - $3, $4 / $3, $6, $6 - $5, $6 / $5 }'
done <<-END
	none neither
	auditd auditd
	bailiff bailiff
END
echo "  of bailiff's, before containerd starts (015-bailiff):" \
	"$(of bailiff 015-bailiff)"
# shellcheck disable=SC2034 # lib.sh asks
t_ended=1
