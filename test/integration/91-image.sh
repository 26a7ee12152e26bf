#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 91-image.sh - the LinuxKit image: the Dockerfile is built, what comes of it is
# looked at and run as LinuxKit runs it, and each right of build.yml is taken
# away once.
# seconds: 1200

. "$(dirname "$0")/../lib.sh"
# Before there is a place of its own: the build needs the machine's network.
if [ -z "${T_PRIVATE:-}" ]; then
	built=$("$TOP/tools/image.sh" 2>&1) || t_die "no image: $built"
	echo "# $built"
fi
t_private "$@"
. "$TOP/test/node.sh"
t_cgroup2_only
t_tmpdir dir
image=oci:$TOP/build/image/oci:$(cat "$TOP/VERSION")
root=$dir/bundle/rootfs
label=$dir/label.json
id=bailiff # as gate.conf has it

# ---- what is in it -------------------------------------------------------------
config=$(skopeo inspect --config "$image")
jq -r '.config.Labels["org.mobyproject.config"]' <<<"$config" >"$label"
t_is "the label is what build.yml says" "$(jq -S . "$label")" \
	"$("$TOP/tools/image-label" "$TOP/build.yml" | jq -S .)"
t_is "it starts bailiffd, without an entry point, in /, as root" \
	"$(jq -c '.config | [.Entrypoint, .Cmd, .WorkingDir, .User]' \
		<<<"$config")" '[null,["/usr/sbin/bailiffd"],"/",null]'
t_is "nothing in it says when it was built" \
	"$(jq -r '[.created, .history[].created] | unique | .[]' <<<"$config")" \
	1970-01-01T00:00:00Z
t_check "it is unpacked" umoci unpack --image "${image#oci:}" "$dir/bundle"
sed '/^$/d' >"$dir/want" <<'END'
drwxr-xr-x root:root dev
drwxr-xr-x root:root etc
drwxr-xr-x root:root etc/bailiff
-rw-r--r-- root:root etc/bailiff/gate.conf
drwxr-xr-x root:root etc/init.d
-rwxr-xr-x root:root etc/init.d/015-bailiff
dr-xr-xr-x root:root proc
drwxr-xr-x root:root run
dr-xr-xr-x root:root sys
drwxrwxrwt root:root tmp
drwxr-xr-x root:root usr
drwxr-xr-x root:root usr/bin
-rwxr-xr-x root:root usr/bin/bailiffctl
lrwxrwxrwx root:root usr/bin/bailiffd
drwxr-xr-x root:root usr/sbin
-rwxr-xr-x root:root usr/sbin/bailiff-exec
-rwxr-xr-x root:root usr/sbin/bailiffd
-rwxr-xr-x root:root usr/sbin/runc
drwxr-xr-x root:root var
drwxr-xr-x root:root var/lib
drwxr-xr-x root:root var/lib/bailiff
drwxr-xr-x root:root var/log
drwxr-xr-x root:root var/log/bailiff
END
find "$root" -mindepth 1 -printf '%M %u:%g %P\n' | LC_ALL=C sort -k3 >"$dir/got"
t_check "it holds these files and no other: no shell, no library, no setuid" \
	diff "$dir/want" "$dir/got"
