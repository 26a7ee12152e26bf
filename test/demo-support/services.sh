# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# services.sh - the two real services that the demo and the enforcement test
# attack: nginx on the host, redis in a container. For scripts that have sourced
# lib.sh and node.sh and run inside t_private.
#
#	s_make            /srv as a tmpfs with nginx's files and redis's bundle
#	s_nginx LOG CMD...  nginx in the background, CMD in front; pid in $NGINX
#	in_nginx, in_redis  the intruder under the service's policy

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

in_nginx() { "$EXEC" --service nginx -- $WEB/bin/intruder "$@"; }
in_redis() { "$GATE" exec "$REDIS" /bin/intruder "$@"; }
page() {
	[ "$(curl -sf --max-time 5 http://127.0.0.1:8080/)" = "served by nginx" ]
}
key() { [ "$(redis-cli -p 6379 set demo 1)" = OK ]; }
