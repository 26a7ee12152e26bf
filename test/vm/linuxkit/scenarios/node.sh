# SPDX-License-Identifier: Apache-2.0
# node.sh - a node under policy: what serves, what is attacked, what is changed
# while it runs, and what its record says of all that.
#
# What each tier denies is the table below, written by hand; nothing of it is
# asked of bailiff. Every attack also happens without policy, in a container
# that was started past the gate: there it must succeed.
#
# services: agent nginx redis stranger
# next: tighter
# shellcheck shell=bash

. "$(dirname "$0")/../guest.sh"
dir=/run/scenario
mkdir -p $dir
INTRUDER=/usr/bin/intruder

# What an intruder tries | what is allowed next to it, in nginx | in redis | what
# becomes of it on 7.3, 6.12, 6.1 (Landlock ABI 10 or more, 6, 2) and without
# Landlock | what denies it: a layer, and from which ABI | the action of its
# event | in words. "denied": it fails, and the kernel's own record says so;
# "inferred": it fails, and bailiff finds it by its errno; "open": this tier does
# not deny it. ptrace is last: a traced process stops at its next signal.
attacks=(
"read /etc/shadow|read /var/www/html/index.html|read /proc/self/status|denied inferred inferred open|landlock 1|fs.read_file|reads /etc/shadow"
"write /tmp/intruder|write /var/lib/nginx/note|write /data/note|denied inferred inferred open|landlock 1|fs.make_reg|writes outside of its directories"
"exec /bin/sh|exec $INTRUDER|exec $INTRUDER|denied inferred inferred open|landlock 1|fs.execute|executes a shell"
"connect 4444|connect 4445|connect 4445|denied inferred open open|landlock 4|net.connect_tcp|connects to a forbidden port"
"bind 4447|bind 4446|bind 4446|denied inferred open open|landlock 4|net.bind_tcp|binds a forbidden port"
"signal 1|signal 0|signal 0|denied inferred open open|landlock 6|scope.signal|signals a process outside of its sandbox"
"syscall keyctl|syscall getppid|syscall getppid|denied denied denied denied|seccomp|syscall.keyctl|calls keyctl"
"syscall mount|syscall getppid|syscall getppid|denied denied denied denied|seccomp|syscall.mount|calls mount"
"syscall unshare|syscall getppid|syscall getppid|denied denied denied denied|seccomp|syscall.unshare|calls unshare"
"syscall bpf|syscall getppid|syscall getppid|denied denied denied denied|seccomp|syscall.bpf|calls bpf"
"syscall io_uring_setup|syscall getppid|syscall getppid|denied denied denied denied|seccomp|syscall.io_uring_setup|calls io_uring_setup"
"syscall ptrace|syscall getppid|syscall getppid|denied denied denied denied|seccomp|syscall.ptrace|calls ptrace"
)
case $KERNEL:$LSM in
*:*apparmor*) column=4 ;;
6.1:*) column=3 ;;
6.12:*) column=2 ;;
*) column=1 ;;
esac

row() { # ROW: into $try, $nginx, $redis, $want, $layer, $action, $what
	# shellcheck disable=SC2034 # nginx and redis by their names
	IFS='|' read -r try nginx redis want layer action what <<<"$1"
	read -ra want <<<"$want"
	want=${want[column - 1]}
}

words() { # try|nginx|redis: of every row
	local one
	for one in "${attacks[@]}"; do
		row "$one"
		echo "${!1}"
	done
}

at() { # SENTENCE: how far the emulated processor has come
	local up _
	read -r up _ </proc/uptime
	echo "# ${up%%.*} s: $*"
}

# A process in it as containerd's shim starts one, without the seconds that
# ctr takes here.
inside() { # SERVICE CMD...
	runc --root /run/containerd/runc/$NS exec "$@" </dev/null
}

status() { "$CTL" status --json; }
last() { "$CTL" tail --json -n 1 | jq .seq; }

# ---- what serves ------------------------------------------------------------
at "containerd has started everything"
t_check "bailiff becomes ready" t_wait_for -t 40 is_ready
t_check "nginx serves a page" t_wait_for -t 30 page
t_check "redis keeps a key" t_wait_for -t 30 key
status >$dir/status
t_is "each of them is bound by bundle 1" "$(jq -c '[.services[] |
	select(.name == ("agent", "nginx", "redis")) |
	[.name, .sessions[0].binding, .sessions[0].bundle]]' $dir/status)" \
	'[["agent","applied",1],["nginx","applied",1],["redis","applied",1]]'

