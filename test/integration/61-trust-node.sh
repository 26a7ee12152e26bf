#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 61-trust-node.sh - a node and time: what it makes of a wrong clock, of a
# bundle that expires while it is in force, of state that does or does not
# outlive a reboot.
#
# seconds: 240

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

DAY=86400
# A wrong clock for bailiffd, which a test sets while it runs.
N_BEFORE="env LD_PRELOAD=$ATTACKS/false_clock.so"
[ -z "${BAILIFF_SAN:-}" ] ||
	export ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
clock() { # SECONDS STATE: how far off, and what the kernel says of it
	echo "$1 $2" >/run/false-clock.new
	mv /run/false-clock.new /run/false-clock
}
log=$dir/log

policies() { # DIR [MEMBERS]: of node.json
	mkdir -p "$1/services"
	echo "{\"unlisted\":\"allow\",\"services\":{\"web\":{\"number\":1}}${2:-}}" \
		>"$1/node.json"
	n_policy >"$1/services/web.json"
}
policy() { n_get /v1/status | jq -r ".policy.$1"; }
is_policy() { [ "$(policy "$1")" = "$2" ]; }
becomes() { # SENTENCE MEMBER VALUE
	t_check "$1" t_wait_for -t 5 is_policy "$2" "$3"
}
reload() { # BUNDLE: the status; the answer is in $dir/answer
	jq -cn --arg b "$1" '{bundle: $b}' |
		curl -s --max-time 60 --unix-socket /run/bailiff/control.sock \
			-o "$dir/answer" -w '%{http_code}' -d @- \
			http://bailiff/v1/reload
}
reloads() { # SENTENCE BUNDLE
	t_is "$1" "$(reload "$2"): $(jq -r .error "$dir/answer")" "200: null"
}
refuses() { # SENTENCE BUNDLE WORD PART
	local status
	status=$(reload "$2")
	t_is "$1" "$status $(jq -r .refused "$dir/answer")" "409 $3"
	t_has "... and says why" "$(jq -r .error "$dir/answer")" "$4"
}
web() { "$EXEC" --service web -- "$@"; }
stands() { # the policy in force is enforced
	web /usr/bin/true && ! web /usr/bin/cat /etc/shadow
}
stop() {
	kill -TERM "$DAEMON"
	wait "$DAEMON"
}
# The node ends and begins again: /run is new, the state is what it is.
reboot() {
	stop
	umount -l /run
	mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /run
	mkdir -m 1777 /run/lock
	clock 0 sync
}
events() { "$CTL" tail --json --from "${1:-1}"; }
has_event() { # ACTION PART
	events | jq -e --arg a "$1" --arg p "$2" \
		'select(.event.action == $a and (.message | contains($p)))' |
		grep -q .
}
event() { # SENTENCE ACTION PART
	t_check "$1" t_wait_for -t 5 has_event "$2" "$3"
}
next() { # NAME [MEMBERS]: the following bundle, in $dir/NAME
	policies "$dir/p-$1" "${2:-}"
	n_next "$dir" "$dir/p-$1" && cp -r "$dir/repo" "$dir/$1"
}

policies "$dir/policies"
t_check "a bundle is made" n_repo "$dir" "$dir/policies"
n_image "$dir"
cp -r "$dir/repo" "$dir/one"
t_check "a second one" next two ',"description":"two"'
t_check "a third one" next three ',"description":"three"'
signer=$("$BUNDLE" verify --repo "$dir/one" --root "$dir/one/1.root.json" \
	--json | jq -r '.signers[0] // .targets.signers[0] // empty')

# ---- what is said of a node in order ---------------------------------------------
clock 0 sync
n_start_ok "the daemon becomes ready" "$log"
becomes "the policy is fresh" freshness fresh
t_is "on a tmpfs the rollback floor is the image" "$(policy rollback)" \
	image-floor
t_is "the trail begins with its key and a checkpoint" \
	"$(events | head -n 2 | jq -r .event.action | paste -sd ' ')" \
	"trail.key trail.checkpoint"
