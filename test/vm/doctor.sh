#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# doctor.sh - BPF LSM is what it is found to be by trying: it denies on a kernel
# that runs such programs, and is told to be absent where they only attach.
#
# seconds: 240
# beside: others

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"

guest() { # KERNEL APPEND: the facts, as JSON
	"$TOP/test/vm/vmrun" -t 100 -a "audit=1 $2" -f "$BIN/bailiffctl" "$1" \
		sh -c 'bailiffctl doctor --json; ls -A /sys/fs/bpf >&2'
}
fact() { jq -r ".facts[\"$1\"].state" <<<"$out"; }

out=$(guest 7.3 "audit_backlog_limit=8192")
t_is "7.3 with all of it is full" "$(jq -r .tier <<<"$out")" full
t_is "and that is certain" "$(jq -r .tier_certain <<<"$out")" true
t_is "BPF LSM denied what it was told to deny" "$(fact bpf-lsm)" yes
t_is "Landlock records denials" "$(fact landlock-records)" yes
t_is "audit since boot is seen" "$(fact audit-boot)" yes
t_is "and its queue" "$(fact audit-backlog)" yes
t_is "this is the host" "$(fact host)" yes
t_is "no gate is in place" "$(fact gate)" no
t_is "nothing is armed" "$(fact armed)" no
t_is "what is missing is the policy alone" "$(jq -c .missing <<<"$out")" \
	'["armed"]'

out=$(guest 6.12 "lsm=lockdown,capability,yama,apparmor")
t_is "as LinuxKit's kernel is, it is stock" "$(jq -r .tier <<<"$out")" stock
t_is "BPF LSM, built in and not listed, is no" "$(fact bpf-lsm)" no
t_is "so is Landlock" "$(fact landlock)" no
t_has "for it is not switched on" "$(jq -r .facts.landlock.why <<<"$out")" \
	"not switched on"
t_is "AppArmor is there" "$(fact apparmor)" yes
t_done
