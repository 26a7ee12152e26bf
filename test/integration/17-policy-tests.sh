#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 17-policy-tests.sh - the tests in policies: bailiff-bundle test by the model
# and for real, and build and publish, which refuse what does not hold.
#
# beside: others
. "$(dirname "$0")/../lib.sh"
t_private "$@"
tool=$BIN/bailiff-bundle
t_tmpdir work
# A confined child cannot be walked by the leak checker.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=0

T_SAID=$work/said

tree=$work/tree
mkdir -p "$tree/in/sub" "$tree/to" "$tree/out" "$work/services"
echo text >"$tree/in/file"
: >"$tree/in/empty"
echo text >"$tree/out/file"
ln -s "$tree/out" "$tree/in/link"
cp /bin/true "$tree/in/program" # dynamic: its interpreter is below /usr
cp /bin/true "$tree/out/program"
echo '{"unlisted":"deny","services":{"web":{"number":1}}}' >"$work/node.json"

# policy TEST...: services/web.json with these tests.
policy() {
	jq -n --arg t "$tree" '{
		landlock: {abi: 6, ruleset: [{handledAccessFs: ["abi.all"],
			handledAccessNet: ["abi.all"], scoped: ["abi.all"]}],
		  pathBeneath: [
			{allowedAccess: ["abi.all"],
			 parent: [$t + "/in", $t + "/to"]},
			{allowedAccess: ["abi.read_execute"],
			 parent: ["/usr"]},
			{allowedAccess: ["read_file"],
			 parent: [$t + "/out/link"]}],
		  netPort: [{allowedAccess: ["bind_tcp"], port: [80, 8080]},
			{allowedAccess: ["connect_tcp"], port: [443]}]},
		seccomp: {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
			{action: "SCMP_ACT_ERRNO", names: ["bpf", "chdir"]},
			{action: "SCMP_ACT_KILL", names: ["keyctl"]},
			{action: "SCMP_ACT_ERRNO", errnoRet: 38,
			 names: ["io_uring_setup"]},
			{action: "SCMP_ACT_ERRNO", names: ["socket"],
			 args: [{index: 2, op: "SCMP_CMP_EQ", value: 262}]}]},
		capabilities: {bounding: ["CAP_NET_BIND_SERVICE"],
			permitted: ["CAP_NET_BIND_SERVICE"],
			effective: ["CAP_NET_BIND_SERVICE"]},
		"best-effort": true, tests: $ARGS.positional}' \
		--args "$@" >"$work/services/web.json"
}
run() { "$tool" test --policies "$work" "$@"; }

# ---- by the model --------------------------------------------------------------
policy "allow read $tree/in/file" "deny read /etc/shadow" 'deny exec /bin/sh' \
	'deny connect tcp 1.2.3.4:22' 'deny syscall bpf'
t_check 'tests that hold are ok, a line each' t_says 0 \
	"ok            web  allow read $tree/in/file" run
t_check 'and are counted' t_says 0 '5 tests: 5 ok' run
t_check 'a document alone is enough' t_says 0 '5 tests: 5 ok' \
	"$tool" test "$work/services/web.json"
t_check 'JSON has each test with its decision' \
	bash -c "'$tool' test --json '$work/services/web.json' | jq -e '
	.good and .ok == 5 and .failed == 0 and .live == false and
	.tests[1] == {service: \"web\", index: 1, test: \"deny read /etc/shadow\",
	expected: \"denied\", verdict: \"denied\", layer: \"landlock\",
	result: \"ok\", live: null,
	sentence: .tests[1].sentence}'"
t_check 'what the kernel lacks is not passed' t_says 1 \
	'not enforced  web  deny connect tcp 1.2.3.4:22: web may connect to TCP port 22 of 1.2.3.4 here, though its policy denies it' \
	run --abi 3
t_check 'without any Landlock neither' t_says 1 \
	'5 tests: 2 ok, 3 not enforced' run --abi 0
t_check 'an ABI that nobody knows is refused' t_says 2 '--abi 99 is not 0 to' \
	run --abi 99
policy 'allow read /etc/shadow' 'deny syscall getpid' 'deny read /etc/shadow'
t_check 'a test that does not hold is a FAIL with the decision' t_says 1 \
	'FAIL          web  allow read /etc/shadow: web may not read /etc/shadow: no rule grants read_file there' \
	run
t_check 'both ways' t_says 1 \
	'FAIL          web  deny syscall getpid: web may call getpid: getpid is allowed' \
	run
