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
t_tmpdir dir

abi=$("$TOP/build/test/vm/probe" | awk '/^landlock/ { print $2 }')
[ "$abi" -ge 2 ] || t_die "this kernel has no Landlock ABI 2"
if [ "$abi" -lt 7 ] && [ -z "${BAILIFF_TEST_POLICIES:-}" ]; then
	POLICIES=$TOP/examples/policies-6.1
fi
web=/srv/bailiff-demo/nginx
box=/srv/bailiff-demo/redis
name=redis$$

# What an intruder tries; the allowed counterpart in nginx and in redis; the
# Landlock ABI from which it is denied (0: seccomp denies it); the action that
# the trail has for it, without Landlock's records and with them; what it is,
# in words. @ stands for a process of the node outside of the sandbox.
attacks=(
"read /etc/shadow|read $web/html/index.html|read /proc/self/status|1|inferred.openat fs.read_file|reads /etc/shadow"
"write /tmp/bailiff-intruder|write $web/logs/note|write /data/note|1|inferred.openat fs.make_reg|writes outside of its directories"
"exec /bin/sh|exec $web/bin/intruder|exec /bin/intruder|1|inferred.execve fs.execute|executes a shell"
"connect 4444|connect 4445|connect 4445|4|inferred.connect net.connect_tcp|connects to a forbidden port"
"bind 4447|bind 4446|bind 4446|4|inferred.bind net.bind_tcp|binds a forbidden port"
"signal @|signal 0|signal 0|6|inferred.kill scope.signal|signals a process outside of its sandbox"
"syscall keyctl|syscall getppid|syscall getppid|0|syscall.keyctl|calls keyctl"
"syscall ptrace|syscall getppid|syscall getppid|0|syscall.ptrace|calls ptrace"
"syscall mount|syscall getppid|syscall getppid|0|syscall.mount|calls mount"
"syscall unshare|syscall getppid|syscall getppid|0|syscall.unshare|calls unshare"
"syscall bpf|syscall getppid|syscall getppid|0|syscall.bpf|calls bpf"
"syscall io_uring_setup|syscall getppid|syscall getppid|0|syscall.io_uring_setup|calls io_uring_setup"
)
# By what status must call the rights that a kernel lacks.
said=("4 connect_tcp" "4 bind_tcp" "6 signal")

row_take() { # ROW
	IFS='|' read -r words nginx_may redis_may from actions what <<<"$1"
}
words_for() { # SERVICE WORDS: with a process that the service must not reach
	# In redis's container pid 1 is redis itself: another sandbox.
	case $1 in
	nginx) echo "${2/@/$$}" ;;
	*) echo "${2/@/1}" ;;
	esac
}

# ---- the programs ----------------------------------------------------------
mkdir -p /srv
mount -t tmpfs -o mode=755 tmpfs /srv || t_die "cannot mount over /srv"
mkdir -p $web/{conf,html,logs,tmp,bin}
cp "$ATTACKS/intruder" $web/bin/
echo "served by nginx" >$web/html/index.html
cat >$web/conf/nginx.conf <<'END'
worker_processes 1;
user root;
error_log logs/error.log;
pid logs/nginx.pid;
events {}
http {
	access_log logs/access.log;
	client_body_temp_path tmp/body;
	proxy_temp_path tmp/proxy;
	fastcgi_temp_path tmp/fastcgi;
	uwsgi_temp_path tmp/uwsgi;
	scgi_temp_path tmp/scgi;
	server { listen 127.0.0.1:8080; root html; }
}
END
"$TOP/test/demo-support/redis-rootfs.sh" $box || t_die "no container for redis"
jq '.annotations["io.bailiff.service"] = "redis"' $box/config.json \
	>"$dir/config.json" && cp "$dir/config.json" $box/config.json

# ---- without bailiff -------------------------------------------------------
for row in "${attacks[@]}"; do
	row_take "$row"
	# shellcheck disable=SC2046 # several words
	t_check "without bailiff an intruder on the host $what" \
		$web/bin/intruder $(words_for nginx "$words")
done
rm -f /tmp/bailiff-intruder

# All in one plain container, which keeps the capabilities that the policy for
# redis takes away.
mkdir "$dir/bare"
for row in "${attacks[@]}"; do
	row_take "$row"
	echo "/bin/intruder $(words_for redis "$words")"
done >$box/rootfs/all
jq --arg root $box/rootfs --slurpfile all \
	"$TOP/examples/allow-all/services/redis.json" '
	.process.args = ["/bin/sh", "/all"] | .process.cwd = "/" |
	.process.capabilities = $all[0].capabilities | .root.path = $root' \
	$box/config.json >"$dir/bare/config.json"
runc run --bundle "$dir/bare" "bare$$" >"$dir/bare/out" 2>&1 </dev/null
line=0
for row in "${attacks[@]}"; do
	row_take "$row"
	line=$((line + 1))
	t_is "without bailiff an intruder in a container $what" \
		"$(sed -n ${line}p "$dir/bare/out")" allowed
done
rm -f $box/rootfs/all

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
t_start nginx "$dir/nginx.log" "$EXEC" --service nginx -- /usr/sbin/nginx \
	-g 'daemon off;' -e $web/logs/error.log -p $web/ -c conf/nginx.conf