t_exit "a container without a policy is refused" 1 is_running stranger
t_has "its refusal is in the trail, with the reason" "$("$CTL" tail --raw \
	--type TRUSTED_APP --from 1)" 'op=container-refused container="stranger"'

# ---- the record of the boot ---------------------------------------------------
"$CTL" tail --json --from 1 >$dir/trail
t_is "the record begins with the kernel's first" \
	"$(jq -s '[.[].audit.serial // empty] | min' $dir/trail)" 1
# agent starts before bailiff does: nobody reads audit yet.
t_is "what a service did before bailiffd ran is known to be its doing" \
	"$(jq -rs '[.[] | select(.event.action == "syscall.keyctl" and
	.service.name == "agent")][0] | "\(.service.how) \(.process.executable)"' \
	$dir/trail)" "session $INTRUDER"
at "attacks begin; $(jq -s '[.[] | select(.event.action == "daemon.start")][0].seq' \
	$dir/trail) events came before bailiffd"

# ---- without policy -----------------------------------------------------------
# The same files with all that a container can have, started past the gate.
mkdir -p $dir/bare
jq --arg it $INTRUDER '.process.args = [$it, "sleep", "100000"] |
	["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE", "CAP_BPF", "CAP_KILL",
	 "CAP_NET_BIND_SERVICE", "CAP_SYS_PTRACE"] as $caps |
	.process.capabilities = {bounding: $caps, permitted: $caps,
		effective: $caps, inheritable: $caps} |
	.mounts += [{destination: "/run", type: "bind", source: "/run",
		options: ["rbind", "rw"]}]' \
	/containers/services/nginx/config.json >$dir/bare/config.json
# Into a file: the container keeps what it was given.
bare_start() {
	/usr/bin/runc run -d --bundle $dir/bare bare >$dir/bare.log 2>&1 \
		</dev/null
}
t_check "a container starts past the gate" bare_start
in_bare() { /usr/bin/runc exec bare $INTRUDER "$@" </dev/null; }
# shellcheck disable=SC2046 # several words
in_bare $(words try) >$dir/bare.out 2>&1
mapfile -t out <$dir/bare.out
for line in "${!attacks[@]}"; do
	row "${attacks[line]}"
	t_is "without policy an intruder $what" "${out[line]:-}" allowed
done

# ---- under policy ---------------------------------------------------------------
# What is in the trail of the intruder in a service since then:
# action, kernel or inferred, how it was attributed, sequence.
denials() { # SERVICE SEQUENCE
	"$CTL" tail --denied --service "$1" --json --from $(($2 + 1)) |
		jq -r --arg exe $INTRUDER 'select(.process.executable == $exe) |
		[if .inferred then .denial.right else .event.action end,
		(if .inferred then "inferred" else "denied" end),
		.service.how, .seq] | @tsv' >$dir/denials
	grep -q "^syscall.ptrace	" $dir/denials
}

# What became of the row at hand, a word of the table: in $got.
found() { # OUTPUT
	local name how
	case $1 in
	allowed) got=open && return ;;
	denied\ E*) ;;
	*) got="failed: $1" && return ;;
	esac
	while read -r name got how _; do
		[ "$how" = session ] || continue
		case $name in "$action" | "${action#*.}") return ;; esac
	done <$dir/denials
	got=unrecorded
}

attack() { # SERVICE HOW
	local line before may out got service=$1
	before=$(last)
	# shellcheck disable=SC2046 # several words
	inside "$service" $INTRUDER $(words "$service") >$dir/may 2>&1
	# shellcheck disable=SC2046
	$2 "$service" $INTRUDER $(words try) >$dir/out 2>&1
	t_wait_for -t 20 denials "$service" "$before"
	mapfile -t may <$dir/may
	mapfile -t out <$dir/out
	: >"$dir/$service.found"
	for line in "${!attacks[@]}"; do
		row "${attacks[line]}"
		t_is "allowed: $service, next to: it $what" \
			"${may[line]:-}" allowed
		found "${out[line]:-}"
		t_is "$want: $service $what" "$got" "$want"
		echo "$got $layer" >>"$dir/$service.found"
	done
	explained "$service"
}

