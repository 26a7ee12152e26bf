#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 16-stages.sh - bailiff-bundle compile --service: every stage of the compiler
# printed, and no two of them contradicting each other; Docker's superset, which
# build resolves.
#
# beside: others
. "$(dirname "$0")/../lib.sh"
tool=$BIN/bailiff-bundle
t_tmpdir work
T_SAID=$work/said
# This tool is not confined: its leaks are looked for.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=1

compile() { "$tool" compile "$@"; }
stage() { # STAGE [OPTION...]: of the document below
	local name=$1
	shift
	compile --service "$work/web.json" --stage "$name" "$@"
}
# asks STAGE FILTER WANT: what jq makes of that stage's JSON.
asks() {
	local got
	got=$(stage "$1" --json | jq -rc "$2") || return
	echo "got $got"
	[ "$got" = "$3" ]
}

cat >"$work/web.json" <<'JSON'
{ "description": "everything a document may have",
  "landlock": { "bailiff": 1, "abi": 10,
    "variable": [{ "name": "site", "literal": ["b", "a"] }],
    "ruleset": [{ "handledAccessFs": ["abi.all"],
      "handledAccessNet": ["abi.all"], "scoped": ["abi.all"] }],
    "pathBeneath": [{ "allowedAccess": ["read_file", "read_dir"],
      "parent": ["/srv//${site}/."] }],
    "netPort": [{ "allowedAccess": ["bind_tcp"], "port": [443, 80] },
      { "allowedAccess": ["bind_udp"], "port": [443] }] },
  "seccomp": { "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
    "syscalls": [
      { "names": ["read", "write"], "action": "SCMP_ACT_ALLOW" },
      { "names": ["socket"], "action": "SCMP_ACT_ALLOW",
        "args": [{ "index": 0, "value": 2, "op": "SCMP_CMP_EQ" }] },
      { "names": ["socket"], "action": "SCMP_ACT_ALLOW",
        "args": [{ "index": 0, "value": 2, "op": "SCMP_CMP_EQ" }] },
      { "names": ["read"], "action": "SCMP_ACT_ALLOW",
        "args": [{ "index": 1, "value": 7, "op": "SCMP_CMP_LT" }] }] },
  "capabilities": { "bounding": ["CAP_CHOWN"], "permitted": ["CAP_CHOWN"],
    "effective": ["CAP_CHOWN"] },
  "network": {
    "connect": [{ "protocol": ["tcp"], "address": ["10.0.0.0/8"],
        "port": [443, "8000-8999"] },
      { "protocol": ["tcp"], "address": ["10.1.2.3"], "port": [8080] }],
    "bind": [{ "protocol": ["tcp", "udp"], "port": [443] }] },
  "devices": [{ "allow": true, "type": "c", "major": 1, "minor": 3 },
    { "allow": false, "access": "rwm" },
    { "allow": true, "type": "c", "major": 1, "minor": 5, "access": "rw" }],
  "require": { "kernel": "6.12", "landlock-abi": 4, "lsm": ["landlock"] },
  "audit": ["-a always,exit -S openat -F success=0 -k opens"],
  "tests": ["allow read /srv/a/x", "deny exec /bin/sh"],
  "accept": ["udp"],
  "best-effort": ["network", "devices", "landlock.bind_udp"] }
JSON

# ---- what each stage says ----------------------------------------------------
t_is 'the stages are listed in their order' \
	"$(compile --stage list --json)" \
	'["document","ir","checks","optimised","landlock","seccomp","artefact"]'
t_check 'each of them prints something to be read' eval '
	for s in $(compile --stage list --json | jq -r ".[]"); do
		[ "$(stage "$s" | wc -l)" -gt 3 ] || { echo "$s"; exit 1; }
	done'
t_check 'and one JSON value on one line' eval '
	for s in $(compile --stage list --json | jq -r ".[]"); do
		stage "$s" --json >"$work/json" || exit
		[ "$(wc -l <"$work/json")" = 1 ] && jq -e . "$work/json" \
			>"$work/null" || { echo "$s"; exit 1; }
	done'
t_check 'the document is the document' eval \
	'diff <(jq -S . "$work/web.json") <(stage document --json | jq -S .)'
t_check 'variables are resolved in the intermediate form' asks ir \
	'[.landlock.paths[].path] | join(" ")' '/srv/a /srv/b'
t_check 'it has the product of addresses and ports' asks ir '.network' \
	'["connect tcp 10.0.0.0/8 port 443","connect tcp 10.0.0.0/8 port 8000-8999","connect tcp 10.1.2.3 port 8080","bind tcp, udp any address port 443"]'
t_check 'the devices' asks ir '.devices' \
	'["allow c 1:3 rwm","deny a *:* rwm","allow c 1:5 rw"]'