page() { [ "$(curl -sf --max-time 5 http://127.0.0.1:8080/)" = "served by nginx" ]; }
t_check "nginx serves a page" t_wait_for page
t_cleanup "$GATE delete --force $name 2>/dev/null; true"
# Into a file: the container keeps the descriptors that it was given.
redis_start() {
	timeout 60 "$GATE" run --detach --bundle $box "$name" \
		>"$dir/redis.log" 2>&1 </dev/null || ! cat "$dir/redis.log"
}
t_check "redis starts through the gate" redis_start
keeps() {
	[ "$(redis-cli -p 6379 set a 1)" = OK ] &&
		[ "$(redis-cli -p 6379 get a)" = 1 ]
}
t_check "redis keeps a key" t_wait_for keeps

# From here on both are asked without a pause.
load() {
	local good=0 bad=0
	until [ -e "$dir/enough" ]; do
		if page && keeps; then
			good=$((good + 1))
		else
			bad=$((bad + 1))
		fi
		sleep 0.2
	done
	echo "$good $bad" >"$dir/load"
}
load 2>/dev/null &
loader=$!
t_cleanup "touch '$dir/enough'"

in_nginx() { "$EXEC" --service nginx -- $web/bin/intruder "$@"; }
in_redis() { "$GATE" exec "$name" /bin/intruder "$@"; }

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
newest() { # SERVICE: the sequence of its newest denial, 0 without one
	"$CTL" tail --denied --service "$1" --json -n 1 | jq -r '.seq // 0' |
		tail -n 1
}
# ACTION: the sequence of a denial of $service since $before that is it.
found() {
	"$CTL" tail --denied --service "$service" --json \
		--from $((before + 1)) | jq -r --arg a "$1" 'select(
		.event.action == $a and .process.executable == "'"$exe"'") |
		.seq' | tail -n 1
}
is_found() { [ -n "$(found "$1")" ]; }

# The record of the attack, and what is said about it.
recorded() {
	local seq event why
	if ! t_wait_for -t "$patience" is_found "$action"; then
		not_ok "denied: the trail says that $service $what" \
			"no $action of $service since $before"
		return
	fi
	seq=$(found "$action")
	event=$("$CTL" tail --json --from "$seq" -n 1)
	why=$("$CTL" explain "$seq" --json)
	echo "# $(jq -r .sentence <<<"$why")"
	t_is "denied: the trail says that $service $what, and why" \
		"$(jq -c '[.service.name, .service.how, .inferred,
			.event.outcome]' <<<"$event") $(jq -c '[.service,
			.verdict, .layer, .bundle, .signers[0]]' <<<"$why")" \
		"$(jq -nc --arg s $service --argjson i "$inferred" \
			'[$s, "session", $i, "failure"]') $(jq -nc --arg s $service \
			--arg l "$layer" --arg k "$signer" \
			'[$s, "denied", $l, 1, $k]')"
}

for service in nginx redis; do
	exe=/bin/intruder
	[ $service = redis ] || exe=$web/bin/intruder
	for row in "${attacks[@]}"; do
		row_take "$row"
		may=${service}_may
		# shellcheck disable=SC2086 # several words
		out=$(in_$service ${!may} 2>&1)
		t_is "allowed: $service, ${!may}" "$out" allowed

		inferred=false layer=landlock action=${actions#* }
		if [ "$from" -eq 0 ]; then
			layer=seccomp
		elif [ "$abi" -lt 7 ]; then
			inferred=true action=${actions% *}
		fi
		before=$(newest $service)
		# shellcheck disable=SC2046 # several words
		out=$(in_$service $(words_for $service "$words") 2>&1)
		if [ "$abi" -lt "$from" ]; then
			t_is "not enforced by Landlock ABI $abi: $service $what" \
				"$out" allowed
			continue
		fi
		case $out in
		"denied EACCES" | "denied EPERM")
			ok "denied: $service $what"
			patience=10
			;;
		*)
			not_ok "denied: $service $what" "$out"
			patience=1
			;;
		esac
		recorded
	done
done

touch "$dir/enough"
wait "$loader"
read -r good bad <"$dir/load"
t_is "of $good pages and keys meanwhile none failed" "$bad" 0
t_check "and there were some" [ "$good" -gt 0 ]
t_check "nginx still serves" page
t_check "redis still keeps keys" keeps

# ---- what is no matter of policy -------------------------------------------
# Refused by the file's own mode: found by its errno, and not called policy.
if [ "$abi" -lt 7 ]; then
	service=nginx exe=$web/bin/intruder
	echo secret >$web/html/closed
	chmod 000 $web/html/closed
	chown 33 $web/html/closed
	before=$(newest nginx)
	t_is "a file's mode keeps nginx from it, though policy would not" \
		"$(in_nginx read $web/html/closed 2>&1)" "denied EACCES"
	if t_wait_for is_found inferred.openat; then
		why=$("$CTL" explain "$(found inferred.openat)" --json)
		t_is "that is not called a denial by policy" \
			"$(jq -r .verdict <<<"$why")" not-by-policy
	else
		not_ok "that is not called a denial by policy" "no record"
	fi
fi
t_done
