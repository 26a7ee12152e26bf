#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 70-enforce.sh - nginx by the launcher and redis in a container by the gate,
# under the example policies: what an intruder in them tries succeeds without
# bailiff, fails under it, and stands in the trail.
#
# enforcement: nginx, redis
# seconds: 240

. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
. "$TOP/test/node.sh"
t_tmpdir dir

abi=$("$TOP/build/test/vm/probe" | awk '/^landlock/ { print $2 }')
if [ "$abi" -lt 7 ] && [ -z "${BAILIFF_TEST_POLICIES:-}" ]; then
	POLICIES=$TOP/examples/policies-6.1
fi

attacks=(
	"read /etc/shadow|reads /etc/shadow"
	"write /tmp/bailiff-enforce|writes outside of its directories"
	"exec /bin/sh|executes a shell"
	"connect 4444|connects to a forbidden port"
	"syscall keyctl|makes a forbidden system call"
)
web=/srv/bailiff-demo/nginx
box=/srv/bailiff-demo/redis

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
	# shellcheck disable=SC2086 # several words
	t_check "without bailiff an intruder on the host ${row#*|}" \
		$web/bin/intruder ${row%%|*}
done
rm -f /tmp/bailiff-enforce
mkdir "$dir/bare"
for row in "${attacks[@]}"; do
	jq --arg args "/bin/intruder ${row%%|*}" --arg root "$box/rootfs" \
		'.process.args = ($args | split(" ")) | .root.path = $root' \
		$box/config.json >"$dir/bare/config.json"
	t_check "without bailiff an intruder in a container ${row#*|}" \
		runc run --bundle "$dir/bare" "bare$$"
done
rm -f $box/rootfs/tmp/bailiff-enforce

# ---- with it ---------------------------------------------------------------
t_check "the example policies make a signed bundle" n_repo "$dir" "$POLICIES"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/daemon.log"
t_start nginx "$dir/nginx.log" "$EXEC" --service nginx -- /usr/sbin/nginx \
	-g 'daemon off;' -e $web/logs/error.log -p $web/ -c conf/nginx.conf
page() { curl -sf --max-time 5 http://127.0.0.1:8080/; }
t_check "nginx serves a page" t_wait_for page
# A container that is left over would keep its cgroup.
t_cleanup "$GATE delete --force redis$$ 2>/dev/null; true"
# Into a file: the container keeps the descriptors that it was given.
redis_start() {
	timeout 30 "$GATE" run --detach --bundle $box "redis$$" \
		>"$dir/redis.log" 2>&1 </dev/null || ! cat "$dir/redis.log"
}
t_check "redis starts through the gate" redis_start
keeps() { [ "$(redis-cli -p 6379 set a 1)" = OK ]; }
t_check "redis keeps a key" t_wait_for keeps

in_nginx() { "$EXEC" --service nginx -- $web/bin/intruder "$@"; }
in_redis() { "$GATE" exec "redis$$" /bin/intruder "$@"; }
# The newest denial of the intruder in a service. A record on a new kernel and a
# call on an old one name the program alike.
newest() {
	"$CTL" tail --denied --service "$1" --json -n 50 | jq -rs \
		'[.[] | select(.process.executable // "" |
		endswith("/intruder")) | .seq] | max // 0'
}
is_newer() { [ "$(newest "$1")" -gt "$2" ]; }

for service in nginx redis; do
	for row in "${attacks[@]}"; do
		what="$service ${row#*|}"
		if [ "$abi" -lt 4 ] && [ "${row%% *}" = connect ]; then
			skip "denied: $what" "Landlock below ABI 4 has no ports"
			continue
		fi
		before=$(newest $service)
		# shellcheck disable=SC2086 # several words
		out=$(in_$service ${row%%|*} 2>&1)
		t_has "denied: $what" "$out" "denied E"
		if t_wait_for -t 5 is_newer $service "${before:-0}"; then
			ok "denied: the trail knows that $what"
			"$CTL" explain "$(newest $service)" | sed 's/^/# /'
		else
			not_ok "denied: the trail knows that $what" "$out"
		fi
	done
done
t_check "nginx still serves" page
t_check "redis still keeps keys" keeps
t_done
