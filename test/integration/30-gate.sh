#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 30-gate.sh - bailiff-gate around the real runc and the real crun.
#
# In a private mount namespace with its own /run, /mnt, /var/lib, /var/log and
# an overlay over /etc, with artefacts that test/attacks/mkartefact wrote. crun
# refuses a hybrid cgroup tree, so it gets a pure one in the same namespace.
#
# enforcement: containers through runc and crun
#
# MUTATE=1 publishes allow-all in place of every policy: each test of a denial
# must then fail.

cd "$(dirname "$0")/../.." || exit 111
if [ -z "$BAILIFF_TEST_NS" ]; then
	[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
	BAILIFF_TEST_NS=1 exec unshare -m --propagation private "$0" "$@"
fi

TOOLS=$PWD/build/test/attacks
BIN=${BIN:-$PWD/build/bin}
UID_BAILIFF=1899999999
PRIVATE=/run/bailiff/private
number=0 failed=0 out=

ok() { # ok STATUS SENTENCE
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $RT$2"
	else
		echo "not ok $number - $RT$2"
		[ -z "$out" ] || sed 's/^/# /' <<<"$out"
		failed=$((failed + 1))
	fi
}
skip() {
	number=$((number + 1))
	echo "ok $number - $RT$1 # SKIP $2"
}
has() { grep -qF -- "$2" <<<"$1"; }
expect() { # expect CODE TEXT SENTENCE COMMAND...
	local code=$1 text=$2 sentence=$3 got
	shift 3
	out=$("$@" 2>&1 </dev/null)
	got=$?
	ID=t$$-$(cat /mnt/seq)
	[ "$got" = "$code" ] && has "$out" "$text"
	local r=$?
	[ $r = 0 ] || out="exit $got, not $code
$out"
	ok $r "$sentence"
}

private() { install -d -m 0700 -o $UID_BAILIFF -g $UID_BAILIFF "$@"; }
artefact() { # artefact NAME NUMBER WORD...
	local name=$1 n=$2
	shift 2
	[ -z "$MUTATE" ] || set -- allow-all
	"$TOOLS"/mkartefact "$name" "$n" "$GEN" "$@" \
		>$PRIVATE/policy/"$GEN"/services/"$name".art
}
publish() { # publish GENERATION UNLISTED
	GEN=$1
	private $PRIVATE/policy/"$GEN" $PRIVATE/policy/"$GEN"/services
	echo "unlisted=$2" >$PRIVATE/policy/"$GEN"/node
	artefact web 3 exec:/intruder read:/proc/self write:/data \
		deny:keyctl caps:20
	artefact free 4 allow-all caps:3
	echo "$GEN" >$PRIVATE/policy/current
}

for at in /run /mnt /var/lib /var/log; do
	mount -t tmpfs none $at || exit 111
done
mkdir /mnt/up /mnt/work
mount -t overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work \
	overlay /etc || exit 111
mkdir -p /etc/bailiff /mnt/libexec
cp "$BIN"/bailiff-gate "$BIN"/bailiff-exec /mnt/libexec
GATE=/mnt/libexec/bailiff-gate
echo 0 >/mnt/seq

# A bundle: config SERVICE ARGS [FILTER]; SERVICE "-" has no annotation.
bundle_make() {
	mkdir -p "$1"/rootfs/{data,secret,proc,dev,etc,host}
	cp "$TOOLS"/intruder "$1"/rootfs
	echo secret >"$1"/rootfs/secret/file
	(cd "$1" && runc spec)
	jq -c '.process.terminal=false | .root.readonly=false |
		del(.process.rlimits)' \
		"$1"/config.json >"$1"/original.json
}
config() {
	jq -c --arg s "$1" --argjson a "$2" '.process.args=$a |
		if $s == "-" then . else .annotations={"io.bailiff.service":$s}
		end | '"${3:-.}" /mnt/b/original.json >/mnt/b/config.json
}
# In a file, since commands run in subshells; expect() looks it up again.
new_id() { ID=t$$-$(($(cat /mnt/seq) + 1)); echo "${ID##*-}" >/mnt/seq; }
gate() { # gate COMMAND...: in the bundle, with the options of this runtime
	(cd /mnt/b && "$GATE" $GLOBAL "$@")
}
real() { (cd /mnt/b && "$REAL" $GLOBAL "$@"); }
once() { new_id; gate run "$ID"; } # run what config.json says
attempt() { # attempt SERVICE VERB ARG
	config "$1" "[\"/intruder\",\"$2\",\"$3\"]"
	once
}
denied() { # denied VERB ARG ERRNO
	expect 0 allowed "off: $1 $2 succeeds" attempt - "$1" "$2"
	expect 0 allowed "allow-all: $1 $2 succeeds" attempt free "$1" "$2"
	expect 1 "denied $3" "policy: $1 $2 is denied with $3" \
		attempt web "$1" "$2"
}
stop() { real kill "$1" KILL >/dev/null 2>&1; sleep 0.2
	real delete --force "$1" >/dev/null 2>&1; }

unarmed() {
	rm -rf /run/bailiff
	config web '["/intruder","exit","0"]'
	rm -f /mnt/log
	new_id
	expect 1 "no policy is armed" "nothing armed: a container is refused" \
		gate --log /mnt/log --log-format json run "$ID"
	out=$(cat /mnt/log)
	[ "$(jq -r .level /mnt/log)" = error ] &&
		jq -r .msg /mnt/log | grep -q '^bailiff: .*no policy is armed'
	ok $? "the refusal is in the runtime's log, as JSON"
	rm -f /mnt/log
	gate --log /mnt/log run "$ID" >/dev/null 2>&1
	out=$(cat /mnt/log)
	has "$out" 'level=error msg="bailiff: '
	ok $? "the refusal is in the runtime's log, as text"
	expect 0 "" "nothing armed: a listed container starts" \
		gate run rescue
	expect 1 "no policy is armed" "nothing armed: exec is refused" \
		gate exec "$ID" /intruder exit 0
	expect 0 "" "nothing armed: other commands pass" gate list
}

lifecycle() {
	config web '["/intruder","sleep","60"]'
	new_id
	gate create --pid-file /mnt/pid "$ID" </dev/null >/mnt/create 2>&1
	ok $? "create of a named service"
	out=$(cat $PRIVATE/sessions/* | grep -A3 -B3 "^instance=$ID")
	has "$out" "service=web"
	ok $? "its session is registered before it starts"
	local file
	file=$(grep -l "^instance=$ID" $PRIVATE/sessions/* | head -1)
	has "$(cat "$file")" "pid=$(cat /mnt/pid)" &&
		has "$(cat "$file")" \
			"pid_ns=$(stat -Lc %i /proc/"$(cat /mnt/pid)"/ns/pid)"
	ok $? "the hook has completed it: the container's pid and namespaces"
	[ "$(cat /proc/"$(cat /mnt/pid)"/loginuid)" = 1900000003 ]
	ok $? "the container's init carries the service's number"
	[ ! -s "$PRIVATE/receipts/${file##*/}" ]
	ok $? "there is no receipt before the start"
	expect 0 "" "start" gate start "$ID"
	sleep 0.2
	out=$(cat "$PRIVATE/receipts/${file##*/}")
	[ "$out" = "applied generation=$GEN" ]
	ok $? "the receipt says applied"
	expect 0 running "state" gate state "$ID"
	expect 1 "denied EACCES" "exec is under the policy" \
		gate exec "$ID" /intruder read /secret/file
	expect 0 allowed "exec may do what the policy grants" \
		gate exec "$ID" /intruder write /data/exec
	for set in CapPrm CapEff CapBnd; do
		expect 0 "$set:	0000000000000020" "exec has the policy's $set" \
			gate exec "$ID" /intruder show /proc/self/status
	done
	expect 42 "" "exec passes the exit code on" \
		gate exec "$ID" /intruder exit 42
	jq -c '.process | .args=["/intruder","read","/secret/file"]' \
		/mnt/b/original.json >/mnt/process.json
	cp /mnt/process.json /mnt/process.before
	expect 1 "denied EACCES" "exec --process FILE is under the policy" \
		gate exec --process /mnt/process.json "$ID"
	expect 1 "denied EACCES" "exec --process=FILE is under the policy" \
		gate exec --process=/mnt/process.json "$ID"
	expect 1 "denied EACCES" "exec -p FILE is under the policy" \
		gate exec -p /mnt/process.json "$ID"
	cmp -s /mnt/process.json /mnt/process.before
	ok $? "the caller's process file stays as it was"
	expect 1 "are its policy's" "exec --cap is refused" \
		gate exec --cap CAP_SYS_ADMIN "$ID" /intruder exit 0
	publish $((GEN + 1)) allow
	artefact web 3 exec:/intruder read:/proc/self read:/secret caps:20
	expect 0 allowed "exec is under the newest policy" \
		gate exec "$ID" /intruder read /secret/file
	publish $((GEN + 1)) allow
	rm $PRIVATE/policy/"$GEN"/services/web.art
	expect 1 'names no service "web"' \
		"exec of a service that the policy dropped is refused" \
		gate exec "$ID" /intruder exit 0
	publish $((GEN + 1)) allow
	stop "$ID"
	expect 1 "no container" "exec into nothing is refused" \
		gate exec "$ID" /intruder exit 0
	# The same bundle once more: it is wrapped already.
	new_id
	gate create "$ID" </dev/null >/mnt/create 2>&1
	ok $? "a bundle that is created twice is accepted"
	out=$(cat /mnt/b/config.json)
	[ "$(jq '[.process.args[] | select(. == "/dev/.bailiff/exec")] | length' /mnt/b/config.json)" = 1 ] &&
		[ "$(jq '[.mounts[] | select(.destination == "/dev/.bailiff/exec")] | length' /mnt/b/config.json)" = 1 ] &&
		[ "$(jq '.hooks.createRuntime | length' /mnt/b/config.json)" = 1 ]
	ok $? "and wrapped once"
	stop "$ID"
}

identity() {
	config - '["/intruder","show","/proc/self/loginuid"]'
	expect 0 1900000000 "an unlisted container carries number 0" once
	file=$(grep -l "^instance=$ID" $PRIVATE/sessions/* | head -1)
	has "$(cat "$file")" "number=0"
	ok $? "and is registered so"
	config nosuch '["/intruder","exit","0"]'
	expect 1 'names no service "nosuch"' \
		"an annotation with an unknown service is refused" once
	config '../web' '["/intruder","exit","0"]'
	expect 1 "only a-z" "an annotation that is no name is refused" once
	publish $((GEN + 1)) deny
	config - '["/intruder","exit","0"]'
	expect 1 "denies what it does not name" \
		"unlisted=deny refuses what no policy names" once
	config web '["/intruder","exit","7"]'
	expect 7 "" "unlisted=deny lets a named service run" once
	publish $((GEN + 1)) allow
	config - '["/intruder","read","/secret/file"]'
	expect 1 "denied EACCES" "on LinuxKit the container id is the name" \
		gate --root /run/containerd/runc/services.linuxkit run web
	expect 0 allowed "on LinuxKit another id is unlisted" \
		gate --root /run/containerd/runc/services.linuxkit run other
	config web '["/intruder","sleep","60"]'
	new_id
	real run -d "$ID" </dev/null >/dev/null 2>&1
	expect 1 "not created under its policy" \
		"exec into a container that passed the gate by is refused" \
		gate exec "$ID" /intruder exit 0
	stop "$ID"
	config - '["/intruder","sleep","60"]'
	new_id
	gate run -d "$ID" </dev/null >/dev/null 2>&1
	expect 0 allowed "exec into an unlisted container passes" \
		gate exec "$ID" /intruder read /secret/file
	stop "$ID"
}

spellings() {
	local spelling
	config web '["/intruder","read","/secret/file"]'
	local -a common=("--bundle /mnt/b" "--bundle=/mnt/b" "-b /mnt/b"
		"--bundle /nowhere --bundle /mnt/b" "--no-pivot -b /mnt/b")
	local -a own
	if [ "$KIND" = runc ]; then
		own=("-bundle /mnt/b" "-bundle=/mnt/b" "--b=/mnt/b"
			"--no-pivot=false --bundle /mnt/b")
	else
		own=("-b/mnt/b")
	fi
	for spelling in "${common[@]}" "${own[@]}"; do
		new_id
		# shellcheck disable=SC2086
		expect 1 "denied EACCES" "run $spelling ID is gated" \
			"$GATE" $GLOBAL run $spelling "$ID"
	done
	new_id
	expect 1 "denied EACCES" "run ID --bundle DIR is gated" \
		"$GATE" $GLOBAL run "$ID" --bundle /mnt/b
	expect 1 "denied EACCES" "run -- ID is gated" gate run -- "$ID"
	expect 1 "not one that the gate knows" "an unknown option is refused" \
		gate run --nonsense "$ID"
	expect 1 "not one that the gate knows" \
		"an unknown global option before run is refused" \
		gate --nonsense run "$ID"
	expect 1 "begins with a dash" "an id that begins with a dash is refused" \
		gate run -- --help
	expect 1 "after the container's id" "a second id is refused" \
		gate run "$ID" other
	expect 1 "no container id" "a missing id is refused" gate run
	expect 1 "cannot be restored" "restore of a named service is refused" \
		gate restore --image-path /mnt "$ID"
	if [ "$KIND" = crun ]; then
		cp /mnt/b/original.json /mnt/b/free.json
		for spelling in "--config free.json" "--config=free.json" \
			"-f free.json" "-ffree.json"; do
			# shellcheck disable=SC2086
			expect 1 "--config puts another file" \
				"run $spelling is refused" \
				gate run $spelling "$ID"
		done
	else
		expect 1 "" "--help=false does not pass the gate by" \
			gate run --help --help=false "$ID"
		has "$out" "denied EACCES"
		ok $? "it is gated"
		expect 1 "denied EACCES" \
			"--version=false does not pass the gate by" \
			gate --version --version=false run "$ID"
	fi
	expect 0 "a container" "run --help passes" gate run --help
	expect 0 "$KIND" "--version passes" gate --version
}

descriptors() {
	config web '["/intruder","fd","3"]'
	new_id
	out=$(gate run --preserve-fds 1 "$ID" 3</dev/null 2>&1)
	has "$out" allowed
	ok $? "a descriptor that the caller preserves reaches the service"
	for fd in 4 5; do
		config web "[\"/intruder\",\"fd\",\"$fd\"]"
		new_id
		out=$(gate run --preserve-fds 1 "$ID" 3</dev/null 2>&1)
		has "$out" "denied EBADF"
		ok $? "the gate's own descriptor $fd does not"
	done
	config web '["/intruder","fd","3"]'
	expect 1 "denied EBADF" "nor does any without --preserve-fds" once
	for code in 0 1 42 255; do
		config web "[\"/intruder\",\"exit\",\"$code\"]"
		expect $code "" "exit code $code is passed on" once
	done
	config web '["/nonexistent"]'
	expect 127 "execute /nonexistent" "a missing command is 127" once
	config web '["/intruder","exit","0"]'
	artefact web 3 exec:/intruder need:/nonexistent
	expect 125 "/nonexistent" "a policy that cannot be applied is 125" once
	file=$(grep -l "^instance=$ID" $PRIVATE/sessions/* | head -1)
	has "$(cat "$PRIVATE/receipts/${file##*/}")" "error the policy names"
	ok $? "and the receipt says why"
	truncate -s 10 $PRIVATE/policy/"$GEN"/services/web.art
	expect 1 "artefact of web" "a damaged artefact is refused" once
	publish $((GEN + 1)) allow
}

# A container with uid 0 that gets /run, and tries to replace policy, registry
# and receipts: by ownership, and by the gate's masks.
takeover() {
	local bind='.mounts += [{"destination":"/host","type":"bind","source":"/run","options":["rbind","rw"]}]'
	local all='.process.capabilities |= with_entries(.value += ["CAP_DAC_OVERRIDE"])'
	echo x >/run/other
	config - '["/intruder","write","/host/other"]' "$bind"
	expect 0 allowed "a container with /run bound can write there" once
	for f in policy/current sessions/1 receipts/1; do
		config - "[\"/intruder\",\"write\",\"/host/bailiff/private/$f\"]" "$bind"
		new_id
		expect 1 "denied EACCES" \
			"without the gate uid 0 cannot write $f: another uid's" \
			real run "$ID"
		config - "[\"/intruder\",\"write\",\"/host/bailiff/private/$f\"]" \
			"$bind | $all"
		expect 1 "denied" \
			"through the gate not even with CAP_DAC_OVERRIDE" once
	done
	config - '["/intruder","read","/host/bailiff/private/policy/current"]' \
		"$bind | $all"
	new_id
	expect 0 allowed "off: with CAP_DAC_OVERRIDE it could be read" \
		real run "$ID"
	expect 1 denied "masked: it cannot" once
	touch /run/bailiff/events.sock
	for f in bailiff bailiff/events.sock; do
		config - "[\"/intruder\",\"move\",\"/host/$f\"]" "$bind"
		new_id
		expect 0 allowed "off: uid 0 moves /run/$f away" real run "$ID"
		expect 1 denied "held: it cannot" once
	done
	config - '["/intruder","read","/host/bailiff/events.sock"]' "$bind"
	expect 0 allowed "held: what is in it can be used" once
	mkdir -p /mnt/alias
	mount --bind /run /mnt/alias
	config - '["/intruder","list","/host/bailiff/private/policy"]' \
		"$all | ${bind//\"\/run\"/\"/mnt/alias\"}"
	expect 1 "denied ENOENT" "another mount of the same tree is masked" once
	config - '["/intruder","list","/host/alias/bailiff/private/policy"]' \
		"$all | ${bind//\"\/run\"/\"/mnt\"}"
	expect 1 "denied ENOENT" "and one below a recursive bind" once
	umount /mnt/alias
	config - '["/intruder","list","/host"]' \
		"${bind//\"\/run\"/\"/run/bailiff/private/policy\"}"
	expect 1 "lies in bailiff's own" "a bind of what lies inside is refused" \
		once
	[ "$(cat $PRIVATE/policy/current)" = "$GEN" ]
	ok $? "the published policy is as it was"
}

recorded() {
	local before
	before=$(wc -l <$PRIVATE/gate.log)
	config nosuch '["/intruder","exit","0"]'
	exec 8>/tmp/audit.lock
	flock 8
	local was pid
	was=$(auditctl -s | sed -n 's/^enabled //p')
	[ "$was" = 2 ] || auditctl -e 1 >/dev/null
	"$TOOLS"/listen 10 >/mnt/records 2>/mnt/ready &
	pid=$!
	for _ in $(seq 50); do grep -q ready /mnt/ready && break; sleep 0.02; done
	once >/mnt/once 2>&1
	sleep 0.3
	kill $pid
	wait $pid 2>/dev/null
	[ "$was" = 2 ] || auditctl -e "$was" >/dev/null
	exec 8>&-
	out=$(tail -n +$((before + 1)) $PRIVATE/gate.log)
	[ "$(jq -r .container <<<"$out")" = "$ID" ] &&
		jq -r .msg <<<"$out" | grep -q nosuch
	ok $? "a refusal is a JSON line in the gate's own log"
	out=$(grep 'type=1121' /mnt/records)
	has "$out" "op=container-refused container=\"$ID\""
	ok $? "a refusal is an audit record"
}

suite() { # suite KIND
	KIND=$1 RT="$1: "
	REAL=$(command -v "$KIND")
	printf 'runtime = %s\nallow-unarmed = rescue\n' "$REAL" \
		>/etc/bailiff/gate.conf
	GEN=0
	unarmed
	install -d -m 0711 /run/bailiff
	private $PRIVATE $PRIVATE/{policy,sessions,receipts}
	publish 1 allow
	denied read /secret/file EACCES
	denied write /secret/new EACCES
	denied syscall keyctl EPERM
	expect 0 allowed "policy: what is granted works" \
		attempt web write /data/x
	lifecycle
	identity
	spellings
	descriptors
	takeover
	recorded
}

bundle_make /mnt/b
GLOBAL=
if command -v runc >/dev/null; then
	suite runc
	printf 'runtime = %s\n' "$GATE" >/etc/bailiff/gate.conf
	expect 1 "or is the gate itself" "the gate is never its own runtime" \
		gate list
	ln "$GATE" /mnt/libexec/runc
	printf 'runtime = /mnt/libexec/runc\n' >/etc/bailiff/gate.conf
	expect 1 "or is the gate itself" "nor under another name" gate list
	printf 'runtime = /usr/sbin/runc\ncolour = red\n' >/etc/bailiff/gate.conf
	expect 1 'line 2: unknown key "colour"' \
		"a mistake in gate.conf is a sentence" gate list
	chmod 666 /etc/bailiff/gate.conf
	expect 1 "others than root can write" \
		"a gate.conf that others can write is refused" gate list
	rm /etc/bailiff/gate.conf
	expect 0 "" "without gate.conf the compiled list is used" gate list
	expect 0 "" "the environment does not choose the runtime" \
		env PATH=/nonexistent RUNTIME=/bin/false "$GATE" list
else
	skip "the gate around runc" "no runc"
fi
if command -v crun >/dev/null; then
	umount -l /sys/fs/cgroup
	mount -t cgroup2 none /sys/fs/cgroup
	GLOBAL=--cgroup-manager=disabled
	jq -c 'del(.linux.resources.devices)' /mnt/b/original.json >/mnt/o &&
		mv /mnt/o /mnt/b/original.json
	suite crun
else
	skip "the gate around crun" "no crun"
fi

RT=
echo "1..$number"
[ $failed = 0 ]
