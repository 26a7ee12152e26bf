#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 68-doctor.sh - what bailiffctl doctor says of this machine, with and without a
# policy in force, as root and not, with parts of the machine taken away; and
# that status, metrics, events and checkpoints carry the same tier.

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir
T_SAID=$dir/said

doctor() { "$CTL" doctor --json; }
fact() { jq -r ".facts[\"$2\"].$3" <<<"$1"; } # JSON NAME MEMBER

# ---- before anything is armed ------------------------------------------------
out=$(doctor)
t_is "with nothing armed the answer is no" $? 1
t_is "it is one JSON object of a named form" \
	"$(jq -r .schema <<<"$out")" bailiff.doctor.v1
t_has "what is missing is the policy" "$(jq -c .missing <<<"$out")" '"armed"'
t_is "each fact is yes, no or unknown" "$(jq -r \
	'[.facts[].state] | unique | map(select(. != "yes" and . != "no" and
		. != "unknown")) | length' <<<"$out")" 0
t_is "a yes has a value, all else a reason" "$(jq -r \
	'[.facts[] | select((.state == "yes") != (.value != null) or
		(.state == "yes") != (.why == null))] | length' <<<"$out")" 0
t_is "the kernel is this one" "$(fact "$out" kernel value)" "$(uname -r)"
t_is "its Landlock is what a program of its own finds" \
	"$(fact "$out" landlock number)" "$("$ATTACKS/landlock_abi" | tail -n 1)"
t_is "cgroup v2 is where it is mounted" "$(fact "$out" cgroup2 value)" \
	"at $(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)"
t_is "audit=1 is told by the command line" "$(fact "$out" audit-boot state)" \
	"$(grep -qw audit=1 /proc/cmdline && echo yes || echo no)"
t_exit "an operand is wrong usage" 2 "$CTL" doctor web
t_exit "so is an unknown option" 2 "$CTL" doctor --fix
text=$("$CTL" doctor)
t_is "for people the answer is the same" $? 1
t_has "they see the tier" "$text" \
	"tier $(jq -r .tier <<<"$out")"
t_has "and what is needed and missing" "$text" "Needed by any policy"
t_has "and what would mend it" "$text" "    mend   "
t_is "no line of it is an escape" "$(grep -c $'\x1b' <<<"$text")" 0

# ---- the trial of BPF LSM leaves nothing ---------------------------------------
pins() { find /sys/fs/bpf -mindepth 1 2>/dev/null | wc -l; }
before=$(pins)
begin=$SECONDS
doctor >/dev/null
t_check "a look takes less than fifteen seconds" \
	test $((SECONDS - begin)) -lt 15
t_is "no program is pinned" "$(pins)" "$before"

# ---- who may not see ---------------------------------------------------------
cp "$CTL" "$dir/bailiffctl"
out=$(setpriv --reuid 65534 --clear-groups "$dir/bailiffctl" doctor --json)
t_is "not root: it answers all the same" $? 1
t_is "what only root sees is unknown" "$(fact "$out" loginuid-immutable state)" \
	unknown
t_has "and says so" "$(fact "$out" cgroup-bpf why)" "Operation not permitted"
t_is "what everybody sees is known" "$(fact "$out" landlock state)" yes

# ---- parts of the machine taken away -------------------------------------------
# odd SENTENCE FACT STATE COMMANDS: in mounts of its own, after COMMANDS.
odd() {
	local out status
	out=$(unshare -m --propagation private \
		sh -c "$4"' || exit 99; exec "$1" doctor --json' sh "$CTL" \
		2>"$dir/odd.err")
	status=$?
	if [ "$status" -eq 1 ] && [ "$(fact "$out" "$2" state)" = "$3" ] &&
		[ "$(fact "$out" "$2" why)" != null ] && [ ! -s "$dir/odd.err" ]
	then
		ok "$1: $2 is $3, for a reason"
	else
		not_ok "$1: $2 is $3, for a reason" "exit $status" "$out" \
			"$(cat "$dir/odd.err")"
	fi
}
without_v2='awk "\$3 == \"cgroup2\" { print \$2 }" /proc/mounts | xargs umount -l'
empty="mount -t tmpfs none"
odd "no /proc" audit-boot unknown "$empty /proc"
odd "no /proc" cgroup2 unknown "$empty /proc"
odd "no /proc" host unknown "$empty /proc"
odd "no /sys" btf unknown "$empty /sys"
odd "no /sys" lockdown unknown "$empty /sys"
odd "no securityfs" securityfs no "umount -l /sys/kernel/security 2>/dev/null; true"
odd "no cgroup v2" cgroup2 no \
	"$without_v2"
