#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 69-past-gate.sh - containers that real runc starts past the gate: reported,
# frozen, killed; and all that must be left alone.
#
# In a cgroup namespace of its own: what is frozen and killed here is below a
# cgroup that this test made, and nothing else can be seen.
#
# seconds: 150

if [ -z "${T_CGROUP:-}" ]; then
	all=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	leaf=$all/bailiff-past-$$
	mkdir "$leaf" || { echo "Bail out! no cgroup v2"; exit 1; }
	(
		echo "$BASHPID" >"$leaf/cgroup.procs" &&
			T_CGROUP=1 exec unshare -C "$BASH" "$0" "$@"
	)
	status=$?
	for try in 1 2 3 4 5 6 7 8 9 10; do
		find "$leaf" -depth -type d -exec rmdir {} + 2>/dev/null
		[ -d "$leaf" ] || break
		sleep 0.2
	done
	exit $status
fi

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
t_cgroup2_only
t_tmpdir dir
CG=/sys/fs/cgroup
# bailiff and this script are in /node/bailiff, whose parent is theirs too.
mkdir -p $CG/node/bailiff
echo $$ >$CG/node/bailiff/cgroup.procs || t_die "cannot move into a cgroup"

RUNC=$(command -v runc) || t_die "no runc"
SESSIONS=/run/bailiff/private/sessions
LOG=/run/bailiffd.log

# ---- containers ------------------------------------------------------------

mkdir -p "$dir/box/rootfs"/{proc,dev,sys}
cp "$ATTACKS/intruder" "$dir/box/rootfs/" || t_die "no intruder"
(cd "$dir/box" && "$RUNC" spec)

# box ID [FILTER]: a bundle in $dir/ID.
box() {
	mkdir -p "$dir/$1"
	ln -sfn "$dir/box/rootfs" "$dir/$1/rootfs"
	jq '.process.terminal = false | .root.path = "'"$dir"'/box/rootfs" |
		.root.readonly = true | del(.process.rlimits) |
		.process.args = ["/intruder", "sleep", "600"] |
		.linux.namespaces |= map(select(.type != "cgroup")) |
		.linux.cgroupsPath = "/'"$1"'" |
		'"${2:-.}" "$dir/box/config.json" >"$dir/$1/config.json"
}
# start ID: straight by runc, past the gate; its pid in $PID.
start() {
	local id=$1
	"$RUNC" run --detach --bundle "$dir/$id" --pid-file \
		"$dir/$id/pid" "$id" >"$dir/$id/out" 2>&1 </dev/null ||
		t_die "runc run $id: $(cat "$dir/$id/out")"
	t_cleanup "'$RUNC' delete --force $id >/dev/null 2>&1"
	PID=$(cat "$dir/$id/pid")
}
gated() { # ID: by the gate
	"$GATE" run --detach --bundle "$dir/$1" --pid-file "$dir/$1/pid" "$1" \
		>"$dir/$1/out" 2>&1 </dev/null ||
		t_die "gate run $1: $(cat "$dir/$1/out")"
	t_cleanup "'$RUNC' delete --force $1 >/dev/null 2>&1"
	PID=$(cat "$dir/$1/pid")
}
stop() { # ID
	echo 0 2>/dev/null >"$CG/$1/cgroup.freeze"
	"$RUNC" delete --force "$1" >/dev/null 2>&1
}
# stamped NUMBER ID: the same in a session of its own, as the gate makes one.
stamped() {
	(
		echo "$1" >/proc/self/loginuid || t_die "no loginuid"
		start "$2"
	) || t_die "not started: $2"
	t_cleanup "'$RUNC' delete --force $2 >/dev/null 2>&1"
	PID=$(cat "$dir/$2/pid")
}
# register PID SERVICE NUMBER INSTANCE: what the gate and its hook would write.
register() {
	local ses file
	ses=$(cat "/proc/$1/sessionid")
	file=$SESSIONS/.made
	printf '%s\n' "ses=$ses" "number=$3" "service=$2" "instance=$4" \
		generation=1 bundle_version=1 "pid=$1" \
		"started_ms=$(awk '{ print int($1 * 1000) }' /proc/uptime)" \
		"cgroup=/$4" cgroup_id=1 pid_ns=0 mnt_ns=0 net_ns=0 user_ns=0 \
		cgroup_ns=0 >"$file"
	chown 1899999999:1899999999 "$file"
	chmod 600 "$file"
	mv "$file" "$SESSIONS/$ses"
}

# ---- what the daemon says ---------------------------------------------------

