# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# debian.sh - nginx, redis, PostgreSQL and sshd as Debian installs them, with
# Debian's own paths and configuration, for scripts that have sourced lib.sh and
# node.sh and run inside t_private. Every directory that a service writes is a
# tmpfs of the test's own, every file that is changed a copy bound over it.
#
#	d_make               the directories, a user ann (4242) with a key, a
#	                     cluster, host keys, a certificate
#	d_nginx LOG CMD...   the service in the background, CMD in front; its pid
#	d_redis, d_postgresql, d_sshd  in $NGINX, $REDIS, $POSTGRESQL, $SSHD
#	                     (SSHD_PAM=yes: sshd with PAM)
#	d_sql SQL...         as postgres on the unix socket
#	d_ssh WORD...        as ann with her key; d_with_key KEY CMD... for ssh,
#	                     scp and sftp with options
#	d_policies FROM TO   the example policies and what the test adds: the
#	                     intruder, and ports that are free here

D=/srv/bailiff-debian # the intruder, and what only the test needs
PG_VERSION=$(ls /usr/lib/postgresql 2>/dev/null | tail -n 1)
PG_BIN=/usr/lib/postgresql/$PG_VERSION/bin
PG_DATA=/var/lib/postgresql/$PG_VERSION/main
SSH_PORT=2222 PG_PORT=5433

d_as() { # USER CMD...
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --init-groups "$@"
}

# d_start VARIABLE LOG USER CMD...: as t_start. The launcher of a service that
# has a user of its own needs capabilities: to read the published policy, to
# give its receipt to bailiff, and to give up the rest. The policy leaves none.
d_start() {
	local variable=$1 log=$2 user=$3 keep=
	shift 3
	[ "$1" != "$EXEC" ] || keep=+dac_override,+chown,+setpcap
	t_start "$variable" "$log" setpriv --reuid "$user" --regid "$user" \
		--init-groups ${keep:+--inh-caps $keep --ambient-caps $keep} \
		"$@"
}

d_tmpfs() { # DIR OWNER MODE
	mkdir -p "$1" && mount -t tmpfs -o mode=755 tmpfs "$1" &&
		chown "$2" "$1" && chmod "$3" "$1"
}

# A copy of a file or directory over itself, so that it may be changed.
d_copy() { # PATH
	local copy
	copy=$D/copies$1
	mkdir -p "$(dirname "$copy")" && cp -a "$1" "$copy" &&
		mount --bind "$copy" "$1"
}

d_make() {
	d_tmpfs /srv root:root 755 && mkdir -p $D/bin || return
	cp "$ATTACKS/intruder" $D/bin/ || return
	d_nginx_make && d_redis_make && d_postgresql_make && d_sshd_make
}

d_nginx_make() {
	d_copy /etc/nginx && d_tmpfs /var/log/nginx root:adm 755 &&
		d_tmpfs /var/lib/nginx root:root 755 &&
		d_tmpfs /var/www root:root 755 || return
	mkdir -p /run/nginx /var/www/html
	install -o www-data -g adm -m 640 /dev/null /var/log/nginx/access.log
	echo "served by nginx" >/var/www/html/index.html
	head -c 300000 /dev/zero >/var/www/html/large
	# The one line that the example asks for, and ports that are free.
	sed -i 's#^pid .*#pid /run/nginx/nginx.pid;#' /etc/nginx/nginx.conf
	openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 \
		-keyout /etc/nginx/key.pem -out /etc/nginx/cert.pem \
		>/dev/null 2>&1 || return
	cat >/etc/nginx/sites-enabled/default <<'END'
server {
	listen 127.0.0.1:8081;
	listen [::1]:8081;
	listen 127.0.0.1:8443 ssl;
	ssl_certificate /etc/nginx/cert.pem;
	ssl_certificate_key /etc/nginx/key.pem;
	root /var/www/html;
	location /upload { client_body_in_file_only clean; return 200; }
}
END
}

d_redis_make() {
	d_copy /etc/redis && d_tmpfs /var/log/redis redis:adm 2750 &&
		d_tmpfs /var/lib/redis redis:redis 750 &&
		d_tmpfs /run/redis redis:redis 2755
	printf 'port 6380\nappendonly yes\n' >>/etc/redis/redis.conf
}

d_postgresql_make() {
	d_tmpfs /etc/postgresql postgres:postgres 755 &&
		d_tmpfs /var/lib/postgresql postgres:postgres 755 &&
		d_tmpfs /var/log/postgresql root:postgres 1775 &&
		d_tmpfs /run/postgresql postgres:postgres 2775 &&
		d_tmpfs /dev/shm root:root 1777 || return
	pg_createcluster --port $PG_PORT "$PG_VERSION" main -- --no-sync \
		>$D/cluster.log 2>&1 || ! cat $D/cluster.log
}

