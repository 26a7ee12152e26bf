#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 20-exec.sh - bailiff-exec on a host: what it applies, and what it refuses.
#
# Everything happens in a private mount namespace with an empty /run, with
# artefacts that test/attacks/mkartefact wrote. Each attack runs three times:
# without the launcher, with a policy that allows it, with one that denies it.
#
# enforcement: each layer of the launcher
#
# MUTATE=1 publishes allow-all in place of every policy: each test of a denial
# must then fail.

cd "$(dirname "$0")/../.." || exit 111
if [ -z "$BAILIFF_TEST_NS" ]; then
	[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
	BAILIFF_TEST_NS=1 exec unshare -m --propagation private "$0" "$@"
fi

EXEC=${BIN:-$PWD/build/bin}/bailiff-exec
TOOLS=$PWD/build/test/attacks
UID_BAILIFF=1899999999
number=0 failed=0

ok() { # ok STATUS SENTENCE
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		[ -z "$out" ] || sed 's/^/# /' <<<"$out"
		failed=$((failed + 1))
	fi
}
skip() { number=$((number + 1)); echo "ok $number - $1 # SKIP $2"; }
has() { grep -qF -- "$2" <<<"$1"; }

# expect CODE TEXT SENTENCE COMMAND...: exit code, and TEXT in the output.
expect() {
	local code=$1 text=$2 sentence=$3 got
	shift 3
	out=$("$@" 2>&1 </dev/null)
	got=$?
	[ "$got" = "$code" ] && has "$out" "$text"
	ok $? "$sentence"
}

private() { install -d -m 0700 -o $UID_BAILIFF -g $UID_BAILIFF "$@"; }

publish() { # publish GENERATION, then artefacts by hand
	local dir=/run/bailiff/private/policy
	private $dir/"$1" $dir/"$1"/services
	echo "$1" >$dir/current
	echo unlisted=allow >$dir/"$1"/node
}
artefact() { # artefact GENERATION NAME NUMBER WORD...
	local gen=$1 name=$2 n=$3
	shift 3
	[ -z "$MUTATE" ] || set -- allow-all \
		caps:"$(sed -n 's/^CapBnd:\t//p' /proc/self/status)"
	"$TOOLS"/mkartefact "$name" "$n" "$gen" "$@" \
		>/run/bailiff/private/policy/"$gen"/services/"$name".art
}

mount -t tmpfs none /run || exit 111
mount -t tmpfs none /mnt || exit 111
cp "$TOOLS"/intruder /mnt/intruder
mkdir /mnt/data /mnt/secret
echo secret >/mnt/secret/file
I=/mnt/intruder

expect 125 "no policy is armed" "nothing armed is exit 125 and a sentence" \
	"$EXEC" --service web -- $I syscall getppid

install -d -m 0711 /run/bailiff
private /run/bailiff/private /run/bailiff/private/{policy,sessions,receipts}
publish 1
ALL=0x$(sed -n 's/^CapBnd:\t//p' /proc/self/status)
artefact 1 web 3 exec:$I write:/mnt/data bind:6399 \
	deny:keyctl deny:bpf caps:20 deny:ptrace
artefact 1 free 4 allow-all caps:"$ALL"

# ---- each layer: off, allowed, denied ---------------------------------------
denied() { # denied VERB ARG ERRNO
	expect 0 allowed "off: $1 $2 succeeds" $I "$1" "$2"
	expect 0 allowed "allow-all: $1 $2 succeeds" \
		"$EXEC" --service free -- $I "$1" "$2"
	expect 1 "denied $3" "policy: $1 $2 is denied with $3" \
		"$EXEC" --service web -- $I "$1" "$2"
}
denied read /mnt/secret/file EACCES
denied write /mnt/secret/new EACCES
denied exec /bin/true EACCES
denied bind 6398 EACCES
denied connect 6397 EACCES
denied syscall keyctl EPERM
denied syscall bpf EPERM
denied syscall ptrace EPERM
expect 0 allowed "policy: what is granted works (write)" \
	"$EXEC" --service web -- $I write /mnt/data/x
expect 0 allowed "policy: what is granted works (bind)" \
	"$EXEC" --service web -- $I bind 6399

artefact 1 caps 5 caps:20
for set in CapPrm CapEff CapBnd; do
	expect 0 "$set:	0000000000000020" "$set is the policy's" \
		"$EXEC" --service caps -- cat /proc/self/status
done
expect 0 "NoNewPrivs:	1" "no_new_privs is set" \
	"$EXEC" --service caps -- cat /proc/self/status

# ---- descriptors ------------------------------------------------------------
expect 0 allowed "off: a leaked descriptor is usable" \
	"$TOOLS"/leak $I fd 9
expect 1 "denied EBADF" "a leaked descriptor is closed" \
	"$TOOLS"/leak "$EXEC" --service free -- $I fd 9
expect 0 allowed "a descriptor that is passed by name stays" \
	"$TOOLS"/leak "$EXEC" --service free --preserve-fds 7 -- $I fd 9

# ---- identity ---------------------------------------------------------------
identity='echo "auid=$(cat /proc/self/loginuid) ses=$(cat /proc/self/sessionid)"'
expect 0 "auid=1900000004 ses=" "an unset loginuid becomes the service's" \
	"$EXEC" --service free -- sh -c "$identity"
ses=${out##*ses=}
out=$(cat "/run/bailiff/private/sessions/$ses" 2>&1)
has "$out" "service=free" && has "$out" "instance=host" &&
	has "$out" "generation=1" && has "$out" "mnt_ns=$(stat -Lc %i /proc/self/ns/mnt)"
ok $? "the session is registered with service, generation and namespaces"
[ "$(stat -c %u:%a "/run/bailiff/private/sessions/$ses")" = "$UID_BAILIFF:600" ]
ok $? "the registration belongs to bailiff's uid"
out=$(cat "/run/bailiff/private/receipts/$ses" 2>&1)
[ "$out" = "applied generation=1" ]
ok $? "the receipt says applied"
expect 0 "auid=1900000004" "under a login session's number it is relabelled" \
	"$TOOLS"/stamp 1000 "$EXEC" --service free -- sh -c "$identity"
expect 125 "changing it needs CAP_AUDIT_CONTROL" \
	"a set loginuid that may not change is refused" \
	"$TOOLS"/stamp 1000 --no-audit-control "$EXEC" --service free -- true
expect 125 "is 1900000004 already" \
	"the service's own number in an unregistered session is no identity" \
	"$TOOLS"/stamp 1900000004 --no-audit-control "$EXEC" --service free -- true
out=$("$EXEC" --service free -- "$EXEC" --service free -- \
	sh -c "$identity" 2>&1)
has "$out" "auid=1900000004"
ok $? "a launcher in a registered session of its service goes on"

# ---- what is refused, and with what -----------------------------------------
expect 125 'names no service "db"' "an unknown service is a sentence" \
	"$EXEC" --service db -- true
expect 125 "only a-z" "what can be no service name is refused" \
	"$EXEC" --service ../free -- true
artefact 1 gone 7 need:/nonexistent/dir
expect 125 "/nonexistent/dir" "a required path that is not there is named" \
	"$EXEC" --service gone -- true
artefact 1 sparse 7 exec:/ write:/nonexistent/dir "read:/nonexistent/a b"
out=$("$EXEC" --service sparse -- sh -c 'cat /proc/self/sessionid' 2>&1)
has "$(cat "/run/bailiff/private/receipts/$out" 2>&1)" \
	"applied generation=1 skipped=2 path=/nonexistent/dir path=/nonexistent/a%20b"
ok $? "a path that is not there is left out, and the receipt says which"
ln -s /usr/bin "$T/link"
artefact 1 plain 7 exec:/ canonical
expect 0 "" "a path that is what it says is taken" \
	"$EXEC" --service plain -- true
artefact 1 sly 7 exec:/ read:"$T/link" canonical
expect 125 "$T/link, which leads to /usr/bin" \
	"a symlink is refused where paths must be what they say" \
	"$EXEC" --service sly -- true
artefact 1 cut 8 allow-all
truncate -s 40 /run/bailiff/private/policy/1/services/cut.art
expect 125 "artefact of cut" "a truncated artefact is refused" \
	"$EXEC" --service cut -- true
: >/run/bailiff/private/policy/1/services/cut.art
expect 125 "artefact of cut" "an empty artefact is refused" \
	"$EXEC" --service cut -- true
cp /run/bailiff/private/policy/1/services/{free,other}.art
expect 125 "of another service" "a renamed artefact is refused" \
	"$EXEC" --service other -- true
artefact 1 old 9 allow-all
publish 2
mv /run/bailiff/private/policy/{1,2}/services/old.art
expect 125 "of generation 1, published as 2" \
	"an artefact of an older generation is refused" \
	"$EXEC" --service old -- true
echo 1 >/run/bailiff/private/policy/current
chown 65534 /run/bailiff/private/policy/1/services/free.art
expect 125 "not written by bailiff" "an artefact of another owner is refused" \
	"$EXEC" --service free -- true
chown $UID_BAILIFF /run/bailiff/private/policy/1/services/free.art
chmod 755 /run/bailiff/private/policy
expect 125 "must be owner" "an open policy directory is refused" \
	"$EXEC" --service free -- true
chmod 700 /run/bailiff/private/policy
mv /run/bailiff/private /run/bailiff/p2
ln -s p2 /run/bailiff/private
expect 125 "Symbolic link" "a symlink in place of the directory is refused" \
	"$EXEC" --service free -- true
rm /run/bailiff/private
mv /run/bailiff/p2 /run/bailiff/private
echo nonsense >/run/bailiff/private/policy/current
expect 125 "not a generation" "a damaged current is refused" \
	"$EXEC" --service free -- true
echo 1 >/run/bailiff/private/policy/current
expect 125 "artefact descriptor" "the container form needs a memfd" \
	"$EXEC" --artefact-fd 0 --receipt-fd 1 -- true
expect 2 "usage:" "no arguments are wrong usage" "$EXEC"
expect 2 "no command" "no command is wrong usage" "$EXEC" --service free --
expect 2 "unknown option" "an unknown option is wrong usage" \
	"$EXEC" --servce free -- true
expect 0 "bailiff-exec" "--version says so" "$EXEC" --version
expect 0 "exit status" "--help says the exit codes" "$EXEC" --help

# ---- exit codes -------------------------------------------------------------
expect 127 "No such file" "a missing command is 127" \
	"$EXEC" --service free -- /nonexistent/cmd
expect 126 "Permission denied" "a command that cannot be executed is 126" \
	"$EXEC" --service free -- /etc/passwd
expect 126 "the policy may not grant" "a command the policy does not grant is 126" \
	"$EXEC" --service web -- /bin/true
expect 42 "" "the command's exit code is passed on" \
	"$EXEC" --service free -- sh -c 'exit 42'
out=$("$EXEC" --service free -- sh -c 'kill -9 $$' 2>&1)
[ $? = 137 ]
ok $? "the command's signal is passed on"

# ---- the kernel's own record ------------------------------------------------
listen() { # listen COMMAND...: its output and the records while it ran
	"$TOOLS"/listen 10 >/mnt/records 2>/mnt/ready &
	local pid=$!
	for _ in $(seq 50); do
		grep -q ready /mnt/ready && break
		sleep 0.02
	done
	"$@" >/dev/null 2>&1 </dev/null
	sleep 0.3
	kill "$pid"
	wait "$pid" 2>/dev/null
	out=$(cat /mnt/records)
}
records() { # with audit switched on for a moment, and put back
	exec 8>/tmp/audit.lock
	flock 8
	local was
	was=$(auditctl -s | sed -n 's/^enabled //p')
	auditctl -e 1 >/dev/null
	listen "$@"
	auditctl -e "$was" >/dev/null
	exec 8>&-
}
if [ "$(auditctl -s 2>/dev/null | sed -n 's/^enabled //p')" = 2 ]; then
	skip "a denial is in the audit log" "the audit configuration is locked"
else
	records "$EXEC" --service web -- $I syscall keyctl
	grep 'type=1326' <<<"$out" | grep -q 'auid=1900000003 .*syscall=250 '
	ok $? "a refused system call is an audit record of the service"
	if [ "$("$TOOLS"/landlock_abi)" -ge 7 ]; then
		records "$EXEC" --service web -- $I read /mnt/secret/file
		grep 'type=1423' <<<"$out" |
			grep -q 'blockers=fs.read_file path="/mnt/secret/file"'
		ok $? "a refused file is an audit record"
		serial=$(sed -n 's/^type=1423 msg=audit([0-9.]*:\([0-9]*\)).*secret.*/\1/p' <<<"$out" | head -1)
		grep "type=1300.*:$serial)" <<<"$out" | grep -q 'auid=1900000003'
		ok $? "that record's event carries the service's number"
	else
		skip "a refused file is an audit record" "Landlock ABI below 7"
		skip "that record's event carries the service's number" "Landlock ABI below 7"
	fi
fi

echo "1..$number"
[ $failed = 0 ]