t_check 'and the rest still runs' t_says 1 '3 tests: 1 ok, 2 FAIL' run
policy 'allow read /etc/x' 'deny raed /etc/shadow'
t_check 'a test that is none is named' t_says 1 \
	'services/web.json: tests[1]: "raed" is no action: write read' run
policy 'read /etc/x'
t_check 'it says whether it is to be allowed' t_says 1 \
	'tests[0]: a test begins with allow or deny' run
policy
t_check 'no test is no failure' t_says 0 '0 tests' run
t_check 'one of files and directory is needed' t_says 2 \
	'either --policies DIR or FILE' "$tool" test
t_check 'a file that is no policy is refused' t_says 2 \
	'is neither a directory nor NAME.json' "$tool" test /etc/passwd
t_check 'a file that is not there is named' t_says 111 'open' \
	"$tool" test "$work/services/none.json"
t_check '--what answers one question' t_says 1 \
	'web may not read /etc/shadow: no rule grants read_file there' \
	run --what 'read /etc/shadow'
t_check '--what exits with 0 for what is allowed' t_says 0 \
	"web may read $tree/in/file: it is granted by" \
	run --what "read $tree/in/file" --service web
t_check '--what as JSON' bash -c "'$tool' test --policies '$work' --json \
	--what 'connect tcp 22' | jq -e '.verdict == \"denied\" and
	.layer == \"landlock\" and .fix.landlock.netPort[0].port == [22]'"
t_check '--what in bad words is wrong usage' t_says 2 \
	'--what: "reed" is no action' run --what 'reed /x'
t_check '--what of an unknown service is wrong usage' t_says 2 \
	'the policy has no service "wbe"' run --what 'read /x' --service wbe

# ---- for real --------------------------------------------------------------------
all=(
"allow read $tree/in/file" "deny read $tree/out/file" 'deny read /etc/shadow'
"allow write $tree/in/file" "deny write $tree/out/file"
"allow list $tree/in" "deny list $tree/out"
"allow exec /usr/bin/true" "allow exec $tree/in/program"
"deny exec $tree/out/program"
"allow create $tree/in/new" "deny create $tree/out/new"
"allow mkdir $tree/in/new" "deny mkdir $tree/out/new"
"allow remove $tree/in/gone" "deny remove $tree/out/gone"
"allow rmdir $tree/in/gone" "deny rmdir $tree/out/gone"
"allow mkfifo $tree/in/new" "deny mkfifo $tree/out/new"
"allow mksock $tree/in/new" "deny mksock $tree/out/new"
"allow bind unix $tree/in/new" "deny bind unix $tree/out/new"
"deny mkchar $tree/in/new" "deny mkblock $tree/in/new"
"allow symlink $tree/in/new" "deny symlink $tree/out/new"
"allow truncate $tree/in/file" "deny truncate $tree/out/file"
"allow rename $tree/in/a $tree/in/b" "allow rename $tree/in/a $tree/to/b"
"allow rename $tree/in/a/ $tree/to/b/" "deny rename $tree/in/a $tree/out/b"
"deny rename $tree/out/a $tree/in/b"
"allow replace $tree/in/a $tree/to/b" "deny replace $tree/in/a $tree/out/b"
"allow link $tree/in/a $tree/to/b" "deny link $tree/in/a $tree/out/b"
"deny ioctl /dev/null" "deny read /dev/null"
"allow stat /etc/shadow" "deny chdir /" "deny mount /mnt"
'allow bind tcp 80' 'deny bind tcp 81' 'allow listen tcp 8080'
'allow connect tcp 1.2.3.4:443' 'deny connect tcp 1.2.3.4:22'
'deny connect tcp 22' 'allow connect udp 1.2.3.4:53'
'deny connect mptcp 1.2.3.4:443' 'deny connect raw 1.2.3.4'
'deny connect abstract outside' 'deny signal outside' 'deny ptrace outside'
'deny syscall bpf' 'deny syscall keyctl' 'allow syscall getpid'
'deny syscall socket 2 1 262' 'allow syscall socket 2 1 6'
'allow capability CAP_NET_BIND_SERVICE' 'deny capability CAP_SYS_ADMIN'
)
policy "${all[@]}"
before=$(cd "$tree" && find . -printf '%p %s %i %m\n' | sort | md5sum)
abi=$("$tool" test --live --json "$work/services/web.json" | jq .landlock_abi)
if [ "$abi" -ge 6 ]; then
	t_check 'the kernel decides every kind of action as the model does' \
		t_says 0 "${#all[@]} tests: ${#all[@]} ok" run --live
else
	skip 'the kernel decides every kind of action as the model does' \
		'Landlock ABI below 6'