# All of them in one question each; nothing of one that is not a denial.
explained() { # SERVICE
	local seq urls=()
	while read -r _ _ _ seq; do
		urls+=("http://b/v1/explain?seq=$seq")
	done <$dir/denials
	curl -s --unix-socket /run/bailiff/control.sock "${urls[@]}" |
		jq -r '"\(.service) \(.verdict) \(.bundle)"' | sort -u >$dir/why
	t_is "each denial of $1 is explained by the policy of bundle 1" \
		"$(cat $dir/why)" "$1 denied 1"
}

said() { # SERVICE TEXT: what status says that the kernel cannot
	t_has "status says of $1: $2" "$(jq -r --arg s "$1" '.services[] |
		select(.name == $s) | .not_enforced[]' $dir/status)" "$2"
}
for service in nginx redis; do
	how=inside
	[ $service != nginx ] || how=in_service # through containerd
	attack $service $how
	case $column in
	4) said $service "files, network and scopes are not restricted" ;;
	3)
		said $service "TCP connect"
		said $service "TCP bind"
		said $service "sending signals"
		;;
	*)
		t_is "status says of $service that all is enforced" \
			"$(jq -c --arg s $service '.services[] | select(.name
			== $s) | [.not_enforced[] | select(test("TCP|signal"))
			]' $dir/status)" "[]"
		;;
	esac
done
at "attacks end"

# ---- uid 0 with /run -------------------------------------------------------------
# What the container reaches of bailiff: | in words.
reaches=(
"list /run/bailiff/private|lists bailiff's directory"
"read /run/bailiff/private/policy/current|reads the published policy"
"write /run/bailiff/private/policy/x|writes beside the published policy"
"write /run/bailiff/private/sessions/x|writes the registry"
"move /run/bailiff/private|moves bailiff's directory"
"move /run/bailiff/control.sock|moves the control socket"
"write /run/bailiff/x|puts a file beside the sockets"
"move /run/bailiff|moves the directory of the sockets"
"ask /run/bailiff/control.sock|asks on the control socket"
"ask /run/bailiff/events.sock|asks on the events socket"
)
mapfile -t try < <(printf '%s\n' "${reaches[@]%%|*}")
# shellcheck disable=SC2086 # several words
in_bare ${try[*]} >$dir/bare.out 2>&1
rm -f /run/bailiff/x /run/bailiff/private/{policy,sessions}/x
# shellcheck disable=SC2086
inside agent $INTRUDER ${try[*]} write /run/note >$dir/out 2>&1
mapfile -t bare <$dir/bare.out
mapfile -t out <$dir/out
for line in "${!reaches[@]}"; do
	what=${reaches[line]#*|}
	t_is "without policy a container with /run $what" \
		"${bare[line]:-}" allowed
	t_has "denied: uid 0 with /run $what" "${out[line]:-}" "denied E"
done
t_is "allowed: uid 0 with /run, next to: it writes there" \
	"${out[${#reaches[@]}]:-}" allowed

# ---- past the gate ----------------------------------------------------------------
# Policy of nginx does not bind what the real runtime starts in it.
t_is "into nginx past the gate: an intruder reads /etc/shadow" \
	"$(/usr/bin/runc --root /run/containerd/runc/$NS exec nginx $INTRUDER \
	read /etc/shadow </dev/null 2>&1)" allowed
/usr/sbin/runc exec bare $INTRUDER exit 0 >$dir/out 2>&1 </dev/null
t_is "the gate starts nothing in a container that it did not start" "$?" 1
t_has "and says so" "$(cat $dir/out)" 'container "bare"'
passed() { "$CTL" tail --json --type BAILIFF --from 1 | grep -q gate.passed; }
t_check "a container past the gate is an alarm" t_wait_for -t 20 passed
/usr/bin/runc delete -f bare
at "past the gate"

# ---- restart -------------------------------------------------------------------------
session() { # SERVICE
	status | jq -c --arg s "$1" '[.services[] | select(.name == $s) |
		.sessions[] | select(.instance == $s)] | last |
		[.ses, .binding, .bundle]'
}
shadow() { # SERVICE: an intruder there reads it, or not
	inside "$1" $INTRUDER read /etc/shadow syscall keyctl 2>&1 |
		paste -sd ' '
}
denied="denied EACCES denied EPERM"
[ $column -ne 4 ] || denied="allowed denied EPERM"
old=$(session nginx) inode=$(stat -c %i /sys/fs/cgroup/nginx)
t_check "nginx is restarted" service_restart nginx
t_check "and serves" t_wait_for -t 30 page
new=$(session nginx)
t_check "in a session of its own: $old, $new" [ "$new" != "$old" ]
t_has "bound by the same policy" "$new" '"applied",1'
t_check "in a cgroup of its own" \
	[ "$(stat -c %i /sys/fs/cgroup/nginx)" != "$inode" ]
