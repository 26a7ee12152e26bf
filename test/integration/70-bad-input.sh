#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 70-bad-input.sh - what bailiff is given and must refuse: bundles, names,
# rights, state that somebody changed, a machine that lacks something. Each is
# one sentence and the documented code, and the policy that stood still stands.
#
# seconds: 240

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

node='{"unlisted":"allow","services":{"web":{"number":1}}}'
web='{"landlock":{"abi":2,"ruleset":[{"handledAccessFs":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.read_execute"],"parent":["/usr"]},
{"allowedAccess":["read_file"],"parent":["/etc/ld.so.cache"]}]},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
{"names":["ptrace","keyctl"],"action":"SCMP_ACT_ERRNO"}]},
"capabilities":{}}'
# policies DIR [FILE CONTENT]: good ones, and one file that is not.
policies() {
	mkdir -p "$1/services"
	echo "$node" >"$1/node.json"
	echo "$web" >"$1/services/web.json"
	[ $# -eq 1 ] || echo "$3" >"$1/$2"
}
# one_sentence SENTENCE TEXT: something is said, in one line.
one_sentence() {
	if [ -n "$2" ] && [ "$(wc -l <<<"$2")" -eq 1 ]; then
		ok "$1"
	else
		not_ok "$1" "$2"
	fi
}

reload() { # BUNDLE: the status; the answer is in $dir/answer
	jq -cn --arg b "$1" '{bundle: $b}' |
		curl -s --max-time 30 --unix-socket /run/bailiff/control.sock \
			-o "$dir/answer" -w '%{http_code}' -d @- \
			http://bailiff/v1/reload
}
stands() { # no other generation, and the attack is still denied
	[ "$(cat /run/bailiff/private/policy/current)" = "$standing" ] &&
		! "$EXEC" --service web -- /usr/bin/cat /etc/shadow &&
		"$EXEC" --service web -- /usr/bin/true
}
# refused SENTENCE WORD BUNDLE [PART]
refused() {
	local status
	status=$(reload "$3")
	if [ "$status" = 409 ] &&
		[ "$(jq -r .refused "$dir/answer")" = "$2" ] &&
		[ "$(jq -r '.error | length > 10 and (contains("\n") | not)' \
			"$dir/answer")" = true ] &&
		grep -qF -- "${4:-}" "$dir/answer" && stands >/dev/null 2>&1
	then
		ok "$1 is refused: $(jq -r .error "$dir/answer")"
	else
		not_ok "$1 is refused" "status $status" \
			"$(cat "$dir/answer")" "$(stands 2>&1)"
	fi
}

policies "$dir/policies"
t_check "a bundle is made" n_repo "$dir" "$dir/policies"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/log"
standing=$(cat /run/bailiff/private/policy/current)
t_check "its policy stands" stands

# ---- names -------------------------------------------------------------------
out=$("$EXEC" --service nosuch -- /usr/bin/true 2>&1)
t_is "an unknown service is not started: 125" $? 125
t_has "and the launcher says which" "$out" nosuch
one_sentence "in one sentence" "$out"
out=$("$CTL" show nosuch 2>&1)
t_is "show of an unknown service: 1" $? 1
t_has "and says which" "$out" nosuch
t_is "on the socket it is 404" "$(curl -s -o "$dir/answer" -w '%{http_code}' \
	--unix-socket /run/bailiff/control.sock \
	'http://bailiff/v1/show?service=nosuch')" 404
for name in "" ../web 'a b' "$(printf 'a%.0s' {1..300})"; do
	t_exit "the name \"${name:0:12}\" is no service: 125" 125 \
		"$EXEC" --service "$name" -- /usr/bin/true
done

# ---- bundles that are not whole ------------------------------------------------
mkdir "$dir/empty"
refused "an empty directory" missing "$dir/empty"
refused "a directory that is not there" missing "$dir/nowhere"
refused "a file in place of a directory" system "$dir/log"
refused "a relative path" malformed "relative"
out=$("$CTL" reload --bundle "$dir/empty" 2>&1)
t_is "bailiffctl reload of it: 1" $? 1
t_has "with the sentence" "$out" timestamp.json

# following DIR [FILE CONTENT]: the next version, properly signed, in DIR/repo.
following() {
	local to=$1
	mkdir -p "$to"
	cp -a "$dir/keys" "$dir/pass" "$dir/repo" "$to/"
	shift
	policies "$to/policies" "$@"
	n_next "$to" "$to/policies" && rm -rf "$dir/repo" &&
		cp -a "$to/repo" "$dir/repo"
}
# In the order in which they are fetched: what was verified is kept, and a
# damaged copy of it is not even looked at.
following "$dir/second" node.json \
	'{"unlisted":"audit","services":{"web":{"number":1}}}'
while read -r file; do
	size=$(stat -c %s "$dir/second/repo/$file") wrong=
	for length in 0 1 $((size / 2)) $((size - 2)); do
		rm -rf "$dir/cut"
		cp -r "$dir/second/repo" "$dir/cut"
		truncate -s "$length" "$dir/cut/$file"
		status=$(reload "$dir/cut")
		if [ "$status" != 409 ] || ! stands >/dev/null 2>&1 ||
			[ "$(jq -r .refused "$dir/answer")" != malformed ]; then
			wrong="$wrong; $length bytes: $status $(
				cat "$dir/answer")"
		fi
	done
	t_is "${file#targets/*.} cut at 0, 1, half, nearly all is refused" \
		"$wrong" ""
	rm "$dir/cut/$file"
	refused "the bundle without it" missing "$dir/cut"
