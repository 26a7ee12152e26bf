#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh - bailiff's whole job on real programs and this machine's kernel, told
# in nine acts ("make demo"). Every line that claims something is checked as it
# is printed; the first that is not true ends the demo with 1. Everything lives
# in a mount namespace of its own; audit is put back as it was found.

. "$(dirname "$0")/lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
. "$TOP/test/demo-support/services.sh"

trap 't_exiting' EXIT
t_ended=1 # what ends it early says so itself
dir=/run/demo
mkdir -p $dir

# ---- how it is told ------------------------------------------------------------
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' off=$'\e[0m'
else
	bold='' dim='' green='' red='' off=''
fi
act() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
say() { printf '  %s\n' "$*"; }
quote() { sed "s/^/    $dim/; s/\$/$off/"; }
wrong() {
	printf '  %sNOT TRUE%s  %s\n' "$red" "$off" "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | quote
	[ ! -s $dir/daemon.log ] || tail -n 5 $dir/daemon.log | quote
	exit 1
}
# claim SENTENCE CMD...: true, or the demo ends.
claim() {
	local sentence=$1 out
	shift
	out=$("$@" 2>&1) || wrong "$sentence" "$*" "$out"
	printf '  %strue%s  %s\n' "$green" "$off" "$sentence"
}
fails() { ! "$@"; }
equal() { [ "$1" = "$2" ]; }

# ---- an intruder in each service -------------------------------------------------
# Five things that a service never does: what, and the right that they need.
attacks=(
	"read /etc/shadow|reads /etc/shadow"
	"write /tmp/bailiff-demo|writes outside of its directories"
	"exec /bin/sh|executes a shell"
	"connect 4444|connects to a forbidden port"
	"syscall keyctl|makes a forbidden system call"
)
newest() { # SERVICE: the sequence of its newest denial, 0 without one
	"$CTL" tail --denied --service "$1" --json -n 1 | jq -r '.seq // 0' |
		tail -n 1
}
# What the kernel said, in its own words; long SYSCALL lines without their middle.
kernel_line() { # RAW
	printf '%s\n' "$1" | grep -E '^type=(LANDLOCK_ACCESS|SECCOMP)' |
		cut -c1-200
	printf '%s\n' "$1" | grep '^type=SYSCALL' | sed -E \
		's/^(type=SYSCALL msg=[^ ]+).*( syscall=[0-9]+).*( auid=[0-9]+).*( ses=[0-9]+).*/\1 ...\2 ...\3 ...\4 .../'
}
attack() { # SERVICE WORDS SENTENCE
	local service=$1 words=$2 sentence=$3 before=$dir/before out raw seq
	newest "$service" >$before
	# shellcheck disable=SC2086 # several words
	out=$(in_"$service" $words 2>&1) &&
		wrong "$service is stopped when it $sentence" "$out"
	grep -q '^denied ' <<<"$out" ||
		wrong "$service is stopped when it $sentence" "$out"
	printf '  %strue%s  %s is stopped when it %s (%s)\n' "$green" "$off" \
		"$service" "$sentence" "${out%%$'\n'*}"
	is_new() { [ "$(newest "$service")" -gt "$(cat $before)" ]; }
	t_wait_for -t 5 is_new || wrong "its record is in the trail"
	seq=$(newest "$service")
	"$CTL" explain "$seq" --json >$dir/why || wrong "event $seq is explained"
	raw=$(jq -r .raw $dir/why)
	jq -r '.event.audit.serial' $dir/why >>$dir/serials
	kernel_line "$raw" | quote
	say "      $(jq -r .sentence $dir/why)"
}

s_make || wrong "nginx's files and redis's container are made"

# ===================================================================================
act "1  What the owner of an image writes, and what is signed"
grep -v '^#' "$TOP/examples/full.yml" | head -n 12 | quote
say "and for nginx, among other rules:"
jq -c '.landlock | .pathBeneath[0,1,2], .netPort[0]' \
	"$POLICIES/services/nginx.json" | quote
jq -c '.capabilities' "$POLICIES/services/nginx.json" | cut -c1-100 | quote
jq -r '.seccomp | "\(.syscalls | map(.names | length) | add) system calls, " +
	"everything else \(.defaultAction)"' \
	"$POLICIES/services/nginx.json" | quote
claim "four keys are made, each encrypted" n_keys $dir
s_policies "$POLICIES" $dir/policies ||
	wrong "the example policies fit the demo's directories"
claim "a bundle is built from examples/policies and signed" \
	n_repo $dir $dir/policies
"$BUNDLE" verify --repo $dir/repo --root $dir/repo/1.root.json | quote
n_image $dir
cp -r $dir/repo $dir/repo-1

# ===================================================================================
act "2  The same attack with bailiff off"
for row in "${attacks[@]}"; do
	# shellcheck disable=SC2086 # several words
	claim "nginx's intruder ${row#*|}" $WEB/bin/intruder ${row%%|*}
done
rm -f /tmp/bailiff-demo
mkdir -p $dir/bare && ln -sfn $BOX/rootfs $dir/bare/rootfs
bare_redis() { # the same container, plain runc, the intruder in redis's place
	jq --arg args "/bin/intruder $*" \
		'.process.args = ($args | split(" ")) | .root.path = "'$BOX'/rootfs"' $BOX/config.json \
		>$dir/bare/config.json
	runc run --bundle $dir/bare bare </dev/null
}
for row in "${attacks[@]}"; do
	# shellcheck disable=SC2086 # several words
	claim "redis's intruder ${row#*|}" bare_redis ${row%%|*}
done

# ===================================================================================
act "3  bailiffd starts; nginx by the launcher, redis in a container by the gate"
"$ATTACKS/listen" >$dir/multicast 2>$dir/listen.log </dev/null &
LISTEN=$!
t_cleanup "t_end $LISTEN"
t_wait_for grep -q ready $dir/listen.log || wrong "somebody else listens too"
cat >$dir/rsyslog.conf <<END
global(workDirectory="$dir" maxMessageSize="256k")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="10514")
template(name="whole" type="string" string="%rawmsg%\n")
action(type="omfile" file="$dir/collected" template="whole")
END
rsyslogd -n -f $dir/rsyslog.conf -i $dir/rsyslog.pid \
	>$dir/rsyslog.log 2>&1 </dev/null &
