#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 65-services.sh - nginx by the launcher and redis in a container by the gate,
# under the example policies, while an intruder in each tries what a service
# that was taken over would try. Every attack four times over: what is allowed
# next to it works, without bailiff it works, under bailiff it fails, and the
# trail says whose it was and why. The services serve all the while.
#
# On a kernel that lacks a layer (Landlock below ABI 7) the policies are those
# of examples/policies-6.1: what they cannot have there must be said in status,
# and those attacks must work.
#
# enforcement: nginx and redis
# seconds: 280

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
# shellcheck source=test/demo-support/services.sh
. "$TOP/test/demo-support/services.sh"
t_tmpdir dir

abi=$("$TOP/build/test/vm/probe" | awk '/^landlock/ { print $2 }')
[ "$abi" -ge 2 ] || t_die "this kernel has no Landlock ABI 2"
if [ "$abi" -lt 7 ] && [ -z "${BAILIFF_TEST_POLICIES:-}" ]; then
	POLICIES=$TOP/examples/policies-6.1
fi

# What an intruder tries; the allowed counterpart in nginx and in redis; the
# Landlock ABI from which it is denied (0: seccomp denies it); the action that
# the trail has for it, without Landlock's records and with them; what it is,
# in words. @ stands for a process outside of the sandbox. ptrace is the last
# one: a traced process stops at its next signal.
attacks=(
"read /etc/shadow|read $WEB/html/index.html|read /proc/self/status|1|inferred.read_file fs.read_file|reads /etc/shadow"
"write /tmp/bailiff-intruder|write $WEB/logs/note|write /data/note|1|inferred.make_reg fs.make_reg|writes outside of its directories"
"exec /bin/sh|exec $WEB/bin/intruder|exec /bin/intruder|1|inferred.execute fs.execute|executes a shell"
"connect 4444|connect 4445|connect 4445|4|inferred.connect_tcp net.connect_tcp|connects to a forbidden port"
"bind 4447|bind 4446|bind 4446|4|inferred.bind_tcp net.bind_tcp|binds a forbidden port"
"signal @|signal 0|signal 0|6|- scope.signal|signals a process outside of its sandbox"
"syscall keyctl|syscall getppid|syscall getppid|0|syscall.keyctl|calls keyctl"
"syscall mount|syscall getppid|syscall getppid|0|syscall.mount|calls mount"
"syscall unshare|syscall getppid|syscall getppid|0|syscall.unshare|calls unshare"
"syscall bpf|syscall getppid|syscall getppid|0|syscall.bpf|calls bpf"
"syscall io_uring_setup|syscall getppid|syscall getppid|0|syscall.io_uring_setup|calls io_uring_setup"
"syscall ptrace|syscall getppid|syscall getppid|0|syscall.ptrace|calls ptrace"
)
# By what status must call the rights that a kernel lacks.
said=("4 TCP connect" "4 TCP bind" "6 sending signals")

row_take() { # ROW
	# shellcheck disable=SC2034 # by their names: ${!may}
	IFS='|' read -r words nginx_may redis_may from actions what <<<"$1"
}
# The words of all attacks, and of all counterparts, for one intruder each.
words_of() { # SERVICE
	local row all=
	for row in "${attacks[@]}"; do
		row_take "$row"
		all+=" $words"
	done
	# In redis's container pid 1 is redis itself: another sandbox.
	case $1 in
	nginx) echo "${all/@/$$}" ;;
	*) echo "${all/@/1}" ;;
	esac
}
counterparts_of() { # SERVICE
	local row may=${1}_may
	for row in "${attacks[@]}"; do
		row_take "$row"
		echo "${!may}"
	done
}

s_make || t_die "nginx's files and redis's container cannot be made"

# ---- without bailiff -------------------------------------------------------
all_allowed() { # FILE PLACE: each line of it is "allowed"
	local row line=0
	for row in "${attacks[@]}"; do
		row_take "$row"
		line=$((line + 1))
		t_is "without bailiff an intruder $2 $what" \
			"$(sed -n ${line}p "$1")" allowed
	done
}
# shellcheck disable=SC2046 # several words
$WEB/bin/intruder $(words_of nginx) >"$dir/host" 2>&1
all_allowed "$dir/host" "on the host"
rm -f /tmp/bailiff-intruder

# A plain container, which key the capabilities that the policy for redis
# takes away.
mkdir "$dir/bare"
jq --arg args "/bin/intruder$(words_of redis)" --arg root $BOX/rootfs \
	--slurpfile all "$TOP/examples/allow-all/services/redis.json" '
	.process.args = ($args | split(" ")) | .root.path = $root |
	.process.capabilities = $all[0].capabilities' \
	$BOX/config.json >"$dir/bare/config.json"
runc run --bundle "$dir/bare" "bare$$" >"$dir/container" 2>&1 </dev/null
all_allowed "$dir/container" "in a container"

# ---- with it ---------------------------------------------------------------
# The example policies; two ports more, to have something that is allowed.
cp -r "$POLICIES" "$dir/policies"
for service in nginx redis; do
	jq 'if .landlock then .landlock.netPort += [
		{"allowedAccess": ["connect_tcp"], "port": [4445]},
		{"allowedAccess": ["bind_tcp"], "port": [4446]}] else . end' \
		"$POLICIES/services/$service.json" \
		>"$dir/policies/services/$service.json"