size=$(find "$root" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
t_check "it is smaller than 8 MB" test "$size" -lt 8000000
echo "# $size bytes"
for program in usr/sbin/{bailiffd,bailiff-exec,runc} usr/bin/bailiffctl; do
	name=$(basename "$program")
	[ "$name" != runc ] || name=bailiff-gate
	t_check "$program is static" "$TOP/tools/check-static.sh" "$root/$program"
	t_check "$program is the one of \"make static\", bit for bit" \
		cmp "$root/$program" "$TOP/build/static/bin/$name"
done

# ---- how it is run -------------------------------------------------------------
# In a LinuxKit container of LABEL: COMMAND..., which is ended with the test.
bundle() { # LABEL COMMAND...
	local from=$1
	shift
	"$TOP/test/oci-spec.sh" bailiff "$from" rootfs "$@" \
		>"$dir/bundle/config.json"
}
run() { # COMMAND...
	bundle "$label" "$@" && runc --root /run/runc run \
		--bundle "$dir/bundle" "$id" </dev/null
}
# Whatever a daemon before has left.
fresh() {
	rm -rf /run/bailiff
	for place in /var/lib/bailiff /var/log/bailiff; do
		find "$place" -mindepth 1 -delete
		chown 0:0 "$place"
		chmod 755 "$place"
	done
}
# The daemon, until it is ready or has ended; what it says is in $dir/log.
start() { # LABEL [OPTION...]
	local from=$1 line
	shift
	fresh
	bundle "$from" /usr/sbin/bailiffd "$@" --ready-fd 3 || return
	rm -f /run/ready
	mkfifo /run/ready
	runc --root /run/runc run --preserve-fds 1 --bundle "$dir/bundle" "$id" \
		3>/run/ready >"$dir/log" 2>&1 </dev/null &
	container=$!
	read -r -t 30 line </run/ready
	[ "$line" = READY ]
}
# Return: what it ended with.
stop() {
	local status
	runc --root /run/runc kill "$id" TERM 2>/dev/null
	for _ in {1..100}; do
		kill -0 "$container" 2>/dev/null || break
		sleep 0.05
	done
	runc --root /run/runc kill "$id" KILL 2>/dev/null
	wait "$container"
	status=$?
	runc --root /run/runc delete --force "$id" 2>/dev/null
	return $status
}
inside() { runc --root /run/runc exec "$id" "$@" </dev/null; }
t_cleanup "runc --root /run/runc delete --force $id 2>/dev/null || :"

t_is "bailiffd runs in it" "$(run /usr/sbin/bailiffd --version)" \
	"bailiffd $(cat "$TOP/VERSION")"
t_has "bailiffctl runs in it" "$(run /usr/bin/bailiffctl --help)" \
	"usage: bailiffctl"

# ---- as onboot: ----------------------------------------------------------------
mkdir -p "$dir/policies/services"
echo '{"unlisted":"allow","past-gate":"kill","services":{"web":{"number":1}}}' \
	>"$dir/policies/node.json"
n_policy >"$dir/policies/services/web.json"
t_check "a bundle is made and signed" n_repo "$dir" "$dir/policies"
n_image "$dir"
cp "$root/etc/bailiff/gate.conf" /etc/bailiff/
gate() { "$root/usr/sbin/runc" --root /run/runc run --bundle "$dir/bundle" "$1"; }

fresh
truncate -s -1 /etc/bailiff/bundle/*.targets.json
out=$(run /usr/bin/bailiffd arm 2>&1)
t_is "arm with a bundle that was changed exits with 1" $? 1
t_has "and says where" "$out" targets.json
bundle "$label" /usr/sbin/bailiffd --version
out=$(gate stranger 2>&1)
t_is "then the gate starts no container" $? 1
t_has "and says why" "$out" "no policy is armed"
t_is "but bailiff's own, which gate.conf names" "$(gate bailiff)" \
	"bailiffd $(cat "$TOP/VERSION")"

n_image "$dir"
cp "$root/etc/bailiff/gate.conf" /etc/bailiff/
fresh
out=$(run /usr/bin/bailiffd arm 2>&1)
t_is "arm with the right one exits with 0" $? 0
t_is "and it is in force" "$(cat /run/bailiff/private/policy/current)" 1
bundle "$label" /usr/sbin/bailiffd --version
t_is "then the gate starts a container that no policy names" "$(gate stranger)" \
	"bailiffd $(cat "$TOP/VERSION")"

# ---- as services: --------------------------------------------------------------
t_audit_lock
if start "$label"; then
	ok "the daemon becomes ready, with no right but those of build.yml"
else
	not_ok "the daemon becomes ready, with no right but those of build.yml" \
		"$(cat "$dir/log")"
fi
t_is "and has nothing to complain of" "$(grep -v level=info "$dir/log")" ""
t_is "it enforces" "$(n_get /v1/status | jq -r .state)" enforcing
t_check "bailiffctl finds it from within" inside /usr/bin/bailiffctl status
t_exit "what it published binds a service" 0 \
	"$EXEC" --service web -- /usr/bin/true
recorded() {
	inside /usr/bin/bailiffctl tail --json -n 50 | jq -se \
		'any(.[]; .event.action == "service.start")'
}
t_check "whose start is in the trail" t_wait_for recorded
while read -r pid; do
	tr '\0' ' ' <"/proc/$pid/cmdline"
	awk '/^Uid|^CapPrm|^CapBnd|^NoNewPrivs|^Seccomp:/ { printf "%s ", $2 }
		END { print "" }' "/proc/$pid/status"
done <"/sys/fs/cgroup/$id/cgroup.procs" | sort >"$dir/processes"
t_is "it is five processes, four of them with no capability" \
	"$(awk '$(NF - 3) ~ /^0+$/ && $(NF - 2) ~ /^0+$/ && $NF == 2 &&
		$(NF - 4) == 1899999999 { print $3 }' "$dir/processes" |
		xargs) $(wc -l <"$dir/processes")" "audit control policy ship 5"

# What is for the start is given up before anything else is started.
readonly FOR_THE_START="CAP_BPF CAP_NET_ADMIN CAP_PERFMON CAP_SYS_PTRACE"
supervisor=$(awk '!/--role/ { print $(NF - 3) }' "$dir/processes")
t_is "build.yml asks for what the supervisor keeps and what is for the start" \
	"$(jq -r '.capabilities | sort[]' "$label")" \
	"$({ capsh --decode="$supervisor" | sed 's/.*=//' | tr , '\n' |
		tr a-z A-Z; tr ' ' '\n' <<<"$FOR_THE_START"; } | sort -u)"
stop
t_is "it ends in order" $? 0
t_is "with nothing said beyond" "$(grep -v level=info "$dir/log")" ""

# ---- each right is needed --------------------------------------------------------
# What is seen without it: the daemon's own sentence, or that something is not
# so which is with it.
buffer_is_large() {
	ss -f netlink -a -m | grep -qE 'audit:.*rb[0-9]{8}'
}
host_is_seen() {
	inside /usr/bin/bailiffctl doctor --json |
		jq -e '.facts.host.state != "unknown"'
}
# A container that did not come through the gate, as the policy wants it.
stranger_is_killed() {
	local status
	runc --root /run/runc run --detach --bundle "$dir/stranger" stranger \
		</dev/null >/run/stranger.log 2>&1
	t_wait_for -t 6 stranger_is_gone && status=0 || status=1
	runc --root /run/runc delete --force stranger
	return $status
}
stranger_is_gone() {
	[ "$(runc --root /run/runc state stranger | jq -r .status)" = stopped ]
}
mkdir -p "$dir/stranger/rootfs"/{bin,dev,proc,sys}
cp "$(command -v busybox)" "$dir/stranger/rootfs/bin/"
echo '{"readonly":true,"command":["/bin/busybox","sleep","60"]}' \
	>"$dir/stranger.json"
"$TOP/test/oci-spec.sh" stranger "$dir/stranger.json" rootfs \
	>"$dir/stranger/config.json"

rights=$(sed '/^$/d' <<'END'
CAP_AUDIT_CONTROL read the kernel's audit status: not permitted
CAP_BPF           make the map of exits: Operation not permitted
CAP_CHOWN         take over /run/bailiff/private: Operation not permitted
CAP_DAC_OVERRIDE  open /run/bailiff/private: Permission denied
CAP_FOWNER        take over /run/bailiff/private: Operation not permitted
CAP_KILL          confine the supervisor process
CAP_NET_ADMIN     not buffer_is_large
CAP_PERFMON       load the exit program: Operation not permitted
CAP_SETGID        setgroups: Operation not permitted
CAP_SETPCAP       from the bounding set: Operation not permitted
CAP_SETUID        confine the supervisor process
CAP_SYS_PTRACE    not host_is_seen
/etc/bailiff      no bundle in the image
/run              mkdir /run/bailiff: Read-only file system
/sys/fs/cgroup    not stranger_is_killed
/var/lib/bailiff  take over /var/lib/bailiff: Read-only file system
/var/log/bailiff  take over /var/log/bailiff: Read-only file system
pid               read the kernel's audit status: not permitted
END
)
t_is "each right of build.yml has a line here" \
	"$(awk '{ print $1 }' <<<"$rights" | LC_ALL=C sort)" \
	"$(jq -r '.capabilities[], (.binds[] | split(":")[1]),
		(if .pid then "pid" else empty end)' "$label" | LC_ALL=C sort)"

# Here root may not look at process 1, whatever it has.
beyond() { [ "$1" = CAP_SYS_PTRACE ] && ! stat -L /proc/1/root >/dev/null 2>&1; }
start "$label"
while read -r right _ what; do
	if beyond "$right"; then
		skip "with $right: $what" "nobody may look at process 1"
	else
		t_check "with $right: $what" "$what"
	fi
done < <(grep -E '^[^ ]+ +not [a-z_]+$' <<<"$rights")
stop
while read -r right what; do
	if beyond "$right"; then
		skip "without $right: $what" "nobody may look at process 1"
		continue
	fi
	jq -c --arg right "$right" '.capabilities -= [$right] |
		.binds |= map(select(split(":")[1] != $right)) |
		if $right == "pid" then del(.pid) else . end' \
		"$label" >"$dir/less.json"
	start "$dir/less.json"
	case $what in
	"not "*) t_exit "without $right: $what" 1 "${what#not }" ;;
	*) t_has "without $right: $what" "$(cat "$dir/log")" "$what" ;;
	esac
	stop
done <<<"$rights"
t_done
