#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 17-lint.sh - every gap of the lint is a real hole, and its rule closes it.
#
# For each id: under a policy that is clean but for this gap the attack works
# on this kernel, the lint finds exactly this, after lint --fix the attack is
# denied with the errno that the rule says, the lint is clean, and what stands
# next to the attack still works.
#
# enforcement: the rule that closes each gap
# seconds: 180

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock # hundreds of services start here, each is recorded
. "$TOP/test/node.sh"
t_tmpdir dir
probe=/run/lint/probe
PORT=28461 GRANTED=28462

# ---- what the attacks aim at ------------------------------------------------
mkdir -p /run/lint/{data,outside,readonly} "$dir"/policies/services
cp "$ATTACKS/gap_probe" $probe
echo secret | tee /run/lint/outside/file >/run/lint/data/granted
mount --bind /run/lint/outside /run/lint/readonly
mount -o remount,bind,ro /run/lint/readonly
t_start listeners "$dir/listeners" python3 -c '
import socket, sys, time
held = []
for port in sys.argv[2:]:
    s = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    held.append(s)
u = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
u.bind(sys.argv[1])
u.setblocking(False)
print("ready", flush=True)
while True:
    time.sleep(0.2)
    try:
        while u.recv(1): pass
    except BlockingIOError: pass' /run/lint/outside/socket $PORT $GRANTED
t_wait_for grep -q ready "$dir/listeners" || t_die "no listeners"
segment=$(ipcmk -M 4096 | sed 's/[^0-9]//g')
t_cleanup "ipcrm -m $segment"
echo "$segment" >/run/lint/data/segment

# ---- one policy for each gap ------------------------------------------------
base='{"landlock": {"abi": 6,
  "ruleset": [{"handledAccessFs": ["abi.all"], "handledAccessNet": ["abi.all"],
               "scoped": ["abi.all"]}],
  "pathBeneath": [
    {"allowedAccess": ["execute", "read_file"], "parent": ["/run/lint/probe"]},
    {"allowedAccess": ["read_file", "write_file", "truncate", "make_reg",
       "make_fifo", "remove_file"], "parent": ["/run/lint/data"]}],
  "netPort": [{"allowedAccess": ["connect_tcp"], "port": [28462]}]},
 "seccomp": {"defaultAction": "SCMP_ACT_ALLOW"},
 "accept": ["no-capabilities"]}'
# Without Landlock: gaps that a handled right closes.
bare='{"seccomp": {"defaultAction": "SCMP_ACT_ALLOW"},
 "accept": ["no-landlock", "no-capabilities"]}'

# id, the errno after the fix, and a word when the base is another one.
gaps="
mptcp EPROTONOSUPPORT
tcp-fastopen EOPNOTSUPP
listen EACCES
udp EACCES
ip-protocol EPROTONOSUPPORT
raw-socket EPERM
packet EPERM
vsock EAFNOSUPPORT
socket-family EAFNOSUPPORT
netlink-audit EPROTONOSUPPORT
unix-socket EOPNOTSUPP
chmod EPERM
chown EPERM
utime EPERM
xattr EPERM
whiteout EINVAL
mknod EPERM bare
memfd-exec EACCES
inotify EACCES
fanotify EPERM
open-tree EPERM
fsopen EPERM
mount-setattr EPERM
chroot EPERM
userns EPERM
namespaces EPERM
setns EPERM
ptrace EPERM
process-vm EPERM
pidfd-getfd EPERM
tiocsti EPERM
sysv-ipc EPERM
keys EPERM
io-uring ENOSYS
personality EPERM
userfaultfd EPERM
perf EACCES
bpf EPERM
syslog EPERM
acct EPERM
swap EPERM
hostname EPERM
kexec EPERM
module EPERM
"
ids() { # FILE: the ids of what is open, on one line
	"$BUNDLE" lint --abi 7 --json "$1" |
		jq -r '[.documents[].findings[] | select(.accepted | not) | .id]
			| unique | join(" ")'
}
number=0 services=
policy() { # NAME: policies/services/NAME.json is a service of the node
	number=$((number + 1))
	services="$services${services:+, }\"$1\": {\"number\": $number}"
}
file() { echo "$dir/policies/services/$1.json"; }