done
t_check "the policies make a signed bundle" n_repo "$dir" "$dir/policies"
signer=$(jq -r '.signed.roles.targets.keyids[0]' "$dir/repo/1.root.json")
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/daemon.log"
s_nginx "$dir/nginx.log" "$EXEC" --service nginx --
t_check "nginx serves a page" t_wait_for page
t_cleanup "$GATE delete --force $REDIS 2>/dev/null; true"
# Into a file: the container key the descriptors that it was given.
redis_start() {
	timeout 60 "$GATE" run --detach --bundle $BOX "$REDIS" \
		>"$dir/redis.log" 2>&1 </dev/null || ! cat "$dir/redis.log"
}
t_check "redis starts through the gate" redis_start
t_check "redis key a key" t_wait_for key

# From here on both are asked again and again. An emulated processor needs rest.
pause=0.1
[ "$abi" -ge 7 ] || pause=1
load() {
	local good=0 bad=0
	until [ -e "$dir/enough" ]; do
		if page && key; then
			good=$((good + 1))
		else
			bad=$((bad + 1))
		fi
		sleep "$pause"
	done
	echo "$good $bad" >"$dir/load"
}
load 2>/dev/null &
loader=$!
t_cleanup "touch '$dir/enough'"

status=$("$CTL" status --json)
for row in "${said[@]}"; do
	read -r from right <<<"$row"
	[ "$abi" -lt "$from" ] || continue
	for service in nginx redis; do
		listed=$(jq -r --arg s $service '.services[] |
			select(.name == $s) | .not_enforced[]' <<<"$status")
		t_has "status says that $right is not enforced on $service" \
			"$listed" "$right"
	done
done

# ---- attack by attack ------------------------------------------------------
last() { # the sequence of the newest event
	"$CTL" tail --json -n 1 | jq .seq
}
# The denials of the intruder in $service since $before, into $dir/denials.
# Succeeds when the last of those that must come is there: they come in order.
denials() {
	"$CTL" tail --denied --service "$service" --json \
		--from $((before + 1)) | jq -r --arg exe "$exe" \
		'select(.process.executable == $exe) | [if .inferred then
		"inferred." + .denial.right else .event.action end, .seq,
		.service.name, .service.how, .inferred] | @tsv' >"$dir/denials"
	grep -q "^$1	" "$dir/denials"
}

# The record of the attack of $row, and what is said about it.
recorded() {
	local event why seq='' inferred=false layer=landlock action=${actions#* }
	if [ "$from" -eq 0 ]; then
		layer=seccomp action=$actions
	elif [ "$abi" -lt 7 ]; then
		inferred=true action=${actions% *}
	fi
	read -r _ seq event <<<"$(grep "^$action	" "$dir/denials")"
	if [ -z "$seq" ]; then
		not_ok "denied: the trail says that $service $what, and why" \
			"no $action of $service since $before"
		return
	fi
	"$CTL" explain "$seq" --json >"$dir/why"
	why=$(jq -r '"\(.service) \(.verdict) \(.layer) \(.bundle) " +
		"\(.signers[0]) \(.sentence)"' "$dir/why")
	t_is "denied: the trail says that $service $what, and why" \
		"${event//	/ } $(cut -d' ' -f1-5 <<<"$why")" \
		"$service session $inferred $service denied $layer 1 $signer"
	echo "# $(cut -d' ' -f6- <<<"$why")"
}

attack() { # $service: all the attacks, one intruder
	local row line=0 out
	# shellcheck disable=SC2046 # several words
	in_$service $(counterparts_of $service) >"$dir/allowed" 2>&1
	before=$(last)
	# shellcheck disable=SC2046 # several words
	in_$service $(words_of $service) >"$dir/attacked" 2>&1
	t_wait_for -t "$(grep -q denied "$dir/attacked" && echo 20 || echo 1)" \
		denials syscall.ptrace
	for row in "${attacks[@]}"; do
		row_take "$row"
		line=$((line + 1))
		out=$(sed -n ${line}p "$dir/attacked")
		t_is "allowed: $service, next to: it $what" \
			"$(sed -n ${line}p "$dir/allowed")" allowed
		if [ "$abi" -lt "$from" ]; then
			t_is "not enforced by ABI $abi: $service $what" \
				"$out" allowed
			continue
		fi
		case $out in
		"denied EACCES" | "denied EPERM") ok "denied: $service $what" ;;
		*) not_ok "denied: $service $what" "$out" ;;
		esac
		recorded
	done
}

for service in nginx redis; do
	exe=/bin/intruder
	[ $service = redis ] || exe=$WEB/bin/intruder
	attack
done

touch "$dir/enough"
wait "$loader"
read -r good bad <"$dir/load"
t_is "of $good pages and keys meanwhile none failed" "$bad" 0
t_check "and there were some" [ "$good" -gt 0 ]
t_check "nginx still serves" page
t_check "redis still key keys" key

# ---- what is no matter of policy -------------------------------------------
# Refused by the file's own mode: found by its errno, and not called policy.
if [ "$abi" -lt 7 ]; then
	service=nginx exe=$WEB/bin/intruder
	echo secret >$WEB/html/closed
	chmod 000 $WEB/html/closed
	chown 33 $WEB/html/closed
	before=$(last)
	t_is "a file's mode key nginx from it, though policy would not" \
		"$(in_nginx read $WEB/html/closed 2>&1)" "denied EACCES"
	if t_wait_for -t 20 denials inferred.read_file; then
		"$CTL" explain "$(tail -n 1 "$dir/denials" | cut -f2)" --json \
			>"$dir/why"
		t_is "that is not called a denial by policy" \
			"$(jq -r .verdict "$dir/why")" not-by-policy
	else
		not_ok "that is not called a denial by policy" "no record"
	fi
fi
t_done
