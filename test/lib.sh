# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh - what integration tests share. Source it first:
#
#	. "$(dirname "$0")/../lib.sh"
#	t_private "$@"                  # own mounts: /run, /etc/bailiff, ...
#	t_audit_lock                    # only if audit state is touched
#	t_tmpdir dir
#	t_check "the daemon says its version" "$BIN/bailiffd" --version
#	t_done
#
# A test prints TAP. Whatever it made is undone when it ends, however it ends.
# $TOP is the top of the tree, $BIN holds the binaries, $ATTACKS the small
# static programs of test/attacks. Enforcement tests take their policies from
# $POLICIES, name their denials "denied: ..." and carry a line
# "# enforcement: WHAT", so that the mutation run can find them.

set -u
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BIN=${BIN:-$TOP/build/bin}
ATTACKS=$TOP/build/test/attacks
POLICIES=${BAILIFF_TEST_POLICIES:-$TOP/examples/policies}
case $POLICIES in /*) ;; *) POLICIES=$TOP/$POLICIES ;; esac
export TOP BIN ATTACKS POLICIES
# A confined process cannot be walked by the leak checker; unit tests are.
[ -z "${BAILIFF_SAN:-}" ] || export ASAN_OPTIONS=detect_leaks=0

t_number=0 t_failed=0 t_ended=0 t_cleanups=()

# ---- results ---------------------------------------------------------------

ok() { # SENTENCE
	t_number=$((t_number + 1))
	echo "ok $t_number - $1"
}

not_ok() { # SENTENCE [LINE...]: the lines say what was seen
	t_number=$((t_number + 1))
	t_failed=$((t_failed + 1))
	echo "not ok $t_number - $1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

skip() { # SENTENCE REASON: both stand in test/skips.expected
	t_number=$((t_number + 1))
	echo "ok $t_number - $1 # SKIP $2"
}

# t_check SENTENCE CMD...: ok when CMD exits 0; else its output is shown.
t_check() {
	local sentence=$1 out status
	shift
	out=$("$@" 2>&1) && status=0 || status=$?
	if [ "$status" -eq 0 ]; then
		ok "$sentence"
	else
		not_ok "$sentence" "exit code $status: $*" "$out"
	fi
}

# t_exit SENTENCE CODE CMD...: ok when CMD exits with exactly CODE.
t_exit() {
	local sentence=$1 want=$2 out status
	shift 2
	out=$("$@" 2>&1) && status=0 || status=$?
	if [ "$status" -eq "$want" ]; then
		ok "$sentence"
	else
		not_ok "$sentence" "exit code $status, not $want: $*" "$out"
	fi
}

t_is() { # SENTENCE GOT WANT
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got:  $2" "want: $3"
	fi
}

t_has() { # SENTENCE TEXT PART
	case $2 in
	*"$3"*) ok "$1" ;;
	*) not_ok "$1" "lacks: $3" "text: $2" ;;
	esac
}

# t_says CODE TEXT COMMAND...: it exits with CODE and its output, which stays in
# $T_SAID, has TEXT. For t_check.
t_says() {
	local want=$1 text=$2 got=0
	shift 2
	"$@" >"$T_SAID" 2>&1 || got=$?
	cat "$T_SAID"
	echo "exit $got, want $want and \"$text\""
	[ "$got" = "$want" ] && grep -qF -- "$text" "$T_SAID"
}

# t_refused CODE TEXT COMMAND...: it exits with CODE, prints nothing, and says
# TEXT in its errors, which stay in $T_SAID.errors. For t_check.
t_refused() {
	local want=$1 text=$2 got=0
	shift 2
	"$@" >"$T_SAID" 2>"$T_SAID.errors" || got=$?
	cat "$T_SAID" "$T_SAID.errors"
	echo "exit $got, want $want and \"$text\""
	[ "$got" = "$want" ] && [ ! -s "$T_SAID" ] &&
		grep -qF -- "$text" "$T_SAID.errors"
}

# The plan, and the end. Nothing may follow.
t_done() {
	t_ended=1
	echo "1..$t_number"
	[ "$t_failed" -eq 0 ] && [ "$t_number" -gt 0 ]
	exit
}
plan() { t_done; }

t_die() { # SENTENCE: the test cannot go on
	echo "Bail out! $*"
	exit 1
}

# ---- what a test made is undone --------------------------------------------

t_cleanup() { # COMMAND LINE, run at the end; the last one first
	t_cleanups+=("$*")
}

t_exiting() {
	local status=$? i
	trap '' INT TERM HUP
	trap - EXIT
	for ((i = ${#t_cleanups[@]} - 1; i >= 0; i--)); do
		eval "${t_cleanups[i]}" || echo "# cleanup: ${t_cleanups[i]}"
	done
	[ "$t_ended" -eq 1 ] || echo "# the test ended before its plan"
	exit "$status"
}
trap t_exiting EXIT
trap 'exit 143' INT TERM HUP

t_tmpdir() { # VARIABLE: set to a new directory, removed at the end
	local t_made
	t_made=$(mktemp -d "${TMPDIR:-/tmp}/bailiff-test.XXXXXX") ||
		t_die "no temporary directory"
	chmod 755 "$t_made"
	t_cleanup "rm -rf '$t_made'"
	printf -v "$1" %s "$t_made"
}

# t_start VARIABLE LOG CMD...: CMD in the background, its pid in VARIABLE;
# ended at the end of the test.
t_start() {
	local t_var=$1 t_log=$2
	shift 2
	"$@" >"$t_log" 2>&1 </dev/null &
	printf -v "$t_var" %s $!
	t_cleanup "t_end $!"
}

t_end() { # PID [SECONDS]: TERM, and KILL when it has not ended by then
	local i
	kill -TERM "$1" 2>/dev/null || return 0
	for ((i = 0; i < ${2:-6} * 20; i++)); do
		grep -q '^State:.[^Z]' "/proc/$1/status" || break
		sleep 0.05
	done 2>/dev/null
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

# t_wait_for [-t SECONDS] CMD...: until CMD succeeds; 1 when time is up (10 s).
t_wait_for() {
	local seconds=10 end
	[ "$1" != -t ] || { seconds=$2; shift 2; }
	end=$((${EPOCHREALTIME/[.,]/} + seconds * 1000000))
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# ---- a place of its own ----------------------------------------------------

readonly T_DIRS="/etc/bailiff /var/lib/bailiff /var/log/bailiff"

# The lock file names the mount points that tests had to make; the last test
# to end removes them. Shared while a test uses them.
t_dirs_lock() {
	local file=/run/bailiff-test.dirs
	while :; do
		exec {t_dirs_fd}>>"$file"
		flock "$1" "$t_dirs_fd" || return 1
		[ "$file" -ef "/proc/self/fd/$t_dirs_fd" ] && break
		exec {t_dirs_fd}>&-
	done
	for dir in $T_DIRS; do
		[ -d "$dir" ] && continue
		mkdir -m 755 "$dir" && echo "$dir" >&"$t_dirs_fd"
	done
}

t_dirs_unlock() {
	flock -u "$t_dirs_fd"
	if flock -xn "$t_dirs_fd"; then
		xargs -r rmdir <"/run/bailiff-test.dirs"
		rm -f /run/bailiff-test.dirs
	fi
	exec {t_dirs_fd}>&-
} 2>/dev/null

# t_private "$@": run the script again in a mount namespace where /run and
# bailiff's directories are empty tmpfs. The machine's own are not touched.
t_private() {
	local status
	[ "$(id -u)" -eq 0 ] || t_die "needs root: sudo make check"
	if [ -z "${T_PRIVATE:-}" ]; then
		t_dirs_lock -s || t_die "cannot lock /run/bailiff-test.dirs"
		trap ':' INT TERM HUP
		T_PRIVATE=1 unshare -m --propagation private \
			"$BASH" "$0" "$@" {t_dirs_fd}>&-
		status=$?
		trap - EXIT
		t_dirs_unlock
		exit "$status"
	fi
	unset T_PRIVATE
	for dir in /run $T_DIRS; do
		mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$dir" ||
			t_die "cannot mount a tmpfs over $dir"
	done
	mkdir -m 1777 /run/lock
}

# Inside t_private: the unified cgroup hierarchy alone at /sys/fs/cgroup, as a
# LinuxKit node has it; crun refuses a hybrid.
t_cgroup2_only() {
	umount -l /sys/fs/cgroup
	mount -t cgroup2 none /sys/fs/cgroup ||
		t_die "cannot mount the unified cgroup hierarchy"
}

# t_auditd_conf DIR FORMAT: DIR/etc for "auditd -c", which writes to
# DIR/out/audit.log and to nothing else.
t_auditd_conf() {
	mkdir -p "$1/etc/plugins.d" "$1/out"
	cat >"$1/etc/auditd.conf" <<-CONF
		local_events = yes
		write_logs = yes
		log_file = $1/out/audit.log
		log_group = root
		log_format = $2
		flush = INCREMENTAL_ASYNC
		freq = 50
		max_log_file = 500
		num_logs = 2
		priority_boost = 4
		max_log_file_action = IGNORE
		space_left = 10
		space_left_action = IGNORE
		admin_space_left = 5
		admin_space_left_action = IGNORE
		disk_full_action = IGNORE
		disk_error_action = IGNORE
		plugin_dir = $1/etc/plugins.d
		q_depth = 20000
		overflow_action = IGNORE
	CONF
	chmod 640 "$1/etc/auditd.conf"
}

# The directory where cgroup v2 is mounted.
t_cgroup2() {
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# ---- the kernel's one audit subsystem --------------------------------------

# t_audit_lock: wait for the lock that all users of the audit socket in tests
# share, note the state, and have a guard restore it when this test is gone,
# also if it was killed. t_audit_unlock ends it before the test ends. Never set
# failure=2 or enabled=2: both need a reboot.
t_audit_lock() {
	local dir i
	[ "$(id -u)" -eq 0 ] || t_die "needs root: sudo make check"
	t_tmpdir dir
	# Outside the test's session and unmarked: the runner must not end it.
	# shellcheck disable=SC2016
	env -u BAILIFF_TEST_RUN setsid "$BASH" -c \
		'. "$1"; trap - EXIT; t_audit_guard "$2" "$3"' _ \
		"$TOP/test/lib.sh" $$ "$dir" >/dev/null 2>&1 </dev/null &
	t_audit_guard_pid=$!
	disown "$t_audit_guard_pid"
	for ((i = 0; i < 2400; i++)); do
		[ ! -e "$dir/ready" ] || break
		[ ! -e "$dir/refused" ] || t_die "$(cat "$dir/refused")"
		sleep 0.1
	done
	[ -e "$dir/ready" ] || t_die "the audit lock was not free for 240 s"
	t_audit_dir=$dir
	t_cleanup t_audit_unlock
}

t_audit_unlock() {
	[ -n "$t_audit_dir" ] || return 0
	touch "$t_audit_dir/release"
	while kill -0 "$t_audit_guard_pid" 2>/dev/null; do
		sleep 0.05
	done
	t_audit_dir=
}

t_audit_field() { awk -v f="$1" '$1 == f { print $2; exit }' "$2"; }

t_audit_guard() { # PID-OF-TEST DIRECTORY
	local test=$1 dir=$2 pid rule state rules
	# Kept in memory: the directory may vanish before the guard ends.
	exec 9>>/tmp/audit.lock || return
	# No longer than the test lives: a test that was started under this lock
	# gives up, and this process, which inherited it, would keep it.
	until flock -w 2 9; do
		[ -d "/proc/$test" ] || return
	done
	auditctl -s >"$dir/state" || return
	rules=$(auditctl -l | grep -v '^No rules')
	state=$(cat "$dir/state")
	pid=$(t_audit_field pid "$dir/state")
	if [ -d "/proc/$pid" ]; then # pid 0: there is no such directory
		echo "another audit daemon is running (pid $pid)" \
			>"$dir/refused"
		return
	fi
	if [ "$(t_audit_field enabled "$dir/state")" -eq 2 ]; then
		echo "audit is locked (enabled 2) until the next boot" \
			>"$dir/refused"
		return
	fi
	touch "$dir/ready"
	while [ -d "/proc/$test" ] && [ ! -e "$dir/release" ]; do
		sleep 0.1
	done
	auditctl -D
	while read -r rule; do
		# shellcheck disable=SC2086 # a rule is several words
		[ -z "$rule" ] || auditctl $rule
	done <<<"$rules"
	auditctl -b "$(t_audit_field backlog_limit /dev/stdin <<<"$state")"
	auditctl -r "$(t_audit_field rate_limit /dev/stdin <<<"$state")"
	auditctl -f "$(t_audit_field failure /dev/stdin <<<"$state")"
	auditctl --backlog_wait_time \
		"$(t_audit_field backlog_wait_time /dev/stdin <<<"$state")"
	auditctl -e "$(t_audit_field enabled /dev/stdin <<<"$state")"
}