first=$(events | sed -n 3p)
t_is "the first event is the beginning of audit" \
	"$(jq -r .event.action <<<"$first")" audit.start
for part in "bundle=1 generation=1 " "signers=$(policy 'signers[0]') " \
	freshness=fresh rollback=image-floor; do
	t_has "it states ${part%%=*}" "$(jq -r .message <<<"$first")" "$part"
done
[ -z "$signer" ] || t_is "the signer is the bundle's" "$(policy 'signers[0]')" \
	"$signer"
metrics=$(n_get /metrics)
t_has "metrics say that it is fresh" "$metrics" \
	'bailiff_policy_freshness{bailiff_policy_freshness="fresh"} 1'
t_has "and not stale" "$metrics" \
	'bailiff_policy_freshness{bailiff_policy_freshness="stale"} 0'
t_has "and the floor" "$metrics" \
	'bailiff_policy_rollback{bailiff_policy_rollback="image-floor"} 1'
t_has "status says it to people" "$("$CTL" status)" "fresh, expires "
marked() { [ -s /var/lib/bailiff/clock ]; }
t_check "a synchronised clock leaves its mark" t_wait_for marked
t_is "which is bailiff's own, and nobody else's to read" \
	"$(stat -c '%u %a' /var/lib/bailiff/clock)" "1899999999 600"
mark=$(cat /var/lib/bailiff/clock)

# ---- time goes by ------------------------------------------------------------------
clock $((12 * DAY)) unsync
event "a fifth before the end the trail warns" policy.expiring bundle=1
t_has "and status" "$(n_get /v1/status | jq -r '.problems[]')" \
	"less than a fifth"
t_is "which is fresh still" "$(policy freshness)" fresh
clock $((15 * DAY)) unsync
becomes "after its time it is stale" freshness stale
event "the trail says so" policy.stale "bundle=1"
t_is "and the state" "$(n_get /v1/status | jq -r .state)" stale
t_exit "and bailiffctl status, by its exit code" 1 "$CTL" status
t_check "denied: a stale policy stays in force" stands
refuses "a bundle that has expired by that clock is refused" "$dir/two" \
	expired "by the system clock, which the hypervisor gave at boot"
t_has "with the date of its end" "$(jq -r .error "$dir/answer")" "expired at 20"
t_has "and what to do" "$(jq -r .hint "$dir/answer")" "set the clock"
clock 0 unsync
becomes "with the clock right again it is fresh" freshness fresh
event "the trail says that too" policy.fresh "bundle=1"
t_is "no clock that is not synchronised left a mark" \
	"$(cat /var/lib/bailiff/clock)" "$mark"

# ---- a clock that nobody vouches for -------------------------------------------------
mkdir "$dir/clocksource"
echo "tsc hpet acpi_pm" >"$dir/clocksource/available_clocksource"
echo "tsc" >"$dir/clocksource/current_clocksource"
t_check "a machine without hypervisor is put up" mount --bind \
	"$dir/clocksource" /sys/devices/system/clocksource/clocksource0
clock 7 unsync
rtc_free() { ! compgen -G '/sys/class/rtc/rtc*/since_epoch' >/dev/null; }
rtc_free || clock 100 unsync
becomes "freshness is unknown then" freshness unknown
event "the trail says so" policy.unknown "clock=unknown"
t_has "status says what to do" "$(n_get /v1/status | jq -r '.problems[]')" \
	"set the clock right"
t_check "denied: it stays in force" stands
clock 0 sync
becomes "NTP makes it fresh" freshness fresh
umount /sys/devices/system/clocksource/clocksource0

# ---- 1970 ------------------------------------------------------------------------------
epoch=$((-$(date +%s) + 60))
clock $epoch unsync
becomes "below the floor freshness is unknown" freshness unknown
t_has "the time that counts is the mark" \
	"$(n_get /v1/status | jq -r '.clock | .time + " " + .floor_by')" \
	"$(cat /var/lib/bailiff/clock) mark"
