#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 66-services-debian.sh - nginx, redis, PostgreSQL and sshd with Debian's paths
# and configuration under the example policies: what a user expects of each of
# them works, and is no denial; then an intruder in PostgreSQL, and one who has
# logged in. (65-services.sh has those of nginx and redis.) Every attack four
# times over: what is allowed next to it works, without bailiff it works, under
# bailiff it fails, and the trail says whose it was and why.
#
# enforcement: PostgreSQL and a login
# seconds: 120

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
t_private "$@"
t_audit_lock
# shellcheck source=test/node.sh
. "$TOP/test/node.sh"
# shellcheck source=test/attack.sh
. "$TOP/test/attack.sh"
# shellcheck source=test/demo-support/debian.sh
. "$TOP/test/demo-support/debian.sh"
t_tmpdir dir
t_cleanup "rm -f /var/tmp/bailiff-intruder"

# shellcheck disable=SC2034 # for attack.sh
abi=$("$TOP/build/test/vm/probe" | awk '/^landlock/ { print $2 }')
[ "$abi" -ge 7 ] || t_die "this kernel has no Landlock ABI 7"
services="nginx redis postgresql sshd"

d_make >"$dir/make.log" 2>&1 ||
	t_die "the services' directories cannot be made: $(tail -n 3 "$dir/make.log")"
# Processes outside of the sandboxes, of the same users.
d_start postgres_outside /dev/null postgres sleep 300
d_start ann_outside /dev/null ann sleep 300

# ---- what the policies say of themselves ------------------------------------------
for set in policies policies-6.1; do
	t_check "examples/$set is clean under the gap lint" \
		"$BUNDLE" lint "$TOP/examples/$set"
	t_check "and what it claims is what the model finds" \
		"$BUNDLE" test "$TOP/examples/$set"