done < <(cd "$dir/second/repo" && printf '%s\n' timestamp.json \
	2.snapshot.json 2.targets.json && for file in targets/*.node.json; do
		[ -e "/etc/bailiff/bundle/$file" ] || echo "$file"
	done)

# ---- documents that are signed and wrong -----------------------------------------
number=0
while IFS='|' read -r what file part body; do
	number=$((number + 1))
	following "$dir/wrong$number" "$file" "$body" ||
		not_ok "a bundle with $what can be signed"
	refused "$what" policy "$dir/wrong$number/repo" "$part"
	rm -rf "$dir/wrong$number"
done <<'END'
a policy that is an array|services/web.json|web.json|[]
a policy with an unknown member|services/web.json|landlok|{"landlok":{}}
a number as text|services/web.json|abi|{"landlock":{"abi":"6"}}
an unknown right|services/web.json|read_fiel|{"landlock":{"abi":2,"ruleset":[{"handledAccessFs":["read_fiel"]}]},"accept":["no-seccomp","no-capabilities"]}
an unknown capability|services/web.json|CAP_NOSUCH|{"capabilities":{"bounding":["CAP_NOSUCH"]},"accept":["no-landlock","no-seccomp"]}
an unknown action|services/web.json|SCMP_ACT_NOPE|{"seccomp":{"defaultAction":"SCMP_ACT_NOPE"},"accept":["no-landlock","no-capabilities"]}
a service's number as text|node.json|number|{"unlisted":"allow","services":{"web":{"number":"1"}}}
a service's number that is too large|node.json|number|{"unlisted":"allow","services":{"web":{"number":4000000000}}}
an unknown word for unlisted|node.json|unlisted|{"unlisted":"maybe","services":{"web":{"number":1}}}
END

# What is not even JSON is found before it is signed.
for body in '{"landlock":' '{"capabilities":{},"capabilities":{}}' \
	'{"abi":1.5}' "$(printf '[%.0s' {1..2000})" $'{"a":"\xff"}'; do
	policies "$dir/nojson" services/web.json "$body"
	out=$("$BUNDLE" build --repo "$dir/repo" --policies "$dir/nojson" 2>&1)
	t_is "bailiff-bundle build refuses ${body:0:20}: 1" $? 1
	one_sentence "in one sentence" "$out"
done

# ---- a path that is not there ------------------------------------------------------
gone=${web/\"abi\":2/\"abi\":2,\"bailiff\":1}
gone=${gone/\[\"\/usr\"\]/\[\"\/nowhere/at/all\"],\"required\":true}
following "$dir/path" services/web.json "$gone"
t_is "a policy that requires a missing path is accepted" \
	"$(reload "$dir/path/repo")" 200
out=$("$EXEC" --service web -- /usr/bin/true 2>&1)
t_is "the launcher refuses to start under it: 125" $? 125
t_has "and names the path" "$out" /nowhere/at/all
one_sentence "in one sentence" "$out"
receipt=$(grep -lr "nowhere" /run/bailiff/private/receipts | head -n 1)
t_has "and the receipt says it" "$(cat "$receipt")" /nowhere/at/all
n_next "$dir" "$dir/policies"
t_is "the next bundle lifts it" "$(reload "$dir/repo")" 200
standing=$(cat /run/bailiff/private/policy/current)
t_check "the good policy stands again" stands

# ---- no permission -------------------------------------------------------------------
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
chmod 755 "$dir"
unprivileged() { # CODE COMMAND...
	local code=$1 out status
	shift
	out=$(nobody "$@" 2>&1 </dev/null)
	status=$?
	if [ "$status" -eq "$code" ] && [ -n "$out" ] &&
		[ "$(wc -l <<<"$out")" -le 2 ]; then
		ok "nobody: ${1##*/} ${2:-} exits with $code: $(head -n 1 <<<"$out")"
	else
		not_ok "nobody: ${1##*/} ${2:-} exits with $code" \
			"$status" "$out"
	fi
}
unprivileged 111 "$BIN/bailiffd"
unprivileged 111 "$BIN/bailiffd" arm
unprivileged 111 "$CTL" status
unprivileged 111 "$CTL" tail
unprivileged 111 "$CTL" reload
unprivileged 111 "$CTL" verify /var/log/bailiff
unprivileged 125 "$EXEC" --service web -- /usr/bin/true
unprivileged 1 "$GATE" run -b "$dir" x
echo "correct horse battery" >"$dir/words"
chown 65534 "$dir/words"
chmod 600 "$dir/words"
unprivileged 111 "$BUNDLE" keygen --key /etc/key.pem \
	--passphrase-file "$dir/words"