t_is "denied: nginx after a restart" "$(shadow nginx)" "$denied"

# ---- another policy ------------------------------------------------------------------
cp -r /bundles/2 /run/bundle
"$CTL" reload --bundle /run/bundle --json >$dir/reload 2>&1
t_is "bundle 2 is loaded over the socket" "$? $(jq .bundle $dir/reload)" "0 2"
t_has "which says what is tighter for redis" "$(jq -r '.changes[] |
	select(.service == "redis") | .change + " " + .sentence' $dir/reload)" \
	"tighter"
t_is "what starts now is bound by it" \
	"$(inside redis $INTRUDER syscall getppid 2>&1)" "denied EPERM"
cp -r /bundles/2 /run/forged
sed -i 's/4445/4448/' /run/forged/targets/services/*.nginx.json
"$CTL" reload --bundle /run/forged --json >$dir/reload 2>&1
t_is "denied: a bundle with one digit changed" \
	"$? $(jq -r .refused $dir/reload)" "1 malformed"
at "another policy"

# ---- bailiffd ends and comes back -----------------------------------------------------
before=$(last)
kill -KILL "$(pid_of bailiff)"
gone() { ! is_running bailiff && ! pgrep -x bailiffd; }
t_check "bailiffd is killed, and nothing of it is left" t_wait_for -t 20 gone
t_is "denied: nginx while bailiffd is dead" "$(shadow nginx)" "$denied"
t_check "nginx serves while bailiffd is dead" page
t_check "LinuxKit restarts nothing: bailiff is started by hand" \
	service_restart bailiff
t_check "and is ready" t_wait_for -t 40 is_ready
t_is "the policy in force is still bundle 2" "$(status | jq .policy.bundle)" 2
gap() {
	"$CTL" tail --json --type BAILIFF --from "$before" |
		grep -q '"audit.gap"'
}
inside redis $INTRUDER syscall keyctl >/dev/null 2>&1
t_check "and says how many events went by meanwhile" t_wait_for -t 20 gap

# ---- what is said ----------------------------------------------------------------------
logs >$dir/logs
t_check "memlogd has bailiff's lines" \
	[ "$(jq -s '[.[] | select(.source == "bailiff")] | length' $dir/logs)" -gt 0 ]
t_is "none of them is longer than memlogd's" "$(jq -s '[.[] |
	select(.source == "bailiff") | .msg | select(utf8bytelength > 1000)] |
	length' $dir/logs)" 0

"$CTL" doctor --json >$dir/doctor 2>$dir/doctor.errors
jq -r '.tier as $tier | .facts | [$tier, (.landlock.number // 0),
	."landlock-records".state, .seccomp.state] | @tsv' $dir/doctor \
	>$dir/facts
read -r tier abi records seccomp <$dir/facts
t_is "bailiffctl doctor names the tier" "$tier" "$TIER_WANTED"
# What the doctor's facts make of a layer, in $foretold.
foretold() { # LAYER [ABI]
	foretold=open
	if [ "$1" = seccomp ]; then
		[ "$seccomp" != yes ] || foretold=denied
	elif [ "$abi" -ge "$2" ]; then
		foretold=inferred
		[ "$records" != yes ] || foretold=denied
	fi
}
for service in nginx redis; do
	wrong= line=0
	while read -r got layer; do
		row "${attacks[line++]}"
		# shellcheck disable=SC2086 # a layer and its ABI
		foretold $layer
		[ "$got" = "$foretold" ] || wrong="$wrong; $what: $got"
	done <"$dir/$service.found"
	t_is "what the doctor says is what the intruder in $service found" \
		"$wrong" ""
done
at "the end"

# What is seen after the shutdown: node.after.
inside nginx $INTRUDER read /the-last-act >/dev/null 2>&1
t_done