while read -r id errno kind; do
	[ -n "$id" ] || continue
	text=$base
	[ "$kind" != bare ] || text=$bare
	open=$(file "open-$id") closed=$(file "closed-$id")
	jq --arg id "$id" '.accept += [$id]' <<<"$text" >"$open"
	"$BUNDLE" lint --abi 7 --fix "$open" >"$dir/out" 2>&1 ||
		not_ok "$id: all others are closed" "$(cat "$dir/out")"
	jq --arg id "$id" '.accept -= [$id]' "$open" >"$dir/open" &&
		mv "$dir/open" "$open"
	cp "$open" "$closed"
	t_is "$id: the lint finds exactly this" "$(ids "$open")" "$id"
	t_exit "$id: --fix closes it, and the lint is clean" 0 \
		"$BUNDLE" lint --abi 7 --fix "$closed"
	t_is "$id: a second --fix changes nothing" \
		"$("$BUNDLE" lint --abi 7 --fix "$closed" | grep -c fixed)" 0
	policy "open-$id"
	policy "closed-$id"
done <<<"$gaps"

# ---- what no rule of the filter closes --------------------------------------
clean=$(file clean)
echo "$base" >"$clean"
"$BUNDLE" lint --abi 7 --fix "$clean" >/dev/null
policy clean
variant() { # ID JQ-PROGRAM: open-ID is the clean policy and this
	jq "$2" "$clean" >"$(file "open-$1")"
	policy "open-$1"
	t_is "$1: the lint finds exactly this" "$(ids "$(file "open-$1")")" "$1"
}
cp "$(readlink -f /bin/true)" /run/lint/data/program
chmod 755 /run/lint/data/program
variant loader '.landlock.pathBeneath += [
	{"allowedAccess": ["execute", "read_file"],
	 "parent": ["/lib64/ld-linux-x86-64.so.2"]},
	{"allowedAccess": ["read_file"], "parent": ["/etc/ld.so.cache",
	 "/usr/lib/x86_64-linux-gnu"]}]'
variant write-execute '.landlock.pathBeneath[1].allowedAccess += ["execute"]'
cp $probe /run/lint/data/static
variant rename-over '.landlock.pathBeneath[1].allowedAccess -= ["read_file"] |
	.landlock.pathBeneath += [{"allowedAccess": ["read_file"],
	"parent": ["/run/lint/data/granted"]}]'
variant proc-write '.landlock.pathBeneath += [
	{"allowedAccess": ["write_file"], "parent": ["/proc"]}]'
variant unhandled '.landlock.ruleset[0].handledAccessFs =
	["execute", "write_file", "read_file", "remove_dir", "remove_file",
	 "make_char", "make_dir", "make_reg", "make_sock", "make_fifo",
	 "make_block", "make_sym", "refer", "truncate", "ioctl_dev"]'
variant bounding '.accept -= ["no-capabilities"] |
	.capabilities = {"bounding": ["CAP_CHOWN"], "permitted": []}'
variant quiet '.landlock.bailiff = 1 |
	.landlock.ruleset[0].quietAccessFs = ["read_file"] |
	.landlock.pathBeneath[1].quiet = true'
for id in unhandled bounding; do
	cp "$(file open-$id)" "$(file closed-$id)"
	t_exit "$id: --fix closes it, and the lint is clean" 0 \
		"$BUNDLE" lint --abi 7 --fix "$(file closed-$id)"
	policy closed-$id