t_check 'what is required' asks ir '.require' \
	'{"kernel":"6.12","landlock-abi":4,"lsm":["landlock"]}'
t_check 'the rules of system calls' asks ir \
	'[.seccomp.rules[] | select(.arch == "x86_64" and .call == "socket")
	| .args[0].op + .args[0].value + .action] | join(" ")' \
	'SCMP_CMP_EQ0x2SCMP_ACT_ALLOW SCMP_CMP_EQ0x2SCMP_ACT_ALLOW'
t_check 'audit rules, tests, what is given up' asks ir \
	'[.audit[0], .tests[1], .accept[0], .["best-effort"][2]] | join("|")' \
	'-a always,exit -S openat -F success=0 -k opens|deny exec /bin/sh|udp|landlock.bind_udp'
t_check 'every check gave its answer' asks checks \
	'[.checks[] | .check + "=" + .answer] | join(" ")' \
	'parse=ok require=ok lint=ok ceiling=none lower=ok'
t_check 'what no node can hold is named' asks checks '.not_enforced | length' 2
t_check 'the optimiser leaves out what decides nothing' asks optimised \
	'[.removed.seccomp.duplicates > 0, .removed.seccomp.covered > 0,
	(.removed.others | join("; "))] | map(tostring) | join(" ")' \
	'true true connect tcp 10.1.2.3 port 8080: other rules cover it; allow c 1:3 rwm: later rules decide'
t_check 'and keeps the rest' asks optimised '.rules.network, .rules.devices' \
	'["connect tcp 10.0.0.0/8 port 443","connect tcp 10.0.0.0/8 port 8000-8999","bind tcp, udp any address port 443"]
["deny a *:* rwm","allow c 1:5 rw"]'

# ---- they agree with each other ------------------------------------------------
t_check 'the artefact has the rules of the Landlock stage' eval \
	'diff <(stage landlock --json) \
		<(stage artefact --json | jq -c .landlock)'
t_check 'at an older ABI too, with what is best effort left out' eval \
	'diff <(stage landlock --abi 7 --json) \
		<(stage artefact --abi 7 --json | jq -c .landlock) &&
	stage landlock --abi 7 --json |
		jq -e ".ports[1] == {\"port\":443,\"net\":\"0x1\"}"'
t_check 'the artefact has the program of the seccomp stage' eval \
	'diff <(stage seccomp --json | jq -c .insns) \
		<(stage artefact --json | jq -c .seccomp.insns)'
t_check 'and its proof' eval \
	'diff <(stage seccomp --json | jq -c "[.points, .branches, .dead]") \
		<(stage artefact --json |
			jq -c ".seccomp | [.points, .branches, .dead]") &&
	stage seccomp --json | jq -e ".points > 50"'
t_check 'the program is that of compile --seccomp' eval \
	'jq .seccomp "$work/web.json" >"$work/profile.json" &&
	compile --seccomp "$work/profile.json" --bpf "$work/bpf" >"$work/null" &&
	stage seccomp --json | jq -r ".insns[] | @tsv" |
		python3 -c "
import struct, sys
for line in sys.stdin:
    sys.stdout.buffer.write(struct.pack(\"<HBBI\", *map(int, line.split())))
" | cmp - "$work/bpf"'
t_check 'the rules are those of compile --landlock' eval \
	'jq .landlock "$work/web.json" >"$work/landlock.json" &&
	diff <(compile --landlock "$work/landlock.json" --abi 11 --json) \
		<(stage landlock --json)'
t_check 'the raw artefact is as long as is said' eval \
	'[ "$(stage artefact --raw | wc -c)" = \
		"$(stage artefact | sed -n "s/.*, \([0-9]*\) bytes.*/\1/p")" ]'
t_check 'another architecture has another program' eval \
	'stage seccomp --arch aarch64 | grep -q "if arch == aarch64"'
t_check 'a document that was printed compiles to the same' eval \
	'stage document >"$work/again.json" &&
	cmp <(stage artefact --raw) <(compile --service "$work/again.json" \
		--name web --stage artefact --raw)'

# ---- refusals ------------------------------------------------------------------
t_check 'a stage before the refusal prints' eval \
	'jq ".require.\"landlock-abi\" = 99" "$work/web.json" >"$work/no.json" &&
	compile --service "$work/no.json" --stage ir | grep -q "Landlock ABI 99"'
t_exit 'the checks say no' 1 compile --service "$work/no.json" --stage checks
t_check 'which, and why' eval \
	'compile --service "$work/no.json" --stage checks |
	grep -q "^refused  require: require: needs Landlock ABI 99, the kernel"'
t_check 'a stage behind it says why there is none' t_refused 1 \
	'no.json: require: needs Landlock ABI 99, the kernel has 11' \
	compile --service "$work/no.json" --stage artefact
t_check 'without best-effort network and devices are refused' eval \
	'jq "del(.\"best-effort\")" "$work/web.json" >"$work/none.json"
	! compile --service "$work/none.json" --stage artefact 2>"$work/errors" &&
	grep -q "network: there is nothing here that restricts" "$work/errors"'
t_check 'an unknown stage is wrong usage' t_refused 2 '--stage assembler is none' \
	stage assembler
t_check 'a stage is needed' t_refused 2 '--stage STAGE is missing' \
	compile --service "$work/web.json"
t_check 'the name must be one' t_refused 2 '"Web" is no service name' \
	stage ir --name Web
t_check 'bytes are those of the artefact' t_refused 2 'goes with --stage artefact' \
	stage ir --raw
t_check 'an option of another input is wrong usage' t_refused 2 \
	'--pseudo goes with --seccomp' stage seccomp --pseudo

# ---- Docker's superset -----------------------------------------------------------
mkdir -p "$work/policies/services"
echo '{"unlisted":"deny","services":{"plain":{"number":1},
	"docker":{"number":2}}}' >"$work/policies/node.json"
