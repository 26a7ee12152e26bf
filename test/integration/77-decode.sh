#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 77-decode.sh - bailiffctl decode: the log of auditd, offline, without root.
#
# seconds: 60
# beside: others

. "$(dirname "$0")/../lib.sh"
t_tmpdir D
chmod 755 "$D"
log=$TOP/test/integration/decode.log

# decode ARGS...: as nobody, without any capability; output in $D/out, $D/err.
decode() {
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		--bounding-set=-all "$D/bailiffctl" "$@" >"$D/out" 2>"$D/err"
}
# want FILTER VALUE SENTENCE: what jq says of the events in $D/out.
want() {
	t_is "$3" "$(jq -rcs "$1" "$D/out")" "$2"
}
# A copy that nobody can run, wherever the tree lies.
cp "$BIN/bailiffctl" "$D/bailiffctl"
cp "$log" "$D/log"

# ---- one log, every form ---------------------------------------------------------
t_check "a whole log is decoded without root and without a daemon" \
	decode --json decode "$D/log"
want 'length' 8 "each event comes once"
want 'map(.complete) | all' true "none lacks anything"
want '.[0] | [.event.action, .process.args, .file.path, .user.id, .tags]' \
	'["execve",["ls","-l","/tmp/a b"],"/usr/bin/ls","1000",["root-exec","k2"]]' \
	"an execve names its arguments, file, user and keys"
want '.[0].records[0].fields | [.syscall_name, .arch_name, .exit, .success, .pid]' \
	'["execve","x86_64",0,true,77]' "numbers are numbers, with their names"
want '.[0].records[0].enriched.fields | [.auid, .uid]' '["unset","user"]' \
	"what auditd added is apart"
want '.[1] | [.event.action, .event.outcome, .destination.ip, .destination.port]' \
	'["connect","failure","192.0.2.7",443]' "an address is decoded by family"
want '.[2].records[0] | [.fields.uid, .msg.fields.uid, .msg.duplicates]' \
	'[0,"7",["uid"]]' "what user space wrote is apart, its repetitions flagged"
want 'map(select(.audit.serial == 103))[0] | [.node.id, .records[0].type, .records[0].type_nr]' \
	'["web1","UNKNOWN[1999]",1999]' "an unknown type passes with its number"
want 'map(select(.audit.serial == 104))[0].process.args_b64' \
	'["c2g=","LWP//g==","CiI="]'  "bytes that are no UTF-8 are kept"
want 'map(select(.audit.serial == 105))[0].records[0].fields["old-auid"]' \
	4294967295 "an old spelling is read"
want '[.[] | select(.audit.serial == 106) | .event.action]' \
	'["fs.read_file"]' "a Landlock denial is one event with its SYSCALL"

decode decode --raw "$D/log" || not_ok "the raw form is written" "$(cat "$D/err")"
sort "$D/out" >"$D/raw"
sed 's/\r$//' "$D/log" | sort >"$D/want"
t_check "the raw form is the lines of the log, byte for byte" \
	cmp "$D/raw" "$D/want"
cp "$D/out" "$D/again"
decode decode --raw "$D/again"
t_check "and decodes to the same again" sh -c "sort '$D/out' | cmp - '$D/raw'"
decode decode --format laurel "$D/log"
want 'map(select(.EXECVE))[0] | [.EXECVE.ARGV, .SYSCALL.SYSCALL, .SYSCALL.pid]' \
	'[["ls","-l","/tmp/a b"],"execve",77]' "so are events as laurel has them"
want 'length' 8 "each once"
decode --json decode --format raw "$D/log"
t_is "two formats are refused" "$?" 2
decode decode --format xml "$D/log"
t_is "and so is one that is none" "$?" 2
decode decode "$D/log"
t_is "for people each event is a line" "$(wc -l <"$D/out")" 8
t_check "standard input is read, in any pieces" bash -c "
	while IFS= read -r -d '' -n 100 piece || [ -n \"\$piece\" ]; do
		printf '%s' \"\$piece\"; done <'$D/log' |
		'$D/bailiffctl' --json decode | cmp - <('$D/bailiffctl' --json decode '$D/log')"

# ---- what is no log --------------------------------------------------------------
{
	echo 'not a record'
	head -c 70000 /dev/zero | tr '\0' x
	echo
	printf 'type=SYSCALL msg=audit(17952966\n'
	cat "$D/log"
	printf 'type=CWD msg=audit(1795296628.000:300): cwd="/t'
} >"$D/bad"
decode --json decode "$D/bad"
t_is "a log with bad lines is read to its end, and the exit code says so" $? 1
t_check "each is named with its number" grep -q '^bailiffctl: decode: line 1: it does not begin' "$D/err"
t_check "and one that is cut short" grep -q 'line 3: it has no stamp' "$D/err"
want 'map(select(.event.action == "log.unreadable")) | length' 4 \
	"each bad line, or piece of one, is an event"
want 'map(select(.event.action == "log.unreadable") | .records[0].text) | join("") | length' \
	"$((12 + 70000 + 31))" "with all of its bytes"
want 'map(select(.audit.serial == 300)) | [.[0].records[0].fields.cwd, .[0].missing[0]]' \
	'["\"/t","SYSCALL"]' "a last line that is cut is kept, and says what it lacks"
decode decode --raw "$D/bad"
t_check "among raw lines a bad one stays as it was" grep -qx 'not a record' "$D/out"
: >"$D/empty"
t_check "an empty log is no mistake" decode --json decode "$D/empty"
head -c 300000 /dev/urandom >"$D/random"
decode --json decode "$D/random"
t_is "random bytes are refused line by line" $? 1
t_check "and their events are JSON" jq -es . "$D/out"
t_exit "a file that is not there" 111 "$D/bailiffctl" decode "$D/none"
t_exit "two forms at once are wrong usage" 2 "$D/bailiffctl" --json decode --raw "$D/log"
t_exit "a directory is not read" 111 "$D/bailiffctl" decode "$D"

# ---- a stream --------------------------------------------------------------------
# 400,000 records, 60 MB, in less than 8 MB of memory.
awk 'BEGIN { for (i = 1; i <= 80000; i++) {
	s = sprintf("audit(%d.%03d:%d): ", 1795296627 + i / 1000, i % 1000, i)
	print "type=SYSCALL msg=" s "arch=c000003e syscall=257 success=yes exit=3" \
		" a0=ffffff9c a1=7ffd a2=0 a3=0 items=1 ppid=1 pid=" i " auid=0 uid=0" \
		" ses=1 comm=\"cat\" exe=\"/bin/cat\" key=(null)"
	print "type=CWD msg=" s "cwd=\"/root\""
	print "type=PATH msg=" s "item=0 name=\"/etc/passwd\" inode=1 dev=fd:01" \
		" mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL"
	print "type=PROCTITLE msg=" s "proctitle=636174002F"
	print "type=EOE msg=" s
} }' >"$D/long"
mkfifo "$D/pipe"
"$BIN/bailiffctl" --json decode "$D/pipe" >"$D/out" &
reader=$!
exec 7>"$D/pipe"
cat "$D/long" >&7
rss=$(awk '/^VmHWM/ { print $2 }' "/proc/$reader/status")
exec 7>&-
wait "$reader"
t_is "every event of a long log comes once, whole" \
	"$(grep -c '"complete":true' "$D/out")" 80000
t_check "in less than 8 MB of memory ($rss KB)" [ "$rss" -lt 8192 ]
t_done