done
for id in loader write-execute rename-over proc-write quiet; do
	cp "$(file "open-$id")" "$dir/left.json"
	out=$("$BUNDLE" lint --abi 7 --fix "$dir/left.json")
	t_is "$id: no rule closes it: 1" $? 1
	t_has "$id: and that is said" "$out" "left  $id: "
	cmp -s "$(file "open-$id")" "$dir/left.json"
	t_is "$id: nothing is written" $? 0
	jq --arg id "$id" '.accept += [$id]' "$dir/left.json" >"$dir/acc.json"
	t_exit "$id: accepted in writing it is clean" 0 \
		"$BUNDLE" lint --abi 7 "$dir/acc.json"
done

# ---- the build host refuses, the node warns ---------------------------------
echo "{\"unlisted\": \"allow\", \"services\": {$services}}" \
	>"$dir/policies/node.json"
# The mutation run has a policy that allows all in place of each.
for service in ${MUTATE:+"$dir"/policies/services/*.json}; do
	cp "$POLICIES/services/nginx.json" "$service"
done
t_check "the node's bundle is made, unchecked" n_repo "$dir" "$dir/policies"
out=$("$BUNDLE" build --repo "$dir/repo" --policies "$dir/policies" 2>&1)
t_is "build refuses what the lint finds: 1" $? 1
t_has "it names the gap" "$out" "services/open-bpf.json: bpf"
t_has "and what closes it" "$out" "closes: deny bpf"
t_has "of many policies the first" "$out" "further policies: bailiff-bundle lint"
"$BUNDLE" build --unchecked --repo "$dir/repo" --policies "$dir/policies" \
	>/dev/null && "$BUNDLE" sign --repo "$dir/repo" --role targets \
	--key "$dir/keys/targets.pem" --passphrase-file "$dir/pass" >/dev/null
out=$("$BUNDLE" publish --repo "$dir/repo" \
	--snapshot-key "$dir/keys/snapshot.pem" \
	--timestamp-key "$dir/keys/timestamp.pem" \
	--passphrase-file "$dir/pass" 2>&1)
t_is "publish refuses it too: 1" $? 1
t_has "with the way out" "$out" "--unchecked"
n_image "$dir"
out=$("$BIN/bailiffd" arm 2>&1)
t_is "the node takes it" $? 0

# ---- the attacks ------------------------------------------------------------
tool() { # VERB ID: without any policy
	unshare -u $probe "$1" "$2" /run/lint $PORT $GRANTED 2>&1
}
# With a terminal as standard input, which a service may inherit.
under() { # SERVICE VERB ID
	script -qec "unshare -u '$EXEC' --service $1 -- \
		$probe $2 $3 /run/lint $PORT $GRANTED" /dev/null </dev/null |
		grep -aoE 'allowed|denied [A-Z]+' | tail -n 1
}
reset() {
	chmod 600 /run/lint/outside/file
	mount -o remount,bind,ro /run/lint/readonly
	rm -f /run/lint/data/{from,to,device,fifo}
}
attacked=
while read -r id errno kind; do
	[ -n "$id" ] || continue
	reset
	out=$(tool attack "$id")
	case $id in tiocsti) out=allowed ;; esac # needs the terminal
	if [ "$out" != allowed ]; then
		skip "$id: the attack on this kernel" \
			"this kernel has no such feature"
		continue
	fi
	reset
	t_is "$id: the hole is real" "$(under "open-$id" attack "$id")" allowed
	reset
	t_is "denied: $id, once it is fixed" \
		"$(under "closed-$id" attack "$id")" "denied $errno"
	t_is "$id: what is next to it still works" \
		"$(under "closed-$id" neighbour "$id")" allowed
	attacked="$attacked $id"
done <<<"$gaps"
reset

for id in write-execute proc-write rename-over loader; do
	case $id in rename-over)
		rm -f /run/lint/data/file
		echo secret >/run/lint/data/granted ;;
	esac
	t_is "$id: the hole is real" "$(under "open-$id" attack $id)" allowed
done
for id in write-execute proc-write loader; do
	t_has "denied: $id, by a policy that is clean" \
		"$(under clean attack $id)" denied
done
t_is "unhandled: the hole is real" "$(under open-unhandled attack unhandled)" \
	allowed
t_is "denied: unhandled, once it is fixed" \
	"$(under closed-unhandled attack unhandled)" "denied EACCES"

# ---- the verb ---------------------------------------------------------------
t_exit "no file: 2" 2 "$BUNDLE" lint
t_exit "a file that is not there: a sentence" 111 "$BUNDLE" lint "$dir/none"
echo '{"landlock": 1}' >"$dir/bad.json"
t_exit "a document that is none: 1" 1 "$BUNDLE" lint "$dir/bad.json"
t_exit "--abi 0 is none: 2" 2 "$BUNDLE" lint --abi 0 "$clean"
out=$("$BUNDLE" lint --json "$dir/bad.json" "$clean" 2>/dev/null)
t_is "a document that is none has its error in the answer" \
	"$(jq -r '.documents[0].error' <<<"$out")" '"seccomp" is missing'
jq '.accept += ["bpf"]' "$clean" >"$dir/stale.json"
out=$("$BUNDLE" lint "$dir/stale.json")
t_is "what is accepted and not open is no finding: 0" $? 0
t_has "and is said" "$out" "note: accepts bpf, which is not open"
jq '.landlock.pathBeneath += [{"allowedAccess": ["read_file"], "parent":
	["/here/link", "/here/out", "/gone"]}]' "$clean" >"$dir/paths.json"
mkdir -p "$dir/root/here"
ln -s /here "$dir/root/here/link"
ln -s "$dir/paths.json" "$dir/root/here/out"
out=$("$BUNDLE" lint --root "$dir/root" "$dir/paths.json")
t_is "paths that are not there are no finding: 0" $? 0
t_has "they are warned of" "$out" \
	'paths.json: warning: "/gone" is not there: its rule would be left out'
t_is "links are followed below the root" "$("$BUNDLE" lint --json --root \
	"$dir/root" "$dir/paths.json" | jq -c '.documents[0].absent |
	map(select(test("^/(here|gone)")))')" '["/gone","/here/out"]'
t_exit "a root that is not there: a sentence" 111 "$BUNDLE" lint --root \
	"$dir/none" "$clean"
out=$("$BUNDLE" lint "$dir" 2>&1)
t_has "a directory without services/ is told what one has" "$out" \
	"hint: a directory is one with node.json and services/"
mkdir -p "$dir/two/services"
cp "$clean" "$dir/two/services/a.json"
cp "$(file open-bpf)" "$dir/two/services/b.json"
echo '{"unlisted":"deny","services":{"a":{"number":1},"b":{"number":2}}}' \
	>"$dir/two/node.json"
out=$("$BUNDLE" lint "$dir/two")
t_is "a directory with one gap: 1" $? 1
t_has "the clean one is said to be" "$out" "a.json: clean"
t_has "the other has its gap" "$out" "b.json: bpf"
case $out in
*$'\033'*) not_ok "no colour without a terminal" ;;
*) ok "no colour without a terminal" ;;
esac
jq . "$(file closed-bpf)" | diff -q - <(jq . "$(file closed-bpf)") >/dev/null
cp "$(file open-bpf)" "$dir/owned.json"
chown nobody:nogroup "$dir/owned.json" && chmod 640 "$dir/owned.json"
"$BUNDLE" lint --fix "$dir/owned.json" >/dev/null
t_is "--fix keeps owner and mode" "$(stat -c '%U:%G %a' "$dir/owned.json")" \
	"nobody:nogroup 640"
ln -s b.json "$dir/two/services/c.link"
"$BUNDLE" lint --fix "$dir/two/services/c.link" >/dev/null
t_is "--fix through a link changes the file" \
	"$(ids "$dir/two/services/b.json")$(readlink "$dir/two/services/c.link")" \
	b.json
t_done