t_check "and nothing has changed" stands

# ---- a second one --------------------------------------------------------------------
for what in "" arm; do
	# shellcheck disable=SC2086 # no word, or one
	out=$("$BIN/bailiffd" $what 2>&1)
	t_is "a second bailiffd $what: 111" $? 111
	t_has "says that another one runs" "$out" "another bailiffd is running"
done

# ---- state that somebody changed -------------------------------------------------------
# again SENTENCE [COMMAND...]: the daemon ends, COMMAND does its damage, the next
# daemon comes up with the policy that the node had.
again() {
	local sentence=$1 version failed=$t_failed
	shift
	version=$(n_get /v1/status | jq .policy.bundle)
	t_end "$DAEMON"
	"$@"
	"$EXEC" --service web -- /usr/bin/cat /etc/shadow >/dev/null 2>&1 &&
		not_ok "denied: meanwhile, after $sentence"
	echo "=== $sentence" >>"$dir/log"
	n_start_ok "$sentence: the next daemon starts" "$dir/log"
	standing=$(cat /run/bailiff/private/policy/current)
	t_is "$sentence: the same bundle is in force" \
		"$(n_get /v1/status | jq .policy.bundle)" "$version"
	t_check "denied: after $sentence" stands
	[ "$t_failed" -eq "$failed" ] || sed -n "/^=== $sentence/,\$p" \
		"$dir/log" | sed 's/^/# /'
}
private=/run/bailiff/private
own() { chown 1899999999:1899999999 "$@"; }
again "an orderly end" true
# What was seen and refused has left a newer timestamp behind.
following "$dir/bad" services/web.json '[]'
refused "one more wrong policy" policy "$dir/bad/repo"
again "a refused bundle with a newer timestamp" true
tamper() { echo garbage >$private/policy/current; }
again "a current that is not a number" tamper
tamper() { echo 1 >$private/policy/current; }
again "a current that points back" tamper
tamper() { rm "$private/policy/current"
	ln -s /etc/passwd "$private/policy/current"; }
again "a current that is a symbolic link" tamper
tamper() { truncate -s 20 "$private/policy/$standing/info"; }
again "a generation with half a file" tamper
tamper() { rm -r "$private/policy/$standing/targets" \
	"$private/policy/$standing/services"; }