d_sshd_make() {
	local file
	d_copy /etc/ssh && d_copy /etc/passwd && d_copy /etc/group &&
		d_copy /etc/shadow && d_tmpfs /home root:root 755 &&
		mkdir -p /run/sshd $D/keys || return
	# As Debian mounts it: terminals belong to the group tty, mode 620.
	mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts \
		/dev/pts || return
	# Who logs in and when is written here, not on the machine.
	for file in /var/log/wtmp /var/log/lastlog /var/log/btmp; do
		[ ! -e $file ] || d_copy $file
	done
	install -m 664 /dev/null /run/utmp
	echo 'ann:x:4242:' >>/etc/group
	echo 'ann:x:4242:4242::/home/ann:/bin/bash' >>/etc/passwd
	echo 'ann:*:19000:0:99999:7:::' >>/etc/shadow
	ssh-keygen -A >/dev/null
	ssh-keygen -q -t ed25519 -N '' -f $D/keys/ann &&
		ssh-keygen -q -t ed25519 -N '' -f $D/keys/other || return
	mkdir -p /home/ann/.ssh
	cp $D/keys/ann.pub /home/ann/.ssh/authorized_keys
	echo notes >/home/ann/notes
	cp $D/bin/intruder /home/ann/intruder
	chown -R 4242:4242 /home/ann
	chmod 700 /home/ann /home/ann/.ssh
}

d_nginx() { # LOG CMD...
	local log=$1
	shift
	t_start NGINX "$log" "$@" /usr/sbin/nginx -g 'daemon off;'
}

d_redis() { # LOG CMD...
	local log=$1
	shift
	d_start REDIS "$log" redis "$@" /usr/bin/redis-server \
		/etc/redis/redis.conf --daemonize no --supervised no
}

d_postgresql() { # LOG CMD...
	local log=$1
	shift
	d_start POSTGRESQL "$log" postgres "$@" "$PG_BIN/postgres" \
		-D "$PG_DATA" -c config_file="/etc/postgresql/$PG_VERSION/main/postgresql.conf"
}

d_sshd() { # LOG CMD...
	local log=$1
	shift
	t_start SSHD "$log" "$@" /usr/sbin/sshd -D -e -o UsePAM=${SSHD_PAM:-no} \
		-o PidFile=none -o AddressFamily=inet -o ListenAddress=127.0.0.1 \
		-o Port=$SSH_PORT
}

d_sql() {
	(cd / && d_as postgres psql -p $PG_PORT -qAtX -v ON_ERROR_STOP=1 "$@") \
		2>&1
}

d_with_key() { # KEY CMD...
	local key=$1 cmd=$2
	shift 2
	"$cmd" -F /dev/null -i "$D/keys/$key" -o Port=$SSH_PORT \
		-o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR \
		-o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=$D/keys/known "$@"
}
d_ssh() { d_with_key ann ssh ann@127.0.0.1 "$@"; }

# A connection that says only its version: user and root directory of sshd's process that
# would read what it says.
d_preauth() {
	local pid user=
	exec {preauth}<>/dev/tcp/127.0.0.1/$SSH_PORT || return
	printf 'SSH-2.0-silent\r\n' >&$preauth
	t_wait_for pgrep -u sshd -f 'sshd:.*\[net\]'
	pid=$(pgrep -u sshd -f 'sshd:.*\[net\]' | head -n 1)
	[ -z "$pid" ] || user=$(ps -o user= -p "$pid")
	echo "$user $(readlink "/proc/$pid/root")"
	exec {preauth}>&-
}

d_ssh_greets() { # that it listens, without a login
	ssh-keyscan -p $SSH_PORT -T 2 127.0.0.1 2>/dev/null | grep -q .
}

in_postgresql() {
	local keep=+dac_override,+chown,+setpcap
	d_as postgres --inh-caps $keep --ambient-caps $keep \
		"$EXEC" --service postgresql -- $D/bin/intruder "$@"
}
in_sshd() { d_ssh $D/bin/intruder "$@"; }

d_policies() { # FROM TO
	local service
	cp -r "$1" "$2" || return
	for service in nginx redis postgresql sshd; do
		jq --arg service "$service" --arg bin $D/bin '
			{nginx: [8081, 8443], redis: [6380],
			 postgresql: [5433], sshd: [2222]} as $ports |
			(if $service == "sshd" then "programs"
			 else "program" end) as $programs |
			if .landlock | not then . else
			.landlock.variable += [
				{name: $programs, literal: [$bin]}] |
			.landlock.netPort += [
				{allowedAccess: ["bind_tcp"],
				 port: ($ports[$service] + [4446])},
				{allowedAccess: ["connect_tcp"], port: [4445]}]
			end | del(.tests)' \
			"$1/services/$service.json" \
			>"$2/services/$service.json" || return
	done
}