t_check "denied: in 1970 too the policy is enforced" stands
reloads "and a new bundle is accepted, by the floor" "$dir/two"
t_is "the second bundle is in force" "$(policy bundle)" 2
clock $epoch sync
sleep 1.5
t_is "1970 leaves no mark, even if it is called synchronised" \
	"$(cat /var/lib/bailiff/clock)" "$mark"

# ---- far ahead ------------------------------------------------------------------------
clock $((73 * 365 * DAY)) sync
becomes "in 2099 it is stale" freshness stale
refuses "and nothing new is accepted" "$dir/three" expired \
	"by the system clock, which the kernel calls synchronised"
sleep 1.5
t_is "2099 leaves no mark, even if it is called synchronised" \
	"$(cat /var/lib/bailiff/clock)" "$mark"
t_check "denied: it stays in force" stands
clock 0 sync
becomes "nothing of it stays" freshness fresh

# ---- a mark too far ahead, and how root is rid of it -------------------------------------
clock $((400 * DAY)) sync
is_later() { [ "$(cat /var/lib/bailiff/clock)" != "$mark" ]; }
t_check "a year ahead and synchronised does leave one" t_wait_for is_later
clock 0 sync
becomes "then the policy is stale" freshness stale
refuses "and an update refused, by the mark" "$dir/three" expired \
	"by the mark in /var/lib/bailiff/clock"
t_exit "root resets it" 0 "$BIN/bailiffd" reset-clock-floor
becomes "and it is fresh again" freshness fresh
event "the trail says that somebody did" clock.reset by=root
t_exit "without a mark the command has nothing to do" 0 \
	"$BIN/bailiffd" reset-clock-floor
out=$(setpriv --reuid 65534 --clear-groups \
	"$BIN/bailiffd" reset-clock-floor 2>&1)
t_is "which is not for everybody" $? 111
t_has "and says so" "$out" "/var/lib/bailiff"
reloads "now the update is accepted" "$dir/three"
stop

# ---- what lies where the mark should be ------------------------------------------------
bad_mark() { # SENTENCE: what is there now is not believed
	: >"$log.bad"
	clock 0 unsync
	n_start_ok "$1: the daemon starts" "$log.bad"
	t_has "... warns" "$(cat "$log.bad")" "the mark of the clock is not used"
	t_is "... and goes by the clock" "$(policy freshness)" fresh
	stop
	rm -rf /var/lib/bailiff/clock
}
own() { chown 1899999999:1899999999 /var/lib/bailiff/clock; }
umask 077
head -c 64 /dev/urandom >/var/lib/bailiff/clock; own
bad_mark "a damaged mark"
: >/var/lib/bailiff/clock; own
bad_mark "an empty one"
echo "9999-12-31T23:59:59Z" >/var/lib/bailiff/clock; own
bad_mark "an absurd one"
echo "2060-01-01T00:00:00Z" >/var/lib/bailiff/clock; own
bad_mark "one of the far future"
echo "2027-12-31T23:59:59Z" >/var/lib/bailiff/clock
bad_mark "a foreign one"
head -c 1000000 /dev/zero >/var/lib/bailiff/clock; own
bad_mark "a large one"
ln -s /etc/hostname /var/lib/bailiff/clock
bad_mark "a symlink"
mkfifo /var/lib/bailiff/clock; own
bad_mark "a pipe"
mkdir /var/lib/bailiff/clock; own
bad_mark "a directory"
umask 022
clock 0 unsync
echo "2031-01-01T00:00:00Z" >/var/lib/bailiff/clock; own
chmod 600 /var/lib/bailiff/clock
n_start_ok "a good one: the daemon starts" "$log"
becomes "... and goes by it" freshness stale
stop
rm /var/lib/bailiff/clock

# ---- refuse-start ------------------------------------------------------------------------
t_check "a bundle that refuses to start services while stale" next strict \
	',"freshness":{"on-stale":"refuse-start"}'