again "a generation without its services" tamper
tamper() { rm -r "$private/policy/$standing"; }
again "a generation that is gone" tamper
tamper() {
	local next=$((standing + 1))
	mkdir "$dir/elsewhere"
	ln -s "$dir/elsewhere" "$private/policy/$next"
	mkdir -p "$private/policy/$((next + 1))/services"
	echo forged >"$private/policy/$((next + 1))/services/web.art"
	ln -s /etc/shadow "$private/sessions/link"
	ln -s /etc/shadow "$private/receipts/link"
}
again "links and directories where generations will be" tamper
t_is "nothing was written through the link" "$(ls "$dir/elsewhere")" ""
tamper() { for f in /var/lib/bailiff/trust/*; do echo '{"garbage' >"$f"; done; }
again "stored trust that is garbage" tamper
# shellcheck disable=SC2016
t_has "which the log says" "$(cat "$dir/log")" "stored trust metadata"
tamper() { rm -rf /var/lib/bailiff/trust/*; ln -s /etc/passwd \
	/var/lib/bailiff/trust/root.json; }
again "stored trust that is a link" tamper
t_is "which was not followed" "$(head -c 4 /etc/passwd)" root
tamper() { head -c 100 /dev/urandom >/var/lib/bailiff/bundle/timestamp.json; }
t_end "$DAEMON"
tamper
n_start_ok "a stored bundle that is garbage: the daemon starts" "$dir/log"
standing=$(cat $private/policy/current)
t_check "denied: after a stored bundle that is garbage" stands
t_end "$DAEMON"

# ---- what the machine lacks ----------------------------------------------------------------
# refuses SENTENCE PART COMMAND...: 111 and one line of error that has PART.
refuses() {
	local sentence=$1 part=$2 out status
	shift 2
	out=$(timeout 20 "$@" 2>&1 </dev/null)
	status=$?
	if [ "$status" -eq 111 ] &&
		[ "$(grep -c level=error <<<"$out")" -eq 1 ] &&
		grep level=error <<<"$out" | grep -qF -- "$part"; then
		ok "$sentence: $(grep -m 1 -o 'error=.*' <<<"$out")"
	else
		not_ok "$sentence" "$status" "$out"
	fi
}
refuses "no audit: in another pid namespace bailiffd refuses" \
	CAP_AUDIT_CONTROL unshare -p -f --mount-proc "$BIN/bailiffd"
refuses "without the capability bailiffd refuses" CAP_AUDIT_CONTROL \
	setpriv --bounding-set -audit_control --inh-caps -audit_control \
	"$BIN/bailiffd"
mkdir "$dir/auditd"
cat >"$dir/auditd/auditd.conf" <<END
local_events = yes
write_logs = yes
log_file = $dir/auditd/audit.log
log_format = RAW
flush = NONE
disk_full_action = IGNORE
disk_error_action = IGNORE
space_left = 2
admin_space_left = 1
END
chmod 700 "$dir/auditd"
chmod 600 "$dir/auditd/auditd.conf"
t_start auditd "$dir/auditd/out" auditd -n -s nochange -c "$dir/auditd"
reads() { [ "$(auditctl -s | awk '$1 == "pid" { print $2 }')" = "$auditd" ]; }
if t_wait_for reads; then
	refuses "beside auditd bailiffd refuses and names it" "(auditd)" \
		"$BIN/bailiffd"
	t_check "auditd still reads" reads
else
	not_ok "auditd starts" "$(cat "$dir/auditd/out")"
fi
t_exit "denied: beside auditd the launcher still confines" 1 \
	"$EXEC" --service web -- /usr/bin/cat /etc/shadow
t_end "$auditd"

# ---- no Landlock ---------------------------------------------------------------------------
# A leak check would need what the processes may not do.
bare=(env ASAN_OPTIONS=detect_leaks=0 "$ATTACKS/no_landlock")
rm -rf /run/bailiff /var/lib/bailiff/*
out=$("${bare[@]}" "$BIN/bailiffd" arm 2>&1)
t_is "no Landlock: a policy that asks for it is not published: 1" $? 1
t_has "the sentence says what is missing" "$out" Landlock
t_has "and how to say that it is accepted" "$out" best-effort
t_exit "nothing is started instead: 125" 125 \
	"$EXEC" --service web -- /usr/bin/true
following "$dir/best" services/web.json "${web/\{/\{\"best-effort\":[\"landlock\"],}"
rm -rf /etc/bailiff/bundle
cp -r "$dir/best/repo" /etc/bailiff/bundle
t_exit "no Landlock: one that accepts that is published" 0 \
	"${bare[@]}" "$BIN/bailiffd" arm
out=$("$ATTACKS/no_landlock" "$EXEC" --service web -- \
	"$ATTACKS/intruder" syscall keyctl 2>&1)
t_has "denied: what the other layers hold" "$out" "denied E"
t_done