cat >"$work/policies/services/docker.json" <<'JSON'
{ "accept": ["no-landlock"],
  "require": { "kernel": "6.1" },
  "capabilities": { "bounding": ["CAP_SYS_CHROOT"] },
  "seccomp": { "defaultAction": "SCMP_ACT_ERRNO", "defaultErrno": "ENOSYS",
    "archMap": [{ "architecture": "SCMP_ARCH_X86_64",
      "subArchitectures": ["SCMP_ARCH_X86"] }],
    "syscalls": [
      { "names": ["read"], "action": "SCMP_ACT_ALLOW", "comment": "all" },
      { "names": ["chroot"], "action": "SCMP_ACT_ALLOW",
        "includes": { "caps": ["CAP_SYS_CHROOT"] } },
      { "names": ["mount"], "action": "SCMP_ACT_ALLOW",
        "includes": { "caps": ["CAP_SYS_ADMIN"] } },
      { "names": ["ptrace"], "action": "SCMP_ACT_ALLOW",
        "includes": { "minKernel": "4.8" } },
      { "names": ["bpf"], "action": "SCMP_ACT_ALLOW",
        "includes": { "minKernel": "6.2" } }] } }
JSON
echo '{"accept":["no-landlock","no-seccomp",   "no-capabilities"]}' \
	>"$work/policies/services/plain.json"
jq -c '.seccomp.syscalls[0].names += ["raed"]' "$work/web.json" \
	>"$work/typo.json"
t_has 'a name that is no call is warned of' "$(compile --stage checks \
	--service "$work/typo.json")" \
	'warning  seccomp profile: "raed" is no system call and is left out'
for layer in landlock seccomp; do
	t_is "a layer that is not there is said to be: $layer" \
		"$(compile --service "$work/policies/services/plain.json" \
			--stage $layer)" "$layer: not used"
done
. "$TOP/test/node.sh"
t_check 'a repository is begun' n_repo "$work" "$POLICIES"
"$tool" build --unchecked --repo "$work/repo" --policies "$work/policies" \
	>"$work/said" 2>"$work/errors"
t_is 'a bundle with the superset is built' $? 0
t_is 'in one line for that service it says for what it was resolved' \
	"$(grep resolved "$work/errors")" \
	'bailiff-bundle: build: services/docker.json: seccomp was resolved for x86_64, kernel 6.1, CAP_SYS_CHROOT'
target() { # NAME: the staged target
	find "$work/repo" -path "*staged*targets/services/*.$1.json" | head -n 1
}
t_is 'what is staged has the plain object' \
	"$(jq -c '[.seccomp | keys[], (.syscalls[].names[])]' \
		"$(target docker)")" \
	'["architectures","defaultAction","defaultErrnoRet","syscalls","read","chroot","ptrace"]'
t_check 'and all other bytes are the author'"'"'s' \
	cmp "$(target plain)" "$work/policies/services/plain.json"
t_check 'the stages resolve it in the same way' eval \
	'diff <(compile --service "$work/policies/services/docker.json" \
		--stage document --json | jq -S .) <(jq -S . "$(target docker)")'
sed -i 's/"4.8"/"four"/' "$work/policies/services/docker.json"
t_check 'a superset that is wrong is refused with its place' t_refused 1 \
	'services/docker.json: seccomp: syscalls[3]' "$tool" build --unchecked \
	--repo "$work/repo" --policies "$work/policies"
t_done