past() { n_get /v1/status | jq -e ".past_gate | $1"; }
row() { # ID FILTER
	past "[.containers[] | select(.container == \"$1\")][0] | $2" >/dev/null
}
alarms() { n_get /v1/status | jq .past_gate.alarms; }
is_told() { # ID PATTERN: an event
	"$CTL" tail --json | jq -r 'select(.event.action == "gate.passed") |
		.message' | grep -F "container=\"$1\" " | grep -qE "$2"
}
is_living() { grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null; }
has_ended() { ! is_living "$1"; }
is_frozen() { grep -q '^frozen 1' "$CG/$1/cgroup.events"; }
# Alarms come 2 to 3 s after a start; whoever has none by then never has.
later() { sleep 4; }
quiet() { # SENTENCE ID: behind "later"
	if row "$2" '. != null' || is_told "$2" .; then
		not_ok "$1" "$(past .)"
	else
		ok "$1"
	fi
}
policy() { # ACTION: published; "" for no word on it
	local more=
	[ -z "$1" ] || more=',"past-gate":"'$1'"'
	echo '{"unlisted":"allow","services":{"web":{"number":1}}'"$more"'}' \
		>"$dir/policies/node.json"
	if [ -d "$dir/repo" ]; then
		n_next "$dir" "$dir/policies" || t_die "no further version"
		"$CTL" reload --bundle "$dir/repo" >/dev/null ||
			t_die "no reload"
	fi
}

mkdir -p "$dir/policies/services"
cat >"$dir/policies/services/web.json" <<'END'
{"landlock":{"abi":1,"ruleset":[{"handledAccessFs":["abi.all"]}],
"pathBeneath":[{"allowedAccess":["abi.all"],"parent":["/"]}]},
"seccomp":{"defaultAction":"SCMP_ACT_ALLOW"},"capabilities":{},
"accept":["loader"]}
END
policy ""
n_repo "$dir" "$dir/policies" || t_die "no bundle"
n_image "$dir"
printf '%s\n' "runtime = $RUNC" "own = mine" "allow-unarmed = rescue" \
	>/etc/bailiff/gate.conf

# Beside another audit daemon nothing is set in the kernel's audit: what is
# tried here needs none of it.
N_OPTIONS=--observe
n_start_ok "the daemon starts" $LOG || t_die "$(cat $LOG)"

# ---- no gate, no alarm -------------------------------------------------------

box before
start before
later
quiet "where no gate was ever seen nobody can pass it" before
t_check "and status says so" past '.watching == false and .alarms == 0'
stop before

# ---- reported ---------------------------------------------------------------

box unlisted
gated unlisted
UNLISTED=$PID
box web '.annotations["io.bailiff.service"] = "web"'
gated web
WEB=$PID
box mine
start mine
box rescue
start rescue
later
quiet "what the gate started is no alarm: a container nobody names" unlisted
quiet "nor a named service, whose launcher left a receipt" web
quiet "nor what gate.conf calls bailiff's own" mine
quiet "nor what it allows to start unarmed" rescue
t_check "the gate is noticed" past .watching

box stray
start stray
STRAY=$PID
t_check "a container past the gate is an alarm, soon" \
	t_wait_for -t 6 row stray ".pid == $PID and .cgroup == \"/stray\""
t_check "reported, which is the default" \
	row stray '.reason == "no-registration" and .did == "report" and
		.why == null'
t_check "an event says so" t_wait_for is_told stray \
	"reason=no-registration pid=$PID cgroup=\"/stray\" policy=report did=report why=\"\"$"
t_has "the log says so" "$(cat $LOG)" \
	'msg="a container was started past the gate" container=stray'
