#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 14-compile.sh - bailiff-bundle compile: Landlock documents to masks, seccomp
# profiles to programs, against an oracle of its own (compile_oracle.py).
#
# BAILIFF_COMPILE_CASES: random documents (300); BAILIFF_COMPILE_SEED: the
# first.
#
# beside: others
. "$(dirname "$0")/../lib.sh"
tool=$BIN/bailiff-bundle
oracle=$TOP/test/integration/compile_oracle.py
t_tmpdir work
T_SAID=$work/said
# This tool is not confined: its leaks are looked for.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=1

# is WANT COMMAND...: it succeeds and prints exactly WANT and a newline.
is() {
	local want=$1
	shift
	"$@" >"$work/said" 2>"$work/errors" || { cat "$work/errors"; return 1; }
	diff <(printf '%s\n' "$want") "$work/said"
}

compile() { "$tool" compile "$@"; }
# given TEXT COMMAND...: with TEXT as standard input.
given() {
	local text=$1
	shift
	printf '%s' "$text" | "$@"
}

# ---- Landlock ----------------------------------------------------------------
cat >"$work/web.json" <<'JSON'
{ "abi": 6,
  "variable": [{ "name": "where", "literal": ["/srv/b/", "/srv/a"] }],
  "ruleset": [{ "handledAccessFs": ["abi.all"],
                "handledAccessNet": ["abi.all"], "scoped": ["abi.all"] }],
  "pathBeneath": [{ "allowedAccess": ["abi.read_execute"],
                    "parent": ["/usr//bin/.", "${where}/www"] },
                  { "allowedAccess": ["truncate"], "parent": ["/usr/bin"] }],
  "netPort": [{ "allowedAccess": ["bind_tcp"], "port": [443, 80] }] }
JSON
echo '{"ruleset":[{"handledAccessFs":["execute","read_file"]}],
	"variable":[{"name":"where","literal":["/opt"]}]}' >"$work/more.json"
t_check 'masks and rules have their exact form' is \
	'{"handled":{"fs":"0xffff","net":"0x3","scoped":"0x3"},"paths":[{"path":"/srv/a/www","fs":"0x200d"},{"path":"/srv/b/www","fs":"0x200d"},{"path":"/usr/bin","fs":"0x600d"}],"ports":[{"port":80,"net":"0x1"},{"port":443,"net":"0x1"}]}' \
	compile --landlock "$work/web.json" --abi 7 --json
t_check 'an older ABI has fewer' is \
	'{"handled":{"fs":"0x3fff","net":"0x0","scoped":"0x0"},"paths":[{"path":"/srv/a/www","fs":"0x200d"},{"path":"/srv/b/www","fs":"0x200d"},{"path":"/usr/bin","fs":"0x200d"}],"ports":[]}' \
	compile --landlock "$work/web.json" --abi 2 --json
t_check 'what it lacks is told beside the answer' \
	grep -q 'truncate is left out: it needs ABI 3' "$work/errors"
merged='{"handled":{"fs":"0x5","net":"0x0","scoped":"0x0"},"paths":[{"path":"/opt/www","fs":"0x5"},{"path":"/srv/a/www","fs":"0x5"},{"path":"/srv/b/www","fs":"0x5"},{"path":"/usr/bin","fs":"0x5"}],"ports":[]}'
t_check 'several documents are merged' is "$merged" compile --abi 7 --json \
	--landlock "$work/web.json" --landlock "$work/more.json"
t_check 'their order is nothing' is "$merged" compile --abi 7 --json \
	--landlock "$work/more.json" --landlock "$work/web.json"
t_check 'a document may come on standard input' is "$merged" \
	given "$(cat "$work/more.json")" \
	compile --landlock "$work/web.json" --landlock - --abi 7 --json
t_check 'without --json there is text' grep -q '"/usr/bin": execute, read_file' \
	<(compile --landlock "$work/web.json" --abi 7)

says() { t_refused 1 "$1" given "$2" compile --landlock - --json --abi 7; }
t_check 'a refusal names file, member and cause' t_refused 1 \
	"$work/bad.json: pathBeneath[0]: allowedAccess[1]: unknown right \"exec\"" \
	given "$(echo '{"pathBeneath":[{"allowedAccess":["execute","exec"],"parent":["/"]}]}' \
		>"$work/bad.json")" compile --landlock "$work/bad.json"
t_check 'a right above ABI 6 is not strict' says 'is not in landlockconfig' \
	'{"netPort":[{"allowedAccess":["bind_udp"],"port":[53]}]}'
t_check 'what is no JSON is refused' says 'standard input: line 1' '{"abi":1,}'
t_check 'nothing at all is refused' says 'standard input: line 1' ''
t_check 'a document without a rule is refused' says 'has none of' '{"abi":1}'
t_check 'a bomb is refused' says 'expands to more' \
	"{\"variable\":[{\"name\":\"a\",\"literal\":[$(printf '"%s",' {1..99})\"x\"]}],
	\"pathBeneath\":[{\"allowedAccess\":[\"execute\"],
	\"parent\":[\"/\${a}\${a}\${a}\${a}\${a}\"]}]}"