clock 0 unsync
n_start_ok "the daemon becomes ready" "$log"
reloads "the strict bundle is loaded" "$dir/strict"
t_is "status says what it does" "$(policy on_stale)" refuse-start
t_check "fresh, it starts services" web /usr/bin/true
web /usr/bin/sleep 60 &
running=$!
clock $((15 * DAY)) unsync
becomes "it becomes stale" freshness stale
withheld() { ! web /usr/bin/true; }
t_check "then no service is started" t_wait_for -t 3 withheld
out=$(web /usr/bin/true 2>&1)
t_is "the launcher's code is 125" $? 125
t_has "and it says when the bundle expired" "$out" "expired at 20"
t_check "what ran runs on" kill -0 "$running"
t_has "people are told" "$("$CTL" status)" "no service is started"
kill "$running"
stop
t_exit "without a daemon it is still refused" 125 "$EXEC" --service web -- \
	/usr/bin/true
rm -rf /run/bailiff
clock $((15 * DAY)) unsync
# shellcheck disable=SC2086 # a command and its arguments
t_exit "arm publishes the stale bundle" 0 $N_BEFORE "$BIN/bailiffd" arm
t_exit "and withholds its services" 125 "$EXEC" --service web -- /usr/bin/true
clock 0 unsync
n_start_ok "the daemon starts, with the clock right" "$log"
t_check "and they start" t_wait_for -t 3 web /usr/bin/true
clock $((15 * DAY)) unsync
t_check "they do not, in a fortnight" t_wait_for -t 3 withheld
cp -r "$dir/strict" "$dir/later"
t_check "a bundle is published then" "$BUNDLE" publish --unchecked \
	--repo "$dir/later" --snapshot-key "$dir/keys/snapshot.pem" \
	--timestamp-key "$dir/keys/timestamp.pem" \
	--passphrase-file "$dir/pass" \
	--now "$(date -u -d '+15 days' +%Y-%m-%dT%H:%M:%SZ)"
reloads "and accepted" "$dir/later"
t_check "which lifts it" web /usr/bin/true

# ---- state in memory, state on a disk ------------------------------------------------------
state() { # KIND: what lies below /var/lib/bailiff
	umount /var/lib/bailiff
	case $1 in
	tmpfs) mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /var/lib/bailiff ;;
	disk) mount -o loop "$dir/disk" /var/lib/bailiff ;;
	overlay)
		mkdir -p "$dir/over"
		mount -t tmpfs tmpfs "$dir/over" &&
			mkdir "$dir/over/"{lower,upper,work} &&
			mount -t overlay overlay -o \