t_check "status is degraded by it" eval \
	'n_get /v1/status | jq -e ".state == \"degraded\" and (.problems |
	any(startswith(\"1 container was started past the gate: the first is stray\")))"'
t_has "the metrics count it" "$(n_get /metrics)" "bailiff_past_gate_total 1"
t_check "it is left alone" is_living "$STRAY"
sleep 2
t_is "it is told once, however often it was seen" "$(alarms)" 1

box brief '.process.args = ["/intruder", "exit", "0"]'
"$RUNC" run --bundle "$dir/brief" brief >/dev/null 2>&1 </dev/null
t_check "so is one that ended at once" \
	t_wait_for -t 6 is_told brief "reason=no-registration pid=0"

# pid: host, seen by containerd's directory alone.
TASKS=/run/containerd/io.containerd.runtime.v2.task/services.linuxkit
t_start SHARED /dev/null sleep 600
mkdir -p $TASKS/shared
printf %s "$SHARED" >$TASKS/shared/init.pid
t_check "one without a pid namespace is seen by containerd's directory" \
	t_wait_for -t 8 row shared ".pid == $SHARED"

# ---- frozen -----------------------------------------------------------------

policy freeze
t_check "a policy that freezes reaches what runs" \
	t_wait_for -t 12 row stray '.did == "freeze"'
t_check "it is frozen" t_wait_for is_frozen stray
t_check "an event says that too" t_wait_for is_told stray \
	'policy=freeze did=freeze why=""$'
t_check "without a cgroup of its own nothing can be frozen" \
	t_wait_for -t 12 row shared '.did == "report" and .why != null'
t_check "what the gate started is not frozen" eval \
	'is_living $WEB && is_living $UNLISTED && ! is_frozen web &&
	! is_frozen unlisted && ! is_frozen rescue'

# why ID-OR-CGROUP TEXT: the daemon says why it leaves this one alone.
why() {
	t_wait_for -t 12 past "any(.containers[]; (.container == \"$1\" or
		.cgroup == \"$1\") and .did == \"report\" and
		(.why | contains(\"$2\")))"
}
box parent
start parent
mkdir $CG/parent/below
box first '.linux.cgroupsPath = "/both"'
box second '.linux.cgroupsPath = "/both"'
start first
start second
box guest
start guest
echo "$WEB" >$CG/guest/cgroup.procs
box inside '.linux.cgroupsPath = "/node/bailiff"'
mkdir -p $TASKS/inside
start inside
printf %s "$PID" >$TASKS/inside/init.pid
box above '.linux.cgroupsPath = "/node"'
mkdir -p $TASKS/above
start above
printf %s "$PID" >$TASKS/above/init.pid
box root
mkdir -p $TASKS/root
start root
echo "$PID" >$CG/cgroup.procs
printf %s "$PID" >$TASKS/root/init.pid
t_check "refused: a cgroup with others below it" why parent "others below it"
t_check "refused: a cgroup that two containers share" \
	why both "holds a second container"
t_check "refused: a cgroup into which a registered container's process was moved" \
	why guest "another container that is registered"
t_check "refused: a cgroup that bailiff is in" \
	why inside "holds bailiff itself"
t_check "refused: a cgroup above bailiff's" why /node "holds bailiff itself"
t_check "refused: the root of all cgroups" why root "the root of all"
t_check "and none of them is frozen" eval \
	'! is_frozen parent && ! is_frozen both && ! is_frozen guest &&
	! is_frozen node && ! is_frozen node/bailiff'
rmdir $CG/parent/below
t_check "when nothing is below it any more it is" \
	t_wait_for -t 12 row parent '.did == "freeze"'
echo "$WEB" >$CG/web/cgroup.procs
for id in first second guest inside above root parent mine; do stop $id; done

# ---- killed -----------------------------------------------------------------

policy kill
t_check "a policy that kills reaches what was frozen" \
	t_wait_for -t 12 has_ended "$STRAY"
t_check "an event says so" t_wait_for is_told stray \
	'policy=kill did=kill why=""$'
box gone
start gone
GONE=$PID
box timely
stamped 1900000000 timely
register "$PID" "" 0 timely
TIMELY=$PID
box late
stamped 1900000000 late
LATE=$PID
box mute
stamped 1900000001 mute
register "$PID" web 1 mute
t_check "what is started past the gate is killed" \
	t_wait_for -t 8 has_ended "$GONE"
t_check "its cgroup is not left frozen" eval '! is_frozen gone'
t_check "nobody registered this one within two seconds: it is killed" \
	t_wait_for -t 8 has_ended "$LATE"
quiet "registered in time: no alarm" timely
t_check "and it lives" is_living "$TIMELY"
t_check "registered as a service, and no launcher's receipt: an alarm" \
	t_wait_for -t 12 is_told mute "reason=no-receipt pid=$PID .*did=kill"
t_check "and it is killed" t_wait_for has_ended "$PID"

t_check "who came by the gate lives through all of this" eval \
	'is_living $WEB && is_living $UNLISTED'
t_check "so does what gate.conf names" is_living "$(cat "$dir/rescue/pid")"
t_check "and what is not a container" is_living "$SHARED"
policy ""
t_check "a policy that says nothing reports again" \
	t_wait_for past '.policy == "report"'
[ -z "${DEBUG:-}" ] || { past .; cat $LOG; }
t_done