t_cleanup "t_end $!"
n_start $dir/daemon.log || wrong "bailiffd becomes ready"
status() { "$CTL" status --json | jq -e "$1" >/dev/null; }
claim "bailiffd is ready: five processes, each confined" \
	status '[.workers[].ready] | all'
s_nginx $dir/nginx.log "$EXEC" --service nginx --
claim "nginx serves a page" t_wait_for page
"$GATE" run --detach --bundle $BOX "$REDIS" >$dir/redis.log 2>&1 </dev/null ||
	wrong "redis starts" "$(cat $dir/redis.log)"
t_cleanup "$GATE delete --force $REDIS"
claim "redis keeps a key" t_wait_for key
for service in nginx redis; do
	for row in "${attacks[@]}"; do
		attack $service "${row%%|*}" "${row#*|}"
	done
done

# ===================================================================================
act "4  Whose was it? A process of a millisecond, and an impostor"
short() { in_nginx exit 0; }
execs() {
	"$CTL" tail --service nginx --json -n 500 | jq -s '[.[] |
	select(.event.action == "execve" and
	.process.executable == "'$WEB/bin/intruder'")] | length'
}
before=$(execs)
for _ in 1 2 3 4 5 6 7 8 9 10; do
	short
done
ten_more() { equal "$(execs)" $((before + 10)); }
claim "ten processes that end at once are all named nginx" t_wait_for ten_more
bash -c 'echo 1900000001 >/proc/self/loginuid && sleep 0.1'
forged() {
	"$CTL" tail --json -n 50 | jq -s -e '[.[] |
	select(.event.action == "identity.forged")] | length > 0'
}
claim "who writes nginx's number himself is identity.forged" t_wait_for forged
"$CTL" tail -n 50 | grep identity.forged | tail -n 1 | quote

# ===================================================================================
act "5  A new policy while nginx is under load"
edit() { # SERVICE FILTER
	jq "$2" "$dir/policies/services/$1.json" >$dir/edited.json &&
		mv $dir/edited.json "$dir/policies/services/$1.json"
}
edit nginx '.landlock.pathBeneath += [{"allowedAccess": ["read_file"],
	"parent": ["/srv/bailiff-demo"]}]'
edit redis 'del(.landlock.pathBeneath[] |
	select(.parent == ["/dev/urandom"]))'
claim "version 2 is built and signed" n_next $dir $dir/policies
load() {
	local good=0 bad=0
	until [ -e $dir/enough ]; do
		if page && key; then
			good=$((good + 1))
		else
			bad=$((bad + 1))
		fi
	done
	echo "$good $bad" >$dir/load
}
load &
loader=$!
sleep 0.5
"$CTL" reload --bundle $dir/repo --json >$dir/reload 2>&1 ||
	wrong "the reload is accepted" "$(cat $dir/reload)"
sleep 0.5
touch $dir/enough
wait $loader
say "bailiffctl reload says what changed, and what awaits a restart:"
jq -r '(.changes[] | "- " + .change + ": " + .sentence),
	(.pending[] | "- pending: \(.service) in session \(.ses), bound by " +
	"generation \(.generation)")' $dir/reload | quote