odd "no cgroup v2" cgroup-bpf unknown \
	"$without_v2"
odd "no /sys/fs/bpf" armed unknown "umount -l /sys/fs/bpf 2>/dev/null; true"
out=$(unshare -p -m --fork --mount-proc "$CTL" doctor --json)
t_is "in a pid namespace of its own it answers" $? 1
t_has "and knows that it is in a container" "$(fact "$out" host why)" \
	"this is a container"
t_is "the gate is then not to be seen" "$(fact "$out" gate state)" unknown
out=$(unshare -n "$CTL" doctor --json)
t_is "in a network namespace of its own it answers" $? 1
out=$(env -i "$CTL" doctor --json)
t_is "and with an empty environment" $? 1
out=$("$ATTACKS/no_landlock" "$CTL" doctor --json)
t_is "where Landlock is not built in: no" "$(fact "$out" landlock state)" no
t_has "the reason is that, and not another" "$(fact "$out" landlock why)" \
	"not built in"
t_has "what mends it is the kernel's configuration" \
	"$(fact "$out" landlock mend)" "CONFIG_SECURITY_LANDLOCK=y"
t_check "the tier is one without Landlock" \
	grep -qE '"tier": "(stock|seccomp-only)"' <<<"$out"
t_has "and files are what no policy can deny there" \
	"$(jq -c .not_denied <<<"$out")" "files and directories"

# ---- armed ---------------------------------------------------------------------
mkdir -p "$dir/policies/services"
echo '{"unlisted":"allow","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
n_policy >"$dir/policies/services/web.json"
n_repo "$dir" "$dir/policies" || t_die "no bundle could be made"
n_image "$dir"
n_start_ok "the daemon becomes ready" /run/log
out=$(doctor)
tier=$(jq -r .tier <<<"$out")
t_is "the policy in force is seen" "$(fact "$out" armed value)" "generation 1"
t_is "what its services rest on is needed" \
	"$(fact "$out" landlock needed)" true
t_is "what it does not use is not" "$(fact "$out" apparmor needed)" false
status=$(n_get /v1/status)
t_is "status has the tier" "$(jq -r .kernel.tier <<<"$status")" "$tier"
t_is "and the facts, as doctor finds them" \
	"$(jq -cS '.kernel.facts' <<<"$status")" "$(jq -cS '.facts |
	del(.["trail-disk"], .gate, .runtime, .armed) | map_values(.state)' \
		<<<"$out")"
t_has "bailiffctl status shows it" "$("$CTL" status)" "tier       $tier: "
metrics=$(n_get /metrics)
t_has "the metrics have it" "$metrics" "bailiff_posture_info{tier=\"$tier\","
t_has "with the facts as labels" "$metrics" ',bpf_lsm="'
t_has "the log says it" "$(cat /run/log)" "tier=$tier"
event() { "$CTL" tail --json --from 1 | jq -r \
	"select(.event.action == \"$1\").message"; }
t_has "the event that begins the run says it" "$(event daemon.start)" \
	"tier=$tier"
t_has "and which kernel" "$(event daemon.start)" "kernel=\"$(uname -r)\""
t_has "so does the statement of what is in force" "$(event audit.start)" \
	"tier=$tier"
checkpoints() { "$CTL" tail --format text --checkpoints --from 1; }
t_has "and each checkpoint" "$(checkpoints)" "tier $tier"
t_end "$DAEMON"
t_check "what is published stands without the daemon, and is seen" \
	grep -q '"value": "generation 1"' <(doctor)

# ---- what a policy demands ---------------------------------------------------
mkdir -p "$dir/more/services"
cp "$dir/policies/node.json" "$dir/more/"
jq '. + {"require":{"landlock-abi":99}}' "$dir/policies/services/web.json" \
	>"$dir/more/services/web.json"
n_next "$dir" "$dir/more" || t_die "no second bundle could be made"
n_start_ok "the daemon starts again" /run/log
t_check "a policy that demands what is missing is refused" t_says 1 \
	"needs Landlock ABI 99" "$CTL" reload --bundle "$dir/repo"
t_has "and it is said what would mend it" "$(cat "$T_SAID")" "hint: "
t_done