"lowerdir=$dir/over/lower,upperdir=$dir/over/upper,workdir=$dir/over/work" \
				/var/lib/bailiff ;;
	esac
}
rm -rf /var/log/bailiff/*
truncate -s 16M "$dir/disk"
mkfs.ext4 -q "$dir/disk"
t_cleanup "umount -lR /var/lib/bailiff; umount -lq '$dir/over' || :"
reboot
state tmpfs
n_start_ok "a diskless node boots" "$log"
reloads "it loads a newer bundle" "$dir/two"
t_is "which is in force" "$(policy bundle)" 2
reboot
state tmpfs
last=$(events 2>/dev/null | tail -n 1 | jq -r '.seq // 0')
n_start_ok "it boots anew" "$log"
t_is "with the image's bundle" "$(policy bundle)" 1
statement() { # of the last beginning
	events | jq -r 'select(.event.action == "audit.start") | .message' |
		tail -n 1
}
t_has "as the first event of the boot states" "$(statement)" \
	"bundle=1 generation=1 "
t_has "and why that could be" "$(statement)" "rollback=image-floor"
reboot
state overlay
n_start_ok "a node whose state is an overlay on a tmpfs boots" "$log"
t_is "that is memory too" "$(policy rollback)" image-floor
reboot
state disk
n_start_ok "a node with a disk boots" "$log"
t_is "its rollback protection persists" "$(policy rollback)" persistent
reloads "it loads a newer bundle" "$dir/two"
reboot
n_start_ok "it boots anew" "$log"
t_is "with the newer bundle" "$(policy bundle)" 2
t_has "as the first event of the boot states" "$(statement)" \
	"bundle=2 generation=1 "
t_has "which persists" "$(statement)" "rollback=persistent"
t_check "denied: it is enforced" stands
refuses "the older one is refused" "$dir/one" rollback "version"
t_is "and the newer one stands" "$(policy bundle)" 2

# ---- a policy that demands a disk ------------------------------------------------------------
t_check "a bundle that demands persistent state" next demand \
	',"rollback":"persistent"'
t_check "and one after it" next demand2 ',"description":"no demand"'
reloads "on a disk it is accepted" "$dir/demand"
reboot
state tmpfs
n_start_ok "on a tmpfs the node boots with the image's" "$log"
refuses "and refuses one that demands a disk" "$dir/demand" not-persistent \
	"rollback \"persistent\""
t_is "the old one stands" "$(policy bundle)" 1
rm -rf /etc/bailiff/bundle
cp -r "$dir/demand" /etc/bailiff/bundle
reboot
state tmpfs
n_start_ok "an image that demands it itself boots" "$log"
t_is "with its own bundle" "$(policy rollback_demanded)" persistent
t_has "says what is wrong" "$(n_get /v1/status | jq -r '.problems[]')" \
	"is in memory"
t_check "denied: enforces it" stands
refuses "and refuses every other" "$dir/demand2" not-persistent \
	"of the bundle in force"
stop

# ---- a thousand services ------------------------------------------------------------------------
count=1024
mkdir -p "$dir/many/services"
members=
for ((i = 1; i <= count; i++)); do
	members+=",\"s$i\":{\"number\":$i}"
	cp "$dir/policies/services/web.json" "$dir/many/services/s$i.json"
done
echo "{\"unlisted\":\"allow\",\"services\":{${members:1}}}" \
	>"$dir/many/node.json"
rm -rf /etc/bailiff/bundle
cp -r "$dir/one" /etc/bailiff/bundle
reboot 2>/dev/null
state tmpfs
t_check "a bundle of $count services is signed" n_next "$dir" "$dir/many"
n_start_ok "the daemon becomes ready" "$log"
begun=${EPOCHREALTIME/[.,]/}
t_is "what it would change is told" "$("$CTL" diff --bundle "$dir/repo" \
	--json | jq '[.changes[].service] | unique | length')" $((count + 1))
reloads "it is loaded" "$dir/repo"
took=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
echo "# told and loaded in $took ms"
t_is "in less than twenty seconds" "$((took < 20000))" 1
t_is "status has all of them" "$(n_get /v1/status | jq '.services | length')" \
	$count
t_is "and who speaks for each" \
	"$(n_get /v1/status | jq -c '[.services[].role] | unique')" '["targets"]'
t_is "as has the list for people" "$("$CTL" services | wc -l)" $((count + 1))
t_is "and the metrics" "$(n_get /metrics | grep -c '^bailiff_service_pending{')" \
	$count
t_check "the last one starts" "$EXEC" --service s$count -- /usr/bin/true
t_exit "denied: and is confined" 1 \
	"$EXEC" --service s$count -- /usr/bin/cat /etc/shadow
shown() { "$CTL" show s512 >/dev/null; }
killed=$(n_worker policy)
kill -KILL "$killed"
t_check "a new policy process reads all of it back" t_wait_for -t 20 shown
t_is "and the policy in force is the same" "$(policy bundle)" \
	"$("$CTL" show s512 --json | jq .bundle)"
peak() { awk '/^VmHWM/ { print $2 }' "/proc/$1/status"; }
echo "# kB at most: policy $(peak "$(n_worker policy)"), supervisor $(
	peak "$DAEMON"), control $(peak "$(n_worker control)")"
stop
t_done