read -r good bad <$dir/load
claim "of $good requests meanwhile none failed" equal "$bad" 0
claim "bundle 2 is in force" status '.policy.bundle == 2'

# ===================================================================================
act "6  Four bundles that are not what they should be"
refused() { # WHAT DIRECTORY WHY
	"$CTL" reload --bundle "$2" --json >$dir/refusal 2>&1 &&
		wrong "$1 is refused"
	claim "$1 is refused: $(jq -r .error $dir/refusal)" \
		equal "$(jq -r .refused $dir/refusal)" "$3"
}
cp -r $dir/repo $dir/tampered
for target in $dir/tampered/targets/services/*.nginx.json; do
	sed -i '0,/8080/s//8081/' "$target"
done
refused "a bundle with one digit changed" $dir/tampered malformed
refused "the older version 1" $dir/repo-1 rollback
cp -r $dir/repo $dir/unsigned
jq -c '.signed.version += 1 | .signatures = []' $dir/repo/timestamp.json \
	>$dir/unsigned/timestamp.json
refused "one without enough signatures" $dir/unsigned threshold
mkdir -p $dir/late && cp -r $dir/repo $dir/keys $dir/pass $dir/late/
soon=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)
n_next $dir/late $dir/policies --expires "timestamp=$soon" ||
	wrong "a bundle that lives two seconds is made"
sleep 3
refused "one that has expired" $dir/late/repo expired
claim "bundle 2 still stands" status '.policy.bundle == 2'

# ===================================================================================
act "7  Everything of bailiff is killed"
last=$("$CTL" tail --json -n 1 | jq .seq)
# shellcheck disable=SC2046 # several pids
kill -KILL "$DAEMON" $(pgrep -P "$DAEMON")
wait "$DAEMON" 2>/dev/null
claim "no process of bailiffd is left" fails pgrep -f "$BIN/bailiffd"
claim "the attack on nginx is still denied" fails in_nginx read /etc/shadow
claim "the attack on redis is still denied" fails in_redis read /etc/shadow
claim "nginx still serves" page
claim "redis still keeps keys" key
n_start $dir/daemon.log || wrong "bailiffd becomes ready again"
in_nginx exit 0
gap() {
	"$CTL" tail --json --from "$last" | jq -s -e '[.[] |
	select(.event.action == "audit.gap")] | length > 0'
}
claim "after the restart the gap is counted" t_wait_for gap
"$CTL" tail --from "$last" | grep audit.gap | tail -n 1 | quote

# ===================================================================================
act "8  The collector, and a trail that shows an edit"
sleep 1
sequence() { # of the trail, as far as the collector has it
	"$CTL" tail --json --from 1 | jq .seq | head -n "$1"
}
collected() { grep -o ' seq="[0-9]*"' $dir/collected | tr -dc '0-9\n'; }
arrived() {
	collected | awk '!seen[$0]++' >$dir/there
	[ "$(wc -l <$dir/there)" -ge "$last" ] &&
		sequence "$(wc -l <$dir/there)" | cmp -s - $dir/there
}
claim "rsyslog's file holds the trail's sequence" t_wait_for -t 20 arrived
say "    $(wc -l <$dir/there) events in rsyslog's file"
same_serials() {
	while read -r serial; do
		grep -q "[0-9]:$serial)" $dir/multicast || return
	done <$dir/serials
}
claim "a listener beside bailiffd saw the same $(wc -l <$dir/serials) serials" \
	same_serials
kill -TERM "$DAEMON" && wait "$DAEMON"
claim "the trail verifies" "$CTL" verify /var/log/bailiff
"$CTL" verify /var/log/bailiff --anchor $dir/collected >$dir/verified
claim "and beside what rsyslog has received it is anchored" \
	grep -q 'anchored at size' $dir/verified
quote <$dir/verified
cp -r /var/log/bailiff $dir/edited
segment=$(find $dir/edited -name '*.seg' | sort | head -n 1)
offset=$(($(stat -c %s "$segment") / 2))
byte=$(od -An -tu1 -j $offset -N1 "$segment" | tr -d ' ')
# shellcheck disable=SC2059 # the format is the byte
printf "\\x$(printf %02x $(((byte + 1) % 256)))" |
	dd of="$segment" bs=1 seek=$offset conv=notrunc status=none
claim "with one byte edited it does not" fails "$CTL" verify $dir/edited
"$CTL" verify $dir/edited 2>/dev/null | grep -A 1 '^damaged' | quote

# ===================================================================================
act "9  What this kernel does not enforce"
n_start $dir/daemon.log || wrong "bailiffd becomes ready"
"$CTL" status --json | jq -r '.kernel.not_enforced[], .services[].not_enforced[]' |
	sort -u | sed 's/^/- /' | quote
say ""
say "${green}All of it was true.${off} The machine is put back as it was found."
exit 0
