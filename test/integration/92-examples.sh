#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 92-examples.sh - the linuxkit.yml files and the kernel fragment of examples/:
# are they what LinuxKit takes and what bailiff needs; and does the check see it
# when they are not?
#
# seconds: 60

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_tmpdir dir
check() { python3 "$TOP/test/integration/linuxkit_yml.py" "$TOP" "$@"; }

for yml in "$TOP"/examples/*.yml; do
	t_check "${yml##*/} is what LinuxKit takes and bailiff needs" \
		check "$yml"
done
t_has "services-only.yml has no gate" \
	"$(grep -c 'image: bailiff/' "$TOP/examples/services-only.yml")$(
		grep -c '^ *- bailiff/' "$TOP/examples/services-only.yml")" 10

# wrong SENTENCE WORDS SED-SCRIPT: full.yml so changed is refused with WORDS.
wrong() {
	sed -E "$3" "$TOP/examples/full.yml" >"$dir/wrong.yml"
	t_check "refused: $1" t_says 1 "$2" check "$dir/wrong.yml"
}
T_SAID=$dir/said
wrong "no audit from the start" "lacks audit=1" 's/ audit=1//'
wrong "no room for audit" "lacks audit_backlog_limit" 's/ audit_back[^"]*//'
wrong "a key that LinuxKit does not know" 'knows no key "seccomp"' \
	's/^    readonly: true/    seccomp: x/'
wrong "bailiff before runc" "must stand before bailiff" \
	's|linuxkit/runc:.*|my/other:1|'
wrong "another version in init" "is not bailiff/bailiff" \
	's|^  - bailiff/bailiff:.*|  - bailiff/bailiff:9|'
wrong "rights of its own" "everything else is in the image" \
	's|^    image: bailiff/bailiff.*|&\n    readonly: false|'
wrong "a service twice" "stands twice" 's/name: redis/name: nginx/'
wrong "a service without a policy" "no example policy names web" \
	's/name: redis/name: web/'
wrong "no root.json" "root.json is missing" 's/root.json/other.json/'

# ---- the kernel fragment --------------------------------------------------------

config() { grep -qx "$1" "$TOP/examples/kernel.config"; }
for option in AUDIT AUDITSYSCALL SECCOMP SECCOMP_FILTER SECURITY_LANDLOCK \
	SECURITYFS CGROUP_BPF BPF_SYSCALL BPF_JIT BPF_LSM DEBUG_INFO_BTF; do
	t_check "the fragment switches $option on" config "CONFIG_$option=y"
done
lsm=$(sed -n 's/^CONFIG_LSM="\(.*\)"$/\1/p' "$TOP/examples/kernel.config")
for name in landlock bpf apparmor yama; do
	t_has "CONFIG_LSM lists $name" ",$lsm," ",$name,"
done
t_is "nothing stands in the fragment twice, and everything is an option" \
	"$(grep -v '^#' "$TOP/examples/kernel.config" | grep . | cut -d= -f1 |
		sort | uniq -d)$(grep -vE '^(#.*|CONFIG_[A-Z0-9_]+=(y|".*")|)$' \
		"$TOP/examples/kernel.config")" ""
t_done
