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
# shellcheck source=test/attack.sh
. "$TOP/test/attack.sh"
# shellcheck source=test/demo-support/services.sh
. "$TOP/test/demo-support/services.sh"
t_tmpdir dir

abi=$("$TOP/build/test/vm/probe" | awk '/^landlock/ { print $2 }')
[ "$abi" -ge 2 ] || t_die "this kernel has no Landlock ABI 2"
if [ "$abi" -lt 7 ] && [ -z "${BAILIFF_TEST_POLICIES:-}" ]; then
	POLICIES=$TOP/examples/policies-6.1
fi

# Rows of attack.sh, with the allowed counterpart in nginx and in redis. @ stands
# for a process outside of the sandbox.
attacks=(
"read /etc/shadow|read $WEB/html/index.html|read /proc/self/status|1|inferred.read_file fs.read_file|reads /etc/shadow"
"write /tmp/bailiff-intruder|write $WEB/logs/note|write /data/note|1|inferred.make_reg fs.make_reg|writes outside of its directories"
"exec /bin/sh|exec $WEB/bin/intruder|exec /bin/intruder|1|inferred.execute fs.execute|executes a shell"
"connect 4444|connect 4445|connect 4445|4|inferred.connect_tcp net.connect_tcp|connects to a forbidden port"
"bind 4447|bind 4446|bind 4446|4|inferred.bind_tcp net.bind_tcp|binds a forbidden port"
"signal @|signal 0|signal 0|6|inferred.signal scope.signal|signals a process outside of its sandbox"
"syscall keyctl|syscall getppid|syscall getppid|0|syscall.keyctl|calls keyctl"
"syscall mount|syscall getppid|syscall getppid|0|syscall.mount|calls mount"
"syscall unshare|syscall getppid|syscall getppid|0|syscall.unshare|calls unshare"
"syscall bpf|syscall getppid|syscall getppid|0|syscall.bpf|calls bpf"
"syscall io_uring_setup|syscall getppid|syscall getppid|0|syscall.io_uring_setup|calls io_uring_setup"
"syscall ptrace|syscall getppid|syscall getppid|0|syscall.ptrace|calls ptrace"
)
# By what status must call the rights that a kernel lacks.
said=("4 TCP connect" "4 TCP bind" "6 sending signals")

# The rows for one service. In redis's container pid 1 is redis itself: another
# sandbox.
rows_of() { # SERVICE, into $rows
	local row words nginx redis rest may=$1 outside=1
	[ "$1" = redis ] || outside=$$
	rows=()
	for row in "${attacks[@]}"; do
		# shellcheck disable=SC2034 # by their names: ${!may}
		IFS='|' read -r words nginx redis rest <<<"$row"
		rows+=("${words/@/$outside}|${!may}|$rest")
	done
}

s_make || t_die "nginx's files and redis's container cannot be made"

# ---- without bailiff -------------------------------------------------------
rows_of nginx
# shellcheck disable=SC2046 # several words
$WEB/bin/intruder $(a_words "${rows[@]}") >"$dir/host" 2>&1
a_allowed "$dir/host" "on the host" "${rows[@]}"
rm -f /tmp/bailiff-intruder

# A plain container, which key the capabilities that the policy for redis
# takes away.
rows_of redis
mkdir "$dir/bare"
jq --arg args "/bin/intruder $(a_words "${rows[@]}" | paste -sd ' ')" --arg root $BOX/rootfs \
	--slurpfile all "$TOP/examples/allow-all/services/redis.json" '
	.process.args = ($args | split(" ")) | .root.path = $root |
	.process.capabilities = $all[0].capabilities' \
	$BOX/config.json >"$dir/bare/config.json"
runc run --bundle "$dir/bare" "bare$$" >"$dir/container" 2>&1 </dev/null
a_allowed "$dir/container" "in a container" "${rows[@]}"

# ---- with it ---------------------------------------------------------------
# The example policies; two ports more, to have something that is allowed.
s_policies "$POLICIES" "$dir/policies"
s_ports "$dir/policies" nginx redis
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
for service in nginx redis; do
	rows_of $service
	exe=/bin/intruder
	[ $service = redis ] || exe=$WEB/bin/intruder
	a_attack $service $exe in_$service "${rows[@]}"
done

touch "$dir/enough"
wait "$loader"
read -r good bad <"$dir/load"
t_is "of $good pages and keys meanwhile none failed" "$bad" 0
t_check "and there were some" [ "$good" -gt 0 ]
t_check "nginx still serves" page
t_check "redis still key keys" key

# ---- what is no matter of policy -------------------------------------------
# Refused by a sticky directory: found by its errno, and not called policy.
if [ "$abi" -lt 7 ]; then
	# shellcheck disable=SC2034 # for attack.sh
	a_service=nginx a_exe=$WEB/bin/intruder
	mkdir -m 1777 $WEB/tmp/sticky
	touch $WEB/tmp/sticky/file
	chown 33 $WEB/tmp/sticky $WEB/tmp/sticky/file
	a_before=$(a_last)
	t_is "a sticky directory keeps nginx from a file, though policy would not" \
		"$(in_nginx unlink $WEB/tmp/sticky/file 2>&1)" "denied EPERM"
	if t_wait_for -t 20 a_denials inferred.remove_file; then
		"$CTL" explain "$(tail -n 1 "$dir/denials" | cut -f2)" --json \
			>"$dir/why"
		t_is "that is not called a denial by policy" \
			"$(jq -r .verdict "$dir/why")" not-by-policy
	else
		not_ok "that is not called a denial by policy" \
			"no record: $(cat "$dir/denials")"
	fi
fi
t_done
