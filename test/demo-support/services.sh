# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# services.sh - the two real services that the demo and the enforcement test
# attack: nginx on the host, redis in a container. For scripts that have sourced
# lib.sh and node.sh and run inside t_private.
#
#	s_make            /srv as a tmpfs with nginx's files and redis's bundle
#	s_nginx LOG CMD...  nginx in the background, CMD in front; pid in $NGINX
#	in_nginx, in_redis  the intruder under the service's policy
#	s_policies FROM TO  the example policies with what the demo adds to them:
#	                  its directories, its port, and the right to start the
#	                  intruder
#	s_ports POLICIES SERVICE...  4445 may be connected to, 4446 be bound

WEB=/srv/bailiff-demo/nginx
BOX=/srv/bailiff-demo/redis
REDIS=redis$$ # the container's id

s_make() {
	mkdir -p /srv
	mount -t tmpfs -o mode=755 tmpfs /srv || return
	mkdir -p $WEB/{conf,html,logs,tmp,bin}
	cp "$ATTACKS/intruder" $WEB/bin/ || return
	echo "served by nginx" >$WEB/html/index.html
	cat >$WEB/conf/nginx.conf <<'END'
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
	"$TOP/test/demo-support/redis-rootfs.sh" $BOX || return
	jq '.annotations["io.bailiff.service"] = "redis"' $BOX/config.json \
		>$BOX/config.new && mv $BOX/config.new $BOX/config.json
}

s_nginx() { # LOG CMD...
	local log=$1
	shift
	t_start NGINX "$log" "$@" /usr/sbin/nginx -g 'daemon off;' \
		-e $WEB/logs/error.log -p $WEB/ -c conf/nginx.conf
}

# An entry of "variable" that has a name already adds to it.
s_variables() { # SERVICE: what the demo adds, as a JSON list
	case $1 in
	nginx) echo "[{\"name\": \"pages\", \"literal\": [\"$WEB\"]},
		{\"name\": \"data\", \"literal\": [\"$WEB/logs\", \"$WEB/tmp\"]},
		{\"name\": \"program\", \"literal\": [\"$WEB/bin\"]}]" ;;
	redis) echo '[{"name": "program", "literal": ["/bin/intruder"]}]' ;;
	esac
}

s_policies() { # FROM TO
	local service
	cp -r "$1" "$2" || return
	for service in nginx redis; do
		jq --argjson more "$(s_variables $service)" --arg s $service '
			if .landlock then .landlock.variable += $more |
			if $s == "nginx" then .landlock.netPort[0].port +=
			[8080] else . end else . end | del(.tests)' \
			"$1/services/$service.json" \
			>"$2/services/$service.json" || return
	done
}

s_ports() { # POLICIES SERVICE...
	local policies=$1 service
	shift
	for service; do
		jq 'if .landlock then .landlock.netPort += [
			{"allowedAccess": ["connect_tcp"], "port": [4445]},
			{"allowedAccess": ["bind_tcp"], "port": [4446]}]
			else . end' "$policies/services/$service.json" \
			>"$policies/new" && mv "$policies/new" \
			"$policies/services/$service.json" || return
	done
}

in_nginx() { "$EXEC" --service nginx -- $WEB/bin/intruder "$@"; }
in_redis() { "$GATE" exec "$REDIS" /bin/intruder "$@"; }
page() {
	[ "$(curl -sf --max-time 5 http://127.0.0.1:8080/)" = "served by nginx" ]
}
key() { [ "$(redis-cli -p 6379 set demo 1)" = OK ]; }