done
# The live test is root without root's rights to others' files: the files that the
# policies name are root's own here.
live() {
	unshare -m --propagation private "$BASH" -c '
	for dir in "$@"; do
		mount -t tmpfs -o mode=755 tmpfs "$dir" || exit
	done
	jq -r ".tests[]?" "$POLICIES"/services/*.json |
		while read -r _ verb path _; do
			for dir in "$@"; do
				case $path in "$dir"/*) ;; *) continue ;; esac
				mkdir -p "${path%/*}"
				case $verb in
				read | write | exec | remove)
					cp /usr/bin/true "$path"
					;;
				esac
			done
		done
	"$BUNDLE" test "$POLICIES" --live' _ /etc/redis /home /run/postgresql \
		/var/lib/nginx /var/lib/postgresql /var/lib/redis \
		/var/log/nginx /var/log/redis /var/www
}
t_check "and what the kernel does" live

# ---- what the two intruders try: rows of attack.sh --------------------------------
rows_of() { # OUTSIDE PLACE, into $rows
	rows=(
"read /var/lib/dpkg/status|read $2/notes|1|inferred.read_file fs.read_file|reads a file that is none of its business"
"list /var/lib|list $2|1|inferred.read_dir fs.read_dir|lists a directory outside"
"write /var/tmp/bailiff-intruder|write $2/notes|1|inferred.make_reg fs.make_reg|writes outside of its directories"
"exec $2/intruder|exec $D/bin/intruder|1|inferred.execute fs.execute|executes a file of its own making"
"connect 4444|connect 4445|4|inferred.connect_tcp net.connect_tcp|connects to a forbidden port"
"bind 4447|bind 4446|4|inferred.bind_tcp net.bind_tcp|binds a forbidden port"
"signal $1|signal 0|6|- scope.signal|signals a process outside of its sandbox"
"syscall keyctl|syscall getppid|0|syscall.keyctl|calls keyctl"
"syscall memfd_create|syscall getppid|0|syscall.memfd_create|makes a program in memory"
"syscall io_uring_setup|syscall getppid|0|syscall.io_uring_setup|calls io_uring_setup"
"syscall mptcp|syscall getppid|0|syscall.socket|makes an MPTCP socket"
"syscall ptrace|syscall getppid|0|syscall.ptrace|calls ptrace"
	)
}
rows_of "$postgres_outside" $PG_DATA
of_postgresql=("${rows[@]}")
install -o postgres -m 700 "$ATTACKS/intruder" $PG_DATA/intruder
d_as postgres sh -c "echo notes >$PG_DATA/notes"
rows_of "$ann_outside" /home/ann
of_sshd=("${rows[@]}")

# ---- without bailiff --------------------------------------------------------------
# shellcheck disable=SC2046 # several words
d_as postgres $D/bin/intruder $(a_words "${of_postgresql[@]}") \
	>"$dir/postgres" 2>&1
a_allowed "$dir/postgres" "as postgres" "${of_postgresql[@]}"
rm -f /var/tmp/bailiff-intruder

# The setuid copy of id says whose rights it has; a shell would drop them.
install -m 4755 /usr/bin/id $D/bin/setuid-id
install -m 755 /usr/bin/id $D/bin/capable-id
setcap cap_net_raw+ep $D/bin/capable-id
d_sshd "$dir/sshd-bare.log"
t_check "without bailiff ann logs in" t_wait_for d_ssh true
# shellcheck disable=SC2046 # several words
in_sshd $(a_words "${of_sshd[@]}") >"$dir/ann" 2>&1
a_allowed "$dir/ann" "who logged in" "${of_sshd[@]}"
rm -f /var/tmp/bailiff-intruder
t_has "without bailiff a setuid program has root's rights" \
	"$(d_ssh $D/bin/setuid-id)" "euid=0(root)"
t_check "without bailiff one with capabilities is started" \
	d_ssh $D/bin/capable-id
t_end "$SSHD"

# ---- with it ----------------------------------------------------------------------
d_policies "$POLICIES" "$dir/policies"
t_check "the policies make a signed bundle" n_repo "$dir" "$dir/policies"
# shellcheck disable=SC2034 # for attack.sh
signer=$(jq -r '.signed.roles.targets.keyids[0]' "$dir/repo/1.root.json")
t_check "as they are, build has nothing against them" "$BUNDLE" build \
	--repo "$dir/repo" --policies "$POLICIES"
n_image "$dir"
n_start_ok "the daemon becomes ready" "$dir/daemon.log"
before=$(a_last)

start() { # SERVICE
	"d_$1" "$dir/$1.log" "$EXEC" --service "$1" --
}
for service in $services; do
	start $service
done

# ---- nginx: pages, TLS, an upload, new logs, a new configuration ------------------
get() { curl -sfk --max-time 5 "$@"; }
page() { [ "$(get http://127.0.0.1:8081/)" = "served by nginx" ]; }
t_check "nginx serves a page" t_wait_for page
t_is "on one connection several, on IPv6 too" \
	"$(get http://127.0.0.1:8081/ http://127.0.0.1:8081/ "http://[::1]:8081/" |
		sort -u)" "served by nginx"
t_is "a large file, compressed or not" \
	"$(get http://127.0.0.1:8081/large | wc -c) $(get --compressed \
		http://127.0.0.1:8081/large | wc -c)" "300000 300000"
t_is "and by TLS" "$(get https://127.0.0.1:8443/)" "served by nginx"
t_check "an upload goes through a temporary file" get -o /dev/null \
	--data-binary @/var/www/html/large http://127.0.0.1:8081/upload
mv /var/log/nginx/access.log /var/log/nginx/access.log.1
kill -USR1 "$NGINX"
t_check "USR1 opens new logs" t_wait_for test -e /var/log/nginx/access.log
page
t_is "which are written, as Debian's owner" \
	"$(stat -c %U /var/log/nginx/access.log) $(wc -l </var/log/nginx/access.log)" \
	"www-data 1"
workers() { pgrep -P "$NGINX" | sort | paste -sd ' '; }
old=$(workers)
sed -i 's/gzip on;/gzip off;/' /etc/nginx/nginx.conf
kill -HUP "$NGINX"
reloaded() { [ "$(workers)" != "$old" ] && page; }
t_check "HUP starts new workers, with the new configuration" \
	t_wait_for reloaded
t_is "its workers are www-data, without a capability" \
	"$(ps -o user= -p "$(pgrep -P "$NGINX" | tail -n 1)") $(sed -n \
		's/^CapPrm:\t//p' "/proc/$(pgrep -P "$NGINX" | tail -n 1)/status")" \
	"www-data 0000000000000000"

# ---- redis: keys, forks that write, its configuration -----------------------------
cli() { timeout 10 redis-cli -p 6380 "$@"; }
pong() { [ "$(cli ping)" = PONG ]; }
t_check "redis answers" t_wait_for pong
t_is "redis keeps a key" "$(cli set a 1) $(cli get a)" "OK 1"
t_is "a script runs" "$(cli eval 'return redis.call("incr", "a")' 0)" 2
written() { # what INFO persistence says of the last fork
	cli info persistence | tr -d '\r' | grep -qx "$1" &&
		cli info persistence | grep -q 'in_progress:0'
}
cli bgsave >/dev/null
t_check "a fork saves the data" \
	t_wait_for written rdb_last_bgsave_status:ok
cli bgrewriteaof >/dev/null
t_check "a fork writes the log anew" \
	t_wait_for written aof_last_bgrewrite_status:ok
t_is "its configuration is changed" "$(cli config set maxmemory 50mb)" OK
t_has "but never written" "$(cli config rewrite 2>&1)" "Permission denied"
cli shutdown save >/dev/null
wait "$REDIS"
start redis
t_check "after shutdown and start" t_wait_for pong
t_is "the key is still there" "$(cli get a)" 2
t_is "redis is its own user, without a capability" \
	"$(ps -o user= -p "$REDIS") $(sed -n 's/^CapBnd:\t//p' "/proc/$REDIS/status")" \
	"redis 0000000000000000"

# ---- PostgreSQL: rows, workers, a restart ------------------------------------------
t_check "PostgreSQL answers on its unix socket" t_wait_for d_sql -c "SELECT 1"
t_check "as the user who asks (peer)" d_sql \
	-c "CREATE ROLE ann LOGIN PASSWORD 'secret'" \
	-c "CREATE DATABASE shop OWNER ann" -c "
	CREATE TABLE big AS SELECT g AS id, md5(g::text) AS v
		FROM generate_series(1, 50000) g"
tcp() { PGPASSWORD=secret psql -h 127.0.0.1 -p $PG_PORT -U ann -qAtX shop "$@" 2>&1; }
t_check "with a password on TCP a table is made" \
	tcp -c "CREATE TABLE t (id serial, v text)"
t_is "a row is inserted" "$(tcp -c "INSERT INTO t (v) VALUES ('x') RETURNING id")" 1
t_is "and read" "$(tcp -c "SELECT v FROM t WHERE id = 1")" x
t_is "a wrong password is refused" \
	"$(PGPASSWORD=no psql -h 127.0.0.1 -p $PG_PORT -U ann -qAtX shop -c 'SELECT 1' 2>&1 |
		grep -c 'authentication failed')" 1
t_is "parallel workers share memory" "$(d_sql -c "
	SET max_parallel_workers_per_gather = 2;
	SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0; SET force_parallel_mode = on;
	SELECT count(*) FROM big WHERE v LIKE '%a%' OR id > 0")" 50000
t_is "a sort on disk, an index, vacuum and a checkpoint" "$(d_sql -c "
	SET work_mem = '64kB'; CREATE INDEX ON big (v);" -c "
	SELECT count(*) FROM (SELECT * FROM big ORDER BY v OFFSET 1) s" \
	-c "VACUUM ANALYZE big" -c "CHECKPOINT")" 49999
t_is "just-in-time compilation" "$(d_sql -c "SET jit_above_cost = 0;
	SELECT sum(id) FROM big")" 1250025000
t_check "extensions of Debian" d_sql -c "CREATE EXTENSION pgcrypto;
	CREATE EXTENSION hstore; SELECT gen_random_bytes(8)"
t_check "COPY to a file of its own" d_sql -c "COPY big TO '$PG_DATA/big.csv'"
mkdir -p /var/lib/postgresql/space && chown postgres: /var/lib/postgresql/space
t_check "a tablespace" d_sql -c "CREATE TABLESPACE space
	LOCATION '/var/lib/postgresql/space'" -c "CREATE TABLE there
	TABLESPACE space AS SELECT 1"
t_check "a dump by its client" d_as postgres sh -c \
	"cd / && pg_dump -p $PG_PORT >/dev/null"
kill -HUP "$POSTGRESQL"
kill -INT "$POSTGRESQL"
wait "$POSTGRESQL"
t_is "a fast shutdown" $? 0
start postgresql
t_check "after a restart" t_wait_for d_sql -c "SELECT 1"
t_is "the row is still there" "$(tcp -c "SELECT v FROM t")" x
t_is "PostgreSQL is its own user, without a capability" \
	"$(ps -o user= -p "$POSTGRESQL") $(sed -n 's/^CapBnd:\t//p' "/proc/$POSTGRESQL/status")" \
	"postgres 0000000000000000"

# ---- sshd: commands, a terminal, files, several at once ---------------------------
t_check "ann logs in with her key" t_wait_for d_ssh true
t_is "and runs a command" "$(d_ssh 'id -un; pwd; ls notes' | paste -sd ' ')" \
	"ann /home/ann notes"
t_exit "another key is refused" 255 d_with_key other ssh ann@127.0.0.1 true
t_exit "root cannot log in" 255 d_with_key ann ssh root@127.0.0.1 true
t_has "an interactive shell has a terminal" "$(printf '%s\n' 'tty; stty size' \
	'sleep 100 & jobs; kill %1' exit | d_with_key ann ssh -tt ann@127.0.0.1 2>&1)" \
	/dev/pts/
seq 1000 >"$dir/file"
t_check "scp sends a file" d_with_key ann scp "$dir/file" ann@127.0.0.1:there
t_check "also the old way" d_with_key ann scp -O ann@127.0.0.1:there "$dir/back"
t_check "and the file is the same" cmp "$dir/file" "$dir/back"
printf '%s\n' "put $dir/file a" "mkdir d" "rename a d/b" "chmod 600 d/b" \
	"symlink d/b l" "get l $dir/got" "rm d/b" "rm l" "rmdir d" >"$dir/batch"
t_check "sftp puts, renames, links, gets and removes" \
	d_with_key ann sftp -b "$dir/batch" ann@127.0.0.1
t_check "what it got is the same" cmp "$dir/file" "$dir/got"
several() {
	local i pids=
	for i in 1 2 3 4; do
		d_ssh "echo $i; sleep 0.2" >"$dir/several.$i" &
		pids+=" $!"
	done
	# shellcheck disable=SC2086 # several pids
	wait $pids
	cat "$dir"/several.? | paste -sd ' '
}
t_is "four sessions at once" "$(several)" "1 2 3 4"
d_with_key ann ssh -MS "$dir/master" -fN ann@127.0.0.1
t_is "several in one connection" "$(d_with_key ann ssh -S "$dir/master" \
	ann@127.0.0.1 'echo one'; d_with_key ann ssh -S "$dir/master" ann@127.0.0.1 \
	'echo two')" $'one\ntwo'
d_with_key ann ssh -S "$dir/master" -O exit ann@127.0.0.1 >/dev/null 2>&1
echo $$ >"$dir/mark"
t_is "a shell's pipes, temporary files and background jobs" \
	"$(d_ssh 't=$(mktemp) && seq 9 | sort -r >$t && head -n 1 <$t; rm $t;
		sleep 0.1 & wait; cat <<<here; find . -name notes; date >/dev/null' |
		paste -sd ' ')" "9 here ./notes"
kill -HUP "$SSHD"
t_check "HUP starts sshd anew" t_wait_for d_ssh true
t_is "before login sshd is in an empty directory, as a user of its own" \
	"$(d_preauth)" "sshd /run/sshd"

# ---- all of that was no denial ----------------------------------------------------
# Known, and told in docs/services.md: what sshd and glibc try and do without.
known='syscall.clone3	|^nginx	syscall.socket	|^sshd	syscall.socket	'
known+='|^sshd	fs.write_file	/proc/[0-9]*/oom_|^redis	fs.make_reg	/etc/redis	'
"$CTL" tail --denied --json --from "$((before + 1))" | jq -r '
	select(.service.name != null) | [.service.name, .event.action,
	.denial.path // "", .process.executable] | @tsv' |
	grep -vE "$known" | sort | uniq -c >"$dir/noise"
t_is "no denial of a service that did its work" "$(cat "$dir/noise")" ""

# ---- attack by attack -------------------------------------------------------------
a_attack postgresql $D/bin/intruder in_postgresql "${of_postgresql[@]}"
rm -f /var/tmp/bailiff-intruder
a_attack sshd $D/bin/intruder in_sshd "${of_sshd[@]}"

# As an intruder who speaks SQL would do it.
refused() { # SENTENCE ACTION PATH SQL
	local before out
	before=$(a_last)
	if out=$(d_sql -c "$4"); then
		not_ok "denied: $1" "$out"
		return
	fi
	ok "denied: $1"
	logged() {
		"$CTL" tail --denied --service postgresql --json \
			--from $((before + 1)) | jq -e --arg a "$2" --arg p "$3" \
			'select(.event.action == $a and .denial.path == $p)'
	}
	t_check "denied: the trail has that $1" t_wait_for logged "$@"
}
refused "COPY PROGRAM starts no shell" fs.execute /usr/bin/dash \
	"COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'"
refused "COPY writes no file elsewhere" fs.make_reg /var/tmp \
	"COPY (SELECT 1) TO '/var/tmp/bailiff-intruder'"
refused "pg_read_file reads no file elsewhere" fs.read_file \
	/var/lib/dpkg/status "SELECT pg_read_file('/var/lib/dpkg/status')"

# ---- no_new_privs -----------------------------------------------------------------
t_is "no_new_privs: a setuid program gains nothing in a session" \
	"$(d_ssh $D/bin/setuid-id | grep -c euid)" 0
t_has "no_new_privs: one with capabilities of its own is not even started" \
	"$(d_ssh $D/bin/capable-id 2>&1)" "Operation not permitted"
t_check "PostgreSQL still has the row" [ "$(tcp -c "SELECT v FROM t")" = x ]
t_check "and ann can still log in" d_ssh true

# ---- PAM --------------------------------------------------------------------------
# What its pam_loginuid would write is the service's identity.
t_end "$SSHD"
d_copy /etc/pam.d/sshd
SSHD_PAM=yes
start sshd
t_check "with PAM sshd answers" t_wait_for d_ssh_greets
t_exit "a pam_loginuid that is required ends the session" 254 d_ssh true
sed 's/^session *required *pam_loginuid/session optional pam_loginuid/' \
	/etc/pam.d/sshd >"$dir/pam" && cat "$dir/pam" >/etc/pam.d/sshd
t_is "with an optional one ann logs in" "$(d_ssh id -un)" ann
t_is "and is in the service's session" "$(d_ssh cat /proc/self/loginuid)" \
	1900000004
t_done