fi
t_check 'nothing is left behind, nothing is changed' \
	test "$before" = "$(cd "$tree" && find . -printf '%p %s %i %m\n' |
		sort | md5sum)"
policy "deny read $tree/in/link/file" "allow read $tree/in/link/file"
t_check 'a symbolic link, which the model does not see, is found' t_says 1 \
	"DIFFERS       web  allow read $tree/in/link/file: the kernel denies it (openat gives EACCES, and the path leads to $tree/out/file)" \
	run --live
t_check 'whatever was expected' t_says 1 '2 tests: 2 DIFFERS' run --live
policy "allow exec $tree/in/program"
sed -i 's|"/usr"|"/usr/share"|' "$work/services/web.json"
t_check 'a program whose interpreter is not granted is found' t_says 1 \
	"for want of the program's interpreter" run --live
policy "allow read $tree/in/none" 'allow chmod /etc/passwd' \
	'allow syscall reboot' 'deny device read c 1:5' \
	"allow read $tree/in" 'deny syscall io_uring_setup' 'allow syscall sync'
t_check 'what cannot be tried without harm is said' t_says 1 \
	"not tried     web  allow chmod /etc/passwd: it would change the file's mode" \
	run --live
t_check 'what is not there too' t_says 1 \
	"allow read $tree/in/none: here it cannot be: No such file" run --live
t_check 'a dangerous call too' t_says 1 \
	'allow syscall sync: the call could do harm' run --live
t_check 'a failing expectation fails, tried or not' t_says 1 \
	'FAIL          web  deny device read c 1:5' run --live
chown 12345 "$tree/in/empty" && chmod 600 "$tree/in/empty"
policy "allow read $tree/in/empty"
t_check 'ordinary permissions are not the model'"'"'s affair' t_says 0 \
	'without its capabilities uid 0 may not do it here: Permission denied' \
	run --live
policy "allow read /in/file"
sed -i "s|$tree/in\"|/in\"|" "$work/services/web.json"
t_check 'a root directory of its own can be given' t_says 0 '1 test: 1 ok' \
	run --live --root "$tree"
t_check '--live is not for another kernel' t_says 2 \
	'--live is for this kernel' run --live --abi 3
t_check '--live needs root' t_says 1 '--live needs root' \
	setpriv --reuid 65534 --clear-groups -- "$tool" test --live \
	"$work/services/web.json"

# ---- build and publish ---------------------------------------------------------
(umask 077 && echo 'correct horse battery' >"$work/pass")
mkdir "$work/keys"
signing() { "$tool" "$@" --passphrase-file "$work/pass"; }
for key in root targets snapshot timestamp; do
	signing keygen --key "$work/keys/$key.pem" >"$work/log" 2>&1 ||
		t_die 'keygen failed'
done
keys=$work/keys repo=$work/repo policies=$work/policies
signing init --repo "$repo" --root-key "$keys/root.pem" \
	--targets-key "$keys/targets.pem" --snapshot-key "$keys/snapshot.pem" \
	--timestamp-key "$keys/timestamp.pem" >"$work/log" 2>&1 ||
	t_die 'init failed'
mkdir -p "$policies/services"
cp "$work/node.json" "$policies"
# One that only its tests can refuse: no layer, hence no gap to find.
bare() {
	jq -n '{accept: ["no-landlock", "no-seccomp", "no-capabilities"],
		tests: $ARGS.positional}' --args "$@" \
		>"$policies/services/web.json"
}
build() { "$tool" build --repo "$repo" --from "$policies" "$@"; }
bare 'allow read /etc/x' 'deny read /etc/shadow'
t_check 'build refuses: document, test, decision' t_says 1 \
	'services/web.json: tests[1]: "deny read /etc/shadow" does not hold: web may read /etc/shadow: its policy does not restrict it' \
	build
t_check 'and says where to look further' t_says 1 'bailiff-bundle test shows' \
	build
t_check 'nothing is staged' test ! -e "$repo/staged/targets.json"
t_check 'unchecked it is staged all the same' t_says 0 'staged targets' \
	build --unchecked
signing sign --repo "$repo" --role targets --key "$keys/targets.pem" \
	>"$work/log" 2>&1
publish() {
	signing publish --repo "$repo" --snapshot-key "$keys/snapshot.pem" \
		--timestamp-key "$keys/timestamp.pem" "$@"
}
t_check 'publish refuses it as build does' t_says 1 \
	'"deny read /etc/shadow" does not hold' publish
bare 'allow read /etc/x'
t_check 'build takes what holds' t_says 0 'staged targets' build
t_done