t_check 'a file that is not there fails' t_refused 111 'No such file' \
	compile --landlock "$work/none" --abi 7 --json
t_check 'ABI 0 is wrong usage' t_refused 2 '--abi' \
	compile --landlock "$work/web.json" --abi 0 --json
t_check 'without an input it is wrong usage' t_refused 2 'either --landlock' compile
t_check 'a program needs a profile' t_refused 2 'goes with --seccomp' \
	compile --landlock "$work/web.json" --bpf "$work/x"
t_check 'random documents mean what the oracle says' \
	python3 "$oracle" landlock "$tool" "${BAILIFF_COMPILE_CASES:-300}"

# ---- seccomp -----------------------------------------------------------------
cat >"$work/profile.json" <<'JSON'
{ "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [
    { "names": ["read", "write", "exit_group", "socket"],
      "action": "SCMP_ACT_ALLOW" },
    { "names": ["socket"], "action": "SCMP_ACT_KILL_PROCESS",
      "args": [{ "index": 2, "value": 8589934591, "op": "SCMP_CMP_LT" },
               { "index": 0, "value": 15, "valueTwo": 3,
                 "op": "SCMP_CMP_MASKED_EQ" }] }] }
JSON
allow=0x7fff0000 eperm=0x50001 kill=0x80000000

# runs ARCH 'CALL...' WANT...: the program answers each call as wanted.
runs() {
	local arch=$1 calls=$2
	shift 2
	compile --seccomp "$work/profile.json" --arch "$arch" \
		--bpf "$work/bpf" || return
	# shellcheck disable=SC2086
	diff <(printf '%s\n' "$@") \
		<(python3 "$oracle" bpf "$work/bpf" "$arch" $calls)
}
t_check 'the program for x86_64 decides as the profile says' runs x86_64 \
	'0 1 231 2 41,3,0,0x1fffffffe 41,3,0,0x1ffffffff 41,0x13 41,2 0x40000000' \
	$allow $allow $allow $eperm $kill $allow $kill $allow $kill
t_check 'the program for aarch64 does, with its numbers' runs aarch64 \
	'63 64 94 0 198,3,0,0x1fffffffe 198,3,0,0x1ffffffff 198,4' \
	$allow $allow $allow $eperm $kill $allow $allow
t_check 'the program for arm does' runs arm '3 4 248 0 281,3 281,4' \
	$allow $allow $allow $eperm $kill $allow
t_check 'the program for riscv64 does' runs riscv64 '63 198,3' $allow $kill
t_check 'the program for x86 does' runs x86 '3 4 2' $allow $allow $eperm
t_check 'another architecture than the program is for is killed' \
	diff <(echo $kill) <(runs aarch64 63 $allow >"$work/out2" &&
		python3 "$oracle" bpf "$work/bpf" x86_64 0)
for name in x86_64 amd64 SCMP_ARCH_X86_64; do
	compile --seccomp "$work/profile.json" --arch $name \
		--bpf "$work/$name" >/dev/null
done
t_check 'every spelling of an architecture is the same' \
	eval 'cmp "$work/x86_64" "$work/amd64" &&
	cmp "$work/x86_64" "$work/SCMP_ARCH_X86_64"'
t_check 'the program may go to standard output' cmp "$work/x86_64" \
	<(compile --seccomp - --arch x86_64 --bpf - <"$work/profile.json")
compile --seccomp "$work/profile.json" --arch x86_64 --pseudo >"$work/pseudo"
t_check 'the program can be read' eval \
	'grep -q "if nr == 41 (socket) goto L" "$work/pseudo" &&
	grep -q "args\[0\].low & 0xf) == 0x3" "$work/pseudo" &&
	grep -q "args\[2\].high > 0x1 goto L.*	; socket$" "$work/pseudo" &&
	grep -q "return SCMP_ACT_KILL_PROCESS$" "$work/pseudo" &&
	grep -q "^L[0-9]*:$" "$work/pseudo"'
t_check 'it has a line for each instruction' eval \
	'[ "$(grep -c "^ *[0-9]" "$work/pseudo")" = \
	"$(($(stat -c %s "$work/x86_64") / 8))" ]'
t_check 'an architecture without a generator is refused' t_refused 1 \
	'none that bailiff has a generator for' \
	compile --seccomp "$work/profile.json" --arch s390x --bpf "$work/x"
t_check 'and one that nobody knows is wrong usage' t_refused 2 'x86_64' \
	compile --seccomp "$work/profile.json" --arch pdp11 --bpf "$work/x"
t_check 'a profile that is none is refused with file and member' t_refused 1 \
	'standard input: syscalls[0]' given \
	'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["rede"],"action":"SCMP_ACT_ERRNO"}]}' \
	compile --seccomp - --pseudo
t_check 'nothing is written when it is refused' [ ! -e "$work/x" ]

t_done
